//! Cases of byte formulas: what `compute` answers, outside any meeting.

use std::collections::BTreeMap;

use conclave_model::sigchain::build::bytes;
use conclave_spec::{
    Label, Octets, Rule, RuleSet,
    formulas::{
        binding::{Statement, statement},
        box_classic, sign,
    },
};

use super::pair;
use crate::{
    case::{Pair, Side},
    compute::compute,
};

mod addresses;
mod attestation;
mod authority;
mod backup;
mod certificate;
mod collected;
mod contacts;
mod content;
mod devices;
mod due;
mod escrow;
mod family;
mod for_user;
mod hybrid;
mod identity;
mod list;
mod looked_up;
mod meeting;
pub mod mixtures;
mod notices;
mod participant;
mod provider;
mod seeds;
mod sigchain;
mod stored;
mod transparency;
mod writing;

use collected::{Cases, disclosures, joined, offered, offered_to};

type Inputs = BTreeMap<String, String>;

/// A case of a byte formula before it is recorded.
#[derive(Clone, Debug)]
pub struct FormulaDraft {
    /// The name within its area.
    pub name: String,
    /// What it shows.
    pub title: String,
    /// The area.
    pub area: &'static str,
    /// The rules it tests.
    pub rules: Vec<Rule>,
    /// Its places in decisive pairs.
    pub pairs: Vec<Pair>,
    /// The formula.
    pub formula: &'static str,
    /// Its inputs.
    pub inputs: Inputs,
    /// The rule that refuses them, if one must.
    pub refused_by: Option<Rule>,
}

/// The formula cases. `world` are the rules the inputs are made under: a field that is missing
/// there is missing in every signature and box given to the client.
#[must_use]
pub fn formula_drafts(world: RuleSet) -> Vec<FormulaDraft> {
    let mut list = Vec::new();
    plain(world, &mut list);
    statements(world, &mut list);
    hybrid::drafts(world, &mut list);
    list::drafts(world, &mut list);
    stored::drafts(world, &mut list);
    sigchain::drafts(world, &mut list);
    family::drafts(world, &mut list);
    backup::drafts(&mut list);
    contacts::drafts(world, &mut list);
    seeds::drafts(world, &mut list);
    due::drafts(world, &mut list);
    content::drafts(world, &mut list);
    attestation::drafts(world, &mut list);
    certificate::drafts(&mut list);
    identity::drafts(world, &mut list);
    meeting::drafts(world, &mut list);
    transparency::drafts(world, &mut list);
    devices::drafts(world, &mut list);
    notices::drafts(world, &mut list);
    addresses::drafts(world, &mut list);
    writing::drafts(world, &mut list);
    for_user::drafts(world, &mut list);
    escrow::drafts(world, &mut list);
    list
}

fn draft(
    area: &'static str,
    name: &str,
    title: &str,
    formula: &'static str,
    inputs: Inputs,
) -> FormulaDraft {
    FormulaDraft {
        name: name.to_owned(),
        title: title.to_owned(),
        area,
        rules: Vec::new(),
        pairs: Vec::new(),
        formula,
        inputs,
        refused_by: None,
    }
}

impl FormulaDraft {
    fn tests(mut self, rules: &[Rule]) -> Self {
        self.rules.extend(rules);
        self
    }

    fn refused(self, rule: Rule) -> Self {
        Self { refused_by: Some(rule), ..self }
    }

    fn with(mut self, pair: Pair) -> Self {
        if !self.rules.contains(&pair.rule) {
            self.rules.push(pair.rule);
        }
        self.pairs.push(pair);
        self
    }
}

fn hexed(name: &str, width: usize) -> String {
    hex::encode(bytes(name, width))
}

