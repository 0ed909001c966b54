//! Readings about sealing, numbering and rotating the meeting key.

use super::{Reading, alt, at};
use crate::rules::Rule;

pub(super) const R_04: Reading = Reading {
    id: "R-04",
    title: "A shared secret of zero",
    place: at("2.3.1", "3.5.2 Box.Enc step 2"),
    question: "A public key of small order makes the Diffie-Hellman result zero, whatever the \
        secret key. The paper does not say what follows; the named library fails.",
    alternatives: &[
        alt("refuse", "A public key that makes the result zero is refused, sealing or opening."),
        alt("accept", "The zero result is used like any other."),
    ],
    chosen: "refuse",
    why: "The library's failure has to go somewhere, and a key sealed under a secret that \
        everybody knows is sealed to nobody. A key of another width than 32 bytes, or 1,216 in the \
        hybrid suite, gives no result at all and is refused the same way.",
    policy: None,
    rules: &[Rule::AgreementContributory],
};

pub(super) const R_05: Reading = Reading {
    id: "R-05",
    title: "The key to encrypt under, and how long about two seconds is",
    place: at("2.3.1", "3.7.6"),
    question: "A participant waits about two seconds before it encrypts under a new key. How much \
        less or more still counts, and what it does when a further key comes during the wait, is \
        not said.",
    alternatives: &[
        alt(
            "newest_waited",
            "Each key has a wait of its own, 1 to 5 s; the newest waited one is used.",
        ),
        alt("restart", "A further key starts the wait anew, and the ones between are never used."),
        alt("newest_at_once", "When the first wait ends, the newest key is used, however young."),
    ],
    chosen: "newest_waited",
    why: "Every key gives its slowest receiver the time the paper asks for, and no stream of \
        keys can hold a participant on an old one; each of the others fails one of the two. One second is the least that still gives that \
        time and five the most that is still about two.",
    policy: None,
    rules: &[Rule::UseNewestKey, Rule::WaitBeforeUse],
};

pub(super) const R_06: Reading = Reading {
    id: "R-06",
    title: "How long a superseded key decrypts",
    place: at("2.3.1", "3.7.6; 3.9"),
    question: "After a rotation packets under the old key still arrive, and each packet names its \
        key. 2.3.1 and 3 do not say when the old key is given up; 4.1 says ten seconds after the \
        newer one arrives.",
    alternatives: &[
        alt("ten_seconds", "Ten seconds from the arrival of the newer key, then it is erased."),
        alt("meeting", "Until the meeting ends, when all keys are discarded."),
        alt("at_switch", "Until the client itself encrypts under the newer key."),
    ],
    chosen: "ten_seconds",
    why: "Keys kept to the end let who left inject old-key packets all along. Giving the key up at \
        the switch cuts off senders whose wait is longer. The later paper's number is longer than \
        the longest wait and still short.",
    policy: None,
    rules: &[Rule::OldKeyExpires],
};

pub(super) const R_16: Reading = Reading {
    id: "R-16",
    title: "Whether the first key is waited for",
    place: at("2.3.1", "3.7.6"),
    question: "The wait is stated for a new meeting key. Whether the first key of a participant \
        that has just joined is one is not said.",
    alternatives: &[
        alt("no_wait", "The first key is used at once."),
        alt("wait", "The first key is waited for like any other."),
    ],
    chosen: "no_wait",
    why: "The wait serves to move over from an older key. A joiner has none, so waiting would \
        only silence it, and rekeying is not to delay a joiner.",
    policy: Some("first_key_wait"),
    rules: &[Rule::WaitBeforeUse],
};

pub(super) const R_17: Reading = Reading {
    id: "R-17",
    title: "A join inside the throttle",
    place: at("2.3.1", "3.7.6"),
    question: "The leader rekeys when a participant enters, but not more often than every 15 \
        seconds. Whether an entry inside those seconds is made up for later, or is served with \
        the present key and forgotten, is not said.",
    alternatives: &[
        alt("deferred", "The rotation is owed and comes when the throttle ends."),
        alt("dropped", "The joiner is given the present key and no rotation follows for it."),
    ],
    chosen: "deferred",
    why: "The throttle is there against thrashing, not against rekeying, and one rotation at its \
        end serves all who entered during it. Without it a joiner stays in possession of a key \
        from before its time.",
    policy: None,
    rules: &[Rule::RotateOnJoin, Rule::RotationThrottled],
};

