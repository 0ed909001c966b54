//! MED: stream keys, counters, packets.

use conclave_model::script::{Change, ForgedPacket, Handle, Recipe, ValueRecipe, WireEdit};
use conclave_spec::Rule;

use super::{
    Draft, Drafts,
    scene::{Scene, forged_seal, next_instance},
};

pub(super) fn drafts(drafts: &mut Drafts) {
    opening(drafts);
    stream_keys(drafts);
    counters(drafts);
    kept_apart(drafts);
    rejoins(drafts);
    numbers(drafts);
}

/// Alice has sent one packet; Bob and Carol hold key 1.
fn sent() -> Scene {
    let mut scene = Scene::seated(&["alice", "bob", "carol"]);
    scene.send("alice", "good morning");
    scene
}

fn forged(counter: u64, changes: Vec<Change>) -> Recipe {
    Recipe::ForgedPacket(ForgedPacket {
        by: "alice".to_owned(),
        key_seq: 1,
        mk_seq: 1,
        counter,
        stream: "audio".to_owned(),
        text: "forged".to_owned(),
        changes,
    })
}

fn opening(drafts: &mut Drafts) {
    let mut scene = sent();
    scene.packet("bob", "alice", 1).shows(Rule::PacketOpens);
    drafts.common(
        Draft::new("packet", "A packet of the meeting is played").plays("bob"),
        scene,
        &[
            (Rule::PacketOpens, "packet-damaged", "one bit of the tag"),
            (Rule::SubkeyNamesStream, "packet-of-other-stream", "the stream the server claims"),
            (Rule::SubkeyNamesSender, "packet-of-other-sender", "the sender the server claims"),
            (
                Rule::SubkeyNamesMeeting,
                "packet-of-other-meeting",
                "the meeting ID of the stream key",
            ),
            (Rule::SubkeyNamesInstance, "packet-of-other-instance", "the UUID of the stream key"),
            (Rule::SubkeyUsesMeetingKey, "packet-under-other-key", "the meeting key held"),
            (Rule::CounterOnce, "packet-twice", "whether the packet comes again"),
        ],
    );
    let of = Box::new(Recipe::Sent(Handle::packet("alice", 1)));
    let mut scene = sent();
    scene.packet_as("bob", "alice", "audio", Recipe::Damaged { of, field: "body".to_owned() });
    scene.refused(Rule::PacketOpens);
    drafts.decisive(
        Rule::PacketOpens,
        Draft::new("packet-damaged", "A packet with one bit changed is not played").plays("bob"),
        scene,
    );
    for (name, title, edit) in [
        ("packet-shorter", "A packet with a byte missing is not played", WireEdit::Truncate(1)),
        ("packet-empty", "A packet of no bytes is not played", WireEdit::Truncate(10_000)),
        ("packet-other-header", "A packet with another counter is not played", WireEdit::Flip(15)),
        (
            "packet-other-number",
            "A packet naming a key that is not held is not played",
            WireEdit::Flip(3),
        ),
    ] {
        let mut scene = sent();
        scene.packet("bob", "alice", 1).damaged_on_the_wire(edit).refused(Rule::PacketOpens);
        drafts.alone(Draft::new(name, title).plays("bob").tests(Rule::PacketOpens), scene);
    }
}

fn stream_keys(drafts: &mut Drafts) {
    let packet = || Recipe::Sent(Handle::packet("alice", 1));
    let mut scene = sent();
    scene.packet_as("bob", "alice", "video", packet()).refused(Rule::PacketOpens);
    drafts.decisive(
        Rule::SubkeyNamesStream,
        Draft::new("packet-of-other-stream", "A packet is not played as another stream")
            .plays("bob"),
        scene,
    );
    let mut scene = sent();
    scene.packet_as("bob", "carol", "audio", packet()).refused(Rule::PacketOpens);
    drafts.decisive(
        Rule::SubkeyNamesSender,
        Draft::new("packet-of-other-sender", "A packet is not played as another sender's")
            .plays("bob"),
        scene,
    );
    let other_meeting = Change::new("meeting_id", ValueRecipe::Text("10000000001".to_owned()));
    let other_instance = Change::new("meeting_uuid", ValueRecipe::Uuid(next_instance().uuid));
    for (rule, name, change) in [
        (Rule::SubkeyNamesMeeting, "packet-of-other-meeting", other_meeting),
        (Rule::SubkeyNamesInstance, "packet-of-other-instance", other_instance),
    ] {
        let mut scene = sent();
        scene.packet_as("bob", "alice", "audio", forged(7, vec![change]));
        scene.refused(Rule::PacketOpens);
        let title = "A packet under a stream key of another meeting is not played";
        drafts.decisive(rule, Draft::new(name, title).plays("bob"), scene);
    }
    let mut scene = Scene::gathered(&["alice", "bob"]);
    let other_key = forged_seal("bob", 1);
    scene.admit("alice", "bob").signal("bob", 1).sealed_forged("bob", other_key);
    scene.send("alice", "good morning").packet("bob", "alice", 1).refused(Rule::PacketOpens);
    drafts.decisive(
        Rule::SubkeyUsesMeetingKey,
        Draft::new("packet-under-other-key", "A packet under another meeting key is not played")
            .plays("bob"),
        scene,
    );
}

