//! `conclave docs write` and `conclave docs check`: the generated files of the repository.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::pages::{self, Page, PagesError};

/// A generated file that is not what the program would write now.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "{file}:{line} is stale: expected {expected:?}, found {found:?}; run `conclave docs write`"
)]
pub struct Stale {
    /// The file, relative to the repository.
    pub file: &'static str,
    /// The first line that differs, from 1.
    pub line: usize,
    /// That line as it should be; nothing where the file should have ended.
    pub expected: Option<String>,
    /// That line as it is; nothing where the file ends.
    pub found: Option<String>,
}

/// Why the generated files could not be written or are not fresh.
#[derive(Debug, Error)]
pub enum DocsError {
    /// A page cannot be made.
    #[error(transparent)]
    Pages(#[from] PagesError),
    /// A file differs.
    #[error(transparent)]
    Stale(#[from] Stale),
    /// A file cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Writes every generated file below the repository at `root`, and says which changed.
///
/// # Errors
/// A page cannot be made or a file not be written.
pub fn docs_write(root: &Path) -> Result<Vec<&'static str>, DocsError> {
    let mut changed = Vec::new();
    for page in pages::all(root)? {
        let path = root.join(page.path);
        if read(&path)?.as_deref() == Some(page.text.as_str()) {
            continue;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|source| at(folder, source))?;
        }
        fs::write(&path, &page.text).map_err(|source| at(&path, source))?;
        changed.push(page.path);
    }
    Ok(changed)
}

/// Whether every generated file below the repository at `root` is what would be written now, and
/// how many there are.
///
/// # Errors
/// The first file that differs or is missing, or a file that cannot be read.
pub fn docs_check(root: &Path) -> Result<usize, DocsError> {
    let pages = pages::all(root)?;
    for page in &pages {
        let found = read(&root.join(page.path))?;
        difference(page, found.as_deref().unwrap_or_default())?;
    }
    Ok(pages.len())
}

fn difference(page: &Page, found: &str) -> Result<(), Stale> {
    if page.text == found {
        return Ok(());
    }
    // With their ends, so that a missing last line break is a difference too.
    let mut expected = page.text.split_inclusive('\n');
    let mut found = found.split_inclusive('\n');
    let mut line = 1;
    loop {
        let (is, should) = (found.next(), expected.next());
        if is != should || is.is_none() {
            let owned = |text: Option<&str>| text.map(str::to_owned);
            return Err(Stale { file: page.path, line, expected: owned(should), found: owned(is) });
        }
        line += 1;
    }
}

/// The text of a file, nothing if there is none.
fn read(path: &Path) -> Result<Option<String>, DocsError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(at(path, source)),
    }
}

fn at(path: &Path, source: io::Error) -> DocsError {
    DocsError::File { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{explored, faults};

    #[test]
    fn what_was_written_is_fresh_and_a_changed_line_is_named() {
        let root = tempfile::tempdir().unwrap();
        assert!(matches!(docs_check(root.path()), Err(DocsError::Pages(_))));
        fs::create_dir(root.path().join("vectors")).unwrap();
        for table in [explored::TABLE, faults::table::TABLE] {
            let stored = crate::vectors::folder(None).join(table);
            fs::copy(stored, root.path().join("vectors").join(table)).unwrap();
        }
        assert!(matches!(docs_check(root.path()), Err(DocsError::Stale(Stale { line: 1, .. }))));
        let changed = docs_write(root.path()).unwrap();
        assert_eq!(docs_check(root.path()).unwrap(), changed.len());
        assert_eq!(docs_write(root.path()).unwrap(), [""; 0]);

        let labels = root.path().join("docs/generated/labels.md");
        let text = fs::read_to_string(&labels).unwrap().replacen("# Labels", "# Marks", 1);
        fs::write(&labels, text).unwrap();
        let Err(DocsError::Stale(stale)) = docs_check(root.path()) else { panic!("not stale") };
        assert_eq!((stale.file, stale.line), ("docs/generated/labels.md", 3));
        assert_eq!(stale.expected.as_deref(), Some("# Labels\n"));
        assert_eq!(stale.found.as_deref(), Some("# Marks\n"));
    }

    #[test]
    fn a_missing_last_line_break_is_stale() {
        let page = Page { path: "x", text: "a\nb\n".to_owned() };
        assert!(difference(&page, "a\nb\n").is_ok());
        assert_eq!(difference(&page, "a\nb").unwrap_err().line, 2);
        assert_eq!(difference(&page, "a\nb\nc").unwrap_err().line, 3);
        assert_eq!(difference(&page, "a\n").unwrap_err().found, None);
    }
}
