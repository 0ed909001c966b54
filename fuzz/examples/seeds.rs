//! Looks for inputs of the targets `step`, `session` and `formula` that come deep, and stores them in the corpus:
//! after a change of what bytes mean, the old ones may not.
//!
//! ```sh
//! cargo run --release -p conclave-fuzz --example seeds
//! ```

use std::{collections::BTreeMap, fs, path::Path};

use conclave_fuzz::targets::{Came, Depth, computed, depth, reached};
use conclave_spec::Profile;
use sha2::{Digest as _, Sha256};

/// How many inputs are tried.
const TRIES: u32 = 60_000;
/// How long each is, in bytes.
const LENGTH: usize = 1_200;

fn main() {
    sessions();
    formulas();
    steps();
}

/// The bytes of the operations that open a meeting, and that hand on what was sent; both begin with a
/// sign that another operation follows.
const OPENING: [u8; 6] = [1, 0, 0, 0, 0, 0];
const SETTLE: [u8; 6] = [1, 0, 0, 0, 0, 0x10];

/// For each version a session in which something is played and something refused, and for some one in
/// which something is played after a rotation.
fn sessions() {
    for (at, profile) in (0..).zip(Profile::all()) {
        let rotated = ["zoom-4.6", "hardened"].contains(&profile.id).then_some(("rotated", 1));
        for (kind, mk_seq) in [("deep", 0)].into_iter().chain(rotated) {
            let deep = |input: &Vec<u8>| {
                let reached = reached(input);
                reached.refused > 2 && reached.rendered > 0 && reached.mk_seq > mk_seq
            };
            let found = (0..TRIES).map(|number| meeting(at, &bytes(number))).find(deep);
            store("session", &format!("{kind}-{}", profile.id), found.as_deref());
        }
    }
}

fn store(target: &str, name: &str, found: Option<&[u8]>) {
    println!("{target}/{name}: {}", if found.is_some() { "found" } else { "not found" });
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    if let Some(input) = found {
        fs::write(folder.join(name), input).expect("a file of the corpus");
    }
}

/// A meeting that is opened, and goes on as the bytes say: hopefully somebody sends something first.
fn meeting(version: u8, bytes: &[u8]) -> Vec<u8> {
    let (first, rest) = bytes.split_at(7);
    let start = [version, 0, 0];
    [&start[..], &OPENING, &[1], first, &SETTLE, &rest[..200]].concat()
}

/// For each formula an input that is computed although it was changed, and one that a rule refuses.
fn formulas() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/formula");
    fs::create_dir_all(&folder).expect("a folder of the corpus");
    let mut found = BTreeMap::new();
    for number in 0..TRIES {
        let input = bytes(number).split_off(LENGTH - 40);
        let Some(it) = computed(&input).filter(|it| it.changed && it.came != Came::Unfit) else {
            continue;
        };
        let came = if it.came == Came::Accepted { "taken" } else { "refused" };
        found.entry(format!("{}-{came}", it.formula)).or_insert(input);
    }
    println!("formulas: {} kinds", found.len());
    for (name, input) in found {
        fs::write(folder.join(name), input).expect("a file of the corpus");
    }
}

fn steps() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/step");
    let mut wanted = wishes();
    for number in 0..TRIES {
        if wanted.is_empty() {
            break;
        }
        let input = bytes(number);
        let Some(depth) = depth(&input) else { continue };
        let met: Vec<String> = wanted
            .iter()
            .filter(|(_, meets)| meets(&depth))
            .map(|(name, _)| name.clone())
            .collect();
        for name in met {
            println!("{name}: input {number}");
            fs::write(folder.join(&name), &input).expect("a file of the corpus");
            wanted.remove(&name);
        }
    }
    for name in wanted.keys() {
        println!("{name}: not found in {TRIES} inputs");
    }
}

type Wish = Box<dyn Fn(&Depth) -> bool>;

/// What the corpus must have, by the name of the file.
fn wishes() -> BTreeMap<String, Wish> {
    let mut wishes: BTreeMap<String, Wish> = BTreeMap::new();
    for profile in Profile::all() {
        let deep =
            move |it: &Depth| it.version == profile.id && it.leads && it.follows && it.refused > 2;
        wishes.insert(format!("deep-{}", profile.id), Box::new(deep));
    }
    for version in ["zoom-4.6", "hardened"] {
        let here = move |it: &Depth| it.version == version;
        let wish = |name: &str| format!("{name}-{version}");
        wishes.insert(wish("between"), Box::new(move |it| here(it) && it.between));
        wishes.insert(wish("locked"), Box::new(move |it| here(it) && it.locked && it.follows));
        wishes.insert(wish("left"), Box::new(move |it| here(it) && it.left && it.follows));
    }
    wishes
}

/// The same bytes for the same number, everywhere.
fn bytes(number: u32) -> Vec<u8> {
    let block = |at: usize| Sha256::digest(format!("step {number} {at}"));
    (0..LENGTH.div_ceil(32)).flat_map(block).take(LENGTH).collect()
}
