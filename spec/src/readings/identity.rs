//! Readings about who a participant is by its chains.

use super::{Reading, alt, at};
use crate::rules::Rule;

pub(super) const R_139: Reading = Reading {
    id: "R-139",
    title: "The bytes of tails in binding, statement and snapshot",
    place: at("4.6", "subsec:keyagreementidentity"),
    question: "All three are to include the tails of the chains of user, address and account. \
        Neither their order and encoding is given, nor how whoever checks comes by the tails \
        that somebody signed.",
    alternatives: &[
        alt(
            "own_layouts",
            "Three further fields, in that order, each an encoded tail or empty, in layouts with \
             tags of their own under the same context strings; the tails come beside each \
             signature.",
        ),
        alt("hashed", "One further field, the hash of all three."),
        alt(
            "recomputed",
            "The same fields; no tails are sent, those of the served chains are put in.",
        ),
    ],
    chosen: "own_layouts",
    why: "A signature with tails passes for none without, and the other way round, as the tags \
        differ. With the tails beside it a signature is checked before any chain is there, which \
        checks that go on during the meeting need; and a chain that does not fit is told from a \
        wrong signature.",
    policy: None,
    rules: &[
        Rule::BindingNamesTails,
        Rule::StatementNamesTails,
        Rule::SnapshotNamesTails,
        Rule::ChainsAsStated,
        Rule::ChainsAsBound,
    ],
};

pub(super) const R_140: Reading = Reading {
    id: "R-140",
    title: "Who has no address, no account or no chain",
    place: at("4.6", "subsec:keyagreementidentity"),
    question: "Three chains are fetched. A user may have no account, one may have no address \
        yet, and a guest has no chain at all. What is checked and displayed of them is not said, \
        nor how an account is known to be the user's.",
    alternatives: &[
        alt(
            "as_the_chain_says",
            "A missing chain has an empty tail. Address and account are left out only where the \
             user's chain never had one, or discloses that there is none; an account is \
             displayed where that chain discloses it. A guest is displayed as nobody.",
        ),
        alt("all_or_nobody", "Who lacks one of the three chains is displayed as nobody."),
        alt("as_served", "What the server does not give is left out."),
    ],
    chosen: "as_the_chain_says",
    why: "The server must not choose which part of an identity is seen: by leaving out the \
        account it would make a stranger of a colleague, and hide who changed accounts. As the \
        binding is over the empty tails too, nobody is made a guest who did not join as one.",
    policy: None,
    rules: &[Rule::AccountOfUser, Rule::MissingIsNone, Rule::GuestNameless],
};

pub(super) const R_141: Reading = Reading {
    id: "R-141",
    title: "What may have come after an attestation",
    place: at("4.6", "subsec:keyagreementidentity"),
    question: "An attestation over older tails serves unless a later link revokes the device in \
        use or changes address or account. Whether a link counts that sets what was set already, \
        and what later links of the chains of address and account mean, is not said.",
    alternatives: &[
        alt(
            "any_change",
            "Every later change of address or account in the user's chain counts, whatever it is \
             to, and so does every later link of the address's chain; the account's chain may go \
             on.",
        ),
        alt("other_values", "Only a change that leaves another address or account than before."),
        alt("all_tails", "The tails must be those of today."),
    ],
    chosen: "any_change",
    why: "An address that went to somebody else and came back is not the one that was vouched \
        for, and what lay between may not be disclosed. Each link of an address's chain says \
        anew whose the address is. Those of an account say nothing of the user; whether its newest \
        provider is the one that vouches is not asked for. Another address or account is refused \
        anyway, by the address in the token and the tail that lies on no chain.",
    policy: None,
    rules: &[Rule::AttestedOnChains, Rule::NothingChangedSince],
};

pub(super) const R_142: Reading = Reading {
    id: "R-142",
    title: "Which devices of a chain count",
    place: at("4.6", "subsec:keyagreementidentity"),
    question: "The user's chain is said to include the identity key of the binding. Whether a \
        key counts that was replaced or whose device is revoked, and whether the device's \
        identifier must be the one in the binding, is not said. Nor is whose key the snapshot \
        has: each device is to get an attestation for its own (subsec:idpattestationmeetings), \
        and devices are to share one that has tails (subsec:snapshots).",
    alternatives: &[
        alt(
            "present_key",
            "In the meeting the present key of a device that is not revoked, identifiers not \
             compared; in the snapshot any key that the chain has or had.",
        ),
        alt("own_attestation", "The same, and the snapshot has the key of the binding."),
        alt("with_identifier", "The first, and the device's identifier is the hardware ID."),
        alt("any_key", "In both any key that the chain ever had."),
    ],
    chosen: "present_key",
    why: "A revoked device is to join no meeting as its user, and a replaced key may be in other \
        hands. That identifiers of both kinds are one the text does not say. The tails vouch for \
        every device up to them (R-149), and a later rotation of keys is not among the reasons to \
        refuse an attestation; whoever shows it signs it with the key of the binding anyway.",
    policy: None,
    rules: &[Rule::KeyNotReplaced, Rule::DeviceInUseActive, Rule::SnapshotKeyOfUser],
};

pub(super) const R_149: Reading = Reading {
    id: "R-149",
    title: "Which devices an attestation of tails vouches for",
    place: at("4.6", "subsec:snapshots"),
    question: "An attestation over older tails serves unless a later link revokes the device in \
        use or changes address or account (subsec:keyagreementidentity); that would be so too of a \
        device that was added later. But an attestation of tails does not count while the user has \
        not reviewed new devices. How whoever is shown it can tell is not said.",
    alternatives: &[
        alt(
            "approved",
            "The device in use was there at the tail, or is of the approval class of one that was.",
        ),
        alt("there", "The device in use was there at the tail."),
        alt("any", "Whichever device of the chain is in use."),
    ],
    chosen: "approved",
    why: "Anybody who adds a device to the chain, the server too, could show with it what the user \
        once got (F-19). An approval by a device that was there is what the chain has for a \
        review. It is no stronger than approvals are: see F-18.",
    policy: None,
    rules: &[Rule::DeviceReviewed],
};
