"""What is checked of the tree of tails (docs/transparency.md). The tree itself is in `tree.py`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import formulas as f
import tree
import vrf
from formulas import BadRequest, Refusal
from sigchain import Fields, asked, elements, ensure, list_of
from tree import Absence, Label, Path

TYPES = ("User", "Email", "Account", "Membership")
FRESHNESS = {"fresh": b"\1", "stale": b"\0"}
KEY_BYTES = 32


# Names, labels and leaves (The construction)


def eight(number: int) -> bytes:
    """`u64`."""
    return number.to_bytes(8, "big")


def measured(raw: bytes) -> bytes:
    """`u64(len(raw)) || raw`."""
    return eight(len(raw)) + raw


def name_of(v: Fields) -> bytes:
    """Whose chain it is. Raises `BadRequest`."""
    asked(v["sigchain_type"] in TYPES, "no type of a chain")
    return f.encode("conclave/tree-name", v)


def alpha_of(name: bytes, freshness: str, version: int) -> bytes:
    """What the label of a version comes from."""
    return tree.digest(measured(name), FRESHNESS[freshness], eight(version))


def label_of(vrf_key: bytes, alpha: bytes, proof: bytes) -> Label:
    """The label that a proof shows [KTR-13]."""
    try:
        output = vrf.verify(vrf_key, alpha, proof)
    except ValueError as error:
        raise Refusal("KTR-13", str(error)) from error
    return Label(int.from_bytes(output[:32], "big"), tree.LABEL_BITS)


def commitment_to(value: bytes, nonce: bytes) -> bytes:
    """What hides the value of a leaf."""
    return tree.digest(measured(value), measured(nonce))


def leaf_hash(commitment: bytes, epoch: int) -> bytes:
    """The hash of a leaf; of a stale one the commitment is `tree.NOTHING`."""
    return tree.digest(commitment, eight(epoch))


# Tails


def read_number(kind: str, raw: bytes) -> int:
    """The number of a tail of a type, 1 or more [DEV-10]."""
    tail: Fields = f.decode("conclave/chain-tail", raw)
    number: int = tail["last_sequence_number"]
    ensure(tail["sigchain_type"] == kind and number > 0, "DEV-10", "another tail")
    return number


def own_tail(v: Fields, name: str) -> bytes:
    """A tail that the client has itself. Raises `BadRequest`."""
    tail: bytes = v[name]
    try:
        read_number(v["sigchain_type"], tail)
    except Refusal as refusal:
        raise BadRequest("not a tail of this chain") from refusal
    return tail


# Formulas for bytes


def tree_commitment(v: Fields) -> Fields:
    """What the server and auditors sign."""
    return {"commitment": f.encode("conclave/tree-commitment", v)}


def tree_alpha(v: Fields) -> Fields:
    """A name, and what the label of a version comes from."""
    name = name_of(v)
    asked(v["freshness"] in FRESHNESS, "fresh or stale")
    asked(v["version"] > 0, "versions are counted from 1")
    return {"name": name, "alpha": alpha_of(name, v["freshness"], v["version"])}


def tree_label(v: Fields) -> Fields:
    """The label of a proof."""
    return {"label": label_of(v["vrf_key"], v["alpha"], v["vrf_proof"]).encode()}


def tree_leaf(v: Fields) -> Fields:
    """The leaf of a value."""
    commitment = commitment_to(v["value"], v["nonce"])
    return {"commitment": commitment, "leaf": leaf_hash(commitment, v["epoch"])}


def tree_parent(v: Fields) -> Fields:
    """Two nodes under their parent, and the root if that is the topmost node."""
    try:
        left, right = tree.read_sides(v)
    except Refusal as refusal:
        raise BadRequest("not two nodes") from refusal
    node = tree.parent(left, right)
    root = tree.root_over(node.hash)
    return {"label": node.label.encode(), "hash": node.hash, "root": root}


def tree_markers(v: Fields) -> Fields:
    """The markers of a version."""
    version, epoch = v["version"], v["epoch"]
    asked(0 < version <= epoch, "a version is from 1 to the epoch")
    found = {"past": tree.markers_below(version), "future": tree.markers_above(version, epoch)}
    return {name: ",".join(map(str, markers)) for name, markers in found.items()}


# The commitment


def check_server(v: Fields, rooted: Fields, signature: bytes) -> None:
    """The server signed epoch, root and VRF key, for this cloud [KTR-01]."""
    signed = f.encode("conclave/tree-commitment", {"cloud_name": v["cloud_name"]} | rooted)
    f.verify(v["server_key"], f.TREE_COMMITMENT, signed, signature, "KTR-01")


def rooted_in(v: Fields, prefix: str = "") -> Fields:
    """Epoch, root and VRF key of a commitment."""
    return {name: v[prefix + name] for name in f.ROOTED}


def read_auditors(raw: bytes) -> list[bytes]:
    """The keys that the client has of auditors. Raises `BadRequest`."""
    try:
        keys = f.split(raw)
    except Refusal as refusal:
        raise BadRequest("not a list of auditors") from refusal
    asked(all(len(key) == KEY_BYTES for key in keys), "length of an auditor's key")
    return keys


def read_known(v: Fields) -> Fields | None:
    """The commitment that the client knows, if there is one. Raises `BadRequest`."""
    known = rooted_in(v, "known_")
    lengths = {len(known["root"]), len(known["vrf_key"])}
    asked(lengths in ({0}, {KEY_BYTES}), "a root and a VRF key of 32 bytes, or neither")
    if lengths == {KEY_BYTES}:
        return known
    asked(known["epoch"] == 0, "an epoch without a root")
    return None


def check_goes_on(now: Fields, known: Fields) -> None:
    """A commitment against the one that is known [KTR-06, KTR-07, KTR-08]."""
    ensure(now["vrf_key"] == known["vrf_key"], "KTR-06", "another VRF key")
    ensure(now["epoch"] >= known["epoch"], "KTR-07", "an epoch of earlier")
    if now["epoch"] == known["epoch"]:
        ensure(now["root"] == known["root"], "KTR-08", "another root of this epoch")


def check_audit(v: Fields, audit: Fields, auditors: Sequence[bytes], others: list[Fields]) -> None:
    """What an auditor saw, beside other commitments [KTR-09, KTR-01, KTR-10]."""
    rooted = rooted_in(audit)
    ensure(audit["auditor"] in auditors, "KTR-09", "an auditor whom nobody knows")
    signed = f.encode("conclave/tree-commitment", {"cloud_name": v["cloud_name"]} | rooted)
    f.verify(audit["auditor"], f.TREE_AUDIT, signed, audit["signature"], "KTR-09")
    check_server(v, rooted, audit["server_signature"])
    for other in others:
        same = rooted == other or rooted["epoch"] != other["epoch"]
        ensure(same, "KTR-10", "an auditor saw another tree")


def verify_commitment(v: Fields) -> Fields:
    """A commitment: steps 1 to 5. Raises `Refusal`, `BadRequest`."""
    auditors, known = read_auditors(v["auditors"]), read_known(v)
    audits = elements("conclave/tree-audit", v["audits"])
    now = rooted_in(v)
    check_server(v, now, v["signature"])
    if known:
        check_goes_on(now, known)
    for audit in audits:
        check_audit(v, audit, auditors, [now, known] if known else [now])
    audited = any(audit["epoch"] == now["epoch"] for audit in audits)
    return {"level": "audited" if audited else "degraded"}


def verify_fork(v: Fields) -> Fields:
    """Two commitments to one epoch [KTR-01, KTR-12]."""
    one = rooted_in(v)
    other = one | {name: v[f"other_{name}"] for name in ("root", "vrf_key")}
    check_server(v, one, v["signature"])
    check_server(v, other, v["other_signature"])
    ensure(one != other, "KTR-12", "the same commitment twice")
    return {}


# What is shown of a name


@dataclass(frozen=True)
class Shown:
    """A name, and the commitment under which something is shown of it."""

    name: bytes
    epoch: int
    root: bytes
    vrf_key: bytes

    def label(self, freshness: str, version: int, proof: bytes) -> Label:
        """The label of a version [KTR-13]."""
        return label_of(self.vrf_key, alpha_of(self.name, freshness, version), proof)

    def check_entry(self, entry: Entry) -> None:
        """That a version is there with its value [KTR-13, KTR-15, KTR-14]."""
        label = self.label("fresh", entry.version, entry.vrf_proof)
        leaf = leaf_hash(commitment_to(entry.value, entry.nonce), entry.epoch)
        ensure(entry.path.hash == leaf, "KTR-15", "another leaf")
        entry.path.check(label, self.root)

    def check_present(self, version: int, proof: bytes, path: Path) -> None:
        """That a version is there [KTR-13, KTR-14]."""
        path.check(self.label("fresh", version, proof), self.root)

    def check_absent(self, freshness: str, version: int, proof: bytes, absence: Absence) -> None:
        """That a version is not there [KTR-13, KTR-14, KTR-18]."""
        absence.check(self.label(freshness, version, proof), self.root)

    def check_epochs(self, entry: Entry) -> None:
        """That a version is not more than there were epochs for [KTR-16]."""
        ensure(1 <= entry.version <= entry.epoch <= self.epoch, "KTR-16", "version and epoch")


def shown(v: Fields) -> Shown:
    """What the client has itself. Raises `BadRequest`."""
    return Shown(name_of(v), v["epoch"], v["root"], v["vrf_key"])


class Entry(NamedTuple):
    """A version of a name."""

    version: int
    epoch: int
    value: bytes
    nonce: bytes
    vrf_proof: bytes
    path: Path


def read_entry(fields: Fields) -> Entry:
    """The first fields of a lookup and of an update [DEV-10]."""
    named = {name: fields[name] for name in Entry._fields}
    return Entry(**named | {"path": tree.read_path(fields["path"])})


# A lookup


class Lookup(NamedTuple):
    """That a version is there and the newest."""

    entry: Entry
    markers: list[tuple[bytes, Path]]
    stale_vrf_proof: bytes
    absence: Absence


def read_lookup(raw: bytes) -> Lookup:
    """Whatever is in it included [DEV-10]."""
    fields: Fields = f.decode("conclave/tree-lookup", raw)
    entry = read_entry(fields)
    markers = elements("conclave/tree-marker", fields["markers"])
    paths = [(item["vrf_proof"], tree.read_path(item["path"])) for item in markers]
    absence = tree.read_absence(fields["absence"])
    return Lookup(entry, paths, fields["stale_vrf_proof"], absence)


def verify_lookup(v: Fields) -> Fields:
    """The tail of a chain in the tree: steps 1 to 6. Raises `Refusal`, `BadRequest`."""
    client, tail = shown(v), own_tail(v, "tail")
    lookup = read_lookup(v["proof"])
    entry = lookup.entry
    client.check_epochs(entry)
    client.check_entry(entry)
    markers = tree.markers_below(entry.version)
    ensure(len(lookup.markers) == len(markers), "KTR-17", "number of markers")
    for version, (proof, path) in zip(markers, lookup.markers):
        client.check_present(version, proof, path)
    client.check_absent("stale", entry.version, lookup.stale_vrf_proof, lookup.absence)
    ensure(entry.value == tail, "KTR-19", "another tail than the served chain's")
    return {"version": entry.version, "changed": entry.epoch}


# A user's own history


class Update(NamedTuple):
    """A version, the number of its tail, and that the version before is stale."""

    entry: Entry
    number: int
    stale_vrf_proof: bytes
    stale_path: Path | None


class History(NamedTuple):
    """Every version of a name."""

    updates: list[Update]
    absences: list[tuple[bytes, Absence]]


def read_update(kind: str, fields: Fields, first: bool) -> Update:
    """An update, the first one or another [DEV-10]."""
    entry, proof = read_entry(fields), fields["stale_vrf_proof"]
    number = read_number(kind, entry.value)
    if first:
        ensure(not proof and not fields["stale_path"], "DEV-10", "something before the first")
        return Update(entry, number, b"", None)
    ensure(len(proof) == vrf.PROOF_BYTES, "DEV-10", "length of a proof")
    return Update(entry, number, proof, tree.read_path(fields["stale_path"]))


def read_history(kind: str, raw: bytes) -> History:
    """Whatever is in it included [DEV-10]."""
    fields: Fields = f.decode("conclave/tree-history", raw)
    updates = elements("conclave/tree-update", fields["updates"])
    missing = elements("conclave/tree-missing", fields["absences"])
    return History(
        [read_update(kind, item, at == 0) for at, item in enumerate(updates)],
        [(item["vrf_proof"], tree.read_absence(item["absence"])) for item in missing],
    )


def check_order(updates: Sequence[Update]) -> None:
    """That versions are counted, and time and chain go on with them [KTR-20]."""
    ensure(bool(updates), "KTR-20", "no update")
    versions = [update.entry.version for update in updates]
    ensure(versions == list(range(1, len(updates) + 1)), "KTR-20", "versions")
    for before, after in pairwise(updates):
        ensure(before.entry.epoch < after.entry.epoch, "KTR-20", "an epoch that does not rise")
        ensure(before.number < after.number, "KTR-20", "a tail that does not rise")


def check_update(client: Shown, update: Update) -> None:
    """That an update is in the tree: step 3."""
    entry, stale = update.entry, update.stale_path
    client.check_entry(entry)
    if stale:
        label = client.label("stale", entry.version - 1, update.stale_vrf_proof)
        leaf = leaf_hash(tree.NOTHING, entry.epoch)
        ensure(stale.hash == leaf, "KTR-21", "another stale leaf")
        stale.check(label, client.root)


def read_reviewed(v: Fields) -> int:
    """The version that the user reviewed, or 0. Raises `BadRequest`."""
    version: int = v["reviewed_version"]
    asked(bool(version) == bool(v["reviewed_tail"]), "a version with its tail, or neither")
    if version:
        own_tail(v, "reviewed_tail")
    return version


def verify_history(v: Fields) -> Fields:
    """All versions of a chain of one's own: steps 1 to 6. Raises `Refusal`, `BadRequest`."""
    client, reviewed = shown(v), read_reviewed(v)
    updates, absences = read_history(v["sigchain_type"], v["proof"])
    check_order(updates)
    for update in updates:
        client.check_epochs(update.entry)
    for update in updates:
        check_update(client, update)
    last = updates[-1].entry
    markers = tree.markers_above(last.version, client.epoch)
    ensure(len(absences) == len(markers), "KTR-22", "number of absences")
    for version, (proof, absence) in zip(markers, absences):
        client.check_absent("fresh", version, proof, absence)
    values = [update.entry.value for update in updates]
    if reviewed:
        there = values[reviewed - 1 : reviewed] == [v["reviewed_tail"]]
        ensure(there, "KTR-23", "not what was reviewed")
    return {"version": last.version, "tail": last.value, "review": list_of(values[reviewed:])}


# That the tree only grew


def inserted_leaves(nodes: Iterable[tree.Node], epoch: int) -> list[tree.Node]:
    """Inserted nodes with their epoch."""
    return [tree.Node(node.label, leaf_hash(node.hash, epoch)) for node in nodes]


def verify_append_only(v: Fields) -> Fields:
    """Two roots that follow each other: steps 1 to 4. Raises `Refusal`, `BadRequest`."""
    asked(v["epoch"] > 0, "the later epoch is not the first")
    fields: Fields = f.decode("conclave/tree-growth", v["proof"])
    unchanged, inserted = (tree.read_nodes(fields[it]) for it in ("unchanged", "inserted"))
    whole = all(node.label.size == tree.LABEL_BITS for node in inserted)
    ensure(whole, "KTR-25", "an inserted node that is no leaf")
    tree.check_apart(unchanged + inserted)
    ensure(tree.root_of(unchanged) == v["start_root"], "KTR-26", "another tree before")
    grown = unchanged + inserted_leaves(inserted, v["epoch"])
    ensure(tree.root_of(grown) == v["end_root"], "KTR-26", "another tree after")
    return {}
