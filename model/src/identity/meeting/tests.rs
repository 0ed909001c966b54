//! Whatever a client is told, in whatever order: who is displayed has been proved, and who has been proved
//! is displayed.

use std::{collections::BTreeMap, sync::LazyLock};

use conclave_spec::{
    Label, Octets, RuleSet,
    formulas::{
        binding::{Binding, Statement},
        identity::{Tails, binding_with_tails, statement_with_tails},
        sigchain::Tail,
        sign::{sign, verifying_key},
    },
    wire,
};
use proptest::prelude::*;

use super::{Client, Event, Offered, OverTails, State, Subject, Told, What, step};
use crate::{
    sigchain::build::{ALICE, CLOUD, Chain, Device, LAPTOP, PHONE, TABLET, bytes},
    transparency::build::{Server, user},
};

const UUID: [u8; 16] = [7; 16];

/// Something that can happen. Participant 0 is the laptop, which signs a tail of two links, and
/// participant 1 the phone, which signs one of three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Op {
    Listed(usize),
    Left(usize),
    /// A binding, true or not.
    Binding(usize, bool),
    Statement(usize, bool),
    Chains(usize, bool),
    /// The chain with so many links, of which the fifth revokes the phone.
    Growth(usize),
    /// The commitment of an epoch from 1 to 3, at which the chain has two links more.
    Tree(u64),
    Lookup(u64),
}

const DEVICES: [Device; 2] = [LAPTOP, PHONE];
const SIGNED: [usize; 2] = [2, 3];

/// What goes on: Alice's chain, and the server with its tree in each epoch.
struct Scene {
    chain: Chain,
    epochs: Vec<Server>,
}

static SCENE: LazyLock<Scene> = LazyLock::new(|| {
    let chain = Chain::two_devices(RuleSet::all()).approve(LAPTOP).adding(TABLET);
    let chain = chain.revoke(LAPTOP, &[PHONE]);
    let mut epochs = vec![Server::new("server seed")];
    for links in 3..=5 {
        let next = epochs.last().unwrap().clone().publish(&[(user(ALICE), tail(&chain, links))]);
        epochs.push(next);
    }
    Scene { chain, epochs }
});

static EVENTS: LazyLock<BTreeMap<Op, Event>> = LazyLock::new(|| {
    let both = |it: &dyn Fn(usize, bool) -> Op| {
        (0..2).flat_map(|who| [it(who, true), it(who, false)]).collect::<Vec<_>>()
    };
    let mut all: Vec<_> = (0..2).flat_map(|who| [Op::Listed(who), Op::Left(who)]).collect();
    all.extend(both(&Op::Binding));
    all.extend(both(&Op::Statement));
    all.extend(both(&Op::Chains));
    all.extend((2..=5).map(Op::Growth));
    all.extend((1..=3).flat_map(|epoch| [Op::Tree(epoch), Op::Lookup(epoch)]));
    all.into_iter().map(|op| (op, event(op))).collect()
});

fn tail(chain: &Chain, links: usize) -> Octets {
    let mut chain = chain.clone();
    chain.links.truncate(links);
    let tail = Tail {
        sigchain_type: "User".to_owned(),
        last_sequence_number: u32::try_from(chain.links.len()).unwrap(),
        last_link_hash: chain.tail(),
    };
    tail.encode(RuleSet::all()).unwrap()
}

fn subject(who: usize) -> Subject {
    let ivk = verifying_key(&DEVICES[who].seed()).unwrap();
    Subject { user_id: ALICE.to_owned(), hardware_id: DEVICES[who].id.to_owned(), ivk }
}

fn pk(who: usize) -> Octets {
    Octets::new(bytes(DEVICES[who].id, 32))
}

fn links(count: usize) -> Octets {
    wire::join(&SCENE.chain.encoded()[..count])
}

