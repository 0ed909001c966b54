"""Backup keys: their text, how it is mended, their device (docs/sigchains.md, Backup keys).

A character is a number below 32, an element of the field whose bits are coefficients.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from string import ascii_lowercase, ascii_uppercase

from nacl import bindings as sodium

import formulas as f
from formulas import BadRequest
from sigchain import ensure
from user_keys import sub

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NUMBERS = {character: number for number, character in enumerate(ALPHABET)}
NAME_CHARACTERS = 4
PRIVATE_CHARACTERS = 28
POLYNOMIAL = 0b100101
# What a person may have written, to be read otherwise (FAM-23).
LETTERS = str.maketrans(ascii_lowercase, ascii_uppercase, " -")
LOOKALIKES = str.maketrans("OIL", "011")

PASSES = 2
MEMORY_BYTES = 64 << 20
SALT = sha256(f.BACKUP_KEY_SALT.encode()).digest()[:16]


def doubled(element: int) -> int:
    """Twice an element: one coefficient further, less the polynomial."""
    element <<= 1
    return element ^ POLYNOMIAL if element > 31 else element


def sums(private: Sequence[int]) -> tuple[int, int]:
    """The sum and the weighted one; both are zero in a backup key."""
    plain = weighted = 0
    for element in reversed(private):
        plain ^= element
        weighted = doubled(weighted) ^ element
    return plain, weighted


def completed(private: list[int]) -> list[int]:
    """The random elements and the two that make both sums zero."""
    plain, _ = sums(private)
    endings = ([*private, last ^ plain, last] for last in range(32))
    return next(ending for ending in endings if not any(sums(ending)))


def mended(private: list[int], unread: int | None) -> list[int]:
    """The same with one element put right, where that is needed [FAM-21] (FAM-22): if one was not
    read, that one."""
    plain, weighted = sums(private)
    if not (plain or weighted):
        return private
    moved, place = plain, 0
    while moved != weighted and place < PRIVATE_CHARACTERS:
        moved, place = doubled(moved), place + 1
    ensure(place < PRIVATE_CHARACTERS, "FAM-21", "more than one mistake")
    ensure(unread in (None, place), "FAM-21", "a mistake beside what was not read")
    return [*private[:place], private[place] ^ plain, *private[place + 1 :]]


def spelled(elements: Sequence[int]) -> str:
    """Elements as characters."""
    return "".join(ALPHABET[element] for element in elements)


def shown(text: str) -> str:
    """A backup key in groups of four."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def make_backup_key(random: bytes) -> str:
    """The backup key of random elements, name first. Raises `BadRequest`."""
    if any(element > 31 for element in random):
        raise BadRequest("a byte that is no number of a character")
    name, private = random[:NAME_CHARACTERS], random[NAME_CHARACTERS:]
    return shown(spelled([*name, *completed([*private])]))


def read(string: str) -> tuple[str, str]:
    """Name and private characters of what a person wrote [FAM-21]. Raises `Refusal`."""
    characters = string.translate(LETTERS).translate(LOOKALIKES)
    ensure(len(characters) == NAME_CHARACTERS + PRIVATE_CHARACTERS, "FAM-21", "length")
    name, private = characters[:NAME_CHARACTERS], characters[NAME_CHARACTERS:]
    ensure(NUMBERS.keys() >= {*name}, "FAM-21", "a character that stands for nothing")
    unread = [at for at, character in enumerate(private) if character not in NUMBERS]
    ensure(len(unread) < 2, "FAM-21", "two characters that stand for nothing")
    elements = [NUMBERS.get(character, 0) for character in private]
    return name, spelled(mended(elements, unread[0] if unread else None))


def seed_of(private: str) -> bytes:
    """The seed of the device: Argon2id, which libsodium runs in one lane."""
    algorithm = sodium.crypto_pwhash_ALG_ARGON2ID13
    password = private.encode()
    return sodium.crypto_pwhash_alg(32, password, SALT, PASSES, MEMORY_BYTES, algorithm)


def backup_key(string: str) -> dict[str, str | bytes]:
    """A backup key as it is shown, and the public keys of its device [FAM-21]. Raises `Refusal`."""
    name, private = read(string)
    seed = seed_of(private)
    return {
        "string": shown(name + private),
        "name": name,
        "ed25519": f.ed25519_public(sub(seed, f.BACKUP_KEY_ED25519, 32)),
        "x25519": f.x25519_public(sub(seed, f.BACKUP_KEY_X25519, 32)),
        "kyber768": f.kem_keys(sub(seed, f.BACKUP_KEY_KYBER768, 64))[0],
    }
