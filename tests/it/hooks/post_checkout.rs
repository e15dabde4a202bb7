//! What a checkout records.

use std::fs;

use git_ao::model::{Session, SessionId, SessionStatus};

use super::{BRANCH, Bed, id, store};
use crate::support::{Combo, for_each_format, tree_of};

#[test]
fn a_switch_is_one_event_and_nothing_else_is_any() {
    let bed = Bed::new().hooked(&[]);
    let before = bed.events();
    bed.work.git(["checkout", "-q", "-b", "other"]);
    assert_eq!((bed.branch().as_str(), bed.events()), ("other", before + 1));
    assert_eq!(bed.last_event(), format!("checkout 7b6d11f9: {BRANCH} -> other"));
    let head = bed.work.git(["rev-parse", "HEAD"]);
    assert_eq!(bed.session().head.unwrap().as_str(), head.trim());

    for quiet in [
        &["checkout", "-q", "other"][..],
        &["checkout", "-q", "main", "--", "README"],
        &["checkout", "-q", "--detach"],
        &["checkout", "-q", "other"],
    ] {
        bed.run(quiet).run().ok().stderr_is("");
        assert_eq!(bed.events(), before + 1, "{quiet:?}");
    }
    bed.work.git(["switch", "-q", BRANCH]);
    assert_eq!((bed.branch().as_str(), bed.events()), (BRANCH, before + 2));
}

#[test]
fn a_worktree_that_is_no_sessions_records_nothing() {
    let bed = Bed::new().hooked(&[]);
    let before = bed.events();
    bed.repo.git(["checkout", "-q", "-b", "mine"]);
    bed.repo.git(["worktree", "add", "-q", "-b", "new", "../new"]);
    bed.repo.git(["worktree", "add", "-q", "--detach", "../loose"]);
    assert_eq!(bed.events(), before);
}

#[test]
fn a_new_worktree_on_a_sessions_branch_is_its_workspace() {
    for_each_format(|repo| {
        let bed = Bed::of(repo.combo()).hooked(&[]);
        let before = bed.events();
        bed.repo.git(["worktree", "add", "-q", "../work", BRANCH]);
        assert_eq!(bed.events(), before + 1);
        let session = bed.session();
        let [(replica, placement)] = session.placements.iter().collect::<Vec<_>>()[..] else {
            panic!("one placement: {session:?}")
        };
        assert_eq!(bed.repo.git(["config", "ao.replica"]).trim(), replica);
        assert_eq!(placement.workspace.as_deref(), bed.work.dir().canonicalize().unwrap().to_str());
        let marker = bed.work.git(["rev-parse", "--git-path", "AO_SESSION"]);
        let marker = bed.work.dir().join(marker.trim());
        assert_eq!(fs::read_to_string(marker).unwrap(), format!("{}\n", id()));

        bed.work.git(["checkout", "-q", "-b", "next"]);
        assert_eq!((bed.branch().as_str(), bed.events()), ("next", before + 2));
    });
}

#[test]
fn a_branch_of_any_name_leads_to_its_session() {
    let bed = Bed::of(Combo::PLAIN).hooked(&[]);
    let other = "0aaaaaaa-5a0e-4f0c-9d0e-5a7f1c2b3d4e".parse().unwrap();
    for (count, name) in
        ["feature", "it's \"x\"".replace(' ', "\u{3000}").as_str()].iter().enumerate()
    {
        bed.repo.git(["branch", name]);
        let id = SessionId::from_bytes([count as u8; 16]);
        bed.add_session(id, name);
        let path = format!("../w{count}");
        bed.repo.git(["worktree", "add", "-q", &path, name]);
        let session = store(&bed.repo).snapshot().unwrap().session(id).unwrap();
        assert_eq!(session.placements.len(), 1, "{name}");
    }
    // The short id of one session in the name of a branch that is another one's.
    let name = "ao/7b6d11f9-not";
    bed.repo.git(["branch", name]);
    bed.add_session(other, name);
    bed.repo.git(["worktree", "add", "-q", "../w9", name]);
    assert!(bed.session().placements.is_empty());
    assert_eq!(store(&bed.repo).snapshot().unwrap().session(other).unwrap().placements.len(), 1);
}

