//! prepare-commit-msg: adds the session and its agent to a commit message.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::HookError;
use crate::git::Trailer;
use crate::model::Value;
use crate::store::Store;
use crate::workspace::{guest_here, key_here, session_here};

/// Adds the trailers that `ao.trailer` names, unless the message already has them.
///
/// Adds nothing if an editor opens on an empty message or a template. Leaving such a message
/// unchanged aborts the commit, and a trailer would prevent that.
pub fn run(store: &Store, args: &[OsString]) -> Result<(), HookError> {
    let repo = store.repository();
    let Some(id) = session_here(repo) else { return Ok(()) };
    if guest_here(repo).is_some() && !works(store)? {
        return Ok(());
    }
    let (Some(file), Some(source)) = (args.first(), args.get(1)) else { return Ok(()) };
    if source == OsStr::new("template") || source.is_empty() {
        return Ok(());
    }
    let here = std::env::current_dir().map_err(HookError::io("read", Path::new(".")))?;
    let path = here.join(file);
    let message = std::fs::read(&path).map_err(HookError::io("read", &path))?;
    let says = |line: &[u8]| !line.trim_ascii().is_empty() && !line.starts_with(b"#");
    if !message.split(|byte| *byte == b'\n').any(says) {
        return Ok(());
    }
    let kinds = repo.settings().trailers();
    let mut trailers = Vec::new();
    if kinds.contains(&Trailer::Session) {
        trailers.push(format!("Ao-Session: {id}"));
    }
    if kinds.contains(&Trailer::Assistant)
        && let Some(assistant) = assistant(store)?
    {
        trailers.push(format!("Assisted-by: {assistant}"));
    }
    if trailers.is_empty() {
        return Ok(());
    }
    let git = repo.git_in(&here, "interpret-trailers").args(["--in-place", "--if-exists"]);
    let trailers = trailers.iter().flat_map(|trailer| ["--trailer", trailer]);
    git.arg("doNothing").args(trailers).arg(path).run()?;
    Ok(())
}

/// Returns true if this worktree's session works on the branch that is checked out.
fn works(store: &Store) -> Result<bool, HookError> {
    let repo = store.repository();
    let Some(key) = key_here(repo) else { return Ok(false) };
    let session = store.snapshot()?.session(key)?;
    Ok(session.branch == repo.head_branch()?)
}

/// Returns `<agent>:<model>` of this worktree's session, or the agent alone if the model is unknown.
fn assistant(store: &Store) -> Result<Option<String>, HookError> {
    let Some(key) = key_here(store.repository()) else { return Ok(None) };
    let session = store.snapshot()?.session(key)?;
    let Some(agent) = session.agent else { return Ok(None) };
    let configured = session.agent_config.get("model").and_then(Value::as_str);
    let mut used = session.usage.values().flat_map(|models| models.keys());
    let model = configured.or_else(|| {
        let only = used.next().filter(|only| used.all(|model| model == *only));
        only.map(String::as_str)
    });
    let text = model.map_or_else(|| agent.clone(), |model| format!("{agent}:{model}"));
    // A record may hold anything, but a trailer is one line.
    Ok(Some(text).filter(|text| !text.contains(char::is_control)))
}
