//! What the rules are worth that no meeting has: those of chains by the search over chains, the others by
//! byte vectors alone.

use std::io::{self, Write};

use conclave_model::sigchain::search::{self, Way};
use conclave_spec::{Rule, profiles::FORMULA_ONLY, rules::Area};
use console::style;

use crate::commands::tables::wrapped;

/// Why the search finds nothing without a rule.
const WHY: &[(&[Rule], &str)] = &[
    (
        &[
            Rule::LinkSigNamesType,
            Rule::LinkSigNamesNumber,
            Rule::LinkSigNamesCloud,
            Rule::LinkSigNamesSubject,
        ],
        "the hash of the link before stands in for it (SIG-17)",
    ),
    (&[Rule::RootFirst], "a second root is an addition like another"),
    (&[Rule::DeviceKeysNew], "who brings a key must have it (SIG-11)"),
    (
        &[Rule::LockdownApprovesConfirmed, Rule::LockdownNeedsOneClass],
        "an approval joins younger devices alone, so no confirmed one; who waits keeps waiting",
    ),
    (&[Rule::LinkHashNamesSignatures], "nobody but the signer makes a second signature on a link"),
    (
        &[
            Rule::AddBringsKeys,
            Rule::RevokeBringsKeys,
            Rule::RotateBringsKeys,
            Rule::UserKeysNew,
            Rule::HybridWhenAll,
            Rule::HybridOnceAll,
        ],
        "what an honest device owes; the server cannot sign otherwise",
    ),
];

/// What every such rule is worth.
pub(super) fn write(out: &mut dyn Write) -> io::Result<()> {
    let anyway = search::anyway();
    let (mut shown, mut all) = (0, 0);
    for rule in FORMULA_ONLY {
        let worth =
            if is_of_chains(*rule) { search::worth(*rule, &anyway) } else { Default::default() };
        all += usize::from(is_of_chains(*rule));
        shown += usize::from(!worth.is_empty());
        match worth.into_iter().min_by_key(|(_, way)| way.moves.len()) {
            Some((goal, way)) => {
                let (goal, links) = (style(format!("{:<14}", goal.id())).red(), way.moves.len());
                writeln!(out, "  {}  {goal} {links} links  {}", rule.id(), way.scene.text())?;
            }
            None => writeln!(out, "  {}  {}", rule.id(), why(*rule))?,
        }
    }
    let words = format!(
        "of {all} rules of chains and families, {shown} stop something that a server can make of an \
         honest history with at most {} links (`conclave explore --scenario sigchain --without RULE`)",
        search::DEPTH
    );
    writeln!(out, "\n{}", wrapped(&words, 0, 100))
}

/// What one is worth, with the way.
pub(super) fn one(rule: Rule, out: &mut dyn Write) -> io::Result<()> {
    if !is_of_chains(rule) {
        return writeln!(out, "{}", why(rule));
    }
    let worth = search::worth(rule, &search::anyway());
    if worth.is_empty() {
        return writeln!(out, "{}", why(rule));
    }
    for (goal, Way { scene, honest, moves }) in worth {
        writeln!(out, "\n{} {}", style(goal.id()).red().bold(), goal.text())?;
        writeln!(out, "  {honest} honest links, as they are: {}", scene.text())?;
        moves.iter().try_for_each(|words| writeln!(out, "  {words}"))?;
    }
    Ok(())
}

fn is_of_chains(rule: Rule) -> bool {
    matches!(rule.area(), Area::Sigchain | Area::Family)
}

fn why(rule: Rule) -> &'static str {
    let otherwise = if is_of_chains(rule) {
        "no chain of the search reaches it: byte vectors alone show it"
    } else {
        "in force in no profile: byte vectors alone show it"
    };
    let found = WHY.iter().find(|(rules, _)| rules.contains(&rule));
    found.map_or(otherwise, |(_, why)| why)
}
