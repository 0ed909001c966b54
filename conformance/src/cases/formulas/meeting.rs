//! Cases of who participants are over a meeting: what a client is told, one thing after the other.

use conclave_model::{
    identity::meeting::{Attestation, Event, Offered, OverTails, Subject, Told, What},
    sigchain::build::{
        ACCOUNT, ADDRESS, CLOUD, Chain, Device, PHONE, account_value, bytes, commitment_key,
        email_value, rooted, user_id, user_value,
    },
    transparency::build::Server,
};
use conclave_spec::{
    Octets, RuleSet,
    formulas::{sigchain::commitment, sign::verifying_key},
    layouts::meeting::KNOWN_CHAIN,
    wire,
};

use super::{
    Cases, FormulaDraft, Inputs, inputs, looked_up,
    looked_up::named,
    participant::{MEETING, NOW_S, Scene},
    text,
};

mod among;
mod course;
mod keyed;
mod looking;
#[cfg(test)]
mod tests;

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let scene = Scene::of(world);
    looked_up::drafts(&scene, list);
    let mut cases = Cases::of(list, "identity", "meeting_identities");
    course::drafts(&scene, &mut cases);
    among::drafts(&scene, &mut cases);
    looking::drafts(&scene, &mut cases);
    keyed::drafts(&scene, &mut cases);
}

/// Bob's device.
const DESK: Device = Device::named("desk");

/// A meeting as a client is told of it.
#[derive(Clone)]
struct Meeting {
    now_s: u64,
    events: Vec<Octets>,
    known: Vec<Octets>,
    by_chains: bool,
    looks_up: bool,
    auditors: Vec<Octets>,
    host_checks: bool,
}

impl Meeting {
    /// One without a demand, of a client that does not look into the tree.
    fn new() -> Self {
        let (events, known, auditors) = (Vec::new(), Vec::new(), Vec::new());
        let (now_s, by_chains, looks_up, host_checks) = (NOW_S, true, false, false);
        Self { now_s, events, known, by_chains, looks_up, auditors, host_checks }
    }

    /// One whose host must check.
    fn demanding(self) -> Self {
        Self { host_checks: true, ..self }
    }

    /// One without chains.
    fn without_chains() -> Self {
        Self { by_chains: false, ..Self::new() }
    }

    /// One of a client that looks into the tree.
    fn looking() -> Self {
        Self { looks_up: true, ..Self::new() }
    }

    /// What comes now comes at this time.
    fn at(self, now_s: u64) -> Self {
        Self { now_s, ..self }
    }

    fn told(mut self, what: What) -> Self {
        let event = Event { at_s: self.now_s, what };
        self.events.push(event.encode(RuleSet::all()));
        self
    }

    fn passes(self, seconds: u64) -> Self {
        let now_s = self.now_s + seconds;
        self.at(now_s).told(What::Time)
    }

    fn lists(self, scene: &Scene) -> Self {
        self.told(What::Listed(subject(scene), scene.pk()))
    }

    fn misses(self, scene: &Scene) -> Self {
        self.told(What::Left(text(scene.who), text(scene.hardware)))
    }

    fn binds(self, scene: &Scene) -> Self {
        let signed = over_tails(&scene.inputs(), "binding");
        self.told(What::Binding(subject(scene), scene.pk(), signed))
    }

    /// A binding under a signature of somebody else.
    fn binds_unsigned(self, scene: &Scene) -> Self {
        let signed = over_tails(&scene.inputs(), "statement");
        self.told(What::Binding(subject(scene), scene.pk(), signed))
    }

    fn states(self, scene: &Scene) -> Self {
        let signed = over_tails(&scene.inputs(), "statement");
        self.told(What::Statement(subject(scene), signed))
    }

    fn serves(self, scene: &Scene) -> Self {
        self.told(What::Chains(subject(scene), Box::new(served(scene, &scene.inputs()))))
    }

    fn attests(self, scene: &Scene) -> Self {
        self.told(What::Attestation(subject(scene), Box::new(attestation(scene))))
    }

    /// Somebody joins with chains.
    fn joins(self, scene: &Scene) -> Self {
        self.lists(scene).binds(scene).states(scene).serves(scene)
    }

    /// Somebody joins with chains and an attestation over their tails.
    fn joins_attested(self, scene: &Scene) -> Self {
        self.lists(scene).binds(scene).states(scene).attests(&attested(scene)).serves(scene)
    }

    /// The server serves a chain as it is by now.
    fn grows(self, kind: &str, chain: &Chain) -> Self {
        let openings = wire::join(chain.openings());
        let offered = Offered { links: wire::join(&chain.encoded()), openings };
        self.told(What::Growth(text(kind), text(chain.about()), offered))
    }

    /// A commitment of the tree, without audits.
    fn commits(self, scene: &Scene, server: &Server) -> Self {
        let state = server.state();
        let signature = server.signs(scene.world, &state);
        self.told(What::Tree(state, signature, Octets::default()))
    }

    /// The proof of a chain's newest tail.
    fn proves(self, scene: &Scene, server: &Server, (kind, about): (&str, &str)) -> Self {
        let proof = server.newest(&named(scene, kind, about)).encode(scene.world);
        self.told(What::Lookup(text(kind), text(about), server.epoch(), proof))
    }

