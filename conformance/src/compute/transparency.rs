//! The formulas about the server's tree of tails.

use conclave_model::{
    sigchain::ChainType,
    transparency::{
        Audit, Level, Place, Reviewed, Signed, append_only, commitment, fork, history, lookup,
    },
};
use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::{
        sigchain::Tail,
        transparency::{
            Node, NodeLabel, TreeState, alpha, future_markers, label_holds, label_of, leaf_hash,
            name, past_markers, value_commitment,
        },
    },
    layouts::transparency::COMMITMENT,
    wire,
};

use super::{
    Inputs, Outputs, Refused,
    chains::{identifier, items},
    encoded,
    names::fields_of,
    one,
};

const STATE: [&str; 3] = ["epoch", "root", "vrf_key"];
const NAME: [&str; 2] = ["sigchain_type", "subject"];

/// The inputs of a formula of this module.
pub(super) fn names(formula: &str) -> Option<Vec<&'static str>> {
    const KNOWN: [&str; 3] = ["known_epoch", "known_root", "known_vrf_key"];
    const NODES: [&str; 4] = ["left_label", "left_hash", "right_label", "right_hash"];
    const OTHER: [&str; 3] = ["other_root", "other_vrf_key", "other_signature"];
    let parts: Vec<&[&'static str]> = match formula {
        "tree_commitment" => return Some(fields_of(&COMMITMENT)),
        "tree_alpha" => vec![&NAME, &["freshness", "version"]],
        "tree_label" => vec![&["vrf_key", "alpha", "vrf_proof"]],
        "tree_leaf" => vec![&["value", "nonce", "epoch"]],
        "tree_parent" => vec![&NODES],
        "tree_markers" => vec![&["version", "epoch"]],
        "verify_commitment" => {
            vec![
                &["cloud_name", "server_key", "auditors"],
                &KNOWN,
                &STATE,
                &["signature", "audits"],
            ]
        }
        "verify_fork" => vec![&["cloud_name", "server_key"], &STATE, &["signature"], &OTHER],
        "verify_lookup" => vec![&STATE, &NAME, &["tail", "proof"]],
        "verify_history" => {
            vec![&STATE, &NAME, &["reviewed_version", "reviewed_tail", "proof"]]
        }
        "verify_append_only" => vec![&["epoch", "start_root", "end_root", "proof"]],
        _ => return None,
    };
    Some(parts.concat())
}

/// Computes a formula of this module.
pub(super) fn compute(
    rules: RuleSet,
    formula: &str,
    inputs: &Inputs<'_>,
) -> Result<Outputs, Refused> {
    match formula {
        "verify_commitment" => verify_commitment(rules, inputs),
        "verify_fork" => verify_fork(rules, inputs),
        "verify_lookup" => verify_lookup(rules, inputs),
        "verify_history" => verify_history(rules, inputs),
        "verify_append_only" => {
            let (start, end) = (inputs.key("start_root")?, inputs.key("end_root")?);
            let proof = inputs.octets("proof")?;
            let grown = append_only(rules, above_0(inputs, "epoch")?, [&start, &end], &proof);
            grown.map(|()| Outputs::new()).map_err(Refused::By)
        }
        _ => bytes(rules, formula, inputs),
    }
}

