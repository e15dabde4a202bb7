use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use git_ao::git::Environment;
use git_ao::model::SessionId;
use git_ao::runtime::{
    Attach, Detached, Exit, Foreground, NoRuntime, Probe, Process, ProcessSpec, Runtime,
    RuntimeError, Runtimes, Started, Stopped, Terminal,
};
use git_ao::testing::{Received, RuntimeLaws, Workload};

use super::each_can_be_broken;
use crate::library::memory::Memory;

/// What the runtime in memory was given, and no process.
struct InMemory(Memory);

impl Workload for InMemory {
    fn process(&self, dir: &Path) -> ProcessSpec {
        ProcessSpec::new(["agent"], dir)
    }

    fn end(&self, _: &Path, handle: &str, exit: Exit) {
        self.0.end(handle, exit);
    }

    fn received(&self, _: &Path, handle: &str) -> Option<Received> {
        let plan = self.0.find(handle, |run| run.plan.clone())?;
        let mut received = Received::default();
        let all = plan.environment.iter().map(|(name, value)| (name.into(), value.into()));
        received.variables = all.chain(plan.set).collect();
        received.variables.retain(|name, _| !plan.remove.contains(name));
        received.args = plan.argv.into_iter().skip(1).collect();
        (received.directory, received.input) = (plan.cwd, plan.input.unwrap_or_default());
        Some(received)
    }

    fn sent(&self, _: &Path, handle: &str) -> Vec<String> {
        self.0.find(handle, |run| run.told.clone()).unwrap_or_default()
    }
}

#[test]
fn the_built_in_runtimes_keep_the_laws() {
    RuntimeLaws::new(&Detached::default()).check();
    RuntimeLaws::new(&NoRuntime).starts_nothing().check();
    RuntimeLaws::new(&Foreground).starts_nothing().check();
}

#[test]
fn a_runtime_in_memory_keeps_the_laws() {
    let memory = Memory::default();
    let workload = InMemory(memory.clone());
    RuntimeLaws::new(&memory).workload(&workload).check();
    assert_eq!(memory.alive(), 0);
}

/// An engine calls it on other threads, and changes nothing.
#[test]
fn a_runtime_of_ones_own_keeps_the_laws_in_an_engine() {
    let memory = Memory::default();
    let mut runtimes = Runtimes::default();
    runtimes.add(Arc::new(memory.clone()));
    let guarded = runtimes.named("memory", None, &Environment::empty()).unwrap();
    RuntimeLaws::new(&*guarded).workload(&InMemory(memory)).check();
}

/// A runtime with one fault.
struct Bent {
    memory: Memory,
    fault: &'static str,
}

impl Bent {
    fn is(&self, fault: &str) -> bool {
        self.fault == fault
    }

    fn knows(&self, handle: &str) -> bool {
        self.memory.find(handle, |_| ()).is_some()
    }
}

impl Runtime for Bent {
    fn name(&self) -> &str {
        if self.is("two words") { "two words" } else { "bent" }
    }

    fn check(&self) -> Result<(), RuntimeError> {
        if self.is("unusable") { Err(RuntimeError::NoAnswer) } else { Ok(()) }
    }

    fn terminal(&self) -> Terminal {
        self.memory.terminal()
    }

    fn start(&self, session: &SessionId, plan: &ProcessSpec) -> Result<Started, RuntimeError> {
        let mut plan = plan.clone();
        match self.fault {
            "starts anywhere" => plan.cwd = std::env::temp_dir(),
            "loses an argument" => plan.argv.retain(|arg| !arg.is_empty()),
            "shortens the input" => plan.input = plan.input.map(|it| it.trim_ascii()[..3].into()),
            "keeps a variable" => plan.remove.clear(),
            "loses an empty variable" => plan.set.retain(|(_, value)| !value.is_empty()),
            "starts elsewhere" => plan.cwd.pop().then_some(()).unwrap(),
            "starts nothing" => return Ok(Started::Nothing),
            _ => {}
        }
        let started = self.memory.start(session, &plan)?;
        let Started::Running(handle) = &started else { return Ok(started) };
        Ok(Started::Running(match self.fault {
            "two lines" => format!("{handle}\n"),
            "too long" => handle.repeat(100),
            "no handle" => String::new(),
            "always the same" => "memory-1".to_owned(),
            _ => handle.clone(),
        }))
    }

