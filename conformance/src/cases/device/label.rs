//! What the user is told of the encryption: post-quantum only if everybody signed a Kyber key.

use conclave_model::{
    message::Role,
    script::{Act, CastMember, Change, Recipe, ValueRecipe},
};
use conclave_spec::{Profile, Rule};

use crate::cases::{
    Draft, Drafts,
    rotation::{join_window, reads_list},
    scene::{Scene, announcement, seat},
};

pub(super) fn drafts(drafts: &mut Drafts) {
    if drafts.profile.rules.contains(Rule::LabelHonest) {
        at_leader(drafts);
        at_participant(drafts);
    }
}

/// Alice leads Bob and Carol, who are as old as given.
fn led(profile: &Profile, carol: Option<&str>) -> Scene {
    let mut cast: Vec<_> =
        ["alice", "bob", "carol", "mallory"].map(|it| CastMember::new(it, seat(it))).into();
    if let Some(member) = cast.iter_mut().find(|member| member.party == "carol") {
        member.profile = carol.map(ToOwned::to_owned);
    }
    let mut scene = Scene::with_cast(profile, cast);
    scene.join("alice", Role::Leader).join("bob", Role::Participant);
    scene.told_leader("bob", "alice").join("carol", Role::Participant);
    scene.join("mallory", Role::Participant);
    for joiner in ["bob", "carol"] {
        scene.admit("alice", joiner);
        join_window(&mut scene, 0);
    }
    scene.advance("alice", 8_000);
    scene
}

const OLDER: Option<&str> = Some("zoom-4.1");

fn at_leader(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let mut scene = Scene::gathered(profile, &["alice", "bob"]);
    outdated(&mut scene, "bob");
    scene.advance("alice", 8_000).observe("alice");
    drafts.alone(
        Draft::new("label-called-outdated", "What the server says of a version labels nothing")
            .plays("alice")
            .tests(Rule::LabelHonest),
        scene,
    );
    if profile.rules.contains(Rule::EverybodyHybrid) {
        return;
    }
    let mut scene = led(profile, None);
    scene.observe("alice");
    drafts.common(
        Draft::new("label-all-hybrid", "With Kyber keys all round it is labelled post-quantum")
            .plays("alice"),
        scene,
        &[(Rule::LabelHonest, "label-one-classic", "whether Carol's client is an older one")],
    );
    let mut older = led(profile, OLDER);
    let mut left = older.clone();
    older.observe("alice");
    drafts.decisive(
        Rule::LabelHonest,
        Draft::new("label-one-classic", "With one classic key it is not labelled post-quantum")
            .plays("alice"),
        older,
    );
    left.observe("alice").depart("alice", "carol");
    left.within((8_000, 18_000), Rule::RotateOnLeave, Rule::RotateOnLeave);
    left.advance("alice", 24_000).observe("alice");
    drafts.alone(
        Draft::new(
            "label-classic-left",
            "Once the last classic client has left it is labelled post-quantum",
        )
        .plays("alice")
        .tests(Rule::LabelHonest),
        left,
    );
}

/// Alice admits somebody whose client the server calls outdated.
fn outdated(scene: &mut Scene, who: &str) {
    let (ivk, announcement) = (ValueRecipe::IvkOf(who.to_owned()), announcement(who));
    let (seat, name) = (seat(who), who.to_owned());
    scene.nonce("alice", who);
    scene.act("alice", Act::Admitted { seat, name, ivk, announcement, outdated: true });
    join_window(scene, 0);
}

fn at_participant(drafts: &mut Drafts) {
    let profile = &drafts.profile.clone();
    let known = |carol: Option<&str>, served: Option<Recipe>| {
        let mut scene = led(profile, carol);
        reads_list(&mut scene, "bob");
        if let Some(served) = served {
            scene.admit_with("bob", "carol", served);
        }
        scene.observe("bob");
        scene
    };
    let change = Change::new("pk", ValueRecipe::PkOf("mallory".to_owned()));
    let swapped = Recipe::Edited { of: Box::new(announcement("carol")), change };
    let cases = [
        ("all-hybrid", None, Some(announcement("carol")), "with every announcement at hand"),
        ("one-classic", OLDER, Some(announcement("carol")), "with one classic announcement"),
        ("one-unknown", None, None, "with one announcement missing"),
        ("one-swapped", OLDER, Some(swapped), "with an announcement that is not the listed one"),
    ];
    let only_hybrid = profile.rules.contains(Rule::EverybodyHybrid);
    for (word, carol, served, title) in
        cases.into_iter().filter(|it| !only_hybrid || it.1.is_none())
    {
        let title = format!("A participant labels the meeting by what is listed: {title}");
        let draft = Draft::new(&format!("participant-label-{word}"), &title).plays("bob");
        let scene = known(carol, served);
        match word {
            // Where nobody is let in without a Kyber key, one may still be unknown.
            "all-hybrid" if only_hybrid => {
                let what = "whether an announcement is at hand";
                let pair = (Rule::LabelHonest, "participant-label-one-unknown", what);
                drafts.common(draft, scene, &[pair]);
            }
            "one-unknown" => drafts.decisive(Rule::LabelHonest, draft, scene),
            _ => drafts.alone(draft.tests(Rule::LabelHonest), scene),
        }
    }
}
