//! `conclave explore --serve`: what a browser is given, and what anybody else is.

mod common;

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;

use common::conclave;

/// More than any answer may take, on a machine busy with other tests.
const WITHIN: Duration = Duration::from_secs(40);

/// The program, serving; ended when it is dropped.
struct Served {
    child: Child,
    address: SocketAddr,
}

impl Served {
    fn start(words: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_conclave"))
            .args(["explore", "--serve", "127.0.0.1:0"])
            .args(words)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let out = child.stdout.take().expect("its output");
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).expect("a line");
        let address = line.split("http://").nth(1).map(|rest| rest.trim().trim_end_matches('/'));
        let address = address.and_then(|it| it.parse().ok()).unwrap_or_else(|| panic!("{line:?}"));
        Self { child, address }
    }

    fn certified() -> Self {
        Self::start(&["--profile", "zoom-3.0", "--slice", "certified"])
    }

    /// What comes back for these bytes.
    fn raw(&self, request: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(WITHIN)).expect("a time limit");
        // Whoever is refused may be cut off while still writing.
        let _ = stream.write_all(request);
        let _ = stream.shutdown(Shutdown::Write);
        let mut reply = Vec::new();
        let _ = stream.read_to_end(&mut reply);
        reply
    }

    fn ask(&self, request: &str) -> (u16, String, String) {
        let reply = self.raw(format!("{request} HTTP/1.0\r\n\r\n").as_bytes());
        let reply = String::from_utf8(reply).expect("UTF-8");
        let (head, body) = reply.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
        (status, head.to_owned(), body.to_owned())
    }

    fn get(&self, place: &str) -> Value {
        let (status, _, body) = self.ask(&format!("GET {place}"));
        assert_eq!(status, 200, "{place}: {body}");
        serde_json::from_str(&body).expect("JSON")
    }

    fn state(&self, path: &str) -> Value {
        self.get(&format!("/api/state?path={path}"))
    }

    fn refused(&self, status: u16, place: &str, why: &str) {
        let (got, _, body) = self.ask(&format!("GET {place}"));
        let said: Value = serde_json::from_str(&body).expect("JSON");
        let error = said["error"].as_str().expect("an error");
        assert!(got == status && error.contains(why), "{place}: {got} {error}");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The number of the move with these words.
fn number(state: &Value, what: &str) -> usize {
    let moves = state["moves"].as_array().expect("moves");
    let found = moves.iter().position(|it| it["what"] == what);
    found.unwrap_or_else(|| panic!("{what} is not among {moves:#?}"))
}

fn goal<'a>(state: &'a Value, id: &str) -> &'a Value {
    let goals = state["goals"].as_array().expect("goals");
    goals.iter().find(|goal| goal["id"] == id).expect("the goal")
}

fn party<'a>(state: &'a Value, name: &str) -> &'a Value {
    let parties = state["parties"].as_array().expect("parties");
    parties.iter().find(|party| party["name"] == name).expect("the party")
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let served = Served::certified();
    let (status, head, body) = served.ask("GET /");
    assert_eq!(status, 200);
    assert!(head.contains("Content-Security-Policy: default-src 'none';"), "{head}");
    assert!(head.contains("Content-Type: text/html"), "{head}");
    assert!(body.starts_with("<!doctype html>") && body.contains("prefers-color-scheme"));
    for foreign in ["http:", "https:", "src=", "innerHTML", "page.css", "page.js"] {
        assert!(!body.contains(foreign), "{foreign}");
    }
    let (status, _, body) = served.ask("HEAD /");
    assert_eq!((status, body.as_str()), (200, ""));
}

