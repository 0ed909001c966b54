"""The leader's work (docs/client.md): links, beats, rotations, admission, the lock."""

from __future__ import annotations

from hashlib import sha256

import formulas
import roster
from device import Device, named
from formulas import BadRequest, Refusal
from roster import Person, Place
from state import Announced, Chain, Fields, Peer

NUMBER_MAX = (1 << 32) - 1


class Leader(Device):
    """What a client does while it leads."""

    # The list

    def post_link(self, op: str, **used: formulas.Value) -> None:
        """The next link of the list; a chain that has become long is replaced by a snapshot."""
        meeting = self.meeting()
        values = roster.link_values(meeting.place, op, **used)
        if values["v"] > NUMBER_MAX:
            raise BadRequest("no number is left")
        link, before = roster.read_link(values), meeting.place.roster
        meeting.place = Place(link.v, link.hash, link.after(before), link)
        meeting.chain_links = 1 if op in roster.SNAPSHOTS else meeting.chain_links + 1
        if op in roster.GONE:
            meeting.left_under[link.person] = meeting.newest
        self.emit("post_link", link=self.payload("link", values))
        if self.policies["coalescing"] == "at_21" and meeting.chain_links > self.params.links_max:
            self.post_snapshot()

    def post_snapshot(self) -> None:
        """The whole list as one link."""
        whole = self.meeting().place.roster
        op = "snapshot_locked" if whole.locked else "snapshot"
        self.post_link(op, entries=roster.written_entries(whole))

    def post_add(self, peer: Peer, name: str) -> None:
        """Puts a device on the list; one that is there with another binding left unnoticed."""
        if self.meeting().place.roster.present(peer.person):
            self.post_link("left", **named(peer.person))
        bound = {"ivk": peer.ivk, "binding_hash": sha256(peer.binding).digest()}
        self.post_link("add", **named(peer.person), **bound, name=name)

    def beat(self) -> None:
        """A heartbeat over the list as it is; a leader takes itself as certified."""
        meeting = self.meeting()
        last, newest = meeting.chain, meeting.newest
        values = {
            "binding": meeting.me.binding,
            "list_hash": meeting.place.head,
            "v": meeting.place.v,
            "t": last.t + 1,
            "mk_seq": newest,
            "prev": last.hash,
            "timestamp_ms": max(self.now_ms, last.timestamp_ms + 1),
        }
        signed = self.encoded("heartbeat-signed", values)
        digest = sha256(signed).digest()
        values["sig"] = self.signed_heartbeat(signed, digest)
        self.certify(newest)
        meeting.chain = Chain(values["t"], newest, digest, values["timestamp_ms"])
        meeting.heard = True
        meeting.beat_due_ms = self.now_ms + self.params.heartbeat_ms_max
        self.emit("post_heartbeat", heartbeat=self.payload("heartbeat", values))

    def signed_heartbeat(self, signed: bytes, digest: bytes) -> bytes:
        """The signature, in the form of the profile."""
        message = digest if self.profile.heartbeat_form == "hash" else signed
        return formulas.sign(self.identity_seed, formulas.PARTICIPANT_LIST, message)

    # Meeting keys

    def rotate(self) -> None:
        """A fresh key under the next number, sealed to every member."""
        meeting = self.meeting()
        number = max(meeting.newest, meeting.chain.mk_seq) + 1
        if number > NUMBER_MAX:
            raise BadRequest("no number is left")
        self.install(number, self.draw("meeting_key"))
        meeting.rotation_due_ms = None
        self.beat()
        for person in sorted(meeting.members):
            self.seal_to(person)

    def rotated_ms(self) -> int:
        """When the newest key was made: the last rotation."""
        meeting = self.meeting()
        return meeting.keys[meeting.newest].since_ms

    def throttled_ms(self) -> int:
        """The earliest moment of the next rotation where rotations are throttled."""
        return self.rotated_ms() + self.params.rotation_interval_ms_min

    def seal_to(self, person: Person) -> None:
        """Posts the newest key for a member, or waits for its nonce (LIV-03, 04, 07)."""
        meeting = self.meeting()
        nonces = meeting.nonces.get(person, [])
        if "LIV-07" in self.rules and not nonces:
            meeting.waiting.add(person)
            return
        meeting.waiting.discard(person)
        if "LIV-03" in self.rules and nonces and person in meeting.rejoined:
            meeting.waiting.add(person)  # once more with its next nonce
        liveness = nonces[-1] if "LIV-03" in self.rules else b""
        sealed = self.sealed(meeting.members[person], meeting.newest, liveness)
        payload = self.payload("sealed-key", sealed)
        self.emit("post_sealed_key", **named(person), sealed=payload)

    # Who comes and goes

    def begin(self) -> None:
        """The first link, the first key, the first beat (3.7.3)."""
        meeting = self.meeting()
        self.follow(meeting.me)
        self.post_add(meeting.me, meeting.own_name)
        self.rotate()

    def admit(self, person: Person, name: str, announced: Announced) -> None:
        """Somebody joined, or the announcement of somebody present arrived (3.7.4)."""
        meeting = self.meeting()
        if person == self.person:
            return
        peer = self.verified(person, announced)
        self.check_hybrid(peer)
        self.check_admission(peer)
        meeting.board[person], meeting.server_names[person] = announced, name
        if meeting.place.roster.bound(person, sha256(peer.binding).digest()):
            if person not in meeting.members:
                meeting.members[person] = peer
                self.seal_to(person)
            return
        if meeting.place.roster.present(person):
            meeting.rejoined.add(person)
        self.post_add(peer, name)
        meeting.members[person] = peer
        self.serve_joiner(person)

    def check_admission(self, peer: Peer) -> None:
        """Whether the list lets a device in."""
        whole = self.meeting().place.roster
        entry = whole.entries.get(peer.person)
        if entry is None:
            if whole.locked:
                raise Refusal("LCK-02", "locked, and not known")
        elif entry.ivk != peer.ivk:
            raise Refusal("MEM-07", "known with another identity key")
        elif entry.standing == "kicked" and whole.locked:
            raise Refusal("LCK-04", "locked, and removed")

    def serve_joiner(self, person: Person) -> None:
        """The key that a joiner gets."""
        meeting = self.meeting()
        age_ms = self.now_ms - self.rotated_ms()
        too_old = age_ms > self.params.joiner_key_age_ms_max
        if "ROT-36" in self.rules or too_old or self.throttled_ms() <= self.now_ms:
            self.rotate()
        else:
            self.beat()
            self.seal_to(person)
            meeting.rotation_due_ms = self.throttled_ms()

    def remove(self, person: Person, op: str) -> None:
        """Somebody present is gone, and no key is sealed to it again."""
        meeting = self.meeting()
        self.post_link(op, **named(person))
        meeting.members.pop(person, None)
        meeting.nonces.pop(person, None)
        meeting.waiting.discard(person)
        meeting.rejoined.discard(person)
        throttled = "ROT-17" in self.rules and self.policies["leave_in_throttle"] == "throttled"
        due_ms = self.throttled_ms() if throttled else self.now_ms
        if due_ms <= self.now_ms:
            self.rotate()
        else:
            self.beat()
            meeting.rotation_due_ms = due_ms

    def depart(self, person: Person) -> None:
        """The server says that somebody left."""
        if person != self.person and self.meeting().place.roster.present(person):
            self.remove(person, "left")

    def kick_out(self, person: Person) -> None:
        """The user removes somebody."""
        if person == self.person or not self.meeting().place.roster.present(person):
            raise BadRequest("nobody else who is present")
        self.remove(person, "kicked" if "MEM-19" in self.rules else "left")

    def rename(self, person: Person, name: str) -> None:
        """The server gave another name to somebody present (MEM-20)."""
        entry = self.meeting().place.roster.entries.get(person)
        if "MEM-20" in self.rules and entry and entry.present and entry.name != name:
            self.post_link("rename", **named(person), name=name)
            self.beat()

    def take_nonce(self, person: Person) -> None:
        """A nonce arrived; its device may have been waiting for it."""
        self.meeting().rejoined.discard(person)
        if person in self.meeting().waiting:
            self.seal_to(person)

    # The lock (3.1, 3.7.8)

    def turn_lock(self, locked: bool) -> None:
        """Locks or unlocks a meeting that is not so already."""
        self.post_link("lock" if locked else "unlock")
        if not locked:
            self.emit("show_unlock_warning")
        self.beat()

    def grant_lock(self, request: Fields) -> None:
        """A co-host's request."""
        meeting = self.meeting()
        whole, person = meeting.place.roster, (request["user_id"], request["hardware_id"])
        if not whole.present(person):
            raise Refusal("LCK-12", "the requester is not present")
        signed = self.encoded("lock-request-signed", meeting.names | request)
        ivk = whole.entries[person].ivk
        formulas.verify(ivk, formulas.LOCK_REQUEST, signed, request["sig"], "LCK-09")
        if request["link_hash"] != meeting.place.head:
            raise Refusal("LCK-11", "made for another list")
        wanted = roster.LOCKS[request["operation"]]
        if wanted == whole.locked:
            raise Refusal("MEM-05", "so already")
        self.turn_lock(wanted)

    # Taking over

    def take_over(self) -> None:
        """The server named this client the leader."""
        meeting = self.meeting()
        if meeting.leads:
            return
        meeting.leads, meeting.leader_is_new, meeting.anchor = True, False, None
        meeting.ahead, meeting.held, meeting.wish = [], None, None
        meeting.key_called_for = False
        self.drop_uncertified()
        meeting.chain = Chain(mk_seq=meeting.chain.mk_seq, hash=meeting.chain.hash)
        if meeting.place.link is None:
            meeting.keys = {}
            self.begin()
            return
        self.follow(meeting.me)
        self.post_snapshot()
        if not meeting.place.roster.bound(self.person, sha256(meeting.me.binding).digest()):
            self.post_add(meeting.me, meeting.own_name)
        self.find_members()
        if self.keeps_key():
            self.beat()
        else:
            self.rotate()

    def find_members(self) -> None:
        """Whom a new leader can seal to (MEM-18)."""
        meeting = self.meeting()
        for person, entry in meeting.place.roster.everybody_present():
            announced = meeting.board.get(person)
            if person == self.person or announced is None:
                continue
            if self.binding_hash(person, announced) != entry.binding_hash:
                continue
            try:
                peer = self.verified(person, announced)
                self.check_hybrid(peer)
                meeting.members[person] = peer
            except Refusal:
                pass  # it stays listed, and gets no key

    def keeps_key(self) -> bool:
        """Whether the choice is to go on with the newest key, and there is one to go on with."""
        meeting = self.meeting()
        if self.policies["takeover_key"] != "keep" or not meeting.keys:
            return False
        certified = meeting.newest >= meeting.chain.mk_seq
        return certified and meeting.keys[meeting.newest].erase_at_ms is None

    def step_down(self) -> None:
        """Another leads; what was due is not due any more (ELE-07)."""
        meeting = self.meeting()
        meeting.leads, meeting.members = False, {}
        meeting.waiting, meeting.rejoined = set(), set()
        meeting.beat_due_ms = meeting.rotation_due_ms = None
        meeting.silent_since_ms = self.now_ms

    # Time

    def next_rotation_ms(self) -> int | None:
        """When the next rotation is due, by what happened or by the age of the key (ROT-37)."""
        meeting, due_ms = self.meeting(), []
        if not meeting.leads:
            return None
        if meeting.rotation_due_ms is not None:
            due_ms.append(meeting.rotation_due_ms)
        if "ROT-37" in self.rules:
            due_ms.append(self.rotated_ms() + self.params.key_age_ms_max)
        return min(due_ms, default=None)

    def lead_on(self) -> None:
        """What a leader does by itself at this moment."""
        meeting = self.meeting()
        if self.next_rotation_ms() == self.now_ms:
            self.rotate()
        elif meeting.beat_due_ms == self.now_ms:
            self.beat()
