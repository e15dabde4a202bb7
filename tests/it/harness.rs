//! The harness itself: if it leaks, no other test says anything.

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;

use crate::support::{Combo, Kind, Refs, Repo, TestEnv, for_each_repo, matrix, race, tree_of};

#[test]
fn the_environment_is_its_own() {
    let env = TestEnv::new();
    let out = env.run(&env.root(), "env", [""; 0]).run().ok();
    let names: BTreeSet<_> = out.lines().iter().filter_map(|l| l.split_once('=')).collect();
    let value = |name| names.iter().find(|(n, _)| *n == name).map(|(_, v)| *v);

    assert_eq!(value("HOME"), env.home().to_str());
    assert_ne!(value("HOME"), std::env::var("HOME").ok().as_deref());
    assert_eq!(value("TMUX"), None);
    let machine = ["PATH"];
    for (name, value) in &names {
        let inherited = std::env::var(name).is_ok_and(|outer| outer == *value);
        let neutral = ["LC_ALL", "LANG", "TERM", "TZ", "PWD", "SHLVL", "_"].contains(name);
        let git = name.starts_with("GIT_");
        assert!(!inherited || neutral || git || machine.contains(name), "{name} is inherited");
    }
}

#[test]
fn git_sees_no_configuration_but_the_repository() {
    let repo = Repo::new();
    fs::write(repo.env().home().join(".gitconfig"), "[user]\n\tname = Stranger\n").unwrap();
    let scopes = repo.git(["config", "--list", "--show-scope"]);
    assert!(scopes.lines().all(|line| line.starts_with("local\t")), "{scopes}");
    assert_eq!(repo.git(["var", "GIT_AUTHOR_IDENT"]).split(" <").next(), Some("Ann Author"));
}

#[test]
fn no_repository_above_the_environment_is_found() {
    let env = TestEnv::new();
    env.git(&env.root(), ["init", "-q"]).run().ok();
    env.git(&env.home(), ["rev-parse"]).run().code(128).stderr_has("not a git repository");
}

#[test]
fn nothing_stays_when_a_test_is_over() {
    let repo = Repo::new();
    let root = repo.env().root();
    let tmux = repo.env().run(repo.dir(), "tmux", ["new-session", "-d", "-s", "left"]);
    let server = if has_tmux() {
        tmux.run().ok();
        let pid = repo.env().run(repo.dir(), "tmux", ["display-message", "-p", "#{pid}"]);
        Some(pid.run().ok().text().to_owned())
    } else {
        None
    };
    drop(repo);
    assert!(!root.exists());
    if let Some(pid) = server {
        // `kill-server` answers before the server is gone; the kernel tells when it is.
        let gone = || !std::path::Path::new("/proc").join(&pid).join("fd/0").exists();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while !gone() && std::time::Instant::now() < deadline {
            std::thread::yield_now();
        }
        assert!(gone(), "the tmux server {pid} outlives its test");
    }
}

#[test]
fn the_matrix_is_what_it_says() {
    let combos = matrix();
    assert_eq!(combos.len(), if Refs::can_be_chosen() { 12 } else { 6 });
    for_each_repo(|repo| {
        let combo = repo.combo();
        let ask = |what: &str| repo.git(["rev-parse", what]).trim().to_owned();
        assert_eq!(ask("--show-object-format"), combo.objects.name());
        if Refs::can_be_chosen() {
            assert_eq!(ask("--show-ref-format"), combo.refs.name());
        }
        assert_eq!(ask("--is-bare-repository"), (combo.kind == Kind::Bare).to_string());
        let linked = ask("--git-dir") != ask("--git-common-dir");
        assert_eq!(linked, combo.kind == Kind::Linked);
        assert_eq!(repo.git(["log", "--format=%s", "main"]), "README\n");
    });
}

#[test]
fn a_failure_in_the_matrix_names_its_kinds() {
    let end = catch_unwind(|| for_each_repo(|repo| assert_ne!(repo.combo().kind, Kind::Bare)));
    let message = end.unwrap_err().downcast::<String>().unwrap();
    assert!(message.contains("bare, sha1, files; "), "{message}");
    assert!(!message.contains("worktree"), "{message}");
}