/// The formulas of which each is one step.
fn bytes(rules: RuleSet, formula: &str, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    match formula {
        "tree_commitment" => Ok(one("commitment", &encoded(&COMMITMENT, rules, inputs)?)),
        "tree_alpha" => {
            let name = named(rules, inputs)?;
            let fresh = match inputs.text("freshness")? {
                "fresh" => true,
                "stale" => false,
                _ => return Err(inputs.width("freshness")),
            };
            let alpha = alpha(&name, fresh, above_0(inputs, "version")?);
            Ok(with(one("name", &name), "alpha", &alpha))
        }
        "tree_label" => {
            let (key, alpha) = (inputs.key("vrf_key")?, inputs.octets("alpha")?);
            let proof = inputs.octets("vrf_proof")?;
            let holds = !rules.contains(Rule::LabelOfName) || label_holds(&key, &alpha, &proof);
            let label = label_of(&proof).filter(|_| holds);
            let label = label.ok_or(Refused::By(Rule::LabelOfName))?;
            Ok(one("label", &label.encode()))
        }
        "tree_leaf" => {
            let commitment = value_commitment(&inputs.octets("value")?, &inputs.key("nonce")?);
            let leaf = leaf_hash(&commitment, inputs.number("epoch")?);
            Ok(with(one("commitment", &commitment), "leaf", &leaf))
        }
        "tree_parent" => {
            let [left, right] = [
                node(inputs, "left_label", "left_hash")?,
                node(inputs, "right_label", "right_hash")?,
            ];
            let parent = left.join(&right).filter(|_| left.is_left_of(&right));
            let parent = parent.ok_or(Refused::By(Rule::PathToRoot))?;
            let outputs = with(one("label", &parent.label.encode()), "hash", &parent.hash);
            Ok(with(outputs, "root", &parent.root()))
        }
        _ => {
            let (version, epoch) = (above_0(inputs, "version")?, inputs.number("epoch")?);
            if version > epoch {
                return Err(inputs.width("version"));
            }
            let listed = |all: Vec<u64>| {
                all.into_iter().map(|it| it.to_string()).collect::<Vec<_>>().join(",")
            };
            Ok(Outputs::from([
                ("past".to_owned(), listed(past_markers(version))),
                ("future".to_owned(), listed(future_markers(version, epoch))),
            ]))
        }
    }
}

fn with(mut outputs: Outputs, name: &str, value: &Octets) -> Outputs {
    outputs.extend(one(name, value));
    outputs
}

fn above_0(inputs: &Inputs<'_>, name: &str) -> Result<u64, Refused> {
    match inputs.number(name)? {
        0 => Err(inputs.width(name)),
        number => Ok(number),
    }
}

fn chain_type(inputs: &Inputs<'_>) -> Result<ChainType, Refused> {
    let text = inputs.text("sigchain_type")?;
    let known = ChainType::ALL.into_iter().find(|it| it.name() == text);
    known.ok_or_else(|| inputs.width("sigchain_type"))
}

