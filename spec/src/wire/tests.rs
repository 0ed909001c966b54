use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::layouts;

type Values = Vec<(&'static str, Octets)>;

fn value(width: Width) -> BoxedStrategy<Octets> {
    let bytes = |range| prop::collection::vec(any::<u8>(), range).prop_map(Octets::new).boxed();
    match width {
        Width::Exactly(length) => bytes(length..=length),
        Width::AtMost(max) => bytes(0..=max.min(4096)),
        Width::U32 => any::<u32>().prop_map(u32_be).boxed(),
        Width::U64 => any::<u64>().prop_map(u64_be).boxed(),
        Width::MaybeText(_) => "[a-c]{0,4}".prop_map(|text| Octets::from(text.as_bytes())).boxed(),
        Width::Text(_) => {
            // Short enough for every field, and for a byte more.
            "[a-c]{1,4}|[0-9é]{1,7}".prop_map(|text| Octets::from(text.as_bytes())).boxed()
        }
    }
}

fn values(layout: &'static Layout) -> BoxedStrategy<Values> {
    layout
        .fields
        .iter()
        .map(|field| value(field.width).prop_map(|value| (field.name, value)))
        .collect::<Vec<_>>()
        .boxed()
}

fn any_layout() -> impl Strategy<Value = &'static Layout> {
    prop::sample::select(layouts::ALL.to_vec())
}

fn layout_and_values() -> impl Strategy<Value = (&'static Layout, Values)> {
    any_layout().prop_flat_map(|layout| (Just(layout), values(layout)))
}

/// Two tuples of one layout that often differ only in where one text ends and the next begins.
fn close_pair() -> impl Strategy<Value = (&'static Layout, Values, Values)> {
    layout_and_values().prop_flat_map(|(layout, first)| {
        let at = 0..first.len();
        (Just((layout, first)), at, values(layout)).prop_map(|((layout, first), at, other)| {
            let mut second = first.clone();
            match shift(layout, &first, at) {
                Some(shifted) => second = shifted,
                None => second[at] = other[at].clone(),
            }
            (layout, first, second)
        })
    })
}

/// The last byte of a text moved to the front of the text behind it.
fn shift(layout: &Layout, values: &Values, at: usize) -> Option<Values> {
    let texts = |at: usize| matches!(layout.fields.get(at)?.width, Width::Text(_)).then_some(());
    texts(at).and_then(|()| texts(at + 1))?;
    let (mut left, right) = (values[at].1.clone().into_vec(), values[at + 1].1.as_slice());
    let moved = left.pop().filter(|byte| byte.is_ascii() && !left.is_empty())?;
    let joined = [&[moved], right].concat();
    let mut shifted = values.clone();
    shifted[at].1 = Octets::new(left);
    shifted[at + 1].1 = Octets::new(joined);
    Some(shifted)
}

fn some_rules() -> impl Strategy<Value = RuleSet> {
    prop::sample::subsequence(Rule::ALL.to_vec(), 0..=8)
        .prop_map(|gone| RuleSet::all().less(RuleSet::of(&gone)))
}

fn under(layout: &Layout, rules: RuleSet, values: &Values) -> Values {
    let names: BTreeSet<_> = layout.fields_under(rules).map(|field| field.name).collect();
    values.iter().filter(|(name, _)| names.contains(name)).cloned().collect()
}

proptest! {
    #[test]
    fn what_was_encoded_is_decoded(
        (layout, values) in layout_and_values(),
        rules in some_rules(),
    ) {
        let bytes = encode(layout, rules, &values).unwrap();
        prop_assert_eq!(decode(layout, rules, &bytes), Ok(under(layout, rules, &values)));
    }

    #[test]
    fn dev_09_two_tuples_never_encode_equally((layout, first, second) in close_pair()) {
        let rules = RuleSet::all();
        let equal = encode_for_hash(layout, rules, &first) == encode_for_hash(layout, rules, &second);
        prop_assert_eq!(equal, first == second);
    }

    #[test]
    fn dev_10_damaged_bytes_are_refused_or_canonical(
        (layout, values) in layout_and_values(),
        at in any::<prop::sample::Index>(),
        by in 1_u8..,
    ) {
        let rules = RuleSet::all();
        let mut bytes = encode(layout, rules, &values).unwrap().into_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= by;
        let bytes = Octets::new(bytes);
        if let Ok(decoded) = decode(layout, rules, &bytes) {
            prop_assert_eq!(encode(layout, rules, &decoded), Ok(bytes));
        }
    }

    #[test]
    fn dev_10_arbitrary_bytes_are_refused_or_canonical(
        layout in any_layout(),
        tagged in any::<bool>(),
        tail in prop::collection::vec(prop_oneof![Just(0_u8), Just(1), any::<u8>()], 0..80),
    ) {
        let rules = RuleSet::all();
        let mut bytes = Vec::new();
        if tagged {
            put(&mut bytes, "tag", layout.tag.as_bytes()).unwrap();
        }
        bytes.extend(tail);
        let bytes = Octets::new(bytes);
        if let Ok(decoded) = decode(layout, rules, &bytes) {
            prop_assert_eq!(encode(layout, rules, &decoded), Ok(bytes));
        }
    }

    #[test]
    fn every_truncation_is_refused(
        (layout, values) in layout_and_values(),
        at in any::<prop::sample::Index>(),
    ) {
        let bytes = encode(layout, RuleSet::all(), &values).unwrap();
        let cut = Octets::from(&bytes.as_slice()[..at.index(bytes.len())]);
        let truncated = matches!(
            decode(layout, RuleSet::all(), &cut),
            Err(Malformed::Truncated { .. })
        );
        prop_assert!(truncated);
    }
}

