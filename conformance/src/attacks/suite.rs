//! Attacks on the post-quantum box, by whoever records now and opens later.

use conclave_model::{
    harm::{Harm, Sign},
    message::Role,
    script::{Act, CastMember, Handle, Recipe, ValueRecipe},
};
use conclave_spec::{Profile, Rule};

use super::{
    D, Entry, Evidence, Expected, NA, Play, S, play, prevented, refused,
    steps::{Posted, certify, comes, goes_on, says},
    voiced,
};
use crate::cases::scene::{Scene, seat};

const USES_KEM: Expected = prevented(&[Rule::HybridUsesKem]);
const KEPT_OUT: Expected = refused(&[Rule::EverybodyHybrid]);
const AS_SIGNED: Expected = prevented(&[Rule::SuiteFromSignedKey]);

const OPENS_NOT: Expected = voiced(&[Rule::HybridUsesKem], Rule::SealOpens);

pub(super) const ALL: [Entry; 4] = [
    Entry {
        id: "ATK-ZM-32",
        title: "One client without Kyber",
        evidence: Evidence::Stated,
        source: "4.4, subsubsec:meetingcrypto (footnote)",
        attacker: "recorder with a later quantum computer",
        goal: "PQ, INDICATOR",
        story: "One participant has a client older than 6.0.10. Its copy of the meeting key is in \
                a classic box, which opens everything.",
        note: "Admitted. The meeting must not be labelled post-quantum.",
        needs: &[Rule::HybridUsesKem],
        expected: [NA, NA, NA, NA, NA, NA, D, D, KEPT_OUT],
        play: straggler,
    },
    Entry {
        id: "ATK-ZM-32B",
        title: "Recorded now, opened later",
        evidence: Evidence::Stated,
        source: "4.4, subsubsec:meetingcrypto",
        attacker: "recorder with a later quantum computer",
        goal: "PQ",
        story: "Everything is recorded. When discrete logarithms are easy, the sealed keys open.",
        note: "",
        needs: &[],
        expected: [S, S, S, S, S, S, USES_KEM, USES_KEM, USES_KEM],
        play: recorded,
    },
    Entry {
        id: "ATK-ZM-33",
        title: "Post-quantum box talked away",
        evidence: Evidence::Derived,
        source: "4.4, subsubsec:meetingcrypto; 4.6, 7.6",
        attacker: "insider with a later quantum computer",
        goal: "NO-DOWNGRADE, PQ",
        story: "The server says that a participant's client is outdated, though it signed a Kyber \
                key, so that the leader uses the classic box.",
        note: "The paper does not say what the suite is taken from; reading R-61 takes it from \
               the signed key.",
        needs: &[Rule::HybridUsesKem],
        expected: [NA, NA, NA, NA, NA, NA, AS_SIGNED, AS_SIGNED, AS_SIGNED],
        play: stripped,
    },
    Entry {
        id: "ATK-HY-02",
        title: "Kyber ciphertext altered",
        evidence: Evidence::Stated,
        source: "4.6, subsubsec:meetingcrypto",
        attacker: "insider",
        goal: "AUTH",
        story: "The server changes the Kyber ciphertext of a sealed key on its way. Decapsulation \
                fails without a word and gives another secret; the box must not open with it, and \
                the answer is that of any other box that does not open. The box as it was sent comes \
                next, and opens.",
        note: "The ciphertext is in no hash of the box: Kyber's own rejection is what counts.",
        needs: &[Rule::HybridUsesAgreement],
        expected: [NA, NA, NA, NA, NA, NA, OPENS_NOT, OPENS_NOT, OPENS_NOT],
        play: altered,
    },
];

fn straggler(profile: &Profile) -> Play {
    let mut old = CastMember::new("oscar", seat("oscar"));
    old.profile = Some("zoom-4.1".to_owned());
    let cast = ["alice", "bob"].map(|party| CastMember::new(party, seat(party)));
    let mut scene = Scene::with_cast(profile, cast.into_iter().chain([old]).collect());
    scene.join("alice", Role::Leader);
    comes(&mut scene, "bob", "alice");
    comes(&mut scene, "oscar", "alice");
    let decisive = scene.steps().saturating_sub(1);
    scene.settle();
    goes_on(&mut scene, "alice", &["bob"], 0, 10_000);
    says(&mut scene, "bob", "for the record");
    scene.observe("bob");
    play(scene, "alice", decisive, &[Harm::Recorded { to: "oscar" }])
        .shown(&[Sign::NotPostQuantum { at: "alice" }, Sign::NotPostQuantum { at: "bob" }])
        .never(&[Harm::Recorded { to: "bob" }])
}

fn recorded(profile: &Profile) -> Play {
    let mut scene = Scene::of(profile, &["alice", "bob"]);
    scene.join("alice", Role::Leader);
    comes(&mut scene, "bob", "alice");
    let decisive = scene.steps().saturating_sub(1);
    scene.settle();
    play(scene, "alice", decisive, &[Harm::Recorded { to: "bob" }])
}

fn stripped(profile: &Profile) -> Play {
    let mut scene = Scene::of(profile, &["alice", "bob"]);
    scene.join("alice", Role::Leader).join("bob", Role::Participant).told_leader("bob", "alice");
    scene.nonce("alice", "bob");
    let decisive = scene.steps();
    let admitted = Act::Admitted {
        seat: seat("bob"),
        name: "bob".to_owned(),
        ivk: ValueRecipe::IvkOf("bob".to_owned()),
        announcement: Recipe::Sent(Handle::announcement("bob", 1)),
        outdated: true,
    };
    scene.act("alice", admitted).settle();
    play(scene, "alice", decisive, &[Harm::Recorded { to: "bob" }])
}

fn altered(profile: &Profile) -> Play {
    let mut scene = Scene::of(profile, &["alice", "bob"]);
    scene.join("alice", Role::Leader);
    comes(&mut scene, "bob", "alice");
    let sent = scene.newest_sealed("alice", "bob");
    let decisive = scene.steps();
    let damaged = Recipe::Damaged { of: Box::new(sent.clone()), field: "kem".to_owned() };
    scene.sealed_from("bob", damaged).sealed_from("bob", sent);
    certify(&mut scene, "bob", "alice", Posted::default());
    scene.observe("bob");
    play(scene, "bob", decisive, &[Harm::TakesAltered { who: "bob" }])
}
