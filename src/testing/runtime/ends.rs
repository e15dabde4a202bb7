use std::time::Duration;

use super::super::law::{Outcome, expect};
use super::RuntimeLaws;
use super::stage::{GRACE, RuntimeStage};
use crate::model::error_chain;
use crate::runtime::{Exit, ExitReport, Probe, Stopped};

/// How long it is waited for a process that keeps running.
const BRIEFLY: Duration = Duration::from_millis(50);

pub fn alive(laws: &RuntimeLaws<'_>) -> Outcome {
    let stage = RuntimeStage::new(laws)?;
    let it = stage.start()?;
    let probe = laws.runtime.probe(&it.session, &it.handle);
    let Probe::Alive { pid } = probe else { return expect(false, "it is alive", probe) };
    let process = laws.runtime.process(&it.session, &it.handle);
    if let (Some(pid), Some(process)) = (pid, process) {
        expect(process.pid() == pid, format!("process {pid}, as probe says"), process)?;
    }
    laws.workload.end(&it.dir, &it.handle, Exit::Code(0));
    stage.wait_gone(&it)
}

pub fn stop(laws: &RuntimeLaws<'_>) -> Outcome {
    let stage = RuntimeStage::new(laws)?;
    let (it, other) = (stage.start()?, stage.start()?);
    let stopped = laws.runtime.stop(&it.session, &it.handle, GRACE);
    let has_stopped = matches!(stopped, Ok(Stopped::Ended | Stopped::Killed));
    expect(has_stopped, "it has ended or was killed", stopped)?;
    let probe = laws.runtime.probe(&it.session, &it.handle);
    expect(matches!(probe, Probe::Gone), "it is gone as soon as stop returns", probe)?;
    stage.is_alive(&other, "although another process was stopped")
}

pub fn stop_again(laws: &RuntimeLaws<'_>) -> Outcome {
    let stage = RuntimeStage::new(laws)?;
    let (stopped, ended) = (stage.start()?, stage.start()?);
    let first = laws.runtime.stop(&stopped.session, &stopped.handle, GRACE);
    expect(first.is_ok(), "the first stop succeeds", first)?;
    laws.workload.end(&ended.dir, &ended.handle, Exit::Code(0));
    stage.wait_gone(&ended)?;
    for it in [&stopped, &stopped, &ended] {
        let again = laws.runtime.stop(&it.session, &it.handle, GRACE);
        let is_gone = matches!(again, Ok(Stopped::AlreadyGone));
        expect(is_gone, "it was already gone", again.map_err(|error| error_chain(&error)))?;
    }
    Ok(())
}

pub fn wait(laws: &RuntimeLaws<'_>) -> Outcome {
    for exit in [Exit::Code(0), Exit::Code(3), Exit::Signal(9)] {
        for report in [ExitReport::Kept, ExitReport::Dropped] {
            let stage = RuntimeStage::new(laws)?;
            let (dir, process) = stage.process()?;
            let it = stage.start_this(dir, &process.report(report))?;
            let early = laws.runtime.wait(&it.session, &it.handle, BRIEFLY);
            expect(early.is_none(), "None while it runs", early)?;
            // A process that has not come to its senses yet might end in another way.
            stage.until("the process receives what it needs", || {
                laws.workload.received(&it.dir, &it.handle).ok_or("nothing")
            })?;
            laws.workload.end(&it.dir, &it.handle, exit);
            for _ in 0..2 {
                let ended = laws.runtime.wait(&it.session, &it.handle, laws.patience);
                let is_right = ended.is_some_and(|it| it == exit || it == Exit::Unknown);
                expect(is_right, format!("{exit:?} or Unknown ({report:?})"), ended)?;
            }
        }
    }
    Ok(())
}

pub fn forgotten(laws: &RuntimeLaws<'_>) -> Outcome {
    let stage = RuntimeStage::new(laws)?;
    let (dir, process) = stage.process()?;
    let it = stage.start_this(dir, &process.report(ExitReport::Kept))?;
    laws.workload.end(&it.dir, &it.handle, Exit::Code(3));
    let ended = laws.runtime.wait(&it.session, &it.handle, laws.patience);
    expect(ended.is_some(), "its end", ended)?;
    let stopped = laws.runtime.stop(&it.session, &it.handle, GRACE);
    expect(matches!(stopped, Ok(Stopped::AlreadyGone)), "it was already gone", stopped)?;
    let screen = laws.runtime.screen(&it.session, &it.handle);
    expect(screen.is_none(), "no screen", screen)?;
    let ended = laws.runtime.wait(&it.session, &it.handle, laws.patience);
    expect(ended == Some(Exit::Unknown), "an end that is unknown", ended)
}
