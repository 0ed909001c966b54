//! Who the participants of a meeting are while it goes on: what a client displays after each thing that
//! it is told, and to whom a host gives keys (`docs/meeting-identity.md`; readings R-173 to R-180).
//!
//! ```text
//! event --> take: evidence is kept, commitments and grown chains are checked
//!       --> alone: each participant listed, with its own evidence    --> chains seen
//!       --> among: against the chains seen of all, and the tree      --> displayed
//! ```
//!
//! What is displayed is a function of what is kept and the time: nothing of a check is remembered but the
//! chains it saw, so the order in which evidence comes is no matter.

use std::collections::BTreeMap;

use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::{sigchain::Tail, transparency::TreeState},
    wire,
};

use super::{ShownBy, require};
use crate::{
    sigchain::{AccountChain, ChainType, EmailChain, Opening, Served, UserChain},
    transparency::{Audit, Level, Signed as SignedState, commitment},
};

mod check;
mod display;
mod events;
#[cfg(test)]
mod tests;

use check::Verdict;
pub use display::{Display, Standing};
pub use events::{Attestation, Event, Offered, OverTails, Subject, Told, What};

/// What a chain goes by: its type, and the user, address or account it is about.
pub type Name = (ChainType, String);

/// What a client goes by in a meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The cloud.
    pub cloud_name: String,
    /// The key of the server's statements and commitments, 32 bytes.
    pub server_key: Octets,
    /// The meeting.
    pub meeting_id: String,
    /// The UUID of the meeting instance.
    pub meeting_uuid: [u8; 16],
    /// The tails it remembers from before.
    pub known: BTreeMap<Name, Tail>,
    /// Whether chains are looked at: if not, attestations are of an identity key alone.
    pub by_chains: bool,
    /// Whether it looks into the server's tree.
    pub looks_up: bool,
    /// The keys of the auditors it trusts.
    pub auditors: Vec<Octets>,
    /// Whether the meeting demands that the host has checked before it gives keys.
    pub host_checks: bool,
}

/// The keys of a device that the roster has.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Keys {
    ivk: Octets,
    pk: Octets,
}

/// The longest chain seen of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    links: Vec<Octets>,
    tail: Tail,
    /// What it says, if it is a user's.
    user: Option<UserChain>,
    /// Whether one was seen that neither goes on from the other.
    forked: bool,
}

/// A chain that holds, with its name.
struct Held {
    name: Name,
    links: Vec<Octets>,
    tail: Tail,
    user: Option<UserChain>,
}

/// What a client keeps of what it was told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    roster: BTreeMap<(String, String), Keys>,
    /// By the ephemeral key too: a binding of another key replaces none.
    bindings: BTreeMap<(Subject, Octets), OverTails>,
    statements: BTreeMap<Subject, OverTails>,
    told: BTreeMap<Subject, Told>,
    attestations: BTreeMap<Subject, (u64, Attestation)>,
    lookups: BTreeMap<Name, (u64, Octets)>,
    trees: BTreeMap<u64, TreeState>,
    newest: Option<(u64, Level)>,
    seen: BTreeMap<Name, Seen>,
    /// Where the longest chain seen ended when somebody with it was displayed last.
    shown: BTreeMap<Name, Tail>,
    /// What was displayed last of a device, with the ephemeral key; looked at only by a client that does not
    /// take it back.
    before: BTreeMap<(String, String), (Octets, Display)>,
}

/// What comes of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The rule that refuses the event, if one does.
    pub refused: Option<Rule>,
    /// What is displayed now, in the order of user IDs and hardware IDs.
    pub displays: Vec<Display>,
}

/// What a client keeps and displays after an event.
#[must_use]
pub fn step(rules: RuleSet, client: &Client, state: &State, event: &Event) -> (State, Outcome) {
    let mut next = state.clone();
    let refused = next.take(rules, client, event).err();
    let displays = next.judge(rules, client, event.at_s);
    (next, Outcome { refused, displays })
}

