//! What a device seals under per-user keys and what it reads: content, and records of contacts
//! (4.6, subsubsec:puks and subsec:contactsync; readings ).

use conclave_spec::{
    Label, Octets, Rule, RuleSet,
    formulas::{
        contact::{Filed, tag},
        sign::verify,
        user_content::{Held, SealedContent, Use, open},
    },
    layouts::per_user::CONTACT,
    wire,
};

use crate::{guard::require, sigchain::seeds::Holder};

/// The seeds of a user that a device holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seeds<'a> {
    /// The user.
    pub user_id: &'a str,
    /// Generations and their seeds; of several for one generation the first counts.
    pub held: &'a [(u32, Octets)],
}

impl<'a> Seeds<'a> {
    /// The seed of a generation.
    #[must_use]
    pub fn of(&self, generation: u32) -> Option<Held<'a>> {
        let (generation, seed) = self.held.iter().find(|(number, _)| *number == generation)?;
        Some(Held { user_id: self.user_id, generation: *generation, seed })
    }

    /// The seed to seal under. `newest` is the newest generation that the chain has, `stale`
    /// whether a device was revoked since.
    ///
    /// # Errors
    /// The keys are stale, or the device does not hold the newest seed.
    pub fn to_seal_under(
        &self,
        rules: RuleSet,
        newest: u32,
        stale: bool,
    ) -> Result<Held<'a>, Rule> {
        if stale && rules.contains(Rule::ContentUnderFresh) {
            return Err(Rule::ContentUnderFresh);
        }
        let lenient = !rules.contains(Rule::ContentUnderNewest);
        let any = self.held.iter().map(|(number, _)| *number).max().filter(|_| lenient);
        let held = self.of(newest).or_else(|| any.and_then(|number| self.of(number)));
        held.ok_or(Rule::ContentUnderNewest)
    }

    /// Reads content.
    ///
    /// # Errors
    /// It is no canonical encoding, no seed of its generation is held, or it does not open.
    pub fn read(&self, rules: RuleSet, of: Use, bytes: &Octets) -> Result<Octets, Rule> {
        let sealed = SealedContent::decode(rules, bytes).map_err(|_| Rule::EncodingCanonical)?;
        let held = self.of(sealed.generation).ok_or(Rule::ContentOpens)?;
        open(rules, &held, of, &sealed).ok_or(Rule::ContentOpens)
    }
}

/// What a device remembers of another user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The device that signed it.
    pub signer: String,
    /// The number of the last link of the other's chain then.
    pub last_sequence_number: u32,
    /// Its hash, 32 bytes.
    pub last_link_hash: Octets,
    /// When they first met, in seconds since 1970.
    pub first_met_s: u64,
    /// How many meetings there were.
    pub meetings: u32,
}

/// Reads a record that the server brought for the user `contact`. `own` are the devices of the
/// reader's user, of which with one identifier the first counts. Whether the signer was revoked is
/// the matter of [`warning`](crate::contacts::warning).
///
/// # Errors
/// The rule for which the record does not count.
pub fn contact(
    rules: RuleSet,
    seeds: &Seeds<'_>,
    own: &[Holder],
    contact: &str,
    bytes: &Octets,
) -> Result<Contact, Rule> {
    let filed = Filed::decode(rules, bytes).map_err(|_| Rule::EncodingCanonical)?;
    let signer = own.iter().find(|it| it.id == filed.device_id).ok_or(Rule::ContactFiledSigned)?;
    let signed = filed.signed(rules).map_err(|_| Rule::EncodingCanonical)?;
    let key = &signer.keys.verifying;
    let verifies = verify(rules, key, Label::ContactRecord, &signed, &filed.sig);
    require(rules, Rule::ContactFiledSigned, verifies)?;
    let sealed =
        SealedContent::decode(rules, &filed.record).map_err(|_| Rule::EncodingCanonical)?;
    let held = seeds.of(sealed.generation).ok_or(Rule::ContentOpens)?;
    let tagged = tag(rules, held.seed, contact).as_ref() == Some(&filed.tag);
    require(rules, Rule::ContactTagged, tagged)?;
    let plaintext = open(rules, &held, Use::Contact, &sealed).ok_or(Rule::ContentOpens)?;
    read(rules, filed.device_id, &plaintext).ok_or(Rule::ContentOpens)
}

fn read(rules: RuleSet, signer: String, plaintext: &Octets) -> Option<Contact> {
    let fields = wire::decode(&CONTACT, rules, plaintext).ok()?;
    let [(_, number), (_, hash), (_, first), (_, meetings)] = fields.as_slice() else {
        return None;
    };
    Some(Contact {
        signer,
        last_sequence_number: wire::read_u32(number.as_slice())?,
        last_link_hash: hash.clone(),
        first_met_s: wire::read_u64(first.as_slice())?,
        meetings: wire::read_u32(meetings.as_slice())?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fam_44_and_45_only_the_newest_fresh_key_is_sealed_under() {
        let all = RuleSet::all();
        let held = [(1, Octets::from([1; 32])), (2, Octets::from([2; 32]))];
        let seeds = Seeds { user_id: "alice", held: &held };
        let number = |rules, newest, stale| {
            seeds.to_seal_under(rules, newest, stale).map(|held| held.generation)
        };
        assert_eq!(number(all, 2, false), Ok(2));
        assert_eq!(number(all, 3, false), Err(Rule::ContentUnderNewest));
        assert_eq!(number(all.without(Rule::ContentUnderNewest), 3, false), Ok(2));
        assert_eq!(number(all, 2, true), Err(Rule::ContentUnderFresh));
        assert_eq!(number(all.without(Rule::ContentUnderFresh), 2, true), Ok(2));
    }
}
