//! What a misbehaving party makes itself, as recipes.

use conclave_spec::Label;
use serde::{Deserialize, Serialize};

use super::{Change, Recipe, ValueRecipe};
use crate::message::{LockOperation, Seat};

/// A link that a misbehaving leader or server makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForgedLink {
    /// Whose version of the protocol it is written in.
    pub by: String,
    /// Its counter.
    pub v: u32,
    /// The link it says it follows; none for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<Box<Recipe>>,
    /// What it does.
    pub operation: OperationRecipe,
}

/// What a forged link does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OperationRecipe {
    /// Somebody is present.
    Add {
        /// Which device.
        seat: Seat,
        /// The party whose keys it is said to have.
        keys_of: String,
        /// The display name.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        name: String,
    },
    /// Somebody has left.
    Left {
        /// Which device.
        seat: Seat,
    },
    /// Somebody was removed.
    Kicked {
        /// Which device.
        seat: Seat,
    },
    /// Somebody has another name.
    Rename {
        /// Which device.
        seat: Seat,
        /// The name.
        name: String,
    },
    /// The meeting is locked.
    Lock,
    /// The meeting is unlocked.
    Unlock,
    /// The list as some party has it, with changes.
    Snapshot(ForgedSnapshot),
}

/// A snapshot of the list as some party has it, with changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForgedSnapshot {
    /// Whose list.
    pub of: String,
    /// Whether the meeting is locked, if not as on that list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked: Option<bool>,
    /// Who is left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<Seat>,
    /// Whose number of leaves is another.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leaves: Vec<(Seat, u32)>,
    /// Who is present with the keys of another party.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<(Seat, String)>,
}

/// A heartbeat that a misbehaving leader signs. What is not given is as it would be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForgedHeartbeat {
    /// Who signs.
    pub by: String,
    /// The link it certifies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certifies: Option<Box<Recipe>>,
    /// Its send counter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub t: Option<u32>,
    /// The number of the key it certifies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mk_seq: Option<u32>,
    /// The hash it names as that of the heartbeat before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<ValueRecipe>,
    /// Its timestamp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp_ms: Option<u64>,
    /// What is signed otherwise than it is sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signed: Vec<Change>,
}

/// A request to lock or unlock that a misbehaving co-host signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForgedRequest {
    /// Who signs.
    pub by: String,
    /// What for.
    pub operation: LockOperation,
    /// The link it names.
    pub link: Box<Recipe>,
    /// What is signed otherwise than it is sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signed: Vec<Change>,
}

/// The liveness nonce a forged seal is bound to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum BoundTo {
    /// The newest the leader has of the recipient.
    #[default]
    Newest,
    /// None.
    Nothing,
    /// This one.
    Nonce(Box<Recipe>),
}

impl BoundTo {
    fn is_newest(&self) -> bool {
        *self == Self::Newest
    }
}

/// A sealed key that a misbehaving leader seals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForgedSeal {
    /// Who seals.
    pub by: String,
    /// For which member.
    pub to: Seat,
    /// Which key.
    pub key: KeyRecipe,
    /// Under which number.
    pub mk_seq: u32,
    /// The cipher context string, if not the right one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cipher: Option<Label>,
    /// The derivation context string, if not the right one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub derivation: Option<Label>,
    /// What differs from the true metadata; of a hybrid box also what its key is derived from: a
    /// field of the combination, `shared`, `context`, or `key_recipient`, the recipient in the
    /// metadata that goes into the key.
    pub changes: Vec<Change>,
    /// The liveness nonce it is bound to.
    #[serde(default, skip_serializing_if = "BoundTo::is_newest")]
    pub bound_to: BoundTo,
    /// Whether it is a classic box, whatever the recipient signed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub classic: bool,
}

/// A packet that a misbehaving member seals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForgedPacket {
    /// Who seals; the key is taken from what it holds.
    pub by: String,
    /// The number of the key used.
    pub key_seq: u32,
    /// The number the packet is prefaced with.
    pub mk_seq: u32,
    /// The counter.
    pub counter: u64,
    /// The message type.
    pub stream: String,
    /// The text inside.
    pub text: String,
    /// What differs from the true stream key input.
    pub changes: Vec<Change>,
}

impl ForgedSeal {
    /// A key sealed as the protocol says, but for who seals which one under which number.
    #[must_use]
    pub fn new(by: &str, to: Seat, key: KeyRecipe, mk_seq: u32) -> Self {
        Self {
            by: by.to_owned(),
            to,
            key,
            mk_seq,
            cipher: None,
            derivation: None,
            changes: Vec::new(),
            bound_to: BoundTo::Newest,
            classic: false,
        }
    }
}

/// A meeting key, by how it comes about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum KeyRecipe {
    /// A key nobody else knows, by name.
    Fresh(String),
    /// The key with this number that the forging party holds.
    Held(u32),
}
