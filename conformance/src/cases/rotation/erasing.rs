//! Keys that are gone: superseded ones, and those of a meeting that was left.

use conclave_model::{
    message::Role,
    script::{Act, BoundTo, Expect, ForgedSeal, Handle, MessageKind, Recipe},
};
use conclave_spec::{GraceFrom, Profile, Rule};

use super::{
    Posted, READY_MS, certified, certify, join_window, nth_sealed, posted, ready, supersede,
    superseded,
};
use crate::cases::{
    Draft, Drafts,
    scene::{Scene, forged_seal, next_instance},
};

pub(super) fn drafts(drafts: &mut Drafts) {
    superseding(drafts);
    key_and_certificate(drafts);
    without_key(drafts);
    prolonging(drafts);
    teardown(drafts);
    ephemerals(drafts);
    instances(drafts);
}

/// Alice has sent two packets under the key in use, one second before it is superseded.
fn before(profile: &Profile) -> Scene {
    let mut scene = ready(profile, &["alice", "bob", "carol"]);
    scene.run(14_000).send("alice", "one").send("alice", "two");
    scene
}

fn superseding(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut early = before(profile);
    superseded(&mut early);
    let mut late = early.clone();
    early.advance("bob", 24_999).packet("bob", "alice", 1).shows(Rule::PacketOpens);
    drafts.common(
        Draft::new("old-key-within-grace", "A superseded key still opens packets for ten seconds")
            .plays("bob"),
        early,
        &[(Rule::OldKeyExpires, "old-key-after-grace", "the moment the packet arrives")],
    );
    late.advance("bob", 25_001).packet("bob", "alice", 1).refused(Rule::PacketOpens);
    drafts.decisive(
        Rule::OldKeyExpires,
        Draft::new("old-key-after-grace", "After ten seconds a superseded key opens nothing")
            .plays("bob"),
        late,
    );
    let mut scene = before(profile);
    scene.send("bob", "before").send("carol", "before");
    superseded(&mut scene);
    scene.advance("alice", 24_999).packet("alice", "bob", 1).shows(Rule::PacketOpens);
    scene.advance("alice", 35_001).packet("alice", "carol", 1).refused(Rule::PacketOpens);
    drafts.alone(
        Draft::new("old-key-of-leader", "A leader's superseded key opens packets as long")
            .plays("alice")
            .tests(Rule::OldKeyExpires),
        scene,
    );
}

/// The ten seconds begin with the key, or with its certificate where the profile says so.
fn key_and_certificate(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let by_receipt = profile.grace_from == GraceFrom::Receipt;
    let mut scene = before(profile);
    let newest = scene.newest_key("bob");
    let seen = posted(&mut scene);
    supersede(&mut scene);
    let mut certificate = scene.clone();
    if scene.has(Rule::SealCarriesSeq) {
        scene.sealed("bob", nth_sealed(&certificate, newest + 1)).advance("bob", 25_001);
        scene.packet("bob", "alice", 1);
        if by_receipt {
            scene.refused(Rule::PacketOpens);
        }
        scene.observe("bob");
        drafts.alone(
            Draft::new(
                "key-without-certificate",
                "What a key that nobody certified does to the one before it",
            )
            .plays("bob")
            .tests(Rule::OldKeyExpires),
            scene,
        );
    }
    if profile.rules.contains(Rule::LeaveWithoutKey) {
        return;
    }
    certify(&mut certificate, "bob", seen);
    certificate.advance("bob", 25_001).packet("bob", "alice", 1);
    if !by_receipt {
        certificate.refused(Rule::PacketOpens);
    }
    certificate.observe("bob");
    let mut later = certificate.clone();
    later.advance("bob", 40_000).observe("bob").send("bob", "for those who were there before");
    if !by_receipt {
        later.refused(Rule::UseNewestKey);
    }
    drafts.alone(
        Draft::new(
            "certificate-without-key-for-long",
            "Under which key a client speaks while the certified one does not come",
        )
        .plays("bob")
        .tests(Rule::UseNewestKey)
        .tests(Rule::OldKeyExpires),
        later,
    );
    drafts.alone(
        Draft::new(
            "certificate-without-key",
            "What the certificate of a key that never comes does to the one before it",
        )
        .plays("bob")
        .tests(Rule::OldKeyExpires),
        certificate,
    );
}

