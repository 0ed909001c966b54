//! The leader under test is handed what co-hosts ask for.

use conclave_model::{
    message::{LockOperation, Role},
    script::{
        Act, CastMember, Change, ForgedRequest, Handle, MessageKind, Recipe, ValueRecipe, WireEdit,
    },
};
use conclave_spec::Rule;

use super::{
    super::{
        raw::{a_link, further_field},
        scene::{announcement, link, next_instance, seat},
    },
    Draft, Drafts, Scene, comes, last_of, locked, seated,
};

pub(super) fn drafts(drafts: &mut Drafts) {
    granted(drafts);
    fields(drafts);
    who(drafts);
    unlocking(drafts);
    again(drafts);
    from_elsewhere(drafts);
    ahead_of_new_leader(drafts);
    by_a_key_only_announced(drafts);
    damaged(drafts);
}

/// Bob's request to lock the list as it is, `back` links ago.
fn request(scene: &mut Scene, back: u32) -> ForgedRequest {
    ForgedRequest {
        by: "bob".to_owned(),
        operation: LockOperation::Lock,
        link: Box::new(link("alice", last_of(scene).0 - back)),
        signed: Vec::new(),
    }
}

fn forged(request: ForgedRequest) -> Recipe {
    Recipe::ForgedRequest(request)
}

fn granted(drafts: &mut Drafts) {
    let mut scene = seated(drafts);
    let asks = request(&mut scene, 0);
    scene.lock_request_from("alice", forged(asks)).shows(Rule::RequestVerifies).observe("alice");
    drafts.common(
        Draft::new("request-to-lock", "A member's request locks the meeting").plays("alice"),
        scene,
        &[
            (Rule::RequestVerifies, "request-damaged", "one bit of the signature"),
            (Rule::RequestNamesHead, "request-signs-other-link", "the link hash signed"),
            (Rule::RequestMatchesHead, "request-for-older-list", "the link hash"),
            (Rule::RequestNamesMeeting, "request-signs-other-meeting", "the meeting ID signed"),
            (Rule::RequestNamesInstance, "request-signs-other-instance", "the UUID signed"),
            (Rule::RequestNamesOperation, "request-signs-unlock", "the operation signed"),
        ],
    );
    let mut scene = seated(drafts);
    let of = Box::new(forged(request(&mut scene, 0)));
    let damaged = Recipe::Damaged { of, field: "sig".to_owned() };
    scene.lock_request_from("alice", damaged).refused(Rule::RequestVerifies).observe("alice");
    drafts.decisive(
        Rule::RequestVerifies,
        Draft::new("request-damaged", "A request with a damaged signature is refused")
            .plays("alice"),
        scene,
    );
    let mut scene = seated(drafts);
    let old = request(&mut scene, 1);
    scene.lock_request_from("alice", forged(old)).refused(Rule::RequestMatchesHead);
    scene.observe("alice");
    drafts.decisive(
        Rule::RequestMatchesHead,
        Draft::new("request-for-older-list", "A request for the list of before is refused")
            .plays("alice"),
        scene,
    );
    let mut scene = seated(drafts);
    let asks = ForgedRequest { operation: LockOperation::Unlock, ..request(&mut scene, 0) };
    scene.lock_request_from("alice", forged(asks)).refused(Rule::OperationApplies);
    scene.observe("alice");
    drafts.alone(
        Draft::new("request-for-nothing", "A request for what is already so is refused")
            .plays("alice")
            .tests(Rule::OperationApplies)
            .tests(Rule::LockListed),
        scene,
    );
}

/// Requests that sign something else than they say.
fn fields(drafts: &mut Drafts) {
    let text = |text: &str| ValueRecipe::Text(text.to_owned());
    let first = ValueRecipe::HashOf { by: "alice".to_owned(), of: Box::new(link("alice", 1)) };
    let uuid = ValueRecipe::Uuid(next_instance().uuid);
    for (rule, name, change) in [
        (Rule::RequestNamesHead, "other-link", Change::new("link_hash", first)),
        (Rule::RequestNamesMeeting, "other-meeting", Change::new("meeting_id", text("10000001"))),
        (Rule::RequestNamesInstance, "other-instance", Change::new("meeting_uuid", uuid)),
        (Rule::RequestNamesOperation, "unlock", Change::new("operation", text("unlock"))),
    ] {
        let mut scene = seated(drafts);
        let asks = ForgedRequest { signed: vec![change], ..request(&mut scene, 0) };
        scene.lock_request_from("alice", forged(asks)).refused(Rule::RequestVerifies);
        scene.observe("alice");
        let name = format!("request-signs-{name}");
        let title = "A request whose signature is for something else is refused";
        drafts.decisive(rule, Draft::new(&name, title).plays("alice"), scene);
    }
}

