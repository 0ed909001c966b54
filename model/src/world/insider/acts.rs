//! Deceits as acts of those who are deceived.

use crate::{
    client::RoleState,
    message::{LockOperation, Seat},
    script::{
        Act, Change, ForgedLink, ForgedPacket, ForgedRequest, ForgedSeal, Handle, KeyRecipe,
        MessageKind, OperationRecipe, Recipe, ValueRecipe,
    },
    stage::Sent,
    world::{Deceit, Name, Rig, SPY, STREAM, World},
};

impl Rig {
    /// A deceit as what the deceived is given; `None` where there is nothing to say it with.
    pub(in crate::world) fn deceit(&self, world: &World, deceit: Deceit) -> Option<Vec<Act>> {
        let seat = |party| self.slice.seat(party);
        let first = |party| Recipe::Sent(Handle::announcement(party, 1));
        let last = |by, kind| {
            let nth = world.count(by, kind);
            (nth > 0).then(|| Recipe::Sent(Handle::of(by, kind, nth)))
        };
        let act = match deceit {
            Deceit::Vanish { who, .. } => Act::Departed { seat: seat(who) },
            Deceit::Substitute { who, .. } => {
                world.is_joined(SPY).then_some(())?;
                admitted(seat(who), SPY, as_device(&seat(who)))
            }
            Deceit::Relabel { of, who, .. } => admitted(seat(who), of, last(of, ANNOUNCED)?),
            Deceit::Usurp { who, .. } => Act::LeaderNamed {
                seat: seat(who),
                ivk: ValueRecipe::IvkOf(SPY.to_owned()),
                announcement: as_device(&seat(who)),
            },
            Deceit::Import { who, .. } => {
                let (double, _) = self.slice.doubles.iter().find(|(_, of)| *of == who)?;
                admitted(seat(who), who, last(double, ANNOUNCED)?)
            }
            Deceit::Revive { who, .. } => {
                (world.count(who, ANNOUNCED) > 0).then_some(())?;
                admitted(seat(who), who, first(who))
            }
            Deceit::CallOutdated { who, .. } => Act::Admitted {
                seat: seat(who),
                name: who.to_owned(),
                ivk: ValueRecipe::IvkOf(who.to_owned()),
                announcement: last(who, ANNOUNCED)?,
                outdated: true,
            },
            Deceit::ClaimLock { locked, .. } => Act::LockClaimed { locked },
            Deceit::PlantLink { by, .. } => Act::Link { link: self.planted(world, by)? },
            Deceit::SwapKey { who, .. } => {
                let of = Box::new(last(SPY, ANNOUNCED)?);
                let pk = ValueRecipe::FieldOf { of, field: "pk".to_owned() };
                let change = Change::new("pk", pk);
                let of = Box::new(last(who, ANNOUNCED)?);
                let posted = last(who, MessageKind::Nonce);
                let nonce = posted.map(|nonce| Act::NoncePosted { seat: seat(who), nonce });
                let swapped = admitted(seat(who), who, Recipe::Edited { of, change });
                return Some(nonce.into_iter().chain([swapped]).collect());
            }
            Deceit::Sham { by, .. } => Act::Heartbeat { heartbeat: self.sham(world, by)? },
            Deceit::RaiseNumber { by, .. } => {
                let change = Change::new("mk_seq", ValueRecipe::Number(9));
                let of = Box::new(last(by, MessageKind::Heartbeat)?);
                Act::Heartbeat { heartbeat: Recipe::Edited { of, change } }
            }
            Deceit::Omit { who, .. } => return self.omission(world, who),
            Deceit::Relay { by, who, stream, .. } => Act::Packet {
                from: seat(who),
                stream: stream.to_owned(),
                packet: last(by, MessageKind::Packet)?,
            },
            Deceit::AskAs { who, .. } => self.request_as(world, deceit.to(), who)?,
            Deceit::AskAgain { who, .. } => {
                Act::LockRequested { request: last(who, MessageKind::LockRequest)? }
            }
            Deceit::AskOpposite { who, .. } => self.turned_round(world, who)?,
            Deceit::Impersonate { who, .. } => self.impersonation(world, who)?,
            Deceit::Renumber { to } => self.renumbered(world, to)?,
            Deceit::Rename { who, .. } => {
                Act::Renamed { seat: seat(who), name: format!("not {who}") }
            }
            Deceit::Borrow { who, .. } => {
                let (double, _) = self.slice.namesakes.iter().find(|(_, of)| *of == who)?;
                admitted(seat(who), who, last(double, ANNOUNCED)?)
            }
            Deceit::Replace { to, by } => self.replacement(world, to, by)?,
            Deceit::Rechain { to, by } => self.rechained(world, to, by)?,
            Deceit::Recertify { to, by } => return self.recertified(world, to, by),
            Deceit::Recount { to, by } => return self.recounted(world, to, by),
            Deceit::Certify { to, by } => self.certified_early(world, to, by)?,
            Deceit::Purge { who, .. } => return self.purge(world, who),
            Deceit::Lower { .. } => self.lowered(world)?,
        };
        Some(vec![act])
    }

    /// A link after the leader's last one that adds the spy.
    fn planted(&self, world: &World, by: Name) -> Option<Recipe> {
        let nth = world.count(by, MessageKind::Link);
        let prev = Recipe::Sent(Handle::of(by, MessageKind::Link, nth));
        let list = &world.joined(by)?.list;
        let seat = self.slice.seat(SPY);
        (list.v > 0 && nth > 0 && world.is_joined(SPY)).then_some(())?;
        Some(Recipe::ForgedLink(ForgedLink {
            by: SPY.to_owned(),
            v: list.v + 1,
            prev: Some(Box::new(prev)),
            operation: OperationRecipe::Add { seat, keys_of: SPY.to_owned(), name: SPY.to_owned() },
        }))
    }

