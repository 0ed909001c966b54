//! Stored cases of formulas, to be changed.

use std::collections::BTreeMap;

use conclave_conformance::{case::Case, protocol::Input, vectors};

pub(crate) type Inputs = BTreeMap<String, String>;

/// The formula and the inputs of a stored case, by its area and name.
pub(crate) fn stored(name: &str) -> (String, Inputs) {
    let id = format!("formulas/{name}");
    let cases: Vec<Case> = vectors::load(&vectors::folder(None)).expect("the vectors load");
    let case = cases.into_iter().find(|case| case.id == id).expect("there is such a case");
    let [step] = case.steps.as_slice() else { panic!("{id} has one step") };
    let Input::Compute { formula, inputs } = &step.input else { panic!("{id} is a formula's") };
    (formula.clone(), inputs.clone())
}

/// The same inputs with one of them another.
pub(crate) fn but(inputs: &Inputs, name: &str, value: &str) -> Inputs {
    assert!(inputs.contains_key(name), "{name}");
    let mut other = inputs.clone();
    other.insert(name.to_owned(), value.to_owned());
    other
}
