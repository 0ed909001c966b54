//! What chains must do under every rule set, beside the cases of the suite.

use std::collections::BTreeSet;

use conclave_spec::{Octets, Rule, RuleSet};
use proptest::prelude::*;

use super::{
    Confirmed, Served, UserChain,
    build::{ALICE, CLOUD, Chain, Device, LAPTOP, PHONE, approve},
    classes::Classes,
    search::{self, Goal, Scene},
};
use crate::family::{Family, Transition};

mod written;

fn served<'a>(links: &'a [Octets], subject: &'a str) -> Served<'a> {
    Served { cloud_name: CLOUD, subject, known: None, links, openings: &[] }
}

/// What happens to the devices of a user, as the formal model of the appendix has it.
#[derive(Clone, Copy, Debug)]
enum Happens {
    Add,
    Approve(usize),
    Revoke(usize),
}

fn happens() -> impl Strategy<Value = Vec<Happens>> {
    let one = prop_oneof![
        3 => Just(Happens::Add),
        3 => (0..12_usize).prop_map(Happens::Approve),
        1 => (0..12_usize).prop_map(Happens::Revoke),
    ];
    prop::collection::vec(one, 1..30)
}

proptest! {
    /// The classes that chains keep, link by link, are those of the formal model, which walks all
    /// approvals anew.
    #[test]
    fn fam_06_classes_are_those_of_the_formal_model(events in happens()) {
        let (mut family, mut classes) = (Family::default(), Classes::default());
        for event in events {
            let transition = match event {
                Happens::Add => Transition::Add,
                Happens::Approve(by) => Transition::Approve { by: u8::try_from(by).unwrap() },
                Happens::Revoke(whom) => {
                    Transition::ServerRevoke { whom: BTreeSet::from([u8::try_from(whom).unwrap()]) }
                }
            };
            let Some(next) = family.after(&transition) else { continue };
            family = next;
            match event {
                Happens::Add => classes.add(),
                Happens::Approve(by) => classes.approve(by),
                Happens::Revoke(whom) => classes.revoke(whom),
            }
            let kept: Vec<_> = (0..family.devices.len()).map(|at| classes.oldest(at)).collect();
            let wanted: Vec<_> = family.classes().into_iter().map(usize::from).collect();
            prop_assert_eq!(kept, wanted);
        }
    }

    /// Bytes that nobody made are refused, whatever rules are missing, and never end the program.
    #[test]
    fn arbitrary_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let links = [Octets::new(bytes)];
        for rules in [RuleSet::all(), RuleSet::EMPTY] {
            prop_assert!(UserChain::verify(rules, &served(&links, ALICE)).is_err());
        }
    }

    /// A chain with one byte changed is refused, or says the same and has another tail.
    #[test]
    fn a_changed_byte_is_noticed(at in any::<prop::sample::Index>(), flip in 1..=255_u8) {
        let all = RuleSet::all();
        let links = Chain::two_devices(all).approve(LAPTOP).encoded();
        let good = UserChain::verify(all, &served(&links, ALICE)).unwrap();
        let mut joined: Vec<Vec<u8>> = links.iter().map(|it| it.as_slice().to_vec()).collect();
        let length: usize = joined.iter().map(Vec::len).sum();
        let mut at = at.index(length);
        for link in &mut joined {
            if at < link.len() {
                link[at] ^= flip;
                break;
            }
            at -= link.len();
        }
        let changed: Vec<_> = joined.into_iter().map(Octets::new).collect();
        let taken = UserChain::verify(all, &served(&changed, ALICE));
        prop_assert!(taken.is_ok_and(|taken| taken.tail != good.tail) || changed != links);
        prop_assert!(UserChain::verify(all, &served(&changed, ALICE)).is_err());
    }
}

#[test]
fn a_refused_link_leaves_the_chain_as_it_was() {
    let all = RuleSet::all();
    let chain = Chain::two_devices(all);
    let links = chain.encoded();
    let known = UserChain::verify(all, &served(&links, ALICE)).unwrap();
    let before = known.clone();
    let by_stranger = chain.next(&approve(Device::named("watch"), &[], &Octets::default()));
    assert_eq!(known.extended(all, CLOUD, &by_stranger), Err(Rule::SignerActive));
    assert_eq!(known, before);
}

/// A link taken alone is a link taken with the rest.
#[test]
fn chains_are_the_same_in_one_piece_and_link_by_link() {
    let all = RuleSet::all();
    let chain = Chain::two_devices(all).approve(LAPTOP).revoke(LAPTOP, &[PHONE]);
    let whole = UserChain::verify(all, &served(&chain.encoded(), ALICE)).unwrap();
    let start = UserChain::start(ALICE);
    let each = chain.links.iter();
    let by_link = each.fold(start, |known, link| known.extended(all, CLOUD, link).unwrap());
    assert_eq!(by_link, whole);
}

/// With every rule in force nothing is found but that lockdown can be taken over (F-17), and not that
/// under the other reading; and that any device may give an escrow device another key (F-18).
#[test]
fn the_search_finds_what_is_written_down() {
    let anyway = search::anyway();
    let broken = |confirmed| anyway[&confirmed].broken.keys().copied().collect::<Vec<_>>();
    let escrow = (Goal::Trusted, Scene::Escrow);
    let locked = (Goal::Locked, Scene::Locked);
    assert_eq!(broken(Confirmed::Oldest), [escrow, locked]);
    assert_eq!(broken(Confirmed::Anchored), [escrow]);
    let moves = |goal| anyway[&Confirmed::Oldest].broken[&goal].moves.clone();
    assert_eq!(moves(locked), ["the ghost is added, revokes the laptop, brings no keys"]);
    let given = ["the ghost is added", "the ghost gives the escrow device a key of its own"];
    assert_eq!(moves(escrow), given);
    let counts = anyway.values().map(|it| (it.chains, it.offered)).collect::<Vec<_>>();
    assert_eq!(counts, [(262, 7565), (257, 7565)]);
}

/// What some rules are worth; `conclave ablate` prints it of all.
#[test]
fn without_a_rule_the_search_finds_what_it_prevents() {
    let anyway = search::anyway();
    for (rule, goal) in [
        (Rule::LinkCarriesHash, Goal::Trusted),
        (Rule::ChainExtends, Goal::Remembers),
        (Rule::SignerVerifies, Goal::Trusted),
        (Rule::SignerActive, Goal::Keys),
        (Rule::SignaturesExact, Goal::OneTail),
        (Rule::ReplacedKeySilent, Goal::Authentic),
        (Rule::ServerBringsNoKeys, Goal::Keys),
        (Rule::LeaverBringsNoKeys, Goal::Revoked),
        (Rule::LockdownByOldest, Goal::Locked),
        (Rule::LockdownKeysConfirmed, Goal::Locked),
        (Rule::UserKeysNew, Goal::Revoked),
        (Rule::DeviceKeysNew, Goal::Distinct),
    ] {
        let worth = search::worth(rule, &anyway);
        assert!(worth.contains_key(&goal), "{}: {worth:?}", rule.id());
    }
}
