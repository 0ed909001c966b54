"""The certificates that lead to the server's key (docs/certificates.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID
from nacl import bindings as sodium
from nacl.exceptions import CryptoError

import formulas as f
from formulas import BadRequest, Refusal, Values
from sigchain import ensure

CERTIFICATES = range(2, 8)
BYTES_MAX = 16_384
WEEK_S = 604_800
DOMAIN = "[A-Za-z0-9-]+([.][A-Za-z0-9-]+)*"
NUMBER_MAX = 1 << 159  # a number below it has 20 bytes at most
ED25519 = bytes.fromhex("300506032b6570")  # the algorithm, in DER
KEY = bytes.fromhex("302a") + ED25519 + bytes.fromhex("032100")  # what is before a key
KNOWN = {
    ExtensionOID.BASIC_CONSTRAINTS: x509.BasicConstraints,
    ExtensionOID.KEY_USAGE: x509.KeyUsage,
    ExtensionOID.EXTENDED_KEY_USAGE: x509.ExtendedKeyUsage,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME: x509.SubjectAlternativeName,
    ExtensionOID.NAME_CONSTRAINTS: x509.NameConstraints,
}
# What the library raises for bytes that it cannot read.
UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


@contextmanager
def malformed(code: str):
    """What cannot be read inside is refused."""
    try:
        yield
    except UNREADABLE as error:
        raise Refusal(code, "malformed") from error


class Certificate:
    """A certificate, read. Raises one of `UNREADABLE`."""

    def __init__(self, der: bytes) -> None:
        self.x509 = x509.load_der_x509_certificate(der)
        # What the library does not tell, or not as bytes.
        signed, outer, signature = elements(der)
        _, _, inner, self.issuer, _, self.subject, key, *_ = elements(signed)
        if not key.startswith(KEY) or {inner, outer} != {ED25519}:
            raise ValueError("a key or a signature of another kind")
        check_whole(signature)
        self.key = key.removeprefix(KEY)
        if self.x509.version is not x509.Version.v3:
            raise ValueError("another version")
        if not 0 < self.x509.serial_number < NUMBER_MAX:
            raise ValueError("no serial number, or one that is too long")
        self.period = seconds(self.x509.not_valid_before_utc), seconds(
            self.x509.not_valid_after_utc
        )
        if self.period[0] < 0 or self.period[1] < 0:
            raise ValueError("a date before 1970")
        self.extensions = list(self.x509.extensions)
        if not all(map(is_ascii, self.names())):
            raise ValueError("a name of other letters")

    def extension(self, kind: type) -> Any:
        """The value of an extension, or `None`."""
        return next((it.value for it in self.extensions if isinstance(it.value, kind)), None)

    def is_authority(self) -> bool:
        basic = self.extension(x509.BasicConstraints)
        return basic is not None and basic.ca

    def usage(self, name: str) -> bool:
        """Whether its key is said to be for something."""
        usage = self.extension(x509.KeyUsage)
        return usage is not None and getattr(usage, name)

    def domains(self) -> list[str]:
        names = self.extension(x509.SubjectAlternativeName)
        return [] if names is None else names.get_values_for_type(x509.DNSName)

    def names(self) -> Iterator[x509.GeneralName]:
        """Its alternative names and the subtrees of its constraints."""
        yield from self.extension(x509.SubjectAlternativeName) or ()
        constraints = self.extension(x509.NameConstraints)
        if constraints is not None:
            yield from constraints.permitted_subtrees or ()
            yield from constraints.excluded_subtrees or ()

    def is_critical_beyond(self) -> bool:
        """Whether an extension that is not known is critical."""
        return any(it.critical and it.oid not in KNOWN for it in self.extensions)


def is_ascii(name: x509.GeneralName) -> bool:
    """Whether a name, if it is a text, is ASCII."""
    return not isinstance(name.value, str) or name.value.isascii()


def check_whole(signature: bytes) -> None:
    """Checks that a signature, in DER, is whole bytes. Raises `ValueError`."""
    if signature[content(signature, 0)] != 0:
        raise ValueError("unused bits")


def elements(der: bytes) -> list[bytes]:
    """The elements of a sequence that the library could read."""
    found, at = [], content(der, 0)
    while at < len(der):
        start, at = at, content(der, at)
        length = der[start + 1] if at == start + 2 else int.from_bytes(der[start + 2 : at], "big")
        at += length
        found.append(der[start:at])
    return found


def content(der: bytes, at: int) -> int:
    """Where the content of an element begins: behind its tag and its length."""
    return at + 2 + (der[at + 1] & 0x7F if der[at + 1] & 0x80 else 0)


def seconds(moment: datetime) -> int:
    """Seconds since 1970."""
    return int(moment.timestamp())


def signed_by(key: bytes, signed: bytes, signature: bytes, code: str) -> None:
    """Checks a signature without context, as strictly as all others. Raises `Refusal`."""
    ensure(len(signature) == 64, code, "a signature has 64 bytes")
    try:
        sodium.crypto_sign_open(signature + signed, key)
    except CryptoError as error:
        raise Refusal(code, "signature") from error


def entries(raw: bytes) -> list[bytes]:
    """The entries of a list [DEV-24]."""
    try:
        parts = f.split(raw)
    except Refusal as refusal:
        raise Refusal("DEV-24", "not a list") from refusal
    ensure(all(len(part) <= BYTES_MAX for part in parts), "DEV-24", "an entry that is too long")
    return parts


Issued = tuple[Certificate, Certificate]


def read(v: Values) -> tuple[list[Issued], list[bytes]]:
    """Each certificate with its issuer, and the responses [DEV-24]."""
    certificates, responses = entries(v["certificates"]), entries(v["responses"])
    ensure(len(certificates) in CERTIFICATES, "DEV-24", "too few certificates, or too many")
    ensure(len(responses) < len(certificates), "DEV-24", "too many responses")
    with malformed("DEV-24"):
        chain = [Certificate(der) for der in certificates]
    beyond = any(certificate.is_critical_beyond() for certificate in chain)
    ensure(not beyond, "DEV-24", "a critical extension")
    return list(zip(chain, [*chain[1:], pinned(v)], strict=True)), responses


def pinned(v: Values) -> Certificate:
    """The client's own root. Raises `BadRequest`."""
    if not re.fullmatch(DOMAIN, v["domain"]):
        raise BadRequest("not a domain name")
    try:
        return Certificate(v["root"])
    except UNREADABLE as error:
        raise BadRequest("no root certificate") from error


