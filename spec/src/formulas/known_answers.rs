//! Whole formulas against values made by a separate Python program.
//!
//! Its primitives come from PyNaCl 1.6.2 (libsodium), `cryptography`, `hashlib` and kyber-py
//! 1.2.0; its encoding follows the description in [`crate::wire`]. The program and this crate
//! share no code.

use super::{
    Octets,
    binding::{Binding, Meta, Statement, binding, meta, sealed_plaintext, statement},
    box_classic, box_hybrid,
    media::{Stream, enhanced_stream_key, seal_packet, stream_key},
    pairing::{Draws, Incoming, Outgoing, Purpose, SealedBox},
    security_code::security_code,
    sign,
};
use crate::{labels::Label, rule_set::RuleSet, rules::Rule};

const UUID: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

fn hex(octets: &Octets) -> String {
    hex::encode(octets.as_slice())
}

fn counting(from: u8, count: u8) -> Octets {
    Octets::new((from..from + count).collect())
}

fn all() -> RuleSet {
    RuleSet::all()
}

fn meeting_meta() -> Octets {
    let values =
        Meta { meeting_id: "123456789", meeting_uuid: &UUID, leader: "leader", recipient: "ann" };
    meta(all(), &values).unwrap()
}

/// Leader and recipient with all their keys.
struct Pair {
    leader: Octets,
    recipient: Octets,
    leader_pk: Octets,
    recipient_pk: Octets,
    leader_ivk: Octets,
    recipient_ivk: Octets,
    leader_kem: box_hybrid::KemKeys,
    recipient_kem: box_hybrid::KemKeys,
}

impl Pair {
    fn new() -> Self {
        let (leader, recipient) = (Octets::from([1; 32]), Octets::from([2; 32]));
        Self {
            leader_pk: box_classic::public_key(&leader).unwrap(),
            recipient_pk: box_classic::public_key(&recipient).unwrap(),
            leader,
            recipient,
            leader_ivk: [0xa1; 32].into(),
            recipient_ivk: [0xb2; 32].into(),
            leader_kem: box_hybrid::kem_keys(&counting(100, 64)).unwrap(),
            recipient_kem: box_hybrid::kem_keys(&counting(0, 64)).unwrap(),
        }
    }

    fn parties(&self) -> box_hybrid::Parties<'_> {
        box_hybrid::Parties {
            sender_ivk: &self.leader_ivk,
            sender_box_pk: &self.leader_pk,
            sender_kem_pk: &self.leader_kem.public,
            recipient_ivk: &self.recipient_ivk,
            recipient_box_pk: &self.recipient_pk,
            recipient_kem_pk: &self.recipient_kem.public,
        }
    }

    fn classic(&self, rules: RuleSet) -> (Outgoing, Incoming) {
        (
            Outgoing::classic(rules, &self.leader, &self.recipient_pk).unwrap(),
            Incoming::classic(rules, &self.recipient, &self.leader_pk).unwrap(),
        )
    }

    fn hybrid(&self, rules: RuleSet) -> (Outgoing, Incoming) {
        let parties = self.parties();
        let kem_secret = &self.recipient_kem.secret;
        (
            Outgoing::hybrid(rules, &self.leader, &parties).unwrap(),
            Incoming::hybrid(rules, &self.recipient, kem_secret, &parties).unwrap(),
        )
    }
}

fn plaintext() -> Octets {
    sealed_plaintext(all(), &[0x42; 32].into(), 7).unwrap()
}

fn sealed(outgoing: &Outgoing, rules: RuleSet) -> SealedBox {
    let (nonce, coins, meta) = (counting(0, 24), counting(64, 32), meeting_meta());
    let draws = Draws { nonce: &nonce, coins: &coins };
    outgoing.seal(rules, &Purpose::meeting_key(&meta), &draws, &plaintext()).unwrap()
}

#[test]
fn a_classic_box_matches_libsodium() {
    let pair = Pair::new();
    let (outgoing, incoming) = pair.classic(all());
    let shared = box_classic::agree(all(), &pair.leader, &pair.recipient_pk).unwrap();
    assert_eq!(hex(&shared), "18a99320f3488fa18a04239715d8ee738065e65c3d4b2898522d6c3d4ead588c");
    assert_eq!(
        hex(&box_classic::classic_key(RuleSet::all(), &shared, Label::KeySeedDerivation).unwrap()),
        "f337de29bd48d1bc5538ca12d5b0c9b48f5dd9cd3beba14ae3f36dbef2ae9084"
    );
    let sealed = sealed(&outgoing, all());
    assert_eq!(
        hex(&sealed.ciphertext),
        "9deef25fd3179aa5f4787cfe080f2859a84d4c8d87790b961a3fd9bdbd068664bd985f66f706f7c018173fbc\
         2ed2a90b37aa1d323f2c5477a80bc77786a3ca34f1e8f172cd485c55dedee3e66ce6c4d2b8b23f4c"
    );
    assert!(sealed.kem.is_empty());
    let meta = meeting_meta();
    assert_eq!(incoming.open(all(), &Purpose::meeting_key(&meta), &sealed), Some(plaintext()));
}

