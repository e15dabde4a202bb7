use std::ffi::{OsStr, OsString};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use tempfile::{NamedTempFile, TempPath};

use super::client::{Answer, Client, arg, check_directory, escape, is_gone, version};
use super::panes::{self, target};
use crate::model::SessionId;
use crate::runtime::{ExitReport, ProcessSpec, RuntimeError};

/// How many names are tried.
const NAMES: usize = 100;

/// How often to create a session again because the server was about to exit.
const TRIES: usize = 5;

/// Starts a tmux session and returns its name.
pub(super) fn start(
    client: &Client,
    session: &SessionId,
    plan: &ProcessSpec,
) -> Result<String, RuntimeError> {
    check_version(client)?;
    check_directory(&plan.cwd)?;
    let panes = panes::list(client)?;
    if let Some(pane) = panes.iter().find(|pane| pane.belongs_to(session) && pane.runs()) {
        return Err(RuntimeError::AlreadyRunning(pane.name.clone()));
    }
    let first = format!("ao-{}", session.short());
    let later = (2..NAMES).map(|n| format!("{first}-{n}"));
    for name in std::iter::once(first.clone()).chain(later) {
        if panes.iter().any(|pane| pane.name == name) {
            continue;
        }
        match new_session_in_time(client, session, plan, &name)? {
            Answer::Done(_) => return Ok(name),
            // The name was taken in the meantime.
            Answer::Failed(words) if words.starts_with("duplicate session") => {}
            Answer::Failed(words) if is_gone(&words) => return Err(ended(plan)),
            Answer::Failed(words) => return Err(RuntimeError::Tmux(words)),
            Answer::NoServer => return Err(ended(plan)),
        }
    }
    Err(RuntimeError::NotOurs(first))
}

/// Checks that tmux is at least 3.2, which introduced the option -e of new-session.
pub(super) fn check_version(client: &Client) -> Result<(), RuntimeError> {
    match version(client)? {
        Some((major, minor, found)) if (major, minor) < (3, 2) => {
            Err(RuntimeError::TooOld { program: "tmux", found, needed: "3.2" })
        }
        _ => Ok(()),
    }
}

fn ended(plan: &ProcessSpec) -> RuntimeError {
    let program = plan.argv.first().map(|program| program.to_string_lossy().into_owned());
    RuntimeError::EndedAtOnce(program.unwrap_or_default())
}

/// Creates the tmux session. A server whose last session has just ended still takes a command, and
/// exits without obeying it.
fn new_session_in_time(
    client: &Client,
    session: &SessionId,
    plan: &ProcessSpec,
    name: &str,
) -> Result<Answer, RuntimeError> {
    for _ in 1..TRIES {
        match new_session(client, session, plan, name)? {
            (Answer::Failed(words), Created::No) if is_gone(&words) => {}
            (Answer::NoServer, Created::No) => {}
            (answer, _) => return Ok(answer),
        }
    }
    Ok(new_session(client, session, plan, name)?.0)
}

/// Whether a command got as far as to create the session.
enum Created {
    Yes,
    No,
}

/// Creates the tmux session and marks it with its owner in a single command sequence, so that
/// nobody sees it unmarked. An existing session is not changed.
fn new_session(
    client: &Client,
    session: &SessionId,
    plan: &ProcessSpec,
    name: &str,
) -> Result<(Answer, Created), RuntimeError> {
    let words = ["new-session", "-d", "-P", "-F", "#{session_name}", "-s", name];
    let mut new: Vec<OsString> = words.map(arg).to_vec();
    for (key, value) in &plan.set {
        new.extend([arg("-e"), [key.as_os_str(), OsStr::new("="), value].into_iter().collect()]);
    }
    let input = plan.input.as_deref().map(input).transpose();
    let input = input.map_err(|e| RuntimeError::io("write the input", e))?;
    let program = argv(plan, input.as_deref());
    let mut respawn = Vec::new();
    if plan.report == ExitReport::Kept {
        // The pane must keep the exit status before the program can end.
        new.extend(["sh", "-c", "read _"].map(arg));
        respawn.extend([arg("respawn-pane"), arg("-k"), arg("-t"), target(name).into()]);
        respawn.extend(program);
    } else {
        new.extend(program);
    }
    let option = |words: [&str; 2]| {
        let [name_of, value] = words;
        vec![arg("set-option"), arg("-t"), target(name).into(), arg(name_of), arg(value)]
    };
    let mut mark_pane = option(["@ao_pane", "#{pane_id}"]);
    mark_pane.insert(1, arg("-F"));
    let owner = session.to_string();
    let mut rest =
        vec![mark_pane, option(["destroy-unattached", "off"]), option(["@ao_session", &owner])];
    if plan.report == ExitReport::Kept {
        let mut keep = option(["remain-on-exit", "on"]);
        keep.insert(1, arg("-p"));
        rest.push(keep);
    }
    let output = client.output(
        |command| {
            // The session inherits the client's directory. The option -c is not used, because tmux
            // expands formats in it, and would execute `#(…)` in the name of a directory.
            command.current_dir(&plan.cwd).args(new.iter().map(|word| escape(word)));
            for words in rest {
                command.arg(";").args(words);
            }
            if !respawn.is_empty() {
                command.arg(";").args(respawn.iter().map(|word| escape(word)));
            }
            // If this starts the server, its environment becomes that of every later session, also
            // of those of the person, who cannot do without these two.
            let is_only_its_own = |name: &&OsString| *name != "HOME" && *name != "PATH";
            let set = plan.set.iter().map(|(name, _)| name).filter(is_only_its_own);
            for name in plan.remove.iter().chain(set) {
                command.env_remove(name);
            }
            command
        },
        Vec::new(),
    )?;
    let created = if output.stdout.trim_end() == name { Created::Yes } else { Created::No };
    let answer = Answer::from(output);
    if let (Some(input), Answer::Done(_)) = (input, &answer) {
        // The process removes the file once it has opened it. If it stays, it is empty space in the
        // temporary directory.
        let _ = input.keep();
    }
    Ok((answer, created))
}

/// Writes the input to a file that only this user can read.
fn input(bytes: &[u8]) -> io::Result<TempPath> {
    let mut file = NamedTempFile::new()?;
    file.write_all(bytes)?;
    Ok(file.into_temp_path())
}

/// Returns the argument vector for tmux.
///
/// It starts with env(1), which removes variables that a long-running server may have. This also
/// ensures that there are several words, because tmux passes a single word to a shell.
fn argv(plan: &ProcessSpec, input: Option<&Path>) -> Vec<OsString> {
    // The server may have another PATH.
    let env = plan.environment.find_program("env").unwrap_or_else(|| "/usr/bin/env".into());
    let mut argv = vec![env.into_os_string()];
    for name in &plan.remove {
        argv.extend([arg("-u"), name.clone()]);
    }
    let program = plan.argv.first().map_or(&[][..], |program| program.as_bytes());
    if let Some(input) = input {
        argv.extend([arg("sh"), arg("-c"), arg("exec <\"$0\"; rm -f -- \"$0\"; exec \"$@\"")]);
        argv.push(input.into());
    } else if program.contains(&b'=') || program.starts_with(b"-") {
        // env would take the program for a variable or an option.
        argv.extend([arg("sh"), arg("-c"), arg("exec \"$0\" \"$@\"")]);
    }
    argv.extend(plan.argv.iter().cloned());
    argv
}