    /// The leader's last heartbeat, made to follow itself and to certify the planted link.
    fn sham(&self, world: &World, by: Name) -> Option<Recipe> {
        let planted = self.planted(world, by)?;
        let joined = world.joined(by)?;
        let nth = world.count(by, MessageKind::Heartbeat);
        let last = (nth > 0).then(|| Recipe::Sent(Handle::of(by, MessageKind::Heartbeat, nth)))?;
        let hash_of =
            |by: Name, of: Recipe| ValueRecipe::HashOf { by: by.to_owned(), of: of.into() };
        let later_ms = u32::try_from(joined.chain.timestamp_ms).ok()?.checked_add(1)?;
        let changes = [
            ("list_hash", hash_of(SPY, planted)),
            ("v", ValueRecipe::Number(joined.list.v + 1)),
            ("t", ValueRecipe::Number(joined.chain.t + 1)),
            ("prev", hash_of(by, last.clone())),
            ("timestamp_ms", ValueRecipe::Number(later_ms)),
        ];
        let edited = |of: Recipe, (field, value)| Recipe::Edited {
            of: Box::new(of),
            change: Change::new(field, value),
        };
        Some(changes.into_iter().fold(last, edited))
    }

    /// A request to unlock that the spy signs, under another's name.
    fn request_as(&self, world: &World, to: Name, who: Name) -> Option<Act> {
        let nth = world.count(to, MessageKind::Link);
        (nth > 0 && world.is_joined(SPY)).then_some(())?;
        let seat = self.slice.seat(who);
        let request = Recipe::ForgedRequest(ForgedRequest {
            by: SPY.to_owned(),
            operation: LockOperation::Unlock,
            link: Box::new(Recipe::Sent(Handle::of(to, MessageKind::Link, nth))),
            signed: Vec::new(),
        });
        let named = |of, field, text: &str| Recipe::Edited {
            of: Box::new(of),
            change: Change::new(field, ValueRecipe::Text(text.to_owned())),
        };
        let request = named(request, "user_id", &seat.user_id);
        Some(Act::LockRequested { request: named(request, "hardware_id", &seat.hardware_id) })
    }

    /// The last request of a co-host, asking for the opposite.
    fn turned_round(&self, world: &World, who: Name) -> Option<Act> {
        let nth = world.count(who, MessageKind::LockRequest);
        (nth > 0).then_some(())?;
        let of = Box::new(Recipe::Sent(Handle::of(who, MessageKind::LockRequest, nth)));
        let sent = world.stage.sent().filter(|(by, _)| by == who);
        let mut last = sent.filter_map(|(_, message)| match message {
            Sent::LockRequest(request) => Some(request.operation),
            Sent::Announcement(_)
            | Sent::SealedKey(_)
            | Sent::Packet(_)
            | Sent::Nonce(_)
            | Sent::Link(_)
            | Sent::Heartbeat(_) => None,
        });
        let opposite = LockOperation::to(!last.next_back()?.locks());
        let value = ValueRecipe::Text(opposite.word().to_owned());
        let change = Change::new("operation", value);
        Some(Act::LockRequested { request: Recipe::Edited { of, change } })
    }

    /// The newest key of the spy, who leads, under the greatest number certified to somebody.
    fn renumbered(&self, world: &World, to: Name) -> Option<Act> {
        let (own, deceived) = (world.joined(SPY)?, world.joined(to)?);
        let seat = self.slice.seat(to);
        let RoleState::Leader(leader) = &own.role else { return None };
        let mk_seq = deceived.chain.mk_seq;
        (mk_seq > 0 && leader.members.contains_key(&seat)).then_some(())?;
        let key = KeyRecipe::Held(own.ring.last()?.mk_seq);
        let sealed = Recipe::ForgedSeal(ForgedSeal::new(SPY, seat, key, mk_seq));
        Some(Act::SealedKey { sealed })
    }

    /// A packet by the spy under another's name.
    fn impersonation(&self, world: &World, who: Name) -> Option<Act> {
        let key_seq = world.joined(SPY)?.ring.last()?.mk_seq;
        let seat = self.slice.seat(who);
        let text = |text: &str| ValueRecipe::Text(text.to_owned());
        let changes = vec![
            Change::new("sender", text(&seat.user_id)),
            Change::new("hardware_id", text(&seat.hardware_id)),
        ];
        let packet = ForgedPacket {
            by: SPY.to_owned(),
            key_seq,
            mk_seq: key_seq,
            counter: 40,
            stream: STREAM.to_owned(),
            text: format!("{who} never said this"),
            changes,
        };
        let packet = Recipe::ForgedPacket(packet);
        Some(Act::Packet { from: seat, stream: STREAM.to_owned(), packet })
    }
}

const ANNOUNCED: MessageKind = MessageKind::Announcement;

fn admitted(seat: Seat, keys_of: Name, announcement: Recipe) -> Act {
    let name = seat.user_id.clone();
    let ivk = ValueRecipe::IvkOf(keys_of.to_owned());
    Act::Admitted { seat, name, ivk, announcement, outdated: false }
}

/// What the spy announces as a device that is not hers.
fn as_device(seat: &Seat) -> Recipe {
    let text = |text: &str| ValueRecipe::Text(text.to_owned());
    let changes = vec![
        Change::new("user_id", text(&seat.user_id)),
        Change::new("hardware_id", text(&seat.hardware_id)),
    ];
    Recipe::ForgedAnnouncement { by: SPY.to_owned(), label: None, changes }
}
