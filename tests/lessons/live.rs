//! Lessons about running agents and putting away.

use git_ao::ledger::Clock;
use git_ao::model::{Placement, SessionId, SessionStatus, Timestamp};
use git_ao::ops::Engine;
use git_ao::store::{Shelf, Store};

use crate::support::agents::{STAYS, agent, record, spawn, traces, wait_ended, workspace};
use crate::support::sessions::{id, session, store};
use crate::support::{Combo, Repo, race, tree_of};

const NOW: i64 = 1_800_000_000_000;

/// The store of a repository, so many seconds later.
fn later(repo: &Repo, seconds: i64) -> Store {
    store(repo).with_clock(Clock::new(move || Timestamp::from_millis(NOW + seconds * 1000)))
}

/// A7
#[test]
fn spawning_without_handle_is_not_killed_within_grace() {
    let repo = Repo::new();
    let store = later(&repo, 0);
    let mut new = session(1, "being started");
    let mut placement = Placement::default();
    placement.at = Some(Timestamp::from_millis(NOW));
    placement.runtime = Some("tmux".to_owned());
    new.placements.insert(store.replica().unwrap(), placement);
    assert_eq!(new.status, SessionStatus::Spawning);
    store.create(&new).unwrap();
    for seconds in [0, 60, 170] {
        let done = Engine::new(later(&repo, seconds)).reconcile().unwrap();
        assert!(done.changed.is_empty() && done.event.is_none(), "{seconds} {:?}", done.changed);
    }
    let plan = Engine::new(later(&repo, 600)).reconcile_plan().unwrap();
    assert_eq!(plan.changed.len(), 1);
    let done = Engine::new(later(&repo, 600)).reconcile().unwrap();
    assert!(done.event.is_some());
    let dead = store.snapshot().unwrap().session(id(1)).unwrap();
    assert_eq!(dead.status, SessionStatus::Errored);
    assert_eq!(dead.status_reason.as_deref(), Some("agent_gone"));
}

/// B2
#[test]
fn cleanup_uses_last_update_and_rejects_nonpositive() {
    const DAY: i64 = 24 * 60 * 60;
    let repo = Repo::new();
    let first = later(&repo, 0);
    for n in [1, 2, 3] {
        let mut old = session(n, "old");
        old.status = if n == 3 { SessionStatus::Idle } else { SessionStatus::Done };
        first
            .transaction("spawn", |tx| {
                (old.created_at, old.updated_at) = (tx.now(), tx.now());
                tx.create(old.clone())
            })
            .unwrap();
    }
    // Saved just now, however long ago it was made.
    later(&repo, 31 * DAY).update(id(2), "set", |s| s.add_tag("seen")).unwrap();
    let clean =
        |age: &str| repo.ao_run(["cleanup", "--older-than", age]).at(NOW / 1000 + 31 * DAY).run();
    let ids = |shelf| -> Vec<_> {
        let listed = first.snapshot().unwrap().list(shelf).unwrap();
        listed.iter().map(|listed| listed.location.id).collect()
    };
    for age in ["0d", "-1d", "-30d", "0", "", "soon"] {
        clean(age).code(129);
    }
    clean("31d").ok().stdout_is("nothing to clean up\n");
    assert_eq!(ids(Shelf::Archived), []);
    clean("30d").ok().stdout_has("to the archive");
    assert_eq!(ids(Shelf::Archived), [id(1)]);
    let mut kept = ids(Shelf::Active);
    kept.sort();
    let mut wanted = [id(2), id(3)];
    wanted.sort();
    assert_eq!(kept, wanted);
}

