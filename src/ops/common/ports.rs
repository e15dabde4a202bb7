//! Ports for the servers of a session, so that sessions do not want the same ones.
//!
//! A session gets ten consecutive ports. The file `ao/ports` in the common git directory lists who
//! has which: a line `<first port> <session id>` each.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::time::Duration;

use crate::git::{FileError, Repository};
use crate::model::SessionId;
use crate::ops::common::OpsError;

/// The first port of all: below it are well-known servers.
const FIRST: u16 = 20_000;

/// How many ports a session gets.
const EACH: u16 = 10;

/// How many sessions can have ports. They end below the ports that systems give to clients.
const BLOCKS: u16 = 1_000;

const NAME: &str = "ports";

/// How long to wait for others that take ports.
const PATIENCE: Duration = Duration::from_secs(10);

type Taken = BTreeMap<u16, SessionId>;

/// Takes ports for a session: those that it has, or that it had before, unless another program
/// listens there now. Returns the first one; None if no ports are free.
pub(in crate::ops) fn take(repo: &Repository, session: SessionId) -> Result<Option<u16>, OpsError> {
    take_if(repo, session, is_free)
}

/// Returns the first port of a session; takes ports if it has none yet. Those that it has may be in
/// use, by its own servers.
pub(in crate::ops) fn of(repo: &Repository, session: SessionId) -> Result<Option<u16>, OpsError> {
    match find(&read(repo)?, session) {
        Some(port) => Ok(Some(port)),
        None => take(repo, session),
    }
}

/// Gives the ports of a session back.
pub(in crate::ops) fn give_back(repo: &Repository, session: SessionId) -> Result<(), OpsError> {
    if find(&read(repo)?, session).is_none() {
        return Ok(());
    }
    let _alone = repo.lock_named("ports.lock", PATIENCE)?;
    let mut taken = read(repo)?;
    taken.retain(|_, owner| *owner != session);
    write(repo, &taken)
}

fn take_if(
    repo: &Repository,
    session: SessionId,
    is_free: impl Fn(u16) -> bool,
) -> Result<Option<u16>, OpsError> {
    let _alone = repo.lock_named("ports.lock", PATIENCE)?;
    let mut taken = read(repo)?;
    let own = find(&taken, session);
    if own.is_some_and(&is_free) {
        return Ok(own);
    }
    taken.retain(|_, owner| *owner != session);
    // Where the session looks first depends on its id, so that it gets the same ports again.
    let start = preferred(session);
    let ports = (0..BLOCKS).map(|n| FIRST + (start + n) % BLOCKS * EACH);
    let port = ports.into_iter().find(|port| !taken.contains_key(port) && is_free(*port));
    if let Some(port) = port {
        taken.insert(port, session);
    }
    write(repo, &taken)?;
    Ok(port)
}

fn preferred(session: SessionId) -> u16 {
    let digits = u32::from_str_radix(&session.short(), 16).unwrap_or_default();
    u16::try_from(digits % u32::from(BLOCKS)).unwrap_or_default()
}

fn find(taken: &Taken, session: SessionId) -> Option<u16> {
    taken.iter().find(|(_, owner)| **owner == session).map(|(port, _)| *port)
}

/// Returns true if nobody listens on any of the ports that begin with this one.
fn is_free(first: u16) -> bool {
    let is_taken = |port: u16| {
        let four = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).map(drop);
        let six = TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)).map(drop);
        [four, six]
            .into_iter()
            .filter_map(Result::err)
            .any(|e| e.kind() == io::ErrorKind::AddrInUse)
    };
    !(first..first + EACH).any(is_taken)
}

/// Reads the list. Lines that are not understood are dropped.
fn read(repo: &Repository) -> Result<Taken, OpsError> {
    let path = repo.ao_dir().join(NAME);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(FileError { act: "read", path, source }.into()),
    };
    let parse = |line: &str| {
        let (port, session) = line.split_once(' ')?;
        Some((port.parse().ok()?, session.parse().ok()?))
    };
    Ok(text.lines().filter_map(parse).collect())
}

fn write(repo: &Repository, taken: &Taken) -> Result<(), OpsError> {
    let lines: String = taken.iter().map(|(port, session)| format!("{port} {session}\n")).collect();
    let path = repo.ao_dir().join(NAME);
    let written = match lines.is_empty() {
        true => match std::fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        },
        false => repo.write_note(NAME, &lines),
    };
    Ok(written.map_err(|source| FileError { act: "write", path, source })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repo() -> (tempfile::TempDir, Repository) {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in [("HEAD", "ref: refs/heads/main\n"), ("config", "")] {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        for name in ["objects", "refs"] {
            std::fs::create_dir(dir.path().join(name)).unwrap();
        }
        let repo = Repository::discover(dir.path()).unwrap();
        repo.make_ao_dir("log").unwrap();
        (dir, repo)
    }

    #[test]
    fn a_session_keeps_its_ports_and_gets_them_again() {
        let (_dir, repo) = repo();
        let [one, two] = [SessionId::random(), SessionId::random()];
        let free = |_| true;
        let first = take_if(&repo, one, free).unwrap().unwrap();
        assert_eq!((first % EACH, take_if(&repo, one, free).unwrap()), (0, Some(first)));
        assert_ne!(take_if(&repo, two, free).unwrap(), Some(first));
        give_back(&repo, one).unwrap();
        assert_eq!(find(&read(&repo).unwrap(), one), None);
        assert_eq!(take_if(&repo, one, free).unwrap(), Some(first));
        // Another program listens there now.
        let other = take_if(&repo, one, |port| port != first).unwrap().unwrap();
        assert_ne!(other, first);
        assert_eq!(find(&read(&repo).unwrap(), one), Some(other));
        give_back(&repo, one).unwrap();
        give_back(&repo, two).unwrap();
        assert!(!repo.ao_dir().join(NAME).exists());
    }

    #[test]
    fn no_ports_are_no_error_and_odd_lines_neither() {
        let (_dir, repo) = repo();
        repo.write_note(NAME, "x\n20000 not-a-session\n\n").unwrap();
        assert_eq!(take_if(&repo, SessionId::random(), |_| false).unwrap(), None);
    }

    #[test]
    fn a_port_on_which_somebody_listens_is_not_free() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(!is_free(port));
    }
}
