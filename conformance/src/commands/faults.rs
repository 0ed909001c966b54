//! `conclave faults`: realistic mistakes planted in copies of the foreign clients, and what the
//! suite says of them.
//!
//! The full run judges every fault. With `--sample` only some cases of some faults are judged anew,
//! chosen by a seed; a digest of what each row was made from shows whether the rest still stands.

use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
};

use console::style;
use sha2::{Digest as _, Sha256};

use super::{Exit, mutants::Sample};
use crate::{
    case::Case,
    faults::{
        self, Fault, FaultsError, Language,
        inputs::Inputs,
        judge::{Trial, cases_of, problems, told_first},
        plant,
        table::{self, Layer, Row},
    },
    vectors,
};

/// What to do.
#[derive(Debug)]
pub struct Options {
    /// Only faults of this language.
    pub language: Option<Language>,
    /// Only this fault.
    pub only: Option<String>,
    /// The vector folder.
    pub vectors: PathBuf,
    /// Store the table; what is of today in it is kept.
    pub write: bool,
    /// Only some cases of some of them, held against the stored table.
    pub sample: Option<Sample>,
}

/// Faults, and all that is needed to judge them.
struct Bench {
    root: PathBuf,
    faults: Vec<(Language, Fault)>,
    by_profile: BTreeMap<String, Vec<Case>>,
    inputs: Inputs,
}

/// Judges planted faults. Exit 1 where one survives, or is not found where it is expected.
pub fn run(options: &Options, out: &mut dyn Write) -> Exit {
    match begun(options, out) {
        Ok(exit) => exit,
        Err(error) => Exit::harness(&error.to_string()),
    }
}

fn begun(options: &Options, out: &mut dyn Write) -> Result<Exit, FaultsError> {
    let bench = Bench::new(&options.vectors)?;
    let known: Vec<&str> = bench.faults.iter().map(|(_, fault)| fault.id.as_str()).collect();
    if let Some(id) = options.only.as_deref().filter(|id| !known.contains(id)) {
        return Ok(super::no_such("planted fault", id, &known));
    }
    let of_language = |(language, fault): &(Language, Fault)| {
        options.only.as_ref() == Some(&fault.id)
            && options.language.is_some_and(|it| it != *language)
    };
    if bench.faults.iter().any(of_language) {
        return Ok(Exit::usage("that fault is not of that language: leave one of the two out"));
    }
    match &options.sample {
        Some(sample) => bench.sample(options, sample, out),
        None => bench.all(options, out),
    }
}

/// What keeps the stored table from being of today's faults, clients, cases and attacks.
///
/// # Errors
/// The table, the faults or the cases cannot be read, or a patch does not apply.
pub fn stale(vectors: &Path) -> Result<Vec<String>, FaultsError> {
    Ok(Bench::new(vectors)?.stale(&table::read(vectors)?.rows))
}

impl Bench {
    /// Everything there is. Each patch is held against the client first.
    fn new(folder: &Path) -> Result<Self, FaultsError> {
        let root = faults::repository()?;
        let mut all = Vec::new();
        for language in Language::ALL {
            let sources = plant::sources(&root, language)?;
            for fault in faults::of(&root, language)? {
                plant::patched(sources.clone(), &fault)?;
                all.push((language, fault));
            }
        }
        let cases = vectors::load(folder)?;
        let inputs = Inputs::of(&root, &all, &cases)?;
        let profiles = all.iter().map(|(_, fault)| fault.profile.clone());
        let by_profile = profiles.map(|it| (it.clone(), cases_of(&cases, &it))).collect();
        Ok(Self { root, faults: all, by_profile, inputs })
    }

