//! The chain of an account's member, with an escrow device on it (4.6, subsubsec:escrowmgmt and
//! subsubsec:userrecovery; readings ).

use conclave_spec::{Octets, Rule, RuleSet, formulas::escrow::Terms};

use super::{
    Body, Refusal, Served, UserChain, administrators::Administrators, body::Kind, require,
    signatures::Needed, user::ESCROW_DEVICE,
};

/// Who made the present keys of an escrow device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// A device of the user, by its place.
    Device(usize),
    /// A device of the administrators.
    Administrators,
}

/// An escrow device of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EscrowDevice {
    /// Its place among the user's devices.
    pub at: usize,
    /// What the link that added it went by.
    pub terms: Terms,
    /// Who made its present keys.
    pub maker: Maker,
    /// The number of the link that brought them.
    pub since: u32,
}

/// What is known of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escrowed {
    /// The chain.
    pub chain: UserChain,
    /// Every escrow device, oldest first.
    devices: Vec<EscrowDevice>,
}

impl Escrowed {
    /// Checks the chain of a member; `administrators` are the chains that its escrow devices may be for.
    ///
    /// # Errors
    /// A link breaks a rule, or what is known already is missing.
    pub fn verify(
        rules: RuleSet,
        served: &Served<'_>,
        administrators: &[Administrators],
    ) -> Result<Self, Refusal> {
        let mut devices: Vec<EscrowDevice> = Vec::new();
        let chain = UserChain::verify_each(rules, served, |chain, read| {
            chain.take_with(rules, read, |chain, signer| {
                let before = Before { rules, chain, devices: &devices, administrators };
                before.admits(read.body, signer)
            })?;
            note(&mut devices, chain, (read.link.sequence_number, read.body));
            Ok(())
        })?;
        Ok(Self { chain, devices })
    }

    /// The escrow device that is active, of several the youngest.
    #[must_use]
    pub fn device(&self) -> Option<&EscrowDevice> {
        self.devices.iter().rev().find(|device| self.chain.is_active(device.at))
    }
}

/// Keeps what a link says of escrow devices.
fn note(devices: &mut Vec<EscrowDevice>, chain: &UserChain, (since, body): (u32, &Body)) {
    let signer = body.signer.as_ref().and_then(|id| chain.place(id));
    let added = body.device.as_ref().filter(|device| device.device_type == ESCROW_DEVICE);
    let added = added.and_then(|device| chain.place(&device.id));
    if let (Some(at), Some(terms), Some(by)) = (added, &body.escrow, signer) {
        devices.push(EscrowDevice { at, terms: terms.clone(), maker: Maker::Device(by), since });
    }
    let rotated = body.replaced.as_ref().and_then(|(id, _)| chain.place(id));
    let of_it = devices.iter_mut().find(|device| Some(device.at) == rotated);
    if let (Some(device), Some(by)) = (of_it, signer) {
        device.since = since;
        device.maker = if by == device.at { Maker::Administrators } else { Maker::Device(by) };
    }
}

/// A member before a link is taken.
struct Before<'a> {
    rules: RuleSet,
    chain: &'a UserChain,
    devices: &'a [EscrowDevice],
    administrators: &'a [Administrators],
}

impl Before<'_> {
    /// Whether escrow allows a link, if its signatures hold: those that it must carry behind the others.
    fn admits(&self, body: &Body, signer: Option<usize>) -> Result<Vec<Needed>, Rule> {
        self.introduces(body)?;
        let by_escrow = signer.filter(|at| self.chain.is_escrow(*at));
        let rotated = body.replaced.as_ref().and_then(|(id, _)| self.chain.place(id));
        if let Some(at) = by_escrow {
            let own = rotated == Some(at);
            let little = body.kind == Kind::BatchApprove || own;
            require(self.rules, Rule::EscrowDeviceSignsLittle, little)?;
        }
        if let (Some(at), Some(by)) = (rotated.filter(|at| self.chain.is_escrow(*at)), signer) {
            let within = self.chain.class(at) == self.chain.class(by);
            require(self.rules, Rule::EscrowRotatedWithinClass, at == by || within)?;
        }
        let needed = by_escrow
            .map(|at| Needed { by: Rule::AdministratorSigns, under: self.administrators_of(at) });
        Ok(needed.into_iter().collect())
    }

    fn introduces(&self, body: &Body) -> Result<(), Rule> {
        let rules = self.rules;
        let is_escrow =
            body.device.as_ref().is_some_and(|device| device.device_type == ESCROW_DEVICE);
        let named = Rule::EscrowDeviceNamesAdministrators;
        require(rules, named, is_escrow == body.escrow.is_some())?;
        if !is_escrow {
            return Ok(());
        }
        let stays = |at: &usize| {
            let id = self.chain.devices.get(*at).map(|device| &device.id);
            self.chain.is_escrow(*at)
                && self.chain.is_active(*at)
                && id.is_some_and(|id| !body.revoked.contains(id))
        };
        let alone = !(0..self.chain.devices.len()).any(|at| stays(&at));
        require(rules, Rule::OneEscrowDevice, alone)?;
        let Some(terms) = &body.escrow else { return Ok(()) };
        self.chain_of(terms).map_or(Ok(()), |administrators| administrators.has(rules, terms))
    }

    fn chain_of(&self, terms: &Terms) -> Option<&Administrators> {
        self.administrators.iter().find(|it| it.chain.user_id == terms.user_id)
    }

    /// The keys one of which signs beside an escrow device.
    fn administrators_of(&self, at: usize) -> Vec<Octets> {
        let device = self.devices.iter().find(|device| device.at == at);
        let chain = device.and_then(|it| Some((self.chain_of(&it.terms)?, &it.terms)));
        let Some((administrators, terms)) = chain else { return Vec::new() };
        let trusted = administrators.trusted_since(self.rules, terms);
        trusted.flat_map(|device| device.signing_keys().cloned().collect::<Vec<_>>()).collect()
    }
}
