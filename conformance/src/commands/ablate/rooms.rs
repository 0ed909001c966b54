//! What the rules of breakout rooms are worth, by the search over the way to a room and back.

use std::io::Write;

use conclave_model::rooms::{Goal, Move, worth};
use conclave_spec::{Profile, Rule, rules::Area};
use console::style;

use crate::{
    ablation::{AblationError, profiles_of},
    commands::tables::wrapped,
};

/// How far the search goes: far enough for every rule.
const DEPTH: usize = 5;

pub(super) fn is_of_rooms(rule: Rule) -> bool {
    rule.area() == Area::Breakout
}

/// What every such rule is worth.
pub(super) fn write(out: &mut dyn Write) -> Result<(), AblationError> {
    let rules = Rule::ALL.iter().copied().filter(|rule| is_of_rooms(*rule));
    let (mut shown, mut all) = (0, 0);
    for rule in rules {
        all += 1;
        let of = profiles_of(rule);
        let mut found = None;
        for profile in &of {
            let lost = worth(profile, rule, DEPTH)?;
            let least = lost.into_iter().min_by_key(|(_, way)| way.len());
            found = found.or(least.map(|(goal, way)| (goal, way, profile.id)));
        }
        match found {
            Some((goal, way, profile)) => {
                shown += 1;
                let goal = style(format!("{:<13}", goal.id())).red();
                let moves = way.len();
                writeln!(out, "  {}  {goal} {moves:>2} moves  rooms      {profile}", rule.id())?;
            }
            None => writeln!(out, "  {}  {}", rule.id(), why(rule))?,
        }
    }
    let words = format!(
        "of {all} rules of breakout rooms, {shown} stop something that a server can make of who goes to one \
         and comes back (`conclave explore --scenario rooms --without RULE`)"
    );
    writeln!(out, "\n{}", wrapped(&words, 0, 100))?;
    Ok(())
}

/// Why the search finds nothing without a rule.
fn why(rule: Rule) -> String {
    if rule == Rule::ReturnFollowsFirst {
        return "not reached: the main meeting of the search has one leader; cases show it"
            .to_owned();
    }
    format!("no goal breaks within {DEPTH} moves")
}

/// What one is worth, with the way.
pub(super) fn one(rule: Rule, out: &mut dyn Write) -> Result<(), AblationError> {
    for profile in profiles_of(rule) {
        tell(rule, &profile, out)?;
    }
    Ok(())
}

fn tell(rule: Rule, profile: &Profile, out: &mut dyn Write) -> Result<(), AblationError> {
    writeln!(out, "\nwithout it in {}:", profile.id)?;
    let lost: Vec<(Goal, Vec<Move>)> = worth(profile, rule, DEPTH)?.into_iter().collect();
    if lost.is_empty() {
        writeln!(out, "  {}", why(rule))?;
    }
    for (goal, way) in lost {
        writeln!(out, "  {} {}", style(goal.id()).red().bold(), goal.text())?;
        way.iter().try_for_each(|action| writeln!(out, "    {action}"))?;
    }
    Ok(())
}
