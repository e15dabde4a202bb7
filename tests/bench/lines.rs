//! The bars: what is measured against what, and how large the ratio may be. This file alone declares
//! them. The benches report to them, README.md's table has a line for each, and a guard reads both.

/// One line of the table.
pub struct Line {
    /// The bench that measures it, as `cargo bench -- <name>` takes it.
    pub bench: &'static str,
    /// What is measured.
    pub what: &'static str,
    /// What it is measured against, in the same run.
    pub against: &'static str,
    /// Among how many sessions, events or commits, and the largest ratio there.
    pub bars: &'static [(usize, f64)],
}

/// The numbers that have a column.
pub const COLUMNS: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// Stands for a figure that was not measured yet.
pub const UNMEASURED: &str = "?";

macro_rules! lines {
    ($($name:ident: $bench:literal, $what:literal, $against:literal, $bars:expr;)*) => {
        $(pub const $name: Line =
            Line { bench: $bench, what: $what, against: $against, bars: &$bars };)*
        /// All lines, in the order of the table.
        pub const ALL: &[(&str, &Line)] = &[$((stringify!($name), &$name)),*];
    };
}

lines! {
    LIST_FEW: "readers", "`list -n 20`", "`git rev-parse`",
        [(1_000, 3.0), (10_000, 3.0), (100_000, 6.0)];
    LIST_STATUS: "readers", "`list --status working`", "`git rev-parse`",
        [(1_000, 3.0), (10_000, 3.0), (100_000, 6.0)];
    SHOW_BRANCH: "readers", "`show <branch>`", "`git rev-parse`",
        [(1_000, 3.0), (10_000, 3.0), (100_000, 6.0)];
    SHOW_ISSUE: "readers", "`show issue:<id>`", "`git rev-parse`",
        [(1_000, 3.0), (10_000, 3.0), (100_000, 6.0)];
    SHOW_LATEST: "readers", "`show latest`", "`git rev-parse`",
        [(1_000, 3.0), (10_000, 3.0), (100_000, 6.0)];
    COMPLETE: "readers", "completion of a session", "`git rev-parse`",
        [(1_000, 3.0), (10_000, 3.0), (100_000, 6.0)];
    SHOW_ID: "readers", "`show <id>`", "`git rev-parse`",
        [(1_000, 2.0), (10_000, 2.0), (100_000, 2.0)];
    LIST_FEW_NEW: "readers", "`list -n 20` after a write", "the same before it",
        [(1_000, 2.0), (10_000, 2.0), (100_000, 2.0)];
    SHOW_BRANCH_NEW: "readers", "`show <branch>` after a write", "the same before it",
        [(1_000, 2.0), (10_000, 2.0), (100_000, 2.0)];
    SET_ID: "set", "`set <id>`", "among 1,000",
        [(10_000, 1.3), (100_000, 1.3)];
    SET_LATEST: "latest", "four `set latest` at once", "four `set <id>` at once",
        [(10_000, 2.0)];
    LIST_JSON: "whole", "`list --all --json`", "`git cat-file --batch` of all",
        [(10_000, 0.5), (100_000, 0.5)];
    LIST_JSON_LOOSE: "whole", "`list --all --json`, loose objects", "`git cat-file --batch` of all",
        [(10_000, 0.5)];
    LIST_JSON_COLD: "whole", "`list --all --json`, without the index", "`git cat-file --batch` of all",
        [(10_000, 3.5), (100_000, 2.0)];
    LIST_TABLE: "whole", "`list --all`", "`git cat-file --batch` of all",
        [(10_000, 1.0), (100_000, 1.0)];
    LIST_MEMORY: "memory", "peak memory of `list --all --json`", "its output",
        [(100_000, 2.0)];
    INDEX_BUILD: "build", "building the index (`list -n 20` without it)", "`list --all --json`",
        [(100_000, 1.3)];
    LIST_AFTER_NIGHT: "night", "`list -n 20` after a pull of half of all sessions", "`list --all --json`",
        [(100_000, 1.3)];
    LOG_SESSION: "past", "`log <session>`", "`git log -- <path>`",
        [(1_000_000, 0.1)];
    LOG_AUTHOR: "past", "`log --author`, of nobody", "`git log --author`",
        [(1_000_000, 0.1)];
    LOG_FEW: "past", "`log -n 20`", "the same of 10,000 events",
        [(1_000_000, 1.5)];
    SEARCH: "search", "`grep`, of what is nowhere", "`git cat-file --batch` of all",
        [(1_000, 1.0)];
    SEARCH_SPEED: "search", "`grep`, of what is nowhere", "200 MB a second",
        [(1_000, 1.0)];
    CAPTURE: "capture", "capture of a turn, after so many", "writing the turn to a file",
        [(1_000, 5.0)];
    FETCH: "fetch", "`transcript fetch` of one of so many", "`git fetch` of a ref of its size",
        [(1_000, 2.0)];
    PACKED: "packed", "size of captured turns, packed", "their bytes",
        [(1_000, 0.2)];
    PULL_BEHIND: "clocks", "`pull` from a clock that is behind", "from one that is right",
        [(10_000, 1.5)];
    PUSH_BEHIND: "clocks", "`push` after that", "after the other",
        [(10_000, 1.5)];
    STATUS_AMONG: "among_ended", "`status` of 20 live sessions, among ended ones", "among 100",
        [(100_000, 1.5)];
    STATUS_BASES: "bases", "`status` of 20 sessions, by commits of the base", "`git for-each-ref` with ahead-behind",
        [(100_000, 0.1)];
    PULL_SHARD: "first_pull", "first `pull` of 40,000 in one shard, each", "of 10,000",
        [(10_000, 1.5)];
    PUSH_AT_ONCE: "at_once", "`push` of 16 clones at once, 4 changes each", "one after another",
        [(1_000, 3.0)];
    REDACT: "redact", "redacting lines of a transcript", "parsing them",
        [(10_000, 3.0)];
    REDACT_SPEED: "redact", "redacting lines of a transcript", "200 MB a second",
        [(10_000, 1.0)];
    INCLUDE: "include", "copying small ignored files to a new worktree", "`cp -a`",
        [(10_000, 1.5), (100_000, 1.5)];
    WHY: "why", "`why <commit>`, among 10,000 commits", "`git log -1`",
        [(1_000, 3.0)];
    BLAME: "why", "`blame`, among 10,000 commits", "`git blame`",
        [(1_000, 1.5)];
    INDEX_SIZE: "build", "size of the index", "300 bytes a session",
        [(10_000, 1.0), (100_000, 1.0)];
}