impl State {
    /// Whether an auditor vouches for the newest commitment taken; none without one.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        self.newest.map(|(_, level)| level)
    }

    /// What is to be known in the next meeting: of chains by which somebody was displayed, as far as
    /// the tree had them, or without the tree the longest seen.
    #[must_use]
    pub fn remembered(&self, rules: RuleSet, client: &Client) -> BTreeMap<Name, Tail> {
        let mut all = client.known.clone();
        let lines = self.seen.iter().filter(|(_, seen)| !seen.forked);
        all.extend(lines.filter_map(|(name, seen)| {
            let longest = Some(&seen.tail);
            let tail = match self.shown.get(name) {
                _ if !rules.contains(Rule::RememberedAsShown) => longest,
                Some(_) if !client.looks_up => longest,
                shown => shown,
            };
            tail.map(|tail| (name.clone(), tail.clone()))
        }));
        all
    }

    /// Keeps what an event brings.
    ///
    /// # Errors
    /// A commitment or a grown chain breaks a rule.
    fn take(&mut self, rules: RuleSet, client: &Client, event: &Event) -> Result<(), Rule> {
        match event.what.clone() {
            What::Listed(Subject { user_id, hardware_id, ivk }, pk) => {
                self.roster.insert((user_id, hardware_id), Keys { ivk, pk });
            }
            What::Left(user_id, hardware_id) => {
                let device = (user_id, hardware_id);
                self.roster.remove(&device);
                self.before.remove(&device);
            }
            What::Binding(subject, pk, signed) => {
                let of = (subject, pk);
                if !self.bindings.contains_key(&of) || signed.may_replace(rules, client, &of) {
                    self.bindings.insert(of, signed);
                }
            }
            What::Statement(subject, signed) => {
                self.statements.insert(subject, signed);
            }
            What::Chains(subject, told) => {
                self.told.insert(subject, *told);
            }
            What::Attestation(subject, attestation) => {
                self.attestations.insert(subject, (event.at_s, *attestation));
            }
            What::Growth(kind, subject, offered) => {
                let held = Held::grown(rules, client, (&kind, subject), &offered)?;
                if !held.links.is_empty() {
                    self.see(rules, held)?;
                }
            }
            What::Tree(tree, signature, audits) => {
                self.tree(rules, client, tree, (&signature, &audits))?;
            }
            What::Lookup(kind, subject, epoch, proof) => {
                if let Some(kind) = chain_type(&kind) {
                    self.lookups.insert((kind, subject), (epoch, proof));
                }
            }
            What::Time => {}
        }
        Ok(())
    }

    /// Takes a commitment that goes on from the newest one.
    fn tree(
        &mut self,
        rules: RuleSet,
        client: &Client,
        tree: TreeState,
        (signature, audits): (&Octets, &Octets),
    ) -> Result<(), Rule> {
        let audits = wire::split(audits).map_err(|_| Rule::EncodingCanonical)?;
        let audits: Result<Vec<_>, _> = audits.iter().map(|it| Audit::decode(rules, it)).collect();
        let known = self.newest.and_then(|(epoch, _)| self.trees.get(&epoch));
        let trusted = (&client.cloud_name[..], &client.server_key, &client.auditors[..]);
        let offered = SignedState { state: &tree, signature };
        let level = commitment(rules, trusted, known, offered, &audits?)?;
        self.newest = Some((tree.epoch, level));
        self.trees.insert(tree.epoch, tree);
        Ok(())
    }

    /// Keeps a chain that holds, if it is the longest of its name.
    ///
    /// # Errors
    /// It does not lie on one line with what was seen.
    fn see(&mut self, rules: RuleSet, held: Held) -> Result<(), Rule> {
        let Held { name, links, tail, user } = held;
        let Some(seen) = self.seen.get_mut(&name) else {
            self.seen.insert(name, Seen { links, tail, user, forked: false });
            return Ok(());
        };
        if links.starts_with(&seen.links) {
            if links.len() > seen.links.len() {
                let forked = seen.forked;
                *seen = Seen { links, tail, user, forked };
            }
            return Ok(());
        }
        let on_one_line = seen.links.starts_with(&links);
        seen.forked |= !on_one_line && rules.contains(Rule::OneChainInMeeting);
        require(rules, Rule::OneChainInMeeting, on_one_line)
    }

    /// Checks everybody who is listed.
    fn judge(&mut self, rules: RuleSet, client: &Client, now_s: u64) -> Vec<Display> {
        let roster = self.roster.clone();
        let alone: Vec<_> = roster
            .iter()
            .map(|(device, keys)| self.alone(rules, client, (device, keys), now_s))
            .collect();
        for verdict in &alone {
            if let Verdict::Held(checked) = verdict {
                // Whether it is on one line is asked of all together.
                for held in checked.chains() {
                    let _ = self.see(rules, held);
                }
            }
        }
        let listed = roster.iter().zip(alone);
        let displays: Vec<_> = listed
            .map(|((device, keys), verdict)| {
                let standing = match verdict {
                    Verdict::Waiting => Standing::Waiting,
                    Verdict::Failed(rule) => Standing::Failed(rule),
                    Verdict::Held(checked) => {
                        let names = checked.names();
                        let standing = self.among(rules, client, *checked);
                        if standing.is_shown() {
                            self.show(names);
                        }
                        standing
                    }
                };
                let display = self.display(rules, (device, keys), standing);
                display.giving_keys(rules, client.host_checks)
            })
            .collect();
        for (display, (device, keys)) in displays.iter().zip(&roster) {
            self.before.insert(device.clone(), (keys.pk.clone(), display.clone()));
        }
        displays
    }

    /// Notes by which chains somebody is displayed.
    fn show(&mut self, names: Vec<Name>) {
        for name in names {
            if let Some(seen) = self.seen.get(&name) {
                self.shown.insert(name, seen.tail.clone());
            }
        }
    }

    /// What is displayed of a device in this standing.
    fn display(
        &self,
        rules: RuleSet,
        (device, keys): (&(String, String), &Keys),
        standing: Standing,
    ) -> Display {
        let (user_id, hardware_id) = device.clone();
        let subject = Subject { user_id, hardware_id, ivk: keys.ivk.clone() };
        let said = self.told.get(&subject);
        let before = self
            .before
            .get(device)
            .filter(|(pk, display)| *pk == keys.pk && display.subject.ivk == keys.ivk);
        let display = Display::of(rules, subject, standing);
        match display.standing {
            // What a client displays that does not wait is what the server says.
            Standing::Waiting if !rules.contains(Rule::ShownWhenChecked) => {
                let (email, account_id) =
                    said.map(|it| (it.email.clone(), it.account_id.clone())).unwrap_or_default();
                Display { email, account_id, ..display }
            }
            Standing::Failed(_) if !rules.contains(Rule::FailureTakesBack) => {
                let waiting = Display { standing: Standing::Waiting, ..display };
                before.map_or(waiting, |(_, before)| before.clone())
            }
            Standing::Waiting | Standing::Failed(_) | Standing::Ended(..) => display,
        }
    }
}

