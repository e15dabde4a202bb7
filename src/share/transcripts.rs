//! Sends, withdraws and fetches the transcripts of a session.

use super::offer::Refusal;
use super::{Remote, ShareError, Watcher};
use crate::git::{GitCommand, GitExit, Repository};
use crate::model::{Oid, SessionId};
use crate::transcript::{SharedForm, TranscriptStore};

/// The result of sharing transcripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TranscriptsSent {
    /// The remote has them now.
    Sent,
    /// The remote had the same ones.
    UpToDate,
}

impl Remote<'_> {
    /// Returns the ref on the remote that holds what a clone shares of a session's transcripts.
    ///
    /// It is `refs/ao/transcripts/…`; beside the sessions, where those are in a branch.
    pub fn transcripts_ref(&self, session: SessionId, replica: &str) -> String {
        format!("{}/{}/{session}/{replica}", self.transcripts_folder(), session.shard())
    }

    fn transcripts_folder(&self) -> String {
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

    /// Returns the sessions whose transcripts this clone shares with the remote, each with the
    /// commit that was sent last.
    ///
    /// # Errors
    /// Fails if the transcript store cannot be read.
    pub fn shared_transcripts(
        &self,
        transcripts: &TranscriptStore,
        replica: &str,
    ) -> Result<Vec<(SessionId, Oid)>, ShareError> {
        let (repo, prefix) = (transcripts.repository(), format!("refs/ao/shared/{}/", self.name));
        let mut found = Vec::new();
        for name in repo.refs_below(&prefix) {
            let Some((id, by)) = name[prefix.len()..].split_once('/') else { continue };
            if by == replica
                && let (Ok(id), Some(tip)) = (id.parse(), repo.read_ref(&name)?)
            {
                found.push((id, tip));
            }
        }
        Ok(found)
    }

    /// Sends transcripts in the form in which they are shared, in place of what this clone has sent
    /// of the session before.
    ///
    /// # Errors
    /// Fails if git cannot reach the remote, or if the remote rejects the push, which it also does
    /// if it has something that this clone has not sent.
    pub fn push_transcripts(
        &self,
        transcripts: &TranscriptStore,
        session: SessionId,
        replica: &str,
        form: &SharedForm,
        watcher: &mut Watcher<'_>,
    ) -> Result<TranscriptsSent, ShareError> {
        let repo = transcripts.repository();
        let marker = self.marker(session, replica);
        let sent = repo.read_ref(&marker)?;
        if let Some(sent) = &sent
            && transcripts.is_same_form(sent, form).unwrap_or(false)
        {
            return Ok(TranscriptsSent::UpToDate);
        }
        let name = self.transcripts_ref(session, replica);
        self.replace(transcripts, &name, sent.as_ref(), Some(&form.commit), watcher)?;
        repo.git("update-ref").shielded().args([&marker, form.commit.as_str()]).run()?;
        Ok(TranscriptsSent::Sent)
    }

    /// Removes from the remote what this clone has shared of a session's transcripts. Returns false
    /// if it has shared nothing.
    ///
    /// # Errors
    /// Fails if git cannot reach the remote, or if the remote rejects the push.
    pub fn withdraw_transcripts(
        &self,
        transcripts: &TranscriptStore,
        session: SessionId,
        replica: &str,
        watcher: &mut Watcher<'_>,
    ) -> Result<bool, ShareError> {
        let repo = transcripts.repository();
        let marker = self.marker(session, replica);
        let Some(sent) = repo.read_ref(&marker)? else { return Ok(false) };
        let name = self.transcripts_ref(session, replica);
        self.replace(transcripts, &name, Some(&sent), None, watcher)?;
        repo.git("update-ref").shielded().args(["-d", &marker]).run()?;
        Ok(true)
    }

    /// Fetches what all clones share of a session's transcripts, checks it, and returns the clones.
    ///
    /// # Errors
    /// Fails if git cannot reach the remote, or if what it has is no transcript; that is then
    /// removed again.
    pub fn fetch_transcripts(
        &self,
        transcripts: &TranscriptStore,
        session: SessionId,
        watcher: &mut Watcher<'_>,
    ) -> Result<Vec<String>, ShareError> {
        let theirs = format!("{}/{}/{session}", self.transcripts_folder(), session.shard());
        let refspec = format!("+{theirs}/*:refs/ao/fetched/{session}/*");
        let ended = watcher.run_with_retries(|watcher| {
            let fsck = [("fetch.fsckObjects", "true")];
            self.git_for(transcripts.repository(), watcher, &fsck, "fetch").args([
                "--no-filter",
                "--no-tags",
                "--no-prune",
                "--no-write-fetch-head",
                "--no-auto-maintenance",
                "--no-recurse-submodules",
                "--refmap=",
                "--",
                &self.name,
                &refspec,
            ])
        })?;
        if ended.status != Some(0) {
            return Err(ShareError::transfer("fetch from", &self.name, &ended.stderr));
        }
        let mut replicas = Vec::new();
        for (replica, tip) in transcripts.fetched(session)? {
            if let Err(error) = transcripts.check_fetched(&replica, &tip) {
                let name = format!("refs/ao/fetched/{session}/{replica}");
                let git = transcripts.repository().git("update-ref").shielded();
                git.args(["--no-deref", "-d", &name]).run()?;
                return Err(error.into());
            }
            replicas.push(replica);
        }
        Ok(replicas)
    }

    /// Gives a ref of the remote another commit, or none, if it has the one that is expected.
    fn replace(
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
    fn git_for(
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

    /// Returns the ref in the transcript store that notes what was sent.
    fn marker(&self, session: SessionId, replica: &str) -> String {
        format!("refs/ao/shared/{}/{session}/{replica}", self.name)
    }
}
