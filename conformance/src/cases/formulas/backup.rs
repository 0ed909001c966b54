//! Cases of backup keys.

use conclave_model::sigchain::build::bytes;
use conclave_spec::{Rule, RuleSet, formulas::backup_key::BackupKey};

use super::{Cases, FormulaDraft, Inputs, inputs, text};
use crate::case::Side;

const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// 30 numbers below 32.
fn random(name: &str) -> Vec<u8> {
    bytes(name, 30).into_iter().map(|byte| byte % 32).collect()
}

fn shown(random: &[u8]) -> String {
    BackupKey::of(random).map(|key| key.shown()).unwrap_or_default()
}

fn reading(string: &str) -> Inputs {
    inputs(&[("string", text(string))])
}

/// The key with the character at this place another.
fn mistaken(key: &str, at: usize, to: char) -> String {
    key.chars().enumerate().map(|(place, it)| if place == at { to } else { it }).collect()
}

pub(super) fn drafts(list: &mut Vec<FormulaDraft>) {
    let mut cases = Cases::of(list, "family", "make_backup_key");
    let (sums, mended, read) = (Rule::BackupKeySums, Rule::BackupKeyMended, Rule::BackupKeyRead);
    // With a 0 and two 1 among the private characters.
    let mut digits = random("backup key");
    digits.splice(4..8, [0, 1, 1, 31]);
    for (name, title, random) in [
        ("backup-key-made", "A backup key of random numbers", digits.clone()),
        ("backup-key-made-of-zeros", "A backup key of zeros", vec![0; 30]),
        ("backup-key-made-of-the-last", "A backup key of the last character", vec![31; 30]),
    ] {
        cases.taken(name, title, inputs(&[("random", hex::encode(random))]), &[sums]);
    }
    cases.formula = "backup_key";
    let (key, common) = (shown(&digits), "backup-key");
    cases.taken(common, "A backup key and the keys of its device", reading(&key), &[]);
    let first = mistaken(&key, 7, 'Q');
    let unread = |it: &String| BackupKey::read(RuleSet::all(), it).is_none();
    // Most second mistakes are mended into another key; the first that is not is taken.
    let twice = ALPHABET.chars().map(|it| mistaken(&first, 13, it)).find(unread);
    let unmended = twice.unwrap_or_default();
    let which = ("backup-key-with-more-mistakes", "more characters than can be mended");
    cases.pair(sums, common, which, reading(&unmended), sums);
    for (name, title, string) in [
        ("backup-key-with-a-mistake", "One wrong character is mended", first),
        (
            "backup-key-without-a-character",
            "A character that stands for nothing is made up for",
            mistaken(&key, 20, '?'),
        ),
    ] {
        cases.taken(name, title, reading(&string), &[mended]);
    }
    let differs_in = "one character";
    cases.on_side(mended, Side::Common, common, "backup-key-with-a-mistake", differs_in);
    cases.on_side(mended, Side::Decisive, "backup-key-with-a-mistake", common, differs_in);
    let people = key.to_lowercase().replace(' ', "-").replacen('1', "I", 1);
    let people = people.replace('1', "l").replace('0', "o");
    let title = "A backup key in small letters, with hyphens and letters for digits is read";
    cases.taken("backup-key-as-people-write", title, reading(&people), &[read]);
    let differs_in = "how it is written";
    cases.on_side(read, Side::Common, common, "backup-key-as-people-write", differs_in);
    cases.on_side(read, Side::Decisive, "backup-key-as-people-write", common, differs_in);
    let mut named = digits.clone();
    named.splice(0..4, [9, 9, 9, 9]);
    let title = "The name of a backup key plays no part in its keys";
    cases.taken("backup-key-of-another-name", title, reading(&shown(&named)), &[sums]);
    let solid = key.replace(' ', "");
    let short: String = solid.chars().take(31).collect();
    for (name, title, string) in [
        ("backup-key-of-31", "A backup key of 31 characters is refused", short),
        ("backup-key-of-33", "A backup key of 33 characters is refused", format!("{key}0")),
        ("backup-key-empty", "No text at all is no backup key", String::new()),
        (
            "backup-key-without-two-characters",
            "Of two characters that stand for nothing neither is made up for, whatever they were",
            mistaken(&mistaken(&key, 5, '?'), 7, '?'),
        ),
        (
            "backup-key-without-one-and-a-mistake",
            "Where a character stands for nothing no other is mended",
            mistaken(
                &mistaken(&key, 5, '?'),
                8,
                if key.chars().nth(8) == Some('1') { '2' } else { '1' },
            ),
        ),
        (
            "backup-key-of-unknown-name",
            "A name with a character that stands for nothing is refused",
            mistaken(&key, 2, 'U'),
        ),
        (
            "backup-key-with-a-tab",
            "A character between the groups that is neither space nor hyphen is one too many",
            mistaken(&key, 4, '\t'),
        ),
    ] {
        cases.refused(name, title, reading(&string), sums);
    }
}
