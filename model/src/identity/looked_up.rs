//! The tails of a participant in the server's tree (4.6, sec:ztt; readings ).

use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::{
        binding::Binding,
        sigchain::Tail,
        transparency::{TreeState, name},
    },
};

use super::{
    Answers, Attested, Chains, Here, Participant, Said, Signed, Vouched, checked, require,
};
use crate::{
    sigchain::ChainType,
    transparency::{Place, lookup},
};

/// What the server shows of the tree for a participant.
#[derive(Clone, Copy, Debug)]
pub struct Proofs<'a> {
    /// The newest commitment that the client took.
    pub state: &'a TreeState,
    /// The proofs of the tails of user, address and account. That of an empty tail is not looked at.
    pub lookups: &'a [Octets; 3],
}

/// By what a participant is displayed with identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShownBy {
    /// By nothing: there are none.
    Nothing,
    /// A provider vouches for it.
    Attested,
    /// The tree has its tails.
    LookedUp,
}

impl ShownBy {
    /// How the page calls it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Nothing => "none",
            Self::Attested => "attested",
            Self::LookedUp => "looked_up",
        }
    }

    /// By what this participant is displayed, with the tree or without.
    pub(super) const fn of(participant: &Participant, looks_up: bool) -> Self {
        if participant.attested.is_some() {
            Self::Attested
        } else if looks_up && participant.device.is_some() {
            Self::LookedUp
        } else {
            Self::Nothing
        }
    }
}

/// Who a participant with this binding is, for a client that looks into the tree, or for one that
/// does not.
///
/// # Errors
/// The rule that is broken first, in the order of `docs/meeting-identity.md`.
pub fn looked_up(
    rules: RuleSet,
    answers: &impl Answers,
    here: Here<'_>,
    joined: (&Binding<'_>, Signed<'_>, Signed<'_>),
    (said, vouched): (Said<'_>, Option<Vouched<'_>>),
    proofs: Option<Proofs<'_>>,
) -> Result<(Participant, ShownBy), Rule> {
    let (mut participant, chains) = checked(rules, answers, here, joined, said, vouched)?;
    if chains.are_of_a_guest() {
        return Ok((participant, ShownBy::Nothing));
    }
    if let Some(Proofs { state, lookups: [of_user, of_email, of_account] }) = proofs {
        for chain in chains.named() {
            let proof = match chain.kind {
                ChainType::User => of_user,
                ChainType::Email => of_email,
                ChainType::Account | ChainType::Membership => of_account,
            };
            in_tree(rules, state, (chain.kind, chain.subject), chain.tail, proof)?;
        }
        let named = chains.provider();
        provider(rules, participant.attested.as_ref(), named)?;
    }
    let shown = ShownBy::of(&participant, proofs.is_some());
    if shown == ShownBy::Nothing && rules.contains(Rule::ShownWithProof) {
        participant.device = None;
        participant.email.clear();
        participant.account_id.clear();
    }
    Ok((participant, shown))
}

impl Chains<'_> {
    /// The provider that the chain of the account names.
    pub(super) fn provider(&self) -> Option<&str> {
        self.account.as_ref().and_then(|chain| chain.idp_domain.as_deref())
    }
}

/// Whether the tree has this tail as the newest of its chain.
///
/// # Errors
/// It does not.
pub(super) fn in_tree(
    rules: RuleSet,
    state: &TreeState,
    (kind, subject): (ChainType, &str),
    tail: &Tail,
    proof: &Octets,
) -> Result<(), Rule> {
    if !rules.contains(Rule::TailsLookedUp) {
        return Ok(());
    }
    let name = name(rules, kind.name(), subject).map_err(|_| Rule::LabelOfName)?;
    let TreeState { epoch, root, vrf_key } = state;
    let place = Place { epoch: *epoch, root, vrf_key, name: &name };
    let tail = tail.encode(rules).unwrap_or_default();
    lookup(rules, &place, &tail, proof).map(|_| ())
}

/// Whether the provider that vouches is the one that the account's chain names.
///
/// # Errors
/// It is not.
pub(super) fn provider(
    rules: RuleSet,
    attested: Option<&Attested>,
    named: Option<&str>,
) -> Result<(), Rule> {
    let is_it = attested.is_none_or(|attested| named == Some(&attested.provider));
    require(rules, Rule::ProviderAsInTree, is_it)
}
