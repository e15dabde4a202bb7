//! A runtime that is the built-in one under another name: the program that looks after its agents
//! does not know it.

use std::time::Duration;

use git_ao::model::SessionId;
use git_ao::runtime::{
    Attach, Detached, Exit, Probe, Process, ProcessSpec, Runtime, RuntimeError, Started, Stopped,
    Terminal,
};

#[derive(Default)]
pub struct Boxed {
    inner: Detached,
    /// How much later the end of an agent is noticed.
    late: Duration,
    dies: Option<Dies>,
}

/// When this process dies, as by a signal that it cannot catch.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Dies {
    BeforeStart,
    AfterStart,
}

impl Boxed {
    /// Notices the end of an agent so much later.
    pub fn late(by: Duration) -> Self {
        Self { late: by, ..Self::default() }
    }

    /// Starts no second agent.
    pub fn dying(when: Dies) -> Self {
        Self { dies: Some(when), ..Self::default() }
    }

    fn die(&self, now: Dies) {
        if self.dies == Some(now) {
            std::process::abort();
        }
    }
}

impl Runtime for Boxed {
    fn name(&self) -> &str {
        "boxed"
    }

    fn terminal(&self) -> Terminal {
        self.inner.terminal()
    }

    fn start(&self, session: &SessionId, plan: &ProcessSpec) -> Result<Started, RuntimeError> {
        self.die(Dies::BeforeStart);
        let started = self.inner.start(session, plan);
        self.die(Dies::AfterStart);
        started
    }

    fn probe(&self, session: &SessionId, handle: &str) -> Probe {
        self.inner.probe(session, handle)
    }

    fn process(&self, session: &SessionId, handle: &str) -> Option<Process> {
        self.inner.process(session, handle)
    }

    fn wait(&self, session: &SessionId, handle: &str, patience: Duration) -> Option<Exit> {
        let ended = self.inner.wait(session, handle, patience)?;
        std::thread::sleep(self.late);
        Some(ended)
    }

    fn send(&self, session: &SessionId, handle: &str, text: &str) -> Result<(), RuntimeError> {
        self.inner.send(session, handle, text)
    }

    fn stop(
        &self,
        session: &SessionId,
        handle: &str,
        grace: Duration,
    ) -> Result<Stopped, RuntimeError> {
        self.inner.stop(session, handle, grace)
    }

    fn attach(&self, session: &SessionId, handle: &str) -> Result<Attach, RuntimeError> {
        self.inner.attach(session, handle)
    }
}
