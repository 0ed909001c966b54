//! Readings about what a client shows of devices and chains, what it writes, and what others seal for
//! a user.

use super::{Reading, alt, at};
use crate::rules::Rule;

pub(super) const R_164: Reading = Reading {
    id: "R-164",
    title: "Since when something is new, and what counts as a change",
    place: at("4.6", "subsubsec:devicemgmt"),
    question: "A user is told of devices that are new from an older device's perspective, also of \
        those that were revoked since, and of changes of the address. Since when that is, whether \
        a change back or to the same counts, and whether what the device itself signed does, is not \
        said.",
    alternatives: &[
        alt(
            "links_since_shown",
            "Every link behind the tail that this device last showed its user, as the device keeps \
             it; also those that it signed itself.",
        ),
        alt(
            "links_since_processed",
            "Every link behind the tail up to which it checked the chain.",
        ),
        alt("states", "What differs between the state of that time and the state of now."),
    ],
    chosen: "links_since_shown",
    why: "Clients also go through links in the background; a notice that hangs on what was checked \
        is lost when nobody looked, and one that hangs on what the server says was shown is for the \
        server to lose. Between two equal states a device can have come, read and gone, and an \
        address been another user's. A link that the device's own key signed and that the device did \
        not write is the best sign that the key is in other hands; a client that writes one moves \
        the tail itself. What is shown on one device says nothing of another. The paper shows no \
        notice of rotations of escrow devices, since only devices that are trusted could make them; \
        of one by a device that is not (finding F-18) that does not hold, and there is a notice.",
    policy: None,
    rules: &[Rule::ChangesTold, Rule::NewSinceShown, Rule::AddressChangeTold, Rule::TakenOverTold],
};

pub(super) const R_165: Reading = Reading {
    id: "R-165",
    title: "Whose signature is the user's",
    place: at("2.3.1", "4.2"),
    question: "A client marks what came and went by a signature of the user, and older devices ask \
        about new ones that are not trusted. A new device is added by its own signature alone, \
        and may revoke any other in the same link; the server can make one. Which signatures are \
        the user's, and which devices are not trusted, is not said.",
    alternatives: &[
        alt(
            "trusted_by_viewer",
            "Those of devices that the viewing device trusts: of its class, or older than it and \
             there when it was set up, and not given keys since by a device from outside their class. \
             The user is asked about all others, new or not.",
        ),
        alt(
            "any_device",
            "Those of every device of the chain; the user is asked about new devices.",
        ),
    ],
    chosen: "trusted_by_viewer",
    why: "Whoever has the user's password, or runs the server, has devices on the chain that sign. \
        Under the second answer such a device can revoke the user's devices and be shown as the \
        user; and one that was waved off once would never be asked about again. That later devices \
        trust the earlier ones that they did not revoke is the paper's assumption. A class says whom \
        devices approved, not whose the keys are: any device may give an escrow device its own \
        (finding F-18), which then approves in the name of the class.",
    policy: None,
    rules: &[Rule::TrustedIsUser, Rule::TakenOverNotUser, Rule::ReviewAsked],
};

pub(super) const R_166: Reading = Reading {
    id: "R-166",
    title: "Whether an address was ever another user's",
    place: at("4.6", "3.5.4"),
    question: "Users are to be able to find out whether their address was ever another user's, and \
        those who dealt with an address are told when another user takes it over. Users stand \
        behind commitments, which the server may not disclose; an address may be given back.",
    alternatives: &[
        alt(
            "every_link",
            "By every link of its chain; where one is not disclosed nobody knows. Who dealt with \
             the address is told of any other user since, also of one before the last link.",
        ),
        alt("disclosed", "By the links that are disclosed."),
        alt("last", "Who dealt with the address is told by the last link alone."),
    ],
    chosen: "every_link",
    why: "A server that lent an address out would disclose all but that. What was sent to the \
        address in between went to another, whoever has it now.",
    policy: None,
    rules: &[Rule::TakeoverTold, Rule::UntoldIsUnknown],
};

pub(super) const R_167: Reading = Reading {
    id: "R-167",
    title: "What a membership chain says of a user",
    place: at("4.6", "3.5.6"),
    question: "AccountChange has the number of a link of the membership chain and the place in it, \
        from 0 or from 1. Clients do not go by these chains; what one would conclude is not said.",
    alternatives: &[
        alt(
            "as_far_as_disclosed",
            "The place counts from 0. The user was added there, and is a member still if every \
             removal since is disclosed and none is the user's.",
        ),
        alt("named_is_member", "Whoever is named there is a member until a removal is disclosed."),
    ],
    chosen: "as_far_as_disclosed",
    why: "Removals are hidden too, and the server discloses what it likes. Disclosing all of them \
        tells of every former member, so a client will mostly know no more than that the user was \
        added; and nothing keeps the server from serving another chain to somebody else. Lists of \
        links count from 0 elsewhere.",
    policy: None,
    rules: &[Rule::MemberAtPlace, Rule::MemberUnlessHidden],
};

