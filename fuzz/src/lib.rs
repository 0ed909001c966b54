//! Fuzz targets as plain functions: any driver may call them with any bytes, and so does
//! `cargo test` with the stored inputs. A target panics when a property does not hold.

use std::path::PathBuf;

pub mod targets;

/// Gives the content of each file to a target.
///
/// # Errors
/// A file cannot be read.
pub fn play_files<P: Into<PathBuf>>(
    target: fn(&[u8]),
    files: impl Iterator<Item = P>,
) -> std::io::Result<()> {
    files.map(Into::into).try_for_each(|file| std::fs::read(file).map(|input| target(&input)))
}
