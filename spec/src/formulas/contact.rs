//! How a contact record is tagged and signed (4.6, subsec:contactsync; reading R-148).

use super::{Octets, per_user_keys::subkey};
use crate::{
    labels::Label,
    layouts::per_user::{FILED, FILED_SIGNED},
    primitives::hash::hmac_sha256,
    rule_set::RuleSet,
    rules::Rule,
    wire::{self, EncodeError, Malformed},
};

/// A record as the server keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Filed {
    /// The device that it is filed under.
    pub device_id: String,
    /// The tag that it is filed under, 32 bytes.
    pub tag: Octets,
    /// The sealed record, encoded.
    pub record: Octets,
    /// The signature of the device, 64 bytes.
    pub sig: Octets,
}

impl Filed {
    /// As it is sent to the server.
    ///
    /// # Errors
    /// A field has a wrong width.
    pub fn encode(&self, rules: RuleSet) -> Result<Octets, EncodeError> {
        let [device_id, tag, record] = self.place();
        wire::encode(&FILED, rules, &[device_id, tag, record, ("sig", self.sig.as_slice())])
    }

    /// What the signature is over.
    ///
    /// # Errors
    /// As [`Self::encode`].
    pub fn signed(&self, rules: RuleSet) -> Result<Octets, EncodeError> {
        wire::encode_for_hash(&FILED_SIGNED, rules, &self.place())
    }

    /// What the server brought.
    ///
    /// # Errors
    /// The bytes are no encoding of a filed record.
    pub fn decode(rules: RuleSet, bytes: &Octets) -> Result<Self, Malformed> {
        let mut fields = wire::decode(&FILED, rules, bytes)?.into_iter().map(|(_, it)| it);
        // All fields are in the layout under every rule set, and texts are UTF-8 by now.
        let mut next = || fields.next().unwrap_or_default();
        let device_id = String::from_utf8_lossy(next().as_slice()).into_owned();
        Ok(Self { device_id, tag: next(), record: next(), sig: next() })
    }

    fn place(&self) -> [(&'static str, &[u8]); 3] {
        [
            ("device_id", self.device_id.as_bytes()),
            ("tag", self.tag.as_slice()),
            ("record", self.record.as_slice()),
        ]
    }
}

/// The tag of a user's records under a seed, 32 bytes. `None` where the seed has not 32 bytes.
/// Without [`Rule::ContactTagKeyed`] the seed plays no part.
#[must_use]
pub fn tag(rules: RuleSet, seed: &Octets, contact: &str) -> Option<Octets> {
    seed.secret_of(32)?;
    let symmetric = subkey(rules, seed, Label::PerUserSymmetricKey, 32)?;
    let key = subkey(rules, &symmetric, Label::ContactTag, 32)?;
    let key = if rules.contains(Rule::ContactTagKeyed) { key } else { Octets::default() };
    hmac_sha256(&key.secret(), &Octets::from(contact).secret()).map(Octets::revealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fam_50_to_52_each_part_counts_exactly_under_its_rule() {
        let all = RuleSet::all();
        let filed = Filed {
            device_id: "laptop".to_owned(),
            tag: Octets::from([1; 32]),
            record: Octets::from("sealed"),
            sig: Octets::from([2; 64]),
        };
        let encoded = filed.encode(all).unwrap();
        assert_eq!(Filed::decode(all, &encoded), Ok(filed.clone()));
        for (rule, other) in [
            (Rule::ContactSigNamesDevice, Filed { device_id: "phone".to_owned(), ..filed.clone() }),
            (Rule::ContactSigNamesTag, Filed { tag: Octets::from([3; 32]), ..filed.clone() }),
            (Rule::ContactSigNamesRecord, Filed { record: "other".into(), ..filed.clone() }),
        ] {
            let same = |rules| filed.signed(rules).unwrap() == other.signed(rules).unwrap();
            assert!(!same(all), "{}", rule.id());
            assert!(same(all.without(rule)), "{}", rule.id());
        }
    }

    #[test]
    fn fam_54_a_tag_depends_on_seed_and_user() {
        let all = RuleSet::all();
        let of = |rules, seed: u8, contact| tag(rules, &[seed; 32].into(), contact).unwrap();
        assert_ne!(of(all, 1, "bob"), of(all, 2, "bob"));
        assert_ne!(of(all, 1, "bob"), of(all, 1, "eve"));
        let mutant = all.without(Rule::ContactTagKeyed);
        assert_eq!(of(mutant, 1, "bob"), of(mutant, 2, "bob"));
        assert_eq!(tag(all, &[1; 31].into(), "bob"), None);
    }
}