fn who(drafts: &mut Drafts) {
    let asked_after_leave_of = |who: &str| {
        let mut scene = seated(drafts);
        scene.run(20_000).depart("alice", who);
        let asks = request(&mut scene, 0);
        scene.lock_request_from("alice", forged(asks));
        scene
    };
    let (mut other, mut scene) = (asked_after_leave_of("carol"), asked_after_leave_of("bob"));
    other.shows(Rule::RequesterListed).observe("alice");
    drafts.common(
        Draft::new("request-after-a-leave", "Who is still there may ask").plays("alice"),
        other,
        &[(Rule::RequesterListed, "request-of-departed", "who has left")],
    );
    scene.refused(Rule::RequesterListed).observe("alice");
    drafts.decisive(
        Rule::RequesterListed,
        Draft::new("request-of-departed", "Who has left has nothing to ask for").plays("alice"),
        scene,
    );
    let mut scene = seated(drafts);
    scene.run(20_000).kick("alice", "bob");
    let asks = request(&mut scene, 0);
    scene.lock_request_from("alice", forged(asks)).refused(Rule::RequesterListed);
    scene.observe("alice");
    drafts.alone(
        Draft::new("request-of-kicked", "Nor has anybody who was removed")
            .plays("alice")
            .tests(Rule::RequesterListed),
        scene,
    );
    let mut scene = seated(drafts);
    scene.also(CastMember::new("dave", seat("dave"))).join("dave", Role::Participant);
    let asks = ForgedRequest { by: "dave".to_owned(), ..request(&mut scene, 0) };
    scene.lock_request_from("alice", forged(asks)).refused(Rule::RequesterListed);
    scene.observe("alice");
    drafts.alone(
        Draft::new("request-of-stranger", "Nor has anybody who never came in")
            .plays("alice")
            .tests(Rule::RequesterListed),
        scene,
    );
    let mut scene = seated(drafts);
    let mut renamed = forged(request(&mut scene, 0));
    for (field, value) in [("user_id", "carol"), ("hardware_id", "carol-laptop")] {
        let change = Change::new(field, ValueRecipe::Text(value.to_owned()));
        renamed = Recipe::Edited { of: Box::new(renamed), change };
    }
    scene.lock_request_from("alice", renamed).refused(Rule::RequestVerifies).observe("alice");
    drafts.alone(
        Draft::new("request-in-other-name", "A request in another member's name is refused")
            .plays("alice")
            .tests(Rule::RequestVerifies),
        scene,
    );
}

fn unlocking(drafts: &mut Drafts) {
    let mut scene = seated(drafts);
    scene.set_lock("bob", true).lock_request("alice", "bob", 1).shows(Rule::LockListed);
    scene.settle().set_lock("carol", false).lock_request("alice", "carol", 1);
    scene.shows(Rule::UnlockWarned).observe("alice").settle().observe("bob");
    drafts.alone(
        Draft::new("request-to-unlock", "One co-host locks the meeting, another unlocks it")
            .plays("alice")
            .tests(Rule::LockListed)
            .tests(Rule::UnlockWarned)
            .tests(Rule::RequestVerifies),
        scene,
    );
}

fn again(drafts: &mut Drafts) {
    let mut scene = seated(drafts);
    scene.set_lock("bob", true).lock_request("alice", "bob", 1).lock_request("alice", "bob", 1);
    scene.refused(Rule::RequestMatchesHead).observe("alice");
    drafts.alone(
        Draft::new("request-delivered-twice", "A request is good for one link")
            .plays("alice")
            .tests(Rule::RequestMatchesHead),
        scene,
    );
    let mut scene = seated(drafts);
    scene.set_lock("bob", true).lock_request("alice", "bob", 1).set_lock("alice", false).settle();
    scene.lock_request("alice", "bob", 1).refused(Rule::RequestMatchesHead).observe("alice");
    drafts.alone(
        Draft::new("request-after-unlock", "A request granted once does not lock again later")
            .plays("alice")
            .tests(Rule::RequestMatchesHead),
        scene,
    );
    let mut scene = seated(drafts);
    scene.set_lock("bob", true).set_lock("carol", true).lock_request("alice", "carol", 1);
    scene.lock_request("alice", "bob", 1).refused(Rule::RequestMatchesHead).observe("alice");
    drafts.alone(
        Draft::new("requests-at-once", "Of two requests for one list the first is granted")
            .plays("alice")
            .tests(Rule::RequestMatchesHead),
        scene,
    );
}

