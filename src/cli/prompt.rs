//! Reads the task of a new session: from the command line, a file, standard input or an editor.

use std::io::Read as _;

use git_ao::store::{LIMITS, Store};

use super::CliError;
use super::editor::Draft;
use super::hints::refusals;
use super::ui::escape;

/// Where the task comes from.
#[derive(clap::Args)]
#[group(skip)]
pub struct TaskArgs {
    /// The task; '-' reads it from standard input.
    #[arg(value_name = "task")]
    words: Vec<String>,

    /// Read the task from a file; '-' means standard input.
    #[arg(long, short = 'F', value_name = "path", conflicts_with = "words")]
    file: Option<String>,

    /// Write the task in your editor.
    #[arg(long, short)]
    edit: bool,
}

/// The maximum length of a task in bytes: the record needs room for the other fields.
const LONGEST: usize = LIMITS.bytes * 3 / 4;

const TEMPLATE: &str = "\n\
# Describe the task for the agent. Lines that start with '#' at the end of this file are ignored,\n\
# and an empty task aborts the command.\n";

impl TaskArgs {
    /// Reads the task, if there is one, and calls `start` with it. If that fails, a text from an
    /// editor is kept.
    pub fn start<T>(
        &self,
        store: &Store,
        start: impl FnOnce(Option<String>) -> Result<T, CliError>,
    ) -> Result<T, CliError> {
        let given = match (&self.file, self.words.as_slice()) {
            (Some(path), _) => Some(read_file(path)?),
            (None, [dash]) if dash == "-" => Some(read_file("-")?),
            (None, []) => None,
            (None, words) => Some(words.join(" ")),
        };
        if !self.edit {
            return check(given.as_deref()).and_then(|()| start(given));
        }
        let text = format!("{}{TEMPLATE}", given.unwrap_or_default());
        let draft = Draft::new(store.repository(), "AO_TASK.md", &text)?;
        let task = without_comments(&draft.edit(store.repository())?);
        let is_empty = task.is_empty();
        check(Some(&task)).and_then(|()| start(Some(task))).map_err(|error| match is_empty {
            true => error,
            false => refusals::saved(error, &draft.keep()),
        })
    }
}

fn check(task: Option<&str>) -> Result<(), CliError> {
    match task {
        Some(task) if task.trim().is_empty() => {
            Err(CliError::refused("the task is empty; nothing was started"))
        }
        Some(task) if task.contains('\0') => Err(CliError::refused("the task contains a NUL byte")),
        Some(task) if task.len() > LONGEST => Err(refusals::task_too_long(LONGEST / 1024)),
        _ => Ok(()),
    }
}

fn read_file(path: &str) -> Result<String, CliError> {
    let mut bytes = Vec::new();
    // Reading one byte more than the limit suffices to detect a longer task.
    let limit = LONGEST as u64 + 1;
    let read = if path == "-" {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    let name = match path {
        "-" => "standard input".to_owned(),
        path => format!("'{}'", escape::line(path)),
    };
    read.map_err(|error| {
        CliError::fatal(format!("cannot read the task from {name}")).because(&error)
    })?;
    if bytes.len() > LONGEST {
        return Err(refusals::task_too_long(LONGEST / 1024));
    }
    String::from_utf8(bytes)
        .map_err(|_| CliError::fatal(format!("the task in {name} is not UTF-8")))
}

fn without_comments(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let end = lines.iter().rposition(|line| !line.starts_with('#')).map_or(0, |at| at + 1);
    lines[..end].join("\n").trim().to_owned()
}
