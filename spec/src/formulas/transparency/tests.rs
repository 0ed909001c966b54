//! Labels, nodes and markers.

use super::*;

fn label(text: &str) -> NodeLabel {
    let bits = u32::try_from(text.len()).unwrap();
    let mut octets = [0; 32];
    for (at, _) in text.bytes().enumerate().filter(|(_, it)| *it == b'1') {
        octets[at / 8] |= 0x80 >> (at % 8);
    }
    NodeLabel::decode(&[&bits.to_be_bytes()[..], &octets].concat()).unwrap()
}

fn node(text: &str, byte: u8) -> Node {
    Node { label: label(text), hash: [byte; 32].into() }
}

#[test]
fn a_label_is_read_in_its_one_encoding() {
    for text in ["0", "1", "0101", "110011001", &"10".repeat(128)] {
        assert_eq!(NodeLabel::decode(label(text).encode().as_slice()), Some(label(text)));
    }
    assert_eq!(NodeLabel::decode(NodeLabel::EMPTY.encode().as_slice()), Some(NodeLabel::EMPTY));
    let mut longer = label("0101").encode().into_vec();
    longer[4] |= 8;
    assert_eq!(NodeLabel::decode(&longer), None, "a bit behind the last one");
    assert_eq!(NodeLabel::decode(NodeLabel::ROOT.encode().as_slice()), None);
    assert_eq!(NodeLabel::decode(&[&257u32.to_be_bytes()[..], &[0; 32]].concat()), None);
    assert_eq!(NodeLabel::decode(&[0; 35]), None);
}

#[test]
fn labels_begin_with_others_bit_by_bit() {
    assert!(label("01").is_prefix_of(&label("0101")));
    assert!(label("01").is_prefix_of(&label("01")));
    assert!(!label("01").is_prefix_of(&label("00")));
    assert!(!label("0101").is_prefix_of(&label("01")));
    assert!(NodeLabel::ROOT.is_prefix_of(&label("1")));
    assert!(!NodeLabel::EMPTY.is_prefix_of(&label("1")));
    assert_eq!(label("0101").common(&label("0110")), label("01"));
    assert_eq!(label("0").common(&label("1")), NodeLabel::ROOT);
}

#[test]
fn ktr_14_nodes_are_joined_whichever_is_given_first() {
    let (left, right) = (node("0100", 1), node("011", 2));
    let parent = left.join(&right).unwrap();
    assert_eq!(right.join(&left), Some(parent.clone()));
    assert_eq!(parent.label, label("01"));
    assert!(left.is_left_of(&right) && !right.is_left_of(&left));
    assert_eq!(node("01", 1).join(&right), None, "one lies below the other");
    assert_eq!(Node::empty().join(&Node::empty()), None);
    let top = right.join(&Node::empty()).unwrap();
    assert_eq!((top.label, Node::empty().join(&right)), (NodeLabel::ROOT, Some(top.clone())));
    assert!(right.is_left_of(&Node::empty()) && !Node::empty().is_left_of(&right));
    assert_eq!(top.join(&right), None, "nothing is above the topmost node");
}

#[test]
fn ktr_17_and_22_markers_of_85_and_of_the_least_and_greatest_version() {
    assert_eq!(past_markers(85), [16, 64, 80, 84]);
    assert_eq!(future_markers(85, 300), [86, 88, 96, 128, 256]);
    assert_eq!(future_markers(5, 5), []);
    assert_eq!((past_markers(0), past_markers(1)), (vec![], vec![]));
    assert_eq!(future_markers(1, 20), [2, 4, 16]);
    assert_eq!(future_markers(u64::MAX, u64::MAX), []);
    assert_eq!(past_markers(u64::MAX).len(), 64);
}

/// Of two versions, what marks the way beyond the lower one is shown for the higher one, or is it.
#[test]
fn ktr_17_and_22_no_version_is_hidden_behind_a_history() {
    for higher in 2..600u64 {
        let shown = [past_markers(higher), vec![higher]].concat();
        for lower in 1..higher {
            let denied = future_markers(lower, higher);
            assert!(denied.iter().any(|it| shown.contains(it)), "{lower} {higher}");
        }
    }
}
