use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use super::super::law::{Outcome, Violation, expect};
use super::RuntimeLaws;
use super::stage::{GRACE, RuntimeStage};
use crate::model::{SessionId, error_chain};
use crate::runtime::{Exit, LONGEST_HANDLE, Probe, Runtime, Started, Stopped};

/// How many processes start at once.
const CROWD: usize = 3;

/// Handles of other runtimes, patterns, options, and texts that are no handle at all.
const GARBAGE: [&str; 20] = [
    "",
    " ",
    "\n",
    "a\nb",
    "\0",
    "\u{1b}[2J",
    "-x",
    "--help",
    "*",
    "=",
    "0",
    "1",
    "-1",
    "1@0",
    "0@0",
    "%0",
    "@1",
    "ao-7b6d11f9",
    "2@1-00000000",
    "../../etc/passwd",
];

pub fn handle(laws: &RuntimeLaws<'_>) -> Outcome {
    let stage = RuntimeStage::new(laws)?;
    let mut crowd = Vec::new();
    for _ in 0..CROWD {
        crowd.push((SessionId::random(), stage.process()?.1));
    }
    let (runtime, barrier) = (laws.runtime, Barrier::new(CROWD));
    let started: Vec<_> = thread::scope(|scope| {
        let start = |(session, process)| {
            barrier.wait();
            (session, runtime.start(&session, &process))
        };
        let threads: Vec<_> = crowd.into_iter().map(|it| scope.spawn(move || start(it))).collect();
        threads.into_iter().map(|thread| thread.join()).collect()
    });
    let mut handles = BTreeSet::new();
    for joined in started {
        let (session, started) = joined.map_err(|_| Violation::new("no panic", "a panic"))?;
        let handle = match started {
            Ok(Started::Running(handle)) => handle,
            Ok(other) => return Err(Violation::new("a running process", other)),
            Err(error) => return Err(Violation::new("a process", error_chain(&error))),
        };
        stage.note(session, &handle);
        expect(!handle.is_empty(), "a handle", &handle)?;
        expect(!handle.contains(char::is_control), "no control characters", &handle)?;
        let length = handle.len();
        expect(length <= LONGEST_HANDLE, format!("at most {LONGEST_HANDLE} bytes"), length)?;
        expect(handles.insert(handle.clone()), "a handle of its own", &handle)?;
    }
    Ok(())
}

pub fn together(laws: &RuntimeLaws<'_>) -> Outcome {
    let stage = RuntimeStage::new(laws)?;
    let (first, second, ended) = (stage.start()?, stage.start()?, stage.start()?);
    laws.workload.end(&ended.dir, &ended.handle, Exit::Code(0));
    stage.wait_gone(&ended)?;
    let stranger = SessionId::random();
    let asked = [
        (second.session, &*second.handle),
        (stranger, "nobody"),
        (first.session, &*first.handle),
        (ended.session, &*ended.handle),
        (second.session, &*second.handle),
        (stranger, &*first.handle),
    ];
    let all = laws.runtime.probe_all(&asked);
    let all: Vec<_> = all.iter().map(word).collect();
    let single = |(session, handle): &(SessionId, &str)| laws.runtime.probe(session, handle);
    let one_by_one: Vec<_> = asked.iter().map(|it| word(&single(it))).collect();
    expect(all == one_by_one, format!("{one_by_one:?}"), all)?;
    let none = laws.runtime.probe_all(&[]);
    expect(none.is_empty(), "no answer if nothing was asked", none)
}

fn word(probe: &Probe) -> &'static str {
    match probe {
        Probe::Alive { .. } => "alive",
        Probe::Gone => "gone",
        Probe::Unknown(_) => "unknown",
    }
}

pub fn others(laws: &RuntimeLaws<'_>) -> Outcome {
    let stage = RuntimeStage::new(laws)?;
    let it = stage.start()?;
    let other = stage.start()?;
    useless(laws.runtime, &other.session, &it.handle)?;
    useless(laws.runtime, &SessionId::random(), &it.handle)?;
    stage.is_alive(&it, "although another session has used its handle")
}

pub fn garbage(laws: &RuntimeLaws<'_>) -> Outcome {
    let stage = RuntimeStage::new(laws)?;
    let it = if laws.starts { Some(stage.start()?) } else { None };
    let session = it.as_ref().map_or_else(SessionId::random, |it| it.session);
    let mut garbage: Vec<String> = GARBAGE.map(str::to_owned).to_vec();
    garbage.push("x".repeat(100_000));
    if let Some(handle) = it.as_ref().map(|it| &it.handle) {
        let mut shorter = handle.clone();
        shorter.pop();
        let longer = [format!("{handle}0"), format!("{handle}\n"), format!(" {handle}")];
        garbage.extend(longer.into_iter().chain([shorter]));
    }
    for handle in &garbage {
        useless(laws.runtime, &session, handle)?;
        if let Some(it) = &it {
            stage.is_alive(it, &format!("after {:?} was used", short(handle)))?;
        }
    }
    Ok(())
}

fn short(handle: &str) -> String {
    handle.chars().take(64).collect()
}

/// Checks that nothing can be done with a handle.
fn useless(runtime: &dyn Runtime, session: &SessionId, handle: &str) -> Outcome {
    let with = |what: &str| format!("{what} {:?} of session {}", short(handle), session.short());
    let probe = runtime.probe(session, handle);
    expect(!matches!(probe, Probe::Alive { .. }), with("not alive:"), probe)?;
    let process = runtime.process(session, handle);
    expect(process.is_none(), with("no process behind"), process)?;
    let ended = runtime.wait(session, handle, Duration::ZERO);
    expect(matches!(ended, None | Some(Exit::Unknown)), with("no end of"), ended)?;
    let screen = runtime.screen(session, handle);
    expect(screen.is_none(), with("no screen of"), screen)?;
    let sent = runtime.send(session, handle, "text");
    expect(sent.is_err(), with("nothing sent to"), sent)?;
    let attach = runtime.attach(session, handle);
    expect(attach.is_err(), with("nothing to attach to:"), attach)?;
    let stopped = runtime.stop(session, handle, GRACE);
    expect(matches!(stopped, Err(_) | Ok(Stopped::AlreadyGone)), with("not stopped:"), stopped)
}
