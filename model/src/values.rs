//! The algebra values of an event or effect, apart from its shape.
//!
//! With the values mapped to `()` what remains is what is concrete in both algebras; the values
//! themselves come in a fixed order, so that two of one shape can be held against each other.

use std::fmt;

use crate::{
    machine::{Admission, Effect, Event},
    message::{
        Announcement, Entry, Heartbeat, Link, LockRequest, Operation, Packet, Sealed, SealedKey,
        Standing,
    },
    shared::SharedMap,
};

/// Which field an algebra value stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// An identity verification key.
    Ivk,
    /// An announced ephemeral key.
    Pk,
    /// A signature.
    Signature,
    /// A liveness nonce.
    Nonce,
    /// The nonce of a box.
    BoxNonce,
    /// The KEM ciphertext of a box.
    Kem,
    /// The ciphertext of a box.
    Ciphertext,
    /// The body of a packet.
    Body,
    /// The hash of the link before.
    LinkBefore,
    /// The hash of the heartbeat before.
    BeatBefore,
    /// The hash of the last link.
    ListHash,
    /// The hash of a binding.
    BindingHash,
    /// What is sent, played or shown.
    Plaintext,
    /// A security code.
    Code,
}

impl Slot {
    /// What it is called in a report.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ivk => "ivk",
            Self::Pk => "pk",
            Self::Signature => "sig",
            Self::Nonce => "liveness nonce",
            Self::BoxNonce => "box nonce",
            Self::Kem => "kem",
            Self::Ciphertext => "ciphertext",
            Self::Body => "body",
            Self::LinkBefore => "prev of the link",
            Self::BeatBefore => "prev of the heartbeat",
            Self::ListHash => "list_hash",
            Self::BindingHash => "binding_hash",
            Self::Plaintext => "plaintext",
            Self::Code => "security code",
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Something made of algebra values and concrete ones.
pub trait Valued<V> {
    /// The same with other values.
    type With<W>;

    /// The same with every value replaced, in order.
    ///
    /// # Errors
    /// The first value that has no replacement.
    fn map<W, E>(
        &self,
        with: &mut impl FnMut(Slot, &V) -> Result<W, E>,
    ) -> Result<Self::With<W>, E>;
}

impl<V> Valued<V> for Announcement<V> {
    type With<W> = Announcement<W>;

    fn map<W, E>(
        &self,
        with: &mut impl FnMut(Slot, &V) -> Result<W, E>,
    ) -> Result<Announcement<W>, E> {
        Ok(Announcement {
            seat: self.seat.clone(),
            pk: with(Slot::Pk, &self.pk)?,
            sig: with(Slot::Signature, &self.sig)?,
        })
    }
}

impl<V> Valued<V> for SealedKey<V> {
    type With<W> = SealedKey<W>;

    fn map<W, E>(
        &self,
        with: &mut impl FnMut(Slot, &V) -> Result<W, E>,
    ) -> Result<SealedKey<W>, E> {
        let Sealed { nonce, kem, ciphertext } = &self.sealed;
        let nonce = with(Slot::BoxNonce, nonce)?;
        let kem = kem.as_ref().map(|kem| with(Slot::Kem, kem)).transpose()?;
        let ciphertext = with(Slot::Ciphertext, ciphertext)?;
        Ok(SealedKey { to: self.to.clone(), sealed: Sealed { nonce, kem, ciphertext } })
    }
}

impl<V> Valued<V> for Packet<V> {
    type With<W> = Packet<W>;

    fn map<W, E>(&self, with: &mut impl FnMut(Slot, &V) -> Result<W, E>) -> Result<Packet<W>, E> {
        let body = with(Slot::Body, &self.body)?;
        Ok(Packet { mk_seq: self.mk_seq, counter: self.counter, body })
    }
}

impl<V> Valued<V> for Entry<V> {
    type With<W> = Entry<W>;

