//! Links of sigchains, commitments, tails and fingerprints (4.6, subsec:sigchains).

use super::Octets;
use crate::{
    layouts::sigchain::{FINGERPRINT, LINK, LINK_HASHED, LINK_SIGNED, TAIL},
    primitives::hash::{hmac_sha256, sha256},
    rule_set::RuleSet,
    rules::Rule,
    wire::{self, EncodeError, Malformed},
};

/// A link of a chain, its type's fields still encoded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Link {
    /// The type of the chain, such as `User`.
    pub sigchain_type: String,
    /// The type of the link, such as `DeviceAdd`.
    pub link_type: String,
    /// Its number in the chain, from 1.
    pub sequence_number: u32,
    /// The hash of the link before it, 32 bytes; zeros in the first.
    pub prev: Octets,
    /// The cloud of the chain.
    pub cloud_name: String,
    /// What the chain is about.
    pub subject: Octets,
    /// The encoded fields of the type.
    pub body: Octets,
    /// The encoded signatures, one after the other behind its length.
    pub signatures: Octets,
}

impl Link {
    /// The link as it is served.
    ///
    /// # Errors
    /// A field has a wrong width.
    pub fn encode(&self, rules: RuleSet) -> Result<Octets, EncodeError> {
        wire::encode(&LINK, rules, &self.fields(&wire::u32_be(self.sequence_number)))
    }

    /// What a signature on the link is over (reading R-112).
    ///
    /// # Errors
    /// As [`Self::encode`].
    pub fn signed(&self, rules: RuleSet) -> Result<Octets, EncodeError> {
        let number = wire::u32_be(self.sequence_number);
        let [fields @ .., _signatures] = self.fields(&number);
        wire::encode_for_hash(&LINK_SIGNED, rules, &fields)
    }

    /// The hash of the link, 32 bytes (4.6, subsec:sigchains, condition 4).
    ///
    /// # Errors
    /// As [`Self::encode`].
    pub fn hash(&self, rules: RuleSet) -> Result<Octets, EncodeError> {
        let number = wire::u32_be(self.sequence_number);
        let hashed = wire::encode_for_hash(&LINK_HASHED, rules, &self.fields(&number))?;
        Ok(Octets::revealed(sha256(&hashed.secret())))
    }

    /// The link that was served.
    ///
    /// # Errors
    /// The bytes are no encoding of a link.
    pub fn decode(rules: RuleSet, bytes: &Octets) -> Result<Self, Malformed> {
        let mut fields = wire::decode(&LINK, rules, bytes)?.into_iter().map(|(_, value)| value);
        // All fields are in the layout under every rule set, and texts are UTF-8 by now.
        let mut next = || fields.next().unwrap_or_default();
        let text = |value: Octets| String::from_utf8_lossy(value.as_slice()).into_owned();
        Ok(Self {
            sigchain_type: text(next()),
            link_type: text(next()),
            sequence_number: wire::read_u32(next().as_slice()).unwrap_or_default(),
            prev: next(),
            cloud_name: text(next()),
            subject: next(),
            body: next(),
            signatures: next(),
        })
    }

    fn fields<'a>(&'a self, number: &'a Octets) -> [(&'static str, &'a [u8]); 8] {
        [
            ("sigchain_type", self.sigchain_type.as_bytes()),
            ("link_type", self.link_type.as_bytes()),
            ("sequence_number", number.as_slice()),
            ("prev", self.prev.as_slice()),
            ("cloud_name", self.cloud_name.as_bytes()),
            ("subject", self.subject.as_slice()),
            ("body", self.body.as_slice()),
            ("signatures", self.signatures.as_slice()),
        ]
    }
}

/// `COMMIT` (4.6, subsec:sigchains): HMAC-SHA-256 of a value under its random key, 32 bytes. Without
/// [`Rule::CommitmentKeyed`] the key plays no part.
#[must_use]
pub fn commitment(rules: RuleSet, key: &Octets, value: &Octets) -> Octets {
    let none = Octets::default();
    let key = if rules.contains(Rule::CommitmentKeyed) { key } else { &none };
    // HMAC takes keys of every length.
    hmac_sha256(&key.secret(), &value.secret()).map(Octets::revealed).unwrap_or_default()
}

/// The tail of a chain: a commitment to all of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tail {
    /// The type of the chain.
    pub sigchain_type: String,
    /// The number of the last link.
    pub last_sequence_number: u32,
    /// Its hash, 32 bytes.
    pub last_link_hash: Octets,
}

impl Tail {
    /// The tail as it is hashed.
    ///
    /// # Errors
    /// The hash has not 32 bytes, or the type has a wrong width.
    pub fn encode(&self, rules: RuleSet) -> Result<Octets, EncodeError> {
        let number = wire::u32_be(self.last_sequence_number);
        let fields: [(&str, &[u8]); 3] = [
            ("sigchain_type", self.sigchain_type.as_bytes()),
            ("last_sequence_number", number.as_slice()),
            ("last_link_hash", self.last_link_hash.as_slice()),
        ];
        wire::encode_for_hash(&TAIL, rules, &fields)
    }

