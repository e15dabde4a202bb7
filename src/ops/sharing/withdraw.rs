use crate::model::{Session, SessionId};
use crate::ops::{Engine, OpsError};
use crate::share::{NotedShare, Remote, Watcher};
use crate::transcript::TranscriptStore;

/// What became of the transcripts that this clone shared of a session with a remote.
#[derive(Debug)]
#[non_exhaustive]
pub struct WithdrawnTranscripts {
    /// The remote.
    pub remote: String,
    /// The ref there.
    pub name: String,
    /// Why they are still there.
    pub outcome: Result<(), OpsError>,
}

impl Engine {
    /// Withdraws from a remote what a clone shares of a session's transcripts, and records that.
    /// Without `replica`, it is this clone. Returns false if the remote has nothing.
    ///
    /// # Errors
    /// Fails if git cannot reach the remote, or if the remote rejects the push.
    pub fn withdraw_transcripts(
        &self,
        remote: &Remote<'_>,
        session: SessionId,
        replica: Option<&str>,
        watcher: &mut Watcher<'_>,
    ) -> Result<bool, OpsError> {
        let store = self.store();
        let replica = match replica {
            Some(name) => name.to_owned(),
            None => match store.known_replica() {
                Some(own) => own,
                None => return Ok(false),
            },
        };
        // A store that was lost has no notes, and git needs a repository.
        let transcripts = TranscriptStore::create(store.repository())?;
        let done = remote.withdraw_transcripts(&transcripts, session, &replica, watcher)?;
        let mut left = NotedShare::all(&transcripts, &replica).into_iter();
        if done && !left.any(|noted| noted.session == session) {
            self.record_withdrawn(session, &replica)?;
        }
        Ok(done)
    }

    /// Withdraws what this clone shares of a session's transcripts from all remotes that have it:
    /// the session is not to be shared any more. What remains is left to the next push.
    ///
    /// If nothing is noted, because the transcript store was lost, the record tells whether there is
    /// something to withdraw, and it is withdrawn from the usual remote.
    ///
    /// # Errors
    /// Fails if the transcript store cannot be read.
    pub fn withdraw_everywhere(
        &self,
        session: SessionId,
        record: Option<&Session>,
        watcher: &mut Watcher<'_>,
    ) -> Result<Vec<WithdrawnTranscripts>, OpsError> {
        let store = self.store();
        let Some(replica) = store.known_replica() else { return Ok(Vec::new()) };
        let opened = TranscriptStore::open(store.repository())?;
        let noted = opened.map(|it| NotedShare::all(&it, &replica)).unwrap_or_default();
        let noted = noted.into_iter().filter(|noted| noted.session == session);
        let mut names: Vec<_> = noted.map(|noted| noted.remote).collect();
        let facts = record.and_then(|record| record.transcripts.get(&replica));
        if names.is_empty()
            && facts.is_some_and(|facts| facts.shared_now().is_some())
            && let Ok(usual) = Remote::choose(store, None)
        {
            names.push(usual.name().to_owned());
        }
        let mut done = Vec::new();
        for remote in names {
            let chosen = Remote::choose(store, Some(&remote));
            let name = match &chosen {
                Ok(remote) => remote.transcripts_ref(session, &replica),
                Err(_) => String::new(),
            };
            let withdraw = |remote: Remote<'_>| {
                self.withdraw_transcripts(&remote, session, None, watcher).map(drop)
            };
            let outcome = chosen.map_err(OpsError::from).and_then(withdraw);
            done.push(WithdrawnTranscripts { remote, name, outcome });
        }
        Ok(done)
    }
}
