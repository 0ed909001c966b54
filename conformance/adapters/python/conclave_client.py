"""An adapter for the protocol of docs/adapter.md, version 1: one JSON object per line.

Run it without arguments; `--version` names it.
"""

from __future__ import annotations

import copy
import json
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import compute
import formulas
from formulas import Malformed, Refused
from meeting import DRAW_BYTES, PROFILES, BadRequest, Client, Device, Refusal, State

NAME, VERSION = "conclave-python", "0.1.0"
PROTOCOL = 1
ROLES = ["leader", "participant"]
CODECS = ["bytes", "fields"]

Json = Any
Reader = Callable[[Json], Any]


# The shape of a line (conformance/src/protocol.rs)


def of_type(kind: type, value: Json) -> Any:
    """A JSON value of exactly this type; `true` is no number."""
    if type(value) is not kind:
        raise BadRequest(f"not a {kind.__name__}: {str(value)[:80]}")
    return value


def text(value: Json) -> str:
    """Any text."""
    return of_type(str, value)


def number(bits: int) -> Reader:
    """A number without sign, of so many bits."""

    def read(value: Json) -> int:
        if of_type(int, value) < 0 or value >> bits:
            raise BadRequest(f"not a number of {bits} bits")
        return value

    return read


def one_of(words: list[str]) -> Reader:
    """One of some words."""

    def read(value: Json) -> str:
        if text(value) not in words:
            raise BadRequest(f"not one of {words}")
        return value

    return read


def of_width(width: formulas.Width) -> Reader:
    """An identifier, or hexadecimal of a width."""
    return lambda value: width.read(text(value))


def texts(value: Json) -> dict[str, str]:
    """Texts by name."""
    return {name: text(item) for name, item in of_type(dict, value).items()}


def draws(value: Json) -> dict[str, list[bytes]]:
    """A tape."""
    tape = of_type(dict, value).items()
    return {name: [formulas.unhex(text(one)) for one in of_type(list, some)] for name, some in tape}


def payload(value: Json) -> dict[str, Any]:
    """A message in one of the two codecs: an object with one entry, named by the codec."""
    if len(of_type(dict, value)) == 1:
        for codec, read in (("bytes", HEX), ("fields", texts)):
            if codec in value:
                return {codec: read(value[codec])}
    raise BadRequest("not a payload")


def record(fields: dict[str, Reader], value: Json, optional: tuple[str, ...] = ()) -> dict:
    """An object with exactly these fields, less optional ones that are absent."""
    names = of_type(dict, value).keys()
    if names - fields.keys() or fields.keys() - names - set(optional):
        raise BadRequest(f"fields {sorted(names)}, not {sorted(fields)}")
    return {name: fields[name](item) for name, item in value.items()}


def tagged(tag: str, variants: dict[str, dict[str, Reader]]) -> Reader:
    """An object whose field `tag` says which other fields it has."""

    def read(value: Json) -> dict[str, Any]:
        word = of_type(dict, value).get(tag)
        if type(word) is not str or word not in variants:
            raise BadRequest(f"unknown {tag}: {str(word)[:80]}")
        return record({tag: text} | variants[word], value, ("policies",))

    return read


HEX = of_width(compute.BYTES)
IDENTIFIER = of_width(formulas.TEXT)
UUID = of_width(formulas.UUID)
KEY = of_width(formulas.KEY)
U32, U64 = number(32), number(64)
PERSON = {"user_id": IDENTIFIER, "hardware_id": IDENTIFIER}
ANNOUNCED = PERSON | {"ivk": KEY, "announcement": payload}

MESSAGE = tagged(
    "kind",
    {
        "leader_named": ANNOUNCED,
        "admitted": ANNOUNCED,
        "departed": PERSON,
        "rekey_signaled": {"mk_seq": U32},
        "sealed_key": {"sealed": payload},
        "packet": {"from": IDENTIFIER, "stream": IDENTIFIER, "packet": payload},
        "meeting_ended": {},
    },
)
RANDOMNESS = tagged("class", {"tape": {"draws": draws}, "seeded": {"seed": KEY}, "opaque": {}})
INPUT = tagged(
    "op",
    {
        "hello": {"protocol_min": U32, "protocol_max": U32},
        "open": PERSON
        | {"profile": text, "randomness": RANDOMNESS, "codec": one_of(CODECS), "policies": texts},
        "join": {"meeting_id": IDENTIFIER, "meeting_uuid": UUID, "role": one_of(ROLES)},
        "deliver": {"message": MESSAGE},
        "advance": {"to_ms": U64},
        "send": {"stream": IDENTIFIER, "plaintext": HEX},
        "leave": {},
        "observe": {},
        "compute": {"formula": text, "inputs": texts},
        "close": {},
    },
)
REQUEST: dict[str, Reader] = {"id": U64, "session": text, "case": text, "input": INPUT}


def parsed(line: bytes) -> dict[str, Json]:
    """The object on a line, without the optional fields that are null."""
    try:
        fields = of_type(dict, json.loads(line.decode("utf-8")))
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"malformed line: {error}") from error
    return {k: v for k, v in fields.items() if v is not None or k not in ("session", "case")}


# Answers


def draw_from(randomness: dict[str, Any]) -> Callable[[str, int], bytes]:
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


