//! The dialogues, in the order in which an adapter is best mended.

use super::{
    Class, Dialogue, Hello, Input, Phase, Role, Stop, Talk, VERSION, joining, opening, wrong,
};
use crate::{compute::FORMULAS, protocol::RandomnessClass};

/// Every dialogue.
pub const ALL: &[Dialogue] = &[
    Dialogue {
        title: "it starts, and says who it is",
        advice: "answer `hello` with one line, flush it, and write nothing else to standard output",
        play: |talk| talk.greet().map(|_| ()),
    },
    Dialogue {
        title: "it is for something: a formula, or a role of a profile",
        advice: "fill the lists of `hello`: formulas, or roles with profiles, randomness and codecs",
        play: declares,
    },
    Dialogue {
        title: "what it says of itself is known here",
        advice: "`conclave profiles`, `conclave readings` and docs/formulas.md have the names",
        play: known_names,
    },
    Dialogue {
        title: "asked again, it says the same",
        advice: "`hello` may come again, and changes nothing",
        play: |talk| same(&talk.greet()?, &talk.greet()?),
    },
    Dialogue {
        title: "another protocol version is `unsupported`",
        advice: "compare protocol_min and protocol_max with the version the adapter speaks",
        play: |talk| {
            let later = Input::Hello { protocol_min: VERSION + 40, protocol_max: VERSION + 41 };
            let said = talk.ask(None, later)?;
            talk.expect(&said, Class::Unsupported, "hello for versions 42 and 43")
        },
    },
    Dialogue {
        title: "a line that is not JSON is `bad_request`, with id 0",
        advice: "catch the error of the JSON reader, answer, and read on",
        play: |talk| talk.refuses(b"this is not JSON", 0),
    },
    Dialogue {
        title: "so is an empty line",
        advice: "an empty line is a line; every line is answered",
        play: |talk| talk.refuses(b"", 0),
    },
    Dialogue {
        title: "so is half a request",
        advice: "catch the error of the JSON reader, answer, and read on",
        play: |talk| talk.refuses(b"{\"id\":7,\"input\":{\"op\":\"hel", 0),
    },
    Dialogue {
        title: "so are bytes that are no UTF-8",
        advice: "read lines as bytes, and decode them where an error can be caught",
        play: |talk| talk.refuses(b"{\"id\":7,\"input\":\"\xff\xfe\"}", 0),
    },
    Dialogue {
        title: "so is JSON that is no object",
        advice: "look at the type of the value before its fields",
        play: |talk| talk.refuses(b"[1,2,3]", 0),
    },
    Dialogue {
        title: "an unknown operation is `bad_request`, with the id of the line",
        advice: "a default branch where operations are told apart",
        play: |talk| talk.refuses(b"{\"id\":70,\"input\":{\"op\":\"dance\"}}", 70),
    },
    Dialogue {
        title: "so is a field too many",
        advice: "unknown fields are an error: compare the names that came with those the operation has",
        play: |talk| {
            let line =
                br#"{"id":71,"input":{"op":"hello","protocol_min":2,"protocol_max":2,"x":1}}"#;
            talk.refuses(line, 71)
        },
    },
    Dialogue {
        title: "so is a field too few",
        advice: "ask for every field by name, and answer where one is missing",
        play: |talk| talk.refuses(br#"{"id":72,"input":{"op":"hello","protocol_min":2}}"#, 72),
    },
    Dialogue {
        title: "so is a value of another type",
        advice: "look at the type of every value",
        play: |talk| {
            let line = br#"{"id":73,"input":{"op":"hello","protocol_min":"2","protocol_max":2}}"#;
            talk.refuses(line, 73)
        },
    },
    Dialogue {
        title: "a repeated key is `bad_request`",
        advice: "most JSON readers keep the last one silently; have yours refuse (object_pairs_hook, a \
                 reviver, a strict mode)",
        play: repeated_key,
    },
    Dialogue {
        title: "a request for a session that is not open is `bad_request`",
        advice: "look the session up before anything else",
        play: |talk| {
            talk.greet()?;
            let said = talk.ask(Some("nobody"), Input::Observe {})?;
            talk.expect(&said, Class::BadRequest, "observe in a session that is not open")
        },
    },
    Dialogue {
        title: "a formula it does not have is `unsupported`",
        advice: "answer `unsupported` for names not in the list of `hello`",
        play: |talk| {
            talk.greet()?;
            let (formula, inputs) = ("no_such_formula".to_owned(), Default::default());
            let said = talk.ask(None, Input::Compute { formula, inputs })?;
            talk.expect(&said, Class::Unsupported, "an unknown formula")
        },
    },
    Dialogue {
        title: "a profile it does not have is `unsupported`",
        advice: "answer `unsupported` for names not in the list of `hello`",
        play: unknown_profile,
    },
    Dialogue {
        title: "a long line is read to its end",
        advice: "a line is at most 1 MiB: no buffer of a fixed size below that",
        play: long_line,
    },
    Dialogue {
        title: "a session is opened, each with an identity key of its own",
        advice: "`open` makes a device: a fresh Ed25519 key pair, and its public key, 32 bytes, in the \
                 answer",
        play: identity_keys,
    },
    Dialogue {
        title: "a new client is in no meeting, and cannot leave one",
        advice: "`observe` says phase `outside`; `leave` is then `bad_request`",
        play: outside,
    },
    Dialogue {
        title: "time stands, passes, and does not run back",
        advice: "`advance` to the present moment is accepted, to an earlier one `bad_request`",
        play: time,
    },
    Dialogue {
        title: "sessions have each their own time",
        advice: "keep everything in the session, nothing in the program",
        play: own_time,
    },
    Dialogue {
        title: "hexadecimal is lower case, a UUID has 16 bytes",
        advice: "check the form of bytes where a request is read",
        play: forms,
    },
    Dialogue {
        title: "a closed session is gone",
        advice: "drop the session at `close`; what is asked of it later is `bad_request`",
        play: closed,
    },
    Dialogue {
        title: "it ends with its input, with exit status 0 and no further word",
        advice: "leave the loop at end of input; no exit message on standard output, no thread left",
        play: |talk| {
            talk.greet()?;
            talk.end()
        },
    },
    Dialogue {
        title: "it joins a meeting in each role it declares, and leaves",
        advice: "connect `join`, `observe` and `leave` to your client; until then nothing can pass",
        play: meeting,
    },
];

fn same(one: &Hello, other: &Hello) -> Result<(), Stop> {
    if one == other { Ok(()) } else { Err(wrong("the second answer to hello differs")) }
}

fn declares(talk: &mut Talk) -> Result<(), Stop> {
    let hello = talk.greet()?;
    if hello.name.is_empty() || hello.version.is_empty() {
        return Err(wrong("name or version is empty"));
    }
    let lists = [
        ("roles", hello.roles.len()),
        ("profiles", hello.profiles.len()),
        ("randomness", hello.randomness.len()),
        ("codecs", hello.codecs.len()),
    ];
    let empty: Vec<_> = lists.iter().filter(|(_, count)| *count == 0).map(|it| it.0).collect();
    match empty.len() {
        0 => Ok(()),
        4 if !hello.formulas.is_empty() => Ok(()),
        4 => Err(wrong("it declares no formula and no role: nothing can be checked")),
        _ => Err(wrong(format!("no sessions, as these lists are empty: {}", empty.join(", ")))),
    }
}

fn known_names(talk: &mut Talk) -> Result<(), Stop> {
    let hello = talk.greet()?;
    let profiles = conclave_spec::Profile::all();
    let known = |name: &String| profiles.iter().any(|profile| profile.id == *name);
    if let Some(name) = hello.profiles.iter().find(|name| !known(name)) {
        return Err(wrong(format!("no profile is called {name:?}")));
    }
    if let Some(name) = hello.formulas.iter().find(|name| !FORMULAS.contains(&name.as_str())) {
        return Err(wrong(format!("no formula is called {name:?}")));
    }
    let policies: Vec<_> = conclave_spec::readings::policies().collect();
    match hello.policies.keys().find(|name| !policies.contains(&name.as_str())) {
        Some(name) => Err(wrong(format!("no policy is called {name:?}"))),
        None => Ok(()),
    }
}

fn repeated_key(talk: &mut Talk) -> Result<(), Stop> {
    let line = br#"{"id":74,"id":75,"input":{"op":"hello","protocol_min":2,"protocol_max":2}}"#;
    let said = talk.say(line)?;
    // Which of the two numbers it names nobody can ask of it.
    talk.expect(&said, Class::BadRequest, "an object with the key \"id\" twice")?;
    talk.greet().map(|_| ())
}

fn unknown_profile(talk: &mut Talk) -> Result<(), Stop> {
    let hello = talk.greet()?;
    let codec = *hello.codecs.first().ok_or(Stop::NotApplicable("it declares no sessions"))?;
    let input = opening("zoom-0.1", "bob", RandomnessClass::Opaque, codec);
    let said = talk.ask(Some("bob"), input)?;
    talk.expect(&said, Class::Unsupported, "open with a profile there is not")
}

fn long_line(talk: &mut Talk) -> Result<(), Stop> {
    talk.greet()?;
    let long = "a".repeat(900 << 10);
    let (formula, inputs) = ("no_such_formula".to_owned(), [("text".to_owned(), long)].into());
    let said = talk.ask(None, Input::Compute { formula, inputs })?;
    talk.expect(&said, Class::Unsupported, "an unknown formula with an input of 900 KiB")?;
    talk.greet().map(|_| ())
}

fn identity_keys(talk: &mut Talk) -> Result<(), Stop> {
    let (bob, carol) = (talk.open("bob")?, talk.open("carol")?);
    for ivk in [&bob, &carol] {
        if ivk.0.len() != 32 {
            return Err(wrong(format!("an identity key of {} bytes, not 32", ivk.0.len())));
        }
    }
    if bob == carol { Err(wrong("two devices have one identity key")) } else { Ok(()) }
}

fn outside(talk: &mut Talk) -> Result<(), Stop> {
    talk.open("bob")?;
    if talk.phase("bob")? != Phase::Outside {
        return Err(wrong("a client that has not joined is not `outside`"));
    }
    let said = talk.ask(Some("bob"), Input::Leave {})?;
    talk.expect(&said, Class::BadRequest, "leave outside a meeting")
}

fn time(talk: &mut Talk) -> Result<(), Stop> {
    talk.open("bob")?;
    for (to_ms, class) in [
        (0, Class::Accept),
        (5_000, Class::Accept),
        (5_000, Class::Accept),
        (4_999, Class::BadRequest),
    ] {
        let said = talk.ask(Some("bob"), Input::Advance { to_ms })?;
        talk.expect(&said, class, &format!("advance to {to_ms} ms"))?;
    }
    Ok(())
}

fn own_time(talk: &mut Talk) -> Result<(), Stop> {
    talk.open("bob")?;
    talk.open("carol")?;
    for (name, to_ms) in [("bob", 9_000), ("carol", 1_000), ("bob", 9_001), ("carol", 1_001)] {
        let said = talk.ask(Some(name), Input::Advance { to_ms })?;
        talk.expect(&said, Class::Accept, &format!("advance of {name} to {to_ms} ms"))?;
    }
    Ok(())
}

fn forms(talk: &mut Talk) -> Result<(), Stop> {
    talk.open("bob")?;
    let join = |uuid: &str, id: u64| {
        format!(
            r#"{{"id":{id},"session":"bob","input":{{"op":"join","meeting_id":"m","meeting_uuid":"{uuid}","role":"participant","name":"b"}}}}"#
        )
    };
    let cases = [
        ("upper case", join("AB0000000000000000000000000000AB", 80), 80),
        ("an odd number of digits", join("abc", 81), 81),
        ("15 bytes", join(&"07".repeat(15), 82), 82),
    ];
    for (what, line, id) in cases {
        let said = talk.say(line.as_bytes())?;
        talk.expect(&said, Class::BadRequest, &format!("join with a UUID of {what}"))?;
        if said.id != id {
            return Err(wrong(format!("join with a UUID of {what} was answered with another id")));
        }
    }
    Ok(())
}

fn closed(talk: &mut Talk) -> Result<(), Stop> {
    talk.open("bob")?;
    let said = talk.ask(Some("bob"), Input::Close {})?;
    talk.expect(&said, Class::Accept, "close")?;
    let said = talk.ask(Some("bob"), Input::Observe {})?;
    talk.expect(&said, Class::BadRequest, "observe after close")
}

fn meeting(talk: &mut Talk) -> Result<(), Stop> {
    let roles = talk.greet()?.roles;
    for (role, name) in [(Role::Participant, "bob"), (Role::Leader, "alice")] {
        if !roles.contains(&role) {
            continue;
        }
        talk.open(name)?;
        let said = talk.ask(Some(name), joining(role))?;
        talk.expect(&said, Class::Accept, "join")?;
        let posted = |output: &crate::protocol::Output| {
            matches!(output.effect, crate::protocol::Effect::PostAnnouncement { .. })
        };
        if !said.outputs.iter().any(posted) {
            return Err(wrong("it joined without posting an announcement"));
        }
        if talk.phase(name)? != Phase::Joined {
            return Err(wrong("after join its phase is not `joined`"));
        }
        let said = talk.ask(Some(name), Input::Leave {})?;
        talk.expect(&said, Class::Accept, "leave")?;
        if talk.phase(name)? != Phase::Left {
            return Err(wrong("after leave its phase is not `left`"));
        }
    }
    Ok(())
}