#[test]
fn a_step_leads_from_the_start_to_what_was_announced() {
    let served = Served::certified();
    let start = served.state("");
    assert_eq!(start, served.get("/api/state"), "the same answer every time");
    assert_eq!(start["path"], serde_json::json!([]));
    assert_eq!(party(&start, "alice")["leads"], true);
    assert_eq!(party(&start, "bob")["screen"]["leader"], "alice");
    assert_eq!(party(&start, "bob")["screen"]["sends_under"], 1);
    assert_eq!(party(&start, "mallory")["screen"], Value::Null);
    let joins = number(&start, "mallory joins");
    let after = served.state(&joins.to_string());
    assert_eq!(after["id"], start["moves"][joins]["leads_to"]);
    assert_ne!(after["id"], start["id"]);
    assert_eq!(after["taken"], serde_json::json!(["mallory joins"]));
    assert_eq!(after["budgets"][0], serde_json::json!({ "what": "joins", "left": 0, "of": 1 }));
    let ways = after["ways"].as_array().expect("ways");
    let bob = ways.iter().find(|way| way["to"] == "bob").expect("bob's way");
    let kept = serde_json::json!(["alice's link 3", "alice's heartbeat 3"]);
    assert_eq!(bob["waiting"][0]["news"], kept, "the server keeps the list back");
    assert!(after["ladder"].as_str().is_some_and(|it| it.contains("link 3: add mallory")));
    // She has the key that bob sends under, and bob's screen does not show her.
    assert_eq!(party(&after, "mallory")["keys"][0]["name"], "MK1.alice");
    assert_eq!(party(&after, "bob")["screen"]["roster"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_broken_goal_is_announced_shown_and_found() {
    let served = Served::certified();
    let joins = number(&served.state(""), "mallory joins");
    let before = served.state(&joins.to_string());
    assert_eq!(goal(&before, "ROSTER-SEND")["holds"], true);
    let speaks = number(&before, "bob speaks");
    assert_eq!(before["moves"][speaks]["breaks"], serde_json::json!(["ROSTER-SEND"]));
    let listed = number(&before, "alice speaks");
    assert_eq!(before["moves"][listed]["breaks"], serde_json::json!([]));
    let path = format!("{joins}.{speaks}");
    let broken = served.state(&path);
    assert_eq!(goal(&broken, "ROSTER-SEND")["holds"], false);
    assert_eq!(goal(&broken, "CONF")["holds"], true);
    assert_eq!(broken["packets"][0]["words"], "bob says 1");
    assert_eq!(broken["packets"][0]["open_then"], true);
    for place in ["/api/search", "/api/search?goal=ROSTER-SEND"] {
        let found = served.get(place);
        assert_eq!((&found["goal"], &found["path"]), (&"ROSTER-SEND".into(), &path.clone().into()));
    }
    let none = served.get("/api/search?goal=CONF");
    assert_eq!((&none["path"], &none["whole"]), (&Value::Null, &true.into()), "{none}");
}

#[test]
fn a_search_ends_at_its_limit() {
    let served = Served::start(&["--profile", "zoom-3.0", "--max-states", "100"]);
    let found = served.get("/api/search?goal=CONF");
    assert_eq!((&found["path"], &found["whole"]), (&Value::Null, &false.into()), "{found}");
    assert_eq!(found["states"], 100);
}

#[test]
fn without_a_rule_the_attack_is_there() {
    let served = Served::start(&["--profile", "zoom-3.0", "--without", "ROT-02"]);
    let found = served.get("/api/search?goal=REMOVAL");
    let state = served.state(found["path"].as_str().expect("a path"));
    assert_eq!(goal(&state, "REMOVAL")["holds"], false);
    assert_eq!(state["setting"]["without"], serde_json::json!(["ROT-02"]));
}

#[test]
fn paths_that_lead_nowhere() {
    let served = Served::certified();
    served.refused(400, "/api/state?path=x", "\"x\" is no such number");
    served.refused(400, "/api/state?path=0..1", "\"\" is no such number");
    served.refused(400, "/api/state?path=-1", "is no such number");
    served.refused(400, "/api/state?path=99999999999999999999999", "is no such number");
    served.refused(400, "/api/state?path=%3Cscript%3E", "is no such number");
    served.refused(400, &format!("/api/state?path=0{}", ".0".repeat(9_999)), "at most 200 moves");
    served.refused(404, "/api/state?path=99", "after 0 moves there is no move number 99");
    served.refused(404, "/api/state?path=0.99", "after 1 moves there is no move number 99");
    served.refused(400, "/api/state?paths=1", "\"paths=1\" is no parameter here");
    served.refused(400, "/api/state?path=1&path=2", "is no parameter here");
    served.refused(400, "/api/search?path=1", "is no parameter here");
    served.refused(404, "/api/search?goal=NOPE", "no goal \"NOPE\" in this slice");
    served.refused(404, "/api/search?goal=REMOVAL", "no goal \"REMOVAL\" in this slice");
    served.refused(404, "/favicon.ico", "nothing is at");
    served.refused(404, "/../../Cargo.toml", "nothing is at");
}

#[test]
fn garbage_does_it_no_harm() {
    let served = Served::certified();
    let long = [b"GET /".as_slice(), &[b'a'; 100_000], b" HTTP/1.1\r\n\r\n"].concat();
    let requests: [&[u8]; 9] = [
        b"",
        b"\r\n\r\n",
        b"\x00\xff\xfe\x16\x03\x01",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"GET /?\xc3\x28 HTTP/1.1\r\n: \r\n\r\n",
        &long,
    ];
    for request in requests {
        served.raw(request);
        served.get("/api/state");
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "NONSENSE"] {
        let (status, head, body) = served.ask(&format!("{method} /api/state"));
        assert!(status == 405 && head.contains("Allow: GET, HEAD"), "{method}: {head}\n{body}");
    }
}

#[test]
fn words_that_serve_nothing() {
    let run = |words: &[&str]| conclave(&[&["explore", "--serve"], words].concat(), WITHIN);
    run(&["nonsense", "--profile", "zoom-3.0"]).assert(4, &["invalid value 'nonsense'"]);
    run(&["127.0.0.1:0"]).assert(4, &["--profile"]);
    run(&["127.0.0.1:0", "--profile", "zoom-9"]).assert(4, &["no profile \"zoom-9\""]);
    let all = run(&["127.0.0.1:0", "--profile", "zoom-3.0", "--slice", "all"]);
    all.assert(4, &["no slice to serve \"all\""]);
    let goal = run(&["127.0.0.1:0", "--profile", "zoom-3.0", "--goal", "CONF"]);
    goal.assert(4, &["cannot be used with"]);
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    let refused = run(&[&address, "--profile", "zoom-3.0"]);
    refused.assert(4, &["cannot listen at", "what to do: name another"]);
}

/// Reports what goes wrong in the page, and clicks.
const WATCH: &str = "<script>
const note = (what, text) => document.documentElement.setAttribute('data-' + what, text);
addEventListener('error', (event) => note('error', event.message));
addEventListener('unhandledrejection', (event) => note('error', String(event.reason)));
addEventListener('securitypolicyviolation', (event) => note('error', event.violatedDirective));
const watch = setInterval(() => {
  const move = document.querySelector('#moves button');
  const taken = document.querySelectorAll('#taken li').length;
  if (move && taken === 1) move.click();
  if (taken === 2) { clearInterval(watch); note('taken', location.hash); }
}, 50);
</script>";

/// Hands requests on to the program, and puts the watch into the page.
fn watched(served: &Served, listener: &TcpListener) {
    for stream in listener.incoming() {
        let Ok(mut stream) = stream else { continue };
        let mut line = String::new();
        let mut lines = BufReader::new(&stream);
        let _ = lines.read_line(&mut line);
        let mut rest = String::new();
        while lines.read_line(&mut rest).is_ok_and(|read| read > 2) {
            rest.clear();
        }
        if line.starts_with("GET /end ") {
            return;
        }
        let place = line.rsplit_once(' ').map_or("", |(place, _)| place);
        let (_, head, body) = served.ask(place);
        let kept = head.lines().filter(|line| !line.starts_with("Content-Length"));
        let head = kept.collect::<Vec<_>>().join("\r\n");
        let body = body.replace("<head>", &format!("<head>{WATCH}"));
        let _ = stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes());
    }
}

#[test]
fn a_browser_shows_it_and_a_click_moves() {
    let browser = Path::new("/usr/bin/chromium");
    if !browser.exists() {
        eprintln!("not run: there is no Chromium");
        return;
    }
    let served = Served::certified();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    let folder = tempfile::tempdir().expect("a folder for the browser");
    let shown = thread::scope(|scope| {
        scope.spawn(|| watched(&served, &listener));
        let mut command = Command::new(browser);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"]);
        command.args(["--no-first-run", "--disable-background-networking", "--disable-sync"]);
        command.args(["--disable-component-update", "--virtual-time-budget=10000", "--dump-dom"]);
        command.arg(format!("--user-data-dir={}", folder.path().display()));
        command.arg(format!("http://{address}/"));
        let shown = common::ended(&mut command, Duration::from_secs(90));
        let _ = TcpStream::connect(address).and_then(|mut it| it.write_all(b"GET /end \r\n\r\n"));
        shown
    });
    assert!(!shown.stdout.contains("data-error"), "{}", shown.stdout);
    assert!(shown.stdout.contains("data-taken=\"#0\""), "{shown:#?}");
    assert!(shown.stdout.contains("link 3: add mallory"), "{}", shown.stdout);
}
