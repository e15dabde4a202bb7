//! Keeps the faults of a runtime from outside this crate away from its callers.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use super::{
    Attach, Exit, LONGEST_HANDLE, Probe, Process, ProcessSpec, Runtime, RuntimeError, Started,
    Stopped, Terminal, TerminalKey,
};
use crate::model::{SessionId, TerminalState};

/// How long a runtime may take for an answer.
const ANSWER: Duration = Duration::from_secs(10);

/// How long a runtime may take to start a process, or to type a text.
const WORK: Duration = Duration::from_secs(60);

/// Calls a runtime on a thread of its own. A call that panics or does not return in time fails.
pub(super) struct Guarded {
    inner: Arc<dyn Runtime>,
    name: String,
    terminal: Terminal,
    /// How long it may take for an answer.
    answer: Duration,
    /// How long it may take to start a process, or to type a text.
    work: Duration,
}

impl Guarded {
    pub fn new(inner: Arc<dyn Runtime>) -> Self {
        let (name, terminal) = (inner.name().to_owned(), inner.terminal());
        Self { inner, name, terminal, answer: ANSWER, work: WORK }
    }

    /// Returns what `act` returns. If that comes too late, it is passed to `late`.
    fn call<T: Send + 'static>(
        &self,
        limit: Duration,
        act: impl FnOnce(&dyn Runtime) -> T + Send + 'static,
        late: impl FnOnce(&dyn Runtime, T) + Send + 'static,
    ) -> Result<T, RuntimeError> {
        let (send, receive) = channel();
        let inner = Arc::clone(&self.inner);
        thread::spawn(move || {
            let value = act(&*inner);
            if let Err(unsent) = send.send(value) {
                late(&*inner, unsent.0);
            }
        });
        receive.recv_timeout(limit).map_err(|error| match error {
            RecvTimeoutError::Timeout => RuntimeError::Hung(self.name.clone()),
            RecvTimeoutError::Disconnected => RuntimeError::Panicked(self.name.clone()),
        })
    }

    fn ask<T: Send + 'static>(
        &self,
        limit: Duration,
        act: impl FnOnce(&dyn Runtime) -> T + Send + 'static,
    ) -> Result<T, RuntimeError> {
        self.call(limit, act, |_, _| {})
    }

    /// Checks a handle before it goes into a record.
    fn check(&self, handle: &str) -> Result<(), RuntimeError> {
        if handle.is_empty() || handle.len() > LONGEST_HANDLE || handle.contains(char::is_control) {
            let handle = handle.chars().take(64).collect();
            return Err(RuntimeError::BadHandle { runtime: self.name.clone(), handle });
        }
        Ok(())
    }
}

impl Runtime for Guarded {
    fn name(&self) -> &str {
        &self.name
    }

    fn check(&self) -> Result<(), RuntimeError> {
        self.ask(self.answer, |inner| inner.check())?
    }

    fn terminal(&self) -> Terminal {
        self.terminal
    }

    fn start(&self, session: &SessionId, plan: &ProcessSpec) -> Result<Started, RuntimeError> {
        let (session, plan) = (*session, plan.clone());
        let started = self.call(
            self.work,
            move |inner| inner.start(&session, &plan),
            move |inner, late| {
                // The caller has given up, and does not know of the process.
                if let Ok(Started::Running(handle)) = late {
                    let _ = inner.stop(&session, &handle, ANSWER);
                }
            },
        )??;
        if let Started::Running(handle) | Started::Here(handle) = &started
            && let Err(error) = self.check(handle)
        {
            let _ = self.stop(&session, handle, self.answer);
            return Err(error);
        }
        Ok(started)
    }

    fn socket(&self) -> Option<String> {
        self.ask(self.answer, |inner| inner.socket()).ok().flatten()
    }

    fn probe(&self, session: &SessionId, handle: &str) -> Probe {
        self.probe_all(&[(*session, handle)]).pop().unwrap_or(Probe::Gone)
    }

    fn probe_all(&self, handles: &[(SessionId, &str)]) -> Vec<Probe> {
        let owned: Vec<_> =
            handles.iter().map(|(id, handle)| (*id, (*handle).to_owned())).collect();
        let asked = self.ask(self.answer, move |inner| {
            let handles: Vec<_> = owned.iter().map(|(id, handle)| (*id, handle.as_str())).collect();
            inner.probe_all(&handles)
        });
        match asked {
            Ok(probes) if probes.len() == handles.len() => probes,
            // Without an answer for each, nobody knows for whom the answers are.
            Ok(_) => {
                let unknown = || RuntimeError::Unsupported {
                    runtime: self.name.clone(),
                    what: "tell which processes are alive",
                };
                handles.iter().map(|_| Probe::Unknown(unknown())).collect()
            }
            Err(error) => handles.iter().map(|_| Probe::Unknown(error.again())).collect(),
        }
    }

    fn process(&self, session: &SessionId, handle: &str) -> Option<Process> {
        let (session, handle) = (*session, handle.to_owned());
        self.ask(self.answer, move |inner| inner.process(&session, &handle)).ok().flatten()
    }

