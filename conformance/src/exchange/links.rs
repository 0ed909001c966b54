//! Links, heartbeats and lock requests: how they cross, and what is hashed and signed of them.

use conclave_model::{
    message::{
        Entry, Heartbeat, Link, LockOperation, LockRequest, Meeting, Operation, Seat, Standing,
    },
    shared::SharedMap,
};
use conclave_spec::{
    HeartbeatForm, Octets, Profile, Rule, RuleSet,
    layouts::{self, Layout},
    wire,
};
use sha2::{Digest as _, Sha256};

use super::{Decoded, Exchange, fields::Fields};
use crate::protocol::Payload;

/// A hash before the first link or heartbeat.
const NO_HASH: [u8; 32] = [0; 32];

type Read<T> = Result<T, Rule>;

impl Exchange {
    /// The link in a payload.
    ///
    /// # Errors
    /// The payload is not in the session's codec.
    pub fn link(&self, payload: &Payload) -> Decoded<Link<Octets>> {
        let fields = self.fields(&layouts::LINK, self.posted(), payload)?;
        Ok(fields.and_then(|fields| link_of(fields, self.rules)))
    }

    /// The heartbeat in a payload.
    ///
    /// # Errors
    /// The payload is not in the session's codec.
    pub fn heartbeat(&self, payload: &Payload) -> Decoded<Heartbeat<Octets>> {
        Ok(self.fields(&layouts::HEARTBEAT, self.rules, payload)?.and_then(|mut fields| {
            let timestamp = fields.take_if_there("timestamp_ms");
            let timestamp = timestamp.and_then(|bytes| wire::read_u64(bytes.as_slice()));
            Ok(Heartbeat {
                list_hash: fields.take("list_hash")?,
                v: fields.number("v")?,
                t: fields.number("t")?,
                mk_seq: fields.number("mk_seq")?,
                prev: fields.take_if_there("prev").unwrap_or_else(|| NO_HASH.into()),
                timestamp_ms: timestamp.unwrap_or_default(),
                sig: fields.take("sig")?,
            })
        }))
    }

    /// The lock request in a payload.
    ///
    /// # Errors
    /// The payload is not in the session's codec.
    pub fn lock_request(&self, payload: &Payload) -> Decoded<LockRequest<Octets>> {
        Ok(self.fields(&layouts::LOCK_REQUEST, self.rules, payload)?.and_then(|mut fields| {
            let seat = fields.seat()?;
            let word = fields.text("operation")?;
            let operation = [LockOperation::Lock, LockOperation::Unlock]
                .into_iter()
                .find(|operation| operation.word() == word)
                .ok_or(Rule::EncodingCanonical)?;
            let (link_hash, sig) = (fields.take("link_hash")?, fields.take("sig")?);
            Ok(LockRequest { seat, operation, link_hash, sig })
        }))
    }

    pub(super) fn link_payload(&self, link: &Link<Octets>) -> Payload {
        self.payload(&layouts::LINK, self.posted(), &link_values(self.rules, link))
    }

    pub(super) fn heartbeat_payload(&self, it: &Heartbeat<Octets>) -> Payload {
        let values = [
            ("list_hash", it.list_hash.clone()),
            ("v", wire::u32_be(it.v)),
            ("t", wire::u32_be(it.t)),
            ("mk_seq", wire::u32_be(it.mk_seq)),
            ("prev", it.prev.clone()),
            ("timestamp_ms", wire::u64_be(it.timestamp_ms)),
            ("sig", it.sig.clone()),
        ];
        self.payload(&layouts::HEARTBEAT, self.rules, &values)
    }

    pub(super) fn request_payload(&self, it: &LockRequest<Octets>) -> Payload {
        let values = [
            ("user_id", it.seat.user_id.as_str().into()),
            ("hardware_id", it.seat.hardware_id.as_str().into()),
            ("operation", it.operation.word().into()),
            ("link_hash", it.link_hash.clone()),
            ("sig", it.sig.clone()),
        ];
        self.payload(&layouts::LOCK_REQUEST, self.rules, &values)
    }

    /// The rules of a link as it is posted: its counter and the hash before it always cross, also
    /// where its own hash does not cover them.
    fn posted(&self) -> RuleSet {
        self.rules.with(Rule::LinkNamesCounter).with(Rule::LinkNamesPrevious)
    }
}

