//! The formulas about who a participant is by its chains.

use conclave_model::{
    identity::{
        Given, Here, Participant, Proofs, Said, ShownBy, Signed, Vouched, looked_up, verify,
    },
    sigchain::{ChainType, Opening},
};
use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::{
        binding::{Binding, Statement, binding, statement},
        identity::{Tails, verify_key_statement},
        sigchain::Tail,
        transparency::TreeState,
    },
    layouts::{
        identity::{BINDING, SNAPSHOT, STATEMENT},
        meeting::KEY_STATEMENT,
    },
};

use super::{
    Inputs, Outputs, Refused, attestations,
    chains::{identifier, items, openings},
    encoded,
    names::fields_of,
    one,
};

const PARTICIPANT: [&str; 29] = [
    "now_s",
    "cloud_name",
    "server_key",
    "known_tails",
    "meeting_id",
    "meeting_uuid",
    "user_id",
    "hardware_id",
    "ivk",
    "pk",
    "binding_tails",
    "binding_signature",
    "statement_tails",
    "statement_signature",
    "email",
    "account_id",
    "user_links",
    "user_openings",
    "email_links",
    "email_openings",
    "account_links",
    "account_openings",
    "attestation",
    "adn",
    "attestation_signature",
    "served_adn",
    "served_provider",
    "records",
    "key_set",
];

/// What a client has that looks into the tree.
const TREE: [&str; 4] = ["epoch", "root", "vrf_key", "lookups"];

/// The inputs of a formula of this module.
pub(super) fn names(formula: &str) -> Option<Vec<&'static str>> {
    match formula {
        "binding_with_tails" => Some(fields_of(&BINDING)),
        "statement_with_tails" => Some(fields_of(&STATEMENT)),
        "snapshot_with_tails" => Some(fields_of(&SNAPSHOT)),
        "participant_identity" => Some(PARTICIPANT.to_vec()),
        "looked_up_identity" => Some([&PARTICIPANT[..], &TREE].concat()),
        "key_statement" => Some(fields_of(&KEY_STATEMENT)),
        "verify_key_statement" => Some(vec!["user_id", "hardware_id", "ivk", "signature"]),
        _ => None,
    }
}

/// Computes a formula of this module.
pub(super) fn compute(
    rules: RuleSet,
    formula: &str,
    inputs: &Inputs<'_>,
) -> Result<Outputs, Refused> {
    match formula {
        "binding_with_tails" => Ok(one("binding", &encoded(&BINDING, rules, inputs)?)),
        "statement_with_tails" => Ok(one("statement", &encoded(&STATEMENT, rules, inputs)?)),
        "snapshot_with_tails" => Ok(one("snapshot", &encoded(&SNAPSHOT, rules, inputs)?)),
        "key_statement" => Ok(one("statement", &encoded(&KEY_STATEMENT, rules, inputs)?)),
        "verify_key_statement" => {
            let device = (identifier(inputs, "user_id")?, identifier(inputs, "hardware_id")?);
            let (ivk, signature) = (inputs.key("ivk")?, inputs.octets("signature")?);
            let counts = verify_key_statement(rules, device, &ivk, &signature);
            counts.map(|()| Outputs::new()).map_err(Refused::By)
        }
        "looked_up_identity" => identity(rules, inputs, true),
        _ => identity(rules, inputs, false),
    }
}

/// What the server shows of the tree; none for a client that does not look into it.
fn lookups(inputs: &Inputs<'_>) -> Result<(TreeState, Option<[Octets; 3]>), Refused> {
    let epoch = inputs.number("epoch")?;
    let state = TreeState { epoch, root: inputs.key("root")?, vrf_key: inputs.key("vrf_key")? };
    let proofs = items(inputs, "lookups")?;
    if proofs.is_empty() {
        return Ok((state, None));
    }
    let proofs = proofs.try_into().map_err(|_| Refused::By(Rule::EncodingCanonical))?;
    Ok((state, Some(proofs)))
}

/// A chain as the inputs have it, owned.
struct Chain {
    known: Option<Tail>,
    links: Vec<Octets>,
    openings: Vec<Opening>,
}

impl Chain {
    fn of(
        rules: RuleSet,
        inputs: &Inputs<'_>,
        chain: ChainType,
        known: &Octets,
    ) -> Result<Self, Refused> {
        let prefix = chain.name().to_lowercase();
        Ok(Self {
            known: known_tail(rules, inputs, chain, known)?,
            links: items(inputs, &format!("{prefix}_links"))?,
            openings: openings(rules, inputs, &format!("{prefix}_openings"))?,
        })
    }

    fn given(&self) -> Given<'_> {
        Given { known: self.known.as_ref(), links: &self.links, openings: &self.openings }
    }
}

