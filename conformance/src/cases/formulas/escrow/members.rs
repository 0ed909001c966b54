//! The chain of a member, with links that administrators sign too.

use conclave_model::sigchain::build::{
    Draft, TABLET, add, add_and_approve_less, approve, email_change, revoke, rotate,
    rotate_user_keys,
};
use conclave_spec::Rule;

use super::{
    ADMINS, Cases, Chain, DEPUTY, Device, ESCROW, ESCROW_AGAIN, FormulaDraft, GHOST, Inputs,
    LAPTOP, NO_KEYS, Octets, PHONE, RuleSet, Terms, VAULT, add_and_approve, admins, bytes, chains,
    encoded, member, rooted_in_account, terms_at, text, vault, with_escrow,
};
use crate::cases::formulas::{offered, offered_to};

const INTRODUCED: &str = "escrow-device-added";
const RECOVERED: &str = "recovery";

pub(super) fn drafts(world: RuleSet, list: &mut Vec<FormulaDraft>) {
    let mut cases = Cases::of(list, "escrow", "escrowed_user_chain");
    introduced(world, &mut cases);
    terms(world, &mut cases);
    recovered(world, &mut cases);
    signers(world, &mut cases);
    rotated(world, &mut cases);
    others(world, &mut cases);
    given(world, &mut cases);
    cases.formula = "user_chain";
    alone(world, &mut cases);
    cases.formula = "escrowed_seeds_due";
    due(world, &mut cases);
}

fn with(chain: &Chain, world: RuleSet, admins: &[Chain]) -> Inputs {
    let mut inputs = offered(chain);
    inputs.insert(text("escrow_chains"), chains(world, admins));
    inputs
}

/// Alice's chain of four links, with the administrators' of four.
fn base(world: RuleSet) -> (Chain, Chain) {
    let admins = admins(world);
    (member(world, &terms_at(&admins, world, 4, 1)), admins)
}

/// An approval by the escrow device, with the signatures of these too.
fn approval(beside: &[Device]) -> Draft {
    let mut draft = approve(ESCROW, &[], &NO_KEYS);
    draft.signers.extend(beside.iter().map(|device| device.seed()));
    draft
}

/// How an escrow device comes.
fn introduced(world: RuleSet, cases: &mut Cases<'_>) {
    let rule = Rule::EscrowDeviceNamesAdministrators;
    let admins = [admins(world)];
    let terms = encoded(world, &terms_at(&admins[0], world, 4, 1));
    let mut start = rooted_in_account(world);
    let keys = start.new_keys(false);
    let then = |draft: &Draft| with(&start.clone().then(draft), world, &admins);
    let title = "An escrow device is added, for the administrators' chain at its tail";
    cases.taken(INTRODUCED, title, then(&add_and_approve(LAPTOP, ESCROW, &keys, &terms)), &[]);
    let which = ("escrow-device-for-nobody", "what the escrow device is for");
    let given = then(&add_and_approve(LAPTOP, ESCROW, &keys, &NO_KEYS));
    cases.pair(rule, INTRODUCED, which, given, rule);
    let title = "A device of another type that is for the administrators is refused";
    let given = then(&add_and_approve(LAPTOP, PHONE, &keys, &terms));
    cases.refused("another-device-for-administrators", title, given, rule);
    let title = "An escrow device that adds itself is refused";
    cases.refused("escrow-device-by-itself", title, then(&add(ESCROW, &keys, &[])), rule);

    let rule = Rule::OneEscrowDevice;
    let second = Device { device_type: "ESCROW", ..Device::named("second") };
    let mut two = start.clone().then(&add_and_approve(LAPTOP, ESCROW, &keys, &terms));
    let keys = two.new_keys(false);
    let less = |revoked: &[Device]| {
        let draft = add_and_approve_less(LAPTOP, second, &keys, &terms, revoked);
        with(&two.clone().then(&draft), world, &admins)
    };
    let title = "An escrow device takes the place of another";
    cases.taken("escrow-device-replaced", title, less(&[ESCROW]), &[]);
    let which = ("escrow-device-beside-another", "that the other one is revoked");
    cases.pair(rule, "escrow-device-replaced", which, less(&[]), rule);
    let under_its_id = |revoked: &[Device]| {
        let draft = add_and_approve_less(LAPTOP, ESCROW_AGAIN, &keys, &terms, revoked);
        with(&two.clone().then(&draft), world, &admins)
    };
    let title =
        "Another escrow device under the identifier of the one that is there is a second one";
    cases.refused("escrow-device-under-the-same-id", title, under_its_id(&[]), rule);
    let title = "If it revokes that one, it is still a device under an identifier that was there";
    let given = under_its_id(&[ESCROW]);
    cases.refused("escrow-device-in-its-own-place", title, given, Rule::DeviceIdNew);
    let mut again = two.revoke(LAPTOP, &[ESCROW]);
    let keys = again.new_keys(false);
    let again = again.then(&add_and_approve(LAPTOP, second, &keys, &terms));
    let title = "An escrow device after another was revoked";
    cases.taken("escrow-device-after-another", title, with(&again, world, &admins), &[rule]);
}

