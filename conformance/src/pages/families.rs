//! `device-families.md`: the paper's model of the devices of one user, run to the end of a bound.

use conclave_model::family::{Bound, Found, Reading, Statement, search};

use super::markdown;

/// How far families go here.
const BOUND: Bound = Bound { devices: 5, transitions: 8 };

pub(super) fn page() -> String {
    let found = Reading::ALL.map(|reading| search(reading, BOUND));
    let Bound { devices, transitions } = BOUND;
    let mut text = markdown::opening("Device families", "model/src/family.rs");
    text.push_str(&format!(
        "The appendix of the paper on several devices (4.6, appendix:multidev) is a formal model: devices \
         are provisioned, revoke and approve each other, and rotate a per-user key that is boxed for those \
         who stay. Here every family of at most {devices} devices after at most {transitions} transitions is \
         looked at, by three readings, and every statement judged of each. Families that differ in the \
         names of devices and keys, in when something happened or in who boxed a key are one: no statement \
         speaks of it. `conclave explore --scenario device-family` does it, also \
         within other bounds (`--devices`, `--transitions`). Tests hold a second engine, `stateright`, \
         against this search, within four devices and six transitions: as many families, and ways as short to \
         break a statement about families.\n\n## Readings\n\n"
    ));
    text.push_str(&markdown::table(
        ["reading", "what it is", "families", "transitions between them"],
        found.iter().map(|it| {
            let Found { reading, transitions, .. } = it;
            let (id, text) = (format!("`{}`", reading.id()), reading.text().to_owned());
            [id, text, it.count().to_string(), transitions.to_string()]
        }),
    ));
    text.push_str(
        "\nNot looked at are an approval of some of the younger devices, which no link can say; \
         DeviceKeyRotate, which the appendix equates with PerUserKeyRotate; a revocation of nobody, which is a \
         rotation; and what the appendix does not have either: approving and revoking, or adding and \
         approving, in one link, and lockdown mode.\n\n## Statements\n\nA number is how many transitions it takes at least to \
         break one.\n\n",
    );
    text.push_str(&markdown::table(
        ["statement", "what it says", "source", "literal", "whole", "hardened"],
        Statement::ALL.into_iter().map(|statement| {
            let [literal, whole, hardened] = [0, 1, 2].map(|at| verdict(found.get(at), statement));
            let (says, source) = (statement.text().to_owned(), statement.source().to_owned());
            [statement.id().to_owned(), says, source, literal, whole, hardened]
        }),
    ));
    text.push_str(
        "\nWhat is broken is finding [F-16](../findings/F-16-a-revoked-device-makes-the-key.md).\n\n## The \
         shortest ways\n",
    );
    found.iter().for_each(|it| text.push_str(&ways(it)));
    text.push_str(
        "\n## How many families\n\nBy the transitions it takes at least to come to them.\n\n",
    );
    let levels: Vec<[String; 4]> = (0..=transitions)
        .map(|level| {
            let [literal, whole, hardened] = [0, 1, 2].map(|at| {
                let families = found.get(at).and_then(|it| it.families.get(level));
                families.copied().unwrap_or_default().to_string()
            });
            [level.to_string(), literal, whole, hardened]
        })
        .collect();
    text.push_str(&markdown::table(["transitions", "literal", "whole", "hardened"], levels));
    text
}

fn verdict(found: Option<&Found>, statement: Statement) -> String {
    let way = found.and_then(|found| found.broken.get(&statement));
    way.map_or_else(|| "holds".to_owned(), |way| way.len().to_string())
}

/// What breaks the statements that a reading breaks.
fn ways(found: &Found) -> String {
    let mut text = String::new();
    for (statement, way) in &found.broken {
        text.push_str(&format!("\n{}, {}:\n\n", statement.id(), found.reading.id()));
        for (at, (transition, family)) in way.iter().enumerate() {
            text.push_str(&format!("{}. {transition}: `{family}`\n", at + 1));
        }
    }
    text
}
