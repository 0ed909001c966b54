//! What the server of a schedule does with what is posted.

use std::collections::BTreeMap;

use super::{PARTIES, Writer, seat, told_of};
use crate::{
    algebra::Term,
    script::{Act, Handle, MessageKind, Recipe},
    stage::Sent,
};

impl Writer {
    /// Everybody in a meeting gets what concerns them, leaders first: what they answer is on its
    /// way to the others at once.
    pub(super) fn settle(&mut self) {
        for leads in [true, false] {
            for party in PARTIES {
                if self.role(party) == Some(leads) {
                    self.catch_up(party);
                }
            }
        }
    }

    /// What was posted since the last look reaches a party, in order but for a fault now and then.
    pub(super) fn catch_up(&mut self, party: &'static str) {
        let Some(told) = told_of(&mut self.told, party) else { return };
        let from = std::mem::replace(told, self.stage.sent().len());
        let (late, other) = self.late.drain(..).partition(|(to, _)| *to == party);
        self.late = other;
        let new = self.on_the_way(party, from);
        for act in new {
            match if self.calm { 0 } else { self.choices.under(24) } {
                20 => {}
                21 => {
                    self.act(party, act.clone());
                    self.act(party, act);
                }
                22 => self.late.push((party, act)),
                23 => {
                    self.act(party, act);
                    let target = self.target();
                    self.changed(target);
                }
                _ => self.act(party, act),
            }
        }
        for (_, act) in late {
            self.act(party, act);
        }
    }

    /// The messages from this place on that concern a party.
    fn on_the_way(&self, party: &'static str, from: usize) -> Vec<Act> {
        let leads = self.role(party) == Some(true);
        let mut counts: BTreeMap<(&str, MessageKind, Option<&str>), u32> = BTreeMap::new();
        let mut acts = Vec::new();
        for (at, (by, message)) in self.stage.sent().enumerate() {
            let to = message.recipient();
            let nth = counts.entry((by, message.kind(), to)).or_default();
            *nth += 1;
            if at >= from && by != party {
                let to = to.map(str::to_owned);
                let handle = Handle { by: by.clone(), kind: message.kind(), to, nth: *nth };
                acts.extend(handed_on(message, handle, party, leads));
            }
        }
        acts
    }
}

/// What the server does with a message for a party.
fn handed_on(message: &Sent<Term>, handle: Handle, party: &str, leads: bool) -> Option<Act> {
    let from = handle.by.clone();
    let sent = Recipe::Sent(handle);
    match message {
        Sent::Link(_) => (!leads).then_some(Act::Link { link: sent }),
        Sent::Heartbeat(_) => (!leads).then_some(Act::Heartbeat { heartbeat: sent }),
        Sent::SealedKey(sealed) => {
            (!leads && sealed.to == seat(party)).then_some(Act::SealedKey { sealed: sent })
        }
        Sent::Nonce(_) => leads.then(|| Act::NoncePosted { seat: seat(&from), nonce: sent }),
        Sent::LockRequest(_) => leads.then_some(Act::LockRequested { request: sent }),
        Sent::Announcement(_) | Sent::Packet(_) => None,
    }
}
