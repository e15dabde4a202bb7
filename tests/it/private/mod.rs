//! Sessions that stay in their clone.

mod both;
mod everyday;
mod locked;
mod moves;
mod nothing_leaves;
mod publish;
mod undone;

use git_ao::model::Session;
use git_ao::store::{Store, StoreError, Transaction, Visibility};

use crate::support::Repo;
use crate::support::sessions::{id, store};

/// The store with the private sessions, as the program opens it.
fn both(repo: &Repo) -> Store {
    store(repo).with_private()
}

fn create_private(repo: &Repo, session: &Session) {
    let made =
        both(repo).transaction("spawn", |tx| tx.create_as(session.clone(), Visibility::Private));
    made.unwrap();
}

fn set_visibility(
    n: u64,
    visibility: Visibility,
) -> impl Fn(&mut Transaction<'_>) -> Result<bool, StoreError> {
    move |tx| tx.set_visibility(id(n), visibility)
}

/// Where a session is: in the public store, among the private ones.
fn places(repo: &Repo, n: u64) -> [bool; 2] {
    [store(repo), store(repo).at_ref(git_ao::store::PRIVATE_REF)]
        .map(|store| store.snapshot().unwrap().contains(id(n)).unwrap())
}

/// All files at a ref.
fn files(repo: &Repo, name: &str) -> String {
    repo.git(["ls-tree", "-r", "--name-only", name])
}
