//! MEM: the leader participant list.

use conclave_model::{
    message::Role,
    script::{
        Change, ForgedHeartbeat, ForgedLink, MessageKind, OperationRecipe, Recipe, ValueRecipe,
        WireEdit,
    },
};
use conclave_spec::{Profile, Rule};

use super::{
    Draft, Drafts,
    raw::{a_heartbeat, a_snapshot_with_a_leaver_bound, further_field},
    scene::{Scene, forged_heartbeat, forged_link, link, next_instance, seat},
};

mod leader;
mod operations;
mod roster;
mod snapshots;

pub(super) fn drafts(drafts: &mut Drafts) {
    chain(drafts);
    changed(drafts);
    nearly(drafts);
    certified(drafts);
    misplaced(drafts);
    strangers(drafts);
    earlier_meeting(drafts);
    bytes(drafts);
    operations::drafts(drafts);
    snapshots::drafts(drafts);
    leader::drafts(drafts);
    roster::drafts(drafts);
}

/// Bob is up to date, at link 2. Carol has joined, but is not on the list.
fn watching(profile: &Profile) -> Scene {
    let mut scene = Scene::gathered(profile, &["alice", "bob", "carol"]);
    scene.admit("alice", "bob").settle();
    scene
}

/// Then Alice has admitted Carol, in link 3, and Bob has got nothing of it.
fn joining(profile: &Profile) -> Scene {
    let mut scene = watching(profile);
    scene.admit("alice", "carol");
    scene
}

/// Alice's newest heartbeat reaches a party.
fn newest_heartbeat(scene: &mut Scene, party: &str) {
    let nth = scene.count("alice", MessageKind::Heartbeat);
    scene.heartbeat(party, "alice", nth);
}

/// A heartbeat of Alice, misbehaving, that certifies this link.
fn certifying(link: Recipe) -> ForgedHeartbeat {
    ForgedHeartbeat { certifies: Some(Box::new(link)), ..forged_heartbeat() }
}

/// Puts Carol on the list.
fn add_carol() -> OperationRecipe {
    add("carol", "carol")
}

/// Puts a device on the list, with the keys of some party.
fn add(who: &str, keys_of: &str) -> OperationRecipe {
    OperationRecipe::Add { seat: seat(who), keys_of: keys_of.to_owned(), name: who.to_owned() }
}

/// Where a link stands in the chain: its counter and the hash of the link before it.
fn chain(drafts: &mut Drafts) {
    let mut scene = joining(&drafts.profile);
    scene.link("bob", "alice", 3).observe("bob");
    newest_heartbeat(&mut scene, "bob");
    scene.shows(Rule::LinkChains).observe("bob");
    drafts.common(
        Draft::new("link-certified", "A link counts once a heartbeat certifies it").plays("bob"),
        scene,
        &[
            (Rule::LinkNamesPrevious, "link-with-its-past-changed", "the hash named on the way"),
            (Rule::LinkNamesCounter, "link-with-its-counter-changed", "the counter on the way"),
        ],
    );
    let posted = |profile: &Profile, v: u32, after: u32| {
        let mut scene = watching(profile);
        let prev = Some(Box::new(link("alice", after)));
        let operation = add_carol();
        scene.link_forged("bob", ForgedLink { by: "alice".to_owned(), v, prev, operation });
        scene
    };
    let mut scene = posted(&drafts.profile, 3, 2);
    scene.observe("bob");
    drafts.common(
        Draft::new("link-in-its-place", "A link that follows the last one is stored").plays("bob"),
        scene,
        &[
            (Rule::LinkChains, "link-after-another", "the hash of the link before"),
            (Rule::LinkCounts, "link-with-another-counter", "the counter"),
        ],
    );
    for (rule, name, title, v, after) in [
        (
            Rule::LinkChains,
            "link-after-another",
            "A link that names another link than the last one is refused",
            3,
            1,
        ),
        (
            Rule::LinkCounts,
            "link-with-another-counter",
            "A link whose counter is not the next one is refused",
            4,
            2,
        ),
    ] {
        let mut scene = posted(&drafts.profile, v, after);
        scene.refused(rule).observe("bob");
        drafts.decisive(rule, Draft::new(name, title).plays("bob"), scene);
    }
}

