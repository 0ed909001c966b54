//! Cases of what somebody seals for a user, and of what the user reads.

use conclave_model::sigchain::build::{ALICE, CLOUD, Chain, Device, LAPTOP, PHONE, bytes, revoke};
use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::{
        pairing::Draws,
        per_user_keys::per_user_keys,
        user_box::{Fresh, Route, SealedForUser, seal},
    },
    layouts::per_user::HELD,
    wire,
};

use super::{
    Cases, FormulaDraft, Inputs,
    devices::{NO_KEYS, STRANGER, hexed},
    inputs, joined,
    seeds::flip,
    text,
};

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let mut cases = Cases::of(list, "family", "seal_for_user");
    sealed(world, &mut cases);
    cases.formula = "open_for_user";
    opened(world, &mut cases);
    bound(world, &mut cases);
    signers(world, &mut cases);
    let names = [
        "for-a-classic-user",
        "for-a-fresh-user",
        "for-a-hybrid-user",
        "for-a-user-of-no-bytes",
        "from-a-replaced-key",
        "from-a-revoked-device",
        "from-an-active-device",
        "from-bob",
        "from-bob-hybrid",
        "from-bob-of-an-older-generation",
        "from-bobs-other-device",
        "from-eve",
    ];
    for rule in [Rule::UserBoxNamesAuthor, Rule::UserBoxNamesDevice, Rule::UserBoxNamesRecipient] {
        cases.also(rule, &names);
    }
}

const BOB: &str = "bob";
const TOWER: Device = Device::named("tower");

fn served(chain: &Chain, known: Option<&Chain>) -> Inputs {
    let number = known.map_or(0, |it| it.links.len());
    inputs(&[
        ("cloud_name", text(CLOUD)),
        ("links", joined(chain)),
        ("known_sequence_number", number.to_string()),
        ("known_hash", known.map(|it| hexed(&it.tail())).unwrap_or_default()),
    ])
}

fn sealed(world: RuleSet, cases: &mut Cases<'_>) {
    let given = |chain: &Chain, known: Option<&Chain>| {
        let mut given = served(chain, known);
        given.extend(inputs(&[
            ("user_id", text(ALICE)),
            ("author", text(BOB)),
            ("device_id", text(TOWER.id)),
            ("ed25519_seed", hexed(&TOWER.seed())),
            ("x25519_secret", hex::encode(bytes("drawn x25519", 32))),
            ("kyber768_seed", hex::encode(bytes("drawn kyber768", 64))),
            ("nonce", hex::encode(bytes("drawn nonce", 24))),
            ("coins", hex::encode(bytes("drawn coins", 32))),
            ("plaintext", hex::encode(bytes("for Alice", 100))),
        ]));
        given
    };
    let (hybrid, fresh) = (Rule::UserBoxHybrid, Rule::SealedUnderFresh);
    let two = Chain::two_devices(world);
    let title = "What is sealed for a user with classic keys";
    cases.taken("for-a-classic-user", title, given(&two, None), &[]);
    let upgraded = Chain::of_alice(world).root(LAPTOP.hybrid());
    let title = "What is sealed for a user with hybrid keys";
    cases.taken("for-a-hybrid-user", title, given(&upgraded, None), &[]);
    cases.told_apart(hybrid, "for-a-classic-user", "for-a-hybrid-user", "the chain");
    let gone = two.clone().revoke(LAPTOP, &[PHONE]);
    let title = "After a revocation that brought keys it is sealed under those";
    cases.taken("for-a-fresh-user", title, given(&gone, None), &[]);
    let stale = two.clone().then(&revoke(Some(PHONE), &[PHONE], &NO_KEYS));
    let which = ("for-a-stale-user", "who revoked in the chain");
    cases.pair(fresh, "for-a-fresh-user", which, given(&stale, None), fresh);
    let by_server = two.clone().then(&revoke(None, &[PHONE], &NO_KEYS));
    let title = "Nothing is sealed under keys that a device has which the server revoked";
    cases.refused("for-a-user-after-the-server", title, given(&by_server, None), fresh);
    let title = "Nothing is sealed by a chain that is shorter than the one known";
    cases.refused("for-a-user-of-before", title, given(&two, Some(&gone)), Rule::ChainExtends);
    let mut empty = given(&two, None);
    empty.insert(text("plaintext"), String::new());
    cases.taken("for-a-user-of-no-bytes", "Nothing at all, sealed", empty, &[hybrid]);
}

