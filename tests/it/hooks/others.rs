//! The hooks that are installed by name.

use std::fs;

use super::{BRANCH, Bed, id, same_as_without};
use crate::support::{Combo, Repo, write_script};

fn head(repo: &Repo) -> String {
    repo.git(["rev-parse", "HEAD"]).trim().to_owned()
}

fn recorded(bed: &Bed) -> String {
    bed.session().head.unwrap().to_string()
}

#[test]
fn commits_amends_and_merges_move_the_head() {
    let hooks = ["post-commit", "post-rewrite", "post-merge"];
    let bed = same_as_without(&hooks, Bed::new, |bed| {
        bed.work.write("a", "");
        bed.work.git(["add", "a"]);
        let commit = bed.run(&["commit", "-m", "a"]).run().ok();
        bed.repo.commit("b", "");
        let merge = bed.run(&["merge", "-m", "merge", "main"]).run().ok();
        let amend = bed.run(&["commit", "--amend", "-m", "amended"]).run().ok();
        vec![commit, merge, amend]
    });
    assert_eq!(recorded(&bed), head(&bed.work));
    assert_eq!(bed.branch(), BRANCH);
}

#[test]
fn each_alone_records_what_it_is_for() {
    let bed = Bed::new().hooked(&["post-commit"]);
    bed.work.commit("a", "");
    assert_eq!(recorded(&bed), head(&bed.work));
    assert!(bed.last_event().starts_with(&format!("head 7b6d11f9: {BRANCH} at ")));
    let before = bed.events();
    bed.repo.commit("mine", "");
    bed.work.git(["checkout", "-q", "--detach"]);
    bed.work.commit("loose", "");
    assert_eq!(bed.events(), before);

    let bed = Bed::new().hooked(&["post-rewrite"]);
    bed.work.commit("a", "");
    assert_eq!(bed.events(), 1);
    bed.work.git(["commit", "-q", "--amend", "-m", "b"]);
    assert_eq!(recorded(&bed), head(&bed.work));

    let bed = Bed::new().hooked(&["post-merge"]);
    bed.repo.commit("b", "");
    bed.work.git(["merge", "-q", "--ff-only", "main"]);
    assert_eq!(recorded(&bed), head(&bed.work));
}

#[test]
fn the_setting_says_which_trailers_are_added() {
    let bed = Bed::new().hooked(&["prepare-commit-msg"]);
    let assisted = |repo: &Repo| {
        let format = "--format=%(trailers:key=Assisted-by,valueonly)";
        repo.git(["log", "-1", format]).trim().to_owned()
    };
    bed.repo.ao(["set", "7b6d11f9", "agent=claude", "agent_config.model=opus"]).ok();
    bed.repo.config("ao.trailer", "Assisted-by");
    bed.work.commit("a", "");
    assert_eq!((trailers(&bed.work), assisted(&bed.work)), (String::new(), "claude:opus".into()));
    bed.repo.config("ao.trailer", "ao-session, assisted-by");
    bed.work.commit("b", "");
    assert_eq!(
        (trailers(&bed.work), assisted(&bed.work)),
        (id().to_string(), "claude:opus".into())
    );
    bed.repo.config("ao.trailer", "none");
    bed.work.commit("c", "");
    assert_eq!((trailers(&bed.work), assisted(&bed.work)), (String::new(), String::new()));
}

fn trailers(repo: &Repo) -> String {
    repo.git(["log", "-1", "--format=%(trailers:key=Ao-Session,valueonly)"]).trim().to_owned()
}

#[test]
fn a_commit_says_whose_it_is() {
    let bed = Bed::new().hooked(&["prepare-commit-msg"]);
    bed.work.commit("a", "");
    assert_eq!(trailers(&bed.work), id().to_string());
    bed.work.git(["commit", "-q", "--amend", "--no-edit"]);
    assert_eq!(trailers(&bed.work), id().to_string());
    bed.run(&["commit", "-q", "--allow-empty", "-F", "-"])
        .input("subject\n\nbody\n\nSigned-off-by: x\n")
        .run()
        .ok();
    let body = bed.work.git(["log", "-1", "--format=%B"]);
    assert_eq!(body.trim(), format!("subject\n\nbody\n\nSigned-off-by: x\nAo-Session: {}", id()));
    bed.repo.commit("mine", "");
    assert_eq!(trailers(&bed.repo), "");
}

