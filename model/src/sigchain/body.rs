//! What the types of links carry.

use std::collections::BTreeMap;

use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::{escrow::Terms, sigchain::Link},
    layouts::{
        Layout,
        sigchain::{
            ACCOUNT_CHANGE, BATCH_APPROVE, CHANGE_MEMBERS, COMMITMENT, DEVICE_ADD,
            DEVICE_ADD_AND_APPROVE, DEVICE_ID, DEVICE_KEY_ROTATE, DEVICE_RENAME, DEVICE_REVOKE,
            EMAIL_CHANGE, ESCROW_ADMIN, IDP_UPDATE, KYBER_PUBLIC, LOCKDOWN_MODE,
            PER_USER_KEY_ROTATE, USER_ID_CHANGE, USER_KEYS, USER_ROOT,
        },
    },
    wire,
};

use super::ChainType;

/// A device as a link brings it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDevice {
    /// Its identifier.
    pub id: String,
    /// Its type, such as `PHONE`.
    pub device_type: String,
    /// Its keys.
    pub keys: NewKeys,
}

/// The public keys of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKeys {
    /// Ed25519, 32 bytes.
    pub verifying: Octets,
    /// X25519, 32 bytes.
    pub x25519: Octets,
    /// Kyber768, 1,184 bytes, or empty.
    pub kyber768: Octets,
}

/// The public per-user keys that a link brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserKeys {
    /// As the link has them.
    pub encoded: Octets,
    /// Each of them.
    pub each: Vec<Octets>,
    /// Whether Kyber keys are among them.
    pub hybrid: bool,
}

/// The types of links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The first link of a user.
    UserRoot,
    /// Another address.
    EmailChange,
    /// Another account.
    AccountChange,
    /// A new device.
    DeviceAdd,
    /// Another name of a device.
    DeviceRename,
    /// A revocation; by the server where nobody signs.
    DeviceRevoke,
    /// Other keys of a device.
    DeviceKeyRotate,
    /// An approval of all younger devices, less those it revokes.
    BatchApprove,
    /// A new device and the approval of it.
    DeviceAddAndApprove,
    /// New per-user keys.
    PerUserKeyRotate,
    /// Lockdown on or off.
    LockdownMode,
    /// Another user of an address.
    UserIdChange,
    /// Another identity provider of an account.
    IdpUpdate,
    /// Other escrow administrators of an account.
    EscrowAdmin,
    /// Who comes to an account, and goes.
    ChangeMembers,
    /// None that the chain has: let through without [`Rule::LinkTypeKnown`], to no effect.
    Unknown,
}

/// The types that chains have, with their names and layouts.
const TYPES: [(ChainType, &str, Kind, &Layout); 15] = [
    (ChainType::User, "UserRoot", Kind::UserRoot, &USER_ROOT),
    (ChainType::User, "EmailChange", Kind::EmailChange, &EMAIL_CHANGE),
    (ChainType::User, "AccountChange", Kind::AccountChange, &ACCOUNT_CHANGE),
    (ChainType::User, "DeviceAdd", Kind::DeviceAdd, &DEVICE_ADD),
    (ChainType::User, "DeviceRename", Kind::DeviceRename, &DEVICE_RENAME),
    (ChainType::User, "DeviceRevoke", Kind::DeviceRevoke, &DEVICE_REVOKE),
    (ChainType::User, "DeviceKeyRotate", Kind::DeviceKeyRotate, &DEVICE_KEY_ROTATE),
    (ChainType::User, "BatchApprove", Kind::BatchApprove, &BATCH_APPROVE),
    (ChainType::User, "DeviceAddAndApprove", Kind::DeviceAddAndApprove, &DEVICE_ADD_AND_APPROVE),
    (ChainType::User, "PerUserKeyRotate", Kind::PerUserKeyRotate, &PER_USER_KEY_ROTATE),
    (ChainType::User, "LockdownMode", Kind::LockdownMode, &LOCKDOWN_MODE),
    (ChainType::Email, "UserIDChange", Kind::UserIdChange, &USER_ID_CHANGE),
    (ChainType::Account, "IDPUpdate", Kind::IdpUpdate, &IDP_UPDATE),
    (ChainType::Account, "EscrowAdmin", Kind::EscrowAdmin, &ESCROW_ADMIN),
    (ChainType::Membership, "ChangeMembers", Kind::ChangeMembers, &CHANGE_MEMBERS),
];

