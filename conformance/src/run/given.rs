//! What a client is given beside the steps of the vector: a tape, another codec.

use std::collections::BTreeMap;

use super::Stop;
use crate::{
    case::CaseSession,
    exchange::Exchange,
    protocol::{Codec, Effect, Hex, Input},
};

/// More values than the reference draws, for a client that makes other free choices.
const SPARE_DRAWS: usize = 8;

/// The tape of a case, with spare values behind it: what the seed gives.
pub(super) fn tape(session: &CaseSession) -> BTreeMap<String, Vec<Hex>> {
    use conclave_model::algebra::{Purpose, seeded_draw};
    let mut draws = session.draws.clone();
    let Ok(seed) = session.seed.0.as_slice().try_into() else { return draws };
    for purpose in Purpose::ALL {
        let list = draws.entry(purpose.label().to_owned()).or_default();
        let spare = list.len()..list.len() + SPARE_DRAWS;
        let spare = spare.filter_map(|count| u32::try_from(count).ok());
        let values = spare.filter_map(|count| seeded_draw(&seed, purpose, count));
        list.extend(values.map(|value| crate::exchange::hex(&value)));
    }
    draws
}

/// From the bytes of the vectors to the session's codec.
pub(super) struct Translate {
    pub(super) rules: conclave_spec::RuleSet,
    pub(super) to: Codec,
}

impl Translate {
    pub(super) fn input(&self, input: &Input) -> Result<Input, Stop> {
        if self.to == Codec::Bytes {
            return Ok(input.clone());
        }
        let from = Exchange { codec: Codec::Bytes, rules: self.rules };
        let to = Exchange { codec: self.to, rules: self.rules };
        let event = from.event(input).map_err(|error| Stop::Script(error.to_string()))?;
        Ok(match event {
            Some(event) => to.request(&conclave_model::stage::Given::Event(event)),
            None => input.clone(),
        })
    }

    pub(super) fn effect(&self, effect: &Effect) -> Result<Effect, Stop> {
        if self.to == Codec::Bytes {
            return Ok(effect.clone());
        }
        let from = Exchange { codec: Codec::Bytes, rules: self.rules };
        let to = Exchange { codec: self.to, rules: self.rules };
        let heard = from.heard(effect).map_err(|error| Stop::Script(error.to_string()))?;
        heard
            .map(|effect| to.effect(&effect))
            .ok_or_else(|| Stop::Script("an expected output does not decode".to_owned()))
    }
}

/// Draws in the order of their numbers.
pub(super) fn natural(name: &str) -> (String, u32) {
    let (label, number) = name.rsplit_once('/').unwrap_or((name, "0"));
    (label.to_owned(), number.parse().unwrap_or(u32::MAX))
}
