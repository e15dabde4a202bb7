//! What all transfers of transcripts have in common.

use super::notes::Notes;
use crate::git::{GitCommand, GitExit, Repository};
use crate::model::{Oid, SessionId};
use crate::share::offer::Refusal;
use crate::share::{Remote, ShareError, Watcher};
use crate::transcript::TranscriptStore;

impl Remote<'_> {
    /// Returns the ref on the remote that holds what a clone shares of a session's transcripts.
    ///
    /// It is `refs/ao/transcripts/…`; beside the sessions, where those are in a branch.
    pub fn transcripts_ref(&self, session: SessionId, replica: &str) -> String {
        format!("{}/{}/{session}/{replica}", self.transcripts_folder(), session.shard())
    }

    pub(super) fn transcripts_folder(&self) -> String {
        match self.their_ref.strip_prefix("refs/heads/").map(|name| name.rsplit_once('/')) {
            None => "refs/ao/transcripts".to_owned(),
            Some(Some((folder, _))) => format!("refs/heads/{folder}/transcripts"),
            Some(None) => format!("{}-transcripts", self.their_ref),
        }
    }

    /// Returns true if a person has allowed transcripts to be shared with this remote, or with all.
    pub fn may_share_transcripts(&self) -> bool {
        let repo = self.store.repository();
        let key = format!("remote.{}.aoShareTranscripts", self.name);
        repo.settings().share_transcripts() || repo.config_bool(&key) == Some(true)
    }

    /// Allows transcripts to be shared with this remote. The setting is kept in this clone's
    /// configuration, as `remote.<name>.aoShareTranscripts`.
    ///
    /// # Errors
    /// Fails if the configuration cannot be written.
    pub fn allow_transcripts(&self) -> Result<(), ShareError> {
        let key = format!("remote.{}.aoShareTranscripts", self.name);
        let git = self.store.repository().git("config").shielded();
        git.args(["--local", &key, "true"]).run()?;
        Ok(())
    }

    /// Returns the sessions of which the remote has transcripts by this clone, of those that are
    /// asked for. The remote is asked.
    ///
    /// # Errors
    /// Fails if git cannot reach the remote.
    pub fn find_transcripts(
        &self,
        transcripts: &TranscriptStore,
        sessions: &[SessionId],
        replica: &str,
        watcher: &mut Watcher<'_>,
    ) -> Result<Vec<SessionId>, ShareError> {
        let mut found = Vec::new();
        for id in sessions {
            if self.present(transcripts, *id, replica, watcher)?.is_some() {
                found.push(*id);
            }
        }
        Ok(found)
    }

    /// Asks the remote for the commit that it has of a clone.
    pub(super) fn present(
        &self,
        transcripts: &TranscriptStore,
        session: SessionId,
        replica: &str,
        watcher: &mut Watcher<'_>,
    ) -> Result<Option<Oid>, ShareError> {
        let name = self.transcripts_ref(session, replica);
        // Pushes may go elsewhere.
        let key = format!("remote.{}.pushurl", self.name);
        let address = self.store.repository().config(&key).unwrap_or_else(|| self.name.clone());
        let ended = watcher.run_with_retries(|watcher| {
            let git = self.git_for(transcripts.repository(), watcher, &[], "ls-remote");
            git.args(["--refs", "--", &address, &name])
        })?;
        if ended.status != Some(0) {
            return Err(ShareError::transfer("fetch from", &self.name, &ended.stderr));
        }
        let lines = ended.stdout.lines().filter_map(|line| line.split_once('\t'));
        let mut ids = lines.filter(|(_, found)| *found == name).map(|(id, _)| id.parse());
        Ok(ids.find_map(Result::ok))
    }

    /// Gives a ref of the remote another commit, or none, if it has the one that is expected.
    pub(super) fn replace(
        &self,
        transcripts: &TranscriptStore,
        name: &str,
        expected: Option<&Oid>,
        new: Option<&Oid>,
        watcher: &mut Watcher<'_>,
    ) -> Result<(), ShareError> {
        let lease = format!("--force-with-lease={name}:{}", expected.map_or("", Oid::as_str));
        let refspec = format!("{}:{name}", new.map_or("", Oid::as_str));
        let ended = watcher.run_with_retries(|watcher| {
            self.git_for(transcripts.repository(), watcher, &[], "push").args([
                "--porcelain",
                "--no-verify",
                "--no-follow-tags",
                "--recurse-submodules=no",
                &lease,
                "--",
                &self.name,
                &refspec,
            ])
        })?;
        self.answer(&ended, name)
    }

    fn answer(&self, ended: &GitExit, name: &str) -> Result<(), ShareError> {
        if ended.status == Some(0) {
            return Ok(());
        }
        Err(match Refusal::read(&ended.stdout, &ended.stderr) {
            Some(refusal) => refusal.of_ref(self, name.to_owned()),
            None => ShareError::transfer("push to", &self.name, &ended.stderr),
        })
    }

    /// Returns git for the transcript store, with the user's configuration of the repository
    /// included, so that it knows the remote.
    pub(super) fn git_for(
        &self,
        repo: &Repository,
        watcher: &Watcher<'_>,
        config: &[(&str, &str)],
        verb: &str,
    ) -> GitCommand {
        let user = self.store.repository();
        let include = user.common_dir().join("config").to_string_lossy().into_owned();
        let mirror = format!("remote.{}.mirror", self.name);
        let own = [("include.path", include.as_str()), (&mirror, "false")];
        let config: Vec<_> = own.into_iter().chain(config.iter().copied()).collect();
        let git = watcher.prepare_for(repo, self.store, user.main_folder(), &config, verb);
        git.env("AO_DISABLE", "1")
    }

    pub(super) fn notes<'t>(
        &self,
        transcripts: &'t TranscriptStore,
        session: SessionId,
        replica: &str,
    ) -> Notes<'t> {
        Notes::new(transcripts.repository(), &self.name, session, replica)
    }
}
