//! Sessions with agents: restoring, starting, ending.

use std::fs;

use git_ao::model::{Session, SessionId, SessionStatus};
use git_ao::store::Shelf;

use crate::support::agents::{
    STAYS, agent, events, handle, record, spawn, tmux, tmux_sessions, traces, wait_ended,
    wait_file, wait_until, wait_working, workspace,
};
use crate::support::sessions::{session, store};
use crate::support::{Combo, Repo, TestEnv, race};

const DETACHED: [&str; 4] = ["--runtime", "detached", "--agent", "mine"];
const TMUX: [&str; 4] = ["--runtime", "tmux", "--agent", "mine"];

fn start(repo: &Repo, how: [&str; 4], task: &str) -> SessionId {
    spawn(repo, &[&how[..], &["--", task]].concat())
}

fn tip(repo: &Repo) -> String {
    repo.git(["rev-parse", "refs/ao/sessions"])
}

/// A repository where tmux cannot be talked to: its socket would be below a file.
fn break_tmux(repo: &Repo) {
    let file = repo.env().path("file");
    fs::write(&file, "").unwrap();
    repo.config("ao.tmuxSocket", file.join("socket").to_str().unwrap());
}

fn mend_tmux(repo: &Repo) {
    repo.git(["config", "--unset", "ao.tmuxSocket"]);
}

/// Takes away what tells of a session's processes.
fn forget_processes(repo: &Repo, id: SessionId) {
    fs::remove_dir_all(repo.common_dir().join("ao/run")).unwrap();
    let forget = |session: &mut Session| {
        session.placements.values_mut().for_each(|here| here.socket = None);
    };
    store(repo).update(id, "test", forget).unwrap();
}

fn kill(repo: &Repo, id: SessionId) {
    repo.ao(["kill", &id.to_string()]).ok();
}

#[test]
fn probe_error_aborts_restore() {
    let repo = Repo::new();
    if tmux(&repo, &["-V"]).is_none() {
        return;
    }
    agent(&repo, "mine", STAYS);
    let id = start(&repo, TMUX, "x");
    wait_working(&repo, id);
    let before = tip(&repo);
    break_tmux(&repo);
    repo.ao(["restore", &id.short()]).code(1).stderr_has("is running");
    assert_eq!(tip(&repo), before);
    // The runtime alone is left to ask, and cannot be.
    forget_processes(&repo, id);
    let before = tip(&repo);
    repo.ao(["restore", &id.short()]).code(128).stderr_has("cannot determine whether");
    assert_eq!(tip(&repo), before);
    mend_tmux(&repo);
    assert_eq!(tmux_sessions(&repo), [handle(&repo, id)]);
    repo.ao(["restore", "--fresh", &id.short()]).code(1).stderr_has("is running");
    kill(&repo, id);
    assert!(tmux_sessions(&repo).is_empty());
}

#[test]
fn dead_agent_in_live_tmux_is_restorable() {
    let repo = Repo::new();
    let keep =
        ["new-session", "-d", "-s", "other", ";", "set-option", "-g", "remain-on-exit", "on"];
    if tmux(&repo, &keep).is_none() {
        return;
    }
    agent(&repo, "mine", "test -e stay && exec sleep 1000; touch stay");
    let id = start(&repo, TMUX, "x");
    wait_ended(&repo, id);
    assert_eq!(tmux_sessions(&repo).len(), 2, "tmux keeps what is left of it");
    repo.ao(["restore", "--fresh", &id.short()]).ok();
    wait_working(&repo, id);
    let mut left = tmux_sessions(&repo);
    left.retain(|name| name != "other");
    assert_eq!(left, [handle(&repo, id)]);
    kill(&repo, id);
    assert_eq!(tmux_sessions(&repo), ["other"]);
}

/// A hook that runs while the worktree is made again, and changes the session.
fn meddle(repo: &Repo, id: SessionId) {
    let ao = env!("CARGO_BIN_EXE_git-ao");
    repo.hook("post-checkout", &format!("'{ao}' fail --force {id} >/dev/null"));
}

