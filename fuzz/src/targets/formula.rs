//! The byte formulas, chains, tokens and certificates among them: a stored case with one or several of
//! its inputs changed.

use std::{collections::BTreeMap, sync::OnceLock};

use arbitrary::{Arbitrary, Unstructured};
use conclave_conformance::{
    cases::{FormulaDraft, formula_drafts},
    compute::{Refused, compute, rules},
};
use conclave_spec::{Kind, Rule, profiles::FORMULA_ONLY, rules::Reaction};
use sha2::{Digest as _, Sha256};

/// The most changes that are made.
const EDITS: usize = 4;

#[derive(Arbitrary, Debug)]
struct Choice {
    case: u32,
    without: u8,
    edits: Vec<Edit>,
}

/// One change of one input.
#[derive(Arbitrary, Debug)]
struct Edit {
    input: u8,
    at: u16,
    change: Change,
}

#[derive(Arbitrary, Debug)]
enum Change {
    /// A bit of a byte.
    Flip(u8),
    /// Another byte in its place.
    Byte(u8),
    /// A byte more.
    Insert(u8),
    /// Nothing from there on.
    Cut,
    /// A few bytes less.
    Remove(u8),
    /// The bytes from there on once more.
    Twice,
    /// What the same input of another case is.
    Of(u32),
}

/// What came of a case with some of its inputs changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Computed {
    /// The formula.
    pub formula: &'static str,
    /// Whether any input was changed.
    pub changed: bool,
    /// What came of it.
    pub came: Came,
}

/// What became of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Came {
    /// Computed.
    Accepted,
    /// Refused by a rule.
    Refused,
    /// It does not fit the formula.
    Unfit,
}

/// The formulas that say in their outputs what was refused on the way, or what is to be done about it.
const TELLS_REFUSALS: [&str; 2] = ["meeting_identities", "escrow_status"];

/// A case of a formula with some of its inputs changed. It gets the same answer twice; without changes
/// the one that is written down; and what is accepted is accepted without a guard as well, with the same
/// outputs.
///
/// # Panics
/// A property does not hold.
pub fn formula(data: &[u8]) {
    computed(data);
}

/// [`formula`], and what came of it; none where the bytes say nothing.
///
/// # Panics
/// A property does not hold.
pub fn computed(data: &[u8]) -> Option<Computed> {
    let choice = Choice::arbitrary_take_rest(Unstructured::new(data)).ok()?;
    let cases = cases();
    let case = cases.chosen(choice.case)?;
    let mut inputs = case.inputs.clone();
    for edit in choice.edits.iter().take(EDITS) {
        apply(edit, cases, &mut inputs);
    }
    let answer = compute(rules(), case.formula, &inputs);
    assert_eq!(answer, compute(rules(), case.formula, &inputs), "{}: another answer", case.name);
    if inputs == case.inputs {
        let refused = answer.as_ref().err().cloned();
        assert_eq!(refused, case.refused_by.map(Refused::By), "{}", case.name);
    }
    if let (Ok(outputs), Some(guard)) = (&answer, guard(choice.without)) {
        let less = rules().less(guard.with_dependents());
        let without = compute(less, case.formula, &inputs);
        let guards = guard.with_dependents().iter().all(|rule| rule.kind() == Kind::Guard);
        if guards && !TELLS_REFUSALS.contains(&case.formula) {
            let id = guard.id();
            assert_eq!(without.as_ref(), Ok(outputs), "{}: refused without {id}", case.name);
        }
    }
    let came = match answer {
        Ok(_) => Came::Accepted,
        Err(Refused::By(_)) => Came::Refused,
        Err(Refused::Inputs(_) | Refused::Unknown) => Came::Unfit,
    };
    Some(Computed { formula: case.formula, changed: inputs != case.inputs, came })
}

/// The cases of formulas, by a hash of their names: a new one comes between two others, so that the
/// bytes of the corpus go on to choose the cases they chose.
struct ByHash(BTreeMap<u32, FormulaDraft>);

impl ByHash {
    /// The first from there on; after the last, the first of all.
    fn chosen(&self, from: u32) -> Option<&FormulaDraft> {
        self.0.range(from..).chain(&self.0).next().map(|(_, case)| case)
    }
}

/// Every case of a formula; made once, for some of them are signed with slow keys.
fn cases() -> &'static ByHash {
    static CASES: OnceLock<ByHash> = OnceLock::new();
    CASES.get_or_init(|| {
        let by_hash = |case: FormulaDraft| {
            let [a, b, c, d, ..]: [u8; 32] = Sha256::digest(&case.name).into();
            (u32::from_be_bytes([a, b, c, d]), case)
        };
        ByHash(formula_drafts(rules()).into_iter().map(by_hash).collect())
    })
}

/// One of the guards that stand beside meetings and refuse.
fn guard(number: u8) -> Option<Rule> {
    // One that passes something over decides what is said, not whether.
    let refuses = |rule: &&Rule| rule.kind() == Kind::Guard && rule.reaction() == Reaction::Reject;
    let guards = FORMULA_ONLY.iter().filter(refuses);
    let guards: Vec<_> = guards.copied().collect();
    guards.get(usize::from(number) % guards.len().max(1)).copied()
}

fn apply(edit: &Edit, cases: &ByHash, inputs: &mut BTreeMap<String, String>) {
    let at = usize::from(edit.input) % inputs.len().max(1);
    let Some((name, value)) = inputs.iter_mut().nth(at) else { return };
    if let Change::Of(other) = &edit.change {
        let other = cases.chosen(*other);
        if let Some(instead) = other.and_then(|case| case.inputs.get(name)) {
            *value = instead.clone();
        }
        return;
    }
    let written = hex(value);
    let mut bytes = written.clone().unwrap_or_else(|| value.clone().into_bytes());
    change(&edit.change, usize::from(edit.at) % bytes.len().max(1), &mut bytes);
    *value = match written {
        Some(_) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        None => String::from_utf8_lossy(&bytes).into_owned(),
    };
}

fn change(change: &Change, at: usize, bytes: &mut Vec<u8>) {
    match change {
        Change::Flip(bit) => {
            bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << (bit % 8));
        }
        Change::Byte(other) => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = *other),
        Change::Insert(byte) => bytes.insert(at.min(bytes.len()), *byte),
        Change::Cut => bytes.truncate(at),
        Change::Remove(count) => {
            let to = (at + usize::from(*count)).min(bytes.len());
            bytes.drain(at.min(to)..to);
        }
        Change::Twice => bytes.extend_from_within(at.min(bytes.len())..),
        Change::Of(_) => {}
    }
}

/// The bytes that a text is the hexadecimal of.
fn hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|it| u8::try_from(it).ok());
    digits
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}
