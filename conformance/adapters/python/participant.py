"""The participant's work (docs/client.md): links, heartbeats, sealed keys, a co-host's wish."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import formulas
import roster
from device import Device, named
from formulas import BadRequest, Refusal
from roster import ZERO, Link, Person, Place, Roster
from state import Anchor, Announced, Chain, Fields, Ignored, Meeting, Outcome, Peer, Wish


def check_place(meeting: Meeting, link: Link) -> None:
    """Whether a link follows the one before it. A new leader's snapshot need not."""
    last = meeting.latest
    if meeting.leader_is_new and link.snapshot is not None:
        return
    if last.link is None:
        if link.snapshot is None and (link.prev, link.v) != (ZERO, 1):
            raise Refusal("MEM-08", "neither the first link nor a snapshot")
    elif link.prev != last.head:
        raise Refusal("MEM-01", "follows another link")
    elif link.v != last.v + 1:
        raise Refusal("MEM-02", "another counter")


def check_devices(known: Roster, link: Link) -> None:
    """Whether a link leaves bindings and identity keys as they are."""
    said = link.says()
    for person, entry in said.items():
        other = known.present(person) and not known.bound(person, entry.binding_hash)
        if entry.present and other:
            raise Refusal("MEM-06", "present with another binding")
    for person, entry in said.items():
        if person in known.entries and known.entries[person].ivk != entry.ivk:
            raise Refusal("MEM-07", "known with another identity key")


def keeps_known(known: Roster, snapshot: Roster) -> bool:
    """Whether a new leader's snapshot leaves out nobody and no leave."""
    entries = snapshot.entries
    return all(
        person in entries and entries[person].leaves >= entry.leaves
        for person, entry in known.entries.items()
    )


