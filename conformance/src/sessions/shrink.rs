//! The smallest session found that goes wrong in the same way.
//!
//! Delta debugging over the steps of all parties. What remains is recorded anew, so what must come of
//! each step is again what the reference says; a step that makes no sense without those left out goes
//! with them.

use conclave_model::script::{Script, ScriptStep};
use conclave_spec::Rule;

use super::{Session, Source};
use crate::{
    cases::Draft,
    verdict::{Aspect, CaseReport, Verdict},
};

/// How many smaller sessions are played at most.
const TRIES_MAX: usize = 600;

/// Someone who plays a session and says what became of it.
pub type Play<'p> = &'p mut dyn FnMut(&Session) -> CaseReport;

/// What must stay the same: the verdict, and the rule and the aspect of the first wrong step.
type Way = (Verdict, Option<(Rule, Aspect)>);

fn way(report: &CaseReport) -> Way {
    let first = report.deciding().map(|it| (it.rule, it.aspect)).next();
    (report.verdict, first)
}

/// The smallest session found, and what became of it.
pub fn shrink(
    source: &Source,
    session: Session,
    report: CaseReport,
    play: Play<'_>,
) -> (Session, CaseReport) {
    let way = way(&report);
    let mut search = Search { source, play, way, tries: 0, best: (session, report) };
    search.cut();
    search.chunks();
    search.parties();
    search.best
}

struct Search<'s> {
    source: &'s Source,
    play: Play<'s>,
    way: Way,
    tries: usize,
    best: (Session, CaseReport),
}

impl Search<'_> {
    fn steps(&self) -> &[ScriptStep] {
        &self.best.0.draft.script.steps
    }

    /// Whatever comes after the first wrong step has nothing to do with it.
    fn cut(&mut self) {
        let (session, report) = &self.best;
        let Some(wrong) = report.deciding().next().map(|it| it.step) else { return };
        // Every other step of the case is a look at what the user sees, unless the script asks too.
        let mut counted = 0;
        let own = |step: &ScriptStep| step.party == session.draft.plays;
        let looks = |step: &ScriptStep| matches!(step.act, conclave_model::script::Act::Observe {});
        let last = session.draft.script.steps.iter().position(|step| {
            if own(step) {
                counted += if looks(step) { 1 } else { 2 };
            }
            counted >= wrong
        });
        if let Some(last) = last {
            let steps = self.steps().iter().take(last + 1).cloned().collect();
            self.better(steps);
        }
    }

    /// Leaves out more and more, in smaller and smaller pieces, the later ones first: what others
    /// rest on comes before them.
    fn chunks(&mut self) {
        let mut size = self.steps().len().div_ceil(2);
        while size > 0 && self.tries < TRIES_MAX {
            let mut end = self.steps().len();
            let mut less = false;
            while end > 0 && self.tries < TRIES_MAX {
                let from = end.saturating_sub(size);
                let all = self.steps().iter().enumerate();
                let kept = all.filter(|(at, _)| !(from..end).contains(at));
                let kept = kept.map(|(_, step)| step.clone()).collect();
                less |= self.better(kept);
                end = from.min(self.steps().len());
            }
            // Single steps are tried until none can be left out any more.
            size = match size {
                1 if less => 1,
                1 => 0,
                _ => size.div_ceil(2),
            };
        }
    }

    /// Parties that nothing is said of are nobody.
    fn parties(&mut self) {
        let draft = &self.best.0.draft;
        let Ok(said) = serde_json::to_string(&draft.script.steps) else { return };
        let named = |party: &str| said.contains(&format!("{party:?}"));
        let mut cast = draft.script.cast.clone();
        cast.retain(|it| it.party == draft.plays || named(&it.party));
        if cast.len() < draft.script.cast.len() {
            let script = Script { cast, steps: draft.script.steps.clone() };
            self.attempt(Draft { script, ..draft.clone() });
        }
    }

    fn better(&mut self, steps: Vec<ScriptStep>) -> bool {
        let draft = &self.best.0.draft;
        let script = Script { cast: draft.script.cast.clone(), steps };
        self.attempt(Draft { script, ..draft.clone() })
    }

    /// Takes this session if it goes wrong in the same way.
    fn attempt(&mut self, draft: Draft) -> bool {
        self.tries += 1;
        let (number, reached) = (self.best.0.number, self.best.0.reached.clone());
        let Ok(session) = self.source.session(number, draft, reached) else { return false };
        let report = (self.play)(&session);
        let same = way(&report) == self.way;
        if same {
            self.best = (session, report);
        }
        same
    }
}
