//! What it costs to check a user's sigchain, as a multiple of verifying its signatures alone: a long chain
//! of few devices, and a graph of many devices and approvals. The cost of a link must not grow with the
//! chain.

use std::{hint::black_box, time::Instant};

use conclave_model::sigchain::{
    Served, UserChain,
    build::{ALICE, CLOUD, Chain, Device, LAPTOP, PHONE, rename, revoke},
};
use conclave_spec::{
    Label, Octets, RuleSet,
    formulas::sign::{sign, verify, verifying_key},
    wire,
};

fn main() {
    let all = RuleSet::all();
    println!("{:<28} {:>7} {:>10} {:>12} {:>7}", "chain", "links", "ms", "us per link", "floor x");
    for links in [250, 500, 1_000] {
        let mut chain = Chain::two_devices(all);
        while chain.links.len() < links {
            let name =
                Octets::from([u8::try_from(chain.links.len() % 251).unwrap_or_default(); 32]);
            chain = chain.then(&rename(PHONE, &name));
        }
        row("renames of a device", &chain.encoded());
    }
    // Devices come and go, every second link an approval: devices and approvals grow alike.
    for devices in [1_250_u32, 2_500, 5_000] {
        let mut chain = Chain::of_alice(all).root(LAPTOP);
        for at in 1..devices {
            let device = Device::named(Box::leak(format!("device {at}").into_boxed_str()));
            chain = chain.adding(device).approve(if at % 3 == 0 { device } else { LAPTOP });
            if at % 5 == 0 {
                chain = chain.then(&revoke(None, &[device], &Octets::default()));
            }
        }
        row("devices and approvals", &chain.encoded());
    }
}

/// Times the least of three checks against the signatures alone, in the same run.
fn row(name: &str, links: &[Octets]) {
    let served = Served { cloud_name: CLOUD, subject: ALICE, known: None, links, openings: &[] };
    let check = || UserChain::verify(RuleSet::all(), &served).map(|chain| chain.devices.len());
    assert!(check().is_ok(), "{name}: {:?}", check());
    let checked = least(|| {
        let _ = black_box(check());
    });
    let signatures = links.iter().map(signatures_of).sum::<usize>();
    let alone = least(|| floor(signatures));
    let per_link = checked * 1e6 / links.len() as f64;
    println!(
        "{name:<28} {:>7} {:>10.1} {per_link:>12.1} {:>7.2}",
        links.len(),
        checked * 1e3,
        checked / alone
    );
}

fn least(mut work: impl FnMut()) -> f64 {
    let seconds = (0..3).map(|_| {
        let began = Instant::now();
        work();
        began.elapsed().as_secs_f64()
    });
    seconds.fold(f64::INFINITY, f64::min)
}

/// How many signatures a link carries.
fn signatures_of(link: &Octets) -> usize {
    let link = conclave_spec::formulas::sigchain::Link::decode(RuleSet::all(), link);
    link.map_or(0, |link| wire::split(&link.signatures).map_or(0, |list| list.len()))
}

/// Verifies so many signatures over messages as long as a link.
fn floor(count: usize) {
    let (all, seed, message) = (RuleSet::all(), Octets::from([7; 32]), Octets::from([9; 300]));
    let key = verifying_key(&seed).unwrap_or_default();
    let signature = sign(all, &seed, Label::SigchainLink, &message).unwrap_or_default();
    for _ in 0..count {
        assert!(black_box(verify(all, &key, Label::SigchainLink, &message, &signature)));
    }
}
