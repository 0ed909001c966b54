"""The leader participant list: entries, links, and what a link makes of a list.

Lists are values that never change: a link gives another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

import formulas
from formulas import Refusal, Values

Person = tuple[str, str]  # user ID, hardware ID

ZERO = bytes(32)
LEAVES_MAX = (1 << 32) - 1
SNAPSHOTS = {"snapshot": False, "snapshot_locked": True}  # and whether the list is locked
GONE = {"left": "left", "kicked": "kicked"}  # by operation, what becomes of the device
LOCKS = {"lock": True, "unlock": False}
NOT_EMPTY = {"user_id", "hardware_id"}
USES: dict[str, set[str]] = {
    "add": {"user_id", "hardware_id", "ivk", "binding_hash", "name"},
    "left": {"user_id", "hardware_id"},
    "kicked": {"user_id", "hardware_id"},
    "rename": {"user_id", "hardware_id", "name"},
    "lock": set(),
    "unlock": set(),
    "snapshot": {"entries"},
    "snapshot_locked": {"entries"},
}
BLANK = {
    "user_id": "", "hardware_id": "", "ivk": b"", "binding_hash": b"", "name": "", "entries": b"",
}  # fmt: skip
FULL = {"ivk": 32, "binding_hash": 32}


class Value:
    """Something that a copy of a session shares with the session."""

    def __deepcopy__(self, _memo: dict) -> Value:
        return self


@dataclass(frozen=True)
class Entry(Value):
    """One device that was ever in the meeting."""

    name: str
    ivk: bytes
    standing: str
    binding_hash: bytes
    leaves: int

    @property
    def present(self) -> bool:
        """Whether the device is in the meeting now."""
        return self.standing == "present"


@dataclass(frozen=True)
class Roster(Value):
    """A list: one entry for each device, and the lock."""

    entries: Mapping[Person, Entry] = field(default_factory=dict)
    locked: bool = False

    def present(self, person: Person) -> bool:
        """Whether a device is in the meeting now."""
        return person in self.entries and self.entries[person].present

    def bound(self, person: Person, binding_hash: bytes) -> bool:
        """Whether a device is present with this binding."""
        return self.present(person) and self.entries[person].binding_hash == binding_hash

    def in_order(self) -> list[tuple[Person, Entry]]:
        """All entries. Code points sort as their UTF-8 bytes do."""
        return sorted(self.entries.items(), key=lambda item: item[0])

    def everybody_present(self) -> list[tuple[Person, Entry]]:
        """The entries of those in the meeting now, in order."""
        return [(person, entry) for person, entry in self.in_order() if entry.present]

    def put(self, person: Person, entry: Entry) -> Roster:
        """This list with another entry."""
        return replace(self, entries={**self.entries, person: entry})


@dataclass(frozen=True)
class Link(Value):
    """A link that decodes."""

    v: int
    prev: bytes
    op: str
    person: Person
    ivk: bytes
    binding_hash: bytes
    name: str
    hash: bytes
    snapshot: Roster | None

    def applies(self, to: Roster) -> bool:
        """Whether the operation changes this list."""
        if self.op == "add":
            return not to.bound(self.person, self.binding_hash)
        if self.op in GONE:
            return to.present(self.person)
        if self.op == "rename":
            return to.present(self.person) and to.entries[self.person].name != self.name
        return self.op in SNAPSHOTS or to.locked != LOCKS[self.op]

    def after(self, before: Roster) -> Roster:
        """The list that this operation makes of another."""
        if self.snapshot is not None:
            return self.snapshot
        if self.op in LOCKS:
            return replace(before, locked=LOCKS[self.op])
        old = before.entries.get(self.person)
        leaves = old.leaves if old else 0
        if self.op == "add":
            entry = Entry(self.name, self.ivk, "present", self.binding_hash, leaves)
        elif self.op == "rename":
            entry = replace(before.entries[self.person], name=self.name)
        else:
            gone = {"standing": GONE[self.op], "binding_hash": b""}
            entry = replace(before.entries[self.person], **gone, leaves=min(leaves + 1, LEAVES_MAX))
        return before.put(self.person, entry)

    def says(self) -> Mapping[Person, Entry]:
        """The devices that it says are present, or were."""
        if self.snapshot is not None:
            return self.snapshot.entries
        if self.op == "add":
            return {self.person: Entry(self.name, self.ivk, "present", self.binding_hash, 0)}
        return {}


@dataclass(frozen=True)
class Place(Value):
    """A list with the link that led to it."""

    v: int = 0
    head: bytes = ZERO
    roster: Roster = Roster()
    link: Link | None = None


def link_hash(values: Values) -> bytes:
    """The hash of a link."""
    return sha256(formulas.encode("conclave/link", values)).digest()


def read_link(values: Values) -> Link:
    """A link of decoded fields. Raises `Refusal`."""
    op = values["op"]
    if op not in USES:
        raise Refusal("DEV-10", f"no operation {op!r}")
    for name, blank in BLANK.items():
        used, value = name in USES[op], values[name]
        if (not used and value != blank) or (used and name != "name" and value == blank):
            raise Refusal("DEV-10", f"{name} in a link that does {op}")
        if used and name in FULL and len(value) != FULL[name]:
            raise Refusal("DEV-10", f"width of {name}")
    snapshot = None
    if op in SNAPSHOTS:
        snapshot = Roster(read_entries(values["entries"]), SNAPSHOTS[op])
    return Link(
        values["v"], values["prev"], op, (values["user_id"], values["hardware_id"]),
        values["ivk"], values["binding_hash"], values["name"], link_hash(values), snapshot,
    )  # fmt: skip


def read_entries(raw: bytes) -> dict[Person, Entry]:
    """The entries of a snapshot. Raises `Refusal`."""
    entries: dict[Person, Entry] = {}
    for part in formulas.split(raw):
        values = formulas.decode("conclave/entry", part)
        person = values.pop("user_id"), values.pop("hardware_id")
        if entries and person <= max(entries):
            raise Refusal("DEV-10", "entries out of order")
        entry = Entry(**values)
        if entry.standing not in ("present", "left", "kicked"):
            raise Refusal("DEV-10", f"no standing {entry.standing!r}")
        if len(entry.binding_hash) != (32 if entry.present else 0):
            raise Refusal("DEV-10", "width of the binding hash")
        entries[person] = entry
    return entries


def written_entries(roster: Roster) -> bytes:
    """The entries of a list, as a snapshot has them."""
    raw = b""
    for person, entry in roster.in_order():
        values = vars(entry) | {"user_id": person[0], "hardware_id": person[1]}
        raw += formulas.prefixed(formulas.encode("conclave/entry", values))
    return raw


def link_values(before: Place, op: str, **used: formulas.Value) -> dict[str, formulas.Value]:
    """The fields of the link that follows a place."""
    return {"v": before.v + 1, "prev": before.head, "op": op} | BLANK | used
