//! Counters and stream keys across streams, rotations, leaders and joins.

use conclave_model::{
    message::Role,
    script::{
        Act, ForgedHeartbeat, ForgedPacket, ForgedSeal, Handle, KeyRecipe, MessageKind, Recipe,
    },
};
use conclave_spec::{Profile, Rule};

use crate::cases::{
    Draft, Drafts,
    rotation::{ready, superseded},
    scene::{Scene, forged_heartbeat, forged_seal, next_instance},
};

pub(super) fn drafts(drafts: &mut Drafts) {
    kept_apart(drafts);
    across_rotation(drafts);
    across_leaders(drafts);
    gone(drafts);
    rejoins(drafts);
}

/// Streams, senders and keys each have counters and stream keys of their own.
fn kept_apart(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = ready(profile, &["alice", "bob"]);
    scene.send("bob", "one").send_on("bob", "video", "two");
    scene.packet("alice", "bob", 1);
    scene.packet_as("alice", "bob", "video", Recipe::Sent(Handle::packet("bob", 2)));
    drafts.alone(
        Draft::new("second-stream", "Each stream is sent under a key and counters of its own")
            .plays("bob")
            .tests(Rule::SubkeyNamesStream)
            .tests(Rule::CounterNeverRepeats),
        scene,
    );
    let mut scene = ready(profile, &["alice", "bob", "carol"]);
    scene.send("alice", "one").send_on("alice", "video", "two").send("carol", "three");
    scene.packet("bob", "alice", 1);
    scene.packet_as("bob", "alice", "video", Recipe::Sent(Handle::packet("alice", 2)));
    scene.packet("bob", "carol", 1).run(14_000);
    superseded(&mut scene);
    scene.advance_all(21_000).send("alice", "four").packet("bob", "alice", 3);
    drafts.alone(
        Draft::new(
            "counters-kept-apart",
            "One counter is played once for each key, sender and stream",
        )
        .plays("bob")
        .tests(Rule::CounterOnce),
        scene,
    );
    let of = Box::new(Recipe::Sent(Handle::packet("alice", 1)));
    let mut scene = ready(profile, &["alice", "bob", "carol"]);
    scene.send("alice", "good morning");
    scene.packet_as("bob", "alice", "audio", Recipe::Damaged { of, field: "body".to_owned() });
    scene.refused(Rule::PacketOpens).packet("bob", "alice", 1);
    drafts.alone(
        Draft::new(
            "true-after-damaged",
            "A damaged packet does not keep the true one from being played",
        )
        .plays("bob")
        .tests(Rule::CounterOnce),
        scene,
    );
}

fn across_rotation(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = ready(profile, &["alice", "bob", "carol"]);
    scene.send("bob", "one").send("bob", "two").run(14_000);
    superseded(&mut scene);
    scene.advance_all(15_500).send("bob", "still under the older key");
    scene.advance_all(21_000).send("bob", "under the newer key").send("bob", "again");
    drafts.alone(
        Draft::new("counters-after-rotation", "Under a new key sent counters begin anew")
            .plays("bob")
            .tests(Rule::CounterNeverRepeats),
        scene,
    );
    let mut scene = ready(profile, &["alice", "bob", "carol"]);
    scene.run(14_000).send("alice", "one").send("alice", "two").packet("bob", "alice", 2);
    superseded(&mut scene);
    scene.advance_all(21_000).packet("bob", "alice", 2).refused(Rule::CounterOnce);
    scene.packet("bob", "alice", 1);
    if profile.params.replay_window > 1 {
        scene.shows(Rule::CounterOnce);
    } else {
        scene.refused(Rule::CounterOnce);
    }
    drafts.alone(
        Draft::new(
            "packet-replayed-after-rotation",
            "While an old key still opens packets, each is played once",
        )
        .plays("bob")
        .tests(Rule::CounterOnce),
        scene,
    );
}

