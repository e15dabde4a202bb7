use std::fs;

use super::super::law::{Outcome, Violation, expect};
use super::WorkspaceLaws;
use super::stage::{MadeWorkspace, WorkspaceStage, failed, files};
use crate::model::Oid;
use crate::workspace::Recreation;

pub fn recreate(laws: &WorkspaceLaws<'_>) -> Outcome {
    let stage = WorkspaceStage::new(laws)?;
    let made = stage.make()?;
    let commit =
        stage.git(&made, "commit").args(["-q", "--no-verify", "--allow-empty", "-m", "law"]);
    commit.run().map_err(failed("a commit"))?;
    let tip = stage.tip(&made.branch)?.ok_or_else(|| Violation::new("a branch", "none"))?;

    let before = files(&made.path)?;
    let again = Recreation::new(&made.path, &made.branch, made.session).head(&tip);
    let over = laws.workspace.recreate(&again).map(|added| added.path().to_owned());
    expect(over.is_err(), "an error, because the workspace is there", over)?;
    let after = files(&made.path)?;
    expect(after == before, format!("the files {before:?}"), after)?;

    remove(&stage, &made)?;
    comes_back(&stage, &again, &made, &tip)?;
    remove(&stage, &made)?;
    let gone = stage.repository().git("worktree").arg("prune").run();
    gone.map_err(failed("a worktree less"))?;
    let delete =
        stage.repository().git("update-ref").args(["-d", &format!("refs/heads/{}", made.branch)]);
    delete.run().map_err(failed("a branch less"))?;
    comes_back(&stage, &again, &made, &tip)?;

    let nowhere = stage.place();
    let again = Recreation::new(&nowhere.path, &nowhere.branch, nowhere.session);
    let outcome = laws.workspace.recreate(&again).map(|added| added.path().to_owned());
    expect(outcome.is_err(), "an error without a branch and a commit", outcome)?;
    expect(!nowhere.path.exists(), "no directory", nowhere.path)
}

fn remove(_: &WorkspaceStage<'_>, made: &MadeWorkspace) -> Outcome {
    fs::remove_dir_all(&made.path).map_err(|error| Violation::new("a directory less", error))
}

fn comes_back(
    stage: &WorkspaceStage<'_>,
    again: &Recreation<'_>,
    made: &MadeWorkspace,
    tip: &Oid,
) -> Outcome {
    let added = stage.workspace().recreate(again).map_err(failed("the workspace again"))?;
    let path = added.keep();
    expect(path == made.path, format!("the path {:?}", made.path), path)?;
    stage.is_ready(made)?;
    let now = stage.tip(&made.branch)?;
    expect(now.as_ref() == Some(tip), format!("the branch at {tip}"), now)
}
