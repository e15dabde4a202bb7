//! 500 histories of every kind, in which no commit and no line is said to come from a wrong session.

mod edits;
mod generate;
mod work;
mod write;

use std::collections::{BTreeSet, HashMap};

use git_ao::model::{Base, Landed, Oid, Session, SessionId, Timestamp};
use git_ao::ops::{BlameArgs, Engine, Provenance};
use git_ao::store::{Store, StoreError};

use self::generate::{Plan, World};
use crate::support::sessions::{self, own_store};
use crate::support::{Combo, Repo, TestEnv};

/// How many histories are in one repository: each is a danger for all others.
const TOGETHER: u64 = 100;

fn id(session: usize) -> SessionId {
    sessions::id(session as u64)
}

/// The record of a session, with the head of one of its states.
fn record(number: usize, plan: &Plan, (onto, head): (Option<u32>, u32), oids: &Oids) -> Session {
    let now = Timestamp::from_millis(1000 * plan.created);
    let mut session = Session::new(id(number), sessions::project("demo"), now);
    session.title = format!("Session {number}");
    let mut base = Base::default();
    base.commit = Some(oids[&plan.start].clone());
    base.onto = onto.map(|onto| oids[&onto].clone());
    (session.base, session.head) = (Some(base), Some(oids[&head].clone()));
    session.pr_number = plan.pr_number;
    let landed = plan.landed.map(|commit| oids[&commit].clone());
    session.landed = landed.map(|commit| Landed::new(commit, "main", "squash"));
    session
}

/// The commits by their marks.
type Oids = HashMap<u32, Oid>;

/// Writes all states that the records had, as the program does.
fn write_records(store: &Store, plans: &[Plan], oids: &Oids) {
    let most = plans.iter().map(|plan| plan.states.len()).max().unwrap();
    for turn in 0..most {
        let there = plans.iter().enumerate().filter(|(_, plan)| turn < plan.states.len());
        let records: Vec<Session> =
            there.map(|(number, plan)| record(number, plan, plan.states[turn], oids)).collect();
        let written = store.transaction("set", |tx| {
            for record in &records {
                match turn {
                    0 => tx.create(record.clone())?,
                    _ => tx.update(record.id, |session| {
                        session.clone_from(record);
                        Ok::<_, StoreError>(())
                    })?,
                }
            }
            Ok::<_, StoreError>(())
        });
        written.unwrap();
        let heads = records.iter().map(|record| (record.id, record.head.as_ref().unwrap()));
        store.keep_heads(heads).unwrap();
    }
}

fn said(found: &[Provenance]) -> BTreeSet<SessionId> {
    found.iter().map(|one| one.id).collect()
}

fn no_wrong_session(seed: u64) {
    let repo = TestEnv::new().repo(Combo::PLAIN);
    let world = World::generate(seed, TOGETHER);
    let oids = write::import(&repo, &world.stream);
    let store = own_store(&repo);
    write_records(&store, &world.plans, &oids);
    let pair = |(old, new): &(u32, u32)| format!("{} {}\n", oids[old], oids[new]);
    let rewrites: String = world.rewrites.iter().map(pair).collect();
    std::fs::write(store.repository().ao_dir().join("rewrites"), rewrites).unwrap();

    let engine = Engine::new(store);
    let all: Vec<Oid> = world.truths.iter().map(|truth| oids[&truth.commit].clone()).collect();
    let answers = engine.why_each(&all).unwrap();
    let mut met: HashMap<&str, usize> = HashMap::new();
    for (truth, commit) in world.truths.iter().zip(&all) {
        let found = answers.get(commit).map(Vec::as_slice).unwrap_or_default();
        let truly: BTreeSet<_> = truth.sessions.iter().map(|number| id(*number)).collect();
        let about = || format!("{}: {commit} of {truly:?}: {found:#?}", truth.what);
        assert!(said(found).is_subset(&truly), "a wrong session; {}", about());
        if let Some(evidence) = truth.evidence {
            assert!(found.iter().any(|one| one.evidence.as_str() == evidence), "{}", about());
        }
        *met.entry(truth.what).or_default() += 1;
    }
    // Each alone is answered in the same way.
    for commit in all.iter().step_by(397) {
        let alone = engine.why(commit).unwrap();
        let found = answers.get(commit).map(Vec::as_slice).unwrap_or_default();
        assert_eq!(said(&alone), said(found), "{commit}");
    }
    let tips = world.tips.iter().enumerate().step_by(8);
    let seen = tips.map(|tip| lines_are_right(&repo, &engine, &world, tip));
    let (found, likely) = seen.fold((0, 0), |all, it| (all.0 + it.0, all.1 + it.1));
    assert!(found > 0 && likely > 0, "{found} lines of sessions, {likely} only likely");
    for what in generate::KINDS {
        assert!(met.get(what).is_some_and(|count| *count > 0), "{what}: {met:?}");
    }
}

/// Returns how many lines come from sessions, and how many of them are only likely.
fn lines_are_right(
    repo: &Repo,
    engine: &Engine,
    world: &World,
    (number, path): (usize, &String),
) -> (usize, usize) {
    let operands = [format!("main{number}"), "--".to_owned(), path.clone()];
    let args = BlameArgs::new(Vec::new(), operands.map(Into::into).into());
    let blame = engine.blame(&args.in_folder(repo.dir())).unwrap();
    let mut seen = (0, 0);
    for line in &blame.lines {
        let text = String::from_utf8_lossy(&line.text).into_owned();
        let truly: BTreeSet<_> = match world.writers.get(&text) {
            Some(writers) => writers.iter().flatten().map(|number| id(*number)).collect(),
            None => BTreeSet::new(),
        };
        let found = blame.found(line);
        // All lines of a squash or a merge are said to come from its sessions.
        seen.0 += usize::from(!found.is_empty());
        if let Some(likely) = &line.likely {
            seen.1 += 1;
            assert!(truly.contains(&likely.id), "{number} {text:?}: {truly:?}, not {found:#?}");
        }
    }
    seen
}

#[test]
fn no_session_is_named_wrongly_in_the_first_hundred() {
    no_wrong_session(1);
}

#[test]
fn nor_in_the_second() {
    no_wrong_session(2);
}

#[test]
fn nor_in_the_third() {
    no_wrong_session(3);
}

#[test]
fn nor_in_the_fourth() {
    no_wrong_session(4);
}

#[test]
fn nor_in_the_fifth() {
    no_wrong_session(5);
}
