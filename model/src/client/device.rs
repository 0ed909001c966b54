//! Whose keys are believed: joining, announcing, verifying announcements, the security code.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use conclave_spec::{BoxSuite, Label, Rule, RuleSet, layouts};

use super::{Chain, Ephemeral, Joined, List, Participant, Phase, Progress, RoleState};
use crate::{
    algebra::{Algebra, BoxSecret, Datum, Purpose, Record, Side},
    machine::{Effect, Misuse, Party, StepError},
    message::{Announcement, Meeting, Role, Seat},
    shared::SharedMap,
};

/// What an announcement signs: `Binding_i` (2.3.1, 3.7.2 step 3).
#[must_use]
pub fn announcement_record<V: Clone>(meeting: &Meeting, seat: &Seat, side: &Side<V>) -> Record<V> {
    Record {
        layout: &layouts::BINDING,
        data: vec![
            Datum::Text(meeting.id.clone()),
            Datum::Uuid(meeting.uuid),
            Datum::Text(seat.user_id.clone()),
            Datum::Text(seat.hardware_id.clone()),
            Datum::Value(side.ivk.clone()),
            Datum::Value(side.pk.clone()),
        ],
    }
}

/// `Meta` (2.3.1, 3.7.4 step 7).
#[must_use]
pub fn meta_record<V>(meeting: &Meeting, leader: &str, recipient: &str) -> Record<V> {
    Record {
        layout: &layouts::META,
        data: vec![
            Datum::Text(meeting.id.clone()),
            Datum::Uuid(meeting.uuid),
            Datum::Text(leader.to_owned()),
            Datum::Text(recipient.to_owned()),
        ],
    }
}

/// SHA-256 of a binding, as the list has it (2.3.1, 3.7.7).
#[must_use]
pub fn binding_hash<A: Algebra>(
    algebra: &A,
    rules: RuleSet,
    meeting: &Meeting,
    seat: &Seat,
    side: &Side<A::Value>,
) -> A::Value {
    algebra.hash(&algebra.message(rules, &announcement_record(meeting, seat, side)))
}

impl<A: Algebra> Progress<'_, A> {
    /// Joins: a fresh ephemeral pair, its announcement, a nonce; the leader begins the meeting.
    pub(super) fn join(
        &mut self,
        meeting: &Meeting,
        role: Role,
        name: &str,
    ) -> Result<(), StepError> {
        if matches!(self.state.phase, Phase::Joined(_)) {
            return Err(Misuse::AlreadyJoined.into());
        }
        self.require_return(meeting, role)?;
        let ephemeral = self.ephemeral()?;
        self.announce(meeting, &ephemeral);
        let no_hash = self.client.algebra.no_hash();
        let chain = Chain { t: 0, mk_seq: 0, hash: no_hash.clone(), timestamp_ms: 0, begun: false };
        self.state.phase = Phase::Joined(Box::new(Joined {
            meeting: meeting.clone(),
            name: name.to_owned(),
            ephemeral,
            list: Arc::new(List::empty(no_hash)),
            chain,
            board: SharedMap::new_sync(),
            nonces: SharedMap::new_sync(),
            rooms: BTreeSet::new(),
            names: SharedMap::new_sync(),
            own_nonces: Vec::new(),
            nonce_in_ms: None,
            lingering: BTreeMap::new(),
            ring: self.state.kept.keys.clone(),
            security_code: None,
            role: RoleState::Participant(Participant::new(self.silence())),
        }));
        self.resume()?;
        self.post_nonce()?;
        match role {
            Role::Leader => self.begin_meeting(),
            Role::Participant => Ok(()),
        }
    }

    fn ephemeral(&mut self) -> Result<Ephemeral<A::Value>, StepError> {
        let fresh = self.duty(Rule::EphemeralFresh);
        if let (false, Some(old)) = (fresh, self.state.kept.ephemerals.last()) {
            return Ok(old.clone());
        }
        let suite = self.client.profile.box_suite;
        let agreement = self.draw(Purpose::Ephemeral)?;
        let kem = match suite {
            BoxSuite::Classic => None,
            BoxSuite::Hybrid => Some(self.draw(Purpose::EphemeralKem)?),
        };
        let secret = BoxSecret { agreement, kem };
        let pk = self.client.algebra.box_public(suite, &secret);
        Ok(Ephemeral { secret, pk })
    }

    fn announce(&mut self, meeting: &Meeting, ephemeral: &Ephemeral<A::Value>) {
        let side = Side { ivk: self.state.ivk.clone(), pk: ephemeral.pk.clone() };
        let record = announcement_record(meeting, &self.state.seat, &side);
        let rules = self.checks.rules();
        let algebra = self.client.algebra;
        let message = algebra.message(rules, &record);
        let sig = algebra.sign(rules, &self.state.identity, Label::Announcement, &message);
        self.effects.push(Effect::PostAnnouncement(Announcement {
            seat: self.state.seat.clone(),
            pk: side.pk,
            sig,
        }));
    }

    /// The announced keys of `seat`, if the signature over the recomputed binding verifies.
    pub(super) fn verified(
        &mut self,
        seat: &Seat,
        ivk: &A::Value,
        announcement: &Announcement<A::Value>,
    ) -> Result<Side<A::Value>, StepError> {
        let side = Side { ivk: ivk.clone(), pk: announcement.pk.clone() };
        let record = announcement_record(&self.joined()?.meeting, seat, &side);
        let rules = self.checks.rules();
        let algebra = self.client.algebra;
        let message = algebra.message(rules, &record);
        let valid = algebra.verify(rules, ivk, Label::Announcement, &message, &announcement.sig);
        self.checks.require(Rule::AnnouncementVerifies, Party::Server, valid)?;
        self.checks.fields_bound(&layouts::BINDING);
        self.duty(Rule::SignatureNamesContext);
        Ok(side)
    }

    /// The Diffie-Hellman key with a verified peer.
    pub(super) fn agreed(&mut self, peer: &Side<A::Value>) -> Result<A::Value, StepError> {
        let secret = &self.joined()?.ephemeral.secret;
        let agreed = self.client.algebra.agree(self.checks.rules(), secret, &peer.pk);
        Ok(self.checks.require_some(Rule::AgreementContributory, Party::Peer, agreed)?)
    }

    pub(super) fn my_side(&self) -> Result<Side<A::Value>, Misuse> {
        Ok(Side { ivk: self.state.ivk.clone(), pk: self.joined()?.ephemeral.pk.clone() })
    }

    /// The hash of a binding in this meeting.
    pub(super) fn hash_of(&self, seat: &Seat, side: &Side<A::Value>) -> Result<A::Value, Misuse> {
        let rules = self.checks.rules();
        Ok(binding_hash(self.client.algebra, rules, &self.joined()?.meeting, seat, side))
    }

    pub(super) fn show_code(&mut self, ivk: &A::Value) -> Result<(), StepError> {
        self.duty(Rule::CodeHasAllDigits);
        let code = self.client.algebra.security_code(self.checks.rules(), ivk);
        self.joined_mut()?.security_code = Some(code.clone());
        self.effects.push(Effect::ShowSecurityCode(code));
        Ok(())
    }

    /// The code of this client's own identity key: it leads.
    pub(super) fn show_own_code(&mut self) -> Result<(), StepError> {
        let ivk = self.state.ivk.clone();
        self.show_code(&ivk)
    }
}
