//! HBT: what certifies the list and the number of the newest key.

use conclave_model::{
    message::Role,
    script::{Change, ForgedHeartbeat, Handle, MessageKind, Recipe, ValueRecipe, WireEdit},
};
use conclave_spec::{Profile, Rule};

use super::{
    Draft, Drafts,
    raw::{a_link, further_field},
    scene::{Scene, forged_heartbeat, heartbeat, link},
};

mod first;
mod leader;
mod order;
mod time;

pub(super) fn drafts(drafts: &mut Drafts) {
    signed(drafts);
    fields(drafts);
    strangers(drafts);
    bytes(drafts);
    first::drafts(drafts);
    order::drafts(drafts);
    time::drafts(drafts);
    leader::drafts(drafts);
}

/// Alice, Bob and Carol are on the list, at link 3, and Bob is up to date.
fn three(profile: &Profile) -> Scene {
    Scene::seated(profile, &["alice", "bob", "carol"])
}

/// The number of Alice's newest heartbeat among hers.
fn newest(scene: &mut Scene) -> u32 {
    scene.count("alice", MessageKind::Heartbeat)
}

/// Ten seconds later: one more heartbeat, that Bob has not got.
fn beaten(profile: &Profile) -> Scene {
    let mut scene = three(profile);
    scene.advance_all(10_000);
    scene
}

fn signed(drafts: &mut Drafts) {
    let mut scene = beaten(&drafts.profile);
    let nth = newest(&mut scene);
    scene.heartbeat("bob", "alice", nth).shows(Rule::HeartbeatVerifies).observe("bob");
    drafts.common(
        Draft::new("heartbeat", "The leader's next heartbeat is taken").plays("bob"),
        scene,
        &[(Rule::HeartbeatVerifies, "heartbeat-damaged", "one bit of the signature")],
    );
    let mut scene = beaten(&drafts.profile);
    let nth = newest(&mut scene);
    let damaged =
        Recipe::Damaged { of: Box::new(heartbeat("alice", nth)), field: "sig".to_owned() };
    scene.heartbeat_from("bob", damaged).refused(Rule::HeartbeatVerifies).observe("bob");
    drafts.decisive(
        Rule::HeartbeatVerifies,
        Draft::new(
            "heartbeat-damaged",
            "A heartbeat with one bit of its signature changed is refused",
        )
        .plays("bob"),
        scene,
    );
}

/// Every field that a heartbeat signs.
fn fields(drafts: &mut Drafts) {
    let fields = [
        (Rule::HeartbeatNamesLeader, "leader", "the leader's device", phone()),
        (Rule::HeartbeatNamesList, "list", "the hash of the list", first_link()),
        (Rule::HeartbeatNamesVersion, "version", "the version of the list", number("v", 99)),
        (Rule::HeartbeatNamesCount, "count", "the send counter", number("t", 99)),
        (Rule::HeartbeatNamesKey, "key", "the number of the key", number("mk_seq", 99)),
        (
            Rule::HeartbeatNamesPrevious,
            "past",
            "the heartbeat before",
            Change::new("prev", ValueRecipe::NoHash),
        ),
        (Rule::HeartbeatNamesTimestamp, "time", "the timestamp", number("timestamp_ms", 7)),
    ];
    let name = |word: &str| format!("heartbeat-signs-another-{word}");
    let named: Vec<String> = fields.iter().map(|(_, word, ..)| name(word)).collect();
    let pairs: Vec<(Rule, &str, &str)> = fields
        .iter()
        .zip(&named)
        .map(|((rule, _, what, _), name)| (*rule, name.as_str(), *what))
        .collect();
    let mut scene = three(&drafts.profile);
    scene.heartbeat_forged("bob", forged_heartbeat()).observe("bob");
    drafts.common(
        Draft::new("heartbeat-signs-what-it-says", "A heartbeat that signs what it says is taken")
            .plays("bob"),
        scene,
        &pairs,
    );
    for (rule, word, what, change) in fields {
        let mut scene = three(&drafts.profile);
        let forged = ForgedHeartbeat { signed: vec![change], ..forged_heartbeat() };
        scene.heartbeat_forged("bob", forged).refused(Rule::HeartbeatVerifies).observe("bob");
        let title = format!("A heartbeat that signs {what} otherwise than it says is refused");
        drafts.decisive(rule, Draft::new(&name(word), &title).plays("bob"), scene);
    }
}

fn number(field: &str, value: u32) -> Change {
    Change::new(field, ValueRecipe::Number(value))
}

/// The hash of Alice's first link.
fn first_link() -> Change {
    let of = Box::new(link("alice", 1));
    Change::new("list_hash", ValueRecipe::HashOf { by: "alice".to_owned(), of })
}

