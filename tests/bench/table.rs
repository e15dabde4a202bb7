//! The table in README.md, of what was measured.

use std::fs;
use std::sync::{Mutex, PoisonError};

use super::lines::{ALL, Line, UNMEASURED, figures, join, split};
use super::measure::Pair;

/// The ratios of this run.
static MEASURED: Mutex<Vec<(&str, usize, f64)>> = Mutex::new(Vec::new());

impl Line {
    /// Prints a figure of this line, and keeps it for the table.
    pub fn report(&self, count: usize, pair: Pair) {
        let what = format!("{}, {count}", self.name());
        self.keep(count, pair.report(&what, self.against));
    }

    /// The same for a ratio that is not one of times.
    pub fn report_ratio(&self, count: usize, ours: &str, theirs: &str, ratio: f64) {
        let what = format!("{}, {count}", self.name());
        println!("{what:<44} {ours:>9} | {:<34} {theirs:>9} | ratio {ratio:>7.3}", self.against);
        self.keep(count, ratio);
    }

    fn keep(&self, count: usize, ratio: f64) {
        let bar = self.bar(count).expect("a bar is declared for what is measured");
        if ratio > bar {
            println!("{:<44} over the bar of {bar}", "");
        }
        let mut measured = MEASURED.lock().unwrap_or_else(PoisonError::into_inner);
        measured.push((self.name(), count, ratio));
    }

    fn name(&self) -> &'static str {
        let same = |(_, line): &&(&str, &Self)| {
            (line.what, line.against, line.bench) == (self.what, self.against, self.bench)
        };
        ALL.iter().find(same).map(|(name, _)| *name).expect("all lines are in the list")
    }
}

/// Returns true if the table needs this bench.
pub fn needs(bench: &str) -> bool {
    ALL.iter().any(|(_, line)| line.bench == bench)
}

/// Writes the table with the figures of this run. Figures that it did not measure stay.
pub fn write() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let text = fs::read_to_string(path).expect("README.md can be read");
    let (before, rows, after) = split(&text).expect("README.md has a table of speed");
    let measured = MEASURED.lock().unwrap_or_else(PoisonError::into_inner);
    let rows = ALL.iter().map(|(name, line)| {
        let old = rows.iter().find_map(|row| figures(line, row)).unwrap_or_default();
        line.row(|count| {
            let new = measured.iter().rev().find(|it| (it.0, it.1) == (*name, count));
            match (new, old.iter().find(|(of, _)| *of == count)) {
                (Some((.., ratio)), _) => format!("{ratio:.2}"),
                (None, Some((_, figure))) => figure.clone(),
                (None, None) => UNMEASURED.to_owned(),
            }
        })
    });
    fs::write(path, join(before, &rows.collect::<Vec<_>>(), after)).expect("it can be written");
}
