//! Cases of the hybrid box: its fields, and what its key is derived from.

use conclave_model::sigchain::build::bytes;
use conclave_spec::{
    Label, Octets, Rule, RuleSet,
    formulas::{box_classic, box_hybrid},
};

use super::{super::pair, FormulaDraft, Inputs, draft, hexed, inputs, output, pairs};
use crate::{case::Side, compute::compute};

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let secret = |name: &str| Octets::new(bytes(name, 32));
    let public = |name: &str| {
        hex::encode(box_classic::public_key(&secret(name)).unwrap_or_default().as_slice())
    };
    let kem =
        |name: &str| output(world, "kem_public", &inputs(&[("seed", hexed(name, 64))]), "public");
    let agreement =
        inputs(&[("secret", hexed("sender box", 32)), ("public", public("recipient box"))]);
    let mut common = inputs(&[
        ("shared", output(world, "agree", &agreement, "shared")),
        ("sender_ivk", hexed("sender ivk", 32)),
        ("sender_box_pk", public("sender box")),
        ("sender_kem_pk", kem("sender kem")),
        ("recipient_ivk", hexed("recipient ivk", 32)),
        ("recipient_box_pk", public("recipient box")),
        ("recipient_kem_pk", kem("recipient kem")),
        ("meta", hexed("meta", 80)),
        ("nonce", hexed("nonce", 24)),
    ]);
    let mut sealing = common.clone();
    sealing.extend(inputs(&[("coins", hexed("coins", 32)), ("plaintext", hexed("key", 60))]));
    let sealed = compute(world, "hybrid_seal", &sealing).unwrap_or_default();
    list.push(
        draft("rotation", "hybrid-seal", "Box.Enc, hybrid", "hybrid_seal", sealing).tests(&[
            Rule::HybridUsesKem,
            Rule::HybridUsesAgreement,
            Rule::HybridNamesContext,
        ]),
    );
    let seed = inputs(&[("seed", hexed("recipient kem", 64))]);
    list.push(
        draft("rotation", "kem-public", "The Kyber768 key of a seed", "kem_public", seed)
            .tests(&[Rule::HybridUsesKem]),
    );
    common.extend(sealed);
    common.insert("kem_seed".to_owned(), hexed("recipient kem", 64));
    let changes = [
        (Rule::HybridUsesKem, "kem_seed", hexed("other", 64)),
        (Rule::HybridUsesAgreement, "shared", hexed("other", 32)),
        (Rule::HybridNamesSender, "sender_ivk", hexed("other", 32)),
        (Rule::HybridNamesSenderBoxKey, "sender_box_pk", public("other")),
        (Rule::HybridNamesSenderKemKey, "sender_kem_pk", kem("other")),
        (Rule::HybridNamesRecipient, "recipient_ivk", hexed("other", 32)),
        (Rule::HybridNamesRecipientBoxKey, "recipient_box_pk", public("other")),
        (Rule::HybridNamesRecipientKemKey, "recipient_kem_pk", kem("other")),
    ];
    pairs(
        list,
        ("rotation", "hybrid-open", "hybrid_open", "A hybrid box"),
        (&common, Rule::SealOpens),
        &changes,
    );
    derivations(world, &common, list);
}

/// Boxes whose key was derived from another context, or from other metadata, all else being true.
fn derivations(world: RuleSet, true_inputs: &Inputs, list: &mut Vec<FormulaDraft>) {
    let other_meta = Octets::new(bytes("other meta", 80));
    let meta = Octets::new(bytes("meta", 80));
    let common = list.iter().position(|draft| draft.name == "hybrid-open");
    for (rule, word, context, key_meta) in [
        (Rule::HybridNamesContext, "context", Label::Announcement, &meta),
        (Rule::HybridNamesMeta, "key-meta", Label::KeySeedDerivation, &other_meta),
    ] {
        let ciphertext = reboxed(world, true_inputs, context, key_meta).unwrap_or_default();
        let mut changed = true_inputs.clone();
        changed.insert("ciphertext".to_owned(), hex::encode(ciphertext.as_slice()));
        let twin = format!("hybrid-open-other-{word}");
        if let Some(common) = common.and_then(|at| list.get_mut(at)) {
            common.pairs.push(pair(rule, Side::Common, &twin, "what the key was derived from"));
            common.rules.push(rule);
        }
        let title = "A hybrid box whose key was derived from something else is refused";
        let side = pair(rule, Side::Decisive, "hybrid-open", "what the key was derived from");
        let draft = draft("rotation", &twin, title, "hybrid_open", changed);
        list.push(draft.with(side).refused(Rule::SealOpens));
    }
}

/// The ciphertext of a hybrid box under a key derived from this context and metadata.
fn reboxed(world: RuleSet, inputs: &Inputs, context: Label, key_meta: &Octets) -> Option<Octets> {
    let octets = |name: &str| Some(Octets::new(hex::decode(inputs.get(name)?).ok()?));
    let keys = box_hybrid::kem_keys(&octets("kem_seed")?)?;
    let kem_shared = box_hybrid::decapsulate(&keys.secret, &octets("kem")?)?;
    let combination = box_hybrid::combination(
        world,
        &box_hybrid::Parties {
            sender_ivk: &octets("sender_ivk")?,
            sender_box_pk: &octets("sender_box_pk")?,
            sender_kem_pk: &octets("sender_kem_pk")?,
            recipient_ivk: &octets("recipient_ivk")?,
            recipient_box_pk: &octets("recipient_box_pk")?,
            recipient_kem_pk: &octets("recipient_kem_pk")?,
        },
    );
    let parts = box_hybrid::KeyParts {
        context,
        kem_shared: &kem_shared,
        shared: &octets("shared")?,
        combination: &combination.ok()?,
        meta: key_meta,
    };
    let key = box_hybrid::hybrid_key(world, &parts, Label::KeySeedDerivation)?;
    let data = box_classic::associated_data(world, Label::KeySeedCipher, &octets("meta")?, None);
    box_classic::seal(&key, &octets("nonce")?, &data, &Octets::new(bytes("key", 60)))
}
