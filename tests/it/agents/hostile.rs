//! Records that somebody else wrote, about this very clone: no verb acts outside of it, panics, or
//! lets a control character through.

use std::fs;
use std::path::PathBuf;

use crate::support::agents::{agent, tmux, tmux_sessions};
use crate::support::sessions::{id, path, plant_record};
use crate::support::{Combo, Out, Repo, Tree, tree_of};

const REPLICA: &str = "here-0001";

/// Verbs that act on what a record says of this clone; `@` stands for the session.
const ACT: [&[&str]; 11] = [
    &["run", "--wait", "@"],
    &["status", "@"],
    &["attach", "@"],
    &["send", "@", "x"],
    &["kill", "@"],
    &["kill", "--force", "@"],
    &["restore", "--fresh", "--runtime", "foreground", "@"],
    &["restore", "--force", "--fresh", "--runtime", "foreground", "@"],
    &["cleanup", "--force", "--branches"],
    &["doctor", "--fix"],
    &["delete", "--force", "@"],
];

/// Verbs that show what it says.
const SHOW: [&[&str]; 9] = [
    &["status", "--all", "--changes"],
    &["show", "@"],
    &["list", "--all"],
    &["log", "--oneline"],
    &["log", "-p", "@"],
    &["restore", "--runtime", "foreground", "@"],
    &["fork", "@", "--no-agent", "x"],
    &["reconcile"],
    &["delete", "--force", "@"],
];

/// A clone with something in every place that a record could lead to.
struct Bait {
    repo: Repo,
    other: Repo,
}

impl Bait {
    fn new() -> Self {
        let repo = Repo::new();
        repo.config("ao.replica", REPLICA);
        let other = Repo::create(repo.env(), "other", Combo::PLAIN);
        for place in [repo.dir(), other.dir(), &repo.env().home()] {
            fs::write(place.join("precious"), "work\n").unwrap();
        }
        // Says where it runs.
        agent(&repo, "mine", &format!("pwd >>'{}'", repo.env().path("ran").display()));
        Self { repo, other }
    }

    /// What no verb may touch.
    fn outside(&self) -> (Tree, String, Vec<PathBuf>) {
        let names = |dir: PathBuf| {
            let entries = fs::read_dir(dir).unwrap();
            let mut names: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
            names.retain(|path| !path.ends_with(".worktrees"));
            names.sort();
            names
        };
        let main = self.repo.git(["status", "--porcelain", "--branch"]);
        let all = [names(self.repo.env().home()), names(self.repo.dir().to_owned())].concat();
        (tree_of(self.other.dir()), main + &self.repo.git(["rev-parse", "main"]), all)
    }

    /// Tries verbs on a record with these keys and this placement; returns what was said.
    fn try_all(&self, verbs: &[&[&str]], keys: &str, here: &str) -> String {
        let head = self.repo.git(["rev-parse", "main"]);
        let before = self.outside();
        let id = id(7).to_string();
        let text = format!(
            "schema: 1\nid: {id}\nproject_id: demo\ntask: x\nhead: {head}\
             created_at: 2026-01-01T00:00:00.000Z\nupdated_at: 2026-01-01T00:00:00.000Z\n{keys}\
             placements:\n  {REPLICA}: {{{here}}}\n"
        );
        let mut said = String::new();
        for verb in verbs {
            plant_record(&self.repo, &path(7), &text);
            let args = verb.iter().map(|word| if *word == "@" { &*id } else { *word });
            let out = self.repo.ao(args);
            let what = || format!("{keys}{here}\n{out}");
            judge(&out, &what());
            let after = self.outside();
            before.0.assert_same(&after.0);
            assert_eq!((&before.1, &before.2), (&after.1, &after.2), "{}", what());
            said += &(out.stdout + &out.stderr);
        }
        let own = self.repo.env().home().join(".worktrees/demo").join(&id[..8]);
        let ran = fs::read_to_string(self.repo.env().path("ran")).unwrap_or_default();
        let own = own.to_str().unwrap();
        assert!(ran.lines().all(|dir| dir == own), "{keys}{here}: {ran}");
        said
    }
}

fn judge(out: &Out, what: &str) {
    assert!(matches!(out.status, 0 | 1 | 128 | 129), "{what}");
    assert!(!out.stderr.contains("panicked"), "{what}");
    for text in [&out.stdout, &out.stderr] {
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{what:?}");
    }
}

