use std::collections::BTreeMap;

use super::*;
use crate::protocol::{Codec, Randomness};

fn request(input: Input) -> Request {
    Request { id: 7, session: None, case: None, input }
}

fn leave(line: &str) -> Result<Response, Breach> {
    read(line.as_bytes(), &request(Input::Leave {}))
}

fn compute(line: &str) -> Result<Response, Breach> {
    let input = Input::Compute { formula: "sign".to_owned(), inputs: BTreeMap::new() };
    read(line.as_bytes(), &request(input))
}

fn open(line: &str) -> Result<Response, Breach> {
    let input = Input::Open {
        profile: "zoom-3.0".to_owned(),
        user_id: "ada".to_owned(),
        hardware_id: "laptop".to_owned(),
        randomness: Randomness::Opaque {},
        codec: Codec::Bytes,
        policies: BTreeMap::new(),
    };
    read(line.as_bytes(), &request(input))
}

#[test]
fn an_answer_may_write_out_what_it_could_leave_out() {
    let short = leave(r#"{"id":7,"class":"accept"}"#);
    let long = leave(
        r#" {"id": 7, "class": "accept", "outputs": [], "drawn": [], "code": null, "result": null} "#,
    );
    assert_eq!(short.as_ref().map(|answer| answer.class), Ok(Class::Accept));
    assert_eq!(short, long);
}

#[test]
fn a_repeated_key_is_refused_wherever_it_is() {
    for line in [
        r#"{"id":7,"id":7,"class":"accept"}"#,
        r#"{"id":7,"class":"accept","result":{"computed":{"a":"00","a":"01"}}}"#,
        r#"{"id":7,"class":"accept","outputs":[{"at_ms":0,"effect":{"kind":"show_left","kind":"show_left"}}]}"#,
    ] {
        let breach = compute(line);
        assert!(matches!(&breach, Err(Breach::NotJson { detail, .. }) if detail.contains("twice")));
    }
}

#[test]
fn what_serde_would_take_but_the_schema_does_not_is_refused() {
    let wrong = [
        // Arrays for structs.
        r#"{"id":7,"class":"accept","outputs":[[0,{"kind":"show_left"}]]}"#,
        r#"{"id":7,"class":"accept","outputs":[{"at_ms":0,"effect":["show_left"]}]}"#,
        // An object for a word.
        r#"{"id":7,"class":{"accept":null}}"#,
    ];
    for line in wrong {
        assert!(matches!(leave(line), Err(Breach::Shape { .. })), "{line}: {:?}", leave(line));
    }
    let line = r#"{"id":7,"class":"accept","result":{"opened":["00"]}}"#;
    assert!(matches!(open(line), Err(Breach::Shape { detail, .. }) if detail.contains("/opened")));
    assert_eq!(leave(r#"[7,"accept"]"#), Err(Breach::NotObject(r#"[7,"accept"]"#.to_owned())));
}

#[test]
fn unknown_fields_and_wrong_types_are_refused() {
    for line in [
        r#"{"id":7,"class":"accept","extra":1}"#,
        r#"{"id":"7","class":"accept"}"#,
        r#"{"id":-7,"class":"accept"}"#,
        r#"{"id":7.0,"class":"accept"}"#,
        r#"{"id":7,"class":"fine"}"#,
        r#"{"class":"accept"}"#,
        r#"{"id":7,"class":"accept","outputs":[{"at_ms":0,"effect":{"kind":"show_left","x":1}}]}"#,
    ] {
        assert!(matches!(leave(line), Err(Breach::Shape { .. })), "{line}: {:?}", leave(line));
    }
}

#[test]
fn a_line_is_exactly_one_json_object() {
    for line in ["", "{", "accept", r#"{"id":7,"class":"accept"} {}"#, "\u{feff}{}"] {
        assert!(matches!(leave(line), Err(Breach::NotJson { .. })), "{line}");
    }
    for line in ["7", "null", "[]", r#""accept""#] {
        assert!(matches!(leave(line), Err(Breach::NotObject(_))), "{line}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(leave(&deep), Err(Breach::NotJson { .. })));
    let bytes = read(b"{\"id\":7,\"class\":\"\xff\"}", &request(Input::Leave {}));
    assert!(matches!(bytes, Err(Breach::NotText(_))));
}

#[test]
fn an_answer_belongs_to_its_request() {
    assert!(matches!(
        leave(r#"{"id":8,"class":"accept"}"#),
        Err(Breach::Id { said: 8, asked: 7, .. })
    ));
    let opened = r#"{"id":7,"class":"accept","result":{"opened":{"ivk":"00"}}}"#;
    assert!(matches!(leave(opened), Err(Breach::OtherResult(_))));
    assert!(open(opened).is_ok());
    let bare = r#"{"id":7,"class":"accept"}"#;
    assert!(matches!(open(bare), Err(Breach::NoResult(_))));
    assert!(compute(bare).is_ok(), "`verify` has no outputs");
    assert!(open(r#"{"id":7,"class":"unsupported"}"#).is_ok());
}

#[test]
fn what_the_adapter_wrote_is_escaped_in_the_reason() {
    let breach = leave("{\"id\":7,\"class\":\"accept\",\"\\u001b[2J\":1}").unwrap_err().to_string();
    assert!(breach.contains("unknown field"), "{breach}");
    assert!(!breach.contains('\u{1b}'), "{breach:?}");
    let key = "k".repeat(10_000);
    let breach = leave(&format!("{{\"id\":7,\"class\":\"accept\",\"{key}\":1}}")).unwrap_err();
    assert!(breach.to_string().len() < 500, "{breach}");
}
