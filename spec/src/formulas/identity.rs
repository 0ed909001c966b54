//! What is signed of a participant whose chains are looked at, and what a provider vouches for then
//! (4.6, subsec:keyagreementidentity; reading R-139).

use super::{
    Octets,
    binding::{Binding, Statement},
    sign,
};
use crate::{
    labels::Label,
    layouts::{
        identity::{BINDING, SNAPSHOT, STATEMENT},
        meeting::KEY_STATEMENT,
    },
    rule_set::RuleSet,
    rules::Rule,
    wire::{self, EncodeError},
};

/// The tails of the chains of a user, each encoded; empty for a chain without links.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Tails {
    /// Of the user.
    pub user: Octets,
    /// Of the address.
    pub email: Octets,
    /// Of the account.
    pub account: Octets,
}

impl Tails {
    /// The tails in a list of three, in this order; none where it is another list.
    #[must_use]
    pub fn read(list: &Octets) -> Option<Self> {
        let [user, email, account] = wire::split(list).ok()?.try_into().ok()?;
        Some(Self { user, email, account })
    }

    /// The list of the three.
    #[must_use]
    pub fn list(&self) -> Octets {
        wire::join(&[self.user.clone(), self.email.clone(), self.account.clone()])
    }

    fn fields(&self) -> [(&'static str, &[u8]); 3] {
        [
            ("user_tail", self.user.as_slice()),
            ("email_tail", self.email.as_slice()),
            ("account_tail", self.account.as_slice()),
        ]
    }
}

/// What is signed by who joins and shows its chains.
///
/// # Errors
/// An identifier is empty or over 255 bytes, a key has a wrong width, or a tail has over 128 bytes.
pub fn binding_with_tails(
    rules: RuleSet,
    binding: &Binding<'_>,
    tails: &Tails,
) -> Result<Octets, EncodeError> {
    let mut fields: Vec<(&str, &[u8])> = vec![
        ("meeting_id", binding.meeting_id.as_bytes()),
        ("meeting_uuid", binding.meeting_uuid),
        ("user_id", binding.user_id.as_bytes()),
        ("hardware_id", binding.hardware_id.as_bytes()),
        ("ivk", binding.ivk.as_slice()),
        ("pk", binding.pk.as_slice()),
    ];
    fields.extend(tails.fields());
    wire::encode_for_hash(&BINDING, rules, &fields)
}

/// What the server signs about a client whose chains it serves.
///
/// # Errors
/// As [`binding_with_tails`].
pub fn statement_with_tails(
    rules: RuleSet,
    statement: &Statement<'_>,
    tails: &Tails,
) -> Result<Octets, EncodeError> {
    let mut fields: Vec<(&str, &[u8])> = vec![
        ("meeting_uuid", statement.meeting_uuid),
        ("user_id", statement.user_id.as_bytes()),
        ("hardware_id", statement.hardware_id.as_bytes()),
        ("ivk", statement.ivk.as_slice()),
    ];
    fields.extend(tails.fields());
    wire::encode_for_hash(&STATEMENT, rules, &fields)
}

/// What a client signs about its own key, for the key server to hand out (2.3.1, 3.6).
///
/// # Errors
/// An identifier is empty or over 255 bytes, or the key has not 32 bytes.
pub fn key_statement(
    rules: RuleSet,
    (user_id, hardware_id): (&str, &str),
    ivk: &Octets,
) -> Result<Octets, EncodeError> {
    let fields: [(&str, &[u8]); 3] = [
        ("user_id", user_id.as_bytes()),
        ("hardware_id", hardware_id.as_bytes()),
        ("ivk", ivk.as_slice()),
    ];
    wire::encode_for_hash(&KEY_STATEMENT, rules, &fields)
}

/// Whether a key is that of this user and device, by its own word.
///
/// # Errors
/// [`Rule::KeyStatementSigned`].
pub fn verify_key_statement(
    rules: RuleSet,
    device: (&str, &str),
    ivk: &Octets,
    signature: &Octets,
) -> Result<(), Rule> {
    let statement = key_statement(rules, device, ivk);
    let signed =
        statement.is_ok_and(|it| sign::verify(rules, ivk, Label::KeyStatement, &it, signature));
    let rule = Rule::KeyStatementSigned;
    if signed || !rules.contains(rule) { Ok(()) } else { Err(rule) }
}

/// What a provider vouches for of a user with chains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The identity verification key, 32 bytes.
    pub ivk: Octets,
    /// The tails; none without [`Rule::SnapshotNamesTails`].
    pub tails: Option<Tails>,
}

