//! The links themselves, and the values they commit to.

use conclave_spec::{
    Octets, RuleSet,
    formulas::sigchain::commitment,
    layouts::{
        Layout,
        sigchain::{
            ACCOUNT_CHANGE, ACCOUNT_OPENED, BATCH_APPROVE, CHANGE_MEMBERS, COMMITMENT, DEVICE_ADD,
            DEVICE_ADD_AND_APPROVE, DEVICE_ID, DEVICE_KEY_ROTATE, DEVICE_RENAME, DEVICE_REVOKE,
            EMAIL_CHANGE, EMAIL_OPENED, ESCROW, ESCROW_ADMIN, ESCROW_OPENED, IDP_UPDATE,
            LOCKDOWN_MODE, NAME_OPENED, PER_USER_KEY_ROTATE, SIGNATURE, USER_ID_CHANGE,
            USER_ID_OPENED, USER_ROOT,
        },
    },
    wire,
};

use super::{Device, Draft, bytes};

/// The values of a body, by field.
type Values<'a> = Vec<(&'static str, &'a [u8])>;

/// The random key of a commitment, by what it is to.
#[must_use]
pub fn commitment_key(of: &str) -> Octets {
    Octets::new(bytes(&format!("commitment {of}"), 32))
}

/// The commitment to a device's name.
#[must_use]
pub fn name_commitment(world: RuleSet, name: &str, version: u32, key: &Octets) -> Octets {
    commitment(world, key, &name_value(name, version))
}

/// The value of a device name.
#[must_use]
pub fn name_value(name: &str, version: u32) -> Octets {
    let version = wire::u32_be(version);
    let values: Values<'_> = vec![("name", name.as_bytes()), ("version", version.as_slice())];
    encoded(&NAME_OPENED, &values)
}

/// The chain with another address.
#[must_use]
pub fn email_value(address: &str, number: u32) -> Octets {
    let number = wire::u32_be(number);
    let values: Values<'_> =
        vec![("email", address.as_bytes()), ("email_chain_sequence_number", number.as_slice())];
    encoded(&EMAIL_OPENED, &values)
}

/// The value of a change of account.
#[must_use]
pub fn account_value(account: &str, number: u32, index: u32) -> Octets {
    let (number, index) = (wire::u32_be(number), wire::u32_be(index));
    let values: Values<'_> = vec![
        ("account_id", account.as_bytes()),
        ("membership_chain_sequence_number", number.as_slice()),
        ("addition_index", index.as_slice()),
    ];
    encoded(&ACCOUNT_OPENED, &values)
}

/// The value of the user of an address, or of a member.
#[must_use]
pub fn user_value(user: &str, number: u32) -> Octets {
    let number = wire::u32_be(number);
    let values: Values<'_> =
        vec![("user_id", user.as_bytes()), ("user_chain_sequence_number", number.as_slice())];
    encoded(&USER_ID_OPENED, &values)
}

/// The value of the escrow administrators of an account.
#[must_use]
pub fn escrow_value(user: &str, number: u32) -> Octets {
    let number = wire::u32_be(number);
    let values: Values<'_> = vec![
        ("user_id", user.as_bytes()),
        ("escrow_admin_chain_sequence_number", number.as_slice()),
    ];
    encoded(&ESCROW_OPENED, &values)
}

