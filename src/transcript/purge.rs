//! Removes what was captured and fetched of sessions, so that nothing of it is left in the store.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gix::objs::Kind;

use super::layout::{captured_refs, session_of};
use super::{TranscriptError, TranscriptStore};
use crate::git::{Hold, Lock, LockError, Repository, oid};
use crate::model::{SessionId, Timestamp};

/// The lock that a purge holds alone, and everybody else who writes objects together.
const LOCK: &str = "purge.lock";
/// The note that the objects of a purge may still be there.
const UNFINISHED: &str = "purging";
/// The folder of notes of sessions that were purged.
pub(super) const PURGED: &str = "purged";
/// The file by which git's maintenance keeps another one out.
const MAINTENANCE: &str = "objects/maintenance.lock";

impl TranscriptStore {
    /// Keeps a purge out while objects are written that no ref leads to yet.
    ///
    /// # Errors
    /// Fails if a purge is running for too long, or if the lock cannot be taken.
    pub fn keep_purge_out(&self) -> Result<Lock, LockError> {
        self.repository().lock_as(LOCK, Hold::Together, self.ledger().patience())
    }

    /// Returns the time of the newest capture of a session, by any clone.
    ///
    /// # Errors
    /// Fails if a capture cannot be read.
    pub fn captured_at(&self, session: SessionId) -> Result<Option<Timestamp>, TranscriptError> {
        let mut newest = None;
        for name in self.repository().refs_below(&captured_refs(session)) {
            if let Some(tip) = self.ledger().tip(&name)? {
                let commit = self.repository().read_commit(crate::git::gix_id(&tip))?;
                let seconds = commit.committer.time.seconds;
                newest = newest.max(Some(Timestamp::from_millis(seconds.saturating_mul(1000))));
            }
        }
        Ok(newest)
    }

    /// Returns true if the session was purged, and nobody has captured it again.
    pub fn was_purged(&self, session: SessionId) -> bool {
        self.repository().ao_dir().join(PURGED).join(session.to_string()).exists()
    }

    /// Returns true if a purge was interrupted: the objects of what it removed may still be there.
    pub fn has_unfinished_purge(&self) -> bool {
        self.repository().ao_dir().join(UNFINISHED).exists()
    }

    /// Removes all that was captured and fetched of sessions from the store. No object, pack or log
    /// in it has anything of that afterwards, unless another session has it too. Nothing of other
    /// sessions is lost, whatever happens meanwhile.
    ///
    /// What this clone has shared of them stays on the remotes, and can still be withdrawn.
    ///
    /// # Errors
    /// Fails if somebody captures for too long, or if the store cannot be written. If that happens
    /// in the middle, [`has_unfinished_purge`](Self::has_unfinished_purge) tells it, and the next
    /// purge, also one of no sessions, removes the rest.
    pub fn purge(&self, sessions: &[SessionId]) -> Result<(), TranscriptError> {
        let repo = self.repository();
        let patience = self.ledger().patience();
        let alone = repo.lock_as(LOCK, Hold::Alone, patience)?;
        let failed = |source| io_error("write", repo.ao_dir().join(UNFINISHED), source);
        alone.pass_on().map_err(failed)?;
        repo.write_note(UNFINISHED, "").map_err(failed)?;
        let _maintained = Maintenance::keep_out(repo, patience)?;
        for session in sessions {
            let _ = repo.make_ao_dir(PURGED);
            repo.write_note(&format!("{PURGED}/{session}"), "").map_err(failed)?;
        }
        self.remove_stale_locks()?;
        self.remove_refs(sessions)?;
        for session in sessions {
            self.forget_notes(*session);
        }
        self.remove_unreachable()?;
        repo.forget_objects();
        self.forget_values();
        remove(&repo.ao_dir().join(UNFINISHED))
    }

    /// Removes the locks of refs whose holders were killed: nobody else is writing one.
    fn remove_stale_locks(&self) -> Result<(), TranscriptError> {
        let top = self.repository().common_dir();
        remove(&top.join("packed-refs.lock"))?;
        let mut folders = vec![top.join("refs/ao")];
        while let Some(folder) = folders.pop() {
            for path in entries(&folder)? {
                match path.is_dir() {
                    true => folders.push(path),
                    false if path.extension().is_some_and(|it| it == "lock") => remove(&path)?,
                    false => {}
                }
            }
        }
        Ok(())
    }