#[test]
fn save_failure_rolls_back_runtime() {
    for how in [DETACHED, TMUX] {
        let repo = Repo::new();
        if how == TMUX && tmux(&repo, &["-V"]).is_none() {
            continue;
        }
        agent(&repo, "mine", "test -e stay && exec sleep 1000; exit 0");
        let id = start(&repo, how, "x");
        let ended = wait_ended(&repo, id);
        let path = workspace(&repo, id);
        repo.git(["worktree", "remove", "--force", path.to_str().unwrap()]);
        meddle(&repo, id);
        repo.ao(["restore", "--fresh", &id.short()])
            .code(1)
            .stderr_has("was changed in the meantime");
        let now = record(&repo, id);
        assert_eq!(now.status, SessionStatus::Errored, "only what the hook did is there");
        assert_eq!(now.placements, ended.placements);
        assert!(!path.exists());
        assert!(tmux_sessions(&repo).is_empty());
        assert!(events(&repo)[0].starts_with("fail "), "{:?}", events(&repo));
    }
}

#[test]
fn failed_create_leaves_record_consistent() {
    let repo = Repo::new();
    if tmux(&repo, &["-V"]).is_none() {
        return;
    }
    agent(&repo, "mine", STAYS);
    let id = start(&repo, DETACHED, "x");
    wait_working(&repo, id);
    repo.ao(["complete", &id.short()]).ok();
    let old = handle(&repo, id);
    let pid = old.split_once('@').unwrap().0;
    // What has ended has no files open, also where nobody has collected it.
    let runs = || fs::symlink_metadata(format!("/proc/{pid}/fd/1")).is_ok();
    repo.ao(["restore", "--runtime", "tmux", &id.short()]).code(1).stderr_has("is running");
    assert!(runs(), "what runs is not touched, whatever the record says");
    kill(&repo, id);
    assert!(!runs());
    let before = tip(&repo);
    break_tmux(&repo);
    repo.ao(["restore", "--fresh", "--runtime", "tmux", &id.short()]).code(128);
    assert_eq!(tip(&repo), before);
    mend_tmux(&repo);

    repo.ao(["restore", "--fresh", "--runtime", "tmux", &id.short()]).ok();
    wait_working(&repo, id);
    assert_eq!(tmux_sessions(&repo), [handle(&repo, id)]);
    kill(&repo, id);
}

#[test]
fn restore_sends_the_recorded_prompt() {
    let repo = Repo::new();
    agent(&repo, "mine", "exit 0");
    let prompt = "-x \"double\" 'single' $(touch here)\n\n\tend ü\n";
    let id = start(&repo, DETACHED, prompt);
    wait_ended(&repo, id);
    let file = workspace(&repo, id).join("prompt");
    assert_eq!(fs::read_to_string(&file).unwrap(), prompt);
    fs::remove_file(&file).unwrap();
    repo.ao(["restore", "--fresh", &id.short()]).ok();
    wait_ended(&repo, id);
    assert_eq!(fs::read_to_string(&file).unwrap(), prompt);
}

#[test]
fn fallback_runtime_name_is_unique() {
    let repo = Repo::new();
    if tmux(&repo, &["-V"]).is_none() {
        return;
    }
    agent(&repo, "mine", STAYS);
    let ids = ["1", "2"].map(|end| {
        let id: SessionId = format!("7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4{end}").parse().unwrap();
        let mut it = session(1, "twin");
        it.id = id;
        it.status = SessionStatus::Killed;
        it.agent = Some("mine".to_owned());
        it.branch = Some(format!("twin-{end}"));
        repo.git(["branch", &format!("twin-{end}")]);
        store(&repo).create(&it).unwrap();
        id
    });
    for (i, id) in ids.iter().enumerate() {
        let dir = repo.env().path(format!("trees-{i}"));
        repo.config("ao.worktreeDir", dir.to_str().unwrap());
        repo.ao(["restore", "--fresh", "--runtime", "tmux", &id.to_string()]).ok();
        wait_working(&repo, *id);
    }
    assert_ne!(handle(&repo, ids[0]), handle(&repo, ids[1]));
    assert_eq!(tmux_sessions(&repo).len(), 2);
    kill(&repo, ids[0]);
    assert_eq!(tmux_sessions(&repo), [handle(&repo, ids[1])]);
    kill(&repo, ids[1]);
}

