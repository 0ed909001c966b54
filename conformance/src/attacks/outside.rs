//! What the catalogue of attacks has and this release does not play, and why.

/// An attack, or a group of them, that is not played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// Its identifier, or the first and the last of the group.
    pub id: &'static str,
    /// What it is.
    pub title: &'static str,
    /// What would have to be there.
    pub area: &'static str,
}

const fn later(id: &'static str, title: &'static str, area: &'static str) -> Elsewhere {
    Elsewhere { id, title, area }
}

/// Not played, so that nobody takes them for refused.
pub const ELSEWHERE: [Elsewhere; 12] = [
    later("ATK-ZM-16", "Key number wraps at eight bits", "versions 1 and 2, which have no profile"),
    later(
        "ATK-ZM-36",
        "Abuse report framed or disavowed",
        "abuse reports, not modelled; see ATK-ZM-03",
    ),
    later("ATK-PH-01..02", "Calls: short code, upgrade", "phone calls, not modelled yet"),
    later("ATK-MX-02", "Homeserver keeps the member list", "as ATK-GR-01 and ATK-ZM-30 here"),
    later("ATK-MX-04", "Matrix: key in a group channel", "a channel this protocol does not have"),
    later("ATK-MX-06", "Matrix: nonce outside the MAC", "a cipher this protocol does not have"),
    later("ATK-TM-01..03", "Teams calls", "another system, which has no profile"),
    later("ATK-WX-01..02", "Webex meetings", "another system, which has no profile"),
    later("ATK-HY-01", "Hybrid box re-encapsulated", "cases of ROT-25 to ROT-32; Kyber binds"),
    later(
        "ATK-CM-01..02",
        "One ciphertext under two keys",
        "inherent in AES-GCM, invisible to the model",
    ),
    later("ATK-SF-01..02", "SFrame signatures over tags", "another system, which has no profile"),
    later("ATK-JI-01..02", "Jitsi bridges", "another system, which has no profile"),
];
