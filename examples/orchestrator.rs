//! Runs a queue of 40 tasks with five workers in two clones that share a remote.
//!
//! ```sh
//! cargo run --example orchestrator <empty directory>
//! ```
//!
//! Some agents are threads of this process, others a script in the runtimes `detached` and `tmux`.
//! What hangs is killed, what hung or failed is restored, and some of the work is reviewed in a
//! fork. Within a clone, a task is taken only once. Two clones may both take it before one has heard
//! of the other: each task therefore has the tag of a clone, whose workers take no others.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use git_ao::agent::{Action, Agent, AgentError, Launch, LaunchRequest, Mode};
use git_ao::git::{Environment, Repository};
use git_ao::model::{Filter, Oid, Session, SessionId, SessionStatus};
use git_ao::ops::{Again, Cleanup, Engine, Restore, SpawnRequest, StartRequest, StatusChange};
use git_ao::runtime::{Attach, Exit, Probe, ProcessSpec, Runtime, RuntimeError, Started};
use git_ao::runtime::{Stopped, Terminal};
use git_ao::share::{Remote, Watcher};
use git_ao::store::Store;

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;
const CLONES: [&str; 2] = ["north", "south"];
/// The number of the clone, the name, the agent and the runtime of each.
const WORKERS: [(usize, [&str; 3]); 5] = [
    (0, ["ann", "scribe", "threads"]),
    (0, ["bob", "script", "detached"]),
    (0, ["cem", "script", "tmux"]),
    (1, ["dan", "scribe", "threads"]),
    (1, ["eve", "script", "tmux"]),
];
// What was done before is not done again: how an agent ended is not always known.
const SCRIPT: &str = r#"sh -c 'case $1 in *hang) exec sleep 1000 ;; *fail) exit 3 ;; esac
echo "$1" >work && git add work && { git diff --cached --quiet || git commit -qm "$1"; }' sh {prompt}"#;
const SETUP: &str = r#"mkdir bin; for name in env git sh sleep tmux; do ln -s "$(command -v $name)" bin; done
git init -q -b main north; git -C north commit -q --allow-empty -m Begin
git clone -q --bare north hub.git; git clone -q hub.git south
git config --global ao.agent.script.command "$1"; git -C north remote add origin ../hub.git"#;
const LONG: Duration = Duration::from_secs(300);
const SHORT: Duration = Duration::from_secs(1);

fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).ok_or("which directory?")?;
    Ok(writeln!(std::io::stdout(), "{:#?}", run(Path::new(&folder))?)?)
}

/// How many events of each operation there were, how many agents ended in each way, and the newest
/// events of the clones and of the remote.
#[derive(Debug)]
pub struct Report {
    pub events: BTreeMap<String, usize>,
    pub ends: BTreeMap<String, usize>,
    pub tips: [Option<Oid>; 3],
}

/// Makes a remote and two clones of it in an empty directory, and has all tasks done.
pub fn run(folder: &Path) -> Result<Report> {
    let environment = prepare(folder)?;
    let open = |name| Store::open(folder.join(name), environment.clone());
    let engine = |store| Engine::builder(store).agent(Scribe).runtime(Threads::default()).build();
    let engines = &[open(CLONES[0])?, open(CLONES[1])?].map(engine);
    let store = engines[0].store();
    let mut watch = store.watch(store.newest()?);
    for n in 0..40 {
        // An event for each: first in, first out does not hold within an event.
        let mut task = Session::new(SessionId::random(), "demo".parse()?, store.clock().now());
        task.title = format!("Task {n}");
        task.task = Some(task.title.clone() + ["", ", but hang", ", but fail", ""][n / 2 % 4]);
        task.status = SessionStatus::Idle;
        task.add_tag(CLONES[n % 2]);
        store.create(&task)?;
    }
    engines.iter().try_for_each(sync)?;
    let (mut changes, mut events, mut ends) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
    std::thread::scope(|scope| -> Result<()> {
        let workers =
            WORKERS.map(|(n, who)| scope.spawn(move || work(&engines[n], CLONES[n], who)));
        while !workers.iter().all(|worker| worker.is_finished()) {
            changes.extend(watch.next_timeout(SHORT)?);
        }
        for worker in workers {
            let new = worker.join().expect("a worker does not panic")?;
            new.into_iter().for_each(|end| *ends.entry(end).or_default() += 1);
        }
        Ok(())
    })?;
    for engine in engines {
        // A worktree is not removed while its work is in no other repository.
        Remote::choose(engine.store(), None)?.push_branches(&mut Watcher::Nobody)?;
        engine.cleanup(&Cleanup::default())?;
    }
    engines.iter().chain(&engines[..1]).try_for_each(sync)?;
    changes.extend(watch.poll()?);
    for event in changes.into_iter().flat_map(|new| new.events) {
        *events.entry(event.message.op).or_default() += 1;
    }
    let tips = [store.tip()?, engines[1].store().tip()?, open("hub.git")?.tip()?];
    Ok(Report { events, ends, tips })
}