impl Snapshot {
    /// The snapshot as an attestation has it: lowercase hexadecimal. None where a width is wrong.
    #[must_use]
    pub fn text(rules: RuleSet, ivk: &Octets, tails: &Tails) -> Option<String> {
        let mut fields: Vec<(&str, &[u8])> = vec![("ivk", ivk.as_slice())];
        fields.extend(tails.fields());
        let bytes = wire::encode(&SNAPSHOT, rules, &fields).ok()?;
        Some(bytes.as_slice().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The snapshot in a text; none where there is none, to the letter.
    #[must_use]
    pub fn read(rules: RuleSet, text: &str) -> Option<Self> {
        let bytes = Octets::new(unhex(text)?);
        let fields = wire::decode(&SNAPSHOT, rules.with(Rule::EncodingCanonical), &bytes).ok()?;
        let mut fields = fields.into_iter().map(|(_, value)| value);
        let ivk = fields.next()?;
        let mut next = || fields.next();
        let tails = match (next(), next(), next()) {
            (Some(user), Some(email), Some(account)) => Some(Tails { user, email, account }),
            _ => None,
        };
        Some(Self { ivk, tails })
    }
}

/// The bytes that lowercase hexadecimal stands for.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |letter: u8| match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'a'..=b'f' => Some(letter - b'a' + 10),
        _ => None,
    };
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tails(byte: u8) -> Tails {
        Tails { user: [byte; 4].into(), email: Octets::default(), account: [byte; 9].into() }
    }

    #[test]
    fn idn_01_and_02_tails_count_exactly_under_their_rules() {
        let key = Octets::from([1; 32]);
        let (user_id, hardware_id, meeting_uuid) = ("ann", "laptop", &[1; 16]);
        let binding =
            Binding { meeting_id: "1", meeting_uuid, user_id, hardware_id, ivk: &key, pk: &key };
        let statement = Statement { meeting_uuid, user_id, hardware_id, ivk: &key };
        let all = RuleSet::all();
        let bound = |rules, byte| binding_with_tails(rules, &binding, &tails(byte)).unwrap();
        let stated = |rules, byte| statement_with_tails(rules, &statement, &tails(byte)).unwrap();
        assert_ne!(bound(all, 1), bound(all, 2));
        assert_ne!(stated(all, 1), stated(all, 2));
        let loose = all.without(Rule::BindingNamesTails);
        assert_eq!(bound(loose, 1), bound(loose, 2));
        let loose = all.without(Rule::StatementNamesTails);
        assert_eq!(stated(loose, 1), stated(loose, 2));
    }

    #[test]
    fn idn_03_a_snapshot_is_read_to_the_letter() {
        let all = RuleSet::all();
        let ivk = Octets::from([0xab; 32]);
        let text = Snapshot::text(all, &ivk, &tails(7)).unwrap();
        let read = Snapshot { ivk: ivk.clone(), tails: Some(tails(7)) };
        assert_eq!(Snapshot::read(all, &text), Some(read));
        assert_eq!(Snapshot::read(all, &text.to_uppercase()), None);
        assert_eq!(Snapshot::read(all, &text[1..]), None);
        assert_eq!(Snapshot::read(all, &text[2..]), None);
        assert_eq!(Snapshot::read(all, "é"), None);
        let loose = all.without(Rule::SnapshotNamesTails);
        let text = Snapshot::text(loose, &ivk, &tails(7)).unwrap();
        assert_eq!(Snapshot::read(loose, &text), Some(Snapshot { ivk, tails: None }));
    }

    #[test]
    fn tails_are_a_list_of_three() {
        assert_eq!(Tails::read(&tails(7).list()), Some(tails(7)));
        assert_eq!(Tails::read(&wire::join(&[Octets::default(), Octets::default()])), None);
        assert_eq!(Tails::read(&Octets::default()), None);
        assert_eq!(Tails::default().list(), Octets::from([0; 12]));
    }
}
