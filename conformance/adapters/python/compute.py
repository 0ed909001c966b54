"""The formulas of operation `compute` (docs/formulas.md and the pages it names, tables at the end).

A value that an attacker supplies is read at any length, for the formula to refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

import attestation
import backup_key
import certificates
import contacts
import content
import device_list
import displayed
import escrow
import escrow_box
import escrow_status
import for_user
import formulas as f
import identity
import looked_up
import meeting_identities
import seeds
import sigchain
import stored
import told
import transparency
import user_keys
import write_link
from administrators import check_chains, read_chains
from device_list import yes_or_no
from family import UserChain
from formulas import BYTES, KEY, LAYOUTS, NONCE, TEXT, U32, Width
from sigchain import AccountChain, Chain, EmailChain, MembershipChain, Tail

Inputs = dict[str, Any]

LABEL = Width("text", 0, BYTES.high)
SEED_64 = Width("bytes", 64, 64)
MAYBE_SEED_64 = Width("bytes", 0, 64)
DECODED = (
    "conclave/announcement",
    "conclave/sealed-key",
    "conclave/link",
    "conclave/entry",
    "conclave/heartbeat",
    "conclave/lock-request",
)


def known(label: str) -> str:
    """A context string of the protocol. Raises `BadRequest` for any other text."""
    if label not in f.CONTEXTS:
        raise f.BadRequest("no such context string")
    return label


def verify(v: Inputs) -> Inputs:
    """3.5.1."""
    known(v["label"])
    f.verify(v["ivk"], v["label"], v["message"], v["signature"], "DEV-01")
    return {}


def verify_statement(v: Inputs) -> Inputs:
    """The server's statement about a client (3.7.1)."""
    statement = f.encode("conclave/statement", v)
    f.verify(v["server_key"], f.SERVER_STATEMENT, statement, v["signature"], "DEV-12")
    return {}


def hash_of(layout: str) -> Callable[[Inputs], Inputs]:
    """SHA-256 over the encoding of a layout: the hash of a link, of a heartbeat."""
    return lambda v: {"hash": sha256(f.encode(layout, v)).digest()}


def verify_heartbeat(v: Inputs) -> Inputs:
    """A heartbeat as version 4.1 signs it: over its hash."""
    digest = sha256(f.encode("conclave/heartbeat-signed", v)).digest()
    f.verify(v["ivk"], f.PARTICIPANT_LIST, digest, v["signature"], "HBT-01")
    return {}


def verify_heartbeat_tuple(v: Inputs) -> Inputs:
    """A heartbeat as versions before 4.1 sign it: over its fields."""
    signed = f.encode("conclave/heartbeat-signed", v)
    f.verify(v["ivk"], f.PARTICIPANT_LIST, signed, v["signature"], "HBT-01")
    return {}


def verify_lock_request(v: Inputs) -> Inputs:
    """A co-host's request."""
    signed = f.encode("conclave/lock-request-signed", v)
    f.verify(v["ivk"], f.LOCK_REQUEST, signed, v["signature"], "LCK-09")
    return {}


def seal(key: bytes, v: Inputs) -> Inputs:
    """The second half of both boxes (3.5.2)."""
    return {"ciphertext": f.seal(key, v["meta"], v["nonce"], v["plaintext"])}


def unseal(key: bytes, v: Inputs) -> Inputs:
    """Reverse of `seal`."""
    return {"plaintext": f.unseal(key, v["meta"], v["nonce"], v["ciphertext"])}


def hybrid_seal(v: Inputs) -> Inputs:
    """4.6, subsubsec:meetingcrypto."""
    kem_shared, kem = f.kem_encapsulate(v["recipient_kem_pk"], v["coins"])
    return {"kem": kem} | seal(f.hybrid_key(v["shared"], kem_shared, v, v["meta"]), v)


def hybrid_open(v: Inputs) -> Inputs:
    """Reverse of `hybrid_seal`."""
    kem_shared = f.kem_decapsulate(f.kem_keys(v["kem_seed"])[1], v["kem"])
    return unseal(f.hybrid_key(v["shared"], kem_shared, v, v["meta"]), v)


def packet_seal(v: Inputs) -> Inputs:
    """3.9."""
    return {"packet": f.seal_packet(v["key"], v["mk_seq"], v["counter"], v["plaintext"])}


