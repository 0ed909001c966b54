//! Seeds of per-user keys: who knows which after a history (4.6, subsubsec:puks).

use std::collections::{BTreeMap, BTreeSet};

use conclave_model::sigchain::{
    Served, UserChain,
    build::{ALICE, CLOUD, Chain, Device, LAPTOP, PHONE, TABLET, approve, rotate_user_keys},
    seeds::due,
};
use conclave_spec::{Octets, Rule, RuleSet};

type Known = BTreeMap<String, BTreeSet<u32>>;

fn verified(rules: RuleSet, links: &[Octets]) -> UserChain {
    let served = Served { cloud_name: CLOUD, subject: ALICE, known: None, links, openings: &[] };
    UserChain::verify(rules, &served).expect("the chain holds")
}

/// Who knows which seeds when every device seals what is due with the link it made; `makers` are
/// the devices that made the links.
fn known_after(rules: RuleSet, chain: &Chain, makers: &[&str]) -> (UserChain, Known) {
    let links = chain.encoded();
    assert_eq!(links.len(), makers.len());
    let mut known = Known::new();
    let (mut generation, mut last) = (0, UserChain::start(ALICE));
    for (length, maker) in (1..).zip(makers) {
        let links = &links[..length];
        last = verified(rules, links);
        let had = known.entry((*maker).to_owned()).or_default().clone();
        if last.generation > generation {
            known.entry((*maker).to_owned()).or_default().insert(last.generation);
        }
        generation = last.generation;
        for it in due(rules, links, &last, &had).expect("the links are read") {
            known.entry(it.device_id).or_default().insert(it.generation);
        }
    }
    (last, known)
}

/// The paper's example of a trust graph (subsec:multidev), step by step: devices of one class know
/// the same seeds, as subsubsec:puks says.
#[test]
fn devices_of_one_class_know_the_same_seeds() {
    let rules = RuleSet::all();
    let [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map(Device::named);
    let mut chain = Chain::of_alice(rules).root(a).adding(b).adding(c).approve(b);
    chain = chain.adding(d).approve(c).adding(e);
    let keys = chain.new_keys(false);
    let chain = chain.then(&approve(a, &[e], &keys));
    let makers = ["a", "b", "c", "b", "d", "c", "e", "a"];
    for length in 1..=makers.len() {
        let mut part = chain.clone();
        part.links.truncate(length);
        let (state, known) = known_after(rules, &part, &makers[..length]);
        for (at, one) in state.devices.iter().enumerate() {
            for (other_at, other) in state.devices.iter().enumerate() {
                let active = one.revoked.is_none() && other.revoked.is_none();
                if active && state.class(at) == state.class(other_at) {
                    assert_eq!(known[&one.id], known[&other.id], "{} {}", one.id, other.id);
                }
            }
        }
    }
    let (_, known) = known_after(rules, &chain, &makers);
    assert_eq!(known["d"], (1..=6).collect());
    assert_eq!(known["e"], BTreeSet::from([5]), "who was revoked learns nothing more");
}

#[test]
fn fam_38_to_41_without_a_rule_somebody_has_too_much_or_too_little() {
    let all = RuleSet::all();
    let waiting = Chain::of_alice(all).root(LAPTOP).lock_down(LAPTOP, true).add_unconfirmed(PHONE);
    let mut rotated = waiting.clone();
    let keys = rotated.new_keys(false);
    let rotated = rotated.then(&rotate_user_keys(LAPTOP, &keys));
    let makers = ["laptop", "laptop", "phone", "laptop"];
    let knows = |rules, chain: &Chain, makers: &[&str], who: &str| {
        known_after(rules, chain, makers).1.get(who).cloned().unwrap_or_default()
    };
    assert_eq!(knows(all, &rotated, &makers, "phone"), BTreeSet::new());
    let mutant = all.without(Rule::SeedsForConfirmed);
    assert_eq!(knows(mutant, &rotated, &makers, "phone"), BTreeSet::from([2]));

    let two = Chain::two_devices(all).approve(LAPTOP);
    let makers = ["laptop", "phone", "laptop"];
    assert_eq!(knows(all, &two, &makers, "phone"), BTreeSet::from([1, 2]));
    let mutant = all.without(Rule::SeedsForApproved);
    assert_eq!(knows(mutant, &two, &makers, "phone"), BTreeSet::from([2]));
    let mutant = all.without(Rule::SeedForEveryDevice);
    assert_eq!(knows(mutant, &two, &makers, "laptop"), BTreeSet::from([1]));

    let gone = Chain::two_devices(all).revoke(LAPTOP, &[PHONE]).adding(TABLET);
    let makers = ["laptop", "phone", "laptop", "tablet"];
    assert_eq!(knows(all, &gone, &makers, "phone"), BTreeSet::from([2]));
    let mutant = all.without(Rule::SeedNotForRevoked);
    assert_eq!(knows(mutant, &gone, &makers, "phone"), BTreeSet::from([2, 3, 4]));
}