fn meta(leader: &str, recipient: &str) -> Values {
    vec![
        ("meeting_id", "1".into()),
        ("meeting_uuid", [7; 16].into()),
        ("leader", leader.into()),
        ("recipient", recipient.into()),
    ]
}

#[test]
fn dev_09_without_lengths_two_tuples_collide() {
    let (first, second) = (meta("ann", "bob"), meta("an", "nbob"));
    let all = RuleSet::all();
    let bare = all.without(Rule::EncodingInjective);
    let hashed = |rules, values: &Values| encode_for_hash(&layouts::META, rules, values).unwrap();
    assert_ne!(hashed(all, &first), hashed(all, &second));
    assert_eq!(hashed(bare, &first), hashed(bare, &second));
    // What is decoded keeps its lengths.
    assert_ne!(
        encode(&layouts::META, bare, &first).unwrap(),
        encode(&layouts::META, bare, &second).unwrap()
    );
}

#[test]
fn dev_10_trailing_bytes_are_refused_only_under_the_rule() {
    let all = RuleSet::all();
    let mut bytes = encode(&layouts::META, all, &meta("ann", "bob")).unwrap().into_vec();
    bytes.push(0);
    let bytes = Octets::new(bytes);
    assert_eq!(decode(&layouts::META, all, &bytes), Err(Malformed::Trailing { got: 1 }));
    assert_eq!(
        decode(&layouts::META, all.without(Rule::EncodingCanonical), &bytes),
        Ok(meta("ann", "bob"))
    );
}

#[test]
fn the_encoding_is_the_documented_one() {
    // Written by a separate program from the description in the module documentation.
    let mut values = meta("leader", "ann");
    values[0].1 = "123456789".into();
    values[1].1 = Octets::new((0..16).collect());
    let bytes = encode(&layouts::META, RuleSet::all(), &values).unwrap();
    assert_eq!(
        hex::encode(bytes.as_slice()),
        "0000000d636f6e636c6176652f6d65746100000009313233343536373839\
         00000010000102030405060708090a0b0c0d0e0f000000066c656164657200000003616e6e"
    );
}

#[test]
fn a_field_out_of_force_leaves_no_trace() {
    let rules = RuleSet::all().without(Rule::MetaNamesRecipient);
    let one = encode(&layouts::META, rules, &meta("ann", "bob")).unwrap();
    let other = encode(&layouts::META, rules, &meta("ann", "carol")).unwrap();
    assert_eq!(one, other);
}

#[test]
fn another_layout_is_named_in_the_refusal() {
    let bytes = encode(&layouts::META, RuleSet::all(), &meta("ann", "bob")).unwrap();
    assert_eq!(
        decode(&layouts::BINDING, RuleSet::all(), &bytes),
        Err(Malformed::Tag { expected: "conclave/binding", got: "conclave/meta".into() })
    );
}

#[test]
fn no_two_layouts_share_a_tag() {
    let tags: BTreeSet<_> = layouts::ALL.iter().map(|layout| layout.tag).collect();
    assert_eq!(tags.len(), layouts::ALL.len());
}

#[test]
fn wrong_values_are_refused() {
    let refuse = |values: Values| encode(&layouts::META, RuleSet::all(), &values).unwrap_err();
    let mut swapped = meta("ann", "bob");
    swapped.swap(2, 3);
    assert_eq!(
        refuse(swapped),
        EncodeError::Name { expected: "leader", got: "recipient".to_owned() }
    );
    let mut short = meta("ann", "bob");
    short.pop();
    assert_eq!(refuse(short), EncodeError::Count { expected: 4, got: 3 });
    let long = "a".repeat(256);
    for (text, got) in [("", 0), (long.as_str(), 256)] {
        let expected = Width::Text(255);
        let field = "leader";
        assert_eq!(refuse(meta(text, "bob")), EncodeError::Width { field, expected, got });
    }
    let mut not_text = meta("ann", "bob");
    not_text[3].1 = Octets::from([0xff]);
    assert_eq!(refuse(not_text), EncodeError::NotText { field: "recipient" });
}

#[test]
fn wrong_fields_are_named_in_the_refusal() {
    let damage = |at: usize, value: Octets| {
        let mut values = meta("ann", "bob");
        values[at].1 = value;
        let mut bytes = Vec::new();
        put(&mut bytes, "tag", layouts::META.tag.as_bytes()).unwrap();
        for (name, value) in &values {
            put(&mut bytes, name, value.as_slice()).unwrap();
        }
        decode(&layouts::META, RuleSet::all(), &Octets::new(bytes)).unwrap_err()
    };
    let (field, expected) = ("meeting_uuid", Width::Exactly(16));
    assert_eq!(damage(1, [0; 15].into()), Malformed::Width { field, expected, got: 15 });
    assert_eq!(damage(3, [0xc3].into()), Malformed::NotText { field: "recipient" });
    let (field, expected) = ("leader", Width::Text(255));
    assert_eq!(damage(2, Octets::default()), Malformed::Width { field, expected, got: 0 });
}

#[test]
fn numbers_are_big_endian() {
    assert_eq!(u32_be(0x0102_0304).as_slice(), [1, 2, 3, 4]);
    assert_eq!(read_u32(&[1, 2, 3, 4]), Some(0x0102_0304));
    assert_eq!(read_u32(&[1, 2, 3]), None);
    assert_eq!(read_u32(&[1, 2, 3, 4, 5]), None);
}
