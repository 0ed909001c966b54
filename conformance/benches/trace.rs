//! How many events of a deterministic trace are checked in a second: read, linted, and held against
//! the model. Signatures are terms here, and cost what any term costs.

use std::time::Instant;

use conclave_conformance::{
    cases, record as vector,
    reference::Reference,
    trace::{self, Verdict, commit::Committer, record},
};
use conclave_spec::Profile;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn meeting(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("trace");
    for profile in [Profile::zoom_3_0(), Profile::zoom_4_6()] {
        let mut drafts = cases::drafts(&profile).into_iter();
        let Some(draft) = drafts.find(|draft| draft.name == "whole-meeting-as-leader") else {
            continue;
        };
        let Ok(case) = vector::record(&draft, &profile, &profile) else { continue };
        let committer = Committer::new(&[7; 32]);
        let Ok(trace) = record::record(&case, &mut Reference::new(), &committer, false) else {
            continue;
        };
        let Ok(text) = trace.text() else { continue };
        let events = trace.events();
        group.throughput(Throughput::Elements(events as u64));
        group.bench_function(format!("{}, read", profile.id), |bench| {
            bench.iter(|| trace::read(text.as_bytes()).map(|trace| trace.events()));
        });
        group.bench_function(format!("{}, check", profile.id), |bench| {
            bench.iter(|| trace::check(&trace));
        });
        let begun = Instant::now();
        let mut rounds = 0_u32;
        while begun.elapsed().as_millis() < 500 {
            let read = trace::read(text.as_bytes());
            let accepted =
                read.is_ok_and(|trace| matches!(trace::check(&trace), Ok(Verdict::Accepted(_))));
            assert!(accepted, "the trace validates");
            rounds += 1;
        }
        let each = begun.elapsed().as_secs_f64() / f64::from(rounds);
        println!("{}: {events} events, {:.0} events/s", profile.id, events as f64 / each);
    }
    group.finish();
}

criterion_group!(benches, meeting);
criterion_main!(benches);
