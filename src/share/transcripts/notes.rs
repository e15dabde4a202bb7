//! What this clone has sent of a session's transcripts, as it knows without asking the remote.

use crate::git::{GitError, RefError, Repository};
use crate::model::{Oid, SessionId};
use crate::share::{Remote, ShareError};
use crate::transcript::TranscriptStore;

/// The refs in the transcript store that note what was sent to a remote.
pub(super) struct Notes<'t> {
    repo: &'t Repository,
    sent: String,
    pending: String,
    /// A blob with the id of what was sent, if its objects were purged.
    noted: String,
}

impl<'t> Notes<'t> {
    pub fn new(repo: &'t Repository, remote: &str, session: SessionId, replica: &str) -> Self {
        let below = |folder: &str| format!("refs/ao/{folder}/{remote}/{session}/{replica}");
        let (sent, pending, noted) = (below("shared"), below("sharing"), below("noted"));
        Self { repo, sent, pending, noted }
    }

    /// Returns the commit that the remote has taken last.
    pub fn sent(&self) -> Result<Option<Oid>, RefError> {
        if let Some(sent) = self.repo.read_ref(&self.sent)? {
            return Ok(Some(sent));
        }
        let Some(blob) = self.repo.read_ref(&self.noted)? else { return Ok(None) };
        let read = self.repo.git("cat-file").args(["blob", blob.as_str()]).run();
        Ok(read.ok().and_then(|output| output.text().trim().parse().ok()))
    }

    /// Returns the commit of a push with an unknown result: the process was killed, or
    /// the answer was lost.
    pub fn pending(&self) -> Result<Option<Oid>, RefError> {
        self.repo.read_ref(&self.pending)
    }

    /// Notes what is about to be sent.
    pub fn begin(&self, commit: &Oid) -> Result<(), GitError> {
        self.put(&[format!("update {} {commit}", self.pending)])
    }

    /// Notes what the remote has now.
    pub fn end(&self, commit: &Oid) -> Result<(), GitError> {
        let sent = format!("update {} {commit}", self.sent);
        let [pending, noted] = [&self.pending, &self.noted].map(|name| format!("delete {name}"));
        self.put(&[sent, pending, noted])
    }

    /// Notes that the remote has nothing.
    pub fn forget(&self) -> Result<(), GitError> {
        self.put(&[&self.sent, &self.pending, &self.noted].map(|name| format!("delete {name}")))
    }

    fn put(&self, lines: &[String]) -> Result<(), GitError> {
        let git = self.repo.git("update-ref").shielded().args(["--no-deref", "--stdin"]);
        git.input(lines.join("\n") + "\n").run().map(drop)
    }
}

/// A session whose transcripts this clone shares.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct NotedShare {
    /// The remote.
    pub remote: String,
    /// The session.
    pub session: SessionId,
}

impl NotedShare {
    /// Returns what is noted of a clone, for all remotes.
    pub fn all(transcripts: &TranscriptStore, replica: &str) -> Vec<Self> {
        let mut all = Vec::new();
        for folder in ["refs/ao/shared/", "refs/ao/sharing/", "refs/ao/noted/"] {
            for name in transcripts.repository().refs_below(folder) {
                let mut parts = name[folder.len()..].rsplitn(3, '/');
                if parts.next() == Some(replica)
                    && let Some(session) = parts.next().and_then(|id| id.parse().ok())
                    && let Some(remote) = parts.next()
                {
                    all.push(Self { remote: remote.to_owned(), session });
                }
            }
        }
        all.sort();
        all.dedup();
        all
    }
}

impl Remote<'_> {
    /// Returns the sessions whose transcripts this clone shares with the remote, as far as it has
    /// noted that.
    pub fn shared_transcripts(
        &self,
        transcripts: &TranscriptStore,
        replica: &str,
    ) -> Vec<SessionId> {
        let all = NotedShare::all(transcripts, replica).into_iter();
        all.filter(|noted| noted.remote == self.name).map(|noted| noted.session).collect()
    }

    /// Forgets what was noted of a share. The remote is not asked.
    ///
    /// # Errors
    /// Fails if the transcript store cannot be written.
    pub fn forget_transcripts(
        &self,
        transcripts: &TranscriptStore,
        session: SessionId,
        replica: &str,
    ) -> Result<(), ShareError> {
        Ok(self.notes(transcripts, session, replica).forget()?)
    }
}
