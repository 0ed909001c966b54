//! What a shell and `man` want to know of the command line.

use std::{fs, io::Write, path::Path};

use clap::CommandFactory as _;
use clap_complete::Shell;
use conclave_conformance::commands::{Exit, written};

use super::args::Cli;

/// What the program is called.
const NAME: &str = "conclave";

/// Writes the completions for a shell.
pub(crate) fn completions(shell: Shell, out: &mut dyn Write) -> Exit {
    // Whole before any of it is written: the generator panics where nobody listens any more.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), NAME, &mut script);
    written(out.write_all(&script), Exit::Conformant)
}

/// Writes the manual page, or one for each command into a folder.
pub(crate) fn man(folder: Option<&Path>, out: &mut dyn Write) -> Exit {
    let Some(folder) = folder else {
        let mut page = Vec::new();
        // Nothing goes wrong in memory.
        let made = clap_mangen::Man::new(Cli::command()).render(&mut page);
        return written(made.and_then(|()| out.write_all(&page)), Exit::Conformant);
    };
    let made = fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Cli::command().name(NAME), folder));
    match made {
        Ok(()) => Exit::Conformant,
        Err(error) => Exit::usage(&format!(
            "cannot write the manual pages to {}: {error}\n  what to do: name a folder that can be written to",
            folder.display()
        )),
    }
}
