//! MED: stream keys, counters, packets.

use conclave_model::{
    message::{Role, Seat},
    script::{
        Act, CastMember, Change, ForgedHeartbeat, ForgedPacket, Handle, Recipe, ValueRecipe,
        WireEdit,
    },
};
use conclave_spec::{Profile, Rule};

use super::{
    Draft, Drafts,
    rotation::{Posted, certify, posted, reads_list, ready},
    scene::{Scene, announcement, forged_heartbeat, forged_seal, next_instance, seat},
};

mod at_leader;
mod lives;

pub(super) fn drafts(drafts: &mut Drafts) {
    opening(drafts);
    damaged(drafts);
    names(drafts);
    other_key(drafts);
    device(drafts);
    unlisted(drafts);
    counters(drafts);
    remembered(drafts);
    sending(drafts);
    misplaced(drafts);
    numbers(drafts);
    lives::drafts(drafts);
    at_leader::drafts(drafts);
}

/// Alice has sent one packet; Bob and Carol hold the key.
fn sent(profile: &Profile) -> Scene {
    let mut scene = ready(profile, &["alice", "bob", "carol"]);
    scene.send("alice", "good morning");
    scene
}

/// A packet that a party, misbehaving, seals under the newest key.
fn forged(scene: &mut Scene, by: &str, counter: u64, changes: Vec<Change>) -> Recipe {
    let number = scene.newest_key(by);
    Recipe::ForgedPacket(ForgedPacket {
        by: by.to_owned(),
        key_seq: number,
        mk_seq: number,
        counter,
        stream: "audio".to_owned(),
        text: "forged".to_owned(),
        changes,
    })
}

fn first_packet() -> Recipe {
    Recipe::Sent(Handle::packet("alice", 1))
}

fn opening(drafts: &mut Drafts) {
    let mut scene = sent(&drafts.profile);
    scene.packet("bob", "alice", 1).shows(Rule::PacketOpens);
    drafts.common(
        Draft::new("packet", "A packet of the meeting is played").plays("bob"),
        scene,
        &[
            (Rule::PacketOpens, "packet-damaged", "one bit of the tag"),
            (Rule::SubkeyNamesStream, "packet-of-other-stream", "the stream the server claims"),
            (Rule::SubkeyNamesDevice, "packet-of-other-device", "the device the server claims"),
            (
                Rule::SubkeyNamesMeeting,
                "packet-of-other-meeting",
                "the meeting ID of the stream key",
            ),
            (Rule::SubkeyNamesInstance, "packet-of-other-instance", "the UUID of the stream key"),
            (Rule::CounterOnce, "packet-twice", "whether the packet comes again"),
        ],
    );
}

/// What can become of the bytes of a packet: a word, what of it, and how.
fn damages() -> [(&'static str, &'static str, WireEdit); 8] {
    [
        ("shorter", "A packet with a byte missing is not played", WireEdit::Truncate(1)),
        (
            "longer",
            "A packet with a byte too many is not played",
            WireEdit::Append("00".to_owned()),
        ),
        (
            "oversized",
            "A packet with thousands of bytes too many is not played",
            WireEdit::Append("5a".repeat(5_000)),
        ),
        ("empty", "A packet of no bytes is not played", WireEdit::Truncate(10_000)),
        (
            "that-is-a-heartbeat",
            "The bytes of a heartbeat are no packet",
            WireEdit::Instead(super::raw::a_heartbeat()),
        ),
        ("other-header", "A packet with another counter is not played", WireEdit::Flip(15)),
        (
            "counter-too-long",
            "A packet whose counter is beyond eight bytes is not played",
            WireEdit::Flip(4),
        ),
        ("other-number", "A packet naming a key that is not held is not played", WireEdit::Flip(2)),
    ]
}

