//! Cases of sigchains: framing, signatures, commitments, chains that name each other, fingerprints.

use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::sigchain::{Link, commitment},
};

use super::{
    Cases, FormulaDraft, Inputs, disclosures, hexed, inputs, joined, offered, offered_to, text,
};
use conclave_model::sigchain::build::{
    ACCOUNT, ADDRESS, ALICE, CLOUD, Chain, Draft, LAPTOP, PHONE, TABLET, account, account_value,
    add, approve, bytes, commitment_key, email_value, escrow_admin, escrow_value, idp, members,
    root, rooted, rotate, signature_list, user_id, user_value,
};

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    framing(&mut Cases::of(list, "sigchain", "user_chain"), world);
    updates(&mut Cases::of(list, "sigchain", "user_chain"), world);
    signers(&mut Cases::of(list, "sigchain", "user_chain"), world);
    covered(&mut Cases::of(list, "sigchain", "user_chain"), world);
    disclosed(&mut Cases::of(list, "sigchain", "user_chain"), world);
    commitments(&mut Cases::of(list, "sigchain", "open_commitment"), world);
    links(&mut Cases::of(list, "sigchain", "chain_link_hash"), world);
    emails(&mut Cases::of(list, "sigchain", "email_chain"), world);
    accounts(&mut Cases::of(list, "sigchain", "account_chain"), world);
    memberships(&mut Cases::of(list, "sigchain", "membership_chain"), world);
    identities(&mut Cases::of(list, "sigchain", "identity"), world);
    fingerprints(list, world);
}

const EMAIL_NUMBER: u32 = 1;

/// A way to damage a link.
type Change = fn(&mut Link);

/// What every link must have, on a link that nobody signs.
fn framing(cases: &mut Cases<'_>, world: RuleSet) {
    let base = Chain::two_devices(world);
    let good = base.clone().email(ADDRESS, EMAIL_NUMBER);
    let title = "A chain of two devices, and an address that the server notes";
    cases.taken("address-noted", title, offered(&good), &[]);
    let changes: [(Rule, &str, &str, Change); 7] = [
        (Rule::LinkTypeKnown, "link-of-unknown-type", "the type of the link", |link| {
            link.link_type = text("EmailChanged");
        }),
        (Rule::LinkFieldsFit, "link-with-a-byte-more", "a byte after the last field", |link| {
            link.body = [link.body.as_slice(), &[0]].concat().into();
        }),
        (Rule::LinkCarriesHash, "link-with-another-hash", "the hash of the link before", |link| {
            link.prev = Octets::new(bytes("another link", 32));
        }),
        (Rule::LinkNumberByOne, "link-with-another-number", "the number of the link", |link| {
            link.sequence_number += 1;
        }),
        (Rule::LinkOfChainType, "link-of-another-chain-type", "the type of the chain", |link| {
            link.sigchain_type = text("Account");
        }),
        (Rule::LinkOfCloud, "link-of-another-cloud", "the cloud", |link| {
            link.cloud_name = text("gov");
        }),
        (Rule::LinkOfSubject, "link-of-another-user", "the user", |link| {
            link.subject = Octets::from("bob");
        }),
    ];
    for (rule, name, differs, change) in changes {
        let mut chain = good.clone();
        chain.links.iter_mut().next_back().into_iter().for_each(change);
        cases.pair(rule, "address-noted", (name, differs), offered(&chain), rule);
    }
    let mut chain = base.clone();
    let keys = chain.new_keys(false);
    let three = chain.clone().then(&add(TABLET, &keys, &[]));
    cases.taken("three-devices", "A third device", offered(&three), &[]);
    let two_roots = chain.then(&root(TABLET, &keys));
    let which = ("second-root", "a root instead of an addition");
    cases.pair(Rule::RootFirst, "three-devices", which, offered(&two_roots), Rule::RootFirst);
    let mut rootless = Chain::of_alice(world);
    let keys = rootless.new_keys(false);
    let rootless = rootless.then(&add(LAPTOP, &keys, &[]));
    let title = "A chain that begins with an addition is refused";
    cases.refused("no-root", title, offered(&rootless), Rule::RootFirst);
    let nothing = Chain::of_alice(world);
    cases.refused(
        "no-link",
        "A chain without a link is refused",
        offered(&nothing),
        Rule::RootFirst,
    );
    let mut joined = joined(&good);
    joined.truncate(joined.len().saturating_sub(2));
    let mut cut = offered(&good);
    cut.insert(text("links"), joined);
    let title = "Links whose last byte is missing are refused";
    cases.refused("links-cut-short", title, cut, Rule::EncodingCanonical);
}

