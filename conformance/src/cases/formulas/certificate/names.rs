//! Names beside the server's, and what may be said of them.

use rcgen::{CidrSubnet, ExtendedKeyUsagePurpose, GeneralSubtree, NameConstraints};

use super::{Cases, DOMAIN, Draft, Rule, Scene, at_place, joined, text};

const ALTERNATIVE_NAMES: &[u64] = &[2, 5, 29, 17];
const NAME_CONSTRAINTS: &[u64] = &[2, 5, 29, 30];
/// The tags of kinds of names (RFC 5280, 4.2.1.6), and of what is around them.
const DNS: u8 = 0x82;
const X400: u8 = 0xa3;
const EDI: u8 = 0xa5;
const SEQUENCE: u8 = 0x30;
const PERMITTED: u8 = 0xa0;

pub(super) fn drafts(scene: &Scene, cases: &mut Cases<'_>) {
    authorities(scene, cases);
    kinds(scene, cases);
    empty(scene, cases);
    let title = "A name that is the domain only in small letters of other alphabets is refused";
    let kelvin = element(DNS, "\u{212a}elvin.example.com".as_bytes());
    let mut inputs = scene.with_server(&named(&kelvin));
    inputs.insert(text("domain"), text("kelvin.example.com"));
    cases.refused("server-chain-name-not-ascii", title, inputs, Rule::ChainReadable);
    let title = "Any purpose is not that of servers";
    let any = Draft::server().but(|it| it.extended_key_usages = vec![ExtendedKeyUsagePurpose::Any]);
    let inputs = scene.with_server(&any);
    cases.refused("server-chain-for-anything", title, inputs, Rule::ChainForServers);
}

/// Whose constraints there are, and whose names.
fn authorities(scene: &Scene, cases: &mut Cases<'_>) {
    let permitted = Rule::NamesPermitted;
    let only = |draft: Draft, permitted_subtrees| {
        let constraints = NameConstraints { permitted_subtrees, excluded_subtrees: Vec::new() };
        draft.but(|it| it.name_constraints = Some(constraints))
    };
    let dns = |name: &str| GeneralSubtree::DnsName(text(name));
    let address = GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix([192, 0, 2, 0], 24));
    let title = "The authority next to the server permits its names too";
    let inputs = scene.with_internal(&only(Draft::internal(), vec![dns("example.org")]));
    cases.refused("server-chain-internal-not-permitted", title, inputs, permitted);
    let title = "An authority for names of another kind is for no domain";
    let inputs = scene.with(2, only(Draft::public(), vec![address.clone()]).der());
    cases.refused("server-chain-permitted-addresses", title, inputs, permitted);
    let title = "A domain that is permitted beside names of another kind is not permitted";
    let mixed = vec![dns("example.com"), address];
    let inputs = scene.with(2, only(Draft::public(), mixed).der());
    cases.refused("server-chain-permitted-mixed", title, inputs, permitted);
    let elsewhere = Draft::internal().named(&["authority.example.org"]);
    let title = "An authority's own names are no matter of its constraints";
    let own = only(elsewhere.clone(), vec![dns("example.com")]);
    let inputs = scene.with_internal(&own);
    cases.taken("server-chain-authority-named-elsewhere", title, inputs, &[permitted]);
    let title = "An authority's names are permitted by those above it";
    let limited = only(Draft::public(), vec![dns("example.com")]);
    let certificates = at_place(&scene.certificates, 1, elsewhere.der());
    let certificates = at_place(&certificates, 2, limited.der());
    let inputs = scene.but("certificates", joined(&certificates));
    cases.refused("server-chain-authority-name-not-permitted", title, inputs, permitted);
}

/// Kinds of names that are not read, where a domain could be.
fn kinds(scene: &Scene, cases: &mut Cases<'_>) {
    let edi = element(EDI, &element(0xa1, &element(0x0c, b"party")));
    for (name, title, other) in [
        ("x400", "an address of X.400", element(X400, &element(SEQUENCE, &[]))),
        ("edi", "a party of EDI", edi),
    ] {
        let beside = [element(DNS, DOMAIN.as_bytes()), other.clone()].concat();
        let inputs = scene.with_server(&named(&beside));
        let id = format!("server-chain-name-{name}");
        let named = format!("A certificate for {title} beside the domain is refused");
        cases.refused(&id, &named, inputs, Rule::ChainReadable);
        let tree = element(PERMITTED, &element(SEQUENCE, &other));
        let inputs = scene.with_internal(&constrained(&tree));
        let id = format!("server-chain-permitted-{name}");
        let permitting = format!("A certificate that permits {title} is refused");
        cases.refused(&id, &permitting, inputs, Rule::ChainReadable);
    }
}

/// Constraints that constrain nothing.
fn empty(scene: &Scene, cases: &mut Cases<'_>) {
    for (name, title, content) in [
        ("constraints-empty", "Name constraints of no list are none", Vec::new()),
        ("permitted-empty", "A list of no subtree is none", element(PERMITTED, &[])),
    ] {
        let inputs = scene.with_internal(&constrained(&content));
        cases.refused(&format!("server-chain-{name}"), title, inputs, Rule::ChainReadable);
    }
}

/// The server's certificate with these alternative names, encoded.
fn named(names: &[u8]) -> Draft {
    let names = element(SEQUENCE, names);
    Draft::server().named(&[]).with_extension(ALTERNATIVE_NAMES, false, names)
}

/// The certificate of the operator's authority with these name constraints, encoded.
fn constrained(lists: &[u8]) -> Draft {
    Draft::internal().with_extension(NAME_CONSTRAINTS, true, element(SEQUENCE, lists))
}

/// One element of DER, short enough for one byte of length.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).ok().filter(|it| *it < 0x80);
    [&[tag, length.expect("a short element")], content].concat()
}
