//! A participant with chains, whom cases change in one place.

use conclave_spec::{
    Label, Octets, RuleSet,
    formulas::{
        attestation::{sign_attestation, snapshot},
        binding::{Binding, Statement, binding, statement},
        identity::{Snapshot, Tails, binding_with_tails, statement_with_tails},
        sigchain::{Tail, commitment},
        sign::{sign, verifying_key},
    },
};
use serde_json::{Value, json};

use super::{
    Inputs, disclosures, inputs, joined,
    provider::{DOMAIN, Key, key_set, token},
    text,
};
use conclave_model::sigchain::build::{
    ACCOUNT, ADDRESS, ALICE, CLOUD, Chain, Device, LAPTOP, PHONE, TABLET, account, account_value,
    bytes, commitment_key, email_value, idp, rooted, user_id, user_value,
};

/// The domain of Alice's account.
pub(super) const ADN: &str = "example.org";
/// When everything is looked at, in seconds since 1970.
pub(super) const NOW_S: u64 = 1_700_000_000;
/// A device that is not in Alice's chain.
pub(super) const WATCH: Device = Device::named("watch");

/// The meeting.
pub(super) const MEETING: &str = "93017455128";

/// Alice in a meeting, as another client is told of her.
#[derive(Clone)]
pub(super) struct Scene {
    pub(super) world: RuleSet,
    /// Her user ID.
    pub(super) who: &'static str,
    /// The hardware ID of her device.
    pub(super) hardware: &'static str,
    /// What her ephemeral key is made of.
    pub(super) ephemeral: &'static str,
    /// Her chain: the laptop in the account, the phone, the tablet, which the laptop revokes, and
    /// in the fifth link her address.
    pub(super) user: Chain,
    pub(super) email: Chain,
    pub(super) account: Chain,
    /// What the server says is her address, empty for none.
    pub(super) email_name: &'static str,
    /// What the server says is her account, empty for none.
    pub(super) account_name: &'static str,
    pub(super) known: Tails,
    /// The device that joined.
    pub(super) device: Device,
    /// The tails that the binding is over, if not those of today.
    pub(super) bound: Option<Tails>,
    /// The tails that the statement is over, if not those of today.
    pub(super) stated: Option<Tails>,
    /// The attestation, empty for none.
    pub(super) attestation: String,
}

impl Scene {
    pub(super) fn of(world: RuleSet) -> Self {
        Self {
            world,
            who: ALICE,
            hardware: "alice-laptop",
            ephemeral: "alice's ephemeral key",
            user: Self::user_in(world, ACCOUNT),
            email: Self::address_of(world, ALICE, 5),
            account: Chain::new(world, "Account", ACCOUNT).then(&idp(DOMAIN)),
            email_name: ADDRESS,
            account_name: ACCOUNT,
            known: Tails::default(),
            device: LAPTOP,
            bound: None,
            stated: None,
            attestation: String::new(),
        }
    }

    /// Alice's chain without an address, in an account.
    fn unaddressed_in(world: RuleSet, name: &str) -> Chain {
        let mut chain = Chain::new(world, "User", ALICE);
        let keys = chain.new_keys(false);
        let of_account = Self::account_commitment(world, name);
        let root = rooted(LAPTOP, &keys, &Octets::default(), &of_account);
        let (key, value) = (commitment_key(name), account_value(name, 1, 0));
        let chain = chain.then(&root).disclosed("account_change", &key, &value);
        chain.adding(PHONE).adding(TABLET).revoke(LAPTOP, &[TABLET])
    }

    pub(super) fn unaddressed(world: RuleSet) -> Chain {
        Self::unaddressed_in(world, ACCOUNT)
    }

    /// Alice's chain with an address, in an account.
    pub(super) fn user_in(world: RuleSet, name: &str) -> Chain {
        Self::addressed(Self::unaddressed_in(world, name))
    }

    /// A user's chain with the address from then on.
    pub(super) fn addressed(chain: Chain) -> Chain {
        let (key, value) = (commitment_key(ADDRESS), email_value(ADDRESS, 1));
        chain.email(ADDRESS, 1).disclosed("email_change", &key, &value)
    }

    pub(super) fn account_commitment(world: RuleSet, name: &str) -> Octets {
        commitment(world, &commitment_key(name), &account_value(name, 1, 0))
    }

    /// A chain with a change of account, disclosed.
    pub(super) fn moved_to(user: Chain, world: RuleSet, name: &str) -> Chain {
        let value =
            if name.is_empty() { account_value("", 0, 0) } else { account_value(name, 1, 0) };
        let key = commitment_key(name);
        let moved = user.then(&account(&commitment(world, &key, &value)));
        moved.disclosed("account_change", &key, &value)
    }

