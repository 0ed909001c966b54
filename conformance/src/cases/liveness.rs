//! LIV: liveness nonces, as members post them, leaders bind them and recipients expect them.

use conclave_model::{
    message::Role,
    script::{BoundTo, ForgedSeal, Handle, MessageKind, Recipe},
};
use conclave_spec::{NonceSchedule, Rule};

use super::{
    Draft, Drafts,
    scene::{Scene, forged_seal, next_instance},
};

mod leader;

pub(super) fn drafts(drafts: &mut Drafts) {
    if !drafts.profile.rules.contains(Rule::NoncePosted) {
        return;
    }
    posting(drafts);
    renewing(drafts);
    growing(drafts);
    opening(drafts);
    ageing(drafts);
    of_other_joins(drafts);
    changing_leaders(drafts);
    leader::drafts(drafts);
}

/// The `nth` liveness nonce of a party.
fn nonce(by: &str, nth: u32) -> Recipe {
    Recipe::Sent(Handle::of(by, MessageKind::Nonce, nth))
}

/// Everybody posts the nonce number `nth` after that of the join, each at a moment of its own, and
/// gets what the others posted meanwhile.
pub(super) fn renewal(scene: &mut Scene, parties: &[&str], nth: u64) {
    let window = (nth * 150_000, nth * 210_000);
    scene.run(nth * 180_000 - 10_000);
    for party in parties {
        scene.advance(party, window.1).within(window, Rule::NonceRenewed, Rule::NonceRenewed);
    }
    scene.settle();
}

fn posting(drafts: &mut Drafts) {
    let mut scene = Scene::of(&drafts.profile, &["alice", "bob"]);
    scene.observe("bob");
    drafts.common(
        Draft::new("no-nonce-outside", "A client in no meeting posts no nonce").plays("bob"),
        scene,
        &[(Rule::NoncePosted, "nonce-at-join", "whether the client joins")],
    );
    let mut scene = Scene::of(&drafts.profile, &["alice", "bob"]);
    scene.observe("bob").advance("bob", 240_000).observe("bob");
    drafts.alone(
        Draft::new("no-nonce-outside-later", "Nor does it after the interval")
            .plays("bob")
            .tests(Rule::NoncePosted)
            .tests(Rule::NonceRenewed),
        scene,
    );
    let mut scene = Scene::of(&drafts.profile, &["alice", "bob"]);
    scene.join("bob", Role::Participant).shows(Rule::NoncePosted).observe("bob");
    drafts.decisive(
        Rule::NoncePosted,
        Draft::new("nonce-at-join", "A participant posts a liveness nonce when it joins")
            .plays("bob"),
        scene,
    );
    let mut scene = Scene::of(&drafts.profile, &["alice", "bob"]);
    scene.join("alice", Role::Leader).shows(Rule::NoncePosted).observe("alice");
    drafts.alone(
        Draft::new("nonce-at-join-of-leader", "A leader posts a nonce before it begins to lead")
            .plays("alice")
            .tests(Rule::NoncePosted),
        scene,
    );
    let mut scene = Scene::gathered(&drafts.profile, &["alice", "bob"]);
    scene.leave("bob").join("bob", Role::Participant).shows(Rule::NonceFresh).observe("bob");
    drafts.alone(
        Draft::new("nonce-at-rejoin", "Whoever joins again posts another nonce")
            .plays("bob")
            .tests(Rule::NoncePosted)
            .tests(Rule::NonceFresh),
        scene,
    );
}

fn renewing(drafts: &mut Drafts) {
    let parties = ["alice", "bob"];
    let mut scene = Scene::seated(&drafts.profile, &parties);
    scene.run(140_000).observe("bob");
    drafts.common(
        Draft::new("nonce-before-interval", "No further nonce is posted before the interval")
            .plays("bob"),
        scene,
        &[
            (Rule::NonceRenewed, "nonce-renewed", "how long the client is in the meeting"),
            (Rule::NonceFresh, "nonce-renewed", "how long the client is in the meeting"),
        ],
    );
    for (name, plays) in [("nonce-renewed", "bob"), ("nonce-renewed-by-leader", "alice")] {
        let mut scene = Scene::seated(&drafts.profile, &parties);
        renewal(&mut scene, &parties, 1);
        scene.observe(plays);
        let title = "A fresh nonce is posted after the interval";
        let draft = Draft::new(name, title).plays(plays);
        if plays == "bob" {
            drafts.decisive_for(&[Rule::NonceRenewed, Rule::NonceFresh], draft, scene);
        } else {
            drafts.alone(draft.tests(Rule::NonceRenewed).tests(Rule::NonceFresh), scene);
        }
    }
    let mut scene = Scene::seated(&drafts.profile, &parties);
    renewal(&mut scene, &parties, 1);
    renewal(&mut scene, &parties, 2);
    scene.observe("bob");
    drafts.alone(
        Draft::new("nonce-renewed-twice", "Every interval has its nonce")
            .plays("bob")
            .tests(Rule::NonceRenewed)
            .tests(Rule::NonceFresh),
        scene,
    );
}

