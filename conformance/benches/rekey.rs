//! A rotation of the meeting key for 10, 100 and 1,000 participants, by the machine and by nothing
//! but its primitives.
//!
//! The floor of one recipient is what no leader can leave out: the key encapsulation, the hash over
//! both sides' keys, the hash that combines the secrets, HKDF and XChaCha20-Poly1305 (hybrid), or
//! HKDF and XChaCha20-Poly1305 (classic), called on the libraries directly. Diffie-Hellman is
//! cached on both sides. Machine and floor take turns, so that a busy host slows both.
//!
//! Below that a whole round of later versions: a rotation with its heartbeat, where the floor of a
//! round has one signature more.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305,
    aead::{Aead as _, Payload},
};
use conclave_model::{
    Client,
    algebra::{Bytes, Pair, Source},
    client::{Phase, RoleState, State},
    machine::{Admission, Choice, Effect, Event, Input},
    message::{Meeting, Role, Seat},
};
use conclave_spec::{BoxSuite, Label, Octets, Profile, Rule};
use criterion::{BenchmarkId, Criterion};
use ed25519_dalek::{Signer as _, SigningKey};
use hkdf::Hkdf;
use libcrux_ml_kem::{kyber768, mlkem768::MlKem768PublicKey};
use sha2::{Digest as _, Sha256};
use sha3::Sha3_256;

const PARTICIPANTS: [usize; 3] = [10, 100, 1_000];
const SUITES: [BoxSuite; 2] = [BoxSuite::Classic, BoxSuite::Hybrid];
/// Machine over floor for the hybrid suite, at most.
const RATIO_MAX: f64 = 1.25;
const LEADER: &str = "leader";
const ROUND: Duration = Duration::from_millis(20);
const ROUNDS: usize = 41;

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    let mut table = Vec::new();
    for suite in SUITES {
        for participants in PARTICIPANTS {
            let scene = Scene::new(Profile::zoom_3_0().with_box_suite(suite), participants);
            let mut group = criterion.benchmark_group(format!("rekey-{}", name(suite)));
            let id = |who| BenchmarkId::new(who, participants);
            group.bench_function(id("machine"), |b| b.iter(|| black_box(scene.rotate())));
            group.bench_function(id("floor"), |b| b.iter(|| black_box(scene.floor())));
            group.finish();
            table.push((suite, participants, scene.compare(|| scene.floor())));
        }
    }
    criterion.final_summary();
    summary(&table);
    rounds();
}

/// Rotation and heartbeat in versions where heartbeats are chained and boxes bound to nonces.
fn rounds() {
    let head = ["profile", "participants", "machine", "boxes", "signature", "ratio"];
    let [profile, participants, machine, boxes, signature, ratio] = head;
    println!(
        "\n{profile:10} {participants:>12} {machine:>12} {boxes:>12} {signature:>12} {ratio:>7}"
    );
    for profile in [Profile::zoom_4_1(), Profile::zoom_4_4()] {
        for participants in PARTICIPANTS {
            let scene = Scene::new(profile.clone(), participants);
            let key = SigningKey::from_bytes(&[4; 32]);
            let sign = || usize::from(key.sign(black_box(&[6; 32])).to_bytes()[0] > 0) + 1;
            let signature = round(sign);
            let whole = || scene.floor() + sign();
            let Compared { machine, floor, ratio } = scene.compare(whole);
            let ms = |time: Duration| format!("{:.3} ms", time.as_secs_f64() * 1e3);
            let boxes = ms(floor.saturating_sub(signature));
            let (machine, signature) = (ms(machine), ms(signature));
            println!(
                "{:10} {participants:>12} {machine:>12} {boxes:>12} {signature:>12} {ratio:>7.2}",
                profile.id
            );
        }
    }
}

fn name(suite: BoxSuite) -> &'static str {
    match suite {
        BoxSuite::Classic => "classic",
        BoxSuite::Hybrid => "hybrid",
    }
}

/// Medians of alternating rounds.
struct Compared {
    machine: Duration,
    floor: Duration,
    /// The median of the ratios of each round, which a change of pace between rounds leaves alone.
    ratio: f64,
}