/// What a client knows already.
fn updates(cases: &mut Cases<'_>, world: RuleSet) {
    let base = Chain::two_devices(world);
    let known = hex::encode(base.tail().as_slice());
    let longer = base.clone().email(ADDRESS, EMAIL_NUMBER);
    let title = "A chain that goes on from the tail that is known";
    cases.taken("known-chain-extended", title, offered_to(&longer, 2, &known), &[]);
    let other = hexed("another tail", 32);
    let which = ("known-chain-rewritten", "the tail that is known");
    let rule = Rule::ChainExtends;
    cases.pair(rule, "known-chain-extended", which, offered_to(&longer, 2, &other), rule);
    let title = "The same chain once more";
    cases.taken("known-chain-unchanged", title, offered_to(&base, 2, &known), &[rule]);
    let tail = hex::encode(longer.tail().as_slice());
    let title = "A chain that ends before the tail that is known is refused";
    cases.refused("known-chain-shorter", title, offered_to(&base, 3, &tail), rule);
}

/// Who signs.
fn signers(cases: &mut Cases<'_>, world: RuleSet) {
    let base = Chain::two_devices(world);
    let approval = approve(LAPTOP, &[], &Octets::default());
    let approved = base.clone().then(&approval);
    cases.taken("phone-approved", "The laptop approves the phone", offered(&approved), &[]);
    let unsigned = |chain: &Chain, draft: &Draft, signatures: &[Octets]| {
        let link = Link { signatures: signature_list(signatures), ..chain.next(draft) };
        offered(&chain.clone().with(link))
    };
    let noise = Octets::new(bytes("no signature", 64));
    let rule = Rule::SignerVerifies;
    let which = ("approval-not-signed-by-it", "the signature");
    let given = unsigned(&base, &approval, std::slice::from_ref(&noise));
    cases.pair(rule, "phone-approved", which, given, rule);
    let given = unsigned(&base, &approval, &[]);
    cases.refused("approval-unsigned", "An approval that nobody signed is refused", given, rule);

    let mut chain = base.clone();
    let keys = chain.new_keys(false);
    let tablet = add(TABLET, &keys, &[]);
    let by_other = Draft { signers: vec![LAPTOP.seed()], ..tablet.clone() };
    let rule = Rule::NewKeySigns;
    let which = ("device-signed-by-another", "the key it is signed with");
    cases.pair(rule, "three-devices", which, offered(&chain.clone().then(&by_other)), rule);
    let two = Draft { signers: vec![TABLET.seed(), LAPTOP.seed()], ..tablet };
    let rule = Rule::SignaturesExact;
    let which = ("device-signed-by-another-too", "a second signature");
    cases.pair(rule, "three-devices", which, offered(&chain.clone().then(&two)), rule);

    let (old, new) = (PHONE, PHONE.with_keys("phone again"));
    let rotation = rotate(old, old, new, &keys);
    let title = "The phone rotates its keys";
    cases.taken("keys-rotated", title, offered(&chain.clone().then(&rotation)), &[]);
    let rule = Rule::OldKeySigns;
    let by_new = Draft { signers: vec![new.seed(), new.seed()], ..rotation.clone() };
    let which = ("rotation-not-signed-by-the-old-key", "the first signature");
    cases.pair(rule, "keys-rotated", which, offered(&chain.clone().then(&by_new)), rule);
    let by_laptop = rotate(LAPTOP, old, new, &keys);
    let title = "A rotation of the phone's keys that the laptop signed is refused";
    cases.refused("rotation-by-another", title, offered(&chain.clone().then(&by_laptop)), rule);
    let by_old = Draft { signers: vec![old.seed(), old.seed()], ..rotation };
    let title = "A rotation that the new key did not sign is refused";
    let given = offered(&chain.then(&by_old));
    cases.refused("rotation-not-signed-by-the-new-key", title, given, Rule::NewKeySigns);

    let revoked = base.clone().adding(TABLET).revoke(LAPTOP, &[PHONE]);
    let good = revoked.clone().approve(LAPTOP);
    let title = "After the phone was revoked, the laptop approves";
    cases.taken("approved-after-revocation", title, offered(&good), &[]);
    let rule = Rule::SignerActive;
    let which = ("approved-by-the-revoked", "who approves");
    cases.pair(rule, "approved-after-revocation", which, offered(&revoked.approve(PHONE)), rule);
    let stranger = base.approve(TABLET);
    let title = "An approval by a device that the chain does not have is refused";
    cases.refused("approved-by-a-stranger", title, offered(&stranger), rule);
}

