//! Who recorded everything and one day has a quantum computer: discrete logarithms are easy then,
//! Kyber is as hard as ever.

use conclave_spec::BoxSuite;

use crate::{
    algebra::{Algebra, BoxLabels, BoxPurpose, BoxSecret, Draw, Pair, Purpose, Side},
    client::{Joined, Phase, meta_record},
    message::SealedKey,
    stage::{Actor, Sent, Stage, StageError},
};

/// Whether the recorder opens a key that was sealed for this participant.
pub(super) fn opens<A: Algebra>(stage: &Stage<'_, A>, to: &str) -> Result<bool, StageError> {
    let recipient = stage.actor(to)?;
    let Phase::Joined(joined) = &recipient.state.phase else { return Ok(false) };
    for (by, message) in stage.sent() {
        let Sent::SealedKey(sealed) = message else { continue };
        if sealed.to == recipient.state.seat && opens_one(stage, recipient, joined, by, sealed)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn opens_one<A: Algebra>(
    stage: &Stage<'_, A>,
    to: &Actor<A::Value>,
    joined: &Joined<A::Value>,
    by: &str,
    sealed: &SealedKey<A::Value>,
) -> Result<bool, StageError> {
    let algebra = stage.algebra();
    let leader = stage.actor(by)?;
    let rules = leader.profile.rules;
    let meta = meta_record(&joined.meeting, &leader.state.seat.user_id, &to.state.seat.user_id);
    // What a logarithm gives; the Kyber secret is one of the recorder's own.
    let draw = Draw { party: "recorder".to_owned(), purpose: Purpose::EphemeralKem, count: 0 };
    let secret = BoxSecret {
        agreement: joined.ephemeral.secret.agreement.clone(),
        kem: algebra.draw(&draw),
    };
    let suite = if sealed.sealed.kem.is_some() { BoxSuite::Hybrid } else { BoxSuite::Classic };
    let announced = stage.sent().filter(|(party, _)| party == by);
    let announced = announced.filter_map(|(_, message)| {
        if let Sent::Announcement(it) = message { Some(&it.pk) } else { None }
    });
    let nonces = stage.sent().filter(|(party, _)| *party == to.state.party);
    let nonces =
        nonces.filter_map(
            |(_, message)| {
                if let Sent::Nonce(nonce) = message { Some(nonce) } else { None }
            },
        );
    let bound: Vec<_> = std::iter::once(None).chain(nonces.map(Some)).collect();
    let recipient = Side { ivk: to.state.ivk.clone(), pk: joined.ephemeral.pk.clone() };
    for pk in announced {
        let Some(agreed) = algebra.agree(rules, &secret, pk) else { continue };
        let sender = Side { ivk: leader.state.ivk.clone(), pk: pk.clone() };
        let pair = Pair { sender, recipient: recipient.clone(), agreed };
        let opened = bound.iter().any(|nonce| {
            let labels = BoxLabels::MEETING_KEY;
            let purpose = BoxPurpose { labels, meta: &meta, liveness_nonce: *nonce };
            algebra.open(rules, suite, &pair, &secret, &purpose, &sealed.sealed).is_some()
        });
        if opened {
            return Ok(true);
        }
    }
    Ok(false)
}