/// What the link that adds one says of the administrators' chain.
fn terms(world: RuleSet, cases: &mut Cases<'_>) {
    let (kept, same) = (Rule::AdministratorsTailKept, Rule::AdministratorsGenerationAsTail);
    let admins = admins(world);
    let good = terms_at(&admins, world, 4, 1);
    let given = |terms: &Terms| {
        let chain = with_escrow(rooted_in_account(world), world, LAPTOP, terms);
        with(&chain, world, std::slice::from_ref(&admins))
    };
    let other = Octets::new(bytes("another link", 32));
    let which = ("escrow-device-for-another-chain", "the hash of the administrators' tail");
    let forked = Terms { last_link_hash: other, ..good.clone() };
    cases.pair(kept, INTRODUCED, which, given(&forked), kept);
    let title = "An escrow device for a longer chain of administrators than is served is refused";
    let longer = Terms { last_sequence_number: 5, ..good.clone() };
    cases.refused("escrow-device-for-a-longer-chain", title, given(&longer), kept);
    let none = Terms { last_sequence_number: 0, ..good.clone() };
    let title = "An escrow device for a chain of administrators without links is refused";
    cases.refused("escrow-device-for-no-chain", title, given(&none), kept);
    let title = "An escrow device for an earlier tail of the administrators' chain";
    cases.taken("escrow-device-earlier", title, given(&terms_at(&admins, world, 2, 1)), &[kept]);
    let which = ("escrow-device-for-other-keys", "the generation");
    let newer = Terms { generation: 2, ..good };
    cases.pair(same, INTRODUCED, which, given(&newer), same);
    let elsewhere = Terms { user_id: text("other-admins"), generation: 7, ..newer };
    let title = "What an escrow device is for is not compared with a chain that is not served";
    cases.taken("escrow-device-for-others", title, given(&elsewhere), &[kept, same]);
}