#[test]
fn merged_stays_merged_with_reason() {
    let repo = Repo::new();
    agent(&repo, "mine", "while ! test -e end; do sleep 0.05; done");
    let id = start(&repo, DETACHED, "x");
    wait_working(&repo, id);
    store(&repo)
        .transaction("status", |tx| tx.change_status(id, &SessionStatus::Merged, Some("pr_merged")))
        .unwrap();
    let before = tip(&repo);
    let lock = repo.common_dir().join(format!("ao/run/{id}"));
    fs::write(workspace(&repo, id).join("end"), "").unwrap();
    wait_until(&repo, id, |_| !lock.exists());
    repo.ao(["kill", &id.short()]).ok().stdout_has("has already ended (merged)");
    repo.ao(["restore", "--fresh", &id.short()])
        .code(1)
        .stderr_has("is merged and cannot be restored");
    assert_eq!(tip(&repo), before);
    let it = record(&repo, id);
    assert_eq!(
        (it.status, it.status_reason.as_deref()),
        (SessionStatus::Merged, Some("pr_merged"))
    );

    repo.ao(["restore", "--fresh", "--force", &id.short()]).ok();
    wait_ended(&repo, id);
}

#[test]
fn restore_recreates_worktree_from_branch() {
    let repo = Repo::new();
    agent(&repo, "mine", "git commit -q --allow-empty -m work; exit 0");
    let id = start(&repo, DETACHED, "x");
    let it = wait_ended(&repo, id);
    let (path, branch) = (workspace(&repo, id), it.branch.unwrap());
    let work = repo.git(["rev-parse", &branch]).trim().to_owned();
    assert_eq!(it.head.unwrap().as_str(), work, "the end of the agent records the head");

    repo.git(["worktree", "remove", "--force", path.to_str().unwrap()]);
    repo.ao(["restore", "--fresh", &id.short()]).ok();
    wait_ended(&repo, id);
    let there = repo.within(&path);
    assert_eq!(there.git(["symbolic-ref", "--short", "HEAD"]).trim(), branch);
    assert_eq!(there.git(["rev-parse", "HEAD^"]).trim(), work);

    let work = repo.git(["rev-parse", &branch]).trim().to_owned();
    fs::remove_dir_all(&path).unwrap();
    repo.git(["worktree", "prune"]);
    repo.git(["branch", "-D", &branch]);
    repo.ao(["restore", "--fresh", &id.short()]).ok();
    wait_ended(&repo, id);
    assert_eq!(there.git(["rev-parse", "HEAD^"]).trim(), work);

    fs::remove_dir_all(&path).unwrap();
    fs::write(&path, "a file").unwrap();
    let before = tip(&repo);
    repo.ao(["restore", "--fresh", &id.short()])
        .code(1)
        .stderr_has("worktree missing")
        .stderr_has("not a");
    assert_eq!(tip(&repo), before);
}

#[test]
fn branch_mismatch_is_reported() {
    let repo = Repo::new();
    agent(&repo, "mine", "exit 0");
    let id = start(&repo, DETACHED, "x");
    wait_ended(&repo, id);
    let before = tip(&repo);
    let there = repo.within(workspace(&repo, id));
    repo.git(["branch", "other", repo.git(["commit-tree", "-m", "x", "HEAD^{tree}"]).trim()]);
    there.git(["checkout", "-q", "other"]);
    repo.ao(["restore", "--fresh", &id.short()])
        .code(1)
        .stderr_has("on branch 'other'")
        .stderr_has("--force");
    there.git(["checkout", "-q", "--detach"]);
    repo.ao(["restore", "--fresh", &id.short()]).code(1).stderr_has("on no branch");
    assert_eq!(tip(&repo), before);
    repo.ao(["restore", "--fresh", "--force", &id.short()]).ok();
    wait_ended(&repo, id);
}

