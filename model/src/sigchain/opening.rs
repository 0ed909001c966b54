//! What is disclosed of a link: the values it commits to.

use std::collections::BTreeMap;

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

/// What the openings of a link say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// The user's address, and the number of the link that the address's chain has for it.
    pub email: Option<(String, u32)>,
    /// The user's account, empty for none.
    pub account: Option<String>,
    /// The number of the link of the membership chain that added the user, and the place in it.
    pub addition: Option<(u32, u32)>,
    /// Names of devices, each with its version.
    pub names: Vec<(String, u32)>,
    /// The user of an address, and the number of the link of the user's chain.
    pub user: Option<(String, u32)>,
    /// The user ID of the escrow administrators, empty for none, and the number of a link of their chain.
    pub escrow: Option<(String, u32)>,
    /// The address that an email chain is about.
    pub address: Option<String>,
    /// Members that come and go, by field: the user, and the number of the link of the user's chain.
    pub members: BTreeMap<String, (String, u32)>,
}

const NOT_OPENED: Rule = Rule::CommitmentOpens;

/// Reads the openings of a link.
pub(super) fn opened(
    rules: RuleSet,
    link: &Link,
    body: &Body,
    openings: &[&Opening],
) -> Result<Opened, Rule> {
    let mut opened = Opened::default();
    for opening in openings {
        let Opening { field, key, value, .. } = opening;
        let committed =
            if field == "email" { Some(&link.subject) } else { body.committed.get(field) };
        let committed = committed.ok_or(NOT_OPENED)?;
        let opens = key.len() == 32 && commitment(rules, key, value) == *committed;
        require(rules, NOT_OPENED, opens)?;
        opened.read(rules, field, value).ok_or(NOT_OPENED)?;
    }
    Ok(opened)
}

impl Opened {
    /// Reads a value; nothing where it is none of the field.
    fn read(&mut self, rules: RuleSet, field: &str, value: &Octets) -> Option<()> {
        let of = |layout: &Layout| {
            let fields = wire::decode(layout, rules.with(Rule::EncodingCanonical), value).ok()?;
            let mut fields = fields.into_iter().map(|(_, value)| value);
            let (first, second) = (fields.next()?, fields.next()?);
            Some((text(&first), wire::read_u32(second.as_slice())?))
        };
        match field.split('/').next()? {
            "email_change" => self.email = Some(of(&EMAIL_OPENED)?),
            "account_change" => {
                let (account, number) = of(&ACCOUNT_OPENED)?;
                let place = value.as_slice().last_chunk::<4>().copied();
                self.account = Some(account);
                self.addition = place.map(|place| (number, u32::from_be_bytes(place)));
            }
            "device_name" => self.names.push(of(&NAME_OPENED)?),
            "user_id_change" => self.user = Some(of(&USER_ID_OPENED)?),
            "escrow_admin" => self.escrow = Some(of(&ESCROW_OPENED)?),
            "added" | "removed" => {
                drop(self.members.insert(field.to_owned(), of(&USER_ID_OPENED)?))
            }
            "email" => self.address = Some(str::from_utf8(value.as_slice()).ok()?.to_owned()),
            _ => return None,
        }
        Some(())
    }
}

fn text(octets: &Octets) -> String {
    String::from_utf8_lossy(octets.as_slice()).into_owned()
}
