//! The box of an escrow device's secrets.

use conclave_spec::{Rule, formulas::per_user_keys::per_user_keys, layouts::per_user::HELD, wire};

use super::{
    ADMINS, ALICE, CLOUD, Cases, Chain, DEPUTY, Device, ESCROW, ESCROW_AGAIN, FormulaDraft, GHOST,
    Inputs, LAPTOP, Octets, PHONE, RuleSet, Scene, Sealing, Terms, VAULT, admins, bytes, chains,
    hexed, inputs, joined, member, statuses::SET_UP, terms_at, text,
};
use conclave_model::sigchain::build::{rotate, rotate_user_keys};

mod outlived;

const OPENED: &str = "escrow-device-opened";

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let mut cases = Cases::of(list, "escrow", "seal_escrow");
    sealed(world, &mut cases);
    cases.formula = "escrow_status";
    signed(world, &mut cases);
    by_administrators(world, &mut cases);
    outlived::drafts(world, &mut cases);
    cases.formula = "open_escrow";
    opened(world, &mut cases);
    hybrid(world, &mut cases);
    outlived::opened(world, &mut cases);
}

fn sealed(world: RuleSet, cases: &mut Cases<'_>) {
    let chain = admins(world);
    let terms = terms_at(&chain, world, 4, 1);
    let kyber = ESCROW.hybrid();
    for (name, title, device, hybrid, rule) in [
        (
            "escrow-box",
            "The box of an escrow device's secrets",
            ESCROW,
            false,
            Rule::EscrowBoxNamesUser,
        ),
        ("escrow-box-hybrid", "The same for hybrid keys", kyber, true, Rule::EscrowBoxHybrid),
        (
            "escrow-box-hybrid-of-classic",
            "For hybrid keys, of a device without",
            ESCROW,
            true,
            Rule::EscrowBoxHybrid,
        ),
    ] {
        let given = seal_inputs(world, &chain, &terms, device, hybrid);
        cases.taken(name, title, given, &[rule]);
    }
    let mut cut = seal_inputs(world, &chain, &terms, ESCROW, false);
    if let Some(keys) = cut.get_mut("user_keys") {
        keys.truncate(keys.len() - 2);
    }
    let title = "Keys of administrators that are none are refused";
    cases.refused("escrow-box-for-no-keys", title, cut, Rule::EncodingCanonical);
}

fn seal_inputs(
    world: RuleSet,
    chain: &Chain,
    terms: &Terms,
    device: Device,
    hybrid: bool,
) -> Inputs {
    let keys = per_user_keys(world, &chain.seed_of(1)).map(|keys| keys.public);
    let keys = keys.map(|keys| if hybrid { keys } else { keys.classic() });
    let keys = keys.and_then(|keys| keys.encode(world)).unwrap_or_default();
    let kyber = if device.hybrid { device.kyber768_seed() } else { Octets::default() };
    let drawn = |name: &str, width| hexed(&Octets::new(bytes(name, width)));
    inputs(&[
        ("user_id", text(ALICE)),
        ("device_id", text(device.id)),
        ("device_ed25519", hexed(&device.public_keys().verifying)),
        ("escrow_user_id", text(ADMINS)),
        ("last_sequence_number", terms.last_sequence_number.to_string()),
        ("last_link_hash", hexed(&terms.last_link_hash)),
        ("generation", terms.generation.to_string()),
        ("ed25519_seed", hexed(&device.seed())),
        ("x25519_secret", hexed(&device.x25519_secret())),
        ("kyber768_seed", hexed(&kyber)),
        ("user_keys", hexed(&keys)),
        ("maker_seed", hexed(&LAPTOP.seed())),
        ("ephemeral", drawn("escrow ephemeral", 32)),
        ("nonce", drawn("escrow nonce", 24)),
        ("coins", drawn("escrow coins", 32)),
    ])
}