pub(super) const R_168: Reading = Reading {
    id: "R-168",
    title: "How a client writes a link",
    place: at("4.6", "subsubsec:devicemgmt"),
    question: "A user looks over a list and approves. BatchApprove names no device: it covers all \
        that are there when it is written, and the chain may have grown since the user looked. \
        Whether keys come where they may, and in which order devices are revoked, is open too.",
    alternatives: &[
        alt(
            "as_shown",
            "A link that approves or trusts is written only if no device was added, and none given \
             keys from outside its class, since what the user was shown. Keys come only where they must; the oldest device is revoked first.",
        ),
        alt("newest", "It is written behind the newest link, whatever came in between."),
    ],
    chosen: "as_shown",
    why: "Under the second answer a server that adds a device between look and tap has it approved \
        by the user's own signature, and every earlier seed sealed for it; so has one that gives an \
        escrow device other keys. It costs the user a second look. The rest is there so that two \
        clients write the same bytes.",
    policy: None,
    rules: &[Rule::ApprovesShown, Rule::ApprovesShownKeys],
};

pub(super) const R_169: Reading = Reading {
    id: "R-169",
    title: "The box for another user",
    place: at("4.6", "subsubsec:puks"),
    question: "The key pairs of a user serve to encrypt for the user, in the hybrid way where there \
        are Kyber keys, and recipients can check that a device of the author signed. Format and \
        contexts are those of the products, and only said of mail.",
    alternatives: &[
        alt(
            "fresh_pair",
            "The box of meetings from keys that are drawn for it, with two contexts of its own; the \
             metadata are author, device, user and generation. A device of the author signs it whole.",
        ),
        alt("device_pair", "The same from the long-term keys of the author's device."),
        alt("signed_inside", "The signature is over what is sealed, and is sealed with it."),
    ],
    chosen: "fresh_pair",
    why: "Mail draws keys for each message, and so an author whose device has no Kyber key can seal \
        for one who has. The box itself must name the author, or whoever takes the signature off \
        can put an own one on; its device, or another one on the author's chain can do so, and what \
        a revoked device sealed looks as if an active one had; and the user, since nobody proves to have the secrets of the \
        per-user keys in its chain: who publishes another's keys as its own could pass what it is \
        sent on to the other, who reads it as meant for itself. A signature inside that does not \
        name the user would let a recipient seal it again for somebody else.",
    policy: None,
    rules: &[
        Rule::UserBoxOpens,
        Rule::UserBoxNamesAuthor,
        Rule::UserBoxNamesDevice,
        Rule::UserBoxNamesRecipient,
    ],
};

pub(super) const R_170: Reading = Reading {
    id: "R-170",
    title: "Sealing for a user whose keys are stale",
    place: at("4.6", "3.11.5"),
    question: "After a device revoked itself or the server revoked one, a user's keys are stale \
        until another device is online. The paper says that what is encrypted meanwhile can be \
        read with the revoked device by who can read at the server, and not what a sender does.",
    alternatives: &[
        alt("refused", "Nothing is sealed until the user's chain has new keys."),
        alt("sealed", "It is sealed under the newest keys there are."),
    ],
    chosen: "refused",
    why: "The sender sees in the chain that a device which is gone has the key, as the user's own \
        devices do, which seal nothing then. It costs waiting for a device of the user to come \
        online; the paper takes the risk instead, and calls it a limitation. A client that goes by \
        the paper seals, so the rule is a should, and such a client gets advice.",
    policy: None,
    rules: &[Rule::SealedUnderFresh],
};

pub(super) const R_171: Reading = Reading {
    id: "R-171",
    title: "What a device signed that is revoked",
    place: at("4.6", "3.11.4"),
    question: "Nobody can tell whether a device signed before or after it was revoked; the \
        interface may say so. Whether it is read at all, and what of keys that were rotated, is \
        said of mail alone, which is read.",
    alternatives: &[
        alt(
            "read_and_shown",
            "It is read, and shown as of a revoked device; what an earlier key of an active device \
             signed is shown as of a replaced key.",
        ),
        alt("refused", "It is refused."),
    ],
    chosen: "read_and_shown",
    why: "Otherwise a user who replaces a phone makes all that it ever sent unreadable. The chain \
        says that something is amiss, and the user is told.",
    policy: None,
    rules: &[Rule::RevokedSignerShown],
};
