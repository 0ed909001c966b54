//! The formulas about sigchains, per-user keys, backup keys and keys at rest.

use conclave_model::sigchain::{
    AccountChain, EmailChain, MembershipChain, Opening, Refusal, Served, UserChain, identity,
};
use conclave_spec::{
    Label, Octets, Rule, RuleSet,
    formulas::{
        backup_key::BackupKey,
        key_store::{NotLoaded, load, store},
        per_user_keys::{PublicPair, UserKeys, per_user_keys},
        sigchain::{Link, Tail, commitment, fingerprint},
    },
    layouts::sigchain::{DEVICE_STATE, USER_KEYS},
    wire,
};

use super::{Inputs, Outputs, Refused, none_if, one};

const LINK: [&str; 8] = [
    "sigchain_type",
    "link_type",
    "sequence_number",
    "prev",
    "cloud_name",
    "subject",
    "body",
    "signatures",
];
pub(super) const CHAIN: [&str; 6] =
    ["cloud_name", "subject", "known_sequence_number", "known_hash", "links", "openings"];
const TAILS: [&str; 4] =
    ["user_sequence_number", "user_hash", "account_sequence_number", "account_hash"];

/// The inputs of a formula of this module.
pub(super) fn names(formula: &str) -> Option<Vec<&'static str>> {
    let parts: Vec<&[&'static str]> = match formula {
        "chain_link_signed" | "chain_link_hash" => vec![&LINK],
        "commit" => vec![&["key", "value"]],
        "open_commitment" => vec![&["commitment", "key", "value"]],
        "user_chain" | "email_chain" | "account_chain" | "membership_chain" => vec![&CHAIN],
        "identity" => vec![&[
            "cloud_name",
            "user_id",
            "email",
            "user_links",
            "user_openings",
            "email_links",
            "email_openings",
        ]],
        "fingerprint" => vec![&TAILS],
        "verify_fingerprint" => vec![&TAILS, &["fingerprint"]],
        "per_user_keys" => vec![&["seed"]],
        "verify_per_user_keys" => vec![&["seed", "user_keys"]],
        "store_key" => vec![&["wrapping_key", "opening", "secret"]],
        "load_key" => vec![&["wrapping_key", "stored"]],
        "make_backup_key" => vec![&["random"]],
        "backup_key" => vec![&["string"]],
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
        "chain_link_signed" | "chain_link_hash" => link(rules, formula, inputs),
        "commit" => {
            let (key, value) = (inputs.key("key")?, inputs.octets("value")?);
            Ok(one("commitment", &commitment(rules, &key, &value)))
        }
        "open_commitment" => {
            let (key, value) = (inputs.octets("key")?, inputs.octets("value")?);
            let opens = key.len() == 32
                && commitment(rules, &key, &value) == inputs.octets("commitment")?;
            none_if(opens, rules, Rule::CommitmentOpens)
        }
        "user_chain" => user_chain(rules, inputs),
        "email_chain" | "account_chain" | "membership_chain" => plain(rules, formula, inputs),
        "identity" => agreed(rules, inputs),
        "fingerprint" => Ok(one("fingerprint", &printed(rules, inputs)?)),
        "verify_fingerprint" => {
            let same = printed(rules, inputs)? == inputs.octets("fingerprint")?;
            none_if(same, rules, Rule::FingerprintCompared)
        }
        "per_user_keys" | "verify_per_user_keys" => seed(rules, formula, inputs),
        "make_backup_key" | "backup_key" => backup(rules, formula, inputs),
        _ => stored(rules, formula, inputs),
    }
}