#[test]
fn a_hybrid_box_matches_libsodium_and_kyber_py() {
    let pair = Pair::new();
    let (outgoing, incoming) = pair.hybrid(all());
    let combination = box_hybrid::combination(all(), &pair.parties()).unwrap();
    assert_eq!(
        hex(&combination),
        "da61ddf3c8e45f361d5ba0b7a29ae6bf58d851982be0b9e93ae49dd7a6c2c356"
    );
    let meta = meeting_meta();
    let kem = box_hybrid::encapsulate(&pair.recipient_kem.public, &counting(64, 32)).unwrap();
    let shared = box_classic::agree(all(), &pair.leader, &pair.recipient_pk).unwrap();
    let parts = box_hybrid::KeyParts {
        context: Label::KeySeedDerivation,
        kem_shared: &kem.shared,
        shared: &shared,
        combination: &combination,
        meta: &meta,
    };
    assert_eq!(
        hex(&box_hybrid::hybrid_key(all(), &parts, Label::KeySeedDerivation).unwrap()),
        "48c5b69eb01cb61d384ee7e13ffb63b12d44ec1fd9da28143aacb99cd5f588f8"
    );
    let sealed = sealed(&outgoing, all());
    assert_eq!(sealed.kem, kem.ciphertext);
    assert_eq!(
        hex(&sealed.ciphertext),
        "60ea05374ed2185b3f5c31e1fb72560d6d670161ff84645348dc08d2327f98cb9d2f18efa437be4f58980a0c\
         8b1a70ca22fa75a68f3529741badfc06e82ae9fdbe8212c513acf3a76885696dc885c216a6cc7351"
    );
    assert_eq!(incoming.open(all(), &Purpose::meeting_key(&meta), &sealed), Some(plaintext()));
}

#[test]
fn a_box_opens_for_its_recipient_and_metadata_only() {
    let pair = Pair::new();
    let meta = meeting_meta();
    let purpose = Purpose::meeting_key(&meta);
    let other_meta = Octets::from("other");
    let other = Purpose::meeting_key(&other_meta);
    let (classic_out, classic_in) = pair.classic(all());
    let (hybrid_out, hybrid_in) = pair.hybrid(all());
    let (classic, hybrid) = (sealed(&classic_out, all()), sealed(&hybrid_out, all()));
    assert_eq!(classic_in.open(all(), &other, &classic), None);
    assert_eq!(hybrid_in.open(all(), &other, &hybrid), None);
    assert_eq!(classic_in.open(all(), &purpose, &hybrid), None);
    assert_eq!(hybrid_in.open(all(), &purpose, &classic), None);

    let mut damaged = hybrid.kem.clone().into_vec();
    damaged[0] ^= 1;
    let damaged = SealedBox { kem: damaged.into(), ..hybrid };
    assert_eq!(hybrid_in.open(all(), &purpose, &damaged), None);
    // Where the key does not depend on the encapsulation, nobody notices.
    let mutant = all().without(Rule::HybridUsesKem);
    let (outgoing, incoming) = pair.hybrid(mutant);
    let damaged = SealedBox { kem: damaged.kem, ..sealed(&outgoing, mutant) };
    assert_eq!(incoming.open(mutant, &purpose, &damaged), Some(plaintext()));
}

#[test]
fn a_signed_binding_matches_libsodium() {
    let seed = Octets::from([3; 32]);
    let ivk = sign::verifying_key(&seed).unwrap();
    assert_eq!(hex(&ivk), "ed4928c628d1c2c6eae90338905995612959273a5c63f93636c14614ac8737d1");
    let pk = box_classic::public_key(&[2; 32].into()).unwrap();
    let values = Binding {
        meeting_id: "123456789",
        meeting_uuid: &UUID,
        user_id: "ann",
        hardware_id: "laptop",
        ivk: &ivk,
        pk: &pk,
    };
    let binding = binding(all(), &values).unwrap();
    let signature = sign::sign(all(), &seed, Label::Announcement, &binding).unwrap();
    assert_eq!(
        hex(&signature),
        "1153333bb04ad19011d5a4b75b72b1d8048f35d2f3b7cc4d728cc31b004c1526\
         3e5ca22184d6853931ce15dc244156f79ede9339194cbc15a96f5a037f82240b"
    );
    assert_eq!(security_code(all(), &ivk).digits(), "433049025118089198165245185320566682721");
    let values =
        Statement { meeting_uuid: &UUID, user_id: "ann", hardware_id: "laptop", ivk: &ivk };
    assert_eq!(
        hex(&statement(all(), &values).unwrap()),
        "00000012636f6e636c6176652f73746174656d656e74\
         00000010000102030405060708090a0b0c0d0e0f00000003616e6e000000066c6170746f70\
         00000020ed4928c628d1c2c6eae90338905995612959273a5c63f93636c14614ac8737d1"
    );
}

#[test]
fn stream_keys_and_packets_match() {
    let meeting_key = Octets::from([0x42; 32]);
    let stream = Stream {
        stream: "video",
        meeting_id: "123456789",
        meeting_uuid: &UUID,
        sender: "ann",
        hardware_id: "pad",
    };
    let without_device = all().without(Rule::SubkeyNamesDevice);
    let key = stream_key(without_device, &meeting_key, &stream).unwrap();
    assert_ne!(stream_key(all(), &meeting_key, &stream).unwrap(), key);
    assert_eq!(hex(&key), "977fd450ef5d927f05fb94bcbf170bfff5a85fe0f9451ee9fdba22d18d85d622");
    assert_eq!(
        hex(&seal_packet(all(), &key, 0x0102_0304, 5, &"hello".into()).unwrap()),
        "010203040000000000000000000000054897320461d733e348b0921f2be27ec8a179e72ab8"
    );
    assert_eq!(
        hex(&enhanced_stream_key(&meeting_key, &"stream-1".into()).unwrap()),
        "85dc834a314be1e9f87e1318508d824ada18cf5d60e22d8877132c5dab4788a4"
    );
}