fn damaged(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let of = Box::new(first_packet());
    let mut scene = sent(profile);
    scene.packet_as("bob", "alice", "audio", Recipe::Damaged { of, field: "body".to_owned() });
    scene.refused(Rule::PacketOpens);
    drafts.decisive(
        Rule::PacketOpens,
        Draft::new("packet-damaged", "A packet with one bit changed is not played").plays("bob"),
        scene,
    );
    for (word, title, edit) in damages() {
        let mut scene = sent(profile);
        scene.packet("bob", "alice", 1).damaged_on_the_wire(edit).refused(Rule::PacketOpens);
        let name = format!("packet-{word}");
        drafts.alone(Draft::new(&name, title).plays("bob").tests(Rule::PacketOpens), scene);
    }
    let mut scene = sent(profile);
    scene.packet("bob", "alice", 1).damaged_on_the_wire(WireEdit::Truncate(10));
    scene.refused(Rule::PacketOpens).packet("bob", "alice", 1).shows(Rule::PacketOpens);
    drafts.alone(
        Draft::new("packet-after-truncated", "A packet is played after one cut short")
            .plays("bob")
            .tests(Rule::PacketOpens),
        scene,
    );
}

fn names(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = sent(profile);
    scene.packet_as("bob", "alice", "video", first_packet()).refused(Rule::PacketOpens);
    drafts.decisive(
        Rule::SubkeyNamesStream,
        Draft::new("packet-of-other-stream", "A packet is not played as another stream")
            .plays("bob"),
        scene,
    );
    senders(drafts);
    let other_meeting = Change::new("meeting_id", ValueRecipe::Text("10000000001".to_owned()));
    let other_instance = Change::new("meeting_uuid", ValueRecipe::Uuid(next_instance().uuid));
    for (rule, name, change) in [
        (Rule::SubkeyNamesMeeting, "packet-of-other-meeting", other_meeting),
        (Rule::SubkeyNamesInstance, "packet-of-other-instance", other_instance),
    ] {
        let mut scene = sent(profile);
        let packet = forged(&mut scene, "alice", 7, vec![change]);
        scene.packet_as("bob", "alice", "audio", packet).refused(Rule::PacketOpens);
        let title = "A packet under a stream key of another meeting is not played";
        drafts.decisive(rule, Draft::new(name, title).plays("bob"), scene);
    }
}

/// Carol's device goes by the name of Alice's, and both are on the list: only the user is another.
fn senders(drafts: &mut Drafts) {
    let decisive = "packet-of-other-sender";
    for (name, title, user) in [
        ("packet-of-its-sender", "A packet is played as that of its sender", "alice"),
        (decisive, "A packet is not played as another sender's", "carol"),
    ] {
        let alike = Seat::new("carol", "alice-laptop");
        let mut cast: Vec<_> = ["alice", "bob"].map(|it| CastMember::new(it, seat(it))).into();
        cast.push(CastMember::new("carol", alike.clone()));
        let mut scene = Scene::with_cast(&drafts.profile, cast);
        scene.join("alice", Role::Leader).join("bob", Role::Participant);
        scene.told_leader("bob", "alice").join("carol", Role::Participant);
        let (ivk, announced) = (ValueRecipe::IvkOf("carol".to_owned()), announcement("carol"));
        let (name_of, outdated) = ("carol".to_owned(), false);
        scene.act(
            "alice",
            Act::Admitted { seat: alike, name: name_of, ivk, announcement: announced, outdated },
        );
        scene.advance_all(3_000).admit("alice", "bob").advance_all(6_000).catch_up("bob");
        scene.advance_all(14_000).send("alice", "good morning");
        let from = Seat::new(user, "alice-laptop");
        scene.act("bob", Act::Packet { from, stream: "audio".to_owned(), packet: first_packet() });
        let draft = Draft::new(name, title).plays("bob");
        if user == "alice" {
            let what = "the user the server claims";
            drafts.common(draft, scene, &[(Rule::SubkeyNamesSender, decisive, what)]);
        } else {
            scene.refused(Rule::PacketOpens);
            drafts.decisive(Rule::SubkeyNamesSender, draft, scene);
        }
    }
}

/// Bob holds another key under the number that Alice sends under.
fn other_key(drafts: &mut Drafts) {
    let holding = |profile: &Profile, alices: bool| {
        let mut scene = Scene::gathered(profile, &["alice", "bob"]);
        scene.admit("alice", "bob");
        reads_list(&mut scene, "bob");
        if alices {
            scene.sealed("bob", 1);
        } else {
            let number = scene.newest_key("alice");
            scene.sealed_forged("bob", forged_seal("bob", number));
        }
        scene.advance_all(6_000).send("alice", "good morning").packet("bob", "alice", 1);
        scene
    };
    let (mut scene, mut other) = (holding(&drafts.profile, true), holding(&drafts.profile, false));
    scene.shows(Rule::PacketOpens);
    drafts.common(
        Draft::new("packet-under-the-same-key", "A packet under the meeting key held is played")
            .plays("bob"),
        scene,
        &[(Rule::SubkeyUsesMeetingKey, "packet-under-other-key", "the meeting key held")],
    );
    other.refused(Rule::PacketOpens);
    drafts.decisive(
        Rule::SubkeyUsesMeetingKey,
        Draft::new("packet-under-other-key", "A packet under another meeting key is not played")
            .plays("bob"),
        other,
    );
}

