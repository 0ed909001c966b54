//! The formulas of what somebody seals for a user.

use conclave_model::{
    for_user::{Opened, Standing, open, seal},
    sigchain::{Served, UserChain},
    user_content::Seeds,
};
use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::{
        pairing::Draws,
        sigchain::Tail,
        user_box::{Fresh, SealedForUser},
    },
};

use super::{
    Inputs, Outputs, Refused,
    chains::{by, identifier, items, tail},
    content::held,
    one,
};

const CHAIN: [&str; 4] = ["cloud_name", "known_sequence_number", "known_hash", "links"];

/// The inputs of a formula of this module.
pub(super) fn names(formula: &str) -> Option<Vec<&'static str>> {
    let others: &[&'static str] = match formula {
        "seal_for_user" => &[
            "user_id",
            "author",
            "device_id",
            "ed25519_seed",
            "x25519_secret",
            "kyber768_seed",
            "nonce",
            "coins",
            "plaintext",
        ],
        "open_for_user" => &["user_id", "seeds", "author", "sealed"],
        _ => return None,
    };
    Some([&CHAIN, others].concat())
}

/// Computes a formula of this module.
pub(super) fn compute(
    rules: RuleSet,
    formula: &str,
    inputs: &Inputs<'_>,
) -> Result<Outputs, Refused> {
    if formula == "seal_for_user" { sealed(rules, inputs) } else { opened(rules, inputs) }
}

/// The chain of a user, as it is served.
struct Chain<'a> {
    cloud_name: &'a str,
    user_id: &'a str,
    known: Option<Tail>,
    links: Vec<Octets>,
}

impl<'a> Chain<'a> {
    fn of(inputs: &'a Inputs<'_>, user: &str) -> Result<Self, Refused> {
        Ok(Self {
            cloud_name: identifier(inputs, "cloud_name")?,
            user_id: identifier(inputs, user)?,
            known: tail(inputs, "User", "known")?,
            links: items(inputs, "links")?,
        })
    }

    fn verified(&self, rules: RuleSet) -> Result<UserChain, Refused> {
        let served = Served {
            cloud_name: self.cloud_name,
            subject: self.user_id,
            known: self.known.as_ref(),
            links: &self.links,
            openings: &[],
        };
        UserChain::verify(rules, &served).map_err(by)
    }
}

fn sealed(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let sized = |name: &str, width: usize| {
        let octets = inputs.octets(name)?;
        if octets.len() == width { Ok(octets) } else { Err(inputs.width(name)) }
    };
    let (seed, x25519) = (sized("ed25519_seed", 32)?, sized("x25519_secret", 32)?);
    let (kyber768_seed, coins) = (sized("kyber768_seed", 64)?, sized("coins", 32)?);
    let (nonce, plaintext) = (sized("nonce", 24)?, inputs.octets("plaintext")?);
    let device_id = identifier(inputs, "device_id")?;
    let by = (identifier(inputs, "author")?, device_id);
    let recipient = Chain::of(inputs, "user_id")?.verified(rules)?;
    let fresh = Fresh { x25519: &x25519, kyber768_seed: &kyber768_seed };
    let draws = Draws { nonce: &nonce, coins: &coins };
    let sealed = seal(rules, &recipient, by, &seed, (&fresh, &draws), &plaintext);
    let sealed = sealed.map_err(Refused::By)?.and_then(|sealed| sealed.encode(rules).ok());
    Ok(one("sealed", &sealed.ok_or_else(|| inputs.width("plaintext"))?))
}

fn opened(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let user_id = identifier(inputs, "user_id")?;
    let (chain, sealed) = (Chain::of(inputs, "author")?, inputs.octets("sealed")?);
    let held = held(rules, inputs)?;
    let malformed = |_| Refused::By(Rule::EncodingCanonical);
    let sealed = SealedForUser::decode(rules, &sealed).map_err(malformed)?;
    let author = chain.verified(rules)?;
    let seeds = Seeds { user_id, held: &held };
    let Opened { plaintext, device_id, signer } =
        open(rules, &seeds, &author, &sealed).map_err(Refused::By)?;
    let signer = match signer {
        Standing::Active => "active",
        Standing::Replaced => "replaced",
        Standing::Revoked => "revoked",
    };
    let mut outputs = one("plaintext", &plaintext);
    outputs.insert("device_id".to_owned(), device_id);
    outputs.insert("signer".to_owned(), signer.to_owned());
    Ok(outputs)
}