/// What signatures and hashes cover.
fn covered(cases: &mut Cases<'_>, world: RuleSet) {
    let base = Chain::two_devices(world);
    let approval = approve(LAPTOP, &[], &Octets::default());
    let changes: [(Rule, &str, &str, Change); 6] = [
        (Rule::LinkSigNamesType, "signed-for-another-type", "the types it was signed for", |it| {
            it.sigchain_type = text("Account");
            it.link_type = text("IDPUpdate");
        }),
        (Rule::LinkSigNamesNumber, "signed-for-another-number", "the number", |it| {
            it.sequence_number += 1;
        }),
        (Rule::LinkSigNamesPrevious, "signed-for-another-history", "the hash before it", |it| {
            it.prev = Octets::new(bytes("another history", 32));
        }),
        (
            Rule::LinkSigNamesCloud,
            "signed-for-another-cloud",
            "the cloud it was signed for",
            |it| {
                it.cloud_name = text("gov");
            },
        ),
        (
            Rule::LinkSigNamesSubject,
            "signed-for-another-user",
            "the user it was signed for",
            |it| {
                it.subject = Octets::from("bob");
            },
        ),
        (Rule::LinkSigNamesBody, "signed-for-other-fields", "the fields it was signed for", |it| {
            it.body = Octets::from("something else");
        }),
    ];
    for (rule, name, differs, change) in changes {
        let link = base.signed_as(&approval, change);
        let given = offered(&base.clone().with(link));
        cases.pair(rule, "phone-approved", (name, differs), given, Rule::SignerVerifies);
    }
    let approved = base.then(&approval);
    let good = approved.clone().email(ADDRESS, EMAIL_NUMBER);
    let title = "An address noted after an approval";
    cases.taken("address-noted-after-approval", title, offered(&good), &[]);
    let mut otherwise = approved.clone();
    for link in otherwise.links.iter_mut().skip(2) {
        link.signatures = signature_list(&[Octets::new(bytes("another signature", 64))]);
    }
    let prev = otherwise.tail();
    let mut chain = good;
    chain.links.iter_mut().next_back().into_iter().for_each(|link| link.prev = prev.clone());
    let which = ("hash-over-other-signatures", "the signatures that the hash is over");
    let common = "address-noted-after-approval";
    let given = offered(&chain);
    cases.pair(Rule::LinkHashNamesSignatures, common, which, given, Rule::LinkCarriesHash);
}

