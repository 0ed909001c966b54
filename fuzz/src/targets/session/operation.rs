//! The operations that the bytes of an input say.

use arbitrary::Arbitrary;

#[derive(Arbitrary, Debug)]
pub(super) struct Play {
    pub(super) profile: u8,
    pub(super) hybrid: bool,
    pub(super) fields: bool,
    pub(super) operations: Vec<Operation>,
}

#[derive(Arbitrary, Debug)]
pub(super) struct Operation {
    pub(super) party: u8,
    pub(super) act: Act,
}

#[derive(Arbitrary, Debug)]
pub(super) enum Act {
    /// Everybody joins, hears of the leader, is admitted and gets what is posted.
    Opening,
    /// Everybody gets what was posted since the last time.
    Settle,
    Join {
        meeting: u8,
        leads: bool,
    },
    Named {
        announcement: Pick,
        claimed: u8,
    },
    Admitted {
        announcement: Pick,
        claimed: u8,
        outdated: bool,
    },
    Departed {
        claimed: u8,
    },
    Renamed {
        claimed: u8,
        name: u8,
    },
    Nonce {
        nonce: Pick,
        claimed: u8,
    },
    Link {
        link: Pick,
    },
    Heartbeat {
        heartbeat: Pick,
    },
    Asked {
        request: Pick,
    },
    Claim {
        locked: bool,
    },
    SetLock {
        locked: bool,
    },
    Kick {
        claimed: u8,
    },
    Offered {
        sealed: Pick,
    },
    Heard {
        packet: Pick,
        claimed: u8,
        stream: bool,
    },
    Send {
        stream: bool,
        bytes: u8,
    },
    Advance {
        ms: Pause,
    },
    Leave,
    Ended,
    StepOut,
    Room {
        claimed: u8,
        in_room: bool,
    },
}

/// A message sent so far, counted from the newest, and what happens to it on its way.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub(super) struct Pick {
    pub(super) back: u8,
    pub(super) edit: Option<Edit>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub(super) struct Edit {
    pub(super) at: u16,
    pub(super) byte: u8,
    pub(super) cut: bool,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub(super) enum Pause {
    None,
    Deadline,
    BeforeDeadline,
    Milliseconds(u16),
    Long(u64),
}
