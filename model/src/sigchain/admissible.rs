//! Whether a link of a user's chain is admissible in the state before it.

use std::collections::BTreeSet;

use conclave_spec::{Rule, RuleSet};

use super::{Body, UserChain, body::UserKeys, require};

/// Whether a link brings per-user keys.
enum Brings {
    /// It must, by this rule.
    Must(Rule),
    /// It must not, by this rule.
    MustNot(Rule),
    /// As it likes.
    May,
}

impl UserChain {
    /// Whether a link whose signatures hold may stand behind the links before it.
    pub(super) fn admits(
        &self,
        rules: RuleSet,
        body: &Body,
        signer: Option<usize>,
    ) -> Result<(), Rule> {
        if let Some(device) = body.new_device() {
            self.device_is_new(rules, device)?;
        }
        if let Body::DeviceKeyRotate { keys, .. } = body {
            self.keys_are_new(rules, keys)?;
        }
        let revoked = body.revoked();
        let each_once = revoked.iter().collect::<BTreeSet<_>>().len() == revoked.len();
        let active = |id: &String| self.place(id).is_some_and(|at| self.is_active(at));
        require(rules, Rule::RevokedWasActive, each_once && revoked.iter().all(active))?;
        self.lockdown_allows(rules, body, signer)?;
        match (self.brings(body, signer), body.user_keys()) {
            (Brings::Must(rule), None) => require(rules, rule, false)?,
            (Brings::MustNot(rule), Some(_)) => require(rules, rule, false)?,
            _ => {}
        }
        body.user_keys().map_or(Ok(()), |keys| self.user_keys_fit(rules, body, keys))
    }

    fn lockdown_allows(
        &self,
        rules: RuleSet,
        body: &Body,
        signer: Option<usize>,
    ) -> Result<(), Rule> {
        let of_oldest = signer.is_none_or(|at| self.is_of_oldest_class(at));
        match body {
            Body::LockdownMode { on, .. } => {
                require(rules, Rule::LockdownByOldest, of_oldest)?;
                let one_class = || {
                    let mut active = (0..self.devices.len()).filter(|at| self.is_active(*at));
                    active.all(|at| self.is_of_oldest_class(at))
                };
                require(rules, Rule::LockdownNeedsOneClass, !on || one_class())
            }
            Body::BatchApprove { .. } | Body::DeviceAddAndApprove { .. } => {
                let confirmed = !self.lockdown || of_oldest;
                require(rules, Rule::LockdownApprovesConfirmed, confirmed)
            }
            _ => Ok(()),
        }
    }

    /// Whether a link brings keys (4.6, subsubsec:usersigchains and subsubsec:lockdownmode).
    fn brings(&self, body: &Body, signer: Option<usize>) -> Brings {
        let confirmed = signer.is_some_and(|at| self.is_of_oldest_class(at));
        if self.lockdown && !confirmed && !matches!(body, Body::DeviceRevoke { signer: None, .. }) {
            return Brings::MustNot(Rule::LockdownKeysConfirmed);
        }
        let leaves = signer.is_some() && body.revoked().iter().any(|id| self.place(id) == signer);
        if leaves {
            return Brings::MustNot(Rule::LeaverBringsNoKeys);
        }
        match body {
            Body::UserRoot { .. } | Body::DeviceAdd { .. } => Brings::Must(Rule::AddBringsKeys),
            // The new device gets the keys there are.
            Body::DeviceAddAndApprove { .. } if self.lockdown => Brings::May,
            Body::DeviceAddAndApprove { .. } => Brings::Must(Rule::AddBringsKeys),
            Body::DeviceKeyRotate { .. } | Body::PerUserKeyRotate { .. } => {
                Brings::Must(Rule::RotateBringsKeys)
            }
            Body::DeviceRevoke { signer: None, .. } => Brings::MustNot(Rule::ServerBringsNoKeys),
            Body::DeviceRevoke { .. } | Body::BatchApprove { .. } => self.revoking(body),
            _ => Brings::May,
        }
    }

    /// Whether a revocation of others brings keys: unless nobody who is revoked ever had one.
    fn revoking(&self, body: &Body) -> Brings {
        let mut revoked = body.revoked().iter().map(|id| self.place(id));
        let had_keys =
            |at: Option<usize>| !self.lockdown || at.is_some_and(|at| self.is_of_oldest_class(at));
        if revoked.any(had_keys) { Brings::Must(Rule::RevokeBringsKeys) } else { Brings::May }
    }

    /// Whether per-user keys are new, and hybrid exactly when they can be.
    fn user_keys_fit(&self, rules: RuleSet, body: &Body, keys: &UserKeys) -> Result<(), Rule> {
        let used = keys.each.iter().any(|key| self.old_user_keys.contains(key));
        require(rules, Rule::UserKeysNew, !used)?;
        let all_hybrid = self.classic_after(body) == 0;
        require(rules, Rule::HybridWhenAll, !keys.hybrid || all_hybrid)?;
        require(rules, Rule::HybridOnceAll, keys.hybrid || !all_hybrid)
    }

    /// How many active devices have no Kyber key once the link is taken.
    fn classic_after(&self, body: &Body) -> usize {
        let classic = |at: &usize| self.is_active(*at) && self.is_classic(*at);
        let gone: BTreeSet<_> = body.revoked().iter().filter_map(|id| self.place(id)).collect();
        let mut count = self.classic.saturating_sub(gone.iter().filter(|at| classic(at)).count());
        count += usize::from(body.new_device().is_some_and(|it| it.keys.kyber768.is_empty()));
        if let Body::DeviceKeyRotate { device_id, keys, .. } = body {
            let was = self.place(device_id).is_some_and(|at| classic(&at));
            count = count.saturating_sub(usize::from(was));
            count += usize::from(keys.kyber768.is_empty());
        }
        count
    }
}
