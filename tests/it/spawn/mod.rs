//! `spawn` and `fork`: what they make, and that they make all of it or nothing.

mod afterwards;
mod at_once;
mod attempts;
mod fetched;
mod folder;
mod fork;
mod in_a_hook;
mod include;
mod inside;
mod left_behind;
mod makes;
mod not_set_up;
mod nothing_left;
mod on;
mod once;
mod progress;
mod ready;
mod setup;
mod start;
mod task;
mod teardown;
mod users;
mod words;

use std::ffi::OsStr;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::Repo;

/// Spawns, and returns the session as `--json` shows it.
fn spawn(repo: &Repo, args: &[&str]) -> Value {
    let mut all = vec!["spawn", "--json"];
    all.extend(args);
    repo.ao(all).ok().json()
}

fn text<'v>(session: &'v Value, key: &str) -> &'v str {
    session["session"][key].as_str().unwrap_or_default()
}

fn workspace(session: &Value) -> PathBuf {
    session["workspace"].as_str().unwrap().into()
}

/// All that a spawn could leave: refs, worktrees, records, files of its own.
fn traces(repo: &Repo) -> Vec<String> {
    let mut traces = vec![
        repo.git(["for-each-ref", "--format=%(refname) %(objectname)"]),
        repo.git(["worktree", "list", "--porcelain"]),
    ];
    let worktrees = repo.env().home().join(".worktrees");
    traces.push(format!("{}", worktrees.exists()));
    let ao = repo.common_dir().join("ao");
    let files = std::fs::read_dir(ao).into_iter().flatten();
    traces.extend(
        files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).filter(
            // The lock file stays; it is made once.
            |name| name != "lock",
        ),
    );
    traces
}

/// What git prints, without the end of its last line.
fn line<A: AsRef<OsStr>>(repo: &Repo, args: impl IntoIterator<Item = A>) -> String {
    repo.git(args).trim_end().to_owned()
}
