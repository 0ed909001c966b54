//! What the links of a user's chain did, one after the other, and whom a device trusts.

use std::collections::BTreeMap;

use conclave_spec::{Rule, RuleSet};

use super::{
    ChainType, NewDevice, Opened, Read, Refusal, Served, UserChain,
    body::{Body, Kind},
    classes::Classes,
    require, walk,
};

/// What one link did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The number of the link.
    pub sequence_number: u32,
    /// The device that signed it; of a new device that nobody else signed for, the device itself.
    pub maker: Option<String>,
    /// The device that it added.
    pub added: Option<NewDevice>,
    /// The devices that it revoked.
    pub revoked: Vec<String>,
    /// The device that it took over: it gave it keys, and its signer was not of its class.
    pub taken: Option<String>,
    /// The device that it named, and the name with its version, where that is disclosed.
    pub named: Option<(String, Option<(String, u32)>)>,
    /// The address that it set, empty where it is not disclosed.
    pub address: Option<String>,
    /// The account that it set, where it did.
    pub account: Option<AccountSet>,
}

/// The account that a link set. Empty and zero where it is not disclosed or none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountSet {
    /// The account.
    pub account_id: String,
    /// The number of the link of the membership chain.
    pub sequence_number: u32,
    /// The place in it, from 0.
    pub addition_index: u32,
}

/// A checked chain with what its links did, oldest first.
#[derive(Clone, Debug)]
pub struct History {
    /// The chain.
    pub chain: UserChain,
    /// What its links did.
    pub events: Vec<Event>,
    hands: Hands,
}

impl History {
    /// Checks the chain of a user as [`UserChain::verify`] does.
    ///
    /// # Errors
    /// A link breaks a rule, or what is known already is missing.
    pub fn verify(rules: RuleSet, served: &Served<'_>) -> Result<Self, Refusal> {
        let history = Self::so_far(rules, served)?;
        let rooted = require(rules, Rule::RootFirst, !served.links.is_empty());
        rooted.map_err(|rule| Refusal { rule, at: 1 })?;
        Ok(history)
    }

    /// The same of a chain that may have no link yet.
    ///
    /// # Errors
    /// A link breaks a rule, or what is known already is missing.
    pub fn so_far(rules: RuleSet, served: &Served<'_>) -> Result<Self, Refusal> {
        let (mut chain, mut events) = (UserChain::start(served.subject), Vec::new());
        let mut hands = Hands::default();
        chain.tail = walk(rules, ChainType::User, served, |read| {
            chain.take(rules, read)?;
            events.push(Event { taken: hands.after(&chain, read), ..Event::of(read) });
            Ok(())
        })?;
        Ok(Self { chain, events, hands })
    }

    /// What the links behind this number did.
    pub fn since(&self, number: u32) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(move |event| event.sequence_number > number)
    }

    /// The names of the devices, each as the last link that names the device has it. Without
    /// [`Rule::ListedByLastName`] as the first.
    #[must_use]
    pub fn names(&self, rules: RuleSet) -> BTreeMap<&str, &(String, u32)> {
        let mut names = BTreeMap::new();
        for (id, name) in self.events.iter().filter_map(|event| event.named.as_ref()) {
            if rules.contains(Rule::ListedByLastName) || !names.contains_key(id.as_str()) {
                names.insert(id.as_str(), name.as_ref());
            }
        }
        names.into_iter().filter_map(|(id, name)| Some((id, name?))).collect()
    }

    /// Whether the viewer, by its identifier, takes a device for one of its user's. Without
    /// [`Rule::TakenOverNotUser`] whoever gave the device its keys.
    #[must_use]
    pub fn trusts(&self, rules: RuleSet, viewer: Option<&str>, device: &str) -> bool {
        if !rules.contains(Rule::TrustedIsUser) {
            return true;
        }
        let chain = &self.chain;
        let places = viewer.and_then(|it| chain.place(it)).zip(chain.place(device));
        let Some((viewer, device)) = places else { return false };
        let added = chain.devices.get(viewer).map(|it| it.added);
        let revoked = chain.devices.get(device).and_then(|it| it.revoked);
        let by_hands = rules.contains(Rule::TakenOverNotUser);
        let taken = self.hands.taken(device).filter(|_| by_hands && device != viewer);
        // Who set the viewer up saw the devices that there were, and in whose hands.
        let seen = device < viewer
            && revoked.is_none_or(|at| added.is_some_and(|it| at > it))
            && taken.is_none_or(|at| added.is_some_and(|it| at < it));
        let class = |at| if by_hands { self.hands.classes.oldest(at) } else { chain.class(at) };
        seen || (taken.is_none() && class(device) == class(viewer))
    }

    /// Who made what an event did: the `server`, the `user`, or a `device` that the viewer does not
    /// trust. Without [`Rule::ServerMakesShown`] what nobody signed is taken for what the device made
    /// that it is `about`.
    #[must_use]
    pub fn made(
        &self,
        rules: RuleSet,
        viewer: Option<&str>,
        event: &Event,
        about: &str,
    ) -> &'static str {
        let itself = Some(about).filter(|it| self.chain.place(it).is_some());
        let instead = itself.filter(|_| !rules.contains(Rule::ServerMakesShown));
        match event.maker.as_deref().or(instead) {
            None => "server",
            Some(maker) if self.trusts(rules, viewer, maker) => "user",
            Some(_) => "device",
        }
    }
}

