//! `goals.md`: what must hold of every run.

use conclave_model::{
    properties::{Bounds, Goal, bounds},
    rooms,
    sigchain::search,
    world::Slice,
};
use conclave_spec::Profile;

use super::markdown;
use crate::{cases::mixtures, compute};

/// A bound: its name, the formula, and its value.
type Formula = (&'static str, &'static str, fn(&Bounds) -> u64);

/// The bounds of the goals about time.
const FORMULAS: [Formula; 7] = [
    ("LIVE-KEY", "2 * nonce_interval_ms_max", |it| it.key_ms),
    ("LIVE-ROSTER", "2 * nonce_interval_ms_max + 2 * silence_ms_max", |it| it.roster_ms),
    (
        "LIVE-MEDIA",
        "key_age_ms_max + 2 * nonce_interval_ms_max + 2 * silence_ms_max + old_key_ms",
        |it| it.media_ms,
    ),
    ("LIVE-SCALE", "nonce_interval_ms_max", |it| it.nonce_ms),
    ("DROP", "silence_ms_max", |it| it.silence_ms),
    ("BACKWARD", "join_batch_ms_max", |it| it.batch_ms),
    ("BACKWARD-15", "joiner_key_age_ms_max, or join_batch_ms_max without ROT-14", |it| {
        it.joiner_ms
    }),
];

pub(super) fn page() -> String {
    let mut text = markdown::opening("Goals", "model/src/properties/table.rs");
    text.push_str(
        "What must hold of every run, whatever the server does within its powers. The premise is what must \
         be reached for a goal to have been put to the test: an exploration that ends without it says \
         so. SENDER is not promised. Nor is the converse of INDICATOR: whoever the server shows no \
         announcement of a member is told that the meeting is not post-quantum, though every box is \
         hybrid ([R-61](readings.md#r-61)). What the explorer finds against a goal stands in the findings.\n\n",
    );
    text.push_str(&markdown::table(
        ["goal", "statement", "premise", "source", "versions", "slices"],
        Goal::ALL.iter().map(row),
    ));
    text.push_str(
        "\n## Bounds\n\nThe goals about time are safety over virtual time: nothing older than this is \
         relied on. Milliseconds; a dash where the goal does not apply. What the parameters are stands with \
         the [profiles](profiles.md#parameters).\n\n",
    );
    let profiles = Profile::all();
    let mut header = vec!["goal".to_owned(), "bound".to_owned()];
    header.extend(profiles.iter().map(|profile| profile.id.to_owned()));
    text.push_str(&markdown::wide_table(
        &header,
        FORMULAS.iter().map(|(id, formula, of)| {
            let value = |profile: &Profile| {
                let applies = Goal::by_id(id).is_some_and(|goal| goal.applies(profile));
                if applies { of(&bounds(profile)).to_string() } else { "-".to_owned() }
            };
            let mut row = vec![(*id).to_owned(), format!("`{formula}`")];
            row.extend(profiles.iter().map(value));
            row
        }),
    ));
    text.push_str(
        "\n## Beside meetings\n\nWhat must hold whatever a client is served: `conclave explore --scenario \
         NAME`. The goals of chains are broken as the findings say, those of rooms in profiles without \
         BRK-02 to BRK-04; the others hold.\n\n",
    );
    text.push_str(&markdown::table(["goal", "statement", "source", "scenario"], beside()));
    text
}

/// The goals of what is no meeting, or more than one.
fn beside() -> Vec<[String; 4]> {
    let row = |id: &str, text: &str, source: &str, scenario: &str| {
        [
            format!("{}{id}", markdown::anchor(id)),
            text.to_owned(),
            source.to_owned(),
            format!("`{scenario}`"),
        ]
    };
    let of_rooms = rooms::Goal::ALL.iter().map(|it| row(it.id(), it.text(), it.source(), "rooms"));
    let of_chains =
        search::Goal::ALL.iter().map(|it| row(it.id(), it.text(), it.source(), "sigchain"));
    let mixed = mixtures::all(compute::rules());
    let of_mixtures = mixed.iter().flat_map(|scenario| {
        scenario.goals.iter().map(|it| row(it.id, it.text, it.source, scenario.name))
    });
    of_rooms.chain(of_chains).chain(of_mixtures).collect()
}

fn row(goal: &Goal) -> [String; 6] {
    let profiles = Profile::all();
    let count = profiles.len();
    let applies: Vec<_> = profiles.iter().filter(|profile| goal.applies(profile)).collect();
    let versions = match applies.first() {
        Some(_) if applies.len() == count => "all".to_owned(),
        Some(first) => format!("from {}", markdown::to_profile(first.id)),
        None => "none".to_owned(),
    };
    let slices = Slice::all().into_iter().filter(|slice| slice.goals.contains(goal));
    [
        format!("{}{}", markdown::anchor(goal.id()), goal.id()),
        goal.statement().to_owned(),
        goal.premise().to_owned(),
        markdown::place(goal.citation()),
        versions,
        markdown::or_dash(slices.map(|slice| format!("`{}`", slice.name))),
    ]
}
