//! The dashboard of the examples, which watches other processes.

use std::time::Duration;

use git_ao::ops::Engine;
use git_ao::store::Visibility;

use crate::support::Repo;
use crate::support::sessions::{id, own_store, path, plant_record, session};

#[allow(dead_code)] // its main
#[path = "../../../examples/dashboard.rs"]
mod example;

const MINUTE: Duration = Duration::from_secs(60);

/// Gives what is written to a test that waits for it.
struct Lines(std::sync::mpsc::Sender<String>);

impl std::io::Write for Lines {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.send(String::from_utf8(text.to_vec()).unwrap()).unwrap();
        Ok(text.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn it_shows_what_is_there_and_what_other_processes_write() {
    let repo = Repo::new();
    let store = own_store(&repo).with_private();
    store.create(&session(1, "A \u{1b}[31mred title")).unwrap();
    store
        .transaction("spawn", |tx| tx.create_as(session(2, "Secret"), Visibility::Private))
        .unwrap();
    plant_record(&repo, &path(9), "no: record");
    let engine = Engine::new(store);
    let (one, two, nine) = (id(1).to_string(), id(2).to_string(), id(9).short());
    let (send, lines) = std::sync::mpsc::channel();
    let mut text = String::new();
    std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            example::run(&engine, 4, MINUTE, &mut Lines(send)).map_err(|error| error.to_string())
        });
        // When all three are shown, it watches: what happens from then on is a change.
        while text.matches('\n').count() < 3 {
            text += &lines.recv_timeout(MINUTE).expect("a line within a minute");
        }
        repo.ao(["set", &one, "status=working"]).ok();
        repo.ao(["complete", &one]).ok();
        repo.ao(["set", &two, "title=More"]).ok();
        repo.ao(["delete", &one]).ok();
        text.extend(lines.iter());
        watcher.join().unwrap().unwrap();
    });
    let (one, two) = (id(1).short(), id(2).short());
    let (shown, told) = text.split_at(text.match_indices('\n').nth(2).unwrap().0 + 1);
    let shown: Vec<_> = shown.lines().collect();
    assert!(
        shown.contains(&&*format!("{one}  spawning  agent not_started  A \\x1b[31mred title")),
        "{text}"
    );
    assert!(
        shown.contains(&&*format!("{two}  spawning (private)  agent not_started  Secret")),
        "{text}"
    );
    assert!(shown.iter().any(|line| line.starts_with(&format!("{nine}  corrupt: "))), "{text}");
    for (op, id) in [("set", &one), ("complete", &one), ("set", &two), ("delete", &one)] {
        let begins = format!("Ann Author: {op} {id}");
        let count = told.lines().filter(|line| line.starts_with(&begins)).count();
        assert_eq!(count, 1, "{begins}: {text}");
    }
    assert!(
        told.contains(&format!("  {two}  spawning (private)  agent not_started  More\n")),
        "{text}"
    );
    assert!(told.ends_with("sessions: 1 corrupt, 1 spawning\nchanges: 4 Ann Author\n"), "{text}");
}

#[test]
fn without_a_change_it_ends_when_the_time_is_up() {
    let repo = Repo::new();
    let engine = Engine::new(own_store(&repo));
    let mut out = Vec::new();
    example::run(&engine, 1, Duration::from_millis(1), &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), "sessions: none\nchanges: none\n");
}

#[test]
fn a_rewritten_history_is_told() {
    let repo = Repo::new();
    let store = own_store(&repo);
    store.create(&session(1, "One")).unwrap();
    let snapshot = store.snapshot().unwrap();
    let mut watch = store.watch(&snapshot);
    store.create(&session(2, "Two")).unwrap();
    // What is written after the snapshot is the first thing that the watch tells.
    let changes = watch.poll().unwrap().unwrap();
    assert_eq!((changes.events.len(), changes.sessions[0].key().id), (1, id(2)));
    let engine = Engine::new(store.clone());
    let (send, lines) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| example::run(&engine, 1, MINUTE, &mut Lines(send)).unwrap());
        let mut text = String::new();
        while text.matches('\n').count() < 2 {
            text += &lines.recv_timeout(MINUTE).expect("a line within a minute");
        }
        repo.git(["update-ref", "refs/ao/sessions", "refs/ao/sessions~1"]);
        while !text.contains("the history was rewritten\n") {
            text += &lines.recv_timeout(MINUTE).expect("a line within a minute");
        }
        repo.ao(["set", &id(1).to_string(), "title=More"]).ok();
        text.extend(lines.iter());
        assert!(text.ends_with("sessions: 1 spawning\nchanges: 1 Ann Author\n"), "{text}");
    });
}
