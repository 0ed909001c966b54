//! The state of the tree: whether it counts, and who vouches for it (4.6, subsec:zttaudit; readings
//!

use conclave_spec::{
    Label, Octets, Rule, RuleSet, formulas::transparency::TreeState, layouts::transparency::AUDIT,
    wire,
};

use super::proofs::Fields;
use crate::guard::require;

/// A state and a signature on it.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// The state.
    pub state: &'a TreeState,
    /// The signature, 64 bytes.
    pub signature: &'a Octets,
}

/// What an auditor says of an epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// The auditor's key, 32 bytes.
    pub auditor: Octets,
    /// The state it saw.
    pub state: TreeState,
    /// The server's signature, 64 bytes.
    pub server_signature: Octets,
    /// The auditor's own, 64 bytes.
    pub signature: Octets,
}

impl Audit {
    /// Its bytes; none where a width is wrong.
    #[must_use]
    pub fn encode(&self, rules: RuleSet) -> Octets {
        let fields = [
            ("auditor", self.auditor.clone()),
            ("epoch", wire::u64_be(self.state.epoch)),
            ("root", self.state.root.clone()),
            ("vrf_key", self.state.vrf_key.clone()),
            ("server_signature", self.server_signature.clone()),
            ("signature", self.signature.clone()),
        ];
        wire::encode(&AUDIT, rules, &fields).unwrap_or_default()
    }

    /// The audit in these bytes.
    ///
    /// # Errors
    /// They are none of an audit.
    pub fn decode(rules: RuleSet, bytes: &Octets) -> Result<Self, Rule> {
        let mut fields = Fields::of(&AUDIT, rules, bytes)?;
        Ok(Self {
            auditor: fields.octets()?,
            state: TreeState {
                epoch: fields.number()?,
                root: fields.octets()?,
                vrf_key: fields.octets()?,
            },
            server_signature: fields.octets()?,
            signature: fields.octets()?,
        })
    }
}

/// Whether an auditor vouches for a commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// One does.
    Audited,
    /// None was reached that does.
    Degraded,
}

/// What a client is to show of a commitment that counts.
///
/// `known` is the state that the client knew, `auditors` are the keys of those it trusts.
///
/// # Errors
/// The rule that is broken first, in the order of `docs/transparency.md`.
pub fn commitment(
    rules: RuleSet,
    (cloud_name, server_key, auditors): (&str, &Octets, &[Octets]),
    known: Option<&TreeState>,
    offered: Signed<'_>,
    audits: &[Audit],
) -> Result<Level, Rule> {
    let Signed { state, signature } = offered;
    let by_server = |state: &TreeState, signature: &Octets| {
        let signed =
            state.is_signed(rules, cloud_name, (Label::TreeCommitment, server_key), signature);
        require(rules, Rule::TreeSigned, signed)
    };
    by_server(state, signature)?;
    if let Some(known) = known {
        require(rules, Rule::LabelKeyKept, state.vrf_key == known.vrf_key)?;
        require(rules, Rule::TreeGoesOn, state.epoch >= known.epoch)?;
        let same = state.epoch != known.epoch || state.root == known.root;
        require(rules, Rule::TreeUnforked, same)?;
    }
    let mut level = Level::Degraded;
    for audit in audits {
        let by = (Label::TreeAudit, &audit.auditor);
        let counts = auditors.contains(&audit.auditor)
            && audit.state.is_signed(rules, cloud_name, by, &audit.signature);
        require(rules, Rule::AuditSigned, counts)?;
        by_server(&audit.state, &audit.server_signature)?;
        let agrees = [Some(state), known]
            .into_iter()
            .flatten()
            .all(|it| it.epoch != audit.state.epoch || it.is_like(&audit.state));
        require(rules, Rule::AuditAgrees, agrees)?;
        if audit.state.epoch == state.epoch {
            level = Level::Audited;
        }
    }
    Ok(if rules.contains(Rule::AuditShown) { level } else { Level::Audited })
}

/// Whether two commitments of one epoch show that the server forked its tree.
///
/// # Errors
/// The rule that is broken first, in the order of `docs/transparency.md`.
pub fn fork(
    rules: RuleSet,
    (cloud_name, server_key): (&str, &Octets),
    [one, other]: [Signed<'_>; 2],
) -> Result<(), Rule> {
    for Signed { state, signature } in [one, other] {
        let by = (Label::TreeCommitment, server_key);
        let signed = state.is_signed(rules, cloud_name, by, signature);
        require(rules, Rule::TreeSigned, signed)?;
    }
    let differ = one.state.epoch == other.state.epoch && !one.state.is_like(other.state);
    require(rules, Rule::ForkShown, differ)
}
