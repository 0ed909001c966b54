//! The client under test asks the leader to lock or unlock.

use conclave_model::script::MessageKind;
use conclave_spec::Rule;

use super::{Draft, Drafts, Scene, locked, seated};

pub(super) fn drafts(drafts: &mut Drafts) {
    asking(drafts);
    beside_a_link_ahead(drafts);
    overtaken(drafts);
    changing_leaders(drafts);
}

fn asking(drafts: &mut Drafts) {
    let mut scene = seated(drafts);
    scene.set_lock("bob", true).shows(Rule::RequestRetried).observe("bob");
    let mut granted = scene.clone();
    drafts.common(
        Draft::new("request-asked", "A co-host asks for the lock once").plays("bob"),
        scene,
        &[(Rule::RequestRetried, "request-retried", "whether the list moves on")],
    );
    let mut scene = seated(drafts);
    scene.set_lock("bob", true).rename("alice", "carol", "Caroline").catch_up("bob");
    scene.shows(Rule::RequestRetried).observe("bob");
    let mut granted_late = scene.clone();
    drafts.decisive(
        Rule::RequestRetried,
        Draft::new("request-retried", "A co-host asks again when the list moved on").plays("bob"),
        scene,
    );
    granted.lock_request("alice", "bob", 1).settle().observe("bob").run(20_000);
    granted_late.lock_request("alice", "bob", 2).settle().observe("bob").run(20_000);
    for (name, title, scene) in [
        ("request-granted", "A co-host whose request is granted asks no more", granted),
        ("request-granted-late", "Nor does one whose second request is granted", granted_late),
    ] {
        drafts.alone(Draft::new(name, title).plays("bob").tests(Rule::RequestRetried), scene);
    }
    let mut scene = locked(drafts);
    scene.set_lock("bob", false).lock_request("alice", "bob", 1).settle().observe("bob");
    scene.run(20_000).observe("bob");
    drafts.alone(
        Draft::new("request-to-unlock-granted", "A co-host that unlocks is warned as everybody is")
            .plays("bob")
            .tests(Rule::RequestRetried)
            .tests(Rule::UnlockWarned),
        scene,
    );
    let mut scene = seated(drafts);
    scene.set_lock("bob", true).run(30_000).observe("bob");
    drafts.alone(
        Draft::new("request-pending", "A co-host waits while the list stays as it is")
            .plays("bob")
            .tests(Rule::RequestRetried),
        scene,
    );
}

/// A link has come that no heartbeat has certified yet.
fn beside_a_link_ahead(drafts: &mut Drafts) {
    let mut scene = seated(drafts);
    scene.run(10_000).rename("alice", "carol", "Caroline");
    let ahead = scene.count("alice", MessageKind::Link);
    scene.link("bob", "alice", ahead).set_lock("bob", true).observe("bob");
    drafts.alone(
        Draft::new(
            "request-beside-a-link-ahead",
            "A request names the last link that is certified, not one that only has come",
        )
        .plays("bob")
        .tests(Rule::RequestNamesHead),
        scene,
    );
}

fn overtaken(drafts: &mut Drafts) {
    let mut scene = seated(drafts);
    scene.set_lock("bob", true).set_lock("carol", true).lock_request("alice", "carol", 1);
    scene.settle().observe("bob").rename("alice", "carol", "Caroline").settle().run(20_000);
    scene.set_lock("alice", false).settle().observe("bob");
    drafts.alone(
        Draft::new("request-overtaken", "A wish that another made come true is forgotten")
            .plays("bob")
            .tests(Rule::RequestRetried),
        scene,
    );
    let mut scene = seated(drafts);
    scene.set_lock("bob", true).rename("alice", "carol", "Caroline").catch_up("bob");
    scene.rename("alice", "carol", "Carol").catch_up("bob").lock_request("alice", "bob", 3);
    scene.settle().observe("bob");
    drafts.alone(
        Draft::new("request-retried-twice", "It asks as often as the list moves on")
            .plays("bob")
            .tests(Rule::RequestRetried),
        scene,
    );
}

/// Bob's wish when Carol takes over, or he himself.
fn changing_leaders(drafts: &mut Drafts) {
    let wishing = |drafts: &Drafts| -> Scene {
        let mut scene = seated(drafts);
        scene.share_board().set_lock("bob", true);
        scene
    };
    let mut scene = wishing(drafts);
    scene.elect("carol").settle().observe("bob").lock_request("carol", "bob", 2).settle();
    scene.observe("bob").run(20_000);
    drafts.alone(
        Draft::new("request-retried-with-next-leader", "A co-host asks the next leader too")
            .plays("bob")
            .tests(Rule::RequestRetried),
        scene,
    );
    let mut scene = wishing(drafts);
    scene.elect("bob").settle().observe("bob").run(20_000).set_lock("bob", true);
    scene.shows(Rule::LockListed).observe("bob");
    drafts.alone(
        Draft::new("request-then-takeover", "Whoever comes to lead asks nobody any more")
            .plays("bob")
            .tests(Rule::LockListed),
        scene,
    );
}
