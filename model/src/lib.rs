//! How the protocol runs: machine, algebras, stage, adversary, exploration, properties.
//!
//! One machine runs over two algebras: [`algebra::Bytes`] (real cryptography) and
//! [`algebra::Terms`] (symbolic). Nothing here knows a vector file or an adapter;
//! `conclave-conformance` does.

pub mod algebra;
pub mod attestation;
pub mod certificate;
pub mod client;
pub mod contacts;
pub mod escrow;
pub mod explore;
pub mod family;
pub mod for_user;
mod guard;
pub mod harm;
pub mod identity;
pub mod json;
pub mod knowledge;
pub mod ladder;
pub mod ledger;
pub mod machine;
pub mod message;
pub mod properties;
pub mod rooms;
pub mod schedule;
pub mod script;
pub mod sequence;
pub mod shared;
pub mod sigchain;
pub mod stage;
pub mod transparency;
pub mod user_content;
pub mod values;
pub mod world;

pub use algebra::Algebra;
pub use client::Client;
