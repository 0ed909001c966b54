//! What is not for a client in its phase or role.

use conclave_model::{
    message::Role,
    script::{Act, Handle, MessageKind, Recipe, ValueRecipe},
};
use conclave_spec::Rule;

use crate::cases::{
    Draft, Drafts,
    rotation::{READY_MS, ready},
    scene::{Scene, announcement, heartbeat, link, meeting, next_instance, sealed, seat},
};

const CAST: [&str; 3] = ["alice", "bob", "carol"];

pub(super) fn drafts(drafts: &mut Drafts) {
    joining(drafts);
    outside(drafts);
    other_role(drafts);
    nothing_to_do(drafts);
    locks(drafts);
}

fn draft(name: &str, title: &str, plays: &str) -> Draft {
    Draft::new(name, title).plays(plays).tests(Rule::RequestFits)
}

fn joining(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = Scene::of(profile, &CAST);
    scene.join("alice", Role::Leader).join("bob", Role::Participant).told_leader("bob", "alice");
    scene.observe("bob");
    drafts.common(
        Draft::new("joined-once", "A client joins, once").plays("bob"),
        scene.clone(),
        &[(Rule::RequestFits, "joined-twice", "how often the client is told to join")],
    );
    let join = Act::Join { meeting: meeting(), role: Role::Participant, name: "bob".to_owned() };
    scene.misfit("bob", join).observe("bob");
    drafts.decisive(
        Rule::RequestFits,
        Draft::new("joined-twice", "A client in a meeting does not join it again").plays("bob"),
        scene,
    );
    let mut scene = ready(profile, &CAST);
    for (meeting, role) in [
        (next_instance(), Role::Participant),
        (meeting(), Role::Leader),
        (meeting(), Role::Participant),
    ] {
        scene.misfit("alice", Act::Join { meeting, role, name: "alice".to_owned() });
    }
    scene.observe("alice").send("alice", "still here");
    let title = "A leader joins no other meeting, nor its own once more";
    drafts.alone(draft("leader-joins-again", title, "alice"), scene);
}

/// One of everything that the server hands on.
fn messages(scene: &mut Scene) -> Vec<Act> {
    let ivk = || ValueRecipe::IvkOf("alice".to_owned());
    let mut acts = vec![
        Act::LeaderNamed { seat: seat("alice"), ivk: ivk(), announcement: announcement("alice") },
        Act::Admitted {
            seat: seat("alice"),
            name: "alice".to_owned(),
            ivk: ivk(),
            announcement: announcement("alice"),
            outdated: false,
        },
        Act::Departed { seat: seat("carol") },
        Act::Renamed { seat: seat("carol"), name: "Caroline".to_owned() },
        Act::Link { link: link("alice", 1) },
        Act::Heartbeat { heartbeat: heartbeat("alice", 1) },
        Act::SealedKey { sealed: sealed("bob", 1) },
        Act::Packet {
            from: seat("alice"),
            stream: "audio".to_owned(),
            packet: Recipe::Sent(Handle::packet("alice", 1)),
        },
        Act::LockClaimed { locked: true },
        Act::RoomClaimed { seat: seat("carol"), in_room: true },
        Act::MeetingEnded {},
    ];
    if scene.count("carol", MessageKind::Nonce) > 0 {
        let nonce = Recipe::Sent(Handle::of("carol", MessageKind::Nonce, 1));
        acts.push(Act::NoncePosted { seat: seat("carol"), nonce });
    }
    if scene.count("carol", MessageKind::LockRequest) > 0 {
        let request = Recipe::Sent(Handle::of("carol", MessageKind::LockRequest, 1));
        acts.push(Act::LockRequested { request });
    }
    acts
}

/// A meeting that Bob has left, in which everything was sent that can be.
fn left(drafts: &Drafts) -> Scene {
    let mut scene = ready(&drafts.profile, &CAST);
    scene.send("alice", "before you go");
    if scene.has(Rule::LockListed) {
        scene.set_lock("carol", true);
    }
    scene.leave("bob").observe("bob");
    scene
}