/// In whose hands the devices are: which of them were taken over, and the classes by what the others
/// approved.
#[derive(Clone, Debug, Default)]
struct Hands {
    classes: Classes,
    /// By the place of a device, the number of the link since which it is taken over.
    taken: BTreeMap<usize, u32>,
}

impl Hands {
    /// Since when a device is taken over, if it is.
    fn taken(&self, device: usize) -> Option<u32> {
        self.taken.get(&device).copied()
    }

    /// Goes on by a link that the chain took; the device that the link took over.
    fn after(&mut self, chain: &UserChain, read: &Read<'_>) -> Option<String> {
        let body = read.body;
        let revoked = body.revoked.iter().filter_map(|id| chain.place(id));
        revoked.for_each(|at| self.classes.revoke(at));
        if body.device.is_some() {
            self.classes.add();
        }
        let signer = body.signer.as_deref().and_then(|id| chain.place(id))?;
        self.approved(chain, body, signer);
        let (id, _) = body.replaced.as_ref()?;
        let device = chain.place(id).filter(|at| *at != signer)?;
        let of_class = self.classes.oldest(device) == self.classes.oldest(signer);
        if of_class && !self.taken.contains_key(&signer) {
            self.taken.remove(&device);
            return None;
        }
        self.taken.insert(device, read.link.sequence_number);
        Some(id.clone())
    }

    /// What is taken over approves nobody; what another device approves is not taken over any more.
    fn approved(&mut self, chain: &UserChain, body: &Body, signer: usize) {
        if body.approves() && chain.is_active(signer) && !self.taken.contains_key(&signer) {
            self.classes.approve(signer);
            self.taken.retain(|device, _| *device < signer || !chain.is_active(*device));
        }
    }
}

impl Event {
    fn of(read: &Read<'_>) -> Self {
        let (body, opened) = (read.body, read.opened);
        let new = body.device.as_ref().map(|it| it.id.clone());
        let named = body.committed.contains_key("device_name");
        let renamed = body.signer.as_ref().filter(|_| body.kind == Kind::DeviceRename).cloned();
        let id = new.clone().or(renamed).filter(|_| named);
        let address = || opened.email.as_ref().map(|(address, _)| address.clone());
        Self {
            sequence_number: read.link.sequence_number,
            maker: body.signer.clone().or(new),
            added: body.device.clone(),
            revoked: body.revoked.clone(),
            taken: None,
            named: id.map(|id| (id, opened.names.last().cloned())),
            address: body
                .committed
                .contains_key("email_change")
                .then(|| address().unwrap_or_default()),
            account: body.committed.contains_key("account_change").then(|| account(opened)),
        }
    }
}

fn account(opened: &Opened) -> AccountSet {
    let (sequence_number, addition_index) = opened.addition.unwrap_or_default();
    let account_id = opened.account.clone().unwrap_or_default();
    AccountSet { account_id, sequence_number, addition_index }
}