fn counters(drafts: &mut Drafts) {
    let mut scene = sent();
    scene.packet("bob", "alice", 1).packet("bob", "alice", 1).refused(Rule::CounterOnce);
    drafts.decisive(
        Rule::CounterOnce,
        Draft::new("packet-twice", "A packet that comes again is not played again").plays("bob"),
        scene,
    );
    let mut scene = Scene::seated(&["alice", "bob"]);
    for counter in [100, 99, 37] {
        scene.packet_as("bob", "alice", "audio", forged(counter, Vec::new()));
        scene.shows(Rule::CounterOnce);
    }
    for counter in [99, 36, 0] {
        scene.packet_as("bob", "alice", "audio", forged(counter, Vec::new()));
        scene.refused(Rule::CounterOnce);
    }
    scene.packet_as("bob", "alice", "audio", forged(u64::MAX, Vec::new()));
    drafts.alone(
        Draft::new(
            "packets-out-of-order",
            "Packets may come out of order, each once, within the window",
        )
        .plays("bob")
        .tests(Rule::CounterOnce),
        scene,
    );
    let mut scene = Scene::seated(&["alice", "bob"]);
    scene.send("bob", "one").shows(Rule::CounterNeverRepeats);
    drafts.common(
        Draft::new("first-packet", "The first packet of a stream is sent").plays("bob"),
        scene.clone(),
        &[(Rule::CounterNeverRepeats, "second-packet", "whether it is the second packet")],
    );
    scene.send("bob", "two").shows(Rule::CounterNeverRepeats);
    drafts.decisive(
        Rule::CounterNeverRepeats,
        Draft::new("second-packet", "The second packet has another counter").plays("bob"),
        scene,
    );
}

/// Streams, senders and keys each have counters and stream keys of their own.
fn kept_apart(drafts: &mut Drafts) {
    let mut scene = Scene::seated(&["alice", "bob"]);
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
    let mut scene = Scene::seated(&["alice", "bob", "carol"]);
    scene.send("alice", "one").send_on("alice", "video", "two").send("carol", "three");
    scene.packet("bob", "alice", 1);
    scene.packet_as("bob", "alice", "video", Recipe::Sent(Handle::packet("alice", 2)));
    scene.packet("bob", "carol", 1);
    scene.advance_all(20_000).signal("bob", 2).sealed("bob", 2).advance_all(26_000);
    scene.send("alice", "four").packet("bob", "alice", 3);
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
    let mut scene = sent();
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

/// A way out of the meeting.
type Way = fn(&mut Scene);

/// Bob, who has sent and played a packet, is out and comes back, and is given the same key again.
fn back(out: Way) -> Scene {
    use conclave_model::message::Role;
    let mut scene = Scene::seated(&["alice", "bob"]);
    scene.send("bob", "before").send("alice", "once").packet("bob", "alice", 1);
    out(&mut scene);
    let nth = scene.joins_of("bob") + 1;
    scene.join("bob", Role::Participant).told_leader("bob", "alice");
    scene.admit_with("alice", "bob", Recipe::Sent(Handle::announcement("bob", nth)));
    scene.signal("bob", 1).sealed("bob", 2);
    scene
}

/// A rejoin may be given the same key again; its counters go on (readings ).
fn rejoins(drafts: &mut Drafts) {
    use conclave_model::{message::Role, script::Act};
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
        let mut scene = back(out);
        scene.send("bob", "after").shows(Rule::CounterNeverRepeats);
        let title = format!("Under the same key sent counters go on: after {name}");
        drafts.alone(
            Draft::new(&format!("counters-go-on-after-{name}"), &title)
                .plays("bob")
                .tests(Rule::CounterNeverRepeats),
            scene,
        );
        let mut scene = back(out);
        scene.packet("bob", "alice", 1).refused(Rule::CounterOnce);
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

/// A key number in which no byte can be left out.
const EVERY_BYTE: u32 = 0x0102_0304;

fn numbers(drafts: &mut Drafts) {
    let mut scene = Scene::seated(&["alice", "bob"]);
    scene.send("bob", "under key 1").shows(Rule::PacketSeqFourBytes);
    drafts.common(
        Draft::new("number-of-one-byte", "A packet is prefaced with its key's number").plays("bob"),
        scene,
        &[(Rule::PacketSeqFourBytes, "number-of-four-bytes", "the number: 0x01020304 for 1")],
    );
    let mut scene = Scene::seated(&["alice", "bob"]);
    scene.signal("bob", EVERY_BYTE).sealed_forged("bob", forged_seal("bob", EVERY_BYTE));
    scene.advance("bob", 6_000).send("bob", "under key 1").shows(Rule::PacketSeqFourBytes);
    drafts.decisive(
        Rule::PacketSeqFourBytes,
        Draft::new("number-of-four-bytes", "All four bytes of the number are sent").plays("bob"),
        scene,
    );
}
