//! One virtual hour of a meeting over terms, for 10, 100 and 1,000 participants: with nobody coming
//! or going, with the same few who leave and come back whatever the size, and with a tenth of
//! everybody who does: what does it cost for each participant? What a participant does with a
//! heartbeat does not depend on the size of the meeting, and what it does with a link hardly: its
//! list shares with the one before what did not change. Where more come and go there is more to do for
//! everybody, so there it is the cost of a step that must not grow.

use std::{collections::BTreeMap, hint::black_box, time::Instant};

use conclave_model::{
    algebra::{Term, Terms},
    client::{Client, Phase, State},
    machine::{Admission, Choice, Effect, Event, Input},
    message::{Announcement, Meeting, Role, Seat},
};
use conclave_spec::{Profile, Rule};
use criterion::{BenchmarkId, Criterion, SamplingMode};

const PARTICIPANTS: [usize; 3] = [10, 100, 1_000];
const TICK_MS: u32 = 10_000;
const TICKS: usize = 360;
/// Whoever leaves is back so many ticks later.
const AWAY: usize = 6;
const LEADER: &str = "leader";

/// Who leaves and comes back within the hour.
#[derive(Clone, Copy, Debug)]
enum Churn {
    /// Nobody.
    None,
    /// Ten, whatever the size of the meeting.
    Ten,
    /// A tenth of the participants.
    Tenth,
}

impl Churn {
    const ALL: [Self; 3] = [Self::None, Self::Ten, Self::Tenth];

    const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Ten => "ten",
            Self::Tenth => "tenth",
        }
    }

    /// How many leave in the hour, spread evenly.
    const fn leaves(self, participants: usize) -> usize {
        match self {
            Self::None => 0,
            Self::Ten => 10,
            Self::Tenth => participants / 10,
        }
    }
}

fn main() {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    for profile in [Profile::zoom_4_1(), Profile::zoom_4_6()] {
        let scenes = PARTICIPANTS.map(|participants| Scene::new(&profile, participants));
        println!("{}", profile.id);
        summary(&scenes);
        let mut group = criterion.benchmark_group(format!("virtual-hour-{}", profile.id));
        group.sampling_mode(SamplingMode::Flat);
        for scene in &scenes {
            let id = BenchmarkId::from_parameter(scene.others.len());
            group.bench_function(id, |b| b.iter(|| black_box(scene.clone().hour(Churn::Ten))));
        }
        group.finish();
    }
    criterion.final_summary();
}

fn summary(scenes: &[Scene]) {
    let head = ["participants", "churn", "steps", "time", "per participant", "per step"];
    let [participants, churn, steps, time, each, step] = head;
    println!("{participants:>12} {churn:>6} {steps:>8} {time:>10} {each:>18} {step:>10}");
    for scene in scenes {
        for churn in Churn::ALL {
            let mut scene = scene.clone();
            let start = Instant::now();
            let steps = scene.hour(churn);
            let seconds = start.elapsed().as_secs_f64();
            let many = scene.others.len();
            let (each_ms, step_us) = (seconds * 1e3 / count(many), seconds * 1e6 / count(steps));
            let word = churn.word();
            println!(
                "{many:>12} {word:>6} {steps:>8} {seconds:>8.3} s {each_ms:>15.2} ms \
                 {step_us:>7.2} us"
            );
            assert!(scene.all_use_one_key(), "the meeting works to the end");
        }
    }
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).expect("small"))
}

/// A meeting that everybody has joined.
#[derive(Clone)]
struct Scene {
    profile: Profile,
    leader: State<Term>,
    /// What the server says of the leader.
    named: Event<Term>,
    others: BTreeMap<Seat, State<Term>>,
    steps: usize,
}

/// What one step of the leader posted.
#[derive(Default)]
struct Posted {
    /// Links and heartbeats, in order.
    to_all: Vec<Event<Term>>,
    sealed: BTreeMap<Seat, Vec<Event<Term>>>,
}