impl Line {
    /// Returns the largest ratio among so many.
    pub fn bar(&self, count: usize) -> Option<f64> {
        self.bars.iter().find(|(of, _)| *of == count).map(|(_, bar)| *bar)
    }

    /// Returns the row of the table, with the figure for each number that has a bar.
    pub fn row(&self, figure: impl Fn(usize) -> String) -> String {
        let cell = |count: usize| match self.bar(count) {
            Some(bar) => format!(" {} (≤ {bar}) ", figure(count)),
            None => " ".to_owned(),
        };
        let cells = COLUMNS.map(cell).join("|");
        format!("| {} | {} |{cells}|", self.what, self.against)
    }
}

const BEGIN: &str = "<!-- speed: written by cargo bench -- table --write -->\n";
const END: &str = "<!-- speed: end -->\n";

/// Returns a text before the table, the rows of the table, and the text after it.
pub fn split(text: &str) -> Option<(&str, Vec<&str>, &str)> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (table, after) = rest.split_once(END)?;
    let rows = table.lines().filter(|line| line.starts_with("| ")).skip(1);
    Some((before, rows.collect(), after))
}

/// Puts the table back between what is before and after it.
pub fn join(before: &str, rows: &[String], after: &str) -> String {
    let columns = ["1,000", "10,000", "100,000", "1,000,000"].join(" | ");
    let rule = "|---".repeat(2 + COLUMNS.len());
    let rows: String = rows.iter().map(|row| format!("{row}\n")).collect();
    format!("{before}{BEGIN}\n| | against | {columns} |\n{rule}|\n{rows}\n{END}{after}")
}

/// Returns the figures of a row that the table has for this line, by number; None for a row of
/// another line.
pub fn figures(line: &Line, row: &str) -> Option<Vec<(usize, String)>> {
    let cells: Vec<_> = row.split('|').map(str::trim).collect();
    let is_its = cells.get(1) == Some(&line.what) && cells.get(2) == Some(&line.against);
    let figures = COLUMNS.into_iter().zip(cells.get(3..)?).filter_map(|(count, cell)| {
        let figure = cell.split_once(" (≤ ")?.0;
        Some((count, figure.to_owned()))
    });
    is_its.then(|| figures.collect())
}