    /// Plants a fault and does something with it.
    fn with<T>(
        &self,
        language: Language,
        fault: &Fault,
        then: impl FnOnce(&Trial<'_>) -> Result<T, FaultsError>,
    ) -> Result<T, FaultsError> {
        let mut progress = |line: &str| eprintln!("{line}");
        let planted = plant::plant(&self.root, language, fault, &mut progress)?;
        let cases = self.by_profile.get(&fault.profile).map(Vec::as_slice).unwrap_or_default();
        let inputs = self.inputs.digest(language, fault);
        then(&Trial { language, fault, planted: &planted, cases, inputs })
    }

    /// Judges the faults that were asked for, whole.
    fn all(&self, options: &Options, out: &mut dyn Write) -> Result<Exit, FaultsError> {
        let stored = table::read(&options.vectors).map(|table| table.rows).unwrap_or_default();
        let (mut rows, mut wrong) = (Vec::new(), Vec::new());
        let mut judged = Vec::new();
        for (place, (language, fault)) in self.faults.iter().enumerate() {
            let old = stored.iter().find(|row| row.id == fault.id);
            let asked = options.language.is_none_or(|it| it == *language)
                && options.only.as_ref().is_none_or(|it| *it == fault.id);
            let fresh = old.is_some_and(|it| it.inputs == self.inputs.digest(*language, fault));
            if !asked || (options.write && fresh) {
                rows.extend(old.map(|row| row.as_said(fault)));
                continue;
            }
            let row = self.with(*language, fault, |trial| trial.judge())?;
            let _ = line(&row, out);
            wrong.extend(problems(fault, &row));
            if !options.write && old != Some(&row) {
                wrong.push(format!("{}: the stored table says otherwise, or nothing", fault.id));
            }
            judged.push(row.clone());
            rows.push(row);
            if options.write {
                // Each is minutes of work: what is done is kept.
                let rest = self.faults.iter().skip(place + 1);
                let rest = rest.filter_map(|(_, it)| stored.iter().find(|row| row.id == it.id));
                table::write(&options.vectors, rows.iter().chain(rest).cloned().collect())?;
            }
        }
        if options.write {
            table::write(&options.vectors, rows.clone())?;
            judged = rows;
            wrong = self.judged_wrong(&judged);
        }
        summary(&judged, out);
        Ok(told(&wrong, out))
    }

    /// What is wrong with rows, held against the entries of their faults.
    fn judged_wrong(&self, rows: &[Row]) -> Vec<String> {
        let of = |row: &Row| {
            let entry = self.faults.iter().find(|(_, fault)| fault.id == row.id);
            entry.map(|(_, fault)| problems(fault, row)).unwrap_or_default()
        };
        rows.iter().flat_map(of).collect()
    }

    /// Judges a sample anew, if the stored table is made from what there is today.
    fn sample(
        &self,
        options: &Options,
        sample: &Sample,
        out: &mut dyn Write,
    ) -> Result<Exit, FaultsError> {
        let table = table::read(&options.vectors)?;
        let mut wrong = self.stale(&table.rows);
        if wrong.is_empty() {
            let _ = writeln!(out, "a sample of {}, chosen by {:?}", sample.size, sample.seed);
            let asked = |language: &Language| options.language.is_none_or(|it| it == *language);
            let mut chosen: Vec<_> = self.faults.iter().filter(|it| asked(&it.0)).collect();
            let rank = |id: &str| Sha256::digest(format!("{} {id}", sample.seed));
            chosen.sort_by_cached_key(|(_, fault)| rank(&fault.id));
            chosen.truncate(sample.size);
            for (language, fault) in chosen {
                let Some(row) = table.rows.iter().find(|row| row.id == fault.id) else { continue };
                let otherwise = self.with(*language, fault, |it| it.recheck(row, &sample.seed))?;
                let word = if otherwise.is_empty() { "as stored" } else { "OTHERWISE" };
                let _ = writeln!(out, "{:<32} {word}: {}", fault.id, fate(row));
                wrong.extend(otherwise);
            }
            summary(&table.rows, out);
        }
        Ok(told(&wrong, out))
    }

    /// Why stored rows are not of today. Those of a fault that is known to survive are: the table
    /// and the page say that it does.
    fn stale(&self, rows: &[Row]) -> Vec<String> {
        let of_table: Vec<_> = rows.iter().map(|row| row.id.as_str()).collect();
        let of_data: Vec<_> = self.faults.iter().map(|(_, fault)| fault.id.as_str()).collect();
        let mut wrong = Vec::new();
        if of_table != of_data {
            wrong.push("the table is of other faults".to_owned());
        }
        for (language, fault) in &self.faults {
            let Some(row) = rows.iter().find(|row| row.id == fault.id) else { continue };
            if row.inputs != self.inputs.digest(*language, fault) {
                let id = &fault.id;
                wrong.push(format!("{id}: the fault, its client or the cases are others by now"));
            } else if *row != row.as_said(fault) {
                wrong.push(format!("{}: its entry says something else by now", fault.id));
            } else if row.killed || fault.survives.is_none() {
                wrong.extend(problems(fault, row));
            }
        }
        wrong
    }
}

fn told(wrong: &[String], out: &mut dyn Write) -> Exit {
    for problem in wrong {
        let _ = writeln!(out, "  {} {problem}", style("wrong").red().bold());
    }
    if wrong.is_empty() {
        return Exit::Conformant;
    }
    let _ = writeln!(
        out,
        "  what to do: mend the entry in conformance/faults, or the suite; then run `conclave faults \
         --write` and read the difference"
    );
    Exit::Nonconformant
}

fn summary(rows: &[Row], out: &mut dyn Write) {
    let survivors: Vec<_> = rows.iter().filter(|row| !row.killed).collect();
    let misled = rows.iter().filter(|row| row.misleads.is_some()).count();
    let _ = writeln!(
        out,
        "faults {}, killed {}, told by another rule first {misled}, surviving {}",
        rows.len(),
        rows.len() - survivors.len(),
        survivors.len()
    );
    for row in survivors {
        let _ = writeln!(out, "  {} {}", style("SURVIVES").red().bold(), row.id);
    }
}

/// What became of a fault, in a few words.
fn fate(row: &Row) -> String {
    if row.killed { told_first(row.first.as_ref()) } else { "it survives".to_owned() }
}

fn line(row: &Row, out: &mut dyn Write) -> std::io::Result<()> {
    let word = if row.killed { style("killed").green() } else { style("SURVIVES").red().bold() };
    writeln!(out, "{:<32} {word}  {}", row.id, fate(row))?;
    let counts = Layer::ALL.map(|layer| {
        let seen = row.seen(layer);
        format!("{} {}/{}", layer.title(), seen.failing.len(), seen.judged)
    });
    writeln!(out, "{:<32} {}; {} by {}", "", counts.join(", "), row.named, row.breaks.id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_that_survives_is_told_and_ends_the_run_with_exit_code_1() {
        let bench = Bench::new(&vectors::folder(None)).expect("the faults");
        let stored = table::read(&vectors::folder(None)).expect("the stored table");
        let alive = Row { killed: false, first: None, ..stored.rows[0].clone() };
        let wrong = bench.judged_wrong(std::slice::from_ref(&alive));
        assert!(wrong.len() == 1 && wrong[0].contains("survives"), "{wrong:?}");
        let mut out = Vec::new();
        summary(&[alive], &mut out);
        assert_eq!(told(&wrong, &mut out), Exit::Nonconformant);
        let said = String::from_utf8(out).expect("text");
        assert!(said.contains("surviving 1") && said.contains("what to do"), "{said}");
        assert_eq!(bench.judged_wrong(&stored.rows), Vec::<String>::new());
    }
}