/// Recovery.
fn recovered(world: RuleSet, cases: &mut Cases<'_>) {
    let signs = Rule::AdministratorSigns;
    let (chain, admins) = base(world);
    let chain = chain.adding(TABLET);
    let given = |beside: &[Device]| {
        with(&chain.clone().then(&approval(beside)), world, std::slice::from_ref(&admins))
    };
    let title = "Administrators approve a new device of a member";
    cases.taken(RECOVERED, title, given(&[DEPUTY]), &[]);
    let which = ("recovery-by-the-escrow-device-alone", "the administrator's signature");
    cases.pair(signs, RECOVERED, which, given(&[]), signs);
    for (name, title, beside, by) in [
        (
            "recovery-signed-by-a-stranger",
            "A recovery that a stranger signs is refused",
            vec![GHOST],
            signs,
        ),
        (
            "recovery-signed-by-the-new-device",
            "A recovery that the new device signs itself is refused",
            vec![TABLET],
            signs,
        ),
        (
            "recovery-signed-by-the-escrow-device-twice",
            "A recovery that the escrow device signs twice is refused",
            vec![ESCROW],
            signs,
        ),
        (
            "recovery-signed-by-two",
            "A recovery with the signatures of two administrators' devices is refused",
            vec![DEPUTY, VAULT],
            Rule::SignaturesExact,
        ),
    ] {
        cases.refused(name, title, given(&beside), by);
    }
    let mut swapped = approval(&[DEPUTY]);
    swapped.signers.reverse();
    let swapped = chain.clone().then(&swapped);
    let title = "A recovery whose signatures are in another order is refused";
    let by = Rule::SignerVerifies;
    cases.refused(
        "recovery-swapped",
        title,
        with(&swapped, world, std::slice::from_ref(&admins)),
        by,
    );
    let good = chain.clone().then(&approval(&[DEPUTY]));
    let title = "A recovery without the administrators' chain is refused";
    cases.refused("recovery-without-their-chain", title, with(&good, world, &[]), signs);
    let others = [vault(world, "other-admins").add_unconfirmed(DEPUTY).approve(VAULT)];
    let title = "A recovery by administrators of another chain is refused";
    cases.refused("recovery-by-others", title, with(&good, world, &others), signs);
    let by_user =
        Draft { signers: vec![LAPTOP.seed(), DEPUTY.seed()], ..approve(LAPTOP, &[], &NO_KEYS) };
    let by_user = chain.then(&by_user);
    let title = "An administrator's signature on what another device approves is refused";
    let inputs = with(&by_user, world, std::slice::from_ref(&admins));
    cases.refused("approval-signed-by-an-administrator", title, inputs, Rule::SignaturesExact);
}

/// Which of the administrators' devices may.
fn signers(world: RuleSet, cases: &mut Cases<'_>) {
    let (trusted, stayed) = (Rule::AdministratorTrusted, Rule::AdministratorStayed);
    let signs = Rule::AdministratorSigns;
    let waiting = vault(world, ADMINS).add_unconfirmed(DEPUTY);
    let approved = waiting.clone().approve(VAULT);
    let early = terms_at(&approved, world, 2, 1);
    let recovered = |terms: &Terms| member(world, terms).adding(TABLET).then(&approval(&[DEPUTY]));
    let chain = recovered(&early);
    let common = "recovery-by-a-later-device";
    let title = "A device of the administrators that was added after the tail may recover";
    cases.taken(common, title, with(&chain, world, std::slice::from_ref(&approved)), &[]);
    let which = ("recovery-by-a-waiting-device", "the approval of the administrator's device");
    cases.pair(trusted, common, which, with(&chain, world, &[waiting]), signs);
    let gone = approved.clone().revoke(VAULT, &[DEPUTY]);
    let then = recovered(&terms_at(&gone, world, 4, 1));
    let common = "recovery-by-a-device-revoked-since";
    let title = "A recovery stays good when the administrator's device is revoked later";
    cases.taken(common, title, with(&then, world, std::slice::from_ref(&gone)), &[]);
    let which = ("recovery-by-a-revoked-device", "the tail that the escrow device is for");
    let after = recovered(&terms_at(&gone, world, 5, 2));
    cases.pair(stayed, common, which, with(&after, world, std::slice::from_ref(&gone)), signs);
    let again = approved.clone().rotate(DEPUTY, DEPUTY.with_keys("deputy again"), false);
    let title = "A recovery stays good when the administrator's device has other keys later";
    cases.taken("recovery-by-an-old-key", title, with(&chain, world, &[again]), &[signs]);
    let open = Chain::new(world, "User", ADMINS).root(VAULT).adding(DEPUTY).approve(VAULT);
    let chain = recovered(&terms_at(&open, world, 3, 2));
    let title = "Before lockdown no device of the administrators may recover";
    cases.refused("recovery-without-lockdown", title, with(&chain, world, &[open]), signs);
    let taken_over = {
        let chain = approved.clone().then(&add(GHOST, &NO_KEYS, &[VAULT, DEPUTY]));
        chain.lock_down(GHOST, false).lock_down(GHOST, true)
    };
    let by_ghost = member(world, &early).adding(TABLET).then(&approval(&[GHOST]));
    let title = "A device that took the administrators' chain over may not recover";
    cases.refused("recovery-by-a-ghost", title, with(&by_ghost, world, &[taken_over]), signs);
}

