//! Cases of secret keys at rest.

use conclave_spec::{
    Label, Octets, Rule, RuleSet,
    formulas::key_store::{commit, store, store_with},
};

use super::{Cases, FormulaDraft, Inputs, hexed, inputs};
use conclave_model::sigchain::build::bytes;

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let mut cases = Cases::of(list, "device", "store_key");
    let (key, opening) =
        (Octets::new(bytes("wrapping key", 32)), Octets::new(bytes("opening", 32)));
    let secret = Octets::new(bytes("a signing key", 32));
    let storing = inputs(&[
        ("wrapping_key", hexed("wrapping key", 32)),
        ("opening", hexed("opening", 32)),
        ("secret", hexed("a signing key", 32)),
    ]);
    let (opens, commits, context) =
        (Rule::StoredKeyOpens, Rule::StoredKeyCommits, Rule::StoreNamesContext);
    let title = "A secret key as it is stored";
    cases.taken("key-stored", title, storing, &[commits, context]);
    cases.formula = "load_key";
    let stored = |context| store(world, &key, context, &opening, &secret).unwrap_or_default();
    let given = |stored: &Octets| loading(&key, stored);
    let good = stored(Label::SecretStore);
    cases.taken("key-loaded", "A stored key is loaded", given(&good), &[]);
    let mut damaged = good.clone().into_vec();
    if let Some(byte) = damaged.last_mut() {
        *byte ^= 1;
    }
    let which = ("key-loaded-damaged", "a bit of the tag");
    cases.pair(opens, "key-loaded", which, given(&damaged.into()), opens);
    let which = ("key-stored-as-something-else", "the context string");
    let other = stored(Label::PerUserSymmetricKey);
    cases.pair(context, "key-loaded", which, given(&other), opens);
    let planted = Octets::new(bytes("a planted key", 32));
    let committed = commit(world, Label::SecretStore, &opening, &secret).unwrap_or_default();
    let parts = (&opening, &planted);
    let forged = store_with(world, &key, Label::SecretStore, &committed, parts);
    let which = ("planted-key", "the secret behind the commitment");
    cases.pair(commits, "key-loaded", which, given(&forged.unwrap_or_default()), commits);
    let other_key = Octets::new(bytes("another wrapping key", 32));
    let title = "A stored key under another wrapping key is refused";
    cases.refused("key-under-another-wrapping-key", title, loading(&other_key, &good), opens);
    let cut: Vec<u8> = good.as_slice().iter().copied().take(good.len() - 1).collect();
    let title = "A stored key whose last byte is missing is refused";
    cases.refused("key-loaded-cut", title, given(&cut.into()), Rule::EncodingCanonical);
}

fn loading(key: &Octets, stored: &Octets) -> Inputs {
    inputs(&[
        ("wrapping_key", hex::encode(key.as_slice())),
        ("stored", hex::encode(stored.as_slice())),
    ])
}
