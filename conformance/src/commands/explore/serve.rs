//! The states of a slice in a browser.
//!
//! ```text
//! GET /                        the page: one file, nothing from elsewhere
//! GET /api/state?path=3.0.2    the world after these moves, by their numbers
//! GET /api/search?goal=REMOVAL the shortest path to a world that breaks it (any, if none is named)
//! ```
//!
//! Nothing is remembered between requests: a path says everything.

use std::{
    io::{ErrorKind, Write},
    net::{SocketAddr, TcpListener},
    thread,
};

use conclave_model::{
    explore::{Limits, Until, explore_within},
    properties::Goal,
    world::{Rig, Slice},
};
use conclave_spec::{Profile, Rule};
use serde::Serialize;
use tiny_http::{Header, Method, Request, Response, Server};

use super::Options;
use crate::commands::{Exit, no_such, written};

mod path;
mod state;

/// How many worlds a search from the page reaches if nothing else was said.
const STATES_MAX: usize = 50_000;
/// So that a search keeps nobody else waiting.
const WORKERS: usize = 3;

/// What is served.
struct Site {
    rig: Rig,
    /// As asked for: the rig's numbers may be customized.
    profile: Profile,
    without: Option<Rule>,
    states_max: usize,
    page: String,
}

/// Serves the states of a slice until the program is ended.
pub(super) fn serve(
    options: &Options,
    address: SocketAddr,
    profile: Profile,
    without: Option<Rule>,
    out: &mut dyn Write,
) -> Exit {
    let Some(slice) = Slice::by_name(&options.slice) else {
        let known: Vec<_> = Slice::all().iter().map(|slice| slice.name).collect();
        return no_such("slice to serve", &options.slice, &known);
    };
    let rig = Rig::new(&profile, &slice);
    if let Err(error) = rig.start() {
        return Exit::harness(&error.to_string());
    }
    let listening = TcpListener::bind(address)
        .and_then(|listener| Ok((listener.local_addr()?, listener)))
        .map_err(|error| error.to_string())
        .and_then(|(bound, listener)| {
            let server =
                Server::from_listener(listener, None).map_err(|error| error.to_string())?;
            Ok((bound, server))
        });
    let (bound, server) = match listening {
        Ok(listening) => listening,
        Err(error) => {
            return Exit::usage(&format!(
                "cannot listen at {address}: {error}\n  what to do: name another, such as \
                 --serve 127.0.0.1:0 for any free port"
            ));
        }
    };
    let title = super::title(&profile, without);
    let name = slice.name;
    let said = writeln!(out, "{title}, slice {name}: http://{bound}/\nCtrl-C ends it");
    // Whoever has the address may close the pipe it came by.
    if let Err(error) = said.and_then(|()| out.flush())
        && error.kind() != ErrorKind::BrokenPipe
    {
        return written(Err(error), Exit::Conformant);
    }
    let states_max = options.states_max.unwrap_or(STATES_MAX);
    let site = Site { rig, profile, without, states_max, page: page() };
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| site.work(&server));
        }
    });
    Exit::Conformant
}

/// The page with its style and its script in it.
fn page() -> String {
    let page = include_str!("serve/page.html");
    let page = page.replace("/* page.css */", include_str!("serve/page.css"));
    page.replace("/* page.js */", include_str!("serve/page.js"))
}

/// What is answered.
struct Answer {
    status: u16,
    content: &'static str,
    body: String,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("{0}")]
    Path(#[from] path::PathRefusal),
    #[error("no goal {0:?} in this slice")]
    NoGoal(String),
    #[error("{0:?} is no parameter here")]
    Parameter(String),
    #[error("nothing is at {0:?}")]
    Nothing(String),
    #[error("only GET and HEAD are answered")]
    Method,
    #[error("the model is at fault: {0}")]
    Model(String),
}

impl Refusal {
    const fn status(&self) -> u16 {
        match self {
            Self::Path(refusal) => refusal.status(),
            Self::Parameter(_) => 400,
            Self::NoGoal(_) | Self::Nothing(_) => 404,
            Self::Method => 405,
            Self::Model(_) => 500,
        }
    }
}

#[derive(Serialize)]
struct Said {
    error: String,
}

