//! What an adapter has to get right before any verdict of the suite counts: short dialogues, good
//! and broken, each with a fresh process.

use std::collections::BTreeMap;

use crate::{
    player::{Fault, Player as _},
    process::{AdapterProcess, Launch, Limits, excerpt, strictly},
    protocol::{
        Answer, Class, Codec, Hello, Hex, Input, Phase, Randomness, RandomnessClass, Request,
        Response, Role, VERSION,
    },
};

mod dialogues;

pub use dialogues::ALL;

/// A dialogue and what it is about.
#[derive(Clone, Copy, Debug)]
pub struct Dialogue {
    /// What is right, in one sentence.
    pub title: &'static str,
    /// What to do when it is not.
    pub advice: &'static str,
    /// Plays it.
    pub play: fn(&mut Talk) -> Result<(), Stop>,
}

/// Why a dialogue did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The adapter is wrong, and how.
    Wrong(String),
    /// It declares nothing that the dialogue needs.
    NotApplicable(&'static str),
}

/// What came of a dialogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The dialogue.
    pub title: &'static str,
    /// What to do where it is wrong.
    pub advice: &'static str,
    /// How it ended.
    pub result: Result<(), Stop>,
}

/// Plays every dialogue with an adapter.
pub fn run(launch: &Launch, limits: Limits, tell: &mut dyn FnMut(&Outcome)) -> Vec<Outcome> {
    let outcomes = ALL.iter().map(|dialogue| {
        let Dialogue { title, advice, play } = *dialogue;
        let result = Talk::begin(launch, limits).and_then(|mut talk| {
            play(&mut talk)?;
            Ok(())
        });
        let outcome = Outcome { title, advice, result };
        tell(&outcome);
        outcome
    });
    outcomes.collect()
}

/// A conversation with one process of the adapter.
#[derive(Debug)]
pub struct Talk {
    process: Option<AdapterProcess>,
    hello: Option<Hello>,
    next_id: u64,
}

fn wrong(text: impl Into<String>) -> Stop {
    Stop::Wrong(text.into())
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Wrong(fault.to_string())
    }
}

impl Talk {
    fn begin(launch: &Launch, limits: Limits) -> Result<Self, Stop> {
        let process = Some(AdapterProcess::start(launch, limits)?);
        Ok(Self { process, hello: None, next_id: 1 })
    }

    fn process(&mut self) -> Result<&mut AdapterProcess, Stop> {
        self.process.as_mut().ok_or_else(|| wrong("it was seen out already"))
    }

    fn id(&mut self) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        id
    }

    /// Asks, for a session or for none.
    fn ask(&mut self, session: Option<&str>, input: Input) -> Result<Response, Stop> {
        let id = self.id();
        let session = session.map(str::to_owned);
        Ok(self.process()?.ask(&Request { id, session, case: None, input })?)
    }

    /// Says a line of any bytes, and reads the answer.
    fn say(&mut self, line: &[u8]) -> Result<Response, Stop> {
        let said = self.process()?.say(line.to_vec(), "a line that is no request")?;
        strictly(&said).map_err(|breach| wrong(format!("its answer is {breach}")))
    }

    /// A line that is no request is answered with `bad_request` and this number, and the next
    /// request is answered as ever.
    fn refuses(&mut self, line: &[u8], id: u64) -> Result<(), Stop> {
        let said = self.say(line)?;
        let told = excerpt(line);
        if said.class != Class::BadRequest {
            return Err(wrong(format!("{told} was answered {}", said.class.word())));
        }
        if said.id != id {
            return Err(wrong(format!("{told} was answered with id {}, not {id}", said.id)));
        }
        self.greet().map(|_| ())
    }

    /// Asks who it is.
    fn greet(&mut self) -> Result<Hello, Stop> {
        let input = Input::Hello { protocol_min: VERSION, protocol_max: VERSION };
        let said = self.ask(None, input)?;
        let Some(Answer::Hello(hello)) = said.result else {
            return Err(wrong(format!(
                "hello was answered {} without a result",
                said.class.word()
            )));
        };
        self.hello = Some(hello.clone());
        Ok(hello)
    }

    /// A class, and no other.
    fn expect(&self, said: &Response, class: Class, asked: &str) -> Result<(), Stop> {
        if said.class == class {
            return Ok(());
        }
        let detail = said
            .detail
            .as_deref()
            .map_or_else(String::new, |detail| format!(" ({})", excerpt(detail.as_bytes())));
        let (got, wanted) = (said.class.word(), class.word());
        Err(wrong(format!("{asked} was answered {got}{detail} instead of {wanted}")))
    }

    /// Opens a session with what it declares first.
    fn open(&mut self, name: &str) -> Result<Hex, Stop> {
        let hello = match &self.hello {
            Some(hello) => hello.clone(),
            None => self.greet()?,
        };
        let (Some(profile), Some(class), Some(codec)) =
            (hello.profiles.first(), hello.randomness.first(), hello.codecs.first())
        else {
            return Err(Stop::NotApplicable("it declares no sessions"));
        };
        let input = opening(profile, name, *class, *codec);
        let said = self.ask(Some(name), input)?;
        self.expect(&said, Class::Accept, "open")?;
        match said.result {
            Some(Answer::Opened(opened)) => Ok(opened.ivk),
            _ => Err(wrong("open was accepted without the identity key")),
        }
    }

    /// Where the client of a session is.
    fn phase(&mut self, name: &str) -> Result<Phase, Stop> {
        let said = self.ask(Some(name), Input::Observe {})?;
        self.expect(&said, Class::Accept, "observe")?;
        match said.result {
            Some(Answer::Observed(observed)) => Ok(observed.phase),
            _ => Err(wrong("observe was accepted without what the user sees")),
        }
    }

    /// Ends the input and sees it out.
    fn end(&mut self) -> Result<(), Stop> {
        let process = self.process.take().ok_or_else(|| wrong("it was seen out already"))?;
        Ok(process.finish()?)
    }
}

fn opening(profile: &str, name: &str, class: RandomnessClass, codec: Codec) -> Input {
    Input::Open {
        profile: profile.to_owned(),
        user_id: name.to_owned(),
        hardware_id: format!("{name}-device"),
        randomness: match class {
            RandomnessClass::Opaque => Randomness::Opaque {},
            RandomnessClass::Seeded => Randomness::Seeded { seed: bytes(name, 32) },
            RandomnessClass::Tape => Randomness::Tape { draws: tape(name) },
        },
        codec,
        policies: BTreeMap::new(),
    }
}

/// So many bytes, others for each name.
fn bytes(name: &str, count: usize) -> Hex {
    Hex(name.bytes().cycle().zip(1_u8..=u8::MAX).map(|(a, b)| a ^ b).take(count).collect())
}

fn tape(name: &str) -> BTreeMap<String, Vec<Hex>> {
    let purposes = [
        ("identity", 32),
        ("ephemeral", 32),
        ("ephemeral_kem", 64),
        ("meeting_key", 32),
        ("box_nonce", 24),
        ("kem_coins", 32),
        ("liveness_nonce", 24),
    ];
    let draws = |purpose: &str, count| {
        (1..=4).map(|nth| bytes(&format!("{name}{purpose}{nth}"), count)).collect()
    };
    purposes
        .into_iter()
        .map(|(purpose, count)| (purpose.to_owned(), draws(purpose, count)))
        .collect()
}

fn joining(role: Role) -> Input {
    Input::Join {
        meeting_id: "adapter-test".to_owned(),
        meeting_uuid: Hex(vec![7; 16]),
        role,
        name: "A name".to_owned(),
    }
}
