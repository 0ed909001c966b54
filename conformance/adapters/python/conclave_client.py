"""An adapter for the protocol of docs/adapter.md, version 2: one JSON object per line.

Run it without arguments; `--version` names it.
"""

from __future__ import annotations

import copy
import json
import secrets
import sys
from collections.abc import Callable
from typing import Any

import compute
import formulas
from device import DRAW_BYTES
from formulas import BadRequest, Refusal
from meeting import Client
from profiles import POLICIES, PROFILES

NAME, VERSION = "conclave-python", "0.2.0"
PROTOCOL = 2
LINE_BYTES_MAX = 1 << 20
ROLES = ["leader", "participant"]
CODECS = ["bytes", "fields"]

Fields = dict[str, Any]
Reader = Callable[[Any], Any]


# The shape of a line (docs/generated/adapter-messages.md)


def of_type(kind: type, value: Any) -> Any:
    """A JSON value of exactly this type; `true` is no number."""
    if type(value) is not kind:
        raise BadRequest(f"not a {kind.__name__}: {str(value)[:80]}")
    return value


def text(value: Any) -> str:
    """Any text that has an encoding in UTF-8."""
    try:
        of_type(str, value).encode()
    except UnicodeEncodeError as error:
        raise BadRequest("half a surrogate pair") from error
    return value


def flag(value: Any) -> bool:
    """True or false."""
    return of_type(bool, value)


def maybe_text(value: Any) -> str | None:
    """Any text, or null."""
    return None if value is None else text(value)


def number(bits: int) -> Reader:
    """A number without sign, of so many bits."""

    def read(value: Any) -> int:
        if of_type(int, value) < 0 or value >> bits:
            raise BadRequest(f"not a number of {bits} bits")
        return value

    return read


def one_of(words: list[str]) -> Reader:
    """One of some words."""

    def read(value: Any) -> str:
        if value not in words:
            raise BadRequest(f"not one of {words}")
        return value

    return read


def of_width(width: formulas.Width) -> Reader:
    """An identifier, or hexadecimal of a width."""
    return lambda value: width.read(text(value))


def list_of(read: Reader) -> Reader:
    """A list."""
    return lambda value: [read(item) for item in of_type(list, value)]


def map_of(read: Reader) -> Reader:
    """Values by name."""
    return lambda value: {name: read(item) for name, item in of_type(dict, value).items()}


def record(fields: dict[str, Reader], value: Any, optional: tuple[str, ...] = ()) -> Fields:
    """An object with exactly these fields, less optional ones that are absent."""
    names = of_type(dict, value).keys()
    if names - fields.keys() or fields.keys() - names - set(optional):
        raise BadRequest(f"fields {sorted(names)}, not {sorted(fields)}")
    return {name: fields[name](item) for name, item in value.items()}


def tagged(tag: str, variants: dict[str, dict[str, Reader]]) -> Reader:
    """An object whose field `tag` says which other fields it has."""

    def read(value: Any) -> Fields:
        word = one_of(list(variants))(of_type(dict, value).get(tag))
        return record({tag: text} | variants[word], value, ("policies",))

    return read


HEX = of_width(formulas.BYTES)
IDENTIFIER = of_width(formulas.TEXT)
NAME_SHOWN = of_width(formulas.MAYBE_TEXT)
UUID = of_width(formulas.UUID)
KEY = of_width(formulas.KEY)
NONCE = of_width(formulas.NONCE)
U32, U64 = number(32), number(64)
TEXTS = map_of(text)


def payload(value: Any) -> Fields:
    """A message in one of the two codecs: an object with one entry, named by the codec."""
    read = record({"bytes": HEX, "fields": TEXTS}, value, ("bytes", "fields"))
    if len(read) != 1:
        raise BadRequest("not a payload")
    return read


PERSON = {"user_id": IDENTIFIER, "hardware_id": IDENTIFIER}
ANNOUNCED = PERSON | {"ivk": KEY, "announcement": payload}
MESSAGE = tagged(
    "kind",
    {
        "leader_named": ANNOUNCED,
        "admitted": ANNOUNCED | {"name": NAME_SHOWN, "outdated": flag},
        "departed": PERSON,
        "renamed": PERSON | {"name": NAME_SHOWN},
        "nonce_posted": PERSON | {"nonce": HEX},
        "link": {"link": payload},
        "heartbeat": {"heartbeat": payload},
        "lock_requested": {"request": payload},
        "lock_claimed": {"locked": flag},
        "room_claimed": PERSON | {"in_room": flag},
        "sealed_key": {"sealed": payload},
        "packet": {
            "from": IDENTIFIER,
            "hardware_id": IDENTIFIER,
            "stream": IDENTIFIER,
            "packet": payload,
        },
        "meeting_ended": {},
    },
)
DRAWS = map_of(list_of(HEX))
RANDOMNESS = tagged("class", {"tape": {"draws": DRAWS}, "seeded": {"seed": KEY}, "opaque": {}})
OPENED = {"profile": text, "randomness": RANDOMNESS, "codec": one_of(CODECS), "policies": TEXTS}
INPUT = tagged(
    "op",
    {
        "hello": {"protocol_min": U32, "protocol_max": U32},
        "open": PERSON | OPENED,
        "join": {
            "meeting_id": IDENTIFIER,
            "meeting_uuid": UUID,
            "role": one_of(ROLES),
            "name": NAME_SHOWN,
        },
        "deliver": {"message": MESSAGE},
        "advance": {"to_ms": U64},
        "send": {"stream": IDENTIFIER, "plaintext": HEX},
        "set_lock": {"locked": flag},
        "kick": PERSON,
        "step_out": {},
        "leave": {},
        "observe": {},
        "compute": {"formula": text, "inputs": TEXTS},
        "close": {},
    },
)
REQUEST = {"id": U64, "session": maybe_text, "case": maybe_text, "input": INPUT}