/// Other keys of an escrow device.
fn rotated(world: RuleSet, cases: &mut Cases<'_>) {
    let within = Rule::EscrowRotatedWithinClass;
    let (chain, admins) = base(world);
    let mut chain = chain.adding(TABLET);
    let keys = chain.new_keys(false);
    let then =
        |draft: &Draft| with(&chain.clone().then(draft), world, std::slice::from_ref(&admins));
    let by = |device| rotate(device, ESCROW, ESCROW_AGAIN, &keys);
    let title = "A device of the user gives the escrow device other keys";
    cases.taken("escrow-device-rotated", title, then(&by(PHONE)), &[]);
    let which = ("escrow-device-rotated-by-a-new-device", "the device that rotates");
    cases.pair(within, "escrow-device-rotated", which, then(&by(TABLET)), within);
    let by_itself = |beside: &[Device]| {
        let mut draft = by(ESCROW);
        draft.signers.extend(beside.iter().map(|device| device.seed()));
        then(&draft)
    };
    let signs = Rule::AdministratorSigns;
    let title = "Administrators give the escrow device other keys";
    cases.taken("escrow-device-rotated-by-administrators", title, by_itself(&[VAULT]), &[signs]);
    let title = "Other keys that only the old ones of the escrow device sign are refused";
    cases.refused("escrow-device-rotated-by-itself", title, by_itself(&[]), signs);
    let title = "An administrator's signature beside a user's device is refused";
    let mut both = by(PHONE);
    both.signers.push(VAULT.seed());
    cases.refused("escrow-device-rotated-by-both", title, then(&both), Rule::SignaturesExact);
}

/// What else an escrow device might sign.
fn others(world: RuleSet, cases: &mut Cases<'_>) {
    let little = Rule::EscrowDeviceSignsLittle;
    let (chain, admins) = base(world);
    let mut chain = chain.adding(TABLET);
    let keys = chain.new_keys(false);
    let signed = |mut draft: Draft| {
        draft.signers.push(DEPUTY.seed());
        with(&chain.clone().then(&draft), world, std::slice::from_ref(&admins))
    };
    let title = "Administrators approve and make new per-user keys";
    cases.taken("recovery-with-keys", title, signed(approve(ESCROW, &[], &keys)), &[]);
    let which = ("keys-by-the-escrow-device", "the type of the link");
    cases.pair(
        little,
        "recovery-with-keys",
        which,
        signed(rotate_user_keys(ESCROW, &keys)),
        little,
    );
    let title = "Administrators approve, and revoke what the member has lost";
    let lost = approve(ESCROW, &[LAPTOP, PHONE], &keys);
    cases.taken("recovery-with-revocation", title, signed(lost), &[little]);
    let title = "A revocation by the escrow device is refused";
    let given = signed(revoke(Some(ESCROW), &[LAPTOP], &keys));
    cases.refused("revocation-by-the-escrow-device", title, given, little);
    let title = "A device that the escrow device adds is refused";
    let given = signed(add_and_approve(ESCROW, GHOST, &keys, &NO_KEYS));
    cases.refused("device-by-the-escrow-device", title, given, little);
}

