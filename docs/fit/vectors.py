#!/usr/bin/env python3
"""Reads the byte vectors of Conclave and recomputes what hashes alone can give.

    python3 vectors.py [VECTORS]      the vector folder; ../../vectors beside this file if left out

First every file must have the digest that MANIFEST.json gives. Then each formula of formulas.md
that needs only SHA-256, SHA3-256 and HKDF is computed anew and compared: the whole result where
that is enough, else the intermediate values. What needs more is counted, with the reason.
Exit codes: 0 all is equal, 1 something differs or nothing was verified, 2 a file is not readable.
Needs Python 3.9 or newer and nothing else.
"""
import hashlib
import hmac
import json
import sys
from collections import Counter
from pathlib import Path

KDF = b"Zoombase-1-ClientOnly-KDF-KeyMeetingSeed"
CIPHER = b"Zoombase-1-ClientOnly-Sig-EncryptionKeyMeetingSeed"
CODE = b"Zoombase-1-ClientOnly-MAC-SecurityCode"
STREAM = b"Conclave-1-KDF-StreamKey"

# The fields of each layout in order: t text, h bytes in hexadecimal, 4 and 8 numbers of that width.
LAYOUTS = {
    "binding": "meeting_id:t meeting_uuid:h user_id:t hardware_id:t ivk:h pk:h",
    "statement": "meeting_uuid:h user_id:t hardware_id:t ivk:h",
    "heartbeat-signed": "binding:h list_hash:h v:4 t:4 mk_seq:4 prev:h timestamp_ms:8",
    "link": "v:4 prev:h op:t user_id:t hardware_id:t ivk:h binding_hash:h name:t entries:h",
    "lock-request-signed": "meeting_id:t meeting_uuid:h operation:t link_hash:h",
    "stream-key": "stream:t meeting_id:t meeting_uuid:h sender:t",
    "combination": "sender_ivk:h sender_box_pk:h sender_kem_pk:h"
                   " recipient_ivk:h recipient_box_pk:h recipient_kem_pk:h",
}
NEEDS = {"sign": "Ed25519", "verify": "Ed25519", "verify_statement": "Ed25519",
         "verify_heartbeat": "Ed25519", "verify_heartbeat_tuple": "Ed25519",
         "verify_lock_request": "Ed25519", "agree": "X25519 and HSalsa20",
         "kem_public": "Kyber768", "classic_seal": "XChaCha20-Poly1305",
         "classic_open": "XChaCha20-Poly1305", "hybrid_seal": "Kyber768 and XChaCha20-Poly1305",
         "hybrid_open": "Kyber768 and XChaCha20-Poly1305", "packet_seal": "AES-256-GCM",
         "packet_open": "AES-256-GCM", "decode": "a decoder, not a hash"}


def sha256(data):
    return hashlib.sha256(data).digest()


def hkdf(ikm, salt, info):
    """HKDF-SHA256 for 32 bytes: one block."""
    key = hmac.new(salt or bytes(32), ikm, hashlib.sha256).digest()
    return hmac.new(key, info + b"\x01", hashlib.sha256).digest()


def sized(data):
    return len(data).to_bytes(4, "big") + data


def encoded(layout, values):
    """The canonical bytes of a layout whose fields are all in force."""
    out = sized(b"conclave/" + layout.encode())
    for field in LAYOUTS[layout].split():
        name, kind = field.split(":")
        value = values[name]
        if kind in "th":
            out += sized(value.encode() if kind == "t" else bytes.fromhex(value))
        else:
            out += sized(int(value).to_bytes(int(kind), "big"))
    return out


def box(values):
    meta, shared = bytes.fromhex(values["meta"]), bytes.fromhex(values["shared"])
    return meta, shared, sha256(CIPHER) + sha256(meta)


