//! What a client writes: a link behind a chain that it has checked (4.6, subsubsec:usersigchains; reading
//! Whether it may is for the verifiers' own rules to say.

use std::collections::{BTreeMap, BTreeSet};

use conclave_spec::{
    Label, Octets, Rule, RuleSet,
    formulas::{
        box_classic::public_key,
        box_hybrid::kem_keys,
        per_user_keys::per_user_keys,
        sigchain::{Link, commitment},
        sign::{sign, verifying_key},
    },
    layouts::sigchain::{DEVICE_ID, OPENING},
    wire,
};

use super::{
    Body, ChainType, Opened, Served,
    body::{Kind, layout_of},
    build::{name_value, signature_list},
    history::History,
    require,
    seeds::{Due, due},
};

/// A device by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    /// The name.
    pub name: &'a str,
    /// The key of the commitment to it, 32 bytes.
    pub key: &'a Octets,
}

/// The secrets of new keys of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewSecrets<'a> {
    /// The seed of the Ed25519 key, 32 bytes.
    pub ed25519: &'a Octets,
    /// The X25519 secret, 32 bytes.
    pub x25519: &'a Octets,
    /// The seed of the Kyber768 key, 64 bytes, or empty for none.
    pub kyber768: &'a Octets,
}

/// What is to be written. A part that the type of the link has not is none or empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intent<'a> {
    /// The type of the link.
    pub link_type: &'a str,
    /// The device that signs, and the seed of its Ed25519 key.
    pub signer: Option<(&'a str, &'a Octets)>,
    /// A new device: its identifier and type.
    pub device: Option<(&'a str, &'a str)>,
    /// The name of a device.
    pub named: Option<Named<'a>>,
    /// New keys of a device.
    pub new: Option<NewSecrets<'a>>,
    /// The devices to be revoked.
    pub revoke: &'a [String],
    /// Lockdown, `on` or `off`.
    pub mode: &'a str,
    /// The seed of new per-user keys, 32 bytes; not looked at where the link brings none.
    pub seed: &'a Octets,
    /// The number of the last link that the user was shown.
    pub shown: u32,
}

/// A link as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The link.
    pub link: Octets,
    /// What opens the name in it, encoded; empty without a name.
    pub opening: Octets,
    /// The seeds to be sealed with it.
    pub due: Vec<Due>,
}

/// Why nothing is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotWritten {
    /// By a rule.
    By(Rule),
    /// Something has a wrong width, or a generation is said to be known, or a link to be shown, that is
    /// not there.
    Unfit,
}

impl From<Rule> for NotWritten {
    fn from(rule: Rule) -> Self {
        Self::By(rule)
    }
}

/// Which parts of an [`Intent`] a type of link has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// A device that signs.
    pub signer: bool,
    /// A new device.
    pub device: bool,
    /// A name.
    pub named: bool,
    /// New keys.
    pub new: bool,
    /// Devices to be revoked.
    pub revoke: bool,
    /// A mode.
    pub mode: bool,
}

impl Parts {
    /// Those of a type that clients write; `None` for any other.
    #[must_use]
    pub fn of(link_type: &str) -> Option<Self> {
        let none = Self {
            signer: false,
            device: false,
            named: false,
            new: false,
            revoke: false,
            mode: false,
        };
        let signed = Self { signer: true, ..none };
        let adds = Self { device: true, named: true, new: true, ..none };
        Some(match link_type {
            "UserRoot" => adds,
            "DeviceAdd" => Self { revoke: true, ..adds },
            "DeviceAddAndApprove" => Self { signer: true, revoke: true, ..adds },
            "DeviceRename" => Self { named: true, ..signed },
            "DeviceRevoke" | "BatchApprove" => Self { revoke: true, ..signed },
            "DeviceKeyRotate" => Self { new: true, ..signed },
            "PerUserKeyRotate" => signed,
            "LockdownMode" => Self { mode: true, ..signed },
            _ => return None,
        })
    }
}

