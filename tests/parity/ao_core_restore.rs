//! Restoring: what comes back, in which order, and what is refused with nothing changed.

use std::fs;

use git_ao::model::{SessionId, SessionStatus};

use crate::support::agents::{
    agent, events, handle, record, spawn, wait_ended, wait_file, wait_until, wait_working,
    workspace,
};
use crate::support::sessions::{session, store};
use crate::support::{Combo, Repo};

const MINE: [&str; 4] = ["--runtime", "detached", "--agent", "mine"];

fn start(repo: &Repo, task: &str) -> SessionId {
    spawn(repo, &[&MINE[..], &["--", task]].concat())
}

/// All that can be told of a session from outside.
fn all(repo: &Repo) -> String {
    repo.git(["rev-parse", "refs/ao/sessions"]) + &repo.git(["worktree", "list", "--porcelain"])
}

#[test]
fn a_terminated_session_comes_back() {
    let repo = Repo::new();
    agent(&repo, "mine", "exec sleep 1000");
    let id = start(&repo, "the task");
    wait_working(&repo, id);
    wait_file(&repo, id, "env");
    let old = handle(&repo, id);
    repo.ao(["kill", &id.short()]).ok();
    assert!(!is_alive(&old));
    for file in ["prompt", "env"] {
        fs::remove_file(workspace(&repo, id).join(file)).unwrap();
    }
    repo.ao(["restore", "--fresh", &id.short()]).ok();
    wait_working(&repo, id);
    // It has read its prompt when it has written this.
    wait_file(&repo, id, "env");
    assert_eq!(wait_file(&repo, id, "prompt"), "the task");
    assert!(handle(&repo, id) != old && is_alive(&handle(&repo, id)));
    let short = id.short();
    let told = events(&repo);
    assert_eq!(told[0], format!("status {short}: spawning -> working"));
    assert!(told[1].starts_with(&format!("restore {short}: killed -> spawning")), "{told:?}");
    repo.ao(["kill", &short]).ok();
}

#[test]
fn without_a_handle_a_name_is_made() {
    let repo = Repo::new();
    agent(&repo, "mine", "exit 0");
    repo.git(["branch", "bare"]);
    let mut it = session(1, "never ran");
    it.status = SessionStatus::Terminated;
    it.agent = Some("mine".to_owned());
    it.task = Some("x".to_owned());
    it.branch = Some("bare".to_owned());
    store(&repo).create(&it).unwrap();
    repo.ao(["restore", "--fresh", "--runtime", "detached", &it.id.short()]).ok();
    wait_ended(&repo, it.id);
    assert!(!handle(&repo, it.id).is_empty());
}

#[test]
fn one_that_says_working_and_is_gone_is_restored() {
    let repo = Repo::new();
    let script = "test -e again && exit 0; echo $$ >again.new; mv again.new again; exec sleep 1000";
    agent(&repo, "mine", script);
    let id = start(&repo, "x");
    wait_working(&repo, id);
    let old = handle(&repo, id);
    let again = workspace(&repo, id).join("again");
    wait_until(&repo, id, |_| again.exists());
    // Both at once, so that nobody can write down how it ended.
    let runner = old.split_once('@').unwrap().0;
    let agent = std::fs::read_to_string(again).unwrap();
    repo.env().run(repo.dir(), "kill", ["-KILL", runner, agent.trim()]).run().ok();
    wait_until(&repo, id, |_| {
        let status = repo.ao(["status", "--json", &id.short()]).ok().json();
        status["sessions"][0]["live"]["agent"] == "gone"
    });
    assert_eq!(record(&repo, id).status, SessionStatus::Working);
    repo.ao(["restore", "--fresh", &id.short()]).ok();
    assert_eq!(wait_ended(&repo, id).status, SessionStatus::Done);
}