#[test]
fn kill_refuses_or_snapshots_dirty_tree() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    let id = start(&repo, DETACHED, "x");
    wait_file(&repo, id, "env");
    wait_working(&repo, id);
    let path = workspace(&repo, id);
    fs::write(path.join("precious"), "work").unwrap();
    kill(&repo, id);
    assert_eq!(fs::read_to_string(path.join("precious")).unwrap(), "work");
    assert_eq!(record(&repo, id).status, SessionStatus::Killed);
}

#[test]
fn runtime_targets_are_exact() {
    let repo = Repo::new();
    if tmux(&repo, &["-V"]).is_none() {
        return;
    }
    agent(&repo, "mine", STAYS);
    let id = start(&repo, TMUX, "x");
    wait_working(&repo, id);
    let ours = handle(&repo, id);
    let longer = format!("{ours}-longer");
    tmux(&repo, &["new-session", "-d", "-s", &longer, "sleep", "1000"]);
    kill(&repo, id);
    assert_eq!(tmux_sessions(&repo).join(" "), longer);
    kill(&repo, id);
    assert_eq!(tmux_sessions(&repo).join(" "), longer);
    // A stranger takes the very name.
    tmux(&repo, &["new-session", "-d", "-s", &ours, "sleep", "1000"]);
    kill(&repo, id);
    assert_eq!(tmux_sessions(&repo), [ours, longer]);
}

#[test]
fn failed_spawn_leaves_nothing() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    repo.config("ao.agent.ghost.command", "no-such-program-anywhere");
    let first = spawn(&repo, &["--no-agent", "first"]);
    let (before, home) = (traces(&repo), workspace(&repo, first));
    let trees = || fs::read_dir(home.parent().unwrap()).unwrap().count();
    let ao = |args: &[&str]| repo.ao([&["spawn"][..], args, &["x"]].concat());
    ao(&["--agent", "ghost"]).code(1).stderr_has("is not installed").stderr_has("--no-agent");
    ao(&["--agent", "claude"]).code(1).stderr_has("there is no 'claude' on PATH");
    ao(&["--agent", "nobody"]).code(1).stderr_has("unknown agent 'nobody'");
    ao(&["--agent", "mine", "--model=-x"]).code(1).stderr_has("invalid model '-x'");
    ao(&["--agent", "mine", "--runtime", "cloud"]).code(129);
    assert_eq!((traces(&repo), trees()), (before.clone(), 1));
    if tmux(&repo, &["-V"]).is_some() {
        break_tmux(&repo);
        ao(&TMUX).code(128);
        mend_tmux(&repo);
        assert!(tmux_sessions(&repo).is_empty());
    }
    assert_eq!((traces(&repo), trees()), (before.clone(), 1));

    // The record is refused when everything else is there.
    repo.ao(["spawn", "--no-agent", "--issue", "42", "x"]).ok();
    let before = traces(&repo);
    let program = env!("CARGO_BIN_EXE_git-ao");
    let steal = format!(
        "unset GIT_DIR\n'{program}' spawn --no-agent --no-worktree --issue 43 y >/dev/null"
    );
    repo.hook("post-checkout", &steal);
    let out = repo.ao([&["spawn"][..], &DETACHED, &["--issue", "43", "x"]].concat());
    out.code(1).stderr_has("already works on issue '43'");
    let lines = |text: &str| text.lines().count();
    assert_eq!(lines(&traces(&repo)), lines(&before) + 1, "only the thief's branch is new");
    assert_eq!(trees(), 2);
}

#[test]
fn spawning_without_handle_is_not_killed_within_grace() {
    let repo = Repo::new();
    agent(&repo, "mine", "exit 0");
    let id = start(&repo, DETACHED, "x");
    wait_ended(&repo, id);
    // Nobody can see it without a handle: the very first event has it.
    let first = repo.git(["log", "--reverse", "--format=%H", "refs/ao/sessions"]);
    let first = first.lines().next().unwrap();
    let path = repo.git(["ls-tree", "-r", "--name-only", first, "sessions/"]);
    let record = repo.git(["show", &format!("{first}:{}", path.trim())]);
    assert!(record.contains("status: spawning\n"), "{record}");
    assert!(record.contains(&handle(&repo, id)), "{record}");
}

