//! The cases for a client that chose otherwise where the paper is silent: the same scripts, and what
//! comes of them then.

use std::collections::BTreeMap;

use conclave_model::{algebra::Bytes, script::ExpectedClass};
use conclave_spec::Profile;

use super::{RecordError, class_of, expected_class, play, record, seed_of, staged};
use crate::{
    case::Case,
    cases::{self, Draft},
    protocol::Class,
};

/// What a client chose, by policy key.
pub type Chosen = BTreeMap<String, String>;

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
    let mut under = Under::default();
    for profile in profiles {
        for draft in cases::drafts(profile) {
            match adjusted(&draft, chosen, profile)? {
                Ok(draft) => under.cases.push(record(&draft, profile, profile)?),
                Err(why) => under.left_out.push((record(&draft, profile, profile)?, why)),
            }
        }
    }
    Ok(under)
}

/// A draft that expects what comes of its script under these policies, or why there is none.
fn adjusted(
    draft: &Draft,
    chosen: &Chosen,
    profile: &Profile,
) -> Result<Result<Draft, String>, RecordError> {
    let other =
        draft.policies.iter().find(|(key, value)| chosen.get(*key).is_some_and(|it| it != *value));
    if let Some((key, value)) = other {
        return Ok(Err(format!("is about a client with {key} = {value}")));
    }
    let mut draft = draft.clone();
    draft.policies.extend(chosen.clone());
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
        let Some(class) = expectable(class).filter(|_| rule.is_some() || class == Class::Accept)
        else {
            return Ok(Err(format!("its script makes no sense any more at step {nth}")));
        };
        (step.expect.class, step.expect.rule) = (class, rule);
    }
    Ok(Ok(draft))
}

fn expectable(class: Class) -> Option<ExpectedClass> {
    Some(match class {
        Class::Accept => ExpectedClass::Accept,
        Class::Reject => ExpectedClass::Reject,
        Class::Ignore => ExpectedClass::Ignore,
        Class::Pending => ExpectedClass::Pending,
        Class::Leave => ExpectedClass::Leave,
        Class::BadRequest => ExpectedClass::BadRequest,
        Class::Unsupported | Class::Internal => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::POLICIES;

    /// The stored cases are those of the defaults.
    #[test]
    fn the_defaults_change_no_case() {
        let profile = Profile::zoom_4_6();
        let defaults: Chosen =
            POLICIES.iter().map(|[key, default, _]| ((*key).into(), (*default).into())).collect();
        for draft in cases::drafts(&profile) {
            let Ok(same) = adjusted(&draft, &defaults, &profile).expect("it is recorded") else {
                assert!(!draft.policies.is_empty(), "{}", draft.name);
                continue;
            };
            assert_eq!(same.script, draft.script, "{}", draft.name);
        }
    }
}