fn sync(engine: &Engine) -> Result<()> {
    Remote::choose(engine.store(), None)?.sync(&mut Watcher::Nobody, None)?;
    Ok(())
}

/// Takes tasks until none is left, and returns how the agents ended.
fn work(engine: &Engine, clone: &str, [name, agent, runtime]: [&str; 3]) -> Result<Vec<String>> {
    let queue = Filter::parse(&format!("status:idle tag:{clone}"), engine.store().clock().now())?;
    let mut ends = Vec::new();
    let mut finish = |id, limit| -> Result<()> {
        for limit in [limit, LONG, LONG, LONG, LONG] {
            let session = engine.wait(id, limit)?.session;
            ends.extend(session.agent_end().map(|end| end.to_string()));
            let again = Restore::default().again(Again::Fresh).text(session.title);
            match session.status {
                SessionStatus::Done => return Ok(()),
                end if end.is_terminal() => drop(engine.restore(id, &again)?),
                _ => drop(engine.kill(id, &StatusChange::default().reason("it hung"))?),
            }
        }
        Err(format!("session {id} was tried too often").into())
    };
    while let Some(Session { id, title, task, .. }) = engine.store().take(&queue, name)? {
        sync(engine)?;
        engine.start(id, &StartRequest::default().agent(agent).runtime(runtime))?;
        let hangs = task.is_some_and(|task| task.ends_with("hang"));
        finish(id, if hangs { SHORT } else { LONG })?;
        if title.ends_with(['6', '7']) {
            let review = SpawnRequest::new(format!("Review of {title}")).runtime(runtime);
            finish(engine.fork(id, review)?.session.id, LONG)?;
        }
    }
    Ok(ends)
}

/// Makes the repositories, and an environment in which few programs are found.
fn prepare(folder: &Path) -> Result<Environment> {
    let folder = folder.canonicalize()?;
    let environment = Environment::empty()
        .with("PATH", std::env::var_os("PATH").unwrap_or_default())
        .with("HOME", &folder)
        .with("TMUX_TMPDIR", &folder)
        .with("GIT_AUTHOR_NAME", "Ada")
        .with("GIT_COMMITTER_NAME", "Ada")
        .with("EMAIL", "ada@example.org");
    let mut setup = Command::new("sh");
    setup.args(["-ec", SETUP, "sh", SCRIPT]).current_dir(&folder).env_clear();
    let is_made = setup.envs(environment.iter()).status()?.success();
    let environment = environment.with("PATH", folder.join("bin"));
    is_made.then_some(environment).ok_or("the repositories cannot be made".into())
}

/// An agent that does in this process what the script does.
struct Scribe;
impl Agent for Scribe {
    fn name(&self) -> &str {
        "scribe"
    }
    fn program(&self) -> &str {
        "git"
    }
    fn version_args(&self) -> &[String] {
        &[]
    }
    fn mode(&self, _: Action, _: Mode, _: &str) -> Option<Mode> {
        Some(Mode::Headless)
    }
    fn plan(&self, _: Action, _: Mode, request: &LaunchRequest) -> Result<Launch, AgentError> {
        Ok(Launch::new(self.program()).args([&request.prompt]))
    }
}