def packet_open(v: Inputs) -> Inputs:
    """Reverse of `packet_seal`."""
    mk_seq, counter, _ = f.split_packet(v["packet"])
    return {"mk_seq": mk_seq, "counter": counter, "plaintext": f.open_packet(v["key"], v["packet"])}


def decode(v: Inputs) -> Inputs:
    """The fields of canonical bytes."""
    if v["layout"] not in DECODED:
        raise f.BadRequest("not a layout that crosses")
    return f.decode(v["layout"], v["bytes"])


# Sigchains (docs/sigchains.md)


def open_commitment(v: Inputs) -> Inputs:
    """What is disclosed of a link."""
    sigchain.open_commitment(v["commitment"], v["key"], v["value"])
    return {}


def checked(kind: type[Chain], v: Inputs) -> Any:
    """A chain that was checked from its first link on."""
    known = sigchain.tail(v["known_sequence_number"], v["known_hash"])
    served = sigchain.served(v["links"], v["openings"])
    return kind(v["cloud_name"], v["subject"]).check(served, known)


def tail_of(chain: Chain) -> Inputs:
    """The outputs that every chain has."""
    return {"sequence_number": chain.tail.number, "hash": chain.tail.hash}


def user_chain(v: Inputs) -> Inputs:
    """The chain of a user."""
    return known_of(checked(UserChain, v))


def known_of(chain: UserChain) -> Inputs:
    """What is known of a user."""
    email, account = chain.email_change[1], chain.account_change
    return tail_of(chain) | {
        "devices": chain.states(),
        "user_keys": chain.user_keys,
        "generation": chain.generation,
        "stale": yes_or_no(chain.stale),
        "lockdown": yes_or_no(chain.lockdown),
        "email": email["email"] if email else "",
        "account_id": account["account_id"] if account else "",
    }


def email_chain(v: Inputs) -> Inputs:
    """The chain of an address."""
    chain = checked(EmailChain, v)
    holder = chain.holder or {"user_id": "", "user_chain_sequence_number": 0}
    number = holder["user_chain_sequence_number"]
    return tail_of(chain) | {"user_id": holder["user_id"], "user_sequence_number": number}


def account_chain(v: Inputs) -> Inputs:
    """The chain of an account."""
    chain = checked(AccountChain, v)
    return tail_of(chain) | {"idp_domain": chain.idp_domain, "escrow_admin": chain.escrow_admin}


def membership_chain(v: Inputs) -> Inputs:
    """The chain of the members of an account."""
    chain = checked(MembershipChain, v)
    return tail_of(chain) | {"added": chain.added, "removed": chain.removed}


def check_identity(v: Inputs) -> Inputs:
    """A user and an address."""
    of_user = sigchain.served(v["user_links"], v["user_openings"])
    of_email = sigchain.served(v["email_links"], v["email_openings"])
    user = UserChain(v["cloud_name"], v["user_id"]).check(of_user)
    email = EmailChain(v["cloud_name"], v["email"]).check(of_email)
    identity.check_identity(user, email)
    return {
        f"{name}_{what}": value
        for name, chain in (("user", user), ("email", email))
        for what, value in tail_of(chain).items()
    }


def tails(v: Inputs) -> tuple[Tail, Tail]:
    """The tails of a fingerprint; the user's is there. Raises `BadRequest`."""
    account = sigchain.tail(v["account_sequence_number"], v["account_hash"])
    return sigchain.tail(v["user_sequence_number"], v["user_hash"]), account


def verify_fingerprint(v: Inputs) -> Inputs:
    """Two people's fingerprints of one user."""
    identity.verify_fingerprint(*tails(v), v["fingerprint"])
    return {}


def verify_per_user_keys(v: Inputs) -> Inputs:
    """A seed that came from another device."""
    user_keys.verify_per_user_keys(v["seed"], v["user_keys"])
    return {}


def contact_recorded(v: Inputs) -> Inputs:
    """What is remembered of a meeting."""
    return {"recorded": yes_or_no(contacts.contact_recorded(**v))}


# Attestations (docs/attestations.md)


def redeem_sharing_token(v: Inputs) -> Inputs:
    """A token that somebody brings to the server."""
    attestation.redeem_sharing_token(v)
    return {}


# Account escrow (docs/escrow.md)


