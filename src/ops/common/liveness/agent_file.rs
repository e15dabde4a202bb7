use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::{fmt, fs};

use super::SupervisorProcess;
use super::clone::identity;
use crate::git::{Repository, uninterrupted};
use crate::model::SessionId;
use crate::runtime::{Process, RuntimeError};

/// The processes of an agent and its supervisor: `ao/run/<id>.agent` in the common git directory.
///
/// The supervisor writes the file before it starts the agent, rewrites it when the agent's process
/// is known, and removes it when the agent has ended. A file stays only if the supervisor was
/// killed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentFile {
    /// The supervisor.
    pub runner: SupervisorProcess,
    /// The agent; None while it is being started.
    pub agent: Option<Process>,
    /// The PID namespace in which the process numbers are valid.
    namespace: String,
    /// The identity of the git directory in which the file was written. A copy of the directory has
    /// another identity.
    directory: String,
}

impl AgentFile {
    /// Describes the supervisor of `agent`.
    pub fn new(repo: &Repository, runner: SupervisorProcess, agent: Option<Process>) -> Self {
        let (namespace, directory) = (namespace(), identity(repo));
        Self { runner, agent, namespace, directory }
    }

    pub fn path(repo: &Repository, session: SessionId) -> PathBuf {
        repo.ao_dir().join(format!("run/{session}.agent"))
    }

    pub fn write(&self, repo: &Repository, session: SessionId) -> io::Result<()> {
        repo.write_note(&format!("run/{session}.agent"), &self.to_string())
    }

    /// Reads the file. Returns None if it does not exist, or was copied from another clone.
    pub fn read(repo: &Repository, session: SessionId) -> Result<Option<Self>, RuntimeError> {
        let path = Self::path(repo, session);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(RuntimeError::Unreadable { path, source }),
        };
        let strange = || io::Error::new(io::ErrorKind::InvalidData, "the file is damaged");
        match Self::parse(&text) {
            Some(file) => Ok(Some(file).filter(|file| file.directory == identity(repo))),
            None => Err(RuntimeError::Unreadable { path, source: strange() }),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let fields = || text.lines().filter_map(|line| line.split_once(' '));
        let value = |key| fields().find(|(name, _)| *name == key).map(|(_, value)| value);
        let process = |key| value(key).map(|process| process.parse().ok());
        Some(Self {
            runner: value("runner")?.parse().ok()?,
            agent: match process("agent") {
                Some(agent) => Some(agent?),
                None => None,
            },
            namespace: value("namespace").unwrap_or_default().to_owned(),
            directory: value("directory").unwrap_or_default().to_owned(),
        })
    }

    /// Returns true if the process numbers are valid here: a container has its own.
    pub fn is_of_this_namespace(&self) -> bool {
        self.namespace == namespace()
    }

    /// Returns true if this user wrote the file, or can see the processes of the user who did.
    pub fn is_visible(repo: &Repository, session: SessionId) -> bool {
        let user = rustix::process::geteuid();
        user.is_root()
            || fs::metadata(Self::path(repo, session)).is_ok_and(|it| it.uid() == user.as_raw())
    }

    pub fn remove(repo: &Repository, session: SessionId) -> io::Result<()> {
        match uninterrupted(|| fs::remove_file(Self::path(repo, session))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for AgentFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "runner {}", self.runner)?;
        if let Some(agent) = &self.agent {
            writeln!(f, "agent {agent}")?;
        }
        writeln!(f, "namespace {}\ndirectory {}", self.namespace, self.directory)
    }
}

/// Returns the PID namespace of this process; see pid_namespaces(7).
fn namespace() -> String {
    let link = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    link.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let me = Process::current().unwrap();
        let runners = [SupervisorProcess::Own(me.clone()), SupervisorProcess::Shared(me.clone())];
        for (runner, agent) in runners.into_iter().zip([None, Some(me.clone())]) {
            let (namespace, directory) = (namespace(), "1:2".to_owned());
            let file = AgentFile { runner, agent, namespace, directory };
            assert!(file.is_of_this_namespace());
            assert_eq!(AgentFile::parse(&file.to_string()), Some(file));
        }
        for bad in ["", "runner x\n", "agent 7@1\n", "runner 7@1\nagent \n"] {
            assert_eq!(AgentFile::parse(bad), None, "{bad}");
        }
    }
}
