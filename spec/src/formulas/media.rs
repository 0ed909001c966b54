//! Stream keys and packets.
//!
//! Two derivations stand in the paper side by side and are kept apart here: [`stream_key`] belongs
//! to end-to-end encrypted meetings, [`enhanced_stream_key`] to meetings whose key the server
//! knows.

use hacspec_lib::ByteSeq;

use super::Octets;
use crate::{
    labels::Label,
    layouts::STREAM_KEY_INFO,
    primitives::{
        aes_256_gcm,
        hash::{hkdf_sha256, hmac_sha256},
    },
    rule_set::RuleSet,
    rules::Rule,
    wire::{self, EncodeError},
};

const HEADER: usize = 16;

/// What a stream key is derived for (2.3.1, 3.7.5, last paragraph).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream<'a> {
    /// The message type, such as `video`.
    pub stream: &'a str,
    /// The meeting ID.
    pub meeting_id: &'a str,
    /// The UUID of the meeting instance.
    pub meeting_uuid: &'a [u8; 16],
    /// The sender's ID.
    pub sender: &'a str,
    /// The hardware ID of the sender's device, used where MED-10 is in force.
    pub hardware_id: &'a str,
}

/// The 16 bytes in front of an encrypted packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PacketHeader {
    /// The sequence number of the meeting key.
    pub mk_seq: u32,
    /// The packet counter, which is the nonce.
    pub counter: u64,
}

/// Why no stream key was derived.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StreamKeyError {
    /// An identifier has a wrong width.
    #[error(transparent)]
    Info(#[from] EncodeError),
    /// The meeting key has not 32 bytes.
    #[error("a meeting key has 32 bytes, got {got}")]
    MeetingKey {
        /// Its length, in bytes.
        got: usize,
    },
}

/// The key of one sender's stream, 32 bytes (2.3.1, 3.7.5, last paragraph; 4.6,
/// subsec:joinleave, "Participant Join (Non-Leader)", last paragraph).
///
/// HKDF-SHA-256 of the meeting key with an empty salt (reading R-09). The info is the context
/// string behind its length in four bytes, big-endian, followed by the encoding of the stream's
/// values.
///
/// # Errors
///
/// If the meeting key or an identifier has a wrong width.
pub fn stream_key(
    rules: RuleSet,
    meeting_key: &Octets,
    stream: &Stream<'_>,
) -> Result<Octets, StreamKeyError> {
    let fields: [(&str, &[u8]); 5] = [
        ("stream", stream.stream.as_bytes()),
        ("meeting_id", stream.meeting_id.as_bytes()),
        ("meeting_uuid", stream.meeting_uuid),
        ("sender", stream.sender.as_bytes()),
        ("hardware_id", stream.hardware_id.as_bytes()),
    ];
    let values = wire::encode_for_hash(&STREAM_KEY_INFO, rules, &fields)?;
    let context = wire::prefixed("context", Label::StreamKey.text().as_bytes())?;
    let info = context.secret().concat_owned(values.secret());
    let key = if rules.contains(Rule::SubkeyUsesMeetingKey) {
        meeting_key.secret_of(32)
    } else {
        Some(ByteSeq::new(32))
    };
    key.and_then(|key| hkdf_sha256(&key, &ByteSeq::new(0), &info, 32))
        .map(Octets::revealed)
        .ok_or(StreamKeyError::MeetingKey { got: meeting_key.len() })
}

/// The key of a stream in a meeting with enhanced encryption, 32 bytes: HMAC-SHA-256 of the stream
/// identifier under the meeting key, which the server made (4.6, "Enhanced Encryption").
///
/// `None` unless the meeting key has 32 bytes.
#[must_use]
pub fn enhanced_stream_key(meeting_key: &Octets, stream_id: &Octets) -> Option<Octets> {
    hmac_sha256(&meeting_key.secret_of(32)?, &stream_id.secret()).map(Octets::revealed)
}

/// An encrypted packet (2.3.1, 3.5 and 3.9; reading R-11): the number of the meeting key in four
/// bytes and the counter in twelve, both big-endian, then AES-256-GCM with the counter as nonce
/// and these sixteen bytes as associated data.
///
/// Without [`Rule::PacketSeqFourBytes`] only the low byte of the number is written. `None` unless
/// the stream key has 32 bytes.
#[must_use]
pub fn seal_packet(
    rules: RuleSet,
    stream_key: &Octets,
    mk_seq: u32,
    counter: u64,
    plaintext: &Octets,
) -> Option<Octets> {
    let mut header = wire::u32_be(written(rules, mk_seq)).into_vec();
    header.extend_from_slice(&[0; 4]);
    header.extend_from_slice(&counter.to_be_bytes());
    let header = Octets::new(header).secret();
    let nonce = header.slice(4, 12);
    aes_256_gcm::seal(&stream_key.secret(), &nonce, &header, &plaintext.secret())
        .map(|sealed| Octets::revealed(header.concat_owned(sealed)))
}

/// The number of the key and the counter of a packet (2.3.1, 3.9 and 3.10; reading R-11).
///
/// Without [`Rule::PacketSeqFourBytes`] only the low byte of the number is read. `None` for a
/// packet that is too short, or whose counter does not fit eight bytes.
#[must_use]
pub fn packet_header(rules: RuleSet, packet: &Octets) -> Option<PacketHeader> {
    let (header, _) = packet.as_slice().split_at_checked(HEADER)?;
    let (mk_seq, counter) = header.split_at_checked(4)?;
    let counter = u128::from_be_bytes([&[0; 4], counter].concat().try_into().ok()?);
    Some(PacketHeader {
        mk_seq: written(rules, wire::read_u32(mk_seq)?),
        counter: u64::try_from(counter).ok()?,
    })
}

