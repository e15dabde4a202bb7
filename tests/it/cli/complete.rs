//! Completion in real shells, as a person who presses Tab meets it.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::sessions::{id, session, store};
use crate::support::{Combo, Repo, Run, Terminal, TestEnv, skipped};

/// Two sessions, and folders that are named like commands.
fn repo() -> Repo {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    for folder in ["man", "log", "hooks"] {
        repo.write(&format!("{folder}/file"), "");
    }
    let store = store(&repo);
    store.create(&session(1, "One")).unwrap();
    let mut two = session(2, "Two");
    two.tags = vec!["nightly".to_owned()];
    two.branch = Some("ao/two".to_owned());
    store.create(&two).unwrap();
    repo.git(["remote", "add", "elsewhere", "/nonexistent"]);
    repo
}

/// A shell that finds the program.
fn shell(repo: &Repo, name: &str, args: &[&str]) -> Run {
    let program = Path::new(env!("CARGO_BIN_EXE_git-ao"));
    let path =
        format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    repo.env().run(repo.dir(), name, args).env("PATH", path)
}

fn is_missing(shell: &str) -> bool {
    let missing = Command::new(shell).arg("--version").output().is_err();
    if missing {
        skipped(&format!("{shell} is not installed"));
    }
    missing
}

/// What git's own completion gives bash for these words, of which the last is not finished.
fn bash(repo: &Repo, words: &[&str]) -> Vec<String> {
    let git = "/usr/share/bash-completion/completions/git";
    // Readline breaks words at '='.
    let line = words.join(" ").replace(" = ", "=");
    let script = format!(
        "source {git}; source <(git-ao completions bash)\n\
         COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1))\n\
         if [ \"$1\" = git ]; then __git_wrap__git_main\n\
         else _git_ao_alone git-ao \"${{COMP_WORDS[COMP_CWORD]}}\"; fi\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\""
    );
    let args = [&["--norc", "-c", &script, "bash"], words].concat();
    let out = shell(repo, "bash", &args).run().ok().stderr_is("");
    let mut offered: Vec<_> = out.lines().iter().map(|line| (*line).to_owned()).collect();
    offered.retain(|word| !word.is_empty());
    offered.sort();
    offered
}

#[test]
fn bash_offers_commands_and_values() {
    if !fs::exists("/usr/share/bash-completion/completions/git").unwrap() {
        skipped("git's completion for bash is not installed");
        return;
    }
    let repo = repo();
    let (one, two) = (format!("{} ", id(1).short()), format!("{} ", id(2).short()));
    let mut sessions = vec![one, two, "latest ".to_owned()];
    sessions.sort();
    for start in [&["git", "ao"][..], &["git", "-C", ".", "ao"], &["git-ao"]] {
        let offered = |words: &[&str]| bash(&repo, &[start, words].concat());
        for folder in ["man", "log", "hooks"] {
            assert_eq!(offered(&[folder]), [format!("{folder} ")], "{start:?}");
        }
        assert_eq!(offered(&["completi"]), ["completions "]);
        assert_eq!(offered(&["show", ""]), sessions);
        assert_eq!(offered(&["show", "--force", ""]), sessions);
        assert_eq!(offered(&["show", "ao/"]), ["ao/two "]);
        assert_eq!(offered(&["list", "--status", "wor"]), ["working "]);
        assert_eq!(offered(&["list", "--status", "=", "wor"]), ["working "]);
        assert_eq!(offered(&["list", "--tag", ""]), ["nightly "]);
        assert_eq!(offered(&["list", "--sor"]), ["--sort "]);
        assert_eq!(offered(&["push", ""]), ["elsewhere "]);
        assert_eq!(offered(&["spawn", "--agent", "cla"]), ["claude "]);
        assert_eq!(offered(&["spawn", "--base", "ma"]), ["main "]);
        assert_eq!(offered(&["spawn", "--on", "ma"]), ["main "]);
        assert_eq!(offered(&["spawn", "--runtime", "tm"]), ["tmux "]);
        assert_eq!(offered(&["set", "latest", "pr_n"]), ["pr_number="]);
        assert_eq!(offered(&["set", "latest", "status", "=", "wor"]), ["working "]);
        assert_eq!(offered(&["hooks", "inst"]), ["install "]);
        assert_eq!(
            offered(&["hooks", "install", "pre-"]),
            ["pre-push ", "prepare-commit-msg "][..1]
        );
        assert!(offered(&["spawn", "--title", "x"]).is_empty());
    }
}

