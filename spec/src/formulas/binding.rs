//! The tuples that are signed, and what a sealed meeting key is bound to and contains.

use super::Octets;
use crate::{
    layouts::{BINDING, META, SEALED_PLAINTEXT, STATEMENT},
    rule_set::RuleSet,
    wire::{self, EncodeError, Malformed},
};

/// The values of a key announcement (2.3.1, 3.7.2 step 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding<'a> {
    /// The meeting ID.
    pub meeting_id: &'a str,
    /// The UUID of the meeting instance.
    pub meeting_uuid: &'a [u8; 16],
    /// The user ID of the announcer.
    pub user_id: &'a str,
    /// The hardware ID of the announcer's device.
    pub hardware_id: &'a str,
    /// The announcer's identity verification key, 32 bytes.
    pub ivk: &'a Octets,
    /// The ephemeral public key: 32 bytes in the classic suite; in the hybrid one the Curve25519
    /// key followed by the Kyber key, 1,216 bytes.
    pub pk: &'a Octets,
}

/// The values of a server statement (3.1, 3.7.1 and figure 1; reading R-03).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// The UUID of the meeting instance.
    pub meeting_uuid: &'a [u8; 16],
    /// The user ID of the client.
    pub user_id: &'a str,
    /// The hardware ID of the client's device.
    pub hardware_id: &'a str,
    /// The client's identity verification key, 32 bytes.
    pub ivk: &'a Octets,
}

/// The values of the metadata of a sealed meeting key (2.3.1, 3.7.4 step 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meta<'a> {
    /// The meeting ID.
    pub meeting_id: &'a str,
    /// The UUID of the meeting instance.
    pub meeting_uuid: &'a [u8; 16],
    /// The leader's user ID.
    pub leader: &'a str,
    /// The recipient's user ID.
    pub recipient: &'a str,
}

/// What a sealed meeting key contains.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SealedPlaintext {
    /// The meeting key, 32 bytes.
    pub meeting_key: Octets,
    /// Its sequence number, where the number is sealed with the key.
    pub mk_seq: Option<u32>,
}

/// `Binding_i` (2.3.1, 3.7.2 step 3), to be signed with the identity key; encoding by reading R-01.
///
/// # Errors
///
/// If an identifier is empty or over 255 bytes, or a key has a wrong width.
pub fn binding(rules: RuleSet, binding: &Binding<'_>) -> Result<Octets, EncodeError> {
    let fields: [(&str, &[u8]); 6] = [
        ("meeting_id", binding.meeting_id.as_bytes()),
        ("meeting_uuid", binding.meeting_uuid),
        ("user_id", binding.user_id.as_bytes()),
        ("hardware_id", binding.hardware_id.as_bytes()),
        ("ivk", binding.ivk.as_slice()),
        ("pk", binding.pk.as_slice()),
    ];
    wire::encode_for_hash(&BINDING, rules, &fields)
}

/// What the server signs about a client (3.1, 3.7.1 and figure 1; readings ).
///
/// # Errors
///
/// As [`binding`].
pub fn statement(rules: RuleSet, statement: &Statement<'_>) -> Result<Octets, EncodeError> {
    let fields: [(&str, &[u8]); 4] = [
        ("meeting_uuid", statement.meeting_uuid),
        ("user_id", statement.user_id.as_bytes()),
        ("hardware_id", statement.hardware_id.as_bytes()),
        ("ivk", statement.ivk.as_slice()),
    ];
    wire::encode_for_hash(&STATEMENT, rules, &fields)
}

/// `Meta` (2.3.1, 3.7.4 step 7), which the box of a meeting key is bound to; encoding by R-01.
///
/// # Errors
///
/// If an identifier is empty or over 255 bytes.
pub fn meta(rules: RuleSet, meta: &Meta<'_>) -> Result<Octets, EncodeError> {
    let fields: [(&str, &[u8]); 4] = [
        ("meeting_id", meta.meeting_id.as_bytes()),
        ("meeting_uuid", meta.meeting_uuid),
        ("leader", meta.leader.as_bytes()),
        ("recipient", meta.recipient.as_bytes()),
    ];
    wire::encode_for_hash(&META, rules, &fields)
}

/// The plaintext of a sealed meeting key: the key (2.3.1, 3.7.4 step 10), and with it its number
/// (3, 3.7.4 step 10).
///
/// # Errors
///
/// If the key has not 32 bytes.
pub fn sealed_plaintext(
    rules: RuleSet,
    meeting_key: &Octets,
    mk_seq: u32,
) -> Result<Octets, EncodeError> {
    let mk_seq = wire::u32_be(mk_seq);
    let fields = [("meeting_key", meeting_key), ("mk_seq", &mk_seq)];
    wire::encode(&SEALED_PLAINTEXT, rules, &fields)
}