def unrepeated(pairs: list[tuple[str, Any]]) -> Fields:
    """An object, no key of which is repeated."""
    if len(fields := dict(pairs)) != len(pairs):
        raise BadRequest("a repeated key")
    return fields


def parsed(line: bytes) -> Fields:
    """The object on a line."""
    if len(line) > LINE_BYTES_MAX:
        raise BadRequest("line too long")
    try:
        return of_type(dict, json.loads(line.decode(), object_pairs_hook=unrepeated))
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"malformed line: {error}") from error


# Answers


def draw_from(randomness: Fields) -> Callable[[str, int], bytes]:
    """Where random values come from (docs/adapter.md, Randomness)."""

    def from_tape(purpose: str, at: int) -> bytes:
        values = randomness["draws"].get(purpose, [])
        if at >= len(values):
            raise BadRequest(f"the tape has no {purpose}/{at}")
        return values[at]

    def from_seed(purpose: str, at: int) -> bytes:
        info = f"{purpose}/{at}".encode()
        return formulas.hkdf(randomness["seed"], b"conclave/draw", info, DRAW_BYTES[purpose])

    def own(purpose: str, _at: int) -> bytes:
        return secrets.token_bytes(DRAW_BYTES[purpose])

    return {"tape": from_tape, "seeded": from_seed, "opaque": own}[randomness["class"]]


def answered(**result: Any) -> Fields:
    """An answer that tells something."""
    return {"class": "accept", "result": result}


def unsupported(detail: str) -> Fields:
    """An answer to what this client does not have."""
    return {"class": "unsupported", "detail": detail}


def hello(given: Fields) -> Fields:
    """Who this is and what it can do."""
    if not given["protocol_min"] <= PROTOCOL <= given["protocol_max"]:
        return unsupported(f"speaks protocol {PROTOCOL}")
    said = {
        "protocol": PROTOCOL,
        "name": NAME,
        "version": VERSION,
        "roles": ROLES,
        "profiles": list(PROFILES),
        "formulas": list(compute.FORMULAS),
        "randomness": ["tape", "seeded", "opaque"],
        "codecs": CODECS,
        "policies": POLICIES,
        "maps_codes": True,
    }
    return answered(hello=said)


def computed(given: Fields) -> Fields:
    """The outputs of a formula."""
    if given["formula"] not in compute.FORMULAS:
        return unsupported("unknown formula")
    return answered(computed=compute.compute(given["formula"], given["inputs"]))


def told(client: Client) -> Fields:
    """What a client did and drew because of one input."""
    return {"outputs": client.outputs or None, "drawn": client.drawn or None}


class Adapter:
    """Every session of one run."""

    def __init__(self) -> None:
        self.sessions: dict[str | None, Client] = {}

    def answer(self, line: bytes) -> Fields:
        """The one answer to a line. Never raises; an input that fails changes nothing."""
        head: Fields = {"id": 0}
        name = None
        try:
            raw = parsed(line)
            if "id" in raw:
                head["id"] = U64(raw["id"])
            request = record(REQUEST, raw, ("session", "case"))
            name = request.get("session")
            body = self.respond(name, request["input"])
        except Refusal as refusal:
            body = {"class": refusal.word, "code": refusal.code, "detail": str(refusal)}
        except BadRequest as error:
            body = {"class": "bad_request", "detail": str(error)}
        except Exception as error:  # the harness counts this against the adapter
            body = {"class": "internal", "detail": f"{type(error).__name__}: {error}"}
        if name in self.sessions:
            head["deadline_ms"] = self.sessions[name].deadline()
        return {key: value for key, value in (head | body).items() if value is not None}

    def respond(self, name: str | None, given: Fields) -> Fields:
        """Answers a well-formed request. Raises `BadRequest` or `Refusal`."""
        op = given["op"]
        if op == "hello":
            return hello(given)
        if op == "compute":
            return computed(given)
        if name is None or (name in self.sessions) != (op != "open"):
            raise BadRequest("no such session, or one open already")
        if op == "open":
            return self.open(name, given)
        if op == "close":
            del self.sessions[name]
            return {"class": "accept"}
        client = copy.deepcopy(self.sessions[name])
        client.outputs, client.drawn = [], []
        body = self.apply(client, given)
        self.sessions[name] = client
        return body | told(client)

    def open(self, name: str, given: Fields) -> Fields:
        """A new session."""
        followed = given.get("policies", {}).items()
        if any(value not in POLICIES.get(policy, []) for policy, value in followed):
            return unsupported("policy")
        if given["profile"] not in PROFILES:
            return unsupported("profile")
        client = Client(given, draw_from(given["randomness"]))
        self.sessions[name] = client
        return answered(opened={"ivk": client.ivk.hex()}) | told(client)

    def apply(self, client: Client, given: Fields) -> Fields:
        """One input to a client."""
        op = given["op"]
        if op == "observe":
            return answered(observed=client.observe())
        if op == "deliver":
            given = given["message"]
            op = given["kind"]
        outcome = getattr(client, op)(given)  # `INPUT` and `MESSAGE` know every name
        return dict(zip(("class", "code"), outcome or ("accept",)))


def main() -> int:
    """Serves standard input until it ends."""
    if sys.argv[1:] == ["--version"]:
        print(f"{NAME} {VERSION}")
        return 0
    if sys.argv[1:]:
        print("usage: conclave_client.py [--version]", file=sys.stderr)
        return 2
    adapter = Adapter()
    for line in sys.stdin.buffer:
        sys.stdout.write(json.dumps(adapter.answer(line), separators=(",", ":")) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
