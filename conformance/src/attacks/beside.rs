//! Attacks beside meetings: on what a server serves of devices, addresses and attestations. Their steps
//! are cases of byte formulas, for none of this is of a profile.

use conclave_spec::{Kind, Rule};

use crate::{
    cases::FormulaDraft,
    compute::{Refused, compute, rules},
};

/// An attack made of cases of byte formulas.
#[derive(Clone, Copy, Debug)]
pub struct Beside {
    /// Its stable identifier. Never reused.
    pub id: &'static str,
    /// What it is.
    pub title: &'static str,
    /// What happens.
    pub story: &'static str,
    /// How to read the outcomes.
    pub note: &'static str,
    /// What a client is given, and what must come of it.
    pub steps: &'static [Step],
}

/// A case by its name, and what must come of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The client takes it: as far as the paper admits the attack.
    Taken(&'static str),
    /// The client refuses it by this rule, and takes it without the rule.
    Refused(&'static str, Rule),
}

use Step::{Refused as Refuses, Taken};

/// Every one of them, in the order of the identifiers.
pub const BESIDE: [Beside; 9] = [
    Beside {
        id: "ATK-ZM-34",
        title: "Attestation abused",
        story: "Somebody shows an attestation that is another's, has run out, or that the provider of \
                the domain never made; or shares one for longer than a day.",
        note: "Whoever has the provider's keys, or the user's account there, attests what it likes: \
               admitted.",
        steps: &[
            Refuses("attestation-not-of-record", Rule::ProviderOfRecord),
            Refuses("attestation-provider-not-served", Rule::ProviderAsServed),
            Refuses("attestation-expired", Rule::TokenUnexpired),
            Refuses("attestation-of-another-address", Rule::AddressAsServed),
            Refuses("attestation-of-another-key", Rule::SnapshotOfBinding),
            Refuses("attestation-domain-not-served", Rule::DomainAsServed),
            Refuses("sharing-token-old", Rule::SharingTokenLives),
        ],
    },
    Beside {
        id: "ATK-DV-01",
        title: "Approval in the middle",
        story: "A user adds a device. The server shows the older device another addition in its place, \
                of the attacker's keys under the same name, and the user approves it.",
        note: "The chain is in order. It shows where fingerprints are compared, which is an act of people.",
        steps: &[Taken("three-devices"), Refuses("fingerprint-another", Rule::FingerprintCompared)],
    },
    Beside {
        id: "ATK-DV-02",
        title: "Device that nobody asked for",
        story: "Who has a user's password, or the server, adds a device, which makes per-user keys that \
                others seal to at once.",
        note: "Admitted outside lockdown: who looks at the devices sees one that nobody approved.",
        steps: &[
            Taken("another-device"),
            Refuses("added-in-lockdown-with-keys", Rule::LockdownKeysConfirmed),
        ],
    },
    Beside {
        id: "ATK-DV-03",
        title: "Revoked device keeps the keys",
        story: "A device revokes itself, or is revoked on the website: nobody makes per-user keys, so it \
                has those in use.",
        note: "Keys of its own making are refused. What is left is finding F-16, which `conclave explore \
               --scenario device-family` comes upon.",
        steps: &[
            Taken("revoked-by-itself"),
            Refuses("revoked-by-itself-with-keys", Rule::LeaverBringsNoKeys),
            Taken("revoked-by-the-server"),
            Refuses("revoked-by-the-server-with-keys", Rule::ServerBringsNoKeys),
        ],
    },
    Beside {
        id: "ATK-DV-04",
        title: "Chain of before the revocation",
        story: "The server serves a chain as it was before a device was revoked, or another one that \
                begins alike.",
        note: "Who has seen the chain refuses. Who asks for the first time takes what it is served: \
               admitted, and shown by fingerprints.",
        steps: &[
            Refuses("known-chain-shorter", Rule::ChainExtends),
            Refuses("known-chain-rewritten", Rule::ChainExtends),
        ],
    },
    Beside {
        id: "ATK-DV-05",
        title: "Revoked by who waits",
        story: "In lockdown a device that is not confirmed revokes the user's other devices.",
        note: "The paper lets it: the user is shut out. It brings no keys, so it reads nothing.",
        steps: &[
            Taken("revoked-by-who-waits"),
            Refuses("revoked-with-keys-by-who-waits", Rule::LockdownKeysConfirmed),
        ],
    },
    Beside {
        id: "ATK-DV-06",
        title: "Address given to another",
        story: "Changes of address and account are signed by nobody. The server gives a user's address \
                to a user of its own.",
        note: "The link is in order, in lockdown too. Who looks at both chains sees whose the address is.",
        steps: &[Taken("address-noted"), Refuses("address-is-anothers", Rule::EmailHeldByUser)],
    },
    Beside {
        id: "ATK-DV-07",
        title: "Escrow chain substituted",
        story: "The server gives a member another chain of administrators than the account has: that of \
                other people, one without lockdown, or one whose newest keys are of a device that it \
                added. What the member's devices can read is sealed for these keys.",
        note: "Who sees the chain for the first time has its fingerprint alone. A fork by a device that \
               was revoked on the other branch is followed by whoever never saw that one: admitted \
               without the transparency tree, finding F-22.",
        steps: &[
            Refuses("administrators-of-another-user-id", Rule::AdministratorsNamed),
            Refuses("administrators-of-another-account", Rule::AdministratorsOfAccount),
            Refuses("administrators-out-of-lockdown", Rule::AdministratorsLocked),
            Refuses("administrators-keys-by-a-ghost", Rule::AdministratorsKeysTrusted),
            Refuses("administrators-with-an-escrow-device", Rule::AdministratorsWithoutEscrow),
            Refuses("administrators-forked", Rule::ChainExtends),
            Taken("administrators-forked-unseen"),
        ],
    },
    Beside {
        id: "ATK-MX-05",
        title: "One identifier for two devices",
        story: "As in Matrix (CVE-2022-39250), where a device could be named like a key: the server adds a \
                device under the identifier, or with the keys, of one that is there.",
        note: "What signs, approves and revokes names a device by an identifier that is never given again.",
        steps: &[
            Refuses("device-id-again", Rule::DeviceIdNew),
            Refuses("device-keys-again", Rule::DeviceKeysNew),
            Refuses("device-id-of-a-revoked-one", Rule::DeviceIdNew),
        ],
    },
];

impl Beside {
    /// The attack with this identifier, with or without `ATK-`, in any case.
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        let wanted = id.to_uppercase();
        let short = |it: &Self| it.id.trim_start_matches("ATK-") == wanted;
        BESIDE.into_iter().find(|it| it.id == wanted || short(it))
    }

    /// What came of each step. `cases` are those of the rules in force.
    #[must_use]
    pub fn judged(&self, cases: &[FormulaDraft]) -> Vec<JudgedStep> {
        self.steps.iter().map(|step| step.judged(cases)).collect()
    }
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedStep {
    /// The step.
    pub step: Step,
    /// The title of its case; empty if there is none of that name.
    pub title: String,
    /// What is not as written down; nothing if all is.
    pub wrong: Option<String>,
}

impl Step {
    /// The name of its case.
    #[must_use]
    pub const fn case(self) -> &'static str {
        match self {
            Taken(case) | Refuses(case, _) => case,
        }
    }

    fn judged(self, cases: &[FormulaDraft]) -> JudgedStep {
        let Some(case) = cases.iter().find(|case| case.name == self.case()) else {
            let wrong = Some(format!("there is no case {}", self.case()));
            return JudgedStep { step: self, title: String::new(), wrong };
        };
        JudgedStep { step: self, title: case.title.clone(), wrong: self.wrong(case) }
    }

    fn wrong(self, case: &FormulaDraft) -> Option<String> {
        let got = compute(rules(), case.formula, &case.inputs);
        match self {
            Taken(_) => got.err().map(|refused| format!("it is not taken: {refused:?}")),
            Refuses(_, rule) => {
                if got != Err(Refused::By(rule)) {
                    return Some(format!("it is not refused by {}: {got:?}", rule.id()));
                }
                let without = rules().less(rule.with_dependents());
                let taken = compute(without, case.formula, &case.inputs).is_ok();
                let bears = taken && rule.kind() == Kind::Guard;
                (!bears).then(|| format!("without {} it is not taken", rule.id()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::formula_drafts;

    #[test]
    fn every_step_is_as_written_down_and_every_refusal_rests_on_its_rule() {
        let cases = formula_drafts(rules());
        for attack in BESIDE {
            assert_eq!(Beside::by_id(attack.id).map(|it| it.id), Some(attack.id));
            for judged in attack.judged(&cases) {
                assert_eq!(judged.wrong, None, "{} {}", attack.id, judged.step.case());
            }
        }
    }

    #[test]
    fn a_wrong_expectation_is_noticed() {
        let cases = formula_drafts(rules());
        for attack in BESIDE {
            for step in attack.steps {
                let other = match step {
                    Taken(case) => Refuses(case, Rule::ChainExtends),
                    Refuses(case, _) => Taken(case),
                };
                assert!(other.judged(&cases).wrong.is_some(), "{} {}", attack.id, step.case());
            }
        }
        assert!(Taken("no-such-case").judged(&cases).wrong.is_some());
    }
}