fn link(rules: RuleSet, formula: &str, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let number = inputs.number("sequence_number")?;
    let link = Link {
        sigchain_type: inputs.text("sigchain_type")?.to_owned(),
        link_type: inputs.text("link_type")?.to_owned(),
        sequence_number: u32::try_from(number).map_err(|_| inputs.width("sequence_number"))?,
        prev: inputs.octets("prev")?,
        cloud_name: inputs.text("cloud_name")?.to_owned(),
        subject: inputs.octets("subject")?,
        body: inputs.octets("body")?,
        signatures: inputs.octets("signatures")?,
    };
    let bad = |error: wire::EncodeError| Refused::Inputs(error.to_string());
    link.encode(rules).map_err(bad)?;
    if formula == "chain_link_hash" {
        Ok(one("hash", &link.hash(rules).map_err(bad)?))
    } else {
        Ok(one("signed", &link.signed(rules).map_err(bad)?))
    }
}

/// The items of an input, each behind its length in four bytes.
pub(super) fn items(inputs: &Inputs<'_>, name: &str) -> Result<Vec<Octets>, Refused> {
    wire::split(&inputs.octets(name)?).map_err(|_| Refused::By(Rule::EncodingCanonical))
}

pub(super) fn openings(
    rules: RuleSet,
    inputs: &Inputs<'_>,
    name: &str,
) -> Result<Vec<Opening>, Refused> {
    let openings = Opening::decode_all(rules, &inputs.octets(name)?);
    openings.map_err(|_| Refused::By(Rule::EncodingCanonical))
}

pub(super) fn by(refusal: Refusal) -> Refused {
    Refused::By(refusal.rule)
}

/// What a chain formula is given, owned.
pub(super) struct Given {
    cloud_name: String,
    subject: String,
    pub(super) known: Option<Tail>,
    links: Vec<Octets>,
    openings: Vec<Opening>,
}

impl Given {
    pub(super) fn of(rules: RuleSet, inputs: &Inputs<'_>, chain: &str) -> Result<Self, Refused> {
        Ok(Self {
            cloud_name: identifier(inputs, "cloud_name")?.to_owned(),
            subject: identifier(inputs, "subject")?.to_owned(),
            known: tail(inputs, chain, "known")?,
            links: items(inputs, "links")?,
            openings: openings(rules, inputs, "openings")?,
        })
    }

    pub(super) fn served(&self) -> Served<'_> {
        Served {
            cloud_name: &self.cloud_name,
            subject: &self.subject,
            known: self.known.as_ref(),
            links: &self.links,
            openings: &self.openings,
        }
    }
}

/// An identifier, of 1 to 255 bytes.
pub(super) fn identifier<'a>(inputs: &'a Inputs<'_>, name: &str) -> Result<&'a str, Refused> {
    let text = inputs.text(name)?;
    if (1..=255).contains(&text.len()) { Ok(text) } else { Err(inputs.width(name)) }
}

/// A tail; none where the number is 0 and the hash empty.
pub(super) fn tail(
    inputs: &Inputs<'_>,
    chain: &str,
    prefix: &str,
) -> Result<Option<Tail>, Refused> {
    let (number, hash) = (format!("{prefix}_sequence_number"), format!("{prefix}_hash"));
    let last_link_hash = inputs.octets(&hash)?;
    let last = u32::try_from(inputs.number(&number)?).map_err(|_| inputs.width(&number))?;
    match (last, last_link_hash.len()) {
        (0, 0) => Ok(None),
        (1.., 32) => Ok(Some(Tail {
            sigchain_type: chain.to_owned(),
            last_sequence_number: last,
            last_link_hash,
        })),
        _ => Err(inputs.width(&hash)),
    }
}

fn with_tail(tail: &Tail, prefix: &str) -> Outputs {
    let none = Octets::default();
    let hash = if tail.last_sequence_number == 0 { &none } else { &tail.last_link_hash };
    let mut outputs = one(&format!("{prefix}hash"), hash);
    outputs.insert(format!("{prefix}sequence_number"), tail.last_sequence_number.to_string());
    outputs
}