/// The same two, changed on their way.
fn changed(drafts: &mut Drafts) {
    for (field, by, name, title, change) in [
        (
            Rule::LinkNamesPrevious,
            Rule::LinkChains,
            "link-with-its-past-changed",
            "A link whose hash of the link before was changed on the way is refused",
            Change::new("prev", ValueRecipe::NoHash),
        ),
        (
            Rule::LinkNamesCounter,
            Rule::LinkCounts,
            "link-with-its-counter-changed",
            "A link whose counter was changed on the way is refused",
            Change::new("v", ValueRecipe::Number(4)),
        ),
    ] {
        let mut scene = joining(&drafts.profile);
        let edited = Recipe::Edited { of: Box::new(link("alice", 3)), change };
        scene.link_from("bob", edited).refused(by);
        newest_heartbeat(&mut scene, "bob");
        scene.refused(Rule::CertifiesKnownLink).observe("bob");
        drafts.decisive(field, Draft::new(name, title).plays("bob"), scene);
    }
}

/// A hash of the link before that is the true one but for its last byte.
fn nearly(drafts: &mut Drafts) {
    let mut scene = watching(&drafts.profile);
    let prev = ValueRecipe::HashOf { by: "alice".to_owned(), of: Box::new(link("alice", 2)) };
    let change = Change::new("prev", ValueRecipe::Damaged(Box::new(prev)));
    let of = Box::new(Recipe::ForgedLink(forged_link(2, add_carol())));
    scene.link_from("bob", Recipe::Edited { of, change }).refused(Rule::LinkChains).observe("bob");
    drafts.alone(
        Draft::new(
            "link-after-nearly-the-same",
            "A link that names a hash that only begins like the known one is refused",
        )
        .plays("bob")
        .tests(Rule::LinkChains),
        scene,
    );
}

/// Links wait for the heartbeat that certifies them.
fn certified(drafts: &mut Drafts) {
    let mut scene = Scene::gathered(&drafts.profile, &["alice", "bob"]);
    scene.observe("bob");
    drafts.common(
        Draft::new("nothing-posted", "Without links the roster is empty").plays("bob"),
        scene,
        &[(Rule::LinkAwaitsHeartbeat, "link-not-certified", "whether a link arrives")],
    );
    let mut scene = Scene::gathered(&drafts.profile, &["alice", "bob"]);
    scene.link("bob", "alice", 1).observe("bob");
    drafts.decisive(
        Rule::LinkAwaitsHeartbeat,
        Draft::new("link-not-certified", "A link that no heartbeat certified shows nobody")
            .plays("bob"),
        scene,
    );
    let mut scene = Scene::gathered(&drafts.profile, &["alice", "bob", "carol", "dave"]);
    scene.admit("alice", "bob").settle().admit("alice", "carol");
    let between = scene.count("alice", MessageKind::Heartbeat);
    scene.admit("alice", "dave").link("bob", "alice", 3).link("bob", "alice", 4);
    scene.heartbeat("bob", "alice", between).observe("bob");
    newest_heartbeat(&mut scene, "bob");
    scene.observe("bob");
    drafts.alone(
        Draft::new("links-certified-in-part", "A heartbeat certifies the links up to its own")
            .plays("bob")
            .tests(Rule::LinkAwaitsHeartbeat)
            .tests(Rule::CertifiesKnownLink),
        scene,
    );
}