/// Whether it was told to stop, and how it ended.
type Job = (bool, Option<Exit>);
/// Runs agents in threads of this process.
#[derive(Clone, Default)]
struct Threads(Arc<(Mutex<HashMap<String, Job>>, Condvar)>);

impl Threads {
    fn change(&self, handle: &str, change: impl FnOnce(&mut Job)) {
        change(self.0.0.lock().expect("no panic").entry(handle.to_owned()).or_default());
        self.0.1.notify_all();
    }
    fn until(&self, handle: &str, limit: Duration, is: impl Fn(&Job) -> bool) -> Option<Exit> {
        let waits = |jobs: &mut HashMap<_, _>| jobs.get(handle).is_some_and(|job| !is(job));
        let jobs = self.0.0.lock().expect("no panic");
        let (jobs, _) = self.0.1.wait_timeout_while(jobs, limit, waits).expect("no panic");
        jobs.get(handle).map_or(Some(Exit::Unknown), |(_, end)| *end)
    }
    fn work(&self, handle: &str, plan: &ProcessSpec) -> Result<Exit> {
        let task = plan.argv[1].to_string_lossy();
        if task.ends_with("hang") {
            self.until(handle, LONG, |(is_stopped, _)| *is_stopped);
            return Ok(Exit::Signal(15));
        } else if task.ends_with("fail") {
            return Ok(Exit::Code(3));
        }
        std::fs::write(plan.cwd.join("work"), format!("{task}\n"))?;
        let repository = Repository::open(&plan.cwd, plan.environment.clone())?;
        repository.git_in(&plan.cwd, "add").arg("work").run()?;
        repository.git_in(&plan.cwd, "commit").args(["-q", "-m", &task]).run()?;
        Ok(Exit::Code(0))
    }
}

impl Runtime for Threads {
    fn name(&self) -> &str {
        "threads"
    }
    fn terminal(&self) -> Terminal {
        Terminal::Absent
    }
    fn start(&self, session: &SessionId, plan: &ProcessSpec) -> Result<Started, RuntimeError> {
        // A restored session has two jobs, until the old one is stopped.
        let handle = format!("{session} {}", SessionId::random());
        self.change(&handle, |_| ());
        let (threads, plan, job) = (self.clone(), plan.clone(), handle.clone());
        std::thread::spawn(move || {
            let exit = threads.work(&job, &plan).unwrap_or(Exit::Code(1));
            threads.change(&job, |(_, end)| *end = Some(exit));
        });
        Ok(Started::Running(handle))
    }
    fn probe(&self, _: &SessionId, handle: &str) -> Probe {
        let end = self.until(handle, Duration::ZERO, |_| true);
        end.map_or(Probe::Alive { pid: None }, |_| Probe::Gone)
    }
    fn wait(&self, _: &SessionId, handle: &str, limit: Duration) -> Option<Exit> {
        self.until(handle, limit, |(_, end)| end.is_some())
    }
    fn stop(&self, id: &SessionId, handle: &str, grace: Duration) -> Result<Stopped, RuntimeError> {
        let Probe::Alive { .. } = self.probe(id, handle) else { return Ok(Stopped::AlreadyGone) };
        self.change(handle, |(is_stopped, _)| *is_stopped = true);
        let hung = RuntimeError::Hung(self.name().into());
        self.wait(id, handle, grace).map(|_| Stopped::Ended).ok_or(hung)
    }
    fn send(&self, _: &SessionId, _: &str, _: &str) -> Result<(), RuntimeError> {
        Err(RuntimeError::Unsupported { runtime: self.name().into(), what: "typing" })
    }
    fn attach(&self, _: &SessionId, _: &str) -> Result<Attach, RuntimeError> {
        Err(RuntimeError::Unsupported { runtime: self.name().into(), what: "attaching" })
    }
}