/// Requests of other joins and other meetings.
fn from_elsewhere(drafts: &mut Drafts) {
    let mut scene = seated(drafts);
    scene.run(20_000).set_lock("bob", true).depart("alice", "bob").leave("bob");
    comes(&mut scene, "bob");
    scene.lock_request("alice", "bob", 1).refused(Rule::RequestMatchesHead).observe("alice");
    drafts.alone(
        Draft::new("request-of-earlier-join", "A request of before a rejoin is out of date")
            .plays("alice")
            .tests(Rule::RequestMatchesHead),
        scene,
    );
    let mut scene = seated(drafts);
    scene.set_lock("bob", true);
    for party in ["alice", "bob"] {
        let role = if party == "alice" { Role::Leader } else { Role::Participant };
        scene.leave(party).join_instance(party, role, next_instance());
    }
    scene.told_leader("bob", "alice").admit("alice", "bob");
    let asked = Recipe::Sent(Handle::of("bob", MessageKind::LockRequest, 1));
    scene.lock_request_from("alice", asked).refused(Rule::RequestVerifies).observe("alice");
    drafts.alone(
        Draft::new("request-of-earlier-meeting", "A request of an earlier meeting is refused")
            .plays("alice")
            .tests(Rule::RequestVerifies)
            .tests(Rule::RequestNamesInstance),
        scene,
    );
}

/// The server tells Carol of another identity key of Bob's before she takes over.
fn by_a_key_only_announced(drafts: &mut Drafts) {
    let mut scene = seated(drafts);
    scene.also(CastMember::new("mallory", seat("mallory"))).join("mallory", Role::Participant);
    scene.share_board().act(
        "carol",
        Act::Admitted {
            seat: seat("bob"),
            name: "bob".to_owned(),
            ivk: ValueRecipe::IvkOf("mallory".to_owned()),
            announcement: announcement("mallory"),
            outdated: false,
        },
    );
    scene.elect("carol").settle();
    let head = scene.count("carol", MessageKind::Link);
    let forged = ForgedRequest {
        by: "mallory".to_owned(),
        operation: LockOperation::Lock,
        link: Box::new(link("carol", head)),
        signed: Vec::new(),
    };
    let mut request = Recipe::ForgedRequest(forged);
    for (field, text) in [("user_id", "bob"), ("hardware_id", "bob-laptop")] {
        let change = Change::new(field, ValueRecipe::Text(text.to_owned()));
        request = Recipe::Edited { of: Box::new(request), change };
    }
    scene.lock_request_from("carol", request).refused(Rule::RequestVerifies).observe("carol");
    drafts.alone(
        Draft::new(
            "request-by-a-key-only-announced",
            "A request is verified with the key on the list, not with one announced since",
        )
        .plays("carol")
        .tests(Rule::RequestVerifies),
        scene,
    );
}

/// Bob has a link of Alice's that Carol, who leads now, never saw.
fn ahead_of_new_leader(drafts: &mut Drafts) {
    let mut scene = seated(drafts);
    scene.share_board().run(10_000).rename("alice", "carol", "Caroline");
    scene.catch_up("bob").misses("carol").elect("carol").set_lock("bob", true);
    scene.lock_request("carol", "bob", 1).refused(Rule::RequestMatchesHead).observe("carol");
    scene.advance("carol", 20_000).observe("carol");
    drafts.alone(
        Draft::new(
            "request-ahead-of-new-leader",
            "A request for a link that only the former leader made is refused by the next",
        )
        .plays("carol")
        .tests(Rule::RequestMatchesHead),
        scene,
    );
}

fn damaged(drafts: &mut Drafts) {
    for (name, title, edit) in [
        ("request-longer", "a byte too many", WireEdit::Append("00".to_owned())),
        ("request-with-a-further-field", "a field too many", further_field()),
        ("request-shorter", "a byte missing", WireEdit::Truncate(1)),
        ("request-empty", "no bytes at all", WireEdit::Truncate(10_000)),
        // The first letter of `lock`.
        ("request-for-unknown", "an operation that there is not", WireEdit::Flip(50)),
        ("request-of-other-kind", "the tag of no message", WireEdit::Flip(4)),
        ("request-oversized", "a thousand bytes too many", WireEdit::Append("5a".repeat(1_000))),
        ("request-that-is-a-link", "the bytes of a link", WireEdit::Instead(a_link())),
    ] {
        let mut scene = locked(drafts);
        scene.set_lock("alice", false).settle().set_lock("bob", true);
        scene.lock_request("alice", "bob", 1).damaged_on_the_wire(edit);
        scene.refused(Rule::EncodingCanonical).observe("alice");
        let title = format!("A request with {title} is refused");
        drafts.alone(Draft::new(name, &title).plays("alice").tests(Rule::EncodingCanonical), scene);
    }
}