# What is checked


def check_links(issued: list[Issued]) -> None:
    """Who issued what [DEV-27, DEV-26, DEV-25]."""
    for certificate, issuer in issued:
        named = certificate.issuer == issuer.subject
        ensure(named, "DEV-27", "another issuer's name")
    *inner, last = issued
    for pairs, code in ((inner, "DEV-26"), ([last], "DEV-25")):
        for certificate, issuer in pairs:
            signed = certificate.x509.tbs_certificate_bytes
            signed_by(issuer.key, signed, certificate.x509.signature, code)


def check_authorities(authorities: list[Certificate]) -> None:
    """Whether those who issued may [DEV-28, DEV-29, DEV-30]."""
    ensure(all(it.is_authority() for it in authorities), "DEV-28", "no authority")
    may = all(it.usage("key_cert_sign") for it in authorities)
    ensure(may, "DEV-29", "a key for something else")
    for below, authority in enumerate(authorities):
        most = authority.extension(x509.BasicConstraints).path_length
        ensure(most is None or below <= most, "DEV-30", "too many authorities")


def check_server(chain: list[Certificate], domain: str, now_s: int) -> None:
    """Whether it is a server's, of the domain, and now [DEV-31 to DEV-36]."""
    server, *authorities = chain
    signs = not server.is_authority() and server.usage("digital_signature")
    ensure(signs, "DEV-31", "not for signatures")
    for certificate in chain:
        purposes = certificate.extension(x509.ExtendedKeyUsage)
        fits = purposes is None or ExtendedKeyUsageOID.SERVER_AUTH in purposes
        ensure(fits, "DEV-32", "not for servers")
    named = domain.lower() in (name.lower() for name in server.domains())
    ensure(named, "DEV-33", "not of the domain")
    for place, authority in enumerate(authorities, 1):
        constraints = authority.extension(x509.NameConstraints)
        below = [name for certificate in chain[:place] for name in certificate.domains()]
        fits = constraints is None or permits(constraints, below)
        ensure(fits, "DEV-34", "a name that is not permitted")
    current = all(it.period[0] <= now_s <= it.period[1] for it in chain)
    ensure(current, "DEV-35", "too early, or over")
    ensure(server.period[1] - server.period[0] <= WEEK_S, "DEV-36", "more than a week")


