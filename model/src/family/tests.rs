use super::*;

const SMALL: Bound = Bound { devices: 3, transitions: 5 };

#[test]
fn the_theorem_and_the_lemmas_hold_and_the_claim_about_revoked_devices_does_not() {
    for reading in Reading::ALL {
        let found = search(reading, SMALL);
        let broken: Vec<_> = found.broken.keys().copied().collect();
        let expected = match reading {
            Reading::Literal | Reading::Whole => {
                vec![Statement::RevokedOut, Statement::RotationCalled]
            }
            Reading::Hardened => Vec::new(),
        };
        assert_eq!(broken, expected, "{}", reading.id());
    }
}

#[test]
fn the_shortest_ways_are_those_that_the_paper_overlooks() {
    let way = |reading| {
        let found = search(reading, SMALL);
        let way = found.broken.get(&Statement::RevokedOut).cloned().unwrap();
        way.into_iter().map(|(transition, _)| transition.to_string()).collect::<Vec<_>>()
    };
    let two = "a device is provisioned";
    let own = [two, two, "d1 revokes itself and makes a key"];
    assert_eq!(way(Reading::Literal), own);
    let by_server = [two, two, "the server revokes d1"];
    let whole = way(Reading::Whole);
    assert!(whole == own || whole == by_server, "{whole:?}");
}

#[test]
fn the_engines_agree() {
    for reading in Reading::ALL {
        let bound = Bound { devices: 4, transitions: 6 };
        let (found, other) = (search(reading, bound), cross_check(reading, bound));
        assert_eq!(other.families, found.count(), "{}", reading.id());
        let broken = found.broken.iter().map(|(statement, way)| (*statement, way.len()));
        assert_eq!(other.broken_after, broken.collect(), "{}", reading.id());
    }
}

#[test]
fn the_counts_of_small_families_are_known() {
    let counts = Reading::ALL.map(|reading| search(reading, SMALL).families);
    assert_eq!(counts[0], [1, 1, 3, 13, 66, 324]);
}

/// The example of the appendix: a class outlives the revocation of the device that joins it.
#[test]
fn a_class_outlives_the_device_that_joins_it() {
    let steps = [
        Transition::Add,
        Transition::Add,
        Transition::Approve { by: 0 },
        Transition::Add,
        Transition::Approve { by: 1 },
    ];
    let family = steps.iter().fold(Family::default(), |family, it| family.after(it).unwrap());
    assert_eq!(family.classes(), [0, 0, 0]);
    let whom = BTreeSet::from([1]);
    let after = family.after(&Transition::Revoke { by: 1, whom }).unwrap();
    assert_eq!(after.classes(), [0, 0, 0]);
}

/// Without one of the effects of the definition, the theorem does not hold: it is not so by itself.
#[test]
fn the_theorem_rests_on_the_boxes_of_an_approval() {
    let two = [Transition::Add, Transition::Rotate { by: 0 }, Transition::Add];
    let family = two.iter().fold(Family::default(), |family, it| family.after(it).unwrap());
    let approved = family.after(&Transition::Approve { by: 0 }).unwrap();
    assert!(Statement::SameKeys.holds(Reading::Literal, &approved));
    let mut without = approved;
    without.devices[1] = family.devices[1].clone();
    assert!(!Statement::SameKeys.holds(Reading::Literal, &without));
}

#[test]
fn what_is_not_possible_is_refused() {
    let one = Family::default().after(&Transition::Add).unwrap();
    let own = BTreeSet::from([0]);
    let gone = one.after(&Transition::Revoke { by: 0, whom: own.clone() }).unwrap();
    for transition in [
        Transition::Revoke { by: 0, whom: own.clone() },
        Transition::ServerRevoke { whom: own },
        Transition::Resign { by: 0 },
        Transition::Rotate { by: 0 },
        Transition::Approve { by: 0 },
        Transition::Rotate { by: 1 },
    ] {
        assert_eq!(gone.after(&transition), None, "{transition}");
    }
    assert_eq!(one.after(&Transition::ServerRevoke { whom: BTreeSet::new() }), None);
}

/// Each statement about families can fail: of these, which no transition leads to, it does. But for
/// EDGE, which follows from what a class is.
#[test]
fn statements_can_fail() {
    let device = |revoked: bool, boxed: &[Puk], made: &[Puk]| Known {
        revoked,
        boxed: boxed.iter().copied().collect(),
        made: made.iter().copied().collect(),
    };
    let family = |devices: Vec<Known>, approvals: &[(Device, Device)], puks: Puk| Family {
        devices,
        approvals: approvals.iter().copied().collect(),
        puks,
        stale: false,
    };
    let three = || (0..3).map(|_| device(false, &[0], &[])).collect::<Vec<_>>();
    let failing = [
        (
            Statement::SameKeys,
            family(vec![device(false, &[0], &[]), device(false, &[], &[])], &[(0, 1)], 1),
        ),
        (
            Statement::OlderKnowMore,
            family(vec![device(false, &[], &[]), device(false, &[0], &[])], &[], 1),
        ),
        (Statement::OlderClasses, family(three(), &[(0, 2)], 1)),
        (Statement::CurrentReaches, family(vec![device(false, &[], &[])], &[], 1)),
        (
            Statement::RevokedOut,
            family(vec![device(true, &[], &[0]), device(false, &[0], &[])], &[], 1),
        ),
        (
            Statement::RotationCalled,
            family(vec![device(true, &[], &[0]), device(false, &[0], &[])], &[], 1),
        ),
        (
            Statement::OnlyThere,
            family(vec![device(true, &[0], &[]), device(false, &[0], &[])], &[], 1),
        ),
    ];
    for (statement, family) in failing {
        assert!(!statement.holds(Reading::Hardened, &family), "{}", statement.id());
    }
    let (before, approve) = (family(three(), &[(0, 2)], 1), Transition::Approve { by: 1 });
    let after = before.after(&approve).unwrap();
    for statement in [Statement::ApproverStays, Statement::OlderStay] {
        let holds = statement.holds_across(&before, &approve, &after);
        assert_eq!(holds, statement == Statement::OlderStay, "{}", statement.id());
    }
    let (before, approve) = (family(three(), &[(0, 1)], 1), Transition::Approve { by: 1 });
    let split = family(three(), &[(1, 2)], 1);
    assert!(!Statement::ApproverStays.holds_across(&before, &approve, &split));
    let before = family(three(), &[(1, 2)], 1);
    let joined = family(three(), &[(0, 2), (1, 2)], 1);
    let by_last = Transition::Approve { by: 2 };
    assert!(!Statement::OlderStay.holds_across(&before, &by_last, &joined));
}
