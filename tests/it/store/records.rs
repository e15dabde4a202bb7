//! The stored records: lists of all sessions are the same with them and without.

use std::fs;
use std::io;
use std::path::PathBuf;

use git_ao::model::{Order, Session};
use git_ao::store::{ListedRecord, ListedSession, Query, Shelf, Snapshot, Store};
use git_ao::view::LocalPlacements;
use git_ao::view::json::EntryJson;

use super::index::{Numbers, check, filled, index_file, varied};
use crate::support::sessions::{id, path, plant_record, session, store};
use crate::support::{Repo, TestEnv};

pub(super) fn records_file(repo: &Repo) -> PathBuf {
    repo.common_dir().join("ao/records")
}

/// A record that only YAML can tell, or of which only a part is known.
pub(super) fn odd_record(n: u64) -> String {
    let id = id(n);
    let rest = match n % 6 {
        0 => "context:\n  price: 1.50\n  hex: 0x1F\n",
        1 => "context:\n  tagged: !x 3\n",
        2 => "context:\n  ? [1, 2]\n  : list\n",
        3 => "future: [1, 2]\narchived: maybe\nlive: 3\n",
        4 => "schema: 2\n",
        _ => {
            "title: \"\\u202e \\e[2J \\x7f 👩\"\nplacements:\n  host-1: {}\ncost: {cost_usd: 0.1}\n"
        }
    };
    format!("id: {id}\n{rest}")
}

/// What lists of all sessions are, as JSON and as sessions, and what those of a shelf are.
pub(super) fn whole_lists(store: &Store, snapshot: &Snapshot<'_>, choice: u64) -> Vec<String> {
    let order = ["-updated", "created", "title", "-id"][choice as usize % 4];
    let query = Query::default().sorted(order.parse::<Order>().unwrap());
    let all = query.clone().on([Shelf::Active, Shelf::Archived]);
    let query = if choice < 6 { all } else { query };
    let here = LocalPlacements::of(store);
    let mut lines = vec![format!("whole, {order}:")];
    let text = |text: &mut String, record: ListedRecord<'_>| {
        EntryJson::append(text, record, &here);
        text.push('\n');
    };
    let written = snapshot.write_sessions(query.clone(), text, |text| {
        lines.extend(String::from_utf8(text.to_vec()).unwrap().lines().map(str::to_owned));
        Ok::<_, io::Error>(())
    });
    lines.extend(written.unwrap().iter().map(|unread| format!("{unread:?}")));
    let shown = |listed: ListedSession| format!("{} {:?}", listed.location, listed.session);
    let (sessions, unreadable) = snapshot.map_sessions(query, |it| it.location.id != id(3), shown);
    lines.extend(sessions);
    lines.extend(unreadable.iter().map(|unread| format!("{unread:?}")));
    lines
}

fn list(repo: &Repo) -> Vec<String> {
    let store = store(repo).with_private();
    let snapshot = store.snapshot().unwrap();
    whole_lists(&store, &snapshot, 0)
}

#[test]
fn a_list_of_all_stores_them_and_needs_no_objects_then() {
    let repo = TestEnv::new().repo(crate::support::Combo::PLAIN);
    filled(&repo);
    (0..12).for_each(|n| plant_record(&repo, &path(n), odd_record(n)));
    let without = list(&repo);
    assert!(records_file(&repo).is_file());
    assert_eq!(list(&repo), without);
    assert!(index_file(&repo).is_file(), "the index, too");
    // The objects of those that JSON can tell are not missed.
    let blob = |n: u64| {
        let name = format!("refs/ao/sessions:{}", path(n));
        repo.git(["rev-parse", &name]).trim().to_owned()
    };
    let object = |n| {
        let id = blob(n);
        repo.common_dir().join("objects").join(&id[..2]).join(&id[2..])
    };
    let lose = |n: u64| fs::remove_file(object(n)).is_ok();
    assert!([3, 5, 20, 30, 40].into_iter().filter(|n| lose(*n)).count() > 3);
    assert_eq!(list(&repo), without);
    assert!(lose(1), "one that is read each time");
    assert_ne!(list(&repo), without);
}

#[test]
fn few_changes_are_read_and_many_are_stored() {
    let repo = TestEnv::new().repo(crate::support::Combo::PLAIN);
    let open = filled(&repo);
    list(&repo);
    let file = || fs::read(records_file(&repo)).unwrap();
    let before = file();
    let archive = |from, to| {
        let moved = open
            .transaction("archive", |tx| (from..to).try_for_each(|n| tx.archive(id(n)).map(drop)));
        moved.unwrap();
    };
    archive(0, 9);
    let create = |new: &Session| drop(open.create(new).unwrap());
    (100..163).for_each(|n| create(&varied(n)));
    check(&repo, &open, &mut Numbers(11), "63 new ones");
    list(&repo);
    assert_eq!(file(), before);
    create(&varied(163));
    list(&repo);
    let after = file();
    assert!(after.len() > before.len(), "64 are enough");
    // A list of one shelf keeps those of the other one.
    (200..280).for_each(|n| create(&session(n, "Another")));
    open.snapshot().unwrap().map_sessions(Query::default(), |_| true, drop);
    let later = file();
    assert!(later.len() > after.len());
    list(&repo);
    assert_eq!(file(), later, "nothing is missing");
}