/// Links that come twice, too early, or without those before them.
fn misplaced(drafts: &mut Drafts) {
    let mut scene = joining(&drafts.profile);
    scene.link("bob", "alice", 3).link("bob", "alice", 3).refused(Rule::LinkChains);
    newest_heartbeat(&mut scene, "bob");
    scene.link("bob", "alice", 3).refused(Rule::LinkChains).observe("bob");
    drafts.alone(
        Draft::new("link-twice", "A link that comes again is refused, certified or not")
            .plays("bob")
            .tests(Rule::LinkChains),
        scene,
    );
    let mut scene = joining(&drafts.profile);
    scene.depart("alice", "carol");
    scene.link("bob", "alice", 4).refused(Rule::LinkChains);
    scene.link("bob", "alice", 3).link("bob", "alice", 4);
    scene.observe("bob");
    drafts.alone(
        Draft::new("link-too-early", "A link that comes before the one it follows is refused")
            .plays("bob")
            .tests(Rule::LinkChains),
        scene,
    );
    let mut scene = Scene::gathered(&drafts.profile, &["alice", "bob"]);
    scene.admit("alice", "bob").link("bob", "alice", 1).link("bob", "alice", 2);
    newest_heartbeat(&mut scene, "bob");
    scene.observe("bob");
    drafts.common(
        Draft::new("list-from-its-start", "A list is taken from its first link on").plays("bob"),
        scene,
        &[(Rule::ListStartsWhole, "list-from-the-middle", "the first link")],
    );
    let mut scene = Scene::gathered(&drafts.profile, &["alice", "bob"]);
    scene.admit("alice", "bob").link("bob", "alice", 2).refused(Rule::ListStartsWhole);
    newest_heartbeat(&mut scene, "bob");
    scene.refused(Rule::CertifiesKnownLink).observe("bob");
    drafts.decisive(
        Rule::ListStartsWhole,
        Draft::new("list-from-the-middle", "A list without its first link is refused").plays("bob"),
        scene,
    );
    for (name, title, v, after) in [
        ("first-link-with-a-past", "A first link that follows another one is refused", 1, Some(1)),
        ("first-link-counted-on", "A first link with a later counter is refused", 2, None),
    ] {
        let mut scene = Scene::gathered(&drafts.profile, &["alice", "bob"]);
        let prev = after.map(|nth| Box::new(link("alice", nth)));
        let operation = add("alice", "alice");
        let forged = ForgedLink { by: "alice".to_owned(), v, prev, operation };
        scene.link_forged("bob", forged).refused(Rule::ListStartsWhole).observe("bob");
        drafts.alone(Draft::new(name, title).plays("bob").tests(Rule::ListStartsWhole), scene);
    }
}

/// A link is signed by nobody. One that another member made stands until the leader's heartbeat.
fn strangers(drafts: &mut Drafts) {
    let mut scene = Scene::seated(&drafts.profile, &["alice", "bob", "carol", "dave"]);
    let forged = ForgedLink {
        by: "carol".to_owned(),
        v: 5,
        prev: Some(Box::new(link("alice", 4))),
        operation: OperationRecipe::Left { seat: seat("alice") },
    };
    scene.link_forged("bob", forged).observe("bob").depart("alice", "dave");
    newest_heartbeat(&mut scene, "bob");
    scene.refused(Rule::CertifiesKnownLink).observe("bob");
    drafts.alone(
        Draft::new("link-of-a-member", "A link that another member made is never certified")
            .plays("bob")
            .tests(Rule::LinkAwaitsHeartbeat)
            .tests(Rule::CertifiesKnownLink),
        scene,
    );
}

/// Links and heartbeats of an earlier meeting are nothing to this one.
fn earlier_meeting(drafts: &mut Drafts) {
    let mut scene = Scene::seated(&drafts.profile, &["alice", "bob"]);
    let old_beat = scene.count("alice", MessageKind::Heartbeat);
    scene.leave("bob").leave("alice");
    scene.join_instance("alice", Role::Leader, next_instance());
    scene.join_instance("bob", Role::Participant, next_instance());
    scene.told_leader("bob", "alice").admit("alice", "bob").link("bob", "alice", 3);
    scene.link("bob", "alice", 2).refused(Rule::LinkChains);
    scene.heartbeat("bob", "alice", old_beat).refused(Rule::HeartbeatVerifies);
    scene.link("bob", "alice", 4);
    newest_heartbeat(&mut scene, "bob");
    scene.observe("bob");
    drafts.alone(
        Draft::new(
            "links-of-an-earlier-meeting",
            "Links and heartbeats of an earlier instance are refused in the next one",
        )
        .plays("bob")
        .tests(Rule::LinkChains)
        .tests(Rule::HeartbeatVerifies),
        scene,
    );
    let mut scene = Scene::seated(&drafts.profile, &["alice", "bob"]);
    scene.leave("bob").leave("alice");
    scene.join_instance("alice", Role::Leader, next_instance());
    scene.join_instance("bob", Role::Participant, next_instance());
    scene.told_leader("bob", "alice").admit("alice", "bob");
    scene.link("bob", "alice", 1).link("bob", "alice", 2);
    newest_heartbeat(&mut scene, "bob");
    scene.refused(Rule::CertifiesKnownLink).observe("bob");
    drafts.alone(
        Draft::new(
            "list-of-an-earlier-meeting",
            "The list of an earlier instance is never certified in the next one",
        )
        .plays("bob")
        .tests(Rule::LinkAwaitsHeartbeat)
        .tests(Rule::CertifiesKnownLink),
        scene,
    );
}