    /// The proofs of all chains of a participant.
    fn proves_all(self, scene: &Scene, server: &Server) -> Self {
        let chains =
            [("User", scene.who), ("Email", scene.email_name), ("Account", scene.account_name)];
        let chains = chains.into_iter().filter(|(_, about)| !about.is_empty());
        chains.fold(self, |meeting, chain| meeting.proves(scene, server, chain))
    }

    /// A chain that the client remembers.
    fn remembering(mut self, subject: &str, tail: &Octets) -> Self {
        let fields = [("subject", Octets::from(subject)), ("tail", tail.clone())];
        self.known.push(wire::encode(&KNOWN_CHAIN, RuleSet::all(), &fields).unwrap_or_default());
        self
    }

    fn inputs(&self) -> Inputs {
        let hex = |octets: Octets| hex::encode(octets.as_slice());
        let server = verifying_key(&Octets::new(bytes("server seed", 32))).unwrap_or_default();
        let yes = |it: bool| text(if it { "yes" } else { "no" });
        inputs(&[
            ("cloud_name", text(CLOUD)),
            ("server_key", hex(server)),
            ("meeting_id", text(MEETING)),
            ("meeting_uuid", hex::encode(bytes("uuid", 16))),
            ("known", hex(wire::join(&self.known))),
            ("by_chains", yes(self.by_chains)),
            ("looks_up", yes(self.looks_up)),
            ("auditors", hex(wire::join(&self.auditors))),
            ("host_checks", yes(self.host_checks)),
            ("events", hex(wire::join(&self.events))),
        ])
    }
}

fn octets(inputs: &Inputs, name: &str) -> Octets {
    let text = inputs.get(name).map(String::as_str).unwrap_or_default();
    Octets::new(hex::decode(text).unwrap_or_default())
}

fn over_tails(inputs: &Inputs, by: &str) -> OverTails {
    OverTails {
        tails: octets(inputs, &format!("{by}_tails")),
        signature: octets(inputs, &format!("{by}_signature")),
    }
}

fn subject(scene: &Scene) -> Subject {
    Subject { user_id: text(scene.who), hardware_id: text(scene.hardware), ivk: scene.ivk() }
}

/// What the server serves of a participant, with chains from these inputs.
fn served(scene: &Scene, all: &Inputs) -> Told {
    let offered = |kind: &str| Offered {
        links: octets(all, &format!("{kind}_links")),
        openings: octets(all, &format!("{kind}_openings")),
    };
    Told {
        email: text(scene.email_name),
        account_id: text(scene.account_name),
        chains: ["user", "email", "account"].map(offered),
    }
}

/// What the server gives for a participant's sharing token, and what is said of it.
fn attestation(scene: &Scene) -> Attestation {
    let all = scene.inputs();
    let of = |name: &str| all.get(name).cloned().unwrap_or_default();
    Attestation {
        attestation: of("attestation"),
        adn: of("adn"),
        signature: octets(&all, "attestation_signature"),
        served_adn: of("served_adn"),
        served_provider: of("served_provider"),
        records: of("records"),
        key_set: of("key_set"),
    }
}

/// The same participant with an attestation over the tails of today.
fn attested(scene: &Scene) -> Scene {
    let tails = scene.tails();
    scene.clone().attested(&tails)
}

/// The same participant with another chain of the user.
fn with_user(scene: &Scene, user: Chain) -> Scene {
    Scene { user, ..scene.clone() }
}

/// Alice with her phone in the same meeting, with a chain of her own telling.
fn phone(scene: &Scene, user: Chain) -> Scene {
    let (hardware, ephemeral) = ("alice-phone", "the phone's ephemeral key");
    Scene { device: PHONE, hardware, ephemeral, ..with_user(scene, user) }
}

/// Bob's chain before he has an address.
fn bob_unaddressed(world: RuleSet) -> Chain {
    let mut user = Chain::new(world, "User", "bob");
    let keys = user.new_keys(false);
    let of_account = Scene::account_commitment(world, ACCOUNT);
    let root = rooted(DESK, &keys, &Octets::default(), &of_account);
    let (key, value) = (commitment_key(ACCOUNT), account_value(ACCOUNT, 1, 0));
    user.then(&root).disclosed("account_change", &key, &value)
}

/// Bob, who has taken Alice's address over.
pub(super) fn bob(world: RuleSet) -> Scene {
    let alice = Scene::of(world);
    let user = bob_unaddressed(world).email(ADDRESS, 2);
    let user = user.disclosed("email_change", &commitment_key(ADDRESS), &email_value(ADDRESS, 2));
    let (key, value) = (commitment_key("bob"), user_value("bob", 2));
    let email = alice.email.clone().then(&user_id(&commitment(world, &key, &value)));
    let email = email.disclosed("email", &commitment_key("address"), &ADDRESS.into()).disclosed(
        "user_id_change",
        &key,
        &value,
    );
    let (who, hardware, ephemeral) = ("bob", "bob-desk", "bob's ephemeral key");
    Scene { who, hardware, ephemeral, user, email, device: DESK, ..alice }
}