class Participant(Device):
    """What a client does while another leads."""

    # Who leads

    def name_leader(self, person: Person, announced: Announced) -> bool:
        """Takes a leader (3.7.5 steps 1 to 8). Whether it is another than the last one."""
        last = self.meeting().leader
        leader = self.verified(person, announced)
        self.check_hybrid(leader)
        self.check_bound(leader)
        named = (leader.person, leader.ivk, leader.pk)
        if last and named == (last.person, last.ivk, last.pk):
            return False
        meeting = self.meeting()
        changed = last is not None or meeting.leader_is_silent
        changed |= meeting.led_before not in (None, named)
        meeting.led_before = None
        if changed:
            self.change_leader()
            self.emit("show_leader_changed", user_id=person[0])
        self.follow(leader)
        return changed

    def check_bound(self, leader: Peer) -> None:
        """Whether the list, if there is one, has a new leader present with its binding."""
        place = self.meeting().place
        bound = place.roster.bound(leader.person, sha256(leader.binding).digest())
        if "ELE-10" in self.rules and place.v and not bound:
            raise Refusal("ELE-10", "not on the list with this binding")

    def change_leader(self) -> None:
        """Forgets what only the old leader said."""
        meeting = self.meeting()
        meeting.ahead, meeting.held, meeting.anchor = [], None, None
        meeting.chain = replace(meeting.chain, t=0, timestamp_ms=0)
        meeting.leader_is_new = meeting.leader_is_silent = True
        self.drop_uncertified()

    # The list

    def take_link(self, values: Fields) -> Outcome:
        """A link, which counts once a heartbeat certifies it."""
        meeting, link = self.meeting(), roster.read_link(values)
        last = meeting.latest
        check_place(meeting, link)
        if not link.applies(last.roster):
            raise Refusal("MEM-05", "changes nothing")
        check_devices(last.roster, link)
        if link.snapshot is not None and last.link is not None:
            self.check_snapshot(link.snapshot)
        meeting.ahead.append(Place(link.v, link.hash, link.after(last.roster), link))
        meeting.leader_is_new = False
        return "pending", "MEM-21"

    def check_snapshot(self, snapshot: Roster) -> None:
        """What a snapshot must say to who has a list."""
        meeting = self.meeting()
        known = meeting.latest.roster
        if not meeting.leader_is_new:
            if snapshot != known:
                raise Refusal("MEM-09", "says something else than the links before it")
        elif "MEM-10" in self.rules and not keeps_known(known, snapshot):
            raise Refusal("MEM-10", "leaves somebody out")
        elif "MEM-23" in self.rules and snapshot != known:
            raise Refusal("MEM-23", "says something else than the links before it")

    # Heartbeats

    def take_heartbeat(self, beat: Fields) -> Outcome:
        """A heartbeat: it certifies a list and a number."""
        meeting, leader = self.meeting(), self.meeting().leader
        if leader is None:
            raise Refusal("DEV-01", "no leader is known")
        signed = self.encoded("heartbeat-signed", beat | {"binding": leader.binding})
        digest = sha256(signed).digest()
        message = digest if self.profile.heartbeat_form == "hash" else signed
        context, sig = formulas.PARTICIPANT_LIST, beat["sig"]
        formulas.verify(leader.ivk, context, message, sig, "HBT-01")
        steps = self.certified_steps(beat)
        self.check_history(beat)
        place = steps[-1] if steps else meeting.place
        if not place.roster.bound(leader.person, sha256(leader.binding).digest()):
            raise Refusal("ELE-01", "the leader is not on its list")
        self.check_own_join(steps)
        self.check_stale(beat)
        return self.take_certificate(beat, digest, steps)

    def certified_steps(self, beat: Fields) -> list[Place]:
        """The links ahead that a heartbeat certifies."""
        meeting, chain = self.meeting(), self.meeting().chain
        if beat["t"] <= chain.t:
            raise Ignored("HBT-09", "the count does not increase")
        if beat["v"] < meeting.place.v:
            raise Ignored("HBT-11", "an older list")
        if beat["mk_seq"] < chain.mk_seq:
            raise Ignored("HBT-12", "an older key")
        for number, place in enumerate([meeting.place, *meeting.ahead]):
            if (place.v, place.head) == (beat["v"], beat["list_hash"]):
                return meeting.ahead[:number]
        raise Refusal("HBT-10", "a list that is not known")

    def check_history(self, beat: Fields) -> None:
        """Whether a heartbeat goes on from the last one."""
        meeting, chain = self.meeting(), self.meeting().chain
        if "HBT-13" in self.rules and meeting.begun and beat["prev"] != chain.hash:
            raise Refusal("HBT-13", "goes on from another heartbeat")
        if "HBT-14" in self.rules and beat["timestamp_ms"] <= chain.timestamp_ms:
            raise Refusal("HBT-14", "the timestamp does not increase")

    def check_own_join(self, steps: list[Place]) -> None:
        """Whether the first heartbeat lists this client, or listed it until it was removed."""
        meeting = self.meeting()
        if "HBT-23" in self.rules and not meeting.begun and not self.lists_own_join(steps):
            raise Ignored("HBT-23", "from before this join")

    def lists_own_join(self, steps: list[Place]) -> bool:
        """Whether one of these links lists this client as it joined this time."""
        own = sha256(self.meeting().me.binding).digest()
        return any(step.roster.bound(self.person, own) for step in steps)

    def check_stale(self, beat: Fields) -> None:
        """Whether a heartbeat comes in time by both clocks, since the anchor."""
        anchor = self.meeting().anchor
        if "HBT-18" not in self.rules or anchor is None:
            return
        here_ms = self.now_ms - anchor.at_ms
        there_ms = beat["timestamp_ms"] - anchor.timestamp_ms
        if here_ms - there_ms > self.params.silence_ms:
            raise Ignored("HBT-18", "too late")

    def take_certificate(self, beat: Fields, digest: bytes, steps: list[Place]) -> Outcome:
        """What a heartbeat that passed makes of the client."""
        meeting, before = self.meeting(), self.meeting().chain.mk_seq
        number, timestamp_ms = beat["mk_seq"], beat.get("timestamp_ms", 0)
        kicked = "MEM-22" in self.rules and self.kicked_by(steps)
        # Who came back is behind until a heartbeat lists it again (BRK-03).
        behind = "HBT-23" in self.rules and meeting.catches_up
        behind = behind and not self.lists_own_join(steps)
        unlocked = self.take_steps(steps)
        self.certify(number)
        meeting.chain = Chain(beat["t"], number, digest, timestamp_ms)
        meeting.heard = not behind
        meeting.leader_is_new = meeting.leader_is_silent = False
        if not behind:
            meeting.silent_since_ms, self.away = self.now_ms, None
        if not behind and self.is_anchor(number > before, timestamp_ms):
            meeting.anchor = Anchor(self.now_ms, timestamp_ms)
        if unlocked:
            self.emit("show_unlock_warning")
        if kicked:
            self.go()
            return "leave", "MEM-22"
        if number > before:
            self.call_for_key()
        self.retry_wish()
        return None

    def is_anchor(self, newer_key: bool, timestamp_ms: int) -> bool:
        """Whether lateness counts from this heartbeat on."""
        anchor = self.meeting().anchor
        if anchor is None:
            return True
        if "HBT-22" in self.rules:  # only if it came with no more delay than the anchor did
            return timestamp_ms - anchor.timestamp_ms >= self.now_ms - anchor.at_ms
        return newer_key

    def take_steps(self, steps: list[Place]) -> bool:
        """Takes links as the list. Whether one unlocked it."""
        meeting, unlocked = self.meeting(), False
        before = meeting.place.roster
        for step in steps:
            unlocked |= meeting.place.roster.locked and not step.roster.locked
            meeting.place = step
        self.note_leaves(before, meeting.place.roster)
        meeting.ahead = meeting.ahead[len(steps) :]
        return unlocked

    def note_leaves(self, before: Roster, after: Roster) -> None:
        """Remembers which keys who left knows: those certified until now (MEM-16)."""
        meeting = self.meeting()
        for person, entry in before.entries.items():
            if entry.present and not after.present(person):
                meeting.left_under[person] = meeting.chain.mk_seq
        left = meeting.left_under.items()
        meeting.left_under = {who: known for who, known in left if not after.present(who)}

    def kicked_by(self, steps: list[Place]) -> bool:
        """Whether one of these links removed this client, and not an earlier join of it."""
        meeting = self.meeting()
        mine = sha256(meeting.me.binding).digest()
        for before, step in zip([meeting.place, *steps], steps):
            kick = step.link.op == "kicked" and step.link.person == self.person
            if kick and before.roster.bound(self.person, mine):
                return True
        return False

    # Sealed keys

    def take_sealed(self, sealed: Fields) -> Outcome:
        """A sealed meeting key (3.7.5 step 12)."""
        meeting, leader = self.meeting(), self.meeting().leader
        if leader is None:
            raise Refusal("DEV-01", "no leader is known")
        both_hybrid = bool(meeting.me.kem_pk and leader.kem_pk)
        if "ROT-40" in self.rules and both_hybrid and not sealed["kem"]:
            raise Refusal("ROT-40", "a classic box between hybrid keys")
        opened = self.unsealed(leader, sealed)
        if "ROT-38" in self.rules:
            return self.take_unnumbered(sealed, opened)
        held = meeting.newest
        by_certificate = self.profile.grace_from == "certificate"
        if "HBT-19" in self.rules and (by_certificate or not meeting.keys):
            held = max(held, meeting.chain.mk_seq - 1)  # nothing from before the certified one
        if opened["mk_seq"] <= held:
            raise Ignored("ROT-02", "number not greater than every one held")
        uncertified = meeting.leader_is_silent and opened["mk_seq"] <= meeting.chain.mk_seq
        if uncertified and "ROT-41" in self.rules:  # the number was certified by another leader
            raise Ignored("ROT-41", "number not greater than every certified one")
        self.install(opened["mk_seq"], opened["meeting_key"])
        return None

    def take_unnumbered(self, sealed: Fields, opened: Fields) -> Outcome:
        """A key whose number a heartbeat tells (R-18)."""
        meeting = self.meeting()
        if not meeting.key_called_for:
            meeting.held = sealed
            return "pending", "ROT-38"
        self.install_called_for(opened)
        return None

    def install_called_for(self, opened: Fields) -> None:
        """Installs under the certified number, which calls for one key only."""
        meeting = self.meeting()
        self.install(meeting.chain.mk_seq, opened["meeting_key"])
        meeting.key_called_for = False

    def call_for_key(self) -> None:
        """A greater number was certified: a key held back may be the one."""
        meeting = self.meeting()
        if "ROT-38" not in self.rules:
            return
        held, meeting.held, meeting.key_called_for = meeting.held, None, True
        if held is None:
            return
        try:
            self.install_called_for(self.unsealed(meeting.leader, held))
        except Refusal:
            pass  # it is forgotten, and the number goes on calling

    # A co-host's wish (3.1, 3.7.8)

    def wish_lock(self, locked: bool) -> None:
        """A co-host presses the button."""
        meeting = self.meeting()
        if meeting.leader is None or meeting.place.roster.locked == locked:
            raise BadRequest("no leader is known, or it is so already")
        self.request_lock(locked)

    def request_lock(self, locked: bool) -> None:
        """Signs a wish for the list as it is."""
        meeting = self.meeting()
        head = meeting.place.head
        meeting.wish = Wish(locked, head)
        request = {"operation": "lock" if locked else "unlock", "link_hash": head}
        signed = self.encoded("lock-request-signed", meeting.names | request)
        sig = formulas.sign(self.identity_seed, formulas.LOCK_REQUEST, signed)
        posted = named(self.person) | request | {"sig": sig}
        self.emit("post_lock_request", request=self.payload("lock-request", posted))

    def retry_wish(self) -> None:
        """Forgets a wish that has come true, or signs it anew for another list."""
        meeting = self.meeting()
        wish = meeting.wish
        if wish is None:
            return
        if wish.locked == meeting.place.roster.locked:
            meeting.wish = None
        elif wish.head != meeting.place.head and "LCK-13" in self.rules:
            self.request_lock(wish.locked)

    # Silence

    def silence_ends_ms(self) -> int | None:
        """When the client leaves unless it hears a heartbeat."""
        meeting = self.meeting()
        return None if meeting.leads else meeting.silent_since_ms + self.params.silence_ms