pub(super) const R_18: Reading = Reading {
    id: "R-18",
    title: "A sealed key without a number",
    place: at("2.3.1", "3.7.6"),
    question: "In 2.3.1 the number of a key is sent with the list heartbeat and the seal has \
        none. A participant can open a key and not know its number, or see a number rise with no \
        key for it. How one finds the other is not said.",
    alternatives: &[
        alt(
            "hold_latest",
            "Each newer number calls for one key; the latest that came before it is held.",
        ),
        alt("count", "The client numbers the keys itself, in the order they arrive."),
        alt("try_packets", "The key is matched to the first packet it decrypts."),
    ],
    chosen: "hold_latest",
    why: "The announcement is the only source of numbers that version has. Counting goes wrong \
        for good when one key is lost. That the pairing rests on order of arrival is a weakness \
        of the version, which 3 repairs by sealing the number.",
    policy: None,
    rules: &[Rule::SealOpens, Rule::NumberFromHeartbeat],
};

pub(super) const R_22: Reading = Reading {
    id: "R-22",
    title: "How much a number must rise",
    place: at("3", "3.7.6"),
    question: "The leader raises the number by one; a receiver checks that it is greater. Whether \
        a receiver accepts a gap is left to the word.",
    alternatives: &[
        alt("greater", "Any greater number is accepted."),
        alt("successor", "Only the next number is accepted."),
    ],
    chosen: "greater",
    why: "It is the word used, and a receiver that missed one rotation would otherwise refuse \
        every later one.",
    policy: None,
    rules: &[Rule::SeqIncreases, Rule::SeqByOne],
};

pub(super) const R_23: Reading = Reading {
    id: "R-23",
    title: "Whether the leader waits too",
    place: at("2.3.1", "3.7.6"),
    question: "Participants wait before they encrypt under a new key. Whether the leader, who has \
        it before all others, counts as a participant here is not said.",
    alternatives: &[
        alt("waits", "The leader waits like every participant."),
        alt("at_once", "The leader encrypts under the new key at once."),
    ],
    chosen: "waits",
    why: "The purpose named is that all move over smoothly. A leader that does not wait is the \
        one sender whose packets nobody can read yet.",
    policy: Some("leader_wait"),
    rules: &[Rule::WaitBeforeUse, Rule::LeaderUsesAtOnce],
};

pub(super) const R_25: Reading = Reading {
    id: "R-25",
    title: "Two devices of one user",
    place: at("2.3.1", "3.7.4 steps 7 and 11"),
    question: "The binding names the device, but the metadata and the address of a sealed key \
        name only users. Two devices of one user share both.",
    alternatives: &[
        alt(
            "address_by_device",
            "Metadata as printed; the posted key is addressed to user and device.",
        ),
        alt(
            "users_only",
            "Metadata and address as printed; a device tries each key sent to its user.",
        ),
        alt("device_in_meta", "The hardware ID goes into the metadata too."),
    ],
    chosen: "address_by_device",
    why: "The sealed bytes stay those of the paper. The address is outside the seal, so it adds \
        no claim; what tells the devices apart is that each has an ephemeral key of its own.",
    policy: None,
    rules: &[Rule::MetaNamesLeader, Rule::MetaNamesRecipient],
};

pub(super) const R_27: Reading = Reading {
    id: "R-27",
    title: "A leave inside the throttle",
    place: at("2.3.1", "3.7.6"),
    question: "The throttle is stated for entering and leaving alike, which lets the rotation \
        after a leave be late by its full length. Whether a leave may override it is not said.",
    alternatives: &[
        alt(
            "throttled",
            "The rotation comes when the throttle ends, at most 15 s after the leave.",
        ),
        alt("immediate", "A leave rotates at once, throttle or not."),
    ],
    chosen: "throttled",
    why: "It is what the sentence says, and 3 confirms it by conceding that who leaves may read \
        on for 15 seconds.",
    policy: Some("leave_in_throttle"),
    rules: &[Rule::RotateOnLeave, Rule::RotationThrottled],
};