/// Alice's binding, as if she were on another device.
fn phone() -> Change {
    let device = Change::new("hardware_id", ValueRecipe::Text("alice-phone".to_owned()));
    let binding = ValueRecipe::BindingOf { by: "alice".to_owned(), changes: vec![device] };
    Change::new("binding", binding)
}

/// Heartbeats of others than the leader, and before there is one.
fn strangers(drafts: &mut Drafts) {
    let mut scene = three(&drafts.profile);
    let forged = ForgedHeartbeat { by: "carol".to_owned(), ..ForgedHeartbeat::default() };
    scene.heartbeat_forged("bob", forged).refused(Rule::HeartbeatVerifies).observe("bob");
    drafts.alone(
        Draft::new("heartbeat-of-a-member", "A heartbeat signed by another member is refused")
            .plays("bob")
            .tests(Rule::HeartbeatVerifies),
        scene,
    );
    let mut scene = three(&drafts.profile);
    let binding = ValueRecipe::BindingOf { by: "alice".to_owned(), changes: Vec::new() };
    let forged = ForgedHeartbeat {
        by: "carol".to_owned(),
        signed: vec![Change::new("binding", binding)],
        ..ForgedHeartbeat::default()
    };
    scene.heartbeat_forged("bob", forged).refused(Rule::HeartbeatVerifies).observe("bob");
    drafts.alone(
        Draft::new(
            "heartbeat-in-the-leaders-name",
            "A heartbeat with the leader's binding but another's signature is refused",
        )
        .plays("bob")
        .tests(Rule::HeartbeatVerifies),
        scene,
    );
    let mut scene = Scene::of(&drafts.profile, &["alice", "bob"]);
    scene.join("alice", Role::Leader).join("bob", Role::Participant).admit("alice", "bob");
    let nth = newest(&mut scene);
    scene.link("bob", "alice", 1).link("bob", "alice", 2);
    scene.heartbeat("bob", "alice", nth).refused(Rule::AnnouncementVerifies);
    scene.told_leader("bob", "alice").heartbeat("bob", "alice", nth).observe("bob");
    drafts.alone(
        Draft::new("heartbeat-before-leader", "No heartbeat is taken before a leader is believed")
            .plays("bob")
            .tests(Rule::AnnouncementVerifies),
        scene,
    );
}

/// Bytes that are no heartbeat.
fn bytes(drafts: &mut Drafts) {
    for (name, what, edit) in [
        ("heartbeat-longer", "with a byte too many", WireEdit::Append("00".to_owned())),
        ("heartbeat-with-a-further-field", "with a field too many", further_field()),
        (
            "heartbeat-much-longer",
            "with a thousand bytes too many",
            WireEdit::Append("5a".repeat(1000)),
        ),
        ("heartbeat-shorter", "with a byte missing", WireEdit::Truncate(1)),
        ("heartbeat-empty", "of no bytes at all", WireEdit::Truncate(1_000_000)),
        ("heartbeat-under-another-tag", "under another tag", WireEdit::Flip(FIRST_OF_TAG)),
        (
            "heartbeat-with-a-field-too-long",
            "with a hash of 33 bytes",
            WireEdit::Flip(WIDTH_OF_LIST_HASH),
        ),
        ("heartbeat-that-is-a-link", "that is a link", WireEdit::Instead(a_link())),
    ] {
        let mut scene = beaten(&drafts.profile);
        let nth = newest(&mut scene);
        scene.heartbeat("bob", "alice", nth).damaged_on_the_wire(edit);
        scene.refused(Rule::EncodingCanonical).heartbeat("bob", "alice", nth);
        let title = format!("A heartbeat {what} is refused");
        drafts.alone(Draft::new(name, &title).plays("bob").tests(Rule::EncodingCanonical), scene);
    }
}

/// Where the tag of a message begins: behind its length.
const FIRST_OF_TAG: usize = 4;

/// The last byte of the length of the first hash in a heartbeat.
const WIDTH_OF_LIST_HASH: usize = (4 + 18) + 3;

/// The hash of a heartbeat of Alice.
fn hash_of(nth: u32) -> ValueRecipe {
    let of = Box::new(Recipe::Sent(Handle::of("alice", MessageKind::Heartbeat, nth)));
    ValueRecipe::HashOf { by: "alice".to_owned(), of }
}

#[cfg(test)]
mod tests {
    use conclave_spec::rules::Area;

    use crate::cases::pairs;

    #[test]
    fn the_reference_bears_out_every_case_and_every_pair_is_decisive() {
        assert_eq!(pairs::problems_of(Area::Heartbeat), Vec::<String>::new());
    }
}
