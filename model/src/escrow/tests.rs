//! What escrow must do beside the cases of the suite.

use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::escrow::{About, Draws, Secrets, Terms, seal},
    formulas::per_user_keys::per_user_keys,
};
use proptest::prelude::*;

use super::{Action, Given, Here, open, status};
use crate::sigchain::{
    Served,
    administrators::Administrators,
    build::{
        ACCOUNT, ALICE, CLOUD, Chain, Device, LAPTOP, PHONE, TABLET, account_value, add,
        add_and_approve, approve, commitment_key, escrow_admin, escrow_value, lockdown, revoke,
        rooted, rotate_user_keys,
    },
    escrowed::Escrowed,
};

const ADMINS: &str = "escrow-admins";
const VAULT: Device = Device::named("vault");
const DEPUTY: Device = Device::named("deputy");
const GHOST: Device = Device::named("ghost");
const ESCROW: Device = Device { device_type: "ESCROW", ..Device::named("escrow") };
const NO_KEYS: Octets = Octets::new(Vec::new());

fn all() -> RuleSet {
    RuleSet::all()
}

fn admins() -> Chain {
    let chain = Chain::new(all(), "User", ADMINS).root(VAULT).lock_down(VAULT, true);
    chain.add_unconfirmed(DEPUTY).approve(VAULT)
}

fn administrators(chain: &Chain) -> Option<Administrators> {
    let links = chain.encoded();
    let served =
        Served { cloud_name: CLOUD, subject: ADMINS, known: None, links: &links, openings: &[] };
    Administrators::verify(all(), &served).ok()
}

fn taken(chain: &Chain, administrators: &[Administrators]) -> Result<Escrowed, Rule> {
    let (links, openings) = (chain.encoded(), openings(chain));
    let served = Served {
        cloud_name: CLOUD,
        subject: ALICE,
        known: None,
        links: &links,
        openings: &openings,
    };
    Escrowed::verify(all(), &served, administrators).map_err(|refusal| refusal.rule)
}

fn openings(chain: &Chain) -> Vec<crate::sigchain::Opening> {
    let joined = conclave_spec::wire::join(chain.openings());
    crate::sigchain::Opening::decode_all(all(), &joined).unwrap()
}

fn committed(key: &Octets, value: &Octets) -> Octets {
    conclave_spec::formulas::sigchain::commitment(all(), key, value)
}

/// Alice's chain with an escrow device for these terms, and a phone.
fn member(terms: &Terms) -> Chain {
    let mut chain = Chain::of_alice(all());
    let keys = chain.new_keys(false);
    let (key, value) = (commitment_key(ACCOUNT), account_value(ACCOUNT, 1, 0));
    let root = rooted(LAPTOP, &keys, &NO_KEYS, &committed(&key, &value));
    let mut chain = chain.then(&root).disclosed("account_change", &key, &value);
    let keys = chain.new_keys(false);
    let terms = terms.encode(all()).unwrap();
    let chain = chain.then(&add_and_approve(LAPTOP, ESCROW, &keys, &terms));
    chain.adding(PHONE).approve(LAPTOP)
}

fn account() -> Chain {
    let (key, value) = (commitment_key(ADMINS), escrow_value(ADMINS, 4));
    let link = escrow_admin(&committed(&key, &value));
    Chain::new(all(), "Account", ACCOUNT).then(&link).disclosed("escrow_admin", &key, &value)
}

/// The box that Alice's laptop made.
fn boxed(chain: &Chain, terms: &Terms) -> Octets {
    let keys = per_user_keys(all(), &chain.seed_of(terms.generation)).unwrap().public.classic();
    let verifying = ESCROW.public_keys().verifying;
    let about = About { user_id: ALICE, device_id: ESCROW.id, verifying: &verifying };
    let (ephemeral, nonce) = (Octets::from([4; 32]), Octets::from([5; 24]));
    let draws = Draws { ephemeral: &ephemeral, nonce: &nonce, coins: &ephemeral };
    let secrets = Secrets {
        ed25519_seed: ESCROW.seed(),
        x25519: ESCROW.x25519_secret(),
        kyber768_seed: NO_KEYS,
    };
    let by = LAPTOP.seed();
    let sealed = seal(all(), (&about, terms), &keys.user, (&secrets, &by), &draws).unwrap();
    sealed.encode(all()).unwrap()
}

fn done(member: &Escrowed, served: &[Administrators], boxed: &Octets) -> Result<Action, Rule> {
    let account = account();
    let (links, openings) = (account.encoded(), openings(&account));
    let here = Here {
        cloud_name: CLOUD,
        device: 0,
        known_account: None,
        known_administrators: None,
        acknowledged: &NO_KEYS,
    };
    let given = Given { account_links: &links, account_openings: &openings, boxed };
    status(all(), &here, member, served, &given).map(|status| status.action)
}

