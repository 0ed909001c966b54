//! What one client alone may choose: the policies, and what becomes of a client that follows one.

use std::collections::BTreeMap;

use conclave_model::client::{Policies, Policy};
use conclave_spec::{Profile, readings::Under};

/// What a client chose, by policy key.
pub type Chosen = BTreeMap<String, String>;

/// Every policy: its key, the default, the other value.
pub const POLICIES: [[&str; 3]; 9] = [
    ["coalescing", "at_21", "never"],
    ["first_heartbeat", "any", "own_join"],
    ["first_key_wait", "no_wait", "wait"],
    ["leader_wait", "waits", "at_once"],
    ["leave_in_throttle", "throttled", "immediate"],
    ["leaves_counted", "device", "user"],
    ["replay_window", "window", "increase"],
    ["takeover_key", "rotate", "keep"],
    ["unlisted_sender", "play", "drop"],
];

/// The profile and the choices of a client that follows these policies.
///
/// # Errors
/// There is no such policy, or no such value of it.
pub fn follow(profile: Profile, chosen: &Chosen) -> Result<(Profile, Policies), String> {
    let mut followed = (profile, Policies::default());
    for (key, value) in chosen {
        let (profile, policies) = followed;
        let default = POLICIES.iter().any(|[known, default, _]| known == key && default == value);
        followed = match (Under::of_policy(key, value), Policy::named(key, value)) {
            (Some(under), _) => (under.of(profile), policies),
            (None, Some(policy)) => (profile, policies.with(policy)),
            (None, None) if default => (profile, policies),
            (None, None) => return Err(format!("no policy {key:?} = {value:?}")),
        };
    }
    Ok(followed)
}

#[cfg(test)]
mod tests {
    use conclave_spec::readings;

    use super::*;

    #[test]
    fn each_is_of_a_reading_whose_choice_is_the_default_and_changes_a_client() {
        let of = |key: &str, value: &str| {
            follow(Profile::zoom_3_3(), &Chosen::from([(key.to_owned(), value.to_owned())]))
        };
        let plain = Ok((Profile::zoom_3_3(), Policies::default()));
        for [key, default, other] in POLICIES {
            let reading = readings::ALL.iter().find(|it| it.policy == Some(key)).expect(key);
            assert_eq!(reading.chosen, default, "{key}");
            assert!(reading.alternative(other).is_some(), "{key}");
            assert_eq!(of(key, default), plain, "{key}");
            assert!(of(key, other).is_ok_and(|it| Ok(it) != plain), "{key}");
            assert!(of(key, "another").is_err(), "{key}");
        }
        assert_eq!(readings::policies().count(), POLICIES.len());
    }
}