fn seed(number: u32) -> Octets {
    Chain::of_alice(RuleSet::all()).seed_of(number)
}

/// Something sealed under Alice's second set of keys.
fn made(world: RuleSet, route: &Route<'_>, hybrid: bool) -> SealedForUser {
    let keys = per_user_keys(world, &seed(2)).map(|keys| keys.public);
    let keys = keys.map(|keys| if hybrid { keys.user } else { keys.classic().user });
    let octets = |name: &str, width| Octets::new(bytes(name, width));
    let (x25519, kyber) = (octets("drawn x25519", 32), octets("drawn kyber768", 64));
    let (nonce, coins) = (octets("drawn nonce", 24), octets("drawn coins", 32));
    let drawn = (
        &Fresh { x25519: &x25519, kyber768_seed: &kyber },
        &Draws { nonce: &nonce, coins: &coins },
    );
    let plaintext = octets("for Alice", 100);
    let sealed = keys.and_then(|keys| seal(world, route, &keys, &TOWER.seed(), drawn, &plaintext));
    sealed.unwrap_or_default()
}

/// Bob's chain, with his tower.
fn bob(world: RuleSet) -> Chain {
    Chain::new(world, "User", BOB).root(TOWER)
}

/// What Alice, who has these seeds, is given as of an author.
fn offered(world: RuleSet, chain: &Chain, seeds: &[u32], sealed: &SealedForUser) -> Inputs {
    let encoded = |number: &u32| {
        let fields = [("generation", wire::u32_be(*number)), ("seed", seed(*number))];
        wire::encode(&HELD, RuleSet::all(), &fields).unwrap_or_default()
    };
    let mut given = served(chain, None);
    given.extend(inputs(&[
        ("user_id", text(ALICE)),
        ("seeds", hexed(&wire::join(&seeds.iter().map(encoded).collect::<Vec<_>>()))),
        ("author", text(chain.about())),
        ("sealed", sealed.encode(world).map(|it| hexed(&it)).unwrap_or_default()),
    ]));
    given
}

const ROUTE: Route<'_> = Route { author: BOB, device_id: TOWER.id, user_id: ALICE, generation: 2 };

fn opened(world: RuleSet, cases: &mut Cases<'_>) {
    let chain = bob(world);
    let given = |sealed: &SealedForUser| offered(world, &chain, &[1, 2], sealed);
    let again = |sealed: SealedForUser| sealed.signed_by(world, &TOWER.seed()).unwrap_or_default();
    let (opens, signed) = (Rule::UserBoxOpens, Rule::UserBoxSigned);
    let (good, hybrid) = (made(world, &ROUTE, false), made(world, &ROUTE, true));
    cases.taken("from-bob", "What a user sealed is read", given(&good), &[]);
    cases.taken("from-bob-hybrid", "A hybrid box is read", given(&hybrid), &[opens, signed]);
    let mut altered = good.clone();
    flip(&mut altered.sig, 40);
    cases.pair(signed, "from-bob", ("from-bob-altered", "the signature"), given(&altered), signed);
    let mut other = good.clone();
    flip(&mut other.sealed.ciphertext, 110);
    let which = ("from-bob-of-another-tag", "a bit of the tag, which is signed");
    cases.pair(opens, "from-bob", which, given(&again(other)), opens);
    let half = again(SealedForUser { kyber768: Octets::default(), ..hybrid.clone() });
    let title = "A hybrid box without its drawn Kyber key is not read";
    cases.refused("from-bob-without-a-kyber-key", title, given(&half), opens);
    let mut half = hybrid;
    half.sealed.kem = Octets::default();
    let title = "A hybrid box without its encapsulation is not read";
    cases.refused("from-bob-without-a-kem", title, given(&again(half)), opens);
    let title = "Under another generation's keys it is not read";
    let renamed = again(SealedForUser { generation: 1, ..good.clone() });
    cases.refused("from-bob-of-another-generation", title, given(&renamed), opens);
    let title = "What is sealed for a seed that is not held is not read";
    let without = offered(world, &chain, &[1], &good);
    cases.refused("from-bob-of-a-seed-not-held", title, without, opens);
    let title = "What is sealed for an older generation is read";
    let newer = offered(world, &chain, &[3, 2], &good);
    cases.taken("from-bob-of-an-older-generation", title, newer, &[opens, signed]);
    let mut cut = given(&good);
    cut.entry(text("sealed")).and_modify(|it| it.truncate(it.len() - 2));
    let title = "What is a byte short is refused";
    cases.refused("from-bob-cut", title, cut, Rule::EncodingCanonical);
    let mut of_eve = given(&good);
    of_eve.insert(text("author"), text("eve"));
    let title = "With the chain of another user than its author it is refused";
    cases.refused("from-bob-with-eves-name", title, of_eve, Rule::LinkOfSubject);
}

