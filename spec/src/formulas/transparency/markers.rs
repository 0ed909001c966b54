//! The versions that mark the way to a version and beyond it (reading R-154).

use std::collections::BTreeSet;

/// Versions that are far apart, and mark every way that leads past them.
const FAR: [u64; 7] = [1, 2, 4, 16, 256, 65_536, 1 << 32];

/// The markers below a version, ascending: whoever shows the version has all of them in the tree.
#[must_use]
pub fn past_markers(version: u64) -> Vec<u64> {
    let cleared = bits().filter(|bit| version & bit != 0).map(|bit| version & !(bit | (bit - 1)));
    let power = version.checked_ilog2().map(|log| 1u64 << log);
    let far = FAR.into_iter().rfind(|far| *far <= version);
    let all: BTreeSet<u64> = cleared.chain(power).chain(far).collect();
    all.into_iter().filter(|it| (1..version).contains(it)).collect()
}

/// The markers above a version up to an epoch, ascending: if it is the newest, none is in the tree.
#[must_use]
pub fn future_markers(version: u64, epoch: u64) -> Vec<u64> {
    let set = bits()
        .filter(|bit| *bit <= version && version & bit == 0)
        .map(|bit| (version | bit) & !(bit - 1));
    let next = FAR.into_iter().find(|far| *far > version);
    let powers = bits().filter(|bit| *bit > version && next.is_none_or(|next| *bit < next));
    let far = FAR.into_iter().filter(|far| *far > version);
    let all: BTreeSet<u64> = set.chain(powers).chain(far).collect();
    all.into_iter().filter(|it| *it <= epoch).collect()
}

/// Every power of two.
fn bits() -> impl Iterator<Item = u64> {
    (0..u64::BITS).map(|log| 1 << log)
}
