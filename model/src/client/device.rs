//! Whose keys are believed: joining, announcing, verifying announcements, the security code.

use conclave_spec::{BoxSuite, Label, Rule, layouts};

use super::{Ephemeral, Joined, KnownLeader, Phase, Progress};
use crate::{
    algebra::{Algebra, BoxSecret, Datum, Pair, Purpose, Record, Side},
    machine::{Effect, Misuse, Party, StepError},
    message::{Announcement, Meeting, Role, Seat},
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

impl<A: Algebra> Progress<'_, A> {
    /// Joins: a fresh ephemeral pair, its announcement, and for the leader the first key.
    pub(super) fn join(&mut self, meeting: &Meeting, role: Role) -> Result<(), StepError> {
        if matches!(self.state.phase, Phase::Joined(_)) {
            return Err(Misuse::AlreadyJoined.into());
        }
        let ephemeral = self.ephemeral()?;
        let ring = self.state.kept.keys.clone();
        let role_state = self.join_role(role);
        self.announce(meeting, &ephemeral);
        self.state.phase = Phase::Joined(Joined {
            meeting: meeting.clone(),
            ephemeral,
            listed: Vec::new(),
            ring,
            role: role_state,
        });
        match role {
            Role::Leader => {
                let ivk = self.state.ivk.clone();
                self.show_code(&ivk);
                self.first_key()
            }
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
        let sig =
            self.client.algebra.sign(rules, &self.state.identity, Label::Announcement, &record);
        self.effects.push(Effect::PostAnnouncement(Announcement {
            seat: self.state.seat.clone(),
            pk: side.pk,
            sig,
        }));
    }

    /// The server named the leader (2.3.1, 3.7.5 steps 1 to 8).
    pub(super) fn name_leader(
        &mut self,
        seat: &Seat,
        ivk: &A::Value,
        announcement: &Announcement<A::Value>,
    ) -> Result<(), StepError> {
        self.participant()?;
        let peer = self.verified(seat, ivk, announcement)?;
        let me = self.my_side()?;
        let agreed = self.agreed(&peer)?;
        let shown = if self.duty(Rule::CodeFromHandshakeKey) { &peer.ivk } else { &me.ivk };
        let security_code = self.show_code(&shown.clone());
        let pair = Pair { sender: peer, recipient: me, agreed };
        self.participant_mut()?.leader =
            Some(KnownLeader { seat: seat.clone(), pair, security_code });
        Ok(())
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
        let valid =
            self.client.algebra.verify(rules, ivk, Label::Announcement, &record, &announcement.sig);
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

    fn show_code(&mut self, ivk: &A::Value) -> A::Value {
        self.duty(Rule::CodeHasAllDigits);
        let code = self.client.algebra.security_code(self.checks.rules(), ivk);
        self.effects.push(Effect::ShowSecurityCode(code.clone()));
        code
    }
}