def escrowed_user_chain(v: Inputs) -> Inputs:
    """The chain of a member of an account with escrow."""
    known = sigchain.tail(v["known_sequence_number"], v["known_hash"])
    served, chains = sigchain.served(v["links"], v["openings"]), read_chains(v["escrow_chains"])
    administrators = check_chains(v["cloud_name"], chains)
    chain = escrow.MemberChain(v["cloud_name"], v["subject"], administrators).check(served, known)
    device = chain.escrow_device()
    return known_of(chain) | {
        "escrow_device_id": device.device_id if device else "",
        "escrow_user_id": chain.terms[device.device_id]["user_id"] if device else "",
    }


# Who a participant is (docs/identity.md)


def encoding_of(what: str) -> tuple[dict[str, Width], Callable[[Inputs], Inputs]]:
    """A formula that encodes a layout with tails."""
    layout = f"conclave/{what}-with-tails"
    return LAYOUTS[layout], lambda v: {what: f.encode(layout, v)}


# Who participants are over a meeting (docs/meeting-identity.md)


def verify_key_statement(v: Inputs) -> Inputs:
    """What a key signed about itself, for the key server."""
    statement = f.encode("conclave/key-statement", v)
    f.verify(v["ivk"], f.KEY_STATEMENT, statement, v["signature"], "IDN-16")
    return {}


BOX = {"shared": KEY, "meta": BYTES}
TO_SEAL = BOX | {"nonce": NONCE, "plaintext": BYTES}
TO_OPEN = BOX | {"nonce": BYTES, "ciphertext": BYTES}
PARTIES = LAYOUTS["conclave/combination"]
SIGNED = {"label": LABEL, "message": BYTES}
BY = {"ivk": KEY, "signature": BYTES}
CHAIN_LINK = LAYOUTS["conclave/chain-link"]
SERVED = {"links": BYTES, "openings": BYTES}
CHAIN = {
    "cloud_name": TEXT,
    "subject": TEXT,
    "known_sequence_number": U32,
    "known_hash": f.MAYBE_KEY,
} | SERVED
OF_BOTH = {f"{side}_{name}": width for side in ("user", "email") for name, width in SERVED.items()}
TAILS = {
    "user_sequence_number": U32,
    "user_hash": KEY,
    "account_sequence_number": U32,
    "account_hash": f.MAYBE_KEY,
}
STORING = {"wrapping_key": KEY, "opening": KEY} | f.SECRET
TO_SEAL_OWN = {"user_id": TEXT, "seeds": BYTES, "generation": U32, "stale": TEXT, "nonce": NONCE}
ANY_TEXT = Width("text", 0, BYTES.high)
SAID = ("attestation", "adn", "served_adn", "served_email", "served_provider", "records", "key_set")
ATTESTED = BY | {"now_s": f.U64, "cloud_name": TEXT} | dict.fromkeys(SAID, ANY_TEXT)
SHARING = {"key": KEY} | f.SHARING
CLAIMED = [f"{side}_{name}" for side in displayed.SIDES for name in SERVED]
SIGNED_BESIDE = [f"{what}_signature" for what in ("binding", "statement", "attestation")]
LISTS = ["known_tails", "binding_tails", "statement_tails", *CLAIMED, *SIGNED_BESIDE]
KNOWN = {"known_epoch": f.U64, "known_root": f.MAYBE_KEY, "known_vrf_key": f.MAYBE_KEY}
SERVED_TREE = {"cloud_name": TEXT, "server_key": KEY, "signature": BYTES} | f.ROOTED
SEEDS_DUE = {"cloud_name": TEXT, "user_id": TEXT, "links": BYTES, "known": BYTES}
MEMBER = {"cloud_name": TEXT, "user_id": TEXT}
STATUS_LISTS = [f"{side}_{name}" for side in ("user", "account") for name in SERVED]
STATUS_TAILS = [f"known_{side}" for side in ("user", "account", "escrow")]
TREE_NAME = LAYOUTS["conclave/tree-name"]
SHOWN = f.ROOTED | TREE_NAME | {"proof": BYTES}
SHOWN_TO = CHAIN | {"shown_sequence_number": U32, "device_id": f.MAYBE_TEXT}
MEMBER_OF = [f"{side}_{name}" for side in ("user", "membership") for name in SERVED]
WRITING = (
    CHAIN
    | {"shown_sequence_number": U32, "link_type": ANY_TEXT}
    | dict.fromkeys(("signer", "device_id", "name", "mode"), f.MAYBE_TEXT)
    | {"device_type": Width("text", 0, 16)}
    | dict.fromkeys((*write_link.WIDTHS, "revoke", "seed", "known"), BYTES)
)
CHAIN_ALONE = {name: CHAIN[name] for name in CHAIN if name not in ("subject", "openings")}
PARTICIPANT = (
    LAYOUTS["conclave/binding"]
    | {"now_s": f.U64, "cloud_name": TEXT, "server_key": KEY}
    | dict.fromkeys(("email", "account_id"), f.MAYBE_TEXT)
    | dict.fromkeys(LISTS, BYTES)
    | dict.fromkeys([name for name in SAID if name != "served_email"], ANY_TEXT)
)
KEY_STATEMENT = told.LAYOUTS["conclave/key-statement"]
IN_MEETING = (
    {"cloud_name": TEXT, "server_key": KEY}
    | f.WHERE
    | dict.fromkeys(("by_chains", "looks_up", "host_checks"), ANY_TEXT)
    | dict.fromkeys(("known", "auditors", "events"), BYTES)
)