/// Bytes that are no link.
fn bytes(drafts: &mut Drafts) {
    for (name, what, edit) in [
        ("link-longer", "with a byte too many", WireEdit::Append("00".to_owned())),
        ("link-with-a-further-field", "with a field too many", further_field()),
        ("link-without-a-tag", "whose tag is empty", WireEdit::Field(TAG, String::new())),
        ("link-with-half-a-tag", "with a beginning of its tag", WireEdit::Field(TAG, half_a_tag())),
        ("link-with-a-name-not-utf-8", "with a name that is no text", not_utf_8(NAME)),
        ("link-with-a-user-not-utf-8", "with an ID that is no text", not_utf_8(USER)),
        ("link-much-longer", "with a thousand bytes too many", WireEdit::Append("5a".repeat(1000))),
        ("link-shorter", "with a byte missing", WireEdit::Truncate(1)),
        ("link-empty", "of no bytes at all", WireEdit::Truncate(1_000_000)),
        ("link-under-another-tag", "under another tag", WireEdit::Flip(FIRST_OF_TAG)),
        ("link-without-an-operation", "with an unknown operation", WireEdit::Flip(FIRST_OF_OP)),
        ("link-with-a-field-too-long", "with a hash of 33 bytes", WireEdit::Flip(WIDTH_OF_PREV)),
        ("link-that-is-a-heartbeat", "that is a heartbeat", WireEdit::Instead(a_heartbeat())),
        (
            "link-with-a-leaver-bound",
            "by which somebody gone is still bound to a key",
            WireEdit::Instead(a_snapshot_with_a_leaver_bound()),
        ),
    ] {
        let mut scene = joining(&drafts.profile);
        scene.link("bob", "alice", 3).damaged_on_the_wire(edit).refused(Rule::EncodingCanonical);
        scene.link("bob", "alice", 3);
        newest_heartbeat(&mut scene, "bob");
        scene.observe("bob");
        let title = format!("A link {what} is refused");
        drafts.alone(Draft::new(name, &title).plays("bob").tests(Rule::EncodingCanonical), scene);
    }
}

/// Places of fields in a link.
const TAG: usize = 0;
const USER: usize = 4;
const NAME: usize = 8;

/// The first letters of the tag of a link.
fn half_a_tag() -> String {
    hex::encode("conclave/l")
}

/// A field whose bytes are no UTF-8: a first byte that its second does not go with.
fn not_utf_8(field: usize) -> WireEdit {
    WireEdit::Field(field, hex::encode(b"caro\xc3\x28"))
}

/// Where the tag of a message begins: behind its length.
const FIRST_OF_TAG: usize = 4;

/// Where the operation of a link begins: behind the tag, the counter and the hash.
const FIRST_OF_OP: usize = (4 + 13) + (4 + 4) + (4 + 32) + 4;

/// The last byte of the length of the hash in a link.
const WIDTH_OF_PREV: usize = (4 + 13) + (4 + 4) + 3;

#[cfg(test)]
mod tests {
    use conclave_spec::rules::Area;

    use crate::cases::pairs;

    #[test]
    fn the_reference_bears_out_every_case_and_every_pair_is_decisive() {
        assert_eq!(pairs::problems_of(Area::Membership), Vec::<String>::new());
    }
}