    fn map<W, E>(&self, with: &mut impl FnMut(Slot, &V) -> Result<W, E>) -> Result<Entry<W>, E> {
        Ok(Entry {
            name: self.name.clone(),
            ivk: with(Slot::Ivk, &self.ivk)?,
            standing: match &self.standing {
                Standing::Present(hash) => Standing::Present(with(Slot::BindingHash, hash)?),
                Standing::Left => Standing::Left,
                Standing::Kicked => Standing::Kicked,
            },
            leaves: self.leaves,
        })
    }
}

impl<V> Valued<V> for Operation<V> {
    type With<W> = Operation<W>;

    fn map<W, E>(
        &self,
        with: &mut impl FnMut(Slot, &V) -> Result<W, E>,
    ) -> Result<Operation<W>, E> {
        Ok(match self {
            Self::Add { seat, ivk, binding_hash, name } => Operation::Add {
                seat: seat.clone(),
                ivk: with(Slot::Ivk, ivk)?,
                binding_hash: with(Slot::BindingHash, binding_hash)?,
                name: name.clone(),
            },
            Self::Left { seat } => Operation::Left { seat: seat.clone() },
            Self::Kicked { seat } => Operation::Kicked { seat: seat.clone() },
            Self::Rename { seat, name } => {
                Operation::Rename { seat: seat.clone(), name: name.clone() }
            }
            Self::Lock => Operation::Lock,
            Self::Unlock => Operation::Unlock,
            Self::Snapshot { locked, entries } => {
                let mut mapped = SharedMap::new_sync();
                for (seat, entry) in entries {
                    mapped.insert_mut(seat.clone(), entry.map(with)?);
                }
                Operation::Snapshot { locked: *locked, entries: mapped }
            }
        })
    }
}

impl<V> Valued<V> for Link<V> {
    type With<W> = Link<W>;

    fn map<W, E>(&self, with: &mut impl FnMut(Slot, &V) -> Result<W, E>) -> Result<Link<W>, E> {
        let prev = with(Slot::LinkBefore, &self.prev)?;
        Ok(Link { v: self.v, prev, operation: self.operation.map(with)? })
    }
}

impl<V> Valued<V> for Heartbeat<V> {
    type With<W> = Heartbeat<W>;

    fn map<W, E>(
        &self,
        with: &mut impl FnMut(Slot, &V) -> Result<W, E>,
    ) -> Result<Heartbeat<W>, E> {
        Ok(Heartbeat {
            list_hash: with(Slot::ListHash, &self.list_hash)?,
            v: self.v,
            t: self.t,
            mk_seq: self.mk_seq,
            prev: with(Slot::BeatBefore, &self.prev)?,
            timestamp_ms: self.timestamp_ms,
            sig: with(Slot::Signature, &self.sig)?,
        })
    }
}

impl<V> Valued<V> for LockRequest<V> {
    type With<W> = LockRequest<W>;

    fn map<W, E>(
        &self,
        with: &mut impl FnMut(Slot, &V) -> Result<W, E>,
    ) -> Result<LockRequest<W>, E> {
        Ok(LockRequest {
            seat: self.seat.clone(),
            operation: self.operation,
            link_hash: with(Slot::ListHash, &self.link_hash)?,
            sig: with(Slot::Signature, &self.sig)?,
        })
    }
}

impl<V> Valued<V> for Event<V> {
    type With<W> = Event<W>;

