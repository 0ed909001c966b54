//! A table on a terminal or in a file.

use std::io::{self, IsTerminal as _, Write};

use comfy_table::{Attribute, Cell, ContentArrangement, Table, presets};
use console::{Style, Term};

/// No line is longer, on any terminal.
const WIDTH_MAX: u16 = 100;

/// The least width at which the tables can still be read.
const WIDTH_MIN: u16 = 60;

/// Width and colors of what is written for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The longest line, in columns.
    pub width: u16,
    /// Whether to write in bold and color.
    pub styled: bool,
}

impl Look {
    /// For a file, a pipe or a test.
    #[must_use]
    pub const fn plain() -> Self {
        Self { width: WIDTH_MAX, styled: false }
    }

    /// For standard output as it is: styled on a terminal, unless `NO_COLOR` is set.
    #[must_use]
    pub fn of_stdout() -> Self {
        if !io::stdout().is_terminal() {
            return Self::plain();
        }
        let (_, columns) = Term::stdout().size();
        Self { width: columns.clamp(WIDTH_MIN, WIDTH_MAX), styled: console::colors_enabled() }
    }

    /// A heading.
    pub(in crate::commands) fn heading(self, text: &str) -> String {
        self.painted(Style::new().bold(), text)
    }

    /// A text in a style, where there are styles.
    pub(in crate::commands) fn painted(self, paint: Style, text: &str) -> String {
        if self.styled {
            paint.force_styling(true).apply_to(text).to_string()
        } else {
            text.to_owned()
        }
    }
}

/// A table whose first column is never broken.
pub(super) struct Grid(Table);

impl Grid {
    pub(super) fn new<const N: usize>(header: [&str; N]) -> Self {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_header(header.map(|name| Cell::new(name).add_attribute(Attribute::Dim)));
        Self(table)
    }

    pub(super) fn row<const N: usize>(&mut self, cells: [String; N]) {
        let mut row: Vec<_> = cells.into_iter().map(Cell::new).collect();
        if !row.is_empty() {
            let first = row.remove(0).add_attribute(Attribute::Bold);
            row.insert(0, first);
        }
        self.0.add_row(row);
    }

    /// Writes a heading, the table, and an empty line.
    pub(super) fn write(mut self, title: &str, look: Look, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", look.heading(title))?;
        self.0.set_width(look.width);
        if look.styled {
            self.0.enforce_styling();
        } else {
            self.0.force_no_tty();
        }
        for line in self.0.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        writeln!(out)
    }
}

/// `text` in lines of at most `width` columns, each behind `indent`.
pub(in crate::commands) fn wrapped(text: &str, indent: usize, width: u16) -> String {
    let mut lines = vec![" ".repeat(indent)];
    let mut used = 0;
    for word in text.split_whitespace() {
        let room = usize::from(width).saturating_sub(indent);
        let length = word.chars().count();
        if used > 0 && used + 1 + length > room {
            lines.push(" ".repeat(indent));
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
        }
        used += length;
    }
    lines.join("\n")
}
