//! Cases of content and contact records under per-user keys.

use conclave_model::sigchain::build::{ALICE, Chain, Device, LAPTOP, PHONE, bytes};
use conclave_spec::{
    Label, Octets, Rule, RuleSet,
    formulas::{
        contact::{Filed, tag},
        sign::sign,
        user_content::{Held, SealedContent, Use, seal},
    },
    layouts::per_user::{CONTACT, HELD},
    wire,
};

use super::{
    Cases, FormulaDraft, Inputs, inputs,
    seeds::{Listed, cut, devices, flip, hexed},
    text,
};

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let mut cases = Cases::of(list, "family", "seal_content");
    sealed(&mut cases);
    cases.formula = "open_content";
    opened(world, &mut cases);
    cases.formula = "contact_tag";
    let given = inputs(&[("seed", hexed(&seed(2))), ("contact", text("bob"))]);
    cases.taken("contact-tag", "The tag of a user", given, &[Rule::ContactTagKeyed]);
    cases.formula = "seal_contact";
    filed(&mut cases);
    cases.formula = "open_contact";
    records(world, &mut cases);
    places(world, &mut cases);
}

fn seed(number: u32) -> Octets {
    Chain::of_alice(RuleSet::all()).seed_of(number)
}

fn nonce() -> Octets {
    Octets::new(bytes("content nonce", 24))
}

/// Held seeds: of which generation, and which seed it is.
fn held(list: &[(u32, u32)]) -> String {
    let encoded = |(generation, number): &(u32, u32)| {
        let fields = [("generation", wire::u32_be(*generation)), ("seed", seed(*number))];
        wire::encode(&HELD, RuleSet::all(), &fields).unwrap_or_default()
    };
    hexed(&wire::join(&list.iter().map(encoded).collect::<Vec<_>>()))
}

fn sealing(generation: u32, stale: &str) -> Inputs {
    inputs(&[
        ("user_id", text(ALICE)),
        ("seeds", held(&[(1, 1), (2, 2)])),
        ("generation", generation.to_string()),
        ("stale", text(stale)),
        ("nonce", hexed(&nonce())),
    ])
}

fn sealed(cases: &mut Cases<'_>) {
    let given = |generation, stale: &str| {
        let mut given = sealing(generation, stale);
        given.insert("plaintext".to_owned(), hex::encode(bytes("content", 100)));
        given
    };
    let (newest, fresh) = (Rule::ContentUnderNewest, Rule::ContentUnderFresh);
    let common = "content-sealed";
    cases.taken(common, "Content under the newest key", given(2, "no"), &[]);
    let which = ("content-without-the-newest-seed", "the newest generation of the chain");
    cases.pair(newest, common, which, given(3, "no"), newest);
    let which = ("content-under-a-stale-key", "whether the keys are stale");
    cases.pair(fresh, common, which, given(2, "yes"), fresh);
    let mut empty = given(2, "no");
    empty.insert("plaintext".to_owned(), String::new());
    cases.taken("content-of-no-bytes", "Content of no bytes", empty, &[newest]);
}

/// Content of the second seed, said to be of a generation.
fn content(world: RuleSet, of: Use, generation: u32, plaintext: &Octets) -> SealedContent {
    let seed = seed(2);
    let held = Held { user_id: ALICE, generation, seed: &seed };
    seal(world, &held, of, &nonce(), plaintext).unwrap_or_default()
}

