//! Whoever is displayed has signed the chains that were looked at, and so has the server.

use conclave_spec::{
    Label, Octets, Rule, RuleSet,
    formulas::{
        binding::{Binding, Statement},
        identity::{Tails, binding_with_tails, statement_with_tails},
        sigchain::Tail,
        sign::{sign, verifying_key},
    },
};
use proptest::prelude::*;

use super::{Given, Here, Participant, Said, Signed, verify};
use crate::{
    attestation::Answers,
    sigchain::build::{ALICE, CLOUD, Chain, Device, LAPTOP, PHONE},
};

/// Nobody is asked, as nobody shows an attestation.
struct Nobody;

impl Answers for Nobody {
    fn records(&self, _: &str) -> Vec<String> {
        Vec::new()
    }

    fn key_set(&self, _: &str) -> Option<String> {
        None
    }
}

fn tail(chain: &Chain, links: usize) -> Octets {
    let mut chain = chain.clone();
    chain.links.truncate(links);
    let tail = Tail {
        sigchain_type: "User".to_owned(),
        last_sequence_number: u32::try_from(chain.links.len()).unwrap(),
        last_link_hash: chain.tail(),
    };
    if links == 0 { Octets::default() } else { tail.encode(RuleSet::all()).unwrap() }
}

/// What comes of Alice's chain with so many links served, so many signed by her and by the server.
fn judged(
    chain: &Chain,
    device: Device,
    (served, bound, stated): (usize, usize, usize),
) -> Result<Participant, Rule> {
    let all = RuleSet::all();
    let (ivk, server) = (verifying_key(&device.seed()).unwrap(), Octets::from([3; 32]));
    let server_key = verifying_key(&server).unwrap();
    let [bound, stated] =
        [bound, stated].map(|links| Tails { user: tail(chain, links), ..Tails::default() });
    let (meeting_uuid, hardware_id) = (&[1; 16], "alice-laptop");
    let joined =
        Binding { meeting_id: "1", meeting_uuid, user_id: ALICE, hardware_id, ivk: &ivk, pk: &ivk };
    let about = Statement { meeting_uuid, user_id: ALICE, hardware_id, ivk: &ivk };
    let by_it = binding_with_tails(all, &joined, &bound).unwrap();
    let by_it = sign(all, &device.seed(), Label::Announcement, &by_it).unwrap();
    let by_server = statement_with_tails(all, &about, &stated).unwrap();
    let by_server = sign(all, &server, Label::ServerStatement, &by_server).unwrap();
    let links = chain.encoded();
    let none = Given { known: None, links: &[], openings: &[] };
    let said = Said {
        email: "",
        account_id: "",
        user_chain: Given { links: &links[..served], ..none },
        email_chain: none,
        account_chain: none,
    };
    let bound = Signed { tails: &bound, signature: &by_it };
    let stated = Signed { tails: &stated, signature: &by_server };
    let here = Here { cloud_name: CLOUD, now_s: 0, server_key: &server_key };
    verify(all, &Nobody, here, (&joined, bound, stated), said, None)
}

proptest! {
    /// Whatever the server serves and signs of a chain that grows: only the links that the
    /// participant signed are taken, and a device only while it is in them and active.
    #[test]
    fn idn_04_to_07_only_what_both_signed_is_taken(
        served in 0..=4_usize,
        bound in 0..=4_usize,
        stated in 0..=4_usize,
        by_phone in any::<bool>(),
    ) {
        let chain = Chain::two_devices(RuleSet::all()).approve(LAPTOP).revoke(LAPTOP, &[PHONE]);
        let device = if by_phone { PHONE } else { LAPTOP };
        let expected = if served != stated {
            Err(Rule::ChainsAsStated)
        } else if served != bound {
            Err(Rule::ChainsAsBound)
        } else {
            match (served, by_phone) {
                (0, _) => Ok(None),
                (1, true) => Err(Rule::KeyOfUser),
                (4, true) => Err(Rule::DeviceInUseActive),
                _ => Ok(Some(device.id.to_owned())),
            }
        };
        let found = judged(&chain, device, (served, bound, stated));
        prop_assert_eq!(found.map(|it| it.device.map(|device| device.id)), expected);
    }
}