#[test]
fn what_is_sealed_for_administrators_they_open() {
    let chain = admins();
    let served = administrators(&chain).unwrap();
    let terms = served.terms();
    let member = taken(&member(&terms), std::slice::from_ref(&served)).unwrap();
    let boxed = boxed(&chain, &terms);
    assert_eq!(done(&member, std::slice::from_ref(&served), &boxed), Ok(Action::None));
    let held = [(1, chain.seed_of(1))];
    let opened = open(all(), &member, std::slice::from_ref(&served), &held, &boxed).unwrap();
    assert_eq!((opened.device_id.as_str(), opened.generation), (ESCROW.id, 1));
    assert_eq!(opened.secrets.ed25519_seed, ESCROW.seed());
    let none = open(all(), &member, &[], &held, &boxed);
    assert_eq!(none.unwrap_err(), Rule::AdministratorsNamed);
}

/// What may come on the administrators' chain; what does not fit is passed over.
#[derive(Clone, Copy, Debug)]
enum Happens {
    /// Another device, of the server's.
    Add(usize),
    /// The server's device in the place of the first two.
    Seize(usize),
    Approve(usize),
    Revoke(usize, usize),
    Rotate(usize),
    Lockdown(usize, bool),
}

const EXTRA: [Device; 3] = [GHOST, PHONE, TABLET];
const EVERYBODY: [Device; 5] = [VAULT, DEPUTY, GHOST, PHONE, TABLET];

fn happens() -> impl Strategy<Value = Vec<Happens>> {
    let who = || 0..EVERYBODY.len();
    let one = prop_oneof![
        (0..EXTRA.len()).prop_map(Happens::Add),
        (0..EXTRA.len()).prop_map(Happens::Seize),
        who().prop_map(Happens::Approve),
        (who(), who()).prop_map(|(by, whom)| Happens::Revoke(by, whom)),
        who().prop_map(Happens::Rotate),
        (who(), any::<bool>()).prop_map(|(by, on)| Happens::Lockdown(by, on)),
    ];
    prop::collection::vec(one, 0..12)
}

/// The chain with what happens, with keys or without, or as it was.
fn then(chain: Chain, happens: Happens) -> Chain {
    for with_keys in [false, true] {
        let mut next = chain.clone();
        let keys = if with_keys { next.new_keys(false) } else { NO_KEYS };
        let draft = match happens {
            Happens::Add(at) => add(EXTRA[at], &keys, &[]),
            Happens::Seize(at) => add(EXTRA[at], &keys, &[VAULT, DEPUTY]),
            Happens::Approve(by) => approve(EVERYBODY[by], &[], &keys),
            Happens::Revoke(by, whom) => revoke(Some(EVERYBODY[by]), &[EVERYBODY[whom]], &keys),
            Happens::Rotate(by) => rotate_user_keys(EVERYBODY[by], &keys),
            Happens::Lockdown(by, on) => lockdown(EVERYBODY[by], on),
        };
        let next = next.then(&draft);
        if administrators(&next).is_some() {
            return next;
        }
    }
    chain
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A member's chain that was taken is taken however the administrators' chain goes on.
    #[test]
    fn esc_05_and_06_a_recovery_stays_good(events in happens()) {
        let mut chain = admins();
        let terms = administrators(&chain).unwrap().terms();
        let mut recovery = approve(ESCROW, &[], &NO_KEYS);
        recovery.signers.push(DEPUTY.seed());
        let recovered = member(&terms).adding(TABLET).then(&recovery);
        prop_assert!(taken(&recovered, &[administrators(&chain).unwrap()]).is_ok());
        for event in events {
            chain = then(chain, event);
            let served = administrators(&chain).unwrap();
            prop_assert_eq!(taken(&recovered, &[served]).err(), None);
        }
    }

    /// Keys of a device that nobody of the class approved are never followed: where a client rotates or
    /// does nothing, the newest keys are by a device of the keeper's class at its escrow device's tail.
    #[test]
    fn esc_17_and_19_only_keys_of_the_acknowledged_hands_are_followed(events in happens()) {
        let mut chain = admins();
        let terms = administrators(&chain).unwrap().terms();
        let sealed = boxed(&chain, &terms);
        for event in events {
            let before = chain.links.len();
            chain = then(chain, event);
            let served = administrators(&chain).unwrap();
            let member = taken(&member(&terms), std::slice::from_ref(&served)).unwrap();
            let action = done(&member, std::slice::from_ref(&served), &sealed);
            let trusted = served.trusted_since(all(), &terms).any(|device| device.id == GHOST.id);
            let by_ghost = matches!(event, Happens::Rotate(2)) && chain.links.len() > before;
            if by_ghost && !trusted {
                let refused = matches!(action, Err(_) | Ok(Action::Acknowledge));
                prop_assert!(refused, "{:?}", action);
            }
        }
    }
}