pub(super) const R_33: Reading = Reading {
    id: "R-33",
    title: "When the first meeting key is made",
    place: at("2.3.1", "3.7.3 step 2; figure 1"),
    question: "The text has the leader generate a key when it joins. The figure has it generate \
        the key after a participant's bundle has arrived.",
    alternatives: &[
        alt("at_leader_join", "The key with number 1 exists once the leader has joined."),
        alt("at_first_participant", "The key with number 1 is made for the first participant."),
    ],
    chosen: "at_leader_join",
    why: "The steps are exact and the figure shows one participant's way in. A first participant \
        who enters late is still given no old key: the limit on a joiner's key asks for a \
        rotation.",
    policy: None,
    rules: &[Rule::SeqByOne, Rule::RotationFresh],
};

pub(super) const R_36: Reading = Reading {
    id: "R-36",
    title: "What the rekey signal is",
    place: at("2.3.1", "3.7.6"),
    question: "Participants see a signal to rekey on the signaling channel and then decrypt. What \
        it contains, and whether a sealed key without it counts, is not said; nothing signs it.",
    alternatives: &[
        alt("arrival", "The arrival of a sealed key is the signal."),
        alt("separate", "A message of its own; a sealed key before it is left alone."),
    ],
    chosen: "arrival",
    why: "The server carries both and can forge or withhold an unsigned message, so a client \
        that insists on it is no safer.",
    policy: None,
    rules: &[Rule::SealOpens],
};

pub(super) const R_60: Reading = Reading {
    id: "R-60",
    title: "How long a leader may wait for further joiners",
    place: at("4.1", "subsubsec:keyrotation"),
    question: "When several join in short succession the leader may wait a short time and add all \
        at once. How short, and whether each further joiner prolongs it, is not said.",
    alternatives: &[
        alt("two_seconds", "At most two seconds after the first joiner, however many follow."),
        alt("sliding", "Two seconds after the last joiner."),
        alt("at_once", "Every join rotates at once."),
    ],
    chosen: "two_seconds",
    why: "A joiner has no key until the rotation, so the wait is one that users hear. If each \
        joiner prolonged it, a stream of them could hold a leave's rotation and all earlier \
        joiners up for good. The reference itself rotates at once.",
    policy: None,
    rules: &[Rule::JoinBatchBounded],
};

pub(super) const R_64: Reading = Reading {
    id: "R-64",
    title: "What the ten seconds of an old key begin with",
    place: at("4.1", "subsubsec:liveness"),
    question: "The old key is given up ten seconds after the newer one is received. From 5.12 on \
        senders use the newer one only when a heartbeat certifies it, which may come ten seconds \
        after the key, and then they may still wait two.",
    alternatives: &[
        alt("receipt", "With the arrival of the newer key."),
        alt("certificate", "With the heartbeat that certifies the newer number."),
    ],
    chosen: "receipt",
    why: "It is what the sentence says. It can leave a hole of some seconds in which a sender is \
        right to use a key that its receiver has erased; the hardened profile counts from the \
        certificate, whether or not the key has come.",
    policy: None,
    rules: &[Rule::OldKeyExpires],
};

