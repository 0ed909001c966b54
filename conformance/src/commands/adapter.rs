//! `conclave adapter`: the built-in client behind the adapter protocol.

use std::io::{BufRead, Read as _, Write};

use crate::{
    protocol::{Class, Request, Response},
    reference::Reference,
};

/// The longest request line, in bytes. Longer ones are answered with `bad_request`.
const LINE_MAX: u64 = 1 << 20;

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
        let read = input.by_ref().take(LINE_MAX).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(());
        }
        let response = match serde_json::from_slice::<Request>(&line) {
            Ok(request) => client.answer(&request),
            Err(error) => Response {
                id: 0,
                class: Class::BadRequest,
                code: None,
                detail: Some(format!("not a request: {error}")),
                outputs: Vec::new(),
                deadline_ms: None,
                drawn: Vec::new(),
                result: None,
            },
        };
        serde_json::to_writer(&mut *output, &response)?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
}
