use std::collections::BTreeSet;

use super::branch::{and_branch, branch_at, deletion, on};
use super::lost_event::lost_event;
use super::{Finding, removals, unfinished};
use crate::model::{error_chain, shell_name, shell_path};
use crate::ops::common::OpsError;
use crate::ops::common::runner_files::runners;
use crate::store::{Named, Snapshot, Store};
use crate::workspace::{HalfCheckout, Removal, Worktrees, marked};

/// Reports agents, worktrees, marks and branches of sessions that do not exist.
pub fn look(store: &Store, found: &mut Vec<Finding>) -> Result<(), OpsError> {
    let repo = store.repository();
    let snapshot = store.snapshot()?;
    worktrees(store, &snapshot, found)?;
    unfinished::look(store, &snapshot, found)?;
    for runner in runners(repo)? {
        if !snapshot.contains(runner.session)? {
            let what = format!(
                "an agent is running for session {}, which does not exist",
                runner.session.short()
            );
            found.push(Finding::wrong(what, runner.way_to_end()).irreversible());
        }
    }
    marks(store, &snapshot, found)?;
    branches(store, &snapshot, found)
}

/// Reports `AO_SESSION` files without a valid session, and sessions that several worktrees name.
fn marks(store: &Store, snapshot: &Snapshot<'_>, found: &mut Vec<Finding>) -> Result<(), OpsError> {
    let mut seen = BTreeSet::new();
    let begun = unfinished::worktrees(store, snapshot)?;
    for mark in marked(store.repository())? {
        let (file, tree) = (mark.file.display(), mark.worktree.display());
        let what = match mark.session {
            // Unfinished worktrees are reported separately.
            None if begun.iter().any(|begun| begun.path == mark.worktree) => continue,
            None => format!("'{file}' does not contain a session id"),
            Some(id) if mark.is_main && !snapshot.contains(id)? => {
                format!(
                    "'{tree}' belongs to session {}, which does not exist ('{file}')",
                    id.short()
                )
            }
            Some(id) if !seen.insert(id) => {
                format!("'{tree}' is one of several worktrees of session {}", id.short())
            }
            Some(_) => continue,
        };
        found.push(Finding::wrong(what, format!("rm {}", shell_path(&mark.file))).irreversible());
    }
    Ok(())
}

/// Reports worktrees of sessions that are not in the store, and incomplete checkouts.
fn worktrees(
    store: &Store,
    snapshot: &Snapshot<'_>,
    found: &mut Vec<Finding>,
) -> Result<(), OpsError> {
    let repo = store.repository();
    let worktrees = Worktrees::new(repo);
    let listed = worktrees.list()?;
    let begun = worktrees.half_checkouts()?;
    let going = removals::look(store, snapshot, found)?;
    for half @ HalfCheckout { path, has_work } in &begun {
        let (shown, branch) = (path.display(), branch_at(&listed, path));
        let what = format!("the checkout of '{shown}'{} was never completed", on(branch));
        found.push(match has_work {
            true => Finding::wrong(what, half.way_out()),
            false if unfinished::is_known(snapshot, path) => {
                Finding::wrong(what, half.way_out()).irreversible()
            }
            false => Finding::wrong(what, and_branch(repo, half.way_out(), branch)?).irreversible(),
        });
    }
    for (id, path) in worktrees.sessions()? {
        let is_named = begun.iter().any(|begun| begun.path == path) || going.contains(&path);
        if is_named || snapshot.contains(id)? {
            continue;
        }
        let (shown, branch) = (path.display(), branch_at(&listed, &path));
        let what = format!("no session {} for the worktree '{shown}'{}", id.short(), on(branch));
        if let Some(event) = lost_event(repo, id)? {
            let what = format!("{what}; the reflog of the store has it");
            found.push(Finding::wrong(what, format!("git show {event}")));
            continue;
        }
        let removal = Removal::of_worktree(&path, id);
        found.push(match worktrees.verdict(&removal)?.refusal {
            None => {
                let fix =
                    and_branch(repo, format!("git worktree remove {}", shell_path(&path)), branch)?;
                Finding::wrong(what, fix).irreversible()
            }
            Some(refusal) => {
                let look = format!("git -C {} status", shell_path(&path));
                Finding::wrong(format!("{what}: {}", error_chain(&refusal)), look)
            }
        });
    }
    Ok(())
}

fn branches(
    store: &Store,
    snapshot: &Snapshot<'_>,
    found: &mut Vec<Finding>,
) -> Result<(), OpsError> {
    let repo = store.repository();
    let prefix = repo.settings().branch_prefix();
    let Some(folder) = prefix.strip_suffix('/').filter(|folder| !folder.is_empty()) else {
        return Ok(());
    };
    let listed = Worktrees::new(repo).list()?;
    let is_used = |branch: &str| listed.iter().any(|it| it.branch.as_deref() == Some(branch));
    let refs = repo.git("for-each-ref").arg("--format=%(refname:lstrip=2)");
    let refs = refs.arg(format!("refs/heads/{folder}/")).run()?.text();
    let branches = refs.lines().map(str::to_owned).collect();
    // Any of the branches may belong to a session whose record cannot be read.
    let Some(known) = snapshot.in_use(Named::Branch, &branches) else { return Ok(()) };
    for branch in branches.iter().filter(|branch| !known.contains(*branch) && !is_used(branch)) {
        let what = format!("no session for the branch '{branch}'");
        found.push(match deletion(repo, branch)? {
            Some(deletion) => Finding::note(what, deletion).irreversible(),
            None => Finding::note(
                format!("{what}, which is not merged"),
                format!("git log {}", shell_name(&format!("HEAD..{branch}"))),
            ),
        });
    }
    Ok(())
}
