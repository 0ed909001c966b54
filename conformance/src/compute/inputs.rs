//! The inputs of a formula, by name.

use std::collections::BTreeMap;

use conclave_spec::{Label, Octets};

use super::Refused;

/// The inputs of a formula.
pub(super) struct Inputs<'a>(pub(super) &'a BTreeMap<String, String>);

impl Inputs<'_> {
    pub(super) fn text(&self, name: &str) -> Result<&str, Refused> {
        self.0
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| Refused::Inputs(format!("the input {name:?} is missing")))
    }

    pub(super) fn octets(&self, name: &str) -> Result<Octets, Refused> {
        let bytes = crate::protocol::Hex::try_from(self.text(name)?.to_owned());
        bytes
            .map(|bytes| Octets::new(bytes.0))
            .map_err(|reason| Refused::Inputs(format!("the input {name:?} is {reason}")))
    }

    /// Exactly these inputs, no more and no fewer.
    pub(super) fn exactly(&self, names: Vec<&str>) -> Result<(), Refused> {
        if let Some(extra) = self.0.keys().find(|name| !names.contains(&name.as_str())) {
            return Err(Refused::Inputs(format!("the formula has no input {extra:?}")));
        }
        names.into_iter().try_for_each(|name| self.text(name).map(|_| ()))
    }

    /// A key: 32 bytes.
    pub(super) fn key(&self, name: &str) -> Result<Octets, Refused> {
        let octets = self.octets(name)?;
        if octets.len() == 32 { Ok(octets) } else { Err(self.width(name)) }
    }

    pub(super) fn uuid(&self) -> Result<[u8; 16], Refused> {
        let bytes = self.octets("meeting_uuid")?;
        bytes.as_slice().try_into().map_err(|_| self.width("meeting_uuid"))
    }

    pub(super) fn number(&self, name: &str) -> Result<u64, Refused> {
        let text = self.text(name)?;
        let number =
            text.bytes().all(|it| it.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        number.ok_or_else(|| Refused::Inputs(format!("the input {name:?} is not a number")))
    }

    pub(super) fn label(&self) -> Result<Label, Refused> {
        let text = self.text("label")?;
        Label::ALL
            .into_iter()
            .find(|label| label.text() == text)
            .ok_or_else(|| Refused::Inputs(format!("no context string {text:?}")))
    }

    pub(super) fn width(&self, name: &str) -> Refused {
        Refused::Inputs(format!("the input {name:?} has a wrong width"))
    }
}