impl Held {
    /// A chain that the server serves as it is by now.
    fn grown(
        rules: RuleSet,
        client: &Client,
        (kind, subject): (&str, String),
        offered: &Offered,
    ) -> Result<Self, Rule> {
        let kind = chain_type(kind).ok_or(Rule::EncodingCanonical)?;
        let malformed = |_| Rule::EncodingCanonical;
        let links = wire::split(&offered.links).map_err(malformed)?;
        let openings = Opening::decode_all(rules, &offered.openings).map_err(malformed)?;
        let name = (kind, subject);
        let served = Served {
            cloud_name: &client.cloud_name,
            subject: &name.1,
            known: client.known.get(&name),
            links: &links,
            openings: &openings,
        };
        let (tail, user) = match kind {
            ChainType::User => {
                let chain = UserChain::verify(rules, &served).map_err(|refusal| refusal.rule)?;
                (chain.tail.clone(), Some(chain))
            }
            ChainType::Email => {
                let chain = EmailChain::verify(rules, &served).map_err(|refusal| refusal.rule)?;
                (chain.tail, None)
            }
            ChainType::Account | ChainType::Membership => {
                let chain = AccountChain::verify(rules, &served).map_err(|refusal| refusal.rule)?;
                (chain.tail, None)
            }
        };
        Ok(Self { name, links, tail, user })
    }
}

/// The type of a chain that says who somebody is.
fn chain_type(name: &str) -> Option<ChainType> {
    let known = [ChainType::User, ChainType::Email, ChainType::Account];
    known.into_iter().find(|kind| kind.name() == name)
}
