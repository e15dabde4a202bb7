//! A queue of tasks, which the workers of any number of processes share.
//!
//! ```sh
//! cargo run --example queue fill 40    # adds 40 tasks
//! cargo run --example queue work       # five workers do the tasks, until none is left
//! ```
//!
//! Run `work` in several terminals at once: each task goes to one worker, and the oldest task goes
//! first. `git ao log` shows who did what. A task whose worker was killed stays `working`;
//! `git ao set <id> status=idle` puts it back into the queue.

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use git_ao::git::{Environment, Identity};
use git_ao::model::{Field, Filter, Session, SessionId, SessionStatus, Timestamp, error_chain};
use git_ao::store::{Store, StoreError};
use git_ao::view::escape;

const TAG: &str = "queue";
const WORKERS: usize = 5;

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> ExitCode {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let run = || {
        let store = Store::open(".", Environment::inherited())?;
        run(&store, &args, &mut std::io::stdout())
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {}", escape::block(&error_chain(&*error)));
            ExitCode::FAILURE
        }
    }
}

/// Does what the arguments say.
pub fn run(store: &Store, args: &[String], out: &mut dyn Write) -> Result<(), Failure> {
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["fill", count] => fill(store, count.parse()?),
        ["work"] => work(store, out),
        _ => Err("usage: queue (fill <count> | work)".into()),
    }
}

/// Adds tasks to the queue, in one event.
fn fill(store: &Store, count: i64) -> Result<(), Failure> {
    let project = store.snapshot()?.default_project()?;
    store.transaction("spawn", |tx| {
        for n in 1..=count {
            // A millisecond apart, because their order is that of their creation.
            let created = Timestamp::from_millis(tx.now().as_millis() + n);
            let mut task = Session::new(SessionId::random(), project.clone(), created);
            task.title = format!("Task {n}");
            task.status = SessionStatus::Idle;
            task.add_tag(TAG);
            tx.create(task)?;
        }
        Ok::<_, StoreError>(())
    })?;
    Ok(())
}

/// Lets the workers do all tasks, and prints what they report.
fn work(store: &Store, out: &mut dyn Write) -> Result<(), Failure> {
    let (report, reports) = channel();
    thread::scope(|scope| {
        for n in 1..=WORKERS {
            let report = report.clone();
            scope.spawn(move || {
                let done = Worker::new(store, n).and_then(|worker| worker.run(&report));
                done.unwrap_or_else(|error| drop(report.send(Err(error))));
            });
        }
        drop(report);
        for line in reports {
            writeln!(out, "{}", escape::line(&line?))?;
        }
        Ok(())
    })
}

struct Worker<'s> {
    store: &'s Store,
    /// The author of its events.
    identity: Identity,
    waiting: Filter,
}

impl<'s> Worker<'s> {
    fn new(store: &'s Store, n: usize) -> Result<Self, Failure> {
        let name = format!("worker {}.{n}", std::process::id());
        let identity = Identity::new(&name, "worker@localhost")?;
        let idle = Filter::Is(Field::Status, SessionStatus::Idle.to_string());
        let waiting = idle.and(Filter::Is(Field::Tag, TAG.to_owned()));
        Ok(Self { store, identity, waiting })
    }

    /// Takes tasks until none is left. Nobody listens any more if a report cannot be sent.
    fn run(&self, report: &Sender<Result<String, Failure>>) -> Result<(), Failure> {
        while let Some(task) = self.take()? {
            let (status, result) = match perform(&task) {
                Ok(result) => (SessionStatus::Done, result),
                Err(error) => (SessionStatus::Errored, error_chain(&*error)),
            };
            let end = match self.finish(&task, &status, &result) {
                Ok(()) => status.to_string(),
                // Somebody else ended, archived or deleted it in the meantime.
                Err(
                    error @ (StoreError::Transition { .. }
                    | StoreError::Archived(_)
                    | StoreError::NotFound(_)),
                ) => error.to_string(),
                Err(error) => return Err(error.into()),
            };
            let line = format!("{}: {}: {end}", self.identity.name(), task.display_title());
            if report.send(Ok(line)).is_err() {
                break;
            }
        }
        Ok(())
    }

    fn take(&self) -> Result<Option<Session>, StoreError> {
        let taken = self.store.transaction("take", |tx| {
            tx.set_author(self.identity.clone());
            tx.take(&self.waiting, self.identity.name())
        });
        Ok(taken?.value)
    }

    fn finish(&self, task: &Session, to: &SessionStatus, result: &str) -> Result<(), StoreError> {
        let finished = self.store.transaction("finish", |tx| {
            tx.set_author(self.identity.clone());
            tx.change_status(task.id, to, None)?;
            tx.update(task.id, |session| {
                session.context.insert("result", result);
                Ok::<_, StoreError>(())
            })
        });
        finished.map(drop)
    }
}

/// The work itself, which your program replaces.
fn perform(task: &Session) -> Result<String, Failure> {
    Ok(format!("{} letters", task.display_title().chars().count()))
}
