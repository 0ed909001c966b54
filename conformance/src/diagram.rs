//! A script as a sequence diagram for other programs: Mermaid text, and SVG.

use std::collections::BTreeMap;

use conclave_model::{
    script::Script,
    sequence::{Line, Mark, sequence},
    stage::StageError,
};
use conclave_spec::Profile;
use svg::{
    Document,
    node::element::{Line as Stroke, Marker, Path, Rectangle, Style, Text, Title},
};

/// The lane of everybody who relays: server, board, signalling channel.
const SERVER: &str = "server";

/// The lanes of a script: the first party, the server, the others.
pub(crate) fn lanes(script: &Script) -> Vec<String> {
    let mut lanes: Vec<String> = script.cast.iter().map(|member| member.party.clone()).collect();
    lanes.insert(1.min(lanes.len()), SERVER.to_owned());
    lanes
}

/// The diagram in the language of Mermaid.
///
/// # Errors
/// The script cannot be played.
pub fn mermaid(script: &Script, profile: &Profile) -> Result<String, StageError> {
    let lanes = lanes(script);
    let names: BTreeMap<&str, usize> =
        lanes.iter().enumerate().map(|(at, lane)| (lane.as_str(), at)).collect();
    let id = |party: &str| format!("p{}", names.get(party).copied().unwrap_or_default());
    let server = id(SERVER);
    let mut text = "sequenceDiagram\n".to_owned();
    for lane in &lanes {
        text.push_str(&format!("    participant {} as {}\n", id(lane), harmless(lane)));
    }
    let mut shown = None;
    for line in sequence(script, profile)? {
        if shown != Some(line.at_ms) {
            let last = lanes.last().map_or(server.clone(), |lane| id(lane));
            let first = lanes.first().map_or(server.clone(), |lane| id(lane));
            text.push_str(&format!("    Note over {first},{last}: {} ms\n", line.at_ms));
            shown = Some(line.at_ms);
        }
        let (party, what) = (id(&line.party), harmless(&line.text));
        text.push_str(&match line.mark {
            Mark::ToServer => format!("    {party}->>{server}: {what}\n"),
            Mark::FromServer => format!("    {server}->>{party}: {what}\n"),
            Mark::Does => format!("    Note over {party}: {what}\n"),
            Mark::Sees => format!("    {party}-->>{party}: {what}\n"),
        });
    }
    Ok(text)
}

/// Text that means nothing to Mermaid.
fn harmless(text: &str) -> String {
    let plain = |letter: char| match letter {
        ';' => ',',
        '#' => '.',
        '<' => '(',
        '>' => ')',
        letter if letter.is_control() => ' ',
        letter => letter,
    };
    text.chars().map(plain).collect()
}

const ROW: usize = 22;
const TOP: usize = 64;
/// The least room for what happens, and the room for a letter of it.
const TEXT: usize = 420;
const LETTER: usize = 8;
/// After so many lines the names stand once more.
const NAMES_EVERY: usize = 40;

/// The diagram as a picture that needs nothing else.
///
/// # Errors
/// The script cannot be played.
pub fn picture(script: &Script, profile: &Profile, title: &str) -> Result<String, StageError> {
    let lines = sequence(script, profile)?;
    let height = height_of(lines.len()) + ROW;
    let bare = Bare { lanes: &lanes(script), lines: &lines, wrong: None, number: 0 };
    let page = frame(WIDE.width(bare.lanes.len(), &lines), height)
        .add(Title::new(title))
        .add(Style::new(STYLE))
        .add(Rectangle::new().set("class", "page").set("width", "100%").set("height", "100%"))
        .add(words(title, 16, 24, "title"));
    Ok(bare.drawn_on(page, WIDE, height).to_string())
}

/// A diagram for a page that has the styles: [`STYLE`] says what they are called.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bare<'a> {
    /// The lanes, with the server second.
    pub(crate) lanes: &'a [String],
    /// What happens.
    pub(crate) lines: &'a [Line],
    /// Who went wrong at the end, and how.
    pub(crate) wrong: Option<(&'a str, &'a str)>,
    /// A number no other diagram on the page has.
    pub(crate) number: usize,
}

