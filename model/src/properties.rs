//! The goals: what must hold of every run, whatever the server does within its powers.
//!
//! A goal is judged from what the spy knows, what the honest parties hold and what their users see,
//! never from the rules. A missing rule shows where the insider of the slice has the power to use
//! it. Each has a premise: where no explored step satisfies it, the goal was not put to the test.

use conclave_spec::{Profile, Rule, RuleSet, rules::Citation};

use crate::{
    client::{Joined, Phase, RoleState, State},
    ledger::{Frame, Ledger},
    message::Seat,
};

mod table;

/// A goal of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Goal {
    /// What an honest party says after a removal stays from the removed.
    ///
    /// Let a leader have listed the spy, list it no longer, and have made a key since, with
    /// number `n`. An honest party that does not list the spy, and that has held a key numbered
    /// `n` or higher past its wait, sends nothing the spy can learn. The times the paper allows
    /// are in the premise: until the leader rotates, the way of the key, about two seconds before
    /// it is used. What is sent before that is not judged, nor what is sent under a key that is the
    /// newest when the spy comes back: that is for [`Goal::Backward`].
    Removal,
    /// With an honest server, what an honest party says later than
    /// `leave_rotation_ms_max + use_wait_ms_max` after the leader took the spy off its list she
    /// cannot open when it is sent.
    RemovalInTime,
    /// A meeting key the spy knows was the newest one at some moment when its leader listed her.
    ///
    /// Judged for the keys honest leaders made. The leader's list is taken as it was told, not from
    /// whom the leader seals to.
    Conf,
    /// As [`Goal::Conf`], where the insider reads the memory of devices that have left.
    ForwardSecrecy,
    /// What was sent longer before the spy was listed than joins may be batched stays from her.
    ///
    /// With `b = join_batch_ms_max` (2 s): a packet sent before `listed - b` is not known to the
    /// spy. Through 4.0 the paper admits 15 s instead ([`Goal::BackwardLoose`]).
    Backward,
    /// As [`Goal::Backward`], with the 15 seconds that versions through 4.0 admit.
    BackwardLoose,
    /// A key an honest party takes from an honest leader was made by that leader, under that
    /// number, in this meeting.
    Authentic,
    /// Two honest clients with the same last heartbeat that hold a certified key with the same
    /// number hold the same key.
    AgreeKey,
    /// Whoever can open a packet when it is sent is on the sender's screen: the spy knows the key
    /// only if the roster shows her as present.
    RosterSend,
    /// Two honest parties that both have a heartbeat agree on the list it certifies, who is on it
    /// and whether it is locked, and at every version that both have had certified before it since
    /// they joined.
    History,
    /// In one join, numbers of installed keys strictly increase, and of the heartbeats taken `v`
    /// and `mk_seq` never decrease, and `t` strictly increases for a leader.
    Mono,
    /// No stream key encrypts two plaintexts under one counter.
    Nonce,
    /// A key is not older than two of the recipient's nonce intervals when it is taken.
    LiveKey,
    /// The heartbeat an honest party took last was made no longer ago than two nonce intervals and
    /// twice the time of silence, whoever led meanwhile: the key is that fresh when it is taken, the
    /// leader's clock may fall behind by the time of silence, and as long may pass until the client
    /// leaves.
    LiveRoster,
    /// What an honest party said is played at most so long after it was sent:
    ///
    /// ```text
    /// key_age_ms_max + (2 * nonce_interval_ms_max + 2 * silence_ms_max) + old_key_ms   (950 s)
    /// ```
    ///
    /// A key is made no later than anything sent under it, and is the newest for at most
    /// `key_age_ms_max` (ROT-37). A heartbeat made after that certifies another, and by
    /// [`Goal::LiveRoster`] the recipient has taken such a one as much later as the parentheses say.
    /// It then gives the key up within `old_key_ms`. So the goal asks of a client that nothing but
    /// that heartbeat makes it give up a key. It is derived for one leader at a time.
    ///
    /// Earlier versions promise nothing of the kind. Through 4.0 keys have no age; client 5.12 makes
    /// a new one every five minutes, and nothing says to a recipient how old that is when it comes.
    LiveMedia,
    /// However many are present, a client in a meeting posts its next nonce at most
    /// `nonce_interval_ms_max` (210 s) after the last.
    ///
    /// Judged where more than ten are present: up to ten it is the interval of the paper, and with it
    /// the age of a key a client may take is bounded ([`Goal::LiveKey`]). Versions before 4.1 have
    /// no nonces.
    LiveScale,
    /// Who has taken no heartbeat for the time of silence, and its tolerance, is in no meeting.
    Silence,
    /// In one client's view of one meeting, a device that was listed stays listed, as present or
    /// as gone, and keeps its identity key, and while it is present its binding.
    Rejoin,
    /// A device on an honest party's list whose key is not the spy's has announced that key under
    /// that name in this meeting.
    Genuine,
    /// While a user sees the meeting locked, no identity key comes onto the list that was not on it
    /// before, none comes back that a leader's user removed, and the sight ends with a warning only.
    Lock,
    /// Who has seen the meeting locked sees it unlocked only if an honest user unlocked it.
    LockKept,
    /// A leader whose heartbeat is taken is on its own list, and on the list before if that was
    /// locked.
    LeaderListed,
    /// Every change of the leader is shown to everybody but the new leader, in the step in which it
    /// is believed, before any key of the new leader can be taken.
    LeaderNotice,
    /// The code shown has all digits of the identity key that the handshake used.
    Code,
    /// The roster has everybody on the certified list and nobody else, and only a certificate
    /// changes it.
    Roster,
    /// The name beside a device is that on the list, since 3.0; a leader puts a name that the server
    /// relays on the list; and from `leaves_shown_from` (4) on the roster shows how often a device,
    /// or under `hardened` its user with any device, has left.
    Names,
    /// Between two devices that signed Kyber keys, no meeting key travels in a classic box.
    NoDowngrade,
    /// Where every box was hybrid, a spy outside the meeting who breaks Curve25519 learns no key.
    PostQuantum,
    /// A spy outside the meeting who breaks Kyber learns no key: the other half of a hybrid box
    /// holds.
    Hybrid,
    /// The meeting is labeled post-quantum only under a key that went into no classic box.
    Indicator,
    /// What a client plays as somebody's, that somebody said. Not promised against participants
    /// (the paper admits it); against others it must hold.
    Sender,
    /// While no leader has listed the spy: what a client plays as somebody's, in some stream, they
    /// said there, and it is played once.
    Heard,
    /// Whoever is played is shown as present on the screen of whoever hears it.
    Shown,
    /// Where the server is honest: whoever follows the one leader has that leader's list, certified,
    /// and its newest key; and while somebody leads, nobody leaves for want of heartbeats. Who left a
    /// locked meeting, and was not removed, is let in again.
    Served,
}

