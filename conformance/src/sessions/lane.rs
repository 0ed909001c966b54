//! The sessions of one profile and role against one client.

use std::collections::BTreeSet;

use conclave_model::{schedule::Reached, script::ScriptStep};
use sha2::{Digest as _, Sha256};

use super::{Session, SessionError, Source, shrink};
use crate::verdict::{CaseReport, Verdict};

/// A difference between the client and the model.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The smallest session that shows it.
    pub session: Session,
    /// What became of that session.
    pub report: CaseReport,
    /// How many steps of all parties the session had in which it was found.
    pub whole: usize,
}

/// The sessions of one plan, and what became of them.
#[derive(Debug)]
pub struct Lane {
    /// Where they come from.
    pub source: Source,
    /// How many were played.
    pub sessions: usize,
    /// How many inputs the client got in them, looks at what the user sees not counted.
    pub inputs: usize,
    /// How many requests it answered.
    pub requests: usize,
    /// The sessions, told apart by what everybody does and by what must come of it.
    pub distinct_sessions: BTreeSet<[u8; 8]>,
    /// The steps, told apart by what the client is given and by what must come of it.
    pub distinct_steps: BTreeSet<[u8; 8]>,
    /// What the client reached in them.
    pub reached: Reached,
    /// How many sessions did not apply to the client, and why the first of them did not.
    pub left_out: (usize, Option<String>),
    /// What was found: at most one failure, and one for each rule that only advises or was read.
    pub differences: Vec<Difference>,
    /// The session played last.
    pub last: Option<Session>,
}

impl Lane {
    /// Nothing played yet.
    #[must_use]
    pub fn new(source: Source) -> Self {
        Self {
            source,
            sessions: 0,
            inputs: 0,
            requests: 0,
            distinct_sessions: BTreeSet::new(),
            distinct_steps: BTreeSet::new(),
            reached: Reached::default(),
            left_out: (0, None),
            differences: Vec::new(),
            last: None,
        }
    }

    /// Whether it goes on: until the first failure.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        !self.differences.iter().any(|it| it.report.verdict.is_nonconformant())
    }

    /// Plays the next session. A difference is shrunk and kept.
    ///
    /// # Errors
    /// The session cannot be made.
    pub fn play(&mut self, play: shrink::Play<'_>) -> Result<(), SessionError> {
        let session = self.source.make()?;
        let report = play(&session);
        if report.verdict == Verdict::NotApplicable {
            self.left_out.0 += 1;
            self.left_out.1.get_or_insert(report.note.unwrap_or_default());
            return Ok(());
        }
        self.count(&session, &report);
        self.last = Some(session.clone());
        if report.verdict != Verdict::Pass && !self.is_known(&report) {
            let whole = session.draft.script.steps.len();
            let (session, report) = shrink::shrink(&self.source, session, report, play);
            self.differences.push(Difference { session, report, whole });
        }
        Ok(())
    }

    fn is_known(&self, report: &CaseReport) -> bool {
        let rule = |report: &CaseReport| report.deciding().map(|it| it.rule).next();
        let same = |it: &Difference| {
            it.report.verdict == report.verdict && rule(&it.report) == rule(report)
        };
        self.differences.iter().any(same)
    }

    fn count(&mut self, session: &Session, report: &CaseReport) {
        self.sessions += 1;
        self.requests += report.steps;
        self.reached.add(&session.reached);
        let own = |step: &&ScriptStep| step.party == session.draft.plays;
        self.inputs += session.draft.script.steps.iter().filter(own).count();
        let mut whole = Sha256::new();
        let script = session.case.session.iter().flat_map(|it| &it.script.steps);
        for step in script {
            // Messages are named by who sent them: random values make no step another.
            let said = serde_json::to_vec(step).unwrap_or_default();
            whole.update(&said);
            if own(&step) {
                self.distinct_steps.insert(short(Sha256::digest(&said).as_slice()));
            }
        }
        self.distinct_sessions.insert(short(whole.finalize().as_slice()));
    }
}

fn short(digest: &[u8]) -> [u8; 8] {
    digest.first_chunk().copied().unwrap_or_default()
}
