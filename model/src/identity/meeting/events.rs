//! What a client is told in a meeting, as bytes and read (`docs/meeting-identity.md`).

use conclave_spec::{
    Octets, Rule, RuleSet,
    formulas::transparency::TreeState,
    layouts::{
        Layout,
        meeting::{
            ATTESTATION, BINDING, CHAINS, EVENT, GROWTH, LEFT, LISTED, LOOKUP, STATEMENT, TREE,
        },
    },
    wire,
};

/// A device of a user with its identity key, which evidence is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// The user ID.
    pub user_id: String,
    /// The hardware ID.
    pub hardware_id: String,
    /// The identity verification key, 32 bytes.
    pub ivk: Octets,
}

/// What was signed: a list of three tails, and the signature. Neither is read yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OverTails {
    /// The list of the tails.
    pub tails: Octets,
    /// The signature.
    pub signature: Octets,
}

/// Links and openings of a chain, each a list that is not read yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offered {
    /// The links.
    pub links: Octets,
    /// The openings.
    pub openings: Octets,
}

/// What the server says of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The address, empty for none.
    pub email: String,
    /// The account, empty for none.
    pub account_id: String,
    /// The chains of user, address and account.
    pub chains: [Offered; 3],
}

/// An attestation, and what server, resolver and provider say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attestation {
    /// The token.
    pub attestation: String,
    /// The domain of the account.
    pub adn: String,
    /// The holder's signature over both.
    pub signature: Octets,
    /// The domain that the server gives.
    pub served_adn: String,
    /// The provider that the server gives.
    pub served_provider: String,
    /// The records of the domain, lines.
    pub records: String,
    /// The key set of the provider, empty where there is none.
    pub key_set: String,
}

/// Something that a client is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The roster has a device, with its ephemeral key.
    Listed(Subject, Octets),
    /// The roster has the device of this user no more.
    Left(String, String),
    /// A binding with its ephemeral key is on the board.
    Binding(Subject, Octets, OverTails),
    /// The server's statement.
    Statement(Subject, OverTails),
    /// What the server serves of a device's user.
    Chains(Subject, Box<Told>),
    /// What the server gave for a sharing token.
    Attestation(Subject, Box<Attestation>),
    /// A whole chain by now: its type, what it is about.
    Growth(String, String, Offered),
    /// A commitment, its signature and a list of audits.
    Tree(TreeState, Octets, Octets),
    /// The proof of a chain's tail, by type and subject, at an epoch.
    Lookup(String, String, u64, Octets),
    /// Time has passed.
    Time,
}

/// Something that a client is told at a time, in seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The time.
    pub at_s: u64,
    /// What it is told.
    pub what: What,
}

