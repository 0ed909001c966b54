//! What a row of the table is made from, as a digest: a row with another one is stale.

use std::{collections::BTreeMap, path::Path};

use conclave_spec::Profile;
use sha2::{Digest as _, Sha256};

use super::{Fault, FaultsError, Language, judge, plant, table};
use crate::{attacks, case::Case};

/// The digests that the rows share.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    clients: BTreeMap<Language, String>,
    profiles: BTreeMap<String, String>,
}

impl Inputs {
    /// Of these faults.
    ///
    /// # Errors
    /// A file of a client cannot be read.
    pub fn of(
        root: &Path,
        faults: &[(Language, Fault)],
        cases: &[Case],
    ) -> Result<Self, FaultsError> {
        let mut inputs = Self::default();
        for (language, fault) in faults {
            if !inputs.clients.contains_key(language) {
                inputs.clients.insert(*language, client(root, *language)?);
            }
            if let Some(profile) = fault.profile()
                && !inputs.profiles.contains_key(profile.id)
            {
                let digest = suite(&profile, &judge::cases_of(cases, profile.id));
                inputs.profiles.insert(profile.id.to_owned(), digest);
            }
        }
        Ok(inputs)
    }

    /// SHA-256 of what the row of a fault depends on but the code of the harness: the fault, the
    /// client, the cases and attacks of its profile, and how grave their rules are.
    #[must_use]
    pub fn digest(&self, language: Language, fault: &Fault) -> String {
        let mut hash = Sha256::new();
        hash.update(table::SCHEMA);
        // What is said of it, and expected, changes nothing about what becomes of it.
        let Fault { id, breaks, profile, mode, edits, .. } = fault;
        hash.update(format!("{id} {} {profile} {mode}", breaks.id()));
        hash.update(serde_json::to_vec(edits).unwrap_or_default());
        hash.update(self.clients.get(&language).cloned().unwrap_or_default());
        hash.update(self.profiles.get(profile).cloned().unwrap_or_default());
        hex::encode(hash.finalize())
    }
}

fn client(root: &Path, language: Language) -> Result<String, FaultsError> {
    let mut hash = Sha256::new();
    for (name, bytes) in plant::sources(root, language)? {
        hash.update(format!("{name} {}\n", bytes.len()));
        hash.update(bytes);
    }
    Ok(hex::encode(hash.finalize()))
}

fn suite(profile: &Profile, cases: &[Case]) -> String {
    let mut hash = Sha256::new();
    for case in cases {
        hash.update(serde_json::to_vec(case).unwrap_or_default());
    }
    hash.update(profile.digest());
    for rule in profile.rules.iter() {
        hash.update(format!("{} {:?} {:?}", rule.id(), rule.level(), rule.provenance()));
    }
    for entry in attacks::all().iter().filter(|entry| entry.applies_to(profile)) {
        let play = entry.play(profile);
        hash.update(format!("{} {:?}", entry.id, entry.expected_in(profile)));
        hash.update(serde_json::to_vec(&play.script).unwrap_or_default());
    }
    hex::encode(hash.finalize())
}