    /// The chain of the address, which somebody holds from a link of that user's chain on.
    pub(super) fn address_of(world: RuleSet, user: &str, number: u32) -> Chain {
        let (key, value) = (commitment_key(user), user_value(user, number));
        Chain::new(world, "Email", ADDRESS)
            .then(&user_id(&commitment(world, &key, &value)))
            .disclosed("email", &commitment_key("address"), &ADDRESS.into())
            .disclosed("user_id_change", &key, &value)
    }

    /// The same participant without chains.
    pub(super) fn without_chains(self) -> Self {
        let world = self.world;
        Self {
            user: Chain::new(world, "User", ALICE),
            email: Chain::new(world, "Email", ADDRESS),
            account: Chain::new(world, "Account", ACCOUNT),
            email_name: "",
            account_name: "",
            ..self
        }
    }

    /// An encoded tail.
    pub(super) fn tail(kind: &str, number: u32, hash: &Octets) -> Octets {
        let tail = Tail {
            sigchain_type: kind.to_owned(),
            last_sequence_number: number,
            last_link_hash: hash.clone(),
        };
        tail.encode(RuleSet::all()).unwrap_or_default()
    }

    /// The encoded tail of a chain of this type.
    pub(super) fn encoded(kind: &str, chain: &Chain) -> Octets {
        match u32::try_from(chain.links.len()).unwrap_or_default() {
            0 => Octets::default(),
            number => Self::tail(kind, number, &chain.tail()),
        }
    }

    /// The encoded tail of a user's chain.
    pub(super) fn tail_of(user: &Chain) -> Octets {
        Self::encoded("User", user)
    }

    /// The tail of the user's chain when it had so many links.
    pub(super) fn user_tail(&self, links: usize) -> Octets {
        let mut chain = self.user.clone();
        chain.links.truncate(links);
        Self::tail_of(&chain)
    }

    /// The tails of today.
    pub(super) fn tails(&self) -> Tails {
        let said = |name: &str, kind, chain| {
            if name.is_empty() { Octets::default() } else { Self::encoded(kind, chain) }
        };
        Tails {
            user: Self::tail_of(&self.user),
            email: said(self.email_name, "Email", &self.email),
            account: said(self.account_name, "Account", &self.account),
        }
    }

    /// The identity key of the device.
    pub(super) fn ivk(&self) -> Octets {
        verifying_key(&self.device.seed()).unwrap_or_default()
    }

    /// The ephemeral key.
    pub(super) fn pk(&self) -> Octets {
        Octets::new(bytes(self.ephemeral, 32))
    }

    fn uuid() -> [u8; 16] {
        bytes("uuid", 16).try_into().unwrap_or_default()
    }