/// Who signed the box, and over what.
fn signed(world: RuleSet, cases: &mut Cases<'_>) {
    let rule = Rule::EscrowBoxSigned;
    let scene = Scene::set_up(world);
    let chain = admins(world);
    let sealing = Sealing::of(world, &chain, &terms_at(&chain, world, 4, 1));
    let with = |boxed: Octets| scene.but(|it| it.boxed = boxed);
    let which = ("box-signed-by-another-device", "who signed the box");
    cases.pair(rule, SET_UP, which, with(sealing.but(|it| it.maker = PHONE).boxed()), rule);
    let title = "A box that the escrow device signed itself is refused";
    let by_it = with(sealing.but(|it| it.maker = ESCROW).boxed());
    cases.refused("box-signed-by-the-escrow-device", title, by_it, rule);
    let title =
        "A box that an administrator's device signed is refused where a user's made the keys";
    let by_admin = with(sealing.but(|it| it.maker = DEPUTY).boxed());
    cases.refused("box-signed-by-an-administrator", title, by_admin, rule);
    let title = "Without a box the escrow device's keys are not gone by";
    cases.refused("box-missing", title, with(Octets::default()), rule);
    let title = "A box with a byte more is refused";
    let long = Octets::from([sealing.boxed().as_slice(), &[0]].concat());
    cases.refused("box-long", title, with(long), Rule::EncodingCanonical);
    let which = ("box-of-another-user", "the user in the box");
    let other = sealing.but(|it| it.user_id = "bob").boxed();
    cases.pair(Rule::EscrowBoxNamesUser, SET_UP, which, with(other), rule);
    let which = ("box-for-other-administrators", "the administrators in the box");
    let other = sealing.but(|it| it.terms.user_id = text("other-admins")).boxed();
    cases.pair(Rule::EscrowBoxNamesAdministrators, SET_UP, which, with(other), rule);
    let mut renewed = chain.clone();
    let keys = renewed.new_keys(false);
    let renewed = renewed.then(&rotate_user_keys(VAULT, &keys));
    let newer = terms_at(&renewed, world, 5, 2);
    let relabeled = sealing.sealed(world).map(|mut boxed| {
        boxed.last_sequence_number = newer.last_sequence_number;
        boxed.last_link_hash = newer.last_link_hash.clone();
        boxed.generation = newer.generation;
        boxed
    });
    let relabeled = relabeled.and_then(|boxed| boxed.encode(world).ok()).unwrap_or_default();
    let which = ("box-passed-off-as-newer", "the tail beside the box");
    let given = scene.but(|it| {
        it.admins = vec![renewed];
        it.boxed = relabeled;
    });
    cases.pair(Rule::EscrowBoxNamesTail, "escrow-keys-behind", which, given, rule);
    let title = "A box for a generation that was not that of its tail is refused";
    let same = Rule::AdministratorsGenerationAsTail;
    let ahead = sealing.but(|it| it.terms.generation = 2).boxed();
    cases.refused("box-for-another-generation", title, with(ahead), same);
    let kept = Rule::AdministratorsTailKept;
    let title = "A box for another chain of administrators of the same user ID is refused";
    let noise = Octets::new(bytes("another link", 32));
    let forked = sealing.but(|it| it.terms.last_link_hash = noise).boxed();
    cases.refused("box-for-a-forked-chain", title, with(forked), kept);
    let title = "A box stays good when its maker has other keys";
    let again = LAPTOP.with_keys("laptop again");
    let rotated = scene.but(|it| it.user = it.user.clone().rotate(LAPTOP, again, false));
    cases.taken("box-signed-by-an-old-key", title, rotated, &[rule]);
    // F-18: whoever gave the escrow device its keys had to be of its class; a key without a box is
    // not followed either.
    let mut stolen = scene.clone();
    let keys = stolen.user.new_keys(false);
    stolen.user = stolen.user.then(&rotate(PHONE, ESCROW, ESCROW_AGAIN, &keys));
    let title = "A key that a stolen device gave the escrow device, with no box for administrators";
    cases.refused("box-not-made-by-a-thief", title, stolen.inputs(), rule);
}