/// What is disclosed of a user's chain.
fn disclosed(cases: &mut Cases<'_>, world: RuleSet) {
    let (key, value) = (commitment_key(ADDRESS), email_value(ADDRESS, EMAIL_NUMBER));
    let chain = Chain::two_devices(world).email(ADDRESS, EMAIL_NUMBER);
    let rule = Rule::CommitmentOpens;
    let told = chain.clone().disclosed("email_change", &key, &value);
    cases.taken("address-told", "The newest address is disclosed", offered(&told), &[rule]);
    let mut refused = |name: &str, title: &str, chain: Chain| {
        cases.refused(name, title, offered(&chain), rule);
    };
    let false_value = email_value("mallory@example.com", EMAIL_NUMBER);
    let title = "An address that the link did not commit to is refused";
    refused(
        "address-told-falsely",
        title,
        chain.clone().disclosed("email_change", &key, &false_value),
    );
    let title = "A disclosure of a field that the link has not is refused";
    refused("field-told-that-is-not", title, chain.clone().disclosed("device_name", &key, &value));
    let short: Octets = key.as_slice().iter().copied().take(31).collect::<Vec<_>>().into();
    let title = "A commitment whose key has 31 bytes is refused";
    refused(
        "address-told-under-a-short-key",
        title,
        chain.disclosed("email_change", &short, &value),
    );
    let later = Chain::two_devices(world).email(ADDRESS, EMAIL_NUMBER);
    let later = later.disclosed("email_change", &key, &value);
    let mut base = offered(&Chain::two_devices(world));
    base.insert(text("openings"), disclosures(&later));
    let title = "A disclosure of a link that is not there is refused";
    cases.refused("link-told-that-is-not", title, base, rule);

    let (email, of_corp) = (commitment(world, &key, &value), account_value(ACCOUNT, 1, 0));
    let of_account = commitment_key(ACCOUNT);
    let mut chain = Chain::of_alice(world);
    let keys = chain.new_keys(false);
    let committed = commitment(world, &of_account, &of_corp);
    let chain = chain.then(&rooted(LAPTOP, &keys, &email, &committed));
    let chain = chain.disclosed("email_change", &key, &value);
    let chain = chain.disclosed("account_change", &of_account, &of_corp);
    let title = "A root that has address and account, both disclosed";
    cases.taken("root-with-address-and-account", title, offered(&chain), &[rule]);
    let moved = commitment(world, &of_account, &account_value("", 0, 0));
    let left = chain.then(&account(&moved));
    let left = left.disclosed("account_change", &of_account, &account_value("", 0, 0));
    let title = "A user who left the account";
    cases.taken("account-left", title, offered(&left), &[rule]);
}

fn commitments(cases: &mut Cases<'_>, world: RuleSet) {
    let (key, value) = (commitment_key("value"), Octets::from("alice@example.com"));
    let committed = commitment(world, &key, &value);
    let given = |key: &Octets, value: &Octets| {
        inputs(&[
            ("commitment", hex::encode(committed.as_slice())),
            ("key", hex::encode(key.as_slice())),
            ("value", hex::encode(value.as_slice())),
        ])
    };
    let rule = Rule::CommitmentOpens;
    cases.taken("commitment-opened", "A commitment and its value", given(&key, &value), &[]);
    let which = ("commitment-to-another-value", "the value");
    let other = Octets::from("mallory@example.com");
    cases.pair(rule, "commitment-opened", which, given(&key, &other), rule);
    let which = ("commitment-under-another-key", "the key");
    let other = commitment_key("another value");
    let keyed = Rule::CommitmentKeyed;
    cases.pair(keyed, "commitment-opened", which, given(&other, &value), rule);
    let given =
        inputs(&[("key", hex::encode(key.as_slice())), ("value", hex::encode(value.as_slice()))]);
    cases.formula = "commit";
    cases.taken("commit", "A commitment, byte for byte", given, &[keyed]);
}

/// Signed bytes and hash of a link, byte for byte.
fn links(cases: &mut Cases<'_>, world: RuleSet) {
    let chain = Chain::two_devices(world);
    let link = chain.next(&approve(LAPTOP, &[], &Octets::default()));
    let given = inputs(&[
        ("sigchain_type", link.sigchain_type.clone()),
        ("link_type", link.link_type.clone()),
        ("sequence_number", link.sequence_number.to_string()),
        ("prev", hex::encode(link.prev.as_slice())),
        ("cloud_name", link.cloud_name.clone()),
        ("subject", hex::encode(link.subject.as_slice())),
        ("body", hex::encode(link.body.as_slice())),
        ("signatures", hex::encode(link.signatures.as_slice())),
    ]);
    let rules = [Rule::LinkHashNamesSignatures];
    cases.taken("chain-link-hash", "The hash of a link", given.clone(), &rules);
    cases.formula = "chain_link_signed";
    let title = "What a signature on a link is over";
    cases.taken("chain-link-signed", title, given, &[Rule::LinkSigNamesBody]);
}

/// The chain of an address that was Alice's from the link with this number on.
fn address_of(world: RuleSet, user: &str, number: u32) -> Chain {
    let value = user_value(user, number);
    let key = commitment_key(user);
    Chain::new(world, "Email", ADDRESS)
        .then(&user_id(&commitment(world, &key, &value)))
        .disclosed("email", &commitment_key("address"), &ADDRESS.into())
        .disclosed("user_id_change", &key, &value)
}

