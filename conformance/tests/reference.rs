//! The cases themselves, and the reference against them, without a second process.

use std::collections::{BTreeMap, BTreeSet};

use conclave_conformance::{
    case::{Case, Side},
    commands::check::ask_hello,
    pages::schema,
    protocol::{Codec, RandomnessClass, Request},
    record::FORMULAS,
    reference::Reference,
    run::{self, Bench},
    stories, vectors,
    verdict::{Mode, Verdict},
};
use conclave_model::script::{Act, CastMember, ScriptStep};
use conclave_spec::{
    Level, Profile, Rule, obligations::Obligations, profiles::FORMULA_ONLY, readings,
};
use serde_json::Value;

fn cases() -> Vec<Case> {
    vectors::load(&vectors::folder(None)).expect("the vectors load")
}

/// Every mode there is.
fn modes() -> Vec<Mode> {
    let classes = [RandomnessClass::Tape, RandomnessClass::Seeded, RandomnessClass::Opaque];
    let mode = |randomness| [Codec::Bytes, Codec::Fields].map(|codec| Mode { randomness, codec });
    classes.into_iter().flat_map(mode).collect()
}

/// Also in the modes that `check` leaves out because two others cover them.
#[test]
fn the_reference_passes_every_case_in_every_mode() {
    let (cases, mut reference) = (cases(), Reference::new());
    let hello = ask_hello(&mut reference).expect("the reference says who it is");
    let mut bench = Bench { player: &mut reference, hello: &hello, next_id: 2 };
    let mut passed = BTreeMap::new();
    for mode in modes() {
        for case in &cases {
            let (report, fault) = run::run(&mut bench, case, mode);
            assert_eq!(fault, None, "{} {}", case.id, mode.name());
            let fine = matches!(report.verdict, Verdict::Pass | Verdict::NotApplicable);
            assert!(fine, "{report:#?}");
            if report.verdict == Verdict::Pass {
                passed.entry(mode.name()).or_insert_with(BTreeSet::new).insert(&case.id);
            }
        }
    }
    let all: BTreeSet<_> = cases.iter().map(|case| &case.id).collect();
    assert_eq!(passed["tape-bytes"], all);
    assert_eq!(passed["seeded-bytes"], all);
    assert!(passed.values().all(|some| some.len() > all.len() / 2), "{passed:?}");
}

#[test]
fn every_case_has_an_identifier_of_its_own() {
    let mut seen = BTreeSet::new();
    for case in cases() {
        assert!(seen.insert(case.id.clone()), "{} twice", case.id);
        let parts: Vec<_> = case.id.split('/').collect();
        assert_eq!(parts.len(), 3, "{}", case.id);
        let profile = case.session.as_ref().map_or(FORMULAS, |session| session.profile.as_str());
        assert_eq!(parts[0], profile, "{}", case.id);
    }
}

#[test]
fn the_twins_of_a_pair_point_at_each_other() {
    let cases = cases();
    for case in &cases {
        for pair in &case.pairs {
            let twin = cases.iter().find(|other| other.id == pair.twin);
            let twin = twin.unwrap_or_else(|| panic!("{}: no case {}", case.id, pair.twin));
            let back = twin.pairs.iter().filter(|back| back.rule == pair.rule);
            let back: Vec<_> = back.filter(|back| back.twin == case.id).collect();
            let [back] = back.as_slice() else { panic!("{} and {}", case.id, twin.id) };
            assert_ne!(back.side, pair.side, "{} and {}", case.id, twin.id);
            assert_eq!(back.differs_in, pair.differs_in, "{} and {}", case.id, twin.id);
            assert!(case.rules.contains(&pair.rule), "{} {}", case.id, pair.rule.id());
        }
    }
}

#[test]
fn every_binding_rule_has_its_decisive_pair() {
    let cases = cases();
    let mut wanted: BTreeSet<(&str, Rule)> =
        FORMULA_ONLY.iter().map(|rule| (FORMULAS, *rule)).collect();
    let profiles = Profile::all();
    for profile in &profiles {
        let of_profile = Rule::ALL.iter().filter(|rule| profile.rules.contains(**rule));
        let of_profile = of_profile.filter(|rule| !FORMULA_ONLY.contains(rule));
        wanted.extend(of_profile.map(|rule| (profile.id, *rule)));
    }
    wanted.retain(|(_, rule)| rule.level() == Level::Must);
    assert!(wanted.len() > 80, "{}", wanted.len());
    for (profile, rule) in wanted {
        let sides: Vec<Side> = cases
            .iter()
            .filter(|case| case.id.split('/').next() == Some(profile))
            .flat_map(|case| &case.pairs)
            .filter(|pair| pair.rule == rule)
            .map(|pair| pair.side)
            .collect();
        let both = sides.contains(&Side::Common) && sides.contains(&Side::Decisive);
        assert!(both, "{} under {profile}: {sides:?}", rule.id());
    }
}