fn summary(table: &[(BoxSuite, usize, Compared)]) {
    println!(
        "{:8} {:>12} {:>12} {:>12} {:>7}",
        "suite", "participants", "machine", "floor", "ratio"
    );
    for (suite, participants, Compared { machine, floor, ratio }) in table {
        let verdict = match suite {
            BoxSuite::Hybrid if *ratio > RATIO_MAX => "over 1.25",
            BoxSuite::Hybrid => "within 1.25",
            BoxSuite::Classic => "",
        };
        let ms = |time: &Duration| format!("{:.3} ms", time.as_secs_f64() * 1e3);
        let (machine, floor) = (ms(machine), ms(floor));
        let suite = name(*suite);
        println!("{suite:8} {participants:>12} {machine:>12} {floor:>12} {ratio:>7.2} {verdict}");
    }
}

/// A leader with its participants, shortly before a rotation.
struct Scene {
    profile: Profile,
    algebra: Bytes,
    leader: State<Octets>,
    rotation: Input<Octets>,
    members: Vec<Member>,
}

/// What the floor needs of one recipient.
struct Member {
    agreed: [u8; 32],
    sides: Vec<u8>,
    kem_public: MlKem768PublicKey,
    meta: Vec<u8>,
}

impl Scene {
    fn new(profile: Profile, participants: usize) -> Self {
        let suite = profile.box_suite;
        // Where joins rotate at once, one rotation does for all.
        let batched = profile.rules.contains(Rule::JoinBatchBounded);
        let choice = Choice { rotate_in_ms: batched.then_some(2_000), use_in_ms: None };
        let algebra = Bytes::seeded([7; 32]);
        let client = Client::new(&algebra, &profile);
        let (mut leader, _) = joined(&client, LEADER, Role::Leader);
        for nth in 0..participants {
            let name = format!("participant-{nth}");
            let (state, effects) = joined(&client, &name, Role::Participant);
            for effect in effects {
                let (seat, ivk, name) = (state.seat.clone(), state.ivk.clone(), name.clone());
                let (event, choice) = if let Effect::PostAnnouncement(announcement) = effect {
                    let admission = Admission { seat, name, ivk, announcement, outdated: false };
                    (Event::Admitted(admission), choice)
                } else if let Effect::PostNonce(nonce) = effect {
                    (Event::NonceArrived { seat, nonce }, Choice::default())
                } else {
                    panic!("a participant that joins does no more: {effect:?}");
                };
                let input = Input { elapsed_ms: 0, event, choice };
                leader = client.step(&leader, &input).expect("an honest participant").next;
            }
        }
        let due_ms = rotation_due_ms(&client, &mut leader);
        let members = members(suite, &leader);
        // A client draws from its own seed, as behind the adapter; only a stage has many.
        let seed = algebra.party_seed(LEADER).expect("seeded");
        let algebra = Bytes::for_party(LEADER, Source::Seeded(seed));
        let scene = Self { profile, algebra, leader, rotation: Input::after(due_ms), members };
        assert_eq!(scene.rotate(), participants, "the step rotates for everybody");
        scene
    }

    /// One step of the leader. Returns how many keys it sealed.
    fn rotate(&self) -> usize {
        let client = Client::new(&self.algebra, &self.profile);
        let step = client.step(&self.leader, &self.rotation).expect("nothing to refuse");
        step.effects.iter().filter(|effect| matches!(effect, Effect::PostSealedKey(_))).count()
    }

    /// The same boxes from the primitives alone.
    fn floor(&self) -> usize {
        let boxes = self.members.iter().map(|member| match self.profile.box_suite {
            BoxSuite::Classic => (classic_box(member), [0; 1088]),
            BoxSuite::Hybrid => hybrid_box(member),
        });
        boxes.map(black_box).count()
    }

    fn compare(&self, floor: impl Fn() -> usize) -> Compared {
        let mut rounds: Vec<_> =
            (0..ROUNDS).map(|_| (round(|| self.rotate()), round(&floor))).collect();
        let mut ratios: Vec<_> = rounds
            .iter()
            .map(|(machine, floor)| machine.as_secs_f64() / floor.as_secs_f64())
            .collect();
        ratios.sort_by(f64::total_cmp);
        rounds.sort_by_key(|round| round.0);
        let machine = rounds[ROUNDS / 2].0;
        rounds.sort_by_key(|round| round.1);
        Compared { machine, floor: rounds[ROUNDS / 2].1, ratio: ratios[ROUNDS / 2] }
    }
}

