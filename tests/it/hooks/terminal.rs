//! What a person is told on a terminal.

use git_ao::model::{Session, SessionId, Timestamp};

use super::{BRANCH, Bed, id, store};
use crate::support::Combo;

/// What `git checkout` says on a terminal; `script` makes one.
fn checkout(bed: &Bed, branch: &str) -> Vec<String> {
    let command = format!("git checkout '{branch}'");
    let run = bed.repo.env().run(bed.repo.dir(), "script", ["-qec", &command, "/dev/null"]);
    let out = run.at(1_767_232_800).run().ok();
    out.stdout.lines().map(|line| line.trim_end().to_owned()).collect()
}

#[test]
fn the_sessions_of_the_branch_are_named() {
    let bed = Bed::of(Combo::PLAIN).hooked(&[]);
    let switched = format!("Switched to branch '{BRANCH}'");
    let said = "1 session on this branch, last by Ann Author 2 hours ago";
    let said = said.replace("Ann Author", &author(&bed));
    assert_eq!(checkout(&bed, BRANCH), [switched.clone(), said.clone()]);
    assert_eq!(checkout(&bed, "main"), ["Switched to branch 'main'"]);

    bed.add_session(SessionId::from_bytes([1; 16]), BRANCH);
    assert_eq!(checkout(&bed, BRANCH), [switched, said.replace("1 session", "2 sessions")]);

    bed.repo.git(["branch", "feature"]);
    bed.add_session(SessionId::from_bytes([2; 16]), "feature");
    assert_eq!(checkout(&bed, "feature")[1], said);
    assert_eq!(bed.events(), 3);
}

#[test]
fn a_branch_of_no_session_and_no_terminal_are_silent() {
    let bed = Bed::of(Combo::PLAIN).hooked(&[]);
    bed.repo.git(["branch", "ao/7b6d11f9-other"]);
    assert_eq!(checkout(&bed, "ao/7b6d11f9-other").len(), 1);
    bed.repo.git_result(["checkout", "-q", BRANCH]).ok().stdout_is("").stderr_is("");
    bed.repo.git(["checkout", "-q", "main"]);
    bed.repo.config("ao.hooks", "false");
    assert_eq!(checkout(&bed, BRANCH).len(), 1);
}

/// Who wrote the sessions: the process of the test.
fn author(bed: &Bed) -> String {
    bed.repo.git(["log", "-1", "--format=%an", "refs/ao/sessions"]).trim().to_owned()
}

#[test]
fn all_sessions_of_the_branch_are_counted_among_many() {
    let bed = Bed::of(Combo::PLAIN).hooked(&[]);
    let store = store(&bed.repo);
    let made = store.transaction("spawn", |tx| {
        (0..200_u8).try_for_each(|n| {
            let (id, project) = (SessionId::from_bytes([n; 16]), "demo".parse().unwrap());
            let mut session = Session::new(id, project, Timestamp::from_millis(1_767_225_600_000));
            session.branch = Some(if n == 199 { BRANCH } else { "feature" }.to_owned());
            tx.create(session)
        })
    });
    made.unwrap();
    bed.repo.git(["branch", "feature"]);
    // The first one builds the index, and the second one reads it.
    for _ in 0..2 {
        assert!(checkout(&bed, "feature")[1].starts_with("199 sessions on this branch, last by "));
        assert!(checkout(&bed, BRANCH)[1].starts_with("2 sessions on this branch, last by "));
        assert!(bed.repo.common_dir().join("ao/index").is_file());
    }
    let snapshot = store.snapshot().unwrap();
    let count = |branch| snapshot.on_branch(branch).unwrap().len();
    assert_eq!((count(BRANCH), count("feature"), count("nobodys")), (2, 199, 0));
    assert_eq!(snapshot.named_by_branch(BRANCH).unwrap().len(), 1);
}

/// The line is a courtesy: a checkout does not wait for what it takes long to find.
#[test]
fn a_checkout_waits_neither_for_an_index_nor_for_a_long_history() {
    let bed = Bed::of(Combo::PLAIN).hooked(&[]);
    let store = store(&bed.repo);
    let made = store.transaction("spawn", |tx| {
        (0..1_001_u128).try_for_each(|n| {
            let (id, project) = (SessionId::from_bytes(n.to_be_bytes()), "demo".parse().unwrap());
            tx.create(Session::new(id, project, Timestamp::from_millis(1_767_225_600_000)))
        })
    });
    made.unwrap();
    let common = bed.repo.common_dir();
    assert_eq!(checkout(&bed, BRANCH).len(), 1, "the index would have to be made first");
    assert!(!common.join("ao/index").exists());
    bed.repo.git(["checkout", "-q", "main"]);
    bed.repo.ao(["list", "-n", "1"]).ok();
    assert!(common.join("ao/index").is_file());
    assert!(checkout(&bed, BRANCH)[1].starts_with("1 session on this branch, last by "));

    let mut stream = String::new();
    for nth in 0..2_100 {
        let begin = if nth == 0 { "from refs/ao/sessions^0\n" } else { "" };
        stream += "commit refs/ao/sessions\ncommitter A <a@x> 1767229200 +0000\ndata 1\nx\n";
        stream += begin;
    }
    bed.repo.env().git(bed.repo.dir(), ["fast-import", "--quiet"]).input(stream).run().ok();
    bed.repo.git(["checkout", "-q", "main"]);
    assert_eq!(checkout(&bed, BRANCH)[1], "1 session on this branch, last changed 2 hours ago");
    assert!(!common.join("ao/history").exists());
    bed.repo.ao(["log", "-n", "1", &id().to_string()]).ok();
    assert!(common.join("ao/history").is_file());
    bed.repo.git(["checkout", "-q", "main"]);
    assert!(checkout(&bed, BRANCH)[1].starts_with("1 session on this branch, last by "));
}
