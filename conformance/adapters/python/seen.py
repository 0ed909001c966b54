"""The chains that a client saw in a meeting (docs/meeting-identity.md, What is seen)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import displayed
import formulas as f
import identity
from displayed import TYPES
from formulas import BadRequest, Refusal
from looked_up import Name
from sigchain import Chain, Tail, elements, list_of

ORDER = {kind: at for at, kind in enumerate(TYPES.values())}
SIDE_OF = {kind: side for side, kind in TYPES.items()}

Remembered = Mapping[Name, Tail]


class Longest(NamedTuple):
    """A chain with its links in their bytes."""

    links: list[bytes]
    chain: Chain


class Seen:
    """The longest chain of each name, and the names of which two chains do not go together."""

    def __init__(self) -> None:
        self.longest: dict[Name, Longest] = {}
        self.forked: set[Name] = set()
        self.shown: dict[Name, bytes] = {}

    def see(self, name: Name, links: list[bytes], chain: Chain) -> bool:
        """Takes a chain with links that was checked. Whether it goes with the one that is kept."""
        kept = self.longest.setdefault(name, Longest(links, chain))
        common = min(len(links), len(kept.links))
        if links[:common] != kept.links[:common]:
            self.forked.add(name)
            return False
        if len(links) > common:
            self.longest[name] = Longest(links, chain)
        return True

    def tail(self, name: Name) -> bytes:
        """The encoded tail of the longest chain of a name that was seen."""
        return identity.encoded_tail(name[0], self.longest[name].chain.tail)

    def show(self, names: Iterable[Name]) -> None:
        """Notes by which chains somebody is displayed, as long as they are now."""
        self.shown |= {name: self.tail(name) for name in names}

    def remembered(self, known: Remembered, looks_up: bool) -> bytes:
        """A list of `conclave/known-chain` for the next meeting (IDN-31)."""
        tails = {name: identity.encoded_tail(name[0], tail) for name, tail in known.items()}
        for name in self.shown.keys() - self.forked:
            tails[name] = self.shown[name] if looks_up else self.tail(name)
        return list_of(
            [
                f.encode("conclave/known-chain", {"subject": name[1], "tail": tails[name]})
                for name in in_order(tails)
            ]
        )


def in_order(names: Iterable[Name]) -> list[Name]:
    """By type, then by subject, byte for byte."""
    return sorted(names, key=lambda name: (ORDER[name[0]], name[1].encode()))


def read_known(raw: bytes) -> Remembered:
    """What the client remembers, by name. Raises `BadRequest`."""
    known: dict[Name, Tail] = {}
    try:
        for fields in elements("conclave/known-chain", raw):
            kind = f.decode("conclave/chain-tail", fields["tail"])["sigchain_type"]
            if kind not in SIDE_OF or (kind, fields["subject"]) in known:
                raise BadRequest("a chain of another type, or a second time")
            known[kind, fields["subject"]] = displayed.read_tail(SIDE_OF[kind], fields["tail"])
    except Refusal as refusal:
        raise BadRequest("not what a client remembers") from refusal
    return known
