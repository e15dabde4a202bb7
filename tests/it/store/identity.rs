//! Who an event is by: as git would choose, cleaned and refused as git does.

use git_ao::store::SESSIONS_REF;

use crate::support::{Repo, Run};

const NAMES: [&str; 4] =
    ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"];

fn nameless(run: Run) -> Run {
    NAMES.into_iter().fold(run, |run, name| run.without(name))
}

fn spawn(repo: &Repo) -> Run {
    repo.ao_run(["spawn", "--no-agent", "--no-worktree", "x"])
}

fn people(repo: &Repo, rev: &str) -> String {
    repo.git(["log", "-1", "--format=%an <%ae> %cn <%ce>", rev]).trim().to_owned()
}

#[test]
fn odd_names_come_out_as_git_writes_them() {
    let repo = Repo::new();
    for (name, email) in [
        ("A <b>", "a@x"),
        ("  'Ann', ", "<ann@x>,"),
        ("Ann\tTab", "a <b> c"),
        ("A:;B", ""),
        ("Größe", "größe@x"),
    ] {
        let people_of = |run: Run, rev: &str| {
            let both = [name, email, name, email];
            let run =
                NAMES.into_iter().zip(both).fold(run, |run, (key, value)| run.env(key, value));
            run.run().ok();
            people(&repo, rev)
        };
        let commit = repo.env().git(repo.dir(), ["commit", "-q", "--allow-empty", "-m", "x"]);
        let gits = people_of(commit, "HEAD");
        assert_eq!(people_of(spawn(&repo), SESSIONS_REF), gits, "{name:?} <{email:?}>");
        assert_eq!(repo.git(["fsck"]), "");
        let log = repo.git(["log", "-g", "-1", "--format=%gn <%ge>", SESSIONS_REF]);
        assert!(gits.ends_with(log.trim()), "{log}: {gits}");
    }
}

#[test]
fn what_git_refuses_is_refused_in_its_words() {
    let repo = Repo::new();
    for name in ["", "<>", " , "] {
        let run = spawn(&repo).env("GIT_COMMITTER_NAME", name);
        let git = run.clone().like("git", ["commit", "-q", "--allow-empty", "-m", "x"]).run();
        let words = git.code(128).stderr.clone();
        let fatal = words.lines().find(|line| line.starts_with("fatal: ")).unwrap();
        let said = run.run().code(128);
        assert!(said.stderr.contains(fatal.trim_end()), "{fatal}\n{}", said.stderr);
    }
    repo.git_result(["rev-parse", "--verify", "-q", SESSIONS_REF]).code(1);
}

#[test]
fn where_git_knows_nobody_it_is_us() {
    let repo = Repo::new();
    repo.config("user.useConfigOnly", "true");
    let run = nameless(spawn(&repo)).env("EMAIL", "mail@x");
    run.run().ok();
    assert!(people(&repo, SESSIONS_REF).starts_with("git-ao <git-ao@"));
    // Half of one is none.
    repo.config("user.name", "Una");
    nameless(spawn(&repo)).run().ok();
    assert!(people(&repo, SESSIONS_REF).starts_with("git-ao <git-ao@"));
    repo.config("user.email", "una@x");
    nameless(spawn(&repo)).run().ok();
    assert_eq!(people(&repo, SESSIONS_REF), "Una <una@x> Una <una@x>");
    // More exactly: the author's own settings go before the user's.
    repo.config("author.name", "Writer");
    nameless(spawn(&repo)).run().ok();
    assert_eq!(people(&repo, SESSIONS_REF), "Writer <una@x> Una <una@x>");
}

#[test]
fn a_mail_address_of_the_environment_counts() {
    let repo = Repo::new();
    repo.config("user.name", "Una");
    let run = nameless(spawn(&repo)).env("EMAIL", "mail@x");
    run.run().ok();
    assert_eq!(people(&repo, SESSIONS_REF), "Una <mail@x> Una <mail@x>");
}
