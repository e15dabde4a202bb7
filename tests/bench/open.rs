//! Opening a store, and sharing one among threads.

use std::time::Duration;

use git_ao::git::Environment;
use git_ao::store::Store;

use super::measure::in_turn;
use super::stage::Stage;

const THREADS: usize = 8;
const MANY: usize = 50;

fn open(stage: &Stage) -> Store {
    let folder = stage.store.repository().main_folder();
    Store::open(folder, Environment::inherited()).expect("the store is there")
}

/// Opening a store against opening its repository with gix, which reads less of the configuration.
pub fn against_gix() {
    let stage = Stage::with_sessions(10);
    let folder = stage.store.repository().main_folder();
    let pair = in_turn(
        50,
        |_| (0..MANY).for_each(|_| drop(open(&stage))),
        |_| (0..MANY).for_each(|_| drop(gix::open(folder))),
    );
    pair.report("Store::open, 50 times", "gix::open, 50 times");
}

/// The look at the configuration with which every snapshot of a store that stays open begins.
pub fn look() {
    let stage = Stage::with_sessions(10);
    let (looks, fixed) = (open(&stage), open(&stage));
    let fixed = Store::new(fixed.repository().clone().with_fixed_config());
    // A file that was just written may be written again within one tick of the clock.
    std::thread::sleep(Duration::from_millis(200));
    let read = |store: &Store| (0..MANY).for_each(|_| drop(store.snapshot()));
    in_turn(50, |_| read(&looks), |_| read(&fixed)).report("50 snapshots", "without a look");
}

/// Threads that share a store against threads with a store each.
pub fn shared() {
    let stage = Stage::with_sessions(1_000);
    for state in ["loose", "packed"] {
        if state == "packed" {
            stage.pack();
        }
        let stores: Vec<Store> = (0..THREADS).map(|_| open(&stage)).collect();
        let read = |store: &Store| {
            let snapshot = store.snapshot().expect("the store is there");
            for id in stage.ids.iter().step_by(4) {
                snapshot.session(*id).expect("the session is there");
            }
        };
        let all = |of: &(dyn Fn(usize) -> usize + Sync)| {
            std::thread::scope(|scope| {
                for n in 0..THREADS {
                    let store = &stores[of(n)];
                    scope.spawn(move || read(store));
                }
            });
        };
        let pair = in_turn(20, |_| all(&|_| 0), |_| all(&|n| n));
        pair.report(&format!("8 threads read one store, {state}"), "a store each");
    }
}
