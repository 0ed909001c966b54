//! Whether a case applies to a client.

use conclave_model::{
    message,
    script::{Act, ScriptStep},
};

use crate::{
    case::{Case, CaseSession},
    protocol::{Codec, Hello, Input, Role},
    verdict::Mode,
};

/// Why a client that said this of itself is not held to a case.
#[must_use]
pub fn not_applicable(case: &Case, mode: Mode, hello: &Hello) -> Option<String> {
    let Some(session) = &case.session else {
        let formula = case.steps.iter().find_map(|step| {
            if let Input::Compute { formula, .. } = &step.input { Some(formula) } else { None }
        })?;
        return (!hello.formulas.contains(formula))
            .then(|| format!("does not declare the formula {formula}"));
    };
    if !hello.profiles.contains(&session.profile) {
        return Some(format!("does not declare the profile {}", session.profile));
    }
    if !hello.randomness.contains(&mode.randomness) || !hello.codecs.contains(&mode.codec) {
        return Some("declares no randomness class or no codec, so no sessions".to_owned());
    }
    if roles(session).iter().any(|role| !hello.roles.contains(role)) {
        return Some("does not declare the role".to_owned());
    }
    for (key, value) in &case.policies {
        let default = conclave_spec::readings::ALL
            .iter()
            .find(|reading| reading.policy == Some(key.as_str()))
            .map(|reading| reading.chosen);
        let declared = hello.policies.get(key);
        let can = declared.map_or(default == Some(value), |values| values.contains(value));
        if !can {
            return Some(format!("does not declare the policy {key} = {value}"));
        }
    }
    if mode.codec == Codec::Fields && session.script.steps.iter().any(|step| step.wire.is_some()) {
        return Some("damages bytes, and this client's bytes are its own".to_owned());
    }
    if mode.is_opaque() && needs_own_secrets(session) {
        return Some("needs the client's own secrets, which it keeps".to_owned());
    }
    None
}

/// The roles a client plays in a case: a participant may become the leader.
fn roles(session: &CaseSession) -> Vec<Role> {
    let mut own = session.script.steps.iter().filter(|step| step.party == session.plays);
    let participates =
        |step: &ScriptStep| matches!(step.act, Act::Join { role: message::Role::Participant, .. });
    let participates = own.any(participates) || !session.leads;
    let roles = [(Role::Leader, session.leads), (Role::Participant, participates)];
    roles.into_iter().filter(|(_, plays)| *plays).map(|(role, _)| role).collect()
}

/// Whether another party forges with the secrets of the client under test.
pub(super) fn needs_own_secrets(session: &CaseSession) -> bool {
    session.script.steps.iter().any(|step| step.act.uses_secrets_of(&session.plays))
}
