//! Whole messages as bytes, put together without an encoder, in hexadecimal.

use conclave_model::script::WireEdit;

/// One more field behind the last one.
pub(super) fn further_field() -> WireEdit {
    WireEdit::Append(hex::encode(framed(b"a")))
}

/// A field behind its length.
fn framed(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], bytes].concat()
}

fn joined(fields: &[&[u8]]) -> Vec<u8> {
    fields.iter().flat_map(|field| framed(field)).collect()
}

/// A link that unlocks.
pub(super) fn a_link() -> String {
    link(b"unlock", b"")
}

/// A link with a snapshot in which somebody has left and is still bound to a key.
pub(super) fn a_snapshot_with_a_leaver_bound() -> String {
    let entry: [&[u8]; 8] = [
        b"conclave/entry",
        b"carol",
        b"carol-laptop",
        b"carol",
        &[7; 32],
        b"left",
        &[7; 32],
        &[0, 0, 0, 1],
    ];
    link(b"snapshot", &framed(&joined(&entry)))
}

fn link(operation: &[u8], entries: &[u8]) -> String {
    let fields: [&[u8]; 10] =
        [b"conclave/link", &[0, 0, 0, 4], &[7; 32], operation, b"", b"", b"", b"", b"", entries];
    hex::encode(joined(&fields))
}

/// Some heartbeat.
pub(super) fn a_heartbeat() -> String {
    let fields: [&[u8]; 6] = [b"conclave/heartbeat", &[7; 32], &[7; 4], &[7; 4], &[7; 4], &[7; 64]];
    hex::encode(joined(&fields))
}