/// Keys that administrators made.
fn by_administrators(world: RuleSet, cases: &mut Cases<'_>) {
    let rule = Rule::EscrowBoxSigned;
    let chain = admins(world);
    let sealing = Sealing::of(world, &chain, &terms_at(&chain, world, 4, 1));
    let again = |it: &mut Sealing| (it.device, it.secrets) = (ESCROW_AGAIN, ESCROW_AGAIN);
    let sealing = sealing.but(again);
    let mut scene = Scene::set_up(world);
    let keys = scene.user.new_keys(false);
    let mut draft = rotate(ESCROW, ESCROW, ESCROW_AGAIN, &keys);
    draft.signers.push(DEPUTY.seed());
    scene.user = scene.user.then(&draft);
    let with = |maker| scene.but(|it| it.boxed = sealing.but(|it| it.maker = maker).boxed());
    let title = "Administrators made the escrow device's keys, and signed the box";
    cases.taken("box-of-administrators", title, with(DEPUTY), &[rule]);
    let title = "Any of their devices that is trusted may sign it";
    cases.taken("box-of-another-administrator", title, with(VAULT), &[rule]);
    let title = "A user's device did not make these keys, and its box is refused";
    cases.refused("box-of-the-user-for-administrators-keys", title, with(LAPTOP), rule);
    let title = "A device that the administrators do not trust cannot sign it";
    let waits = scene.but(|it| {
        it.admins = vec![chain.clone().add_unconfirmed(GHOST)];
        it.boxed = sealing.but(|it| it.maker = GHOST).boxed();
    });
    cases.refused("box-of-a-waiting-administrator", title, waits, rule);
}

/// What an administrator's device has.
#[derive(Clone)]
struct Opening {
    world: RuleSet,
    user: Chain,
    admins: Vec<Chain>,
    seeds: Vec<(u32, Octets)>,
    boxed: Octets,
}

impl Opening {
    fn inputs(&self) -> Inputs {
        let held = |(number, seed): &(u32, Octets)| {
            let fields = [("generation", wire::u32_be(*number)), ("seed", seed.clone())];
            wire::encode(&HELD, self.world, &fields).unwrap_or_default()
        };
        let seeds = wire::join(&self.seeds.iter().map(held).collect::<Vec<_>>());
        inputs(&[
            ("cloud_name", text(CLOUD)),
            ("user_id", text(ALICE)),
            ("links", joined(&self.user)),
            ("escrow_chains", chains(self.world, &self.admins)),
            ("seeds", hexed(&seeds)),
            ("box", hexed(&self.boxed)),
        ])
    }

    fn but(&self, change: impl FnOnce(&mut Self)) -> Inputs {
        let mut other = self.clone();
        change(&mut other);
        other.inputs()
    }
}