/// A moment of a run, for a goal to judge.
#[derive(Clone, Copy)]
pub struct View<'a, V> {
    /// What happened so far.
    pub ledger: &'a Ledger<V>,
    /// The honest clients.
    pub clients: &'a [&'a State<V>],
    /// Whether the spy knows a value.
    pub knows: &'a dyn Fn(&V) -> bool,
}

/// The bounds of the goals about time, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// [`Goal::LiveKey`]: `2 * nonce_interval_ms_max`.
    pub key_ms: u64,
    /// [`Goal::LiveRoster`]: `2 * nonce_interval_ms_max + 2 * silence_ms_max`.
    pub roster_ms: u64,
    /// [`Goal::LiveMedia`]: `key_age_ms_max + roster_ms + old_key_ms`.
    pub media_ms: u64,
    /// [`Goal::LiveScale`]: `nonce_interval_ms_max`.
    pub nonce_ms: u64,
    /// [`Goal::Silence`]: `silence_ms_max`.
    pub silence_ms: u64,
    /// [`Goal::RemovalInTime`]: `leave_rotation_ms_max + use_wait_ms_max`.
    pub removal_ms: u64,
    /// [`Goal::Backward`]: `join_batch_ms_max`.
    pub batch_ms: u64,
    /// [`Goal::BackwardLoose`]: 15 s where a joiner may get a key of that age, else as above.
    pub joiner_ms: u64,
}

