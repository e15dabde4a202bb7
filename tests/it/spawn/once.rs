use super::{line, spawn, text};
use crate::support::{Repo, race};

#[test]
fn two_parallel_spawns_of_one_issue_yield_one() {
    let repo = Repo::new();
    let outs = race(2, |n| repo.ao_run(["spawn", "--issue", "42", &format!("try {n}")]));
    let codes: Vec<_> = outs.iter().map(|out| out.status).collect();
    assert!(codes == [0, 1] || codes == [1, 0], "{codes:?}");
    let loser = outs.into_iter().find(|out| out.status == 1).unwrap();
    loser.stderr_has("already works on issue '42'").stderr_has("--force");
    assert_eq!(
        line(&repo, ["ls-tree", "-r", "--name-only", "refs/ao/sessions"]).lines().count(),
        2
    );
    assert_eq!(line(&repo, ["worktree", "list"]).lines().count(), 2);
    assert_eq!(line(&repo, ["branch", "--list", "ao/*"]).lines().count(), 1);
}

#[test]
fn force_allows_another_and_an_ended_session_does_not_count() {
    let repo = Repo::new();
    let first = spawn(&repo, &["--issue", "42", "a"]);
    repo.ao(["spawn", "--issue=#42", "b"]).code(1).stderr_has(&text(&first, "id")[..8]);
    spawn(&repo, &["--issue", "42", "--force", "b"]);
}

#[test]
fn issue_42_of_another_repo_is_independent() {
    let repo = Repo::new();
    spawn(&repo, &["--issue", "42", "a"]);
    spawn(&repo, &["--issue", "42", "--project", "other", "b"]);
    repo.ao(["spawn", "--issue", "42", "--project", "other", "c"]).code(1);
}