#[test]
fn two_sessions_on_a_branch_leave_a_worktree_to_nobody() {
    let bed = Bed::of(Combo::PLAIN).hooked(&[]);
    bed.repo.git(["branch", "feature"]);
    for n in [1, 2] {
        bed.add_session(SessionId::from_bytes([n; 16]), "feature");
    }
    let before = bed.events();
    bed.repo.git(["worktree", "add", "-q", "../feature", "feature"]);
    assert_eq!(bed.events(), before);

    // One that has ended makes room for the other.
    let store = store(&bed.repo);
    let end = |session: &mut Session| session.status = SessionStatus::Done;
    store.update(SessionId::from_bytes([1; 16]), "status", end).unwrap();
    bed.repo.git(["worktree", "remove", "../feature"]);
    bed.repo.git(["worktree", "add", "-q", "../feature", "feature"]);
    let session = store.snapshot().unwrap().session(SessionId::from_bytes([2; 16])).unwrap();
    assert_eq!(session.placements.len(), 1);

    // A branch that is named after a session is that one's, whoever else is on it.
    bed.add_session(SessionId::from_bytes([3; 16]), BRANCH);
    bed.repo.git(["worktree", "add", "-q", "../work", BRANCH]);
    assert_eq!(bed.session().placements.len(), 1);
}

#[test]
fn a_session_that_has_a_worktree_keeps_it() {
    let bed = Bed::of(Combo::PLAIN).hooked(&[]);
    bed.repo.git(["worktree", "add", "-q", "../work", BRANCH]);
    let before = (bed.events(), bed.session());
    bed.repo.git(["worktree", "add", "-q", "--force", "../second", BRANCH]);
    assert_eq!((bed.events(), bed.session()), before);

    // One that is gone is no hindrance.
    bed.repo.git(["worktree", "remove", "../second"]);
    fs::remove_dir_all(bed.work.dir()).unwrap();
    bed.repo.git(["worktree", "prune"]);
    bed.repo.git(["worktree", "add", "-q", "../third", BRANCH]);
    let placements = bed.session().placements;
    let workspace = placements.values().next().unwrap().workspace.clone().unwrap();
    assert!(workspace.ends_with("/third"), "{workspace}");
}

#[test]
fn a_session_that_is_put_away_is_not_brought_back() {
    let bed = Bed::new().hooked(&[]);
    store(&bed.repo).archive(id()).unwrap();
    let before = bed.events();
    bed.run(&["checkout", "-b", "a"]).run().ok().stderr_is("Switched to a new branch 'a'\n");
    store(&bed.repo).delete(id()).unwrap();
    bed.run(&["checkout", "-b", "b"]).run().ok().stderr_is("Switched to a new branch 'b'\n");
    assert_eq!(bed.events(), before + 1);
}

#[test]
fn it_can_be_turned_off() {
    let bed = Bed::new().hooked(&[]);
    let before = bed.events();
    bed.run(&["checkout", "-q", "-b", "a"]).env("AO_DISABLE", "1").run().ok();
    bed.run(&["-c", "ao.hooks=false", "checkout", "-q", "-b", "b"]).run().ok();
    bed.repo.config("ao.hooks", "false");
    bed.run(&["checkout", "-q", "-b", "c"]).run().ok();
    assert_eq!((bed.branch().as_str(), bed.events()), (BRANCH, before));
    bed.repo.config("ao.hooks", "true");
    bed.run(&["checkout", "-q", "-b", "d"]).env("AO_DISABLE", "0").run().ok();
    assert_eq!((bed.branch().as_str(), bed.events()), ("d", before + 1));
}

#[test]
fn the_hook_itself_writes_no_file_when_nothing_changed() {
    let bed = Bed::new();
    let head = bed.work.git(["rev-parse", "HEAD"]);
    let before = tree_of(bed.repo.env().root());
    let run = bed.work.ao_run(["hook", "post-checkout", head.trim(), head.trim(), "1"]);
    run.run().ok().stdout_is("").stderr_is("");
    before.assert_same(&tree_of(bed.repo.env().root()));
}

#[test]
fn the_index_is_not_touched() {
    let bed = Bed::new();
    bed.work.git(["symbolic-ref", "HEAD", "refs/heads/other"]);
    bed.work.git(["update-ref", "refs/heads/other", "main"]);
    let head = bed.work.git(["rev-parse", "HEAD"]);
    let path = bed.work.git(["rev-parse", "--path-format=absolute", "--git-path", "index"]);
    let stamp = || {
        let meta = fs::metadata(path.trim()).unwrap();
        (fs::read(path.trim()).unwrap(), meta.modified().unwrap())
    };
    let before = stamp();
    let run = bed.work.ao_run(["hook", "post-checkout", head.trim(), head.trim(), "1"]);
    run.env("GIT_INDEX_FILE", path.trim()).run().ok();
    assert_eq!(bed.branch(), "other");
    assert_eq!(stamp(), before);
}