fn opened(world: RuleSet, cases: &mut Cases<'_>) {
    let plaintext = Octets::new(bytes("content", 100));
    let good = content(world, Use::Content, 2, &plaintext);
    let given = |user_id: &str, seeds: &[(u32, u32)], sealed: &SealedContent| {
        inputs(&[
            ("user_id", text(user_id)),
            ("seeds", held(seeds)),
            ("sealed", sealed.encode(world).map(|it| hexed(&it)).unwrap_or_default()),
        ])
    };
    let both = [(1, 1), (2, 2)];
    let (opens, common) = (Rule::ContentOpens, "content-opened");
    cases.taken(common, "Content of the newest generation", given(ALICE, &both, &good), &[]);
    let mut altered = good.clone();
    flip(&mut altered.ciphertext, 115);
    let which = ("content-altered", "a bit of the tag");
    cases.pair(opens, common, which, given(ALICE, &both, &altered), opens);
    let which = ("content-of-another-user", "the user");
    cases.pair(Rule::ContentNamesUser, common, which, given("bob", &both, &good), opens);
    let other = content(world, Use::Contact, 2, &plaintext);
    let which = ("content-sealed-as-a-record", "the context strings");
    cases.pair(Rule::ContentNamesUse, common, which, given(ALICE, &both, &other), opens);
    let same = [(1, 2), (2, 2)];
    let title = "Content of one of two generations for which one seed is held";
    let common = "content-of-one-of-two-generations";
    cases.taken(common, title, given(ALICE, &same, &good), &[]);
    let renamed = SealedContent { generation: 1, ..good.clone() };
    let which = ("content-of-the-other-generation", "the generation it names");
    let rule = Rule::ContentNamesGeneration;
    cases.pair(rule, common, which, given(ALICE, &same, &renamed), opens);
    let older = given(ALICE, &[(2, 2), (3, 3)], &good);
    cases.taken(
        "content-of-an-older-generation",
        "Older content under an older key",
        older,
        &[opens],
    );
    let title = "Content of a generation whose seed is not held is not read";
    cases.refused("content-of-a-seed-not-held", title, given(ALICE, &[(1, 1)], &good), opens);
    let title = "Of two seeds for one generation the first counts";
    let twice = given(ALICE, &[(2, 2), (2, 1)], &good);
    cases.taken("content-with-a-seed-held-twice", title, twice, &[opens]);
    let mut short = given(ALICE, &both, &good);
    short.entry("sealed".to_owned()).and_modify(|it| it.truncate(it.len() - 2));
    let title = "Content whose last byte is missing is refused";
    cases.refused("content-cut", title, short, Rule::EncodingCanonical);
}

fn filed(cases: &mut Cases<'_>) {
    let given = |generation, stale: &str| {
        let mut given = sealing(generation, stale);
        given.extend(inputs(&[
            ("device_id", text(LAPTOP.id)),
            ("ed25519_seed", hexed(&LAPTOP.seed())),
            ("contact", text("bob")),
            ("last_sequence_number", text("7")),
            ("last_link_hash", hex::encode(bytes("bob's tail", 32))),
            ("first_met_s", text("1764500000")),
            ("meetings", text("4")),
        ]));
        given
    };
    let title = "A record of another user as it is filed";
    cases.taken("record-filed", title, given(2, "no"), &[Rule::ContactFiledSigned]);
    let newest = Rule::ContentUnderNewest;
    let title = "A record is filed under no older key";
    cases.refused("record-without-the-newest-seed", title, given(3, "no"), newest);
    let title = "A record is filed under no stale key";
    cases.refused("record-under-a-stale-key", title, given(2, "yes"), Rule::ContentUnderFresh);
}

/// A record of so many meetings, sealed.
fn record(world: RuleSet, meetings: u32) -> Octets {
    let (number, meetings) = (wire::u32_be(7), wire::u32_be(meetings));
    let (hash, first) = (Octets::new(bytes("bob's tail", 32)), wire::u64_be(1_764_500_000));
    let fields = [
        ("last_sequence_number", &number),
        ("last_link_hash", &hash),
        ("first_met_s", &first),
        ("meetings", &meetings),
    ];
    let plaintext = wire::encode(&CONTACT, world, &fields).unwrap_or_default();
    content(world, Use::Contact, 2, &plaintext).encode(world).unwrap_or_default()
}

/// A record of a user, filed by a device.
fn made(world: RuleSet, by: Device, contact: &str, record: Octets) -> Filed {
    let tag = tag(world, &seed(2), contact).unwrap_or_default();
    signed(world, by, Filed { device_id: by.id.to_owned(), tag, record, sig: Octets::default() })
}

fn signed(world: RuleSet, by: Device, filed: Filed) -> Filed {
    let over = filed.signed(world).unwrap_or_default();
    let sig = sign(world, &by.seed(), Label::ContactRecord, &over).unwrap_or_default();
    Filed { sig, ..filed }
}

fn asked(world: RuleSet, contact: &str, own: &[Listed], filed: &Filed) -> Inputs {
    inputs(&[
        ("user_id", text(ALICE)),
        ("devices", devices(world, own)),
        ("seeds", held(&[(1, 1), (2, 2)])),
        ("contact", text(contact)),
        ("filed", filed.encode(world).map(|it| hexed(&it)).unwrap_or_default()),
    ])
}

fn own() -> Vec<Listed> {
    [LAPTOP, PHONE].map(|it| (it.id, it.public_keys(), 0)).to_vec()
}