/// Carol speaks, and Bob learns that she has left, before her packet reaches him or after.
fn unlisted(drafts: &mut Drafts) {
    if !drafts.profile.rules.contains(Rule::SenderListed) {
        return;
    }
    let decisive = "packet-of-somebody-gone";
    for (name, title, gone) in [
        ("packet-of-somebody-present", "A packet is played of somebody who is present", false),
        (decisive, "A packet is passed over of somebody who is not", true),
    ] {
        let mut scene = ready(&drafts.profile, &["alice", "bob", "carol"]);
        scene.run(14_000).send("carol", "goodbye").depart("alice", "carol");
        if gone {
            scene.catch_up("bob");
        }
        scene.packet("bob", "carol", 1);
        let draft = Draft::new(name, title).plays("bob");
        if gone {
            scene.refused(Rule::SenderListed).observe("bob");
            drafts.decisive(Rule::SenderListed, draft, scene);
        } else {
            scene.shows(Rule::SenderListed).observe("bob");
            drafts.common(draft, scene, &[(Rule::SenderListed, decisive, "whether Bob knows")]);
        }
    }
}

/// A packet comes from a device, and not only from a user, where the profile says so.
fn device(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let by_device = profile.rules.contains(Rule::SubkeyNamesDevice);
    let mut scene = sent(profile);
    let from = Seat::new("alice", "alice-phone");
    scene.act("bob", Act::Packet { from, stream: "audio".to_owned(), packet: first_packet() });
    if by_device {
        scene.refused(Rule::PacketOpens);
        drafts.decisive(
            Rule::SubkeyNamesDevice,
            Draft::new("packet-of-other-device", "A packet is not played as another device's")
                .plays("bob"),
            scene,
        );
    } else {
        drafts.alone(
            Draft::new(
                "packet-of-any-device",
                "The stream key is that of a user: the server may name any of their devices",
            )
            .plays("bob")
            .tests(Rule::SubkeyNamesSender),
            scene,
        );
    }
    let mut scene = ready(profile, &["alice", "bob", "bob@phone", "carol"]);
    scene.send("bob", "from the laptop").send("bob@phone", "from the phone");
    scene.packet("alice", "bob", 1).packet("alice", "bob@phone", 1);
    if !by_device {
        scene.refused(Rule::CounterOnce);
    }
    scene.packet("alice", "bob", 1).refused(Rule::CounterOnce);
    drafts.alone(
        Draft::new(
            "two-devices-counters",
            "Whether two devices of a user share their counters is the profile's to say",
        )
        .plays("alice")
        .tests(Rule::SubkeyNamesDevice)
        .tests(Rule::CounterOnce),
        scene,
    );
}

fn counters(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = sent(profile);
    scene.packet("bob", "alice", 1).packet("bob", "alice", 1).refused(Rule::CounterOnce);
    drafts.decisive(
        Rule::CounterOnce,
        Draft::new("packet-twice", "A packet that comes again is not played again").plays("bob"),
        scene,
    );
    let mut scene = ready(profile, &["alice", "bob"]);
    let window = profile.params.replay_window;
    for counter in [100, 99, 37] {
        let packet = forged(&mut scene, "alice", counter, Vec::new());
        scene.packet_as("bob", "alice", "audio", packet).shows(Rule::CounterOnce);
        if counter + u64::from(window) <= 100 {
            scene.refused(Rule::CounterOnce);
        }
    }
    for counter in [99, 36, 0] {
        let packet = forged(&mut scene, "alice", counter, Vec::new());
        scene.packet_as("bob", "alice", "audio", packet).refused(Rule::CounterOnce);
    }
    let packet = forged(&mut scene, "alice", u64::MAX, Vec::new());
    scene.packet_as("bob", "alice", "audio", packet);
    drafts.alone(
        Draft::new(
            "packets-out-of-order",
            "Packets may come out of order, each once, within the window",
        )
        .plays("bob")
        .tests(Rule::CounterOnce),
        scene,
    );
}

