//! What git and hooks say in several lines is shown in several lines.

use crate::support::Repo;

const TWO_LINES: &str = "echo 'not on fridays' >&2\n\
    printf 'hint: rm -rf \\033[31m~\\n' >&2\nexit 1";

#[test]
fn of_a_hook_that_forbids_a_worktree() {
    let repo = Repo::new();
    repo.config("filter.strict.smudge", "sh -c 'echo one >&2; echo two >&2; exit 1'");
    repo.config("filter.strict.clean", "cat");
    repo.config("filter.strict.required", "true");
    repo.commit(".gitattributes", "*.big filter=strict\n");
    repo.commit("a.big", "much\n");
    let out = repo.ao(["spawn", "--no-agent", "Work"]).code(128).stdout_is("");
    out.stderr_lacks("\\n").stderr_has("\n  one\n  two\n");
}

#[test]
fn of_a_hook_that_forbids_a_branch() {
    let repo = Repo::new();
    let refuse = TWO_LINES.replace("exit 1", "grep -q refs/heads/ao/ && exit 1 || exit 0");
    repo.hook("reference-transaction", &refuse);
    let out = repo.ao(["spawn", "--no-agent", "Work"]);
    assert!(out.stderr.contains("\n  hint: rm -rf \\x1b[31m~\n"), "{out}");
    out.code(128).stderr_lacks("\\n").stderr_lacks("\nhint: rm");
}

#[test]
fn of_a_hook_at_the_remote() {
    let repo = Repo::new();
    let env = repo.env().clone();
    let hub = env.repo(crate::support::Combo::BARE);
    hub.hook("pre-receive", TWO_LINES);
    repo.git(["remote", "add", "origin", hub.dir().to_str().unwrap()]);
    repo.ao(["spawn", "--no-agent", "--no-worktree", "Work"]).ok();
    let out = repo.ao(["push"]).code(1).stderr_lacks("\\n");
    out.stderr_has("\n  remote: not on fridays\n  remote: hint: rm -rf \\x1b[31m~\n");
}