/// What a type of a chain is, and its layout.
pub(super) fn layout_of(chain: ChainType, link_type: &str) -> Option<(Kind, &'static Layout)> {
    let known = |(of, name, ..): &&(ChainType, &str, Kind, &'static Layout)| {
        *of == chain && *name == link_type
    };
    TYPES.iter().find(known).map(|(_, _, kind, layout)| (*kind, *layout))
}

/// What a link says. A part that its type has not is none or empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// The type.
    pub kind: Kind,
    /// The device that authorizes the link.
    pub signer: Option<String>,
    /// The device that it brings.
    pub device: Option<NewDevice>,
    /// The device whose keys it replaces, and by which.
    pub replaced: Option<(String, NewKeys)>,
    /// The devices that it revokes.
    pub revoked: Vec<String>,
    /// The per-user keys that it brings.
    pub user_keys: Option<UserKeys>,
    /// What it commits to, by field; in a list with the place from 0, as `added/2`.
    pub committed: BTreeMap<String, Octets>,
    /// Lockdown, on or off.
    pub lockdown: Option<bool>,
    /// What an escrow device is for.
    pub escrow: Option<Terms>,
    /// The domain of the identity provider.
    pub idp_domain: Option<String>,
}

impl Body {
    /// Reads the fields of a link.
    ///
    /// # Errors
    /// The chain has no such type, or the fields are not those of the type.
    pub(super) fn read(rules: RuleSet, chain: ChainType, link: &Link) -> Result<Self, Rule> {
        let Some((kind, layout)) = layout_of(chain, &link.link_type) else {
            let unknown = Rule::LinkTypeKnown;
            return if rules.contains(unknown) { Err(unknown) } else { Ok(Self::unknown()) };
        };
        let fields = Fields::of(rules, layout, &link.body)?;
        let body = Self {
            kind,
            signer: fields.signer(kind),
            device: fields.device()?,
            replaced: fields.replaced(kind)?,
            revoked: fields.revoked()?,
            user_keys: fields.user_keys()?,
            committed: fields.committed()?,
            lockdown: fields.lockdown()?,
            escrow: fields.escrow()?,
            idp_domain: fields.text("idp_domain"),
        };
        let revokes_nobody = kind == Kind::DeviceRevoke && body.revoked.is_empty();
        if revokes_nobody { Err(NOT_FIT) } else { Ok(body) }
    }

    fn unknown() -> Self {
        Self {
            kind: Kind::Unknown,
            signer: None,
            device: None,
            replaced: None,
            revoked: Vec::new(),
            user_keys: None,
            committed: BTreeMap::new(),
            lockdown: None,
            escrow: None,
            idp_domain: None,
        }
    }

    /// Whether the link approves younger devices.
    #[must_use]
    pub fn approves(&self) -> bool {
        matches!(self.kind, Kind::BatchApprove | Kind::DeviceAddAndApprove)
    }

    /// Whether the server revokes.
    #[must_use]
    pub fn is_by_server(&self) -> bool {
        self.kind == Kind::DeviceRevoke && self.signer.is_none()
    }
}

const NOT_FIT: Rule = Rule::LinkFieldsFit;

/// The values of a body, by name.
struct Fields {
    rules: RuleSet,
    values: BTreeMap<&'static str, Octets>,
}

impl Fields {
    fn of(rules: RuleSet, layout: &Layout, bytes: &Octets) -> Result<Self, Rule> {
        // Bytes after the last field belong to this rule here.
        let rules = if rules.contains(NOT_FIT) {
            rules.with(Rule::EncodingCanonical)
        } else {
            rules.without(Rule::EncodingCanonical)
        };
        let values = wire::decode(layout, rules, bytes).map_err(|_| NOT_FIT)?;
        Ok(Self { rules, values: values.into_iter().collect() })
    }

    fn octets(&self, name: &str) -> Octets {
        self.values.get(name).cloned().unwrap_or_default()
    }

    fn text(&self, name: &str) -> Option<String> {
        let value = self.values.get(name)?;
        Some(String::from_utf8_lossy(value.as_slice()).into_owned())
    }

