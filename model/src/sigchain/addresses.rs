//! Whose an address was, and where an account has its user (4.6, 3.5.4 and 3.5.6; readings R-166 and
//!

use std::collections::BTreeMap;

use conclave_spec::{Octets, Rule, RuleSet, layouts::devices::ADDRESS_USER, wire};

use super::{
    Body, ChainType, EmailChain, Opened, Refusal, Served,
    history::{AccountSet, History},
    plain::unsigned,
    require, walk,
};

/// Something that a client may not be able to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// What it takes to tell is not disclosed.
    Unknown,
}

/// Whose an address is now, for somebody who knows a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Now {
    /// It is nobody's: its chain has no link.
    None,
    /// It is that user's.
    Same,
    /// It is another user's.
    Other,
    /// The last link does not tell.
    Unknown,
}

/// Whose an address was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressHistory {
    /// By each link, oldest first: its number, and the user with the number that it tells.
    pub users: Vec<(u32, Option<(String, u32)>)>,
    /// Whether another user had it since.
    pub other: Told,
    /// Whose it is now.
    pub now: Now,
}

impl AddressHistory {
    /// Checks the chain of an address as [`EmailChain::verify`] does, for somebody who knew it to be a
    /// user's when the link with the number `last` was the last one.
    ///
    /// # Errors
    /// A link breaks a rule, or what is known already is missing.
    pub fn verify(
        rules: RuleSet,
        served: &Served<'_>,
        user_id: &str,
        last: u32,
    ) -> Result<Self, Refusal> {
        let mut users = Vec::new();
        EmailChain::verify_with(rules, served, |number, opened| {
            // What a link says of another address says nothing of this one.
            let told = opened.user.clone().filter(|_| opened.address.is_some());
            users.push((number, told));
        })?;
        let mut since: Vec<_> =
            users.iter().filter(|(number, _)| *number > last).map(|(_, told)| told).collect();
        if !rules.contains(Rule::TakeoverTold) {
            since.drain(..since.len().saturating_sub(1));
        }
        let another =
            |told: &&Option<(String, u32)>| told.as_ref().is_some_and(|(user, _)| user != user_id);
        let untold = since.iter().any(|told| told.is_none());
        let other = if since.iter().any(another) {
            Told::Yes
        } else if untold && rules.contains(Rule::UntoldIsUnknown) {
            Told::Unknown
        } else {
            Told::No
        };
        let now = match users.last() {
            None => Now::None,
            Some((_, None)) => Now::Unknown,
            Some((_, Some((user, _)))) if user == user_id => Now::Same,
            Some((_, Some(_))) => Now::Other,
        };
        Ok(Self { users, other, now })
    }

    /// The users, each as its encoding.
    #[must_use]
    pub fn encoded(&self, rules: RuleSet) -> Vec<Octets> {
        let one = |(number, told): &(u32, Option<(String, u32)>)| {
            let (user, place) = told.as_ref().map_or(("", 0), |it| (it.0.as_str(), it.1));
            let (number, place) = (wire::u32_be(*number), wire::u32_be(place));
            let fields: [(&str, &[u8]); 3] = [
                ("sequence_number", number.as_slice()),
                ("user_id", user.as_bytes()),
                ("user_chain_sequence_number", place.as_slice()),
            ];
            wire::encode(&ADDRESS_USER, rules, &fields).unwrap_or_default()
        };
        self.users.iter().map(one).collect()
    }
}

/// What a membership chain says of a user that it added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Every removal since is disclosed, and none is the user's.
    Member,
    /// Some removal since is not disclosed.
    Added,
    /// The user was removed since.
    Removed,
}

/// Who came and went by one link of a membership chain.
struct Members {
    /// Where the commitments stand, by field.
    committed: Vec<String>,
    /// Those that are disclosed, by field: the user, and the number of the link of the user's chain.
    disclosed: BTreeMap<String, (String, u32)>,
}

impl Members {
    fn of(body: &Body, opened: &Opened) -> Self {
        let committed = body.committed.keys().cloned().collect();
        Self { committed, disclosed: opened.members.clone() }
    }
}

/// What the chains of a user and of the members of an account say of the user's membership.
///
/// # Errors
/// A chain does not hold, or the user is not added where the user's chain says.
pub fn membership(
    rules: RuleSet,
    of_user: &Served<'_>,
    of_members: &Served<'_>,
) -> Result<Standing, Rule> {
    let history = History::verify(rules, of_user).map_err(|refusal| refusal.rule)?;
    let mut links = Vec::new();
    walk(rules, ChainType::Membership, of_members, |read| {
        unsigned(rules, read.link)?;
        links.push((read.link.sequence_number, Members::of(read.body, read.opened)));
        Ok(())
    })
    .map_err(|refusal| refusal.rule)?;
    let (user_id, account_id) = (of_user.subject, of_members.subject);
    let set =
        history.events.iter().rev().find_map(|it| Some((it.sequence_number, it.account.as_ref()?)));
    let none = AccountSet::default();
    let (number, set) = set.unwrap_or((0, &none));
    let added = links.iter().find(|(number, _)| *number == set.sequence_number);
    let at = format!("added/{}", set.addition_index);
    let named = added.and_then(|(_, members)| members.disclosed.get(&at));
    let there = named.is_some_and(|(user, at)| user == user_id && *at == number);
    require(rules, Rule::MemberAtPlace, set.account_id == account_id && there)?;
    let mut hidden = false;
    for (_, members) in links.iter().filter(|(number, _)| *number > set.sequence_number) {
        for field in members.committed.iter().filter(|field| field.starts_with("removed/")) {
            match members.disclosed.get(field) {
                Some((user, _)) if user == user_id => return Ok(Standing::Removed),
                Some(_) => {}
                None => hidden = true,
            }
        }
    }
    let counts = hidden && rules.contains(Rule::MemberUnlessHidden);
    Ok(if counts { Standing::Added } else { Standing::Member })
}
