//! Cases of one formula being collected, and chains as inputs.

use conclave_model::sigchain::build::{CLOUD, Chain};
use conclave_spec::{Rule, wire};

use super::{FormulaDraft, Inputs, draft, inputs, text};
use crate::{case::Side, cases::pair};

/// The inputs of a chain formula.
pub(super) fn offered(chain: &Chain) -> Inputs {
    offered_to(chain, 0, "")
}

/// The same for a client that knows a tail.
pub(super) fn offered_to(chain: &Chain, known: u32, hash: &str) -> Inputs {
    inputs(&[
        ("cloud_name", text(CLOUD)),
        ("subject", text(chain.about())),
        ("known_sequence_number", known.to_string()),
        ("known_hash", hash.to_owned()),
        ("links", joined(chain)),
        ("openings", disclosures(chain)),
    ])
}

pub(super) fn joined(chain: &Chain) -> String {
    hex::encode(wire::join(&chain.encoded()).as_slice())
}

pub(super) fn disclosures(chain: &Chain) -> String {
    hex::encode(wire::join(chain.openings()).as_slice())
}

/// Cases of one formula being collected.
pub(super) struct Cases<'a> {
    list: &'a mut Vec<FormulaDraft>,
    area: &'static str,
    /// The formula of the cases that come next.
    pub(super) formula: &'static str,
}

impl<'a> Cases<'a> {
    pub(super) fn of(
        list: &'a mut Vec<FormulaDraft>,
        area: &'static str,
        formula: &'static str,
    ) -> Self {
        Self { list, area, formula }
    }

    /// A case that must be taken.
    pub(super) fn taken(&mut self, name: &str, title: &str, inputs: Inputs, rules: &[Rule]) {
        let draft = draft(self.area, name, title, self.formula, inputs);
        self.list.push(draft.tests(rules));
    }

    /// A case that a rule must refuse.
    pub(super) fn refused(&mut self, name: &str, title: &str, inputs: Inputs, by: Rule) {
        let draft = draft(self.area, name, title, self.formula, inputs);
        self.list.push(draft.tests(&[by]).refused(by));
    }

    /// A case that must be refused, the decisive one of a rule; the common one was given before.
    pub(super) fn pair(
        &mut self,
        rule: Rule,
        common: &str,
        (name, differs_in): (&str, &str),
        inputs: Inputs,
        by: Rule,
    ) {
        let title = format!("The same with another thing in one place is refused: {differs_in}");
        self.refused(name, &title, inputs, by);
        self.on_side(rule, Side::Common, common, name, differs_in);
        self.on_side(rule, Side::Decisive, name, common, differs_in);
    }

    /// Says that cases that were given test this rule too.
    pub(super) fn also(&mut self, rule: Rule, names: &[&str]) {
        let area = self.area;
        let is_one =
            |draft: &&mut FormulaDraft| draft.area == area && names.contains(&draft.name.as_str());
        for draft in self.list.iter_mut().filter(is_one) {
            if !draft.rules.contains(&rule) {
                draft.rules.push(rule);
            }
        }
    }

    /// Puts two cases that were given, one thing apart and with different outputs, on the sides of a pair.
    pub(super) fn told_apart(
        &mut self,
        rule: Rule,
        common: &str,
        decisive: &str,
        differs_in: &str,
    ) {
        self.on_side(rule, Side::Common, common, decisive, differs_in);
        self.on_side(rule, Side::Decisive, decisive, common, differs_in);
    }

    /// Puts a case that was given on one side of a pair.
    pub(super) fn on_side(
        &mut self,
        rule: Rule,
        side: Side,
        name: &str,
        twin: &str,
        differs_in: &str,
    ) {
        let area = self.area;
        let is_it = |draft: &&mut FormulaDraft| draft.area == area && draft.name == name;
        if let Some(draft) = self.list.iter_mut().find(is_it) {
            let with = draft.clone().with(pair(rule, side, twin, differs_in));
            *draft = with;
        }
    }
}
