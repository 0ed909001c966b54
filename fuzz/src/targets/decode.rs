//! The canonical decoder: what it takes is exactly what the encoder writes.

use arbitrary::{Arbitrary, Unstructured};
use conclave_conformance::{
    exchange::Exchange,
    protocol::{Codec, Effect as Said, Hex, Input, Message, Payload},
};
use conclave_model::{
    Algebra as _,
    algebra::{BoxSecret, Bytes},
    machine::{Effect, Event},
    stage::Given,
};
use conclave_spec::{
    Octets, Profile, Rule, RuleSet,
    formulas::{binding::open_sealed_plaintext, media::packet_header},
    layouts::{self, Layout, Width},
    wire,
};

/// The bytes as a message of every layout, under all rules and under each set that lacks one rule
/// of the layout; then as a choice of field values, encoded and decoded again.
///
/// # Panics
/// A property does not hold.
pub fn decode(data: &[u8]) {
    let bytes = Octets::from(data);
    let takers = layouts::ALL.iter().filter(|layout| read(layout, RuleSet::all(), &bytes)).count();
    assert!(takers <= 1, "the bytes are messages of {takers} layouts");
    for layout in layouts::ALL {
        for rules in weakened(layout) {
            read(layout, rules, &bytes);
        }
    }
    other_readers(&bytes);
    for rules in [RuleSet::all(), Profile::zoom_2_3_1().rules, Profile::zoom_4_1().rules] {
        payloads(rules, data);
    }
    if let Ok(choice) = Choice::arbitrary_take_rest(Unstructured::new(data)) {
        written(&choice);
    }
}

/// Every set that lacks one rule on which the layout or its decoder depends.
fn weakened(layout: &Layout) -> impl Iterator<Item = RuleSet> {
    let fields = layout.fields.iter().filter_map(|field| field.rule);
    fields.chain([Rule::EncodingCanonical]).map(|rule| RuleSet::all().without(rule))
}

/// Decodes; what was taken must encode to the same bytes. Returns whether it was taken.
fn read(layout: &'static Layout, rules: RuleSet, bytes: &Octets) -> bool {
    let Ok(fields) = wire::decode(layout, rules, bytes) else { return false };
    let again = wire::encode(layout, rules, &completed(layout, &fields));
    let again = again.expect("decoded values are values of the layout");
    if rules.contains(Rule::EncodingCanonical) {
        assert_eq!(&again, bytes, "{}", layout.tag);
    } else {
        assert!(bytes.as_slice().starts_with(again.as_slice()), "{}", layout.tag);
    }
    true
}

