//! Whether a link of a user's chain is admissible in the state before it.

use std::collections::BTreeSet;

use conclave_spec::{Rule, RuleSet};

use super::{
    Body, UserChain,
    body::{Kind, UserKeys},
    require,
};

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
        if let Some(device) = &body.device {
            self.device_is_new(rules, device)?;
        }
        if let Some((_, keys)) = &body.replaced {
            self.keys_are_new(rules, keys)?;
        }
        let each_once = body.revoked.iter().collect::<BTreeSet<_>>().len() == body.revoked.len();
        let active = |id: &String| self.place(id).is_some_and(|at| self.is_active(at));
        require(rules, Rule::RevokedWasActive, each_once && body.revoked.iter().all(active))?;
        self.lockdown_allows(rules, body, signer)?;
        match (self.brings(body, signer), &body.user_keys) {
            (Brings::Must(rule), None) | (Brings::MustNot(rule), Some(_)) => {
                require(rules, rule, false)?;
            }
            (Brings::Must(_) | Brings::May, Some(_)) | (Brings::MustNot(_) | Brings::May, None) => {
            }
        }
        body.user_keys.as_ref().map_or(Ok(()), |keys| self.user_keys_fit(rules, body, keys))
    }

    fn lockdown_allows(
        &self,
        rules: RuleSet,
        body: &Body,
        signer: Option<usize>,
    ) -> Result<(), Rule> {
        let confirmed = signer.is_none_or(|at| self.is_confirmed(at));
        if let Some(on) = body.lockdown {
            require(rules, Rule::LockdownByOldest, confirmed)?;
            let one_class = || {
                let mut active = (0..self.devices.len()).filter(|at| self.is_active(*at));
                active.all(|at| self.is_confirmed(at))
            };
            let begins = on && !self.lockdown;
            require(rules, Rule::LockdownNeedsOneClass, !begins || one_class())?;
        }
        // Without keys it would say nothing at all.
        let rotates = body.kind != Kind::PerUserKeyRotate || !self.lockdown || confirmed;
        require(rules, Rule::LockdownKeysConfirmed, rotates)?;
        let approves = !body.approves() || !self.lockdown || confirmed;
        require(rules, Rule::LockdownApprovesConfirmed, approves)
    }

    /// Whether a link brings keys (4.6, subsubsec:usersigchains and subsubsec:lockdownmode; R-122).
    fn brings(&self, body: &Body, signer: Option<usize>) -> Brings {
        let confirmed = signer.is_some_and(|at| self.is_confirmed(at));
        let leaves = signer.is_some() && body.revoked.iter().any(|id| self.place(id) == signer);
        let adds = body.device.is_some();
        // The new device gets the keys there are.
        let hands_on = self.lockdown && body.kind == Kind::DeviceAddAndApprove;
        if body.is_by_server() {
            Brings::MustNot(Rule::ServerBringsNoKeys)
        } else if self.lockdown && !confirmed {
            Brings::MustNot(Rule::LockdownKeysConfirmed)
        } else if leaves {
            Brings::MustNot(Rule::LeaverBringsNoKeys)
        } else if adds && !hands_on {
            Brings::Must(Rule::AddBringsKeys)
        } else if matches!(body.kind, Kind::DeviceKeyRotate | Kind::PerUserKeyRotate) {
            Brings::Must(Rule::RotateBringsKeys)
        } else if body.revoked.iter().any(|id| self.had_keys(id)) {
            Brings::Must(Rule::RevokeBringsKeys)
        } else {
            Brings::May
        }
    }

    /// Whether a link has to bring keys, whoever signs it.
    pub(super) fn must_bring(&self, body: &Body) -> bool {
        let signer = body.signer.as_ref().and_then(|id| self.place(id));
        matches!(self.brings(body, signer), Brings::Must(_))
    }

    /// Whether a device has ever been given per-user keys: in lockdown only a confirmed one.
    fn had_keys(&self, id: &str) -> bool {
        !self.lockdown || self.place(id).is_some_and(|at| self.is_confirmed(at))
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
    pub(super) fn classic_after(&self, body: &Body) -> usize {
        let classic = |at: &usize| self.is_active(*at) && self.is_classic(*at);
        let gone: BTreeSet<_> = body.revoked.iter().filter_map(|id| self.place(id)).collect();
        let mut count = self.classic.saturating_sub(gone.iter().filter(|at| classic(at)).count());
        count += usize::from(body.device.as_ref().is_some_and(|it| it.keys.kyber768.is_empty()));
        if let Some((device_id, keys)) = &body.replaced {
            let was = self.place(device_id).is_some_and(|at| classic(&at));
            count = count.saturating_sub(usize::from(was));
            count += usize::from(keys.kyber768.is_empty());
        }
        count
    }
}