    fn wait(&self, session: &SessionId, handle: &str, patience: Duration) -> Option<Exit> {
        let (session, handle) = (*session, handle.to_owned());
        let limit = patience.saturating_add(self.answer);
        let ended = self.ask(limit, move |inner| inner.wait(&session, &handle, patience));
        if ended.is_err() {
            // Do not ask one that panics again at once.
            thread::sleep(patience.min(Duration::from_secs(1)));
        }
        ended.ok().flatten()
    }

    fn send(&self, session: &SessionId, handle: &str, text: &str) -> Result<(), RuntimeError> {
        let (session, handle, text) = (*session, handle.to_owned(), text.to_owned());
        self.ask(self.work, move |inner| inner.send(&session, &handle, &text))?
    }

    fn press(
        &self,
        session: &SessionId,
        handle: &str,
        keys: &[TerminalKey],
    ) -> Result<(), RuntimeError> {
        let (session, handle, keys) = (*session, handle.to_owned(), keys.to_vec());
        self.ask(self.work, move |inner| inner.press(&session, &handle, &keys))?
    }

    fn stop(
        &self,
        session: &SessionId,
        handle: &str,
        grace: Duration,
    ) -> Result<Stopped, RuntimeError> {
        let (session, handle) = (*session, handle.to_owned());
        let limit = grace.saturating_add(self.answer);
        self.ask(limit, move |inner| inner.stop(&session, &handle, grace))?
    }

    fn own_screen(&self) -> Option<String> {
        self.ask(ANSWER, |inner| inner.own_screen()).ok().flatten()
    }

    fn screen(&self, session: &SessionId, handle: &str) -> Option<String> {
        let (session, handle) = (*session, handle.to_owned());
        self.ask(self.answer, move |inner| inner.screen(&session, &handle)).ok().flatten()
    }

    fn terminals(&self, handles: &[(SessionId, &str)]) -> Vec<Option<TerminalState>> {
        let owned: Vec<_> =
            handles.iter().map(|(id, handle)| (*id, (*handle).to_owned())).collect();
        let asked = self.ask(self.answer, move |inner| {
            let handles: Vec<_> = owned.iter().map(|(id, handle)| (*id, handle.as_str())).collect();
            inner.terminals(&handles)
        });
        let known = asked.unwrap_or_default();
        match known.len() == handles.len() {
            true => known,
            false => handles.iter().map(|_| None).collect(),
        }
    }

    fn attach(&self, session: &SessionId, handle: &str) -> Result<Attach, RuntimeError> {
        let (session, handle) = (*session, handle.to_owned());
        self.ask(self.answer, move |inner| inner.attach(&session, &handle))?
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::{Receiver, Sender};

    use super::*;
    use crate::runtime::NoRuntime;

    const SHORT: Duration = Duration::from_millis(50);

    /// A runtime that does not return before it may, and notes what it stops.
    struct Slow {
        may: Mutex<Receiver<()>>,
        stopped: Sender<String>,
    }

    impl Runtime for Slow {
        fn name(&self) -> &str {
            "slow"
        }

        fn terminal(&self) -> Terminal {
            Terminal::Absent
        }

        fn start(&self, _: &SessionId, _: &ProcessSpec) -> Result<Started, RuntimeError> {
            let _ = self.may.lock().unwrap().recv();
            Ok(Started::Running("late".to_owned()))
        }

        fn probe(&self, _: &SessionId, _: &str) -> Probe {
            let _ = self.may.lock().unwrap().recv();
            Probe::Gone
        }

        fn send(&self, id: &SessionId, handle: &str, text: &str) -> Result<(), RuntimeError> {
            NoRuntime.send(id, handle, text)
        }

        fn stop(&self, _: &SessionId, handle: &str, _: Duration) -> Result<Stopped, RuntimeError> {
            self.stopped.send(handle.to_owned()).unwrap();
            Ok(Stopped::Ended)
        }

        fn attach(&self, id: &SessionId, handle: &str) -> Result<Attach, RuntimeError> {
            NoRuntime.attach(id, handle)
        }
    }

    #[test]
    fn one_that_does_not_return_is_unknown_and_what_it_starts_too_late_is_stopped() {
        let ((may, waits), (stopped, told)) = (channel(), channel());
        let slow = Slow { may: Mutex::new(waits), stopped };
        let mut guarded = Guarded::new(Arc::new(slow));
        (guarded.answer, guarded.work) = (SHORT, SHORT);
        let id = SessionId::random();
        let plan = ProcessSpec::default();
        assert!(matches!(guarded.start(&id, &plan), Err(RuntimeError::Hung(_))));
        may.send(()).unwrap();
        assert_eq!(told.recv_timeout(Duration::from_secs(60)).as_deref(), Ok("late"));
        let probe = guarded.probe(&id, "x");
        assert!(matches!(probe, Probe::Unknown(RuntimeError::Hung(_))), "{probe:?}");
        drop(may);
        assert!(matches!(guarded.probe(&id, "x"), Probe::Gone));
    }
}