def hello(given: dict[str, Any]) -> dict[str, Any]:
    """Who this is and what it can do."""
    if given["protocol_min"] > given["protocol_max"]:
        raise BadRequest("an empty range of versions")
    if not given["protocol_min"] <= PROTOCOL <= given["protocol_max"]:
        return {"class": "unsupported", "detail": f"speaks protocol {PROTOCOL}"}
    said = {
        "protocol": PROTOCOL,
        "name": NAME,
        "version": VERSION,
        "roles": ROLES,
        "profiles": list(PROFILES),
        "formulas": list(compute.FORMULAS),
        "randomness": ["tape", "seeded", "opaque"],
        "codecs": CODECS,
        "policies": {},
        "maps_codes": True,
    }
    return {"class": "accept", "result": {"hello": said}}


def computed(given: dict[str, Any]) -> dict[str, Any]:
    """The outputs of a formula."""
    if given["formula"] not in compute.FORMULAS:
        return {"class": "unsupported", "detail": "unknown formula"}
    try:
        outputs = compute.compute(given["formula"], given["inputs"])
    except Refused as error:
        return {"class": "reject", "detail": str(error)}
    return {"class": "accept", "result": {"computed": outputs}}


def apply(client: Client, given: dict[str, Any]) -> dict[str, Any]:
    """One input to a client that exists: the class and the result."""
    op, state = given["op"], client.state
    if op == "observe":
        return {"class": "accept", "result": {"observed": client.observe()}}
    if op == "join":
        client.join(given["meeting_id"], given["meeting_uuid"], given["role"])
    elif op == "advance":
        client.advance(given["to_ms"])
    elif op == "send":
        client.send(given["stream"], given["plaintext"])
    elif op == "leave" or given["message"]["kind"] == "meeting_ended":
        client.leave()
        return {"class": "leave"}
    else:
        message = given["message"]
        word = getattr(client, message["kind"])(message)  # `MESSAGE` knows every kind
        return {"class": word, "code": "ROT-10"} if word == "pending" else {"class": "accept"}
    return {"class": "accept"}


@dataclass
class Session:
    """A device and its state; `opaque` sessions tell no draws."""

    device: Device
    state: State
    opaque: bool


class Adapter:
    """Every session of one run."""

    def __init__(self) -> None:
        self.sessions: dict[str | None, Session] = {}

    def answer(self, line: bytes) -> dict[str, Any]:
        """The one answer to a line. Never raises; an input that fails changes nothing."""
        number_of_request, name = 0, None
        try:
            raw = parsed(line)
            if type(raw.get("id")) is int and 0 <= raw["id"] < 1 << 64:
                number_of_request = raw["id"]
            request = record(REQUEST, raw, ("session", "case"))
            name = request.get("session")
            body = self.respond(name, self.sessions.get(name), request["input"])
        except Refusal as refusal:
            body = {"class": refusal.word, "code": refusal.code, "detail": str(refusal)}
        except (BadRequest, Malformed) as error:
            body = {"class": "bad_request", "detail": str(error)}
        except Exception as error:  # the harness counts this against the adapter
            body = {"class": "internal", "detail": f"{type(error).__name__}: {error}"}
        if (session := self.sessions.get(name)) is not None:
            body["deadline_ms"] = Client(session.device, session.state).deadline()
        return {"id": number_of_request} | {k: v for k, v in body.items() if v is not None}

    def respond(
        self, name: str | None, session: Session | None, given: dict[str, Any]
    ) -> dict[str, Any]:
        """Answers a well-formed request. Raises `BadRequest`, `Malformed` or `Refusal`."""
        op = given["op"]
        if op in ("hello", "compute"):
            if name is not None:
                raise BadRequest(f"{op} is outside any session")
            return hello(given) if op == "hello" else computed(given)
        if name is None or (session is None) != (op == "open"):
            raise BadRequest("no such session, or one open already")
        if op == "open":
            return self.open(name, given)
        if op == "close":
            del self.sessions[name]
            return {"class": "accept"}
        client = Client(session.device, copy.deepcopy(session.state))
        body = apply(client, given)
        session.state = client.state
        return body | self.told(client, session)

    def open(self, name: str, given: dict[str, Any]) -> dict[str, Any]:
        """A new session."""
        if given["profile"] not in PROFILES or given.get("policies"):
            return {"class": "unsupported", "detail": "profile or policy"}
        device = Device(
            user_id=given["user_id"],
            hardware_id=given["hardware_id"],
            sealed_seq=given["profile"] == "zoom-3.0",
            codec=given["codec"],
            draw=draw_from(given["randomness"]),
        )
        client = Client(device, State())
        ivk = client.open()
        session = Session(device, client.state, given["randomness"]["class"] == "opaque")
        self.sessions[name] = session
        opened = {"class": "accept", "result": {"opened": {"ivk": ivk.hex()}}}
        return opened | self.told(client, session)

    def told(self, client: Client, session: Session) -> dict[str, Any]:
        """What the client did and drew."""
        return {
            "outputs": client.outputs or None,
            "drawn": None if session.opaque else client.drawn or None,
        }


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
        answer = json.dumps(adapter.answer(line), separators=(",", ":"))
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
