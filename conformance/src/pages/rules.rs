//! `rules.md`: every rule, by area.

use conclave_spec::{
    Rule,
    obligations::Obligations,
    rules::{Area, Reaction},
};

use super::{facts, markdown, words};

pub(super) fn page(table: &Obligations) -> String {
    let mut text = markdown::opening("Rules", "spec/src/rules.rs");
    text.push_str(&format!(
        "{} rules. A rule is a statement that holds of a conforming client. Its kind says what a \
         mutant, a client that lacks the rule, does:\n\n",
        Rule::ALL.len()
    ));
    text.push_str(&kinds());
    for area in Area::ALL {
        text.push_str(&format!("\n## {}: {}\n", area.prefix(), words::area(area)));
        for rule in Rule::ALL.iter().filter(|rule| rule.area() == area) {
            text.push_str(&entry(*rule, table));
        }
    }
    text
}

fn kinds() -> String {
    let mut kinds: Vec<_> = Rule::ALL.iter().map(|rule| rule.kind()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let count = |kind| Rule::ALL.iter().filter(|rule| rule.kind() == kind).count().to_string();
    markdown::table(
        ["kind", "rules", "the mutant"],
        kinds.into_iter().map(|kind| {
            [words::kind(kind).to_owned(), count(kind), words::mutant(kind).to_owned()]
        }),
    )
}

fn entry(rule: Rule, table: &Obligations) -> String {
    let id = rule.id();
    let mut text = format!(
        "\n{}\n\n### {id} `{}`\n\n{}\n\n",
        markdown::anchor(id),
        rule.name(),
        rule.statement()
    );
    let mut line = |name: &str, value: String| {
        if value != "-" {
            text.push_str(&format!("- {name}: {value}\n"));
        }
    };
    line("kind", words::kind(rule.kind()).to_owned());
    let consequence = words::consequence(rule.level(), rule.provenance());
    line("level", format!("{} ({consequence})", words::level(rule.level())));
    line("input that breaks it", reaction(rule.reaction()).to_owned());
    line("provenance", markdown::provenance(rule.provenance()));
    line("paper", markdown::place(rule.citation()));
    line("profiles", profiles(rule));
    line("needs", markdown::rules(rule.needs()));
    line("needed by", markdown::rules(&facts::dependents(rule)));
    let readings = facts::readings_of(rule);
    line("readings", markdown::or_dash(readings.iter().map(|r| markdown::to_reading(r.id))));
    let obligations = facts::obligations_of(rule, table);
    let obligations = obligations.iter().map(|o| markdown::to_obligation(&o.id));
    line("obligations", markdown::or_dash(obligations));
    text
}

const fn reaction(reaction: Reaction) -> &'static str {
    match reaction {
        Reaction::Reject => "`reject`",
        Reaction::Ignore => "`ignore`",
        Reaction::Leave => "`leave`",
        Reaction::None => "-",
    }
}

fn profiles(rule: Rule) -> String {
    let with = facts::profiles_with(rule);
    if with.is_empty() {
        return "none yet; checked as a formula".to_owned();
    }
    markdown::or_dash(with.iter().map(|profile| markdown::to_profile(profile.id)))
}
