//! The table of the goals: names, statements, premises, sources.

use conclave_spec::rules::Citation;

use super::Goal;

/// A row of the table.
pub(super) struct Entry {
    pub(super) id: &'static str,
    pub(super) statement: &'static str,
    pub(super) premise: &'static str,
    pub(super) citation: Citation,
}

impl Goal {
    /// Every goal.
    pub const ALL: [Self; 34] = [
        Self::Removal,
        Self::RemovalInTime,
        Self::Conf,
        Self::ForwardSecrecy,
        Self::Backward,
        Self::BackwardLoose,
        Self::Authentic,
        Self::AgreeKey,
        Self::RosterSend,
        Self::History,
        Self::Mono,
        Self::Nonce,
        Self::LiveKey,
        Self::LiveRoster,
        Self::LiveMedia,
        Self::LiveScale,
        Self::Silence,
        Self::Rejoin,
        Self::Genuine,
        Self::Lock,
        Self::LockKept,
        Self::LeaderListed,
        Self::LeaderNotice,
        Self::Code,
        Self::Roster,
        Self::Names,
        Self::NoDowngrade,
        Self::PostQuantum,
        Self::Hybrid,
        Self::Indicator,
        Self::Sender,
        Self::Heard,
        Self::Shown,
        Self::Served,
    ];