#[test]
fn merged_is_not_restorable_unless_forced() {
    let repo = Repo::new();
    agent(&repo, "mine", "exit 0");
    let id = start(&repo, "x");
    wait_ended(&repo, id);
    repo.ao(["set", "--force", &id.short(), "status=merged"]).ok();
    let before = all(&repo);
    repo.ao(["restore", "--fresh", &id.short()]).code(1).stderr_has("cannot be restored");
    assert_eq!(all(&repo), before);
    repo.ao(["restore", "--fresh", "--force", &id.short()]).ok();
    wait_ended(&repo, id);
}

#[test]
fn a_missing_workspace_is_made_again_or_nothing_is_touched() {
    let repo = Repo::new();
    agent(&repo, "mine", "exit 0");
    let id = start(&repo, "x");
    let it = wait_ended(&repo, id);
    let (path, branch) = (workspace(&repo, id), it.branch.unwrap());
    fs::remove_dir_all(&path).unwrap();
    repo.ao(["restore", "--fresh", &id.short()]).ok();
    wait_ended(&repo, id);
    assert!(path.join("prompt").exists());

    // Neither the branch nor a head to make it of.
    fs::remove_dir_all(&path).unwrap();
    repo.git(["worktree", "prune"]);
    repo.git(["branch", "-D", &branch]);
    store(&repo).update(id, "set", |session| (session.head, session.base) = (None, None)).unwrap();
    let before = all(&repo);
    let refused = repo.ao(["restore", "--fresh", &id.short()]);
    refused.code(128).stderr_has(&branch).stderr_has("hint: otherwise create it: git branch");
    assert_eq!(all(&repo), before);
    assert!(!path.exists());
}

#[test]
fn a_directory_that_is_no_worktree_is_named_and_not_touched() {
    let repo = Repo::new();
    agent(&repo, "mine", "exit 0");
    let id = start(&repo, "x");
    wait_ended(&repo, id);
    let path = workspace(&repo, id);
    for (make, named) in [("mkdir", "not a worktree"), ("git init -q", "another repository")] {
        fs::remove_dir_all(&path).unwrap();
        let script = format!("{make} '{}'", path.display());
        repo.env().run(repo.dir(), "sh", ["-c", &script]).run().ok();
        fs::write(path.join("precious"), "").unwrap();
        let before = all(&repo);
        repo.ao(["restore", "--fresh", &id.short()]).code(1).stderr_has(named);
        assert_eq!(all(&repo), before);
        assert!(path.join("precious").exists());
    }
}

#[test]
fn unknown_ambiguous_and_unique_prefixes() {
    let repo = Repo::create(&crate::support::TestEnv::new(), "demo", Combo::PLAIN);
    agent(&repo, "mine", "exit 0");
    let twin = |end: u32| -> SessionId {
        format!("7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4{end}").parse().unwrap()
    };
    for end in [1, 2] {
        let mut it = session(1, "twin");
        (it.id, it.status) = (twin(end), SessionStatus::Done);
        it.agent = Some("mine".to_owned());
        it.task = Some("x".to_owned());
        it.branch = Some(format!("twin-{end}"));
        repo.git(["branch", &format!("twin-{end}")]);
        store(&repo).create(&it).unwrap();
    }
    let before = all(&repo);
    repo.ao(["restore", "--fresh", "ffff"]).code(1).stderr_has("'ffff'");
    repo.ao(["restore", "--fresh", "7b6d11f9"]).code(1).stderr_has("ambiguous").stderr_has("twin");
    assert_eq!(all(&repo), before);
    let unique = twin(2).to_string();
    repo.ao(["restore", "--fresh", "--runtime", "detached", &unique]).ok();
    wait_ended(&repo, twin(2));
    assert_eq!(record(&repo, twin(1)).status, SessionStatus::Done);
}

fn is_alive(handle: &str) -> bool {
    let pid = handle.split_once('@').unwrap().0;
    // What has ended has no files open, also where nobody has collected it.
    fs::symlink_metadata(format!("/proc/{pid}/fd/1")).is_ok()
}
