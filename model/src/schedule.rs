//! Random schedules: bytes read as choices, so that a property test shrinks them and a fuzzer
//! mutates them. A schedule is a script; most of its steps fit, many do not.

use std::collections::BTreeMap;

use conclave_spec::{BoxSuite, Label, Profile, Rule};

use crate::{
    message::{Meeting, Role, Seat},
    script::{
        Act, CastMember, Change, Expect, ForgedPacket, ForgedSeal, Handle, KeyRecipe, Recipe,
        Script, ScriptStep, ValueRecipe,
    },
};

/// Choices, one byte each.
struct Choices<'a> {
    bytes: &'a [u8],
    now_ms: u64,
    /// How often each party was told to send.
    sends: BTreeMap<&'static str, u32>,
}

const PARTIES: [&str; 4] = ["alice", "bob", "mallory", "carol"];
const PAUSES_MS: [u64; 10] = [0, 1, 500, 1_999, 2_000, 5_000, 10_000, 14_999, 15_000, 15_001];
const LABELS: [Label; 3] = [Label::Announcement, Label::KeySeedCipher, Label::KeySeedDerivation];
const RULES_LAST: usize = Rule::ALL.len();

/// The script these bytes choose. `carol` is `bob`'s device under another user. Every two bytes
/// or so make a step; the expectations are left open.
#[must_use]
pub fn script(bytes: &[u8]) -> Script {
    let mut choices = Choices { bytes, now_ms: 0, sends: BTreeMap::new() };
    let mut steps = Vec::new();
    if choices.under(4) > 0 {
        opening(&mut steps);
    }
    while !choices.bytes.is_empty() {
        choices.step(&mut steps);
    }
    Script { cast: PARTIES.map(member).into(), steps }
}

/// The profile these bytes choose: a version, a suite, and at most one rule left out.
#[must_use]
pub fn profile(bytes: &[u8]) -> Profile {
    let mut choices = Choices { bytes, now_ms: 0, sends: BTreeMap::new() };
    let base = if choices.under(2) == 0 { Profile::zoom_2_3_1() } else { Profile::zoom_3_0() };
    let suite = if choices.under(3) == 0 { BoxSuite::Hybrid } else { BoxSuite::Classic };
    let base = base.with_box_suite(suite);
    match Rule::ALL.get(choices.under(RULES_LAST + RULES_LAST / 2)) {
        Some(rule) => base.without(*rule),
        None => base,
    }
}

/// A schedule from a fuzzer's input: a profile and a script.
#[cfg(feature = "arbitrary")]
#[derive(Clone, Debug)]
pub struct Schedule {
    /// The profile.
    pub profile: Profile,
    /// The script.
    pub script: Script,
}

#[cfg(feature = "arbitrary")]
impl<'a> arbitrary::Arbitrary<'a> for Schedule {
    fn arbitrary(input: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
        let chosen: [u8; 3] = input.arbitrary()?;
        let rest = input.bytes(input.len())?;
        Ok(Self { profile: profile(&chosen), script: script(rest) })
    }
}

fn member(party: &str) -> CastMember {
    let same_device_as = (party == "carol").then(|| "bob".to_owned());
    CastMember { party: party.to_owned(), seat: seat(party), same_device_as }
}

fn seat(party: &str) -> Seat {
    let device = if party == "carol" { "bob" } else { party };
    Seat::new(party, &format!("{device}-device"))
}

fn meeting(nth: usize) -> Meeting {
    match nth {
        0 | 1 => Meeting { id: "42".to_owned(), uuid: [1; 16] },
        2 => Meeting { id: "42".to_owned(), uuid: [2; 16] },
        _ => Meeting { id: "43".to_owned(), uuid: [1; 16] },
    }
}

fn step(party: &str, act: Act) -> ScriptStep {
    ScriptStep { party: party.to_owned(), act, wire: None, expect: Expect::accept() }
}

fn admitted(party: &str) -> Act {
    Act::Admitted {
        seat: seat(party),
        ivk: ValueRecipe::IvkOf(party.to_owned()),
        announcement: Recipe::Sent(Handle::announcement(party, 1)),
    }
}

/// A meeting that works: the leader, two participants, a key each.
fn opening(steps: &mut Vec<ScriptStep>) {
    let join = |role| Act::Join { meeting: meeting(0), role };
    steps.push(step("alice", join(Role::Leader)));
    for party in ["bob", "mallory"] {
        let named = Act::LeaderNamed {
            seat: seat("alice"),
            ivk: ValueRecipe::IvkOf("alice".to_owned()),
            announcement: Recipe::Sent(Handle::announcement("alice", 1)),
        };
        let sealed = Recipe::Sent(Handle::sealed_key("alice", party, 1));
        steps.push(step(party, join(Role::Participant)));
        steps.push(step(party, named));
        steps.push(step("alice", admitted(party)));
        steps.push(step(party, Act::RekeySignaled { mk_seq: 1 }));
        steps.push(step(party, Act::SealedKey { sealed }));
    }
}

