//! Who a participant of a meeting is: what a client checks of chains and attestation before it
//! displays an address, an account or a device (4.6, subsec:keyagreementidentity; readings R-139 to
//! R-142).
//!
//! ```text
//! binding, statement  --> signed, each with tails
//! chains served       --> sigchain: checked whole --> end in those tails, have the device in use
//! attestation, if any --> attestation: checked --> tails lie on the chains, nothing changed since
//! ```
//!
//! Nothing of a participant is displayed before all of it holds. With the server's tree of tails each of
//! these tails is looked up too ([`looked_up`]), and over a meeting all of it goes on ([`meeting`]).

use conclave_spec::{
    Label, Octets, Rule, RuleSet,
    formulas::{
        binding::{Binding, Statement},
        identity::{Tails, binding_with_tails, statement_with_tails},
        sigchain::Tail,
        sign::verify as is_signed,
    },
};

use crate::{
    attestation::{self, Answers, Attested, Shown},
    guard::require,
    sigchain::{AccountChain, Device, EmailChain, Opening, Served, UserChain},
};

mod attested;
mod chains;
mod looked_up;
pub mod meeting;
#[cfg(test)]
mod tests;

use chains::Chains;
pub use looked_up::{Proofs, ShownBy, looked_up};

/// What is signed about a participant, with the tails that are said to be in it.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// The tails.
    pub tails: &'a Tails,
    /// The signature, 64 bytes.
    pub signature: &'a Octets,
}

/// A chain as the server gives it.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// What the client knew of it.
    pub known: Option<&'a Tail>,
    /// The links, oldest first, each as bytes.
    pub links: &'a [Octets],
    /// What is disclosed of them.
    pub openings: &'a [Opening],
}

/// What the server says of a participant.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// The address, empty for none.
    pub email: &'a str,
    /// The account, empty for none.
    pub account_id: &'a str,
    /// The chain of the user; without links that of a guest.
    pub user_chain: Given<'a>,
    /// The chain of the address; not looked at without an address.
    pub email_chain: Given<'a>,
    /// The chain of the account; not looked at without an account.
    pub account_chain: Given<'a>,
}

/// An attestation that a participant shows, and what the server says of it.
#[derive(Clone, Copy, Debug)]
pub struct Vouched<'a> {
    /// The attestation, a JWT in compact form.
    pub attestation: &'a str,
    /// The domain of the account.
    pub adn: &'a str,
    /// The holder's signature over both, 64 bytes.
    pub signature: &'a Octets,
    /// The domain of the account, as the server gives it.
    pub served_adn: &'a str,
    /// The domain of the account's identity provider, as the server gives it.
    pub served_provider: &'a str,
}

/// What a client goes by.
#[derive(Clone, Copy, Debug)]
pub struct Here<'a> {
    /// The cloud.
    pub cloud_name: &'a str,
    /// The time, in seconds after 1970.
    pub now_s: u64,
    /// The key of the server's statements, 32 bytes.
    pub server_key: &'a Octets,
}

/// What may be displayed of a participant, and what is to be remembered. Of a guest nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    /// The device in use; none of a guest.
    pub device: Option<Device>,
    /// The address, empty for none.
    pub email: String,
    /// The account, empty for none.
    pub account_id: String,
    /// What an identity provider vouches for.
    pub attested: Option<Attested>,
    /// The tails of the chains.
    pub tails: Tails,
}

/// Who a participant with this binding is.
///
/// # Errors
/// The rule that is broken first, in the order of `docs/identity.md`.
pub fn verify(
    rules: RuleSet,
    answers: &impl Answers,
    here: Here<'_>,
    joined: (&Binding<'_>, Signed<'_>, Signed<'_>),
    said: Said<'_>,
    vouched: Option<Vouched<'_>>,
) -> Result<Participant, Rule> {
    checked(rules, answers, here, joined, said, vouched).map(|(participant, _)| participant)
}

/// The same, with the chains that were checked.
fn checked<'a>(
    rules: RuleSet,
    answers: &impl Answers,
    here: Here<'_>,
    (binding, bound, stated): (&Binding<'_>, Signed<'_>, Signed<'_>),
    said: Said<'a>,
    vouched: Option<Vouched<'_>>,
) -> Result<(Participant, Chains<'a>), Rule> {
    signatures(rules, here.server_key, binding, (bound, stated))?;
    let chains = Chains::verify(rules, here.cloud_name, binding.user_id, said)?;
    let tails = chains.tails(rules);
    require(rules, Rule::ChainsAsStated, tails == *stated.tails)?;
    require(rules, Rule::ChainsAsBound, tails == *bound.tails)?;
    let mut participant = Participant {
        device: None,
        email: said.email.to_owned(),
        account_id: said.account_id.to_owned(),
        attested: None,
        tails,
    };
    if chains.are_of_a_guest() {
        let nameless = said.email.is_empty() && said.account_id.is_empty() && vouched.is_none();
        require(rules, Rule::GuestNameless, nameless)?;
        return Ok((participant, chains));
    }
    participant.device = chains.device(rules, binding.ivk)?;
    chains.address(rules, said.email)?;
    chains.account(rules, said.account_id)?;
    if let Some(Vouched { attestation, adn, signature, served_adn, served_provider }) = vouched {
        let shown = Shown { attestation, adn, signature, ivk: binding.ivk };
        let served =
            attestation::Served { adn: served_adn, email: said.email, provider: served_provider };
        let place = (here.cloud_name, here.now_s);
        let device = participant.device.as_ref();
        let fits = |snapshot: Option<&str>| attested::fits(rules, snapshot, &chains, device);
        let attested = attestation::vouched(rules, answers, place, shown, served, fits)?;
        participant.attested = Some(attested);
    }
    Ok((participant, chains))
}

/// Whether the participant signed its binding and the server its statement, each with the tails.
fn signatures(
    rules: RuleSet,
    server_key: &Octets,
    binding: &Binding<'_>,
    (bound, stated): (Signed<'_>, Signed<'_>),
) -> Result<(), Rule> {
    let Binding { meeting_uuid, user_id, hardware_id, ivk, .. } = *binding;
    let message = binding_with_tails(rules, binding, bound.tails);
    let by_it = message
        .is_ok_and(|message| is_signed(rules, ivk, Label::Announcement, &message, bound.signature));
    require(rules, Rule::AnnouncementVerifies, by_it)?;
    let statement = Statement { meeting_uuid, user_id, hardware_id, ivk };
    let message = statement_with_tails(rules, &statement, stated.tails);
    let by_server = message.is_ok_and(|message| {
        is_signed(rules, server_key, Label::ServerStatement, &message, stated.signature)
    });
    require(rules, Rule::StatementVerifies, by_server)
}