/// An encoding under all rules: what a link carries depends on no rule.
fn encoded(layout: &Layout, values: &[(&'static str, &[u8])]) -> Octets {
    wire::encode(layout, RuleSet::all(), values).unwrap_or_default()
}

/// Signatures as a link has them.
#[must_use]
pub fn signature_list(signatures: &[Octets]) -> Octets {
    let one = |sig: &Octets| encoded(&SIGNATURE, &[("sig", sig.as_slice())]);
    wire::join(&signatures.iter().map(one).collect::<Vec<_>>())
}

fn id_list(devices: &[Device]) -> Octets {
    let one = |device: &Device| encoded(&DEVICE_ID, &[("device_id", device.id.as_bytes())]);
    wire::join(&devices.iter().map(one).collect::<Vec<_>>())
}

/// An `EmailChange`.
#[must_use]
pub fn email_change(committed: &Octets) -> Draft {
    server("EmailChange", &EMAIL_CHANGE, &[("email_change", committed)])
}

/// A link that nobody signs.
fn server(link_type: &str, layout: &Layout, values: &[(&'static str, &Octets)]) -> Draft {
    let values: Values<'_> = values.iter().map(|(name, value)| (*name, value.as_slice())).collect();
    Draft { link_type: link_type.to_owned(), body: encoded(layout, &values), signers: Vec::new() }
}

/// The fields of a device as a link brings it.
struct Brought {
    name: Octets,
    verifying: Octets,
    x25519: Octets,
    kyber768: Octets,
}

impl Brought {
    fn of(device: Device) -> Self {
        let name = Octets::new(bytes(&format!("{} name", device.id), 32));
        let (verifying, x25519) = (device.verifying(), device.x25519());
        Self { name, verifying, x25519, kyber768: device.kyber768() }
    }

    fn keys(&self) -> [(&'static str, &[u8]); 3] {
        [
            ("device_ed25519", self.verifying.as_slice()),
            ("device_x25519", self.x25519.as_slice()),
            ("device_kyber768", self.kyber768.as_slice()),
        ]
    }

    fn fields<'a>(&'a self, device: &'a Device) -> Values<'a> {
        let mut values: Values<'_> = vec![
            ("device_id", device.id.as_bytes()),
            ("device_name", self.name.as_slice()),
            ("device_type", device.device_type.as_bytes()),
        ];
        values.extend(self.keys());
        values
    }
}

/// A `UserRoot` without address and account.
#[must_use]
pub fn root(device: Device, keys: &Octets) -> Draft {
    rooted(device, keys, &Octets::default(), &Octets::default())
}

/// A `UserRoot`.
#[must_use]
pub fn rooted(device: Device, keys: &Octets, email: &Octets, account: &Octets) -> Draft {
    let brought = Brought::of(device);
    let mut values = brought.fields(&device);
    values.push(("user_keys", keys.as_slice()));
    values.push(("email_change", email.as_slice()));
    values.push(("account_change", account.as_slice()));
    let body = encoded(&USER_ROOT, &values);
    Draft { link_type: "UserRoot".to_owned(), body, signers: vec![device.seed()] }
}

/// A `DeviceAdd`.
#[must_use]
pub fn add(device: Device, keys: &Octets, revoked: &[Device]) -> Draft {
    let name = Octets::new(bytes(&format!("{} name", device.id), 32));
    add_named(device, &name, keys, revoked)
}

/// A `DeviceAdd` with a commitment to a name.
#[must_use]
pub fn add_named(device: Device, name: &Octets, keys: &Octets, revoked: &[Device]) -> Draft {
    let brought = Brought { name: name.clone(), ..Brought::of(device) };
    let revoked = id_list(revoked);
    let mut values = brought.fields(&device);
    values.push(("user_keys", keys.as_slice()));
    values.push(("revoke_device_ids", revoked.as_slice()));
    let body = encoded(&DEVICE_ADD, &values);
    Draft { link_type: "DeviceAdd".to_owned(), body, signers: vec![device.seed()] }
}

/// A `DeviceAddAndApprove`.
#[must_use]
pub fn add_and_approve(by: Device, device: Device, keys: &Octets, escrow: &Octets) -> Draft {
    add_and_approve_less(by, device, keys, escrow, &[])
}

/// A `DeviceAddAndApprove` that revokes others.
#[must_use]
pub fn add_and_approve_less(
    by: Device,
    device: Device,
    keys: &Octets,
    escrow: &Octets,
    revoked: &[Device],
) -> Draft {
    let brought = Brought::of(device);
    let revoked = id_list(revoked);
    let mut values: Values<'_> = vec![("signer", by.id.as_bytes())];
    values.extend(brought.fields(&device));
    values.push(("user_keys", keys.as_slice()));
    values.push(("revoke_device_ids", revoked.as_slice()));
    values.push(("escrow", escrow.as_slice()));
    let body = encoded(&DEVICE_ADD_AND_APPROVE, &values);
    Draft {
        link_type: "DeviceAddAndApprove".to_owned(),
        body,
        signers: vec![by.seed(), device.seed()],
    }
}

/// What an escrow device is for.
#[must_use]
pub fn escrow() -> Octets {
    let (number, generation) = (wire::u32_be(4), wire::u32_be(2));
    let hash = bytes("escrow tail", 32);
    let values: Values<'_> = vec![
        ("user_id", b"escrow-admins"),
        ("last_sequence_number", number.as_slice()),
        ("last_link_hash", hash.as_slice()),
        ("generation", generation.as_slice()),
    ];
    encoded(&ESCROW, &values)
}

/// A `DeviceRename`.
#[must_use]
pub fn rename(device: Device, name: &Octets) -> Draft {
    let values: Values<'_> =
        vec![("device_id", device.id.as_bytes()), ("device_name", name.as_slice())];
    let body = encoded(&DEVICE_RENAME, &values);
    Draft { link_type: "DeviceRename".to_owned(), body, signers: vec![device.seed()] }
}

/// A revocation, by the server where there is no device.
#[must_use]
pub fn revoke(by: Option<Device>, whom: &[Device], keys: &Octets) -> Draft {
    let revoked = id_list(whom);
    let values: Values<'_> = vec![
        ("signer", by.map_or("", |by| by.id).as_bytes()),
        ("revoke_device_ids", revoked.as_slice()),
        ("user_keys", keys.as_slice()),
    ];
    let body = encoded(&DEVICE_REVOKE, &values);
    let signers = by.into_iter().map(Device::seed).collect();
    Draft { link_type: "DeviceRevoke".to_owned(), body, signers }
}

/// A `DeviceKeyRotate`.
#[must_use]
pub fn rotate(by: Device, device: Device, to: Device, keys: &Octets) -> Draft {
    let brought = Brought::of(to);
    let mut values: Values<'_> =
        vec![("signer", by.id.as_bytes()), ("device_id", device.id.as_bytes())];
    values.extend(brought.keys());
    values.push(("user_keys", keys.as_slice()));
    let body = encoded(&DEVICE_KEY_ROTATE, &values);
    Draft { link_type: "DeviceKeyRotate".to_owned(), body, signers: vec![by.seed(), to.seed()] }
}

/// A `BatchApprove`.
#[must_use]
pub fn approve(by: Device, revoked: &[Device], keys: &Octets) -> Draft {
    let revoked = id_list(revoked);
    let values: Values<'_> = vec![
        ("signer", by.id.as_bytes()),
        ("revoke_device_ids", revoked.as_slice()),
        ("user_keys", keys.as_slice()),
    ];
    let body = encoded(&BATCH_APPROVE, &values);
    Draft { link_type: "BatchApprove".to_owned(), body, signers: vec![by.seed()] }
}

/// A `PerUserKeyRotate`.
#[must_use]
pub fn rotate_user_keys(by: Device, keys: &Octets) -> Draft {
    let values: Values<'_> = vec![("signer", by.id.as_bytes()), ("user_keys", keys.as_slice())];
    let body = encoded(&PER_USER_KEY_ROTATE, &values);
    Draft { link_type: "PerUserKeyRotate".to_owned(), body, signers: vec![by.seed()] }
}

/// A `LockdownMode`.
#[must_use]
pub fn lockdown(by: Device, on: bool) -> Draft {
    let mode = if on { "on" } else { "off" };
    let values: Values<'_> = vec![("signer", by.id.as_bytes()), ("mode", mode.as_bytes())];
    let body = encoded(&LOCKDOWN_MODE, &values);
    Draft { link_type: "LockdownMode".to_owned(), body, signers: vec![by.seed()] }
}

/// An `AccountChange`.
#[must_use]
pub fn account(committed: &Octets) -> Draft {
    server("AccountChange", &ACCOUNT_CHANGE, &[("account_change", committed)])
}

/// A `UserIDChange`.
#[must_use]
pub fn user_id(committed: &Octets) -> Draft {
    server("UserIDChange", &USER_ID_CHANGE, &[("user_id_change", committed)])
}

/// An `IDPUpdate`.
#[must_use]
pub fn idp(domain: &str) -> Draft {
    server("IDPUpdate", &IDP_UPDATE, &[("idp_domain", &domain.into())])
}

/// An `EscrowAdmin`.
#[must_use]
pub fn escrow_admin(committed: &Octets) -> Draft {
    server("EscrowAdmin", &ESCROW_ADMIN, &[("escrow_admin", committed)])
}

/// A `ChangeMembers`.
#[must_use]
pub fn members(added: &[Octets], removed: &[Octets]) -> Draft {
    let one = |it: &Octets| encoded(&COMMITMENT, &[("commitment", it.as_slice())]);
    let list = |of: &[Octets]| wire::join(&of.iter().map(one).collect::<Vec<_>>());
    let (added, removed) = (list(added), list(removed));
    server("ChangeMembers", &CHANGE_MEMBERS, &[("added", &added), ("removed", &removed)])
}
