//! Backup keys: letters and digits that a user writes down, from which a virtual device comes (4.6,
//! subsubsec:backupkeys; readings ).
//!
//! The first four characters name the key. Of the others 26 are random, and two make the sums below
//! zero over the field of 32 elements, so that one mistaken character can be found and mended.

use hacspec_lib::ByteSeq;

use super::{Octets, box_classic::public_key, box_hybrid::kem_keys, sign::verifying_key, text};
use crate::{
    labels::Label,
    primitives::hash::{argon2id, hkdf_sha256, sha256},
    rule_set::RuleSet,
    rules::Rule,
};

/// Crockford's base 32.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const NAME: usize = 4;
const PRIVATE: usize = 28;

/// A backup key that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupKey {
    /// Its four public characters.
    pub name: String,
    /// Its 28 private characters.
    private: String,
}

/// The public keys of its virtual device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupDevice {
    /// The signing key, 32 bytes.
    pub ed25519: Octets,
    /// The classic encryption key, 32 bytes.
    pub x25519: Octets,
    /// The Kyber768 key, 1,184 bytes.
    pub kyber768: Octets,
}

/// Its secret keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupSecrets {
    /// The seed of the signing key, 32 bytes.
    pub ed25519_seed: Octets,
    /// The X25519 secret, 32 bytes.
    pub x25519: Octets,
    /// The seed of the Kyber768 key, 64 bytes.
    pub kyber768_seed: Octets,
}

impl BackupKey {
    /// The key of 30 random numbers below 32: four of its name, 26 private ones. `None` for others.
    #[must_use]
    pub fn of(random: &[u8]) -> Option<Self> {
        let (name, data) = random.split_at_checked(NAME)?;
        if data.len() + 2 != PRIVATE || random.iter().any(|symbol| *symbol > 31) {
            return None;
        }
        let (sum, weighted) = sums(data);
        let (last, before) = (power(PRIVATE - 1), power(PRIVATE - 2));
        let first = quotient(weighted ^ product(last, sum), before ^ last)?;
        let private = [data, &[first, first ^ sum]].concat();
        Some(Self { name: written(name)?, private: written(&private)? })
    }

    /// The key that somebody wrote down. `None` where it is none, also with one character mended
    /// ([`Rule::BackupKeySums`]).
    #[must_use]
    pub fn read(rules: RuleSet, string: &str) -> Option<Self> {
        let lenient = rules.contains(Rule::BackupKeyRead);
        let spacing = |it: &char| matches!(it, ' ' | '-') && (lenient || *it == ' ');
        let symbols: Vec<Option<u8>> =
            string.chars().filter(|it| !spacing(it)).map(|it| symbol(it, lenient)).collect();
        let (name, private) = symbols.split_at_checked(NAME)?;
        let name = name.iter().copied().collect::<Option<Vec<u8>>>()?;
        if private.len() != PRIVATE {
            return None;
        }
        let mut unread = (0..).zip(private).filter(|(_, it)| it.is_none()).map(|(at, _)| at);
        let (wrong, more) = (unread.next(), unread.next());
        let mut private: Vec<u8> = private.iter().map(|it| it.unwrap_or_default()).collect();
        let is_right = more.is_none() && mend(rules, &mut private, wrong);
        if rules.contains(Rule::BackupKeySums) && !is_right {
            return None;
        }
        Some(Self { name: written(&name)?, private: written(&private)? })
    }

    /// As it is shown to the user: groups of four, a space between them.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut shown = self.name.clone();
        for (at, character) in self.private.chars().enumerate() {
            if at % 4 == 0 {
                shown.push(' ');
            }
            shown.push(character);
        }
        shown
    }

    /// The virtual device that comes from it.
    #[must_use]
    pub fn device(&self) -> Option<BackupDevice> {
        let secrets = self.secrets()?;
        Some(BackupDevice {
            ed25519: verifying_key(&secrets.ed25519_seed)?,
            x25519: public_key(&secrets.x25519)?,
            kyber768: kem_keys(&secrets.kyber768_seed)?.public,
        })
    }

    /// The secret keys of that device.
    #[must_use]
    pub fn secrets(&self) -> Option<BackupSecrets> {
        let salt = sha256(&text(Label::BackupKeySalt.text())).slice(0, 16);
        let seed = argon2id(&text(&self.private), &salt)?;
        let sub = |label: Label, width| {
            let key = hkdf_sha256(&seed, &ByteSeq::new(0), &text(label.text()), width);
            key.map(Octets::revealed)
        };
        Some(BackupSecrets {
            ed25519_seed: sub(Label::BackupKeyEd25519, 32)?,
            x25519: sub(Label::BackupKeyX25519, 32)?,
            kyber768_seed: sub(Label::BackupKeyKyber768, 64)?,
        })
    }
}