fn emails(cases: &mut Cases<'_>, world: RuleSet) {
    let chain = address_of(world, ALICE, 3);
    cases.taken("address-of-alice", "Whose an address is", offered(&chain), &[Rule::LinkOfSubject]);
    let mut other = offered(&chain);
    other.insert(text("subject"), text("bob@example.com"));
    let title = "The chain of another address is refused";
    cases.refused("chain-of-another-address", title, other, Rule::LinkOfSubject);
    let mut untold = offered(&chain);
    untold.insert(text("openings"), String::new());
    let title = "A chain that does not say which address it is about is refused";
    cases.refused("chain-of-an-untold-address", title, untold, Rule::LinkOfSubject);
    let draft = user_id(&Octets::new(bytes("later", 32)));
    let signed = Draft { signers: vec![LAPTOP.seed()], ..draft };
    let title = "A link of an address's chain that somebody signed is refused";
    cases.refused("address-signed", title, offered(&chain.then(&signed)), Rule::SignaturesExact);
    let unknown = Draft { link_type: text("EmailChange"), ..user_id(&Octets::from([1; 32])) };
    let title = "A link of a user's chain in that of an address is refused";
    let chain = Chain::new(world, "Email", ADDRESS).then(&unknown);
    cases.refused("address-with-a-users-link", title, offered(&chain), Rule::LinkTypeKnown);
}

fn accounts(cases: &mut Cases<'_>, world: RuleSet) {
    let (key, value) = (commitment_key("escrow"), escrow_value("escrow-admins", 4));
    let chain = Chain::new(world, "Account", ACCOUNT)
        .then(&idp("example.idp.example"))
        .then(&escrow_admin(&commitment(world, &key, &value)))
        .disclosed("escrow_admin", &key, &value);
    let title = "The identity provider and the escrow administrators of an account";
    cases.taken("account", title, offered(&chain), &[Rule::LinkOfSubject]);
    let none = escrow_value("", 0);
    let ended = chain.then(&escrow_admin(&commitment(world, &key, &none))).disclosed(
        "escrow_admin",
        &key,
        &none,
    );
    cases.taken("account-without-escrow", "Escrow ends", offered(&ended), &[Rule::CommitmentOpens]);
    let mut other = offered(&ended);
    other.insert(text("subject"), text("another-corp"));
    let title = "The chain of another account is refused";
    cases.refused("chain-of-another-account", title, other, Rule::LinkOfSubject);
}

fn memberships(cases: &mut Cases<'_>, world: RuleSet) {
    let member = |user: &str, number| {
        let (key, value) = (commitment_key(user), user_value(user, number));
        (commitment(world, &key, &value), key, value)
    };
    let (alice, alice_key, alice_value) = member(ALICE, 2);
    let (bob, ..) = member("bob", 5);
    let chain = Chain::new(world, "Membership", ACCOUNT)
        .then(&members(&[bob.clone(), alice], &[]))
        .disclosed("added/1", &alice_key, &alice_value)
        .then(&members(&[], &[bob]));
    let title = "Two users come to an account, one is disclosed, the other goes";
    cases.taken("members", title, offered(&chain), &[Rule::CommitmentOpens]);
    let mut padded = Chain::new(world, "Membership", ACCOUNT);
    padded = padded.then(&members(&[commitment(world, &alice_key, &alice_value)], &[]));
    let padded = padded.disclosed("added/00", &alice_key, &alice_value);
    let title = "A disclosure whose place has a zero in front is refused";
    cases.refused("member-with-a-padded-place", title, offered(&padded), Rule::CommitmentOpens);
    let none = Chain::new(world, "Membership", ACCOUNT);
    cases.taken("no-members", "A chain without a link", offered(&none), &[Rule::LinkNumberByOne]);
    let beyond = chain.disclosed("removed/1", &alice_key, &alice_value);
    let title = "A disclosure of a member beyond the list is refused";
    cases.refused("member-beyond-the-list", title, offered(&beyond), Rule::CommitmentOpens);
}

