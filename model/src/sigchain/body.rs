//! What the types of links carry.

use std::collections::BTreeMap;

use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::sigchain::Link,
    layouts::{
        Layout,
        sigchain::{
            ACCOUNT_CHANGE, BATCH_APPROVE, CHANGE_MEMBERS, COMMITMENT, DEVICE_ADD,
            DEVICE_ADD_AND_APPROVE, DEVICE_ID, DEVICE_KEY_ROTATE, DEVICE_RENAME, DEVICE_REVOKE,
            EMAIL_CHANGE, ESCROW, ESCROW_ADMIN, IDP_UPDATE, KYBER_PUBLIC, LOCKDOWN_MODE,
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
    /// The commitment to its name.
    pub name: Octets,
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

/// The fields of a link's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// The first link of a user.
    UserRoot {
        /// The first device.
        device: NewDevice,
        /// The first keys.
        user_keys: Option<UserKeys>,
        /// The commitment to the address.
        email_change: Option<Octets>,
        /// The commitment to the account.
        account_change: Option<Octets>,
    },
    /// Another address.
    EmailChange {
        /// The commitment to it.
        email_change: Octets,
    },
    /// Another account.
    AccountChange {
        /// The commitment to it.
        account_change: Octets,
    },
    /// A new device.
    DeviceAdd {
        /// The device.
        device: NewDevice,
        /// New keys.
        user_keys: Option<UserKeys>,
        /// Whom it revokes.
        revoked: Vec<String>,
    },
    /// Another name.
    DeviceRename {
        /// Whose.
        device_id: String,
        /// The commitment to it.
        device_name: Octets,
    },
    /// A revocation.
    DeviceRevoke {
        /// By whom; the server where there is none.
        signer: Option<String>,
        /// Of whom.
        revoked: Vec<String>,
        /// New keys.
        user_keys: Option<UserKeys>,
    },
    /// Other keys of a device.
    DeviceKeyRotate {
        /// By whom.
        signer: String,
        /// Whose.
        device_id: String,
        /// The keys.
        keys: NewKeys,
        /// New per-user keys.
        user_keys: Option<UserKeys>,
    },
    /// An approval of all younger devices.
    BatchApprove {
        /// By whom.
        signer: String,
        /// Less these, which it revokes.
        revoked: Vec<String>,
        /// New keys.
        user_keys: Option<UserKeys>,
    },
    /// A new device and the approval of it.
    DeviceAddAndApprove {
        /// By whom.
        signer: String,
        /// The device.
        device: NewDevice,
        /// New keys.
        user_keys: Option<UserKeys>,
        /// Whom the approval revokes.
        revoked: Vec<String>,
    },
    /// New keys.
    PerUserKeyRotate {
        /// By whom.
        signer: String,
        /// The keys.
        user_keys: Option<UserKeys>,
    },
    /// Lockdown on or off.
    LockdownMode {
        /// By whom.
        signer: String,
        /// Which of the two.
        on: bool,
    },
    /// Another user of an address.
    UserIdChange {
        /// The commitment to it.
        user_id_change: Octets,
    },
    /// Another identity provider.
    IdpUpdate {
        /// Its domain.
        idp_domain: String,
    },
    /// Other escrow administrators.
    EscrowAdmin {
        /// The commitment to them.
        escrow_admin: Octets,
    },
    /// Who comes to an account, and goes.
    ChangeMembers {
        /// Commitments to who comes.
        added: Vec<Octets>,
        /// Commitments to who goes.
        removed: Vec<Octets>,
    },
    /// Something of no type of the chain: let through without [`Rule::LinkTypeKnown`], to no effect.
    Unknown,
}

impl Body {
    /// Reads the fields of a link.
    ///
    /// # Errors
    /// The chain has no such type, or the fields are not those of the type.
    pub(super) fn read(rules: RuleSet, chain: ChainType, link: &Link) -> Result<Self, Rule> {
        let Some(layout) = layout(chain, &link.link_type) else {
            let unknown = Rule::LinkTypeKnown;
            return if rules.contains(unknown) { Err(unknown) } else { Ok(Self::Unknown) };
        };
        let fields = Fields::of(rules, layout, &link.body)?;
        match link.link_type.as_str() {
            "UserRoot" => Ok(Self::UserRoot {
                device: fields.device()?,
                user_keys: fields.user_keys()?,
                email_change: fields.commitment_or_none("email_change")?,
                account_change: fields.commitment_or_none("account_change")?,
            }),
            "EmailChange" => Ok(Self::EmailChange { email_change: fields.octets("email_change") }),
            "AccountChange" => {
                Ok(Self::AccountChange { account_change: fields.octets("account_change") })
            }
            "UserIDChange" => {
                Ok(Self::UserIdChange { user_id_change: fields.octets("user_id_change") })
            }
            "IDPUpdate" => Ok(Self::IdpUpdate { idp_domain: fields.text("idp_domain") }),
            "EscrowAdmin" => Ok(Self::EscrowAdmin { escrow_admin: fields.octets("escrow_admin") }),
            "ChangeMembers" => Ok(Self::ChangeMembers {
                added: fields.list(&COMMITMENT, "added")?,
                removed: fields.list(&COMMITMENT, "removed")?,
            }),
            _ => fields.of_device(&link.link_type),
        }
    }

    /// What the link commits to under this name.
    #[must_use]
    pub(super) fn commitment(&self, field: &str) -> Option<&Octets> {
        let member = |of: &'static str| field.strip_prefix(of)?.parse::<usize>().ok();
        match (self, field) {
            (
                Self::UserRoot { device, .. }
                | Self::DeviceAdd { device, .. }
                | Self::DeviceAddAndApprove { device, .. },
                "device_name",
            ) => Some(&device.name),
            (Self::DeviceRename { device_name, .. }, "device_name") => Some(device_name),
            (Self::UserRoot { email_change, .. }, "email_change") => email_change.as_ref(),
            (Self::UserRoot { account_change, .. }, "account_change") => account_change.as_ref(),
            (Self::EmailChange { email_change }, "email_change") => Some(email_change),
            (Self::AccountChange { account_change }, "account_change") => Some(account_change),
            (Self::UserIdChange { user_id_change }, "user_id_change") => Some(user_id_change),
            (Self::EscrowAdmin { escrow_admin }, "escrow_admin") => Some(escrow_admin),
            (Self::ChangeMembers { added, removed }, _) => member("added/")
                .and_then(|at| added.get(at))
                .or_else(|| member("removed/").and_then(|at| removed.get(at))),
            _ => None,
        }
    }

    /// The device that authorizes the link.
    #[must_use]
    pub fn signer(&self) -> Option<&str> {
        match self {
            Self::DeviceRename { device_id: signer, .. }
            | Self::DeviceRevoke { signer: Some(signer), .. }
            | Self::DeviceKeyRotate { signer, .. }
            | Self::BatchApprove { signer, .. }
            | Self::DeviceAddAndApprove { signer, .. }
            | Self::PerUserKeyRotate { signer, .. }
            | Self::LockdownMode { signer, .. } => Some(signer),
            Self::UserRoot { .. }
            | Self::EmailChange { .. }
            | Self::AccountChange { .. }
            | Self::DeviceAdd { .. }
            | Self::DeviceRevoke { signer: None, .. }
            | Self::UserIdChange { .. }
            | Self::IdpUpdate { .. }
            | Self::EscrowAdmin { .. }
            | Self::ChangeMembers { .. }
            | Self::Unknown => None,
        }
    }

    /// The device that the link brings.
    #[must_use]
    pub fn new_device(&self) -> Option<&NewDevice> {
        match self {
            Self::UserRoot { device, .. }
            | Self::DeviceAdd { device, .. }
            | Self::DeviceAddAndApprove { device, .. } => Some(device),
            _ => None,
        }
    }

    /// The devices that the link revokes.
    #[must_use]
    pub fn revoked(&self) -> &[String] {
        match self {
            Self::DeviceAdd { revoked, .. }
            | Self::DeviceRevoke { revoked, .. }
            | Self::BatchApprove { revoked, .. }
            | Self::DeviceAddAndApprove { revoked, .. } => revoked,
            _ => &[],
        }
    }

    /// The per-user keys that the link brings.
    #[must_use]
    pub fn user_keys(&self) -> Option<&UserKeys> {
        match self {
            Self::UserRoot { user_keys, .. }
            | Self::DeviceAdd { user_keys, .. }
            | Self::DeviceRevoke { user_keys, .. }
            | Self::DeviceKeyRotate { user_keys, .. }
            | Self::BatchApprove { user_keys, .. }
            | Self::DeviceAddAndApprove { user_keys, .. }
            | Self::PerUserKeyRotate { user_keys, .. } => user_keys.as_ref(),
            _ => None,
        }
    }
}

/// The layout of a type of link, where the chain has it.
fn layout(chain: ChainType, link_type: &str) -> Option<&'static Layout> {
    match (chain, link_type) {
        (ChainType::User, "UserRoot") => Some(&USER_ROOT),
        (ChainType::User, "EmailChange") => Some(&EMAIL_CHANGE),
        (ChainType::User, "AccountChange") => Some(&ACCOUNT_CHANGE),
        (ChainType::User, "DeviceAdd") => Some(&DEVICE_ADD),
        (ChainType::User, "DeviceRename") => Some(&DEVICE_RENAME),
        (ChainType::User, "DeviceRevoke") => Some(&DEVICE_REVOKE),
        (ChainType::User, "DeviceKeyRotate") => Some(&DEVICE_KEY_ROTATE),
        (ChainType::User, "BatchApprove") => Some(&BATCH_APPROVE),
        (ChainType::User, "DeviceAddAndApprove") => Some(&DEVICE_ADD_AND_APPROVE),
        (ChainType::User, "PerUserKeyRotate") => Some(&PER_USER_KEY_ROTATE),
        (ChainType::User, "LockdownMode") => Some(&LOCKDOWN_MODE),
        (ChainType::Email, "UserIDChange") => Some(&USER_ID_CHANGE),
        (ChainType::Account, "IDPUpdate") => Some(&IDP_UPDATE),
        (ChainType::Account, "EscrowAdmin") => Some(&ESCROW_ADMIN),
        (ChainType::Membership, "ChangeMembers") => Some(&CHANGE_MEMBERS),
        _ => None,
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

    fn text(&self, name: &str) -> String {
        String::from_utf8_lossy(self.octets(name).as_slice()).into_owned()
    }

    fn commitment_or_none(&self, name: &str) -> Result<Option<Octets>, Rule> {
        let octets = self.octets(name);
        match octets.len() {
            0 => Ok(None),
            32 => Ok(Some(octets)),
            _ => Err(NOT_FIT),
        }
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

    fn keys(&self) -> Result<NewKeys, Rule> {
        let kyber768 = kyber(self.octets("device_kyber768"))?;
        let verifying = self.octets("device_ed25519");
        Ok(NewKeys { verifying, x25519: self.octets("device_x25519"), kyber768 })
    }

    fn device(&self) -> Result<NewDevice, Rule> {
        Ok(NewDevice {
            id: self.text("device_id"),
            name: self.octets("device_name"),
            device_type: self.text("device_type"),
            keys: self.keys()?,
        })
    }

    fn user_keys(&self) -> Result<Option<UserKeys>, Rule> {
        let encoded = self.octets("user_keys");
        if encoded.is_empty() {
            return Ok(None);
        }
        let fields = wire::decode(&USER_KEYS, self.rules, &encoded).map_err(|_| NOT_FIT)?;
        let (kyber, x25519): (Vec<_>, Vec<_>) =
            fields.into_iter().partition(|(name, _)| name.ends_with("kyber768"));
        let kyber: Result<Vec<_>, Rule> = kyber.into_iter().map(|(_, key)| self::kyber(key)).collect();
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

    /// The types that are about devices.
    fn of_device(&self, link_type: &str) -> Result<Body, Rule> {
        let signer = self.text("signer");
        match link_type {
            "DeviceAdd" => Ok(Body::DeviceAdd {
                device: self.device()?,
                user_keys: self.user_keys()?,
                revoked: self.revoked()?,
            }),
            "DeviceRename" => Ok(Body::DeviceRename {
                device_id: self.text("device_id"),
                device_name: self.octets("device_name"),
            }),
            "DeviceRevoke" => {
                let revoked = self.revoked()?;
                if revoked.is_empty() {
                    return Err(NOT_FIT);
                }
                let signer = Some(signer).filter(|signer| !signer.is_empty());
                Ok(Body::DeviceRevoke { signer, revoked, user_keys: self.user_keys()? })
            }
            "DeviceKeyRotate" => Ok(Body::DeviceKeyRotate {
                signer,
                device_id: self.text("device_id"),
                keys: self.keys()?,
                user_keys: self.user_keys()?,
            }),
            "BatchApprove" => Ok(Body::BatchApprove {
                signer,
                revoked: self.revoked()?,
                user_keys: self.user_keys()?,
            }),
            "DeviceAddAndApprove" => {
                let escrow = self.octets("escrow");
                if !escrow.is_empty() {
                    wire::decode(&ESCROW, self.rules, &escrow).map_err(|_| NOT_FIT)?;
                }
                Ok(Body::DeviceAddAndApprove {
                    signer,
                    device: self.device()?,
                    user_keys: self.user_keys()?,
                    revoked: self.revoked()?,
                })
            }
            "PerUserKeyRotate" => {
                Ok(Body::PerUserKeyRotate { signer, user_keys: self.user_keys()? })
            }
            _ => match self.text("mode").as_str() {
                "on" => Ok(Body::LockdownMode { signer, on: true }),
                "off" => Ok(Body::LockdownMode { signer, on: false }),
                _ => Err(NOT_FIT),
            },
        }
    }
}

/// A Kyber key, or none.
fn kyber(key: Octets) -> Result<Octets, Rule> {
    if key.is_empty() || key.len() == KYBER_PUBLIC { Ok(key) } else { Err(NOT_FIT) }
}