/// D11
#[test]
fn latest_skips_self_and_empty() {
    let repo = Repo::new();
    repo.ao(["show", "latest"]).code(1).stderr_has("refs/ao/sessions");
    let spawn = |title: &str| repo.ao(["spawn", "--no-agent", "--json", title]).ok().json();
    let (older, own) = (spawn("older"), spawn("own"));
    let of = |made: &serde_json::Value| made["session"]["id"].as_str().unwrap().to_owned();
    let latest = |repo: &Repo| {
        let shown = repo.ao(["show", "latest", "--json"]).ok().json();
        shown["session"]["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(latest(&repo), of(&own));
    assert_eq!(latest(&repo.within(own["workspace"].as_str().unwrap())), of(&older));
}

/// A6
#[test]
fn field_update_survives_concurrent_status_poll() {
    const TURNS: usize = 30;
    let repo = Repo::new();
    let made = repo.ao(["spawn", "--no-agent", "--json", "the task"]).ok().json();
    let id = made["session"]["id"].as_str().unwrap();
    let tree = made["workspace"].as_str().unwrap();
    let program = env!("CARGO_BIN_EXE_git-ao");
    // One changes fields; the other gives reconcile something to write each time.
    let sets = format!(
        "for n in $(seq {TURNS}); do '{program}' set {id} tags+=t$n context.n$n=$n || exit; done"
    );
    let polls = format!(
        "for n in $(seq {TURNS}); do git -C '{tree}' commit -q --allow-empty -m $n && \
         '{program}' reconcile || exit; done"
    );
    let scripts = [sets, polls];
    let ends = race(2, |n| repo.env().run(repo.dir(), "sh", ["-c", &scripts[n]]));
    ends.into_iter().for_each(|end| drop(end.ok()));
    let session =
        store(&repo).snapshot().unwrap().session(id.parse::<SessionId>().unwrap()).unwrap();
    assert_eq!(session.tags.len(), TURNS);
    for n in 1..=TURNS {
        assert!(session.tags.contains(&format!("t{n}")), "{n} {:?}", session.tags);
        let value = session.context.get(&format!("n{n}")).and_then(|value| value.as_u64());
        assert_eq!(value, u64::try_from(n).ok());
    }
    let head = repo.within(tree).git(["rev-parse", "HEAD"]);
    assert_eq!(session.head.unwrap().as_str(), head.trim());
    let count = |verb: &str| {
        let grep = format!("--grep=^Ao-Op: {verb}$");
        let count = repo.git(["rev-list", "--count", &grep, "refs/ao/sessions"]);
        count.trim().parse::<usize>().unwrap()
    };
    assert_eq!((count("set"), count("reconcile")), (TURNS, TURNS));
}

/// A record may name any folder; only a worktree of this repository that is marked as the session's
/// is touched.
#[test]
fn a_foreign_workspace_is_never_acted_on() {
    let repo = Repo::new();
    agent(&repo, "mine", STAYS);
    let other = Repo::create(repo.env(), "other", Combo::PLAIN);
    other.write("untracked", "work");
    let home = repo.env().home();
    std::fs::write(home.join("mine"), "mine").unwrap();
    let other_dir = other.dir().to_str().unwrap().to_owned();
    let main = repo.dir().to_str().unwrap().to_owned();
    let places = ["/", "~", "..", "~/..", "/../..", "-x", &other_dir, &main];
    for (n, place) in (1u64..).zip(places) {
        let store = store(&repo);
        let mut session = session(n, "from a teammate");
        session.status = SessionStatus::Done;
        session.agent = Some("mine".to_owned());
        let placement = Placement::in_workspace(place);
        session.placements.insert(store.replica().unwrap(), placement);
        store.create(&session).unwrap();
        let id = id(n).to_string();
        let (trees, files) = (repo.git(["worktree", "list"]), tree_of(other.dir()));
        // What they answer is theirs to say; what matters is what is there afterwards.
        for verb in [&["kill", &id][..], &["kill", "--force", &id], &["reconcile"]] {
            repo.ao(verb);
        }
        let restored = repo.ao(["restore", "--fresh", "--force", "--runtime", "detached", &id]);
        assert_ne!(restored.status, 0, "{place} {restored}");
        repo.ao(["cleanup", "--force", "--branches"]);
        assert_eq!(repo.git(["worktree", "list"]), trees, "{place}");
        files.assert_same(&tree_of(other.dir()));
        assert!(home.join("mine").exists() && repo.dir().join("README").exists(), "{place}");
        assert_eq!(repo.git(["for-each-ref", "refs/ao/backup"]), "", "{place}");
    }
}

#[test]
fn another_agent_takes_over_when_it_is_asked_for() {
    let repo = Repo::new();
    agent(&repo, "first", "exit 0");
    agent(&repo, "second", "exit 0");
    let how = ["--runtime", "detached", "--agent", "first", "--", "the task"];
    let id = spawn(&repo, &how);
    wait_ended(&repo, id);
    let tree = workspace(&repo, id);
    std::fs::remove_file(tree.join("prompt")).unwrap();
    repo.ao(["restore", "--fresh", "--agent", "nobody", &id.to_string()])
        .code(1)
        .stderr_has("nobody");
    assert_eq!(record(&repo, id).agent.as_deref(), Some("first"));
    repo.ao(["restore", "--fresh", "--agent", "second", &id.to_string()]).ok();
    let ended = wait_ended(&repo, id);
    assert_eq!((ended.agent.as_deref(), ended.status), (Some("second"), SessionStatus::Done));
    assert!(tree.join("prompt").exists(), "it was started");
}

#[test]
fn a_prompt_that_is_too_long_is_refused() {
    let repo = Repo::new();
    let before = traces(&repo);
    let run = repo.ao_run(["spawn", "--no-agent", "--file", "-"]).input("x".repeat(5 << 20));
    run.run().code(1).stderr_has("longer than 768 KiB").stderr_has("hint: ");
    assert_eq!(traces(&repo), before);
}

/// B10
#[test]
fn workspace_match_is_canonical() {
    let repo = Repo::new();
    agent(&repo, "mine", "exit 0");
    let link = repo.env().path("link");
    std::os::unix::fs::symlink(repo.env().root(), &link).unwrap();
    // The way to it goes through a link when it is made, and through another one when it is asked.
    repo.config("ao.worktreeDir", link.join("trees").to_str().unwrap());
    let one = spawn(&repo, &["--agent", "mine", "--runtime", "detached", "one"]);
    let other = spawn(&repo, &["--no-agent", "other"]);
    wait_ended(&repo, one);
    let path = workspace(&repo, one).canonicalize().unwrap();
    let through = link.join(path.strip_prefix(repo.env().root().canonicalize().unwrap()).unwrap());
    assert_ne!(through, path);
    let deep = through.join("a/../b");
    std::fs::create_dir_all(path.join("a")).unwrap();
    std::fs::create_dir_all(path.join("b")).unwrap();
    for dir in [&path, &through, &deep] {
        let here = repo.within(dir);
        let listed = here.ao(["list", "--here", "--all", "--json"]).ok();
        listed.stdout_has(&one.to_string()).stdout_lacks(&other.to_string());
        assert!(here.ao(["show", "@", "--json"]).ok().stdout.contains(&one.to_string()));
    }
    let states = repo.ao(["status", "--all", "--json"]).ok();
    assert_eq!(states.stdout.matches("\"state\":\"ready\"").count(), 2, "{states}");
    assert!(
        Engine::new(store(&repo)).reconcile_plan().unwrap().changed.is_empty(),
        "nothing moved"
    );

    // What is not text cannot be written down exactly, so it is not written down at all.
    use std::os::unix::ffi::OsStrExt;
    let odd = repo.env().root().join(std::ffi::OsStr::from_bytes(b"not-\xff-text"));
    std::fs::create_dir(&odd).unwrap();
    let before = traces(&repo);
    let run = repo.ao_run(["spawn", "--no-agent", "x"]).env("GIT_CONFIG_COUNT", "1");
    let run = run.env("GIT_CONFIG_KEY_0", "ao.worktreeDir").env("GIT_CONFIG_VALUE_0", &odd);
    run.run().code(128).stderr_has("UTF-8");
    assert_eq!(traces(&repo), before);
}

/// D16
#[test]
fn push_preview_redacts_known_tokens() {
    let repo = Repo::new();
    let hub = Repo::create(repo.env(), "hub", Combo::BARE);
    repo.git(["remote", "add", "origin", hub.dir().to_str().unwrap()]);
    let token = format!("ghp_{}", "a1B2".repeat(9));
    let task = format!("log in with {token}");
    let id = spawn(&repo, &["--no-worktree", &task]);
    // The title that is made of it names the branch and the event.
    assert_eq!(record(&repo, id).title, "log in with ghp_…");
    let id = id.short();
    repo.ao(["set", &id, &format!("title={task}")]).ok();
    let clean = spawn(&repo, &["--no-worktree", "plain"]).short();
    let out = repo.ao(["push", "--dry-run"]).ok();
    let warning = format!("session {id}: 'task' contains what looks like a secret: GitHub token");
    let out = out.stdout_has("log in with ghp_…").stdout_lacks(&token);
    out.stderr_has(&warning).stderr_lacks(&token).stderr_lacks(&clean);
    repo.ao(["push"])
        .ok()
        .stderr_has("'task' contains what looks like a secret")
        .stderr_lacks(&token);
    // What the remote has is no news; a value that is new is.
    repo.ao(["set", &id, "status=done"]).ok();
    repo.ao(["push"]).ok().stderr_lacks("secret");
    repo.ao(["set", &id, &format!("context.key=gho_{}", "a1B2".repeat(9))]).ok();
    repo.ao(["sync"]).ok().stderr_has("'context' contains what looks like a secret");
}
