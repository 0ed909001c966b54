//! The chain of an account's escrow administrators: a user's chain, and what it said at each number
//! (4.6, subsubsec:escrowadmins).

use conclave_spec::{Octets, Rule, RuleSet, formulas::escrow::Terms};

use super::{Refusal, Served, UserChain, require, user::ESCROW_DEVICE};

/// What is known of a chain of administrators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Administrators {
    /// The chain as it is served.
    pub chain: UserChain,
    /// What it said once each link was taken, in their order.
    states: Vec<State>,
    /// The public per-user keys of each generation.
    generations: Vec<Octets>,
    /// Who made the newest of them, by its place.
    maker: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    hash: Octets,
    keeper: Option<usize>,
    generation: u32,
}

impl Administrators {
    /// Checks a chain of administrators as that of a user.
    ///
    /// # Errors
    /// A link breaks a rule of users' chains, or there is an escrow device.
    pub fn verify(rules: RuleSet, served: &Served<'_>) -> Result<Self, Refusal> {
        let (mut states, mut generations, mut maker) = (Vec::new(), Vec::new(), None);
        let chain = UserChain::verify_each(rules, served, |chain, read| {
            chain.take(rules, read)?;
            let hash = read.link.hash(rules).map_err(|_| Rule::EncodingCanonical)?;
            let (keeper, generation) = (chain.keeper(), chain.generation);
            states.push(State { hash, keeper, generation });
            if let Some(keys) = &read.body.user_keys {
                generations.push(keys.encoded.clone());
                let new = read.body.device.as_ref().map(|device| &device.id);
                maker = read.body.signer.as_ref().or(new).and_then(|id| chain.place(id));
            }
            Ok(())
        })?;
        let escrow = chain.devices.iter().find(|device| device.device_type == ESCROW_DEVICE);
        let at = escrow.and_then(|device| usize::try_from(device.added).ok()).unwrap_or_default();
        let without = require(rules, Rule::AdministratorsWithoutEscrow, escrow.is_none());
        without.map_err(|rule| Refusal { rule, at })?;
        Ok(Self { chain, states, generations, maker })
    }

    fn state(&self, number: u32) -> Option<&State> {
        let at = usize::try_from(number.checked_sub(1)?).ok()?;
        self.states.get(at)
    }

    /// Whether a tail lies on the chain.
    #[must_use]
    pub fn has_tail(&self, number: u32, hash: &Octets) -> bool {
        self.state(number).is_some_and(|state| state.hash == *hash)
    }

    /// Whether these terms are of the chain: it has their tail, and there their generation.
    ///
    /// # Errors
    /// The rule that says no.
    pub fn has(&self, rules: RuleSet, terms: &Terms) -> Result<(), Rule> {
        let Terms { last_sequence_number: number, last_link_hash, generation, .. } = terms;
        require(rules, Rule::AdministratorsTailKept, self.has_tail(*number, last_link_hash))?;
        let same = self.state(*number).is_none_or(|state| state.generation == *generation);
        require(rules, Rule::AdministratorsGenerationAsTail, same)
    }

    /// The device that kept lockdown where these terms were gone by.
    #[must_use]
    pub fn keeper_at(&self, terms: &Terms) -> Option<usize> {
        let there = self.has_tail(terms.last_sequence_number, &terms.last_link_hash);
        self.state(terms.last_sequence_number).filter(|_| there)?.keeper
    }

    /// The devices whose signature counts beside an escrow device's with these terms.
    pub fn trusted_since<'a>(
        &'a self,
        rules: RuleSet,
        terms: &'a Terms,
    ) -> impl Iterator<Item = &'a super::Device> {
        let keeper = self.keeper_at(terms);
        let of_class =
            move |at: usize| keeper.is_some_and(|by| self.chain.class(by) == self.chain.class(at));
        let any_class = !rules.contains(Rule::AdministratorTrusted);
        let last = terms.last_sequence_number;
        let stays = !rules.contains(Rule::AdministratorStayed);
        let devices = self.chain.devices.iter().enumerate();
        let trusted = devices.filter(move |(at, _)| any_class || of_class(*at));
        let there = trusted.map(|(_, device)| device);
        there.filter(move |device| stays || device.revoked.is_none_or(|number| number > last))
    }

    /// Whether who made the newest keys is of the class of who keeps lockdown.
    #[must_use]
    pub fn keys_are_trusted(&self) -> bool {
        let class = |at| self.chain.class(at);
        self.chain.keeper().is_none_or(|by| self.maker.is_some_and(|at| class(at) == class(by)))
    }

    /// Whether lockdown is kept by a device that is trusted by who kept it where these terms were
    /// gone by.
    #[must_use]
    pub fn is_kept_since(&self, terms: &Terms) -> bool {
        let class = |at| self.chain.class(at);
        let pair = self.chain.keeper().zip(self.keeper_at(terms));
        pair.is_some_and(|(now, then)| class(now) == class(then))
    }

    /// The public per-user keys of a generation, encoded.
    #[must_use]
    pub fn keys_of(&self, generation: u32) -> Option<&Octets> {
        self.generations.get(usize::try_from(generation.checked_sub(1)?).ok()?)
    }

    /// What an escrow device made now would be for.
    #[must_use]
    pub fn terms(&self) -> Terms {
        Terms {
            user_id: self.chain.user_id.clone(),
            last_sequence_number: self.chain.tail.last_sequence_number,
            last_link_hash: self.chain.tail.last_link_hash.clone(),
            generation: self.chain.generation,
        }
    }
}