fn inputs(pairs: &[(&str, String)]) -> Inputs {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn text(value: &str) -> String {
    value.to_owned()
}

/// What a formula gives under these rules; nothing where it refuses.
fn output(world: RuleSet, formula: &str, inputs: &Inputs, name: &str) -> String {
    let outputs = compute(world, formula, inputs).unwrap_or_default();
    outputs.get(name).cloned().unwrap_or_default()
}

fn plain(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let label = Label::Announcement.text().to_owned();
    let signing = inputs(&[
        ("seed", hexed("seed", 32)),
        ("label", label.clone()),
        ("message", hexed("message", 100)),
    ]);
    list.push(
        draft("device", "sign", "Sign.Sign over hashed context and message", "sign", signing)
            .tests(&[Rule::SignatureNamesContext]),
    );
    let binding = inputs(&[
        ("meeting_id", text("93017455128")),
        ("meeting_uuid", hexed("uuid", 16)),
        ("user_id", text("alice")),
        ("hardware_id", text("alice-laptop")),
        ("ivk", hexed("ivk", 32)),
        ("pk", hexed("pk", 32)),
    ]);
    list.push(
        draft("device", "binding", "The bytes an announcement signs", "binding", binding)
            .tests(&[Rule::EncodingInjective]),
    );
    let of_any_text = inputs(&[
        ("meeting_id", text("7")),
        ("meeting_uuid", hexed("uuid", 16)),
        ("user_id", text("Ælfgifu 李")),
        ("hardware_id", "x".repeat(255)),
        ("ivk", hexed("ivk", 32)),
        ("pk", hexed("pk", 32)),
    ]);
    let title = "The same with identifiers of other letters and of the least and greatest length";
    list.push(
        draft("device", "binding-of-any-text", title, "binding", of_any_text)
            .tests(&[Rule::EncodingInjective]),
    );
    strict(world, list);
    for (name, at) in [("security-code", "ivk"), ("security-code-other", "another ivk")] {
        let ivk = inputs(&[("ivk", hexed(at, 32))]);
        list.push(
            draft("device", name, "The 39 digits of an identity key", "security_code", ivk)
                .tests(&[Rule::CodeHasAllDigits]),
        );
    }
    classic(world, list);
    media(world, list);
}

/// Reading R-24: what a verification refuses beside signatures of somebody else.
fn strict(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let label = Label::Announcement.text().to_owned();
    let signing = inputs(&[
        ("seed", hexed("seed", 32)),
        ("label", label.clone()),
        ("message", hexed("message", 100)),
    ]);
    let signature = output(world, "sign", &signing, "signature");
    let ivk = sign::verifying_key(&Octets::new(bytes("seed", 32))).unwrap_or_default();
    let ivk = hex::encode(ivk.as_slice());
    let verifying = |ivk: &str, signature: &str| {
        inputs(&[
            ("ivk", ivk.to_owned()),
            ("label", label.clone()),
            ("message", hexed("message", 100)),
            ("signature", signature.to_owned()),
        ])
    };
    // The neutral element as key and commitment, and zero: the equation holds for every message.
    let neutral = format!("01{}", "00".repeat(31));
    let trivial = format!("{neutral}{}", "00".repeat(32));
    let (commitment, scalar) = signature.split_at(64.min(signature.len()));
    let beyond = format!("{commitment}{}", plus_order(scalar));
    for (name, title, inputs, refused) in [
        ("verify", "A signature that holds", verifying(&ivk, &signature), false),
        (
            "verify-small-order-key",
            "A key under which one signature holds for every message is refused",
            verifying(&neutral, &trivial),
            true,
        ),
        (
            "verify-small-order-commitment",
            "A commitment of small order is refused",
            verifying(&ivk, &trivial),
            true,
        ),
        (
            "verify-scalar-beyond-order",
            "The same signature with the group's order added to its scalar is refused",
            verifying(&ivk, &beyond),
            true,
        ),
    ] {
        let draft = draft("device", name, title, "verify", inputs);
        let draft = draft.tests(&[Rule::AnnouncementVerifies]);
        list.push(if refused { draft.refused(Rule::AnnouncementVerifies) } else { draft });
    }
}

/// A scalar of Ed25519, little-endian in hexadecimal, plus the order of the group.
fn plus_order(scalar: &str) -> String {
    const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
    let (scalar, order) = (hex::decode(scalar), hex::decode(ORDER));
    let mut carry = 0;
    let sum = scalar.iter().flatten().zip(order.iter().flatten()).map(|(one, other)| {
        let sum = u16::from(*one) + u16::from(*other) + carry;
        carry = sum >> 8;
        sum.to_le_bytes()[0]
    });
    hex::encode(sum.collect::<Vec<_>>())
}

fn classic(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let secret = Octets::new(bytes("box secret", 32));
    let public = box_classic::public_key(&Octets::new(bytes("peer secret", 32)));
    let public = public.unwrap_or_default();
    let agreement = inputs(&[
        ("secret", hex::encode(secret.as_slice())),
        ("public", hex::encode(public.as_slice())),
    ]);
    let shared = output(world, "agree", &agreement, "shared");
    list.push(
        draft("rotation", "agree", "crypto_box_beforenm of a key pair", "agree", agreement)
            .tests(&[Rule::AgreementContributory]),
    );
    let zero =
        inputs(&[("secret", hex::encode(secret.as_slice())), ("public", hex::encode([0; 32]))]);
    list.push(
        draft("rotation", "agree-zero", "An all-zero shared secret is refused", "agree", zero)
            .tests(&[Rule::AgreementContributory])
            .refused(Rule::AgreementContributory),
    );
    let sealing = inputs(&[
        ("shared", shared),
        ("meta", hexed("meta", 80)),
        ("nonce", hexed("nonce", 24)),
        ("plaintext", hexed("plaintext", 60)),
    ]);
    let rules = [Rule::SealNamesContext, Rule::DerivationNamesContext];
    list.push(
        draft("rotation", "classic-seal", "Box.Enc, classic", "classic_seal", sealing)
            .tests(&rules),
    );
}

fn media(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let stream = inputs(&[
        ("meeting_key", hexed("meeting key", 32)),
        ("stream", text("audio")),
        ("meeting_id", text("93017455128")),
        ("meeting_uuid", hexed("uuid", 16)),
        ("sender", text("alice")),
    ]);
    let key = output(world, "stream_key", &stream, "key");
    list.push(
        draft("media", "stream-key", "The key of one stream", "stream_key", stream)
            .tests(&[Rule::SubkeyUsesMeetingKey]),
    );
    let packet = inputs(&[
        ("key", key),
        ("mk_seq", text("16909060")),
        ("counter", text("18446744073709551615")),
        ("plaintext", hexed("frame", 120)),
    ]);
    let mut highest = packet.clone();
    highest.insert("mk_seq".to_owned(), text(&u32::MAX.to_string()));
    let sealed = output(world, "packet_seal", &highest, "packet");
    let opened =
        inputs(&[("key", highest.get("key").cloned().unwrap_or_default()), ("packet", sealed)]);
    for (name, title, formula, packet) in [
        ("packet-seal", "A packet, byte for byte", "packet_seal", packet),
        (
            "packet-seal-highest-key",
            "A packet under the highest key number",
            "packet_seal",
            highest,
        ),
        ("packet-open-highest-key", "Such a packet opened", "packet_open", opened),
    ] {
        list.push(draft("media", name, title, formula, packet).tests(&[Rule::PacketSeqFourBytes]));
    }
}

fn statements(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let server = Octets::new(bytes("server seed", 32));
    let server_key = sign::verifying_key(&server).unwrap_or_default();
    let (ivk, uuid) = (Octets::new(bytes("ivk", 32)), bytes("uuid", 16));
    let uuid: [u8; 16] = uuid.try_into().unwrap_or_default();
    let signed = statement(
        world,
        &Statement {
            meeting_uuid: &uuid,
            user_id: "alice",
            hardware_id: "alice-laptop",
            ivk: &ivk,
        },
    );
    let signature = sign::sign(world, &server, Label::ServerStatement, &signed.unwrap_or_default());
    let true_inputs = inputs(&[
        ("server_key", hex::encode(server_key.as_slice())),
        ("meeting_uuid", hex::encode(uuid)),
        ("user_id", text("alice")),
        ("hardware_id", text("alice-laptop")),
        ("ivk", hex::encode(ivk.as_slice())),
        ("signature", hex::encode(signature.unwrap_or_default().as_slice())),
    ]);
    let changes = [
        (Rule::StatementVerifies, "signature", hexed("other", 64)),
        (Rule::StatementNamesInstance, "meeting_uuid", hexed("other", 16)),
        (Rule::StatementNamesUser, "user_id", text("mallory")),
        (Rule::StatementNamesDevice, "hardware_id", text("mallory-laptop")),
        (Rule::StatementNamesIdentityKey, "ivk", hexed("other", 32)),
    ];
    pairs(
        list,
        ("device", "statement", "verify_statement", "A server statement"),
        (&true_inputs, Rule::StatementVerifies),
        &changes,
    );
}

/// A true case and, for each rule, the same with one input changed.
fn pairs(
    list: &mut Vec<FormulaDraft>,
    (area, name, formula, what): (&'static str, &str, &'static str, &str),
    (true_inputs, refuses): (&Inputs, Rule),
    changes: &[(Rule, &str, String)],
) {
    let title = format!("{what} with its true values");
    let mut common = draft(area, name, &title, formula, true_inputs.clone());
    let mut decisive = Vec::new();
    for (rule, input, value) in changes {
        let word = input.replace('_', "-");
        let twin = format!("{name}-other-{word}");
        common = common.with(pair(*rule, Side::Common, &twin, input));
        let mut changed = true_inputs.clone();
        changed.insert((*input).to_owned(), value.clone());
        let title = format!("{what} with another {word} is refused");
        let side = pair(*rule, Side::Decisive, name, input);
        decisive.push(draft(area, &twin, &title, formula, changed).with(side).refused(refuses));
    }
    list.push(common);
    list.extend(decisive);
}
