"""Your client behind the adapter of adapter.py: fill in parts 1 and 2.

Until a place is filled in it answers `unsupported`, which fails the cases that need it.
"""

from __future__ import annotations

# 1. What your client is. The check holds it to every word, so declare no more than it does.

NAME, VERSION = "my-client", "0.0.0"
PROFILES = ["zoom-4.6"]
ROLES = ["participant"]  # add "leader" once a client of yours can also lead
RANDOMNESS = ["opaque"]  # your client draws its own random values
CODECS = ["bytes"]  # messages cross in the encoding of docs/formulas.md
POLICIES = {}  # only if it departs from a default: docs/adapter.md, "Policies"


# 2. Your client. `given` holds the fields of the request by name, hexadecimal already as bytes.


class Client:
    """One device: an identity key, its own time, at first in no meeting."""

    def __init__(self, given: dict) -> None:
        """A session opens: profile, user_id, hardware_id."""
        self.outputs: list[dict] = []
        self.now_ms = 0
        # When your client will next do something by itself. None: not before it is given more.
        self.deadline_ms: int | None = None
        # TODO: start your client as this device, and put its identity key (Ed25519) here.
        self.ivk = b"\xee" * 32

    def emit(self, kind: str, at_ms: int | None = None, **fields: object) -> None:
        """Reports something your client did: now, or at another moment while time passes."""
        moment = self.now_ms if at_ms is None else at_ms
        self.outputs.append({"at_ms": moment, "effect": {"kind": kind, **fields}})

    def done(self) -> dict:
        """What is reported with an answer: what was emitted for it, and what comes next."""
        outputs, self.outputs = self.outputs, []
        deadline = {} if self.deadline_ms is None else {"deadline_ms": self.deadline_ms}
        return {**({"outputs": outputs} if outputs else {}), **deadline}

    def join(self, given: dict) -> dict:
        """The user joins: meeting_id, meeting_uuid, role, name."""
        # TODO: have your client join, and report what it posts:
        #     self.emit("post_announcement", announcement=payload(announcement))
        #     self.emit("post_nonce", nonce=nonce.hex())
        #     self.deadline_ms = ...
        #     return answer("accept")
        return not_connected("join")

    def on_leader_named(self, given: dict) -> dict:
        """The server says who leads: user_id, hardware_id, ivk, announcement."""
        # TODO: hand the announcement and the key server's ivk to your client; report
        #     self.emit("show_security_code", digits=digits)
        # and refuse with answer("reject", "DEV-01"), or whichever rule it breaks.
        return not_connected("leader_named")

    def on_admitted(self, given: dict) -> dict:
        """Somebody joined: user_id, hardware_id, name, ivk, announcement, outdated."""
        # TODO: hand the newcomer's announcement and name to your client.
        return not_connected("admitted")

    def on_departed(self, given: dict) -> dict:
        """Somebody left: user_id, hardware_id."""
        # TODO: tell your client who left.
        return not_connected("departed")

    def on_renamed(self, given: dict) -> dict:
        """Somebody has another display name: user_id, hardware_id, name."""
        # TODO: tell your client the new name.
        return not_connected("renamed")

    def on_nonce_posted(self, given: dict) -> dict:
        """A liveness nonce from the board: user_id, hardware_id, nonce."""
        # TODO: hand the nonce to your client.
        return not_connected("nonce_posted")

    def on_link(self, given: dict) -> dict:
        """A link of the leader participant list: link."""
        # TODO: hand the link to your client; a good one is answer("pending", "MEM-21").
        return not_connected("link")

    def on_heartbeat(self, given: dict) -> dict:
        """A heartbeat of the leader: heartbeat."""
        # TODO: hand the heartbeat to your client.
        return not_connected("heartbeat")

    def on_sealed_key(self, given: dict) -> dict:
        """A sealed meeting key: sealed."""
        # TODO: hand the sealed key to your client.
        return not_connected("sealed_key")

    def on_packet(self, given: dict) -> dict:
        """A media packet: from, hardware_id, stream, packet."""
        # TODO: hand the packet to your client, and report what it plays:
        #     self.emit("render", **{"from": given["from"]}, hardware_id=given["hardware_id"],
        #               stream=given["stream"], mk_seq=number, plaintext=plaintext.hex())
        return not_connected("packet")

    def on_lock_requested(self, given: dict) -> dict:
        """A co-host asks the leader to lock or unlock: request."""
        # TODO: hand the request to your client.
        return not_connected("lock_requested")

    def on_lock_claimed(self, given: dict) -> dict:
        """The server says that the meeting is locked, or is not: locked."""
        # TODO: tell your client what the server says.
        return not_connected("lock_claimed")

    def on_room_claimed(self, given: dict) -> dict:
        """The server says that somebody is in a breakout room, or is not:
        user_id, hardware_id, in_room."""
        # TODO: tell your client what the server says.
        return not_connected("room_claimed")

    def on_meeting_ended(self, given: dict) -> dict:
        """The server says that the meeting is over."""
        # TODO: tell your client; report self.emit("show_left").
        return not_connected("meeting_ended")

    def advance(self, given: dict) -> dict:
        """Time passes: to_ms."""
        # TODO: move your client's clock to to_ms, report with at_ms what it does on the way, then
        #     self.now_ms = given["to_ms"]
        return not_connected("advance")

    def send(self, given: dict) -> dict:
        """The user sends: stream, plaintext."""
        # TODO: have your client encrypt; report
        #     self.emit("transmit", stream=given["stream"], packet=payload(packet))
        return not_connected("send")

    def set_lock(self, given: dict) -> dict:
        """The user locks or unlocks, as leader or as co-host: locked."""
        # TODO: press the button of your client.
        return not_connected("set_lock")

    def kick(self, given: dict) -> dict:
        """The user removes somebody: user_id, hardware_id."""
        # TODO: remove that device. A participant answers answer("bad_request").
        return not_connected("kick")

    def step_out(self, given: dict) -> dict:
        """The user goes to a breakout room or comes from one. The next join is the return."""
        # TODO: as leave; a client that compares on return remembers what it left.
        return not_connected("step_out")

    def leave(self, given: dict) -> dict:
        """The user leaves."""
        # TODO: have your client leave and erase its keys; report self.emit("show_left").
        return not_connected("leave")

    def observe(self, given: dict) -> dict:
        """What the user sees now."""
        # TODO: say what your client shows (docs/client.md, "What a user sees"); before it joins
        #     observed = {"phase": "outside", "roster": [], "locked": False}
        #     return answer("accept", result={"observed": observed})
        return not_connected("observe")

    def close(self) -> None:
        """The session ends."""
        # TODO: stop your client and free what it holds.


def security_code(given: dict) -> dict:
    """The 39 digits of an identity key: ivk."""
    # TODO: ask your client for the digits it would show, and answer
    #     return answer("accept", result={"computed": {"digits": digits}})
    return not_connected("security_code")


def not_connected(place: str) -> dict:
    """The honest answer of a place that is still to be filled in."""
    return answer("unsupported", detail=f"{place} is not connected to a client yet")


def answer(word: str, code: str | None = None, **more: object) -> dict:
    """What became of an input, and the rule behind a refusal where your client knows it."""
    return {"class": word, **({"code": code} if code else {}), **more}


def payload(message: bytes) -> dict:
    """A message as it crosses in codec `bytes`."""
    return {"bytes": message.hex()}
