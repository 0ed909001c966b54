//! The check of one participant: alone, then among all that was seen.

use conclave_spec::{
    Label, Octets, Rule, RuleSet,
    formulas::{
        binding::{Binding, Statement, binding, statement},
        identity::{Tails, binding_with_tails},
        sigchain::Tail,
        sign::verify as is_signed,
    },
    wire,
};

use super::{
    Attestation, Client, Held, Keys, Name, Offered, OverTails, Standing, State, Subject, Told,
};
use crate::{
    attestation::{self, Answers, Served, Shown},
    identity::{
        Given, Here, Participant, Said, ShownBy, Signed, Vouched, checked,
        looked_up::{in_tree, provider},
        require,
    },
    sigchain::{ChainType, Opening, UserChain},
};

/// What comes of the check of a participant alone.
pub(super) enum Verdict {
    /// Something is not there yet.
    Waiting,
    /// A rule is broken.
    Failed(Rule),
    /// All of it holds.
    Held(Box<Checked>),
}

/// A participant whose evidence holds by itself.
pub(super) struct Checked {
    /// The identity key of the binding.
    ivk: Octets,
    participant: Participant,
    /// The chain of the user, where chains are looked at.
    user: Option<UserChain>,
    /// The chains with links that were looked at.
    chains: Vec<(Name, Vec<Octets>, Tail)>,
    /// The provider that the account's chain names.
    provider: Option<String>,
}

impl Checked {
    /// What the chains go by that were looked at.
    pub(super) fn names(&self) -> Vec<Name> {
        self.chains.iter().map(|(name, ..)| name.clone()).collect()
    }

    /// The chains that were looked at.
    pub(super) fn chains(&self) -> Vec<Held> {
        let held = |(name, links, tail): &(Name, Vec<Octets>, Tail)| Held {
            name: name.clone(),
            links: links.clone(),
            tail: tail.clone(),
            user: self.user.clone().filter(|_| name.0 == ChainType::User),
        };
        self.chains.iter().map(held).collect()
    }
}

/// A chain as it was offered, read.
struct Chain {
    known: Option<Tail>,
    links: Vec<Octets>,
    openings: Vec<Opening>,
}

impl Chain {
    fn read(rules: RuleSet, offered: &Offered, known: Option<&Tail>) -> Result<Self, Rule> {
        let malformed = |_| Rule::EncodingCanonical;
        Ok(Self {
            known: known.cloned(),
            links: wire::split(&offered.links).map_err(malformed)?,
            openings: Opening::decode_all(rules, &offered.openings).map_err(malformed)?,
        })
    }

    fn given(&self) -> Given<'_> {
        Given { known: self.known.as_ref(), links: &self.links, openings: &self.openings }
    }
}

impl Answers for Attestation {
    fn records(&self, _: &str) -> Vec<String> {
        self.records.split('\n').map(str::to_owned).collect()
    }

    fn key_set(&self, _: &str) -> Option<String> {
        Some(self.key_set.clone())
    }
}

/// The evidence of a participant.
#[derive(Clone, Copy)]
struct Evidence<'a> {
    subject: &'a Subject,
    pk: &'a Octets,
    bound: &'a OverTails,
    stated: &'a OverTails,
    told: &'a Told,
    attestation: Option<&'a (u64, Attestation)>,
}

impl State {
    /// Checks a participant with its own evidence.
    pub(super) fn alone(
        &self,
        rules: RuleSet,
        client: &Client,
        (device, keys): (&(String, String), &Keys),
        now_s: u64,
    ) -> Verdict {
        let Some(evidence) = self.evidence(rules, device, keys) else { return Verdict::Waiting };
        match evidence.check(rules, client, now_s) {
            Ok(checked) => Verdict::Held(Box::new(checked)),
            Err(rule) => Verdict::Failed(rule),
        }
    }

