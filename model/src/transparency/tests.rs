//! An honest server is believed, and what it shows is shown.

use conclave_spec::{Octets, Rule, RuleSet};

use super::{
    Place, append_only,
    build::{Server, tail, user},
    history, lookup,
};

const ALL: fn() -> RuleSet = RuleSet::all;

/// Alice and others, each epoch some of them.
fn grown(epochs: u64) -> Vec<Server> {
    let mut server = Server::new("server");
    let mut all = vec![server.clone()];
    for epoch in 1..=epochs {
        let others = (0..epoch % 4).map(|at| format!("user {}", (epoch + at) % 5));
        let mut updates: Vec<_> = others.map(|it| (user(&it), tail(&it, epoch as u32))).collect();
        if epoch % 3 != 0 {
            updates.push((user("alice"), tail("alice", epoch as u32)));
        }
        server = server.publish(&updates);
        all.push(server.clone());
    }
    all
}

fn place<'a>(
    state: &'a conclave_spec::formulas::transparency::TreeState,
    name: &'a Octets,
) -> Place<'a> {
    Place { epoch: state.epoch, root: &state.root, vrf_key: &state.vrf_key, name }
}

#[test]
fn ktr_14_to_24_an_honest_server_is_believed_in_every_epoch() {
    let name = user("alice");
    for server in grown(24).iter().skip(1) {
        let (state, newest) = (server.state(), server.newest(&name));
        let place = place(&state, &name);
        let found = lookup(ALL(), &place, &newest.value, &newest.encode(ALL()));
        assert_eq!(found.map(|it| it.version), Ok(newest.version), "{}", server.epoch());
        let all = server.history(&name, usize::MAX);
        let told = history(ALL(), &place, "User", None, &all.encode(ALL())).unwrap();
        assert_eq!((told.version, told.tail), (newest.version, newest.value.clone()));
        assert_eq!(told.review.len() as u64, newest.version);
    }
}

#[test]
fn ktr_25_and_26_every_epoch_of_an_honest_server_follows_from_the_one_before() {
    for two in grown(24).windows(2) {
        let [before, after] = [two[0].state().root, two[1].state().root];
        let proof = two[1].growth(&two[0]).encode(ALL());
        let epoch = two[1].epoch();
        assert_eq!(append_only(ALL(), epoch, [&before, &after], &proof), Ok(()), "{epoch}");
        let other = append_only(ALL(), epoch + 1, [&before, &after], &proof);
        assert_eq!(other.is_err(), before != after, "{epoch}");
    }
}

/// Every byte of a proof counts, or stands for nothing that was asked.
#[test]
fn ktr_13_to_19_a_damaged_lookup_is_refused() {
    let name = user("alice");
    let servers = grown(7);
    let server = servers.last().unwrap();
    let (state, newest) = (server.state(), server.newest(&name));
    let bytes = newest.encode(ALL()).into_vec();
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        let found = lookup(ALL(), &place(&state, &name), &newest.value, &damaged.into());
        assert!(found.is_err(), "{at}");
    }
}

#[test]
fn ktr_18_an_absence_higher_up_shows_nothing() {
    let name = user("alice");
    let servers = grown(8);
    let server = servers.last().unwrap();
    let state = server.state();
    let mut old = server.lookup(&name, 0, 1);
    let mut refused = 0;
    for above in 1..6 {
        old.absence = server.missing(&name, false, 1, above).absence;
        let place = place(&state, &name);
        let found = |rules| lookup(rules, &place, &old.value, &old.encode(ALL()));
        assert_eq!(found(ALL()), Err(Rule::AbsenceExact));
        refused += usize::from(found(ALL().without(Rule::AbsenceExact)).is_ok());
    }
    assert!(refused > 0);
}

/// What an auditor that lets nodes lie below others would take: a value that is written over.
#[test]
fn ktr_25_a_value_is_written_over_only_without_the_rule() {
    let servers = grown(8);
    let before = servers.last().unwrap();
    let (after, proof) = before.written_over(&user("alice"), 2, &tail("mallory", 2));
    let (start, end) = (before.state().root, after.state().root);
    let grown = |rules| append_only(rules, 9, [&start, &end], &proof.encode(ALL()));
    assert_ne!(start, end);
    assert_eq!(grown(ALL()), Err(Rule::GrowthApart));
    assert_eq!(grown(ALL().without(Rule::GrowthApart)), Ok(()));
}
