//! Outputs that may come at any moment of a window.

use conclave_spec::Rule;

use super::{Answered, Beat, Due, Judge, Now, Same, told};
use crate::{
    protocol::{Effect, Output},
    verdict::{Aspect, Finding},
};

impl Judge {
    /// Whether a rotation that some step up to this one calls for is still within its window.
    #[must_use]
    pub fn owes_rotation(&self, step: usize) -> bool {
        self.due.iter().any(|due| due.rotates && due.step <= step)
    }

    /// What was found. A window that is still open at the end says nothing.
    #[must_use]
    pub fn close(self) -> Vec<Finding> {
        self.findings
    }

    /// A rotation that this step called for and that may come a little later, where no throttle
    /// fixes its moment: from here on keys and numbers are judged by meaning.
    pub(super) fn put_off(&mut self, step: usize) {
        let rotation = |due: &Due| due.rotates || super::is_sealed_key(&due.output.effect);
        let put_off = self.due.iter().any(|due| due.step == step && rotation(due));
        self.shifted |= put_off && !self.rules.contains(Rule::RotationThrottled);
    }

    /// Whether an output is one the case knows.
    pub(super) fn take(
        &mut self,
        answered: &Answered<'_>,
        output: &Output,
        now: &mut Vec<Now>,
        same: Same<'_>,
    ) -> bool {
        let at_once = |expected: &Now| {
            expected.output.at_ms == output.at_ms && same(&expected.output.effect, &output.effect)
        };
        if let Some(place) = now.iter().position(at_once) {
            now.remove(place);
            return true;
        }
        let in_window = |due: &Due| {
            same(&due.output.effect, &output.effect)
                && (due.window.from_ms..=due.window.to_ms).contains(&output.at_ms)
        };
        if let Some(place) = self.due.iter().position(in_window) {
            let due = self.due.remove(place);
            // Keys that are bound to it were sealed at other moments than in the vector.
            let nonce = matches!(output.effect, Effect::PostNonce { .. });
            self.moved |= nonce && due.output.at_ms != output.at_ms;
            return true;
        }
        self.take_early_or_late(answered, output, &|due| same(&due.output.effect, &output.effect))
    }

    /// Whether an output is one the case knows, but outside its window.
    fn take_early_or_late(
        &mut self,
        answered: &Answered<'_>,
        output: &Output,
        is_it: &dyn Fn(&Due) -> bool,
    ) -> bool {
        let Some(place) = self.due.iter().position(is_it) else { return false };
        let due = self.due.remove(place);
        let early = output.at_ms < due.window.from_ms;
        let rule = if early { due.window.early } else { due.window.late };
        self.find(answered, Aspect::Outcome, rule, &wanted(&due), &told(output));
        true
    }

    pub(super) fn overdue(&mut self, answered: &Answered<'_>, now_ms: u64) {
        let (over, open): (Vec<Due>, Vec<Due>) = std::mem::take(&mut self.due)
            .into_iter()
            .partition(|due: &Due| due.window.to_ms < now_ms);
        self.due = open;
        for due in &over {
            if self.one_for_several(due) {
                self.shifted = true;
                continue;
            }
            let (rule, wanted) = (due.window.late, wanted(due));
            self.find(answered, Aspect::Outcome, rule, &wanted, "nothing");
        }
    }

    /// Whether one rotation stands for several that were due: nothing but numbers is missing.
    fn one_for_several(&self, due: &Due) -> bool {
        let since = |step: Option<usize>| step.is_some_and(|step| step >= due.step);
        if let Effect::PostSealedKey { user_id, hardware_id, .. } = &due.output.effect {
            let to = (user_id.clone(), hardware_id.clone());
            return since(self.sealed_at.get(&to).copied());
        }
        due.rotates && since(self.led.rotated_at)
    }

    /// A rotation in the window of one, whatever the numbers.
    pub(super) fn take_rotation(
        &mut self,
        answered: &Answered<'_>,
        output: &Output,
        beat: Beat,
    ) -> bool {
        let in_window = |due: &Due| {
            due.rotates && (due.window.from_ms..=due.window.to_ms).contains(&output.at_ms)
        };
        let rules = self.rules;
        let certifies = |due: &Due| {
            super::beat(rules, &due.output.effect).is_some_and(|it| it.certifies_as(beat))
        };
        let exact = self.due.iter().position(|due| in_window(due) && certifies(due));
        if let Some(place) = exact {
            // Its bytes are others because it is at another place among the heartbeats.
            self.moved = true;
            self.due.remove(place);
            return true;
        }
        let Some(place) = self.due.iter().position(in_window) else {
            return self.take_early_or_late(answered, output, &|due| due.rotates && certifies(due));
        };
        self.shifted = true;
        self.due.remove(place);
        true
    }
}

fn wanted(due: &Due) -> String {
    let (from, to) = (due.window.from_ms, due.window.to_ms);
    format!("{}, or later up to {to} ms (not before {from} ms)", told(&due.output))
}