/// The fields of a layout, in order.
struct Fields(std::vec::IntoIter<(&'static str, Octets)>);

impl Fields {
    fn of(layout: &Layout, rules: RuleSet, bytes: &Octets) -> Result<Self, Rule> {
        let fields = wire::decode(layout, rules, bytes).map_err(|_| Rule::EncodingCanonical)?;
        Ok(Self(fields.into_iter()))
    }

    // Every field of these layouts is in them under every rule set.
    fn octets(&mut self) -> Octets {
        self.0.next().map(|(_, value)| value).unwrap_or_default()
    }

    fn text(&mut self) -> String {
        String::from_utf8_lossy(self.octets().as_slice()).into_owned()
    }

    fn number(&mut self) -> u64 {
        wire::read_u64(self.octets().as_slice()).unwrap_or_default()
    }

    fn subject(&mut self) -> Subject {
        Subject { user_id: self.text(), hardware_id: self.text(), ivk: self.octets() }
    }

    fn over_tails(&mut self) -> OverTails {
        OverTails { tails: self.octets(), signature: self.octets() }
    }

    fn offered(&mut self) -> Offered {
        Offered { links: self.octets(), openings: self.octets() }
    }
}

impl Event {
    /// The event in these bytes.
    ///
    /// # Errors
    /// They are none of an event.
    pub fn decode(rules: RuleSet, bytes: &Octets) -> Result<Self, Rule> {
        let mut fields = Fields::of(&EVENT, rules, bytes)?;
        let (at_s, kind, body) = (fields.number(), fields.text(), fields.octets());
        let read = |layout: &Layout| Fields::of(layout, rules, &body);
        let what = match kind.as_str() {
            "listed" => {
                let mut body = read(&LISTED)?;
                What::Listed(body.subject(), body.octets())
            }
            "left" => {
                let mut body = read(&LEFT)?;
                What::Left(body.text(), body.text())
            }
            "binding" => {
                let mut body = read(&BINDING)?;
                What::Binding(body.subject(), body.octets(), body.over_tails())
            }
            "statement" => {
                let mut body = read(&STATEMENT)?;
                What::Statement(body.subject(), body.over_tails())
            }
            "chains" => chains(read(&CHAINS)?),
            "attestation" => attestation(read(&ATTESTATION)?),
            "growth" => {
                let mut body = read(&GROWTH)?;
                What::Growth(body.text(), body.text(), body.offered())
            }
            "tree" => {
                let mut body = read(&TREE)?;
                let (epoch, root, vrf_key) = (body.number(), body.octets(), body.octets());
                What::Tree(TreeState { epoch, root, vrf_key }, body.octets(), body.octets())
            }
            "lookup" => {
                let mut body = read(&LOOKUP)?;
                What::Lookup(body.text(), body.text(), body.number(), body.octets())
            }
            "time" if body.is_empty() => What::Time,
            _ => return Err(Rule::EncodingCanonical),
        };
        Ok(Self { at_s, what })
    }

    /// Its bytes; none where a width is wrong.
    #[must_use]
    pub fn encode(&self, rules: RuleSet) -> Octets {
        let (kind, body) = self.what.encode(rules);
        let (at_s, kind) = (wire::u64_be(self.at_s), Octets::from(kind));
        let fields = [("at_s", at_s), ("kind", kind), ("body", body)];
        wire::encode(&EVENT, rules, &fields).unwrap_or_default()
    }
}

fn chains(mut body: Fields) -> What {
    let subject = body.subject();
    let (email, account_id) = (body.text(), body.text());
    let chains = [body.offered(), body.offered(), body.offered()];
    What::Chains(subject, Box::new(Told { email, account_id, chains }))
}

fn attestation(mut body: Fields) -> What {
    let subject = body.subject();
    let attestation = Attestation {
        attestation: body.text(),
        adn: body.text(),
        signature: body.octets(),
        served_adn: body.text(),
        served_provider: body.text(),
        records: body.text(),
        key_set: body.text(),
    };
    What::Attestation(subject, Box::new(attestation))
}

impl Subject {
    fn fields(&self) -> Vec<Octets> {
        vec![text(&self.user_id), text(&self.hardware_id), self.ivk.clone()]
    }
}

fn text(value: &str) -> Octets {
    Octets::from(value)
}

impl What {
    /// Its kind and its body.
    fn encode(&self, rules: RuleSet) -> (&'static str, Octets) {
        let (kind, layout, values) = match self {
            Self::Listed(subject, pk) => {
                ("listed", &LISTED, [subject.fields(), vec![pk.clone()]].concat())
            }
            Self::Left(user_id, hardware_id) => {
                ("left", &LEFT, vec![text(user_id), text(hardware_id)])
            }
            Self::Binding(subject, pk, OverTails { tails, signature }) => {
                let signed = vec![pk.clone(), tails.clone(), signature.clone()];
                ("binding", &BINDING, [subject.fields(), signed].concat())
            }
            Self::Statement(subject, OverTails { tails, signature }) => {
                let signed = vec![tails.clone(), signature.clone()];
                ("statement", &STATEMENT, [subject.fields(), signed].concat())
            }
            Self::Chains(subject, told) => {
                let mut values = subject.fields();
                values.extend([text(&told.email), text(&told.account_id)]);
                let lists =
                    told.chains.iter().flat_map(|it| [it.links.clone(), it.openings.clone()]);
                values.extend(lists);
                ("chains", &CHAINS, values)
            }
            Self::Attestation(subject, it) => {
                let (attestation, adn) = (text(&it.attestation), text(&it.adn));
                let shown = vec![attestation, adn, it.signature.clone()];
                let served = [&it.served_adn, &it.served_provider, &it.records, &it.key_set];
                let served = served.map(|it| text(it)).to_vec();
                ("attestation", &ATTESTATION, [subject.fields(), shown, served].concat())
            }
            Self::Growth(kind, subject, Offered { links, openings }) => {
                let values = vec![text(kind), text(subject), links.clone(), openings.clone()];
                ("growth", &GROWTH, values)
            }
            Self::Tree(TreeState { epoch, root, vrf_key }, signature, audits) => {
                let state = vec![wire::u64_be(*epoch), root.clone(), vrf_key.clone()];
                ("tree", &TREE, [state, vec![signature.clone(), audits.clone()]].concat())
            }
            Self::Lookup(kind, subject, epoch, proof) => {
                let values = vec![text(kind), text(subject), wire::u64_be(*epoch), proof.clone()];
                ("lookup", &LOOKUP, values)
            }
            Self::Time => return ("time", Octets::default()),
        };
        let names = layout.fields.iter().map(|field| field.name);
        let fields: Vec<_> = names.zip(values).collect();
        (kind, wire::encode(layout, rules, &fields).unwrap_or_default())
    }
}
