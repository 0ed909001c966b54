use super::*;

fn mode() -> Mode {
    Mode { randomness: RandomnessClass::Tape, codec: Codec::Bytes }
}

fn finding(step: usize, aspect: Aspect, rule: Rule) -> Finding {
    Finding {
        step,
        input: String::new(),
        aspect,
        rule,
        field: None,
        expected: String::new(),
        got: String::new(),
    }
}

fn report(verdict: Verdict, findings: Vec<Finding>) -> CaseReport {
    CaseReport { findings, ..CaseReport::named("a/b/c", "It is", mode(), verdict) }
}

/// A rule of this level, and whether the paper states it.
fn rule(level: Level, literal: bool) -> Rule {
    let fits = |rule: &&Rule| {
        rule.level() == level && (rule.provenance() == Provenance::Literal) == literal
    };
    *Rule::ALL.iter().find(fits).expect("there is such a rule")
}

#[test]
fn each_verdict_says_what_it_means_for_the_client() {
    // Word, judged, told, against the client.
    let table = [
        (Verdict::Pass, "pass", true, false, false),
        (Verdict::NotApplicable, "not applicable", false, false, false),
        (Verdict::Advice, "advice", true, true, false),
        (Verdict::Differs, "differs", true, true, false),
        (Verdict::NotRun, "not run", false, false, false),
        (Verdict::Inconclusive, "inconclusive", true, true, true),
        (Verdict::Fail, "fail", true, true, true),
        (Verdict::Timeout, "timeout", true, true, true),
        (Verdict::Crash, "crash", true, true, true),
        (Verdict::ProtocolError, "protocol error", true, true, true),
    ];
    assert_eq!(table.map(|row| row.0), Verdict::ALL);
    assert!(Verdict::ALL.is_sorted(), "the worst is last");
    for (verdict, word, judged, told, against) in table {
        let said =
            (verdict.words(), verdict.is_judged(), verdict.is_told(), verdict.is_nonconformant());
        assert_eq!(said, (word, judged, told, against));
    }
}

#[test]
fn a_mode_has_a_name_for_command_lines() {
    let classes = [RandomnessClass::Tape, RandomnessClass::Seeded, RandomnessClass::Opaque];
    let codecs = [Codec::Bytes, Codec::Fields];
    let modes = classes.map(|randomness| codecs.map(|codec| Mode { randomness, codec }));
    let names = modes.map(|both| both.map(Mode::name));
    assert_eq!(names[0], ["tape-bytes", "tape-fields"]);
    assert_eq!(names[1], ["seeded-bytes", "seeded-fields"]);
    assert_eq!(names[2], ["opaque-bytes", "opaque-fields"]);
    let opaque = modes.map(|both| both.map(Mode::is_opaque));
    assert_eq!(opaque, [[false; 2], [false; 2], [true; 2]]);
}

#[test]
fn what_a_finding_leads_to_depends_on_what_is_wrong_and_on_its_rule() {
    let literal = rule(Level::Must, true);
    let read = rule(Level::Must, false);
    let should = Rule::ALL.iter().copied().find(|rule| rule.level() == Level::Should);
    let verdict = |aspect, rule| finding(1, aspect, rule).verdict();
    for aspect in [Aspect::Outcome, Aspect::Code] {
        assert_eq!(verdict(aspect, literal), Verdict::Fail);
        assert_eq!(verdict(aspect, read), Verdict::Differs);
        assert!(should.is_none_or(|rule| verdict(aspect, rule) == Verdict::Advice));
    }
    for rule in [Some(literal), Some(read), should].into_iter().flatten() {
        assert_eq!(verdict(Aspect::RefusalClass, rule), Verdict::Advice);
        assert_eq!(verdict(Aspect::Drawn, rule), Verdict::ProtocolError);
        assert_eq!(verdict(Aspect::Unable, rule), Verdict::Fail);
    }
}

#[test]
fn a_waived_failure_has_another_word_and_counts_for_nothing() {
    let fails = report(Verdict::Fail, Vec::new());
    assert_eq!((fails.word(), fails.counts_against()), ("fail", true));
    let waived = CaseReport { waiver: Some(1), ..fails };
    assert_eq!((waived.word(), waived.counts_against()), (WAIVED, false));
    for verdict in [Verdict::Pass, Verdict::Differs, Verdict::NotRun] {
        let report = report(verdict, Vec::new());
        assert_eq!((report.word(), report.counts_against()), (verdict.words(), false));
    }
}

#[test]
fn the_first_wrong_step_decides_wherever_it_stands() {
    let rule = rule(Level::Must, true);
    let at = |step, aspect| finding(step, aspect, rule);
    let late = vec![at(7, Aspect::Outcome), at(3, Aspect::Code), at(3, Aspect::Drawn)];
    let report = report(Verdict::Fail, late);
    let deciding: Vec<_> = report.deciding().map(|it| it.aspect).collect();
    assert_eq!(deciding, [Aspect::Code, Aspect::Drawn]);
    assert!(report.is_wrong_by_outcome());
    let others = CaseReport { findings: vec![at(3, Aspect::Code)], ..report };
    assert!(!others.is_wrong_by_outcome());
    assert_eq!(CaseReport { findings: Vec::new(), ..others }.deciding().count(), 0);
}