#[test]
fn whoever_does_not_want_a_list_of_all_does_not_store_them() {
    let repo = TestEnv::new().repo(crate::support::Combo::PLAIN);
    let store = filled(&repo);
    for query in [Query::default().at_most(3), git_ao::model::Filter::Ended.into()] {
        store.snapshot().unwrap().query(query);
    }
    store.at_ref("refs/ao/copy").snapshot().unwrap().map_sessions(Query::default(), |_| true, drop);
    assert!(!records_file(&repo).exists());
    let old = store.tip().unwrap().unwrap();
    let old = store.snapshot_at(&old).unwrap();
    old.map_sessions(Query::default(), |_| true, drop);
    assert!(!records_file(&repo).exists(), "an old state is no reason");
}

#[test]
fn a_damaged_record_is_read_from_its_object_and_the_file_is_made_anew() {
    let repo = TestEnv::new().repo(crate::support::Combo::PLAIN);
    filled(&repo);
    let without = list(&repo);
    let whole = fs::read(records_file(&repo)).unwrap();
    for at in [60, whole.len() / 2] {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs::write(records_file(&repo), damaged).unwrap();
        assert_eq!(list(&repo), without);
        assert_eq!(list(&repo), without);
        assert!(fs::read(records_file(&repo)).unwrap() == whole, "byte {at}");
    }
}

#[test]
fn what_a_list_that_was_killed_left_is_replaced() {
    let repo = TestEnv::new().repo(crate::support::Combo::PLAIN);
    filled(&repo);
    let (records, new) = (records_file(&repo), repo.common_dir().join("ao/records.new"));
    let without = list(&repo);
    for in_the_way in ["a file", "a link", "a folder"] {
        fs::remove_file(&records).unwrap();
        let elsewhere = repo.env().path("elsewhere");
        match in_the_way {
            "a file" => fs::write(&new, "half of it").unwrap(),
            "a link" => std::os::unix::fs::symlink(&elsewhere, &new).unwrap(),
            _ => fs::create_dir_all(new.join("in the way")).unwrap(),
        }
        assert_eq!(list(&repo), without);
        let is_in_the_way = in_the_way == "a folder";
        assert_eq!(records.is_file(), !is_in_the_way, "{in_the_way}");
        assert_eq!(new.exists(), is_in_the_way, "{in_the_way}");
        assert!(!elsewhere.exists());
        assert_eq!(list(&repo), without);
    }
}

#[test]
fn a_record_in_two_projects_belongs_to_each_of_them() {
    let repo = TestEnv::new().repo(crate::support::Combo::PLAIN);
    filled(&repo);
    let text = format!("id: {}\ntitle: Twice\n", id(500));
    let elsewhere = path(500).replace("/demo/", "/second/");
    assert_ne!(elsewhere, path(500));
    plant_record(&repo, &path(500), &text);
    plant_record(&repo, &elsewhere, &text);
    let without = list(&repo);
    let twice = |lines: &[String]| {
        let in_project = |name: &str| {
            let name = format!("\"project_id\":\"{name}\"");
            let is_it = |line: &&String| line.contains("Twice") && line.contains(&name);
            lines.iter().filter(is_it).count()
        };
        [in_project("demo"), in_project("second")]
    };
    assert_eq!(twice(&without), [1, 1], "{without:?}");
    assert_eq!(list(&repo), without);
    assert_eq!(list(&repo), without);
}

#[test]
fn selections_of_many_read_them_too() {
    let repo = TestEnv::new().repo(crate::support::Combo::PLAIN);
    let open = filled(&repo);
    list(&repo);
    list(&repo);
    let objects = repo.common_dir().join("objects");
    for n in 0..70 {
        let name = format!(
            "refs/ao/sessions:{}",
            path(n).replace("demo", &varied(n).project_id.to_string())
        );
        let blob = repo.git(["rev-parse", &name]).trim().to_owned();
        fs::remove_file(objects.join(&blob[..2]).join(&blob[2..])).unwrap();
    }
    let titles = Query::default().sorted("title".parse::<Order>().unwrap()).at_most(5);
    let found = open.snapshot().unwrap().query(titles).sessions;
    assert!(found.len() == 5 && found.iter().all(|it| it.session.is_ok()));
}
