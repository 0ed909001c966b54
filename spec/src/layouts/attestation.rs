//! Attestations of identity providers, and the tokens that share them (4.6, sec:idpattestations,
//! subsec:idpattestationmeetings; readings ).

use super::{ID_MAX, Layout, Width, always, by};
use crate::rules::Rule;

/// The longest attestation, in bytes.
pub const TOKEN_MAX: usize = 16_384;

/// What the holder of an attestation signs with the identity key it joined with.
pub const ATTESTATION_SIGNED: Layout = Layout {
    tag: "conclave/attestation-signed",
    fields: &[
        by(Rule::AttestationSigNamesToken, "attestation", Width::Text(TOKEN_MAX)),
        by(Rule::AttestationSigNamesDomain, "adn", Width::Text(ID_MAX)),
    ],
};

/// The state of a user's identity that a provider vouches for, as far as meetings have one.
pub const SNAPSHOT: Layout =
    Layout { tag: "conclave/identity-snapshot", fields: &[always("ivk", Width::Exactly(32))] };

/// What a sharing token is computed of. `with_email` is 1 or 0; the time is in seconds since 1970.
pub const SHARING: Layout = Layout {
    tag: "conclave/identity-sharing",
    fields: &[
        by(Rule::SharingNamesAddress, "with_email", Width::U32),
        by(Rule::SharingNamesTime, "issued_s", Width::U64),
    ],
};