impl Bare<'_> {
    /// The diagram as an element of a page.
    pub(crate) fn element(&self, title: &str) -> String {
        let rows = self.lines.len() + usize::from(self.wrong.is_some());
        let height = height_of(rows) + ROW;
        let width = NARROW.width(self.lanes.len(), self.lines);
        let page = frame(width, height).add(Title::new(title));
        self.drawn_on(page, NARROW, height).to_string()
    }

    fn drawn_on(&self, page: Document, grid: Grid, height: usize) -> Document {
        let mut page = page.add(arrow_head(self.number));
        for (at, lane) in self.lanes.iter().enumerate() {
            let x = grid.middle(at);
            page = page.add(stroke((x, TOP - 6), (x, height - ROW), "bar"));
            page = page.add(words(lane, x, TOP - 14, "lane"));
            for row in (NAMES_EVERY..self.lines.len()).step_by(NAMES_EVERY) {
                page = page.add(words(lane, x, height_of(row) - ROW + 4, "lane"));
            }
        }
        let mut shown = None;
        for (row, line) in self.lines.iter().enumerate() {
            let y = height_of(row);
            if shown != Some(line.at_ms) {
                page = page.add(words(&format!("{} ms", line.at_ms), 16, y + 4, "time"));
                shown = Some(line.at_ms);
            }
            page = self.drawn(page, grid, line, y);
        }
        match self.wrong {
            Some((party, what)) => self.went_wrong(page, grid, party, what),
            None => page,
        }
    }

    /// The last row: where the client went wrong.
    fn went_wrong(&self, page: Document, grid: Grid, party: &str, what: &str) -> Document {
        let y = height_of(self.lines.len());
        let lane = self.lanes.iter().position(|lane| lane == party).unwrap_or_default();
        let text = words(what, grid.text(self.lanes.len()), y + 4, "wrong");
        page.add(spot(grid.middle(lane), y, "wrong")).add(text)
    }

    fn drawn(&self, page: Document, grid: Grid, line: &Line, y: usize) -> Document {
        let at = |name: &str| self.lanes.iter().position(|lane| lane == name).unwrap_or_default();
        let (own, server) = (grid.middle(at(&line.party)), grid.middle(at(SERVER)));
        let refused = ["refused", "ignored", "misuse", "leaves"];
        let refused = refused.iter().any(|word| line.text.contains(&format!(": {word}")));
        let class = if refused { "refused" } else { "plain" };
        let text = words(&line.text, grid.text(self.lanes.len()), y + 4, class);
        let page = match line.mark {
            Mark::ToServer => page.add(arrow(own, server, y, self.number)),
            Mark::FromServer => page.add(arrow(server, own, y, self.number)),
            Mark::Does => page.add(spot(own, y, "does")),
            Mark::Sees => page.add(spot(own, y, "sees")),
        };
        page.add(text)
    }
}

fn frame(width: usize, height: usize) -> Document {
    Document::new()
        .set("viewBox", (0, 0, width, height))
        .set("width", width)
        .set("height", height)
        .set("role", "img")
}

/// Where the lanes are.
#[derive(Clone, Copy, Debug)]
struct Grid {
    left: usize,
    lane: usize,
}

/// For a picture of its own.
const WIDE: Grid = Grid { left: 120, lane: 190 };

/// For a place in a page.
const NARROW: Grid = Grid { left: 92, lane: 116 };

impl Grid {
    const fn middle(self, lane: usize) -> usize {
        self.left + self.lane * lane + self.lane / 4
    }

    /// Where the text beside so many lanes begins.
    const fn text(self, lanes: usize) -> usize {
        self.left + self.lane * lanes
    }

    fn width(self, lanes: usize, lines: &[Line]) -> usize {
        let longest = lines.iter().map(|line| line.text.chars().count()).max();
        self.text(lanes) + TEXT.max(LETTER * longest.unwrap_or_default())
    }
}

