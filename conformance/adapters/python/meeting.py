"""One device and the meeting it is in (docs/adapter.md, What a client does).

Sans I/O: an input changes the state and leaves effects. Times are milliseconds since `open`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import formulas
from formulas import Malformed, Refused, Value

# Parameters, the same in both profiles (docs/generated/profiles.md).
ROTATION_INTERVAL_MS_MIN = 15_000
JOINER_KEY_AGE_MS_MAX = 15_000
USE_WAIT_MS = 2_000
OLD_KEY_MS = 10_000
REPLAY_WINDOW = 64

PROFILES = ("zoom-2.3.1", "zoom-3.0")
DRAW_BYTES = {
    "identity": 32,
    "ephemeral": 32,
    "ephemeral_kem": 64,
    "meeting_key": 32,
    "box_nonce": 24,
    "kem_coins": 32,
}
NUMBER_MAX = (1 << 32) - 1

Person = tuple[str, str]  # user ID, hardware ID
Message = dict[str, Any]


class BadRequest(Exception):
    """The request makes no sense. Nothing changed."""


class Refusal(Exception):
    """The input was refused: `reject` or `ignore`, with the rule behind it. Nothing changed."""

    def __init__(self, word: str, code: str | None, detail: str = "") -> None:
        super().__init__(detail)
        self.word, self.code = word, code


@dataclass(frozen=True)
class Device:
    """What stays the same for a whole session."""

    user_id: str
    hardware_id: str
    sealed_seq: bool  # zoom-3.0: the number of a key is sealed with it
    codec: str
    draw: Callable[[str, int], bytes]  # purpose and number to bytes


@dataclass
class Peer:
    """Somebody whose announcement verified. Without `shared` nothing was checked."""

    user_id: str
    shared: bytes = b""


@dataclass
class Window:
    """The packet counters seen of one stream."""

    highest: int = -1
    seen: set[int] = field(default_factory=set)


@dataclass
class MeetingKey:
    """A meeting key held."""

    key: bytes
    use_at_ms: int
    erase_at_ms: int | None = None
    next_counter: dict[str, int] = field(default_factory=dict)
    windows: dict[tuple[str, str], Window] = field(default_factory=dict)


@dataclass
class State:
    """Everything that an input may change."""

    identity_seed: bytes = b""
    now_ms: int = 0
    draws: dict[str, int] = field(default_factory=dict)
    phase: str = "outside"
    role: str = ""
    meeting: dict[str, Value] = field(default_factory=dict)
    ephemeral_secret: bytes = b""
    leader: Peer | None = None
    security_code: str | None = None
    listed: dict[Person, Peer] = field(default_factory=dict)
    keys: dict[int, MeetingKey] = field(default_factory=dict)
    rotated_at_ms: int = 0
    rotation_due_ms: int | None = None
    signaled: int | None = None
    key_called_for: bool = False
    held: dict[str, Value] | None = None


class Client:
    """One input applied to one state. Raises `BadRequest` or `Refusal`."""

    def __init__(self, device: Device, state: State) -> None:
        self.device, self.state = device, state
        self.outputs: list[dict[str, Any]] = []
        self.drawn: list[str] = []

    # Small things

    def emit(self, kind: str, **fields: Any) -> None:
        """Adds an effect at the present moment."""
        self.outputs.append({"at_ms": self.state.now_ms, "effect": {"kind": kind, **fields}})

    def draw(self, purpose: str) -> bytes:
        """The next random value for a purpose (docs/adapter.md, Randomness)."""
        number = self.state.draws.get(purpose, 0)
        value = self.device.draw(purpose, number)
        if len(value) != DRAW_BYTES[purpose]:
            raise BadRequest(f"{purpose}/{number} has {len(value)} bytes")
        self.state.draws[purpose] = number + 1
        self.drawn.append(f"{purpose}/{number}")
        return value

    def written(self, tag: str, values: dict[str, Value]) -> Message:
        """A message as a payload in the codec of the session."""
        if self.device.codec == "fields":
            return {"fields": formulas.write_fields(tag, values)}
        return {"bytes": formulas.encode(tag, values).hex()}

    def read(self, tag: str, payload: Message) -> dict[str, Value]:
        """The values of a payload; `reject` DEV-10 for what a classic client cannot write."""
        content = self.of_codec(payload)
        try:
            if isinstance(content, dict):
                values = formulas.read_fields(tag, content)
            else:
                values = formulas.decode(tag, content)
        except Malformed as error:
            raise Refusal("reject", "DEV-10", str(error)) from error
        if len(values.get("pk", bytes(32))) != 32 or values.get("kem"):
            raise Refusal("reject", "DEV-10", "not of the classic suite")
        return values

    def of_codec(self, payload: Message) -> Any:
        """The content of a payload, which must be in the codec of the session."""
        if self.device.codec not in payload:
            raise BadRequest("payload in another codec than the session's")
        return payload[self.device.codec]

    def binding(self, person: Person, ivk: bytes, pk: Value) -> bytes:
        """What an announcement signs (3.7.2 step 3)."""
        names = {"user_id": person[0], "hardware_id": person[1], "ivk": ivk, "pk": pk}
        return formulas.encode("conclave/binding", self.state.meeting | names)

    def meta(self, leader: str, recipient: str) -> bytes:
        """`Meta` of a sealed key (3.7.4 step 7)."""
        names = {"leader": leader, "recipient": recipient}
        return formulas.encode("conclave/meta", self.state.meeting | names)

    def verified(self, message: Message) -> Peer:
        """Checks an announcement against the key server's key (3.7.4 steps 1 to 6)."""
        posted = self.read("conclave/announcement", message["announcement"])
        person, ivk = (message["user_id"], message["hardware_id"]), message["ivk"]
        signed = self.binding(person, ivk, posted["pk"])
        try:
            formulas.verify(ivk, formulas.ANNOUNCEMENT, signed, posted["sig"])
        except Refused as error:
            raise Refusal("reject", "DEV-01", str(error)) from error
        try:
            shared = formulas.agree(self.state.ephemeral_secret, posted["pk"])
        except Refused as error:
            raise Refusal("reject", "ROT-09", str(error)) from error
        return Peer(person[0], shared)

    def require(self, role: str | None = None) -> None:
        """A client that is not in a meeting, or in another role, cannot be asked this."""
        if self.state.phase != "joined" or role not in (None, self.state.role):
            raise BadRequest("wrong phase or role")

    # Joining and leaving

    def open(self) -> bytes:
        """Creates the identity; its verification key."""
        self.state.identity_seed = self.draw("identity")
        return formulas.ed25519_public(self.state.identity_seed)

    def join(self, meeting_id: str, meeting_uuid: bytes, role: str) -> None:
        """3.7.2; a leader also makes meeting key number 1 (3.7.3)."""
        state = self.state
        if state.phase == "joined":
            raise BadRequest("already in a meeting")
        state.phase, state.role = "joined", role
        state.meeting = {"meeting_id": meeting_id, "meeting_uuid": meeting_uuid}
        state.ephemeral_secret = self.draw("ephemeral")
        pk = formulas.x25519_public(state.ephemeral_secret)
        ivk = formulas.ed25519_public(state.identity_seed)
        person = (self.device.user_id, self.device.hardware_id)
        signed = self.binding(person, ivk, pk)
        sig = formulas.sign(state.identity_seed, formulas.ANNOUNCEMENT, signed)
        posted = {"user_id": person[0], "hardware_id": person[1], "pk": pk, "sig": sig}
        self.emit("post_announcement", announcement=self.written("conclave/announcement", posted))
        if role == "leader":
            self.follow(Peer(self.device.user_id), ivk)
            self.rotate()

    def follow(self, leader: Peer, ivk: bytes) -> None:
        """Takes somebody as the leader and shows the security code (3.8)."""
        self.state.leader = leader
        self.state.security_code = formulas.security_code(ivk)
        self.emit("show_security_code", digits=self.state.security_code)

    def leave(self) -> None:
        """Forgets everything but the identity (3.7.8)."""
        self.require()
        old = self.state
        self.emit("show_left")
        self.state = State(old.identity_seed, old.now_ms, old.draws, phase="left")

    # Messages of the server

    def leader_named(self, message: Message) -> None:
        """3.7.5 steps 1 to 8."""
        self.require("participant")
        self.follow(self.verified(message), message["ivk"])

    def admitted(self, message: Message) -> None:
        """3.7.4; a participant checks nothing."""
        self.require()
        person = (message["user_id"], message["hardware_id"])
        if self.state.role == "participant":
            self.state.listed[person] = Peer(person[0])
            return
        self.state.listed[person] = self.verified(message)
        age_ms = self.state.now_ms - self.state.rotated_at_ms
        if age_ms > JOINER_KEY_AGE_MS_MAX or age_ms >= ROTATION_INTERVAL_MS_MIN:
            self.rotate()
        else:
            self.seal_to(person)
            self.rotate_soon()

    def departed(self, message: Message) -> None:
        """An entry is gone. Somebody who was not listed holds no key to rotate away from."""
        self.require()
        gone = self.state.listed.pop((message["user_id"], message["hardware_id"]), None)
        if gone is not None and self.state.role == "leader":
            self.rotate_soon()

    def rekey_signaled(self, message: Message) -> None:
        """The number beside the trusted list. Means something only where seals have none."""
        self.require("participant")
        if self.device.sealed_seq:
            return
        number, state = message["mk_seq"], self.state
        if state.signaled is not None and number <= state.signaled:
            raise Refusal("ignore", None, "not greater than every number before")
        state.signaled, state.key_called_for = number, True
        if state.held is not None:
            self.install_called_for(self.unsealed(state.held)["meeting_key"])
            state.held = None

    def sealed_key(self, message: Message) -> None | str:
        """3.7.5 step 12. The answer is `pending` where the number is still to come."""
        self.require("participant")
        sealed = self.read("conclave/sealed-key", message["sealed"])
        opened, state = self.unsealed(sealed), self.state
        if self.device.sealed_seq:
            if state.keys and opened["mk_seq"] <= max(state.keys):
                raise Refusal("ignore", "ROT-02", "number not greater than every one held")
            self.install(opened["mk_seq"], opened["meeting_key"])
        elif state.key_called_for:
            self.install_called_for(opened["meeting_key"])
        else:
            state.held = sealed
            return "pending"
        return None

    def unsealed(self, sealed: dict[str, Value]) -> dict[str, Value]:
        """The plaintext of a sealed key, opened with the keys of the present leader."""
        leader = self.state.leader
        if leader is None:
            raise Refusal("reject", "DEV-01", "no verified leader")
        key = formulas.classic_key(leader.shared)
        meta = self.meta(leader.user_id, self.device.user_id)
        try:
            plain = formulas.unseal(key, meta, sealed["nonce"], sealed["ciphertext"])
            return formulas.decode("conclave/meeting-key", plain, self.device.sealed_seq)
        except Refused as error:
            raise Refusal("reject", "ROT-01", str(error)) from error
        except Malformed as error:
            raise Refusal("reject", "DEV-10", str(error)) from error

    # Meeting keys (3.7.6)

    def install_called_for(self, key: bytes) -> None:
        """Installs under the signaled number, which calls for one key only (R-18)."""
        self.install(self.state.signaled, key)
        self.state.key_called_for = False

    def install(self, number: int, key: bytes) -> None:
        """Takes a key; the older ones are superseded from now on."""
        state = self.state
        for older in state.keys.values():
            if older.erase_at_ms is None:
                older.erase_at_ms = state.now_ms + OLD_KEY_MS
        wait_ms = USE_WAIT_MS if state.keys else 0
        state.keys[number] = MeetingKey(key, state.now_ms + wait_ms)

    def rotate_soon(self) -> None:
        """Rotates as soon as the interval since the last rotation has passed."""
        due_ms = self.state.rotated_at_ms + ROTATION_INTERVAL_MS_MIN
        if due_ms <= self.state.now_ms:
            self.rotate()
        else:
            self.state.rotation_due_ms = due_ms

    def rotate(self) -> None:
        """A fresh key under the next number, sealed to everybody listed."""
        state = self.state
        number = max(state.keys, default=0) + 1
        if number > NUMBER_MAX:
            raise BadRequest("no number is left")
        self.install(number, self.draw("meeting_key"))
        state.rotated_at_ms, state.rotation_due_ms = state.now_ms, None
        self.emit("signal_rekey", mk_seq=number)
        for person in sorted(state.listed, key=lambda person: [part.encode() for part in person]):
            self.seal_to(person)

    def seal_to(self, person: Person) -> None:
        """Posts the newest key for one listed entry (3.7.4 steps 7 to 11)."""
        number = max(self.state.keys)
        values: dict[str, Value] = {"meeting_key": self.state.keys[number].key, "mk_seq": number}
        plain = formulas.encode("conclave/meeting-key", values, self.device.sealed_seq)
        key = formulas.classic_key(self.state.listed[person].shared)
        nonce, meta = self.draw("box_nonce"), self.meta(self.device.user_id, person[0])
        names = {"user_id": person[0], "hardware_id": person[1]}
        box = {"nonce": nonce, "kem": b"", "ciphertext": formulas.seal(key, meta, nonce, plain)}
        self.emit(
            "post_sealed_key", **names, sealed=self.written("conclave/sealed-key", names | box)
        )

    def sends_under(self) -> int | None:
        """The newest key whose wait is over."""
        usable = [n for n, key in self.state.keys.items() if key.use_at_ms <= self.state.now_ms]
        return max(usable, default=None)

    # Media (3.9)

    def stream_key(self, number: int, stream: str, sender: str) -> bytes:
        """The key of one stream under one meeting key."""
        names = self.state.meeting | {"stream": stream, "sender": sender}
        return formulas.stream_key(self.state.keys[number].key, names)

    def send(self, stream: str, plaintext: bytes) -> None:
        """Encrypts a packet under the newest usable key."""
        self.require()
        number = self.sends_under()
        if number is None:
            raise Refusal("reject", "ROT-19", "no usable key")
        counters = self.state.keys[number].next_counter
        counter = counters.get(stream, 0)
        counters[stream] = counter + 1
        key = self.stream_key(number, stream, self.device.user_id)
        packet = formulas.seal_packet(key, number, counter, plaintext)
        self.emit("transmit", stream=stream, packet=self.written_packet(packet))

    def written_packet(self, packet: bytes) -> Message:
        """A packet as a payload."""
        if self.device.codec == "bytes":
            return {"bytes": packet.hex()}
        number, counter, body = formulas.split_packet(packet)
        return {"fields": {"mk_seq": str(number), "counter": str(counter), "body": body.hex()}}

    def read_packet(self, payload: Message) -> bytes:
        """The bytes of a packet. Raises `Malformed` for other fields than its own."""
        content = self.of_codec(payload)
        if not isinstance(content, dict):
            return content
        if content.keys() != {"mk_seq", "counter", "body"}:
            raise Malformed("not the fields of a packet")
        header = formulas.decimal(content["mk_seq"], 32) << 96
        header |= formulas.decimal(content["counter"], 96)
        return header.to_bytes(formulas.HEADER_BYTES, "big") + formulas.unhex(content["body"])

    def packet(self, message: Message) -> None:
        """Opens a packet with the sender and the stream that the server names."""
        self.require()
        sender, stream = message["from"], message["stream"]
        try:
            packet = self.read_packet(message["packet"])
            number, counter, _ = formulas.split_packet(packet)
            if number not in self.state.keys:
                raise Refused("unknown number")
            plain = formulas.open_packet(self.stream_key(number, stream, sender), packet)
        except (Malformed, Refused) as error:
            raise Refusal("reject", "MED-01", str(error)) from error
        window = self.state.keys[number].windows.setdefault((sender, stream), Window())
        if counter in window.seen or counter <= window.highest - REPLAY_WINDOW:
            raise Refusal("ignore", "MED-02", "counter seen before or too old")
        window.highest = max(window.highest, counter)
        window.seen = {n for n in window.seen | {counter} if n > window.highest - REPLAY_WINDOW}
        self.emit("render", **{"from": sender}, stream=stream, mk_seq=number, plaintext=plain.hex())

    # Time

    def deadline(self) -> int | None:
        """The next moment at which the client does or changes something by itself."""
        moments = [self.state.rotation_due_ms]
        for key in self.state.keys.values():
            moments += [key.use_at_ms, key.erase_at_ms]
        later = [at_ms for at_ms in moments if at_ms is not None and at_ms > self.state.now_ms]
        return min(later, default=None)

    def advance(self, to_ms: int) -> None:
        """Lets time pass, stopping at every deadline up to and at the new time."""
        state = self.state
        if to_ms < state.now_ms:
            raise BadRequest("time does not go back")
        while (at_ms := self.deadline()) is not None and at_ms <= to_ms:
            state.now_ms = at_ms
            state.keys = {n: k for n, k in state.keys.items() if k.erase_at_ms != at_ms}
            if state.rotation_due_ms == at_ms:
                self.rotate()
        state.now_ms = to_ms

    def observe(self) -> dict[str, Any]:
        """What the user sees now."""
        own = (self.device.user_id, self.device.hardware_id)
        others = [person for person in self.state.listed if person != own]
        seen = {
            "phase": self.state.phase,
            "leader": self.state.leader.user_id if self.state.leader else None,
            "security_code": self.state.security_code,
            "listed": sorted(person[0] for person in others),
            "sends_under": self.sends_under(),
        }
        return {name: value for name, value in seen.items() if value is not None}
