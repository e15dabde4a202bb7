//! Programs in the tree, which run only if their content was approved in this clone: a branch that
//! was fetched must not run code because somebody starts a session on it.
//!
//! An approved program is kept as `ao/trust/<SHA-256 of the content>` in the common git directory.
//! That copy is what runs, so nothing that happens to the file in the worktree can replace it.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, openat};

use super::Phase;
use crate::git::{FileError, Repository, sha256, uninterrupted};
use crate::ops::common::{Engine, OpsError};

/// The folder with the programs, in the tree.
pub(super) const IN_TREE: &str = ".ao";

/// The largest program, in bytes.
pub(super) const LARGEST: u64 = 1 << 20;

/// Whether a program in the tree may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProgramTrust {
    /// Its content was approved in this clone.
    Approved,
    /// Its content was not approved.
    Unknown,
    /// It is not an executable file, or too large; it never runs.
    Unusable,
}

/// A program in the tree that sets a worktree up or tears it down.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TreeProgram {
    /// What it is for.
    pub phase: Phase,
    /// The path, relative to the top.
    pub path: PathBuf,
    /// The content.
    pub content: Vec<u8>,
    /// The SHA-256 hash of the content.
    pub hash: String,
    /// Whether it may run.
    pub trust: ProgramTrust,
}

impl Engine {
    /// Returns the programs in a worktree that would run if their content is approved.
    ///
    /// # Errors
    /// Fails if one cannot be read.
    pub fn tree_programs(&self, top: &Path) -> Result<Vec<TreeProgram>, OpsError> {
        let both = [Phase::Setup, Phase::Teardown].into_iter();
        both.filter_map(|phase| tree_program(self.repository(), top, phase).transpose()).collect()
    }

    /// Approves the content of a program in this clone, as it was read.
    ///
    /// # Errors
    /// Fails if the approval cannot be written.
    pub fn approve(&self, program: &TreeProgram) -> Result<(), OpsError> {
        let repo = self.repository();
        let path = place(repo, &program.hash);
        let written = repo.make_ao_dir("trust").and_then(|_| write(&path, &program.content));
        Ok(written.map_err(|source| FileError { act: "write", path, source })?)
    }

    /// Revokes the approval of a content. Returns false if there was none.
    ///
    /// # Errors
    /// Fails if the approval cannot be removed.
    pub fn revoke(&self, hash: &str) -> Result<bool, OpsError> {
        if !is_hash(hash) {
            return Ok(false);
        }
        let path = place(self.repository(), hash);
        match uninterrupted(|| fs::remove_file(&path)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(source) => Err(FileError { act: "remove", path, source }.into()),
        }
    }

    /// Returns the hashes of everything that is approved in this clone, sorted.
    ///
    /// # Errors
    /// Fails if the approvals cannot be read.
    pub fn approvals(&self) -> Result<Vec<String>, OpsError> {
        let path = self.repository().ao_dir().join("trust");
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries.collect::<io::Result<Vec<_>>>(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        };
        let entries = entries.map_err(|source| FileError { act: "read", path, source })?;
        let names = entries.iter().filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<_> = names.filter(|name| is_hash(name)).collect();
        names.sort();
        Ok(names)
    }
}

/// Returns the program of a phase in the tree, if there is a file of its name.
pub(super) fn tree_program(
    repo: &Repository,
    top: &Path,
    phase: Phase,
) -> Result<Option<TreeProgram>, OpsError> {
    let path = Path::new(IN_TREE).join(phase.name());
    let read = match read(top, phase.name()) {
        Ok(read) => read,
        Err(source) => {
            return Err(FileError { act: "read", path: top.join(path), source }.into());
        }
    };
    let Some((content, is_program)) = read else { return Ok(None) };
    let hash = sha256(&content);
    let trust = match is_program {
        false => ProgramTrust::Unusable,
        true if approved(repo, &hash)?.is_some() => ProgramTrust::Approved,
        true => ProgramTrust::Unknown,
    };
    Ok(Some(TreeProgram { phase, path, content, hash, trust }))
}

/// Returns the approved copy of a content, after a look at whether it still has that content.
pub(super) fn approved(repo: &Repository, hash: &str) -> Result<Option<PathBuf>, OpsError> {
    let path = place(repo, hash);
    match fs::read(&path) {
        Ok(content) => Ok((sha256(&content) == hash).then_some(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FileError { act: "read", path, source }.into()),
    }
}

fn place(repo: &Repository, hash: &str) -> PathBuf {
    repo.ao_dir().join("trust").join(hash)
}

fn is_hash(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Reads a program, and whether it can be run. Symbolic links are not followed. Returns None if
/// there is none.
fn read(top: &Path, name: &str) -> io::Result<Option<(Vec<u8>, bool)>> {
    let flags = OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let folder = openat(CWD, top.join(IN_TREE), flags | OFlags::DIRECTORY, Mode::empty());
    let opened = folder.and_then(|folder| openat(&folder, name, flags, Mode::empty()));
    let file = match opened.map(File::from).map_err(io::Error::from) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Err(error),
        // Nothing there, or a symbolic link.
        Err(_) => return Ok(None),
    };
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Ok(None);
    }
    let mut content = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut content)?;
    let is_program = meta.permissions().mode() & 0o111 != 0 && content.len() as u64 <= LARGEST;
    Ok(Some((content, is_program)))
}

/// Writes a program under a name that it only gets when it is whole.
fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut new = tempfile::Builder::new();
    new.prefix("new-").permissions(fs::Permissions::from_mode(0o700));
    let mut new = new.tempfile_in(folder)?;
    new.write_all(content)?;
    // Closed before anybody can run it: a program that is open for writing does not start.
    new.into_temp_path().persist(path).map_err(|error| error.error)
}
