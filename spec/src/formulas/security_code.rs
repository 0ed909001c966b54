//! The security code that people read to each other (2.3.1, 3.8).

use std::fmt;

use super::{Octets, text};
use crate::{labels::Label, primitives::hash::sha256, rule_set::RuleSet, rules::Rule};

const DIGITS: usize = 39;
const DIGITS_OF_MUTANT: usize = 6;

/// The meeting leader security code: decimal digits, shown as such by `Display`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecurityCode(String);

impl SecurityCode {
    /// The digits without spaces.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// The digits in groups of three with a space between, as they are read aloud.
    #[must_use]
    pub fn grouped(&self) -> String {
        let mut grouped = String::new();
        for (at, digit) in self.0.chars().enumerate() {
            if at > 0 && at.is_multiple_of(3) {
                grouped.push(' ');
            }
            grouped.push(digit);
        }
        grouped
    }
}

impl fmt::Display for SecurityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The security code of a leader's identity verification key (2.3.1, 3.8):
/// `Digits(SHA256(SHA256(Context) || SHA256(IVK)))`.
///
/// `Digits` reads the hash as a big-endian number and keeps its 39 last decimal digits, zeros in
/// front included (reading R-10). Without [`Rule::CodeHasAllDigits`] only the first 6 are shown.
#[must_use]
pub fn security_code(rules: RuleSet, ivk: &Octets) -> SecurityCode {
    let context = sha256(&text(Label::SecurityCode.text()));
    let hash = sha256(&context.concat_owned(sha256(&ivk.secret())));
    let shown = if rules.contains(Rule::CodeHasAllDigits) { DIGITS } else { DIGITS_OF_MUTANT };
    let digits = digits(Octets::revealed(hash).as_slice());
    SecurityCode(digits.iter().rev().take(shown).map(|digit| char::from(b'0' + digit)).collect())
}

/// A big-endian number modulo 10^39, least significant digit first.
fn digits(number: &[u8]) -> [u8; DIGITS] {
    let mut digits = [0_u8; DIGITS];
    for byte in number {
        let mut carry = u16::from(*byte);
        for digit in &mut digits {
            let sum = u16::from(*digit) * 256 + carry;
            carry = sum / 10;
            *digit = (sum % 10).to_le_bytes()[0];
        }
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with Python's integers and hashlib.
    #[test]
    fn dev_18_the_code_has_39_digits() {
        let code = |byte: u8| security_code(RuleSet::all(), &[byte; 32].into());
        assert_eq!(code(0).digits(), "996264396349835885560708660400267442528");
        assert_eq!(code(1).digits(), "099892678796600351614054519288508089022");
        assert_eq!(code(1).grouped(), "099 892 678 796 600 351 614 054 519 288 508 089 022");
        let mutant = RuleSet::all().without(Rule::CodeHasAllDigits);
        assert_eq!(security_code(mutant, &[1; 32].into()).to_string(), "099892");
    }

    #[test]
    fn digits_are_those_of_the_number() {
        let text = |number: &[u8]| {
            digits(number).iter().rev().map(|digit| char::from(b'0' + digit)).collect::<String>()
        };
        assert_eq!(text(&[]), "0".repeat(39));
        assert_eq!(text(&1_234_567_u32.to_be_bytes()), format!("{:039}", 1_234_567));
        assert_eq!(text(&u128::MAX.to_be_bytes()), u128::MAX.to_string());
        // 2^256 - 1 = 115792089237316195423570985008687907853
        //             269984665640564039457584007913129639935
        assert_eq!(text(&[0xff; 32]), "269984665640564039457584007913129639935");
    }
}
