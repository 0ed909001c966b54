//! A script as a sequence diagram in text, at most 100 columns wide.
//!
//! One lane per party and one for the server. An arrow is a message, `*` something a party does,
//! `o` something its user sees. To the right stands what it is and what became of it.

use std::fmt::Write as _;

use conclave_spec::Profile;

use crate::{
    script::Script,
    sequence::{Mark, sequence},
    stage::StageError,
};

const WIDTH: usize = 100;
const TIME: usize = 10;
const LANE_MAX: usize = 12;
const LANES_WIDTH: usize = 52;

/// Plays a script over terms under a profile and draws what happens.
///
/// # Errors
/// The script cannot be played.
pub fn ladder(script: &Script, profile: &Profile) -> Result<String, StageError> {
    let mut page = Page::new(script);
    for line in sequence(script, profile)? {
        page.line(&line.party, line.mark, line.at_ms, &line.text);
    }
    Ok(page.text)
}

struct Page {
    lanes: Vec<String>,
    lane: usize,
    shown_ms: Option<u64>,
    text: String,
}

/// The server's lane, after the first party's.
const SERVER: usize = 1;

impl Page {
    fn new(script: &Script) -> Self {
        let mut lanes: Vec<String> =
            script.cast.iter().map(|member| member.party.clone()).collect();
        lanes.insert(SERVER.min(lanes.len()), "server".to_owned());
        let lane = (LANES_WIDTH / lanes.len().max(1)).clamp(4, LANE_MAX);
        let mut page = Self { lanes, lane, shown_ms: None, text: String::new() };
        let mut head = format!("{:>width$}  ", "ms", width = TIME - 2);
        for name in &page.lanes {
            let short: String = name.chars().take(lane - 1).collect();
            let _ = write!(head, "{short:lane$}");
        }
        page.text.push_str(head.trim_end());
        page.text.push('\n');
        page
    }

    fn line(&mut self, party: &str, mark: Mark, at_ms: u64, what: &str) {
        let time = if self.shown_ms == Some(at_ms) { String::new() } else { at_ms.to_string() };
        self.shown_ms = Some(at_ms);
        let from = TIME + self.lane * self.lanes.len();
        let mut left = format!("{time:>width$}  ", width = TIME - 2);
        left.push_str(&self.drawn(party, mark));
        for row in wrapped(what, WIDTH.saturating_sub(from)) {
            self.text.push_str(format!("{left:from$}{row}").trim_end());
            self.text.push('\n');
            left = format!("{:TIME$}{}", "", self.bars());
        }
    }

    fn bars(&self) -> String {
        self.lanes.iter().map(|_| format!("{:lane$}", "|", lane = self.lane)).collect()
    }

    fn drawn(&self, party: &str, mark: Mark) -> String {
        let own = self.lanes.iter().enumerate().find(|(at, lane)| *at != SERVER && *lane == party);
        let own = own.map_or(SERVER, |(at, _)| at);
        let (low, high) = (own.min(SERVER) * self.lane, own.max(SERVER) * self.lane);
        let head = match mark {
            Mark::ToServer => Some((SERVER * self.lane, own * self.lane)),
            Mark::FromServer => Some((own * self.lane, SERVER * self.lane)),
            Mark::Does | Mark::Sees => None,
        };
        let place = |(at, bar): (usize, char)| match (head, mark) {
            (Some((to, _)), _) if to > low && at + 1 == to => '>',
            (Some((to, _)), _) if to == low && at == low + 1 => '<',
            (Some(_), _) if at > low && at < high => '-',
            (None, Mark::Does) if at == own * self.lane => '*',
            (None, Mark::Sees) if at == own * self.lane => 'o',
            (Some(_) | None, _) => bar,
        };
        self.bars().chars().enumerate().map(place).collect()
    }
}

/// Words in lines of at most this width; a longer word stands alone.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match rows.last_mut() {
            Some(row) if row.chars().count() + 1 + word.chars().count() <= width => {
                row.push(' ');
                row.push_str(word);
            }
            Some(_) | None => rows.push(word.to_owned()),
        }
    }
    rows
}