impl Posted {
    fn take(&mut self, effects: Vec<Effect<Term>>) {
        for effect in effects {
            match effect {
                Effect::PostLink(link) => self.to_all.push(Event::LinkArrived(link)),
                Effect::PostHeartbeat(beat) => self.to_all.push(Event::HeartbeatArrived(beat)),
                Effect::PostSealedKey(sealed) => {
                    let offers = self.sealed.entry(sealed.to.clone()).or_default();
                    offers.push(Event::KeyOffered { sealed });
                }
                Effect::PostAnnouncement(_)
                | Effect::PostNonce(_)
                | Effect::PostLockRequest(_)
                | Effect::Transmit { .. }
                | Effect::Render { .. }
                | Effect::ShowSecurityCode(_)
                | Effect::ShowLeaderChanged { .. }
                | Effect::ShowUnlockWarning
                | Effect::ShowLeft => {}
            }
        }
    }
}

impl Scene {
    fn new(profile: &Profile, participants: usize) -> Self {
        let client = Client::new(&Terms, profile);
        let leader = client.open(LEADER, Seat::new(LEADER, "device")).expect("terms");
        let step = client.step(&leader, &Input::now(join(Role::Leader))).expect("outside");
        let leader = step.next;
        let announced = step.effects.iter().cloned().find_map(announcement);
        let announced = announced.expect("who joins announces");
        let mut posted = Posted::default();
        posted.take(step.effects);
        let (seat, ivk) = (leader.seat.clone(), leader.ivk.clone());
        let named = Event::LeaderNamed { seat, ivk, announcement: announced };
        let profile = profile.clone();
        let mut scene = Self { profile, leader, named, others: BTreeMap::new(), steps: 0 };
        for nth in 0..participants {
            let name = format!("participant-{nth}");
            let client = Client::new(&Terms, &scene.profile);
            let state = client.open(&name, Seat::new(&name, "device")).expect("terms");
            // They come within the time in which one rotation does for all.
            let batch = Choice { rotate_in_ms: Some(2_000), use_in_ms: None };
            let (state, more) = scene.enter(&state, batch);
            scene.others.insert(state.seat.clone(), state);
            posted.to_all.extend(more.to_all);
        }
        // A newcomer reads from the last snapshot on, and takes the newest heartbeat.
        let snapshot = posted.to_all.iter().rposition(|event| {
            matches!(event, Event::LinkArrived(link) if link.operation.word() == "snapshot")
        });
        posted.to_all.drain(..snapshot.unwrap_or(0));
        posted.to_all.retain(|event| matches!(event, Event::LinkArrived(_)));
        let rotation = scene.lead(Input::after(2_000));
        posted.to_all.extend(rotation.to_all);
        posted.sealed = rotation.sealed;
        scene.hand_on(posted, 2_000);
        assert!(scene.all_use_one_key(), "everybody is in");
        scene.steps = 0;
        scene
    }

    /// The leader takes a step.
    fn lead(&mut self, input: Input<Term>) -> Posted {
        let client = Client::new(&Terms, &self.profile);
        let step = client.step(&self.leader, &input).expect("nothing to refuse");
        self.leader = step.next;
        self.steps += 1;
        let mut posted = Posted::default();
        posted.take(step.effects);
        posted
    }

    /// Somebody joins, is told who leads and is admitted.
    fn enter(&mut self, state: &State<Term>, choice: Choice) -> (State<Term>, Posted) {
        let client = Client::new(&Terms, &self.profile);
        let joined = client.step(state, &Input::now(join(Role::Participant))).expect("outside");
        let told = client.step(&joined.next, &Input::now(self.named.clone()));
        let state = told.expect("an honest leader").next;
        self.steps += 2;
        let nonce = joined.effects.iter().find_map(|effect| {
            if let Effect::PostNonce(nonce) = effect { Some(nonce.clone()) } else { None }
        });
        let seat = state.seat.clone();
        if let Some(nonce) = nonce {
            self.lead(Input::now(Event::NonceArrived { seat: seat.clone(), nonce }));
        }
        let announced = joined.effects.into_iter().find_map(announcement);
        let admission = Admission {
            name: seat.user_id.clone(),
            seat,
            ivk: state.ivk.clone(),
            announcement: announced.expect("who joins announces"),
            outdated: false,
        };
        let posted = self.lead(Input { elapsed_ms: 0, event: Event::Admitted(admission), choice });
        (state, posted)
    }