fn event(op: Op) -> Event {
    let all = RuleSet::all();
    let tails = |who: usize| Tails { user: tail(&SCENE.chain, SIGNED[who]), ..Tails::default() };
    let over = |who: usize, seed: &Octets, label, message: &Octets| OverTails {
        tails: tails(who).list(),
        signature: sign(all, seed, label, message).unwrap(),
    };
    let offered = |count| Offered { links: links(count), openings: Octets::default() };
    let stranger = Octets::new(bytes("stranger", 32));
    let what = match op {
        Op::Listed(who) => What::Listed(subject(who), pk(who)),
        Op::Left(who) => What::Left(ALICE.to_owned(), DEVICES[who].id.to_owned()),
        Op::Binding(who, good) => {
            let (it, pk) = (subject(who), pk(who));
            let binding = Binding {
                meeting_id: "1",
                meeting_uuid: &UUID,
                user_id: ALICE,
                hardware_id: &it.hardware_id,
                ivk: &it.ivk,
                pk: &pk,
            };
            let message = binding_with_tails(all, &binding, &tails(who)).unwrap();
            let seed = if good { DEVICES[who].seed() } else { stranger };
            let signed = over(who, &seed, Label::Announcement, &message);
            What::Binding(it, pk, signed)
        }
        Op::Statement(who, good) => {
            let it = subject(who);
            let (hardware_id, ivk) = (&it.hardware_id, &it.ivk);
            let about = Statement { meeting_uuid: &UUID, user_id: ALICE, hardware_id, ivk };
            let message = statement_with_tails(all, &about, &tails(who)).unwrap();
            let seed = if good { Octets::new(bytes("server seed", 32)) } else { stranger };
            let signed = over(who, &seed, Label::ServerStatement, &message);
            What::Statement(it, signed)
        }
        Op::Chains(who, good) => {
            let count = if good { SIGNED[who] } else { SIGNED[who] - 1 };
            let chains = [offered(count), Offered::default(), Offered::default()];
            What::Chains(subject(who), Box::new(Told { chains, ..Told::default() }))
        }
        Op::Growth(count) => What::Growth("User".to_owned(), ALICE.to_owned(), offered(count)),
        Op::Tree(epoch) => {
            let server = &SCENE.epochs[usize::try_from(epoch).unwrap()];
            let signature = server.signs(all, &server.state());
            What::Tree(server.state(), signature, Octets::default())
        }
        Op::Lookup(epoch) => {
            let server = &SCENE.epochs[usize::try_from(epoch).unwrap()];
            let proof = server.newest(&user(ALICE)).encode(all);
            What::Lookup("User".to_owned(), ALICE.to_owned(), epoch, proof)
        }
    };
    Event { at_s: 0, what }
}

fn client() -> Client {
    Client {
        cloud_name: CLOUD.to_owned(),
        server_key: SCENE.epochs[0].key(),
        meeting_id: "1".to_owned(),
        meeting_uuid: UUID,
        known: BTreeMap::new(),
        by_chains: true,
        looks_up: true,
        auditors: Vec::new(),
        host_checks: true,
    }
}

/// Who is displayed with identifiers after each event: hardware IDs.
fn displayed(ops: &[Op]) -> Vec<Vec<String>> {
    let (client, mut state) = (client(), State::default());
    let mut all = Vec::new();
    for op in ops {
        let (next, outcome) = step(RuleSet::all(), &client, &state, &EVENTS[op]);
        state = next;
        for display in &outcome.displays {
            // Alice has neither address nor account.
            assert!(!display.keys);
        }
        let named = outcome.displays.iter().filter(|it| it.names_anybody());
        all.push(named.map(|it| it.subject.hardware_id.clone()).collect());
    }
    all
}

/// The same, worked out from what has been said, without any bytes.
#[derive(Default)]
struct Proved {
    listed: [bool; 2],
    binding: [Option<bool>; 2],
    statement: [Option<bool>; 2],
    chains: [Option<bool>; 2],
    seen: usize,
    newest: u64,
    lookup: u64,
}