/// How far down a line stands: below the rows with the names before it.
fn height_of(row: usize) -> usize {
    TOP + ROW * (row + 1 + row / NAMES_EVERY)
}

fn arrow(from: usize, to: usize, y: usize, number: usize) -> Stroke {
    stroke((from, y), (to, y), "arrow").set("marker-end", format!("url(#head{number})"))
}

fn spot(x: usize, y: usize, class: &str) -> Rectangle {
    let side = 8;
    Rectangle::new()
        .set("class", class)
        .set("x", x - side / 2)
        .set("y", y - side / 2)
        .set("width", side)
        .set("height", side)
        .set("rx", if class == "sees" { side / 2 } else { 0 })
}

fn stroke(from: (usize, usize), to: (usize, usize), class: &str) -> Stroke {
    Stroke::new()
        .set("class", class)
        .set("x1", from.0)
        .set("y1", from.1)
        .set("x2", to.0)
        .set("y2", to.1)
}

fn words(text: &str, x: usize, y: usize, class: &str) -> Text {
    Text::new(text).set("x", x).set("y", y).set("class", class)
}

fn arrow_head(number: usize) -> Marker {
    Marker::new()
        .set("id", format!("head{number}"))
        .set("viewBox", (0, 0, 8, 8))
        .set("refX", 8)
        .set("refY", 4)
        .set("markerWidth", 7)
        .set("markerHeight", 7)
        .set("orient", "auto-start-reverse")
        .add(Path::new().set("class", "head").set("d", "M0 0 L8 4 L0 8 z"))
}

const STYLE: &str = "
text { font: 12px ui-monospace, monospace; fill: #1b1f24 }
.title { font: 600 16px system-ui, sans-serif }
.lane { font: 600 13px system-ui, sans-serif; text-anchor: middle; paint-order: stroke; stroke: #ffffff; stroke-width: 6px }
.time { fill: #6b7280 }
.page { fill: #ffffff }
.bar { stroke: #d0d5db }
.arrow { stroke: #2456a6; stroke-width: 1.4 }
.head { fill: #2456a6 }
.does { fill: #6b7280 }
.sees { fill: #1a7f37 }
.refused { fill: #b42318 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6e8eb }
  .page { fill: #14171b }
  .lane { stroke: #14171b }
  .bar { stroke: #3a4048 }
  .arrow { stroke: #7aa7ee }
  .head { fill: #7aa7ee }
  .time, .does { fill: #9aa3ad }
  .refused { fill: #ff8f85 }
  .sees { fill: #57d27c }
}
";

#[cfg(test)]
mod tests {
    use conclave_model::{
        message::{Meeting, Role, Seat},
        script::{Act, CastMember, Expect, ScriptStep},
    };

    use super::*;

    fn script() -> Script {
        let join = Act::Join {
            meeting: Meeting { id: "1".to_owned(), uuid: [0; 16] },
            role: Role::Leader,
            name: String::new(),
        };
        let step = |act| ScriptStep {
            party: "a<b>;#".to_owned(),
            act,
            wire: None,
            expect: Expect::accept(),
        };
        Script {
            cast: vec![CastMember::new("a<b>;#", Seat::new("a", "b"))],
            steps: vec![step(join), step(Act::Leave {})],
        }
    }

    #[test]
    fn a_diagram_has_a_lane_for_everybody_and_escapes_names() {
        let profile = Profile::zoom_4_6();
        let text = mermaid(&script(), &profile).expect("it plays");
        assert!(text.starts_with("sequenceDiagram\n    participant p0 as a(b),.\n"), "{text}");
        assert!(text.contains("p0->>p1: heartbeat 1: list 1, key no. 1"), "{text}");
        let picture = picture(&script(), &profile, "a & <b>").expect("it plays");
        assert!(picture.contains("a &amp; &lt;b&gt;"), "{picture}");
        assert!(!picture.contains("<b>"), "{picture}");
    }
}