    fn map<W, E>(&self, with: &mut impl FnMut(Slot, &V) -> Result<W, E>) -> Result<Event<W>, E> {
        Ok(match self {
            Self::Tick => Event::Tick,
            Self::Join { meeting, role, name } => {
                Event::Join { meeting: meeting.clone(), role: *role, name: name.clone() }
            }
            Self::LeaderNamed { seat, ivk, announcement } => Event::LeaderNamed {
                seat: seat.clone(),
                ivk: with(Slot::Ivk, ivk)?,
                announcement: announcement.map(with)?,
            },
            Self::Admitted(it) => Event::Admitted(Admission {
                seat: it.seat.clone(),
                name: it.name.clone(),
                ivk: with(Slot::Ivk, &it.ivk)?,
                announcement: it.announcement.map(with)?,
                outdated: it.outdated,
            }),
            Self::Departed { seat } => Event::Departed { seat: seat.clone() },
            Self::Renamed { seat, name } => {
                Event::Renamed { seat: seat.clone(), name: name.clone() }
            }
            Self::NonceArrived { seat, nonce } => {
                Event::NonceArrived { seat: seat.clone(), nonce: with(Slot::Nonce, nonce)? }
            }
            Self::LinkArrived(link) => Event::LinkArrived(link.map(with)?),
            Self::HeartbeatArrived(heartbeat) => Event::HeartbeatArrived(heartbeat.map(with)?),
            Self::LockRequested(request) => Event::LockRequested(request.map(with)?),
            Self::LockClaimed { locked } => Event::LockClaimed { locked: *locked },
            Self::RoomClaimed { seat, in_room } => {
                Event::RoomClaimed { seat: seat.clone(), in_room: *in_room }
            }
            Self::SetLock { locked } => Event::SetLock { locked: *locked },
            Self::Kick { seat } => Event::Kick { seat: seat.clone() },
            Self::KeyOffered { sealed } => Event::KeyOffered { sealed: sealed.map(with)? },
            Self::PacketArrived { from, stream, packet } => Event::PacketArrived {
                from: from.clone(),
                stream: stream.clone(),
                packet: packet.map(with)?,
            },
            Self::Malformed { rule } => Event::Malformed { rule: *rule },
            Self::Send { stream, plaintext } => {
                Event::Send { stream: stream.clone(), plaintext: with(Slot::Plaintext, plaintext)? }
            }
            Self::StepOut => Event::StepOut,
            Self::Leave => Event::Leave,
            Self::MeetingEnded => Event::MeetingEnded,
        })
    }
}

impl<V> Valued<V> for Effect<V> {
    type With<W> = Effect<W>;

    fn map<W, E>(&self, with: &mut impl FnMut(Slot, &V) -> Result<W, E>) -> Result<Effect<W>, E> {
        Ok(match self {
            Self::PostAnnouncement(it) => Effect::PostAnnouncement(it.map(with)?),
            Self::PostSealedKey(sealed) => Effect::PostSealedKey(sealed.map(with)?),
            Self::PostNonce(nonce) => Effect::PostNonce(with(Slot::Nonce, nonce)?),
            Self::PostLink(link) => Effect::PostLink(link.map(with)?),
            Self::PostHeartbeat(heartbeat) => Effect::PostHeartbeat(heartbeat.map(with)?),
            Self::PostLockRequest(request) => Effect::PostLockRequest(request.map(with)?),
            Self::Transmit { stream, packet } => {
                Effect::Transmit { stream: stream.clone(), packet: packet.map(with)? }
            }
            Self::Render { from, stream, mk_seq, plaintext } => Effect::Render {
                from: from.clone(),
                stream: stream.clone(),
                mk_seq: *mk_seq,
                plaintext: with(Slot::Plaintext, plaintext)?,
            },
            Self::ShowSecurityCode(code) => Effect::ShowSecurityCode(with(Slot::Code, code)?),
            Self::ShowLeaderChanged { user_id } => {
                Effect::ShowLeaderChanged { user_id: user_id.clone() }
            }
            Self::ShowUnlockWarning => Effect::ShowUnlockWarning,
            Self::ShowLeft => Effect::ShowLeft,
        })
    }
}

/// The shape of something and its values, in order.
#[must_use]
pub fn apart<V: Clone, T: Valued<V>>(whole: &T) -> (T::With<()>, Vec<(Slot, V)>) {
    let mut values = Vec::new();
    let shape = whole.map::<(), std::convert::Infallible>(&mut |slot, value| {
        values.push((slot, value.clone()));
        Ok(())
    });
    match shape {
        Ok(shape) => (shape, values),
        Err(never) => match never {},
    }
}
