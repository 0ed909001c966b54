"""The tree of tails: labels, nodes, what leads to a root, markers (docs/transparency.md)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple

import formulas as f
from sigchain import Fields, elements, ensure

LABEL_BITS = 256
SKIPS = (1, 2, 4, 16, 256, 65536, 1 << 32)


# Labels and nodes (The construction)


class Label(NamedTuple):
    """Bits, the first ones of 256, and how many there are; sorts as the bits do."""

    bits: int
    size: int

    def bit(self, at: int) -> int:
        """One bit, counted from 0."""
        return self.bits >> (LABEL_BITS - 1 - at) & 1

    def cut(self, size: int) -> Label:
        """The first bits."""
        behind = LABEL_BITS - size
        return Label(self.bits >> behind << behind, size)

    def common(self, other: Label) -> Label:
        """The longest prefix of both."""
        alike = LABEL_BITS - (self.bits ^ other.bits).bit_length()
        return self.cut(min(self.size, other.size, alike))

    def begins(self, other: Label) -> bool:
        """Whether this is a prefix of another label, or that label."""
        return self.common(other) == self

    def encode(self) -> bytes:
        """The 36 bytes."""
        return self.size.to_bytes(4, "big") + self.bits.to_bytes(32, "big")


class Node(NamedTuple):
    """A label and the hash under it."""

    label: Label
    hash: bytes


def digest(*parts: bytes) -> bytes:
    """`H` over parts put together."""
    return sha256(b"".join(parts)).digest()


def labelled(node: Node) -> bytes:
    """`H(hash || L(label))`."""
    return digest(node.hash, digest(node.label.encode()))


NOTHING = digest(b"\0")
ROOT = Label(0, 0)
EMPTY_LABEL = Label(int.from_bytes(b"\1" * 32, "big"), 0)
EMPTY = Node(EMPTY_LABEL, digest(NOTHING, digest(EMPTY_LABEL.encode())))


def read_node(label: bytes, value: bytes, may_be_empty: bool = False) -> Node:
    """A label of 1 to 256 bits and its hash, or where it may be the empty one [DEV-10]."""
    ensure(len(label) == 36, "DEV-10", "length of a label")
    node = Node(Label(int.from_bytes(label[4:], "big"), int.from_bytes(label[:4], "big")), value)
    if may_be_empty and node.label == EMPTY_LABEL:
        ensure(node == EMPTY, "DEV-10", "a hash where there is no child")
        return node
    fits = 1 <= node.label.size <= LABEL_BITS and node.label.cut(node.label.size) == node.label
    ensure(fits, "DEV-10", "not a label")
    return node


def read_nodes(raw: bytes, may_be_empty: bool = False) -> list[Node]:
    """A list of nodes [DEV-10]."""
    items = elements("conclave/tree-node", raw)
    return [read_node(item["label"], item["hash"], may_be_empty) for item in items]


def read_sides(fields: Fields) -> tuple[Node, Node]:
    """Two children, each of which may be empty [DEV-10]."""
    left = read_node(fields["left_label"], fields["left_hash"], True)
    return left, read_node(fields["right_label"], fields["right_hash"], True)


def parent(left: Node, right: Node) -> Node:
    """Two nodes under their parent [KTR-14]."""
    ensure(left != EMPTY or right != EMPTY, "KTR-14", "no child")
    if EMPTY in (left, right):
        label, child = ROOT, right if left == EMPTY else left
        in_place = child.label.bit(0) == (child is right)
    else:
        label = left.label.common(right.label)
        ensure(label not in (left.label, right.label), "KTR-14", "a label below the other")
        in_place = not left.label.bit(label.size)
    ensure(in_place, "KTR-14", "the wrong way round")
    return Node(label, digest(labelled(left), labelled(right)))


def joined(node: Node, sibling: Node) -> Node:
    """A node and its sibling, whichever is left, under their parent [KTR-14]."""
    at = 0 if sibling == EMPTY else node.label.common(sibling.label).size
    if at < node.label.size and node.label.bit(at):
        return parent(sibling, node)
    return parent(node, sibling)


def root_over(topmost: bytes) -> bytes:
    """The root, from the hash of the topmost node."""
    return labelled(Node(ROOT, topmost))


# What leads to a root (What travels)


def check_leads(node: Node, steps: Iterable[Node], root: bytes) -> None:
    """That siblings lead from a node to the root [KTR-14]."""
    for sibling in steps:
        ensure(node.label != ROOT, "KTR-14", "a step above the root")
        node = joined(node, sibling)
    ensure(node.label == ROOT, "KTR-14", "ends below the root")
    ensure(root_over(node.hash) == root, "KTR-14", "another root")


class Path(NamedTuple):
    """The hash of a node, and siblings up to the root."""

    hash: bytes
    steps: list[Node]

    def check(self, label: Label, root: bytes) -> None:
        """That the node with this label is in the tree [KTR-14]."""
        check_leads(Node(label, self.hash), self.steps, root)


def read_path(raw: bytes) -> Path:
    """A path [DEV-10]."""
    fields: Fields = f.decode("conclave/tree-path", raw)
    return Path(fields["hash"], read_nodes(fields["steps"], may_be_empty=True))


class Absence(NamedTuple):
    """The children of a node, and siblings from it up to the root."""

    left: Node
    right: Node
    steps: list[Node]

    def check(self, label: Label, root: bytes) -> None:
        """That no node with this label is in the tree [KTR-14, KTR-18]."""
        node = parent(self.left, self.right)
        ensure(node.label.begins(label), "KTR-18", "the label is elsewhere")
        for child in (self.left, self.right):
            below = child != EMPTY and child.label.begins(label)
            ensure(not below, "KTR-18", "the label may be below a child")
        check_leads(node, self.steps, root)


def read_absence(raw: bytes) -> Absence:
    """An absence [DEV-10]."""
    fields: Fields = f.decode("conclave/tree-absence", raw)
    return Absence(*read_sides(fields), read_nodes(fields["steps"], may_be_empty=True))


# Whole trees (That the tree only grew)


def check_apart(nodes: Iterable[Node]) -> None:
    """That no label is a prefix of that of another node [KTR-25]."""
    labels = sorted(node.label for node in nodes)
    apart = not any(one.begins(other) for one, other in pairwise(labels))
    ensure(apart, "KTR-25", "a label below another")


def gathered(nodes: Sequence[Node]) -> Node:
    """Nodes in the order of their labels, under one."""
    if len(nodes) == 1:
        return nodes[0]
    at = nodes[0].label.common(nodes[-1].label).size
    middle = bisect_left(nodes, 1, key=lambda node: node.label.bit(at))
    return parent(gathered(nodes[:middle]), gathered(nodes[middle:]))


def root_of(nodes: Iterable[Node]) -> bytes:
    """The root of the tree whose leaves are these nodes, which are apart."""
    ordered = sorted(nodes)
    if not ordered:
        return root_over(NOTHING)
    top = gathered(ordered)
    return root_over((top if top.label == ROOT else joined(top, EMPTY)).hash)


# Markers (A lookup)


def markers_below(version: int) -> list[int]:
    """The versions below one that are shown to be there."""
    bits = [1 << at for at in range(version.bit_length()) if version >> at & 1]
    found = {version & -(bit << 1) for bit in bits}
    found |= {bits[-1], max(skip for skip in SKIPS if skip <= version)}
    return sorted(found - {0, version})


def markers_above(version: int, epoch: int) -> list[int]:
    """The versions above one that are shown to be absent, up to an epoch."""
    size = version.bit_length()
    found = {(version >> at | 1) << at for at in range(size) if not version >> at & 1}
    skips = [skip for skip in SKIPS if skip > version]
    end = min([*skips, 1 << 64])
    found |= {1 << at for at in range(size, 64) if 1 << at < end}
    return sorted(marker for marker in found | {*skips} if marker <= epoch)
