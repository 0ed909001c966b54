//! The byte formulas behind the adapter's `compute` (`docs/formulas.md`).

use std::collections::BTreeMap;

use conclave_spec::{
    Label, Octets, Rule, RuleSet,
    formulas::{
        binding::{Binding, Statement, binding, statement},
        box_classic::{agree, associated_data, classic_key, open, seal},
        box_hybrid::{
            KeyParts, Parties, combination, decapsulate, encapsulate, hybrid_key, kem_keys,
        },
        media::{Stream, open_packet, packet_header, seal_packet, stream_key},
        security_code::security_code,
        sign::{sign, verify},
    },
    layouts::{self, Layout, Width},
    wire,
};
use sha2::{Digest as _, Sha256};

mod attestations;
mod certificates;
mod chains;
mod contacts;
mod content;
mod devices;
mod escrows;
mod for_user;
mod identities;
mod inputs;
mod listed;
mod lists;
mod meetings;
mod names;
mod seeds;
mod transparency;
mod writing;

pub use listed::FORMULAS;

use inputs::Inputs;
use names::names;

/// The rules of formulas, which belong to no profile: all but the one that makes a stream key
/// depend on the device, which no version of the protocol has.
#[must_use]
pub fn rules() -> RuleSet {
    RuleSet::all().without(Rule::SubkeyNamesDevice)
}

/// Why a formula gave no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no such formula.
    Unknown,
    /// The inputs do not fit the formula.
    Inputs(String),
    /// A rule refused them.
    By(Rule),
}

type Outputs = BTreeMap<String, String>;

/// Computes a formula under these rules.
///
/// # Errors
/// There is no such formula, the inputs do not fit, or a rule refused them.
pub fn compute(
    rules: RuleSet,
    formula: &str,
    inputs: &BTreeMap<String, String>,
) -> Result<Outputs, Refused> {
    let inputs = Inputs(inputs);
    inputs.exactly(names(formula)?)?;
    match formula {
        "sign" | "verify" | "binding" | "verify_statement" => signatures(rules, formula, &inputs),
        "agree" | "classic_seal" | "classic_open" => classic(rules, formula, &inputs),
        "kem_public" => {
            let keys = kem_keys(&inputs.octets("seed")?).ok_or_else(|| inputs.width("seed"))?;
            Ok(one("public", &keys.public))
        }
        "hybrid_seal" => hybrid_seal(rules, &inputs),
        "hybrid_open" => hybrid_open(rules, &inputs),
        "stream_key" | "packet_seal" | "packet_open" => media(rules, formula, &inputs),
        "security_code" => {
            let code = security_code(rules, &inputs.key("ivk")?);
            Ok(BTreeMap::from([("digits".to_owned(), code.digits().to_owned())]))
        }
        "link_hash" => Ok(one("hash", &sha256(&encoded(&layouts::LINK, rules, &inputs)?))),
        "heartbeat_hash" => {
            let signed = encoded(&layouts::HEARTBEAT_SIGNED, rules, &inputs)?;
            Ok(one("hash", &sha256(&signed)))
        }
        "verify_heartbeat" | "verify_heartbeat_tuple" | "verify_lock_request" => {
            list_signatures(rules, formula, &inputs)
        }
        "decode" => decode(rules, &inputs),
        "attestation_signed" | "attestation" | "sharing_token" | "redeem_sharing_token" => {
            attestations::compute(rules, formula, &inputs)
        }
        "binding_with_tails"
        | "statement_with_tails"
        | "snapshot_with_tails"
        | "participant_identity"
        | "looked_up_identity"
        | "key_statement"
        | "verify_key_statement" => identities::compute(rules, formula, &inputs),
        "meeting_identities" => meetings::compute(rules, &inputs),
        "tree_commitment" | "tree_alpha" | "tree_label" | "tree_leaf" | "tree_parent"
        | "tree_markers" | "verify_commitment" | "verify_fork" | "verify_lookup"
        | "verify_history" | "verify_append_only" => transparency::compute(rules, formula, &inputs),
        "escrowed_user_chain"
        | "escrow_status"
        | "escrowed_seeds_due"
        | "seal_escrow"
        | "open_escrow" => escrows::compute(rules, formula, &inputs),
        "server_chain" => certificates::compute(rules, &inputs),
        "contact_warning" | "contact_recorded" => contacts::compute(rules, formula, &inputs),
        "seeds_due" | "seal_seed" | "open_seed" => seeds::compute(rules, formula, &inputs),
        "seal_content" | "open_content" | "contact_tag" | "seal_contact" | "open_contact" => {
            content::compute(rules, formula, &inputs)
        }
        "device_list" | "chain_notices" | "address_history" | "account_member" => {
            devices::compute(rules, formula, &inputs)
        }
        "write_link" => writing::compute(rules, &inputs),
        "seal_for_user" | "open_for_user" => for_user::compute(rules, formula, &inputs),
        // The others are known by their inputs.
        _ => chains::compute(rules, formula, &inputs),
    }
}