/// The number of a character; none for one that stands for none.
fn symbol(character: char, lenient: bool) -> Option<u8> {
    let character = match character.to_ascii_uppercase() {
        _ if !lenient => character,
        'O' => '0',
        'I' | 'L' => '1',
        upper => upper,
    };
    let at = ALPHABET.iter().position(|it| char::from(*it) == character)?;
    u8::try_from(at).ok()
}

fn written(symbols: &[u8]) -> Option<String> {
    let character = |symbol: &u8| ALPHABET.get(usize::from(*symbol)).map(|it| char::from(*it));
    symbols.iter().map(character).collect()
}

/// Whether both sums are zero, once the one character that can make them so is mended: that at this
/// place, if there is one that could not be read.
fn mend(rules: RuleSet, symbols: &mut [u8], unread: Option<usize>) -> bool {
    let (sum, weighted) = sums(symbols);
    if (sum, weighted) == (0, 0) {
        return true;
    }
    let mut places = (0..symbols.len()).filter(|at| unread.is_none_or(|unread| unread == *at));
    let wrong = places.find(|at| sum != 0 && product(power(*at), sum) == weighted);
    let mends = rules.contains(Rule::BackupKeyMended);
    match wrong.and_then(|at| symbols.get_mut(at)).filter(|_| mends) {
        Some(symbol) => {
            *symbol ^= sum;
            true
        }
        None => false,
    }
}

/// The sum of the characters, and the sum of each times the power of two of its place.
fn sums(symbols: &[u8]) -> (u8, u8) {
    let places = symbols.iter().enumerate();
    places.fold((0, 0), |(sum, weighted), (at, symbol)| {
        (sum ^ symbol, weighted ^ product(power(at), *symbol))
    })
}

/// Two to the power of a place, in the field of 32 elements with the polynomial x^5 + x^2 + 1.
fn power(place: usize) -> u8 {
    (0..place).fold(1, |power, _| product(power, 2))
}

fn product(one: u8, other: u8) -> u8 {
    let (product, _) = (0..5).fold((0, one), |(product, shifted), bit| {
        let product = if (other >> bit) & 1 == 1 { product ^ shifted } else { product };
        let doubled = shifted << 1;
        (product, if doubled & 0x20 == 0 { doubled } else { doubled ^ 0x25 })
    });
    product
}

fn quotient(one: u8, other: u8) -> Option<u8> {
    (0..32).find(|it| other != 0 && product(*it, other) == one)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn random() -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(0_u8..32, 30)
    }

    proptest! {
        #[test]
        fn fam_22_any_one_mistake_is_mended(random in random(), at in 0_usize..28, to in 0_u8..32) {
            let all = RuleSet::all();
            let key = BackupKey::of(&random).unwrap();
            prop_assert_eq!(BackupKey::read(all, &key.shown()), Some(key.clone()));
            let mut private: Vec<char> = key.private.chars().collect();
            private[at] = char::from(ALPHABET[usize::from(to)]);
            let mistaken = format!("{}{}", key.name, private.iter().collect::<String>());
            prop_assert_eq!(BackupKey::read(all, &mistaken), Some(key.clone()));
            let strict = all.without(Rule::BackupKeyMended);
            let same = mistaken == format!("{}{}", key.name, key.private);
            prop_assert_eq!(BackupKey::read(strict, &mistaken).is_some(), same);
        }

        #[test]
        fn fam_21_two_mistakes_never_give_the_key(
            random in random(),
            (one, other) in (0_usize..28, 0_usize..28),
            (by, by_other) in (1_u8..32, 1_u8..32),
        ) {
            prop_assume!(one != other);
            let key = BackupKey::of(&random).unwrap();
            let mut symbols: Vec<u8> =
                key.private.chars().map(|it| symbol(it, false).unwrap()).collect();
            symbols[one] ^= by;
            symbols[other] ^= by_other;
            let mistaken = format!("{}{}", key.name, written(&symbols).unwrap());
            prop_assert_ne!(BackupKey::read(RuleSet::all(), &mistaken), Some(key));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
            let _ = BackupKey::read(RuleSet::all(), &text);
        }
    }

    #[test]
    fn fam_23_a_key_is_read_as_people_write_it() {
        let key = BackupKey::of(&[0, 1, 2, 3].repeat(8)[..30]).unwrap();
        let people =
            key.shown().to_lowercase().replace(' ', "-").replace('1', "l").replace('0', "o");
        assert_eq!(BackupKey::read(RuleSet::all(), &people), Some(key.clone()));
        let strict = RuleSet::all().without(Rule::BackupKeyRead);
        assert_eq!(BackupKey::read(strict, &key.shown()), Some(key));
        assert_eq!(BackupKey::read(strict, &people), None);
        assert_eq!(BackupKey::of(&[32; 30]), None);
        assert_eq!(BackupKey::of(&[0; 29]), None);
    }
}
