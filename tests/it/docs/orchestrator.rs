//! The orchestrator of the examples: what it reports, and what git says of it.

use std::collections::HashSet;
use std::path::Path;

use git_ao::git::Environment;
use git_ao::model::SessionStatus;
use git_ao::store::{Shelf, Store};

use crate::support::TestEnv;

#[allow(dead_code)] // its main
#[path = "../../../examples/orchestrator.rs"]
mod example;

#[test]
fn forty_tasks_are_done_once_by_five_workers_in_two_clones() {
    let env = TestEnv::new();
    let folder = env.path("o");
    std::fs::create_dir(&folder).unwrap();
    let report = example::run(&folder).unwrap();
    let git = |dir: &str, args: &[&str]| {
        env.git(&folder.join(dir), args.iter().copied()).run().ok().stdout
    };

    let [north, south, hub] = &report.tips;
    assert!(north.is_some() && north == south && south == hub, "{report:#?}");
    for clone in ["north", "south", "hub.git"] {
        let tip = git(clone, &["rev-parse", "refs/ao/sessions"]);
        assert_eq!(Some(tip.trim()), north.as_ref().map(|tip| tip.as_str()), "{clone}");
        assert_eq!(git(clone, &["worktree", "list"]).lines().count(), 1, "{clone}");
    }
    let count = |op: &str| report.events.get(op).copied().unwrap_or_default();
    assert_eq!((count("take"), count("start"), count("fork")), (40, 40, 8), "{report:#?}");
    // Ten hang and ten fail; each is tried again until it is done.
    assert!(count("kill") >= 10 && count("restore") >= 20, "{report:#?}");

    let store = Store::open(folder.join("hub.git"), Environment::inherited()).unwrap();
    let snapshot = store.snapshot().unwrap();
    let sessions = snapshot.list(Shelf::Active).unwrap();
    let sessions: Vec<_> = sessions.into_iter().map(|listed| listed.session.unwrap()).collect();
    assert_eq!(sessions.len(), 48);
    for session in &sessions {
        assert_eq!(session.status, SessionStatus::Done, "{}", session.title);
        let branch = session.branch.as_deref().unwrap();
        let made = git("hub.git", &["log", "--format=%s", &format!("main..{branch}")]);
        let own = made.lines().filter(|line| **line == *session.title).count();
        assert_eq!(own, 1, "{}: {made}", session.title);
    }
    let takes = git("north", &["log", "--format=%s", "refs/ao/sessions"]);
    let takes: Vec<_> = takes.lines().filter(|line| line.starts_with("take ")).collect();
    let different: HashSet<_> = takes.iter().map(|line| line.split([' ', ':']).nth(1)).collect();
    assert_eq!((takes.len(), different.len()), (40, 40));
    // Nothing holds the folder any more.
    let is_inside = |cwd: &Path| cwd.starts_with(&folder);
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let left = processes
        .filter(|it| std::fs::read_link(it.path().join("cwd")).is_ok_and(|cwd| is_inside(&cwd)));
    assert_eq!(left.count(), 0);
}
