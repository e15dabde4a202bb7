//! What hooks and filters say in several lines is printed line by line.

use crate::support::{Combo, Repo, TestEnv, write_script};

const WORDS: &str =
    "echo 'policy: first' >&2; printf 'second \\033[2Jred\\n\\nfatal: third\\n' >&2; ";

/// The lines as they are printed below a message.
const LINES: &str = ":\n  policy: first\n  second \\x1b[2Jred\n\n  fatal: third\n";

fn repo() -> Repo {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    repo.commit("first", "text\n");
    repo
}

#[test]
fn of_a_checkout_that_fails() {
    let repo = repo();
    let filter = repo.common_dir().join("filter");
    write_script(&filter, &format!("{WORDS} exit 1"));
    repo.write(".gitattributes", "first filter=bad\n");
    repo.git(["add", ".gitattributes"]);
    repo.commit("second", "text\n");
    repo.git(["config", "filter.bad.smudge", filter.to_str().unwrap()]);
    repo.git(["config", "filter.bad.required", "true"]);
    let out = repo.ao(["spawn", "--no-agent", "the task"]).code(128);
    out.stderr_has(&format!("fatal: 'git worktree' failed{LINES}  error: external filter "));
}

#[test]
fn of_a_hook_that_fails() {
    let repo = repo();
    repo.hook("post-checkout", &format!("{WORDS} exit 1"));
    let out = repo.ao(["spawn", "--no-agent", "the task"]).ok();
    assert!(out.stderr.starts_with("warning: the post-checkout hook failed"), "{out}");
    out.stderr_has(LINES.trim_start_matches(':'));
}

#[test]
fn of_a_hook_that_keeps_refs_as_they_are() {
    let repo = repo();
    let spawned = repo.ao(["spawn", "--json", "--no-agent", "the task"]).ok().json();
    let id = spawned["session"]["id"].as_str().unwrap();
    repo.ao(["complete", id]).ok();
    let is_branch = "[ \"$1\" = prepared ] && grep -q refs/heads/";
    repo.hook("reference-transaction", &format!("if {is_branch}; then {WORDS} exit 1; fi"));
    let out = repo.ao(["cleanup", "--branches"]).code(1);
    assert!(out.stdout.contains(LINES), "{out}");
    repo.ao(["spawn", "--no-agent", "another"]).code(128).stderr_has(LINES);
}