#[test]
fn restore_finds_archived_sessions() {
    let repo = Repo::new();
    agent(&repo, "mine", "exit 0");
    let id = start(&repo, DETACHED, "x");
    wait_ended(&repo, id);
    store(&repo).archive(id).unwrap();
    let count = events(&repo).len();
    repo.ao(["restore", "--fresh", &id.short()]).ok();
    wait_ended(&repo, id);
    let found = store(&repo).snapshot().unwrap().find(id).unwrap().unwrap();
    assert_eq!(found.location.shelf, Shelf::Active);
    let new = events(&repo).len() - count;
    assert_eq!(new, 3, "restored and unarchived in one event, worked, ended: {:?}", events(&repo));
}

#[test]
fn kill_of_archived_says_so() {
    let repo = Repo::new();
    let id = spawn(&repo, &["--no-agent", "x"]);
    let ao = |args: &[&str]| repo.ao([args, &[&id.short()]].concat()).ok();
    ao(&["kill", "-m", "enough"]).stdout_has("idle -> killed");
    let it = record(&repo, id);
    assert_eq!((it.status, it.status_reason.as_deref()), (SessionStatus::Killed, Some("enough")));
    let before = tip(&repo);
    ao(&["kill"]).stdout_has("has already ended (killed)");
    assert_eq!(tip(&repo), before);
    store(&repo).archive(id).unwrap();
    ao(&["kill"]).stdout_has("is already archived (killed)");
}

#[test]
fn two_parallel_spawns_of_one_issue_yield_one() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    let all = [&["spawn"][..], &DETACHED, &["--issue", "42", "x"]].concat();
    let ends = race(4, |_| repo.ao_run(&all));
    let won = ends.iter().filter(|end| end.status == 0).count();
    assert_eq!(won, 1, "{ends:#?}");
    for lost in ends.into_iter().filter(|end| end.status != 0) {
        lost.code(1).stderr_has("already works on issue '42'");
    }
    assert_eq!(repo.git(["branch", "--list", "ao/*"]).lines().count(), 1);
    assert_eq!(repo.git(["worktree", "list"]).lines().count(), 2);
    let listed = store(&repo).snapshot().unwrap().list(Shelf::Active).unwrap();
    kill(&repo, listed[0].session.as_ref().unwrap().id);
}

#[test]
fn issue_42_of_another_repo_is_independent() {
    let env = TestEnv::new();
    let one = env.repo(Combo::PLAIN);
    let two = Repo::create(&env, "other", Combo::PLAIN);
    for repo in [&one, &two] {
        repo.ao(["spawn", "--no-agent", "--issue", "42", "x"]).ok();
        repo.ao(["spawn", "--no-agent", "--issue", "42", "x"]).code(1);
        repo.ao(["spawn", "--no-agent", "--issue", "42", "--force", "x"]).ok();
    }
}

#[test]
fn illegal_transitions_rejected() {
    let repo = Repo::new();
    let id = spawn(&repo, &["--no-agent", "x"]);
    let ao = |verb: &str| repo.ao([verb, &id.short()]);
    ao("resume").code(1).stderr_has("is not paused");
    ao("pause").ok().stdout_has("idle -> paused");
    ao("resume").ok().stdout_has("paused -> idle");
    ao("complete").ok().stdout_has("idle -> done");
    let before = tip(&repo);
    ao("complete").ok().stdout_has("already done");
    ao("pause").code(1).stderr_has("'done' is final").stderr_has("git ao restore");
    let restore = format!("hint: to restart it: git ao restore {}", id.short());
    ao("resume").code(1).stderr_has("is not paused: it is done").stderr_has(&restore);
    assert_eq!(tip(&repo), before);
    // How it ended is for a person to say.
    ao("fail").ok().stdout_has("done -> errored");
    ao("complete").ok().stdout_has("errored -> done");
    repo.ao(["fail", "--force", "-m", "was wrong", &id.short()]).ok().stdout_has("done -> errored");
    assert_eq!(record(&repo, id).status_reason.as_deref(), Some("was wrong"));
}
