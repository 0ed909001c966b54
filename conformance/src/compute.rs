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

/// The formulas, by the names used in `compute`.
pub const FORMULAS: [&str; 15] = [
    "sign",
    "verify",
    "agree",
    "binding",
    "verify_statement",
    "classic_seal",
    "classic_open",
    "kem_public",
    "hybrid_seal",
    "hybrid_open",
    "stream_key",
    "packet_seal",
    "packet_open",
    "security_code",
    "decode",
];

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
        "decode" => decode(rules, &inputs),
        _ => Err(Refused::Unknown),
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
        _ => Ok(BTreeMap::new()),
    };
    worked_out.unwrap_or_default()
}

fn signed_hashes(inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let hash = |bytes: &[u8]| Octets::new(Sha256::digest(bytes).to_vec());
    let mut steps = one("context_hash", &hash(inputs.label()?.text().as_bytes()));
    steps.extend(one("message_hash", &hash(inputs.octets("message")?.as_slice())));
    Ok(steps)
}

fn classic_steps(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let key = classic_key(rules, &inputs.octets("shared")?, Label::KeySeedDerivation);
    let mut steps = one("key", &key.ok_or_else(|| inputs.width("shared"))?);
    let data = associated_data(rules, Label::KeySeedCipher, &inputs.octets("meta")?);
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
    let data = associated_data(rules, Label::KeySeedCipher, &hybrid.meta);
    steps.extend(one("associated_data", &data));
    Ok(steps)
}

/// The inputs of a formula.
fn names(formula: &str) -> Result<Vec<&'static str>, Refused> {
    const PARTIES: [&str; 6] = [
        "sender_ivk",
        "sender_box_pk",
        "sender_kem_pk",
        "recipient_ivk",
        "recipient_box_pk",
        "recipient_kem_pk",
    ];
    const INSTANCE: [&str; 2] = ["meeting_id", "meeting_uuid"];
    const DEVICE: [&str; 3] = ["user_id", "hardware_id", "ivk"];
    let parts: Vec<&[&'static str]> = match formula {
        "sign" => vec![&["seed", "label", "message"]],
        "verify" => vec![&["ivk", "label", "message", "signature"]],
        "agree" => vec![&["secret", "public"]],
        "binding" => vec![&INSTANCE, &DEVICE, &["pk"]],
        "verify_statement" => vec![&["server_key", "meeting_uuid", "signature"], &DEVICE],
        "classic_seal" => vec![&["shared", "meta", "nonce", "plaintext"]],
        "classic_open" => vec![&["shared", "meta", "nonce", "ciphertext"]],
        "kem_public" => vec![&["seed"]],
        "hybrid_seal" => vec![&PARTIES, &["shared", "coins", "meta", "nonce", "plaintext"]],
        "hybrid_open" => {
            vec![&PARTIES, &["shared", "kem_seed", "meta", "nonce", "kem", "ciphertext"]]
        }
        "stream_key" => vec![&["meeting_key", "stream", "sender"], &INSTANCE],
        "packet_seal" => vec![&["key", "mk_seq", "counter", "plaintext"]],
        "packet_open" => vec![&["key", "packet"]],
        "security_code" => vec![&["ivk"]],
        "decode" => vec![&["layout", "bytes"]],
        _ => return Err(Refused::Unknown),
    };
    Ok(parts.concat())
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
    let data = associated_data(rules, Label::KeySeedCipher, &inputs.octets("meta")?);
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
    let messages = [&layouts::ANNOUNCEMENT, &layouts::SEALED_KEY];
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
                Some(Width::Text(_)) => String::from_utf8_lossy(value.as_slice()).into_owned(),
                Some(Width::Exactly(_) | Width::AtMost(_) | Width::U32) | None => {
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

struct Inputs<'a>(&'a BTreeMap<String, String>);

impl Inputs<'_> {
    fn text(&self, name: &str) -> Result<&str, Refused> {
        self.0
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| Refused::Inputs(format!("the input {name:?} is missing")))
    }

    fn octets(&self, name: &str) -> Result<Octets, Refused> {
        let bytes = crate::protocol::Hex::try_from(self.text(name)?.to_owned());
        bytes
            .map(|bytes| Octets::new(bytes.0))
            .map_err(|reason| Refused::Inputs(format!("the input {name:?} is {reason}")))
    }

    /// Exactly these inputs, no more and no fewer.
    fn exactly(&self, names: Vec<&str>) -> Result<(), Refused> {
        if let Some(extra) = self.0.keys().find(|name| !names.contains(&name.as_str())) {
            return Err(Refused::Inputs(format!("the formula has no input {extra:?}")));
        }
        names.into_iter().try_for_each(|name| self.text(name).map(|_| ()))
    }

    /// A key: 32 bytes.
    fn key(&self, name: &str) -> Result<Octets, Refused> {
        let octets = self.octets(name)?;
        if octets.len() == 32 { Ok(octets) } else { Err(self.width(name)) }
    }

    fn uuid(&self) -> Result<[u8; 16], Refused> {
        let bytes = self.octets("meeting_uuid")?;
        bytes.as_slice().try_into().map_err(|_| self.width("meeting_uuid"))
    }

    fn number(&self, name: &str) -> Result<u64, Refused> {
        let text = self.text(name)?;
        text.parse().map_err(|_| Refused::Inputs(format!("the input {name:?} is not a number")))
    }

    fn label(&self) -> Result<Label, Refused> {
        let text = self.text("label")?;
        Label::ALL
            .into_iter()
            .find(|label| label.text() == text)
            .ok_or_else(|| Refused::Inputs(format!("no context string {text:?}")))
    }

    fn width(&self, name: &str) -> Refused {
        Refused::Inputs(format!("the input {name:?} has a wrong width"))
    }
}