impl Proved {
    fn after(&mut self, op: Op) -> Vec<String> {
        match op {
            Op::Listed(who) => self.listed[who] = true,
            Op::Left(who) => self.listed[who] = false,
            Op::Binding(who, good) => {
                self.binding[who] = Some(good || self.binding[who] == Some(true));
            }
            Op::Statement(who, good) => self.statement[who] = Some(good),
            Op::Chains(who, good) => self.chains[who] = Some(good),
            Op::Growth(count) => self.seen = self.seen.max(count),
            Op::Tree(epoch) => self.newest = self.newest.max(epoch),
            Op::Lookup(epoch) => self.lookup = epoch,
        }
        let alone = [0, 1].map(|who| {
            self.listed[who]
                && [self.binding[who], self.statement[who], self.chains[who]] == [Some(true); 3]
        });
        for who in (0..2).filter(|who| alone[*who]) {
            self.seen = self.seen.max(SIGNED[who]);
        }
        let in_tree = usize::try_from(self.newest).unwrap() + 2;
        let looked_up = self.newest > 0 && self.lookup == self.newest && self.seen == in_tree;
        let shown = (0..2).filter(|who| alone[*who] && looked_up && (*who == 0 || self.seen < 5));
        shown.map(|who| DEVICES[who].id.to_owned()).collect()
    }
}

fn op() -> impl Strategy<Value = Op> {
    let good = || prop::bool::weighted(0.9);
    let who = || 0..2_usize;
    prop_oneof![
        3 => who().prop_map(Op::Listed),
        1 => who().prop_map(Op::Left),
        3 => (who(), good()).prop_map(|(who, good)| Op::Binding(who, good)),
        3 => (who(), good()).prop_map(|(who, good)| Op::Statement(who, good)),
        3 => (who(), good()).prop_map(|(who, good)| Op::Chains(who, good)),
        2 => (2..=5_usize).prop_map(Op::Growth),
        2 => (1..=3_u64).prop_map(Op::Tree),
        3 => (1..=3_u64).prop_map(Op::Lookup),
    ]
}

/// All that two participants need, at an epoch.
fn whole(epoch: u64) -> Vec<Op> {
    let of = |who| {
        [Op::Listed(who), Op::Binding(who, true), Op::Statement(who, true), Op::Chains(who, true)]
    };
    let seen = usize::try_from(epoch).unwrap() + 2;
    let all = [of(0), of(1)].into_iter().flatten();
    all.chain([Op::Growth(seen), Op::Tree(epoch), Op::Lookup(epoch)]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever a client is told: exactly those are displayed of whom all has been proved by then, by
    /// true evidence; without an address or an account none of them gets keys where the host must check.
    #[test]
    fn idn_22_to_33_exactly_who_was_proved_is_displayed(
        before in (1..=3_u64).prop_map(whole).prop_shuffle(),
        rest in prop::collection::vec(op(), 0..24),
    ) {
        let ops = [before, rest].concat();
        let mut proved = Proved::default();
        let expected: Vec<_> = ops.iter().map(|op| proved.after(*op)).collect();
        prop_assert_eq!(displayed(&ops), expected);
    }

    /// In whatever order evidence comes, the same is displayed in the end.
    #[test]
    fn r_176_the_order_of_evidence_is_no_matter(
        (ops, shuffled) in (1..=3_u64).prop_map(whole)
            .prop_flat_map(|ops| (Just(ops.clone()), Just(ops).prop_shuffle())),
    ) {
        let shown = displayed(&ops).pop();
        prop_assert_eq!(shown.as_ref().map(Vec::is_empty), Some(false));
        prop_assert_eq!(displayed(&shuffled).pop(), shown);
    }

    /// Any event is read as it was written.
    #[test]
    fn events_are_read_as_they_were_written(at_s in any::<u64>(), op in op()) {
        let event = Event { at_s, ..EVENTS[&op].clone() };
        let all = RuleSet::all();
        prop_assert_eq!(Event::decode(all, &event.encode(all)), Ok(event));
    }
}
