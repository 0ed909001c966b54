//! What others say, made fit to be shown: escaped and cut, before any format escapes it its own way.
//!
//! Unlike [`crate::process::excerpt`], which quotes an adapter's bytes, these leave backslashes as
//! they are, so that a text that has been through once comes out of a second time unchanged.

/// The longest line kept of anything a client says, in characters.
pub const LINE_CHARS_MAX: usize = 240;

/// The longest text of several lines kept of anything a client says, in characters.
pub const TEXT_CHARS_MAX: usize = 2_000;

/// The longest command shown, in characters.
const COMMAND_CHARS_MAX: usize = 8_000;

/// One line that no terminal acts on, at most [`LINE_CHARS_MAX`] characters long. A cut is marked
/// with `…`.
#[must_use]
pub fn line(said: &str) -> String {
    cut(said, LINE_CHARS_MAX, false)
}

/// As [`line()`], with line breaks kept, at most [`TEXT_CHARS_MAX`] characters long.
#[must_use]
pub fn lines(said: &str) -> String {
    cut(said, TEXT_CHARS_MAX, true)
}

/// A command to paste: one line, cut only where nobody would paste it any more.
#[must_use]
pub fn command(said: &str) -> String {
    cut(said, COMMAND_CHARS_MAX, false)
}

/// One line that no terminal acts on, whole: for what the command line says.
#[must_use]
pub fn whole(said: &str) -> String {
    cut(said, usize::MAX, false)
}

fn cut(said: &str, chars_max: usize, breaks: bool) -> String {
    let mut shown = String::new();
    let mut chars = 0;
    // How much of it stays if what follows does not fit.
    let mut kept = 0;
    for character in said.chars() {
        let before = shown.len();
        push(&mut shown, character, breaks);
        chars += shown[before..].chars().count();
        if chars > chars_max {
            shown.truncate(kept);
            shown.push('…');
            return shown;
        }
        if chars < chars_max {
            kept = shown.len();
        }
    }
    shown
}

fn push(shown: &mut String, character: char, breaks: bool) {
    match character {
        '"' | '\'' | '\\' => shown.push(character),
        '\n' if breaks => shown.push('\n'),
        other => shown.extend(other.escape_debug()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_shown_is_one_short_line_and_stays_as_it_is(said in any::<String>()) {
            let once = line(&said);
            prop_assert!(once.chars().all(|it| !it.is_control()), "{once:?}");
            prop_assert!(once.chars().count() <= LINE_CHARS_MAX);
            prop_assert_eq!(line(&once), once);
        }
    }

    #[test]
    fn a_cut_is_marked_and_never_inside_an_escape() {
        let said = format!("{}{}", "a".repeat(LINE_CHARS_MAX - 3), "\u{1b}[2J");
        assert_eq!(line(&said), format!("{}…", "a".repeat(LINE_CHARS_MAX - 3)));
        assert_eq!(lines("a\n\u{9b}b\r"), "a\n\\u{9b}b\\r");
        assert_eq!(line("C:\\x 'y' \"z\""), "C:\\x 'y' \"z\"");
    }
}
