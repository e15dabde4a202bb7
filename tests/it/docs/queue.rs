//! The queue of the examples, with several processes.

use std::collections::HashSet;

use git_ao::model::SessionStatus;
use git_ao::store::Shelf;

use crate::support::sessions::{assert_whole, own_store};
use crate::support::{Repo, employ, race, worker};

#[allow(dead_code)] // its main
#[path = "../../../examples/queue.rs"]
mod example;

/// The example, in a process of its own.
#[test]
fn worker_runs_the_queue() {
    worker(|_| {
        let store = git_ao::store::Store::discover(".".as_ref()).unwrap();
        example::run(&store, &["work".to_owned()], &mut std::io::stdout()).unwrap();
    });
}

#[test]
fn two_processes_share_the_tasks_and_the_oldest_goes_first() {
    let repo = Repo::new();
    let store = own_store(&repo);
    let mut nothing = Vec::new();
    for count in ["30", "10"] {
        example::run(&store, &["fill".to_owned(), count.to_owned()], &mut nothing).unwrap();
    }
    let waits = |_| employ(repo.env(), repo.dir(), worker_runs_the_queue, &["go"]);
    let outs = race(2, waits).into_iter().map(|out| out.ok().stdout);
    let said: Vec<_> = outs.map(|out| out.matches(": done\n").count()).collect();
    assert_eq!(said.iter().sum::<usize>(), 40, "{said:?}");

    let snapshot = store.snapshot().unwrap();
    let tasks = snapshot.list(Shelf::Active).unwrap();
    let mut tasks: Vec<_> = tasks.into_iter().map(|listed| listed.session.unwrap()).collect();
    // Both fillings may fall into the same milliseconds.
    tasks.sort_by_key(|task| (task.created_at, task.id));
    assert_eq!(tasks.len(), 40);
    for task in &tasks {
        assert_eq!(task.status, SessionStatus::Done);
        assert!(task.context.get("result").is_some());
    }
    let mut events: Vec<_> = snapshot.events(Default::default()).map(Result::unwrap).collect();
    events.reverse();
    let of = |op: &str| events.iter().filter(|it| it.message.op == op).collect::<Vec<_>>();
    let taken: Vec<_> = of("take").iter().map(|it| it.message.sessions[0]).collect();
    let in_order: Vec<_> = tasks.iter().map(|task| task.id).collect();
    assert_eq!(taken, in_order, "each was taken once, and the oldest first");
    let (takers, finishers) = (of("take"), of("finish"));
    assert_eq!(finishers.len(), 40);
    for taker in takers {
        let finisher = finishers.iter().find(|it| it.message.sessions == taker.message.sessions);
        assert_eq!(finisher.unwrap().author.name, taker.author.name);
        assert!(taker.author.name.starts_with("worker "), "{}", taker.author.name);
    }
    let workers: HashSet<_> = of("take").iter().map(|it| it.author.name.clone()).collect();
    assert!(workers.len() <= 10, "{workers:?}");
    assert_whole(&repo);
}

/// Nobody reads any more.
struct Closed;

impl std::io::Write for Closed {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn bad_arguments_are_said_and_a_closed_pipe_ends_all_workers() {
    let repo = Repo::new();
    let store = own_store(&repo);
    let run = |args: &[&str], out: &mut dyn std::io::Write| {
        let args: Vec<_> = args.iter().map(|arg| (*arg).to_owned()).collect();
        example::run(&store, &args, out).map_err(|error| error.to_string())
    };
    let mut out = Vec::new();
    assert!(run(&["fill", "many"], &mut out).is_err());
    assert!(run(&["idle"], &mut out).unwrap_err().starts_with("usage: "));
    run(&["work"], &mut out).unwrap();
    assert!(out.is_empty(), "an empty queue is done at once");
    run(&["fill", "20"], &mut out).unwrap();
    assert!(run(&["work"], &mut Closed).is_err());
    // Nothing is lost: what was taken is finished, and the rest waits.
    let tasks = store.snapshot().unwrap().list(Shelf::Active).unwrap();
    let left =
        |status| tasks.iter().filter(|it| it.session.as_ref().unwrap().status == status).count();
    assert_eq!(left(SessionStatus::Done) + left(SessionStatus::Idle), 20);
}
