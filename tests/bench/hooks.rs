//! What the post-checkout hook adds to `git checkout`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::measure::in_turn;
use crate::stage::{Stage, git};

const SESSIONS: usize = 10_000;
const ROUNDS: usize = 100;
const ADDS: usize = 10;

/// A checkout that switches branches, with our hook, with none and with one that is empty: in a
/// session's worktree, where each one is recorded or none is, and elsewhere.
pub fn checkout() {
    let stage = Stage::with_sessions(SESSIONS);
    stage.pack();
    let top = stage.dir.path();
    git(top, &["branch", "other"]);
    for name in ["none", "empty", "ours"] {
        fs::create_dir(top.join(name)).expect("a fresh folder");
    }
    let empty = top.join("empty/post-checkout");
    fs::write(&empty, "#!/bin/sh\n").expect("a fresh file");
    fs::set_permissions(&empty, fs::Permissions::from_mode(0o755)).expect("our own file");
    git(top, &["config", "core.hooksPath", "ours"]);
    let program = env!("CARGO_BIN_EXE_git-ao");
    let install = Command::new(program).current_dir(top).args(["hooks", "install"]).output();
    assert!(install.expect("it runs").status.success());

    git(top, &["checkout", "-q", "other"]);
    let elsewhere = |hooks: &str, _: usize| {
        let path = format!("core.hooksPath={hooks}");
        git(top, &["-c", &path, "checkout", "-q", "-"]);
    };
    compare("checkout with the hook", &elsewhere);

    let branch = format!("ao/{}-fix-the-flaky-test", stage.ids[0].short());
    git(top, &["branch", &branch]);
    git(top, &["worktree", "add", "-q", "work", &branch]);
    let work = top.join("work");
    let recorded = |hooks: &str, round: usize| {
        let name = format!("{hooks}-{round}");
        let args =
            ["-c", &format!("core.hooksPath={}", top.join(hooks).display()), "checkout", "-q"];
        git(&work, &[&args[..], &["-B", &name]].concat());
    };
    compare("checkout that is recorded, with the hook", &recorded);
    let unchanged = |hooks: &str, _: usize| {
        let path = format!("core.hooksPath={}", top.join(hooks).display());
        git(&work, &["-c", &path, "checkout", "-q", "HEAD"]);
        git(&work, &["-c", &path, "checkout", "-q", "last"]);
    };
    git(&work, &["checkout", "-q", "-b", "last"]);
    compare("two in a session's worktree, with the hook", &unchanged);

    let add = |hooks: &str, round: usize| {
        let id = &stage.ids[1 + round];
        let branch = format!("ao/{}-fix-the-flaky-test", id.short());
        git(top, &["branch", "--force", &branch]);
        let path = format!("core.hooksPath={}", top.join(hooks).display());
        git(top, &["-c", &path, "worktree", "add", "-q", &format!("{hooks}-{round}"), &branch]);
        git(top, &["worktree", "remove", "--force", &format!("{hooks}-{round}")]);
    };
    in_turn(ADDS, |n| add("ours", n), |n| add("none", n))
        .report("worktree add and remove, with the hook", "without a hook");
}

fn compare(what: &str, act: &dyn Fn(&str, usize)) {
    in_turn(ROUNDS, |n| act("ours", n), |n| act("none", n)).report(what, "without a hook");
    in_turn(ROUNDS, |n| act("ours", n), |n| act("empty", n)).report(what, "with an empty sh hook");
}