    /// The evidence for a device with the keys that are listed. Without
    /// [`Rule::ProvedForListedKeys`] that for the device with any.
    fn evidence(
        &self,
        rules: RuleSet,
        (user_id, hardware_id): &(String, String),
        keys: &Keys,
    ) -> Option<Evidence<'_>> {
        let is_listed = |((subject, pk), _): &(&(Subject, Octets), &OverTails)| {
            subject.ivk == keys.ivk && *pk == keys.pk
        };
        let of_device = |((subject, _), _): &(&(Subject, Octets), &OverTails)| {
            subject.user_id == *user_id && subject.hardware_id == *hardware_id
        };
        let loose = !rules.contains(Rule::ProvedForListedKeys);
        let mut bindings = self.bindings.iter().filter(of_device);
        let ((subject, pk), bound) = bindings.find(|it| loose || is_listed(it))?;
        Some(Evidence {
            subject,
            pk,
            bound,
            stated: self.statements.get(subject)?,
            told: self.told.get(subject)?,
            attestation: self.attestations.get(subject),
        })
    }

    /// Checks a participant against what was seen of all, and against the tree.
    pub(super) fn among(&self, rules: RuleSet, client: &Client, checked: Checked) -> Standing {
        if checked.participant.device.is_none() {
            // A guest, or nobody whose chains are looked at.
            let shown = ShownBy::of(&checked.participant, client.looks_up);
            return Standing::Ended(shown, Box::new(checked.participant));
        }
        let judged = self.still(rules, &checked).and_then(|()| {
            if !client.looks_up {
                return Ok(true);
            }
            let there = self.in_tree(rules, &checked)?;
            let named = checked.provider.as_deref().filter(|_| there);
            let attested = checked.participant.attested.as_ref().filter(|_| there);
            provider(rules, attested, named).map(|()| there)
        });
        match judged {
            Err(rule) => Standing::Failed(rule),
            Ok(false) => Standing::Waiting,
            Ok(true) => {
                let shown = ShownBy::of(&checked.participant, client.looks_up);
                Standing::Ended(shown, Box::new(checked.participant))
            }
        }
    }

    /// Whether the longest chains seen still say what was signed.
    fn still(&self, rules: RuleSet, checked: &Checked) -> Result<(), Rule> {
        let seen = |name: &Name| self.seen.get(name);
        let forked = checked.chains.iter().any(|(name, ..)| seen(name).is_some_and(|it| it.forked));
        require(rules, Rule::OneChainInMeeting, !forked)?;
        let mut still_held = true;
        for (name, links, tail) in &checked.chains {
            let Some(now) = seen(name) else { continue };
            if let Some(user) = &now.user {
                let device =
                    user.devices.iter().find(|device| device.ever_signed_with(&checked.ivk));
                let in_use = device.is_some_and(|device| {
                    device.keys.verifying == checked.ivk && device.revoked.is_none()
                });
                require(rules, Rule::DeviceStillInUse, in_use)?;
                let address = user.email.as_ref().map(|change| change.sequence_number);
                let signed = Some(tail.last_sequence_number);
                still_held &= address <= signed && user.account_changed <= signed;
            }
            still_held &= name.0 != ChainType::Email || now.links.len() <= links.len();
        }
        require(rules, Rule::IdentifiersStillHeld, still_held)
    }

    /// Whether the tree has the tails of the longest chains seen; not, as long as it was not shown.
    fn in_tree(&self, rules: RuleSet, checked: &Checked) -> Result<bool, Rule> {
        let Some((newest, _)) = self.newest else { return Ok(false) };
        for (name, _, tail) in &checked.chains {
            let tail = self.seen.get(name).map_or(tail, |seen| &seen.tail);
            let Some((epoch, proof)) = self.lookups.get(name) else { return Ok(false) };
            if *epoch != newest && rules.contains(Rule::LookedUpAtNewest) {
                return Ok(false);
            }
            let Some(tree) = self.trees.get(epoch) else { return Ok(false) };
            in_tree(rules, tree, (name.0, &name.1), tail, proof)?;
        }
        Ok(true)
    }
}

impl OverTails {
    /// Whether a binding takes the place of another for the same keys: one that they did not sign does not.
    pub(super) fn may_replace(
        &self,
        rules: RuleSet,
        client: &Client,
        (subject, pk): &(Subject, Octets),
    ) -> bool {
        let joined = client.binding(subject, pk);
        let message = if client.by_chains {
            let tails = Tails::read(&self.tails);
            tails.and_then(|tails| binding_with_tails(rules, &joined, &tails).ok())
        } else {
            binding(rules, &joined).ok()
        };
        let is_bound = message.is_some_and(|message| {
            is_signed(rules, &subject.ivk, Label::Announcement, &message, &self.signature)
        });
        is_bound || !rules.contains(Rule::UnsignedReplacesNothing)
    }
}

impl Client {
    /// A binding in this meeting.
    fn binding<'a>(&'a self, subject: &'a Subject, pk: &'a Octets) -> Binding<'a> {
        Binding {
            meeting_id: &self.meeting_id,
            meeting_uuid: &self.meeting_uuid,
            user_id: &subject.user_id,
            hardware_id: &subject.hardware_id,
            ivk: &subject.ivk,
            pk,
        }
    }
}

