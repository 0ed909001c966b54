//! Packets that reach a leader: what a participant does not play, it does not play either.

use conclave_model::script::{Change, Handle, Recipe, ValueRecipe};
use conclave_spec::{Profile, Rule};

use super::{damages, forged};
use crate::cases::{
    Draft, Drafts,
    rotation::ready,
    scene::{Scene, next_instance},
};

pub(super) fn drafts(drafts: &mut Drafts) {
    taken(drafts);
    damaged(drafts);
    of_others(drafts);
    again(drafts);
}

/// Bob has sent one packet; Alice leads and holds the key.
fn sent(profile: &Profile) -> Scene {
    let mut scene = ready(profile, &["alice", "bob", "carol"]);
    scene.send("bob", "good morning");
    scene
}

fn packet_of_bob() -> Recipe {
    Recipe::Sent(Handle::packet("bob", 1))
}

fn taken(drafts: &mut Drafts) {
    let mut scene = sent(&drafts.profile);
    scene.packet("alice", "bob", 1).shows(Rule::PacketOpens).observe("alice");
    drafts.alone(
        Draft::new("packet-to-leader", "A leader plays a packet of the meeting")
            .plays("alice")
            .tests(Rule::PacketOpens),
        scene,
    );
}

fn damaged(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let of = Box::new(packet_of_bob());
    let mut scene = sent(profile);
    scene.packet_as("alice", "bob", "audio", Recipe::Damaged { of, field: "body".to_owned() });
    scene.refused(Rule::PacketOpens);
    drafts.alone(
        Draft::new("packet-to-leader-damaged", "A leader plays no packet with one bit changed")
            .plays("alice")
            .tests(Rule::PacketOpens),
        scene,
    );
    for (word, _, edit) in damages() {
        let mut scene = sent(profile);
        scene.packet("alice", "bob", 1).damaged_on_the_wire(edit).refused(Rule::PacketOpens);
        scene.packet("alice", "bob", 1).shows(Rule::PacketOpens);
        let title = "A leader plays nothing for damaged bytes, and the packet after them";
        let draft = Draft::new(&format!("packet-to-leader-{word}"), title).plays("alice");
        drafts.alone(draft.tests(Rule::PacketOpens), scene);
    }
}

/// Packets of another sender, another stream, another meeting.
fn of_others(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    for (rule, word, from, stream) in [
        (Rule::SubkeyNamesSender, "sender", "carol", "audio"),
        (Rule::SubkeyNamesStream, "stream", "bob", "video"),
    ] {
        let mut scene = sent(profile);
        scene.packet_as("alice", from, stream, packet_of_bob()).refused(Rule::PacketOpens);
        let title = format!("A leader does not play a packet as that of another {word}");
        let draft = Draft::new(&format!("packet-to-leader-of-other-{word}"), &title).plays("alice");
        drafts.alone(draft.tests(rule).tests(Rule::PacketOpens), scene);
    }
    let text = ValueRecipe::Text("10000000001".to_owned());
    let uuid = ValueRecipe::Uuid(next_instance().uuid);
    for (rule, word, change) in [
        (Rule::SubkeyNamesMeeting, "meeting", Change::new("meeting_id", text)),
        (Rule::SubkeyNamesInstance, "instance", Change::new("meeting_uuid", uuid)),
    ] {
        let mut scene = sent(profile);
        let packet = forged(&mut scene, "bob", 7, vec![change]);
        scene.packet_as("alice", "bob", "audio", packet).refused(Rule::PacketOpens);
        let title = format!("A leader plays no packet under a stream key of another {word}");
        let draft = Draft::new(&format!("packet-to-leader-of-other-{word}"), &title).plays("alice");
        drafts.alone(draft.tests(rule).tests(Rule::PacketOpens), scene);
    }
}

fn again(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = sent(profile);
    scene.packet("alice", "bob", 1).packet("alice", "bob", 1).refused(Rule::CounterOnce);
    drafts.alone(
        Draft::new("packet-to-leader-twice", "A leader plays a packet once")
            .plays("alice")
            .tests(Rule::CounterOnce),
        scene,
    );
    let mut scene = ready(profile, &["alice", "bob"]);
    let window = u64::from(profile.params.replay_window);
    for counter in [100, 99, 37] {
        let packet = forged(&mut scene, "bob", counter, Vec::new());
        scene.packet_as("alice", "bob", "audio", packet).shows(Rule::CounterOnce);
        if counter + window <= 100 {
            scene.refused(Rule::CounterOnce);
        }
    }
    for counter in [99, 36] {
        let packet = forged(&mut scene, "bob", counter, Vec::new());
        scene.packet_as("alice", "bob", "audio", packet).refused(Rule::CounterOnce);
    }
    drafts.alone(
        Draft::new("packets-to-leader-out-of-order", "Of packets out of order too")
            .plays("alice")
            .tests(Rule::CounterOnce),
        scene,
    );
}
