"""One device and the meeting it is in: every input, by role (docs/client.md).

Sans I/O: an input changes the client and leaves outputs. Times are milliseconds since `open`.
"""

from __future__ import annotations

from hashlib import sha256

import formulas
from device import HYBRID_BYTES, named, person_of
from formulas import NONCE, BadRequest, Refusal
from leader import Leader
from participant import Participant
from roster import LEAVES_MAX, LOCKS, Entry, Person
from state import Announced, Away, Fields, Meeting, Outcome, Peer


class Client(Leader, Participant):
    """A device. Inputs are methods, named and given fields as in the adapter protocol.

    They raise `BadRequest` or `Refusal`; the caller then takes back what they changed.
    """

    def led(self) -> Meeting:
        """The meeting, which another leads."""
        meeting = self.meeting()
        if meeting.leads:
            raise BadRequest("this client leads")
        return meeting

    def announced(self, given: Fields) -> Announced:
        """The announcement in a message."""
        return Announced(given["ivk"], self.read("announcement", given["announcement"]))

    # Joining and leaving

    def join(self, given: Fields) -> None:
        """3.7.2; a leader also begins the meeting (3.7.3)."""
        if self.joined is not None:
            raise BadRequest("already in a meeting")
        names = {name: given[name] for name in formulas.WHERE}
        away = self.away
        if away and "BRK-02" in self.rules:
            if (names, given["role"]) != (away.names, "participant"):
                raise Refusal("BRK-02", "not the way back")
        secret, kem_public, kem_secret = self.draw("ephemeral"), b"", b""
        if self.profile.hybrid:
            kem_public, kem_secret = formulas.kem_keys(self.draw("ephemeral_kem"))
        pk = formulas.x25519_public(secret) + kem_public
        me = Peer(self.person, self.ivk, pk, b"")
        self.joined = Meeting(names, given["name"], self.now_ms, secret, kem_secret, me)
        self.joined.silent_since_ms = self.now_ms
        if away and away.names == names and "BRK-03" in self.rules:
            self.joined.place, self.joined.chain = away.place, away.chain
            self.joined.led_before = away.leader
            self.joined.leader_is_new = self.joined.leader_is_silent = away.leader_is_silent
        else:
            self.away = None
        self.phase = "joined"
        self.announce(pk)
        self.post_nonce()
        if given["role"] == "leader":
            self.joined.leads = True
            self.begin()

    def announce(self, pk: bytes) -> None:
        """Signs the binding of this join and posts the announcement."""
        binding = self.binding(self.person, self.ivk, pk)
        self.meeting().me = Peer(self.person, self.ivk, pk, binding)
        sig = formulas.sign(self.identity_seed, formulas.ANNOUNCEMENT, binding)
        posted = self.payload("announcement", named(self.person) | {"pk": pk, "sig": sig})
        self.emit("post_announcement", announcement=posted)

    def leave(self, _given: Fields) -> None:
        """The user leaves (3.7.8), also while the client is away."""
        away, self.away = self.away, None
        if self.joined is None and away is not None:
            return
        self.meeting()
        self.go()

    def meeting_ended(self, _given: Fields) -> None:
        """The meeting is over, says the server."""
        self.meeting()
        self.go()

    def step_out(self, _given: Fields) -> None:
        """The user goes to a breakout room or comes from one (3.3, 3.9)."""
        meeting = self.meeting()
        if self.rules & {"BRK-02", "BRK-03"}:
            last = meeting.leader
            leader = (last.person, last.ivk, last.pk) if last else meeting.led_before
            silent = meeting.leader_is_silent and not meeting.leads
            self.away = Away(meeting.names, meeting.place, meeting.chain, leader, silent)
        self.go()

    # Messages of the server

    def leader_named(self, given: Fields) -> Outcome:
        """Who leads, for the first time or from now on."""
        meeting, person = self.meeting(), person_of(given)
        announced = self.announced(given)
        if person == self.person:
            if "BRK-04" in self.rules and meeting.catches_up and not meeting.leads:
                raise Refusal("BRK-04", "leads before it has caught up")
            self.take_over()
            return None
        whole = meeting.place.roster
        stranger = whole.locked and not whole.present(person)
        led = meeting.leader or meeting.led_before
        if "LCK-07" in self.rules and led and stranger:
            self.go()
            return "leave", "LCK-07"
        if self.name_leader(person, announced) and meeting.leads:
            self.step_down()
        return None

    def admitted(self, given: Fields) -> None:
        """Somebody joined. A participant keeps the announcement in case it leads."""
        meeting, person = self.meeting(), person_of(given)
        announced = self.announced(given)
        if meeting.leads:
            self.admit(person, given["name"], announced)
        elif person != self.person:
            meeting.board[person] = announced
            meeting.server_names[person] = given["name"]

    def departed(self, given: Fields) -> None:
        """Somebody is gone."""
        if self.meeting().leads:
            self.depart(person_of(given))

    def renamed(self, given: Fields) -> None:
        """Somebody has another name."""
        meeting, person = self.meeting(), person_of(given)
        meeting.server_names[person] = given["name"]
        if meeting.leads:
            self.rename(person, given["name"])

    def nonce_posted(self, given: Fields) -> None:
        """A liveness nonce of somebody else."""
        if len(given["nonce"]) != NONCE.high:
            raise Refusal("DEV-10", "a nonce of another width")
        meeting, person = self.meeting(), person_of(given)
        if person == self.person:
            return
        known = meeting.nonces.get(person, [])
        if given["nonce"] in known:
            return
        meeting.nonces[person] = [*known[-1:], given["nonce"]]
        if meeting.leads:
            self.take_nonce(person)

    def link(self, given: Fields) -> Outcome:
        """A link of the list."""
        self.led()
        return self.take_link(self.read("link", given["link"]))

    def heartbeat(self, given: Fields) -> Outcome:
        """A heartbeat of the leader."""
        self.led()
        return self.take_heartbeat(self.read("heartbeat", given["heartbeat"]))

    def sealed_key(self, given: Fields) -> Outcome:
        """A meeting key from the leader."""
        self.led()
        return self.take_sealed(self.read("sealed-key", given["sealed"]))

    def lock_requested(self, given: Fields) -> None:
        """A co-host's request."""
        if not self.meeting().leads or "LCK-01" not in self.rules:
            raise BadRequest("nobody to lock the meeting")
        request = self.read("lock-request", given["request"])
        if request["operation"] not in LOCKS:
            raise Refusal("DEV-10", "neither lock nor unlock")
        self.grant_lock(request)

    def lock_claimed(self, _given: Fields) -> None:
        """The server's word on the lock, which counts for nothing (LCK-05)."""
        self.meeting()

    def room_claimed(self, given: Fields) -> None:
        """Who is in a breakout room, on the server's word."""
        rooms, person = self.meeting().in_rooms, person_of(given)
        (rooms.add if given["in_room"] else rooms.discard)(person)

    # The user

    def set_lock(self, given: Fields) -> None:
        """The user locks or unlocks, as the leader or as a co-host."""
        meeting = self.meeting()
        if "LCK-01" not in self.rules:
            raise BadRequest("no lock in this profile")
        if not meeting.leads:
            self.wish_lock(given["locked"])
        elif meeting.place.roster.locked == given["locked"]:
            raise BadRequest("so already")
        else:
            self.turn_lock(given["locked"])

    def kick(self, given: Fields) -> None:
        """The user of a leader removes somebody."""
        if not self.meeting().leads:
            raise BadRequest("this client does not lead")
        self.kick_out(person_of(given))

    # Time

    def deadline(self) -> int | None:
        """The next moment at which the client does or changes something by itself."""
        if self.joined is None:
            return None
        meeting = self.joined
        moments = [meeting.nonce_due_ms, meeting.beat_due_ms, self.next_rotation_ms()]
        moments.append(self.silence_ends_ms())
        for key in meeting.keys.values():
            moments += [key.use_at_ms, key.erase_at_ms]
        return min((at for at in moments if at is not None and at > self.now_ms), default=None)

    def advance(self, given: Fields) -> None:
        """Lets time pass, stopping at every deadline up to and at the new time."""
        if given["to_ms"] < self.now_ms:
            raise BadRequest("time does not go back")
        while (at_ms := self.deadline()) is not None and at_ms <= given["to_ms"]:
            self.now_ms = at_ms
            self.tick()
        self.now_ms = given["to_ms"]

    def tick(self) -> None:
        """What happens by itself at this moment."""
        meeting = self.meeting()
        keys = meeting.keys.items()
        left = {n: key for n, key in keys if key.erase_at_ms != self.now_ms}
        keyless = "ROT-44" in self.rules and meeting.keys and not left and not meeting.leads
        meeting.keys = left
        if keyless or self.silence_ends_ms() == self.now_ms:
            self.go()
            return
        if meeting.nonce_due_ms == self.now_ms:
            self.post_nonce()
        if meeting.leads:
            self.lead_on()

    # What the user sees

    def observe(self) -> Fields:
        """What the user sees now."""
        meeting = self.joined
        if meeting is None:
            return {"phase": self.phase, "roster": [], "locked": False}
        seen = {
            "phase": self.phase,
            "leader": meeting.leader.person[0] if meeting.leader else None,
            "security_code": meeting.security_code,
            "roster": [self.line(*item) for item in self.others()],
            "locked": meeting.place.roster.locked,
            "encryption": "post_quantum" if self.post_quantum() else "end_to_end",
            "sends_under": self.sends_under(),
        }
        return {name: value for name, value in seen.items() if value is not None}

    def others(self) -> list[tuple[Person, Entry]]:
        """Everybody on the list but the own device."""
        everybody = self.meeting().place.roster.in_order()
        return [(person, entry) for person, entry in everybody if person != self.person]

    def line(self, person: Person, entry: Entry) -> Fields:
        """One line of the roster."""
        meeting, name = self.meeting(), entry.name
        if "MEM-15" not in self.rules and entry.present:
            name = meeting.server_names.get(person, "")
        line = {"user_id": person[0], "hardware_id": person[1], "name": name}
        line["standing"] = "here" if entry.present or self.lingers(person) else "left"
        if "BRK-01" in self.rules and entry.present and person in meeting.in_rooms:
            line["standing"] = "in_room"
        leaves = self.leaves(person, entry)
        if leaves >= self.params.leaves_shown_from:
            line["leaves"] = leaves
        return line

    def leaves(self, person: Person, entry: Entry) -> int:
        """How often a device left or, by MEM-24, its user with any device."""
        if "MEM-24" not in self.rules:
            return entry.leaves
        entries = self.meeting().place.roster.entries.items()
        return min(sum(e.leaves for who, e in entries if who[0] == person[0]), LEAVES_MAX)

    def lingers(self, person: Person) -> bool:
        """Whether somebody who left still knows the key in use (MEM-16)."""
        known, used = self.meeting().left_under.get(person), self.sends_under()
        return "MEM-16" in self.rules and None not in (known, used) and used <= known

    def post_quantum(self) -> bool:
        """Whether everybody present announced a Kyber key (DEV-19)."""
        if "DEV-19" not in self.rules or not self.meeting().me.kem_pk:
            return False
        return all(self.has_kem(*item) for item in self.others() if item[1].present)

    def has_kem(self, person: Person, entry: Entry) -> bool:
        """Whether the key announced by a device present has a Kyber half."""
        leader, announced = self.meeting().leader, self.meeting().board.get(person)
        if leader is not None and leader.person == person and leader.kem_pk:
            if sha256(leader.binding).digest() == entry.binding_hash:
                return True
        if announced is None or len(announced.posted["pk"]) != HYBRID_BYTES:
            return False
        return self.binding_hash(person, announced) == entry.binding_hash
