use std::fs;

use git_ao::store::{History, Shelf, StoreError};

use super::measure::{in_turn, show, time};
use super::stage::{RECENT, Stage, session};

/// Looking one session up must not depend on how many there are.
pub fn by_id() {
    let small = Stage::with_sessions(100);
    small.pack();
    let look_up = |stage: &Stage, round: usize| {
        for step in 0..20 {
            let id = stage.ids[(round * 31 + step * 7) % stage.ids.len()];
            let snapshot = stage.store.snapshot().expect("the store is there");
            snapshot.session(id).expect("the session is there");
        }
    };
    for count in [1_000, 10_000, 100_000] {
        let large = Stage::with_sessions(count);
        for state in ["loose", "packed"] {
            match state {
                "packed" => large.pack(),
                _ if count > 10_000 => continue,
                _ => large.unpack(),
            }
            let pair = in_turn(50, |r| look_up(&large, r), |r| look_up(&small, r));
            pair.report(&format!("20 lookups of {count}, {state}"), "20 lookups of 100, packed");
        }
    }
}

/// A list against reading as many small YAML files, each parsed.
pub fn list_against_files() {
    for count in [100, 1_000, 10_000, 100_000] {
        let stage = Stage::with_sessions(count);
        let plain = tempfile::tempdir().expect("a temporary folder can be made");
        for number in 0..count + RECENT {
            let text = serde_yaml::to_string(&session(number).to_record()).expect("it is YAML");
            fs::write(plain.path().join(format!("{number}.yaml")), text).expect("it is written");
        }
        for state in ["loose", "packed"] {
            match state {
                "packed" => stage.pack(),
                _ if count > 10_000 => continue,
                _ => stage.unpack(),
            }
            let rounds = if count > 10_000 { 2 } else { 5 };
            let pair = in_turn(
                rounds,
                |_| {
                    let snapshot = stage.store.snapshot().expect("the store is there");
                    assert_eq!(
                        snapshot.list(Shelf::Active).expect("it is read").len(),
                        count + RECENT
                    );
                },
                |_| assert_eq!(read_files(plain.path()), count + RECENT),
            );
            pair.report(&format!("list {count}, {state}"), "reading as many YAML files");
        }
    }
}

/// Sessions of which half the numbers have a fraction, against as many that have none.
pub fn list_with_fractions() {
    let place = |cost_usd: Option<f64>| {
        let stage = Stage::with_sessions(1_000);
        let changed = stage.store.transaction("set", |tx| {
            stage.ids.iter().try_for_each(|id| {
                tx.update(*id, |session| {
                    let cost = session.cost.get_or_insert_default();
                    (cost.output_tokens, cost.cost_usd) = (100, cost_usd);
                    Ok::<_, StoreError>(())
                })
            })
        });
        changed.expect("it can be changed");
        stage.pack();
        stage
    };
    let (with, without) = (place(Some(0.42)), place(None));
    let list = |stage: &Stage| {
        let snapshot = stage.store.snapshot().expect("the store is there");
        assert_eq!(snapshot.list(Shelf::Active).expect("it is read").len(), 1_000 + RECENT);
    };
    let pair = in_turn(50, |_| list(&with), |_| list(&without));
    pair.report("list 1,000 that cost 0.42", "the same without a price");
}

fn read_files(dir: &std::path::Path) -> usize {
    let files = fs::read_dir(dir).expect("the folder is there");
    let parsed = files.map(|file| {
        let text = fs::read(file.expect("it is there").path()).expect("it is read");
        serde_yaml::from_slice::<serde_yaml::Value>(&text).expect("it is YAML")
    });
    parsed.collect::<Vec<_>>().len()
}

/// The history of one session among others, and of the newest one.
pub fn log_of_one() {
    let stage = Stage::with_sessions(1_000);
    for step in 0..10_000 {
        let id = stage.ids[step % stage.ids.len()];
        let changed =
            stage.store.update(id, "set", |session| session.pr_number = Some(step as u64));
        changed.expect("it is written");
    }
    let newest = session(0);
    stage.store.create(&newest).expect("it is written");
    for state in ["loose", "packed"] {
        if state == "packed" {
            stage.pack();
        }
        let snapshot = stage.store.snapshot().expect("the store is there");
        for (what, id, events) in
            [("the first of 1,000", stage.ids[0], 11), ("the newest", newest.id, 1)]
        {
            let taken = time(|| {
                let history = History::default().session(id);
                assert_eq!(snapshot.events(history).count(), events);
            });
            let other = time(|| {
                let log = ["log", "--format=%H", "--grep", &id.to_string(), "refs/ao/sessions"];
                super::stage::git(stage.dir.path(), &log);
            });
            println!(
                "log of {what}, 10,000 events, {state:<10} {:>9} | git log --grep {:>9} | ratio {:.3}",
                show(taken),
                show(other),
                taken.as_secs_f64() / other.as_secs_f64()
            );
        }
    }
}
