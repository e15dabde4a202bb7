//! Lessons about running agents and putting away.

use git_ao::flow::{reconcile, reconcile_plan};
use git_ao::model::{Placement, SessionStatus, Timestamp};
use git_ao::store::{Clock, Shelf, Store};

use crate::support::Repo;
use crate::support::sessions::{id, session, store};

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
    let at = Some(Timestamp::from_millis(NOW));
    let runtime = Some("tmux".to_owned());
    let placement = Placement { runtime, at, ..Placement::default() };
    new.placements.insert(store.replica().unwrap(), placement);
    assert_eq!(new.status, SessionStatus::Spawning);
    store.create(&new).unwrap();
    for seconds in [0, 60, 170] {
        let done = reconcile(&later(&repo, seconds)).unwrap();
        assert!(done.changed.is_empty() && done.event.is_none(), "{seconds} {:?}", done.changed);
    }
    let plan = reconcile_plan(&later(&repo, 600)).unwrap();
    assert_eq!(plan.changed.len(), 1);
    let done = reconcile(&later(&repo, 600)).unwrap();
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