    fn remove_refs(&self, sessions: &[SessionId]) -> Result<(), TranscriptError> {
        let repo = self.repository();
        let mut lines = String::new();
        for name in repo.refs_below("refs/ao/") {
            let mut parts = name.split('/').skip(2);
            let of = match parts.next() {
                Some("transcripts" | "fetched" | "incoming") => {
                    session_of(&name).map(|(session, _)| session)
                }
                Some("shared" | "sharing") => session_of(&name).map(|(session, _)| session),
                _ => None,
            };
            if !of.is_some_and(|session| sessions.contains(&session)) {
                continue;
            }
            // A share can be withdrawn only by who knows what was sent: its id is enough.
            if let Some(rest) = name.strip_prefix("refs/ao/shared/")
                && let Some(sent) = repo.read_ref(&name).map_err(ledger)?
            {
                let note = repo.write_bytes(Kind::Blob, sent.as_str().as_bytes())?;
                lines += &format!("update refs/ao/noted/{rest} {}\n", oid(note));
            }
            lines += &format!("delete {name}\n");
        }
        if lines.is_empty() {
            return Ok(());
        }
        let git = repo.git("update-ref").shielded().args(["--no-deref", "--stdin"]);
        git.input(lines).run().map(drop).map_err(TranscriptError::Purge)
    }

    /// Forgets what is noted of a session beside its refs.
    fn forget_notes(&self, session: SessionId) {
        let ao = self.repository().ao_dir();
        let _ = fs::remove_file(ao.join("stopped").join(session.to_string()));
        for entry in fs::read_dir(ao.join("sizes")).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(&session.to_string()) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Writes a pack of all that refs lead to, and removes everything else.
    fn remove_unreachable(&self) -> Result<(), TranscriptError> {
        let repo = self.repository();
        let objects = repo.common_dir().join("objects");
        // Nobody else is writing: what keeps a pack, or is not complete, was left by the dead.
        for path in entries(&objects.join("pack"))? {
            if path.extension().is_some_and(|it| it == "keep") {
                remove(&path)?;
            }
        }
        let repack = repo.git("repack").args(["-a", "-d", "-q", "-n", "--no-write-bitmap-index"]);
        repack.run().map_err(TranscriptError::Purge)?;
        repo.git("prune").arg("--expire=now").run().map_err(TranscriptError::Purge)?;
        // The graph names commits that are gone.
        remove(&objects.join("info/commit-graph"))?;
        remove_folder(&objects.join("info/commit-graphs"))?;
        for folder in entries(&objects)? {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if matches!(name.as_str(), "info" | "pack" | "maintenance.lock") {
                continue;
            }
            let is_shard = name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
            match (folder.is_dir(), is_shard) {
                (true, true) => {
                    for path in entries(&folder)?.into_iter().filter(|path| !is_object(path)) {
                        remove(&path)?;
                    }
                }
                (true, false) => remove_folder(&folder)?,
                (false, _) => remove(&folder)?,
            }
        }
        Ok(())
    }
}

/// Git's own maintenance, which might write a pack with what is being removed.
struct Maintenance(PathBuf);

/// What a purge writes into the lock of the maintenance, so that the next one knows it again if this
/// one is killed.
const OURS: &str = "git-ao purge\n";

impl Maintenance {
    /// Waits until none is running, and keeps others out.
    fn keep_out(repo: &Repository, patience: Duration) -> Result<Self, TranscriptError> {
        let path = repo.common_dir().join(MAINTENANCE);
        let start = Instant::now();
        loop {
            let made = fs::File::create_new(&path);
            let made = made.and_then(|mut file| file.write_all(OURS.as_bytes()));
            let is_ours = match made {
                Ok(()) => true,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    fs::read_to_string(&path).is_ok_and(|text| text == OURS)
                }
                Err(error) => return Err(io_error("create", path, error)),
            };
            if is_ours && !is_gc_running(repo) {
                return Ok(Self(path));
            }
            if start.elapsed() >= patience {
                return Err(LockError::Timeout { path, waited: patience }.into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Maintenance {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Returns true if the process that git gc has noted is alive.
fn is_gc_running(repo: &Repository) -> bool {
    let noted = fs::read_to_string(repo.common_dir().join("gc.pid")).unwrap_or_default();
    let pid = noted.split_whitespace().next().and_then(|pid| pid.parse().ok());
    let pid = pid.and_then(rustix::process::Pid::from_raw);
    pid.is_some_and(|pid| rustix::process::test_kill_process(pid).is_ok())
}

/// Returns true if a file in a folder of loose objects has the name of one.
fn is_object(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    matches!(name.len(), 38 | 62) && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, TranscriptError> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        read => {
            let entries = read.map_err(|source| io_error("read", folder.to_owned(), source))?;
            Ok(entries.flatten().map(|entry| entry.path()).collect())
        }
    }
}

fn remove(path: &Path) -> Result<(), TranscriptError> {
    absent(path, fs::remove_file(path))
}

fn remove_folder(path: &Path) -> Result<(), TranscriptError> {
    absent(path, fs::remove_dir_all(path))
}

fn absent(path: &Path, removed: io::Result<()>) -> Result<(), TranscriptError> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(io_error("remove", path.to_owned(), error))
        }
        _ => Ok(()),
    }
}

fn io_error(act: &'static str, path: PathBuf, source: io::Error) -> TranscriptError {
    TranscriptError::Io { act, path, source }
}

fn ledger(error: crate::git::RefError) -> TranscriptError {
    crate::ledger::LedgerError::from(error).into()
}