/// What the client knew of a chain.
fn known_tail(
    rules: RuleSet,
    inputs: &Inputs<'_>,
    chain: ChainType,
    known: &Octets,
) -> Result<Option<Tail>, Refused> {
    if known.is_empty() {
        return Ok(None);
    }
    let tail = Tail::decode(rules, known).map_err(|_| inputs.width("known_tails"))?;
    let fits = tail.sigchain_type == chain.name() && tail.last_sequence_number > 0;
    if fits { Ok(Some(tail)) } else { Err(inputs.width("known_tails")) }
}

/// Tails that somebody else says.
fn tails(inputs: &Inputs<'_>, name: &str) -> Result<Tails, Refused> {
    Tails::read(&inputs.octets(name)?).ok_or(Refused::By(Rule::EncodingCanonical))
}

/// A text of up to 255 bytes.
fn maybe<'a>(inputs: &'a Inputs<'_>, name: &str) -> Result<&'a str, Refused> {
    let text = inputs.text(name)?;
    if text.len() <= 255 { Ok(text) } else { Err(inputs.width(name)) }
}

fn identity(rules: RuleSet, inputs: &Inputs<'_>, tree: bool) -> Result<Outputs, Refused> {
    let (uuid, ivk, pk) = (inputs.uuid()?, inputs.key("ivk")?, inputs.octets("pk")?);
    let (user_id, hardware_id) =
        (identifier(inputs, "user_id")?, identifier(inputs, "hardware_id")?);
    let meeting_id = identifier(inputs, "meeting_id")?;
    let joined =
        Binding { meeting_id, meeting_uuid: &uuid, user_id, hardware_id, ivk: &ivk, pk: &pk };
    // What is signed without the tails is the client's own to get right.
    let about = Statement { meeting_uuid: &uuid, user_id, hardware_id, ivk: &ivk };
    let signable = binding(rules, &joined).and(statement(rules, &about));
    signable.map_err(|error| Refused::Inputs(error.to_string()))?;
    let server_key = inputs.key("server_key")?;
    let here = Here {
        cloud_name: identifier(inputs, "cloud_name")?,
        now_s: inputs.number("now_s")?,
        server_key: &server_key,
    };
    let known = Tails::read(&inputs.octets("known_tails")?);
    let known = known.ok_or_else(|| inputs.width("known_tails"))?;
    let (email, account_id) = (maybe(inputs, "email")?, maybe(inputs, "account_id")?);
    let (by_it, by_server) =
        (inputs.octets("binding_signature")?, inputs.octets("statement_signature")?);
    let by_holder = inputs.octets("attestation_signature")?;
    let (bound, stated) = (tails(inputs, "binding_tails")?, tails(inputs, "statement_tails")?);
    let of_user = Chain::of(rules, inputs, ChainType::User, &known.user)?;
    let of_email = Chain::of(rules, inputs, ChainType::Email, &known.email)?;
    let of_account = Chain::of(rules, inputs, ChainType::Account, &known.account)?;
    let said = Said {
        email,
        account_id,
        user_chain: of_user.given(),
        email_chain: of_email.given(),
        account_chain: of_account.given(),
    };
    let vouched = Vouched {
        attestation: inputs.text("attestation")?,
        adn: inputs.text("adn")?,
        signature: &by_holder,
        served_adn: inputs.text("served_adn")?,
        served_provider: inputs.text("served_provider")?,
    };
    let answers =
        attestations::Given { records: inputs.text("records")?, key_set: inputs.text("key_set")? };
    let bound = Signed { tails: &bound, signature: &by_it };
    let stated = Signed { tails: &stated, signature: &by_server };
    let vouched = Some(vouched).filter(|vouched| !vouched.attestation.is_empty());
    let joined = (&joined, bound, stated);
    if !tree {
        let participant = verify(rules, &answers, here, joined, said, vouched);
        return Ok(displayed(participant.map_err(Refused::By)?));
    }
    let (state, lookups) = lookups(inputs)?;
    let proofs = lookups.as_ref().map(|lookups| Proofs { state: &state, lookups });
    let found = looked_up(rules, &answers, here, joined, (said, vouched), proofs);
    let (participant, shown) = found.map_err(Refused::By)?;
    Ok(shown_by(displayed(participant), shown))
}

fn shown_by(mut outputs: Outputs, shown: ShownBy) -> Outputs {
    outputs.insert("shown_by".to_owned(), shown.word().to_owned());
    outputs
}

fn displayed(participant: Participant) -> Outputs {
    let Participant { device, email, account_id, attested, tails } = participant;
    let (device_id, device_type) =
        device.map(|device| (device.id, device.device_type)).unwrap_or_default();
    let (adn, provider) =
        attested.map(|attested| (attested.adn, attested.provider)).unwrap_or_default();
    let mut outputs = one("tails", &tails.list());
    let texts = [
        ("device_id", device_id),
        ("device_type", device_type),
        ("email", email),
        ("account_id", account_id),
        ("adn", adn),
        ("provider", provider),
    ];
    outputs.extend(texts.map(|(name, text)| (name.to_owned(), text)));
    outputs
}