/// An obligation that rules or readings answer is acted out under every profile of each version it
/// stands in, but for what an older client of the version lacks; of what no session can show, the
/// reason is given.
#[test]
fn every_obligation_with_rules_or_a_reading_has_a_scenario() {
    let cases = cases();
    let of_case = |case: &Case| case.session.as_ref().map(|it| it.profile.clone());
    let in_profile = |case: &Case| of_case(case).map(|profile| (profile, case.rules.clone()));
    let shown: BTreeSet<(String, Rule)> = cases
        .iter()
        .filter_map(in_profile)
        .flat_map(|(profile, rules)| rules.into_iter().map(move |rule| (profile.clone(), rule)))
        .collect();
    let table = Obligations::load().expect("the obligations load");
    let (mut unshown, mut unplayed, mut counted) = (Vec::new(), BTreeSet::new(), 0);
    for obligation in table.all() {
        let answered = !obligation.rules.is_empty() || !obligation.reading.is_empty();
        let mut played = false;
        for profile in Profile::all() {
            let rules = obligation.shown_by(&profile);
            counted += usize::from(!rules.is_empty());
            played |= !rules.is_empty();
            let acted = |rule: &Rule| shown.contains(&(profile.id.to_owned(), *rule));
            if !rules.is_empty() && !rules.iter().all(acted) {
                unshown.push((&obligation.id, profile.id));
            }
        }
        if answered && !played && !stories::shown_by_formulas(obligation) {
            unplayed.insert(obligation.id.as_str());
        }
    }
    assert_eq!(unshown, Vec::new());
    assert!(counted > 1_300, "{counted}");
    assert_eq!(unplayed, stories::UNPLAYED.iter().map(|(id, _)| *id).collect());
}

/// And its text is stored, of a version in which the obligation stands.
#[test]
fn every_obligation_with_rules_or_a_reading_has_a_stored_story() {
    let table = Obligations::load().expect("the obligations load");
    let profiles = Profile::all();
    let cases = cases();
    let mut stored = BTreeSet::new();
    for profile in &profiles {
        let folder = vectors::folder(None).join("scenarios").join(profile.id);
        for entry in std::fs::read_dir(&folder).expect("each version has stories") {
            let text = std::fs::read_to_string(entry.expect("a file").path()).expect("it is text");
            let head = |line: &&str| line.starts_with(profile.id) && line.contains('/');
            stored.extend(text.lines().filter(head).map(str::to_owned));
        }
    }
    let mut untold = Vec::new();
    for obligation in table.all() {
        let shown_by = profiles.iter().map(|profile| (profile.id, obligation.shown_by(profile)));
        let shown_by: Vec<_> = shown_by.filter(|(_, rules)| !rules.is_empty()).collect();
        let shows = |case: &&Case| {
            let rules = shown_by.iter().find(|(id, _)| *id == case.profile());
            rules.is_some_and(|(_, rules)| case.rules.iter().any(|rule| rules.contains(rule)))
        };
        let mut shown = cases.iter().filter(shows).map(|case| &case.id);
        if !shown_by.is_empty() && !shown.any(|id| stored.contains(id)) {
            untold.push(&obligation.id);
        }
    }
    assert_eq!(untold, Vec::<&String>::new());
}

/// A reading that some rule carries is shown by a case; the others lie outside meetings, and say what
/// brings theirs.
#[test]
fn every_reading_about_a_meeting_has_a_case() {
    let cases = cases();
    let shown: BTreeSet<Rule> = cases.iter().flat_map(|case| case.rules.iter().copied()).collect();
    let mut outside = Vec::new();
    for reading in readings::ALL {
        assert_eq!(reading.rules.is_empty(), reading.later().is_some(), "{}", reading.id);
        if reading.rules.is_empty() {
            outside.push(reading.id);
        } else {
            assert!(reading.rules.iter().all(|rule| shown.contains(rule)), "{}", reading.id);
        }
    }
    assert_eq!(outside, ["R-96"]);
}

/// How two scripts of a pair lie apart.
#[derive(Debug, PartialEq, Eq)]
enum Apart {
    /// One step is another; what follows it only looks at what came of it.
    OneStep,
    /// One moment is another, for everybody.
    OneMoment,
    /// The same steps in another order.
    Order,
    /// Something happens in between, or in addition.
    Inserted,
    /// One client is of another version.
    OneVersion,
    /// More than that.
    More,
}