impl Evidence<'_> {
    fn check(&self, rules: RuleSet, client: &Client, now_s: u64) -> Result<Checked, Rule> {
        let came_s = self.attestation.map_or(now_s, |(came_s, _)| *came_s);
        let now_s = if rules.contains(Rule::AttestedUntilExpiry) { now_s } else { came_s };
        let binding = client.binding(self.subject, self.pk);
        if client.by_chains {
            self.with_chains(rules, client, &binding, now_s)
        } else {
            self.without_chains(rules, client, &binding, now_s)
        }
    }

    /// The check in a meeting that looks at no chains: binding, statement, attestation of the key.
    fn without_chains(
        &self,
        rules: RuleSet,
        client: &Client,
        joined: &Binding<'_>,
        now_s: u64,
    ) -> Result<Checked, Rule> {
        let Binding { meeting_uuid, user_id, hardware_id, ivk, .. } = *joined;
        let by_it = binding(rules, joined).is_ok_and(|message| {
            is_signed(rules, ivk, Label::Announcement, &message, &self.bound.signature)
        });
        require(rules, Rule::AnnouncementVerifies, by_it)?;
        let about = statement(rules, &Statement { meeting_uuid, user_id, hardware_id, ivk });
        let by_server = about.is_ok_and(|message| {
            let (key, label) = (&client.server_key, Label::ServerStatement);
            is_signed(rules, key, label, &message, &self.stated.signature)
        });
        require(rules, Rule::StatementVerifies, by_server)?;
        let email = &self.told.email;
        let attested = self.attestation.map(|(_, it)| {
            let (attestation, adn, signature) = (&it.attestation[..], &it.adn[..], &it.signature);
            let shown = Shown { attestation, adn, signature, ivk };
            let served = Served { adn: &it.served_adn, email, provider: &it.served_provider };
            attestation::verify(rules, it, (&client.cloud_name, now_s), shown, served)
        });
        let participant = Participant {
            device: None,
            email: email.clone(),
            account_id: String::new(),
            attested: attested.transpose()?,
            tails: Tails::default(),
        };
        let (chains, ivk) = (Vec::new(), ivk.clone());
        Ok(Checked { ivk, participant, user: None, chains, provider: None })
    }

    /// The check in a meeting that looks at chains.
    fn with_chains(
        &self,
        rules: RuleSet,
        client: &Client,
        binding: &Binding<'_>,
        now_s: u64,
    ) -> Result<Checked, Rule> {
        let user_id = &self.subject.user_id;
        let malformed = Rule::EncodingCanonical;
        let bound_tails = Tails::read(&self.bound.tails).ok_or(malformed)?;
        let stated_tails = Tails::read(&self.stated.tails).ok_or(malformed)?;
        let Told { email, account_id, chains: [of_user, of_email, of_account] } = self.told;
        let read = |kind, subject: &String, offered| {
            Chain::read(rules, offered, client.known.get(&(kind, subject.clone())))
        };
        let of_user = read(ChainType::User, user_id, of_user)?;
        let of_email = read(ChainType::Email, email, of_email)?;
        let of_account = read(ChainType::Account, account_id, of_account)?;
        let said = Said {
            email,
            account_id,
            user_chain: of_user.given(),
            email_chain: of_email.given(),
            account_chain: of_account.given(),
        };
        let nobody = Attestation::default();
        let answers = self.attestation.map_or(&nobody, |(_, it)| it);
        let vouched = self.attestation.map(|(_, it)| Vouched {
            attestation: &it.attestation,
            adn: &it.adn,
            signature: &it.signature,
            served_adn: &it.served_adn,
            served_provider: &it.served_provider,
        });
        let here = Here { cloud_name: &client.cloud_name, now_s, server_key: &client.server_key };
        let bound = Signed { tails: &bound_tails, signature: &self.bound.signature };
        let stated = Signed { tails: &stated_tails, signature: &self.stated.signature };
        let joined = (binding, bound, stated);
        let (participant, chains) = checked(rules, answers, here, joined, said, vouched)?;
        let named = chains.named().into_iter();
        let named =
            named.map(|it| ((it.kind, it.subject.to_owned()), it.links.to_vec(), it.tail.clone()));
        Ok(Checked {
            ivk: self.subject.ivk.clone(),
            chains: named.collect(),
            provider: chains.provider().map(str::to_owned),
            user: Some(chains.user),
            participant,
        })
    }
}
