//! Whether everything here is as it must be, and what to do where it is not.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use super::live::said;
use super::{FlowError, reconcile_plan};
use crate::agent::{Agents, find_program};
use crate::git::Repository;
use crate::runtime;
use crate::store::{Shelf, Snapshot, Store};
use crate::workspace::Worktrees;

/// The first git that can count how far branches are apart in one go.
const GIT: (u32, u32) = (2, 41);

/// Something to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub weight: Weight,
    /// What was found.
    pub what: String,
    /// What to do about it.
    pub fix: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// It works without.
    Note,
    /// Something is wrong.
    Wrong,
    /// Something is wrong that [`reconcile`](super::reconcile) puts right.
    Fixable,
}

/// Looks at git, tmux, agents, configuration, the store, and what no session knows. Nothing is
/// changed. `path` is the value of PATH.
///
/// # Errors
/// When git or the store cannot be read at all.
pub fn examine(store: &Store, path: &OsStr) -> Result<Vec<Finding>, FlowError> {
    let mut found = Vec::new();
    programs(store.repository(), path, &mut found)?;
    settings(store, path, &mut found)?;
    if let Some(tip) = store.tip()? {
        let problems = store.check(&tip)?.into_iter();
        found.extend(problems.map(|problem| {
            wrong(format!("{}: {}", problem.place, problem.problem), "git ao fsck says all")
        }));
    }
    orphans(store, &mut found)?;
    for (session, steps) in reconcile_plan(store)?.changed {
        let steps: Vec<_> = steps.iter().map(ToString::to_string).collect();
        let what =
            format!("session {} is behind the facts: {}", session.id.short(), steps.join(", "));
        found.push(Finding { weight: Weight::Fixable, ..wrong(what, "git ao reconcile") });
    }
    Ok(found)
}

fn wrong(what: String, fix: impl Into<String>) -> Finding {
    Finding { weight: Weight::Wrong, what, fix: fix.into() }
}

fn note(what: impl Into<String>, fix: impl Into<String>) -> Finding {
    Finding { weight: Weight::Note, what: what.into(), fix: fix.into() }
}

fn programs(repo: &Repository, path: &OsStr, found: &mut Vec<Finding>) -> Result<(), FlowError> {
    let words = repo.git("version").run()?.text();
    let number = words.split_whitespace().nth(2).unwrap_or_default();
    let mut parts = number.split('.').map_while(|part| part.parse().ok());
    if (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) < GIT {
        let (major, minor) = GIT;
        found.push(wrong(
            format!("git is too old: {words}"),
            format!("install {major}.{minor} or newer"),
        ));
    }
    if find_program("tmux", path).is_none() {
        let what = "tmux is not installed: agents run without a terminal";
        found.push(note(what, "install tmux to attach to them"));
    }
    if repo.git("var").arg("GIT_AUTHOR_IDENT").run().is_err() {
        found.push(note(
            "git does not know who you are",
            "git config --global user.email <address>",
        ));
    }
    Ok(())
}

fn settings(store: &Store, path: &OsStr, found: &mut Vec<Finding>) -> Result<(), FlowError> {
    let repo = store.repository();
    match Agents::of(repo) {
        Err(error) => {
            found.push(wrong(
                said(&error),
                error.hint().unwrap_or_else(|| "git config --edit".to_owned()),
            ));
        }
        Ok(agents) => {
            if let Some(Err(error)) =
                repo.config("ao.agent").map(|name| agents.find(&name).map(drop))
            {
                found.push(wrong(
                    format!("ao.agent: {error}"),
                    "git ao agents lists those there are",
                ));
            }
            if agents.installed(path).is_empty() {
                found.push(note("no agent is installed", "git ao agents lists what is looked for"));
            }
        }
    }
    if let Some(Err(error)) = repo.config("ao.runtime").map(|name| runtime::named(&name, None)) {
        let fix = error.hint().unwrap_or("git config --unset ao.runtime");
        found.push(wrong(format!("ao.runtime: {error}"), fix));
    }
    if repo.config("ao.replica").is_some() && store.known_replica().is_none() {
        let what = "ao.replica cannot be the name of a clone".to_owned();
        found.push(wrong(what, "git config --unset ao.replica; the next write makes one"));
    }
    Ok(())
}

/// What looks as if it belonged to a session, which there is not.
fn orphans(store: &Store, found: &mut Vec<Finding>) -> Result<(), FlowError> {
    let repo = store.repository();
    let snapshot = store.snapshot()?;
    for (id, path) in Worktrees::new(repo).sessions()? {
        if !snapshot.contains(id)? {
            let path = path.display();
            let what = format!("no session {} for the worktree '{path}'", id.short());
            found.push(wrong(what, format!("git worktree remove '{path}'")));
        }
    }
    let prefix = repo.config("ao.branchPrefix").unwrap_or_else(|| "ao/".to_owned());
    let Some(folder) = prefix.strip_suffix('/').filter(|folder| !folder.is_empty()) else {
        return Ok(());
    };
    let known = branches(&snapshot);
    let refs = repo.git("for-each-ref").arg("--format=%(refname:lstrip=2)");
    let refs = refs.arg(format!("refs/heads/{folder}/")).run()?.text();
    for branch in refs.lines().filter(|branch| !known.contains(*branch)) {
        found.push(note(
            format!("no session for the branch '{branch}'"),
            format!("git branch -d {branch}"),
        ));
    }
    Ok(())
}

fn branches(snapshot: &Snapshot<'_>) -> BTreeSet<String> {
    let all = [Shelf::Active, Shelf::Archived].map(|shelf| snapshot.listing(shelf).sessions);
    let sessions = all.into_iter().flatten().filter_map(|listed| listed.session.ok());
    sessions.filter_map(|session| session.branch).collect()
}
