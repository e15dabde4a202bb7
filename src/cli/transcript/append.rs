use std::io::Read as _;

use git_ao::transcript::{EntryKind, Role, TranscriptEntry};
use serde_json::Value;

use crate::cli::hints::refusals;
use crate::cli::{CliError, Ctx, ExitCode, launch, open};

#[derive(clap::Args)]
pub struct Args {
    /// The session.
    #[arg(default_value = "@")]
    session: String,

    /// Read the plain text of one entry with this role: user, assistant, tool or system.
    #[arg(long, value_name = "role")]
    role: Option<Role>,
}

/// The keys of an entry.
const KEYS: [&str; 11] =
    ["n", "at", "role", "kind", "text", "tool", "model", "usage", "parent", "sub", "raw"];

pub fn run(args: &Args, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
    let store = ctx.store()?;
    let entry = open::find(&store.snapshot()?, &store, &args.session)?;
    let mut input = Vec::new();
    std::io::stdin().lock().read_to_end(&mut input).map_err(|error| {
        CliError::fatal("cannot read the entries from standard input").because(&error)
    })?;
    let entries = match args.role {
        Some(role) => spoken(role, input)?,
        None => parsed(&input)?,
    };
    if entries.is_empty() {
        return Err(CliError::refused("standard input is empty; nothing was added"));
    }
    launch::engine(&store).append(&entry.location, &entries)?;
    Ok(ExitCode::Done)
}

fn spoken(role: Role, input: Vec<u8>) -> Result<Vec<TranscriptEntry>, CliError> {
    let text = String::from_utf8(input)
        .map_err(|_| CliError::fatal("the text in standard input is not UTF-8"))?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let is_empty = text.is_empty();
    Ok((!is_empty).then(|| TranscriptEntry::new(role, EntryKind::Text, text)).into_iter().collect())
}

fn parsed(input: &[u8]) -> Result<Vec<TranscriptEntry>, CliError> {
    let lines = input.split(|byte| *byte == b'\n').enumerate();
    let lines = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    lines.map(|(n, line)| entry(line).map_err(|why| refusals::not_an_entry(n + 1, &why))).collect()
}

/// Parses an entry. Nothing in it is ignored.
fn entry(line: &[u8]) -> Result<TranscriptEntry, String> {
    let value: Value = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let Value::Object(object) = &value else { return Err("it is not a JSON object".to_owned()) };
    if let Some(key) = object.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("unknown key '{key}'"));
    }
    if !object.contains_key("role") {
        return Err("it has no 'role'".to_owned());
    }
    let has_kind = object.contains_key("kind");
    let mut entry: TranscriptEntry =
        serde_json::from_value(value).map_err(|error| error.to_string())?;
    if !has_kind {
        entry.kind = EntryKind::Text;
    }
    Ok(entry)
}