/// The certificate of a key comes, and the key in time, or not.
fn without_key(drafts: &mut Drafts) {
    if !drafts.profile.rules.contains(Rule::LeaveWithoutKey) {
        return;
    }
    let mut scene = before(&drafts.profile);
    let (seen, newest) = (posted(&mut scene), scene.newest_key("bob"));
    supersede(&mut scene);
    certify(&mut scene, "bob", seen);
    scene.advance("bob", 24_999).packet("bob", "alice", 1);
    let mut withheld = scene.clone();
    scene.sealed("bob", nth_sealed(&withheld, newest + 1)).advance("bob", 25_001).observe("bob");
    let decisive = "certified-key-never-comes";
    drafts.common(
        Draft::new("certified-key-comes-last", "A key that comes in time keeps a client in")
            .plays("bob"),
        scene,
        &[(Rule::LeaveWithoutKey, decisive, "whether the key comes")],
    );
    late_keys(drafts, &withheld, newest);
    let mut elected = withheld.clone();
    withheld.advance("bob", 25_001).observe("bob");
    drafts.decisive(
        Rule::LeaveWithoutKey,
        Draft::new(decisive, "Who is not given the certified key leaves with the old one")
            .plays("bob"),
        withheld,
    );
    elected.told_leader("bob", "bob").observe("bob").advance("bob", 25_001).observe("bob");
    drafts.alone(
        Draft::new("keyless-member-leads", "Who comes to lead makes the key it lacked")
            .plays("bob")
            .tests(Rule::LeaveWithoutKey),
        elected,
    );
}

/// Bob has the certificates of the next two keys; then the keys come, the older one or both.
fn late_keys(drafts: &mut Drafts, withheld: &Scene, newest: u32) {
    let mut scene = withheld.clone();
    scene.heartbeat_forged("bob", certified(newest + 2));
    scene.sealed("bob", nth_sealed(withheld, newest + 1)).refused(Rule::SeqIncreases);
    let mut both = scene.clone();
    scene.advance("bob", 25_001).observe("bob");
    drafts.alone(
        Draft::new("key-below-certified", "A key that is superseded when it comes is not taken")
            .plays("bob")
            .tests(Rule::SeqIncreases)
            .tests(Rule::LeaveWithoutKey),
        scene,
    );
    both.sealed_forged("bob", forged_seal("bob", newest + 2)).advance("bob", 25_001).observe("bob");
    both.advance("bob", 35_000).send("bob", "under the certified key");
    drafts.alone(
        Draft::new("certified-key-after-one-below", "The certified key is taken all the same")
            .plays("bob")
            .tests(Rule::SeqIncreases)
            .tests(Rule::UseNewestKey),
        both,
    );
}

fn prolonging(drafts: &mut Drafts) {
    let mut scene = before(&drafts.profile);
    superseded(&mut scene);
    let newest = scene.newest_key("bob");
    scene.advance("bob", 20_000).heartbeat_forged("bob", certified(newest + 1));
    scene.sealed_forged("bob", forged_seal("bob", newest + 1)).advance("bob", 25_001);
    scene.packet("bob", "alice", 1).refused(Rule::PacketOpens);
    drafts.alone(
        Draft::new("old-key-after-two-rotations", "A further rotation does not prolong an old key")
            .plays("bob")
            .tests(Rule::OldKeyExpires),
        scene,
    );
}

fn teardown(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = ready(profile, &["alice", "bob"]);
    scene.send("alice", "one").send("alice", "two").packet("bob", "alice", 1);
    drafts.common(
        Draft::new("packet-in-meeting", "In the meeting a packet is played").plays("bob"),
        scene.clone(),
        &[(Rule::MeetingKeysErased, "packet-after-leave", "whether the client left in between")],
    );
    scene.leave("bob").join("bob", Role::Participant).told_leader("bob", "alice");
    scene.packet("bob", "alice", 2).refused(Rule::PacketOpens).observe("bob");
    drafts.decisive(
        Rule::MeetingKeysErased,
        Draft::new(
            "packet-after-leave",
            "After leaving and joining again, the old key opens nothing",
        )
        .plays("bob"),
        scene,
    );
    let mut scene = ready(profile, &["alice", "bob"]);
    scene.send("alice", "one").act("bob", Act::MeetingEnded {});
    scene.shows(Rule::MeetingKeysErased).observe("bob");
    scene.join("bob", Role::Participant).told_leader("bob", "alice");
    scene.packet("bob", "alice", 1).refused(Rule::PacketOpens);
    drafts.alone(
        Draft::new(
            "meeting-ends",
            "When the meeting ends the client is out, and its keys open nothing",
        )
        .plays("bob")
        .tests(Rule::MeetingKeysErased),
        scene,
    );
    let mut scene = ready(profile, &["alice", "bob"]);
    scene.send("bob", "one").send("bob", "two").packet("alice", "bob", 1).leave("alice");
    scene.observe("alice").join("alice", Role::Leader);
    scene.packet("alice", "bob", 2).refused(Rule::PacketOpens).observe("alice");
    drafts.alone(
        Draft::new("leader-leaves", "When the leader leaves and joins again its keys are others")
            .plays("alice")
            .tests(Rule::MeetingKeysErased)
            .tests(Rule::EphemeralFresh),
        scene,
    );
}

