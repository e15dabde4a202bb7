use std::fs;

use super::super::law::{Outcome, Violation, expect};
use super::RuntimeLaws;
use super::stage::RuntimeStage;
use crate::model::{SessionId, error_chain};
use crate::runtime::Terminal;

/// Arguments that a shell, an option parser or a terminal would change.
const ODD: [&str; 9] =
    ["", "a b", "$(x) 'q' \"d\"", "-x", "--", "\u{fc}\nz;", ";", "\\;", "#{pid} ~ *"];

pub fn name(laws: &RuntimeLaws<'_>) -> Outcome {
    let runtime = laws.runtime;
    let (name, terminal) = (runtime.name().to_owned(), runtime.terminal());
    let odd = |c: char| c.is_control() || c.is_whitespace();
    expect(!name.is_empty() && !name.contains(odd), "a name that is one word", &name)?;
    expect(runtime.name() == name, format!("the name '{name}' again"), runtime.name())?;
    expect(runtime.terminal() == terminal, format!("{terminal:?} again"), runtime.terminal())?;
    let usable = runtime.check().map_err(|error| error_chain(&error));
    expect(usable.is_ok(), "a runtime that can be used here", usable)
}

pub fn received(laws: &RuntimeLaws<'_>) -> Outcome {
    let stage = RuntimeStage::new(laws)?;
    let (dir, mut process) = stage.process()?;
    let (log, before) = (dir.join("log"), "from earlier\n");
    fs::write(&log, before).map_err(|e| Violation::new("a log", e))?;
    process.argv.extend(ODD.map(Into::into));
    process.environment = process.environment.with("AO_LAW_REMOVED", "1");
    let value = "b  c $d; 'x' #{pid}";
    let process = process.env("AO_LAW_SET", value).env("AO_LAW_EMPTY", "");
    let process = process.env_remove("AO_LAW_REMOVED").input("two\nlines \u{fc}").log(&log);
    let it = stage.start_this(dir, &process)?;
    let found = stage.until("the process receives what it needs", || {
        laws.workload.received(&it.dir, &it.handle).ok_or("nothing")
    })?;
    expect(found.args == ODD, format!("the arguments {ODD:?}"), &found.args)?;
    expect(found.input == b"two\nlines \xc3\xbc", "the input unchanged", &found.input)?;
    let same = found.directory.canonicalize().is_ok_and(|directory| directory == it.dir);
    expect(same, format!("the directory {}", it.dir.display()), &found.directory)?;
    let variable = |name: &str| found.variables.get(name.as_ref() as &std::ffi::OsStr);
    let is = |name: &str, value: &str| variable(name).is_some_and(|it| it == value);
    expect(is("AO_LAW_SET", value), "AO_LAW_SET as it was set", variable("AO_LAW_SET"))?;
    expect(is("AO_LAW_EMPTY", ""), "AO_LAW_EMPTY, empty", variable("AO_LAW_EMPTY"))?;
    let removed = variable("AO_LAW_REMOVED");
    expect(removed.is_none(), "no AO_LAW_REMOVED", removed)?;
    let Some(printed) = laws.workload.prints() else { return Ok(()) };
    if laws.runtime.terminal() == Terminal::Present {
        return Ok(());
    }
    stage.until(&format!("'{printed}' appended to the log"), || {
        let text = fs::read_to_string(&log).unwrap_or_default();
        let is_appended = text.strip_prefix(before).is_some_and(|new| new.contains(printed));
        if is_appended { Ok(()) } else { Err(text) }
    })
}

pub fn directory(laws: &RuntimeLaws<'_>) -> Outcome {
    let stage = RuntimeStage::new(laws)?;
    let (dir, process) = stage.process()?;
    let mut nowhere = process.clone();
    nowhere.cwd = dir.join("missing");
    let session = SessionId::random();
    let started = laws.runtime.start(&session, &nowhere).map_err(|error| error_chain(&error));
    if let Ok(crate::runtime::Started::Running(handle)) = &started {
        stage.note(session, handle);
    }
    expect(started.is_err(), "an error", started)?;
    expect(!nowhere.cwd.exists(), "no new directory", &nowhere.cwd)?;
    let received = laws.workload.received(&dir, "");
    expect(received.is_none(), "no process", received)?;
    // Nothing is in the way of another attempt.
    stage.start_for(&session, &process).map(drop)
}