/// The hash of a link (`docs/client.md`, Hashes).
#[must_use]
pub fn link_hash(rules: RuleSet, link: &Link<Octets>) -> Octets {
    let encoded = wire::encode_for_hash(&layouts::LINK, rules, &link_values(rules, link));
    sha256(&encoded.unwrap_or_default())
}

/// What the signature of a heartbeat is over, and the hash of the heartbeat. `binding` is the
/// encoded binding of its leader.
#[must_use]
pub fn heartbeat_signed(
    profile: &Profile,
    binding: &Octets,
    it: &Heartbeat<Octets>,
) -> (Octets, Octets) {
    let values = [
        ("binding", binding.clone()),
        ("list_hash", it.list_hash.clone()),
        ("v", wire::u32_be(it.v)),
        ("t", wire::u32_be(it.t)),
        ("mk_seq", wire::u32_be(it.mk_seq)),
        ("prev", it.prev.clone()),
        ("timestamp_ms", wire::u64_be(it.timestamp_ms)),
    ];
    let encoded = wire::encode_for_hash(&layouts::HEARTBEAT_SIGNED, profile.rules, &values);
    let encoded = encoded.unwrap_or_default();
    let hash = sha256(&encoded);
    match profile.heartbeat_form {
        HeartbeatForm::Tuple => (encoded, hash),
        HeartbeatForm::Hash => (hash.clone(), hash),
    }
}

/// What the signature of a lock request is over.
#[must_use]
pub fn request_signed(rules: RuleSet, meeting: &Meeting, it: &LockRequest<Octets>) -> Octets {
    let values = [
        ("meeting_id", meeting.id.as_str().into()),
        ("meeting_uuid", Octets::from(meeting.uuid)),
        ("operation", it.operation.word().into()),
        ("link_hash", it.link_hash.clone()),
    ];
    let encoded = wire::encode_for_hash(&layouts::LOCK_REQUEST_SIGNED, rules, &values);
    encoded.unwrap_or_default()
}

fn sha256(message: &Octets) -> Octets {
    Octets::new(Sha256::digest(message.as_slice()).to_vec())
}

fn link_of(mut fields: Fields, rules: RuleSet) -> Read<Link<Octets>> {
    let (v, prev) = (fields.number("v")?, fields.take("prev")?);
    let word = fields.text("op")?;
    let mut parts = Parts {
        user_id: fields.text("user_id")?,
        hardware_id: fields.text("hardware_id")?,
        ivk: fields.take("ivk")?,
        binding_hash: fields.take("binding_hash")?,
        name: fields.text("name")?,
        entries: fields.take("entries")?,
    };
    let operation = match word.as_str() {
        "add" => Operation::Add {
            seat: parts.seat()?,
            ivk: whole(std::mem::take(&mut parts.ivk))?,
            binding_hash: whole(std::mem::take(&mut parts.binding_hash))?,
            name: std::mem::take(&mut parts.name),
        },
        "left" => Operation::Left { seat: parts.seat()? },
        "kicked" => Operation::Kicked { seat: parts.seat()? },
        "rename" => {
            Operation::Rename { seat: parts.seat()?, name: std::mem::take(&mut parts.name) }
        }
        "lock" => Operation::Lock,
        "unlock" => Operation::Unlock,
        "snapshot" => Operation::Snapshot { locked: false, entries: parts.entries(rules)? },
        "snapshot_locked" => Operation::Snapshot { locked: true, entries: parts.entries(rules)? },
        _ => return Err(Rule::EncodingCanonical),
    };
    parts.used_up()?;
    Ok(Link { v, prev, operation })
}

/// The fields of which each operation uses its own.
#[derive(Default, PartialEq)]
struct Parts {
    user_id: String,
    hardware_id: String,
    ivk: Octets,
    binding_hash: Octets,
    name: String,
    entries: Octets,
}

impl Parts {
    fn seat(&mut self) -> Read<Seat> {
        let user_id = std::mem::take(&mut self.user_id);
        let hardware_id = std::mem::take(&mut self.hardware_id);
        if user_id.is_empty() || hardware_id.is_empty() {
            return Err(Rule::EncodingCanonical);
        }
        Ok(Seat { user_id, hardware_id })
    }