/// Writes the link that comes next. `known` are the generations whose seeds the device that signs has.
///
/// # Errors
/// The chain does not hold, the link would be refused, the user was not shown what it covers, or
/// something does not fit.
pub fn write(
    rules: RuleSet,
    served: &Served<'_>,
    intent: &Intent<'_>,
    known: &BTreeSet<u32>,
) -> Result<Written, NotWritten> {
    let history = History::so_far(rules, served).map_err(|refusal| refusal.rule)?;
    let chain = &history.chain;
    let (kind, _) = layout_of(ChainType::User, intent.link_type).ok_or(NotWritten::Unfit)?;
    let rooted = kind == Kind::UserRoot || !served.links.is_empty();
    require(rules, Rule::RootFirst, rooted)?;
    let beyond = intent.shown > chain.tail.last_sequence_number;
    if beyond || known.iter().any(|it| *it == 0 || *it > chain.generation) {
        return Err(NotWritten::Unfit);
    }
    let covers = matches!(kind, Kind::DeviceAdd | Kind::BatchApprove | Kind::DeviceAddAndApprove);
    let unseen = history.since(intent.shown).any(|event| event.added.is_some());
    require(rules, Rule::ApprovesShown, !covers || !unseen)?;
    let taken = history.since(intent.shown).any(|event| event.taken.is_some());
    require(rules, Rule::ApprovesShownKeys, !covers || !taken)?;

    let draft = Draft::of(rules, &history, served.cloud_name, intent)?;
    let link = draft.link(rules, &history, intent)?;
    let bytes = link.encode(rules).map_err(|_| NotWritten::Unfit)?;
    let opened = Opened { names: draft.name.clone().into_iter().collect(), ..Opened::default() };
    let opening = draft.opening(rules, intent);
    let next = match chain.extended_by(rules, served.cloud_name, &link, &opened) {
        Ok(next) => next,
        Err(rule) if rules.contains(Rule::WritesAdmissible) => return Err(NotWritten::By(rule)),
        Err(_) => return Ok(Written { link: bytes, opening, due: Vec::new() }),
    };
    let mut links = served.links.to_vec();
    links.push(bytes.clone());
    let due = due(rules, &links, &next, known)?;
    Ok(Written { link: bytes, opening, due })
}

/// A link before it has per-user keys and signatures.
struct Draft {
    values: BTreeMap<&'static str, Octets>,
    link: Link,
    /// The name that it gives, with its version.
    name: Option<(String, u32)>,
}