/// What a formula computes on the way, so that a difference points at the layer it comes from.
#[must_use]
pub fn intermediates(
    rules: RuleSet,
    formula: &str,
    inputs: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let inputs = Inputs(inputs);
    let worked_out = match formula {
        "sign" | "verify" => signed_hashes(&inputs),
        "classic_seal" | "classic_open" => classic_steps(rules, &inputs),
        "hybrid_seal" | "hybrid_open" => hybrid_steps(rules, &inputs),
        "verify_statement" => statement_of(rules, &inputs).map(|signed| one("statement", &signed)),
        "link_hash" => encoded(&layouts::LINK, rules, &inputs).map(|link| one("encoded", &link)),
        "heartbeat_hash" | "verify_heartbeat" | "verify_heartbeat_tuple" => {
            encoded(&layouts::HEARTBEAT_SIGNED, rules, &inputs).map(|it| one("encoded", &it))
        }
        "verify_lock_request" => {
            encoded(&layouts::LOCK_REQUEST_SIGNED, rules, &inputs).map(|it| one("signed", &it))
        }
        _ => Ok(BTreeMap::new()),
    };
    worked_out.unwrap_or_default()
}

fn signed_hashes(inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let mut steps = one("context_hash", &sha256(&inputs.label()?.text().into()));
    steps.extend(one("message_hash", &sha256(&inputs.octets("message")?)));
    Ok(steps)
}

fn sha256(message: &Octets) -> Octets {
    Octets::new(Sha256::digest(message.as_slice()).to_vec())
}

fn classic_steps(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let key = classic_key(rules, &inputs.octets("shared")?, Label::KeySeedDerivation);
    let mut steps = one("key", &key.ok_or_else(|| inputs.width("shared"))?);
    let data = associated_data(rules, Label::KeySeedCipher, &inputs.octets("meta")?, None);
    steps.extend(one("associated_data", &data));
    Ok(steps)
}

fn hybrid_steps(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let hybrid = Hybrid::read(rules, inputs)?;
    let kem_shared = match inputs.octets("coins") {
        Ok(coins) => {
            let kem = encapsulate(&inputs.octets("recipient_kem_pk")?, &coins);
            kem.map(|kem| kem.shared)
        }
        Err(_) => kem_keys(&inputs.octets("kem_seed")?)
            .and_then(|keys| decapsulate(&keys.secret, &inputs.octets("kem").ok()?)),
    };
    let kem_shared = kem_shared.ok_or(Refused::By(Rule::SealOpens))?;
    let mut steps = one("kem_shared", &kem_shared);
    steps.extend(one("combination", &hybrid.combination));
    steps.extend(one("key", &hybrid.key(rules, &kem_shared)?));
    let data = associated_data(rules, Label::KeySeedCipher, &hybrid.meta, None);
    steps.extend(one("associated_data", &data));
    Ok(steps)
}

fn signatures(rules: RuleSet, formula: &str, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    match formula {
        "sign" => {
            let (seed, message) = (inputs.octets("seed")?, inputs.octets("message")?);
            let signature = sign(rules, &seed, inputs.label()?, &message);
            Ok(one("signature", &signature.ok_or_else(|| inputs.width("seed"))?))
        }
        "verify" => {
            let (ivk, message) = (inputs.key("ivk")?, inputs.octets("message")?);
            let signature = inputs.octets("signature")?;
            let valid = verify(rules, &ivk, inputs.label()?, &message, &signature);
            none_if(valid, rules, Rule::AnnouncementVerifies)
        }
        "binding" => {
            let uuid = inputs.uuid()?;
            let (ivk, pk) = (inputs.octets("ivk")?, inputs.octets("pk")?);
            let signed = binding(
                rules,
                &Binding {
                    meeting_id: inputs.text("meeting_id")?,
                    meeting_uuid: &uuid,
                    user_id: inputs.text("user_id")?,
                    hardware_id: inputs.text("hardware_id")?,
                    ivk: &ivk,
                    pk: &pk,
                },
            );
            Ok(one("binding", &signed.map_err(|error| Refused::Inputs(error.to_string()))?))
        }
        _ => verify_statement(rules, inputs),
    }
}

