//! ELE: the server names a leader; one takes over, another steps down, the rest follow.

use conclave_model::script::{Expect, ForgedHeartbeat, MessageKind, Recipe, ValueRecipe};
use conclave_spec::Rule;

use super::{
    Draft, Drafts,
    scene::{Scene, heartbeat},
};

mod bound;
mod carried;
mod divided;
mod member;
mod stepping_down;
mod successor;

pub(super) fn drafts(drafts: &mut Drafts) {
    successor::drafts(drafts);
    stepping_down::drafts(drafts);
    member::drafts(drafts);
    divided::drafts(drafts);
    bound::drafts(drafts);
    carried::drafts(drafts);
}

/// Everybody is in Alice's meeting and has everybody's announcement and nonce.
fn prepared(drafts: &Drafts, parties: &[&str]) -> Scene {
    let mut scene = Scene::seated(&drafts.profile, parties);
    scene.share_board();
    scene
}

/// A heartbeat by a device that leads according to the server, over the list as Alice left it.
fn certified_by(scene: &mut Scene, by: &str) -> ForgedHeartbeat {
    let last = heartbeat("alice", scene.count("alice", MessageKind::Heartbeat));
    let link = super::scene::link("alice", scene.count("alice", MessageKind::Link));
    ForgedHeartbeat {
        by: by.to_owned(),
        certifies: Some(Box::new(link)),
        t: Some(1),
        mk_seq: Some(scene.newest_key("alice")),
        prev: Some(ValueRecipe::HashOf { by: "alice".to_owned(), of: Box::new(last) }),
        timestamp_ms: Some(1_000),
        signed: Vec::new(),
    }
}

/// The newest key of Alice's reaches a party before the heartbeat that certifies it.
fn key_ahead(scene: &mut Scene, party: &str) {
    let key: Recipe = scene.newest_sealed("alice", party);
    scene.sealed_from(party, key);
    if !scene.has(Rule::SealCarriesSeq) {
        scene.expect(Expect::pending(Rule::NumberFromHeartbeat));
    }
}

#[cfg(test)]
mod tests {
    use conclave_spec::rules::Area;

    use crate::cases::pairs;

    #[test]
    fn the_reference_bears_out_every_case_and_every_pair_is_decisive() {
        assert_eq!(pairs::problems_of(Area::Election), Vec::<String>::new());
    }
}
