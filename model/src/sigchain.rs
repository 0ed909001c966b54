//! Sigchains: what a client checks of the chains that a server serves, and what it knows then.
//!
//! ```text
//! bytes --> walk: framing, tail, disclosures --> UserChain | EmailChain | AccountChain | MembershipChain
//!                                                     \----> identity: two chains name each other
//! ```
//!
//! 4.6, subsec:sigchains. A chain is served whole and checked from its first link on; a client that knew
//! it already says by its tail how far. Links are bytes here, over real signatures: what is to be found
//! out about chains is about their bytes.

use std::{collections::BTreeMap, fmt};

use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::sigchain::{Link, Tail},
};

use crate::guard::require;

pub mod addresses;
pub mod administrators;
pub mod build;
pub mod escrowed;
pub mod history;
pub mod search;
pub mod seeds;
pub mod shown;
pub mod write;

pub use body::{Body, Kind, NewDevice, NewKeys, UserKeys};
pub use identity::identity;
pub use opening::{Opened, Opening};
pub use plain::{AccountChain, EmailChain, EscrowChange, MembershipChain};
pub use user::{Confirmed, Device, EmailChange, UserChain};

mod admissible;
mod body;
mod classes;
mod identity;
mod opening;
mod plain;
mod signatures;
#[cfg(test)]
mod tests;
mod user;

/// What a chain is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChainType {
    /// A user's devices, keys, address and account.
    User,
    /// Whose an email address is.
    Email,
    /// The identity provider and the escrow administrators of an account.
    Account,
    /// Who is in an account.
    Membership,
}

impl ChainType {
    /// Every type.
    pub const ALL: [Self; 4] = [Self::User, Self::Email, Self::Account, Self::Membership];

    /// Its name in a link.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Email => "Email",
            Self::Account => "Account",
            Self::Membership => "Membership",
        }
    }

    /// The tail of a chain of this type that has no link.
    #[must_use]
    pub fn start(self) -> Tail {
        Tail {
            sigchain_type: self.name().to_owned(),
            last_sequence_number: 0,
            last_link_hash: Octets::from([0; 32]),
        }
    }
}

/// What a server serves of a chain, and what a client goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Served<'a> {
    /// The cloud.
    pub cloud_name: &'a str,
    /// The user ID, the email address or the account ID.
    pub subject: &'a str,
    /// The tail that the client knows, if it has seen the chain before.
    pub known: Option<&'a Tail>,
    /// The links, oldest first, each as bytes.
    pub links: &'a [Octets],
    /// What is disclosed of them.
    pub openings: &'a [Opening],
}

/// Why a chain is not taken. Nothing of it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The rule.
    pub rule: Rule,
    /// The place of the link it is about, from 1; that after the last for what is missing.
    pub at: usize,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "link {}: {} {}", self.at, self.rule.id(), self.rule.statement())
    }
}

/// A link with what it says.
struct Read<'a> {
    link: &'a Link,
    body: &'a Body,
    opened: &'a Opened,
}

/// Checks what all chains have in common and has each link taken in turn. The tail of the chain.
fn walk(
    rules: RuleSet,
    chain: ChainType,
    served: &Served<'_>,
    mut take: impl FnMut(&Read<'_>) -> Result<(), Rule>,
) -> Result<Tail, Refusal> {
    let mut tail = chain.start();
    let mut openings: BTreeMap<u32, Vec<&Opening>> = BTreeMap::new();
    for opening in served.openings {
        openings.entry(opening.sequence_number).or_default().push(opening);
    }
    for (bytes, at) in served.links.iter().zip(1..) {
        let refused = |rule| Refusal { rule, at };
        let link = Link::decode(rules, bytes).map_err(|_| refused(Rule::EncodingCanonical))?;
        framing(rules, chain, served, &tail, &link).map_err(refused)?;
        let body = Body::read(rules, chain, &link).map_err(refused)?;
        let of_link = openings.remove(&link.sequence_number).unwrap_or_default();
        let opened = opening::opened(rules, &link, &body, &of_link).map_err(refused)?;
        take(&Read { link: &link, body: &body, opened: &opened }).map_err(refused)?;
        tail.last_sequence_number = link.sequence_number;
        tail.last_link_hash = link.hash(rules).map_err(|_| refused(Rule::EncodingCanonical))?;
        let passed = served.known.filter(|it| it.last_sequence_number == link.sequence_number);
        let same = passed.is_none_or(|known| known.last_link_hash == tail.last_link_hash);
        require(rules, Rule::ChainExtends, same).map_err(refused)?;
    }
    let missing = |rule| Refusal { rule, at: served.links.len() + 1 };
    let reached =
        served.known.is_none_or(|known| known.last_sequence_number <= tail.last_sequence_number);
    require(rules, Rule::ChainExtends, reached).map_err(missing)?;
    require(rules, Rule::CommitmentOpens, openings.is_empty()).map_err(missing)?;
    Ok(tail)
}

impl UserChain {
    /// The chain with one link more, of which nothing is disclosed.
    ///
    /// # Errors
    /// The link breaks a rule.
    pub fn extended(&self, rules: RuleSet, cloud_name: &str, link: &Link) -> Result<Self, Rule> {
        self.extended_by(rules, cloud_name, link, &Opened::default())
    }

    /// The same, of which this is disclosed.
    ///
    /// # Errors
    /// The link breaks a rule.
    pub fn extended_by(
        &self,
        rules: RuleSet,
        cloud_name: &str,
        link: &Link,
        opened: &Opened,
    ) -> Result<Self, Rule> {
        let mut next = self.clone();
        let subject = self.user_id.clone();
        let served =
            Served { cloud_name, subject: &subject, known: None, links: &[], openings: &[] };
        framing(rules, ChainType::User, &served, &self.tail, link)?;
        let body = Body::read(rules, ChainType::User, link)?;
        next.take(rules, &Read { link, body: &body, opened })?;
        next.tail.last_sequence_number = link.sequence_number;
        next.tail.last_link_hash = link.hash(rules).map_err(|_| Rule::EncodingCanonical)?;
        Ok(next)
    }
}

/// Whether a link belongs here: behind this tail of this chain.
fn framing(
    rules: RuleSet,
    chain: ChainType,
    served: &Served<'_>,
    tail: &Tail,
    link: &Link,
) -> Result<(), Rule> {
    require(rules, Rule::LinkOfChainType, link.sigchain_type == chain.name())?;
    require(rules, Rule::LinkOfCloud, link.cloud_name == served.cloud_name)?;
    // The address of an email chain is hidden: it is compared where it is disclosed.
    let of_subject = match chain {
        ChainType::User | ChainType::Account | ChainType::Membership => {
            link.subject.as_slice() == served.subject.as_bytes()
        }
        ChainType::Email => link.subject.len() == 32,
    };
    require(rules, Rule::LinkOfSubject, of_subject)?;
    let next = tail.last_sequence_number.checked_add(1);
    require(rules, Rule::LinkNumberByOne, Some(link.sequence_number) == next)?;
    require(rules, Rule::LinkCarriesHash, link.prev == tail.last_link_hash)
}
