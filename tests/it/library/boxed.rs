//! A runtime that is the built-in one under another name: the program that looks after its agents
//! does not know it.

use std::time::Duration;

use git_ao::model::SessionId;
use git_ao::runtime::{
    Attach, Detached, Exit, Probe, Process, ProcessSpec, Runtime, RuntimeError, Started, Stopped,
    Terminal,
};

#[derive(Default)]
pub struct Boxed(Detached);

impl Runtime for Boxed {
    fn name(&self) -> &str {
        "boxed"
    }

    fn terminal(&self) -> Terminal {
        self.0.terminal()
    }

    fn start(&self, session: &SessionId, plan: &ProcessSpec) -> Result<Started, RuntimeError> {
        self.0.start(session, plan)
    }

    fn probe(&self, session: &SessionId, handle: &str) -> Probe {
        self.0.probe(session, handle)
    }

    fn process(&self, session: &SessionId, handle: &str) -> Option<Process> {
        self.0.process(session, handle)
    }

    fn wait(&self, session: &SessionId, handle: &str, patience: Duration) -> Option<Exit> {
        self.0.wait(session, handle, patience)
    }

    fn send(&self, session: &SessionId, handle: &str, text: &str) -> Result<(), RuntimeError> {
        self.0.send(session, handle, text)
    }

    fn stop(
        &self,
        session: &SessionId,
        handle: &str,
        grace: Duration,
    ) -> Result<Stopped, RuntimeError> {
        self.0.stop(session, handle, grace)
    }

    fn attach(&self, session: &SessionId, handle: &str) -> Result<Attach, RuntimeError> {
        self.0.attach(session, handle)
    }
}