fn named(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Octets, Refused> {
    let (chain, subject) = (chain_type(inputs)?, identifier(inputs, "subject")?);
    name(rules, chain.name(), subject).map_err(|error| Refused::Inputs(error.to_string()))
}

fn node(inputs: &Inputs<'_>, label: &str, hash: &str) -> Result<Node, Refused> {
    let read = NodeLabel::decode(inputs.octets(label)?.as_slice());
    let node = Node { label: read.ok_or_else(|| inputs.width(label))?, hash: inputs.key(hash)? };
    if node.is_empty() && node != Node::empty() { Err(inputs.width(hash)) } else { Ok(node) }
}

fn state(inputs: &Inputs<'_>) -> Result<TreeState, Refused> {
    let epoch = inputs.number("epoch")?;
    Ok(TreeState { epoch, root: inputs.key("root")?, vrf_key: inputs.key("vrf_key")? })
}

/// The state that the client knew.
fn known(inputs: &Inputs<'_>) -> Result<Option<TreeState>, Refused> {
    let epoch = inputs.number("known_epoch")?;
    let (root, vrf_key) = (inputs.octets("known_root")?, inputs.octets("known_vrf_key")?);
    match (epoch, root.len(), vrf_key.len()) {
        (0, 0, 0) => Ok(None),
        (_, 32, 32) => Ok(Some(TreeState { epoch, root, vrf_key })),
        _ => Err(inputs.width("known_root")),
    }
}

pub(super) fn auditors(inputs: &Inputs<'_>) -> Result<Vec<Octets>, Refused> {
    let keys = wire::split(&inputs.octets("auditors")?).unwrap_or(vec![Octets::default()]);
    let fit = keys.iter().all(|key| key.len() == 32);
    if fit { Ok(keys) } else { Err(inputs.width("auditors")) }
}

fn verify_commitment(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let (cloud_name, server_key) = (identifier(inputs, "cloud_name")?, inputs.key("server_key")?);
    let (auditors, known, state) = (auditors(inputs)?, known(inputs)?, state(inputs)?);
    let signature = inputs.octets("signature")?;
    let audits = items(inputs, "audits")?;
    let audits: Result<Vec<_>, _> = audits.iter().map(|it| Audit::decode(rules, it)).collect();
    let audits = audits.map_err(Refused::By)?;
    let trusted = (cloud_name, &server_key, auditors.as_slice());
    let offered = Signed { state: &state, signature: &signature };
    let level = commitment(rules, trusted, known.as_ref(), offered, &audits);
    let level = match level.map_err(Refused::By)? {
        Level::Audited => "audited",
        Level::Degraded => "degraded",
    };
    Ok(Outputs::from([("level".to_owned(), level.to_owned())]))
}

fn verify_fork(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let (cloud_name, server_key) = (identifier(inputs, "cloud_name")?, inputs.key("server_key")?);
    let (state, signature) = (state(inputs)?, inputs.octets("signature")?);
    let (root, vrf_key) = (inputs.key("other_root")?, inputs.key("other_vrf_key")?);
    let other = TreeState { epoch: state.epoch, root, vrf_key };
    let other_signature = inputs.octets("other_signature")?;
    let both = [
        Signed { state: &state, signature: &signature },
        Signed { state: &other, signature: &other_signature },
    ];
    let shown = fork(rules, (cloud_name, &server_key), both);
    shown.map(|()| Outputs::new()).map_err(Refused::By)
}

/// A tail that the client has of a chain of the type it asks about.
fn own_tail(rules: RuleSet, inputs: &Inputs<'_>, name: &str) -> Result<Octets, Refused> {
    let (bytes, chain) = (inputs.octets(name)?, chain_type(inputs)?);
    let tail = Tail::decode(rules, &bytes).map_err(|_| inputs.width(name))?;
    let fits = tail.sigchain_type == chain.name() && tail.last_sequence_number > 0;
    if fits { Ok(bytes) } else { Err(inputs.width(name)) }
}

fn verify_lookup(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let (TreeState { epoch, root, vrf_key }, name) = (state(inputs)?, named(rules, inputs)?);
    let place = Place { epoch, root: &root, vrf_key: &vrf_key, name: &name };
    let (tail, proof) = (own_tail(rules, inputs, "tail")?, inputs.octets("proof")?);
    let found = lookup(rules, &place, &tail, &proof).map_err(Refused::By)?;
    let numbers = [("version", found.version), ("changed", found.epoch)];
    Ok(numbers.into_iter().map(|(name, it)| (name.to_owned(), it.to_string())).collect())
}

fn verify_history(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let (TreeState { epoch, root, vrf_key }, name) = (state(inputs)?, named(rules, inputs)?);
    let place = Place { epoch, root: &root, vrf_key: &vrf_key, name: &name };
    let version = inputs.number("reviewed_version")?;
    let tail = inputs.octets("reviewed_tail")?;
    let reviewed = match (version, tail.is_empty()) {
        (0, true) => None,
        (0, false) | (_, true) => return Err(inputs.width("reviewed_tail")),
        (_, false) => Some(own_tail(rules, inputs, "reviewed_tail")?),
    };
    let reviewed = reviewed.as_ref().map(|tail| Reviewed { version, tail });
    let (chain, proof) = (chain_type(inputs)?, inputs.octets("proof")?);
    let told = history(rules, &place, chain.name(), reviewed, &proof).map_err(Refused::By)?;
    let mut outputs = with(one("tail", &told.tail), "review", &wire::join(&told.review));
    outputs.insert("version".to_owned(), told.version.to_string());
    Ok(outputs)
}