/// The rules a version has, whatever is taken from it.
pub(crate) fn promised(profile: &Profile) -> RuleSet {
    Profile::by_id(profile.id).map_or(profile.rules, |whole| whole.rules)
}

/// The bounds under a profile.
#[must_use]
pub fn bounds(profile: &Profile) -> Bounds {
    let params = profile.params;
    let nonce_ms = u64::from(params.nonce_interval_ms_max);
    let key_ms = 2 * nonce_ms;
    let silence_ms = u64::from(params.silence_ms_max);
    let roster_ms = key_ms + 2 * silence_ms;
    let media_ms = u64::from(params.key_age_ms_max) + roster_ms + u64::from(params.old_key_ms);
    let removal_ms = u64::from(params.leave_rotation_ms_max) + u64::from(params.use_wait_ms_max);
    let batch_ms = u64::from(params.join_batch_ms_max);
    let young = profile.rules.contains(Rule::JoinerKeyYoung);
    let joiner_ms = if young { u64::from(params.joiner_key_age_ms_max) } else { batch_ms };
    Bounds { key_ms, roster_ms, media_ms, nonce_ms, silence_ms, removal_ms, batch_ms, joiner_ms }
}

impl Goal {
    /// The goal with this name.
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|goal| goal.id() == id)
    }

    /// The stable name.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.entry().id
    }

    /// What holds, in one sentence.
    #[must_use]
    pub const fn statement(self) -> &'static str {
        self.entry().statement
    }

    /// What must be reached for the goal to have been put to the test.
    #[must_use]
    pub const fn premise(self) -> &'static str {
        self.entry().premise
    }

    /// Where the goal comes from.
    #[must_use]
    pub const fn citation(self) -> Citation {
        self.entry().citation
    }

    /// Whether the paper promises it. What it admits not to hold is explored all the same.
    #[must_use]
    pub fn is_promised(self) -> bool {
        self != Self::Sender
    }

    /// Whether a version of the protocol has what the goal speaks of. Removed rules make no
    /// difference.
    #[must_use]
    pub fn applies(self, profile: &Profile) -> bool {
        let whole = promised(profile);
        match self {
            Self::Lock | Self::LockKept => whole.contains(Rule::LockListed),
            Self::NoDowngrade | Self::PostQuantum | Self::Hybrid | Self::Indicator => {
                whole.contains(Rule::HybridUsesKem)
            }
            Self::LiveMedia => {
                whole.contains(Rule::NonceRecent) && whole.contains(Rule::RotateInTime)
            }
            Self::LiveScale => whole.contains(Rule::NonceRenewed),
            Self::Removal
            | Self::Conf
            | Self::ForwardSecrecy
            | Self::Backward
            | Self::BackwardLoose
            | Self::Authentic
            | Self::AgreeKey
            | Self::RosterSend
            | Self::History
            | Self::Mono
            | Self::Nonce
            | Self::LiveKey
            | Self::LiveRoster
            | Self::Silence
            | Self::Rejoin
            | Self::Genuine
            | Self::LeaderListed
            | Self::LeaderNotice
            | Self::Code
            | Self::Roster
            | Self::RemovalInTime
            | Self::Names
            | Self::Shown
            | Self::Sender
            | Self::Heard
            | Self::Served => true,
        }
    }

    /// Whether the goal holds at this moment.
    #[must_use]
    pub fn holds<V: Clone + Ord>(self, profile: &Profile, view: &View<'_, V>) -> bool {
        let ledger = view.ledger;
        match self {
            Self::Removal => {
                let shared = |frame: &Frame<V>| {
                    ledger.keys.iter().any(|key| key.shared && key.meeting_key == frame.meeting_key)
                };
                let came_back = |frame: &Frame<V>| !frame.shared_then && shared(frame);
                let mut judged = ledger.frames.iter().filter(|frame| frame.past_removal);
                judged.all(|frame| came_back(frame) || !(view.knows)(&frame.plaintext))
            }
            Self::Conf | Self::ForwardSecrecy | Self::Hybrid => {
                let mut judged = ledger.keys.iter().filter(|key| !key.shared);
                judged.all(|key| !(view.knows)(&key.meeting_key))
            }
            Self::PostQuantum => {
                let mut judged = ledger.keys.iter().filter(|key| !key.shared && !key.classic);
                judged.all(|key| !(view.knows)(&key.meeting_key))
            }
            Self::Backward => backward(view, bounds(profile).batch_ms),
            Self::BackwardLoose => backward(view, bounds(profile).joiner_ms),
            Self::AgreeKey => !pairs(&held(view.clients))
                .any(|(one, other)| one.same_place(other) && one.meeting_key != other.meeting_key),
            Self::RosterSend => ledger.frames.iter().all(|frame| !frame.exposed || frame.spy_shown),
            Self::History => !forked(ledger),
            Self::Served => !ledger.breaches.contains(&self) && served(ledger, view.clients),
            Self::Nonce => !frame_pairs(ledger).any(|(one, other)| {
                one.stream_key == other.stream_key
                    && one.packet.counter == other.packet.counter
                    && one.plaintext != other.plaintext
            }),
            Self::Authentic
            | Self::Mono
            | Self::LiveKey
            | Self::LiveRoster
            | Self::LiveMedia
            | Self::LiveScale
            | Self::Silence
            | Self::Rejoin
            | Self::Genuine
            | Self::Lock
            | Self::LockKept
            | Self::LeaderListed
            | Self::LeaderNotice
            | Self::Code
            | Self::Roster
            | Self::RemovalInTime
            | Self::Names
            | Self::Shown
            | Self::NoDowngrade
            | Self::Indicator
            | Self::Sender
            | Self::Heard => !ledger.breaches.contains(&self),
        }
    }

    /// Whether the premise is satisfied at this moment.
    #[must_use]
    pub fn premise_reached<V: Clone + Ord>(self, view: &View<'_, V>) -> bool {
        let ledger = view.ledger;
        match self {
            Self::Removal => ledger.frames.iter().any(|frame| frame.past_removal),
            Self::Conf | Self::Hybrid => ledger.keys.iter().any(|key| !key.shared),
            Self::ForwardSecrecy => !ledger.opened.is_empty(),
            Self::PostQuantum => ledger.keys.iter().any(|key| !key.shared && !key.classic),
            Self::Backward | Self::BackwardLoose => {
                let came = ledger.spy_came_ms.is_some();
                came && ledger.frames.iter().any(|frame| frame.before_spy_ms.is_some())
            }
            Self::AgreeKey => pairs(&held(view.clients)).any(|(one, other)| one.same_place(other)),
            Self::RosterSend => ledger.frames.iter().any(|frame| frame.exposed),
            Self::History => shared_heartbeat(ledger),
            Self::Served => followers(view.clients).next().is_some(),
            Self::Nonce => {
                frame_pairs(ledger).any(|(one, other)| one.stream_key == other.stream_key)
            }
            Self::Authentic
            | Self::Mono
            | Self::LiveKey
            | Self::LiveRoster
            | Self::LiveMedia
            | Self::LiveScale
            | Self::Silence
            | Self::Rejoin
            | Self::Genuine
            | Self::Lock
            | Self::LockKept
            | Self::LeaderListed
            | Self::LeaderNotice
            | Self::Code
            | Self::Roster
            | Self::RemovalInTime
            | Self::Names
            | Self::Shown
            | Self::NoDowngrade
            | Self::Indicator
            | Self::Sender
            | Self::Heard => ledger.reached.contains(&self),
        }
    }
}