    fn binding<'a>(&self, uuid: &'a [u8; 16], ivk: &'a Octets, pk: &'a Octets) -> Binding<'a> {
        Binding {
            meeting_id: MEETING,
            meeting_uuid: uuid,
            user_id: self.who,
            hardware_id: self.hardware,
            ivk,
            pk,
        }
    }

    fn signature(&self, seed: &Octets, label: Label, message: &Octets) -> String {
        let signature = sign(self.world, seed, label, message).unwrap_or_default();
        hex::encode(signature.as_slice())
    }

    /// The binding's signature over these tails, by a device.
    pub(super) fn bound_by(&self, device: Device, tails: &Tails) -> String {
        let (uuid, ivk, pk) = (Self::uuid(), self.ivk(), self.pk());
        let message = binding_with_tails(self.world, &self.binding(&uuid, &ivk, &pk), tails);
        self.signature(&device.seed(), Label::Announcement, &message.unwrap_or_default())
    }

    /// The signature of an announcement as meetings have it today.
    pub(super) fn bound_without_tails(&self) -> String {
        let (uuid, ivk, pk) = (Self::uuid(), self.ivk(), self.pk());
        let message = binding(self.world, &self.binding(&uuid, &ivk, &pk)).unwrap_or_default();
        self.signature(&self.device.seed(), Label::Announcement, &message)
    }

    /// A statement about a device and these tails, under the key of this name.
    pub(super) fn stated_by(&self, key: &str, device: Device, tails: &Tails) -> String {
        let ivk = verifying_key(&device.seed()).unwrap_or_default();
        let about = Statement {
            meeting_uuid: &Self::uuid(),
            user_id: self.who,
            hardware_id: self.hardware,
            ivk: &ivk,
        };
        let message = statement_with_tails(self.world, &about, tails).unwrap_or_default();
        let seed = Octets::new(bytes(&format!("{key} seed"), 32));
        self.signature(&seed, Label::ServerStatement, &message)
    }

    /// The signature of the server's statement as meetings have it without chains.
    pub(super) fn stated_without_tails(&self) -> String {
        let ivk = self.ivk();
        let about = Statement {
            meeting_uuid: &Self::uuid(),
            user_id: self.who,
            hardware_id: self.hardware,
            ivk: &ivk,
        };
        let message = statement(self.world, &about).unwrap_or_default();
        let seed = Octets::new(bytes("server seed", 32));
        self.signature(&seed, Label::ServerStatement, &message)
    }

    /// With an attestation over the identity key and these tails.
    pub(super) fn attested(self, tails: &Tails) -> Self {
        let snapshot = Snapshot::text(self.world, &self.ivk(), tails).unwrap_or_default();
        self.claiming(tails, "zoom-identity-snapshot", json!(snapshot))
    }

    /// The same with one claim another.
    pub(super) fn claiming(self, tails: &Tails, name: &str, value: Value) -> Self {
        let snapshot = Snapshot::text(self.world, &self.ivk(), tails).unwrap_or_default();
        let claims = json!({
            "iss": format!("https://{DOMAIN}"),
            "email": ADDRESS,
            "zoom-identity-snapshot": snapshot,
            "iat": NOW_S - 600,
            "exp": NOW_S + 48 * 3600,
        });
        let mut claims = claims.as_object().cloned().unwrap_or_default();
        claims.insert(name.to_owned(), value);
        Self { attestation: token(&claims, Key::Rsa), ..self }
    }

    /// The snapshot of the identity key as meetings without chains have it.
    pub(super) fn snapshot_without_tails(&self) -> String {
        snapshot(self.world, &self.ivk()).unwrap_or_default()
    }

    /// What a client is given.
    pub(super) fn inputs(&self) -> Inputs {
        let today = self.tails();
        let bound = self.bound.as_ref().unwrap_or(&today);
        let stated = self.stated.as_ref().unwrap_or(&today);
        let server = verifying_key(&Octets::new(bytes("server seed", 32))).unwrap_or_default();
        let list = |tails: &Tails| hex::encode(tails.list().as_slice());
        let mut all = inputs(&[
            ("now_s", NOW_S.to_string()),
            ("cloud_name", text(CLOUD)),
            ("server_key", hex::encode(server.as_slice())),
            ("known_tails", list(&self.known)),
            ("meeting_id", text(MEETING)),
            ("meeting_uuid", hex::encode(Self::uuid())),
            ("user_id", text(self.who)),
            ("hardware_id", text(self.hardware)),
            ("ivk", hex::encode(self.ivk().as_slice())),
            ("pk", hex::encode(self.pk().as_slice())),
            ("binding_tails", list(bound)),
            ("binding_signature", self.bound_by(self.device, bound)),
            ("statement_tails", list(stated)),
            ("statement_signature", self.stated_by("server", self.device, stated)),
            ("email", text(self.email_name)),
            ("account_id", text(self.account_name)),
            ("user_links", joined(&self.user)),
            ("user_openings", disclosures(&self.user)),
        ]);
        let of = |name: &str, chain| match name {
            "" => (String::new(), String::new()),
            _ => (joined(chain), disclosures(chain)),
        };
        let (email, account) =
            (of(self.email_name, &self.email), of(self.account_name, &self.account));
        all.extend(inputs(&[
            ("email_links", email.0),
            ("email_openings", email.1),
            ("account_links", account.0),
            ("account_openings", account.1),
        ]));
        all.extend(self.vouched());
        all
    }

    /// The inputs about the attestation; empty ones without one.
    fn vouched(&self) -> Inputs {
        let shown = |value: String| if self.attestation.is_empty() { text("") } else { value };
        let seed = self.device.seed();
        let signature = sign_attestation(self.world, &seed, &self.attestation, ADN);
        let signature = hex::encode(signature.unwrap_or_default().as_slice());
        inputs(&[
            ("attestation", self.attestation.clone()),
            ("adn", shown(text(ADN))),
            ("attestation_signature", shown(signature)),
            ("served_adn", shown(text(ADN))),
            ("served_provider", shown(text(DOMAIN))),
            ("records", shown(format!("v=zoomadn us.zoom.idp.{CLOUD}={DOMAIN}"))),
            ("key_set", shown(key_set(&[Key::Rsa]))),
        ])
    }
}
