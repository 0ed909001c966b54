//! The chains that nobody signs: of an email address, an account, and the members of an account.

use conclave_spec::{
    Rule, RuleSet,
    formulas::sigchain::{Link, Tail},
};

use super::{ChainType, Opened, Refusal, Served, body::Kind, require, signatures, walk};

/// Whose an email address is (4.6, "Email Sigchains").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailChain {
    /// The tail.
    pub tail: Tail,
    /// The user that the last link names, and the number of the link in that user's chain, where it is
    /// disclosed.
    pub user: Option<(String, u32)>,
}

impl EmailChain {
    /// Checks the chain of an address. That the last link is about the address must be disclosed.
    ///
    /// # Errors
    /// A link breaks a rule, or what is known already is missing.
    pub fn verify(rules: RuleSet, served: &Served<'_>) -> Result<Self, Refusal> {
        Self::verify_with(rules, served, |_, _| {})
    }

    /// The same, where somebody else is given what is disclosed of each link, with its number.
    pub(super) fn verify_with(
        rules: RuleSet,
        served: &Served<'_>,
        mut give: impl FnMut(u32, &Opened),
    ) -> Result<Self, Refusal> {
        let (mut user, mut disclosed) = (None, false);
        let tail = walk(rules, ChainType::Email, served, |read| {
            unsigned(rules, read.link)?;
            let address = read.opened.address.as_deref();
            let about_it = address.is_none_or(|address| address == served.subject);
            require(rules, Rule::LinkOfSubject, about_it)?;
            disclosed = address.is_some();
            user = read.opened.user.clone();
            give(read.link.sequence_number, read.opened);
            Ok(())
        })?;
        require(rules, Rule::LinkOfSubject, disclosed || served.links.is_empty())
            .map_err(|rule| Refusal { rule, at: served.links.len() })?;
        Ok(Self { tail, user })
    }
}

/// What an account has (4.6, "Account Sigchains").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountChain {
    /// The tail.
    pub tail: Tail,
    /// The domain of the identity provider, if there ever was one.
    pub idp_domain: Option<String>,
    /// The newest word on escrow administrators, if there ever was one.
    pub escrow: Option<EscrowChange>,
}

/// Who an account's escrow administrators are, as far as the chain says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EscrowChange {
    /// The user ID of their chain, empty for none, and the number of its newest link then, where
    /// disclosed.
    pub opened: Option<(String, u32)>,
}

impl AccountChain {
    /// Checks the chain of an account.
    ///
    /// # Errors
    /// A link breaks a rule, or what is known already is missing.
    pub fn verify(rules: RuleSet, served: &Served<'_>) -> Result<Self, Refusal> {
        let (mut idp_domain, mut escrow) = (None, None);
        let tail = walk(rules, ChainType::Account, served, |read| {
            unsigned(rules, read.link)?;
            if let Some(domain) = &read.body.idp_domain {
                idp_domain = Some(domain.clone());
            }
            if read.body.kind == Kind::EscrowAdmin {
                escrow = Some(EscrowChange { opened: read.opened.escrow.clone() });
            }
            Ok(())
        })?;
        Ok(Self { tail, idp_domain, escrow })
    }
}

/// Who came to an account and went (4.6, "Membership Sigchains"). Clients do not rely on it yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembershipChain {
    /// The tail.
    pub tail: Tail,
    /// How many members came.
    pub added: usize,
    /// How many went.
    pub removed: usize,
}

impl MembershipChain {
    /// Checks the chain of the members of an account.
    ///
    /// # Errors
    /// A link breaks a rule, or what is known already is missing.
    pub fn verify(rules: RuleSet, served: &Served<'_>) -> Result<Self, Refusal> {
        let (mut came, mut went) = (0, 0);
        let tail = walk(rules, ChainType::Membership, served, |read| {
            unsigned(rules, read.link)?;
            for field in read.body.committed.keys() {
                came += usize::from(field.starts_with("added/"));
                went += usize::from(field.starts_with("removed/"));
            }
            Ok(())
        })?;
        Ok(Self { tail, added: came, removed: went })
    }
}

/// Links of these chains carry no signatures.
pub(super) fn unsigned(rules: RuleSet, link: &Link) -> Result<(), Rule> {
    signatures::check(rules, link, &[])
}
