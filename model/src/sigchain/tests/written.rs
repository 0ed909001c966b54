//! What clients write and what they show, over chains that nobody made by hand.

use std::collections::BTreeSet;

use conclave_spec::{Octets, Rule, RuleSet};
use proptest::prelude::*;

use super::served;
use crate::sigchain::{
    UserChain,
    build::{ALICE, Chain, Device, LAPTOP, PHONE, TABLET, add_and_approve, bytes, escrow, rotate},
    history::History,
    shown::{View, devices, keys_due, notices},
    write::{Intent, Named, NewSecrets, NotWritten, Written, write},
};

const DEVICES: [Device; 4] = [LAPTOP.hybrid(), PHONE.hybrid(), TABLET, Device::named("watch")];

/// What somebody wants to write: by whom, about whom.
#[derive(Clone, Copy, Debug)]
struct Wish {
    what: usize,
    by: usize,
    about: usize,
}

const TYPES: [&str; 8] = [
    "DeviceAdd",
    "DeviceAddAndApprove",
    "DeviceRename",
    "DeviceRevoke",
    "BatchApprove",
    "PerUserKeyRotate",
    "LockdownMode",
    "UserRoot",
];

fn wishes() -> impl Strategy<Value = Vec<Wish>> {
    let wish = (0..TYPES.len(), 0..DEVICES.len(), 0..DEVICES.len());
    prop::collection::vec(wish.prop_map(|(what, by, about)| Wish { what, by, about }), 1..10)
}

/// Writes it behind these links.
fn written(rules: RuleSet, links: &[Octets], wish: Wish) -> Result<Written, NotWritten> {
    let (by, about) = (DEVICES[wish.by], DEVICES[wish.about]);
    let link_type = TYPES[wish.what];
    let (signer, key) = (by.seed(), Octets::new(bytes("name key", 32)));
    let (ed25519, x25519) = (about.seed(), about.x25519_secret());
    let kyber768 = if about.hybrid { about.kyber768_seed() } else { Octets::default() };
    let new = NewSecrets { ed25519: &ed25519, x25519: &x25519, kyber768: &kyber768 };
    let adds = matches!(link_type, "DeviceAdd" | "DeviceAddAndApprove" | "UserRoot");
    let revoke = [about.id.to_owned()];
    let intent = Intent {
        link_type,
        signer: (!matches!(link_type, "DeviceAdd" | "UserRoot")).then_some((by.id, &signer)),
        device: adds.then_some((about.id, about.device_type)),
        named: (adds || link_type == "DeviceRename").then_some(Named { name: "any", key: &key }),
        new: adds.then_some(new),
        revoke: if link_type == "DeviceRevoke" { &revoke } else { &[] },
        mode: if link_type != "LockdownMode" {
            ""
        } else if wish.about == 0 {
            "off"
        } else {
            "on"
        },
        seed: &Octets::new(bytes(&format!("seed {}", links.len()), 32)),
        shown: u32::try_from(links.len()).unwrap(),
    };
    write(rules, &served(links, ALICE), &intent, &BTreeSet::new())
}

/// A chain in which every wish was written that could be.
fn chain_of(wishes: &[Wish]) -> Vec<Octets> {
    let all = RuleSet::all();
    let mut links = Chain::of_alice(all).root(DEVICES[0]).encoded();
    for wish in wishes {
        links.extend(written(all, &links, *wish).map(|it| it.link));
    }
    links
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// What a client writes verifiers take, and what it does not write they refuse.
    #[test]
    fn fam_64_what_is_written_is_what_verifiers_take(wishes in wishes()) {
        let all = RuleSet::all();
        let rash = all.without(Rule::WritesAdmissible);
        let mut links = Chain::of_alice(all).root(DEVICES[0]).encoded();
        for wish in wishes {
            match written(all, &links, wish) {
                Ok(it) => {
                    links.push(it.link);
                    prop_assert!(UserChain::verify(all, &served(&links, ALICE)).is_ok());
                }
                Err(NotWritten::By(rule)) => {
                    let mut with = links.clone();
                    with.extend(written(rash, &links, wish).map(|it| it.link));
                    prop_assume!(with.len() > links.len());
                    let refused = UserChain::verify(all, &served(&with, ALICE)).unwrap_err();
                    prop_assert_eq!(refused.rule, rule);
                }
                Err(NotWritten::Unfit) => prop_assert!(false, "{:?}", wish),
            }
        }
    }

    /// Who looked later is told the end of what who looked earlier is told, and the device that is
    /// told that keys are due can write them.
    #[test]
    fn fam_57_and_63_notices_go_on_and_due_keys_can_be_written(
        wishes in wishes(),
        looks in any::<[prop::sample::Index; 2]>(),
    ) {
        let all = RuleSet::all();
        let links = chain_of(&wishes);
        let history = History::verify(all, &served(&links, ALICE)).unwrap();
        let [early, late] = {
            let mut looks = looks.map(|look| u32::try_from(look.index(links.len() + 1)).unwrap());
            looks.sort_unstable();
            looks
        };
        for (at, device) in DEVICES.iter().enumerate() {
            let told = |shown| {
                notices(all, &history, View { viewer: Some(device.id), known: None, shown })
            };
            prop_assert!(told(early).ends_with(&told(late)));
            prop_assert!(told(u32::try_from(links.len()).unwrap()).is_empty());
            if keys_due(all, &history, Some(device.id)) {
                let rotation = Wish { what: 5, by: at, about: at };
                prop_assert!(written(all, &links, rotation).is_ok());
            }
        }
        let all_devices = devices(all, &history, View { viewer: None, known: None, shown: 0 });
        prop_assert_eq!(all_devices.len(), history.chain.devices.len());
    }
}