#[test]
fn an_empty_message_is_still_a_wish_to_give_up() {
    same_as_without(&["prepare-commit-msg"], Bed::new, |bed| {
        let template = bed.repo.env().path("template");
        fs::write(&template, "subject\n").unwrap();
        let template = template.to_str().unwrap();
        let run = |args: &[&str]| bed.run(args).env("GIT_EDITOR", "true").run();
        vec![
            run(&["commit", "--allow-empty"]).code(1),
            run(&["commit", "--allow-empty", "-m", ""]).code(1),
            run(&["commit", "--allow-empty", "-t", template]).code(1),
        ]
    });
}

/// A repository with a remote whose own hook, when sessions arrive, waits for a line in the pipe
/// `go` and then writes one into the pipe `done`.
fn with_remote() -> (Bed, Repo) {
    let bed = Bed::new();
    let remote = Repo::init(bed.repo.env(), "one", Combo::BARE);
    bed.repo.git(["remote", "add", "one", remote.dir().to_str().unwrap()]);
    bed.repo.env().run(remote.dir(), "mkfifo", ["go", "done"]).run().ok();
    let wait = "if grep -q refs/ao; then read go <go; fi";
    write_script(&remote.dir().join("hooks/pre-receive"), wait);
    let tell = "if grep -q refs/ao; then echo done >done; fi";
    write_script(&remote.dir().join("hooks/post-receive"), tell);
    (bed, remote)
}

/// Lets the sessions pass, and returns when they have.
fn let_pass(remote: &Repo) {
    fs::write(remote.dir().join("go"), "go\n").unwrap();
    assert_eq!(told(remote), "done\n");
}

/// What the remote's hook writes into `done`.
fn told(remote: &Repo) -> String {
    let (tell, told) = std::sync::mpsc::channel();
    let path = remote.dir().join("done");
    std::thread::spawn(move || tell.send(fs::read_to_string(path).unwrap()).unwrap());
    told.recv_timeout(std::time::Duration::from_secs(60)).expect("the sessions arrive")
}

#[test]
fn sessions_go_along_and_nobody_waits_for_them() {
    let (bed, remote) = with_remote();
    let bed = bed.hooked(&["pre-push"]);
    bed.run(&["push", "-q", "one", BRANCH]).run().ok();
    bed.repo.config("ao.autoPush", "true");
    bed.work.commit("a", "");
    // The remote lets nothing of the sessions pass yet, and this ends nevertheless.
    bed.run(&["push", "-q", "one", BRANCH]).run().ok().stderr_is("");
    assert_eq!(remote.git(["rev-parse", BRANCH]).trim(), head(&bed.work));
    assert_eq!(remote.git(["for-each-ref", "refs/ao"]), "");
    let_pass(&remote);
    assert_eq!(
        remote.git(["rev-parse", "refs/ao/sessions"]),
        bed.repo.git(["rev-parse", "refs/ao/sessions"])
    );
}

#[test]
fn sessions_go_to_no_other_remote() {
    let (bed, one) = with_remote();
    let bed = bed.hooked(&["pre-push"]);
    let two = Repo::init(bed.repo.env(), "two", Combo::BARE);
    bed.repo.git(["remote", "add", "two", two.dir().to_str().unwrap()]);
    bed.repo.config("ao.autoPush", "true");
    bed.run(&["push", "-q", "two", BRANCH]).run().ok();
    bed.repo.config("ao.remote", "one");
    bed.run(&["push", "-q", "two", "HEAD:refs/heads/x"]).run().ok();
    bed.run(&["push", "-q", one.dir().to_str().unwrap(), "HEAD:refs/heads/y"]).run().ok();
    bed.run(&["push", "-q", "one", BRANCH]).run().ok();
    let_pass(&one);
    assert_eq!(two.git(["for-each-ref", "refs/ao"]), "");
}

#[test]
fn a_remote_that_wants_no_sessions_fails_nothing() {
    let refuse = "if grep -q refs/ao; then echo no >done; exit 1; fi";
    let make = || {
        let (bed, remote) = with_remote();
        write_script(&remote.dir().join("hooks/pre-receive"), refuse);
        bed.repo.config("ao.autoPush", "true");
        bed
    };
    let push = |bed: &Bed| vec![bed.run(&["push", "one", BRANCH]).run().ok()];
    let bed = same_as_without(&["pre-push"], make, push);
    let remote = bed.repo.within("../one.git");
    assert_eq!(told(&remote), "no\n");
    assert_eq!(remote.git(["for-each-ref", "refs/ao"]), "");
}
