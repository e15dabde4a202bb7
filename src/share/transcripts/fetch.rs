use crate::git::{GitError, GitExit};
use crate::model::{Oid, SessionId, is_branch_name};
use crate::share::{Remote, ShareError, Watcher};
use crate::transcript::{TranscriptError, TranscriptStore};

impl Remote<'_> {
    /// Fetches what other clones share of a session's transcripts, checks it, and returns the
    /// clones.
    ///
    /// `wanted` are the trees that the record names, by clone. They are fetched by their ids, and
    /// nothing is fetched of which there is a copy already. If the remote does not serve ids, or if
    /// the record names none, what the remote has is fetched by name.
    ///
    /// # Errors
    /// Fails if git cannot reach the remote, or if something that it has is no transcript; the rest
    /// is kept.
    pub fn fetch_transcripts(
        &self,
        transcripts: &TranscriptStore,
        session: SessionId,
        wanted: &[(String, Oid)],
        watcher: &mut Watcher<'_>,
    ) -> Result<Vec<String>, ShareError> {
        // The names come from a record, which may be anybody's.
        let is_plain = |name: &str| !name.contains('/') && is_branch_name(name);
        let wanted: Vec<_> = wanted.iter().filter(|(replica, _)| is_plain(replica)).collect();
        let mut missing = Vec::new();
        for (replica, tree) in &wanted {
            if transcripts.fetched_tree(session, replica)?.as_ref() != Some(tree) {
                missing.push(format!("+{tree}:refs/ao/incoming/{session}/{replica}"));
            }
        }
        let _kept = transcripts.keep_purge_out().map_err(TranscriptError::from)?;
        let is_done = match (wanted.is_empty(), missing.is_empty()) {
            (true, _) => false,
            (false, true) => true,
            // Protocol version 0 serves only what a ref names.
            (false, false) => self.transfer(transcripts, &missing, watcher)?.status == Some(0),
        };
        if !is_done {
            let theirs = format!("{}/{}/{session}", self.transcripts_folder(), session.shard());
            let all = format!("+{theirs}/*:refs/ao/incoming/{session}/*");
            let ended = self.transfer(transcripts, &[all], watcher)?;
            if ended.status != Some(0) {
                return Err(ShareError::transfer("fetch from", &self.name, &ended.stderr));
            }
        }
        transcripts.accept_incoming(session)?;
        let fetched = transcripts.fetched(session)?.into_iter();
        Ok(fetched.map(|(replica, _)| replica).collect())
    }

    fn transfer(
        &self,
        transcripts: &TranscriptStore,
        refspecs: &[String],
        watcher: &mut Watcher<'_>,
    ) -> Result<GitExit, GitError> {
        watcher.run_with_retries(|watcher| {
            let fsck = [("fetch.fsckObjects", "true")];
            let git = self.git_for(transcripts.repository(), watcher, &fsck, "fetch").args([
                "--no-filter",
                "--no-tags",
                "--no-prune",
                "--no-write-fetch-head",
                "--no-auto-maintenance",
                "--no-recurse-submodules",
                "--refmap=",
                "--",
                &self.name,
            ]);
            git.args(refspecs)
        })
    }
}
