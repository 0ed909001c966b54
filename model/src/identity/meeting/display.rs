//! What is displayed of a participant.

use conclave_spec::{Octets, Rule, RuleSet, layouts::meeting::DISPLAY, wire};

use super::{ShownBy, Subject};
use crate::identity::Participant;

/// How the check of a participant stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Something is not there yet.
    Waiting,
    /// A rule is broken.
    Failed(Rule),
    /// It has ended well.
    Ended(ShownBy, Box<Participant>),
}

impl Standing {
    /// How the page calls it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Failed(_) => "failed",
            Self::Ended(shown, _) => shown.word(),
        }
    }

    /// Whether identifiers are displayed by it.
    pub(super) const fn is_shown(&self) -> bool {
        matches!(self, Self::Ended(ShownBy::Attested | ShownBy::LookedUp, _))
    }
}

/// What is displayed of a participant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Display {
    /// Whom it is about.
    pub subject: Subject,
    /// How the check stands.
    pub standing: Standing,
    /// The device in use, empty for none.
    pub device_id: String,
    /// The address, empty for none.
    pub email: String,
    /// The account, empty for none.
    pub account_id: String,
    /// The domain of the account, empty for none.
    pub adn: String,
    /// The provider that vouches, empty for none.
    pub provider: String,
    /// Whether a host may give the participant keys now.
    pub keys: bool,
}

impl Display {
    /// What is displayed in this standing: identifiers only of whom they are proved.
    pub(super) fn of(rules: RuleSet, subject: Subject, standing: Standing) -> Self {
        let mut display = Self {
            subject,
            standing,
            device_id: String::new(),
            email: String::new(),
            account_id: String::new(),
            adn: String::new(),
            provider: String::new(),
            keys: false,
        };
        if let Standing::Ended(shown, participant) = &display.standing
            && (*shown != ShownBy::Nothing || !rules.contains(Rule::ShownWithProof))
        {
            let device = participant.device.as_ref();
            display.device_id = device.map(|device| device.id.clone()).unwrap_or_default();
            display.email.clone_from(&participant.email);
            display.account_id.clone_from(&participant.account_id);
            let attested = participant.attested.clone();
            let attested = attested.map(|attested| (attested.adn, attested.provider));
            (display.adn, display.provider) = attested.unwrap_or_default();
        }
        display
    }

    /// The same with whether a host gives keys, in a meeting that demands a check or does not.
    pub(super) fn giving_keys(mut self, rules: RuleSet, host_checks: bool) -> Self {
        let is_attested = matches!(self.standing, Standing::Ended(ShownBy::Attested, _));
        let is_named = is_attested || !(self.email.is_empty() && self.account_id.is_empty());
        let is_somebody = is_named || !rules.contains(Rule::KeysToNamed);
        let shown = self.standing.is_shown() && is_somebody;
        self.keys = shown || !host_checks || !rules.contains(Rule::KeysToChecked);
        self
    }

    /// Whether identifiers are displayed.
    #[must_use]
    pub const fn names_anybody(&self) -> bool {
        !(self.device_id.is_empty()
            && self.email.is_empty()
            && self.account_id.is_empty()
            && self.adn.is_empty()
            && self.provider.is_empty())
    }

    /// Its bytes; none where a width is wrong.
    #[must_use]
    pub fn encode(&self, rules: RuleSet) -> Octets {
        let Subject { user_id, hardware_id, ivk } = &self.subject;
        let reason = match self.standing {
            Standing::Failed(rule) => rule.id(),
            Standing::Waiting | Standing::Ended(..) => "",
        };
        let fields: [(&str, &[u8]); 11] = [
            ("user_id", user_id.as_bytes()),
            ("hardware_id", hardware_id.as_bytes()),
            ("ivk", ivk.as_slice()),
            ("state", self.standing.word().as_bytes()),
            ("reason", reason.as_bytes()),
            ("device_id", self.device_id.as_bytes()),
            ("email", self.email.as_bytes()),
            ("account_id", self.account_id.as_bytes()),
            ("adn", self.adn.as_bytes()),
            ("provider", self.provider.as_bytes()),
            ("keys", if self.keys { b"yes".as_slice() } else { b"no" }),
        ];
        wire::encode(&DISPLAY, rules, &fields).unwrap_or_default()
    }
}
