//! What the harness knows of the moments between the steps of a case.

use super::Run;
use crate::{
    case::CaseStep,
    protocol::{Class, Observed, Response},
    verdict::{Aspect, Finding},
};

/// The moment after a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Whether the reference will do something by itself.
    pub is_due: bool,
    /// Whether the newest key may be in use already, or not yet: both are right.
    pub free_use: bool,
}

impl Run<'_, '_> {
    fn moment(&self, at: usize) -> Option<Moment> {
        at.checked_sub(1).and_then(|at| self.moments.get(at)).copied()
    }

    /// Holds whether a client has a deadline against whether the reference has one. Which moment it
    /// names may differ where it makes a free choice.
    pub(super) fn timer(&mut self, at: usize, step: &CaseStep, response: &Response) {
        let Some(moment) = self.moment(at) else { return };
        let settled = self.judge.is_content() && !self.judge.is_moved();
        if !settled || response.class != step.expect.class || response.class == Class::BadRequest {
            return;
        }
        if self.deadline_ms.is_some() != moment.is_due {
            let told = |due: bool| if due { "a deadline" } else { "no deadline" };
            let rule = self.rule_at(step);
            self.judge.note(Finding {
                step: at,
                input: super::told(&step.input),
                aspect: Aspect::Outcome,
                rule,
                field: Some("deadline_ms".to_owned()),
                expected: told(moment.is_due).to_owned(),
                got: told(!moment.is_due).to_owned(),
            });
        }
    }

    /// What the user must see, where the key that is in use may be another one.
    pub(super) fn with_free_use(&self, at: usize, wanted: &Observed, got: &Observed) -> Observed {
        let free = self.moment(at).is_some_and(|moment| moment.free_use);
        let both = wanted.sends_under.is_some() && got.sends_under.is_some();
        let sends_under = if free && both { got.sends_under } else { wanted.sends_under };
        Observed { sends_under, ..wanted.clone() }
    }
}
