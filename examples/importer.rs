//! An importer: sessions from a file of another program, one JSON object a line.
//!
//! ```sh
//! cargo run --example importer [--dry-run] [--public] <file>
//! ```
//!
//! ```json
//! {"id": "42", "title": "Fix the test", "task": "Fix the flaky test", "status": "done",
//!  "created": "2026-01-01T12:00:00Z", "tags": ["ci"], "cost": {"usd": 0.4, "in": 1200, "out": 90}}
//! ```
//!
//! Only `id` and `title` are needed. To import a file again changes nothing but what has changed in
//! the file. Sessions are private unless `--public` is given. Values that the program itself would
//! refuse are imported as they are, and named, as `git ao fsck` does.

use std::collections::HashMap;
use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use git_ao::git::Environment;
use git_ao::model::{
    Cost, Project, Session, SessionId, SessionStatus, Timestamp, broken_rules, error_chain,
};
use git_ao::store::{Store, StoreError, Transaction, Visibility};
use git_ao::view::escape;
use serde::Deserialize;

type Failure = Box<dyn Error>;

fn main() -> ExitCode {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let run = || {
        let store = Store::open(".", Environment::inherited())?.with_private();
        run(&store, &args, &mut std::io::stdout())
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {}", escape::block(&error_chain(&*error)));
            ExitCode::FAILURE
        }
    }
}

/// Imports the file that the arguments name, and prints what became of each line.
pub fn run(store: &Store, args: &[String], out: &mut dyn Write) -> Result<(), Failure> {
    let (options, files): (Vec<_>, Vec<_>) = args.iter().partition(|arg| arg.starts_with("--"));
    let is_known = |option: &&String| ["--dry-run", "--public"].contains(&option.as_str());
    let ([file], true) = (&files[..], options.iter().all(is_known)) else {
        return Err("usage: importer [--dry-run] [--public] <file>".into());
    };
    let has = |name: &str| options.iter().any(|option| *option == name);
    let visibility = if has("--public") { Visibility::Public } else { Visibility::Private };
    let text = std::fs::read_to_string(file)?;
    let project = store.snapshot()?.default_project()?;

    // One event for the whole file: it is imported, or nothing is.
    let import = |tx: &mut Transaction<'_>| {
        let (mut report, mut seen) = (Vec::new(), HashMap::new());
        for (line, number) in text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
            let did = match serde_json::from_str::<Source>(line) {
                Ok(source) => match seen.insert(source.id.clone(), number) {
                    None => save(tx, &source, digest(line), &project, visibility)?,
                    Some(other) => format!("not imported: the id is that of line {other}"),
                },
                Err(error) => format!("not imported: {error}"),
            };
            report.push(format!("line {number}: {did}"));
        }
        if has("--dry-run") { Err(Stop::Planned(report)) } else { Ok(report) }
    };
    let report = match store.transaction("import", import) {
        Ok(committed) => committed.value,
        Err(Stop::Planned(report)) => report,
        Err(Stop::Failed(error)) => return Err(error.into()),
    };
    for line in report {
        writeln!(out, "{}", escape::line(&line))?;
    }
    Ok(())
}

/// A line of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    id: String,
    title: String,
    task: Option<String>,
    status: Option<String>,
    created: Option<Timestamp>,
    #[serde(default)]
    tags: Vec<String>,
    cost: Option<SourceCost>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct SourceCost {
    usd: Option<f64>,
    #[serde(rename = "in")]
    input: u64,
    out: u64,
}

impl Source {
    /// Writes what the line says into a session. The rest stays, such as its branch.
    fn apply(&self, session: &mut Session) {
        session.title.clone_from(&self.title);
        session.task.clone_from(&self.task);
        session.status = self.status.as_deref().map_or(SessionStatus::Idle, SessionStatus::from);
        session.created_at = self.created.unwrap_or(session.created_at);
        self.tags.iter().for_each(|tag| session.add_tag(tag));
        session.cost = self.cost.as_ref().map(|from| {
            let mut cost = Cost::default();
            (cost.cost_usd, cost.input_tokens, cost.output_tokens) =
                (from.usd, from.input, from.out);
            cost
        });
    }
}

/// Why nothing is written.
enum Stop {
    Failed(StoreError),
    /// It was not to be: the report says what would be done.
    Planned(Vec<String>),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

/// Creates or updates the session of a line, and says so.
fn save(
    tx: &mut Transaction<'_>,
    source: &Source,
    digest: u128,
    project: &Project,
    visibility: Visibility,
) -> Result<String, StoreError> {
    let id = id_of(&source.id);
    let before = match tx.session(id) {
        Ok(session) => Some(session),
        Err(StoreError::NotFound(_)) => None,
        Err(error @ (StoreError::Archived(_) | StoreError::Corrupt { .. })) => {
            return Ok(format!("not imported: {}", error_chain(&error)));
        }
        Err(error) => return Err(error),
    };
    let created = source.created.unwrap_or(tx.now());
    let new = || Session::new(id, project.clone(), created);
    let mut session = before.clone().unwrap_or_else(new);
    // Tells a line that has changed since the last import from one that has not.
    let digest = format!("{digest:032x}");
    if session.context.insert("imported", &*digest).is_some_and(|old| old.as_str() == Some(&digest))
    {
        return Ok(format!("{} unchanged", id.short()));
    }
    source.apply(&mut session);
    if before.is_some() {
        session.updated_at = tx.now();
    }
    let mut said =
        format!("{} {}", id.short(), if before.is_some() { "updated" } else { "imported" });
    for rule in broken_rules(before.as_ref(), &session, tx.now()) {
        said += &format!("; breaks a rule: {rule}");
    }
    match before {
        Some(_) => tx.update_unchecked(id, |it| {
            *it = session.clone();
            Ok::<_, StoreError>(())
        })?,
        None => tx.create_unchecked(session, visibility)?,
    }
    Ok(said)
}

/// The same session has the same id in every import.
fn id_of(source: &str) -> SessionId {
    // The low bytes first: in an FNV digest, these differ most, and people see the first ones.
    let mut bytes = digest(source).to_le_bytes();
    // Version 8 of RFC 9562: a UUID made in a way of one's own.
    bytes[6] = 0x80 | bytes[6] & 0x0f;
    bytes[8] = 0x80 | bytes[8] & 0x3f;
    SessionId::from_bytes(bytes)
}

/// FNV-1a of 128 bits, which is the same on every machine and in every version.
fn digest(text: &str) -> u128 {
    text.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash: u128, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    })
}
