//! The cases for a client that chose otherwise where the paper is silent: the same scripts, and what
//! comes of them then.

use conclave_model::algebra::Bytes;
use conclave_spec::Profile;

use super::{RecordError, class_of, coming, expected_class, play, record, seed_of, staged};
use crate::{
    case::Case,
    cases::{self, Draft},
    policies::Chosen,
    protocol::Class,
};

/// The cases of all sessions, for a client that chose otherwise.
#[derive(Clone, Debug, Default)]
pub struct Under {
    /// What it is judged by.
    pub cases: Vec<Case>,
    /// What says nothing about such a client, and why.
    pub left_out: Vec<(Case, String)>,
}

/// Records every session of these profiles anew for a client with these policies.
///
/// # Errors
/// The reference has no such policy, or a draft and the reference disagree.
pub fn cases_under(chosen: &Chosen, profiles: &[Profile]) -> Result<Under, RecordError> {
    // Each profile on its own thread: a recording depends on nothing but its draft.
    let recorded: Vec<_> = std::thread::scope(|scope| {
        let begun: Vec<_> =
            profiles.iter().map(|profile| scope.spawn(|| cases_of(chosen, profile))).collect();
        begun.into_iter().map(std::thread::ScopedJoinHandle::join).collect()
    });
    let mut under = Under::default();
    for recorded in recorded {
        let of_profile = recorded.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        under.cases.extend(of_profile.cases);
        under.left_out.extend(of_profile.left_out);
    }
    Ok(under)
}

fn cases_of(chosen: &Chosen, profile: &Profile) -> Result<Under, RecordError> {
    let mut under = Under::default();
    for draft in cases::drafts(profile) {
        match case_of(&draft, chosen, profile)? {
            Ok(case) => under.cases.push(case),
            Err(why) => under.left_out.push((record(&draft, profile, profile)?, why)),
        }
    }
    Ok(under)
}

/// A draft recorded for a client with these policies, or why it says nothing about one.
fn case_of(
    draft: &Draft,
    chosen: &Chosen,
    profile: &Profile,
) -> Result<Result<Case, String>, RecordError> {
    let draft = match follows(draft, chosen) {
        Ok(draft) => draft,
        Err(why) => return Ok(Err(why)),
    };
    // For most scripts the policies change nothing that the draft expects.
    if let Ok(case) = record(&draft, profile, profile) {
        return Ok(Ok(case));
    }
    match adjusted(&draft, profile)? {
        Ok(draft) => record(&draft, profile, profile).map(Ok),
        Err(why) => Ok(Err(why)),
    }
}

/// The draft for a client with these policies, or why it is not about such a client.
fn follows(draft: &Draft, chosen: &Chosen) -> Result<Draft, String> {
    let other =
        draft.policies.iter().find(|(key, value)| chosen.get(*key).is_some_and(|it| it != *value));
    if let Some((key, value)) = other {
        return Err(format!("is about a client with {key} = {value}"));
    }
    let mut draft = draft.clone();
    draft.policies.extend(chosen.clone());
    Ok(draft)
}

/// The draft with what comes of its script under its policies, or why there is none.
fn adjusted(draft: &Draft, profile: &Profile) -> Result<Result<Draft, String>, RecordError> {
    let mut draft = draft.clone();
    let id = format!("{}/{}/{}", profile.id, draft.area, draft.name);
    let algebra = Bytes::seeded(seed_of(&draft));
    let mut stage = staged(&draft, &id, &algebra, profile)?;
    for (step, nth) in draft.script.steps.iter_mut().zip(1..) {
        // A script may name what such a client never sends.
        let Ok((_, reply)) = play(&mut stage, step) else {
            return Ok(Err(format!("its script cannot go on at step {nth}")));
        };
        let (class, rule) = class_of(step, &reply);
        if class == expected_class(step.expect.class)
            && (class == Class::Accept || rule == step.expect.rule)
        {
            continue;
        }
        let Some(expect) = coming(step, &reply) else {
            return Ok(Err(format!("its script makes no sense any more at step {nth}")));
        };
        (step.expect.class, step.expect.rule) = (expect.class, expect.rule);
    }
    Ok(Ok(draft))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policies::POLICIES;

    /// The stored cases are those of the defaults.
    #[test]
    fn the_defaults_change_no_case() {
        let profile = Profile::zoom_4_6();
        let defaults: Chosen =
            POLICIES.iter().map(|[key, default, _]| ((*key).into(), (*default).into())).collect();
        for draft in cases::drafts(&profile) {
            let Ok(same) = follows(&draft, &defaults) else {
                assert!(!draft.policies.is_empty(), "{}", draft.name);
                continue;
            };
            let same = adjusted(&same, &profile).expect("it is recorded").expect("it makes sense");
            assert_eq!(same.script, draft.script, "{}", draft.name);
        }
    }
}
