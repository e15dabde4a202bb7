use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::super::law::{Outcome, Violation, expect};
use super::RuntimeLaws;
use crate::model::{SessionId, error_chain};
use crate::runtime::{Probe, ProcessSpec, Runtime, Started};

/// How long a process may take to exit when it is asked to.
pub const GRACE: Duration = Duration::from_secs(20);

const PAUSE: Duration = Duration::from_millis(5);

/// A directory for one law, and the processes that it starts, which end with it.
pub struct RuntimeStage<'a> {
    laws: &'a RuntimeLaws<'a>,
    dir: TempDir,
    started: RefCell<Vec<(SessionId, String)>>,
}

/// A process that was started.
#[derive(Debug)]
pub struct Running {
    pub session: SessionId,
    pub handle: String,
    pub dir: PathBuf,
}

impl<'a> RuntimeStage<'a> {
    pub fn new(laws: &'a RuntimeLaws<'a>) -> Result<Self, Violation> {
        let dir = tempfile::tempdir().map_err(|e| Violation::new("a temporary directory", e))?;
        Ok(Self { laws, dir, started: RefCell::default() })
    }

    pub fn runtime(&self) -> &'a dyn Runtime {
        self.laws.runtime
    }

    /// Returns a new directory, and a process that runs in it.
    pub fn process(&self) -> Result<(PathBuf, ProcessSpec), Violation> {
        let root = self.dir.path().canonicalize();
        let root = root.map_err(|e| Violation::new("a temporary directory", e))?;
        let dir = root.join(SessionId::random().short());
        fs::create_dir(&dir).map_err(|e| Violation::new("a directory", e))?;
        Ok((dir.clone(), self.laws.workload.process(&dir)))
    }

    /// Starts a process.
    pub fn start(&self) -> Result<Running, Violation> {
        let (dir, process) = self.process()?;
        self.start_this(dir, &process)
    }

    pub fn start_this(&self, dir: PathBuf, process: &ProcessSpec) -> Result<Running, Violation> {
        let session = SessionId::random();
        let handle = self.start_for(&session, process)?;
        Ok(Running { session, handle, dir })
    }

    pub fn start_for(
        &self,
        session: &SessionId,
        process: &ProcessSpec,
    ) -> Result<String, Violation> {
        match self.runtime().start(session, process) {
            Ok(Started::Running(handle)) => {
                self.note(*session, &handle);
                Ok(handle)
            }
            Ok(other) => Err(Violation::new("a running process", other)),
            Err(error) => Err(Violation::new("a running process", error_chain(&error))),
        }
    }

    /// Remembers a process, to stop it in the end.
    pub fn note(&self, session: SessionId, handle: &str) {
        self.started.borrow_mut().push((session, handle.to_owned()));
    }

    /// Checks that a process is alive.
    pub fn is_alive(&self, it: &Running, when: &str) -> Outcome {
        let probe = self.runtime().probe(&it.session, &it.handle);
        expect(matches!(probe, Probe::Alive { .. }), format!("it is alive {when}"), probe)
    }

    /// Waits until a process is gone.
    pub fn wait_gone(&self, it: &Running) -> Outcome {
        self.until("it is gone after its end", || {
            let probe = self.runtime().probe(&it.session, &it.handle);
            if matches!(probe, Probe::Gone) { Ok(()) } else { Err(probe) }
        })
    }

    /// Waits until `look` returns a value. Its last error is what was seen instead.
    pub fn until<T, E: std::fmt::Debug>(
        &self,
        expected: &str,
        look: impl Fn() -> Result<T, E>,
    ) -> Result<T, Violation> {
        let end = Instant::now() + self.laws.patience;
        loop {
            match look() {
                Ok(value) => return Ok(value),
                Err(seen) if Instant::now() > end => return Err(Violation::new(expected, seen)),
                Err(_) => thread::sleep(PAUSE),
            }
        }
    }
}

impl Drop for RuntimeStage<'_> {
    fn drop(&mut self) {
        for (session, handle) in self.started.take() {
            // A runtime that breaks a law may also fail or panic here.
            let stop = || self.runtime().stop(&session, &handle, GRACE);
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(stop));
        }
    }
}