fn statement_of(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Octets, Refused> {
    let (uuid, ivk) = (inputs.uuid()?, inputs.key("ivk")?);
    let signed = statement(
        rules,
        &Statement {
            meeting_uuid: &uuid,
            user_id: inputs.text("user_id")?,
            hardware_id: inputs.text("hardware_id")?,
            ivk: &ivk,
        },
    );
    signed.map_err(|error| Refused::Inputs(error.to_string()))
}

fn verify_statement(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let signed = statement_of(rules, inputs)?;
    let (key, signature) = (inputs.key("server_key")?, inputs.octets("signature")?);
    let valid = verify(rules, &key, Label::ServerStatement, &signed, &signature);
    none_if(valid, rules, Rule::StatementVerifies)
}

/// The encoding of the inputs that are fields of this layout.
fn encoded(layout: &Layout, rules: RuleSet, inputs: &Inputs<'_>) -> Result<Octets, Refused> {
    let values: Result<Vec<_>, Refused> = layout
        .fields
        .iter()
        .map(|field| {
            let value = match field.width {
                Width::Text(_) | Width::MaybeText(_) => Octets::from(inputs.text(field.name)?),
                Width::Exactly(_) | Width::AtMost(_) => inputs.octets(field.name)?,
                Width::U32 => {
                    let number = u32::try_from(inputs.number(field.name)?);
                    wire::u32_be(number.map_err(|_| inputs.width(field.name))?)
                }
                Width::U64 => wire::u64_be(inputs.number(field.name)?),
            };
            Ok((field.name, value))
        })
        .collect();
    wire::encode_for_hash(layout, rules, &values?)
        .map_err(|error| Refused::Inputs(error.to_string()))
}

/// The signatures of heartbeats, over their hash since version 4.1 and over the tuple before, and
/// of lock requests.
fn list_signatures(rules: RuleSet, formula: &str, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let (ivk, signature) = (inputs.key("ivk")?, inputs.octets("signature")?);
    if formula.starts_with("verify_heartbeat") {
        let tuple = encoded(&layouts::HEARTBEAT_SIGNED, rules, inputs)?;
        let signed = if formula == "verify_heartbeat" { sha256(&tuple) } else { tuple };
        let valid = verify(rules, &ivk, Label::ParticipantList, &signed, &signature);
        none_if(valid, rules, Rule::HeartbeatVerifies)
    } else {
        let signed = encoded(&layouts::LOCK_REQUEST_SIGNED, rules, inputs)?;
        let valid = verify(rules, &ivk, Label::LockRequest, &signed, &signature);
        none_if(valid, rules, Rule::RequestVerifies)
    }
}

fn classic(rules: RuleSet, formula: &str, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    if formula == "agree" {
        let (secret, public) = (inputs.key("secret")?, inputs.key("public")?);
        let shared = agree(rules, &secret, &public);
        return Ok(one("shared", &shared.ok_or(Refused::By(Rule::AgreementContributory))?));
    }
    let shared = inputs.octets("shared")?;
    let key = classic_key(rules, &shared, Label::KeySeedDerivation);
    let key = key.ok_or_else(|| inputs.width("shared"))?;
    boxed(rules, formula == "classic_seal", &key, inputs)
}

fn boxed(
    rules: RuleSet,
    sealing: bool,
    key: &Octets,
    inputs: &Inputs<'_>,
) -> Result<Outputs, Refused> {
    let data = associated_data(rules, Label::KeySeedCipher, &inputs.octets("meta")?, None);
    let nonce = inputs.octets("nonce")?;
    if sealing {
        let ciphertext = seal(key, &nonce, &data, &inputs.octets("plaintext")?);
        Ok(one("ciphertext", &ciphertext.ok_or_else(|| inputs.width("nonce"))?))
    } else {
        let plaintext = open(rules, key, &nonce, &data, &inputs.octets("ciphertext")?);
        Ok(one("plaintext", &plaintext.ok_or(Refused::By(Rule::SealOpens))?))
    }
}

/// The six public keys and what else goes into a hybrid key beside the KEM secret.
struct Hybrid {
    shared: Octets,
    combination: Octets,
    meta: Octets,
}

impl Hybrid {
    fn read(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Self, Refused> {
        let fields = layouts::COMBINATION.fields;
        let keys: Result<Vec<_>, _> =
            fields.iter().map(|field| inputs.octets(field.name)).collect();
        let keys = keys?;
        let [
            sender_ivk,
            sender_box_pk,
            sender_kem_pk,
            recipient_ivk,
            recipient_box_pk,
            recipient_kem_pk,
        ] = keys.as_slice()
        else {
            return Err(Refused::Inputs("six public keys are wanted".to_owned()));
        };
        let parties = Parties {
            sender_ivk,
            sender_box_pk,
            sender_kem_pk,
            recipient_ivk,
            recipient_box_pk,
            recipient_kem_pk,
        };
        let combination = combination(rules, &parties);
        Ok(Self {
            shared: inputs.octets("shared")?,
            combination: combination.map_err(|error| Refused::Inputs(error.to_string()))?,
            meta: inputs.octets("meta")?,
        })
    }

    fn key(&self, rules: RuleSet, kem_shared: &Octets) -> Result<Octets, Refused> {
        let Self { shared, combination, meta } = self;
        let context = Label::KeySeedDerivation;
        let parts = KeyParts { context, kem_shared, shared, combination, meta };
        hybrid_key(rules, &parts, Label::KeySeedDerivation)
            .ok_or_else(|| Refused::Inputs("shared must be 32 bytes".to_owned()))
    }
}

fn hybrid_seal(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let hybrid = Hybrid::read(rules, inputs)?;
    let kem = encapsulate(&inputs.octets("recipient_kem_pk")?, &inputs.octets("coins")?);
    let kem = kem.ok_or_else(|| inputs.width("coins"))?;
    let key = hybrid.key(rules, &kem.shared)?;
    let mut outputs = boxed(rules, true, &key, inputs)?;
    outputs.extend(one("kem", &kem.ciphertext));
    Ok(outputs)
}

fn hybrid_open(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let hybrid = Hybrid::read(rules, inputs)?;
    let keys = kem_keys(&inputs.octets("kem_seed")?).ok_or_else(|| inputs.width("kem_seed"))?;
    let kem_shared = decapsulate(&keys.secret, &inputs.octets("kem")?);
    let key = hybrid.key(rules, &kem_shared.ok_or(Refused::By(Rule::SealOpens))?)?;
    boxed(rules, false, &key, inputs)
}

fn media(rules: RuleSet, formula: &str, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    match formula {
        "stream_key" => {
            let uuid = inputs.uuid()?;
            let stream = Stream {
                stream: inputs.text("stream")?,
                meeting_id: inputs.text("meeting_id")?,
                meeting_uuid: &uuid,
                sender: inputs.text("sender")?,
                // The rule that would name a device is in force in no formula.
                hardware_id: "-",
            };
            let key = stream_key(rules, &inputs.octets("meeting_key")?, &stream);
            Ok(one("key", &key.map_err(|error| Refused::Inputs(error.to_string()))?))
        }
        "packet_seal" => {
            let (mk_seq, counter) = (inputs.number("mk_seq")?, inputs.number("counter")?);
            let mk_seq = u32::try_from(mk_seq).map_err(|_| inputs.width("mk_seq"))?;
            let (key, plaintext) = (inputs.octets("key")?, inputs.octets("plaintext")?);
            let packet = seal_packet(rules, &key, mk_seq, counter, &plaintext);
            Ok(one("packet", &packet.ok_or_else(|| inputs.width("key"))?))
        }
        _ => {
            let (key, packet) = (inputs.key("key")?, inputs.octets("packet")?);
            let refused = Refused::By(Rule::PacketOpens);
            let header = packet_header(rules, &packet).ok_or_else(|| refused.clone())?;
            let plaintext = open_packet(rules, &key, &packet).ok_or(refused)?;
            let mut outputs = one("plaintext", &plaintext);
            outputs.insert("mk_seq".to_owned(), header.mk_seq.to_string());
            outputs.insert("counter".to_owned(), header.counter.to_string());
            Ok(outputs)
        }
    }
}

fn decode(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let tag = inputs.text("layout")?;
    let messages = [
        &layouts::ANNOUNCEMENT,
        &layouts::SEALED_KEY,
        &layouts::LINK,
        &layouts::ENTRY,
        &layouts::HEARTBEAT,
        &layouts::LOCK_REQUEST,
    ];
    let layout: &Layout = messages
        .into_iter()
        .find(|layout| layout.tag == tag)
        .ok_or_else(|| Refused::Inputs(format!("no message has the layout {tag:?}")))?;
    let fields = wire::decode(layout, rules, &inputs.octets("bytes")?)
        .map_err(|_| Refused::By(Rule::EncodingCanonical))?;
    let width = |name: &str| layout.fields.iter().find(|field| field.name == name).map(|f| f.width);
    Ok(fields
        .into_iter()
        .map(|(name, value)| {
            let written = match width(name) {
                Some(Width::Text(_) | Width::MaybeText(_)) => {
                    String::from_utf8_lossy(value.as_slice()).into_owned()
                }
                Some(Width::Exactly(_) | Width::AtMost(_) | Width::U32 | Width::U64) | None => {
                    hex::encode(value.as_slice())
                }
            };
            (name.to_owned(), written)
        })
        .collect())
}

fn one(name: &str, value: &Octets) -> Outputs {
    BTreeMap::from([(name.to_owned(), hex::encode(value.as_slice()))])
}

/// No outputs, unless the rule is in force and does not hold.
fn none_if(holds: bool, rules: RuleSet, rule: Rule) -> Result<Outputs, Refused> {
    if holds || !rules.contains(rule) { Ok(BTreeMap::new()) } else { Err(Refused::By(rule)) }
}
