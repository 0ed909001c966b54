//! What a certificate and a response are, to be read at all.

use conclave_model::sigchain::build::bytes;
use x509_cert::{Certificate, Version, der::asn1::ObjectIdentifier, serial_number::SerialNumber};
use x509_ocsp::{OcspResponse, ResponderId};

use super::{
    super::authority::{encoded, octets, unknown},
    Answer, Cases, Draft, NOW_S, Octets, Rule, Scene,
};

/// How many bytes an entry of a list has at the most.
const BYTES_MAX: usize = 16_384;
/// Another algorithm of signatures.
const ED448: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.113");

pub(super) fn certificates(scene: &Scene, cases: &mut Cases<'_>) {
    let readable = Rule::ChainReadable;
    let server = |alter: fn(&mut Certificate)| Draft::server().altered(alter);
    let numbered =
        |number: usize| Draft::server().but(|it| it.serial_number = Some(vec![1; number].into()));
    for (name, title, certificate) in [
        (
            "as-long-as-may-be",
            "A certificate of 16,384 bytes is not too long",
            of_length(BYTES_MAX),
        ),
        ("number-of-20-bytes", "A serial number may have 20 bytes", numbered(20).der()),
    ] {
        cases.taken(
            &format!("server-chain-{name}"),
            title,
            scene.with(0, certificate),
            &[readable],
        );
    }
    let unused = with_unused_bit(|number| {
        Draft::server().but(|it| it.serial_number = Some(vec![number].into())).der()
    });
    for (name, title, certificate) in [
        ("one-byte-too-long", "of 16,385 bytes", of_length(BYTES_MAX + 1)),
        ("number-of-21-bytes", "with a serial number of 21 bytes", numbered(21).der()),
        (
            "number-zero",
            "with the serial number zero",
            server(|it| it.tbs_certificate.serial_number = SerialNumber::new(&[0]).expect("zero")),
        ),
        ("version-1", "of version 1", server(|it| it.tbs_certificate.version = Version::V1)),
        (
            "algorithm-outside",
            "with another algorithm beside its signature",
            server(|it| it.signature_algorithm.oid = ED448),
        ),
        (
            "algorithm-inside",
            "with another algorithm in what is signed",
            server(|it| it.tbs_certificate.signature.oid = ED448),
        ),
        ("signature-unused-bit", "whose signature ends within a byte", unused),
    ] {
        let title = format!("A certificate {title} is refused");
        let inputs = scene.with(0, certificate);
        cases.refused(&format!("server-chain-{name}"), &title, inputs, readable);
    }
    let title = "A response of more than 16,384 bytes is refused";
    let inputs = scene.answered(vec![0; BYTES_MAX + 1].into());
    cases.refused("server-chain-response-too-long", title, inputs, readable);
}

pub(super) fn responses(scene: &Scene, cases: &mut Cases<'_>) {
    let readable = Rule::OcspReadable;
    let answer = Answer::about(&Draft::internal());
    let common = "server-chain-response-extension";
    let title = "An extension of a response that nobody knows is passed over";
    let extended = |critical| {
        let extensions = Some(vec![unknown(critical)]);
        scene.answered(answer.altered(|it| it.response_extensions = extensions))
    };
    cases.taken(common, title, extended(false), &[readable]);
    let which = ("server-chain-response-critical", "whether an unknown extension is critical");
    cases.pair(readable, common, which, extended(true), readable);
    let title = "Which responder a response names is no matter";
    let id = ResponderId::ByKey(octets(bytes("responder", 20)));
    let inputs = scene.answered(answer.altered(|it| it.responder_id = id));
    cases.taken("server-chain-response-by-key", title, inputs, &[Rule::OcspSigned]);
    for (name, title, response) in unreadable(&answer) {
        let name = format!("server-chain-response-{name}");
        let title = format!("A response {title} is refused");
        cases.refused(&name, &title, scene.answered(response), readable);
    }
}

fn unreadable(answer: &Answer) -> Vec<(&'static str, &'static str, Octets)> {
    let whole = answer.der();
    let whole = whole.as_slice();
    let unused =
        with_unused_bit(|days| Answer { this_s: NOW_S - u64::from(days), ..answer.clone() }.der());
    vec![
        ("cut", "whose last byte is missing", whole[..whole.len() - 1].into()),
        ("and-more", "with a byte behind it", [whole, &[0]].concat().into()),
        ("try-later", "that answers nothing", encoded(&OcspResponse::try_later()).into()),
        (
            "of-two",
            "with two answers",
            answer.altered(|it| it.responses.push(it.responses[0].clone())),
        ),
        (
            "answer-critical",
            "with something critical in its answer",
            answer.altered(|it| it.responses[0].single_extensions = Some(vec![unknown(true)])),
        ),
        (
            "extension-twice",
            "with an extension given twice",
            answer
                .altered(|it| it.response_extensions = Some(vec![unknown(false), unknown(false)])),
        ),
        ("before-1970", "that begins before 1970", answer.beginning(b"19691231235959Z")),
        ("signature-unused-bit", "whose signature ends within a byte", unused),
    ]
}

/// The server's certificate, made so long by an extension.
fn of_length(length: usize) -> Octets {
    const LESS: usize = 500;
    let with = |more| Draft::server().with_unknown(false, length - LESS + more).der();
    let certificate = with(length - with(0).len());
    assert_eq!(certificate.len(), length, "an extension fills a certificate");
    certificate
}

/// The first of these that may end a bit earlier, and does: the bit that is left over is zero.
fn with_unused_bit(made: impl Fn(u8) -> Octets) -> Octets {
    let mut numbered = (1..=u8::MAX).map(made);
    let even = numbered.find(|it| it.as_slice().last().is_some_and(|last| last % 2 == 0));
    let mut der = even.expect("one of many signatures is even").into_vec();
    // The signature ends it: 64 bytes, and how many bits are left over before them.
    let at = der.len() - 65;
    assert_eq!(der[at - 2..=at], [3, 65, 0], "a signature of whole bytes ends it");
    der[at] = 1;
    der.into()
}
