//! What an attack does to its victims, and what they see of it.
//!
//! A harm is judged from outside: from what was sent, what a malicious party can open with the
//! secrets it has, and what users are shown. No harm asks whether a rule is in force.

use crate::{
    algebra::Algebra,
    client::{Phase, Seen},
    message::{Heartbeat, Seat},
    stage::StageError,
};

mod recorder;
mod run;

pub use run::{Frame, Installed, Rendered, Run};

/// Something bad that happened. Parties are named as in the script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Harm {
    /// A malicious party reads what somebody says, with the secrets of its own device and
    /// everything on the wire.
    Reads {
        /// The malicious party.
        spy: &'static str,
        /// Who says it.
        by: &'static str,
        /// What is said.
        text: &'static str,
    },
    /// Somebody encrypts under a key that a malicious party holds, and is not shown that party.
    Unseen {
        /// Who encrypts.
        by: &'static str,
        /// The malicious party.
        spy: &'static str,
    },
    /// A malicious party held a key that somebody has used, and that one's roster has no line for
    /// it, neither as present nor as having left.
    Unlisted {
        /// Whose roster.
        at: &'static str,
        /// The malicious party.
        spy: &'static str,
    },
    /// Two clients take the same heartbeat, and took different lists under one version before it.
    SplitHistory {
        /// One of them.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// Two clients are in the meeting, and each shows the other as gone.
    Apart {
        /// One of them.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// Somebody is played a packet as sent by a device that never sent it.
    ForgedVoice {
        /// Who is played it.
        listener: &'static str,
        /// The device it is shown as.
        from: Seat,
    },
    /// Somebody is played something as said by another, whose device did not say it.
    SpokenFor {
        /// Who is played it.
        listener: &'static str,
        /// Who is said to have said it.
        who: &'static str,
    },
    /// A stream key encrypts two plaintexts under one counter.
    CounterTwice,
    /// Somebody takes a key that was made longer ago than this.
    StaleKey {
        /// Who.
        who: &'static str,
        /// The age, in milliseconds.
        ms: u64,
    },
    /// Somebody encrypts under a key that was made longer ago than this.
    OldKey {
        /// Who.
        by: &'static str,
        /// The age, in milliseconds.
        ms: u64,
    },
    /// Somebody is shown a device as present of which no client is in the meeting.
    Phantom {
        /// Whose roster.
        at: &'static str,
        /// The device.
        who: Seat,
    },
    /// Somebody is shown a device as present that no leader has put on its list.
    Smuggled {
        /// Whose roster.
        at: &'static str,
        /// The device.
        who: Seat,
    },
    /// Somebody is shown another name than the one a participant joined under.
    FalseName {
        /// Whose roster.
        at: &'static str,
        /// The participant.
        who: &'static str,
    },
    /// Two people in two meetings are shown the same security code.
    SameCode {
        /// One of them.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// Somebody is out of the meeting in the end.
    ShutOut {
        /// Who.
        who: &'static str,
    },
    /// Somebody is out of the meeting and still has a secret of it.
    KeepsSecrets {
        /// Who.
        who: &'static str,
    },
    /// Whoever recorded a key sealed for this participant opens it once discrete logarithms are
    /// easy, and Kyber is not.
    Recorded {
        /// For whom it was sealed.
        to: &'static str,
    },
    /// Somebody takes a sealed key that nobody sent as it came.
    TakesAltered {
        /// Who.
        who: &'static str,
    },
}

/// What a user is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A line of the roster.
    Line {
        /// Whose roster.
        at: &'static str,
        /// The device.
        who: Seat,
        /// Shown as present, not as having left.
        here: bool,
        /// While its user says this; in the end, without it.
        during: Option<&'static str>,
    },
    /// A line of the roster that says that a device is in a breakout room.
    InRoom {
        /// Whose roster.
        at: &'static str,
        /// The device.
        who: Seat,
    },
    /// From its line in the roster, how often a device left.
    Leaves {
        /// Whose roster.
        at: &'static str,
        /// The device.
        who: Seat,
        /// At least so often.
        from: u32,
    },
    /// The user ID of the leader.
    Leader {
        /// Whose screen.
        at: &'static str,
        /// The user ID.
        user_id: &'static str,
    },
    /// The notice that another device leads.
    LeaderChanged {
        /// Whose screen.
        at: &'static str,
        /// The user ID of the new leader.
        user_id: &'static str,
    },
    /// The warning that the meeting is no longer locked.
    Unlocked {
        /// Whose screen.
        at: &'static str,
    },
    /// Two people who compare security codes see two.
    CodesDiffer {
        /// One of them.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// The client says that it is no longer in the meeting.
    Ended {
        /// Whose screen.
        at: &'static str,
    },
    /// The meeting is not labelled post-quantum.
    NotPostQuantum {
        /// Whose screen.
        at: &'static str,
    },
}

impl Harm {
    /// The malicious party it is about, if there is one.
    #[must_use]
    pub const fn spy(&self) -> Option<&'static str> {
        match self {
            Self::Reads { spy, .. } | Self::Unseen { spy, .. } | Self::Unlisted { spy, .. } => {
                Some(*spy)
            }
            Self::SplitHistory { .. }
            | Self::Apart { .. }
            | Self::ForgedVoice { .. }
            | Self::SpokenFor { .. }
            | Self::CounterTwice
            | Self::StaleKey { .. }
            | Self::OldKey { .. }
            | Self::Phantom { .. }
            | Self::Smuggled { .. }
            | Self::FalseName { .. }
            | Self::SameCode { .. }
            | Self::ShutOut { .. }
            | Self::KeepsSecrets { .. }
            | Self::Recorded { .. }
            | Self::TakesAltered { .. } => None,
        }
    }

    /// What happened, in one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Reads { spy, by, text } => format!("{spy} reads {text:?} by {by}"),
            Self::Unseen { by, spy } => {
                format!("{by} encrypts under a key that {spy} holds, and is not shown {spy}")
            }
            Self::Unlisted { at, spy } => {
                format!("{spy} held a key that {at} used, and has no line in the roster of {at}")
            }
            Self::SplitHistory { one, other } => {
                format!("{one} and {other} take the same heartbeat after different lists")
            }
            Self::Apart { one, other } => {
                format!("{one} and {other} are in the meeting, each shown the other as gone")
            }
            Self::ForgedVoice { listener, from } => {
                let user = &from.user_id;
                format!("{listener} is played a packet as from {user} that {user} never sent")
            }
            Self::SpokenFor { listener, who } => {
                format!(
                    "{listener} is played something as said by {who}, whose device did not say it"
                )
            }
            Self::CounterTwice => {
                "a stream key encrypts two plaintexts under one counter".to_owned()
            }
            Self::StaleKey { who, ms } => {
                format!("{who} takes a key made more than {} s before", ms / 1000)
            }
            Self::OldKey { by, ms } => {
                format!("{by} encrypts under a key made more than {} s before", ms / 1000)
            }
            Self::Phantom { at, who } => {
                let user = &who.user_id;
                format!("{at} is shown {user} as present, and no client of {user} is there")
            }
            Self::Smuggled { at, who } => {
                format!("{at} is shown {} as present, whom no leader listed", who.user_id)
            }
            Self::FalseName { at, who } => format!("{at} is shown {who} under a false name"),
            Self::SameCode { one, other } => {
                format!("{one} and {other} are in different meetings and see one security code")
            }
            Self::ShutOut { who } => format!("{who} is out of the meeting"),
            Self::KeepsSecrets { who } => format!("{who} is out and still has a secret of it"),
            Self::Recorded { to } => {
                format!("a recording opens later, with a quantum computer: a key sealed for {to}")
            }
            Self::TakesAltered { who } => {
                format!("{who} takes a sealed key that was changed on its way")
            }
        }
    }

    /// Whether it happened in this run.
    ///
    /// # Errors
    /// It names somebody who is not in the script.
    pub fn happened<A: Algebra>(&self, run: &Run<'_, A>) -> Result<bool, StageError> {
        Ok(match self {
            Self::Reads { spy, by, text } => run.reads(spy, by, text)?,
            Self::Unseen { by, spy } => {
                let known = run.known_to(spy)?;
                let seat = run.stage().seat(spy)?;
                run.frames_of(by).any(|frame| {
                    known.contains(&frame.meeting_key) && !shows(&frame.seen, seat, true)
                })
            }
            Self::Unlisted { at, spy } => {
                let known = run.known_to(spy)?;
                let seat = run.stage().seat(spy)?;
                let shared = run.frames_of(at).any(|frame| known.contains(&frame.meeting_key));
                shared && run.screen(at)?.is_some_and(|seen| line(&seen, seat).is_none())
            }
            Self::SplitHistory { one, other } => split(run.taken(one), run.taken(other)),
            Self::Apart { one, other } => apart(run, one, other)?,
            Self::ForgedVoice { listener, from } => {
                let sent = |it: &Rendered<A::Value>| run.said(from, &it.plaintext);
                run.rendered()
                    .iter()
                    .any(|it| it.listener == *listener && it.from == *from && !sent(it))
            }
            Self::SpokenFor { listener, who } => {
                let seat = run.stage().seat(who)?;
                let said = |words: &A::Value| run.frames_of(who).any(|it| it.plaintext == *words);
                let heard = run.rendered().iter().filter(|it| it.listener == *listener);
                heard.filter(|it| it.from == *seat).any(|it| !said(&it.plaintext))
            }
            Self::CounterTwice => counter_twice(run.frames()),
            Self::StaleKey { who, ms } => run.installed().iter().any(|key| {
                let age = run.made_ms(&key.meeting_key).map(|made| key.at_ms.saturating_sub(made));
                key.party == *who && age.is_some_and(|age| age > *ms)
            }),
            Self::OldKey { by, ms } => run.frames_of(by).any(|frame| {
                let made = run.made_ms(&frame.meeting_key);
                made.is_some_and(|made| frame.at_ms.saturating_sub(made) > *ms)
            }),
            Self::Phantom { at, who } => {
                run.screen(at)?.is_some_and(|seen| shows(&seen, who, true))
                    && !run.is_in_meeting_of(at, who)?
            }
            Self::Smuggled { at, who } => {
                run.screen(at)?.is_some_and(|seen| shows(&seen, who, true)) && !run.is_led(who)
            }
            Self::FalseName { at, who } => {
                let seen = run.screen(at)?;
                let shown = seen.as_ref().and_then(|seen| line(seen, run.stage().seat(who).ok()?));
                match &run.stage().actor(who)?.state.phase {
                    Phase::Joined(joined) => shown.is_some_and(|line| line.name != joined.name),
                    Phase::Outside | Phase::Left => false,
                }
            }
            Self::SameCode { one, other } => run.codes(one, other)?.is_some_and(|[a, b]| a == b),
            Self::ShutOut { who } => run.screen(who)?.is_none(),
            Self::KeepsSecrets { who } => {
                let state = &run.stage().actor(who)?.state;
                let kept = &state.kept;
                run.screen(who)?.is_none() && !(kept.keys.is_empty() && kept.ephemerals.is_empty())
            }
            Self::Recorded { to } => recorder::opens(run.stage(), to)?,
            Self::TakesAltered { who } => run.took_altered(who),
        })
    }
}