fn ephemerals(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let rejoined = |announced: bool| {
        let mut scene = ready(profile, &["alice", "bob"]);
        let next = forged_seal("bob", scene.newest_key("bob") + 1);
        scene.leave("bob").join("bob", Role::Participant).told_leader("bob", "alice");
        if announced {
            scene.admit("alice", "bob");
        }
        // Bound to the nonce of the new join, where there are nonces: only the key is an old one.
        let nonce = Recipe::Sent(Handle::of("bob", MessageKind::Nonce, 2));
        let bound_to = BoundTo::Nonce(Box::new(nonce));
        scene.sealed_forged("bob", ForgedSeal { bound_to, ..next });
        scene
    };
    let (mut scene, mut unannounced) = (rejoined(true), rejoined(false));
    if scene.has(Rule::NumberFromHeartbeat) {
        scene.expect(Expect::pending(Rule::NumberFromHeartbeat));
    } else {
        scene.shows(Rule::SealOpens);
    }
    drafts.common(
        Draft::new("seal-to-current-key", "A key sealed to this join's ephemeral key is taken")
            .plays("bob")
            .tests(Rule::SealOpens),
        scene,
        &[(Rule::EphemeralErased, "seal-to-old-key", "whether the leader heard of the rejoin")],
    );
    unannounced.refused(Rule::SealOpens);
    drafts.decisive(
        Rule::EphemeralErased,
        Draft::new("seal-to-old-key", "A key sealed to an earlier join's ephemeral key is refused")
            .plays("bob"),
        unannounced,
    );
}

/// What was bound to one leader or instance is not used with the next.
fn instances(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = ready(profile, &["alice", "bob", "carol"]);
    scene.send("bob", "in the first instance").packet("alice", "bob", 1);
    scene.send("alice", "an answer").packet("bob", "alice", 1);
    scene.leave("bob").leave("alice");
    let first = posted(&mut scene);
    scene.join_instance("alice", Role::Leader, next_instance());
    scene.join_instance("bob", Role::Participant, next_instance());
    scene.told_leader("bob", "alice").admit("alice", "bob");
    join_window(&mut scene, READY_MS);
    scene.advance_all(READY_MS + 2_500);
    let sealed = scene.newest_sealed("alice", "bob");
    certify_whole(&mut scene, first);
    scene.sealed_from("bob", sealed).shows(Rule::MetaNamesInstance).advance_all(22_000);
    scene.send("bob", "in the second instance").packet("alice", "bob", 2);
    scene.send("alice", "an answer").packet("bob", "alice", 2);
    for (party, word) in [("bob", "participant"), ("alice", "leader")] {
        let title = format!("A {word} lives through two instances of a meeting");
        drafts.alone(
            Draft::new(&format!("second-instance-{word}"), &title)
                .plays(party)
                .tests(Rule::MetaNamesInstance)
                .tests(Rule::BindingNamesInstance)
                .tests(Rule::SubkeyNamesInstance),
            scene.clone(),
        );
    }
    let mut scene = ready(profile, &["alice", "bob", "carol"]);
    scene.share_board().elect("carol").settle().run(19_500).observe("bob");
    scene.send("bob", "to the next leader").packet("carol", "bob", 1);
    drafts.alone(
        Draft::new(
            "key-of-next-leader",
            "A key of the next leader is taken with that leader's keys",
        )
        .plays("bob")
        .tests(Rule::MetaNamesLeader),
        scene,
    );
}

/// The links of Alice's new meeting and its newest heartbeat reach Bob.
fn certify_whole(scene: &mut Scene, first: Posted) {
    let now = posted(scene);
    certify(scene, "bob", Posted { beats: now.beats.saturating_sub(1), ..first });
}
