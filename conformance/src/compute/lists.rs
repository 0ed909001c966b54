//! Lists as inputs: each element as its encoding behind its length.

use conclave_spec::{Octets, Rule, RuleSet, layouts::Layout, wire};

use super::{Inputs, Refused};

/// The fields of every element of a list.
pub(super) fn elements(
    rules: RuleSet,
    inputs: &Inputs<'_>,
    name: &str,
    layout: &Layout,
) -> Result<Vec<Fields>, Refused> {
    let malformed = || Refused::By(Rule::EncodingCanonical);
    let elements = wire::split(&inputs.octets(name)?).map_err(|_| malformed())?;
    let fields = |bytes: &Octets| wire::decode(layout, rules, bytes).map(Fields);
    elements.iter().map(|bytes| fields(bytes).map_err(|_| malformed())).collect()
}

/// The fields of an element, by name. One that is not in the layout is empty or 0.
pub(super) struct Fields(Vec<(&'static str, Octets)>);

impl Fields {
    pub(super) fn octets(&self, name: &str) -> Octets {
        self.get(name).cloned().unwrap_or_default()
    }

    fn get(&self, name: &str) -> Option<&Octets> {
        self.0.iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    pub(super) fn text(&self, name: &str) -> String {
        let value = self.get(name).map(Octets::as_slice).unwrap_or_default();
        String::from_utf8_lossy(value).into_owned()
    }

    pub(super) fn number(&self, name: &str) -> u32 {
        self.get(name).and_then(|value| wire::read_u32(value.as_slice())).unwrap_or_default()
    }
}