impl Sign {
    /// What is shown, in one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Line { at, who, here, during } => {
                let standing = if *here { "present" } else { "having left" };
                let when =
                    during.map_or(String::new(), |text| format!(" while {at} says {text:?}"));
                format!("the roster of {at} shows {} as {standing}{when}", who.user_id)
            }
            Self::InRoom { at, who } => {
                format!("the roster of {at} shows {} as in a breakout room", who.user_id)
            }
            Self::Leaves { at, who, from } => {
                format!("the roster of {at} says that {} left {from} times or more", who.user_id)
            }
            Self::Leader { at, user_id } => format!("{at} is shown {user_id} as leader"),
            Self::LeaderChanged { at, user_id } => {
                format!("{at} is told that {user_id} leads now, and shown another code")
            }
            Self::Unlocked { at } => format!("{at} is warned that the meeting is unlocked"),
            Self::CodesDiffer { one, other } => {
                format!("{one} and {other}, who compare security codes, see two")
            }
            Self::Ended { at } => format!("the client of {at} says that it left"),
            Self::NotPostQuantum { at } => {
                format!("the screen of {at} does not say post-quantum")
            }
        }
    }

    /// Whether it was shown in this run.
    ///
    /// # Errors
    /// It names somebody who is not in the script.
    pub fn shown<A: Algebra>(&self, run: &Run<'_, A>) -> Result<bool, StageError> {
        Ok(match self {
            Self::Line { at, who, here, during: None } => {
                run.screen(at)?.is_some_and(|seen| shows(&seen, who, *here))
            }
            Self::Line { at, who, here, during: Some(text) } => {
                let mut said =
                    run.frames_of(at).filter(|frame| run.is_text(frame, text)).peekable();
                said.peek().is_some() && said.all(|frame| shows(&frame.seen, who, *here))
            }
            Self::InRoom { at, who } => run
                .screen(at)?
                .is_some_and(|seen| line(&seen, who).is_some_and(|line| line.in_room)),
            Self::Leaves { at, who, from } => run.screen(at)?.is_some_and(|seen| {
                line(&seen, who).and_then(|line| line.leaves).is_some_and(|leaves| leaves >= *from)
            }),
            Self::Leader { at, user_id } => {
                run.screen(at)?.is_some_and(|seen| seen.leader.as_deref() == Some(*user_id))
            }
            Self::LeaderChanged { at, user_id } => run.is_told_of_leader(at, user_id),
            Self::Unlocked { at } => run.is_warned(at),
            Self::CodesDiffer { one, other } => run.codes(one, other)?.is_some_and(|[a, b]| a != b),
            Self::Ended { at } => run.is_told_that_it_left(at) && run.screen(at)?.is_none(),
            Self::NotPostQuantum { at } => run.screen(at)?.is_some_and(|seen| !seen.post_quantum),
        })
    }
}

