//! The targets, one module each.

mod decode;
mod formula;
mod frame;
mod known;
mod schedule;
mod session;
mod step;

pub use decode::decode;
pub use formula::{Came, Computed, computed, formula};
pub use frame::frame;
pub use known::{Versions, WEAKNESSES, Weakness, why_broken};
pub use schedule::{moves_made, schedule};
pub use session::{Reached, reached, session};
pub use step::{Depth, depth, step};

/// A target by name.
pub type Target = (&'static str, fn(&[u8]));

/// Every target. The name is also that of its program and of its folder in the corpus.
pub const ALL: [Target; 6] = [
    ("decode", decode),
    ("formula", formula),
    ("frame", frame),
    ("schedule", schedule),
    ("session", session),
    ("step", step),
];
