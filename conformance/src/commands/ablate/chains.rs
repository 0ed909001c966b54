//! What the rules of chains and families are worth, by the search over chains.

use std::io::{self, Write};

use conclave_model::sigchain::search::{self, Goal, Way};
use conclave_spec::{Rule, profiles::FORMULA_ONLY, rules::Area};
use console::style;

use crate::commands::tables::wrapped;

/// Why the search finds nothing without a rule.
const WHY: &[(&[Rule], &str)] = &[
    (
        &[Rule::LinkSigNamesNumber],
        "the hash of the link before is signed too and stands in for it (SIG-17)",
    ),
    (
        &[Rule::LinkSigNamesCloud, Rule::LinkSigNamesSubject],
        "SIG-17 stands in, but for the first link; the search has one user and one cloud",
    ),
    (&[Rule::LinkSigNamesType], "the tag of the fields stands in for it (SIG-20, SIG-02)"),
    (&[Rule::RootFirst], "a second root is an addition like another"),
    (
        &[Rule::LockdownApprovesConfirmed, Rule::LockdownNeedsOneClass],
        "an approval joins younger devices alone, so no confirmed one; who waits keeps waiting",
    ),
    (
        &[Rule::LinkHashNamesSignatures],
        "it takes a second signature by the same key on the same link, which the menu has not",
    ),
    (
        &[Rule::AddBringsKeys, Rule::RevokeBringsKeys, Rule::RotateBringsKeys],
        "no goal speaks of keys that are due and do not come",
    ),
    (&[Rule::HybridWhenAll, Rule::HybridOnceAll], "no device of the search has a Kyber key"),
];

/// Goals that say of a chain what a rule says of a link: a rule that stops only these is counted apart.
const OWN_WORDS: [Goal; 2] = [Goal::Framed, Goal::Remembers];

/// What every such rule is worth.
pub(super) fn write(out: &mut dyn Write) -> io::Result<()> {
    let anyway = search::anyway();
    let (mut shown, mut in_own_words, mut all) = (0, 0, 0);
    for rule in FORMULA_ONLY.iter().filter(|rule| is_of_chains(**rule)) {
        let worth = search::worth(*rule, &anyway);
        all += 1;
        let further = worth.keys().any(|goal| !OWN_WORDS.contains(goal));
        shown += usize::from(further);
        in_own_words += usize::from(!further && !worth.is_empty());
        let own = |goal: &Goal| OWN_WORDS.contains(goal);
        match worth.into_iter().min_by_key(|(goal, (_, way))| (own(goal), way.moves.len())) {
            Some((goal, (scene, way))) => {
                let goal = style(format!("{:<14}", goal.id())).red();
                let links = way.moves.len();
                writeln!(out, "  {}  {goal} links: {links}  {}", rule.id(), scene.text())?;
            }
            None => writeln!(out, "  {}  {}", rule.id(), why(*rule))?,
        }
    }
    let words = format!(
        "of {all} rules of chains and families, {shown} stop something that a server can make of an \
         honest history with at most {} links of a menu, and {in_own_words} more only what a goal says in \
         the rule's own words (`conclave explore --scenario sigchain --without RULE`)",
        search::DEPTH
    );
    writeln!(out, "\n{}", wrapped(&words, 0, 100))
}

/// What one is worth, with the way.
pub(super) fn one(rule: Rule, out: &mut dyn Write) -> io::Result<()> {
    let worth = search::worth(rule, &search::anyway());
    if worth.is_empty() {
        return writeln!(out, "{}", why(rule));
    }
    for (goal, (scene, Way { honest, moves })) in worth {
        writeln!(out, "\n{} {}", style(goal.id()).red().bold(), goal.text())?;
        writeln!(out, "  links of the history: {honest} of: {}", scene.text())?;
        moves.iter().try_for_each(|words| writeln!(out, "  {words}"))?;
    }
    Ok(())
}

pub(super) fn is_of_chains(rule: Rule) -> bool {
    matches!(rule.area(), Area::Sigchain | Area::Family)
}

fn why(rule: Rule) -> &'static str {
    let otherwise = "no chain of the search reaches it: byte vectors alone show it";
    let found = WHY.iter().find(|(rules, _)| rules.contains(&rule));
    found.map_or(otherwise, |(_, why)| why)
}
