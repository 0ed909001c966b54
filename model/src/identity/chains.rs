//! The three chains of a participant, checked, and what they say of it.

use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::{
        identity::Tails,
        sigchain::{Link, Tail},
    },
};

use super::{AccountChain, Device, EmailChain, Given, Said, Served, UserChain, require};
use crate::sigchain::{ChainType, identity};

/// A chain that was checked, with what it is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'a> {
    pub(super) kind: ChainType,
    pub(super) subject: &'a str,
    pub(super) tail: &'a Tail,
    pub(super) links: &'a [Octets],
}

/// Chains that were checked, each with its links.
pub(super) struct Chains<'a> {
    pub(super) user: UserChain,
    /// None where the participant is said to have no address.
    pub(super) email: Option<EmailChain>,
    /// None where the participant is said to have no account.
    pub(super) account: Option<AccountChain>,
    said: Said<'a>,
}

impl<'a> Chains<'a> {
    /// Checks the chains that are served, from their first links on.
    ///
    /// # Errors
    /// A link breaks a rule, or what was known already is missing.
    pub(super) fn verify(
        rules: RuleSet,
        cloud_name: &str,
        user_id: &str,
        said: Said<'a>,
    ) -> Result<Self, Rule> {
        let served = |subject, given: Given<'a>| {
            let Given { known, links, openings } = given;
            Served { cloud_name, subject, known, links, openings }
        };
        // A guest has no chain. That it is a guest the tails that were signed say.
        let is_guest = said.user_chain.links.is_empty();
        let of_user = if is_guest { rules.without(Rule::RootFirst) } else { rules };
        let user = UserChain::verify(of_user, &served(user_id, said.user_chain));
        let user = user.map_err(|refusal| refusal.rule)?;
        let email = if said.email.is_empty() {
            None
        } else {
            let chain = EmailChain::verify(rules, &served(said.email, said.email_chain));
            Some(chain.map_err(|refusal| refusal.rule)?)
        };
        let account = if said.account_id.is_empty() {
            None
        } else {
            let chain = AccountChain::verify(rules, &served(said.account_id, said.account_chain));
            Some(chain.map_err(|refusal| refusal.rule)?)
        };
        Ok(Self { user, email, account, said })
    }

    /// Where they end.
    pub(super) fn tails(&self, rules: RuleSet) -> Tails {
        Tails {
            user: encoded(rules, Some(&self.user.tail)),
            email: encoded(rules, self.email.as_ref().map(|chain| &chain.tail)),
            account: encoded(rules, self.account.as_ref().map(|chain| &chain.tail)),
        }
    }

    /// Those that have links: of user, address and account, in this order.
    pub(super) fn named(&self) -> Vec<Named<'_>> {
        let said = &self.said;
        let user = Some((&self.user.user_id[..], &self.user.tail, said.user_chain.links));
        let email = self.email.as_ref();
        let email = email.map(|chain| (said.email, &chain.tail, said.email_chain.links));
        let account = self.account.as_ref();
        let account = account.map(|chain| (said.account_id, &chain.tail, said.account_chain.links));
        let all =
            [(ChainType::User, user), (ChainType::Email, email), (ChainType::Account, account)];
        all.into_iter()
            .filter_map(|(kind, chain)| {
                let (subject, tail, links) = chain?;
                (!links.is_empty()).then_some(Named { kind, subject, tail, links })
            })
            .collect()
    }

    /// Whether there is no chain of a user.
    pub(super) const fn are_of_a_guest(&self) -> bool {
        self.user.tail.last_sequence_number == 0
    }

    /// The device that joined with an identity key.
    ///
    /// # Errors
    /// The user has no such device, or it has another key by now, or is revoked.
    pub(super) fn device(&self, rules: RuleSet, ivk: &Octets) -> Result<Option<Device>, Rule> {
        let device = self.user.devices.iter().find(|device| device.ever_signed_with(ivk));
        require(rules, Rule::KeyOfUser, device.is_some())?;
        let present = device.is_none_or(|device| device.keys.verifying == *ivk);
        require(rules, Rule::KeyNotReplaced, present)?;
        let active = device.is_none_or(|device| device.revoked.is_none());
        require(rules, Rule::DeviceInUseActive, active)?;
        Ok(device.cloned())
    }

    /// Whether the address is the user's, or there is none.
    ///
    /// # Errors
    /// The chains of user and address do not say so.
    pub(super) fn address(&self, rules: RuleSet, email: &str) -> Result<(), Rule> {
        match &self.email {
            Some(chain) => identity(rules, &self.user, chain, email),
            None => require(rules, Rule::MissingIsNone, self.user.email.is_none()),
        }
    }

    /// Whether the account is the user's, or there is none.
    ///
    /// # Errors
    /// The chain of the user does not say so.
    pub(super) fn account(&self, rules: RuleSet, account_id: &str) -> Result<(), Rule> {
        let disclosed = self.user.account_id.as_deref();
        if account_id.is_empty() {
            let none = self.user.account_changed.is_none() || disclosed == Some("");
            require(rules, Rule::MissingIsNone, none)
        } else {
            require(rules, Rule::AccountOfUser, disclosed == Some(account_id))
        }
    }

    /// Whether an encoded tail is of a link of the chain of this type, or of none at all.
    pub(super) fn have(&self, rules: RuleSet, chain: ChainType, tail: &Octets) -> bool {
        if tail.is_empty() {
            return true;
        }
        let links = match chain {
            ChainType::User => Some(self.said.user_chain.links),
            ChainType::Email => self.email.as_ref().map(|_| self.said.email_chain.links),
            ChainType::Account => self.account.as_ref().map(|_| self.said.account_chain.links),
            ChainType::Membership => None,
        };
        let Ok(tail) = Tail::decode(rules, tail) else { return false };
        let before = tail.last_sequence_number.checked_sub(1);
        let at = before.and_then(|before| usize::try_from(before).ok());
        let link = at.zip(links).and_then(|(at, links)| links.get(at));
        let link = link.and_then(|link| Link::decode(rules, link).ok());
        let hash = link.and_then(|link| link.hash(rules).ok());
        tail.sigchain_type == chain.name() && hash == Some(tail.last_link_hash)
    }
}

/// The number of the link that an encoded tail is of, 0 for an empty one.
pub(super) fn number(rules: RuleSet, tail: &Octets) -> Option<u32> {
    if tail.is_empty() {
        return Some(0);
    }
    Tail::decode(rules, tail).ok().map(|tail| tail.last_sequence_number)
}

/// A tail as it is signed: nothing for a chain without links.
fn encoded(rules: RuleSet, tail: Option<&Tail>) -> Octets {
    let tail = tail.filter(|tail| tail.last_sequence_number > 0);
    tail.and_then(|tail| tail.encode(rules).ok()).unwrap_or_default()
}
