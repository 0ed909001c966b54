//! What a server or a misbehaving party makes of messages: claims, repetitions, changes, forgeries.

use conclave_spec::Label;

use super::{NAMES, PARTIES, Writer, seat};
use crate::{
    message::{LockOperation, Seat},
    script::{
        Act, BoundTo, Change, ForgedHeartbeat, ForgedLink, ForgedPacket, ForgedRequest, ForgedSeal,
        ForgedSnapshot, Handle, KeyRecipe, MessageKind, OperationRecipe, Recipe, ValueRecipe,
    },
};

const LABELS: [Label; 5] = [
    Label::Announcement,
    Label::KeySeedCipher,
    Label::KeySeedDerivation,
    Label::ParticipantList,
    Label::LockRequest,
];

/// Where somebody who forges goes on from.
fn handle_of(by: &str, kind: MessageKind, nth: u32) -> Recipe {
    Recipe::Sent(Handle::of(by, kind, nth.max(1)))
}

impl Writer {
    /// Something the server says without any message.
    pub(super) fn claim(&mut self, party: &'static str) {
        let act = match self.choices.under(5) {
            4 => Act::RoomClaimed { seat: self.seat(), in_room: self.choices.under(4) != 0 },
            0 => Act::LockClaimed { locked: self.choices.under(2) == 0 },
            1 => Act::Departed { seat: self.seat() },
            2 => {
                Act::Renamed { seat: self.seat(), name: self.choices.of(&NAMES, "bob").to_owned() }
            }
            _ => Act::NoncePosted { seat: self.seat(), nonce: self.old(MessageKind::Nonce) },
        };
        self.act(party, act);
    }

    /// A message sent at some time, to anybody.
    pub(super) fn again(&mut self, party: &'static str) {
        let act = match self.choices.under(6) {
            0 => Act::Link { link: self.old(MessageKind::Link) },
            1 => Act::Heartbeat { heartbeat: self.old(MessageKind::Heartbeat) },
            2 => Act::LockRequested { request: self.old(MessageKind::LockRequest) },
            3 => self.packet_act(|writer| writer.old(MessageKind::Packet)),
            4 => Act::SealedKey { sealed: self.old_key(party) },
            _ => Act::NoncePosted { seat: self.seat(), nonce: self.old(MessageKind::Nonce) },
        };
        self.act(party, act);
    }

