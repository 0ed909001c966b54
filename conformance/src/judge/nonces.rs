//! When a client posts its liveness nonces.
//!
//! The interval is "about three minutes": a nonce may come a little earlier or later than that of
//! the reference, which moves every one after it.

use conclave_spec::Profile;

/// The nonces of a client since it joined.
#[derive(Debug)]
pub(super) struct Nonces {
    interval_ms_min: u64,
    /// How much later than the reference's a nonce may come.
    slack_ms: u64,
    last_ms: Option<u64>,
    /// When the reference posted its last one.
    reference_ms: Option<u64>,
    /// How many the client has posted beyond those of the reference.
    ahead: u32,
    /// The moment from which one that the reference has posted is missing for too long.
    owed_ms: Option<u64>,
}

impl Nonces {
    pub(super) fn new(profile: &Profile) -> Self {
        let params = profile.params;
        let slack = params.nonce_interval_ms_max.saturating_sub(params.nonce_interval_ms);
        Self {
            interval_ms_min: u64::from(params.nonce_interval_ms_min),
            slack_ms: u64::from(slack),
            last_ms: None,
            reference_ms: None,
            ahead: 0,
            owed_ms: None,
        }
    }

    /// The client joins, or leaves.
    pub(super) fn joined(&mut self) {
        (self.last_ms, self.reference_ms) = (None, None);
        (self.ahead, self.owed_ms) = (0, None);
    }

    /// Notes a nonce and says whether it comes too early.
    pub(super) fn posted(&mut self, at_ms: u64) -> bool {
        let before = self.last_ms.replace(at_ms);
        before.is_some_and(|before| at_ms.saturating_sub(before) < self.interval_ms_min)
    }

    /// The nonce noted last is that of the reference.
    pub(super) fn matched(&mut self) {
        self.reference_ms = self.last_ms;
    }

    /// The nonce noted last is none of the reference's at this moment.
    pub(super) fn unexpected(&mut self) {
        // One that is owed comes late; without one it comes early.
        if self.owed_ms.take().is_none() {
            self.ahead = self.ahead.saturating_add(1);
        }
    }

    /// The nonce that the reference posts at this moment did not come: it came before, or may come
    /// later.
    pub(super) fn missing(&mut self, at_ms: u64) {
        let before = self.reference_ms.replace(at_ms).unwrap_or_default();
        if self.ahead > 0 {
            self.ahead -= 1;
            return;
        }
        // As long after the client's last one as the reference's after its own, and a little more.
        let interval_ms = at_ms.saturating_sub(before).saturating_add(self.slack_ms);
        self.owed_ms = Some(self.last_ms.unwrap_or_default().saturating_add(interval_ms));
    }

    /// Whether a nonce is missing for too long. Says so once.
    pub(super) fn overdue(&mut self, now_ms: u64) -> bool {
        self.owed_ms.take_if(|latest_ms| *latest_ms < now_ms).is_some()
    }
}
