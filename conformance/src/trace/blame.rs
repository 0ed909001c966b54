//! Which rule a difference falls to, and how it is told.

use conclave_model::{machine, values::Slot};
use conclave_spec::Rule;
use serde_json::Value;

use super::format::Effect;

/// The rule behind something a client did or did not do.
pub(super) fn rule_of<V>(effect: &machine::Effect<V>) -> Rule {
    match effect {
        machine::Effect::PostAnnouncement(_) => Rule::EphemeralFresh,
        machine::Effect::PostSealedKey(_) => Rule::SealToListed,
        machine::Effect::PostNonce(_) => Rule::NonceRenewed,
        machine::Effect::PostLink(_) => Rule::JoinListed,
        machine::Effect::PostHeartbeat(_) => Rule::BeatInTime,
        machine::Effect::PostLockRequest(_) => Rule::RequestVerifies,
        machine::Effect::Transmit { .. } => Rule::UseNewestKey,
        machine::Effect::Render { .. } => Rule::PacketOpens,
        machine::Effect::ShowSecurityCode(_) => Rule::CodeFromHandshakeKey,
        machine::Effect::ShowLeaderChanged { .. } => Rule::ChangeNoticed,
        machine::Effect::ShowUnlockWarning => Rule::UnlockWarned,
        machine::Effect::ShowLeft => Rule::MeetingKeysErased,
    }
}

/// The rule behind a value that is not the one it must be.
pub(super) fn rule_of_value(effect: &Effect, slot: Slot) -> Rule {
    match slot {
        Slot::Nonce => Rule::NonceFresh,
        Slot::BoxNonce => Rule::BoxNonceFresh,
        Slot::Pk => Rule::EphemeralFresh,
        Slot::ListHash => Rule::HeartbeatNamesList,
        Slot::BeatBefore => Rule::HeartbeatNamesPrevious,
        Slot::LinkBefore => Rule::LinkNamesPrevious,
        Slot::BindingHash => Rule::BindingStable,
        Slot::Kem | Slot::Ciphertext => Rule::SealOpens,
        Slot::Body => Rule::PacketOpens,
        Slot::Signature if matches!(effect, machine::Effect::PostHeartbeat(_)) => {
            Rule::HeartbeatVerifies
        }
        Slot::Signature if matches!(effect, machine::Effect::PostLockRequest(_)) => {
            Rule::RequestVerifies
        }
        Slot::Signature => Rule::AnnouncementVerifies,
        Slot::Ivk | Slot::Plaintext | Slot::Code => rule_of(effect),
    }
}

/// The rule behind a field that differs, by its path.
pub(super) fn rule_of_field(effect: &Effect, path: &str) -> Rule {
    let beat = matches!(effect, machine::Effect::PostHeartbeat(_));
    match path.rsplit('.').next().unwrap_or_default() {
        "t" if beat => Rule::CountsByOne,
        "v" if beat => Rule::HeartbeatNamesVersion,
        "mk_seq" if beat => Rule::HeartbeatNamesKey,
        "timestamp_ms" if beat => Rule::TimestampAdvances,
        "v" => Rule::LinkNamesCounter,
        "counter" => Rule::CounterNeverRepeats,
        _ => rule_of(effect),
    }
}

/// The first place at which two values differ: its path, and what is there in each.
pub(super) fn difference(one: &Value, other: &Value) -> Option<(String, String, String)> {
    if one == other {
        return None;
    }
    let deeper = |key: &str, one: Option<&Value>, other: Option<&Value>| {
        let (one, other) = (one.unwrap_or(&Value::Null), other.unwrap_or(&Value::Null));
        difference(one, other).map(|(path, one, other)| {
            let dot = if path.is_empty() { "" } else { "." };
            (format!("{key}{dot}{path}"), one, other)
        })
    };
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let keys = one.keys().chain(other.keys().filter(|key| !one.contains_key(*key)));
            keys.into_iter().find_map(|key| deeper(key, one.get(key), other.get(key)))
        }
        (Value::Array(one), Value::Array(other)) => (0..one.len().max(other.len()))
            .find_map(|at| deeper(&at.to_string(), one.get(at), other.get(at))),
        (one, other) => Some((String::new(), one.to_string(), other.to_string())),
    }
}

/// A value as a report shows it.
pub(super) fn shown(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

/// A value of the model as a report shows it: short.
pub(super) fn named(value: &impl std::fmt::Debug) -> String {
    crate::process::excerpt(format!("{value:?}").as_bytes())
}
