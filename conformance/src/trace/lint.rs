//! What must not be in a trace: anything that looks like a raw key, nonce, hash or signature.
//!
//! The lint looks at the text of a line, before the line is understood: a field that this release
//! does not know is looked at too.

/// Field names that say that a secret follows, compared without case and separators.
const SECRET_NAMES: [&str; 12] = [
    "secret",
    "secretkey",
    "privatekey",
    "meetingkey",
    "mk",
    "sk",
    "seed",
    "plaintextkey",
    "streamkey",
    "sharedsecret",
    "password",
    "token",
];

/// The shortest raw value in hexadecimal that is refused: 24 bytes, a nonce. A commitment has 16.
const HEX_MIN: usize = 48;

/// The shortest raw value written as a list of numbers. A meeting UUID has 16.
const LIST_MIN: usize = 24;

/// Something that looks like a raw value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("field {field:?} {what}; a trace has commitments only")]
pub struct Raw {
    /// The field it is in.
    pub field: String,
    /// What it looks like.
    pub what: String,
}

/// Looks for raw values in a line.
///
/// # Errors
/// The first of them.
pub fn lint(line: &str) -> Result<(), Raw> {
    let bytes = line.as_bytes();
    let mut scan = Scan { line, at: 0, field: "", numbers: 0 };
    while let Some(byte) = bytes.get(scan.at) {
        match byte {
            b'"' => scan.string()?,
            b'[' | b'{' | b'}' | b':' => {
                scan.numbers = 0;
                scan.at += 1;
            }
            b'0'..=b'9' => scan.number()?,
            _ => scan.at += 1,
        }
    }
    Ok(())
}

struct Scan<'l> {
    line: &'l str,
    at: usize,
    field: &'l str,
    numbers: usize,
}

impl<'l> Scan<'l> {
    fn string(&mut self) -> Result<(), Raw> {
        let bytes = self.line.as_bytes();
        let begin = self.at + 1;
        let mut end = begin;
        while let Some(byte) = bytes.get(end) {
            match byte {
                b'"' => break,
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        self.at = end + 1;
        let text = self.line.get(begin..end).unwrap_or_default();
        let rest = bytes.get(self.at..).unwrap_or_default();
        let is_name = rest.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':');
        if is_name { self.name(text) } else { self.value(text) }
    }

    fn name(&mut self, name: &'l str) -> Result<(), Raw> {
        self.field = name;
        let is_secret = name.len() <= 20 && {
            let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
            let bare: Vec<u8> = letters.map(|byte| byte.to_ascii_lowercase()).collect();
            SECRET_NAMES.iter().any(|secret| secret.as_bytes() == bare)
        };
        if is_secret { Err(self.raw("is named like a secret")) } else { Ok(()) }
    }

    fn value(&self, text: &str) -> Result<(), Raw> {
        if text.len() < 43 {
            return Ok(());
        }
        if text.len() >= HEX_MIN && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let what = format!("holds {} raw bytes in hexadecimal", text.len() / 2);
            return Err(self.raw(&what));
        }
        match base64_bytes(text) {
            Some(count) => {
                Err(self.raw(&format!("holds what looks like {count} raw bytes in base64")))
            }
            None => Ok(()),
        }
    }

    fn number(&mut self) -> Result<(), Raw> {
        let bytes = self.line.as_bytes();
        let begin = self.at;
        while bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        self.numbers = if self.at - begin <= 3 { self.numbers + 1 } else { 0 };
        if self.numbers >= LIST_MIN {
            return Err(self.raw("holds a list of numbers as long as a nonce or a key"));
        }
        Ok(())
    }

    fn raw(&self, what: &str) -> Raw {
        let field = crate::process::excerpt(self.field.as_bytes());
        Raw { field, what: what.to_owned() }
    }
}

/// How many bytes a text is in base64, where it is as long as a key, a signature or a ciphertext.
/// Words of a language have no digits, capitals and small letters in one run of this length.
fn base64_bytes(text: &str) -> Option<usize> {
    let body = text.trim_end_matches('=');
    let of_alphabet =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let has = |kind: fn(&u8) -> bool| body.as_bytes().iter().any(kind);
    let mixed =
        has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    (text.len() - body.len() <= 2 && body.len() >= 43 && body.bytes().all(of_alphabet) && mixed)
        .then_some(body.len() * 3 / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_values_are_refused_wherever_they_stand() {
        let hex = "ab".repeat(32);
        for line in [
            format!(r#"{{"event":{{"name":"{hex}"}}}}"#),
            format!(r#"{{"event":{{"other":["{}"]}}}}"#, hex.to_uppercase()),
            r#"{"x":"2jmj7l5rSw0yVb/vlWAYkK/YBwk0vUGaK9a3Q8rYx1E="}"#.to_owned(),
            r#"{"x":"2jmj7l5rSw0yVb_vlWAYkK_YBwk0vUGaK9a3Q8rYx1E"}"#.to_owned(),
            format!(r#"{{"x":[{}]}}"#, ["7"; 32].join(", ")),
            r#"{"meeting_key" : "short"}"#.to_owned(),
            r#"{"privateKey":1}"#.to_owned(),
        ] {
            assert!(lint(&line).is_err(), "{line}");
        }
    }

    #[test]
    fn commitments_names_and_a_uuid_pass() {
        let commitment = "ab".repeat(16);
        for line in [
            format!(r#"{{"ivk":"{commitment}","name":"A name with \"quotes\" in it, and long"}}"#),
            r#"{"uuid":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]}"#.to_owned(),
            r#"{"mk_seq":3,"keys":[[1,"00"],[2,"00"]],"sig":"00"}"#.to_owned(),
            "\"unterminated \\".to_owned(),
        ] {
            assert_eq!(lint(&line), Ok(()), "{line}");
        }
    }
}