/// The plaintext of a packet under its stream key. Without [`Rule::PacketOpens`] the tag is not
/// looked at.
///
/// `None` for a packet without a readable header, and for one that is refused.
#[must_use]
pub fn open_packet(rules: RuleSet, stream_key: &Octets, packet: &Octets) -> Option<Octets> {
    packet_header(rules, packet)?;
    let (header, sealed) = packet.secret().split_off(HEADER);
    let (key, nonce) = (stream_key.secret(), header.slice(4, 12));
    let plaintext = if rules.contains(Rule::PacketOpens) {
        aes_256_gcm::open(&key, &nonce, &header, &sealed)
    } else {
        aes_256_gcm::open_unchecked(&key, &nonce, &sealed)
    };
    plaintext.map(Octets::revealed)
}

/// The number of a meeting key as far as a packet tells it.
fn written(rules: RuleSet, mk_seq: u32) -> u32 {
    if rules.contains(Rule::PacketSeqFourBytes) { mk_seq } else { mk_seq & 0xff }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: Stream<'static> = Stream {
        stream: "video",
        meeting_id: "1",
        meeting_uuid: &[1; 16],
        sender: "ann",
        hardware_id: "pad",
    };

    #[test]
    fn med_04_to_07_each_value_counts_exactly_under_its_rule() {
        let key = Octets::from([7; 32]);
        let changed = [
            (Rule::SubkeyNamesStream, Stream { stream: "audio", ..STREAM }),
            (Rule::SubkeyNamesMeeting, Stream { meeting_id: "2", ..STREAM }),
            (Rule::SubkeyNamesInstance, Stream { meeting_uuid: &[2; 16], ..STREAM }),
            (Rule::SubkeyNamesSender, Stream { sender: "bob", ..STREAM }),
            (Rule::SubkeyNamesDevice, Stream { hardware_id: "phone", ..STREAM }),
        ];
        for (rule, other) in &changed {
            let equal = |rules| {
                stream_key(rules, &key, &STREAM).unwrap() == stream_key(rules, &key, other).unwrap()
            };
            assert!(!equal(RuleSet::all()), "{}", rule.id());
            assert!(equal(RuleSet::all().without(*rule)), "{}", rule.id());
        }
        assert_eq!(
            stream_key(RuleSet::all(), &[7; 31].into(), &STREAM),
            Err(StreamKeyError::MeetingKey { got: 31 })
        );
        assert_eq!(enhanced_stream_key(&[7; 31].into(), &"id".into()), None);
    }

    #[test]
    fn a_packet_is_opened_by_its_receiver() {
        let all = RuleSet::all();
        let key = Octets::from([7; 32]);
        let packet = seal_packet(all, &key, 0x0102_0304, u64::MAX, &"hello".into()).unwrap();
        let header = PacketHeader { mk_seq: 0x0102_0304, counter: u64::MAX };
        assert_eq!(packet_header(all, &packet), Some(header));
        assert_eq!(open_packet(all, &key, &packet), Some("hello".into()));
        assert_eq!(open_packet(all, &[8; 32].into(), &packet), None);
    }

    #[test]
    fn med_01_a_damaged_packet_opens_only_without_the_rule() {
        let all = RuleSet::all();
        let mutant = all.without(Rule::PacketOpens);
        let key = Octets::from([7; 32]);
        let packet = seal_packet(all, &key, 1, 2, &"hello".into()).unwrap();
        let damaged = |at: usize| {
            let mut bytes = packet.clone().into_vec();
            bytes[at] ^= 1;
            Octets::new(bytes)
        };
        assert_eq!(open_packet(mutant, &key, &damaged(HEADER)), Some("iello".into()));
        for at in [0, 3, 15, HEADER, packet.len() - 1] {
            assert_eq!(open_packet(all, &key, &damaged(at)), None, "byte {at}");
        }
        assert_eq!(open_packet(mutant, &key, &packet.as_slice()[..HEADER + 15].into()), None);
    }

    #[test]
    fn med_08_without_the_rule_two_numbers_look_alike() {
        let all = RuleSet::all();
        let mutant = all.without(Rule::PacketSeqFourBytes);
        let key = Octets::from([7; 32]);
        let packet = |rules, mk_seq| seal_packet(rules, &key, mk_seq, 0, &"".into()).unwrap();
        assert_ne!(packet(all, 1), packet(all, 257));
        assert_eq!(packet(mutant, 1), packet(mutant, 257));
        let read = |rules| packet_header(rules, &packet(all, 257)).unwrap().mk_seq;
        assert_eq!((read(all), read(mutant)), (257, 1));
    }

    #[test]
    fn a_header_is_refused_unless_its_counter_fits() {
        let mut bytes = vec![0; HEADER];
        assert!(packet_header(RuleSet::all(), &bytes.clone().into()).is_some());
        assert!(packet_header(RuleSet::all(), &bytes[1..].into()).is_none());
        bytes[7] = 1;
        assert!(packet_header(RuleSet::all(), &bytes.into()).is_none());
    }
}
