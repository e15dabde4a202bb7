use std::fs;

use super::super::law::{Outcome, Violation, expect};
use super::WorkspaceLaws;
use super::stage::{WorkspaceStage, failed, files};
use crate::model::Oid;
use crate::workspace::{Addition, Branch};

pub fn add(laws: &WorkspaceLaws<'_>) -> Outcome {
    let stage = WorkspaceStage::new(laws)?;
    let place = stage.place();
    let added = laws.workspace.add(&stage.addition(&place)).map_err(failed("a workspace"))?;
    let (said, kept) = (added.path().to_owned(), added.keep());
    stage.note(place.clone());
    expect(said == kept && kept == place.path, format!("the path {:?}", place.path), &kept)?;
    stage.is_ready(&place)?;
    let tip = stage.tip(&place.branch)?;
    expect(tip.as_ref() == Some(&stage.head), format!("a branch at {}", stage.head), &tip)?;
    let changed = stage.git(&place, "diff").args(["--name-status", "HEAD"]).run();
    let changed = changed.map_err(failed("a worktree"))?.text();
    expect(changed.is_empty(), "the files of the commit", changed)
}

pub fn rollback(laws: &WorkspaceLaws<'_>) -> Outcome {
    let stage = WorkspaceStage::new(laws)?;
    let (before, place) = (stage.known()?, stage.place());
    let added = laws.workspace.add(&stage.addition(&place)).map_err(failed("a workspace"))?;
    stage.note(place.clone());
    drop(added);
    expect(!place.path.exists(), "no directory", &place.path)?;
    let after = stage.known()?;
    expect(after == before, format!("the refs and worktrees {before:?}"), after)
}

pub fn refuse(laws: &WorkspaceLaws<'_>) -> Outcome {
    let stage = WorkspaceStage::new(laws)?;
    let made = stage.make()?;
    let taken = stage.place();
    fs::create_dir_all(&taken.path).map_err(|e| Violation::new("a directory", e))?;
    stage.write(&taken.path.join("file"), "of somebody else")?;
    let missing: Oid = "0123456789".repeat(7)[..stage.head.to_string().len()]
        .parse()
        .map_err(|_| Violation::new("an object id", "none"))?;
    let at = |branch: Branch| Addition::new(&stage.place().path, branch, stage.place().session);
    let new = |name: &str| Branch::New { name: name.to_owned(), at: stage.head.clone() };
    let name = stage.place().branch;
    let bad = [
        ("a path that is taken", stage.addition(&taken)),
        ("a branch that exists", at(new(&made.branch))),
        ("a branch below one that exists", at(new(&format!("{}/x", made.branch)))),
        ("a branch that another worktree uses", at(Branch::Existing { name: made.branch.clone() })),
        ("a branch that does not exist", at(Branch::Existing { name: name.clone() })),
        ("a commit that does not exist", at(Branch::New { name, at: missing })),
        ("no branch name", at(new("a..b"))),
        ("an option as a branch name", at(new("--detach"))),
        ("an empty branch name", at(new(""))),
    ];
    let (known, before) = (stage.known()?, files(&taken.path)?);
    for (what, addition) in bad {
        let outcome = laws.workspace.add(&addition).map(|added| added.path().to_owned());
        expect(outcome.is_err(), format!("an error for {what}"), outcome)?;
        let now = stage.known()?;
        expect(now == known, format!("after {what}, the refs and worktrees {known:?}"), now)?;
        let created = addition.path != taken.path && addition.path.exists();
        expect(!created, format!("after {what}, no directory"), &addition.path)?;
    }
    let after = files(&taken.path)?;
    expect(after == before, format!("the files {before:?}"), after)
}
