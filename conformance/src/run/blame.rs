//! Which rule a wrong step breaks.

use conclave_spec::Rule;

use crate::protocol::{Input, Message, Observed, RosterLine, Standing};

/// The rule a client breaks that gets a step wrong which no rule of the case is about.
pub(super) fn rule_of(input: &Input) -> Option<Rule> {
    match input {
        Input::Join { .. } => Some(Rule::EphemeralFresh),
        Input::Send { .. } => Some(Rule::CounterNeverRepeats),
        Input::SetLock { .. } => Some(Rule::LockListed),
        Input::Kick { .. } => Some(Rule::KickListed),
        Input::Leave {} | Input::StepOut {} => Some(Rule::MeetingKeysErased),
        Input::Observe {} => Some(Rule::CodeFromHandshakeKey),
        Input::Advance { .. } => Some(Rule::RotateOnLeave),
        Input::Deliver { message } => Some(match message {
            Message::LeaderNamed { .. } => Rule::AnnouncementVerifies,
            Message::Admitted { .. } => Rule::JoinListed,
            Message::Departed { .. } => Rule::LeaveListed,
            Message::Renamed { .. } => Rule::RenameListed,
            Message::NoncePosted { .. } => Rule::SealUsesNewestNonce,
            Message::Link { .. } => Rule::LinkChains,
            Message::Heartbeat { .. } => Rule::HeartbeatVerifies,
            Message::LockRequested { .. } => Rule::RequestVerifies,
            Message::LockClaimed { .. } => Rule::LockFromList,
            Message::RoomClaimed { .. } => Rule::InRoomShown,
            Message::SealedKey { .. } => Rule::SealOpens,
            Message::Packet { .. } => Rule::PacketOpens,
            Message::MeetingEnded {} => Rule::MeetingKeysErased,
        }),
        Input::Hello { .. } | Input::Open { .. } | Input::Compute { .. } | Input::Close {} => None,
    }
}

/// What the user of a leader sees that has not rotated yet, as it may within its window: where a new
/// key is used at once, an older one is, and who left is shown as present for as long.
pub(super) fn before_rotation(wanted: &Observed, got: &Observed) -> Observed {
    let older = got.sends_under.zip(wanted.sends_under).is_some_and(|(got, wanted)| got < wanted);
    let mut before = wanted.clone();
    if older {
        before.sends_under = got.sends_under;
        for (line, seen) in before.roster.iter_mut().zip(&got.roster) {
            let left = line.standing == Standing::Left && seen.standing == Standing::Here;
            if left && line.user_id == seen.user_id && line.hardware_id == seen.hardware_id {
                line.standing = Standing::Here;
            }
        }
    }
    before
}

/// A part of what the user sees: its name, the rule it shows, what was wanted and what is seen.
pub(super) type SeenField = (&'static str, Rule, String, String);

/// What the user sees, part by part. `of_case` is the rule of the case.
pub(super) fn seen_fields(
    wanted: &Observed,
    got: &Observed,
    of_case: Rule,
    shifted: bool,
) -> [SeenField; 7] {
    // With other rotations the number differs, and that is all it says.
    let sends = if shifted { got.sends_under } else { wanted.sends_under };
    let quoted = |text: &Option<String>| format!("{text:?}");
    [
        (
            "phase",
            Rule::MeetingKeysErased,
            format!("{:?}", wanted.phase),
            format!("{:?}", got.phase),
        ),
        ("leader", Rule::AnnouncementVerifies, quoted(&wanted.leader), quoted(&got.leader)),
        (
            "security_code",
            Rule::CodeFromHandshakeKey,
            quoted(&wanted.security_code),
            quoted(&got.security_code),
        ),
        ("roster", of_case, roster(wanted), roster(got)),
        ("locked", Rule::LockFromList, wanted.locked.to_string(), got.locked.to_string()),
        (
            "encryption",
            Rule::LabelHonest,
            format!("{:?}", wanted.encryption),
            format!("{:?}", got.encryption),
        ),
        ("sends_under", Rule::UseNewestKey, format!("{sends:?}"), format!("{:?}", got.sends_under)),
    ]
}

/// The roster in a few words.
fn roster(observed: &Observed) -> String {
    let line = |line: &RosterLine| {
        let leaves = line.leaves.map(|leaves| format!(" x{leaves}")).unwrap_or_default();
        let RosterLine { user_id, hardware_id, name, standing, .. } = line;
        format!("{user_id} ({hardware_id}) {name:?} {standing:?}{leaves}")
    };
    observed.roster.iter().map(line).collect::<Vec<_>>().join(", ")
}