fn backward<V: Clone + Ord>(view: &View<'_, V>, bound_ms: u64) -> bool {
    let Some(came_ms) = view.ledger.spy_came_ms else { return true };
    let early = view.ledger.frames.iter().filter(|frame| {
        frame.before_spy_ms.is_some_and(|sent_ms| came_ms.saturating_sub(sent_ms) > bound_ms)
    });
    early.into_iter().all(|frame| !(view.knows)(&frame.plaintext))
}

/// Whether two parties share a heartbeat but not what it certifies, or what led to it.
fn forked<V: Clone + Ord>(ledger: &Ledger<V>) -> bool {
    let all: Vec<_> = ledger.taken.values().collect();
    pairs(&all).any(|(one, other)| {
        let last = one.iter().enumerate().rev();
        let mut shared = last.filter_map(|(at, taken)| {
            let there = other.iter().position(|it| it.hash == taken.hash)?;
            Some((one.get(..=at)?, other.get(..=there)?))
        });
        shared.any(|(one, other)| {
            let last = one.last().zip(other.last());
            last.is_some_and(|(one, other)| one.list != other.list)
                || one.iter().any(|taken| other.iter().any(|it| it.list.contradicts(&taken.list)))
        })
    })
}

fn shared_heartbeat<V: Clone + Ord>(ledger: &Ledger<V>) -> bool {
    let all: Vec<_> = ledger.taken.values().collect();
    pairs(&all).any(|(one, other)| {
        one.iter().skip(1).any(|taken| other.iter().skip(1).any(|it| it.hash == taken.hash))
    })
}

