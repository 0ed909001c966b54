//! Readings about stream keys and packets.

use super::{Reading, alt, at};
use crate::rules::Rule;

pub(super) const R_09: Reading = Reading {
    id: "R-09",
    title: "Two descriptions of stream keys",
    place: at("2.3.1", "1.1; 3.7.5; 3.9"),
    question: "Meetings in general derive a key per stream from the meeting key and a stream \
        identifier with HMAC; so say 1.1 and, in 4.6, 7.2. The join procedure derives a key per \
        message type with HKDF from a flag, the meeting ID, the UUID and the sender, without a \
        context string. Section 3.9 asks for a key per stream as today, and since 4.0 section 7.2 \
        says of both kinds of meetings that a stream has a key by HMAC.",
    alternatives: &[
        alt("hkdf", "HKDF per message type and sender, under a string of Conclave's own."),
        alt("hmac", "HMAC of the stream identifier under the meeting key."),
        alt("both", "HKDF per message type and sender, then HMAC with the stream identifier."),
    ],
    chosen: "hkdf",
    why: "The join procedure is the description made for end-to-end encryption, and it names the \
        fields that keep keys of different meetings and senders apart. The other names no field at \
        all. Merging them would make a third that no version describes.",
    policy: None,
    rules: &[
        Rule::SubkeyNamesStream,
        Rule::SubkeyNamesMeeting,
        Rule::SubkeyNamesInstance,
        Rule::SubkeyNamesSender,
    ],
};

pub(super) const R_11: Reading = Reading {
    id: "R-11",
    title: "The form of a packet",
    place: at("2.3.1", "3.9"),
    question: "A packet starts with the four bytes of the key number. Their order, the place and \
        form of the nonce, and whether the number is authenticated are not said.",
    alternatives: &[
        alt(
            "number_authenticated",
            "Number and 12-byte counter, big-endian, both as associated data.",
        ),
        alt("number_bare", "The same form, without associated data."),
        alt(
            "implicit_nonce",
            "Number, short counter, ciphertext; the nonce is rebuilt from the counter.",
        ),
    ],
    chosen: "number_authenticated",
    why: "Big-endian is the order of the network. An authenticated number costs nothing and \
        leaves no byte of a packet that can change unnoticed.",
    policy: None,
    rules: &[Rule::PacketSeqFourBytes, Rule::PacketOpens],
};

pub(super) const R_21: Reading = Reading {
    id: "R-21",
    title: "How packets out of order are told from replays",
    place: at("2.3.1", "3.10"),
    question: "Replay is excluded because nonces are counters. Packets overtake each other on the \
        network; whether a late one with a lower counter is played is not said.",
    alternatives: &[
        alt("window", "Counters fewer than 64 behind the highest are accepted once each."),
        alt("increase", "Only a counter above the highest seen is accepted."),
    ],
    chosen: "window",
    why: "Both exclude replay. A strict increase loses every packet that is overtaken, so \
        protocols over UDP use a window.",
    policy: Some("replay_window"),
    rules: &[Rule::CounterOnce],
};

pub(super) const R_31: Reading = Reading {
    id: "R-31",
    title: "The key size and the tag of AES-GCM",
    place: at("2.3.1", "3.5"),
    question: "AES-GCM is named without the size of its key and of its tag. 4.6 names AES-256.",
    alternatives: &[
        alt("aes256_tag16", "A key of 32 bytes and a tag of 16."),
        alt("aes128_tag16", "A key of 16 bytes and a tag of 16."),
    ],
    chosen: "aes256_tag16",
    why: "The seed is 32 bytes, the later paper says 256, and a full tag is what the mode gives \
        unless one asks for less.",
    policy: None,
    rules: &[Rule::PacketOpens],
};

pub(super) const R_37: Reading = Reading {
    id: "R-37",
    title: "A packet under a key one does not hold",
    place: at("2.3.1", "3.9"),
    question: "A packet names its key. What a receiver does when it does not hold that key, \
        because it has not arrived or is gone, is not said.",
    alternatives: &[
        alt("drop", "The packet is not played and not kept."),
        alt("hold", "The packet is kept for a short time in case the key arrives."),
    ],
    chosen: "drop",
    why: "Senders wait so that keys arrive before packets. The number of a stored packet is not \
        verified yet, so anybody on the way could fill the store.",
    policy: None,
    rules: &[Rule::PacketOpens],
};