fn user_chain(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let given = Given::of(rules, inputs, "User")?;
    let chain = UserChain::verify(rules, &given.served()).map_err(by)?;
    Ok(known_of(rules, &chain))
}

/// What is known of a user.
pub(super) fn known_of(rules: RuleSet, chain: &UserChain) -> Outputs {
    let mut outputs = with_tail(&chain.tail, "");
    outputs.extend(one("devices", &devices(rules, chain)));
    outputs.extend(one("user_keys", &chain.user_keys));
    let yes = |it: bool| if it { "yes" } else { "no" };
    let email = chain.email.as_ref().and_then(|it| it.opened.clone());
    let texts = [
        ("generation", chain.generation.to_string()),
        ("stale", yes(chain.stale).to_owned()),
        ("lockdown", yes(chain.lockdown).to_owned()),
        ("email", email.map(|(email, _)| email).unwrap_or_default()),
        ("account_id", chain.account_id.clone().unwrap_or_default()),
    ];
    outputs.extend(texts.map(|(name, text)| (name.to_owned(), text)));
    outputs
}

/// Every device, oldest first, each as its encoding behind its length.
fn devices(rules: RuleSet, chain: &UserChain) -> Octets {
    let number = |number: Option<u32>| wire::u32_be(number.unwrap_or_default());
    let one = |(at, device): (usize, &conclave_model::sigchain::Device)| {
        let class = chain.devices.get(chain.class(at)).map_or("", |oldest| oldest.id.as_str());
        let (added, revoked) = (number(Some(device.added)), number(device.revoked));
        let fields: [(&str, &[u8]); 8] = [
            ("device_id", device.id.as_bytes()),
            ("device_type", device.device_type.as_bytes()),
            ("device_ed25519", device.keys.verifying.as_slice()),
            ("device_x25519", device.keys.x25519.as_slice()),
            ("device_kyber768", device.keys.kyber768.as_slice()),
            ("added", added.as_slice()),
            ("revoked", revoked.as_slice()),
            ("class", class.as_bytes()),
        ];
        wire::encode(&DEVICE_STATE, rules, &fields).unwrap_or_default()
    };
    wire::join(&chain.devices.iter().enumerate().map(one).collect::<Vec<_>>())
}

fn plain(rules: RuleSet, formula: &str, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let (mut outputs, texts) = match formula {
        "email_chain" => {
            let given = Given::of(rules, inputs, "Email")?;
            let chain = EmailChain::verify(rules, &given.served()).map_err(by)?;
            let (user, number) = chain.user.unwrap_or_default();
            let texts = [("user_id", user), ("user_sequence_number", number.to_string())];
            (with_tail(&chain.tail, ""), texts)
        }
        "account_chain" => {
            let given = Given::of(rules, inputs, "Account")?;
            let chain = AccountChain::verify(rules, &given.served()).map_err(by)?;
            let domain = chain.idp_domain.unwrap_or_default();
            let (admin, _) = chain.escrow.and_then(|it| it.opened).unwrap_or_default();
            let texts = [("idp_domain", domain), ("escrow_admin", admin)];
            (with_tail(&chain.tail, ""), texts)
        }
        _ => {
            let given = Given::of(rules, inputs, "Membership")?;
            let chain = MembershipChain::verify(rules, &given.served()).map_err(by)?;
            let texts =
                [("added", chain.added.to_string()), ("removed", chain.removed.to_string())];
            (with_tail(&chain.tail, ""), texts)
        }
    };
    outputs.extend(texts.map(|(name, text)| (name.to_owned(), text)));
    Ok(outputs)
}

