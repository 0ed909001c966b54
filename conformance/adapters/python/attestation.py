"""What a provider says of a user, and the sharing of it in a meeting (docs/attestations.md)."""

from __future__ import annotations

import base64
import hmac
import json
import re
from contextlib import contextmanager
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

import formulas as f
from formulas import BadRequest, Refusal, Values
from sigchain import ensure

Fields = dict[str, Any]

SHARED_FOR_S = 86_400
COORDINATE_BYTES = 32  # RFC 7518, 6.2.1.2
RSA_BITS = range(2048, 4097)
EXPONENTS = range(3, 1 << 32)
SECONDS_END = 1 << 53
DOMAIN = "[A-Za-z0-9-]+([.][A-Za-z0-9-]+)*"
DIGITS_MAX = 20  # of a number of 64 bits
BEYOND = 10**DIGITS_MAX
RECORD = "v=zoomadn"
BLANKS = "[ \t\n\r\f]+"


# Tokens and key sets


@contextmanager
def malformed(detail: str):
    """What cannot be read inside, or does not verify, is refused [ATT-07]."""
    try:
        yield
    except (ValueError, RecursionError, InvalidSignature) as error:
        raise Refusal("ATT-07", detail) from error


def decode_base64url(text: Any) -> bytes:
    """The bytes of base64url as an encoder without padding writes it. Raises `ValueError`."""
    if not isinstance(text, str) or not re.fullmatch("[A-Za-z0-9_-]*", text):
        raise ValueError("not base64url")
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise ValueError("bits left over")
    return raw


def unrepeated(pairs: list[tuple[str, Any]]) -> Fields:
    """An object, no member of which is repeated. Raises `ValueError`."""
    if len(members := dict(pairs)) != len(pairs):
        raise ValueError("a repeated member")
    return members


def whole(digits: str) -> int | float:
    """A whole number. One that no clock shows stands for all that are larger; `-0` is none."""
    if digits == "-0":
        return -0.0
    if len(digits.lstrip("-")) <= DIGITS_MAX:
        return int(digits)
    return -BEYOND if digits.startswith("-") else BEYOND


def no_number(word: str) -> None:
    """`NaN` and `Infinity` are no JSON. Raises `ValueError`."""
    raise ValueError(word)


def json_object(text: str) -> Fields:
    """A JSON object. Raises `ValueError`, `RecursionError`."""
    value = json.loads(
        text, object_pairs_hook=unrepeated, parse_int=whole, parse_constant=no_number
    )
    if not isinstance(value, dict):
        raise ValueError("not an object")
    json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair has no encoding
    return value


def read_token(attestation: str) -> tuple[Fields, Fields, bytes]:
    """Header, claims and signature [ATT-07]."""
    with malformed("not a token"):
        header, claims, signature = map(decode_base64url, attestation.split("."))
        read = json_object(header.decode()), json_object(claims.decode()), signature
    named = all(isinstance(read[0].get(name), str) for name in ("alg", "kid"))
    ensure(named, "ATT-07", "a header without algorithm or key")
    ensure("crit" not in read[0], "ATT-07", "a header that is critical")
    return read


def find_key(key_set: str, kid: str) -> Fields:
    """The first key of this name [ATT-07]."""
    with malformed("not a key set"):
        keys = json_object(key_set).get("keys")
    ensure(isinstance(keys, list), "ATT-07", "a key set without keys")
    for key in keys:
        if isinstance(key, dict) and key.get("kid") == kid:
            return key
    raise Refusal("ATT-07", "no such key")


def number_of(key: Fields, name: str) -> int:
    """An odd number of an RSA key, which does not begin with a zero byte. Raises `ValueError`."""
    number = decode_base64url(key.get(name))
    if number[:1] in (b"", b"\0") or number[-1] % 2 == 0:
        raise ValueError("no number, leading zeros, or even")
    return int.from_bytes(number, "big")


def is_of_fair_size(key: Fields) -> bool:
    """Whether an RSA key is neither short nor huge; what cannot be read is refused later."""
    try:
        return number_of(key, "n").bit_length() in RSA_BITS
    except ValueError:
        return True


def verify_rsa(key: Fields, message: bytes, signature: bytes) -> None:
    """RS256. Raises `ValueError`, `InvalidSignature`."""
    n, e = number_of(key, "n"), number_of(key, "e")
    if e not in EXPONENTS:
        raise ValueError("a strange exponent")
    public = rsa.RSAPublicNumbers(e, n).public_key()
    public.verify(signature, message, padding.PKCS1v15(), SHA256())


def verify_ec(key: Fields, message: bytes, signature: bytes) -> None:
    """ES256. Raises `ValueError`, `InvalidSignature`."""
    point = [decode_base64url(key.get(name)) for name in "xy"]
    halves = signature[:COORDINATE_BYTES], signature[COORDINATE_BYTES:]
    if any(len(part) != COORDINATE_BYTES for part in (*point, *halves)):
        raise ValueError("a number of another length")
    x, y, r, s = (int.from_bytes(part, "big") for part in (*point, *halves))
    public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    public.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))