#[test]
fn a_clone_has_the_formats_of_its_origin() {
    for_each_repo(|repo| {
        let clone = repo.clone_as("copy");
        let formats = ["rev-parse", "--show-object-format"];
        assert_eq!(clone.git(formats), repo.git(formats));
        assert_eq!(clone.git(["rev-parse", "main"]), repo.git(["rev-parse", "main"]));
    });
}

#[test]
fn git_finds_the_binary_under_test() {
    let env = TestEnv::new();
    let found = env.git_ao(&env.root(), [""; 0]).command();
    let path = found.get_envs().find(|(name, _)| *name == "PATH").unwrap().1.unwrap();
    let which = env.run(&env.root(), "sh", ["-c", "command -v git-ao"]).env("PATH", path);
    assert_eq!(which.run().ok().text(), env!("CARGO_BIN_EXE_git-ao"));
}

#[test]
fn the_clock_reaches_the_program() {
    let repo = Repo::new();
    let (first, second) = (repo.env().tick(), repo.env().tick());
    assert_eq!(second - first, 60);
    let date = format!("@{first} +0000");
    let commit = ["commit", "-q", "--allow-empty", "-m", "dated"];
    repo.env().git(repo.dir(), commit).env("GIT_COMMITTER_DATE", date).run().ok();
    let age = repo.env().git(repo.dir(), ["log", "-1", "--format=%cr"]).at(second);
    assert_eq!(age.run().ok().text(), "60 seconds ago");
}

#[test]
fn racers_all_run_and_keep_their_order() {
    let env = TestEnv::new();
    let dir = env.root();
    let ends =
        race(8, |i| env.run(&dir, "sh", ["-c", &format!("echo {i}; echo e{i} >&2; exit {i}")]));
    for (i, end) in ends.into_iter().enumerate() {
        let code = i32::try_from(i).unwrap();
        end.code(code).stdout_is(&format!("{i}\n")).stderr_is(&format!("e{i}\n"));
    }
}

#[test]
fn no_racer_begins_before_the_last_is_there() {
    let env = TestEnv::new();
    let begun = env.path("begun");
    let ends = race(8, |_| {
        // Called while earlier ones are already waiting.
        assert!(!begun.exists());
        env.run(&env.root(), "sh", ["-c", "echo >>begun"])
    });
    assert!(ends.iter().all(|end| end.status == 0));
    assert_eq!(fs::read_to_string(begun).unwrap().len(), 8);
}

#[test]
fn a_picture_of_a_folder_shows_every_write() {
    let repo = Repo::new();
    let before = tree_of(repo.env().root());
    repo.git(["log"]);
    before.assert_same(&tree_of(repo.env().root()));

    let file = repo.write("passing", "");
    fs::remove_file(file).unwrap();
    let changes = before.changes(&tree_of(repo.env().root()));
    assert_eq!(changes, [format!("changed: {}", repo.dir().display())]);
}

#[test]
fn input_and_signals_arrive() {
    let env = TestEnv::new();
    env.run(&env.root(), "cat", [""; 0]).input("a\n").run().ok().stdout_is("a\n");
    env.run(&env.root(), "sh", ["-c", "kill -9 $$"]).run().code(137);
    env.run(&env.root(), "true", [""; 0]).input(vec![0; 1 << 20]).run().ok();
}

#[test]
fn repositories_share_an_environment() {
    let env = TestEnv::new();
    let one = env.repo(Combo::PLAIN);
    let two = Repo::create(&env, "other", Combo::BARE);
    assert_eq!(one.env().root(), two.env().root());
    assert_ne!(one.common_dir(), two.common_dir());
}

fn has_tmux() -> bool {
    let env = TestEnv::new();
    let probe = env.run(&env.root(), "sh", ["-c", "command -v tmux"]).run();
    if probe.status != 0 {
        use std::io::Write;
        let _ = writeln!(std::io::stderr(), "note: no tmux here, its part of the test is left out");
    }
    probe.status == 0
}
