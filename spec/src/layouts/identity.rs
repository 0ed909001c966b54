//! What is signed of a participant whose chains are looked at (4.6, subsec:keyagreementidentity;
//! reading R-139): the fields of the layouts without tails, and behind them the encoded tails of the
//! chains of user, address and account. The tail of a chain without links is empty.

use super::{Field, ID_MAX, Layout, Width, always, by};
use crate::rules::Rule;

/// Room for an encoded tail.
const TAIL: Width = Width::AtMost(128);

const fn bound(name: &'static str) -> Field {
    by(Rule::BindingNamesTails, name, TAIL)
}

const fn stated(name: &'static str) -> Field {
    by(Rule::StatementNamesTails, name, TAIL)
}

const fn vouched(name: &'static str) -> Field {
    by(Rule::SnapshotNamesTails, name, TAIL)
}

/// What a key announcement with tails signs.
pub const BINDING: Layout = Layout {
    tag: "conclave/binding-with-tails",
    fields: &[
        by(Rule::BindingNamesMeeting, "meeting_id", Width::Text(ID_MAX)),
        by(Rule::BindingNamesInstance, "meeting_uuid", Width::Exactly(16)),
        by(Rule::BindingNamesUser, "user_id", Width::Text(ID_MAX)),
        by(Rule::BindingNamesDevice, "hardware_id", Width::Text(ID_MAX)),
        by(Rule::BindingNamesIdentityKey, "ivk", Width::Exactly(32)),
        by(Rule::BindingNamesEphemeralKey, "pk", Width::AtMost(32 + 1184)),
        bound("user_tail"),
        bound("email_tail"),
        bound("account_tail"),
    ],
};

/// What the server signs about a client, with tails.
pub const STATEMENT: Layout = Layout {
    tag: "conclave/statement-with-tails",
    fields: &[
        by(Rule::StatementNamesInstance, "meeting_uuid", Width::Exactly(16)),
        by(Rule::StatementNamesUser, "user_id", Width::Text(ID_MAX)),
        by(Rule::StatementNamesDevice, "hardware_id", Width::Text(ID_MAX)),
        by(Rule::StatementNamesIdentityKey, "ivk", Width::Exactly(32)),
        stated("user_tail"),
        stated("email_tail"),
        stated("account_tail"),
    ],
};

/// The state of an identity that a provider vouches for, with tails.
pub const SNAPSHOT: Layout = Layout {
    tag: "conclave/snapshot-with-tails",
    fields: &[
        always("ivk", Width::Exactly(32)),
        vouched("user_tail"),
        vouched("email_tail"),
        vouched("account_tail"),
    ],
};