fn records(world: RuleSet, cases: &mut Cases<'_>) {
    let good = made(world, LAPTOP, "bob", record(world, 4));
    let given = |filed: &Filed| asked(world, "bob", &own(), filed);
    let (by, opens) = (Rule::ContactFiledSigned, Rule::ContentOpens);
    let common = "record-read";
    cases.taken(common, "A record of a device of one's own", given(&good), &[]);
    let mut altered = good.clone();
    flip(&mut altered.sig, 40);
    let which = ("record-with-an-altered-signature", "the signature");
    cases.pair(by, common, which, given(&altered), by);
    let which = ("record-exchanged", "what is sealed");
    let other = Filed { record: record(world, 40), ..good.clone() };
    cases.pair(Rule::ContactSigNamesRecord, common, which, given(&other), by);
    let rule = Rule::ContactTagged;
    let which = ("record-of-another-contact", "the user it is asked for");
    cases.pair(rule, common, which, asked(world, "eve", &own(), &good), rule);
    let old = tag(world, &seed(1), "bob").unwrap_or_default();
    let old = signed(world, LAPTOP, Filed { tag: old, ..good.clone() });
    let which = ("record-with-the-tag-of-an-older-key", "the key of the tag");
    cases.pair(Rule::ContactTagKeyed, common, which, given(&old), rule);
    let title = "A record that a stranger's device signed is refused";
    let watch = Device::named("watch");
    cases.refused(
        "record-of-a-strange-device",
        title,
        given(&made(world, watch, "bob", record(world, 4))),
        by,
    );
    let title = "A record that another own device signed is refused";
    let forged = signed(world, PHONE, good.clone());
    cases.refused("record-signed-by-another-device", title, given(&forged), by);
    let title = "A record that was sealed as content is not read";
    let as_content = content(world, Use::Content, 2, &"any".into()).encode(world);
    let as_content = made(world, LAPTOP, "bob", as_content.unwrap_or_default());
    cases.refused("record-sealed-as-content", title, given(&as_content), opens);
    let title = "What is sealed as a record and is none is not read";
    let none = content(world, Use::Contact, 2, &"any".into()).encode(world);
    let none = made(world, LAPTOP, "bob", none.unwrap_or_default());
    cases.refused("record-of-something-else", title, given(&none), opens);
    let title = "A record under a key that is not known is not read";
    let mut unknown = given(&good);
    unknown.insert("seeds".to_owned(), held(&[(1, 1)]));
    cases.refused("record-of-a-seed-not-held", title, unknown, opens);
    let title = "A record whose sealed part is a byte short is refused";
    let mut short = good.record.clone();
    cut(&mut short);
    let short = made(world, LAPTOP, "bob", short);
    cases.refused("record-cut", title, given(&short), Rule::EncodingCanonical);
    let title = "A record whose signer was revoked is read; it does not count later";
    let mut gone = own();
    if let Some((.., revoked)) = gone.first_mut() {
        *revoked = 3;
    }
    cases.taken("record-of-a-revoked-device", title, asked(world, "bob", &gone, &good), &[by]);
}

/// Where a record is filed.
fn places(world: RuleSet, cases: &mut Cases<'_>) {
    let by = Rule::ContactFiledSigned;
    let of_bob = made(world, LAPTOP, "bob", record(world, 4));
    let of_eve = made(world, LAPTOP, "eve", record(world, 4));
    let moved = Filed { tag: of_eve.tag.clone(), ..of_bob.clone() };
    let given = |filed: &Filed| asked(world, "eve", &own(), filed);
    let title = "A record of one user";
    cases.taken("record-under-its-tag", title, given(&of_eve), &[]);
    let which = ("record-moved-to-another-tag", "the tag that was signed");
    let rule = Rule::ContactSigNamesTag;
    cases.pair(rule, "record-under-its-tag", which, given(&moved), by);
    let twins = [(LAPTOP.id, LAPTOP.public_keys(), 0), (PHONE.id, LAPTOP.public_keys(), 0)];
    let given = |filed: &Filed| asked(world, "bob", &twins, filed);
    let title = "A record of one of two devices that are listed with the same keys";
    cases.taken("record-under-its-device", title, given(&of_bob), &[]);
    let moved = Filed { device_id: PHONE.id.to_owned(), ..of_bob };
    let which = ("record-moved-to-another-device", "the device that was signed");
    let rule = Rule::ContactSigNamesDevice;
    cases.pair(rule, "record-under-its-device", which, given(&moved), by);
}
