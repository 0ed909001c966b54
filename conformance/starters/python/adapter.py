"""The adapter protocol of Conclave: one JSON object per line in, one per line out.

What is to be filled in stands in client.py; this is the protocol of docs/adapter.md and can stay as
it is.
"""

from __future__ import annotations

import json
import sys
import traceback

from client import (
    CODECS,
    NAME,
    POLICIES,
    PROFILES,
    RANDOMNESS,
    ROLES,
    VERSION,
    Client,
    answer,
    security_code,
)

# 1. The shape of requests: for every field a function that reads it, or refuses it.


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
    """A word the protocol knows. One that client.py does not declare is no error: not supported."""
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
    "room_claimed": {**PERSON, "in_room": flag},
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
    "step_out": {},
    "leave": {},
    "observe": {},
    "compute": {"formula": text, "inputs": texts},
    "close": {},
}
REQUEST = {"id": number(64), "session": maybe_text, "case": maybe_text, "input": anything}

# The formulas declared: the inputs of each, and who answers it (docs/formulas.md, "compute").
FORMULAS = {"security_code": ({"ivk": KEY}, security_code)}


# 2. Lines and sessions.

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
                raise TypeError("a place of client.py returned no answer")
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
