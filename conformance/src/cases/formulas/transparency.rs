//! Cases of the server's tree of tails: its bytes, commitments and audits, lookups, histories, growth.

use conclave_model::transparency::build::{Server, tail, user};
use conclave_spec::{Octets, RuleSet};

use super::{Cases, FormulaDraft, Inputs, hexed, inputs, text};

mod bytes;
mod growth;
mod histories;
mod liars;
mod lookups;
mod states;

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let mut cases = Cases::of(list, "transparency", "tree_commitment");
    bytes::drafts(&mut cases);
    let scene = Scene::of(world);
    states::drafts(&scene, &mut cases);
    states::forks(&scene, &mut cases);
    lookups::drafts(&scene, &mut cases);
    liars::lookups(&scene, &mut cases);
    histories::drafts(&scene, &mut cases);
    liars::histories(&scene, &mut cases);
    growth::drafts(&scene, &mut cases);
}

const ALICE: &str = "alice";

fn hex(octets: &Octets) -> String {
    hex::encode(octets.as_slice())
}

/// A server over a few epochs: Alice's chain comes in epochs 1, 3 and 6.
struct Scene {
    world: RuleSet,
    /// The server in each epoch from 0 on.
    epochs: Vec<Server>,
}

impl Scene {
    fn of(world: RuleSet) -> Self {
        let epochs: [&[(&str, u32)]; 8] = [
            &[(ALICE, 1), ("bob", 1)],
            &[("bob", 2), ("carol", 1), ("dave", 3)],
            &[(ALICE, 3)],
            &[("erin", 1), ("bob", 4)],
            &[("carol", 2), ("frank", 1), ("grace", 2)],
            &[(ALICE, 4), ("dave", 5)],
            &[("heidi", 1)],
            &[("bob", 5), ("ivan", 1), ("judy", 7)],
        ];
        let mut all = vec![Server::new("tree server")];
        for names in epochs {
            let now = all.last().cloned().unwrap_or_else(|| Server::new("tree server"));
            all.push(now.publish(&updates(names)));
        }
        Self { world, epochs: all }
    }

    /// The server in this epoch; in the last one there is, if it is beyond.
    fn at(&self, epoch: usize) -> Server {
        let last = self.epochs.get(epoch).or(self.epochs.last());
        last.cloned().unwrap_or_else(|| Server::new("tree server"))
    }

    /// The server now.
    fn now(&self) -> Server {
        self.at(8)
    }
}

/// The chains of users, with so many links, as what an epoch brings.
fn updates(names: &[(&str, u32)]) -> Vec<(Octets, Octets)> {
    names.iter().map(|(name, links)| (user(name), tail(name, *links))).collect()
}

/// What a client has that looks into a server's tree for a user's chain.
fn asked(server: &Server, subject: &str) -> Inputs {
    let state = server.state();
    inputs(&[
        ("epoch", state.epoch.to_string()),
        ("root", hex(&state.root)),
        ("vrf_key", hex(&state.vrf_key)),
        ("sigchain_type", text("User")),
        ("subject", text(subject)),
    ])
}

/// The same with something changed or added.
fn but(inputs: &Inputs, changes: &[(&str, String)]) -> Inputs {
    let mut inputs = inputs.clone();
    inputs.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    inputs
}

#[cfg(test)]
mod tests {
    use conclave_spec::Kind;

    use super::*;
    use crate::{case::Side, compute};

    #[test]
    fn ktr_every_case_is_as_it_says_and_tells_its_rule_apart() {
        let rules = compute::rules();
        let mut list = Vec::new();
        drafts(rules, &mut list);
        let mut wrong = Vec::new();
        for draft in &list {
            let said = compute::compute(rules, draft.formula, &draft.inputs);
            let as_expected = match (draft.refused_by, &said) {
                (None, Ok(_)) => true,
                (Some(rule), Err(compute::Refused::By(by))) => rule == *by,
                _ => false,
            };
            if !as_expected {
                wrong.push(format!("{}: {said:?}", draft.name));
            }
            for pair in draft.pairs.iter().filter(|pair| pair.side == Side::Decisive) {
                let without = rules.without(pair.rule);
                // What is signed lacks the field as well.
                let mut others = Vec::new();
                if pair.rule.kind() == Kind::Field {
                    drafts(without, &mut others);
                }
                let other = others.iter().find(|other| other.name == draft.name);
                let inputs = &other.unwrap_or(draft).inputs;
                let mutant = compute::compute(without, draft.formula, inputs);
                if mutant == said || mutant.is_err() {
                    wrong.push(format!("{} without {}: {mutant:?}", draft.name, pair.rule.id()));
                }
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
        assert!(list.len() > 100, "{}", list.len());
    }
}