/// A packet that is old, and not too old, is known to have been played.
fn remembered(drafts: &mut Drafts) {
    let mut scene = ready(&drafts.profile, &["alice", "bob"]);
    for counter in [60, 100] {
        let packet = forged(&mut scene, "alice", counter, Vec::new());
        scene.packet_as("bob", "alice", "audio", packet).shows(Rule::CounterOnce);
    }
    let packet = forged(&mut scene, "alice", 60, Vec::new());
    scene.packet_as("bob", "alice", "audio", packet).refused(Rule::CounterOnce);
    drafts.alone(
        Draft::new(
            "packet-replayed-far-behind",
            "A packet is played once, however many came since",
        )
        .plays("bob")
        .tests(Rule::CounterOnce),
        scene,
    );
}

fn sending(drafts: &mut Drafts) {
    let mut scene = ready(&drafts.profile, &["alice", "bob"]);
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

/// Packets that come before there is a key, and of another meeting.
fn misplaced(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = Scene::gathered(profile, &["alice", "bob"]);
    scene.send("alice", "too early").packet("bob", "alice", 1).refused(Rule::PacketOpens);
    scene.send("bob", "too early").refused(Rule::UseNewestKey).observe("bob");
    drafts.alone(
        Draft::new("packet-without-key", "Without a key nothing is played and nothing is sent")
            .plays("bob")
            .tests(Rule::PacketOpens)
            .tests(Rule::UseNewestKey),
        scene,
    );
    let mut scene = ready(profile, &["alice", "bob"]);
    scene.send("bob", "in the first instance").leave("bob").leave("alice");
    scene.join_instance("alice", Role::Leader, next_instance());
    scene.packet("alice", "bob", 1).refused(Rule::PacketOpens).observe("alice");
    drafts.alone(
        Draft::new("packet-of-earlier-meeting", "A packet of an earlier instance is not played")
            .plays("alice")
            .tests(Rule::PacketOpens)
            .tests(Rule::SubkeyNamesInstance),
        scene,
    );
    let mut scene = ready(profile, &["alice", "bob"]);
    scene.send("alice", "in the first instance").leave("bob").leave("alice");
    let before = posted(&mut scene);
    scene.join_instance("alice", Role::Leader, next_instance());
    scene.join_instance("bob", Role::Participant, next_instance()).told_leader("bob", "alice");
    scene.admit("alice", "bob");
    let beats = posted(&mut scene).beats - 1;
    certify(&mut scene, "bob", Posted { beats, ..before });
    let key = scene.newest_sealed("alice", "bob");
    scene.sealed_from("bob", key).packet("bob", "alice", 1).refused(Rule::PacketOpens);
    scene.observe("bob");
    drafts.alone(
        Draft::new(
            "packet-of-earlier-meeting-to-participant",
            "A participant does not play a packet of an earlier instance either",
        )
        .plays("bob")
        .tests(Rule::PacketOpens)
        .tests(Rule::SubkeyNamesInstance),
        scene,
    );
}

/// A key number in which no byte can be left out.
const EVERY_BYTE: u32 = 0x0102_0304;

fn numbers(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = ready(profile, &["alice", "bob"]);
    scene.send("bob", "under which number?").shows(Rule::PacketSeqFourBytes);
    drafts.common(
        Draft::new("number-of-one-byte", "A packet is prefaced with its key's number").plays("bob"),
        scene,
        &[(Rule::PacketSeqFourBytes, "number-of-four-bytes", "the number: 0x01020304")],
    );
    let mut scene = ready(profile, &["alice", "bob"]);
    let certified = ForgedHeartbeat { mk_seq: Some(EVERY_BYTE), ..forged_heartbeat() };
    scene.heartbeat_forged("bob", certified);
    scene.sealed_forged("bob", forged_seal("bob", EVERY_BYTE)).advance("bob", 20_000);
    scene.send("bob", "under which number?").shows(Rule::PacketSeqFourBytes);
    drafts.decisive(
        Rule::PacketSeqFourBytes,
        Draft::new("number-of-four-bytes", "All four bytes of the number are sent").plays("bob"),
        scene,
    );
}
