//! The formulas about account escrow.

use conclave_model::{
    escrow::{self, Here, Status},
    sigchain::{ChainType, Opening, Served, administrators::Administrators, escrowed::Escrowed},
};
use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::{
        escrow::{About, Draws, Secrets, Terms, seal},
        per_user_keys::PublicPair,
        sigchain::Tail,
    },
    layouts::{
        escrow::{CHAIN as ESCROW_CHAIN, META, SECRETS},
        per_user::HELD,
        sigchain::USER_KEYS,
    },
    wire,
};

use super::{
    Inputs, Outputs, Refused,
    chains::{CHAIN, Given, by, identifier, items, known_of, openings},
    lists::{Fields, elements},
    names::fields_of,
    one, seeds,
};

const CHAINS: &str = "escrow_chains";

/// The inputs of a formula of this module.
pub(super) fn names(formula: &str) -> Option<Vec<&'static str>> {
    let parts: Vec<Vec<&'static str>> = match formula {
        "escrowed_user_chain" => vec![CHAIN.to_vec(), vec![CHAINS]],
        "escrow_status" => vec![vec![
            "cloud_name",
            "user_id",
            "device_id",
            "known_user",
            "known_account",
            "known_escrow",
            "user_links",
            "user_openings",
            "account_links",
            "account_openings",
            CHAINS,
            "box",
            "acknowledged",
        ]],
        "escrowed_seeds_due" => vec![vec!["cloud_name", "user_id", "links", "known", CHAINS]],
        "seal_escrow" => vec![
            fields_of(&META),
            fields_of(&SECRETS),
            vec!["user_keys", "maker_seed", "ephemeral", "nonce", "coins"],
        ],
        "open_escrow" => vec![vec!["cloud_name", "user_id", "links", CHAINS, "seeds", "box"]],
        _ => return None,
    };
    Some(parts.concat())
}

/// Computes a formula of this module.
pub(super) fn compute(
    rules: RuleSet,
    formula: &str,
    inputs: &Inputs<'_>,
) -> Result<Outputs, Refused> {
    match formula {
        "escrowed_user_chain" => escrowed_user_chain(rules, inputs),
        "escrow_status" => status(rules, inputs),
        "escrowed_seeds_due" => seeds_due(rules, inputs),
        "seal_escrow" => sealed(rules, inputs),
        _ => open(rules, inputs),
    }
}

/// A chain of administrators as the inputs have it, owned.
struct Offered {
    user_id: String,
    links: Vec<Octets>,
    openings: Vec<Opening>,
}

