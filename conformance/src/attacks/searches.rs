//! Attacks that the explorer comes upon by itself: where it looks and what must break, and no
//! script.

use conclave_model::{
    explore::{
        Counterexample, ExploreError, Limits, Pace, ReplayError, Until, explore_within,
        replay_on_bytes,
    },
    properties::Goal,
    world::{Rig, SPY, Slice},
};
use conclave_spec::{Profile, Rule};

use super::Entry;

/// Where an attack of the corpus is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// Its identifier in the corpus.
    pub attack: &'static str,
    /// The version that lacks the rule against it.
    pub profile: &'static str,
    /// A rule taken from that version, where none lacks it.
    pub without: Option<Rule>,
    /// The part of the state space.
    pub slice: &'static str,
    /// What must break.
    pub goal: Goal,
}

/// A search that does not find what it must, or cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// The table names what there is not.
    #[error("{0}: the table of searches names no such profile, slice or attack")]
    Unknown(&'static str),
    /// The goal holds.
    #[error("{attack}: {goal} holds in all {states} states of the slice", goal = .goal.id())]
    NotFound {
        /// The attack looked for.
        attack: &'static str,
        /// What does not break.
        goal: Goal,
        /// How many states there are.
        states: usize,
    },
    /// Over real cryptography it is not so.
    #[error("{0}: the counterexample does not break its goal over real cryptography")]
    OnlyOnTerms(&'static str),
    /// The model is at fault.
    #[error(transparent)]
    Explore(#[from] ExploreError),
    /// The counterexample cannot be played.
    #[error(transparent)]
    Replay(#[from] ReplayError),
}

const fn search(
    attack: &'static str,
    profile: &'static str,
    slice: &'static str,
    goal: Goal,
) -> Search {
    Search { attack, profile, without: None, slice, goal }
}

const fn lacking(rule: Rule, attack: &'static str, slice: &'static str, goal: Goal) -> Search {
    Search { without: Some(rule), ..search(attack, "zoom-4.6", slice, goal) }
}

/// Every search, in the order of the corpus.
pub const SEARCHES: &[Search] = &[
    search("ATK-ZM-06", "zoom-4.1-client-5.12", "drip", Goal::LiveRoster),
    search("ATK-ZM-06B", "zoom-4.6", "creep", Goal::LiveRoster),
    search("ATK-ZM-07", "zoom-4.1-client-5.12", "stale", Goal::LiveKey),
    search("ATK-ZM-08", "zoom-4.1-client-5.12", "fork", Goal::History),
    search("ATK-ZM-10", "zoom-3.3", "certified", Goal::RosterSend),
    search("ATK-ZM-11", "zoom-3.3", "joiner", Goal::Backward),
    search("ATK-ZM-14", "zoom-2.3.1", "small", Goal::Removal),
    lacking(Rule::SubkeyUsesMeetingKey, "ATK-ZM-15", "rejoin", Goal::Nonce),
    lacking(Rule::BindingNamesMeeting, "ATK-ZM-17", "identity", Goal::Genuine),
    lacking(Rule::SnapshotKeepsKnown, "ATK-ZM-20", "ghost", Goal::Rejoin),
    lacking(Rule::LeaderListed, "ATK-ZM-20B", "ghost", Goal::LeaderListed),
    search("ATK-ZM-20D", "zoom-4.6", "withheld", Goal::AgreeKey),
    lacking(Rule::LeavesCounted, "ATK-ZM-21", "names", Goal::Names),
    search("ATK-ZM-25", "zoom-4.1-client-5.12", "lock", Goal::LockKept),
    lacking(Rule::RequestMatchesHead, "ATK-ZM-27A", "cohost", Goal::LockKept),
    lacking(Rule::RequestVerifies, "ATK-ZM-27B", "cohost", Goal::LockKept),
    lacking(Rule::SuiteFromSignedKey, "ATK-ZM-33", "suite", Goal::NoDowngrade),
    lacking(Rule::EncodingInjective, "ATK-ZM-37", "encoding", Goal::Genuine),
    lacking(Rule::RejoinSameKey, "ATK-MX-01", "rejoin", Goal::Rejoin),
];

impl Search {
    /// The attack looked for.
    ///
    /// # Errors
    /// The corpus has no such attack.
    pub fn entry(&self) -> Result<Entry, SearchError> {
        Entry::by_id(self.attack).ok_or(SearchError::Unknown(self.attack))
    }

    /// The version searched, and the part of its state space.
    ///
    /// # Errors
    /// The table names what there is not.
    pub fn place(&self) -> Result<(Profile, Slice), SearchError> {
        let unknown = SearchError::Unknown(self.attack);
        let profile = Profile::by_id(self.profile).ok_or(unknown.clone())?;
        let profile = match self.without {
            Some(rule) => profile.without(rule),
            None => profile,
        };
        let slice = Slice::by_name(self.slice).ok_or(unknown)?;
        Ok((profile, Slice { goals: vec![self.goal], ..slice }))
    }

    /// Looks, until the goal breaks, for the shortest way to break it, and plays that over real
    /// cryptography.
    ///
    /// # Errors
    /// It is not found, or not so over real cryptography.
    pub fn find(
        &self,
        threads: usize,
        progress: &mut dyn FnMut(Pace),
    ) -> Result<Counterexample, SearchError> {
        let (profile, slice) = self.place()?;
        let until = Until::Broken(self.goal);
        let limits = Limits { until, threads, ..Limits::default() };
        let found = explore_within(&profile, &slice, &limits, progress)?;
        let (attack, goal) = (self.attack, self.goal);
        let Some(counterexample) = found.counterexample(goal) else {
            let states = found.distinct_states;
            return Err(SearchError::NotFound { attack, goal, states });
        };
        let rig = Rig::new(&profile, &slice);
        let played = replay_on_bytes(&counterexample.script, &rig.profile, goal, SPY)?;
        if played.violated && played.unexpected.is_none() {
            Ok(counterexample.clone())
        } else {
            Err(SearchError::OnlyOnTerms(attack))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Expected, *};

    /// Moves, and states reached before: a changed model is noticed.
    const FOUND: &[(&str, usize, usize)] = &[
        ("ATK-ZM-06", 15, 235),
        ("ATK-ZM-06B", 47, 56322),
        ("ATK-ZM-07", 3, 197),
        ("ATK-ZM-08", 3, 156),
        ("ATK-ZM-10", 2, 11),
        ("ATK-ZM-11", 5, 512),
        ("ATK-ZM-14", 8, 1807),
        ("ATK-ZM-15", 3, 95),
        ("ATK-ZM-17", 1, 4),
        ("ATK-ZM-20", 3, 33),
        ("ATK-ZM-20B", 5, 358),
        ("ATK-ZM-20D", 5, 1056),
        ("ATK-ZM-21", 7, 456),
        ("ATK-ZM-25", 2, 23),
        ("ATK-ZM-27A", 4, 23),
        ("ATK-ZM-27B", 2, 6),
        ("ATK-ZM-33", 3, 43),
        ("ATK-ZM-37", 1, 4),
        ("ATK-MX-01", 2, 10),
    ];

    #[test]
    fn every_search_finds_its_attack_in_a_version_that_lets_it_succeed_or_lacks_the_rule() {
        for (search, wanted) in SEARCHES.iter().zip(FOUND) {
            let entry = search.entry().expect("an attack of the corpus");
            let profile = Profile::by_id(search.profile).expect("a profile");
            match search.without {
                Some(rule) => assert!(profile.rules.contains(rule), "{}", search.attack),
                None => {
                    let expected = entry.expected_in(&profile);
                    let open = matches!(expected, Expected::Succeeds | Expected::Detected);
                    assert!(open, "{}: {expected:?}", search.attack);
                }
            }
            let found = search.find(1, &mut |_| {}).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!((search.attack, found.moves.len(), found.after_states), *wanted);
        }
        assert_eq!(SEARCHES.len(), FOUND.len());
    }
}
