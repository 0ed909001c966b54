"""A starting adapter for Conclave: one JSON object per line in, one per line out.

Fill in parts 1 and 2; parts 3 and 4 are the protocol of docs/adapter.md and can stay as they are.
Until a place is filled in it answers `unsupported`, which fails the cases that need it.
"""

from __future__ import annotations

import json
import sys
import traceback

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


# 3. The shape of requests: for every field a function that reads it, or refuses it.


class BadRequest(Exception):
    """A request that is none."""


class Unsupported(Exception):
    """A request for what is not declared in part 1."""


def of_type(kind: type, value: object):
    """A value of exactly this type; `true` is no number."""
    if type(value) is not kind:
        raise BadRequest(f"not of type {kind.__name__}")
    return value


def text(value: object) -> str:
    """A text that can be written as UTF-8, which half a surrogate pair cannot."""
    try:
        of_type(str, value).encode()
    except UnicodeEncodeError as error:
        raise BadRequest("half a surrogate pair") from error
    return value


def maybe_text(value: object) -> str | None:
    """A text, or null."""
    return None if value is None else text(value)


def name(value: object) -> str:
    """A text of at most 255 bytes."""
    if len(text(value).encode()) > 255:
        raise BadRequest("a name of more than 255 bytes")
    return value


def identifier(value: object) -> str:
    """A text of 1 to 255 bytes."""
    if not name(value):
        raise BadRequest("an empty identifier")
    return value


def octets(value: object) -> bytes:
    """Bytes in lower-case hexadecimal."""
    digits = of_type(str, value)
    if len(digits) % 2 or set(digits) - set("0123456789abcdef"):
        raise BadRequest("not lower-case hexadecimal")
    return bytes.fromhex(digits)


def octets_of(width: int):
    """Exactly so many bytes."""

    def read(value: object) -> bytes:
        if len(found := octets(value)) != width:
            raise BadRequest(f"not {width} bytes")
        return found

    return read


def number(bits: int):
    """A number from 0, of so many bits."""

    def read(value: object) -> int:
        if of_type(int, value) < 0 or value >> bits:
            raise BadRequest(f"not a number of {bits} bits")
        return value

    return read


def flag(value: object) -> bool:
    """True or false."""
    return of_type(bool, value)


def role(value: object) -> str:
    """A role of the protocol that is declared, too."""
    return declared(value, ["leader", "participant"], ROLES)


def message(value: object) -> bytes:
    """A message in codec `bytes`."""
    return record({"bytes": octets}, value)["bytes"]


def texts(value: object) -> dict:
    """Texts by name."""
    return {key: text(item) for key, item in of_type(dict, value).items()}


def anything(value: object) -> object:
    """What is read later."""
    return value


def record(fields: dict, value: object, optional: tuple = ()) -> dict:
    """An object with exactly these fields, less optional ones that are absent."""
    names = of_type(dict, value).keys()
    if unknown := sorted(names - fields.keys()):
        raise BadRequest(f"an unknown field: {unknown[0][:80]!r}")
    if missing := sorted(fields.keys() - names - set(optional)):
        raise BadRequest(f"a missing field: {missing[0]!r}")
    return {key: fields[key](item) for key, item in value.items()}


def tagged(tag: str, variants: dict, value: object) -> dict:
    """An object whose field `tag` says which other fields it has."""
    word = of_type(dict, value).get(tag)
    if type(word) is not str or word not in variants:
        raise BadRequest(f"an unknown {tag}")
    return record({tag: text, **variants[word]}, value, optional=("policies",))


def declared(value: object, known: list, have: list) -> str:
    """A word the protocol knows. One that part 1 does not declare is no error: not supported."""
    if text(value) not in known:
        raise BadRequest("an unknown word")
    if value not in have:
        raise Unsupported(f"{value} is not declared")
    return value


def randomness(value: object) -> dict:
    """Where random values come from. A tape or a seed has to be declared first, and read here."""
    declared(of_type(dict, value).get("class"), ["tape", "seeded", "opaque"], RANDOMNESS)
    return record({"class": text}, value)


def profile(value: object) -> str:
    """A profile that is declared."""
    return declared(value, [value], PROFILES)


def codec(value: object) -> str:
    """A codec that is declared."""
    return declared(value, ["bytes", "fields"], CODECS)


def policies(value: object) -> dict:
    """Policies to follow, all of them declared."""
    for key, choice in texts(value).items():
        if choice not in POLICIES.get(key, []):
            raise Unsupported(f"policy {key} = {choice} is not declared")
    return value