/// How many clients are of another version in the other cast.
fn other_versions(one: &[CastMember], other: &[CastMember]) -> usize {
    if one.len() != other.len() {
        return usize::MAX;
    }
    let pairs = || one.iter().zip(other);
    let named = |(one, other): (&CastMember, &CastMember)| {
        let unversioned = |member: &CastMember| CastMember { profile: None, ..member.clone() };
        unversioned(one) == unversioned(other)
    };
    if !pairs().all(named) {
        return usize::MAX;
    }
    pairs().filter(|(one, other)| one != other).count()
}

/// Whether two steps are the same, whatever must become of them.
fn same(one: &ScriptStep, other: &ScriptStep) -> bool {
    one.party == other.party && one.act == other.act && one.wire == other.wire
}

fn same_steps(some: &[ScriptStep], others: &[ScriptStep]) -> bool {
    some.len() == others.len() && some.iter().zip(others).all(|(one, other)| same(one, other))
}

fn apart(decisive: &[ScriptStep], common: &[ScriptStep]) -> Apart {
    let both = || decisive.iter().zip(common);
    let start = both().take_while(|(one, other)| same(one, other)).count();
    let (one, other) = (&decisive[start..], &common[start..]);
    let end = one.iter().rev().zip(other.iter().rev());
    let end = end.take_while(|(one, other)| same(one, other)).count();
    let (one, other) = (&one[..one.len() - end], &other[..other.len() - end]);
    let looks = |step: &ScriptStep| matches!(step.act, Act::Observe {} | Act::Send { .. });
    match (one, other) {
        ([], []) => Apart::More,
        ([], _) | (_, []) => Apart::Inserted,
        ([one, after @ ..], [other, after_other @ ..])
            if one.party == other.party && after.iter().chain(after_other).all(looks) =>
        {
            Apart::OneStep
        }
        _ if one.len() == other.len() => {
            let moments: BTreeSet<_> = one.iter().zip(other).map(moments).collect();
            let one_moment = moments.len() == 1 && !moments.contains(&None);
            let of_other = |step: &ScriptStep| other.iter().filter(|it| same(step, it)).count();
            let of_one = |step: &ScriptStep| one.iter().filter(|it| same(step, it)).count();
            match one_moment {
                true => Apart::OneMoment,
                false if one.iter().all(|step| of_one(step) == of_other(step)) => Apart::Order,
                false => Apart::More,
            }
        }
        _ => Apart::More,
    }
}

/// The two moments, if both steps let time pass for the same party.
fn moments((one, other): (&ScriptStep, &ScriptStep)) -> Option<(u64, u64)> {
    let (Act::Advance { to_ms }, Act::Advance { to_ms: other_ms }) = (&one.act, &other.act) else {
        return None;
    };
    (one.party == other.party).then_some((*to_ms, *other_ms))
}

#[test]
fn the_sides_of_a_pair_are_one_thing_apart() {
    let cases = cases();
    let mut apart_by_more = Vec::new();
    let mut pairs = 0;
    for case in &cases {
        for pair in case.pairs.iter().filter(|pair| pair.side == Side::Decisive) {
            // That it exists is another test.
            let Some(twin) = cases.iter().find(|other| other.id == pair.twin) else { continue };
            let (Some(session), Some(other)) = (&case.session, &twin.session) else { continue };
            pairs += 1;
            let steps = (&session.script.steps, &other.script.steps);
            let casts = (&session.script.cast, &other.script.cast);
            let found = match other_versions(casts.0, casts.1) {
                _ if session.plays != other.plays => Apart::More,
                0 => apart(steps.0, steps.1),
                1 if same_steps(steps.0, steps.1) => Apart::OneVersion,
                _ => Apart::More,
            };
            if found == Apart::More {
                apart_by_more.push((&case.id, &twin.id));
            }
        }
    }
    assert_eq!(apart_by_more, Vec::new());
    assert!(pairs > 60, "{pairs} pairs");
}