/// The decoded values, and some value for each field that is not in force: the encoder wants all.
fn completed(layout: &Layout, fields: &[(&'static str, Octets)]) -> Vec<(&'static str, Octets)> {
    let mut decoded = fields.iter().peekable();
    let complete = layout.fields.iter().map(|field| match decoded.next_if(|d| d.0 == field.name) {
        Some(found) => found.clone(),
        None => (field.name, some_value(field.width)),
    });
    let complete = complete.collect();
    assert_eq!(decoded.next(), None, "{}: a field that is not the layout's", layout.tag);
    complete
}

fn some_value(width: Width) -> Octets {
    match width {
        Width::Exactly(length) => Octets::new(vec![0; length]),
        Width::Text(_) => Octets::from("x"),
        Width::AtMost(_) | Width::MaybeText(_) => Octets::default(),
        Width::U32 => wire::u32_be(0),
        Width::U64 => Octets::new(vec![0; 8]),
    }
}

/// The widths that an announced key may have, in bytes: classic, and hybrid.
const KEYS: [usize; 2] = [32, 32 + 1184];

/// A key that was announced has a Kyber half, or can be agreed with, if its width is right.
fn announced_keys(bytes: &Octets) {
    let mut padded = bytes.as_slice().to_vec();
    padded.resize(KEYS[1], 0);
    let algebra = Bytes::seeded([0; 32]);
    for key in [bytes.clone(), Octets::new(padded)] {
        assert_eq!(algebra.has_kem(&key), key.len() == KEYS[1]);
        for (kem, widths) in [(None, &KEYS[..1]), (Some(Octets::new(vec![5; 64])), &KEYS[..])] {
            let secret = BoxSecret { agreement: Octets::new(vec![9; 32]), kem };
            let agreed = algebra.agree(RuleSet::EMPTY, &secret, &key);
            assert_eq!(agreed.is_some(), widths.contains(&key.len()), "{} bytes", key.len());
        }
    }
}

/// The decoders with a shape of their own.
fn other_readers(bytes: &Octets) {
    announced_keys(bytes);
    let all = RuleSet::all();
    for rules in [all, all.without(Rule::PacketSeqFourBytes), RuleSet::EMPTY] {
        let header = packet_header(rules, bytes);
        assert!(header.is_none() || bytes.len() >= 16, "a header of {} bytes", bytes.len());
    }
    for rules in [all, all.without(Rule::SealCarriesSeq), RuleSet::EMPTY] {
        if let Ok(opened) = open_sealed_plaintext(rules, bytes) {
            assert_eq!(opened.mk_seq.is_some(), rules.contains(Rule::SealCarriesSeq));
            let number = opened.mk_seq.map(wire::u32_be).unwrap_or_default();
            let values = [("meeting_key", opened.meeting_key), ("mk_seq", number)];
            let again =
                wire::encode(&layouts::SEALED_PLAINTEXT, rules, &values).expect("a plaintext");
            let whole = rules.contains(Rule::EncodingCanonical);
            assert!(bytes.as_slice().starts_with(again.as_slice()));
            assert!(!whole || again == *bytes, "the plaintext of a seal is read as it is written");
        }
    }
}

/// The adapter's readers of messages: what one of them takes is written as the same bytes, and
/// means the same in the other codec.
fn payloads(rules: RuleSet, data: &[u8]) {
    let bytes = Exchange { codec: Codec::Bytes, rules };
    let fields = Exchange { codec: Codec::Fields, rules };
    let given = Payload::Bytes(Hex(data.to_vec()));
    macro_rules! crosses {
        ($read:ident, $effect:expr) => {
            if let Ok(Ok(message)) = bytes.$read(&given) {
                let effect = $effect(message.clone());
                assert_eq!(payload_of(bytes.effect(&effect)), given, "{effect:?}");
                let other = payload_of(fields.effect(&effect));
                assert_eq!(fields.$read(&other), Ok(Ok(message)), "{other:?}");
            }
        };
    }
    crosses!(announcement, Effect::PostAnnouncement);
    crosses!(sealed_key, Effect::PostSealedKey);
    crosses!(link, Effect::PostLink);
    crosses!(heartbeat, Effect::PostHeartbeat);
    crosses!(lock_request, Effect::PostLockRequest);
    crosses!(packet, |packet| Effect::Transmit { stream: "audio".to_owned(), packet });
    nonces(&bytes, data);
    nonces(&fields, data);
}

/// A nonce has no layout and no other codec: 24 bytes are one, and nothing else is.
fn nonces(exchange: &Exchange, data: &[u8]) {
    let (user_id, hardware_id) = ("bob".to_owned(), "laptop".to_owned());
    let message = Message::NoncePosted { user_id, hardware_id, nonce: Hex(data.to_vec()) };
    let read = exchange.event(&Input::Deliver { message: message.clone() });
    let event = read.expect("the line makes sense").expect("it is an event");
    if let Event::NonceArrived { nonce, .. } = &event {
        assert_eq!(data.len(), 24, "a nonce of another width");
        let said = exchange.effect(&Effect::PostNonce(nonce.clone()));
        assert_eq!(said, Said::PostNonce { nonce: Hex(data.to_vec()) });
        let again = exchange.request(&Given::Event(event));
        assert_eq!(again, Input::Deliver { message }, "it is written as it was read");
    } else {
        assert_eq!(event, Event::Malformed { rule: Rule::EncodingCanonical });
        assert_ne!(data.len(), 24, "a nonce is refused");
    }
}

fn payload_of(effect: Said) -> Payload {
    match effect {
        Said::PostAnnouncement { announcement: payload }
        | Said::PostSealedKey { sealed: payload, .. }
        | Said::PostLink { link: payload }
        | Said::PostHeartbeat { heartbeat: payload }
        | Said::PostLockRequest { request: payload }
        | Said::Transmit { packet: payload, .. } => payload,
        Said::PostNonce { .. }
        | Said::Render { .. }
        | Said::ShowSecurityCode { .. }
        | Said::ShowLeaderChanged { .. }
        | Said::ShowUnlockWarning {}
        | Said::ShowLeft {} => panic!("no message is in {effect:?}"),
    }
}

/// A layout, the fields left out of it, and how to fill the others.
#[derive(Arbitrary, Debug)]
struct Choice {
    layout: u8,
    left_out: u8,
    values: Vec<Vec<u8>>,
}

/// Whatever the encoder takes, the decoder gives back, and nothing is read into bytes cut short
/// or run on.
fn written(choice: &Choice) {
    let Some(layout) = layouts::ALL.get(usize::from(choice.layout) % layouts::ALL.len()) else {
        return;
    };
    let rules = layout.fields.iter().enumerate().fold(RuleSet::all(), |rules, (at, field)| {
        match field.rule.filter(|_| choice.left_out >> at & 1 == 1) {
            Some(rule) => rules.without(rule),
            None => rules,
        }
    });
    let mut fill = choice.values.iter();
    let values: Vec<_> = layout
        .fields
        .iter()
        .map(|field| (field.name, filled(field.width, fill.next().map_or(&[], Vec::as_slice))))
        .collect();
    let Ok(bytes) = wire::encode(layout, rules, &values) else { return };
    let in_force: Vec<_> = layout.fields_under(rules).map(|field| field.name).collect();
    let expected: Vec<_> = values.into_iter().filter(|v| in_force.contains(&v.0)).collect();
    assert_eq!(wire::decode(layout, rules, &bytes), Ok(expected), "{}", layout.tag);
    let (all, mut longer) = (bytes.as_slice(), bytes.as_slice().to_vec());
    let shorter = Octets::from(&all[..all.len() - 1]);
    assert!(wire::decode(layout, rules, &shorter).is_err(), "{}: cut short", layout.tag);
    longer.push(0);
    assert!(wire::decode(layout, rules, &longer.into()).is_err(), "{}: run on", layout.tag);
}

/// The chosen bytes, brought to a fixed width where there is one.
fn filled(width: Width, chosen: &[u8]) -> Octets {
    let length = match width {
        Width::Exactly(length) => length,
        Width::U32 => 4,
        Width::U64 => 8,
        Width::Text(_) | Width::MaybeText(_) | Width::AtMost(_) => return Octets::from(chosen),
    };
    let mut bytes = chosen.to_vec();
    bytes.resize(length, 0);
    Octets::new(bytes)
}