    /// Everybody gets what was posted, after this time, and the leader the nonces due meanwhile.
    fn hand_on(&mut self, mut posted: Posted, elapsed_ms: u32) {
        let client = Client::new(&Terms, &self.profile);
        let mut nonces = Vec::new();
        for (seat, state) in &mut self.others {
            let mut elapsed_ms = elapsed_ms;
            let sealed = posted.sealed.remove(seat).unwrap_or_default();
            for event in posted.to_all.iter().cloned().chain(sealed) {
                let input = Input { elapsed_ms, event, choice: Choice::default() };
                let step = client.step(state, &input).expect("an honest leader");
                nonces.extend(step.effects.into_iter().filter_map(|effect| nonce(seat, effect)));
                *state = step.next;
                self.steps += 1;
                elapsed_ms = 0;
            }
        }
        for nonce in nonces {
            let posted = self.lead(Input::now(nonce));
            assert!(posted.sealed.is_empty(), "nobody waited for a nonce");
        }
    }

    /// An hour: heartbeats, rotations of old keys, and those who leave and come back.
    fn hour(&mut self, churn: Churn) -> usize {
        let leaves = churn.leaves(self.others.len());
        let seats: Vec<Seat> = self.others.keys().cloned().collect();
        let mut away: Vec<(usize, State<Term>)> = Vec::new();
        let mut leavers = seats.into_iter().cycle();
        for tick in 1..=TICKS {
            let posted = self.lead(Input::after(TICK_MS));
            self.hand_on(posted, TICK_MS);
            for _ in leaves * (tick - 1) / TICKS..leaves * tick / TICKS {
                let seat = leavers.next().expect("somebody is there");
                let state = self.others.remove(&seat).expect("nobody is away that long");
                let client = Client::new(&Terms, &self.profile);
                let left = client.step(&state, &Input::now(Event::Leave)).expect("in the meeting");
                away.push((tick + AWAY, left.next));
                let posted = self.lead(Input::now(Event::Departed { seat }));
                self.hand_on(posted, 0);
            }
            while let Some(at) = away.iter().position(|(back, _)| *back == tick) {
                let (_, state) = away.remove(at);
                self.come_back(state);
            }
        }
        self.steps
    }

    /// Somebody comes back, and begins with the list as it is.
    fn come_back(&mut self, state: State<Term>) {
        let (state, mut posted) = self.enter(&state, Choice::default());
        let seat = state.seat.clone();
        let sealed = posted.sealed.remove(&seat).unwrap_or_default();
        let own: Vec<_> = posted
            .to_all
            .iter()
            .filter(|event| matches!(event, Event::HeartbeatArrived(_)))
            .cloned()
            .collect();
        self.hand_on(posted, 0);
        let mut state = state;
        // It is given the list of somebody who has it: reading the chain is part of the setup.
        let known = self.others.values().next().expect("somebody is there");
        if let (Phase::Joined(to), Phase::Joined(from)) = (&mut state.phase, &known.phase) {
            to.list = from.list.clone();
        }
        let client = Client::new(&Terms, &self.profile);
        for event in own.into_iter().chain(sealed) {
            state = client.step(&state, &Input::now(event)).expect("an honest leader").next;
            self.steps += 1;
        }
        self.others.insert(seat, state);
    }

    /// Whether everybody would send under the newest key.
    fn all_use_one_key(&self) -> bool {
        assert!(self.profile.rules.contains(Rule::KeyAwaitsHeartbeat));
        let newest = |state: &State<Term>| match &state.phase {
            Phase::Joined(joined) => joined.ring.last().map(|key| key.meeting_key.clone()),
            Phase::Outside | Phase::Left => None,
        };
        let wanted = newest(&self.leader);
        wanted.is_some() && self.others.values().all(|state| newest(state) == wanted)
    }
}

fn join(role: Role) -> Event<Term> {
    let meeting = Meeting { id: "93017455128".to_owned(), uuid: [1; 16] };
    Event::Join { meeting, role, name: "somebody".to_owned() }
}

fn announcement(effect: Effect<Term>) -> Option<Announcement<Term>> {
    if let Effect::PostAnnouncement(announcement) = effect { Some(announcement) } else { None }
}

/// A nonce on its way to the leader.
fn nonce(seat: &Seat, effect: Effect<Term>) -> Option<Event<Term>> {
    if let Effect::PostNonce(nonce) = effect {
        return Some(Event::NonceArrived { seat: seat.clone(), nonce });
    }
    None
}
