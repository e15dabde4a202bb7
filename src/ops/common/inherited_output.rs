//! Passes the output of an agent to the standard output of its supervisor.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::stdio::{dup2_stderr, dup2_stdout, stdout};

use crate::model::SessionId;
use crate::ops::common::log_file;
use crate::runtime::Log;
use crate::store::Store;

/// Returns where the output of an agent without a terminal goes: standard output, capped at
/// `ao.logLimit` if that is the session's log. Without a standard output, it is dropped.
pub(in crate::ops) fn inherited_output(store: &Store, session: SessionId) -> Box<dyn Write + Send> {
    let Ok(own) = stdout().try_clone_to_owned().map(File::from) else {
        return Box::new(io::sink());
    };
    let repo = store.repository();
    let log = log_file(repo, session).ok().filter(|path| is_same(&own, path).unwrap_or(false));
    let log =
        log.and_then(|path| Log::open(&path, repo.settings().log_limit(), Box::new(go_on_in)).ok());
    match log {
        Some(log) => Box::new(log),
        None => Box::new(own),
    }
}

/// Returns true if the standard output of this process is a terminal.
pub(in crate::ops) fn is_on_terminal() -> bool {
    rustix::termios::isatty(stdout())
}

/// Returns true if the standard output of this process is the session's log.
pub(in crate::ops) fn is_log(store: &Store, session: SessionId) -> bool {
    let own = stdout().try_clone_to_owned().map(File::from);
    let log = log_file(store.repository(), session);
    matches!((own, log), (Ok(own), Ok(path)) if is_same(&own, &path).unwrap_or(false))
}

fn is_same(file: &File, path: &Path) -> io::Result<bool> {
    let (own, log) = (file.metadata()?, path.metadata()?);
    Ok((own.dev(), own.ino()) == (log.dev(), log.ino()))
}

/// Redirects the output of this process to the new log file.
fn go_on_in(file: &File) {
    // If this fails, the output goes to the previous file.
    let _ = dup2_stdout(file).and_then(|()| dup2_stderr(file));
}
