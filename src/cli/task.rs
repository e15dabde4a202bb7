//! The task of a new session, from wherever the user has it.

use std::io::Read as _;

use git_ao::store::{LIMITS, Store};

use super::CliError;
use super::editor::Draft;

/// Where the task comes from.
#[derive(clap::Args)]
#[group(skip)]
pub struct TaskArgs {
    /// The task, in words; '-' reads it from standard input.
    #[arg(value_name = "task")]
    words: Vec<String>,

    /// Read the task from a file, or from standard input for '-'.
    #[arg(long, short = 'F', value_name = "path", conflicts_with = "words")]
    file: Option<String>,

    /// Write the task in your editor.
    #[arg(long, short)]
    edit: bool,
}

const TEMPLATE: &str = "\n\
# Say what the agent is to do. Lines that start with '#' at the end of this file are left out,\n\
# and an empty task starts nothing.\n";

impl TaskArgs {
    /// Gets the task; None where there is none.
    pub fn read(&self, store: &Store) -> Result<Option<String>, CliError> {
        let given = match (&self.file, self.words.as_slice()) {
            (Some(path), _) => Some(read_file(path)?),
            (None, [dash]) if dash == "-" => Some(read_file("-")?),
            (None, []) => None,
            (None, words) => Some(words.join(" ")),
        };
        let task = if self.edit { Some(edit(given, store)?) } else { given };
        match task {
            Some(task) if task.trim().is_empty() => {
                Err(CliError::refused("the task is empty; nothing was started"))
            }
            Some(task) if task.contains('\0') => {
                Err(CliError::refused("the task holds a NUL byte; no program can be given that"))
            }
            Some(task) if task.len() > LIMITS.bytes * 3 / 4 => {
                let size = task.len() / 1024;
                Err(CliError::refused(format!("the task has {size} KiB; a record cannot hold it"))
                    .hint("put it into a file in the repository, and name the file in the task"))
            }
            task => Ok(task),
        }
    }
}

/// What is said where neither a task nor a title was given.
pub fn nothing_to_do(synopsis: &str) -> CliError {
    CliError::usage("no task was given")
        .synopsis(synopsis)
        .hint("say what is to be done, or write it in your editor with --edit")
}

fn read_file(path: &str) -> Result<String, CliError> {
    let mut bytes = Vec::new();
    // One byte more than can be used is enough to see that it is too much.
    let limit = LIMITS.bytes as u64 + 1;
    let read = if path == "-" {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    let name = if path == "-" { "standard input".to_owned() } else { format!("'{path}'") };
    read.map_err(|error| {
        CliError::fatal(format!("cannot read the task from {name}")).because(&error)
    })?;
    String::from_utf8(bytes)
        .map_err(|_| CliError::fatal(format!("the task in {name} is not UTF-8")))
}

fn edit(given: Option<String>, store: &Store) -> Result<String, CliError> {
    let text = format!("{}{TEMPLATE}", given.unwrap_or_default());
    let text = Draft::new(store.repository(), "AO_TASK.md", &text)?.edit(store.repository())?;
    let lines: Vec<&str> = text.lines().collect();
    let end = lines.iter().rposition(|line| !line.starts_with('#')).map_or(0, |at| at + 1);
    Ok(lines[..end].join("\n").trim().to_owned())
}
