//! Repositories whose git directory is not `.git` in the main worktree.

use std::path::Path;

use git_ao::git::Repository;

use crate::support::agents::until;
use crate::support::{Combo, Out, Refs, Repo, TestEnv, skipped, write_script};

fn ao(repo: &Repo, dir: &Path, args: &[&str]) -> Out {
    repo.env().ao(dir, args).run()
}

/// Spawns without an agent; returns the worktree and the project.
fn spawned(repo: &Repo, dir: &Path) -> (std::path::PathBuf, String) {
    let made = ao(repo, dir, &["spawn", "--no-agent", "--json", "x"]).ok().json();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    (text(&made["workspace"]).into(), text(&made["session"]["project_id"]))
}

#[test]
fn a_submodule_is_where_it_is_checked_out() {
    let repo = Repo::new();
    let lib = Repo::create(repo.env(), "lib-source", Combo::PLAIN);
    let source = lib.dir().to_str().unwrap().to_owned();
    let add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add"];
    repo.git(add.into_iter().chain([source.as_str(), "sub/lib"]));
    let sub = repo.dir().join("sub/lib");
    assert_eq!(Repository::discover(&sub).unwrap().main_folder(), sub);
    repo.env().git(&sub, ["config", "ao.worktreeDir", "../trees"]).run().ok();
    repo.env().git(&sub, ["remote", "remove", "origin"]).run().ok();
    let (path, project) = spawned(&repo, &sub);
    assert_eq!(project, "lib");
    let inside = |path: &Path| path.starts_with(repo.common_dir());
    assert!(path.starts_with(repo.dir().join("sub/trees")), "{}", path.display());
    // From one of its worktrees it is the same.
    let (path, project) = spawned(&repo, &path);
    assert_eq!(project, "lib");
    assert!(!inside(&path) && path.starts_with(repo.dir().join("sub/trees")), "{}", path.display());
}

#[test]
fn a_git_directory_that_lies_apart_takes_no_worktrees() {
    let env = TestEnv::new();
    let (git_dir, top) = (env.path("store/repo.gitdir"), env.path("work/tree"));
    std::fs::create_dir_all(git_dir.parent().unwrap()).unwrap();
    let apart = format!("--separate-git-dir={}", git_dir.display());
    env.git(&env.root(), ["init", "-q", &apart, top.to_str().unwrap()]).run().ok();
    let git = |dir: &Path, args: &[&str]| env.git(dir, args).run().ok();
    git(&top, &["commit", "-q", "--allow-empty", "-m", "first"]);
    git(&top, &["config", "ao.worktreeDir", "trees"]);
    let made = env.ao(&top, ["spawn", "--no-agent", "--json", "x"]).run().ok().json();
    let path = std::path::PathBuf::from(made["workspace"].as_str().unwrap());
    assert_eq!(made["session"]["project_id"], "tree");
    assert!(path.starts_with(top.join("trees")), "{}", path.display());
    let made = env.ao(&path, ["spawn", "--no-agent", "--json", "y"]).run().ok().json();
    assert_eq!(made["session"]["project_id"], "tree");
    let second = Path::new(made["workspace"].as_str().unwrap()).to_owned();
    assert!(!second.starts_with(&git_dir), "{}", second.display());
}

#[test]
fn worktrees_that_git_takes_for_bare_are_not_ready() {
    let env = TestEnv::new();
    let source = env.repo(Combo::PLAIN);
    let (top, bare) = (env.path("layout"), env.path("layout/.bare"));
    let git = |dir: &Path, args: &[&str]| env.git(dir, args).run().ok();
    std::fs::create_dir(&top).unwrap();
    git(&top, &["clone", "-q", "--bare", source.dir().to_str().unwrap(), ".bare"]);
    std::fs::write(top.join(".git"), "gitdir: ./.bare\n").unwrap();
    let spawn = |dir: &Path| env.ao(dir, ["spawn", "--no-agent", "--json", "x"]).run();
    let path = spawn(&top).ok().json()["workspace"].as_str().unwrap().to_owned();
    env.ao(&top, ["status"]).run().ok().stdout_has("ready");

    git(&bare, &["config", "extensions.worktreeConfig", "true"]);
    env.git(Path::new(&path), ["status"]).run().code(128);
    env.ao(&top, ["status"]).run().ok().stdout_lacks("ready").stdout_has("unreadable");
    let refused = spawn(&top).code(128).stderr_has("core.bare is set for all worktrees of");
    // The hint, as it is printed.
    let hint = refused.stderr.lines().filter_map(|line| line.strip_prefix("hint:   "));
    let hint = hint.collect::<Vec<_>>().join(" ");
    env.run(&top, "sh", ["-c", &hint]).run().ok();
    env.ao(&top, ["status"]).run().ok().stdout_has("ready");
    spawn(&top).ok();
    git(Path::new(&path), &["status"]);
}

#[test]
fn a_broken_packed_refs_is_named() {
    let repo = Repo::new();
    repo.git(["pack-refs", "--all"]);
    let packed = repo.common_dir().join("packed-refs");
    let text = std::fs::read_to_string(&packed).unwrap();
    std::fs::write(&packed, format!("{text}garbage\n")).unwrap();
    let out = repo.ao(["spawn", "--no-agent", "x"]).code(128);
    out.stderr_has("packed-refs").stderr_lacks("has no commits yet");
}

#[test]
fn a_reftable_that_is_locked_for_a_moment_is_waited_for() {
    if !Refs::can_be_chosen() {
        return skipped("this git has no reftable");
    }
    let repo = TestEnv::new().repo(Combo { refs: Refs::Reftable, ..Combo::PLAIN });
    let lock = repo.common_dir().join("reftable/tables.list.lock");
    std::fs::write(&lock, "").unwrap();
    let (bin, failed) = (repo.env().path("bin"), repo.env().path("failed"));
    let which = repo.env().run(repo.dir(), "sh", ["-c", "command -v git"]).run().ok().stdout;
    let (git, mark) = (which.trim(), failed.display());
    let watched = format!(
        "'{git}' \"$@\" 2>'{mark}.said'\ncode=$?\ncat '{mark}.said' >&2\n\
         if grep -q lock '{mark}.said'; then : >'{mark}'; fi\nexit $code"
    );
    write_script(&bin.join("git"), &watched);
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let spawn = repo.ao_run(["spawn", "--no-agent", "x"]).env("PATH", path);
    std::thread::scope(|scope| {
        // Git itself has waited, and given up.
        scope.spawn(|| {
            until("git finds the lock", || failed.exists());
            std::fs::remove_file(&lock).unwrap();
        });
        spawn.run().ok();
    });
    assert_eq!(repo.git(["for-each-ref", "refs/heads/ao"]).lines().count(), 1);
}

#[test]
fn a_broken_head_or_shallow_file_is_named() {
    let repo = Repo::new();
    let head = repo.common_dir().join("HEAD");
    let spawn = || repo.ao(["spawn", "--no-agent", "x"]).code(128);
    for broken in ["garbage", "", "ref: ", "ref: refs/heads/.lock\n", &"1".repeat(40)] {
        std::fs::write(&head, broken).unwrap();
        spawn().stderr_has("/HEAD' names neither").stderr_lacks("has no commits yet");
    }
    std::fs::write(&head, "ref: refs/heads/none\n").unwrap();
    spawn().stderr_has("branch 'none' has no commits yet");
    std::fs::write(&head, "ref: refs/heads/main\n").unwrap();
    std::fs::write(repo.common_dir().join("shallow"), "garbage\n").unwrap();
    spawn().stderr_has("bad shallow line: garbage").stderr_lacks("has no commits yet");
}
