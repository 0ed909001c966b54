//! What somebody seals for a user, and what the user reads (4.6, subsubsec:puks and 3.11.4; readings R-169
//! to R-171).

use conclave_spec::{
    Label, Octets, Rule, RuleSet,
    formulas::{
        pairing::Draws,
        per_user_keys::PublicPair,
        sign::verify,
        user_box::{self, Fresh, Route, SealedForUser},
    },
    layouts::sigchain::USER_KEYS,
    wire,
};

use crate::{guard::require, sigchain::UserChain, user_content::Seeds};

/// How a device that signed stands in its author's chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is active, and the key is its own.
    Active,
    /// It is active, and the key is one that it had before.
    Replaced,
    /// It is revoked.
    Revoked,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// What was sealed.
    pub plaintext: Octets,
    /// The device that signed it.
    pub device_id: String,
    /// How it stands.
    pub signer: Standing,
}

/// Seals for the user of a chain, as a device of the author, by its identifier and the seed of its
/// Ed25519 key. `None` for keys, draws or identifiers of a wrong width.
///
/// # Errors
/// The user's keys are stale.
pub fn seal(
    rules: RuleSet,
    recipient: &UserChain,
    (author, device_id): (&str, &str),
    signer: &Octets,
    drawn: (&Fresh<'_>, &Draws<'_>),
    plaintext: &Octets,
) -> Result<Option<SealedForUser>, Rule> {
    require(rules, Rule::SealedUnderFresh, !recipient.stale)?;
    let fields = wire::decode(&USER_KEYS, rules, &recipient.user_keys);
    let fields = fields.map_err(|_| Rule::EncodingCanonical)?;
    let key = |name: &str| {
        let found = fields.iter().find(|(field, _)| *field == name);
        found.map(|(_, key)| key.clone()).unwrap_or_default()
    };
    let keys = PublicPair { x25519: key("user_x25519"), kyber768: key("user_kyber768") };
    let route =
        Route { author, device_id, user_id: &recipient.user_id, generation: recipient.generation };
    Ok(user_box::seal(rules, &route, &keys, signer, drawn, plaintext))
}

/// Reads what a user is said to have sealed for the reader, whose seeds these are.
///
/// # Errors
/// No device of the author signed it, or it does not open.
pub fn open(
    rules: RuleSet,
    seeds: &Seeds<'_>,
    author: &UserChain,
    boxed: &SealedForUser,
) -> Result<Opened, Rule> {
    let by = Rule::UserBoxSigned;
    let device = author.devices.iter().find(|it| it.id == boxed.device_id).ok_or(by)?;
    let signed = boxed.signed(rules).map_err(|_| Rule::EncodingCanonical)?;
    let verifies = |key: &&Octets| verify(rules, key, Label::UserBoxSignature, &signed, &boxed.sig);
    let found = device.signing_keys().find(verifies);
    require(rules, by, found.is_some())?;
    let ivk = found.unwrap_or(&device.keys.verifying);
    let held = seeds.of(boxed.generation).ok_or(Rule::UserBoxOpens)?;
    let route = Route {
        author: &author.user_id,
        device_id: &device.id,
        user_id: held.user_id,
        generation: held.generation,
    };
    let plaintext = user_box::open(rules, &route, held.seed, ivk, boxed);
    let plaintext = plaintext.ok_or(Rule::UserBoxOpens)?;
    let signer = if !rules.contains(Rule::RevokedSignerShown) {
        Standing::Active
    } else if device.revoked.is_some() {
        Standing::Revoked
    } else if *ivk == device.keys.verifying {
        Standing::Active
    } else {
        Standing::Replaced
    };
    Ok(Opened { plaintext, device_id: device.id.clone(), signer })
}