/// The interval in a large meeting. The first one runs from the join, when the list was empty.
fn growing(drafts: &mut Drafts) {
    // With fourteen, no moment suits both schedules.
    let others = ["carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "mallory"];
    let parties = [&["alice"], &others[..], &["niaj", "olivia", "peggy", "bob"]].concat();
    let present = u64::try_from(parties.len()).unwrap_or_default();
    let percent = match drafts.profile.nonce_schedule {
        NonceSchedule::Quadratic => present * present,
        NonceSchedule::Constant => 100,
    };
    let grown = |interval_ms: u64| interval_ms * percent / 100;
    let mut scene = Scene::seated(&drafts.profile, &parties);
    let mut pass = |to_ms: u64, window: Option<(u64, u64)>| {
        for party in ["alice", "bob"] {
            scene.advance(party, to_ms);
            if let Some(window) = window.filter(|_| party == "bob") {
                scene.within(window, Rule::NonceRenewed, Rule::NonceRenewed);
            }
        }
        scene.catch_up("bob");
        if window.is_some() {
            scene.nonce("alice", "bob");
        }
    };
    (1..=3).for_each(|minute| pass(minute * 50_000, None));
    pass(210_000, Some((150_000, 210_000)));
    let window = (150_000 + grown(150_000), 210_000 + grown(210_000));
    let due_ms = 180_000 + grown(180_000);
    let mut now_ms = 260_000;
    while now_ms < due_ms {
        pass(now_ms, None);
        now_ms += 50_000;
    }
    while now_ms < window.1 {
        pass(now_ms, Some(window));
        now_ms += 50_000;
    }
    pass(window.1, Some(window));
    scene.observe("bob");
    drafts.alone(
        Draft::new("nonce-in-large-meeting", "The interval follows the size of the meeting")
            .plays("bob")
            .tests(Rule::NonceRenewed),
        scene,
    );
}

/// Alice leads Bob, and has his nonce.
fn seated(drafts: &Drafts) -> Scene {
    Scene::seated(&drafts.profile, &["alice", "bob"])
}

/// A seal for Bob under the next number, bound to this.
fn bound(scene: &mut Scene, bound_to: BoundTo) -> ForgedSeal {
    let mk_seq = scene.newest_key("bob") + 1;
    ForgedSeal { bound_to, ..forged_seal("bob", mk_seq) }
}

fn opening(drafts: &mut Drafts) {
    let mut scene = seated(drafts);
    let forged = bound(&mut scene, BoundTo::Newest);
    scene.sealed_forged("bob", forged).shows(Rule::SealNamesNonce).observe("bob");
    drafts.common(
        Draft::new("seal-bound-to-nonce", "A key bound to this client's nonce is taken")
            .plays("bob"),
        scene,
        &[(Rule::SealNamesNonce, "seal-bound-to-nothing", "the nonce bound")],
    );
    let mut scene = seated(drafts);
    let forged = bound(&mut scene, BoundTo::Nothing);
    scene.sealed_forged("bob", forged).refused(Rule::SealOpens).observe("bob");
    drafts.decisive(
        Rule::SealNamesNonce,
        Draft::new("seal-bound-to-nothing", "A key bound to no nonce is refused").plays("bob"),
        scene,
    );
    let mut scene = Scene::seated(&drafts.profile, &["alice", "bob", "carol"]);
    let forged = bound(&mut scene, BoundTo::Nonce(Box::new(nonce("carol", 1))));
    scene.sealed_forged("bob", forged).refused(Rule::SealOpens).observe("bob");
    drafts.alone(
        Draft::new("seal-bound-to-nonce-of-another", "A key bound to another's nonce is refused")
            .plays("bob")
            .tests(Rule::SealNamesNonce),
        scene,
    );
}

/// Bob has posted three nonces.
fn aged(drafts: &Drafts) -> Scene {
    let mut scene = seated(drafts);
    renewal(&mut scene, &["alice", "bob"], 1);
    renewal(&mut scene, &["alice", "bob"], 2);
    scene
}

fn ageing(drafts: &mut Drafts) {
    let decisive = "seal-bound-to-third-newest-nonce";
    for (name, title, nth) in [
        ("seal-bound-to-newest-nonce", "A key bound to the newest nonce is taken", 3),
        ("seal-bound-to-nonce-before", "A key bound to the nonce before is taken", 2),
        (decisive, "A key bound to an older nonce is refused", 1),
    ] {
        let mut scene = aged(drafts);
        let forged = bound(&mut scene, BoundTo::Nonce(Box::new(nonce("bob", nth))));
        scene.sealed_forged("bob", forged);
        if nth == 1 {
            scene.refused(Rule::SealOpens);
        } else {
            scene.shows(Rule::NonceRecent);
        }
        scene.observe("bob");
        let draft = Draft::new(name, title).plays("bob");
        match nth {
            1 => drafts.decisive(Rule::NonceRecent, draft, scene),
            2 => {
                let pair = (Rule::NonceRecent, decisive, "which nonce the key is bound to");
                drafts.common(draft, scene, &[pair]);
            }
            _ => drafts.alone(draft.tests(Rule::NonceRecent), scene),
        }
    }
}

/// A nonce counts for the join it was posted in.
fn of_other_joins(drafts: &mut Drafts) {
    let mut scene = seated(drafts);
    scene.depart("alice", "bob").leave("bob").join("bob", Role::Participant);
    scene.told_leader("bob", "alice").admit("alice", "bob").settle();
    let forged = bound(&mut scene, BoundTo::Nonce(Box::new(nonce("bob", 1))));
    scene.sealed_forged("bob", forged).refused(Rule::SealOpens).observe("bob");
    drafts.alone(
        Draft::new("seal-bound-to-nonce-of-earlier-join", "A nonce of an earlier join is no good")
            .plays("bob")
            .tests(Rule::NonceRecent),
        scene,
    );
    let mut scene = Scene::of(&drafts.profile, &["alice", "bob"]);
    scene.join_instance("bob", Role::Participant, next_instance()).leave("bob");
    scene.join("alice", Role::Leader).join("bob", Role::Participant).told_leader("bob", "alice");
    scene.admit("alice", "bob").settle();
    let forged = bound(&mut scene, BoundTo::Nonce(Box::new(nonce("bob", 1))));
    scene.sealed_forged("bob", forged).refused(Rule::SealOpens).observe("bob");
    drafts.alone(
        Draft::new("seal-bound-to-nonce-of-other-meeting", "Nor is one of another meeting")
            .plays("bob")
            .tests(Rule::NonceRecent),
        scene,
    );
    let mut scene = Scene::seated(&drafts.profile, &["alice", "bob", "carol"]);
    scene.nonce("bob", "carol").nonce("bob", "bob").nonce_nth("bob", "carol", 1);
    let forged = bound(&mut scene, BoundTo::Newest);
    scene.sealed_forged("bob", forged).shows(Rule::NonceRecent).observe("bob");
    drafts.alone(
        Draft::new("nonces-at-participant", "What others post changes nothing for a participant")
            .plays("bob")
            .tests(Rule::NonceRecent),
        scene,
    );
}

fn changing_leaders(drafts: &mut Drafts) {
    let cast = ["alice", "bob", "carol"];
    let mut scene = Scene::seated(&drafts.profile, &cast);
    scene.share_board();
    scene.advance_all(5_000).observe("bob").send("bob", "still here");
    drafts.common(
        Draft::new("nonce-under-one-leader", "A leader's key is bound to the nonce of the join")
            .plays("bob"),
        scene,
        &[(Rule::NoncesSurviveLeader, "nonce-survives-leader", "whether the leader changes")],
    );
    let mut scene = Scene::seated(&drafts.profile, &cast);
    scene.share_board().elect("carol").settle();
    scene.advance_all(5_000).observe("bob").send("bob", "still here");
    drafts.decisive(
        Rule::NoncesSurviveLeader,
        Draft::new("nonce-survives-leader", "The next leader binds the nonce of the join too")
            .plays("bob"),
        scene,
    );
    let mut scene = Scene::seated(&drafts.profile, &cast);
    scene.share_board().elect("carol").settle();
    renewal(&mut scene, &cast, 1);
    for (party, name) in [
        ("alice", "nonce-renewed-after-stepping-down"),
        ("carol", "nonce-renewed-after-taking-over"),
    ] {
        let title = "The interval of nonces runs on when the role of the client changes";
        let draft = Draft::new(name, title).plays(party).tests(Rule::NonceRenewed);
        drafts.alone(draft, scene.clone());
    }
    scene.depart("carol", "alice").settle().observe("bob");
    drafts.alone(
        Draft::new("nonce-renewed-across-leaders", "The interval runs on when the leader changes")
            .plays("bob")
            .tests(Rule::NonceRenewed)
            .tests(Rule::NoncesSurviveLeader),
        scene,
    );
}

#[cfg(test)]
mod tests {
    use conclave_spec::rules::Area;

    use crate::cases::pairs;

    #[test]
    fn the_reference_bears_out_every_case_and_every_pair_is_decisive() {
        assert_eq!(pairs::problems_of(Area::Liveness), Vec::<String>::new());
    }
}
