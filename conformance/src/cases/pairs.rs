//! Whether the pairs of an area are decisive: a client without the rule gets the common case right
//! and the decisive case wrong, by outcome.

use conclave_spec::{Level, Profile, Rule, rules::Area};

use super::{Draft, drafts};
use crate::{
    case::{Case, Side},
    commands::{check, mutants::world_lacks},
    protocol::{Codec, RandomnessClass},
    record,
    reference::Reference,
    run::{self, Bench},
    verdict::{CaseReport, Mode, Verdict},
};

/// What is wrong with the cases of an area, and with the pairs of its rules, in every profile.
pub(super) fn problems_of(area: Area) -> Vec<String> {
    let mut wrong = Vec::new();
    for profile in Profile::all() {
        let all = drafts(&profile);
        let (own, others): (Vec<_>, Vec<_>) =
            all.iter().partition(|draft| draft.area == area.word());
        wrong.extend(own.iter().filter_map(|draft| borne_out(draft, &profile)));
        // The pair of a rule may stand in another area than the rule.
        let paired = |drafts: &[&Draft], rule: Rule| {
            drafts.iter().any(|draft| draft.pairs.iter().any(|pair| pair.rule == rule))
        };
        let judged_here =
            |rule: &Rule| paired(&own, *rule) || (rule.area() == area && !paired(&others, *rule));
        let rules = profile.rules.iter().filter(judged_here);
        for rule in rules.filter(|rule| rule.level() == Level::Must) {
            for side in [Side::Common, Side::Decisive] {
                wrong.extend(on_side(&all, rule, side, &profile));
            }
        }
    }
    wrong
}

/// Why the reference does not bear out a case, or fails it.
fn borne_out(draft: &Draft, profile: &Profile) -> Option<String> {
    let case = match record::record(draft, profile, profile) {
        Ok(case) => case,
        Err(error) => return Some(error.to_string()),
    };
    let report = run(&mut Reference::new(), &case);
    let passes = report.as_ref().is_ok_and(|report| report.verdict == Verdict::Pass);
    (!passes).then(|| format!("{}: {report:?}", case.id))
}

/// What is wrong with one side of the pair of a rule.
fn on_side(all: &[Draft], rule: Rule, side: Side, profile: &Profile) -> Option<String> {
    let named = format!("{} under {}, {side:?}", rule.id(), profile.id);
    let is_it = |draft: &&Draft| draft.pairs.iter().any(|it| it.rule == rule && it.side == side);
    let Some(draft) = all.iter().find(is_it) else { return Some(format!("{named}: no case")) };
    let lacking = profile.clone().without(rule);
    let world = if world_lacks(rule) { &lacking } else { profile };
    let case = match record::record(draft, profile, world) {
        Ok(case) => case,
        Err(error) => return Some(format!("{named}: {error}")),
    };
    let report = match run(&mut Reference::new().without(rule), &case) {
        Ok(report) => report,
        Err(fault) => return Some(format!("{named}: {fault}")),
    };
    let right = match side {
        Side::Common => report.verdict == Verdict::Pass,
        Side::Decisive => report.is_wrong_by_outcome(),
    };
    (!right).then(|| format!("{named}: {}: {:?}", case.id, report.verdict))
}

fn run(player: &mut Reference, case: &Case) -> Result<CaseReport, String> {
    let mode = Mode { randomness: RandomnessClass::Tape, codec: Codec::Bytes };
    let hello = check::ask_hello(player).map_err(|fault| fault.to_string())?;
    let mut bench = Bench { player, hello: &hello, next_id: 2 };
    match run::run(&mut bench, case, mode) {
        (report, None) => Ok(report),
        (_, Some(fault)) => Err(fault.to_string()),
    }
}
