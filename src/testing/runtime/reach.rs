use super::super::law::{Outcome, expect};
use super::RuntimeLaws;
use super::stage::RuntimeStage;
use crate::runtime::{Exit, RuntimeError, Terminal};

const TEXT: &str = "faster, please";

pub fn send(laws: &RuntimeLaws<'_>) -> Outcome {
    let stage = RuntimeStage::new(laws)?;
    let it = stage.start()?;
    // What reads the terminal is not part of the workload.
    if laws.runtime.terminal() == Terminal::Absent {
        match laws.runtime.send(&it.session, &it.handle, TEXT) {
            Err(RuntimeError::Unsupported { .. }) => {}
            Ok(()) => {
                stage.until("the workload has the text, or send fails with Unsupported", || {
                    let sent = laws.workload.sent(&it.dir, &it.handle);
                    if sent == [TEXT] { Ok(()) } else { Err(sent) }
                })?
            }
            other => return expect(false, "success, or the error Unsupported", other),
        }
    }
    laws.workload.end(&it.dir, &it.handle, Exit::Code(0));
    stage.wait_gone(&it)?;
    let late = laws.runtime.send(&it.session, &it.handle, TEXT);
    expect(late.is_err(), "an error, because it is gone", late)
}

pub fn attach(laws: &RuntimeLaws<'_>) -> Outcome {
    let stage = RuntimeStage::new(laws)?;
    let it = stage.start()?;
    match laws.runtime.attach(&it.session, &it.handle) {
        Err(RuntimeError::Unsupported { .. }) => {}
        Ok(command) => expect(!command.argv.is_empty(), "a program to run", command)?,
        other => return expect(false, "a command, or the error Unsupported", other),
    }
    laws.workload.end(&it.dir, &it.handle, Exit::Code(0));
    stage.wait_gone(&it)?;
    let late = laws.runtime.attach(&it.session, &it.handle);
    expect(late.is_err(), "an error, because it is gone", late)
}