/// The reverse of [`sealed_plaintext`].
///
/// # Errors
///
/// If the bytes are no encoding of a meeting key.
pub fn open_sealed_plaintext(
    rules: RuleSet,
    plaintext: &Octets,
) -> Result<SealedPlaintext, Malformed> {
    let mut fields = wire::decode(&SEALED_PLAINTEXT, rules, plaintext)?.into_iter();
    // The key is in the layout under every rule set.
    let meeting_key = fields.next().map(|(_, value)| value).unwrap_or_default();
    let mk_seq = fields.next().and_then(|(_, value)| wire::read_u32(value.as_slice()));
    Ok(SealedPlaintext { meeting_key, mk_seq })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rule;

    #[test]
    fn rot_03_the_number_is_in_the_seal_exactly_under_the_rule() {
        let all = RuleSet::all();
        let older = all.without(Rule::SealCarriesSeq);
        let key = Octets::from([7; 32]);
        for (rules, mk_seq) in [(all, Some(300)), (older, None)] {
            let plaintext = sealed_plaintext(rules, &key, 300).unwrap();
            let opened = SealedPlaintext { meeting_key: key.clone(), mk_seq };
            assert_eq!(open_sealed_plaintext(rules, &plaintext), Ok(opened));
        }
        let plaintext = sealed_plaintext(all, &key, 300).unwrap();
        assert_eq!(open_sealed_plaintext(older, &plaintext), Err(Malformed::Trailing { got: 8 }));
        assert!(sealed_plaintext(all, &[7; 31].into(), 1).is_err());
    }

    const BINDING_RULES: [Rule; 6] = [
        Rule::BindingNamesMeeting,
        Rule::BindingNamesInstance,
        Rule::BindingNamesUser,
        Rule::BindingNamesDevice,
        Rule::BindingNamesIdentityKey,
        Rule::BindingNamesEphemeralKey,
    ];

    #[test]
    fn dev_03_to_08_each_value_counts_exactly_under_its_rule() {
        let (one, two) = (Octets::from([1; 32]), Octets::from([2; 32]));
        let first = Binding {
            meeting_id: "1",
            meeting_uuid: &[1; 16],
            user_id: "ann",
            hardware_id: "laptop",
            ivk: &one,
            pk: &one,
        };
        let changed = [
            Binding { meeting_id: "2", ..first },
            Binding { meeting_uuid: &[2; 16], ..first },
            Binding { user_id: "bob", ..first },
            Binding { hardware_id: "phone", ..first },
            Binding { ivk: &two, ..first },
            Binding { pk: &two, ..first },
        ];
        for (other, rule) in changed.iter().zip(BINDING_RULES) {
            let equal = |rules| binding(rules, &first).unwrap() == binding(rules, other).unwrap();
            assert!(!equal(RuleSet::all()), "{}", rule.id());
            assert!(equal(RuleSet::all().without(rule)), "{}", rule.id());
        }
    }

    #[test]
    fn dev_13_to_16_each_value_of_a_statement_counts_exactly_under_its_rule() {
        let (one, two) = (Octets::from([1; 32]), Octets::from([2; 32]));
        let first =
            Statement { meeting_uuid: &[1; 16], user_id: "ann", hardware_id: "laptop", ivk: &one };
        let changed = [
            (Rule::StatementNamesInstance, Statement { meeting_uuid: &[2; 16], ..first }),
            (Rule::StatementNamesUser, Statement { user_id: "bob", ..first }),
            (Rule::StatementNamesDevice, Statement { hardware_id: "phone", ..first }),
            (Rule::StatementNamesIdentityKey, Statement { ivk: &two, ..first }),
        ];
        for (rule, other) in &changed {
            let equal =
                |rules| statement(rules, &first).unwrap() == statement(rules, other).unwrap();
            assert!(!equal(RuleSet::all()), "{}", rule.id());
            assert!(equal(RuleSet::all().without(*rule)), "{}", rule.id());
        }
    }

    #[test]
    fn rot_04_to_07_each_value_of_the_metadata_counts_exactly_under_its_rule() {
        let first =
            Meta { meeting_id: "1", meeting_uuid: &[1; 16], leader: "ann", recipient: "bob" };
        let changed = [
            (Rule::MetaNamesMeeting, Meta { meeting_id: "2", ..first }),
            (Rule::MetaNamesInstance, Meta { meeting_uuid: &[2; 16], ..first }),
            (Rule::MetaNamesLeader, Meta { leader: "eve", ..first }),
            (Rule::MetaNamesRecipient, Meta { recipient: "eve", ..first }),
        ];
        for (rule, other) in &changed {
            let equal = |rules| meta(rules, &first).unwrap() == meta(rules, other).unwrap();
            assert!(!equal(RuleSet::all()), "{}", rule.id());
            assert!(equal(RuleSet::all().without(*rule)), "{}", rule.id());
        }
    }
}