fn agreed(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let (user_links, email_links) = (items(inputs, "user_links")?, items(inputs, "email_links")?);
    let user_openings = openings(rules, inputs, "user_openings")?;
    let email_openings = openings(rules, inputs, "email_openings")?;
    let (cloud_name, email) = (identifier(inputs, "cloud_name")?, identifier(inputs, "email")?);
    let of_user = Served {
        cloud_name,
        subject: identifier(inputs, "user_id")?,
        known: None,
        links: &user_links,
        openings: &user_openings,
    };
    let of_email =
        Served { subject: email, links: &email_links, openings: &email_openings, ..of_user };
    let user = UserChain::verify(rules, &of_user).map_err(by)?;
    let address = EmailChain::verify(rules, &of_email).map_err(by)?;
    identity(rules, &user, &address, email).map_err(Refused::By)?;
    let mut outputs = with_tail(&user.tail, "user_");
    outputs.extend(with_tail(&address.tail, "email_"));
    Ok(outputs)
}

fn printed(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Octets, Refused> {
    let user = tail(inputs, "User", "user")?.ok_or_else(|| inputs.width("user_hash"))?;
    let account = tail(inputs, "Account", "account")?;
    fingerprint(rules, &user, account.as_ref()).map_err(|error| Refused::Inputs(error.to_string()))
}

fn seed(rules: RuleSet, formula: &str, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let keys = per_user_keys(rules, &inputs.key("seed")?).ok_or_else(|| inputs.width("seed"))?;
    if formula == "verify_per_user_keys" {
        let published = inputs.octets("user_keys")?;
        let malformed = Refused::By(Rule::EncodingCanonical);
        let fields = wire::decode(&USER_KEYS, rules, &published).map_err(|_| malformed)?;
        let classic = fields.iter().any(|(name, key)| name.ends_with("kyber768") && key.is_empty());
        let derived = if classic { keys.public.classic() } else { keys.public };
        let same = derived.encode(rules).as_ref() == Some(&published);
        return none_if(same, rules, Rule::SeedMatchesKeys);
    }
    let mut outputs = one("symmetric", &keys.symmetric);
    let UserKeys { user, email, voicemail } = &keys.public;
    for (prefix, PublicPair { x25519, kyber768 }) in
        [("user", user), ("user_email", email), ("user_voicemail", voicemail)]
    {
        outputs.extend(one(&format!("{prefix}_x25519"), x25519));
        outputs.extend(one(&format!("{prefix}_kyber768"), kyber768));
    }
    Ok(outputs)
}

fn backup(rules: RuleSet, formula: &str, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    if formula == "make_backup_key" {
        let key = BackupKey::of(inputs.octets("random")?.as_slice());
        let shown = key.ok_or_else(|| inputs.width("random"))?.shown();
        return Ok(Outputs::from([("string".to_owned(), shown)]));
    }
    let key = BackupKey::read(rules, inputs.text("string")?);
    let key = key.ok_or(Refused::By(Rule::BackupKeySums))?;
    let device = key.device().ok_or_else(|| inputs.width("string"))?;
    let mut outputs = one("ed25519", &device.ed25519);
    outputs.extend(one("x25519", &device.x25519));
    outputs.extend(one("kyber768", &device.kyber768));
    outputs.insert("string".to_owned(), key.shown());
    outputs.insert("name".to_owned(), key.name);
    Ok(outputs)
}

fn stored(rules: RuleSet, formula: &str, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let (wrapping_key, context) = (inputs.key("wrapping_key")?, Label::SecretStore);
    if formula == "store_key" {
        let (opening, secret) = (inputs.key("opening")?, inputs.octets("secret")?);
        let stored = store(rules, &wrapping_key, context, &opening, &secret);
        return Ok(one("stored", &stored.ok_or_else(|| inputs.width("secret"))?));
    }
    match load(rules, &wrapping_key, context, &inputs.octets("stored")?) {
        Ok(secret) => Ok(one("secret", &secret)),
        Err(NotLoaded::Malformed) => Err(Refused::By(Rule::EncodingCanonical)),
        Err(NotLoaded::Width) => Err(inputs.width("wrapping_key")),
        Err(NotLoaded::By(rule)) => Err(Refused::By(rule)),
    }
}