/// Whose it is and whom it is for.
fn bound(world: RuleSet, cases: &mut Cases<'_>) {
    let opens = Rule::UserBoxOpens;
    let eve = Chain::new(world, "User", "eve").root(TOWER.with_keys("eve's tower"));
    let by_eve = |sealed: SealedForUser| {
        let seed = TOWER.with_keys("eve's tower").seed();
        let sealed = sealed.signed_by(world, &seed).unwrap_or_default();
        offered(world, &eve, &[1, 2], &sealed)
    };
    let own = made(world, &Route { author: "eve", ..ROUTE }, false);
    let rules = [opens, Rule::UserBoxSigned];
    cases.taken("from-eve", "What another user sealed is read as hers", by_eve(own), &rules);
    let which = ("from-bob-signed-by-eve", "who sealed it before it was signed again");
    let taken = by_eve(made(world, &ROUTE, false));
    cases.pair(Rule::UserBoxNamesAuthor, "from-eve", which, taken, opens);
    let others = bob(world).adding(STRANGER);
    let by_stranger = |sealed: SealedForUser| {
        let sealed = SealedForUser { device_id: text(STRANGER.id), ..sealed };
        let sealed = sealed.signed_by(world, &STRANGER.seed()).unwrap_or_default();
        offered(world, &others, &[1, 2], &sealed)
    };
    let title = "What another device of the author sealed is read as its own";
    let own = by_stranger(made(world, &Route { device_id: STRANGER.id, ..ROUTE }, false));
    cases.taken("from-bobs-other-device", title, own, &rules);
    let which = ("from-bob-signed-by-his-other-device", "which device sealed it");
    let taken = by_stranger(made(world, &ROUTE, false));
    cases.pair(Rule::UserBoxNamesDevice, "from-bobs-other-device", which, taken, opens);
    let passed_on = made(world, &Route { user_id: "mallory", ..ROUTE }, false);
    let which = ("from-bob-to-mallory", "for whom it was sealed, under the same keys");
    let given = offered(world, &bob(world), &[1, 2], &passed_on);
    cases.pair(Rule::UserBoxNamesRecipient, "from-bob", which, given, opens);
}

fn signers(world: RuleSet, cases: &mut Cases<'_>) {
    let (signed, standing) = (Rule::UserBoxSigned, Rule::RevokedSignerShown);
    let good = made(world, &ROUTE, false);
    let given = |chain: &Chain| offered(world, chain, &[1, 2], &good);
    let two = bob(world).adding(PHONE);
    let title = "The author's device is there";
    cases.taken("from-an-active-device", title, given(&two.clone().approve(TOWER)), &[signed]);
    let gone = two.clone().revoke(PHONE, &[TOWER]);
    let title = "What a device signed that is revoked is read, and shown as such";
    cases.taken("from-a-revoked-device", title, given(&gone), &[signed]);
    let (common, decisive) = ("from-an-active-device", "from-a-revoked-device");
    cases.told_apart(standing, common, decisive, "a revocation in the chain");
    let rotated = bob(world).rotate(TOWER, TOWER.with_keys("tower again"), false);
    let title = "What an earlier key signed of a device is read, and shown as such";
    cases.taken("from-a-replaced-key", title, given(&rotated), &[signed, standing]);
    let mut shorter = given(&two);
    shorter.insert(text("known_sequence_number"), text("3"));
    shorter.insert(text("known_hash"), hexed(&gone.tail()));
    let title = "With a chain of the author that is shorter than the one known it is refused";
    cases.refused("from-an-author-of-before", title, shorter, Rule::ChainExtends);
    let other = Chain::new(world, "User", BOB).root(PHONE);
    let title = "What a device signed that the author does not have is refused";
    cases.refused("from-a-strange-device", title, given(&other), signed);
    let other = Chain::new(world, "User", BOB).root(TOWER.with_keys("another tower"));
    let title = "What a key signed that the author's device never had is refused";
    cases.refused("from-a-strange-key", title, given(&other), signed);
}
