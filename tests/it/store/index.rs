//! The index and the stored records: whatever happens to the store and to their files, the answers are
//! those without them.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use git_ao::model::{
    Field, Filter, Fork, Handle, Moment, Order, Placement, Session, SessionStatus,
};
use git_ao::store::{
    Context, Histories, ListedSession, MergeMode, Query, SESSIONS_REF, Shelf, Store, Visibility,
};

use super::records::{odd_record, records_file, whole_lists};
use crate::support::sessions::{id, path, plant, plant_record, project, session, store, with};
use crate::support::{Combo, Kind, Objects, Refs, Repo, TestEnv};

/// A ref that the index does not know: what is asked of it is answered without.
const COPY: &str = "refs/ao/copy";

/// As many sessions as it takes to have an index.
const MANY: u64 = 70;

pub(super) fn index_file(repo: &Repo) -> PathBuf {
    repo.common_dir().join("ao/index")
}

/// Numbers that look random, the same each time.
pub(super) struct Numbers(pub u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn choice(&mut self, count: usize) -> usize {
        usize::try_from(self.below(count as u64)).unwrap()
    }
}

/// The `n`th session, of which some have each field.
pub(super) fn varied(n: u64) -> Session {
    let mut one = session(n, &format!("Task {}", n % 7));
    if n % 10 == 9 {
        one.project_id = project("second");
    }
    one.status = SessionStatus::ALL[usize::try_from(n).unwrap() % SessionStatus::ALL.len()].clone();
    one.agent = n.is_multiple_of(3).then(|| "claude".to_owned());
    one.branch = n.is_multiple_of(2).then(|| format!("topic/{}", n % 20));
    one.issue_id = n.is_multiple_of(5).then(|| (n % 15).to_string());
    one.pr_number = n.is_multiple_of(6).then_some(n % 18);
    one.pr_url = n.is_multiple_of(6).then(|| format!("https://example.org/pull/{}", n % 18));
    one.fork = (n % 8 == 1).then(|| Fork::new(id(n / 8)));
    one.spawned_by = (n % 9 == 2).then(|| id(n / 9));
    one.tags = (0..n % 4).map(|tag| format!("tag-{tag}")).collect();
    if n % 11 == 3 {
        one.placements.insert("host-1".to_owned(), Placement::in_workspace(format!("~/w/{n}")));
    }
    one.task = n.is_multiple_of(4).then(|| format!("Do number {n}"));
    one
}

pub(super) fn filled(repo: &Repo) -> Store {
    let store = store(repo).with_private();
    let made = store.transaction("spawn", |tx| (0..MANY).try_for_each(|n| tx.create(varied(n))));
    made.unwrap();
    store
}

fn filters() -> Vec<Filter> {
    let is = |field, text: &str| Filter::Is(field, text.to_owned());
    let contains = |field, text: &str| Filter::Contains(field, text.to_owned());
    let time = session(MANY / 2, "").created_at;
    let mut filters =
        vec![Filter::All, Filter::Ended, Filter::Forked, Filter::HasParent, Filter::Archived];
    for (field, text) in [
        (Field::Status, "idle"),
        (Field::Status, "odd"),
        (Field::Status, "corrupt"),
        (Field::Kind, "task"),
        (Field::Title, "Task 3"),
        (Field::Task, "Do number 8"),
        (Field::Text, "Task 1"),
        (Field::Agent, "claude"),
        (Field::Branch, "topic/4"),
        (Field::Issue, "10"),
        (Field::Pr, "12"),
        (Field::Pr, "https://example.org/pull/6"),
        (Field::Project, "demo"),
        (Field::Project, "second"),
        (Field::Project, "none"),
        (Field::Tag, "tag-2"),
        (Field::Replica, "elsewhere"),
    ] {
        let part = &text[text.len().min(2) - 1..];
        filters.extend([is(field, text), !is(field, text), contains(field, part)]);
    }
    let parent = id(4).to_string();
    filters.extend([
        is(Field::Parent, &parent),
        is(Field::Parent, &parent[..6]),
        is(Field::Id, &parent),
    ]);
    for moment in [Moment::Created, Moment::Updated] {
        filters.extend([Filter::Before(moment, time), Filter::After(moment, time)]);
    }
    filters.push(
        is(Field::Tag, "tag-1").and(!Filter::Ended).and(Filter::HasParent.or(Filter::Forked)),
    );
    filters
}