fn opened(world: RuleSet, cases: &mut Cases<'_>) {
    let chain = admins(world);
    let terms = terms_at(&chain, world, 4, 1);
    let sealing = Sealing::of(world, &chain, &terms);
    let opening = Opening {
        world,
        user: member(world, &terms),
        admins: vec![chain.clone()],
        seeds: vec![(1, chain.seed_of(1))],
        boxed: sealing.boxed(),
    };
    let with = |boxed: Octets| opening.but(|it| it.boxed = boxed);
    let title = "Administrators open the box of a member's escrow device";
    cases.taken(OPENED, title, opening.inputs(), &[]);
    let opens = Rule::EscrowBoxOpens;
    let which = ("box-altered-by-its-maker", "a bit of the tag");
    let altered = sealing.altered(|it| flip_last(&mut it.ciphertext));
    cases.pair(opens, OPENED, which, with(altered), opens);
    let which = ("box-in-the-context-of-a-meeting", "the context strings");
    let context = Rule::EscrowBoxNamesContext;
    let other = sealing.sealed(world.without(context)).and_then(|it| it.encode(world).ok());
    cases.pair(context, OPENED, which, with(other.unwrap_or_default()), opens);
    let secrets = Rule::EscrowSecretsMatch;
    let which = ("box-of-other-secrets", "the secrets in the box");
    let other = sealing.but(|it| it.secrets = ESCROW_AGAIN).boxed();
    cases.pair(secrets, OPENED, which, with(other), secrets);
    let title = "A box with a Kyber seed of a device that has no Kyber key is refused";
    let kyber = sealing.but(|it| it.secrets = ESCROW.hybrid()).boxed();
    cases.refused("box-of-one-secret-too-many", title, with(kyber), secrets);
    let title = "A box that another device of the user signed is refused";
    let by = Rule::EscrowBoxSigned;
    let other = with(sealing.but(|it| it.maker = PHONE).boxed());
    cases.refused("box-opened-of-another-maker", title, other, by);
    let title = "Who does not hold the seed of the generation opens nothing";
    cases.refused("box-without-its-seed", title, opening.but(|it| it.seeds.clear()), opens);
    let title = "The seed of another generation opens nothing";
    let other = opening.but(|it| it.seeds = vec![(2, chain.seed_of(1)), (1, chain.seed_of(2))]);
    cases.refused("box-with-another-seed", title, other, opens);
    let title = "Of two seeds for one generation the first counts";
    let twice = opening.but(|it| it.seeds.push((1, chain.seed_of(2))));
    cases.taken("box-with-two-seeds", title, twice, &[opens]);
    let named = Rule::AdministratorsNamed;
    let title = "A member without an escrow device has nothing to open";
    let none = opening.but(|it| it.user = Chain::two_devices(world));
    cases.refused("box-of-no-device", title, none, named);
    let title = "An escrow device for a chain of administrators that is not served is not opened";
    let none = opening.but(|it| it.admins.clear());
    cases.refused("box-for-a-chain-not-served", title, none, named);
    let title = "A held seed that is none is refused";
    let mut cut = opening.inputs();
    cut.insert(text("seeds"), text("00000001"));
    cases.refused("box-with-a-broken-list", title, cut, Rule::EncodingCanonical);
}

fn hybrid(world: RuleSet, cases: &mut Cases<'_>) {
    let rule = Rule::EscrowBoxHybrid;
    let vault = VAULT.hybrid();
    let chain = Chain::new(world, "User", ADMINS).root(vault).lock_down(vault, true);
    let terms = terms_at(&chain, world, 2, 1);
    let sealing = Sealing::of(world, &chain, &terms).but(|it| it.hybrid = true);
    let opening = Opening {
        world,
        user: member(world, &terms),
        seeds: vec![(1, chain.seed_of(1))],
        admins: vec![chain],
        boxed: sealing.boxed(),
    };
    let common = "escrow-device-opened-hybrid";
    let title = "Administrators with Kyber keys open a hybrid box";
    cases.taken(common, title, opening.inputs(), &[]);
    let which = ("box-classic-for-hybrid-keys", "the suite of the box");
    let classic = sealing.but(|it| it.hybrid = false).boxed();
    cases.pair(rule, common, which, opening.but(|it| it.boxed = classic), rule);
    let opens = Rule::EscrowBoxOpens;
    for (name, title, change) in [
        (
            "box-with-another-encapsulation",
            "A hybrid box with another encapsulation is refused",
            (|it: &mut super::EscrowBox| flip_last(&mut it.kem)) as fn(&mut super::EscrowBox),
        ),
        (
            "box-with-a-short-encapsulation",
            "A hybrid box whose encapsulation is a byte short is refused",
            |it| it.kem = it.kem.as_slice().iter().copied().skip(1).collect::<Vec<_>>().into(),
        ),
        ("box-with-another-ephemeral-key", "A box with another key of its own is refused", |it| {
            it.ephemeral = ESCROW.public_keys().x25519
        }),
        ("box-with-a-weak-key", "A box with a key with which nothing is agreed is refused", |it| {
            it.ephemeral = Octets::from([0; 32])
        }),
    ] {
        let given = opening.but(|it| it.boxed = sealing.altered(change));
        cases.refused(name, title, given, opens);
    }
}

fn flip_last(octets: &mut Octets) {
    let mut bytes = std::mem::take(octets).into_vec();
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
    *octets = bytes.into();
}
