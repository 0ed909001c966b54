//! What becomes of each finding under every other reading, from the stored explorations.

use conclave_model::properties::Goal;

use super::Table;

/// A finding: a goal that 4.6 breaks with all its rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its number. Never reused.
    pub id: &'static str,
    /// The goal broken.
    pub goal: Goal,
    /// The slice that shows it.
    pub slice: &'static str,
}

const fn finding(id: &'static str, goal: Goal, slice: &'static str) -> Finding {
    Finding { id, goal, slice }
}

/// Every finding in 4.6 as it is read here.
pub const FINDINGS: &[Finding] = &[
    finding("F-01", Goal::LiveRoster, "creep"),
    finding("F-02", Goal::Indicator, "suite"),
    finding("F-03", Goal::Heard, "devices"),
    finding("F-04", Goal::AgreeKey, "withheld"),
    finding("F-05", Goal::Nonce, "devices"),
    finding("F-06", Goal::LiveMedia, "late"),
    finding("F-07", Goal::LiveScale, "crowd"),
    finding("F-08", Goal::LiveRoster, "again"),
    finding("F-09", Goal::Shown, "leaver"),
];

impl Finding {
    /// Every alternative that was explored, as in `R-54=unbound`, and whether the goal holds under
    /// it.
    #[must_use]
    pub fn under(&self, table: &Table) -> Vec<(String, bool)> {
        let quick = table.readings.iter().filter(|_| self.slice != super::UNDER_OTHERS.0);
        let quick = quick.map(|row| {
            let ends =
                row.mends.iter().any(|it| it.goal == self.goal.id() && it.slice == self.slice);
            (format!("{}={}", row.reading, row.alternative), ends)
        });
        let long = table.rows.iter().filter(|row| row.slice == self.slice);
        let long = long.filter_map(|row| {
            let judged = row.goals.iter().find(|it| it.goal == self.goal.id())?;
            Some((row.under.clone()?, judged.verdict == "holds"))
        });
        quick.chain(long).collect()
    }
}