fn offered(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Vec<Offered>, Refused> {
    let malformed = || Refused::By(Rule::EncodingCanonical);
    let offered = |fields: Fields| {
        let links = wire::split(&fields.octets("links")).map_err(|_| malformed())?;
        let openings = Opening::decode_all(rules, &fields.octets("openings"));
        let openings = openings.map_err(|_| malformed())?;
        Ok(Offered { user_id: fields.text("user_id"), links, openings })
    };
    elements(rules, inputs, CHAINS, &ESCROW_CHAIN)?.into_iter().map(offered).collect()
}

fn verified(
    rules: RuleSet,
    cloud_name: &str,
    offered: &[Offered],
) -> Result<Vec<Administrators>, Refused> {
    let verified = |chain: &Offered| {
        let served = Served {
            cloud_name,
            subject: &chain.user_id,
            known: None,
            links: &chain.links,
            openings: &chain.openings,
        };
        Administrators::verify(rules, &served).map_err(by)
    };
    offered.iter().map(verified).collect()
}

fn escrowed_user_chain(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let given = Given::of(rules, inputs, "User")?;
    let offered = offered(rules, inputs)?;
    let all = verified(rules, identifier(inputs, "cloud_name")?, &offered)?;
    let member = Escrowed::verify(rules, &given.served(), &all).map_err(by)?;
    let mut outputs = known_of(rules, &member.chain);
    let device = member.device();
    let of_chain = device.and_then(|device| member.chain.devices.get(device.at));
    let device_id = of_chain.map(|device| device.id.clone()).unwrap_or_default();
    let user_id = device.map(|device| device.terms.user_id.clone()).unwrap_or_default();
    outputs.insert("escrow_device_id".to_owned(), device_id);
    outputs.insert("escrow_user_id".to_owned(), user_id);
    Ok(outputs)
}

/// A tail that the client knows, or none.
fn known(
    rules: RuleSet,
    inputs: &Inputs<'_>,
    name: &str,
    chain: ChainType,
) -> Result<Option<Tail>, Refused> {
    let known = inputs.octets(name)?;
    if known.is_empty() {
        return Ok(None);
    }
    let tail = Tail::decode(rules, &known).map_err(|_| inputs.width(name))?;
    let fits = tail.sigchain_type == chain.name() && tail.last_sequence_number > 0;
    if fits { Ok(Some(tail)) } else { Err(inputs.width(name)) }
}

fn status(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let (cloud_name, user_id) = (identifier(inputs, "cloud_name")?, identifier(inputs, "user_id")?);
    let device_id = identifier(inputs, "device_id")?;
    let known_user = known(rules, inputs, "known_user", ChainType::User)?;
    let known_account = known(rules, inputs, "known_account", ChainType::Account)?;
    let known_administrators = known(rules, inputs, "known_escrow", ChainType::User)?;
    let (boxed, acknowledged) = (inputs.octets("box")?, inputs.octets("acknowledged")?);
    if !matches!(acknowledged.len(), 0 | 32) {
        return Err(inputs.width("acknowledged"));
    }
    let links = items(inputs, "user_links")?;
    let user_openings = openings(rules, inputs, "user_openings")?;
    let account_links = items(inputs, "account_links")?;
    let account_openings = openings(rules, inputs, "account_openings")?;
    let offered = offered(rules, inputs)?;
    let all = verified(rules, cloud_name, &offered)?;
    let served = Served {
        cloud_name,
        subject: user_id,
        known: known_user.as_ref(),
        links: &links,
        openings: &user_openings,
    };
    let member = Escrowed::verify(rules, &served, &all).map_err(by)?;
    let of_user = |at: &usize| member.chain.is_active(*at) && !member.chain.is_escrow(*at);
    let device = member.chain.place(device_id).filter(of_user);
    let here = Here {
        cloud_name,
        device: device.ok_or_else(|| inputs.width("device_id"))?,
        known_account: known_account.as_ref(),
        known_administrators: known_administrators.as_ref(),
        acknowledged: &acknowledged,
    };
    let given = escrow::Given {
        account_links: &account_links,
        account_openings: &account_openings,
        boxed: &boxed,
    };
    let status = escrow::status(rules, &here, &member, &all, &given).map_err(Refused::By)?;
    Ok(outcome(rules, &member.chain.tail, &status))
}

fn outcome(rules: RuleSet, user: &Tail, status: &Status) -> Outputs {
    let Status { action, fingerprint, terms, account, administrators } = status;
    let encoded = |tail: Option<&Tail>| {
        let tail = tail.filter(|tail| tail.last_sequence_number > 0);
        tail.and_then(|tail| tail.encode(rules).ok()).unwrap_or_default()
    };
    let tails = [Some(user), account.as_ref(), administrators.as_ref()].map(encoded);
    let terms = terms.as_ref().and_then(|terms| terms.encode(rules).ok()).unwrap_or_default();
    let mut outputs = one("tails", &wire::join(&tails));
    outputs.extend(one("fingerprint", &fingerprint.clone().unwrap_or_default()));
    outputs.extend(one("escrow", &terms));
    outputs.insert("action".to_owned(), action.name().to_owned());
    outputs
}

fn seeds_due(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let offered = offered(rules, inputs)?;
    seeds::due_with(rules, inputs, |served| {
        let all = verified(rules, served.cloud_name, &offered)?;
        Escrowed::verify(rules, served, &all).map(|member| member.chain).map_err(by)
    })
}

/// The secrets of an escrow device, in the inputs.
fn secrets(inputs: &Inputs<'_>) -> Result<Secrets, Refused> {
    let kyber768_seed = inputs.octets("kyber768_seed")?;
    if !matches!(kyber768_seed.len(), 0 | 64) {
        return Err(inputs.width("kyber768_seed"));
    }
    Ok(Secrets {
        ed25519_seed: inputs.key("ed25519_seed")?,
        x25519: inputs.key("x25519_secret")?,
        kyber768_seed,
    })
}

fn sealed(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let number = |name: &str| u32::try_from(inputs.number(name)?).map_err(|_| inputs.width(name));
    let verifying = inputs.key("device_ed25519")?;
    let about = About {
        user_id: identifier(inputs, "user_id")?,
        device_id: identifier(inputs, "device_id")?,
        verifying: &verifying,
    };
    let terms = Terms {
        user_id: identifier(inputs, "escrow_user_id")?.to_owned(),
        last_sequence_number: number("last_sequence_number")?,
        last_link_hash: inputs.key("last_link_hash")?,
        generation: number("generation")?,
    };
    let (secrets, maker_seed) = (secrets(inputs)?, inputs.key("maker_seed")?);
    let (ephemeral, nonce) = (inputs.key("ephemeral")?, inputs.octets("nonce")?);
    let draws = Draws { ephemeral: &ephemeral, nonce: &nonce, coins: &inputs.key("coins")? };
    let user_keys = wire::decode(&USER_KEYS, rules, &inputs.octets("user_keys")?);
    let user_keys = user_keys.map_err(|_| Refused::By(Rule::EncodingCanonical))?;
    let key = |name: &str| {
        let found = user_keys.iter().find(|(field, _)| *field == name);
        found.map(|(_, key)| key.clone()).unwrap_or_default()
    };
    let keys = PublicPair { x25519: key("user_x25519"), kyber768: key("user_kyber768") };
    let boxed = seal(rules, (&about, &terms), &keys, (&secrets, &maker_seed), &draws);
    let boxed = boxed.and_then(|boxed| boxed.encode(rules).ok());
    Ok(one("box", &boxed.ok_or_else(|| inputs.width("nonce"))?))
}

fn open(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let (cloud_name, user_id) = (identifier(inputs, "cloud_name")?, identifier(inputs, "user_id")?);
    let links = items(inputs, "links")?;
    let held = elements(rules, inputs, "seeds", &HELD)?;
    let held: Vec<_> =
        held.iter().map(|seed| (seed.number("generation"), seed.octets("seed"))).collect();
    let offered = offered(rules, inputs)?;
    let boxed = inputs.octets("box")?;
    let all = verified(rules, cloud_name, &offered)?;
    let served = Served { cloud_name, subject: user_id, known: None, links: &links, openings: &[] };
    let member = Escrowed::verify(rules, &served, &all).map_err(by)?;
    let opened = escrow::open(rules, &member, &all, &held, &boxed).map_err(Refused::By)?;
    let mut outputs = one("ed25519_seed", &opened.secrets.ed25519_seed);
    outputs.extend(one("x25519_secret", &opened.secrets.x25519));
    outputs.extend(one("kyber768_seed", &opened.secrets.kyber768_seed));
    outputs.insert("device_id".to_owned(), opened.device_id);
    outputs.insert("generation".to_owned(), opened.generation.to_string());
    Ok(outputs)
}
