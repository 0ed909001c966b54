//! Whether a user has an address: two chains that name each other (4.6, "Overview of Sigchain Types").

use conclave_spec::{Rule, RuleSet};

use super::{EmailChain, UserChain, require};

/// Whether a user's chain and the chain of an address agree that the address is the user's, now.
///
/// # Errors
/// The last link of the address's chain names another user, the user's chain another address, their
/// numbers do not fit, or what it takes to see that is not disclosed.
pub fn identity(
    rules: RuleSet,
    user: &UserChain,
    email: &EmailChain,
    address: &str,
) -> Result<(), Rule> {
    let held = Rule::EmailHeldByUser;
    let change = user.email.as_ref().ok_or(held)?;
    let (named, email_number) = change.opened.as_ref().ok_or(held)?;
    let (holder, user_number) = email.user.as_ref().ok_or(held)?;
    require(rules, held, named == address && *holder == user.user_id)?;
    let agree =
        *email_number == email.tail.last_sequence_number && *user_number == change.sequence_number;
    require(rules, Rule::EmailNumbersAgree, agree)
}
