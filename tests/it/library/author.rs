//! A program that writes for several people.

use git_ao::git::Identity;
use git_ao::model::SessionStatus;
use git_ao::store::{SESSIONS_REF, Store, StoreError, Visibility};

use crate::support::Repo;
use crate::support::sessions::{id, session};

fn person(name: &str) -> Identity {
    Identity::new(name, &format!("{}@example.com", name.to_lowercase())).unwrap()
}

/// The store, with the people of the test's own environment.
fn store(repo: &Repo) -> Store {
    Store::open(repo.dir(), repo.env().environment()).unwrap()
}

fn make(store: &Store, n: u64, author: Option<Identity>) {
    store
        .transaction("spawn", |tx| {
            if let Some(author) = author.clone() {
                tx.set_author(author);
            }
            tx.create(session(n, &format!("Task {n}")))
        })
        .unwrap();
}

#[test]
fn each_event_has_its_author_and_the_committer_stays() {
    let repo = Repo::new();
    let store = store(&repo);
    let committer = repo.git(["var", "GIT_COMMITTER_IDENT"]);
    let committer = committer.rsplit_once("> ").unwrap().0.to_owned() + ">";
    make(&store, 1, Some(person("Zoe")));
    make(&store, 2, Some(person("Größe")));
    make(&store, 3, None);
    let people = repo.git(["log", "--reverse", "--format=%an <%ae>|%cn <%ce>", SESSIONS_REF]);
    let own = repo.git(["var", "GIT_AUTHOR_IDENT"]);
    let own = own.rsplit_once("> ").unwrap().0.to_owned() + ">";
    let expected = ["Zoe <zoe@example.com>", "Größe <größe@example.com>", &own];
    let expected: Vec<_> = expected.iter().map(|author| format!("{author}|{committer}")).collect();
    assert_eq!(people.lines().collect::<Vec<_>>(), expected);
    // What shows authors shows these.
    let log = repo.ao(["log", "--author", "zoe", "--oneline"]).ok().stdout;
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.contains(&id(1).short()), "{log}");
    let listed = repo.ao(["list", "--author", "größe", "--porcelain"]).ok().stdout;
    assert!(listed.starts_with(&id(2).to_string()) && listed.lines().count() == 1, "{listed}");
    repo.ao(["log"]).ok().stdout_has("Author: Zoe <zoe@example.com>");
    repo.git(["fsck", "--strict"]);
}

#[test]
fn both_events_of_one_change_have_it_and_the_next_change_does_not() {
    let repo = Repo::new();
    let both = store(&repo).with_private();
    both.transaction("spawn", |tx| {
        tx.set_author(person("Zoe"));
        tx.create(session(1, "Open"))?;
        tx.create_as(session(2, "Secret"), Visibility::Private)
    })
    .unwrap();
    both.update(id(1), "end", |it| it.status = SessionStatus::Done).unwrap();
    let changes = both.changes(git_ao::store::Tips::default()).unwrap();
    let by_zoe = changes.events.iter().filter(|it| it.author.name == "Zoe");
    let ops: Vec<_> = by_zoe.map(|it| it.message.op.as_str()).collect();
    assert_eq!((ops, changes.events.len()), (vec!["spawn", "spawn"], 3));
}

#[test]
fn a_worker_is_the_author_of_what_it_takes() {
    let repo = Repo::new();
    let store = store(&repo);
    make(&store, 1, None);
    let taken = store.transaction("take", |tx| {
        tx.set_author(person("Worker"));
        Ok::<_, StoreError>(tx.take(git_ao::model::Filter::All, "worker")?.is_some())
    });
    assert!(taken.unwrap().value);
    assert_eq!(repo.git(["log", "-1", "--format=%an", SESSIONS_REF]).trim(), "Worker");
}
