//! What a user is told of a device in a meeting, from what the user's own devices remember (4.6,
//! subsec:contactsync; reading R-133).

use conclave_spec::{Rule, RuleSet};

/// A device, as a verified chain leaves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its identifier.
    pub id: String,
    /// The number of the link that added it.
    pub added: u32,
    /// Whether it was revoked.
    pub revoked: bool,
    /// The oldest device of its approval class.
    pub class: String,
}

/// What a device of the user's own remembers of another user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The device that signed it.
    pub signer: String,
    /// The number of the last link of the other's chain then.
    pub last_sequence_number: u32,
    /// How many meetings there were.
    pub meetings: u32,
}

/// What is shown of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// It is known, and there were so many meetings with its user.
    Known(u64),
    /// Its user is known, it is not.
    NewDevice,
    /// Its user is not known.
    NewPerson,
}

/// What is shown of the device `id` of a user with these `devices`, of whom the user's `own` devices have
/// these `records`. A device that is not in the chain or was revoked is trusted by nobody.
#[must_use]
pub fn warning(
    rules: RuleSet,
    own: &[Device],
    records: &[Record],
    devices: &[Device],
    id: &str,
) -> Warning {
    let mine = |record: &&Record| {
        own.iter().find(|it| it.id == record.signer).is_some_and(|it| !it.revoked)
    };
    let signed = |record: &&Record| !rules.contains(Rule::ContactRecordSigner) || mine(record);
    let records: Vec<&Record> = records.iter().filter(signed).collect();
    let Some(last) = records.iter().map(|record| record.last_sequence_number).max() else {
        let named = rules.contains(Rule::ContactNewPerson);
        return if named { Warning::NewPerson } else { Warning::NewDevice };
    };
    let seen = |device: &&Device| device.added <= last;
    let device = devices.iter().find(|it| it.id == id).filter(|it| !it.revoked);
    let trusted = device.is_some_and(|device| {
        let by_class = rules.contains(Rule::ContactTrusted);
        let class = |it: &&Device| it.class == device.class;
        seen(&device) || (by_class && devices.iter().filter(seen).any(|it| class(&it)))
    });
    if trusted || !rules.contains(Rule::ContactNewDevice) {
        return Warning::Known(records.iter().map(|record| u64::from(record.meetings)).sum());
    }
    Warning::NewDevice
}

/// Whether a meeting with another user is recorded: how many took part, how long both were in it and how
/// long the other spoke, in seconds.
#[must_use]
pub fn counts(rules: RuleSet, participants: u32, together_s: u32, spoke_s: u32) -> bool {
    !rules.contains(Rule::ContactMeetingCounts)
        || (participants < 25 && together_s > 600)
        || spoke_s > 30
}
