//! Attacks on who said what: every participant has the keys of every stream.

use conclave_model::{
    harm::Harm,
    message::Role,
    script::{Change, ForgedPacket, Handle, Recipe, ValueRecipe},
};
use conclave_spec::{Profile, Rule};

use super::{
    D, Entry, Evidence, Play, play,
    steps::{comes, goes_on, listed, says},
};
use crate::cases::scene::{Scene, seat};

pub(super) const ALL: [Entry; 2] = [
    Entry {
        id: "ATK-ZM-02",
        title: "Absent user impersonated",
        evidence: Evidence::Abstract,
        source: "ePrint 2021/486",
        attacker: "insider with a participant",
        goal: "SENDER",
        story: "As ATK-ZM-01 for a victim that is not there; a participant derives the victim's \
                stream keys from the meeting key and speaks in its place.",
        note: "Admitted: the goal SENDER is not claimed. Who has no meeting key cannot do it.",
        needs: &[],
        expected: [D; 9],
        play: absent,
    },
    Entry {
        id: "ATK-ZM-03",
        title: "Stream forged from inside",
        evidence: Evidence::Stated,
        source: "4.6, 7.3.1; ePrint 2021/486",
        attacker: "participant with the network of its victim",
        goal: "SENDER, NONCE",
        story: "The network drops a packet. A participant derives its sender's stream key, and \
                sends another packet under the same counter.",
        note: "Admitted: packets are authenticated for the meeting, not for their sender.",
        needs: &[],
        expected: [D; 9],
        play: present,
    },
];

/// A packet that Mallory seals as somebody else.
fn forged(scene: &mut Scene, sender: &str, text: &str) -> Recipe {
    let key = scene.newest_key("mallory");
    let as_of = seat(sender);
    let mut changes = vec![Change::new("sender", ValueRecipe::Text(as_of.user_id))];
    if scene.has(Rule::SubkeyNamesDevice) {
        changes.push(Change::new("hardware_id", ValueRecipe::Text(as_of.hardware_id)));
    }
    Recipe::ForgedPacket(ForgedPacket {
        by: "mallory".to_owned(),
        key_seq: key,
        mk_seq: key,
        counter: 0,
        stream: "audio".to_owned(),
        text: text.to_owned(),
        changes,
    })
}

/// What somebody without a meeting key can make of it: it is no packet.
fn keyless(scene: &mut Scene, sender: &str) -> Recipe {
    let packet = forged(scene, sender, "I agree");
    Recipe::Damaged { of: Box::new(packet), field: "body".to_owned() }
}

fn absent(profile: &Profile) -> Play {
    let mut scene = Scene::of(profile, &["alice", "bob", "mallory", "ursula"]);
    scene.join("ursula", Role::Participant).leave("ursula").join("alice", Role::Leader);
    for party in ["bob", "mallory"] {
        comes(&mut scene, party, "alice");
    }
    scene.admit("alice", "ursula").settle();
    goes_on(&mut scene, "alice", &["bob", "mallory"], 0, 30_000);
    let packet = forged(&mut scene, "ursula", "I agree");
    let keyless = keyless(&mut scene, "alice");
    scene.packet_as("bob", "alice", "audio", keyless);
    let decisive = scene.steps();
    scene.packet_as("bob", "ursula", "audio", packet).observe("bob");
    play(scene, "bob", decisive, &[Harm::ForgedVoice { listener: "bob", from: seat("ursula") }])
        .shown(&[listed("bob", "mallory"), listed("bob", "ursula")])
        .never(&[
            Harm::ForgedVoice { listener: "bob", from: seat("alice") },
            Harm::KeepsSecrets { who: "ursula" },
        ])
}

fn present(profile: &Profile) -> Play {
    let cast = ["alice", "bob", "carol", "mallory"];
    let mut scene = Scene::seated(profile, &cast);
    goes_on(&mut scene, "alice", &["bob", "carol", "mallory"], 0, 30_000);
    says(&mut scene, "bob", "I refuse");
    let packet = forged(&mut scene, "bob", "I agree");
    let keyless = keyless(&mut scene, "alice");
    scene.packet_as("carol", "alice", "audio", keyless);
    let decisive = scene.steps();
    scene.packet_as("carol", "bob", "audio", packet);
    // What Bob said comes too late.
    let truth = Recipe::Sent(Handle::packet("bob", 1));
    scene.packet_as("carol", "bob", "audio", truth).observe("carol");
    play(scene, "carol", decisive, &[Harm::ForgedVoice { listener: "carol", from: seat("bob") }])
        .shown(&[listed("carol", "mallory"), listed("carol", "bob")])
        .never(&[Harm::ForgedVoice { listener: "carol", from: seat("alice") }])
}