impl Choices<'_> {
    /// A number below `bound`; 0 when the bytes are used up.
    fn under(&mut self, bound: usize) -> usize {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        usize::from(*first) % bound.max(1)
    }

    fn of<T: Copy>(&mut self, values: &[T], fallback: T) -> T {
        let at = self.under(values.len());
        values.get(at).copied().unwrap_or(fallback)
    }

    fn number(&mut self, bound: usize) -> u32 {
        u32::try_from(self.under(bound)).unwrap_or(0)
    }

    fn party(&mut self) -> &'static str {
        self.of(&PARTIES, "alice")
    }

    /// Mostly `usual`.
    fn mostly(&mut self, usual: &'static str) -> &'static str {
        if self.under(6) > 0 { usual } else { self.party() }
    }

    fn step(&mut self, steps: &mut Vec<ScriptStep>) {
        let act = self.under(20);
        let party = match act {
            0..=4 | 15 | 16 => self.mostly("alice"),
            _ => self.mostly("bob"),
        };
        let act = match act {
            0 | 1 => self.admit(),
            2 => Act::Departed { seat: seat(self.party()) },
            3 | 4 => return self.pass(steps),
            5 => Act::Join { meeting: meeting(self.under(4)), role: self.role() },
            6 => self.name_leader(),
            7 | 8 => Act::RekeySignaled { mk_seq: self.number(5) },
            9..=12 => Act::SealedKey { sealed: self.sealed_key(party) },
            13 | 14 => self.packet(),
            15..=17 => {
                *self.sends.entry(party).or_default() += 1;
                let stream = self.stream().to_owned();
                Act::Send { stream, text: format!("words {}", self.under(4)) }
            }
            18 => self.packet(),
            _ => match self.under(4) {
                0 => Act::MeetingEnded {},
                1 => Act::Leave {},
                _ => Act::Observe {},
            },
        };
        steps.push(step(party, act));
    }

    /// Time passes: for everybody, or for one party alone.
    fn pass(&mut self, steps: &mut Vec<ScriptStep>) {
        let pause_ms = self.of(&PAUSES_MS, 0);
        let alone = self.under(8) == 0;
        let to_ms = self.now_ms + pause_ms;
        if alone {
            let party = self.party();
            steps.push(step(party, Act::Advance { to_ms }));
            return;
        }
        self.now_ms = to_ms;
        steps.extend(PARTIES.map(|party| step(party, Act::Advance { to_ms })));
    }

    fn role(&mut self) -> Role {
        if self.under(4) == 0 { Role::Leader } else { Role::Participant }
    }

    fn admit(&mut self) -> Act {
        let party = self.party();
        Act::Admitted {
            seat: seat(self.mostly(party)),
            ivk: ValueRecipe::IvkOf(self.mostly(party).to_owned()),
            announcement: self.announcement(party),
        }
    }

    fn name_leader(&mut self) -> Act {
        Act::LeaderNamed {
            seat: seat(self.mostly("alice")),
            ivk: ValueRecipe::IvkOf(self.mostly("alice").to_owned()),
            announcement: self.announcement("alice"),
        }
    }

    fn announcement(&mut self, by: &'static str) -> Recipe {
        let sent = Recipe::Sent(Handle::announcement(by, 1 + self.number(2)));
        match self.under(8) {
            0 => self.damaged(sent, &["pk", "sig"]),
            1 => {
                let change = Change::new("pk", self.public_key());
                Recipe::Edited { of: Box::new(sent), change }
            }
            2 => Recipe::ForgedAnnouncement {
                by: self.mostly(by).to_owned(),
                label: self.label(),
                changes: self.binding_changes(),
            },
            _ => sent,
        }
    }

    fn public_key(&mut self) -> ValueRecipe {
        match self.under(3) {
            0 => ValueRecipe::PkOf(self.party().to_owned()),
            1 => ValueRecipe::IvkOf(self.party().to_owned()),
            _ => ValueRecipe::SmallOrderKey,
        }
    }

    fn label(&mut self) -> Option<Label> {
        if self.under(3) > 0 { None } else { Some(self.of(&LABELS, Label::Announcement)) }
    }

    fn text(&mut self) -> ValueRecipe {
        ValueRecipe::Text(self.party().to_owned())
    }

    fn binding_changes(&mut self) -> Vec<Change> {
        match self.under(7) {
            0 => vec![Change::new("user_id", self.text())],
            1 => vec![Change::new("hardware_id", self.text())],
            2 => vec![Change::new("meeting_id", self.text())],
            3 => vec![Change::new("meeting_uuid", ValueRecipe::Uuid([2; 16]))],
            4 => vec![Change::new("ivk", ValueRecipe::IvkOf(self.party().to_owned()))],
            5 => vec![Change::new("pk", self.public_key())],
            _ => Vec::new(),
        }
    }

    fn sealed_key(&mut self, party: &'static str) -> Recipe {
        let to = self.mostly(party);
        let sent = Recipe::Sent(Handle::sealed_key("alice", to, 1 + self.number(4)));
        match self.under(8) {
            0 => self.damaged(sent, &["nonce", "ciphertext", "kem"]),
            1 => {
                let other = Recipe::Sent(Handle::sealed_key("alice", to, 1 + self.number(4)));
                let field = self.of(&["nonce", "ciphertext", "kem"], "nonce");
                let value = ValueRecipe::FieldOf { of: Box::new(other), field: field.to_owned() };
                Recipe::Edited { of: Box::new(sent), change: Change::new(field, value) }
            }
            2 | 3 => self.forged_seal(to),
            _ => sent,
        }
    }

    fn forged_seal(&mut self, to: &'static str) -> Recipe {
        let key = if self.under(2) == 0 {
            KeyRecipe::Fresh(format!("key {}", self.under(3)))
        } else {
            KeyRecipe::Held(self.number(4))
        };
        let changes = match self.under(6) {
            0 => vec![Change::new("leader", self.text())],
            1 => vec![Change::new("recipient", self.text())],
            2 => vec![Change::new("meeting_id", self.text())],
            3 => vec![Change::new("meeting_uuid", ValueRecipe::Uuid([2; 16]))],
            _ => Vec::new(),
        };
        Recipe::ForgedSeal(ForgedSeal {
            by: "alice".to_owned(),
            to: seat(to),
            key,
            mk_seq: self.number(6),
            cipher: self.label(),
            derivation: self.label(),
            changes,
        })
    }

    fn stream(&mut self) -> &'static str {
        self.of(&["audio", "audio", "audio", "video"], "audio")
    }

    fn packet(&mut self) -> Act {
        let by = self.mostly("alice");
        let last = self.sends.get(by).copied().unwrap_or(1);
        let back = if self.under(2) == 0 { 0 } else { self.number(4) };
        let sent = Recipe::Sent(Handle::packet(by, last.saturating_sub(back).max(1)));
        let packet = match self.under(8) {
            0 => self.damaged(sent, &["body"]),
            1 => {
                let change = Change::new("mk_seq", ValueRecipe::Number(self.number(5)));
                Recipe::Edited { of: Box::new(sent), change }
            }
            2 => {
                let other = Recipe::Sent(Handle::packet(self.party(), 1 + self.number(4)));
                let value = ValueRecipe::FieldOf { of: Box::new(other), field: "body".to_owned() };
                Recipe::Edited { of: Box::new(sent), change: Change::new("body", value) }
            }
            3 | 4 => self.forged_packet(by),
            _ => sent,
        };
        let stream = self.stream().to_owned();
        Act::Packet { from: self.mostly(by).to_owned(), stream, packet }
    }

    fn forged_packet(&mut self, by: &'static str) -> Recipe {
        let changes = match self.under(6) {
            0 => vec![Change::new("sender", self.text())],
            1 => vec![Change::new("stream", ValueRecipe::Text("video".to_owned()))],
            2 => vec![Change::new("meeting_id", self.text())],
            3 => vec![Change::new("meeting_uuid", ValueRecipe::Uuid([2; 16]))],
            _ => Vec::new(),
        };
        let key_seq = 1 + self.number(3);
        Recipe::ForgedPacket(ForgedPacket {
            by: by.to_owned(),
            key_seq,
            mk_seq: if self.under(3) > 0 { key_seq } else { self.of(&[0, 1, 2, 257], 0) },
            counter: [0, 1, 63, 64, 65, u64::MAX].get(self.under(6)).copied().unwrap_or(0),
            stream: "audio".to_owned(),
            text: format!("words {}", self.under(4)),
            changes,
        })
    }

    fn damaged(&mut self, of: Recipe, fields: &[&str]) -> Recipe {
        let field = fields.get(self.under(fields.len())).copied().unwrap_or("sig").to_owned();
        Recipe::Damaged { of: Box::new(of), field }
    }
}