/// Heartbeats come first: passes the leader's time up to the last one, and says how long it is from
/// there to the rotation that the joins call for.
fn rotation_due_ms(client: &Client<'_, Bytes>, leader: &mut State<Octets>) -> u32 {
    for _ in 0..10 {
        let due_ms = client.deadline_ms(leader).expect("a join calls for a rotation");
        let step = client.step(leader, &Input::after(due_ms)).expect("nothing to refuse");
        if step.effects.iter().any(|effect| matches!(effect, Effect::PostSealedKey(_))) {
            return due_ms;
        }
        *leader = step.next;
    }
    panic!("a join calls for a rotation");
}

/// The mean of one round.
fn round(work: impl Fn() -> usize) -> Duration {
    let start = Instant::now();
    let mut done = 0;
    while done == 0 || start.elapsed() < ROUND {
        black_box(work());
        done += 1;
    }
    start.elapsed() / done
}

fn joined(
    client: &Client<'_, Bytes>,
    name: &str,
    role: Role,
) -> (State<Octets>, Vec<Effect<Octets>>) {
    let meeting = Meeting { id: "93017455128".to_owned(), uuid: [1; 16] };
    let state = client.open(name, Seat::new(name, "device")).expect("seeded");
    let join = Event::Join { meeting, role, name: name.to_owned() };
    let step = client.step(&state, &Input::now(join)).expect("outside");
    (step.next, step.effects)
}

fn members(suite: BoxSuite, leader: &State<Octets>) -> Vec<Member> {
    let Phase::Joined(joined) = &leader.phase else { panic!("the leader joined") };
    let RoleState::Leader(role) = &joined.role else { panic!("as the leader") };
    role.members.iter().map(|(seat, found)| member(suite, seat, &found.pair)).collect()
}

fn member(suite: BoxSuite, seat: &Seat, pair: &Pair<Octets>) -> Member {
    let sides = [&pair.sender.ivk, &pair.sender.pk, &pair.recipient.ivk, &pair.recipient.pk];
    let kem_public = match suite {
        BoxSuite::Classic => [0; 1184],
        BoxSuite::Hybrid => pair.recipient.pk.as_slice()[32..].try_into().expect("1,184 bytes"),
    };
    Member {
        agreed: pair.agreed.as_slice().try_into().expect("32 bytes"),
        sides: sides.map(|side| side.as_slice()).concat(),
        kem_public: kem_public.into(),
        // As long as the machine's, which names meeting, instance, leader and recipient.
        meta: format!("93017455128{:16}leader{}", "", seat.user_id).into_bytes(),
    }
}

fn classic_box(member: &Member) -> Vec<u8> {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(None, &member.agreed)
        .expand(Label::KeySeedDerivation.text().as_bytes(), &mut key)
        .expect("32 bytes");
    aead(&key, &member.meta)
}

fn hybrid_box(member: &Member) -> (Vec<u8>, [u8; 1088]) {
    let (ciphertext, shared) = kyber768::encapsulate(&member.kem_public, black_box([5; 32]));
    let combination = Sha3_256::digest(&member.sides);
    let context = Label::KeySeedDerivation.text().as_bytes();
    let mixed = Sha3_256::new()
        .chain_update(context)
        .chain_update(shared)
        .chain_update(member.agreed)
        .chain_update(combination)
        .finalize();
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(Some(&member.meta), &mixed).expand(context, &mut key).expect("32 bytes");
    (aead(&key, &member.meta), *ciphertext.as_slice())
}

/// The meeting key and its number under XChaCha20-Poly1305, bound to two hashes.
fn aead(key: &[u8; 32], meta: &[u8]) -> Vec<u8> {
    let cipher_context = Sha256::digest(Label::KeySeedCipher.text());
    let aad = [cipher_context, Sha256::digest(meta)].concat();
    let payload = Payload { msg: black_box(&[3; 36]), aad: &aad };
    XChaCha20Poly1305::new(key.into())
        .encrypt(&black_box([9; 24]).into(), payload)
        .expect("a short message")
}