impl Draft {
    fn of(
        rules: RuleSet,
        history: &History,
        cloud_name: &str,
        intent: &Intent<'_>,
    ) -> Result<Self, NotWritten> {
        let chain = &history.chain;
        let mut values = BTreeMap::new();
        let signer = intent.signer.map_or("", |(id, _)| id);
        // A device renames itself and rotates its own keys.
        let (device_id, device_type) = intent.device.unwrap_or((signer, ""));
        values.insert("signer", signer.into());
        values.insert("device_id", device_id.into());
        values.insert("device_type", device_type.into());
        values.insert("mode", intent.mode.into());
        values.insert("revoke_device_ids", revoked(history, intent.revoke)?);
        if let Some(secrets) = &intent.new {
            values.extend(secrets.public().ok_or(NotWritten::Unfit)?);
        }
        let versioned = |named: Named<'_>| {
            let next = chain.next_version(named.name).ok_or(NotWritten::Unfit)?;
            let version = if rules.contains(Rule::NameNextVersion) { next } else { 1 };
            Ok::<_, NotWritten>((named.name.to_owned(), version))
        };
        let name = intent.named.map(versioned).transpose()?;
        if let Some((named, (name, version))) = intent.named.zip(name.as_ref()) {
            let committed = commitment(rules, named.key, &name_value(name, *version));
            values.insert("device_name", committed);
        }
        let number = chain.tail.last_sequence_number.checked_add(1).ok_or(NotWritten::Unfit)?;
        let link = Link {
            sigchain_type: ChainType::User.name().to_owned(),
            link_type: intent.link_type.to_owned(),
            sequence_number: number,
            prev: chain.tail.last_link_hash.clone(),
            cloud_name: cloud_name.to_owned(),
            subject: chain.user_id.as_str().into(),
            body: Octets::default(),
            signatures: Octets::default(),
        };
        Ok(Self { values, link, name })
    }

    /// The link with what its type carries.
    fn bodied(&self, user_keys: Octets) -> Result<Link, NotWritten> {
        let layout = layout_of(ChainType::User, &self.link.link_type);
        let (_, layout) = layout.ok_or(NotWritten::Unfit)?;
        let mut values = self.values.clone();
        values.insert("user_keys", user_keys);
        let value = |name| (name, values.get(name).cloned().unwrap_or_default());
        let fields: Vec<_> = layout.fields.iter().map(|field| value(field.name)).collect();
        let body = wire::encode(layout, RuleSet::all(), &fields).map_err(|_| NotWritten::Unfit)?;
        Ok(Link { body, ..self.link.clone() })
    }

    /// The link, signed, with keys where it must bring some.
    fn link(
        &self,
        rules: RuleSet,
        history: &History,
        intent: &Intent<'_>,
    ) -> Result<Link, NotWritten> {
        let chain = &history.chain;
        let without = self.bodied(Octets::default())?;
        let body = Body::read(rules, ChainType::User, &without)?;
        let link = if chain.must_bring(&body) {
            let keys = per_user_keys(rules, intent.seed).ok_or(NotWritten::Unfit)?.public;
            let hybrid = chain.classic_after(&body) == 0;
            let keys = if hybrid { keys } else { keys.classic() };
            self.bodied(keys.encode(rules).ok_or(NotWritten::Unfit)?)?
        } else {
            without
        };
        let signed = link.signed(rules).map_err(|_| NotWritten::Unfit)?;
        let seeds = intent.signer.iter().map(|(_, seed)| *seed);
        let seeds = seeds.chain(intent.new.iter().map(|new| new.ed25519));
        let signature = |seed: &Octets| sign(rules, seed, Label::SigchainLink, &signed);
        let signatures: Option<Vec<_>> = seeds.map(signature).collect();
        let signatures = signature_list(&signatures.ok_or(NotWritten::Unfit)?);
        Ok(Link { signatures, ..link })
    }

    fn opening(&self, rules: RuleSet, intent: &Intent<'_>) -> Octets {
        let Some((named, (name, version))) = intent.named.zip(self.name.as_ref()) else {
            return Octets::default();
        };
        let number = wire::u32_be(self.link.sequence_number);
        let value = name_value(name, *version);
        let fields: [(&str, &[u8]); 4] = [
            ("sequence_number", number.as_slice()),
            ("field", b"device_name"),
            ("key", named.key.as_slice()),
            ("value", value.as_slice()),
        ];
        wire::encode(&OPENING, rules, &fields).unwrap_or_default()
    }
}

/// The list of devices to be revoked: the oldest first, those that are none of the chain last.
fn revoked(history: &History, ids: &[String]) -> Result<Octets, NotWritten> {
    let mut ids: Vec<_> = ids.iter().collect();
    ids.sort_by_key(|id| history.chain.place(id).unwrap_or(usize::MAX));
    let one =
        |id: &&String| wire::encode(&DEVICE_ID, RuleSet::all(), &[("device_id", id.as_bytes())]);
    let encoded: Result<Vec<_>, _> = ids.iter().map(one).collect();
    Ok(wire::join(&encoded.map_err(|_| NotWritten::Unfit)?))
}

impl NewSecrets<'_> {
    /// The public keys, by field.
    fn public(&self) -> Option<[(&'static str, Octets); 3]> {
        let kyber768 = if self.kyber768.is_empty() {
            Octets::default()
        } else {
            kem_keys(self.kyber768)?.public
        };
        Some([
            ("device_ed25519", verifying_key(self.ed25519)?),
            ("device_x25519", public_key(self.x25519)?),
            ("device_kyber768", kyber768),
        ])
    }
}