const PLAIN: &str = "title: t\nstatus: working\nagent: mine\nbranch: ao/x\n";

#[test]
fn a_workspace_that_is_somewhere_else() {
    let bait = Bait::new();
    let mine = bait.repo.env().path("mine");
    bait.repo.git(["worktree", "add", "-q", mine.to_str().unwrap()]);
    let places = ["/", "~/", "../other", "a\\0b", "/a\\nb", "~/.new/place"];
    let [main, other] = [&bait.repo, &bait.other].map(|repo| repo.dir().to_str().unwrap());
    for (branch, place) in [("main", main), ("mine", mine.to_str().unwrap())] {
        let keys = PLAIN.replace("ao/x", branch);
        let said = bait.try_all(&ACT, &keys, &format!("workspace: \"{place}\", runtime: none"));
        assert!(said.contains("is not a worktree of session"), "{said}");
        assert!(!said.contains("  worktree  "), "{said}");
        assert!(!bait.repo.env().path("ran").exists(), "{said}");
    }
    for place in places.into_iter().chain([main, other, mine.to_str().unwrap()]) {
        bait.try_all(&ACT, PLAIN, &format!("workspace: \"{place}\", runtime: none"));
    }
    let ran = bait.repo.env().path("ran");
    assert!(ran.exists(), "where the place cannot be meant, it is restored in its own");
    assert!(mine.join("README").exists());
}

#[test]
fn a_worktree_of_the_users_that_is_out_of_sight_stays_known() {
    let bait = Bait::new();
    let mine = bait.repo.env().path("mine");
    bait.repo.git(["worktree", "add", "-q", mine.to_str().unwrap()]);
    fs::rename(&mine, bait.repo.env().path("unmounted")).unwrap();
    let here = format!("workspace: \"{}\", runtime: none", mine.display());
    bait.try_all(&ACT, PLAIN, &here);
    assert!(bait.repo.git(["worktree", "list"]).contains("/mine "));
}

#[test]
fn names_that_look_like_options_or_hold_control_characters() {
    let bait = Bait::new();
    let place = "workspace: ~/x, runtime: none";
    for (keys, words) in [
        (PLAIN.replace("ao/x", "-d"), "expected a branch name"),
        (PLAIN.replace("ao/x", "\"a\\eb\""), "expected a branch name"),
        (PLAIN.replace("mine", "--version"), "unknown agent"),
        (PLAIN.replace("mine", "\"a\\e[31mb\\nc\""), "unknown agent"),
        (PLAIN.to_owned() + "agent_session_id: \"-x\\e[31m\\n\"\n", ""),
        (PLAIN.to_owned() + "agent_config: {model: \"--x\\e]0;t\\a\"}\n", ""),
        (ODD.to_owned(), "owned"),
    ] {
        let said = bait.try_all(&SHOW, &keys, place);
        assert!(said.contains(words), "{keys}{said}");
    }
}

/// Whatever is only shown.
const ODD: &str = "title: \"\\e]0;owned\\a\\e[2J\\rline\\n\\u009b31m\"
status: \"\\e[1m\"
status_reason: \"\\e[31m\"
agent: mine
branch: ao/x
kind: \"\\e[1m\"
issue_id: \"\\e[1m\"
tags: [\"\\e[1m\"]
context: {\"\\e[1m\": \"\\e[1m\"}
";

#[test]
fn a_handle_of_something_else() {
    let bait = Bait::new();
    let stranger = ["new-session", "-d", "-s", "x", "sleep 1000"];
    let has_tmux = tmux(&bait.repo, &stranger).is_some();
    let later = git_ao::runtime::Process::current().unwrap().to_string().replace('@', "@9");
    for (runtime, handle) in [
        ("detached", "1@1"),
        ("detached", "-1@x"),
        ("detached", &later),
        ("tmux", "*"),
        ("tmux", "x"),
        ("tmux", "=x:"),
        ("tmux", "x;kill-server"),
        ("tmux", "\\e[31m"),
        ("warp", "x"),
        ("\\e[31m", "--help"),
    ] {
        let here = format!("workspace: ~/x, runtime: \"{runtime}\", handle: \"{handle}\"");
        bait.try_all(&ACT, PLAIN, &here);
        if has_tmux {
            assert_eq!(tmux_sessions(&bait.repo), ["x"], "{runtime} {handle}");
        }
    }
}