    /// A device renames itself.
    fn signer(&self, kind: Kind) -> Option<String> {
        let name = if kind == Kind::DeviceRename { "device_id" } else { "signer" };
        self.text(name).filter(|signer| !signer.is_empty())
    }

    fn device(&self) -> Result<Option<NewDevice>, Rule> {
        let Some(device_type) = self.text("device_type") else { return Ok(None) };
        let id = self.text("device_id").unwrap_or_default();
        Ok(Some(NewDevice { id, device_type, keys: self.keys()? }))
    }

    fn replaced(&self, kind: Kind) -> Result<Option<(String, NewKeys)>, Rule> {
        if kind != Kind::DeviceKeyRotate {
            return Ok(None);
        }
        Ok(Some((self.text("device_id").unwrap_or_default(), self.keys()?)))
    }

    fn keys(&self) -> Result<NewKeys, Rule> {
        let kyber768 = kyber(self.octets("device_kyber768"))?;
        let verifying = self.octets("device_ed25519");
        Ok(NewKeys { verifying, x25519: self.octets("device_x25519"), kyber768 })
    }

    /// A list of values of one field each.
    fn list(&self, element: &Layout, name: &str) -> Result<Vec<Octets>, Rule> {
        let elements = wire::decode_all(element, self.rules, &self.octets(name));
        let first = |fields: Vec<(_, Octets)>| fields.into_iter().next().map(|(_, value)| value);
        Ok(elements.map_err(|_| NOT_FIT)?.into_iter().filter_map(first).collect())
    }

    fn revoked(&self) -> Result<Vec<String>, Rule> {
        let ids = self.list(&DEVICE_ID, "revoke_device_ids")?;
        Ok(ids.iter().map(|id| String::from_utf8_lossy(id.as_slice()).into_owned()).collect())
    }

    fn committed(&self) -> Result<BTreeMap<String, Octets>, Rule> {
        let mut committed = BTreeMap::new();
        for name in
            ["device_name", "email_change", "account_change", "user_id_change", "escrow_admin"]
        {
            let value = self.octets(name);
            match value.len() {
                0 => {}
                32 => drop(committed.insert(name.to_owned(), value)),
                _ => return Err(NOT_FIT),
            }
        }
        for name in ["added", "removed"] {
            for (at, value) in self.list(&COMMITMENT, name)?.into_iter().enumerate() {
                committed.insert(format!("{name}/{at}"), value);
            }
        }
        Ok(committed)
    }

    fn user_keys(&self) -> Result<Option<UserKeys>, Rule> {
        let encoded = self.octets("user_keys");
        if encoded.is_empty() {
            return Ok(None);
        }
        let fields = wire::decode(&USER_KEYS, self.rules, &encoded).map_err(|_| NOT_FIT)?;
        let (kyber, x25519): (Vec<_>, Vec<_>) =
            fields.into_iter().partition(|(name, _)| name.ends_with("kyber768"));
        let kyber: Result<Vec<_>, Rule> =
            kyber.into_iter().map(|(_, key)| self::kyber(key)).collect();
        let mut kyber = kyber?;
        let wanted = kyber.len();
        kyber.retain(|key| !key.is_empty());
        let hybrid = !kyber.is_empty();
        if hybrid && kyber.len() != wanted {
            return Err(NOT_FIT);
        }
        let each = x25519.into_iter().map(|(_, key)| key).chain(kyber).collect();
        Ok(Some(UserKeys { encoded, each, hybrid }))
    }

    fn lockdown(&self) -> Result<Option<bool>, Rule> {
        match self.text("mode").as_deref() {
            None => Ok(None),
            Some("on") => Ok(Some(true)),
            Some("off") => Ok(Some(false)),
            Some(_) => Err(NOT_FIT),
        }
    }

    fn escrow(&self) -> Result<Option<Terms>, Rule> {
        let escrow = self.octets("escrow");
        if escrow.is_empty() {
            return Ok(None);
        }
        Terms::decode(self.rules, &escrow).map(Some).map_err(|_| NOT_FIT)
    }
}

/// A Kyber key, or none.
fn kyber(key: Octets) -> Result<Octets, Rule> {
    if key.is_empty() || key.len() == KYBER_PUBLIC { Ok(key) } else { Err(NOT_FIT) }
}