pub(super) const R_77: Reading = Reading {
    id: "R-77",
    title: "A certified number without its key",
    place: at("4.1", "subsubsec:keyrotation"),
    question: "A heartbeat may certify a number whose key never reaches a participant. Whether it \
        stays, and under which key it encrypts, is not said.",
    alternatives: &[
        alt("stay", "It stays and encrypts under the newest certified key that it holds, if any."),
        alt("mute", "It encrypts under nothing until the key is there."),
        alt("mute_and_deaf", "Besides, it plays nothing after the time of the old key."),
        alt("leave", "It leaves after the time of the old key."),
    ],
    chosen: "stay",
    why: "Everybody it encrypts for was on the list certified for the key that it uses, and the \
        list it shows still names who left since. A server that withholds the next key keeps \
        the client under an older one for as long as it hands on heartbeats; behind \
        rotations and changes of the leader that is without bound (ATK-ZM-06B, ATK-ZM-07B). Under \
        the hardened profile the older key runs out by the certificate, and the client leaves with \
        its last key.",
    policy: None,
    rules: &[
        Rule::UseNewestKey,
        Rule::KeyAwaitsHeartbeat,
        Rule::OldKeyExpires,
        Rule::LeaveWithoutKey,
    ],
};

pub(super) const R_92: Reading = Reading {
    id: "R-92",
    title: "Whether waiting and certifying go on side by side",
    place: at("4.1", "subsubsec:keyrotation"),
    question: "Before a new key is used about two seconds pass, and a heartbeat must certify it. \
        Whether the two seconds begin with the key or with the heartbeat is not said.",
    alternatives: &[
        alt("side_by_side", "With the key; it is used once both are over."),
        alt("one_after_other", "With the heartbeat."),
    ],
    chosen: "side_by_side",
    why: "The wait gives others time to receive the key, which was sealed to all at once. A \
        heartbeat that is late adds its own delay already.",
    policy: None,
    rules: &[Rule::WaitBeforeUse, Rule::KeyAwaitsHeartbeat],
};

pub(super) const R_93: Reading = Reading {
    id: "R-93",
    title: "After the last number",
    place: at("2.3.1", "3.7.6; 3.9"),
    question: "Numbers have four bytes in a packet and grow by one at each rotation. What a leader \
        does after the largest one is not said.",
    alternatives: &[
        alt("stop", "It does not rotate any more, and says so."),
        alt("wrap", "It begins again with zero."),
    ],
    chosen: "stop",
    why: "A number that comes again names two keys. At one rotation in two seconds the numbers \
        last two centuries, so what matters is only that nothing else happens.",
    policy: None,
    rules: &[Rule::SeqByOne, Rule::SeqIncreases],
};

pub(super) const R_94: Reading = Reading {
    id: "R-94",
    title: "Whether the leader's join starts the throttle",
    place: at("2.3.1", "3.7.6"),
    question: "Rotations are at least fifteen seconds apart. Whether the key made when the leader \
        joins is the first of them is not said.",
    alternatives: &[
        alt(
            "counts",
            "It counts: the first rotation comes at least fifteen seconds after the join.",
        ),
        alt("free", "It does not: the first joiner causes a rotation at once."),
    ],
    chosen: "counts",
    why: "The throttle is against thrashing, and a meeting thrashes most when it begins. No joiner \
        waits for it, since a young key is sealed to them at once.",
    policy: None,
    rules: &[Rule::RotationThrottled],
};

pub(super) const R_105: Reading = Reading {
    id: "R-105",
    title: "What a number certified under another leader is worth",
    place: at("4.1", "subsubsec:keyrotation"),
    question: "A key waits for the leader's signature over the list of those who were given it. That \
        signature names the key by its number alone. Whether a number that the leader before had \
        certified also counts for a key that the next leader made under it is not said.",
    alternatives: &[
        alt("number_alone", "It does: a key is certified once its number is."),
        alt(
            "above_certified",
            "It does not: until the new leader's first heartbeat its keys need a number above every \
                certified one.",
        ),
        alt("names_key", "A heartbeat signs a hash of the key besides its number."),
    ],
    chosen: "number_alone",
    why: "The rule compares numbers, and nothing else is signed. It lets a server that withholds the \
        certified key, and then names an accomplice as leader, have a client encrypt under the \
        accomplice's key with nobody new on its list (finding F-04). The hardened profile refuses \
        such a key; a leader that keeps the old key (R-57) gives it after its first heartbeat.",
    policy: None,
    rules: &[Rule::NumberAboveCertified, Rule::KeyAwaitsHeartbeat],
};