/// A chain and what is disclosed of it are one thing, for what is disclosed names its links; so are
/// an attestation and its holder's signature over it. Of a participant the signatures are one thing
/// with what they are over, and the tails that are signed with the chain that they are the tails of.
#[test]
fn the_sides_of_a_formula_pair_are_one_input_apart() {
    use conclave_conformance::protocol::Input;
    let cases = cases();
    let inputs = |case: &Case| {
        let [step] = case.steps.as_slice() else { panic!("{}: more than one step", case.id) };
        let Input::Compute { formula, inputs } = &step.input else {
            panic!("{}: {:?}", case.id, step.input)
        };
        (formula.clone(), inputs.clone())
    };
    let mut pairs = 0;
    for case in cases.iter().filter(|case| case.session.is_none()) {
        for pair in case.pairs.iter().filter(|pair| pair.side == Side::Decisive) {
            let twin = cases.iter().find(|other| other.id == pair.twin).expect("the twin");
            let ((formula, one), (other_formula, other)) = (inputs(case), inputs(twin));
            assert_eq!(formula, other_formula, "{}", case.id);
            let names: BTreeSet<_> = one.keys().chain(other.keys()).collect();
            let differ = names.iter().filter(|name| one.get(**name) != other.get(**name));
            let mut things: BTreeSet<_> =
                differ.map(|name| name.replace("openings", "links")).collect();
            if things.contains("attestation") {
                things.remove("signature");
                things.remove("attestation_signature");
            }
            if formula.ends_with("_identity") && things.len() > 1 {
                let of_chain = things.iter().any(|name| name.ends_with("links"));
                for by in ["binding", "statement"] {
                    things.remove(&format!("{by}_signature"));
                    if of_chain {
                        things.remove(&format!("{by}_tails"));
                    }
                }
                // What the tree has of the chain is in its root.
                if of_chain {
                    things.remove("lookups");
                    things.remove("root");
                }
            }
            // What a client knew or was shown is a tail of the chain that it is served.
            if things.contains("links") {
                for known in ["known_sequence_number", "known_hash", "shown_sequence_number"] {
                    things.remove(known);
                }
            }
            // A proof is of the tree with its root, and a signature is on the state it stands beside.
            for (thing, part) in [
                ("proof", "root"),
                ("lookups", "root"),
                ("reviewed_version", "reviewed_tail"),
                ("other_root", "other_signature"),
            ] {
                if things.contains(thing) {
                    things.remove(part);
                }
            }
            assert_eq!(things.len(), 1, "{} and {}", case.id, twin.id);
            pairs += 1;
        }
    }
    assert!(pairs > 10, "{pairs} pairs");
}

/// Every request of every vector, and every answer the reference gives to it, is as the schema
/// says, in both codecs.
#[test]
fn every_line_is_as_the_schema_says() {
    let schema = serde_json::to_value(schema::adapter()).expect("the schema is JSON");
    let stored = vectors::folder(None).join("schema/adapter.json");
    let stored = std::fs::read_to_string(stored).expect("the schema is stored");
    assert_eq!(serde_json::from_str::<Value>(&stored).expect("JSON"), schema, "the stored schema");
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is a schema");
    let assert_valid = |line: &Value, what: &str| {
        let wrong = validator.iter_errors(line).next().map(|error| error.to_string());
        assert_eq!(wrong, None, "{what}: {line}");
    };
    let cases = cases();
    for (id, (case, step)) in
        (1..).zip(cases.iter().flat_map(|case| case.steps.iter().map(move |step| (case, step))))
    {
        let (session, case_id) = (Some("s1".to_owned()), Some(case.id.clone()));
        let request = Request { id, session, case: case_id, input: step.input.clone() };
        assert_valid(&serde_json::to_value(&request).expect("JSON"), &case.id);
    }
    let mut listener = Listener { reference: Reference::new(), lines: Vec::new() };
    let hello = ask_hello(&mut listener).expect("the reference says who it is");
    let mut bench = Bench { player: &mut listener, hello: &hello, next_id: 2 };
    for mode in
        [Codec::Bytes, Codec::Fields].map(|codec| Mode { randomness: RandomnessClass::Tape, codec })
    {
        for case in &cases {
            run::run(&mut bench, case, mode);
        }
    }
    assert!(listener.lines.len() > 4_000, "{} lines", listener.lines.len());
    for line in &listener.lines {
        assert_valid(line, "a line of the reference");
    }
}

/// The reference, overheard.
struct Listener {
    reference: Reference,
    lines: Vec<Value>,
}

impl conclave_conformance::player::Player for Listener {
    fn ask(
        &mut self,
        request: &Request,
    ) -> Result<conclave_conformance::protocol::Response, conclave_conformance::player::Fault> {
        let response = self.reference.answer(request);
        self.lines.push(serde_json::to_value(request).expect("JSON"));
        self.lines.push(serde_json::to_value(&response).expect("JSON"));
        Ok(response)
    }
}

#[test]
fn the_kill_table_is_of_these_vectors_and_leaves_nobody_alive() {
    use conclave_conformance::commands::mutants::{TABLE, Table, inputs};
    let folder = vectors::folder(None);
    let text = std::fs::read_to_string(folder.join(TABLE)).expect("the kill table");
    let table: Table = serde_json::from_str(&text).expect("a kill table");
    assert_eq!(table.inputs, inputs(&folder), "stale: run `conclave mutants --write`");
    for mutant in &table.mutants {
        assert!(mutant.killed, "{} {}", mutant.rule.id(), mutant.profile);
        assert!(mutant.failing.contains_key(&mutant.decisive), "{}", mutant.rule.id());
    }
    let rules: BTreeSet<_> = table.mutants.iter().map(|it| it.rule).collect();
    assert_eq!(rules.len(), Rule::ALL.len(), "every rule has its mutant");
}
