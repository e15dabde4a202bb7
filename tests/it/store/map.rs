//! What is made of sessions one by one is the same as what is made of a list of them.

use git_ao::model::{Filter, Order};
use git_ao::store::{ListedSession, Query, Shelf, Store, Visibility};

use crate::support::sessions::{id, path, plant_record, session, store};
use crate::support::{Combo, Repo, TestEnv};

/// Enough for several threads, and several shares of each.
const MANY: u64 = 1_200;

/// A store with archived, private and corrupt records.
fn filled(repo: &Repo) -> Store {
    let store = store(repo).with_private();
    let made = store.transaction("spawn", |tx| {
        (0..MANY).try_for_each(|n| {
            let mut one = session(n * 7919 % MANY, &format!("Task {}", n % 13));
            one.branch = n.is_multiple_of(3).then(|| format!("topic/{}", n % 20));
            one.context.insert("priority", n % 5);
            match n * 7919 % MANY {
                400 | 500 => tx.create_as(one, Visibility::Private),
                _ => tx.create(one),
            }
        })
    });
    made.unwrap();
    store
        .transaction("archive", |tx| (0..200).try_for_each(|n| tx.archive(id(n)).map(drop)))
        .unwrap();
    for n in [300, 301, 302] {
        plant_record(repo, &path(n), "title: [\n");
    }
    store
}

fn shown(listed: &ListedSession) -> String {
    format!("{} {:?}", listed.location, listed.session)
}

#[test]
fn sessions_are_mapped_in_the_order_of_the_query() {
    let env = TestEnv::new();
    let repo = env.repo(Combo::PLAIN);
    let store = filled(&repo);
    let snapshot = store.snapshot().unwrap();
    for order in ["-updated", "created", "title", "-branch", "context.priority", "-id", "status"] {
        let order: Order = order.parse().unwrap();
        for filter in [Filter::All, Filter::Archived] {
            let query =
                Query::new(filter).on([Shelf::Active, Shelf::Archived]).sorted(order.clone());
            let keep = |listed: &ListedSession| listed.location.id != id(600);
            let listed = snapshot.query_where(&query, keep).sessions;
            let expected: Vec<_> = listed.iter().map(shown).collect();
            let make = |listed: ListedSession| shown(&listed);
            let (made, unreadable) = snapshot.map_sessions(&query, keep, make);
            assert_eq!((made, unreadable.len()), (expected, 0), "{query:?}");
        }
    }
}