def verify_token(attestation: str, alg: str, key: Fields, signature: bytes) -> None:
    """The provider's signature [ATT-08, ATT-07]."""
    if (alg, key.get("kty")) == ("RS256", "RSA") and is_of_fair_size(key):
        verify = verify_rsa
    elif (alg, key.get("kty"), key.get("crv")) == ("ES256", "EC", "P-256"):
        verify = verify_ec
    else:
        raise Refusal("ATT-08", "another algorithm, or not for this key")
    with malformed("signature of the token"):
        verify(key, attestation.rpartition(".")[0].encode(), signature)


# What is checked


def named_provider(records: str, cloud_name: str) -> str | None:
    """The provider that text records name for a cloud; none unless exactly one is named."""
    entries = []
    for line in records.split("\n"):
        words = [word for word in re.split(BLANKS, line) if word]
        if words[:1] == [RECORD]:
            named = [word.partition("=") for word in words[1:]]
            ours = [entry for entry in named if entry[0] == f"us.zoom.idp.{cloud_name}"]
            entries += [provider for _, sign, provider in ours if sign]
    return entries[0] if len(entries) == 1 and re.fullmatch(DOMAIN, entries[0]) else None


def moment(claims: Fields, name: str) -> int | None:
    """A whole number of seconds since 1970; `true` is none."""
    value = claims.get(name)
    return value if type(value) is int and 0 <= value < SECONDS_END else None


def check_claims(claims: Fields, v: Values) -> None:
    """When, for whom and of whom [ATT-09 to ATT-12]."""
    expires, issued = moment(claims, "exp"), moment(claims, "iat")
    ensure(expires is not None and expires > v["now_s"], "ATT-09", "expired")
    ensure(issued is not None and issued <= v["now_s"], "ATT-10", "of the future")
    if "nbf" in claims:
        begins = moment(claims, "nbf")
        ensure(begins is not None and begins <= v["now_s"], "ATT-10", "not yet")
    ensure("aud" not in claims, "ATT-11", "for somebody else")
    ensure(claims.get("email") == v["served_email"] != "", "ATT-12", "another address, or none")


def check_attestation(v: Values) -> Fields:
    """All but the snapshot, in order [ATT-01, ATT-04 to ATT-12]. The claims."""
    for name, width in f.ATTESTED.items():
        fits = width.low <= len(v[name].encode()) <= width.high
        ensure(fits, "ATT-01", "nothing that could be signed")
    f.verify(v["ivk"], f.ATTESTATION, signed(v), v["signature"], "ATT-01")
    named = v["adn"] == v["served_adn"] and re.fullmatch(DOMAIN, v["adn"])
    ensure(bool(named), "ATT-04", "no domain, or another than the server's")
    header, claims, signature = read_token(v["attestation"])
    provider = named_provider(v["records"], v["cloud_name"])
    ours = provider is not None and claims.get("iss") == f"https://{provider}"
    ensure(ours, "ATT-05", "not the provider of the ADN")
    ensure(provider == v["served_provider"], "ATT-06", "another provider than the server's")
    key = find_key(v["key_set"], header["kid"])
    verify_token(v["attestation"], header["alg"], key, signature)
    check_claims(claims, v)
    return claims


def attestation(v: Values) -> Fields:
    """What is displayed of a participant. Raises `Refusal`."""
    claims = check_attestation(v)
    same = claims.get("zoom-identity-snapshot") == snapshot(v["ivk"])
    ensure(same, "ATT-13", "another snapshot")
    return {"email": v["served_email"], "adn": v["adn"], "provider": v["served_provider"]}


# What is made


def snapshot(ivk: bytes) -> str:
    """What the provider has signed of a device."""
    return f.encode("conclave/identity-snapshot", {"ivk": ivk}).hex()


def signed(v: Values) -> bytes:
    """What the device signs."""
    return f.encode("conclave/attestation-signed", v)


def attestation_signed(v: Values) -> Fields:
    """The device's signature."""
    return {"signature": f.sign(v["seed"], f.ATTESTATION, signed(v))}


def sharing_token(v: Values) -> bytes:
    """What stands for an attestation. Raises `BadRequest`."""
    if v["with_email"] > 1:
        raise BadRequest("with_email is 0 or 1")
    return hmac.digest(v["key"], f.encode("conclave/identity-sharing", v), "sha256")


def redeem_sharing_token(v: Values) -> None:
    """Whether the server gives an attestation out [ATT-14, ATT-16]."""
    ensure(hmac.compare_digest(sharing_token(v), v["token"]), "ATT-14", "another token")
    fresh = 0 <= v["now_s"] - v["issued_s"] < SHARED_FOR_S
    ensure(fresh, "ATT-16", "of the future, or too old")
