//! The two line readers of the adapter protocol: requests at the built-in client, answers at the
//! harness.

use std::collections::BTreeMap;

use conclave_conformance::{
    commands::adapter::{parse_request, serve},
    process::{parse_answer, strictly},
    protocol::{Class, Codec, Input, Randomness, Request, Response},
    reference::Reference,
};

/// The bytes as request lines, and each line as an answer.
///
/// # Panics
/// A property does not hold.
pub fn frame(data: &[u8]) {
    requests(data);
    for line in lines(data) {
        answers(line);
    }
}

fn lines(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    data.split_inclusive(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\n").unwrap_or(line))
}

/// Each request line gets one answer line, in order, with its number; no answer admits a fault.
fn requests(data: &[u8]) {
    let mut said = Vec::new();
    serve(&mut Reference::new(), &mut &*data, &mut said).expect("memory does not fail");
    assert!(said.is_empty() || said.ends_with(b"\n"), "the last answer is no line");
    let answers: Vec<_> = lines(&said).collect();
    assert_eq!(answers.len(), lines(data).count(), "answers to lines");
    for (line, answer) in lines(data).zip(answers) {
        let answer: Response = serde_json::from_slice(answer).expect("an answer is a response");
        assert_ne!(answer.class, Class::Internal, "{answer:?}");
        match parse_request(line) {
            Ok(request) => {
                assert_eq!(answer.id, request.id, "{answer:?} to {request:?}");
                reads_as_written(&request);
            }
            Err(_) => assert_eq!(answer.class, Class::BadRequest, "{answer:?}"),
        }
    }
}

fn reads_as_written(request: &Request) {
    let written = serde_json::to_vec(request).expect("a request can be written");
    assert_eq!(parse_request(&written).as_ref(), Ok(request));
}

/// A line taken as an answer means what it says, whatever was asked: written out and read again it
/// is the same.
fn answers(line: &[u8]) {
    let Ok(said) = strictly::<Response>(line) else { return };
    for input in asked() {
        let request = Request { id: said.id, session: None, case: None, input };
        let Ok(answer) = parse_answer(line, &request) else { continue };
        assert_eq!(answer, said);
        let written = serde_json::to_vec(&answer).expect("an answer can be written");
        assert_eq!(parse_answer(&written, &request).as_ref(), Ok(&answer));
    }
}

/// One request for each kind of result, and one without.
fn asked() -> [Input; 5] {
    [
        Input::Hello { protocol_min: 2, protocol_max: 2 },
        Input::Open {
            profile: "zoom-3.0".to_owned(),
            user_id: "bob".to_owned(),
            hardware_id: "bob-laptop".to_owned(),
            randomness: Randomness::Opaque {},
            codec: Codec::Bytes,
            policies: BTreeMap::new(),
        },
        Input::Observe {},
        Input::Compute { formula: "security_code".to_owned(), inputs: BTreeMap::new() },
        Input::Leave {},
    ]
}