/// What a reader is told, as text: of some questions, since each reads all records where there is no
/// index.
fn answers(store: &Store, mut numbers: Numbers) -> Vec<String> {
    let snapshot = store.snapshot().unwrap();
    let mut answers = Vec::new();
    let shown = |listed: &ListedSession| match &listed.session {
        Ok(it) => format!("{} {} {} {}", listed.location, it.status, it.title, it.updated_at),
        Err(problem) => format!("{}: {problem}", listed.location),
    };
    let mut list = |what: &str, query: Query| {
        let sessions: Vec<_> = snapshot.query(query).sessions.iter().map(shown).collect();
        answers.push(format!("{what}: {}", sessions.join(", ")));
    };
    let mut asked = filters();
    asked.retain(|_| numbers.below(8) == 0);
    for filter in asked {
        let query = Query::new(filter.clone());
        match numbers.below(2) {
            0 => list(&format!("{filter:?}"), query.on([Shelf::Active, Shelf::Archived])),
            _ => list(&format!("3 of {filter:?}"), query.at_most(3)),
        }
    }
    let order = ["updated", "-updated", "created", "-id", "title", "-branch"][numbers.choice(6)];
    let query = Query::default().sorted(order.parse::<Order>().unwrap());
    list(order, query.clone().at_most(5));
    list(order, query.on([Shelf::Archived]).at_most(5));
    let handles = ["latest", "topic/4", "topic/6", "issue:10", "pr:12", "10"];
    for text in [handles[0], handles[numbers.choice(handles.len())]] {
        let found = snapshot.resolve(&Handle::parse(text), &Context::default());
        let found = found.map(|entry| entry.location.to_string());
        answers.push(format!("{text}: {}", found.unwrap_or_else(|error| error.to_string())));
    }
    let children = snapshot.children(id(numbers.below(6))).unwrap();
    let children: Vec<_> = children.iter().map(|child| child.id).collect();
    answers.push(format!("children: {children:?}"));
    answers.extend(whole_lists(store, &snapshot, numbers.below(8)));
    // The name of the ref is part of some answers.
    answers.iter().map(|answer| answer.replace(store.ref_name(), "")).collect()
}

/// Compares the answers of those who have the index, in memory and in the file, with those without.
pub(super) fn check(repo: &Repo, long: &Store, numbers: &mut Numbers, what: &str) {
    let seed = numbers.below(1_000_000);
    let answers = |store: &Store| answers(store, Numbers(seed));
    repo.git(["update-ref", COPY, SESSIONS_REF]);
    let without = answers(&store(repo).at_ref(COPY).with_private());
    for (who, with) in [
        ("the one that was open", answers(long)),
        ("a new one", answers(&store(repo).with_private())),
    ] {
        for (with, without) in with.iter().zip(&without) {
            assert_eq!(with, without, "{who}, after {what}");
        }
    }
}

/// A repository, with files that could get in the place of its own.
struct Bed {
    repo: Repo,
    /// The index and the stored records, with whole ones: those of another repository with the same
    /// sessions in other states, and old ones.
    files: [(PathBuf, Vec<Vec<u8>>); 2],
}

fn damage(files: &mut [(PathBuf, Vec<Vec<u8>>); 2], numbers: &mut Numbers) -> String {
    let (file, others) = &mut files[numbers.choice(2)];
    let name = file.file_name().unwrap().to_str().unwrap();
    let Ok(mut bytes) = fs::read(&file) else { return format!("no {name} to damage") };
    others.push(bytes.clone());
    let at = numbers.choice(bytes.len());
    let what = match numbers.below(6) {
        0 => {
            bytes[at] ^= 1 << numbers.below(8);
            format!("a flip in byte {at}")
        }
        1 => {
            bytes.truncate(at);
            format!("a cut at {at}")
        }
        2 => {
            // A version that does not exist yet.
            bytes[8] = 9;
            "a newer version".to_owned()
        }
        3 => {
            bytes = b"something else".to_vec();
            "another file".to_owned()
        }
        _ => {
            let which = numbers.choice(others.len());
            bytes.clone_from(&others[which]);
            format!("number {which} of another repository or time")
        }
    };
    fs::write(&file, bytes).unwrap();
    format!("{what} in {name}")
}

