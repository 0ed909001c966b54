"""ECVRF-EDWARDS25519-SHA512-TAI of RFC 9381: what a proof is about (docs/transparency.md).

On whole numbers and not in constant time: everything here is public.
"""

from __future__ import annotations

from hashlib import sha512

Point = tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z

SUITE = b"\x03"
TO_CURVE, CHALLENGE, OUTPUT, END = b"\x01", b"\x02", b"\x03", b"\x00"
PROOF_BYTES = 80
CHALLENGE_BYTES = 16

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
IDENTITY: Point = (0, 1, 1, 0)


# Points (RFC 8032, 5.1)


def add(a: Point, b: Point) -> Point:
    """The sum of any two points (RFC 8032, 5.1.4)."""
    low = (a[1] - a[0]) * (b[1] - b[0]) % P
    high = (a[1] + a[0]) * (b[1] + b[0]) % P
    both, twice = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = high - low, twice - both, twice + both, high + low
    return e * f % P, g * h % P, f * g % P, e * h % P


def double(a: Point) -> Point:
    """Twice a point (RFC 8032, 5.1.4)."""
    xx, yy = a[0] * a[0] % P, a[1] * a[1] % P
    h, g = xx + yy, xx - yy
    e = h - (a[0] + a[1]) ** 2
    f = 2 * a[2] * a[2] + g
    return e * f % P, g * h % P, f * g % P, e * h % P


def negative(a: Point) -> Point:
    """A point on the other side."""
    return -a[0] % P, a[1], a[2], -a[3] % P


def sum_of(n: int, a: Point, m: int, b: Point) -> Point:
    """`n * a + m * b`, both at once."""
    by_bits, total = (IDENTITY, a, b, add(a, b)), IDENTITY
    for at in reversed(range(max(n.bit_length(), m.bit_length()))):
        total = double(total)
        if bits := (n >> at & 1) | (m >> at & 1) << 1:
            total = add(total, by_bits[bits])
    return total


def times_cofactor(a: Point) -> Point:
    """`8 * a`."""
    return double(double(double(a)))


def is_identity(a: Point) -> bool:
    """Whether a point is the neutral one."""
    return a[0] == 0 and (a[1] - a[2]) % P == 0


def encode(a: Point) -> bytes:
    """The 32 bytes of a point (RFC 8032, 5.1.2)."""
    inverse = pow(a[2], -1, P)
    x, y = a[0] * inverse % P, a[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode(raw: bytes) -> Point:
    """The point of exactly the 32 bytes that `encode` produces. Raises `ValueError`."""
    number = int.from_bytes(raw, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if len(raw) != 32 or y >= P:
        raise ValueError("not the encoding of a point")
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * v**3 * pow(u * v**7, (P - 5) // 8, P) % P
    if (v * x * x + u) % P == 0:
        x = x * ROOT_OF_MINUS_ONE % P
    if (v * x * x - u) % P or (x == 0 and sign):
        raise ValueError("no point")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = decode((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


# The VRF (RFC 9381, 5)


def read_key(raw: bytes) -> Point:
    """A key that may be trusted to give one output (5.4.5). Raises `ValueError`."""
    key = decode(raw)
    if is_identity(times_cofactor(key)):
        raise ValueError("a key of small order")
    return key


def read_proof(raw: bytes) -> tuple[Point, int, int]:
    """Gamma, challenge and response (5.4.4). Raises `ValueError`."""
    if len(raw) != PROOF_BYTES:
        raise ValueError("length of a proof")
    middle = 32 + CHALLENGE_BYTES
    challenge, response = (int.from_bytes(it, "little") for it in (raw[32:middle], raw[middle:]))
    if response >= ORDER:
        raise ValueError("a response beyond the order")
    return decode(raw[:32]), challenge, response


def to_curve(key: bytes, alpha: bytes) -> Point:
    """The point for an input, by trying (5.4.1.1). Raises `ValueError`."""
    for counter in range(256):
        tried = SUITE + TO_CURVE + key + alpha + bytes([counter]) + END
        try:
            point = times_cofactor(decode(sha512(tried).digest()[:32]))
        except ValueError:
            continue
        if not is_identity(point):
            return point
    raise ValueError("no point for this input")


def challenge_of(points: tuple[Point, ...]) -> int:
    """The challenge over five points (5.4.3)."""
    encoded = b"".join(map(encode, points))
    digest = sha512(SUITE + CHALLENGE + encoded + END).digest()
    return int.from_bytes(digest[:CHALLENGE_BYTES], "little")


def output(gamma: Point) -> bytes:
    """The 64 bytes that a proof is about (5.2)."""
    return sha512(SUITE + OUTPUT + encode(times_cofactor(gamma)) + END).digest()


def verify(key: bytes, alpha: bytes, proof: bytes) -> bytes:
    """The output for an input, if the proof verifies (5.3). Raises `ValueError`."""
    public = read_key(key)
    gamma, challenge, response = read_proof(proof)
    hashed = to_curve(key, alpha)
    u = sum_of(response, BASE, challenge, negative(public))
    v = sum_of(response, hashed, challenge, negative(gamma))
    if challenge_of((public, hashed, gamma, u, v)) != challenge:
        raise ValueError("the proof does not verify")
    return output(gamma)