    /// Whom a message that nobody sent like this reaches: anybody, mostly a participant.
    pub(super) fn target(&mut self) -> &'static str {
        self.choices.of(&["bob", "bob", "mallory", "carol", "alice"], "bob")
    }

    /// A message that nobody sent like this.
    pub(super) fn changed(&mut self, party: &'static str) {
        if self.choices.under(2) == 1 {
            self.catch_up(party);
        }
        let act = match self.choices.under(10) {
            0 => self.admitted_changed(),
            1 => self.named_changed(),
            2 | 3 => Act::Link { link: self.link() },
            4 | 5 => Act::Heartbeat { heartbeat: self.heartbeat() },
            6 => {
                let (leader, request) = (self.mostly_leader(), self.request());
                return self.act(leader, Act::LockRequested { request });
            }
            7 => self.packet_act(Self::packet),
            8 => return self.certified_forgery(party),
            _ => Act::SealedKey { sealed: self.sealed_key(party) },
        };
        self.act(party, act);
    }

    /// A link that the leader makes for this party alone, and a heartbeat that certifies it.
    fn certified_forgery(&mut self, party: &'static str) {
        self.catch_up(party);
        let leader = self.mostly_leader();
        let link = self.forged_link(leader);
        self.act(party, Act::Link { link: link.clone() });
        let certifies = Some(Box::new(link));
        let timestamp_ms = (self.choices.under(4) == 3).then_some(1);
        let forged = ForgedHeartbeat {
            by: leader.to_owned(),
            certifies,
            timestamp_ms,
            ..ForgedHeartbeat::default()
        };
        self.act(party, Act::Heartbeat { heartbeat: Recipe::ForgedHeartbeat(forged) });
    }

    /// An old message of a kind, mostly a young one of whoever leads.
    fn old(&mut self, kind: MessageKind) -> Recipe {
        let by = self.mostly_leader();
        self.old_of(by, kind)
    }

    fn old_of(&mut self, by: &str, kind: MessageKind) -> Recipe {
        let (last, back) = (self.count(by, kind), self.choices.number(6));
        handle_of(by, kind, last.saturating_sub(back))
    }

    fn old_key(&mut self, party: &'static str) -> Recipe {
        let to = if self.choices.under(6) == 5 { self.choices.of(&PARTIES, party) } else { party };
        let nth = 1 + self.choices.number(6);
        Recipe::Sent(Handle::sealed_key(self.mostly_leader(), to, nth))
    }

    /// Somebody said to have joined, with another's announcement or a changed one.
    fn admitted_changed(&mut self) -> Act {
        let party = self.choices.of(&PARTIES, "bob");
        let ivk = ValueRecipe::IvkOf(self.mostly(party).to_owned());
        let (seat, name) = (seat(self.mostly(party)), party.to_owned());
        let announcement = self.announcement(party);
        Act::Admitted { seat, name, ivk, announcement, outdated: self.choices.under(4) == 3 }
    }

    fn named_changed(&mut self) -> Act {
        let leader = self.mostly_leader();
        let ivk = ValueRecipe::IvkOf(self.mostly(leader).to_owned());
        let seat = seat(self.mostly(leader));
        Act::LeaderNamed { seat, ivk, announcement: self.announcement(leader) }
    }

    pub(super) fn mostly(&mut self, usual: &'static str) -> &'static str {
        if self.choices.under(6) == 5 { self.choices.of(&PARTIES, usual) } else { usual }
    }

    fn announcement(&mut self, by: &'static str) -> Recipe {
        let sent = self.old_of(by, MessageKind::Announcement);
        match self.choices.under(4) {
            0 => self.damaged(sent, &["pk", "sig"]),
            1 => {
                let value = self.public_key();
                edited(sent, "pk", value)
            }
            2 => {
                let (by, label) = (self.mostly(by).to_owned(), self.label());
                Recipe::ForgedAnnouncement { by, label, changes: self.binding_changes() }
            }
            _ => sent,
        }
    }

    fn public_key(&mut self) -> ValueRecipe {
        match self.choices.under(3) {
            0 => ValueRecipe::PkOf(self.choices.of(&PARTIES, "bob").to_owned()),
            1 => ValueRecipe::IvkOf(self.choices.of(&PARTIES, "bob").to_owned()),
            _ => ValueRecipe::SmallOrderKey,
        }
    }

    fn label(&mut self) -> Option<Label> {
        if self.choices.under(3) < 2 {
            return None;
        }
        Some(self.choices.of(&LABELS, Label::Announcement))
    }

    fn text(&mut self) -> ValueRecipe {
        ValueRecipe::Text(self.choices.of(&PARTIES, "bob").to_owned())
    }

    fn binding_changes(&mut self) -> Vec<Change> {
        match self.choices.under(7) {
            0 => vec![Change::new("user_id", self.text())],
            1 => vec![Change::new("hardware_id", self.text())],
            2 => vec![Change::new("meeting_id", self.text())],
            3 => vec![Change::new("meeting_uuid", ValueRecipe::Uuid([2; 16]))],
            4 => {
                let party = self.choices.of(&PARTIES, "bob").to_owned();
                vec![Change::new("ivk", ValueRecipe::IvkOf(party))]
            }
            5 => vec![Change::new("pk", self.public_key())],
            _ => Vec::new(),
        }
    }

    fn meeting_changes(&mut self) -> Vec<Change> {
        match self.choices.under(6) {
            0 => vec![Change::new("meeting_id", self.text())],
            1 => vec![Change::new("meeting_uuid", ValueRecipe::Uuid([2; 16]))],
            _ => Vec::new(),
        }
    }

    fn sealed_key(&mut self, party: &'static str) -> Recipe {
        let sent = self.old_key(party);
        match self.choices.under(4) {
            0 => self.damaged(sent, &["nonce", "ciphertext", "kem"]),
            1 => {
                let field = self.choices.of(&["nonce", "ciphertext", "kem"], "nonce").to_owned();
                let of = Box::new(self.old_key(party));
                let value = ValueRecipe::FieldOf { of, field: field.clone() };
                edited(sent, &field, value)
            }
            _ => self.forged_seal(party),
        }
    }

    fn forged_seal(&mut self, party: &'static str) -> Recipe {
        let key = if self.choices.under(2) == 0 {
            KeyRecipe::Fresh(format!("key {}", self.choices.under(3)))
        } else {
            KeyRecipe::Held(self.choices.number(6))
        };
        let mut changes = self.meeting_changes();
        match self.choices.under(8) {
            0 => changes.push(Change::new("leader", self.text())),
            1 => changes.push(Change::new("recipient", self.text())),
            _ => {}
        }
        let bound_to = match self.choices.under(8) {
            0 => BoundTo::Nothing,
            1 => BoundTo::Nonce(Box::new(self.old_of(party, MessageKind::Nonce))),
            _ => BoundTo::Newest,
        };
        Recipe::ForgedSeal(ForgedSeal {
            by: self.mostly_leader().to_owned(),
            to: seat(party),
            key,
            mk_seq: self.choices.number(8),
            cipher: self.label(),
            derivation: self.label(),
            changes,
            bound_to,
            classic: self.choices.under(6) == 5,
        })
    }

    fn link(&mut self) -> Recipe {
        let leader = self.mostly_leader();
        let sent = self.old_of(leader, MessageKind::Link);
        match self.choices.under(6) {
            0 => self.damaged(sent, &["prev", "ivk", "binding_hash"]),
            1 => {
                let number = ValueRecipe::Number(self.choices.number(12));
                edited(sent, "v", number)
            }
            2 => {
                let (field, value) = match self.choices.under(3) {
                    0 => ("name", self.text()),
                    1 => ("user_id", self.text()),
                    _ => ("prev", self.hash(leader)),
                };
                edited(sent, field, value)
            }
            _ => self.forged_link(leader),
        }
    }

    fn forged_link(&mut self, leader: &'static str) -> Recipe {
        let links = self.count(leader, MessageKind::Link);
        let newest = self.newest_v(leader);
        let prev = match self.choices.under(8) {
            0 => None,
            1 => Some(Box::new(self.old_of(leader, MessageKind::Link))),
            _ => Some(Box::new(handle_of(leader, MessageKind::Link, links))),
        };
        let v = match self.choices.under(8) {
            0 => self.choices.number(20),
            1 => u32::MAX,
            _ => newest.saturating_add(1),
        };
        let operation = self.operation(leader);
        Recipe::ForgedLink(ForgedLink { by: leader.to_owned(), v, prev, operation })
    }

    /// The version of the list as a party has it.
    fn newest_v(&self, party: &str) -> u32 {
        use crate::client::Phase;
        match self.stage.actor(party).map(|actor| &actor.state.phase) {
            Ok(Phase::Joined(joined)) => joined.list.v,
            Ok(Phase::Outside | Phase::Left) | Err(_) => 0,
        }
    }

    fn operation(&mut self, leader: &'static str) -> OperationRecipe {
        let seat = self.seat();
        match self.choices.under(9) {
            0 | 1 => {
                let keys_of = self.choices.of(&PARTIES, "carol").to_owned();
                let name = self.choices.of(&NAMES, "carol").to_owned();
                OperationRecipe::Add { seat, keys_of, name }
            }
            2 => OperationRecipe::Left { seat },
            3 => OperationRecipe::Kicked { seat },
            4 => {
                let name = self.choices.of(&NAMES, "bob").to_owned();
                OperationRecipe::Rename { seat, name }
            }
            5 => OperationRecipe::Lock,
            6 => OperationRecipe::Unlock,
            _ => OperationRecipe::Snapshot(self.forged_snapshot(leader, seat)),
        }
    }

    fn forged_snapshot(&mut self, leader: &'static str, seat: Seat) -> ForgedSnapshot {
        let mut forged = ForgedSnapshot {
            of: leader.to_owned(),
            locked: None,
            without: Vec::new(),
            leaves: Vec::new(),
            keys: Vec::new(),
        };
        match self.choices.under(6) {
            0 => forged.locked = Some(self.choices.under(2) == 0),
            1 => forged.without.push(seat),
            2 => forged.leaves.push((seat, self.choices.number(3))),
            3 => forged.keys.push((seat, self.choices.of(&PARTIES, "carol").to_owned())),
            _ => {}
        }
        forged
    }

    /// A hash that a link or heartbeat of a party has, or the one before the first.
    fn hash(&mut self, by: &'static str) -> ValueRecipe {
        let kind = match self.choices.under(3) {
            0 => return ValueRecipe::NoHash,
            1 => MessageKind::Link,
            _ => MessageKind::Heartbeat,
        };
        let of = Box::new(self.old_of(by, kind));
        ValueRecipe::HashOf { by: by.to_owned(), of }
    }

    fn heartbeat(&mut self) -> Recipe {
        let leader = self.mostly_leader();
        let sent = self.old_of(leader, MessageKind::Heartbeat);
        match self.choices.under(6) {
            0 => self.damaged(sent, &["sig", "list_hash", "prev"]),
            1 => {
                let field = self.choices.of(&["v", "t", "mk_seq", "timestamp_ms"], "t");
                let number = ValueRecipe::Number(self.choices.number(12));
                edited(sent, field, number)
            }
            2 => {
                let field = self.choices.of(&["list_hash", "prev"], "prev");
                let value = self.hash(leader);
                edited(sent, field, value)
            }
            _ => self.forged_heartbeat(leader),
        }
    }

    fn forged_heartbeat(&mut self, leader: &'static str) -> Recipe {
        let mut forged = ForgedHeartbeat { by: leader.to_owned(), ..ForgedHeartbeat::default() };
        match self.choices.under(10) {
            0 => forged.t = Some(self.choices.number(20)),
            1 => forged.mk_seq = Some(self.choices.number(8)),
            2 => forged.prev = Some(self.hash(leader)),
            3 => forged.timestamp_ms = Some(u64::from(self.choices.number(20)) * 2_000),
            4 | 5 => forged.certifies = Some(Box::new(self.link())),
            6 => forged.signed = self.heartbeat_changes(leader),
            _ => {}
        }
        Recipe::ForgedHeartbeat(forged)
    }

    fn heartbeat_changes(&mut self, leader: &'static str) -> Vec<Change> {
        let numbers = ["v", "t", "mk_seq", "timestamp_ms"];
        vec![match self.choices.under(3) {
            0 => {
                let (by, changes) = (leader.to_owned(), self.binding_changes());
                Change::new("binding", ValueRecipe::BindingOf { by, changes })
            }
            1 => {
                let field = self.choices.of(&["list_hash", "prev"], "prev");
                Change::new(field, self.hash(leader))
            }
            _ => {
                let field = self.choices.of(&numbers, "t");
                Change::new(field, ValueRecipe::Number(self.choices.number(12)))
            }
        }]
    }

    fn request(&mut self) -> Recipe {
        let by = self.choices.of(&["bob", "mallory", "carol"], "bob");
        let sent = self.old_of(by, MessageKind::LockRequest);
        if self.choices.under(4) == 0 {
            return self.damaged(sent, &["link_hash", "sig"]);
        }
        if self.choices.under(4) == 0 {
            let field = self.choices.of(&["user_id", "hardware_id"], "user_id");
            let value = self.text();
            return edited(sent, field, value);
        }
        let leader = self.mostly_leader();
        let newest = self.count(leader, MessageKind::Link);
        let link = match self.choices.under(6) {
            0 => self.old_of(leader, MessageKind::Link),
            _ => handle_of(leader, MessageKind::Link, newest),
        };
        let mut signed = self.meeting_changes();
        match self.choices.under(8) {
            0 => signed.push(Change::new("link_hash", self.hash(leader))),
            1 => signed.push(Change::new("operation", ValueRecipe::Text("lock".to_owned()))),
            _ => {}
        }
        let operation = LockOperation::to(self.choices.under(2) == 0);
        let link = Box::new(link);
        Recipe::ForgedRequest(ForgedRequest { by: by.to_owned(), operation, link, signed })
    }

    /// A packet, with what the server says of it.
    fn packet_act(&mut self, packet: impl FnOnce(&mut Self) -> Recipe) -> Act {
        let from = seat(self.choices.of(&PARTIES, "alice"));
        let stream = self.choices.of(&["audio", "audio", "video"], "audio").to_owned();
        Act::Packet { from, stream, packet: packet(self) }
    }

    fn packet(&mut self) -> Recipe {
        let by = self.choices.of(&PARTIES, "alice");
        let sent = self.old_of(by, MessageKind::Packet);
        match self.choices.under(6) {
            0 => self.damaged(sent, &["body"]),
            1 => {
                let number = ValueRecipe::Number(self.choices.number(6));
                edited(sent, "mk_seq", number)
            }
            2 => {
                let other = self.choices.of(&PARTIES, "bob");
                let of = Box::new(self.old_of(other, MessageKind::Packet));
                edited(sent, "body", ValueRecipe::FieldOf { of, field: "body".to_owned() })
            }
            _ => self.forged_packet(by),
        }
    }

    fn forged_packet(&mut self, by: &'static str) -> Recipe {
        let mut changes = self.meeting_changes();
        match self.choices.under(8) {
            0 => changes.push(Change::new("sender", self.text())),
            1 => changes.push(Change::new("stream", ValueRecipe::Text("video".to_owned()))),
            2 => changes.push(Change::new("hardware_id", self.text())),
            _ => {}
        }
        let key_seq = 1 + self.choices.number(5);
        let other = self.choices.of(&[0, 1, 2, 257], 0);
        Recipe::ForgedPacket(ForgedPacket {
            by: by.to_owned(),
            key_seq,
            mk_seq: if self.choices.under(3) == 2 { other } else { key_seq },
            counter: self.choices.of(&[0, 1, 63, 64, 65, u64::MAX], 0),
            stream: "audio".to_owned(),
            text: format!("words {}", self.choices.under(4)),
            changes,
        })
    }

    fn damaged(&mut self, of: Recipe, fields: &[&str]) -> Recipe {
        let field = fields.get(self.choices.under(fields.len())).copied();
        Recipe::Damaged { of: Box::new(of), field: field.unwrap_or("sig").to_owned() }
    }
}

fn edited(of: Recipe, field: &str, value: ValueRecipe) -> Recipe {
    Recipe::Edited { of: Box::new(of), change: Change::new(field, value) }
}
