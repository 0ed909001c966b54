//! `conclave init`: a starting adapter, to be filled in.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use clap::ValueEnum;

use super::Exit;

/// The language of a starting adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// Python, standard library only.
    Python,
    /// C, libc only.
    C,
    /// JavaScript on Node, no packages.
    Javascript,
    /// Rust, with serde_json.
    Rust,
}

/// A file: where it goes, and what is in it.
type File = (&'static str, &'static str);

impl Language {
    /// The files of its starting adapter.
    const fn files(self) -> &'static [File] {
        match self {
            Self::Python => &[
                ("client.py", include_str!("../../starters/python/client.py")),
                ("adapter.py", include_str!("../../starters/python/adapter.py")),
                ("README.md", include_str!("../../starters/python/README.md")),
            ],
            Self::C => &[
                ("client.h", include_str!("../../starters/c/client.h")),
                ("client.c", include_str!("../../starters/c/client.c")),
                ("adapter.c", include_str!("../../starters/c/adapter.c")),
                ("protocol.h", include_str!("../../starters/c/protocol.h")),
                ("json.c", include_str!("../../starters/c/json.c")),
                ("shapes.c", include_str!("../../starters/c/shapes.c")),
                ("Makefile", include_str!("../../starters/c/Makefile")),
                ("README.md", include_str!("../../starters/c/README.md")),
            ],
            Self::Javascript => &[
                ("client.mjs", include_str!("../../starters/javascript/client.mjs")),
                ("adapter.mjs", include_str!("../../starters/javascript/adapter.mjs")),
                ("README.md", include_str!("../../starters/javascript/README.md")),
            ],
            // A manifest of this name would be part of this workspace.
            Self::Rust => &[
                ("Cargo.toml", include_str!("../../starters/rust/Cargo.toml.template")),
                ("src/client.rs", include_str!("../../starters/rust/src/client.rs")),
                ("src/main.rs", include_str!("../../starters/rust/src/main.rs")),
                ("README.md", include_str!("../../starters/rust/README.md")),
            ],
        }
    }

    /// How it is built, and the command that runs it, in its folder.
    const fn commands(self) -> (Option<&'static str>, &'static str) {
        match self {
            Self::Python => (None, "python3 adapter.py"),
            Self::C => (Some("make"), "build/adapter"),
            Self::Javascript => (None, "node adapter.mjs"),
            Self::Rust => (Some("cargo build --release"), "target/release/adapter"),
        }
    }
}

/// Writes a starting adapter into a folder that has none of its files yet.
pub fn run(language: Language, folder: &Path, out: &mut dyn Write) -> Exit {
    let files = language.files();
    let paths: Vec<PathBuf> = files.iter().map(|(name, _)| folder.join(name)).collect();
    if let Some(there) = paths.iter().find(|path| path.exists()) {
        let there = there.display();
        return Exit::usage(&format!("{there} is there already; nothing was written"));
    }
    for (path, (_, text)) in paths.iter().zip(files) {
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        if let Err(error) = made.and_then(|()| fs::write(path, text)) {
            return Exit::harness(&format!("{}: {error}", path.display()));
        }
    }
    super::written(said(language, folder, out), Exit::Conformant)
}

fn said(language: Language, folder: &Path, out: &mut dyn Write) -> std::io::Result<()> {
    let (build, command) = language.commands();
    writeln!(out, "{} files written to {}", language.files().len(), folder.display())?;
    writeln!(out, "next, in that folder:")?;
    if let Some(build) = build {
        writeln!(out, "  {build}")?;
    }
    writeln!(out, "  conclave adapter-test --adapter-cmd {command:?}")?;
    writeln!(out, "  conclave check --adapter-cmd {command:?} --profile zoom-4.6")?;
    writeln!(out, "nothing passes before your client is behind it: README.md says in which order")
}
