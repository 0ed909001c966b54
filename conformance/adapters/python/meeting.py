"""One device and the meeting it is in (docs/adapter.md, What a client does).

Sans I/O: an input changes the client and leaves outputs. Times are milliseconds since `open`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import formulas
from formulas import BadRequest, Refusal

# Parameters, the same in both profiles (docs/generated/profiles.md).
ROTATION_INTERVAL_MS_MIN = 15_000
JOINER_KEY_AGE_MS_MAX = 15_000
USE_WAIT_MS = 2_000
OLD_KEY_MS = 10_000
REPLAY_WINDOW = 64

PROFILES = ["zoom-2.3.1", "zoom-3.0"]
CODECS = ["bytes", "fields"]
DRAW_BYTES = {"identity": 32, "ephemeral": 32, "meeting_key": 32, "box_nonce": 24}

Person = tuple[str, str]  # user ID, hardware ID
Fields = dict[str, Any]
Payload = dict[str, Any]  # one entry, named by the codec


class Ignored(Refusal):
    """The input was passed over. Nothing changed."""

    word = "ignore"


@dataclass
class Peer:
    """Somebody listed, or the leader. Only who was verified has a `shared` key."""

    user_id: str
    shared: bytes = b""


@dataclass
class MeetingKey:
    """A meeting key held."""

    key: bytes
    use_at_ms: int
    erase_at_ms: int | None = None


@dataclass
class Meeting:
    """Everything that is forgotten on leaving."""

    names: Fields
    role: str
    ephemeral_secret: bytes
    leader: Peer | None = None
    security_code: str | None = None
    listed: dict[Person, Peer] = field(default_factory=dict)
    keys: dict[int, MeetingKey] = field(default_factory=dict)
    rotated_at_ms: int = 0
    rotation_due_ms: int | None = None
    signaled: int = -1
    key_called_for: bool = False
    held: Fields | None = None


class Client:
    """A device. Inputs are methods, named and given fields as in the adapter protocol.

    They raise `BadRequest` or `Refusal`; the caller then takes back what they changed.
    """

    def __init__(self, opened: Fields, source: Callable[[str, int], bytes]) -> None:
        self.user_id, self.hardware_id = opened["user_id"], opened["hardware_id"]
        self.sealed_seq = opened["profile"] == "zoom-3.0"  # a key's number is sealed with it
        self.codec, self.source = opened["codec"], source
        self.tells_draws = opened["randomness"]["class"] != "opaque"
        self.now_ms = 0
        self.phase = "outside"
        self.joined: Meeting | None = None
        self.draws: dict[str, int] = {}
        self.counters: dict[tuple, int] = {}  # by meeting, key number and stream
        self.seen: dict[tuple, set[int]] = {}  # and sender
        self.outputs: list[Fields] = []
        self.drawn: list[str] = []
        self.identity_seed = self.draw("identity")
        self.ivk = formulas.ed25519_public(self.identity_seed)

    # Small things

    def emit(self, kind: str, **fields: Any) -> None:
        """Adds an output at the present moment."""
        self.outputs.append({"at_ms": self.now_ms, "effect": {"kind": kind} | fields})

    def draw(self, purpose: str) -> bytes:
        """The next random value for a purpose (docs/adapter.md, Randomness)."""
        number = self.draws.get(purpose, 0)
        value = self.source(purpose, number)
        if len(value) != DRAW_BYTES[purpose]:
            raise BadRequest(f"{purpose}/{number} has {len(value)} bytes")
        self.draws[purpose] = number + 1
        if self.tells_draws:
            self.drawn.append(f"{purpose}/{number}")
        return value

    def meeting(self, role: str | None = None) -> Meeting:
        """The meeting the client is in, in this role."""
        if self.joined is None or role not in (None, self.joined.role):
            raise BadRequest("wrong phase or role")
        return self.joined

    def written(self, encoded: bytes, fields: Fields) -> Fields:
        """A message as a payload in the codec of the session."""
        if self.codec == "fields":
            return {"fields": formulas.written(fields)}
        return {"bytes": encoded.hex()}

    def content(self, payload: Payload) -> Any:
        """Bytes, or texts by name: what a payload in the codec of the session holds."""
        if self.codec not in payload:
            raise BadRequest("payload in another codec than the session's")
        return payload[self.codec]

    def read(self, tag: str, payload: Payload) -> Fields:
        """The values of a payload."""
        content = self.content(payload)
        if self.codec == "bytes":
            return formulas.decode(tag, content)
        try:
            return formulas.read_fields(formulas.LAYOUTS[tag], content)
        except formulas.Misfit as error:
            raise Refusal("DEV-10", str(error)) from error

    def binding(self, person: Person, ivk: bytes, pk: bytes) -> bytes:
        """What an announcement signs (3.7.2 step 3)."""
        names = {"user_id": person[0], "hardware_id": person[1], "ivk": ivk, "pk": pk}
        return formulas.encode("conclave/binding", self.meeting().names | names)

    def box(self, peer: Peer, leader: str, recipient: str) -> tuple[bytes, bytes]:
        """Key and `Meta` of a sealed meeting key (3.7.4 steps 7 and 8)."""
        names = self.meeting().names | {"leader": leader, "recipient": recipient}
        return formulas.classic_key(peer.shared), formulas.encode("conclave/meta", names)

    # Joining and leaving

    def join(self, given: Fields) -> None:
        """3.7.2; a leader also makes meeting key number 1 (3.7.3)."""
        if self.joined is not None:
            raise BadRequest("already in a meeting")
        names = {name: given[name] for name in formulas.WHERE}
        self.joined = Meeting(names, given["role"], self.draw("ephemeral"))
        self.phase = "joined"
        person = (self.user_id, self.hardware_id)
        pk = formulas.x25519_public(self.joined.ephemeral_secret)
        signed = self.binding(person, self.ivk, pk)
        sig = formulas.sign(self.identity_seed, formulas.ANNOUNCEMENT, signed)
        posted = {"user_id": person[0], "hardware_id": person[1], "pk": pk, "sig": sig}
        encoded = formulas.encode("conclave/announcement", posted)
        self.emit("post_announcement", announcement=self.written(encoded, posted))
        if given["role"] == "leader":
            self.follow(Peer(self.user_id), self.ivk)
            self.rotate()

    def follow(self, leader: Peer, ivk: bytes) -> None:
        """Takes somebody as the leader and shows the security code (3.8)."""
        meeting = self.meeting()
        meeting.leader, meeting.security_code = leader, formulas.security_code(ivk)
        self.emit("show_security_code", digits=meeting.security_code)

    def leave(self, _given: Fields) -> None:
        """3.7.8; identity and packet counters stay."""
        self.meeting()
        self.joined, self.phase = None, "left"
        self.emit("show_left")

    meeting_ended = leave

    # Messages of the server

    def verified(self, given: Fields) -> Peer:
        """Checks an announcement against the key server's key (3.7.4 steps 1 to 6)."""
        posted = self.read("conclave/announcement", given["announcement"])
        person, ivk = (given["user_id"], given["hardware_id"]), given["ivk"]
        signed = self.binding(person, ivk, posted["pk"])
        formulas.verify(ivk, formulas.ANNOUNCEMENT, signed, posted["sig"], "DEV-01")
        return Peer(person[0], formulas.agree(self.meeting().ephemeral_secret, posted["pk"]))

    def leader_named(self, given: Fields) -> None:
        """3.7.5 steps 1 to 8."""
        self.meeting("participant")
        self.follow(self.verified(given), given["ivk"])

    def admitted(self, given: Fields) -> None:
        """3.7.4; a participant only decodes."""
        meeting, person = self.meeting(), (given["user_id"], given["hardware_id"])
        if meeting.role == "participant":
            self.read("conclave/announcement", given["announcement"])
            meeting.listed[person] = Peer(person[0])
            return
        meeting.listed[person] = self.verified(given)
        age_ms = self.now_ms - meeting.rotated_at_ms  # of the newest key
        if age_ms > JOINER_KEY_AGE_MS_MAX or age_ms >= ROTATION_INTERVAL_MS_MIN:
            self.rotate()
        else:
            self.seal_to(person)
            self.rotate_soon()

    def departed(self, given: Fields) -> None:
        """An entry is gone. Somebody who was not listed holds no key to rotate away from."""
        meeting = self.meeting()
        gone = meeting.listed.pop((given["user_id"], given["hardware_id"]), None)
        if gone is not None and meeting.role == "leader":
            self.rotate_soon()

    def rekey_signaled(self, given: Fields) -> None:
        """The number beside the trusted list. Means something only where seals have none."""
        meeting = self.meeting("participant")
        if self.sealed_seq or given["mk_seq"] <= meeting.signaled:
            return
        meeting.signaled, meeting.key_called_for = given["mk_seq"], True
        held, meeting.held = meeting.held, None
        if held is not None:
            try:
                self.install_called_for(self.unsealed(held))
            except Refusal:
                pass  # the leader changed; the number goes on calling

    def sealed_key(self, given: Fields) -> None | str:
        """3.7.5 step 12. The answer is `pending` where the number is still to come."""
        meeting = self.meeting("participant")
        sealed = self.read("conclave/sealed-key", given["sealed"])
        opened = self.unsealed(sealed)
        if self.sealed_seq:
            if opened["mk_seq"] <= max(meeting.keys, default=0):
                raise Ignored("ROT-02", "number not greater than every one held")
            self.install(opened["mk_seq"], opened["meeting_key"])
        elif meeting.key_called_for:
            self.install_called_for(opened)
        else:
            meeting.held = sealed
            return "pending"
        return None

    def unsealed(self, sealed: Fields) -> Fields:
        """The plaintext of a sealed key, opened with the keys of the present leader."""
        leader = self.meeting().leader
        if leader is None:
            raise Refusal("DEV-01", "no verified leader")
        if sealed["kem"]:
            raise Refusal("ROT-01", "an encapsulation in the classic suite")
        key, meta = self.box(leader, leader.user_id, self.user_id)
        plain = formulas.unseal(key, meta, sealed["nonce"], sealed["ciphertext"])
        try:
            return formulas.decode("conclave/meeting-key", plain, self.sealed_seq)
        except Refusal as error:
            raise Refusal("ROT-01", str(error)) from error

    # Meeting keys (3.7.6)

    def install_called_for(self, opened: Fields) -> None:
        """Installs under the signaled number, which calls for one key only (R-18)."""
        meeting = self.meeting()
        self.install(meeting.signaled, opened["meeting_key"])
        meeting.key_called_for = False

    def install(self, number: int, key: bytes) -> None:
        """Takes a key; the older ones are superseded from now on."""
        keys = self.meeting().keys
        for older in keys.values():
            if older.erase_at_ms is None:
                older.erase_at_ms = self.now_ms + OLD_KEY_MS
        keys[number] = MeetingKey(key, self.now_ms + (USE_WAIT_MS if keys else 0))

    def rotate_soon(self) -> None:
        """Rotates as soon as the interval since the last rotation has passed."""
        meeting = self.meeting()
        meeting.rotation_due_ms = meeting.rotated_at_ms + ROTATION_INTERVAL_MS_MIN
        if meeting.rotation_due_ms <= self.now_ms:
            self.rotate()

    def rotate(self) -> None:
        """A fresh key under the next number, sealed to everybody listed."""
        meeting = self.meeting()
        number = max(meeting.keys, default=0) + 1
        if number >= 1 << 32:
            raise BadRequest("no number is left")
        self.install(number, self.draw("meeting_key"))
        meeting.rotated_at_ms, meeting.rotation_due_ms = self.now_ms, None
        self.emit("signal_rekey", mk_seq=number)
        for person in sorted(meeting.listed):  # code points sort as their UTF-8 bytes do
            self.seal_to(person)

    def seal_to(self, person: Person) -> None:
        """Posts the newest key for one listed entry (3.7.4 steps 7 to 11)."""
        meeting = self.meeting()
        number = max(meeting.keys)
        values = {"meeting_key": meeting.keys[number].key, "mk_seq": number}
        plain = formulas.encode("conclave/meeting-key", values, self.sealed_seq)
        key, meta = self.box(meeting.listed[person], self.user_id, person[0])
        nonce = self.draw("box_nonce")
        names = {"user_id": person[0], "hardware_id": person[1]}
        ciphertext = formulas.seal(key, meta, nonce, plain)
        sealed = names | {"nonce": nonce, "kem": b"", "ciphertext": ciphertext}
        encoded = formulas.encode("conclave/sealed-key", sealed)
        self.emit("post_sealed_key", **names, sealed=self.written(encoded, sealed))

    def sends_under(self) -> int | None:
        """The newest key whose wait is over."""
        keys = self.joined.keys if self.joined else {}
        return max((n for n, key in keys.items() if key.use_at_ms <= self.now_ms), default=None)

    # Media (3.9)

    def stream_key(self, number: int, stream: str, sender: str) -> bytes:
        """The key of one stream under one meeting key."""
        meeting = self.meeting()
        names = meeting.names | {"stream": stream, "sender": sender}
        return formulas.stream_key(meeting.keys[number].key, names)

    def send(self, given: Fields) -> None:
        """Encrypts a packet under the newest usable key."""
        meeting, stream, number = self.meeting(), given["stream"], self.sends_under()
        if number is None:
            raise Refusal("ROT-19", "no usable key")
        at = (*meeting.names.values(), number, stream)
        counter = self.counters.get(at, 0)
        self.counters[at] = counter + 1
        key = self.stream_key(number, stream, self.user_id)
        packet = formulas.seal_packet(key, number, counter, given["plaintext"])
        fields = dict(zip(formulas.PACKET, formulas.split_packet(packet)))
        self.emit("transmit", stream=stream, packet=self.written(packet, fields))

    def packet(self, given: Fields) -> None:
        """Opens a packet with the sender and the stream that the server names."""
        meeting, sender, stream = self.meeting(), given["from"], given["stream"]
        packet = self.content(given["packet"])
        if self.codec == "fields":
            try:
                read = formulas.read_fields(formulas.PACKET, packet)
            except formulas.Misfit as error:
                raise Refusal("MED-01", str(error)) from error
            packet = formulas.packet_header(read["mk_seq"], read["counter"]) + read["body"]
        number, counter, _ = formulas.split_packet(packet)
        if number not in meeting.keys:
            raise Refusal("MED-01", "unknown number")
        plain = formulas.open_packet(self.stream_key(number, stream, sender), packet)
        at = (*meeting.names.values(), number, sender, stream)
        seen = self.seen.setdefault(at, set())
        if counter in seen or counter <= max(seen, default=0) - REPLAY_WINDOW:
            raise Ignored("MED-02", "counter seen before or too old")
        seen.add(counter)
        self.emit("render", **{"from": sender}, stream=stream, mk_seq=number, plaintext=plain.hex())

    # Time

    def deadline(self) -> int | None:
        """The next moment at which the client does or changes something by itself."""
        if self.joined is None:
            return None
        moments = [self.joined.rotation_due_ms]
        for key in self.joined.keys.values():
            moments += [key.use_at_ms, key.erase_at_ms]
        return min((at for at in moments if at is not None and at > self.now_ms), default=None)

    def advance(self, given: Fields) -> None:
        """Lets time pass, stopping at every deadline up to and at the new time."""
        if given["to_ms"] < self.now_ms:
            raise BadRequest("time does not go back")
        while (at_ms := self.deadline()) is not None and at_ms <= given["to_ms"]:
            self.now_ms, meeting = at_ms, self.meeting()
            meeting.keys = {n: key for n, key in meeting.keys.items() if key.erase_at_ms != at_ms}
            if meeting.rotation_due_ms == at_ms:
                self.rotate()
        self.now_ms = given["to_ms"]

    def observe(self) -> Fields:
        """What the user sees now."""
        seen: Fields = {"phase": self.phase, "listed": [], "sends_under": self.sends_under()}
        if self.joined is not None:
            others = sorted(self.joined.listed.keys() - {(self.user_id, self.hardware_id)})
            seen["listed"] = [person[0] for person in others]
            seen["leader"] = self.joined.leader.user_id if self.joined.leader else None
            seen["security_code"] = self.joined.security_code
        return {name: value for name, value in seen.items() if value is not None}