/// A participant beside the one leader it follows, if there is one leader.
fn followers<'a, V: Clone + Ord>(
    clients: &'a [&'a State<V>],
) -> impl Iterator<Item = (&'a Joined<V>, &'a Seat, &'a Joined<V>)> {
    let joined = clients.iter().filter_map(|state| match &state.phase {
        Phase::Joined(joined) => Some((&state.seat, &**joined)),
        Phase::Outside | Phase::Left => None,
    });
    let joined: Vec<_> = joined.collect();
    let leads = |joined: &Joined<V>| matches!(joined.role, RoleState::Leader(_));
    let leaders: Vec<_> = joined.iter().filter(|(_, joined)| leads(joined)).copied().collect();
    let leader = if let [leader] = leaders.as_slice() { Some(*leader) } else { None };
    joined.into_iter().filter_map(move |(own, follower)| {
        let (seat, leader) = leader?;
        let known = follower.known_leader()?;
        (known.seat == *seat).then_some((leader, own, follower))
    })
}

/// Whether a leader may leave a device outside: it was removed, or is new in a locked meeting.
fn kept_out<V: Ord>(ledger: &Ledger<V>, leader: &Joined<V>, seat: &Seat) -> bool {
    match leader.list.entries.get(seat) {
        Some(entry) => ledger.removed.contains(&entry.ivk),
        None => leader.list.locked,
    }
}

fn served<V: Clone + Ord>(ledger: &Ledger<V>, clients: &[&State<V>]) -> bool {
    let newest = |joined: &Joined<V>| joined.newest().map(|key| key.mk_seq);
    followers(clients).all(|(leader, seat, follower)| {
        kept_out(ledger, leader, seat)
            || (follower.list.head == leader.list.head && newest(follower) == newest(leader))
    })
}

struct Held<'a, V> {
    party: &'a str,
    mk_seq: u32,
    meeting_key: &'a V,
    /// The hash of the last heartbeat, if it certifies the number.
    chain: Option<&'a V>,
}

impl<V: Ord> Held<'_, V> {
    /// Whether two parties at the same heartbeat hold a key with this number.
    fn same_place(&self, other: &Self) -> bool {
        self.party != other.party
            && self.mk_seq == other.mk_seq
            && self.chain.is_some()
            && self.chain == other.chain
    }
}

fn held<'a, V>(clients: &'a [&'a State<V>]) -> Vec<Held<'a, V>> {
    let mut all = Vec::new();
    for state in clients {
        let Phase::Joined(joined) = &state.phase else { continue };
        let begun = joined.chain.begun || matches!(joined.role, RoleState::Leader(_));
        all.extend(joined.ring.iter().map(|key| Held {
            party: &state.party,
            mk_seq: key.mk_seq,
            meeting_key: &key.meeting_key,
            chain: (begun && key.mk_seq <= joined.chain.mk_seq).then_some(&joined.chain.hash),
        }));
    }
    all
}

fn pairs<T>(all: &[T]) -> impl Iterator<Item = (&T, &T)> {
    all.iter().enumerate().flat_map(|(at, one)| all.iter().skip(at + 1).map(move |two| (one, two)))
}

fn frame_pairs<V>(ledger: &Ledger<V>) -> impl Iterator<Item = (&Frame<V>, &Frame<V>)> {
    let frames = &ledger.frames;
    frames
        .iter()
        .enumerate()
        .flat_map(|(at, one)| frames.iter().skip(at + 1).map(move |f| (one, f)))
}
