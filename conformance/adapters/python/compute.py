"""The formulas of operation `compute` (docs/formulas.md, table at the end).

A value that an attacker supplies (signature, ciphertext, nonce to open with, bytes to decode) is
`reject` when it has a wrong length; any other input that does not fit is `bad_request`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import formulas as f
from formulas import KEM_KEY, KEY, NONCE, PK, TEXT, U32, Malformed, Refused, Value, Width

Inputs = dict[str, Any]
Readers = dict[str, Callable[[str], Value]]

LENGTH_MAX = (1 << 32) - 1
BYTES = Width("bytes", 0, LENGTH_MAX)
LABEL = Width("text", 0, LENGTH_MAX)
SEED_64 = Width("bytes", 64, 64)
DECODED = ("conclave/announcement", "conclave/sealed-key")


def readers(**widths: Width) -> Readers:
    """How to read inputs of these widths."""
    return {name: width.read for name, width in widths.items()}


def layout_readers(tag: str) -> Readers:
    """How to read the fields of a layout."""
    return readers(**f.LAYOUTS[tag])


def counter(text: str) -> int:
    """A packet counter, 12 bytes."""
    return f.decimal(text, 8 * f.COUNTER_BYTES)


def parties(v: Inputs) -> Inputs:
    """The six fields of `conclave/combination`."""
    return {name: v[name] for name in f.LAYOUTS["conclave/combination"]}


def verify(v: Inputs) -> Inputs:
    """3.5.1."""
    f.verify(v["ivk"], v["label"], v["message"], v["signature"])
    return {}


def verify_statement(v: Inputs) -> Inputs:
    """The server's statement about a client (3.7.1)."""
    statement = f.encode("conclave/statement", v)
    f.verify(v["server_key"], f.SERVER_STATEMENT, statement, v["signature"])
    return {}


def hybrid_seal(v: Inputs) -> Inputs:
    """4.6, subsubsec:meetingcrypto."""
    kem_shared, kem = f.kem_encapsulate(v["recipient_kem_pk"], v["coins"])
    key = f.hybrid_key(v["shared"], kem_shared, parties(v), v["meta"])
    return {"kem": kem, "ciphertext": f.seal(key, v["meta"], v["nonce"], v["plaintext"])}


def hybrid_open(v: Inputs) -> Inputs:
    """Reverse of `hybrid_seal`."""
    kem_shared = f.kem_decapsulate(v["kem_seed"], v["kem"])
    key = f.hybrid_key(v["shared"], kem_shared, parties(v), v["meta"])
    return {"plaintext": f.unseal(key, v["meta"], v["nonce"], v["ciphertext"])}


def packet_open(v: Inputs) -> Inputs:
    """3.9."""
    number, count, _ = f.split_packet(v["packet"])
    return {"mk_seq": number, "counter": count, "plaintext": f.open_packet(v["key"], v["packet"])}


def decode(v: Inputs) -> Inputs:
    """The fields of canonical bytes."""
    if v["layout"] not in DECODED:
        raise Malformed("not a layout that crosses")
    try:
        return f.decode(v["layout"], v["bytes"])
    except Malformed as error:
        raise Refused(str(error)) from error


BOX = readers(shared=KEY, meta=BYTES)
TO_SEAL = readers(nonce=NONCE, plaintext=BYTES)
TO_OPEN = readers(nonce=BYTES, ciphertext=BYTES)
COMBINATION = layout_readers("conclave/combination")

FORMULAS: dict[str, tuple[Readers, Callable[[Inputs], Inputs]]] = {
    "sign": (
        readers(seed=KEY, label=LABEL, message=BYTES),
        lambda v: {"signature": f.sign(v["seed"], v["label"], v["message"])},
    ),
    "verify": (readers(ivk=KEY, label=LABEL, message=BYTES, signature=BYTES), verify),
    "agree": (
        readers(secret=KEY, public=KEY),
        lambda v: {"shared": f.agree(v["secret"], v["public"])},
    ),
    "binding": (
        layout_readers("conclave/binding"),
        lambda v: {"binding": f.encode("conclave/binding", v)},
    ),
    "verify_statement": (
        layout_readers("conclave/statement") | readers(server_key=KEY, signature=BYTES),
        verify_statement,
    ),
    "classic_seal": (
        BOX | TO_SEAL,
        lambda v: {
            "ciphertext": f.seal(f.classic_key(v["shared"]), v["meta"], v["nonce"], v["plaintext"])
        },
    ),
    "classic_open": (
        BOX | TO_OPEN,
        lambda v: {
            "plaintext": f.unseal(
                f.classic_key(v["shared"]), v["meta"], v["nonce"], v["ciphertext"]
            )
        },
    ),
    "kem_public": (readers(seed=SEED_64), lambda v: {"public": f.kem_keys(v["seed"])[0]}),
    "hybrid_seal": (BOX | TO_SEAL | COMBINATION | readers(coins=KEY), hybrid_seal),
    "hybrid_open": (
        BOX | TO_OPEN | COMBINATION | readers(kem_seed=SEED_64, kem=BYTES),
        hybrid_open,
    ),
    "stream_key": (
        layout_readers("conclave/stream-key") | readers(meeting_key=KEY),
        lambda v: {"key": f.stream_key(v["meeting_key"], v)},
    ),
    "packet_seal": (
        readers(key=KEY, mk_seq=U32, plaintext=BYTES) | {"counter": counter},
        lambda v: {"packet": f.seal_packet(v["key"], v["mk_seq"], v["counter"], v["plaintext"])},
    ),
    "packet_open": (readers(key=KEY, packet=BYTES), packet_open),
    "security_code": (readers(ivk=KEY), lambda v: {"digits": f.security_code(v["ivk"])}),
    "decode": (readers(layout=TEXT, bytes=BYTES), decode),
}


def compute(name: str, texts: dict[str, str]) -> dict[str, str]:
    """The outputs of a formula, as text. Raises `Malformed` for the inputs, else `Refused`."""
    reads, formula = FORMULAS[name]
    if texts.keys() != reads.keys():
        raise Malformed(f"the inputs of {name} are {', '.join(sorted(reads))}")
    outputs = formula({key: reads[key](text) for key, text in texts.items()})
    return {key: BYTES.write(value) for key, value in outputs.items()}