/// Does one thing that changes the store, or the file of the index.
fn step(bed: &mut Bed, store: &Store, numbers: &mut Numbers, next: &mut u64) -> String {
    let repo = &bed.repo;
    let n = numbers.below(*next);
    let ignore = |what: &str, done: Result<(), git_ao::store::StoreError>| match done {
        Ok(()) => format!("{what} {n}"),
        Err(error) => format!("{what} {n}, refused: {error}"),
    };
    match numbers.below(18) {
        0 | 1 => {
            let other = varied(numbers.below(1000));
            let changed = store.update_unchecked(id(n), "set", |it| {
                let (id, project_id, created_at) = (it.id, it.project_id.clone(), it.created_at);
                *it = other.clone();
                (it.id, it.project_id, it.created_at) = (id, project_id, created_at);
            });
            ignore("set", changed.map(drop))
        }
        2 => ignore(
            "status",
            store.update_unchecked(id(n), "set", |it| it.status = "odd".into()).map(drop),
        ),
        3 => ignore("delete", store.transaction("delete", |tx| tx.delete(id(n))).map(drop)),
        4 => ignore("archive", store.transaction("archive", |tx| tx.archive(id(n))).map(drop)),
        5 => {
            ignore("unarchive", store.transaction("unarchive", |tx| tx.unarchive(id(n))).map(drop))
        }
        6 => {
            *next += 1;
            ignore("create", store.create(&varied(*next - 1)).map(drop))
        }
        7 => {
            let back = format!("{SESSIONS_REF}~{}", 1 + numbers.below(4));
            repo.git_result(["update-ref", SESSIONS_REF, &back]);
            format!("a reset to {back}")
        }
        8 => {
            let file = &bed.files[numbers.choice(2)].0;
            let _ = fs::remove_file(file);
            format!("removing {file:?}")
        }
        9 | 10 => damage(&mut bed.files, numbers),
        11 => {
            // Another clone starts from the same state.
            repo.git(["update-ref", "refs/ao/theirs", SESSIONS_REF]);
            let theirs = store.at_ref("refs/ao/theirs");
            let _ = theirs.transaction("archive", |tx| tx.archive(id(n)));
            let _ = theirs.create(&varied(*next));
            let _ = store.create(&varied(*next + 1));
            *next += 2;
            let tip = theirs.tip().unwrap().unwrap();
            let merged = store.merge_tip(&tip, MergeMode::Converge, Histories::Related);
            ignore("merge", merged.map(drop))
        }
        12 => {
            let private = Visibility::Private;
            let changed = store.transaction("set", |tx| tx.set_visibility(id(n), private));
            ignore("private", changed.map(drop))
        }
        13 => {
            let stray = path(n).replace(".yaml", ".txt");
            plant(repo, &[("100644", &stray, "not a record")]);
            format!("a stray file beside record {n}")
        }
        14 => {
            // More than are read one by one.
            let changed = store.transaction("set", |tx| {
                let all = tx.sessions()?;
                all.iter().try_for_each(|it| {
                    tx.update(it.id, |it| {
                        it.title = format!("All {n}");
                        Ok::<_, git_ao::store::StoreError>(())
                    })
                    .map(drop)
                })
            });
            ignore("set all to", changed.map(drop))
        }
        15 | 16 => {
            plant_record(repo, &path(n), odd_record(n));
            format!("an odd record {n}")
        }
        _ => {
            plant_record(repo, &path(n), "no: [record");
            format!("a corrupt record {n}")
        }
    }
}

fn history(seed: u64, combo: Combo) {
    if !Refs::can_be_chosen() && combo.refs == Refs::Reftable {
        return;
    }
    let repo = TestEnv::new().repo(combo);
    let store = filled(&repo);
    let (mut numbers, mut next) = (Numbers(seed), MANY);
    check(&repo, &store, &mut numbers, "the beginning");
    // A query that may select all sessions has no use for an index.
    let few = Query::default().at_most(1);
    store.snapshot().unwrap().query(few);
    assert!(index_file(&repo).is_file(), "there is an index");
    store.snapshot().unwrap().map_sessions(Query::default(), |_| true, drop);
    assert!(records_file(&repo).is_file(), "there are stored records");
    let [index, records] = files_of_another(combo);
    let files = [(index_file(&repo), vec![index]), (records_file(&repo), vec![records])];
    let mut bed = Bed { repo, files };
    for _ in 0..7 {
        let mut done = Vec::new();
        for _ in 0..=numbers.below(4) {
            done.push(step(&mut bed, &store, &mut numbers, &mut next));
        }
        check(&bed.repo, &store, &mut numbers, &format!("{}, seed {seed}", done.join(", ")));
    }
}

/// The index and the stored records of a repository whose sessions have the ids of [`filled`], but
/// nothing else of them.
fn files_of_another(combo: Combo) -> [Vec<u8>; 2] {
    let repo = TestEnv::new().repo(combo);
    let store = store(&repo);
    let made = store.transaction("spawn", |tx| {
        (0..MANY).try_for_each(|n| {
            let place = varied(n);
            tx.create(with(&varied(n + 501), |it| {
                (it.id, it.project_id) = (place.id, place.project_id.clone());
            }))
        })
    });
    made.unwrap();
    store.snapshot().unwrap().query(Query::default().at_most(1));
    store.snapshot().unwrap().map_sessions(Query::default(), |_| true, drop);
    [index_file(&repo), records_file(&repo)].map(|file| fs::read(file).unwrap())
}

