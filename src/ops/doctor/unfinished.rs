//! Finds what a killed `spawn`, `fork` or `restore` left behind.

use std::collections::BTreeSet;
use std::path::Path;

use super::Finding;
use super::branch::{and_branch, branch_at, on};
use crate::model::shell_path;
use crate::ops::common::OpsError;
use crate::store::{Snapshot, Store};
use crate::workspace::{Unfinished, Worktrees, marked};

/// Reports worktrees that do not name a session, and empty directories.
pub fn look(
    store: &Store,
    snapshot: &Snapshot<'_>,
    found: &mut Vec<Finding>,
) -> Result<(), OpsError> {
    let repo = store.repository();
    let listed = Worktrees::new(repo).list()?;
    let begun = Worktrees::new(repo).unfinished()?;
    // An invalid project name is reported with the settings.
    let empty = match snapshot.default_project() {
        Ok(project) => Worktrees::new(repo).empty_folders(&project)?,
        Err(_) => Vec::new(),
    };
    if begun.is_empty() && empty.is_empty() {
        return Ok(());
    }
    let settled = Worktrees::new(repo).sessions_known()?;
    let settled: BTreeSet<_> = settled.keys().map(|id| id.short()).collect();
    let marks = marked(repo)?;
    let has_mark = |path: &Path| marks.iter().any(|mark| mark.worktree == path);
    for unfinished in begun {
        let has_session = snapshot.has_short(&unfinished.short);
        // An invalid mark is reported with the marks.
        if has_session && (settled.contains(&unfinished.short) || has_mark(&unfinished.path)) {
            continue;
        }
        let way_out = unfinished.way_out();
        let Unfinished { path, short } = unfinished;
        let (shown, branch) = (path.display(), branch_at(&listed, &path));
        let what = match has_session {
            true => format!("'{shown}' is not marked as the worktree of session {short}"),
            false => format!("no session {short} for the worktree '{shown}'{}", on(branch)),
        };
        let status = repo.git_in(&path, "status").args(["--porcelain", "--untracked-files=normal"]);
        let is_clean = status.run().is_ok_and(|status| status.text().is_empty());
        found.push(match branch {
            Some(_) if is_clean => {
                let branch = branch.filter(|_| !has_session);
                Finding::wrong(what, and_branch(repo, way_out, branch)?).irreversible()
            }
            _ => Finding::wrong(what, format!("git -C {} status", shell_path(&path))),
        });
    }
    let strays = empty.into_iter().filter(|it| !snapshot.has_short(&it.short));
    for Unfinished { path, short } in strays {
        let path = path.display();
        let what = format!("no session {short} for the empty folder '{path}'");
        found.push(Finding::note(what, format!("rmdir '{path}'")));
    }
    Ok(())
}

/// Returns the unfinished worktrees that belong to no session.
pub fn worktrees(store: &Store, snapshot: &Snapshot<'_>) -> Result<Vec<Unfinished>, OpsError> {
    let mut found = Worktrees::new(store.repository()).unfinished()?;
    found.retain(|it| !snapshot.has_short(&it.short));
    Ok(found)
}

/// Returns true if the directory is named after the short id of an existing session.
pub fn is_known(snapshot: &Snapshot<'_>, path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| snapshot.has_short(name))
}