/// Alice's chain and that of her address.
fn both(user: &Chain, email: &Chain) -> Inputs {
    inputs(&[
        ("cloud_name", text(CLOUD)),
        ("user_id", text(ALICE)),
        ("email", text(ADDRESS)),
        ("user_links", joined(user)),
        ("user_openings", disclosures(user)),
        ("email_links", joined(email)),
        ("email_openings", disclosures(email)),
    ])
}

fn identities(cases: &mut Cases<'_>, world: RuleSet) {
    let (key, value) = (commitment_key(ADDRESS), email_value(ADDRESS, EMAIL_NUMBER));
    let user = Chain::two_devices(world).email(ADDRESS, EMAIL_NUMBER);
    let told = user.clone().disclosed("email_change", &key, &value);
    let good = both(&told, &address_of(world, ALICE, 3));
    cases.taken("address-is-hers", "Both chains say that the address is Alice's", good, &[]);
    let (held, agree) = (Rule::EmailHeldByUser, Rule::EmailNumbersAgree);
    let which = ("address-is-anothers", "whom the address's chain names");
    let given = both(&told, &address_of(world, "mallory", 3));
    cases.pair(held, "address-is-hers", which, given, held);
    let which = ("address-at-another-link", "the number of the link");
    let given = both(&told, &address_of(world, ALICE, 2));
    cases.pair(agree, "address-is-hers", which, given, agree);
    let moved = user_value("mallory", 7);
    let key = commitment_key("mallory");
    let moved_on = address_of(world, ALICE, 3)
        .then(&user_id(&commitment(world, &key, &moved)))
        .disclosed("email", &commitment_key("address"), &ADDRESS.into())
        .disclosed("user_id_change", &key, &moved);
    let title = "An address that went to another user since is refused";
    cases.refused("address-moved-on", title, both(&told, &moved_on), held);
    let title = "An address that the user's chain does not disclose is refused";
    cases.refused("address-untold", title, both(&user, &address_of(world, ALICE, 3)), held);
    let other = Chain::two_devices(world).email("old@example.com", EMAIL_NUMBER).disclosed(
        "email_change",
        &commitment_key("old@example.com"),
        &email_value("old@example.com", EMAIL_NUMBER),
    );
    let title = "A user whose chain has another address is refused";
    cases.refused("another-address", title, both(&other, &address_of(world, ALICE, 3)), held);
}

fn fingerprints(list: &mut Vec<FormulaDraft>, world: RuleSet) {
    let tails = |user: &str, account: Option<&str>| {
        inputs(&[
            ("user_sequence_number", text("15")),
            ("user_hash", hexed(user, 32)),
            ("account_sequence_number", text(if account.is_some() { "4" } else { "0" })),
            ("account_hash", account.map(|it| hexed(it, 32)).unwrap_or_default()),
        ])
    };
    let mut cases = Cases::of(list, "sigchain", "fingerprint");
    let rules = [Rule::FingerprintNamesUser, Rule::FingerprintNamesAccount];
    let title = "The fingerprint of a user";
    cases.taken("fingerprint", title, tails("user tail", Some("account tail")), &rules);
    let title = "The fingerprint of a user without an account";
    cases.taken("fingerprint-without-account", title, tails("user tail", None), &rules);

    cases.formula = "verify_fingerprint";
    let given = tails("user tail", Some("account tail"));
    let read_out = super::output(world, "fingerprint", &given, "fingerprint");
    let with = |tails: Inputs, fingerprint: &str| {
        let mut given = tails;
        given.insert(text("fingerprint"), fingerprint.to_owned());
        given
    };
    let title = "A fingerprint that was read out, and the same chains";
    cases.taken("fingerprint-same", title, with(given.clone(), &read_out), &[]);
    let compared = Rule::FingerprintCompared;
    let which = ("fingerprint-another", "what was read out");
    let given = with(given, &hexed("another fingerprint", 32));
    cases.pair(compared, "fingerprint-same", which, given, compared);
    let other_user = with(tails("another tail", Some("account tail")), &read_out);
    let which = ("fingerprint-of-another-user", "the tail of the user");
    cases.pair(Rule::FingerprintNamesUser, "fingerprint-same", which, other_user, compared);
    let other_account = with(tails("user tail", Some("another tail")), &read_out);
    let which = ("fingerprint-of-another-account", "the tail of the account");
    cases.pair(Rule::FingerprintNamesAccount, "fingerprint-same", which, other_account, compared);
}
