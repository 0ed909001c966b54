//! What an adapter says, made safe to show to a person.

/// The longest excerpt, in characters.
pub const EXCERPT_CHARS_MAX: usize = 120;

/// The text with every control, format and otherwise invisible character escaped (and the
/// backslash, so that the escapes are unambiguous). Bytes that are not UTF-8 become `\xNN`. The
/// result is one line that no terminal acts on.
#[must_use]
pub fn escaped(said: &[u8]) -> String {
    cut(said, usize::MAX)
}

/// The beginning of what was said, escaped, at most [`EXCERPT_CHARS_MAX`] characters long. A cut
/// is marked with `…`.
#[must_use]
pub fn excerpt(said: &[u8]) -> String {
    cut(said, EXCERPT_CHARS_MAX)
}

/// As [`escaped`], at most `chars_max` characters long.
pub(super) fn cut(said: &[u8], chars_max: usize) -> String {
    let mut shown = String::new();
    let mut chars = 0;
    // How much of `shown` stays if what follows does not fit.
    let mut kept = 0;
    for piece in pieces(said) {
        chars += piece.chars().count();
        if chars > chars_max {
            shown.truncate(kept);
            shown.push('…');
            return shown;
        }
        shown.push_str(&piece);
        if chars < chars_max {
            kept = shown.len();
        }
    }
    shown
}

fn pieces(said: &[u8]) -> impl Iterator<Item = String> + '_ {
    said.utf8_chunks().flat_map(|chunk| {
        let valid = chunk.valid().chars().map(piece);
        let invalid = chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}"));
        valid.chain(invalid)
    })
}

fn piece(character: char) -> String {
    match character {
        // Harmless, and common in JSON.
        '"' | '\'' => character.to_string(),
        other => other.escape_debug().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_terminal_acts_on_survives() {
        let said = "\u{1b}[2J\u{7}\r\n\u{9b}31m\u{202e}\u{200b}\u{2028}\u{feff}\0";
        let shown = escaped(said.as_bytes());
        assert!(shown.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{shown}");
        assert!(shown.starts_with("\\u{1b}[2J\\u{7}\\r\\n\\u{9b}31m\\u{202e}"), "{shown}");
    }

    #[test]
    fn what_is_harmless_stays_readable() {
        let said = r#"{"name": "O'Brien, Zürich"}"#;
        assert_eq!(escaped(said.as_bytes()), said);
        assert_eq!(escaped(br"a\n"), r"a\\n");
        assert_eq!(escaped(b"a\xff\xfeb"), r"a\xff\xfeb");
    }

    #[test]
    fn an_excerpt_is_never_longer_than_the_limit() {
        for tail in ["a", "\u{1b}", "\\", "ü"] {
            for start in 110..130 {
                let said = format!("{}{}", "a".repeat(start), tail.repeat(40));
                let shown = excerpt(said.as_bytes());
                assert!(shown.chars().count() <= EXCERPT_CHARS_MAX, "{shown}");
                assert!(shown.ends_with('…'), "{shown}");
            }
        }
        let exact = "a".repeat(EXCERPT_CHARS_MAX);
        assert_eq!(excerpt(exact.as_bytes()), exact);
    }
}
