//! The formulas about what a client shows of devices, addresses and memberships.

use conclave_model::sigchain::{
    Served,
    addresses::{AddressHistory, Now, Standing, Told, membership},
    history::History,
    shown::{View, accounts, addresses, devices, fingerprint_shown, keys_due, notices},
};
use conclave_spec::{Octets, RuleSet, formulas::sigchain::Tail, wire};

use super::{
    Inputs, Outputs, Refused,
    chains::{CHAIN, Given, by, identifier, items, openings, tail},
    one,
};

const SHOWN: &str = "shown_sequence_number";

/// The inputs of a formula of this module.
pub(super) fn names(formula: &str) -> Option<Vec<&'static str>> {
    let others: &[&'static str] = match formula {
        "device_list" => &[SHOWN, "device_id", "account_sequence_number", "account_hash"],
        "chain_notices" => &[SHOWN, "device_id"],
        "address_history" => &[SHOWN, "user_id"],
        "account_member" => {
            return Some(vec![
                "cloud_name",
                "user_id",
                "account_id",
                "user_links",
                "user_openings",
                "membership_links",
                "membership_openings",
            ]);
        }
        _ => return None,
    };
    Some([&CHAIN, others].concat())
}

/// Computes a formula of this module.
pub(super) fn compute(
    rules: RuleSet,
    formula: &str,
    inputs: &Inputs<'_>,
) -> Result<Outputs, Refused> {
    match formula {
        "device_list" => device_list(rules, inputs),
        "chain_notices" => {
            viewer(inputs)?;
            let (shown, given) = (shown(inputs)?, Given::of(rules, inputs, "User")?);
            let history = History::verify(rules, &given.served()).map_err(by)?;
            reached(inputs, shown, &history.chain.tail)?;
            let viewer = there(inputs, &history)?;
            let view = View { viewer, known: given.known.as_ref(), shown };
            let mut outputs = list("notices", &notices(rules, &history, view));
            let due = if keys_due(rules, &history, view.viewer) { "yes" } else { "no" };
            outputs.insert("keys_due".to_owned(), due.to_owned());
            Ok(outputs)
        }
        "address_history" => address_history(rules, inputs),
        _ => account_member(rules, inputs),
    }
}

fn list(name: &str, encoded: &[Octets]) -> Outputs {
    one(name, &wire::join(encoded))
}

/// The number of the last link that the user was shown.
pub(super) fn shown(inputs: &Inputs<'_>) -> Result<u32, Refused> {
    u32::try_from(inputs.number(SHOWN)?).map_err(|_| inputs.width(SHOWN))
}

/// That a chain has the link that the user was shown.
fn reached(inputs: &Inputs<'_>, shown: u32, tail: &Tail) -> Result<(), Refused> {
    (shown <= tail.last_sequence_number).then_some(()).ok_or_else(|| inputs.width(SHOWN))
}

/// The device that views, or none.
fn viewer<'a>(inputs: &'a Inputs<'_>) -> Result<Option<&'a str>, Refused> {
    if inputs.text("device_id")?.is_empty() {
        Ok(None)
    } else {
        identifier(inputs, "device_id").map(Some)
    }
}

/// The same, where the chain has it.
fn there<'a>(inputs: &'a Inputs<'_>, history: &History) -> Result<Option<&'a str>, Refused> {
    let viewer = viewer(inputs)?;
    let known = |id: &str| history.chain.devices.iter().any(|it| it.id == id);
    if viewer.is_none_or(known) { Ok(viewer) } else { Err(inputs.width("device_id")) }
}

fn device_list(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    viewer(inputs)?;
    let (shown, account) = (shown(inputs)?, tail(inputs, "Account", "account")?);
    let given = Given::of(rules, inputs, "User")?;
    let history = History::verify(rules, &given.served()).map_err(by)?;
    reached(inputs, shown, &history.chain.tail)?;
    let view = View { viewer: there(inputs, &history)?, known: given.known.as_ref(), shown };
    let mut outputs = list("devices", &devices(rules, &history, view));
    outputs.extend(list("addresses", &addresses(rules, &history)));
    outputs.extend(list("accounts", &accounts(rules, &history)));
    let fingerprint = fingerprint_shown(rules, &history, view, account.as_ref());
    outputs.extend(one("fingerprint", &fingerprint.ok_or_else(|| inputs.width("account_hash"))?));
    outputs.extend(one("hash", &history.chain.tail.last_link_hash));
    let number = history.chain.tail.last_sequence_number.to_string();
    outputs.insert("sequence_number".to_owned(), number);
    Ok(outputs)
}

fn address_history(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let (user_id, last) = (identifier(inputs, "user_id")?, shown(inputs)?);
    let given = Given::of(rules, inputs, "Email")?;
    let history = AddressHistory::verify(rules, &given.served(), user_id, last).map_err(by)?;
    if usize::try_from(last).is_ok_and(|last| last > history.users.len()) {
        return Err(inputs.width(SHOWN));
    }
    let other = match history.other {
        Told::Yes => "yes",
        Told::No => "no",
        Told::Unknown => "unknown",
    };
    let now = match history.now {
        Now::None => "none",
        Now::Same => "same",
        Now::Other => "other",
        Now::Unknown => "unknown",
    };
    let mut outputs = list("users", &history.encoded(rules));
    outputs.insert("other".to_owned(), other.to_owned());
    outputs.insert("now".to_owned(), now.to_owned());
    Ok(outputs)
}

fn account_member(rules: RuleSet, inputs: &Inputs<'_>) -> Result<Outputs, Refused> {
    let cloud_name = identifier(inputs, "cloud_name")?;
    let (user_id, account_id) = (identifier(inputs, "user_id")?, identifier(inputs, "account_id")?);
    let (user_links, links) = (items(inputs, "user_links")?, items(inputs, "membership_links")?);
    let user_openings = openings(rules, inputs, "user_openings")?;
    let member_openings = openings(rules, inputs, "membership_openings")?;
    let of_user = Served {
        cloud_name,
        subject: user_id,
        known: None,
        links: &user_links,
        openings: &user_openings,
    };
    let of_members =
        Served { subject: account_id, links: &links, openings: &member_openings, ..of_user };
    let standing = match membership(rules, &of_user, &of_members).map_err(Refused::By)? {
        Standing::Member => "member",
        Standing::Added => "added",
        Standing::Removed => "removed",
    };
    Ok(Outputs::from([("standing".to_owned(), standing.to_owned())]))
}