/// Alice leads, then Carol.
fn across_leaders(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = ready(profile, &["alice", "bob", "carol"]);
    scene.send("bob", "one").send("carol", "one").packet("bob", "carol", 1);
    scene.share_board().elect("carol").settle().send("bob", "still under the older key");
    scene.packet("bob", "carol", 1).refused(Rule::CounterOnce).run(19_500);
    scene.send("bob", "under the key of the next leader").send("carol", "two");
    scene.packet("bob", "carol", 2).packet("carol", "bob", 3);
    for (party, word) in [("bob", "participant"), ("carol", "leader")] {
        let title = format!("Counters do not begin anew with another leader: a {word}");
        drafts.alone(
            Draft::new(&format!("counters-across-leaders-{word}"), &title)
                .plays(party)
                .tests(Rule::CounterNeverRepeats)
                .tests(Rule::CounterOnce),
            scene.clone(),
        );
    }
}

/// The sender of a packet need not be listed any more, where it need not be listed at all.
fn gone(drafts: &mut Drafts) {
    if drafts.profile.rules.contains(Rule::SenderListed) {
        return;
    }
    let mut scene = ready(&drafts.profile, &["alice", "bob", "carol"]);
    scene.send("carol", "goodbye").depart("alice", "carol").settle();
    scene.packet("bob", "carol", 1).shows(Rule::PacketOpens);
    drafts.alone(
        Draft::new("packet-of-leaver", "A packet of somebody who has left just now is played")
            .plays("bob")
            .tests(Rule::PacketOpens),
        scene,
    );
}

/// A way out of the meeting.
type Way = fn(&mut Scene);

/// Bob, who has sent and played a packet, is out and comes back, and is given the same key again.
fn back(profile: &Profile, out: Way) -> Scene {
    let mut scene = ready(profile, &["alice", "bob"]);
    let number = scene.newest_key("alice");
    scene.send("bob", "before").send("alice", "once").packet("bob", "alice", 1);
    out(&mut scene);
    scene.join("bob", Role::Participant).told_leader("bob", "alice").admit("alice", "bob");
    for nth in 1..=scene.count("alice", MessageKind::Link) {
        scene.link("bob", "alice", nth);
    }
    // Where every join rotates, only a leader that misbehaves does this.
    let certified = ForgedHeartbeat { mk_seq: Some(number), ..forged_heartbeat() };
    scene.heartbeat_forged("bob", certified);
    let again = ForgedSeal { key: KeyRecipe::Held(number), ..forged_seal("bob", number) };
    scene.sealed_forged("bob", again);
    scene
}

/// A rejoin may be given the same key again; its counters go on (readings ).
fn rejoins(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let leaves: Way = |scene| {
        scene.leave("bob");
    };
    let ends: Way = |scene| {
        scene.act("bob", Act::MeetingEnded {});
    };
    let elsewhere: Way = |scene| {
        scene.leave("bob").join_instance("bob", Role::Participant, next_instance()).leave("bob");
    };
    let ways: [(&str, Way); 3] =
        [("rejoin", leaves), ("meeting-end", ends), ("another-meeting", elsewhere)];
    for (name, out) in ways {
        let mut scene = back(profile, out);
        scene.send("bob", "after").shows(Rule::CounterNeverRepeats);
        let title = format!("Under the same key sent counters go on: after {name}");
        drafts.alone(
            Draft::new(&format!("counters-go-on-after-{name}"), &title)
                .plays("bob")
                .tests(Rule::CounterNeverRepeats),
            scene,
        );
        let mut scene = back(profile, out);
        scene.packet("bob", "alice", 1).refused(Rule::CounterOnce);
        let number = scene.newest_key("bob");
        let next = Recipe::ForgedPacket(ForgedPacket {
            by: "alice".to_owned(),
            key_seq: number,
            mk_seq: number,
            counter: 1,
            stream: "audio".to_owned(),
            text: "another".to_owned(),
            changes: Vec::new(),
        });
        scene.packet_as("bob", "alice", "audio", next).shows(Rule::CounterOnce);
        let title =
            format!("Under the same key a packet played before is not played: after {name}");
        drafts.alone(
            Draft::new(&format!("packet-replayed-after-{name}"), &title)
                .plays("bob")
                .tests(Rule::CounterOnce),
            scene,
        );
    }
}