fn outside(drafts: &mut Drafts) {
    let mut scene = left(drafts);
    for act in messages(&mut scene) {
        scene.misfit("bob", act);
    }
    scene.observe("bob");
    let title = "Nothing that comes after a client left is for it";
    drafts.alone(draft("messages-after-leaving", title, "bob"), scene);

    let mut scene = Scene::of(&drafts.profile, &["alice", "bob", "carol", "dave"]);
    scene.join("alice", Role::Leader);
    for party in ["bob", "carol"] {
        scene.join(party, Role::Participant).told_leader(party, "alice").admit("alice", party);
    }
    scene.settle().run(READY_MS).send("alice", "no need to wait");
    if scene.has(Rule::LockListed) {
        scene.set_lock("carol", true);
    }
    for act in messages(&mut scene) {
        scene.misfit("dave", act);
    }
    scene.observe("dave").join("dave", Role::Participant).told_leader("dave", "alice");
    scene.observe("dave");
    let title = "Nothing that comes before a client joined is for it";
    drafts.alone(draft("messages-before-joining", title, "dave"), scene);

    let mut scene = left(drafts);
    let (stream, text) = ("audio".to_owned(), "to nobody".to_owned());
    let kick = Act::Kick { seat: seat("carol") };
    for act in [Act::Send { stream, text }, kick, Act::StepOut {}, Act::Leave {}] {
        scene.misfit("bob", act);
    }
    scene.misfit("bob", Act::SetLock { locked: true }).observe("bob");
    let title = "Outside a meeting a user can only join one";
    drafts.alone(draft("commands-outside", title, "bob"), scene);
}

fn other_role(drafts: &mut Drafts) {
    let mut scene = ready(&drafts.profile, &CAST);
    for act in [
        Act::Link { link: link("alice", 2) },
        Act::Heartbeat { heartbeat: heartbeat("alice", 2) },
        Act::SealedKey { sealed: sealed("bob", 1) },
    ] {
        scene.misfit("alice", act);
    }
    scene.observe("alice").send("alice", "as before");
    let title = "A leader takes no list, no heartbeat and no key from anybody";
    drafts.alone(draft("messages-for-members-to-leader", title, "alice"), scene);

    let mut scene = ready(&drafts.profile, &CAST);
    for who in ["carol", "alice", "bob"] {
        scene.misfit("bob", Act::Kick { seat: seat(who) });
    }
    scene.observe("bob").send("bob", "nobody is gone");
    drafts.alone(draft("kick-by-participant", "A participant removes nobody", "bob"), scene);
}

fn nothing_to_do(drafts: &mut Drafts) {
    let mut scene = ready(&drafts.profile, &["alice", "bob"]);
    for who in ["alice", "mallory"] {
        scene.misfit("alice", Act::Kick { seat: seat(who) });
    }
    scene.observe("alice");
    let title = "A leader removes neither itself nor anybody who is not there";
    drafts.alone(draft("kick-of-nobody", title, "alice"), scene);
}

fn locks(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    if !profile.rules.contains(Rule::LockListed) {
        let mut scene = ready(profile, &["alice", "bob"]);
        for party in ["alice", "bob"] {
            scene.misfit(party, Act::SetLock { locked: true });
        }
        scene.observe("bob");
        let title = "Where there are no locks there is nothing to lock";
        drafts.alone(draft("lock-before-there-were-locks", title, "bob"), scene);
        return;
    }
    let mut scene = ready(profile, &CAST);
    scene.set_lock("bob", true);
    let request = Recipe::Sent(Handle::of("bob", MessageKind::LockRequest, 1));
    scene.misfit("carol", Act::LockRequested { request }).observe("carol");
    let title = "A co-host's request is for the leader alone";
    drafts.alone(draft("lock-request-to-participant", title, "carol"), scene);

    for (name, title, plays) in [
        ("unlock-of-unlocked", "A leader does not unlock what is unlocked", "alice"),
        ("unlock-of-unlocked-by-co-host", "Nor does a co-host ask for it", "bob"),
    ] {
        let mut scene = ready(profile, &["alice", "bob"]);
        scene.misfit(plays, Act::SetLock { locked: false }).observe(plays);
        drafts.alone(draft(name, title, plays), scene);
    }
    let mut scene = Scene::of(profile, &["alice", "bob"]);
    scene.join("alice", Role::Leader).join("bob", Role::Participant);
    scene.misfit("bob", Act::SetLock { locked: true }).told_leader("bob", "alice").observe("bob");
    let title = "Without a leader there is nobody to ask for a lock";
    drafts.alone(draft("lock-without-leader", title, "bob"), scene);
}