def recomputed(formula, values, given):
    """(outputs, intermediate values) that hashes alone give; `given` are those of the vector."""
    if formula in ("sign", "verify"):
        return {}, {"context_hash": sha256(values["label"].encode()),
                    "message_hash": sha256(bytes.fromhex(values["message"]))}
    if formula == "binding":
        return {"binding": encoded("binding", values)}, {}
    if formula == "security_code":
        ivk = bytes.fromhex(values["ivk"])
        number = int.from_bytes(sha256(sha256(CODE) + sha256(ivk)), "big")
        return {"digits": f"{number % 10**39:039}"}, {}
    if formula == "stream_key":
        info = sized(STREAM) + encoded("stream-key", values)
        return {"key": hkdf(bytes.fromhex(values["meeting_key"]), b"", info)}, {}
    if formula in ("link_hash", "heartbeat_hash"):
        data = encoded("link" if formula == "link_hash" else "heartbeat-signed", values)
        return {"hash": sha256(data)}, {"encoded": data}
    if formula in ("verify_heartbeat", "verify_heartbeat_tuple"):
        return {}, {"encoded": encoded("heartbeat-signed", values)}
    if formula == "verify_statement":
        return {}, {"statement": encoded("statement", values)}
    if formula == "verify_lock_request":
        return {}, {"signed": encoded("lock-request-signed", values)}
    if formula in ("classic_seal", "classic_open"):
        _, shared, data = box(values)
        return {}, {"associated_data": data, "key": hkdf(shared, b"", KDF)}
    if formula in ("hybrid_seal", "hybrid_open"):
        meta, shared, data = box(values)
        cad = hashlib.sha3_256(encoded("combination", values)).digest()
        mixed = hashlib.sha3_256(KDF + bytes.fromhex(given["kem_shared"]) + shared + cad).digest()
        return {}, {"associated_data": data, "combination": cad, "key": hkdf(mixed, meta, KDF)}
    return {}, {}


def main():
    here = Path(__file__).resolve().parent
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else here.parent.parent / "vectors"
    manifest = json.loads((root / "MANIFEST.json").read_bytes())["files"]
    wrong = [f"{name}: not the digest of MANIFEST.json" for name, entry in manifest.items()
             if hashlib.sha256((root / name).read_bytes()).hexdigest() != entry["sha256"]]
    stray = {f"bytes/{it.name}" for it in (root / "bytes").glob("*.json")} - set(manifest)
    wrong += [f"{name}: not in MANIFEST.json" for name in sorted(stray)]
    print(f"{len(manifest)} digests, {len(wrong)} wrong")
    whole, partly, skipped = Counter(), Counter(), Counter()
    for name in [] if wrong else sorted(it for it in manifest if it.startswith("bytes/")):
        for case in json.loads((root / name).read_bytes())["cases"]:
            given = case.get("intermediates", {})
            for step in case["steps"]:
                formula, expect = step["input"]["formula"], step["expect"]
                outputs, between = recomputed(formula, step["input"]["inputs"], given)
                told = {**given, **(expect.get("computed") or {})}
                for key, value in {**between, **outputs}.items():
                    value = value if isinstance(value, str) else value.hex()
                    if key in told and told[key] != value:
                        wrong.append(f"{case['id']}: {key} is {told[key]}, computed {value}")
                full = bool(outputs) and outputs.keys() == (expect.get("computed") or {}).keys()
                part = bool(between.keys() & given.keys())
                (whole if full else partly if part else skipped)[formula] += 1
    for what, counts in (("verified", whole), ("in part", partly), ("skipped", skipped)):
        for formula, count in sorted(counts.items()):
            reason = "" if counts is whole else "  needs " + NEEDS.get(formula, "what is not here")
            print(f"  {what:8}  {formula:22} {count:3}{reason}")
    print(f"{sum(whole.values())} verified, {sum(partly.values())} in part, "
          f"{sum(skipped.values())} skipped, {len(wrong)} wrong")
    print(*(f"WRONG {line}" for line in wrong), sep="\n", end="\n" if wrong else "")
    return 1 if wrong or not whole else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, ValueError, KeyError) as error:
        print(f"error: {error!r}", file=sys.stderr)
        sys.exit(2)
