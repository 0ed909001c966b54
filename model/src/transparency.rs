//! What a client checks of the server's tree of tails (4.6, sec:ztt; readings R-150 to R-155).
//!
//! ```text
//! commitment, audits --> state:   signed, goes on, nobody has another --> audited or degraded
//! lookup             --> lookup:  in the tree, newest, the tail of the chain that is served
//! history            --> history: every version there, none after them --> what is new
//! growth             --> growth:  what was there is there, at the same place
//! ```
//!
//! Nothing here is secret: the tree is the server's, and what it shows is public.

use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::transparency::{NodeLabel, alpha, label_holds, label_of},
};

use crate::guard::require;

pub mod build;
mod growth;
mod history;
mod lookup;
pub mod proofs;
mod state;
#[cfg(test)]
mod tests;

pub use growth::append_only;
pub use history::{Reviewed, Told, history};
pub use lookup::{Found, lookup};
pub use state::{Audit, Level, Signed, commitment, fork};

/// The tree that a commitment stands for, and the name that is looked for in it.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The epoch of the commitment.
    pub epoch: u64,
    /// Its root, 32 bytes.
    pub root: &'a Octets,
    /// The key behind its labels, 32 bytes.
    pub vrf_key: &'a Octets,
    /// The name, encoded.
    pub name: &'a Octets,
}

impl Place<'_> {
    /// The label of a version of the name.
    fn label(
        &self,
        rules: RuleSet,
        fresh: bool,
        version: u64,
        proof: &Octets,
    ) -> Result<NodeLabel, Rule> {
        let alpha = alpha(self.name, fresh, version);
        require(rules, Rule::LabelOfName, label_holds(self.vrf_key, &alpha, proof))?;
        label_of(proof).ok_or(Rule::LabelOfName)
    }
}

/// What an entry says of itself.
#[derive(Clone, Copy, Debug)]
struct Entry<'a> {
    version: u64,
    epoch: u64,
    value: &'a Octets,
    nonce: &'a Octets,
    vrf_proof: &'a Octets,
    path: &'a proofs::Path,
}

impl Entry<'_> {
    /// That the version can be there in this epoch.
    fn counts(&self, rules: RuleSet, place: &Place<'_>) -> Result<(), Rule> {
        let counts = 1 <= self.version && self.version <= self.epoch && self.epoch <= place.epoch;
        require(rules, Rule::EntryInEpoch, counts)
    }

    /// That the entry is in the tree.
    fn is_in(&self, rules: RuleSet, place: &Place<'_>) -> Result<(), Rule> {
        use conclave_spec::formulas::transparency::{leaf_hash, value_commitment};
        let label = place.label(rules, true, self.version, self.vrf_proof)?;
        let leaf = leaf_hash(&value_commitment(self.value, self.nonce), self.epoch);
        require(rules, Rule::LeafCommits, leaf == self.path.hash)?;
        self.path.leads_from(rules, label, place.root)
    }
}