/// Without an approval nobody younger is trusted; with one, exactly what it covers.
#[test]
fn fam_59_who_is_trusted_depends_on_who_looks() {
    let all = RuleSet::all();
    let chain = Chain::two_devices(all).adding(TABLET).approve(PHONE);
    let history = History::verify(all, &served(&chain.encoded(), ALICE)).unwrap();
    let trusts = |viewer, device: Device| history.trusts(all, viewer, device.id);
    for (viewer, trusted) in [
        (Some(LAPTOP.id), [true, false, false]),
        (Some(PHONE.id), [true, true, true]),
        (Some(TABLET.id), [true, true, true]),
        (None, [false, false, false]),
    ] {
        assert_eq!([LAPTOP, PHONE, TABLET].map(|it| trusts(viewer, it)), trusted, "{viewer:?}");
    }
}

/// A device that another one from outside its class gave keys is not trusted, and its approvals count for
/// nothing; an approval or keys from within end that.
#[test]
fn fam_75_a_device_that_was_taken_over_passes_for_nobody() {
    let all = RuleSet::all();
    let device = Device { device_type: "ESCROW", ..Device::named("escrow") };
    let (again, third) = (device.with_keys("escrow again"), device.with_keys("escrow third"));
    let mut chain = Chain::of_alice(all).root(LAPTOP);
    let keys = chain.new_keys(false);
    let mut chain = chain.then(&add_and_approve(LAPTOP, device, &keys, &escrow())).adding(PHONE);
    let keys = chain.new_keys(false);
    let taken = chain.then(&rotate(PHONE, device, again, &keys)).approve(again);
    let mut back = taken.clone();
    let keys = back.new_keys(false);
    let back = back.then(&rotate(LAPTOP, device, third, &keys));
    let without = all.without(Rule::TakenOverNotUser);
    for (chain, rules, trusted) in [
        (&taken, all, [true, false, false]),
        (&taken, without, [true, true, true]),
        (&back, all, [true, true, false]),
        (&taken.clone().approve(LAPTOP), all, [true, true, true]),
    ] {
        let history = History::verify(all, &served(&chain.encoded(), ALICE)).unwrap();
        let trusts = |it: Device| history.trusts(rules, Some(LAPTOP.id), it.id);
        assert_eq!([LAPTOP, device, PHONE].map(trusts), trusted);
    }
}

/// A device without a Kyber key that waits in lockdown keeps the user's keys classic, though it is given
/// no seed: what the paper's text says.
#[test]
fn fam_13_a_device_that_waits_in_lockdown_makes_hybrid_keys_inadmissible() {
    let all = RuleSet::all();
    let locked = Chain::of_alice(all).root(DEVICES[0]).lock_down(LAPTOP, true);
    let hybrid = |chain: &Chain| {
        let rotation = Wish { what: 5, by: 0, about: 0 };
        let mut links = chain.encoded();
        links.extend(written(all, &links, rotation).map(|it| it.link));
        let keys = UserChain::verify(all, &served(&links, ALICE)).unwrap().user_keys;
        keys.len() > 3 * 1184
    };
    assert!(hybrid(&locked));
    assert!(!hybrid(&locked.add_unconfirmed(Device::named("stranger"))));
}