#[test]
fn fish_offers_the_same() {
    if is_missing("fish") {
        return;
    }
    let repo = repo();
    let folder = repo.env().home().join(".config/fish/conf.d");
    fs::create_dir_all(&folder).unwrap();
    let script = repo.ao(["completions", "fish"]).ok().stdout;
    fs::write(folder.join("git-ao.fish"), script).unwrap();
    let offered = |line: &str| {
        let ask = format!("complete -C '{line}'");
        shell(&repo, "fish", &["-c", &ask]).run().ok().stdout
    };
    assert_eq!(offered("git ao arch"), "archive\tMove sessions to the archive\n");
    assert_eq!(offered("git-ao list --status=wor"), "--status=working\n");
    assert!(offered("git ao show ").contains(&id(1).short()));
    assert!(!offered("git ao show ").contains("man/"));
    assert_eq!(offered("git ao push "), "elsewhere\n");
    assert!(offered("git ao spawn -F ma").contains("man/"));
}

#[test]
fn zsh_offers_the_same() {
    if is_missing("zsh") {
        return;
    }
    let repo = repo();
    let folder = repo.env().path("functions");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("_git-ao"), repo.ao(["completions", "zsh"]).ok().stdout).unwrap();
    let run = shell(&repo, "zsh", &["-f", "-i"]).env("TERM", "xterm");
    let mut zsh = Terminal::open(run.env("PS1", "> "));
    zsh.press(&format!("fpath=({} $fpath)\n", folder.display()));
    zsh.press("autoload -U compinit; compinit -u -D; echo re''ady\n");
    zsh.wait_for("ready");
    for (typed, shown) in [
        ("git ao arch", "git ao archive"),
        ("git ao list --status=wor", "--status=working"),
        ("git-ao set latest pr_n", "pr_number="),
        ("git ao push else", "elsewhere"),
    ] {
        zsh.press(&format!("{typed}\t"));
        zsh.wait_for(shown);
        zsh.press("\u{15}");
    }
    zsh.press("git ao show \t");
    zsh.wait_for(&id(1).short());
    zsh.press("\u{15}exit\n");
}

/// What the shells' scripts are told.
fn candidates(repo: &Repo, words: &[&str]) -> Vec<String> {
    let out = repo.ao(["candidates", "--"].iter().chain(words)).ok().stderr_is("");
    out.lines().iter().map(|line| (*line).to_owned()).collect()
}

#[test]
fn the_last_changed_of_many_sessions_are_offered() {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    let store = store(&repo);
    let made = store.transaction("spawn", |tx| {
        (0..520).try_for_each(|n| {
            let mut one = session(n, &format!("Task {n}"));
            one.branch = Some(format!("topic/{n}"));
            tx.create(one)
        })
    });
    made.unwrap();
    for branch in ["topic/7", "topic/77", "topic/none", "other"] {
        repo.git(["branch", branch]);
    }
    let shown = |n: u64| format!("{}\tspawning: Task {n}", id(n).short());
    // The first one builds the index, and the second one reads it.
    for _ in 0..2 {
        let offered = candidates(&repo, &["show", ""]);
        assert_eq!(offered.len(), 41, "'latest', and the last forty");
        assert!(offered[0].starts_with("latest\t"), "{}", offered[0]);
        assert_eq!((&offered[1], &offered[40]), (&shown(519), &shown(480)));
        // What is typed leads to all of them.
        let first = id(3).short();
        assert_eq!(candidates(&repo, &["show", &first[..4]]), [shown(3)]);
        let sixteenth = candidates(&repo, &["show", &first[..1]]);
        let expected = (0..520).filter(|n| id(*n).short().starts_with(&first[..1])).count();
        assert_eq!(sixteenth.len(), expected);
        assert_eq!(candidates(&repo, &["show", "zz"]), [""; 0]);
        let branches = ["topic/77\tTask 77", "topic/7\tTask 7"];
        assert_eq!(candidates(&repo, &["show", "topic/7"]), branches);
        assert!(candidates(&repo, &["list", "--status", "id"])[0].starts_with("idle"));
    }
    assert!(repo.common_dir().join("ao/index").is_file());
}
