//! What is disclosed of a link: the values it commits to.

use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::sigchain::{Link, commitment},
    layouts::{
        Layout,
        sigchain::{
            ACCOUNT_OPENED, EMAIL_OPENED, ESCROW_OPENED, NAME_OPENED, OPENING, USER_ID_OPENED,
        },
    },
    wire::{self, Malformed},
};

use super::{Body, require};

/// A value that a link commits to, with the key of the commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The number of the link.
    pub sequence_number: u32,
    /// The field of the link, such as `email_change`; in a list with its place from 0, as `added/2`;
    /// `email` for the subject of an email chain.
    pub field: String,
    /// The key, 32 bytes.
    pub key: Octets,
    /// The value, encoded.
    pub value: Octets,
}

impl Opening {
    /// The openings in these bytes, each behind its length.
    ///
    /// # Errors
    /// The bytes are no sequence of openings.
    pub fn decode_all(rules: RuleSet, bytes: &Octets) -> Result<Vec<Self>, Malformed> {
        let openings = wire::decode_all(&OPENING, rules, bytes)?;
        Ok(openings.into_iter().map(Self::of).collect())
    }

    fn of(fields: Vec<(&'static str, Octets)>) -> Self {
        // All fields are in the layout under every rule set.
        let mut fields = fields.into_iter().map(|(_, value)| value);
        let mut next = || fields.next().unwrap_or_default();
        Self {
            sequence_number: wire::read_u32(next().as_slice()).unwrap_or_default(),
            field: text(&next()),
            key: next(),
            value: next(),
        }
    }
}

/// What an opening says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// The user's address, and the number of the link that the address's chain has for it.
    Email(String, u32),
    /// The user's account, empty for none.
    Account(String),
    /// A device's name, with its version.
    Name(String, u32),
    /// The user of an address or of an account, and the number of the link of the user's chain.
    UserId(String, u32),
    /// The user ID of the escrow administrators, empty for none.
    Escrow(String),
    /// The address that an email chain is about.
    Address(String),
}

/// What the openings of a link say.
pub(super) fn opened(
    rules: RuleSet,
    link: &Link,
    body: &Body,
    openings: &[&Opening],
) -> Result<Vec<Opened>, Rule> {
    openings.iter().map(|opening| one(rules, link, body, opening)).collect()
}

const NOT_OPENED: Rule = Rule::CommitmentOpens;

fn one(rules: RuleSet, link: &Link, body: &Body, opening: &Opening) -> Result<Opened, Rule> {
    let committed = match opening.field.as_str() {
        "email" => Some(&link.subject),
        field => body.commitment(field),
    };
    let committed = committed.ok_or(NOT_OPENED)?;
    let opens = opening.key.len() == 32
        && commitment(rules, &opening.key, &opening.value) == *committed;
    require(rules, NOT_OPENED, opens)?;
    value(rules, &opening.field, &opening.value).ok_or(NOT_OPENED)
}

fn value(rules: RuleSet, field: &str, value: &Octets) -> Option<Opened> {
    let of = |layout: &Layout| {
        let fields = wire::decode(layout, rules.with(Rule::EncodingCanonical), value).ok()?;
        let mut fields = fields.into_iter().map(|(_, value)| value);
        let (first, second) = (fields.next()?, fields.next()?);
        Some((text(&first), wire::read_u32(second.as_slice())?))
    };
    match field.split('/').next()? {
        "email_change" => of(&EMAIL_OPENED).map(|(email, number)| Opened::Email(email, number)),
        "account_change" => of(&ACCOUNT_OPENED).map(|(account, _)| Opened::Account(account)),
        "device_name" => of(&NAME_OPENED).map(|(name, version)| Opened::Name(name, version)),
        "user_id_change" | "added" | "removed" => {
            of(&USER_ID_OPENED).map(|(user, number)| Opened::UserId(user, number))
        }
        "escrow_admin" => of(&ESCROW_OPENED).map(|(user, _)| Opened::Escrow(user)),
        "email" => str::from_utf8(value.as_slice()).ok().map(|it| Opened::Address(it.to_owned())),
        _ => None,
    }
}

fn text(octets: &Octets) -> String {
    String::from_utf8_lossy(octets.as_slice()).into_owned()
}