/// What a search found.
#[derive(Serialize)]
struct Searched {
    /// The goal broken, if one is.
    goal: Option<&'static str>,
    /// The way there, as numbers of moves.
    path: Option<String>,
    /// How many worlds were reached.
    states: usize,
    /// Whether these are all there are.
    whole: bool,
}

impl Site {
    fn work(&self, server: &Server) {
        while let Ok(request) = server.recv() {
            let answer = self.answer(&request).unwrap_or_else(|refusal| {
                let body = json(&Said { error: refusal.to_string() });
                body.map_or_else(
                    |_| Answer { status: 500, content: JSON, body: "{}".to_owned() },
                    |body| Answer { status: refusal.status(), content: JSON, body },
                )
            });
            let response = Response::from_string(answer.body).with_status_code(answer.status);
            let headers = HEADERS.iter().copied().chain([("Content-Type", answer.content)]);
            let headers = headers.filter_map(|(name, value)| Header::from_bytes(name, value).ok());
            let response = headers.fold(response, Response::with_header);
            // Whoever asked may have gone.
            let _ = request.respond(response);
        }
    }

    fn answer(&self, request: &Request) -> Result<Answer, Refusal> {
        if !matches!(request.method(), Method::Get | Method::Head) {
            return Err(Refusal::Method);
        }
        let url = request.url();
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        match place {
            "/" => Ok(Answer { status: 200, content: HTML, body: self.page.clone() }),
            "/api/state" => {
                let path = path::parsed(parameter(query, "path")?.unwrap_or(""))?;
                let walk = path::walked(&self.rig, &path)?;
                let state =
                    state::state(self, &walk).map_err(|it| Refusal::Model(it.to_string()))?;
                Ok(Answer { status: 200, content: JSON, body: json(&state)? })
            }
            "/api/search" => {
                let found = self.search(parameter(query, "goal")?)?;
                Ok(Answer { status: 200, content: JSON, body: json(&found)? })
            }
            _ => Err(Refusal::Nothing(excerpt(place))),
        }
    }

    /// The shortest path to a world that breaks a goal; of any goal, one that is promised first.
    fn search(&self, goal: Option<&str>) -> Result<Searched, Refusal> {
        let goals = &self.rig.slice.goals;
        let known = |id| Goal::by_id(id).filter(|goal| goals.contains(goal));
        let wanted = match goal {
            Some(id) => Some(known(id).ok_or_else(|| Refusal::NoGoal(excerpt(id)))?),
            None => None,
        };
        let until = wanted.map_or(Until::AnyBroken, Until::Broken);
        let limits = Limits { states_max: self.states_max, until, ..Limits::default() };
        let at_fault = |error: &dyn std::fmt::Display| Refusal::Model(error.to_string());
        let found = explore_within(&self.profile, &self.rig.slice, &limits, &mut |_| {})
            .map_err(|error| at_fault(&error))?;
        let broken = found.broken().filter(|(goal, _)| wanted.is_none_or(|it| it == *goal));
        let shortest = broken.min_by_key(|(goal, it)| (it.moves.len(), !goal.is_promised()));
        let path = shortest.map(|(_, it)| path::numbers(&self.rig, &it.moves));
        Ok(Searched {
            goal: shortest.map(|(goal, _)| goal.id()),
            path: path.transpose().map_err(|error| at_fault(&error))?,
            states: found.distinct_states,
            whole: found.whole,
        })
    }
}

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";

/// Nothing comes from elsewhere, nothing is kept, and nobody frames the page.
const HEADERS: [(&str, &str); 5] = [
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
         connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
    ("Allow", "GET, HEAD"),
];

fn json(value: &impl Serialize) -> Result<String, Refusal> {
    serde_json::to_string(value).map_err(|error| Refusal::Model(error.to_string()))
}

/// The only parameter a query may have.
fn parameter<'q>(query: &'q str, name: &str) -> Result<Option<&'q str>, Refusal> {
    let mut found = None;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some((key, value)) if key == name && found.is_none() => found = Some(value),
            Some(_) | None => return Err(Refusal::Parameter(excerpt(pair))),
        }
    }
    Ok(found)
}

/// As much of what somebody sent as an error repeats.
fn excerpt(text: &str) -> String {
    const MAX: usize = 60;
    let mut short: String = text.chars().take(MAX).collect();
    if short.len() < text.len() {
        short.push_str("...");
    }
    short
}
