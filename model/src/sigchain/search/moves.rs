//! What the server can serve next.

use conclave_spec::{
    Label, Octets, RuleSet,
    formulas::{sigchain::Link, sign::sign},
};

use super::history::{ESCROW, GHOST, History};
use crate::sigchain::{
    UserChain,
    build::{
        CLOUD, Device, Draft, LAPTOP, PHONE, add, approve, bytes, email_change, lockdown, revoke,
        rotate, rotate_user_keys, signature_list,
    },
};

const NO_KEYS: Octets = Octets::new(Vec::new());

/// Every link that may come behind so many, with words for it.
pub(super) fn all(
    rules: RuleSet,
    history: &History,
    links: &[Link],
    chain: &UserChain,
) -> Vec<(String, Link)> {
    let mut all = Vec::new();
    let place = |link: &Link| Link {
        sequence_number: chain.tail.last_sequence_number.saturating_add(1),
        prev: chain.tail.last_link_hash.clone(),
        ..link.clone()
    };
    if let Some(next) = history.links.get(links.len()) {
        all.push(("the next link of the history".to_owned(), next.clone()));
        let more = Link { signatures: with_another(&next.signatures), ..next.clone() };
        all.push(("the next link of the history with a signature more".to_owned(), more));
        let other = Link { signatures: signature_list(&[noise()]), ..next.clone() };
        all.push(("the next link of the history with another signature".to_owned(), other));
    }
    for (link, at) in history.links.iter().zip(1..) {
        let moved = place(link);
        all.push((format!("link {at} of the history ({}) at this place", link.link_type), moved));
        all.push((format!("link {at} of the history once more"), link.clone()));
    }
    let keys = next_keys(history, chain);
    for Wish { words, draft, borrows } in wishes(&keys, history, links, chain) {
        let link = unsigned(chain, &draft);
        let signed = link.signed(rules).unwrap_or_default();
        let signatures =
            draft.signers.iter().filter_map(|seed| sign(rules, seed, Label::SigchainLink, &signed));
        let signatures = signature_list(&signatures.collect::<Vec<_>>());
        all.push((words.clone(), Link { signatures, ..link.clone() }));
        // Signatures that honest devices made for something else.
        for (old, at) in history.links.iter().zip(1..) {
            if !old.signatures.is_empty() && borrows {
                let words = format!("{words}, with the signatures of link {at}");
                all.push((words, Link { signatures: old.signatures.clone(), ..link.clone() }));
            }
        }
    }
    let mut unknown = unsigned(chain, &email());
    unknown.link_type = "DeviceTrust".to_owned();
    all.push(("a link of a type that does not exist".to_owned(), unknown));
    for (words, change) in FRAMES {
        let mut link = unsigned(chain, &email());
        change(&mut link);
        all.push((words.to_owned(), link));
    }
    all
}