    #[allow(clippy::too_many_lines, reason = "a table")]
    pub(super) const fn entry(self) -> Entry {
        match self {
            Self::Removal => Entry {
                id: "REMOVAL",
                statement: "A removed participant learns nothing that is sent by a party which has removed it and moved on to a key made since.",
                premise: "An honest party sends after the removal, under a key made since.",
                citation: Citation { paper: "2.3.1", place: "3.7.6" },
            },
            Self::RemovalInTime => Entry {
                id: "REMOVAL-TIME",
                statement: "With an honest server, the spy opens nothing that is sent later after she was taken off the list than a rotation and its wait may take.",
                premise: "Something is sent that long after the spy was taken off the list.",
                citation: Citation { paper: "2.3.1", place: "3.7.6" },
            },
            Self::Conf => Entry {
                id: "CONF",
                statement: "The spy knows no meeting key but those that were the newest while their leader listed her.",
                premise: "A key is made while the spy is not listed.",
                citation: Citation { paper: "2.3.1", place: "3.7.4; 3.7.6" },
            },
            Self::ForwardSecrecy => Entry {
                id: "FS",
                statement: "The memory of a device that has left gives the spy no meeting key.",
                premise: "The memory of a device that has left is read.",
                citation: Citation { paper: "2.3.1", place: "3.7.8" },
            },
            Self::Backward => Entry {
                id: "BACKWARD",
                statement: "The spy opens nothing that was sent more than two seconds before she was listed.",
                premise: "Something was sent before the spy was listed, and she was.",
                citation: Citation { paper: "4.1", place: "subsubsec:keyrotation" },
            },
            Self::BackwardLoose => Entry {
                id: "BACKWARD-15",
                statement: "The spy opens nothing that was sent more than the admitted time before she was listed (15 s through 4.0).",
                premise: "Something was sent before the spy was listed, and she was.",
                citation: Citation { paper: "2.3.1", place: "3.7.6" },
            },
            Self::Authentic => Entry {
                id: "AUTH",
                statement: "A key taken from an honest leader was made by that leader, under that number, in this meeting, and sealed to whoever takes it.",
                premise: "An honest participant takes a key of an honest leader.",
                citation: Citation { paper: "2.3.1", place: "3.7.5; 3.8" },
            },
            Self::AgreeKey => Entry {
                id: "AGREE-KEY",
                statement: "Two honest clients at the same heartbeat that hold a certified key with the same number hold the same key.",
                premise: "Two honest clients at the same heartbeat hold a certified key with the same number.",
                citation: Citation { paper: "2.3.1", place: "3.7.6" },
            },
            Self::RosterSend => Entry {
                id: "ROSTER-SEND",
                statement: "Whoever can open a packet when it is sent is shown as present to the one who sends it.",
                premise: "A packet is sent that the spy can open.",
                citation: Citation { paper: "4.1", place: "subsubsec:keyrotation" },
            },
            Self::History => Entry {
                id: "HIST",
                statement: "Two honest parties that have the same heartbeat agree on the list it certifies, and at every version both have had certified before it.",
                premise: "Two honest parties have a heartbeat in common that is not the first of either.",
                citation: Citation { paper: "4.1", place: "subsubsec:lpl" },
            },
            Self::Mono => Entry {
                id: "MONO",
                statement: "Key numbers strictly increase, versions and certified numbers never decrease, send counters strictly increase.",
                premise: "A second key or heartbeat is taken.",
                citation: Citation { paper: "3", place: "3.7.6; 3.7.7" },
            },
            Self::Nonce => Entry {
                id: "NONCE",
                statement: "No stream key encrypts two plaintexts under one counter.",
                premise: "A stream key encrypts two packets.",
                citation: Citation { paper: "2.3.1", place: "3.9; 3.10" },
            },
            Self::LiveKey => Entry {
                id: "LIVE-KEY",
                statement: "A key is taken at most two nonce intervals after it was made.",
                premise: "A key is taken.",
                citation: Citation { paper: "4.1", place: "subsubsec:liveness" },
            },
            Self::LiveRoster => Entry {
                id: "LIVE-ROSTER",
                statement: "The last heartbeat taken was made at most two nonce intervals and twice the time of silence ago.",
                premise: "A heartbeat has been taken and time passes.",
                citation: Citation { paper: "4.1", place: "subsubsec:liveness" },
            },
            Self::LiveMedia => Entry {
                id: "LIVE-MEDIA",
                statement: "What an honest party said is played at most the age of a key, two nonce intervals, twice the time of silence and the time of an old key after it was sent.",
                premise: "A packet of an honest party is played.",
                citation: Citation { paper: "4.1", place: "subsubsec:liveness" },
            },
            Self::LiveScale => Entry {
                id: "LIVE-SCALE",
                statement: "However many are present, the next nonce comes at most one interval of a small meeting after the last.",
                premise: "Time passes with more than ten present.",
                citation: Citation { paper: "4.1", place: "subsubsec:liveness, footnote" },
            },
            Self::Silence => Entry {
                id: "DROP",
                statement: "Who has taken no heartbeat for the time of silence is in no meeting.",
                premise: "A heartbeat has been taken and time passes.",
                citation: Citation { paper: "2.3.1", place: "3.7.7" },
            },
            Self::Rejoin => Entry {
                id: "REJOIN",
                statement: "A device that was listed stays listed, with its identity key, and while it is present with its binding.",
                premise: "A device is on the list twice.",
                citation: Citation { paper: "2.3.1", place: "3.7.7" },
            },
            Self::Genuine => Entry {
                id: "GENUINE",
                statement: "A device on the list whose key is not the spy's has announced it under that name in this meeting.",
                premise: "An honest device is on the list.",
                citation: Citation { paper: "2.3.1", place: "3.7.2; 3.7.4" },
            },
            Self::Lock => Entry {
                id: "LOCK",
                statement: "While a user sees the meeting locked nobody new is on the list, nobody is back whom a user removed, and the sight ends with a warning only.",
                premise: "A user sees the meeting locked.",
                citation: Citation { paper: "3.1", place: "3.7.8" },
            },
            Self::LockKept => Entry {
                id: "LOCK-KEPT",
                statement: "Who has seen the meeting locked sees it unlocked only if an honest user unlocked it.",
                premise: "A user sees the meeting locked.",
                citation: Citation { paper: "4.1", place: "subsubsec:lockedmeetings" },
            },
            Self::LeaderListed => Entry {
                id: "LEADER-CONT",
                statement: "A leader is on its own list, and on the one before if that was locked.",
                premise: "A heartbeat is taken.",
                citation: Citation { paper: "2.3.1", place: "3.7.7" },
            },
            Self::LeaderNotice => Entry {
                id: "LEADER-NOTICE",
                statement: "Every change of the leader is shown to all others before a key of the new leader is taken.",
                premise: "Somebody hears that the leader has changed.",
                citation: Citation { paper: "2.3.1", place: "3.8" },
            },
            Self::Code => Entry {
                id: "CODE",
                statement: "The code shown has all digits of the identity key used in the handshake.",
                premise: "A code is shown.",
                citation: Citation { paper: "2.3.1", place: "3.8" },
            },
            Self::Roster => Entry {
                id: "ROSTER",
                statement: "The roster has everybody on the certified list and nobody else.",
                premise: "A roster is shown.",
                citation: Citation { paper: "2.3.1", place: "3.7.7" },
            },
            Self::Names => Entry {
                id: "NAMES",
                statement: "Beside a device stand the name on the list (since 3.0), to which a leader takes what the server relays, and from four on how often it left.",
                premise: "A roster is shown, or a leader is told of another name.",
                citation: Citation { paper: "3", place: "3.7.7; 3.10" },
            },
            Self::NoDowngrade => Entry {
                id: "NO-DOWNGRADE",
                statement: "Between devices that signed Kyber keys, no meeting key travels in a classic box.",
                premise: "A key is sealed between devices that signed Kyber keys.",
                citation: Citation { paper: "4.4", place: "subsubsec:meetingcrypto" },
            },
            Self::PostQuantum => Entry {
                id: "PQ",
                statement: "Where every box was hybrid, a spy who breaks Curve25519 learns no key.",
                premise: "A key went into hybrid boxes only.",
                citation: Citation { paper: "4.4", place: "subsec:secprop" },
            },
            Self::Hybrid => Entry {
                id: "HYBRID",
                statement: "A spy who breaks Kyber learns no key.",
                premise: "A key is made while the spy is not listed.",
                citation: Citation { paper: "4.4", place: "subsec:secprop" },
            },
            Self::Indicator => Entry {
                id: "INDICATOR",
                statement: "The meeting is labeled post-quantum only under a key that went into no classic box.",
                premise: "A key is in use.",
                citation: Citation { paper: "4.4", place: "subsubsec:meetingcrypto" },
            },
            Self::Sender => Entry {
                id: "SENDER",
                statement: "What is played as somebody's, they said.",
                premise: "A packet is played.",
                citation: Citation { paper: "4.6", place: "subsec:secprop" },
            },
            Self::Heard => Entry {
                id: "HEARD",
                statement: "While the spy is not listed, what is played as somebody's in a stream they said there, and it is played once.",
                premise: "A packet is played while the spy is not listed.",
                citation: Citation { paper: "2.3.1", place: "3.7.5; 3.9" },
            },
            Self::Shown => Entry {
                id: "SHOWN",
                statement: "Whoever is played is shown as present.",
                premise: "A packet is played.",
                citation: Citation { paper: "2.3.1", place: "3.7.7; 3.9" },
            },
            Self::Served => Entry {
                id: "SERVED",
                statement: "With an honest server, whoever follows the one leader has its list and its newest key, nobody leaves for want of heartbeats while there is one, and who left a locked meeting can come back.",
                premise: "A participant follows the one leader.",
                citation: Citation { paper: "2.3.1", place: "3.7.4 to 3.7.7" },
            },
        }
    }
}
