//! Readings about the certificates of the server's key.

use super::{Reading, alt, at};
use crate::rules::Rule;

pub(super) const R_134: Reading = Reading {
    id: "R-134",
    title: "What makes a chain of certificates",
    place: at("4.6", "subsubsec:servercert"),
    question: "A chain from the pinned root leads to the server's key. Neither the \
        algorithms are said, nor what of the standard of certificates a client holds a chain to, \
        nor how the statement is signed by a key of another kind than the clients'.",
    alternatives: &[
        alt(
            "ed25519",
            "Every key and signature is Ed25519, the statement is signed like everything else \
             (R-08). Of RFC 5280 a chain is held to what the rules say.",
        ),
        alt(
            "as_issued",
            "RSA and ECDSA too, as public authorities issue them; each kind of key has its own \
             way to sign a statement.",
        ),
    ],
    chosen: "ed25519",
    why: "One kind of key leaves no algorithm to choose and the statement's bytes as they \
        are. The context of the statement keeps it apart from what the key signs elsewhere. The \
        roots that the paper names are presumably not Ed25519, so the chains that are deployed \
        presumably fail here. \
        Where the standard lets extensions be left out, one that says what a key is for is asked \
        for. What is critical and not known is refused, as the standard says. Not all of the \
        standard is here: no policies are processed, names are compared byte by byte, name \
        constraints are of domains alone, who is no authority may have a key for certificates, \
        and an authority that signs responses needs no key for digital signatures. Of the root \
        only name and key count: it is trusted because it was shipped.",
    policy: None,
    rules: &[
        Rule::ChainReadable,
        Rule::ChainSigned,
        Rule::ChainNamesIssuers,
        Rule::IntermediateMayIssue,
        Rule::PathLengthKept,
        Rule::ServerKeySigns,
        Rule::ChainForServers,
    ],
};

pub(super) const R_135: Reading = Reading {
    id: "R-135",
    title: "Who signs a stapled response, and of which certificates",
    place: at("4.6", "subsubsec:servercert"),
    question: "Responses are stapled to the intermediate certificates. Who signs them but \
        the issuer, how they name a certificate, what becomes of one that the issuer does not \
        know, and whether the server's own needs one is not said.",
    alternatives: &[
        alt(
            "issuer",
            "The issuer itself, in one answer, which names the certificate by SHA-256 and serial \
             number and says that it is good; the server's certificate needs none.",
        ),
        alt(
            "delegate",
            "Also a responder to which the issuer gave a certificate for that purpose.",
        ),
        alt("server_too", "The server's certificate needs a response as well."),
        alt("sha_1", "A response may name the certificate by SHA-1 too, as most do."),
        alt("unknown_taken", "Only who is revoked is refused, not who the issuer does not know."),
    ],
    chosen: "issuer",
    why: "A delegate is one more key whose revocation somebody would have to ask for. The \
        text asks for responses on intermediates; a server's key is short-lived instead. SHA-1, \
        which the standard began with, names nothing that it should. Who does not know a \
        certificate does not say that it was not revoked.",
    policy: None,
    rules: &[Rule::OcspStapled, Rule::OcspReadable, Rule::OcspKnown],
};

pub(super) const R_136: Reading = Reading {
    id: "R-136",
    title: "How long certificates and responses count",
    place: at("4.6", "subsubsec:servercert"),
    question: "A server's key is valid for a week. What of it a client can check, how old a \
        response may be, and how far the clock of who made it may be from the client's is not \
        said.",
    alternatives: &[
        alt(
            "as_written",
            "A response has an end, and counts from its first to its last second, without \
             tolerance; a server's period is a week at most.",
        ),
        alt("tolerant", "A response counts some minutes before and after its period too."),
        alt("max_age", "A response counts for some days at most, whatever end it has."),
    ],
    chosen: "as_written",
    why: "The periods are the issuer's word, and no other number is given: of a response of \
        long ago that ends in a far year nothing is refused. One that never ends would hide every \
        later revocation. That a certificate counts in its period, first and last second \
        included, is the standard's and no question. That keys change daily is the operator's \
        duty: a client that sees one key for a week sees nothing wrong.",
    policy: None,
    rules: &[Rule::ServerKeyLivesAWeek, Rule::OcspCurrent],
};

pub(super) const R_137: Reading = Reading {
    id: "R-137",
    title: "What authorizes a certificate for the domain",
    place: at("4.6", "subsubsec:servercert"),
    question: "Only certificates for one domain are trusted. Where a certificate says its \
        domain, and whether a wildcard or a domain above it will do, is not said.",
    alternatives: &[
        alt(
            "exact",
            "One of the alternative names is the domain, capitals or not, and the authorities' \
             name constraints permit every name.",
        ),
        alt("wildcard", "A name that begins with an asterisk stands for one label too."),
        alt("common_name", "The common name of the subject counts as well."),
    ],
    chosen: "exact",
    why: "One domain is meant, so one name is asked for. The common name is not for domains \
        any more, and name constraints do not reach it.",
    policy: None,
    rules: &[Rule::ServerOfDomain, Rule::NamesPermitted],
};