def permits(constraints: x509.NameConstraints, names: Iterable[str]) -> bool:
    """Whether all names are permitted."""
    permitted, excluded = constraints.permitted_subtrees, constraints.excluded_subtrees
    if not all(map(is_domain, [*(permitted or []), *(excluded or [])])):
        return False
    if permitted == [] or excluded == []:
        return False
    return all(
        (permitted is None or within(name, permitted)) and not within(name, excluded or [])
        for name in names
    )


def is_domain(base: x509.GeneralName) -> bool:
    """Whether a subtree is that of a domain."""
    return isinstance(base, x509.DNSName) and re.fullmatch(DOMAIN, base.value) is not None


def within(name: str, bases: Iterable[x509.GeneralName]) -> bool:
    """Whether a name is that of a subtree, or below it."""
    return any(f".{name}".lower().endswith(f".{base.value}".lower()) for base in bases)


def read_response(der: bytes) -> ocsp.OCSPResponse:
    """A response with one answer. Raises one of `UNREADABLE`, `Refusal`."""
    response = ocsp.load_der_ocsp_response(der)
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise ValueError("no answer")
    # More than one answer is one that these attributes do not give.
    if not -NUMBER_MAX <= response.serial_number < NUMBER_MAX:
        raise ValueError("a serial number that is too long")
    if not isinstance(response.hash_algorithm, SHA256):
        raise ValueError("a certificate that is named by another hash")
    _, algorithm, signature, *_ = elements(basic(der))
    if algorithm != ED25519:
        raise ValueError("a signature of another kind")
    check_whole(signature)
    if any(moment is not None and seconds(moment) < 0 for moment in moments(response)):
        raise ValueError("a date before 1970")
    _ = response.revocation_reason  # is read when it is asked for
    critical = any(it.critical for it in extensions_of(response))
    ensure(not critical, "DEV-42", "something critical")
    return response


def basic(der: bytes) -> bytes:
    """The basic response inside a response that the library could read."""
    _, given = elements(der)
    [given] = elements(given)
    _, octets = elements(given)
    return octets[content(octets, 0) :]


def moments(response: ocsp.OCSPResponse) -> Iterator[datetime | None]:
    """All that a response has."""
    yield response.produced_at_utc
    yield response.this_update_utc
    yield response.next_update_utc
    yield response.revocation_time_utc


def check_response(certificate: Certificate, issuer: Certificate, der: bytes, now_s: int) -> None:
    """What the issuer says of a certificate [DEV-42, DEV-38 to DEV-41, DEV-43]."""
    with malformed("DEV-42"):
        response = read_response(der)
        # What brings certificates may be a delegate's.
        code = "DEV-42" if response.certificates else "DEV-38"
    signed_by(issuer.key, response.tbs_response_bytes, response.signature, code)
    name = sha256(issuer.subject).digest()
    about = (response.issuer_name_hash, response.issuer_key_hash, response.serial_number)
    of_it = (name, sha256(issuer.key).digest(), certificate.x509.serial_number)
    ensure(about == of_it, "DEV-39", "of another certificate")
    begins, ends = response.this_update_utc, response.next_update_utc
    current = ends is not None and seconds(begins) <= now_s <= seconds(ends)
    ensure(current, "DEV-40", "too early, over, or endless")
    status = response.certificate_status
    ensure(status is not ocsp.OCSPCertStatus.REVOKED, "DEV-41", "revoked")
    ensure(status is ocsp.OCSPCertStatus.GOOD, "DEV-43", "unknown")


def extensions_of(response: ocsp.OCSPResponse) -> Iterator[x509.Extension[Any]]:
    """Those of the response and those of its answer."""
    yield from response.extensions
    yield from response.single_extensions


def server_chain(v: Values) -> bytes:
    """The server's key. Raises `Refusal`, `BadRequest`."""
    pinned(v)  # what is the client's own is said to be wrong first
    issued, responses = read(v)
    chain = [certificate for certificate, _ in issued]
    check_links(issued)
    check_authorities(chain[1:])
    check_server(chain, v["domain"], v["now_s"])
    stapled = responses + [b""] * len(chain)
    for (certificate, issuer), der in zip(issued[1:], stapled, strict=False):
        ensure(der != b"", "DEV-37", "a response that is missing")
        check_response(certificate, issuer, der, v["now_s"])
    return chain[0].key
