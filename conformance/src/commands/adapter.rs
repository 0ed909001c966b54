//! `conclave adapter`: the built-in client behind the adapter protocol.

use std::io::{BufRead, Read as _, Write};

use crate::{
    process::{Breach, excerpt, strictly},
    protocol::{Class, Request, Response},
    reference::Reference,
};

/// The longest request line, in bytes. Longer ones are answered with `bad_request`.
pub const LINE_BYTES_MAX: usize = 1 << 20;

/// Answers requests until the input ends.
///
/// # Errors
/// Input or output fails.
pub fn serve<R: BufRead, W: Write>(
    client: &mut Reference,
    input: &mut R,
    output: &mut W,
) -> std::io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        let whole = LINE_BYTES_MAX as u64 + 1;
        let read = input.by_ref().take(whole).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(());
        }
        if line.pop_if(|last| *last == b'\n').is_none() && line.len() > LINE_BYTES_MAX {
            input.skip_until(b'\n')?;
        }
        let response = answer_line(client, &line);
        serde_json::to_writer(&mut *output, &response)?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
}

/// The answer to a line without its end, whatever it is.
pub fn answer_line(client: &mut Reference, line: &[u8]) -> Response {
    match parse_request(line) {
        Ok(request) => client.answer(&request),
        Err(breach) => not_a_request(line, &breach),
    }
}

/// The request in a line without its end.
///
/// # Errors
/// The line is no request.
pub fn parse_request(line: &[u8]) -> Result<Request, Breach> {
    if line.len() > LINE_BYTES_MAX {
        return Err(Breach::TooLong { bytes_max: LINE_BYTES_MAX, line: excerpt(line) });
    }
    strictly(line)
}

/// The answer carries the number of the request where the line has one that can be read.
fn not_a_request(line: &[u8], breach: &Breach) -> Response {
    let said: Option<serde_json::Value> = serde_json::from_slice(line).ok();
    Response {
        id: said.and_then(|said| said.get("id")?.as_u64()).unwrap_or(0),
        class: Class::BadRequest,
        code: None,
        detail: Some(format!("not a request: {breach}")),
        outputs: Vec::new(),
        deadline_ms: None,
        drawn: Vec::new(),
        result: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(input: &[u8]) -> Vec<Response> {
        let mut said = Vec::new();
        serve(&mut Reference::new(), &mut &*input, &mut said).unwrap();
        said.split_inclusive(|byte| *byte == b'\n')
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect()
    }

    const HELLO: &str = r#"{"id":7,"input":{"op":"hello","protocol_min":2,"protocol_max":2}}"#;

    #[test]
    fn a_line_of_any_length_gets_one_answer() {
        let padded = |length: usize| {
            let spaces = " ".repeat(length - HELLO.len());
            format!("{HELLO}{spaces}\n{HELLO}\n")
        };
        let classes = |input: String| -> Vec<Class> {
            answers(input.as_bytes()).iter().map(|answer| answer.class).collect()
        };
        assert_eq!(classes(padded(LINE_BYTES_MAX)), [Class::Accept, Class::Accept]);
        assert_eq!(classes(padded(LINE_BYTES_MAX + 1)), [Class::BadRequest, Class::Accept]);
        assert_eq!(classes(padded(3 * LINE_BYTES_MAX)), [Class::BadRequest, Class::Accept]);
    }

    #[test]
    fn a_bad_request_is_answered_with_its_number() {
        let unknown = r#"{"id":7,"input":{"op":"sing"}}"#;
        let repeated = r#"{"id":8,"input":{"op":"compute","formula":"security_code","inputs":{"ivk":"00","ivk":"01"}}}"#;
        let array = r#"[9,null,null,{"op":"leave"}]"#;
        let answers = answers([unknown, repeated, array, "{", ""].join("\n").as_bytes());
        assert!(answers.iter().all(|answer| answer.class == Class::BadRequest), "{answers:?}");
        let numbers: Vec<_> = answers.iter().map(|answer| answer.id).collect();
        assert_eq!(numbers, [7, 8, 0, 0]);
    }
}