#[test]
fn the_answers_are_those_without_it() {
    history(1, Combo::PLAIN);
}

#[test]
fn the_answers_are_those_without_it_in_a_linked_worktree() {
    history(22, Combo { refs: Refs::Reftable, ..Combo::LINKED });
}

#[test]
fn the_answers_are_those_without_it_with_sha256() {
    history(333, Combo { objects: Objects::Sha256, ..Combo::PLAIN });
}

#[test]
fn the_answers_are_those_without_it_with_sha256_and_reftable() {
    history(4444, Combo { kind: Kind::Bare, objects: Objects::Sha256, refs: Refs::Reftable });
}

#[test]
fn a_queue_is_served_in_the_same_order_and_keeps_the_index() {
    let repo = Repo::new();
    let store = filled(&repo);
    let waiting = Filter::Is(Field::Agent, "claude".to_owned());
    let expected = |store: &Store| {
        let sessions = store.snapshot().unwrap().list(Shelf::Active).unwrap().into_iter();
        let waits = |it: &Session| {
            it.agent.is_some() && !it.status.is_terminal() && it.status != SessionStatus::Working
        };
        let sessions = sessions.filter_map(|listed| listed.session.ok()).filter(waits);
        sessions.min_by_key(|it| (it.created_at, it.id)).map(|it| it.id)
    };
    let mut count = 0;
    while let Some(next) = expected(&store) {
        let taken = store.take(&waiting, "worker").unwrap();
        assert_eq!(taken.map(|it| it.id), Some(next), "number {count}");
        count += 1;
    }
    assert!(count > 10, "{count}");
    assert_eq!(store.take(&waiting, "worker").unwrap(), None);
    assert!(index_file(&repo).is_file(), "there is an index");
}

#[test]
fn a_store_with_few_sessions_has_none() {
    let repo = Repo::new();
    let store = store(&repo);
    store.create(&session(1, "One")).unwrap();
    assert_eq!(store.snapshot().unwrap().query(Query::default().at_most(1)).sessions.len(), 1);
    assert!(!index_file(&repo).exists());
}

#[test]
fn an_index_that_cannot_be_written_is_no_error() {
    let repo = Repo::new();
    let store = filled(&repo);
    // A folder in its place can be neither read nor replaced, whoever tries.
    fs::create_dir_all(index_file(&repo).join("in the way")).unwrap();
    let mut numbers = Numbers(4);
    check(&repo, &store, &mut numbers, "a folder in its place");
    fs::remove_dir_all(index_file(&repo)).unwrap();
    // Nor is it, if another process is just writing it.
    let _writing = store.repository().lock_named("index.lock", Duration::ZERO).unwrap();
    let other = crate::support::sessions::store(&repo).with_private();
    check(&repo, &other, &mut numbers, "a lock");
    assert!(!index_file(&repo).exists());
}

#[test]
fn replaced_records_are_shown_as_git_shows_them() {
    let repo = Repo::new();
    let first = filled(&repo);
    first.snapshot().unwrap().query(Query::default().at_most(1));
    let blob =
        |n| repo.git(["rev-parse", &format!("{SESSIONS_REF}:{}", path(n))]).trim().to_owned();
    let changed = repo.git(["cat-file", "blob", &blob(4)]).replace("topic/4", "topic/replaced");
    let new =
        repo.env().git(repo.dir(), ["hash-object", "-w", "--stdin"]).input(changed).run().ok();
    repo.git(["replace", &blob(4), new.stdout.trim()]);
    let branch = Filter::Is(Field::Branch, "topic/replaced".to_owned());
    let found = store(&repo).snapshot().unwrap().query(branch);
    assert_eq!(found.sessions.iter().map(|it| it.location.id).collect::<Vec<_>>(), [id(4)]);
}

#[test]
fn whoever_writes_sees_it_while_others_write() {
    let repo = Repo::new();
    let shared = filled(&repo);
    std::thread::scope(|scope| {
        for thread in 0..6 {
            // Half of them share what is in memory; the others have the file alone.
            let own = if thread % 2 == 0 { shared.clone() } else { store(&repo).with_private() };
            scope.spawn(move || {
                for step in 0..8 {
                    let mut new = varied(1000 + 100 * thread + step);
                    new.branch = Some(format!("topic/of-{thread}-{step}"));
                    own.create(&new).unwrap();
                    let branch = Filter::Is(Field::Branch, new.branch.clone().unwrap());
                    let found = own.snapshot().unwrap().query(branch).sessions;
                    let found: Vec<_> = found.iter().map(|it| it.location.id).collect();
                    assert_eq!(found, [new.id], "thread {thread}, step {step}");
                }
            });
        }
    });
    check(&repo, &shared, &mut Numbers(5), "six threads");
}