KEY = octets_of(32)
PERSON = {"user_id": identifier, "hardware_id": identifier}
ANNOUNCED = {**PERSON, "ivk": KEY, "announcement": message}
MESSAGES = {
    "leader_named": ANNOUNCED,
    "admitted": {**ANNOUNCED, "name": name, "outdated": flag},
    "departed": PERSON,
    "renamed": {**PERSON, "name": name},
    "nonce_posted": {**PERSON, "nonce": octets},
    "link": {"link": message},
    "heartbeat": {"heartbeat": message},
    "sealed_key": {"sealed": message},
    "packet": {
        "from": identifier,
        "hardware_id": identifier,
        "stream": identifier,
        "packet": message,
    },
    "lock_requested": {"request": message},
    "lock_claimed": {"locked": flag},
    "meeting_ended": {},
}
OPEN = {**PERSON, "profile": profile, "randomness": randomness, "codec": codec}
INPUTS = {
    "hello": {"protocol_min": number(32), "protocol_max": number(32)},
    "open": {**OPEN, "policies": policies},
    "join": {
        "meeting_id": identifier,
        "meeting_uuid": octets_of(16),
        "role": role,
        "name": name,
    },
    "deliver": {"message": lambda value: tagged("kind", MESSAGES, value)},
    "advance": {"to_ms": number(64)},
    "send": {"stream": identifier, "plaintext": octets},
    "set_lock": {"locked": flag},
    "kick": PERSON,
    "leave": {},
    "observe": {},
    "compute": {"formula": text, "inputs": texts},
    "close": {},
}
REQUEST = {"id": number(64), "session": maybe_text, "case": maybe_text, "input": anything}

# The formulas declared: the inputs of each, and who answers it (docs/formulas.md, "compute").
FORMULAS = {"security_code": ({"ivk": KEY}, security_code)}


# 4. Lines and sessions.

PROTOCOL = 2
LINE_BYTES_MAX = 1 << 20


def parsed(line: bytes) -> tuple[dict, bool]:
    """The object on a line, and whether a key is repeated anywhere in it."""
    repeated = False

    def collected(pairs: list) -> dict:
        nonlocal repeated
        fields = dict(pairs)
        repeated |= len(fields) != len(pairs)
        return fields

    if len(line.rstrip(b"\n")) > LINE_BYTES_MAX:
        raise BadRequest("a line of more than 1 MiB")
    try:
        return of_type(dict, json.loads(line.decode(), object_pairs_hook=collected)), repeated
    except (ValueError, RecursionError) as error:
        raise BadRequest("not one JSON object") from error


def hello(given: dict) -> dict:
    """Who this is and what it can do."""
    if not given["protocol_min"] <= PROTOCOL <= given["protocol_max"]:
        raise Unsupported(f"speaks protocol {PROTOCOL} only")
    said = {
        "protocol": PROTOCOL,
        "name": NAME,
        "version": VERSION,
        "roles": ROLES,
        "profiles": PROFILES,
        "formulas": list(FORMULAS),
        "randomness": RANDOMNESS,
        "codecs": CODECS,
        "policies": POLICIES,
        "maps_codes": False,  # true once every refusal carries the right rule
    }
    return answer("accept", result={"hello": said})


def compute(given: dict) -> dict:
    """The outputs of a formula."""
    if given["formula"] not in FORMULAS:
        raise Unsupported("a formula that is not declared")
    shape, formula = FORMULAS[given["formula"]]
    return formula(record(shape, given["inputs"]))


class Adapter:
    """Every session of one run."""

    def __init__(self) -> None:
        self.sessions: dict[str, Client] = {}

    def answer(self, line: bytes) -> dict:
        """The one answer to a line, whatever is on it and whatever the client does."""
        head: dict = {"id": 0}
        session = None
        try:
            raw, repeated = parsed(line)
            if "id" in raw:
                head["id"] = number(64)(raw["id"])
            if repeated:
                raise BadRequest("a repeated key")
            request = record(REQUEST, raw, optional=("session", "case"))
            session = request.get("session")
            body = self.respond(session, tagged("op", INPUTS, request["input"]))
            if body is None:
                raise TypeError("a place of part 2 returned no answer")
        except BadRequest as error:
            body = answer("bad_request", detail=str(error))
        except Unsupported as error:
            body = answer("unsupported", detail=str(error))
        except Exception as error:  # a client that fails must not take the adapter with it
            traceback.print_exc()
            body = answer("internal", detail=f"{type(error).__name__}: {error}")
        if client := self.sessions.get(session):
            body.update(client.done())
        return {**head, **body}

    def respond(self, session: str | None, given: dict) -> dict:
        """Answers a request of the right shape."""
        op = given["op"]
        if op == "hello":
            return hello(given)
        if op == "compute":
            return compute(given)
        if op == "open":
            return self.open(session, given)
        if session not in self.sessions:
            raise BadRequest("no such session")
        client = self.sessions[session]
        if op == "close":
            del self.sessions[session]
            client.close()
            return answer("accept")
        if op == "deliver":
            given = given["message"]
            return getattr(client, f"on_{given['kind']}")(given)
        return getattr(client, op)(given)

    def open(self, session: str | None, given: dict) -> dict:
        """A new session."""
        if session is None or session in self.sessions:
            raise BadRequest("no name, or that of a session that is open already")
        client = self.sessions[session] = Client(given)
        return answer("accept", result={"opened": {"ivk": client.ivk.hex()}})


def written(said: dict) -> str:
    """An answer as a line; one that is no JSON, such as with `bytes` in it, is a failure."""
    try:
        return json.dumps(said)
    except (TypeError, ValueError) as error:
        traceback.print_exc()
        return json.dumps({"id": said["id"], **answer("internal", detail=str(error))})


def main() -> None:
    """Serves standard input until it ends. Anything for people goes to standard error."""
    # Whatever your client prints must not end up between the answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    adapter = Adapter()
    for line in sys.stdin.buffer:
        # An answer that stays in a buffer never reaches the harness, which waits for it.
        print(written(adapter.answer(line)), file=answers, flush=True)


if __name__ == "__main__":
    main()
