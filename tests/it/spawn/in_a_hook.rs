//! `git ao spawn` in a hook: what git has set for the hook is not for the session.

use git_ao::store::Shelf;

use crate::support::agents::{agent, wait_ended, wait_file};
use crate::support::sessions::store;
use crate::support::{Repo, Run};

/// What of git's own the agent must never see.
const NOT_ITS: [&str; 9] = [
    "GIT_AUTHOR_DATE",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_EDITOR",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_REFLOG_ACTION",
    "GIT_SEQUENCE_EDITOR",
    "GIT_WORK_TREE",
];

/// Runs a git command whose hook starts a session; returns the agent's environment, the author of
/// its commit and the author of the event.
fn spawned_by(repo: &Repo, hook: &str, git: &Run) -> (String, String, String) {
    agent(repo, "mine", "git commit -q --allow-empty -m 'by the agent'");
    // Once: the agent commits, too.
    let script = format!(
        "test ! -e '{once}' || exit 0\n: >'{once}'\n\
         exec '{ao}' spawn --agent mine --runtime detached x",
        once = repo.env().path("once").display(),
        ao = env!("CARGO_BIN_EXE_git-ao"),
    );
    repo.hook(hook, &script);
    git.run().ok();
    let sessions = store(repo).snapshot().unwrap().list(Shelf::Active).unwrap();
    let [one] = &sessions[..] else { panic!("one session: {sessions:?}") };
    let id = one.location.id;
    let env = wait_file(repo, id, "env");
    let session = wait_ended(repo, id);
    let branch = session.branch.unwrap();
    let author = |rev: &str| repo.git(["log", "-1", "--format=%an <%ae> %s", rev]);
    let first = repo.git(["rev-list", "--max-parents=0", "refs/ao/sessions"]);
    (env, author(&branch).trim().to_owned(), author(first.trim()).trim().to_owned())
}

fn assert_clean(env: &str) {
    for name in NOT_ITS {
        assert!(!env.lines().any(|line| line.starts_with(&format!("{name}="))), "{name}:\n{env}");
    }
}

#[test]
fn the_author_of_the_commit_authors_nothing_else() {
    let repo = Repo::new();
    repo.config("user.name", "Una User");
    repo.config("user.email", "una@example.com");
    repo.write("f", "f\n");
    repo.git(["add", "f"]);
    let args = ["-c", "core.abbrev=9", "commit", "-q", "-m", "m", "--author", "Else <else@x>"];
    let args = args.into_iter().chain(["--date", "2020-01-01 00:00:00"]);
    let mut commit = repo.env().git(repo.dir(), args);
    for name in ["AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL"] {
        commit = commit.without(format!("GIT_{name}"));
    }
    let (env, agents, event) = spawned_by(&repo, "post-commit", &commit);
    assert_clean(&env);
    assert!(!env.contains("Else"), "{env}");
    assert_eq!(agents, "Una User <una@example.com> by the agent");
    assert!(event.starts_with("Una User <una@example.com> spawn"), "{event}");
    assert_eq!(repo.git(["log", "-1", "--format=%an", "main"]).trim(), "Else");
}

#[test]
fn who_runs_the_hook_is_who_has_exported_a_name() {
    let repo = Repo::new();
    // No commit is made: the names in the environment are the user's.
    let switch = repo.env().git(repo.dir(), ["switch", "-q", "-c", "other"]);
    let (env, agents, event) = spawned_by(&repo, "post-checkout", &switch);
    assert_clean(&env);
    assert_eq!(agents, "Ann Author <ann@example.com> by the agent");
    assert!(event.starts_with("Ann Author <ann@example.com> spawn"), "{event}");
}

#[test]
fn a_rebase_leaves_nothing_behind() {
    let repo = Repo::new();
    repo.git(["switch", "-q", "-c", "side"]);
    repo.commit("a", "a\n");
    repo.git(["switch", "-q", "main"]);
    repo.commit("b", "b\n");
    repo.git(["switch", "-q", "side"]);
    let rebase = ["rebase", "-q", "--committer-date-is-author-date", "main"];
    let rebase = repo.env().git(repo.dir(), rebase);
    let (env, agents, _) = spawned_by(&repo, "post-rewrite", &rebase);
    assert_clean(&env);
    assert!(agents.ends_with("> by the agent"), "{agents}");
}

#[test]
fn settings_typed_for_git_are_read_and_not_handed_on() {
    let repo = Repo::new();
    agent(&repo, "mine", "");
    let args = ["-c", "ao.branchPrefix=typed/", "ao", "spawn", "--agent", "mine"];
    let path = std::path::Path::new(env!("CARGO_BIN_EXE_git-ao")).parent().unwrap().to_owned();
    let path = format!("{}:{}", path.display(), std::env::var("PATH").unwrap());
    let args = args.into_iter().chain(["--runtime", "detached", "x"]);
    repo.env().git(repo.dir(), args).env("PATH", path).run().ok();
    let sessions = store(&repo).snapshot().unwrap().list(Shelf::Active).unwrap();
    let env = wait_file(&repo, sessions[0].location.id, "env");
    assert_clean(&env);
    let session = wait_ended(&repo, sessions[0].location.id);
    assert!(session.branch.unwrap().starts_with("typed/"));
}