/// A change to a field that all links have, with words for it.
type Framed = (&'static str, fn(&mut Link));

const FRAMES: [Framed; 6] = [
    ("an address, by a link of another chain type", |it| it.sigchain_type = "Account".to_owned()),
    ("an address, by a link of another cloud", |it| it.cloud_name = "gov".to_owned()),
    ("an address, by a link of another user", |it| it.subject = Octets::from("bob")),
    ("an address, by a link with a number too many", |it| {
        it.sequence_number = it.sequence_number.saturating_add(1);
    }),
    ("an address, by a link behind another one", |it| it.prev = Octets::from([9; 32])),
    ("an address, by a link with a byte more", |it| {
        it.body = [it.body.as_slice(), &[0]].concat().into();
    }),
];

/// A link behind a chain that nobody has signed yet.
fn unsigned(chain: &UserChain, draft: &Draft) -> Link {
    Link {
        sigchain_type: chain.tail.sigchain_type.clone(),
        link_type: draft.link_type.clone(),
        sequence_number: chain.tail.last_sequence_number.saturating_add(1),
        prev: chain.tail.last_link_hash.clone(),
        cloud_name: CLOUD.to_owned(),
        subject: Octets::from(chain.user_id.as_str()),
        body: draft.body.clone(),
        signatures: NO_KEYS,
    }
}

fn email() -> Draft {
    email_change(&Octets::new(bytes("an address", 32)))
}

fn noise() -> Octets {
    Octets::new(bytes("no signature", 64))
}

fn with_another(signatures: &Octets) -> Octets {
    let another = signature_list(&[noise()]);
    [signatures.as_slice(), another.as_slice()].concat().into()
}

/// The next per-user keys of the server that the chain has not seen.
fn next_keys(history: &History, chain: &UserChain) -> Octets {
    let made =
        usize::try_from(chain.generation).unwrap_or_default() % history.server_keys.len().max(1);
    history.server_keys.get(made).cloned().unwrap_or_default()
}

/// A link that the server would like to be true, signed with what it has.
struct Wish {
    words: String,
    draft: Draft,
    /// Whether it is in an honest device's name, so that its signatures are tried too.
    borrows: bool,
}

/// The server has the phone's keys once the laptop has revoked it, and the laptop's old key once the
/// laptop has another: what whoever is served an older chain believes is not prevented (ATK-DV-04).
fn wishes(keys: &Octets, history: &History, links: &[Link], chain: &UserChain) -> Vec<Wish> {
    let taken_back = |link: &Link| link.link_type == "DeviceRevoke" && history.links.contains(link);
    let phone_stolen = links.iter().any(taken_back);
    let laptop_has_another =
        chain.devices.iter().any(|it| it.id == LAPTOP.id && !it.replaced.is_empty());
    let own = |words: &str, draft| Wish { words: words.to_owned(), draft, borrows: false };
    let by = |words: String, draft: Draft, signers: &[Device]| {
        let signers = signers.iter().map(|it| it.seed()).collect();
        Wish { words, draft: Draft { signers, ..draft }, borrows: true }
    };
    let (named, keyed) = (LAPTOP.with_keys("ghost"), GHOST.with_keys("laptop"));
    let mut all = vec![
        own("an address", email()),
        own("the ghost is added", add(GHOST, keys, &[])),
        own("the ghost is added without keys", add(GHOST, &NO_KEYS, &[])),
        own("the ghost is added and revokes the laptop", add(GHOST, keys, &[LAPTOP])),
        own(
            "the ghost is added, revokes the laptop, brings no keys",
            add(GHOST, &NO_KEYS, &[LAPTOP]),
        ),
        own("the ghost is added under the laptop's name", add(named, keys, &[])),
        own("the server revokes the laptop", revoke(None, &[LAPTOP], &NO_KEYS)),
        own("the server revokes the laptop and brings keys", revoke(None, &[LAPTOP], keys)),
        by("the ghost is added with the laptop's keys".to_owned(), add(keyed, keys, &[]), &[GHOST]),
    ];
    if let Some(known) = history.phone_keys.first().filter(|_| phone_stolen) {
        all.push(own("the ghost is added with keys that the phone knows", add(GHOST, known, &[])));
    }
    if laptop_has_another {
        let words = "the ghost is added with the laptop's old key".to_owned();
        all.push(by(words, add(keyed, keys, &[]), &[LAPTOP]));
    }
    let escrow = ESCROW.with_keys("ghost again");
    let rotated = rotate(GHOST, ESCROW, escrow, keys);
    all.push(by(
        "the ghost gives the escrow device a key of its own".to_owned(),
        rotated,
        &[GHOST, escrow],
    ));
    let stolen = |device| if device == PHONE { phone_stolen } else { laptop_has_another };
    for (name, device, signer) in [
        ("the ghost", GHOST, GHOST),
        ("the phone", PHONE, PHONE),
        ("the laptop (signed with its old key)", LAPTOP, LAPTOP),
        ("the laptop (signed by the ghost)", LAPTOP, GHOST),
    ] {
        if signer != GHOST && !stolen(signer) {
            continue;
        }
        let to = device.with_keys("ghost again");
        let mut say = |does: &str, draft, signers: &[Device]| {
            all.push(by(format!("{name} {does}"), draft, signers));
        };
        say("approves", approve(device, &[], &NO_KEYS), &[signer]);
        say("makes keys", rotate_user_keys(device, keys), &[signer]);
        say("makes no keys", rotate_user_keys(device, &NO_KEYS), &[signer]);
        say("ends lockdown", lockdown(device, false), &[signer]);
        say("begins lockdown", lockdown(device, true), &[signer]);
        say("leaves and makes keys", revoke(Some(device), &[device], keys), &[signer]);
        say("takes keys of the ghost", rotate(device, device, to, keys), &[signer, to]);
    }
    all
}