FORMULAS: dict[str, tuple[dict[str, Width], Callable[[Inputs], Inputs]]] = {
    "sign": (
        {"seed": KEY} | SIGNED,
        lambda v: {"signature": f.sign(v["seed"], known(v["label"]), v["message"])},
    ),
    "verify": (BY | SIGNED, verify),
    "agree": (
        {"secret": KEY, "public": KEY},
        lambda v: {"shared": f.agree(v["secret"], v["public"])},
    ),
    "binding": (
        LAYOUTS["conclave/binding"],
        lambda v: {"binding": f.encode("conclave/binding", v)},
    ),
    "verify_statement": (
        LAYOUTS["conclave/statement"] | {"server_key": KEY, "signature": BYTES},
        verify_statement,
    ),
    "classic_seal": (TO_SEAL, lambda v: seal(f.classic_key(v["shared"]), v)),
    "classic_open": (TO_OPEN, lambda v: unseal(f.classic_key(v["shared"]), v)),
    "kem_public": ({"seed": SEED_64}, lambda v: {"public": f.kem_keys(v["seed"])[0]}),
    "hybrid_seal": (TO_SEAL | PARTIES | {"coins": KEY}, hybrid_seal),
    "hybrid_open": (TO_OPEN | PARTIES | {"kem_seed": SEED_64, "kem": BYTES}, hybrid_open),
    "stream_key": (
        f.fields_of("conclave/stream-key") | {"meeting_key": KEY},
        lambda v: {"key": f.stream_key(v["meeting_key"], v)},
    ),
    "packet_seal": (
        {"key": KEY, "mk_seq": U32, "counter": f.U64, "plaintext": BYTES},
        packet_seal,
    ),
    "packet_open": ({"key": KEY, "packet": BYTES}, packet_open),
    "security_code": ({"ivk": KEY}, lambda v: {"digits": f.security_code(v["ivk"])}),
    "link_hash": (LAYOUTS["conclave/link"], hash_of("conclave/link")),
    "heartbeat_hash": (LAYOUTS["conclave/heartbeat-signed"], hash_of("conclave/heartbeat-signed")),
    "verify_heartbeat": (BY | LAYOUTS["conclave/heartbeat-signed"], verify_heartbeat),
    "verify_heartbeat_tuple": (BY | LAYOUTS["conclave/heartbeat-signed"], verify_heartbeat_tuple),
    "verify_lock_request": (BY | LAYOUTS["conclave/lock-request-signed"], verify_lock_request),
    "decode": ({"layout": TEXT, "bytes": BYTES}, decode),
    "chain_link_signed": (CHAIN_LINK, lambda v: {"signed": sigchain.link_signed(v)}),
    "chain_link_hash": (CHAIN_LINK, lambda v: {"hash": sigchain.link_hash(v)}),
    "commit": (
        {"key": KEY, "value": BYTES},
        lambda v: {"commitment": sigchain.commit(v["key"], v["value"])},
    ),
    "open_commitment": ({"commitment": BYTES, "key": BYTES, "value": BYTES}, open_commitment),
    "user_chain": (CHAIN, user_chain),
    "email_chain": (CHAIN, email_chain),
    "account_chain": (CHAIN, account_chain),
    "membership_chain": (CHAIN, membership_chain),
    "identity": ({"cloud_name": TEXT, "user_id": TEXT, "email": TEXT} | OF_BOTH, check_identity),
    "fingerprint": (TAILS, lambda v: {"fingerprint": identity.fingerprint(*tails(v))}),
    "verify_fingerprint": (TAILS | {"fingerprint": BYTES}, verify_fingerprint),
    "per_user_keys": ({"seed": KEY}, lambda v: user_keys.per_user_keys(v["seed"])),
    "verify_per_user_keys": ({"seed": KEY, "user_keys": BYTES}, verify_per_user_keys),
    "store_key": (
        STORING,
        lambda v: {"stored": stored.store_key(v["wrapping_key"], v["opening"], v["secret"])},
    ),
    "load_key": (
        {"wrapping_key": KEY, "stored": BYTES},
        lambda v: {"secret": stored.load_key(v["wrapping_key"], v["stored"])},
    ),
    "contact_warning": (
        {"own_devices": BYTES, "records": BYTES, "devices": BYTES, "device_id": TEXT},
        lambda v: contacts.contact_warning(**v),
    ),
    "contact_recorded": (
        {"participants": U32, "together_s": U32, "spoke_s": U32},
        contact_recorded,
    ),
    "seeds_due": (SEEDS_DUE, seeds.seeds_due),
    "seal_seed": (
        dict.fromkeys(("user_id", "sender", "recipient"), TEXT)
        | {"devices": BYTES, "x25519_secret": KEY, "generation": U32}
        | {"seed": KEY, "nonce": NONCE, "coins": KEY},
        seeds.seal_seed,
    ),
    "open_seed": (
        {"user_id": TEXT, "devices": BYTES, "device_id": TEXT, "x25519_secret": KEY}
        | {"kyber768_seed": MAYBE_SEED_64, "generations": BYTES, "box": BYTES},
        seeds.open_seed,
    ),
    "seal_content": (TO_SEAL_OWN | {"plaintext": BYTES}, content.seal_content),
    "open_content": (
        {"user_id": TEXT, "seeds": BYTES, "sealed": BYTES},
        content.open_content,
    ),
    "contact_tag": (
        {"seed": KEY, "contact": TEXT},
        lambda v: {"tag": content.tag(v["seed"], v["contact"])},
    ),
    "seal_contact": (
        TO_SEAL_OWN | f.REMEMBERED | {"device_id": TEXT, "ed25519_seed": KEY, "contact": TEXT},
        content.seal_contact,
    ),
    "open_contact": (
        {"user_id": TEXT, "contact": TEXT} | dict.fromkeys(("devices", "seeds", "filed"), BYTES),
        content.open_contact,
    ),
    "make_backup_key": (
        {"random": Width("bytes", 30, 30)},
        lambda v: {"string": backup_key.make_backup_key(v["random"])},
    ),
    "backup_key": ({"string": ANY_TEXT}, lambda v: backup_key.backup_key(v["string"])),
    "attestation_signed": ({"seed": KEY} | f.ATTESTED, attestation.attestation_signed),
    "attestation": (ATTESTED, attestation.attestation),
    "sharing_token": (SHARING, lambda v: {"token": attestation.sharing_token(v)}),
    "redeem_sharing_token": (
        SHARING | {"token": BYTES, "now_s": f.U64},
        redeem_sharing_token,
    ),
    "server_chain": (
        {"now_s": f.U64, "domain": TEXT}
        | dict.fromkeys(("root", "certificates", "responses"), BYTES),
        lambda v: {"server_key": certificates.server_chain(v)},
    ),
    "binding_with_tails": encoding_of("binding"),
    "statement_with_tails": encoding_of("statement"),
    "snapshot_with_tails": encoding_of("snapshot"),
    "participant_identity": (PARTICIPANT, displayed.participant_identity),
    "key_statement": (
        KEY_STATEMENT,
        lambda v: {"statement": f.encode("conclave/key-statement", v)},
    ),
    "verify_key_statement": (KEY_STATEMENT | {"signature": BYTES}, verify_key_statement),
    "looked_up_identity": (
        PARTICIPANT | f.ROOTED | {"lookups": BYTES},
        looked_up.looked_up_identity,
    ),
    "meeting_identities": (IN_MEETING, meeting_identities.meeting_identities),
    "tree_commitment": (LAYOUTS["conclave/tree-commitment"], transparency.tree_commitment),
    "tree_alpha": (TREE_NAME | {"freshness": TEXT, "version": f.U64}, transparency.tree_alpha),
    "tree_label": ({"vrf_key": KEY, "alpha": BYTES, "vrf_proof": BYTES}, transparency.tree_label),
    "tree_leaf": ({"value": BYTES, "nonce": KEY, "epoch": f.U64}, transparency.tree_leaf),
    "tree_parent": (
        {name: w for name, w in LAYOUTS["conclave/tree-absence"].items() if name != "steps"},
        transparency.tree_parent,
    ),
    "tree_markers": ({"version": f.U64, "epoch": f.U64}, transparency.tree_markers),
    "verify_commitment": (
        SERVED_TREE | KNOWN | {"auditors": BYTES, "audits": BYTES},
        transparency.verify_commitment,
    ),
    "verify_fork": (
        SERVED_TREE | {"other_root": KEY, "other_vrf_key": KEY, "other_signature": BYTES},
        transparency.verify_fork,
    ),
    "verify_lookup": (SHOWN | {"tail": BYTES}, transparency.verify_lookup),
    "verify_history": (
        SHOWN | {"reviewed_version": f.U64, "reviewed_tail": BYTES},
        transparency.verify_history,
    ),
    "verify_append_only": (
        {"epoch": f.U64, "start_root": KEY, "end_root": KEY, "proof": BYTES},
        transparency.verify_append_only,
    ),
    "escrowed_user_chain": (CHAIN | {"escrow_chains": BYTES}, escrowed_user_chain),
    "escrow_status": (
        MEMBER
        | {"device_id": TEXT, "acknowledged": f.MAYBE_KEY}
        | dict.fromkeys([*STATUS_LISTS, *STATUS_TAILS, "escrow_chains", "box"], BYTES),
        escrow_status.escrow_status,
    ),
    "escrowed_seeds_due": (SEEDS_DUE | {"escrow_chains": BYTES}, escrow.escrowed_seeds_due),
    "seal_escrow": (
        LAYOUTS["conclave/escrow-meta"]
        | LAYOUTS["conclave/escrow-secrets"]
        | {"user_keys": BYTES, "nonce": NONCE}
        | dict.fromkeys(("maker_seed", "ephemeral", "coins"), KEY),
        escrow_box.seal_escrow,
    ),
    "open_escrow": (
        MEMBER | dict.fromkeys(("links", "escrow_chains", "seeds", "box"), BYTES),
        escrow_box.open_escrow,
    ),
    "device_list": (
        SHOWN_TO | {"account_sequence_number": U32, "account_hash": f.MAYBE_KEY},
        device_list.device_list,
    ),
    "chain_notices": (SHOWN_TO, device_list.chain_notices),
    "address_history": (
        CHAIN | {"shown_sequence_number": U32, "user_id": TEXT},
        device_list.address_history,
    ),
    "account_member": (
        dict.fromkeys(("cloud_name", "user_id", "account_id"), TEXT)
        | dict.fromkeys(MEMBER_OF, BYTES),
        device_list.account_member,
    ),
    "write_link": (WRITING, write_link.write_link),
    "seal_for_user": (
        CHAIN_ALONE
        | dict.fromkeys(("user_id", "author", "device_id"), TEXT)
        | dict.fromkeys(("ed25519_seed", "x25519_secret", "coins"), KEY)
        | {"kyber768_seed": SEED_64, "nonce": NONCE, "plaintext": BYTES},
        for_user.seal_for_user,
    ),
    "open_for_user": (
        CHAIN_ALONE
        | {"user_id": TEXT, "author": TEXT, "seeds": BYTES, "sealed": BYTES},
        for_user.open_for_user,
    ),
}


def compute(name: str, texts: Mapping[str, str]) -> dict[str, str]:
    """The outputs of a formula, as text. Raises `BadRequest` or `Refusal`."""
    fields, formula = FORMULAS[name]
    return f.written(formula(f.read_fields(fields, texts)))
