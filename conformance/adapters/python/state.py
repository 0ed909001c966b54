"""What a client knows in a meeting (docs/client.md, What a client knows)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from formulas import Refusal
from roster import ZERO, Person, Place, Value

Fields = dict[str, Any]
Outcome = tuple[str, str] | None  # class and code; `None` is `accept`


class Ignored(Refusal):
    """The input was passed over. Nothing changed."""

    word = "ignore"


@dataclass(frozen=True)
class Peer(Value):
    """A device whose announcement verified, or the client itself, which agrees with nobody."""

    person: Person
    ivk: bytes
    pk: bytes
    binding: bytes
    shared: bytes = b""

    @property
    def box_pk(self) -> bytes:
        """The X25519 half of the announced key."""
        return self.pk[:32]

    @property
    def kem_pk(self) -> bytes:
        """The Kyber half, or nothing."""
        return self.pk[32:]


@dataclass(frozen=True)
class Announced(Value):
    """An announcement on the board. Nobody has verified it."""

    ivk: bytes
    posted: Fields


@dataclass(frozen=True)
class Chain(Value):
    """The last heartbeat, sent or taken."""

    t: int = 0
    mk_seq: int = 0
    hash: bytes = ZERO
    timestamp_ms: int = 0


@dataclass(frozen=True)
class Anchor(Value):
    """When the newest certified number came, by both clocks."""

    at_ms: int
    timestamp_ms: int


@dataclass(frozen=True)
class Away(Value):
    """What who stepped out goes on with on return (BRK-02, BRK-03). Nothing of it is secret."""

    names: Fields
    place: Place
    chain: Chain
    leader: tuple | None  # its person, ivk and pk
    leader_is_silent: bool


@dataclass
class MeetingKey:
    """A meeting key held."""

    key: bytes
    since_ms: int
    use_at_ms: int
    erase_at_ms: int | None = None


@dataclass
class Wish:
    """What a co-host wants of the lock, and the head it signed last."""

    locked: bool
    head: bytes


@dataclass
class Meeting:
    """Everything that is forgotten on leaving."""

    names: Fields
    own_name: str
    joined_ms: int
    secret: bytes
    kem_secret: bytes
    me: Peer
    leads: bool = False
    leader: Peer | None = None
    led_before: tuple | None = None  # who led when this client stepped out; until one is named
    security_code: str | None = None
    keys: dict[int, MeetingKey] = field(default_factory=dict)
    # The list and the chain.
    place: Place = Place()
    ahead: list[Place] = field(default_factory=list)
    chain: Chain = Chain()
    heard: bool = False  # a heartbeat was taken, or sent, since the join
    anchor: Anchor | None = None
    leader_is_new: bool = False  # it changed, and neither link nor heartbeat came since
    leader_is_silent: bool = False  # it changed, and no heartbeat came since
    left_under: dict[Person, int] = field(default_factory=dict)  # key number known to who left
    # The board.
    board: dict[Person, Announced] = field(default_factory=dict)
    nonces: dict[Person, list[bytes]] = field(default_factory=dict)
    server_names: dict[Person, str] = field(default_factory=dict)
    in_rooms: set[Person] = field(default_factory=set)
    own_nonces: list[bytes] = field(default_factory=list)
    nonce_due_ms: int | None = None
    # A leader's work.
    members: dict[Person, Peer] = field(default_factory=dict)
    waiting: set[Person] = field(default_factory=set)  # members whose nonce has not arrived
    rejoined: set[Person] = field(default_factory=set)  # back unnoticed: nonces may be of before
    chain_links: int = 0  # since the start or the last snapshot
    beat_due_ms: int | None = None
    rotation_due_ms: int | None = None
    # A participant's.
    silent_since_ms: int = 0
    held: Fields | None = None
    key_called_for: bool = False
    wish: Wish | None = None

    @property
    def begun(self) -> bool:
        """Whether a heartbeat was ever taken or sent, before stepping out included."""
        return self.chain.hash != ZERO

    @property
    def catches_up(self) -> bool:
        """Whether it came back, and no heartbeat has listed it again (BRK-03)."""
        return self.begun and not self.heard

    @property
    def latest(self) -> Place:
        """The list with all links ahead."""
        return self.ahead[-1] if self.ahead else self.place

    @property
    def newest(self) -> int:
        """The number of the newest key held, 0 with none."""
        return max(self.keys, default=0)