fn line<'s, V>(seen: &'s Seen<V>, seat: &Seat) -> Option<&'s crate::client::RosterLine> {
    seen.roster.iter().find(|line| line.seat == *seat)
}

fn shows<V>(seen: &Seen<V>, seat: &Seat, here: bool) -> bool {
    line(seen, seat).is_some_and(|line| line.here == here)
}

/// Whether two rows of heartbeats meet again after certifying two lists under one version.
fn split<V: Eq>(one: &[Heartbeat<V>], other: &[Heartbeat<V>]) -> bool {
    one.iter().enumerate().any(|(at, beat)| {
        let there = other.iter().position(|it| it == beat);
        there.is_some_and(|there| {
            one.iter()
                .take(at)
                .any(|a| other.iter().take(there).any(|b| a.v == b.v && a.list_hash != b.list_hash))
        })
    })
}

fn apart<A: Algebra>(run: &Run<'_, A>, one: &str, other: &str) -> Result<bool, StageError> {
    let gone = |at: &str, who: &str| -> Result<bool, StageError> {
        let seat = run.stage().seat(who)?;
        Ok(run.screen(at)?.is_some_and(|seen| !shows(&seen, seat, true)))
    };
    Ok(gone(one, other)? && gone(other, one)?)
}

fn counter_twice<V: Eq>(frames: &[Frame<V>]) -> bool {
    frames.iter().enumerate().any(|(at, one)| {
        frames.iter().skip(at + 1).any(|other| {
            one.stream_key == other.stream_key
                && one.packet.counter == other.packet.counter
                && one.plaintext != other.plaintext
        })
    })
}
