use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use super::wait::{Waited, wait};
use super::{Process, ProcessSpec, RuntimeError};
use crate::git::Environment;

/// The length to which an answer is truncated, in bytes.
const LONGEST: u64 = 4096;

/// How long to wait for output after a program has ended, because its children may keep the pipe
/// open.
const REST: Duration = Duration::from_millis(500);

/// Runs a program without input and returns the first line that it prints, such as its version.
/// After `limit`, the program and its children are killed.
///
/// # Errors
/// Fails if the program cannot be started, does not exit in time, fails, or prints nothing.
pub fn ask(
    program: &Path,
    args: &[String],
    environment: &Environment,
    limit: Duration,
) -> Result<String, RuntimeError> {
    let mut command = environment.command(program);
    command.args(args);
    answer(command, program, limit)
}

/// Runs a command without a terminal, as [`ask`] does.
///
/// # Errors
/// Fails like [`ask`].
pub fn ask_as(plan: &ProcessSpec, limit: Duration) -> Result<String, RuntimeError> {
    let Some(program) = plan.argv.first() else {
        return Err(RuntimeError::NotInstalled(String::new()));
    };
    let mut command = plan.command(program);
    // What a shell has set is not where this runs.
    command.args(&plan.argv[1..]).current_dir(&plan.cwd).env("PWD", &plan.cwd);
    answer(command, Path::new(program), limit)
}

fn answer(mut command: Command, program: &Path, limit: Duration) -> Result<String, RuntimeError> {
    let name = program.to_string_lossy().into_owned();
    let no_use = |why: String| RuntimeError::NoUse { program: name.clone(), why };
    command.process_group(0);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let start = |e| RuntimeError::io(format!("start '{name}'"), e);
    let mut child = command.spawn().map_err(start)?;
    let (stdout, stderr) = (collect(child.stdout.take()), collect(child.stderr.take()));
    let in_time = match Process::of(child.id())? {
        Some(process) => wait(&process, limit)?,
        None => Waited::Ended,
    };
    if let Some(group) = Pid::from_raw(child.id().cast_signed()) {
        // The child has not been waited for, so its id has not been reused. An empty group is not
        // an error.
        let _ = kill_process_group(group, Signal::KILL);
    }
    let status = child.wait().map_err(|e| RuntimeError::io(format!("wait for '{name}'"), e))?;
    if in_time == Waited::TimedOut {
        return Err(no_use(format!("did not end within {} seconds", limit.as_secs())));
    }
    let said = [stdout, stderr].map(|text| text.recv_timeout(REST).unwrap_or_default());
    let line = said.iter().flat_map(|text| text.lines()).map(str::trim).find(|l| !l.is_empty());
    match (status.success(), line) {
        (true, Some(line)) => Ok(line.to_owned()),
        (true, None) => Err(no_use("printed nothing".to_owned())),
        (false, Some(line)) => Err(no_use(format!("failed: {line}"))),
        (false, None) => Err(no_use(format!("failed: {status}"))),
    }
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (send, receive) = channel();
    thread::spawn(move || {
        let Some(mut pipe) = pipe else { return };
        let mut bytes = Vec::new();
        // A read error ends the text, like the end of the file.
        let _ = pipe.by_ref().take(LONGEST).read_to_end(&mut bytes);
        let _ = send.send(String::from_utf8_lossy(&bytes).into_owned());
        // Reads the rest too, because a program that writes to a closed pipe fails.
        let _ = io::copy(&mut pipe, &mut io::sink());
    });
    receive
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, limit: Duration) -> Result<String, RuntimeError> {
        let args = ["-c".to_owned(), script.to_owned()];
        ask(Path::new("/bin/sh"), &args, &Environment::inherited(), limit)
    }

    #[test]
    fn the_first_line_is_the_answer() {
        let limit = Duration::from_secs(30);
        assert_eq!(sh("echo; echo ' 1.2 (x)'; echo more", limit).unwrap(), "1.2 (x)");
        assert_eq!(sh("echo 1.3 >&2", limit).unwrap(), "1.3");
        // Nobody reads all of it, and what is left running does not hold the answer back.
        assert_eq!(sh("echo 1.4; sleep 1000 & yes | head -c 100000", limit).unwrap(), "1.4");
        for bad in ["exit 3", "echo broken; exit 1", "true", "kill -9 $$"] {
            assert!(sh(bad, limit).is_err(), "{bad}");
        }
        assert!(ask(Path::new("/nowhere/x"), &[], &Environment::empty(), limit).is_err());
    }

    #[test]
    fn a_program_that_does_not_end_is_ended() {
        let error = sh("sleep 1000 & sleep 1000", Duration::from_millis(50)).unwrap_err();
        assert!(error.to_string().contains("did not end"), "{error}");
    }
}