    /// The tail in these bytes.
    ///
    /// # Errors
    /// The bytes are no canonical encoding of a tail.
    pub fn decode(rules: RuleSet, bytes: &Octets) -> Result<Self, Malformed> {
        let fields = wire::decode(&TAIL, rules.with(Rule::EncodingCanonical), bytes)?;
        let mut fields = fields.into_iter().map(|(_, value)| value);
        // All fields are in the layout under every rule set, and texts are UTF-8 by now.
        let mut next = || fields.next().unwrap_or_default();
        Ok(Self {
            sigchain_type: String::from_utf8_lossy(next().as_slice()).into_owned(),
            last_sequence_number: wire::read_u32(next().as_slice()).unwrap_or_default(),
            last_link_hash: next(),
        })
    }
}

/// The fingerprint of a user, 32 bytes (4.6, subsec:fingerprints; reading R-119).
///
/// # Errors
/// A tail cannot be encoded.
pub fn fingerprint(
    rules: RuleSet,
    user: &Tail,
    account: Option<&Tail>,
) -> Result<Octets, EncodeError> {
    let user = user.encode(rules)?;
    let account = account.map(|tail| tail.encode(rules)).transpose()?.unwrap_or_default();
    let fields = [("user_tail", &user), ("account_tail", &account)];
    let hashed = wire::encode_for_hash(&FINGERPRINT, rules, &fields)?;
    Ok(Octets::revealed(sha256(&hashed.secret())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> Link {
        Link {
            sigchain_type: "User".to_owned(),
            link_type: "EmailChange".to_owned(),
            sequence_number: 2,
            prev: Octets::from([7; 32]),
            cloud_name: "commercial".to_owned(),
            subject: Octets::from("alice"),
            body: Octets::from("a body"),
            signatures: Octets::from("signatures"),
        }
    }

    #[test]
    fn a_link_is_read_as_it_was_written() {
        let all = RuleSet::all();
        let encoded = link().encode(all).unwrap();
        assert_eq!(Link::decode(all, &encoded), Ok(link()));
        let mut longer = encoded.into_vec();
        longer.push(0);
        assert_eq!(Link::decode(all, &longer.into()), Err(Malformed::Trailing { got: 1 }));
    }

    #[test]
    fn sig_15_to_21_each_part_counts_exactly_under_its_rule() {
        let first = link();
        let other = |change: &dyn Fn(&mut Link)| {
            let mut changed = first.clone();
            change(&mut changed);
            changed
        };
        let changed = [
            (Rule::LinkSigNamesType, other(&|it| it.sigchain_type = "Email".to_owned())),
            (Rule::LinkSigNamesType, other(&|it| it.link_type = "DeviceAdd".to_owned())),
            (Rule::LinkSigNamesNumber, other(&|it| it.sequence_number = 3)),
            (Rule::LinkSigNamesPrevious, other(&|it| it.prev = Octets::from([8; 32]))),
            (Rule::LinkSigNamesCloud, other(&|it| it.cloud_name = "gov".to_owned())),
            (Rule::LinkSigNamesSubject, other(&|it| it.subject = Octets::from("bob"))),
            (Rule::LinkSigNamesBody, other(&|it| it.body = Octets::from("another"))),
        ];
        for (rule, other) in &changed {
            let equal = |rules| first.signed(rules).unwrap() == other.signed(rules).unwrap();
            assert!(!equal(RuleSet::all()), "{}", rule.id());
            assert!(equal(RuleSet::all().without(*rule)), "{}", rule.id());
            assert_ne!(first.hash(RuleSet::all()), other.hash(RuleSet::all()), "{}", rule.id());
        }
        let other = other(&|it| it.signatures = Octets::from("others"));
        let equal = |rules| first.hash(rules).unwrap() == other.hash(rules).unwrap();
        assert!(!equal(RuleSet::all()));
        assert!(equal(RuleSet::all().without(Rule::LinkHashNamesSignatures)));
        let all = RuleSet::all();
        assert_eq!(first.signed(all), other.signed(all), "no signature is over signatures");
    }

    /// RFC 4231, test case 2, is what the primitive is held to; here, that the key counts.
    #[test]
    fn sig_23_a_commitment_depends_on_its_key() {
        let value = Octets::from("alice@example.com");
        let under = |rules, key: [u8; 32]| commitment(rules, &key.into(), &value);
        let all = RuleSet::all();
        assert_ne!(under(all, [1; 32]), under(all, [2; 32]));
        let mutant = all.without(Rule::CommitmentKeyed);
        assert_eq!(under(mutant, [1; 32]), under(mutant, [2; 32]));
    }

    #[test]
    fn sig_26_and_27_a_fingerprint_depends_on_both_tails() {
        let tail = |kind: &str, number| Tail {
            sigchain_type: kind.to_owned(),
            last_sequence_number: number,
            last_link_hash: Octets::from([9; 32]),
        };
        let of = |rules, user, account| {
            fingerprint(rules, &tail("User", user), Some(&tail("Account", account))).unwrap()
        };
        let all = RuleSet::all();
        assert_ne!(of(all, 1, 1), of(all, 2, 1));
        assert_ne!(of(all, 1, 1), of(all, 1, 2));
        assert_ne!(of(all, 1, 1), fingerprint(all, &tail("User", 1), None).unwrap());
        let without = |rule| all.without(rule);
        assert_eq!(
            of(without(Rule::FingerprintNamesUser), 1, 1),
            of(without(Rule::FingerprintNamesUser), 2, 1)
        );
        assert_eq!(
            of(without(Rule::FingerprintNamesAccount), 1, 1),
            of(without(Rule::FingerprintNamesAccount), 1, 2)
        );
    }
}