    fn probe(&self, session: &SessionId, handle: &str) -> Probe {
        let alive = Probe::Alive { pid: None };
        match self.fault {
            "believes every handle" if !self.knows(handle) => alive,
            "panics at odd handles" => {
                assert!(!handle.contains('\n'), "a fault of the runtime");
                self.memory.probe(session, handle)
            }
            "nothing is alive" => Probe::Gone,
            "nothing is gone" => alive,
            "ignores the session" => self
                .memory
                .find(handle, |run| run.session)
                .map_or(Probe::Gone, |owner| self.memory.probe(&owner, handle)),
            _ => self.memory.probe(session, handle),
        }
    }

    fn probe_all(&self, handles: &[(SessionId, &str)]) -> Vec<Probe> {
        let answers = handles.iter().map(|(session, handle)| self.probe(session, handle));
        match self.fault {
            "another order" => answers.rev().collect(),
            "forgets one" => answers.skip(1).collect(),
            _ => answers.collect(),
        }
    }

    fn process(&self, _: &SessionId, handle: &str) -> Option<Process> {
        let any = self.is("signals anybody") && !handle.is_empty();
        any.then(|| Process::current().unwrap())
    }

    fn wait(&self, session: &SessionId, handle: &str, patience: Duration) -> Option<Exit> {
        match self.fault {
            "does not wait" => Some(Exit::Unknown),
            "always succeeds" => {
                self.memory.wait(session, handle, patience).and(Some(Exit::Code(0)))
            }
            _ => self.memory.wait(session, handle, patience),
        }
    }

    fn send(&self, session: &SessionId, handle: &str, text: &str) -> Result<(), RuntimeError> {
        match self.fault {
            "sends nothing" => Ok(()),

            "sends to the gone" => self.memory.send(session, handle, text).or(Ok(())),
            _ => self.memory.send(session, handle, text),
        }
    }

    fn stop(
        &self,
        session: &SessionId,
        handle: &str,
        grace: Duration,
    ) -> Result<Stopped, RuntimeError> {
        let stopped = match self.fault {
            "stops nothing" => Ok(Stopped::Ended),
            "stops for anybody" => {
                let owner = self.memory.find(handle, |run| run.session).unwrap_or(*session);
                self.memory.stop(&owner, handle, grace)
            }
            _ => self.memory.stop(session, handle, grace),
        };
        match (self.fault, &stopped) {
            ("says nothing", Ok(Stopped::Ended)) => Ok(Stopped::AlreadyGone),
            ("complains", Ok(Stopped::AlreadyGone)) => Err(RuntimeError::Gone(handle.to_owned())),
            _ => stopped,
        }
    }

    fn screen(&self, session: &SessionId, handle: &str) -> Option<String> {
        let kept = self.is("keeps the screen").then(|| "a screen".to_owned());
        kept.or_else(|| self.memory.screen(session, handle))
    }

    fn attach(&self, session: &SessionId, handle: &str) -> Result<Attach, RuntimeError> {
        let attach = self.memory.attach(session, handle);
        let nothing = || Attach::new(Vec::<&str>::new(), Environment::empty());
        match self.fault {
            "attaches to the gone" => attach.or_else(|_| Ok(nothing())),
            "no program" => attach.map(|_| nothing()),
            _ => attach,
        }
    }
}

#[test]
fn each_law_can_be_broken() {
    let faults = [
        ("name", "two words"),
        ("name", "unusable"),
        ("garbage", "believes every handle"),
        ("garbage", "panics at odd handles"),
        ("garbage", "signals anybody"),
        ("garbage", "keeps the screen"),
        ("handle", "two lines"),
        ("handle", "too long"),
        ("handle", "no handle"),
        ("handle", "always the same"),
        ("handle", "starts nothing"),
        ("received", "loses an argument"),
        ("received", "shortens the input"),
        ("received", "keeps a variable"),
        ("received", "loses an empty variable"),
        ("received", "starts elsewhere"),
        ("directory", "starts anywhere"),
        ("alive", "nothing is alive"),
        ("together", "another order"),
        ("together", "forgets one"),
        ("others", "ignores the session"),
        ("others", "stops for anybody"),
        ("stop", "stops nothing"),
        ("stop", "says nothing"),
        ("stop-again", "complains"),
        ("wait", "does not wait"),
        ("wait", "always succeeds"),
        ("forgotten", "keeps the screen"),
        ("send", "sends nothing"),
        ("send", "sends to the gone"),
        ("attach", "attaches to the gone"),
        ("attach", "no program"),
    ];
    each_can_be_broken(RuntimeLaws::laws(), &faults, |law, fault| {
        let memory = Memory::default();
        let bent = Bent { memory: memory.clone(), fault };
        let workload = InMemory(memory);
        let laws = RuntimeLaws::new(&bent).workload(&workload).patience(Duration::from_secs(1));
        laws.only(law).check();
    });
}