    fn entries(&mut self, rules: RuleSet) -> Read<SharedMap<Seat, Entry<Octets>>> {
        let entries = std::mem::take(&mut self.entries);
        // Without an entry a snapshot lacks what it is about.
        if entries.is_empty() {
            return Err(Rule::EncodingCanonical);
        }
        let messages = wire::decode_all(&layouts::ENTRY, rules, &entries)
            .map_err(|_| Rule::EncodingCanonical)?;
        let mut read: SharedMap<Seat, Entry<Octets>> = SharedMap::new_sync();
        for message in messages {
            let (seat, entry) = entry_of(Fields::of(message))?;
            if read.last().is_some_and(|(last, _)| *last >= seat) {
                return Err(Rule::EncodingCanonical);
            }
            read.insert_mut(seat, entry);
        }
        Ok(read)
    }

    /// Whether nothing is set that the operation does not use.
    fn used_up(&self) -> Read<()> {
        if *self == Self::default() { Ok(()) } else { Err(Rule::EncodingCanonical) }
    }
}

fn entry_of(mut fields: Fields) -> Read<(Seat, Entry<Octets>)> {
    let seat = fields.seat()?;
    let (name, ivk) = (fields.text("name")?, fields.take("ivk")?);
    let (word, binding_hash) = (fields.text("standing")?, fields.take("binding_hash")?);
    let standing = match (word.as_str(), binding_hash.is_empty()) {
        ("present", false) => Standing::Present(whole(binding_hash)?),
        ("left", true) => Standing::Left,
        ("kicked", true) => Standing::Kicked,
        _ => return Err(Rule::EncodingCanonical),
    };
    Ok((seat, Entry { name, ivk, standing, leaves: fields.number("leaves")? }))
}

/// A key or hash that must be there.
fn whole(value: Octets) -> Read<Octets> {
    if value.len() == 32 { Ok(value) } else { Err(Rule::EncodingCanonical) }
}

/// The values of `conclave/link`.
fn link_values(rules: RuleSet, link: &Link<Octets>) -> [(&'static str, Octets); 9] {
    let (mut seat, mut ivk, mut hash) = (None, Octets::default(), Octets::default());
    let (mut name, mut entries) = ("", Octets::default());
    match &link.operation {
        Operation::Add { seat: who, ivk: key, binding_hash, name: called } => {
            seat = Some(who);
            (ivk, hash) = (key.clone(), binding_hash.clone());
            name = called;
        }
        Operation::Left { seat: who } | Operation::Kicked { seat: who } => seat = Some(who),
        Operation::Rename { seat: who, name: called } => {
            seat = Some(who);
            name = called;
        }
        Operation::Lock | Operation::Unlock => {}
        Operation::Snapshot { entries: all, .. } => entries = entries_of(rules, all),
    }
    let (user_id, hardware_id) =
        seat.map_or(("", ""), |seat| (seat.user_id.as_str(), seat.hardware_id.as_str()));
    [
        ("v", wire::u32_be(link.v)),
        ("prev", link.prev.clone()),
        ("op", link.operation.word().into()),
        ("user_id", user_id.into()),
        ("hardware_id", hardware_id.into()),
        ("ivk", ivk),
        ("binding_hash", hash),
        ("name", name.into()),
        ("entries", entries),
    ]
}

/// All entries, in order, each behind its length.
fn entries_of(rules: RuleSet, entries: &SharedMap<Seat, Entry<Octets>>) -> Octets {
    let layout: &Layout = &layouts::ENTRY;
    let encoded: Vec<Octets> = entries
        .iter()
        .map(|(seat, entry)| {
            let values = [
                ("user_id", Octets::from(seat.user_id.as_str())),
                ("hardware_id", seat.hardware_id.as_str().into()),
                ("name", entry.name.as_str().into()),
                ("ivk", entry.ivk.clone()),
                ("standing", entry.standing.word().into()),
                ("binding_hash", entry.binding_hash().cloned().unwrap_or_default()),
                ("leaves", wire::u32_be(entry.leaves)),
            ];
            wire::encode(layout, rules, &values).unwrap_or_default()
        })
        .collect();
    wire::join(&encoded)
}
