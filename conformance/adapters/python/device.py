"""What every client does whatever its role: messages, boxes, keys held, nonces, media."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import formulas
from formulas import BadRequest, Refusal
from profiles import POLICIES, POLICY_RULES, PROFILES
from roster import Person
from state import Announced, Away, Fields, Ignored, Meeting, MeetingKey, Peer

DRAW_BYTES = {
    "identity": 32,
    "ephemeral": 32,
    "ephemeral_kem": 64,
    "meeting_key": 32,
    "box_nonce": 24,
    "kem_coins": 32,
    "liveness_nonce": 24,
}
X25519_BYTES = 32
HYBRID_BYTES = X25519_BYTES + formulas.KEM_PUBLIC_BYTES

Payload = dict[str, Any]  # one entry, named by the codec


def person_of(given: Fields) -> Person:
    """The device that a message names."""
    return given["user_id"], given["hardware_id"]


def named(person: Person) -> Fields:
    """A device as a message names it."""
    return {"user_id": person[0], "hardware_id": person[1]}


class Device:
    """An identity, its time, its randomness, and at most one meeting."""

    def __init__(self, opened: Fields, source: Callable[[str, int], bytes]) -> None:
        self.person: Person = person_of(opened)
        self.profile = PROFILES[opened["profile"]]
        self.rules, self.params = self.profile.rules, self.profile.params
        defaults = {policy: values[0] for policy, values in POLICIES.items()}
        self.policies = defaults | opened.get("policies", {})
        followed = self.policies.items()
        self.rules |= {POLICY_RULES[it] for it in followed if it in POLICY_RULES}
        self.codec, self.source = opened["codec"], source
        self.tells_draws = opened["randomness"]["class"] != "opaque"
        self.now_ms = 0
        self.phase = "outside"
        self.joined: Meeting | None = None
        self.away: Away | None = None
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

    def meeting(self) -> Meeting:
        """The meeting the client is in."""
        if self.joined is None:
            raise BadRequest("in no meeting")
        return self.joined

    def go(self) -> None:
        """Forgets the meeting; identity and packet counters stay (3.7.8)."""
        self.joined, self.phase = None, "left"
        self.emit("show_left")

    def follow(self, leader: Peer) -> None:
        """Takes somebody as the leader and shows the security code (3.8)."""
        meeting = self.meeting()
        meeting.leader, meeting.security_code = leader, formulas.security_code(leader.ivk)
        self.emit("show_security_code", digits=meeting.security_code)

    # Messages

    def encoded(self, layout: str, values: Fields) -> bytes:
        """Values as this profile encodes them."""
        return formulas.encode(f"conclave/{layout}", values, self.rules)

    def payload(self, layout: str, values: Fields) -> Payload:
        """A message in the codec of the session."""
        if self.codec == "bytes":
            return {"bytes": self.encoded(layout, values).hex()}
        fields = formulas.fields_of(f"conclave/{layout}", self.rules)
        return {"fields": formulas.written({name: values[name] for name in fields})}

    def content(self, payload: Payload) -> Any:
        """Bytes, or texts by name: what a payload in the codec of the session holds."""
        if self.codec not in payload:
            raise BadRequest("payload in another codec than the session's")
        return payload[self.codec]

    def read(self, layout: str, payload: Payload) -> Fields:
        """The values of a payload."""
        content, tag = self.content(payload), f"conclave/{layout}"
        if self.codec == "bytes":
            return formulas.decode(tag, content, self.rules)
        try:
            return formulas.read_fields(formulas.fields_of(tag, self.rules), content)
        except formulas.Misfit as error:
            raise Refusal("DEV-10", str(error)) from error

    # Announcements

    def binding(self, person: Person, ivk: bytes, pk: bytes) -> bytes:
        """What an announcement signs (3.7.2 step 3)."""
        names = self.meeting().names | named(person)
        return self.encoded("binding", names | {"ivk": ivk, "pk": pk})

    def binding_hash(self, person: Person, announced: Announced) -> bytes:
        """The hash of a binding, as the list has it."""
        binding = self.binding(person, announced.ivk, announced.posted["pk"])
        return sha256(binding).digest()

    def verified(self, person: Person, announced: Announced) -> Peer:
        """Checks an announcement against the key server's key (3.7.4 steps 1 to 6)."""
        posted, ivk = announced.posted, announced.ivk
        binding = self.binding(person, ivk, posted["pk"])
        formulas.verify(ivk, formulas.ANNOUNCEMENT, binding, posted["sig"], "DEV-01")
        return Peer(person, ivk, posted["pk"], binding, self.agree(posted["pk"]))

    def check_hybrid(self, peer: Peer) -> None:
        """Whether somebody signed a Kyber key, where everybody has to (ROT-42)."""
        if "ROT-42" in self.rules and not peer.kem_pk:
            raise Refusal("ROT-42", "no Kyber key")

    def agree(self, pk: bytes) -> bytes:
        """The Diffie-Hellman key with an announced key of this profile's suites."""
        if len(pk) != X25519_BYTES and not (self.profile.hybrid and len(pk) == HYBRID_BYTES):
            raise Refusal("ROT-09", "width of the key")
        return formulas.agree(self.meeting().secret, pk[:X25519_BYTES])

    # Boxes

    def box_key(self, sender: Peer, recipient: Peer, kem_shared: bytes) -> tuple[bytes, bytes]:
        """Key and `Meta` of a sealed meeting key; classic without a Kyber secret."""
        meeting = self.meeting()
        shared = sender.shared or recipient.shared
        parties = {"leader": sender.person[0], "recipient": recipient.person[0]}
        meta = self.encoded("meta", meeting.names | parties)
        if not kem_shared:
            return formulas.classic_key(shared), meta
        sides = {"sender": sender, "recipient": recipient}
        keys = {
            f"{side}_{name}": getattr(peer, name)
            for side, peer in sides.items()
            for name in ("ivk", "box_pk", "kem_pk")
        }
        return formulas.hybrid_key(shared, kem_shared, keys, meta), meta

    def sealed(self, member: Peer, number: int, liveness: bytes) -> Fields:
        """A meeting key sealed to a member (3.7.4 steps 7 to 11)."""
        meeting = self.meeting()
        nonce, kem_shared, kem = self.draw("box_nonce"), b"", b""
        if meeting.me.kem_pk and member.kem_pk:
            kem_shared, kem = formulas.kem_encapsulate(member.kem_pk, self.draw("kem_coins"))
        key, meta = self.box_key(meeting.me, member, kem_shared)
        values = {"meeting_key": meeting.keys[number].key, "mk_seq": number}
        plain = self.encoded("meeting-key", values)
        ciphertext = formulas.seal(key, meta, nonce, plain, liveness)
        return named(member.person) | {"nonce": nonce, "kem": kem, "ciphertext": ciphertext}

    def unsealed(self, leader: Peer, sealed: Fields) -> Fields:
        """The plaintext of a sealed key, opened with the keys of a leader (3.7.5 step 12)."""
        meeting = self.meeting()
        kem_shared = b""
        if sealed["kem"]:
            if not (meeting.me.kem_pk and leader.kem_pk):
                raise Refusal("ROT-01", "an encapsulation without Kyber keys")
            kem_shared = formulas.kem_decapsulate(meeting.kem_secret, sealed["kem"])
        key, meta = self.box_key(leader, meeting.me, kem_shared)
        plain = self.opened(key, meta, sealed)
        try:
            return formulas.decode("conclave/meeting-key", plain, self.rules)
        except Refusal as error:
            raise Refusal("ROT-01", str(error)) from error

    def opened(self, key: bytes, meta: bytes, sealed: Fields) -> bytes:
        """Opens a box with the newest nonce of one's own that fits."""
        box = key, meta, sealed["nonce"], sealed["ciphertext"]
        if "LIV-03" not in self.rules:
            return formulas.unseal(*box)
        for liveness in reversed(self.meeting().own_nonces):
            try:
                return formulas.unseal(*box, liveness)
            except Refusal:
                pass
        raise Refusal("ROT-01", "the box does not open under a recent nonce")

    # Meeting keys (3.7.6)

    def install(self, number: int, key: bytes) -> None:
        """Takes a key; where receipt counts, the older ones are superseded from now on."""
        keys = self.meeting().keys
        if self.profile.grace_from == "receipt":
            self.supersede(number)
        waits = bool(keys) or self.policies["first_key_wait"] == "wait"
        at_once = "ROT-43" in self.rules or self.policies["leader_wait"] == "at_once"
        waits = waits and not (at_once and self.meeting().leads)
        use_at_ms = self.now_ms + (self.params.use_wait_ms if waits else 0)
        keys[number] = MeetingKey(key, self.now_ms, use_at_ms)

    def supersede(self, number: int) -> None:
        """Every key below a number begins its last seconds."""
        for older, held in self.meeting().keys.items():
            if older < number and held.erase_at_ms is None:
                held.erase_at_ms = self.now_ms + self.params.old_key_ms

    def certify(self, number: int) -> None:
        """Takes a number as certified."""
        meeting = self.meeting()
        if number > meeting.chain.mk_seq and self.profile.grace_from == "certificate":
            self.supersede(number)
        meeting.chain = replace(meeting.chain, mk_seq=number)

    def drop_uncertified(self) -> None:
        """Forgets the keys of the old leader that no heartbeat certified (ELE-09)."""
        meeting = self.meeting()
        if "ELE-09" in self.rules:
            certified = meeting.chain.mk_seq
            meeting.keys = {n: key for n, key in meeting.keys.items() if n <= certified}
            receipt = self.profile.grace_from == "receipt"
            if meeting.keys and receipt:  # what is the newest now is superseded no more
                meeting.keys[meeting.newest].erase_at_ms = None

    def usable(self, number: int, key: MeetingKey) -> bool:
        """Whether a key may be used for sending."""
        waits_for_list = "HBT-19" in self.rules and number > self.meeting().chain.mk_seq
        return key.use_at_ms <= self.now_ms and not waits_for_list

    def sends_under(self) -> int | None:
        """The newest usable key."""
        keys = self.joined.keys if self.joined else {}
        return max((n for n, key in keys.items() if self.usable(n, key)), default=None)

    # Liveness nonces (4.1, subsubsec:liveness)

    def post_nonce(self) -> None:
        """Draws a nonce and says when the next one is due."""
        if "LIV-01" not in self.rules:
            return
        meeting = self.meeting()
        nonce = self.draw("liveness_nonce")
        meeting.own_nonces = [*meeting.own_nonces[-1:], nonce]
        if "LIV-02" in self.rules:
            meeting.nonce_due_ms = self.now_ms + self.nonce_interval_ms()
        self.emit("post_nonce", nonce=nonce.hex())

    def nonce_interval_ms(self) -> int:
        """How long a nonce lasts in a meeting of this size."""
        size = len(self.meeting().place.roster.everybody_present())
        if self.profile.nonce_schedule == "quadratic" and size > 10:
            return self.params.nonce_interval_ms * size * size // 100
        return self.params.nonce_interval_ms

    # Media (3.9)

    def stream_key(self, number: int, stream: str, sender: Person) -> bytes:
        """The key of one stream under one meeting key."""
        meeting = self.meeting()
        names = {"stream": stream, "sender": sender[0], "hardware_id": sender[1]}
        return formulas.stream_key(meeting.keys[number].key, meeting.names | names, self.rules)

    def send(self, given: Fields) -> None:
        """Encrypts a packet under the newest usable key."""
        meeting, stream, number = self.meeting(), given["stream"], self.sends_under()
        if number is None:
            raise Refusal("ROT-19", "no usable key")
        at = (*meeting.names.values(), number, stream)
        counter = self.counters.get(at, 0)
        self.counters[at] = counter + 1
        key = self.stream_key(number, stream, self.person)
        packet = formulas.seal_packet(key, number, counter, given["plaintext"])
        self.emit("transmit", stream=stream, packet=self.written_packet(packet))

    def written_packet(self, packet: bytes) -> Payload:
        """A packet in the codec of the session."""
        if self.codec == "bytes":
            return {"bytes": packet.hex()}
        fields = dict(zip(formulas.PACKET, formulas.split_packet(packet)))
        return {"fields": formulas.written(fields)}

    def read_packet(self, payload: Payload) -> bytes:
        """The bytes of a packet."""
        content = self.content(payload)
        if self.codec == "bytes":
            return content
        try:
            read = formulas.read_fields(formulas.PACKET, content)
        except formulas.Misfit as error:
            raise Refusal("MED-01", str(error)) from error
        return formulas.packet_header(read["mk_seq"], read["counter"]) + read["body"]

    def packet(self, given: Fields) -> None:
        """Opens a packet with the sender, the device and the stream that the server names."""
        meeting, stream = self.meeting(), given["stream"]
        sender = given["from"], given["hardware_id"]
        packet = self.read_packet(given["packet"])
        number, counter, _ = formulas.split_packet(packet)
        if number not in meeting.keys:
            raise Refusal("MED-01", "unknown number")
        plain = formulas.open_packet(self.stream_key(number, stream, sender), packet)
        if "MED-11" in self.rules and not meeting.place.roster.present(sender):
            raise Ignored("MED-11", "not on the list")
        by_device = sender if "MED-10" in self.rules else sender[:1]
        seen = self.seen.setdefault((*meeting.names.values(), number, *by_device, stream), set())
        increases = self.policies["replay_window"] == "increase"
        window = 1 if increases else self.params.replay_window
        if counter in seen or counter <= max(seen, default=-1) - window:
            raise Ignored("MED-02", "counter seen before or too old")
        seen.add(counter)
        who = {"from": sender[0], "hardware_id": sender[1]}
        self.emit("render", **who, stream=stream, mk_seq=number, plaintext=plain.hex())
