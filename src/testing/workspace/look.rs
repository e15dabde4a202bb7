use std::fs;

use super::super::law::{Outcome, Violation, expect};
use super::WorkspaceLaws;
use super::stage::{MadeWorkspace, WorkspaceStage, failed, files};
use crate::workspace::{Condition, Detail, ExpectedWorktree};

pub fn states(laws: &WorkspaceLaws<'_>) -> Outcome {
    let stage = WorkspaceStage::new(laws)?;
    let (first, second, missing, other) =
        (stage.make()?, stage.make()?, stage.place(), stage.place());
    fs::create_dir_all(&other.path).map_err(|e| Violation::new("a directory", e))?;
    stage.write(&other.path.join("file"), "no worktree")?;
    let place = |made: &'_ MadeWorkspace| (made.path.clone(), made.branch.clone());
    let asked = [&second, &missing, &first, &other, &second].map(place);
    let mut places: Vec<_> =
        asked.iter().map(|(path, branch)| ExpectedWorktree::new(path).branch(branch)).collect();
    places.push(ExpectedWorktree::new(&first.path).branch(&second.branch));
    let ready = Condition::Ready;
    let expected = [
        ready.clone(),
        Condition::Missing,
        ready.clone(),
        Condition::NotAWorktree,
        ready,
        Condition::WrongBranch(first.branch.clone()),
    ];
    for detail in [Detail::Place, Detail::Changes] {
        let states = laws.workspace.states(&places, detail).map_err(failed("states"))?;
        let seen: Vec<_> = states.into_iter().map(|state| state.condition).collect();
        expect(seen == expected, format!("{expected:?}"), seen)?;
    }
    let none = laws.workspace.states(&[], Detail::Changes).map_err(failed("states"))?;
    expect(none.is_empty(), "no state if nothing was asked", none)?;
    stage.write(&first.path.join("new"), "not committed")?;
    let place = ExpectedWorktree::new(&first.path);
    let state = laws.workspace.state(&place, Detail::Changes).map_err(failed("a state"))?;
    let is_dirty = state.changes.is_some_and(|changes| !changes.is_clean());
    expect(is_dirty, "an uncommitted change", state)
}

pub fn read_only(laws: &WorkspaceLaws<'_>) -> Outcome {
    let stage = WorkspaceStage::new(laws)?;
    let (made, missing) = (stage.make()?, stage.place());
    let places = [ExpectedWorktree::new(&made.path), ExpectedWorktree::new(&missing.path)];
    let look = || Ok((files(laws.repository.common_dir())?, files(&made.path)?));
    let before = look()?;
    for detail in [Detail::Place, Detail::Changes] {
        laws.workspace.states(&places, detail).map_err(failed("states"))?;
    }
    let after = look()?;
    let changed = |before: &super::stage::Files, after: &super::stage::Files| {
        let all = before.keys().chain(after.keys());
        let other = all.filter(|path| before.get(*path) != after.get(*path));
        other.cloned().collect::<Vec<_>>()
    };
    let changed = [changed(&before.0, &after.0), changed(&before.1, &after.1)].concat();
    expect(changed.is_empty(), "no file that is new, gone or changed", changed)?;
    expect(!missing.path.exists(), "no new directory", missing.path)
}