pub(super) const R_39: Reading = Reading {
    id: "R-39",
    title: "Who the sender of a stream is",
    place: at("2.3.1", "3.7.5"),
    question: "Stream keys mix in the ID of the sender. Whether that is the user or the device is \
        not said; two devices of one user may be in a meeting at the same time.",
    alternatives: &[
        alt("user", "The user ID."),
        alt("user_and_device", "The user ID and the hardware ID."),
    ],
    chosen: "user",
    why: "Everywhere else the paper's letter for a participant is the user ID, beside which the \
        device is named apart. The price is a finding about the protocol: two devices of one \
        user share a stream key, and unless they share out the counters they repeat nonces. All \
        clients of a meeting must give the same answer, so it is no policy of one of them; the \
        hardened profile gives the other (R-78).",
    policy: None,
    rules: &[Rule::SubkeyNamesSender, Rule::SubkeyNamesDevice, Rule::CounterNeverRepeats],
};

pub(super) const R_43: Reading = Reading {
    id: "R-43",
    title: "What a receiver remembers of counters after a rejoin",
    place: at("2.3.1", "3.10"),
    question: "A client that comes back inside the throttle may be given the same meeting key \
        again, and the server may send it packets it has played before. Whether it still knows \
        their counters is not said.",
    alternatives: &[
        alt("remember", "It keeps the counters seen, by instance, key number, sender and stream."),
        alt("forget", "It begins with an empty window, and such packets are played again."),
        alt("new_key", "The leader rotates before it admits who has held the present key."),
        alt("per_join", "The stream key depends on the sender's join, and so does the window."),
    ],
    chosen: "remember",
    why: "Replay within a meeting is what the counters are to prevent, and they are no secret.",
    policy: None,
    rules: &[Rule::CounterOnce],
};

pub(super) const R_40: Reading = Reading {
    id: "R-40",
    title: "Where a counter starts after a rejoin",
    place: at("2.3.1", "3.10"),
    question: "Nonces are counters, and a client that leaves discards its keys. Inside the \
        throttle one who comes back may be given the same meeting key, and so the same stream \
        key, again. Where its counter then starts is not said.",
    alternatives: &[
        alt("remember", "The client keeps the counter, which is no secret, and goes on from it."),
        alt("restart", "The counter starts from zero at every join."),
        alt("new_key", "The leader rotates before it admits who has held the present key."),
        alt("per_join", "The stream key depends on the join too, so a counter may start anew."),
    ],
    chosen: "remember",
    why: "A counter that starts again repeats nonces, which gives away both packets and the \
        authentication key. Of the answers that avoid it, remembering alone needs no help from the \
        leader or from receivers, and it leaves the throttle alone; teardown asks for keys to go, \
        not numbers.",
    policy: None,
    rules: &[Rule::CounterNeverRepeats],
};

pub(super) const R_78: Reading = Reading {
    id: "R-78",
    title: "Where the device stands in the label of a stream key",
    place: at("4.6", "7.6.5"),
    question: "The hardened profile adds the device to what a stream key is derived from (R-39). \
        The paper has no such field, so nothing says how it is put in, or what else must tell the \
        two devices of a user apart.",
    alternatives: &[
        alt(
            "own_field",
            "A field of its own after the user ID; windows and counters are per device as well.",
        ),
        alt("joined", "One field of user ID and device joined."),
    ],
    chosen: "own_field",
    why: "Fields behind their lengths cannot run into each other (R-01). Packets are then told \
        apart by device wherever they were told apart by user.",
    policy: None,
    rules: &[Rule::SubkeyNamesDevice],
};

pub(super) const R_100: Reading = Reading {
    id: "R-100",
    title: "Packets of a sender who is not listed",
    place: at("2.3.1", "3.9"),
    question: "A packet opens under a key derived from its sender's identifier. Whether it is \
        played when the certified list does not name that sender as present is not said.",
    alternatives: &[
        alt("play", "It is played if it opens."),
        alt("drop", "It is passed over until the sender is on the list."),
    ],
    chosen: "play",
    why: "Whoever holds the key can send as anybody listed, so the check would stop nobody. A \
        joiner's first packets and the last of somebody who left come from honest senders.",
    policy: Some("unlisted_sender"),
    rules: &[Rule::PacketOpens, Rule::SenderListed],
};
