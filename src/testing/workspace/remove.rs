use std::fs;

use super::super::law::{Outcome, Violation, expect};
use super::WorkspaceLaws;
use super::stage::{WorkspaceStage, failed, files};
use crate::model::SessionId;
use crate::workspace::{Condition, OnUnsaved, Removal};

const WORK: &str = "work that is saved nowhere else\n";

pub fn unsaved(laws: &WorkspaceLaws<'_>) -> Outcome {
    let stage = WorkspaceStage::new(laws)?;
    let made = stage.make()?;
    stage.write(&made.path.join("work"), WORK)?;
    let removal = Removal::of_worktree(&made.path, made.session).branch(&made.branch);
    let refused = laws.workspace.remove(&removal);
    expect(refused.is_err(), "an error, because of an untracked file", refused)?;
    let kept = fs::read_to_string(made.path.join("work"));
    expect(kept.as_deref().is_ok_and(|text| text == WORK), "the file, unchanged", kept)?;
    stage.is_ready(&made)?;

    let removed = laws.workspace.remove(&removal.on_unsaved(OnUnsaved::Backup));
    let removed = removed.map_err(failed("a removal with a backup"))?;
    expect(!made.path.exists(), "no directory", &made.path)?;
    let Some(backup) = &removed.backup else { return expect(false, "a backup", removed) };
    let saved = stage.repository().git("cat-file").args(["-p", &format!("{backup}:work")]).run();
    let saved = saved.map_err(failed("the file in the backup"))?;
    expect(saved.bytes() == WORK.as_bytes(), "the file in the backup", saved.text())?;

    let made = stage.make()?;
    let commit =
        stage.git(&made, "commit").args(["-q", "--no-verify", "--allow-empty", "-m", "law"]);
    commit.run().map_err(failed("a commit"))?;
    let tip = stage.tip(&made.branch)?;
    let removal = Removal::of_worktree(&made.path, made.session).branch(&made.branch);
    let refused = laws.workspace.remove(&removal);
    expect(refused.is_err(), "an error, because of a commit that is on no other branch", refused)?;
    expect(made.path.exists(), "the directory", &made.path)?;
    let now = stage.tip(&made.branch)?;
    expect(now == tip, format!("the branch at {tip:?}"), now)
}

pub fn remove(laws: &WorkspaceLaws<'_>) -> Outcome {
    let stage = WorkspaceStage::new(laws)?;
    let before = stage.known()?;
    let made = stage.make()?;
    let removal = Removal::of_worktree(&made.path, made.session).on_unsaved(OnUnsaved::Backup);
    laws.workspace.remove(&removal).map_err(failed("a removal"))?;
    expect(!made.path.exists(), "no directory", &made.path)?;
    let tip = stage.tip(&made.branch)?;
    expect(tip.as_ref() == Some(&stage.head), "the branch, which was not to be removed", tip)?;
    let condition = stage.condition(&made)?;
    expect(condition == Condition::Missing, "the condition Missing", condition)?;
    let removal = Removal::of_branch(&made.branch, made.session);
    let removed = laws.workspace.remove(&removal).map_err(failed("a removal of the branch"))?;
    let is_named = removed.branch.as_ref() == Some(&stage.head);
    expect(is_named, format!("the commit {}", stage.head), &removed.branch)?;
    let tip = stage.tip(&made.branch)?;
    expect(tip.is_none(), "no branch", tip)?;
    let after = stage.known()?;
    expect(after.1 == before.1, format!("the worktrees {}", before.1), after.1)
}

pub fn strangers(laws: &WorkspaceLaws<'_>) -> Outcome {
    let stage = WorkspaceStage::new(laws)?;
    let (made, other) = (stage.make()?, stage.place());
    fs::create_dir_all(&other.path).map_err(|error| Violation::new("a directory", error))?;
    stage.write(&other.path.join("file"), "of somebody else")?;
    let before = (files(&made.path)?, files(&other.path)?, stage.known()?);
    let main = laws.repository.work_dir();
    let mut strangers = vec![
        ("the workspace of another session", made.path.as_path()),
        ("a directory that is no worktree", other.path.as_path()),
    ];
    strangers.extend(main.as_deref().map(|main| ("the main worktree", main)));
    for (what, path) in strangers {
        let removal = Removal::of_worktree(path, SessionId::random());
        let removed = laws.workspace.remove(&removal.on_unsaved(OnUnsaved::Backup));
        expect(removed.is_err(), format!("an error for {what}"), removed)?;
        let now = (files(&made.path)?, files(&other.path)?, stage.known()?);
        expect(now == before, format!("nothing removed or changed for {what}"), now.2)?;
    }
    Ok(())
}
