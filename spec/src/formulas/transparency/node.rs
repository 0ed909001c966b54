//! Nodes of the tree, and how two are joined (reading R-150).

use super::{Octets, hashed, stale_commitment};

/// The label of a node: up to 256 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeLabel {
    octets: [u8; 32],
    bits: u16,
}

impl NodeLabel {
    /// That of the topmost node.
    pub const ROOT: Self = Self { octets: [0; 32], bits: 0 };
    /// That of a child that is not there.
    pub const EMPTY: Self = Self { octets: [1; 32], bits: 0 };

    /// That of a leaf.
    #[must_use]
    pub const fn leaf(octets: [u8; 32]) -> Self {
        Self { octets, bits: 256 }
    }

    /// The label in 36 bytes. `None` for bytes that are no label, and for that of the topmost node,
    /// which nothing that travels has.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (bits, octets) = bytes.split_first_chunk::<4>()?;
        let octets = <[u8; 32]>::try_from(octets).ok()?;
        let bits = u16::try_from(u32::from_be_bytes(*bits)).ok()?;
        let label = Self { octets, bits };
        let is_one = match bits {
            0 => label == Self::EMPTY,
            1..=256 => label == Self::leaf(octets).first(bits),
            _ => false,
        };
        is_one.then_some(label)
    }

    /// The label in 36 bytes.
    #[must_use]
    pub fn encode(&self) -> Octets {
        Octets::new([&u32::from(self.bits).to_be_bytes()[..], &self.octets].concat())
    }

    /// How many bits it has.
    #[must_use]
    pub const fn bits(&self) -> u16 {
        self.bits
    }

    /// Its first bits, at most as many as it has.
    #[must_use]
    pub fn first(&self, bits: u16) -> Self {
        let bits = bits.min(self.bits);
        let mut octets = self.octets;
        for (at, octet) in (0u16..).zip(&mut octets) {
            let kept = bits.saturating_sub(at * 8).min(8);
            *octet &= u8::try_from(0xff00u16 >> kept & 0xff).unwrap_or(0xff);
        }
        Self { octets, bits }
    }

    /// Whether the bit at this place, counted from 0, is 1.
    #[must_use]
    pub fn bit(&self, at: u16) -> bool {
        let octet = self.octets.get(usize::from(at / 8)).copied().unwrap_or_default();
        at < self.bits && octet >> (7 - at % 8) & 1 == 1
    }

    /// Whether the other begins with it. A child that is not there begins nothing.
    #[must_use]
    pub fn is_prefix_of(&self, other: &Self) -> bool {
        let there = *self != Self::EMPTY && *other != Self::EMPTY;
        there && self.bits <= other.bits && other.first(self.bits) == *self
    }

    /// What both begin with.
    #[must_use]
    pub fn common(&self, other: &Self) -> Self {
        let shorter = self.bits.min(other.bits);
        let differs = (0..shorter).find(|at| self.bit(*at) != other.bit(*at));
        self.first(differs.unwrap_or(shorter))
    }
}

/// A node of the tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// Its label.
    pub label: NodeLabel,
    /// Its hash, 32 bytes.
    pub hash: Octets,
}

impl Node {
    /// A child that is not there.
    #[must_use]
    pub fn empty() -> Self {
        let label = NodeLabel::EMPTY;
        let hash = hashed(&[stale_commitment().as_slice(), hashed_label(&label).as_slice()]);
        Self { label, hash }
    }

    /// The topmost node of a tree without a leaf.
    #[must_use]
    pub fn bare() -> Self {
        Self { label: NodeLabel::ROOT, hash: stale_commitment() }
    }

    /// Whether it is a child that is not there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.label == NodeLabel::EMPTY
    }

    /// The parent of two nodes, whichever is the left one; with one that is not there the topmost
    /// node. `None` if one lies below the other, or none of both is there.
    #[must_use]
    pub fn join(&self, other: &Self) -> Option<Self> {
        let parent = match (self.is_empty(), other.is_empty()) {
            (true, true) => return None,
            (false, false) => self.label.common(&other.label),
            (true, false) | (false, true) => NodeLabel::ROOT,
        };
        let below = |node: &Self| node.is_empty() || node.label.bits > parent.bits;
        if !below(self) || !below(other) {
            return None;
        }
        let is_right = |node: &Self| node.label.bit(parent.bits);
        let swapped = if self.is_empty() { !is_right(other) } else { is_right(self) };
        let (left, right) = if swapped { (other, self) } else { (self, other) };
        let side =
            |node: &Self| hashed(&[node.hash.as_slice(), hashed_label(&node.label).as_slice()]);
        let hash = hashed(&[side(left).as_slice(), side(right).as_slice()]);
        Some(Self { label: parent, hash })
    }

    /// Whether it is the left one of these two.
    #[must_use]
    pub fn is_left_of(&self, other: &Self) -> bool {
        match (self.is_empty(), other.is_empty()) {
            (true, _) => other.label.bit(0),
            (false, true) => !self.label.bit(0),
            (false, false) => !self.label.bit(self.label.common(&other.label).bits),
        }
    }

    /// The root of a tree with this node at the top, 32 bytes.
    #[must_use]
    pub fn root(&self) -> Octets {
        hashed(&[self.hash.as_slice(), hashed_label(&NodeLabel::ROOT).as_slice()])
    }
}

fn hashed_label(label: &NodeLabel) -> Octets {
    hashed(&[label.encode().as_slice()])
}