/// Lists, and what is known.
fn given(world: RuleSet, cases: &mut Cases<'_>) {
    let (chain, admins) = base(world);
    let good = chain.adding(TABLET).then(&approval(&[DEPUTY]));
    let all = chains(world, std::slice::from_ref(&admins));
    let mut known = offered_to(&good, 4, &hex::encode([7; 32]));
    known.insert(text("escrow_chains"), all.clone());
    let title = "A member's chain that is another than the client knew is refused";
    cases.refused("member-of-another-chain", title, known, Rule::ChainExtends);
    let broken = |value: String| {
        let mut inputs = offered(&good);
        inputs.insert(text("escrow_chains"), value);
        inputs
    };
    let rule = Rule::EncodingCanonical;
    let title = "Chains of administrators that end within one are refused";
    let cut = all.get(..all.len() - 2).unwrap_or_default();
    cases.refused("administrators-cut", title, broken(text(cut)), rule);
    let title = "What is no chain of administrators is refused";
    cases.refused("administrators-no-chain", title, broken(text("0000000400000000")), rule);
    let twice = [admins.clone(), vault(world, ADMINS)];
    let title = "Of two chains of administrators with one user ID the first counts";
    cases.taken(
        "administrators-twice",
        title,
        with(&good, world, &twice),
        &[Rule::AdministratorSigns],
    );
    let two = [vault(world, "other-admins"), admins.clone()];
    let title = "Chains of several administrators, of which one is that of the escrow device";
    cases.taken(
        "administrators-of-two",
        title,
        with(&good, world, &two),
        &[Rule::AdministratorSigns],
    );
    let mut damaged = admins.clone();
    let noise = Octets::new(bytes("no signature", 64));
    let noise = conclave_model::sigchain::build::signature_list(&[noise]);
    damaged.links.iter_mut().skip(3).for_each(|link| link.signatures = noise.clone());
    let title = "A chain of administrators with a link that nobody signed is refused";
    let rule = Rule::SignerVerifies;
    cases.refused("administrators-with-a-false-link", title, with(&good, world, &[damaged]), rule);
    let title = "A chain of administrators without links is refused";
    let empty = Chain::new(world, "User", "other-admins");
    let rule = Rule::RootFirst;
    cases.refused(
        "administrators-without-links",
        title,
        with(&good, world, &[admins, empty]),
        rule,
    );
    let plain = Chain::two_devices(world).then(&email_change(&Octets::from([7; 32])));
    let title = "The chain of a user without an escrow device is as it is";
    cases.taken("member-without-escrow-device", title, with(&plain, world, &[]), &[]);
}

/// Who is given no chain of administrators.
fn alone(world: RuleSet, cases: &mut Cases<'_>) {
    let (chain, _) = base(world);
    let chain = chain.adding(TABLET);
    let title = "Who goes by no administrators refuses a recovery";
    let given = offered(&chain.then(&approval(&[DEPUTY])));
    cases.refused("recovery-for-others", title, given, Rule::SignaturesExact);
}

/// What administrators seal with a recovery.
fn due(world: RuleSet, cases: &mut Cases<'_>) {
    use conclave_spec::{layouts::per_user::KNOWN, wire};
    let (chain, admins) = base(world);
    let chain = chain.adding(TABLET).then(&approval(&[DEPUTY]));
    let known = |numbers: &[u32]| {
        let one = |number: &u32| {
            let fields = [("generation", wire::u32_be(*number))];
            wire::encode(&KNOWN, RuleSet::all(), &fields).unwrap_or_default()
        };
        hex::encode(wire::join(&numbers.iter().map(one).collect::<Vec<_>>()).as_slice())
    };
    let given = |chain: &Chain, numbers: &[u32], admins: &[Chain]| {
        super::inputs(&[
            ("cloud_name", text(super::CLOUD)),
            ("user_id", text(super::ALICE)),
            ("links", super::joined(chain)),
            ("known", known(numbers)),
            ("escrow_chains", chains(world, admins)),
        ])
    };
    let title = "Administrators seal every seed that they know for the device they approve";
    let all = given(&chain, &[1, 2, 3, 4], std::slice::from_ref(&admins));
    cases.taken("seeds-of-a-recovery", title, all, &[Rule::SeedsForApproved]);
    let title = "Without the administrators' chain nothing is due";
    let none = given(&chain, &[1], &[]);
    cases.refused("seeds-of-a-recovery-alone", title, none, Rule::AdministratorSigns);
}
