//! What the inputs of each formula are called.

use conclave_spec::layouts::{self, Layout};

use super::{
    Refused, attestations, certificates, chains, contacts, content, devices, escrows, for_user,
    identities, meetings, seeds, transparency, writing,
};

/// The inputs of a formula.
pub(super) fn names(formula: &str) -> Result<Vec<&'static str>, Refused> {
    const PARTIES: [&str; 6] = [
        "sender_ivk",
        "sender_box_pk",
        "sender_kem_pk",
        "recipient_ivk",
        "recipient_box_pk",
        "recipient_kem_pk",
    ];
    const INSTANCE: [&str; 2] = ["meeting_id", "meeting_uuid"];
    const DEVICE: [&str; 3] = ["user_id", "hardware_id", "ivk"];
    let parts: Vec<&[&'static str]> = match formula {
        "sign" => vec![&["seed", "label", "message"]],
        "verify" => vec![&["ivk", "label", "message", "signature"]],
        "agree" => vec![&["secret", "public"]],
        "binding" => vec![&INSTANCE, &DEVICE, &["pk"]],
        "verify_statement" => vec![&["server_key", "meeting_uuid", "signature"], &DEVICE],
        "classic_seal" => vec![&["shared", "meta", "nonce", "plaintext"]],
        "classic_open" => vec![&["shared", "meta", "nonce", "ciphertext"]],
        "kem_public" => vec![&["seed"]],
        "hybrid_seal" => vec![&PARTIES, &["shared", "coins", "meta", "nonce", "plaintext"]],
        "hybrid_open" => {
            vec![&PARTIES, &["shared", "kem_seed", "meta", "nonce", "kem", "ciphertext"]]
        }
        "stream_key" => vec![&["meeting_key", "stream", "sender"], &INSTANCE],
        "packet_seal" => vec![&["key", "mk_seq", "counter", "plaintext"]],
        "packet_open" => vec![&["key", "packet"]],
        "security_code" => vec![&["ivk"]],
        "link_hash" => return Ok(fields_of(&layouts::LINK)),
        "heartbeat_hash" => return Ok(fields_of(&layouts::HEARTBEAT_SIGNED)),
        "verify_heartbeat" | "verify_heartbeat_tuple" => {
            return Ok([vec!["ivk", "signature"], fields_of(&layouts::HEARTBEAT_SIGNED)].concat());
        }
        "verify_lock_request" => {
            return Ok(
                [vec!["ivk", "signature"], fields_of(&layouts::LOCK_REQUEST_SIGNED)].concat()
            );
        }
        "decode" => vec![&["layout", "bytes"]],
        _ => {
            let others = attestations::names(formula).or_else(|| contacts::names(formula));
            let others = others.or_else(|| seeds::names(formula));
            let others = others.or_else(|| content::names(formula));
            let others = others.or_else(|| certificates::names(formula));
            let others = others.or_else(|| identities::names(formula));
            let others = others.or_else(|| meetings::names(formula));
            let others = others.or_else(|| transparency::names(formula));
            let others = others.or_else(|| devices::names(formula));
            let others = others.or_else(|| writing::names(formula));
            let others = others.or_else(|| for_user::names(formula));
            let others = others.or_else(|| escrows::names(formula));
            let others = others.or_else(|| chains::names(formula));
            return others.ok_or(Refused::Unknown);
        }
    };
    Ok(parts.concat())
}

pub(super) fn fields_of(layout: &Layout) -> Vec<&'static str> {
    layout.fields.iter().map(|field| field.name).collect()
}
