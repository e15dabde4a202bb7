//! Fetches what a new session starts from.

use crate::git::Upstream;
use crate::ops::common::{Engine, OpsError, SpawnError, SpawnRequest};
use crate::share::{Watcher, fetch_branch};
use crate::workspace::WorkspaceError;

impl Engine {
    /// Fetches the branch of a remote from which a session would start, or on which it would work:
    /// one that is named, such as `origin/main`, or the upstream of a branch.
    ///
    /// # Errors
    /// Fails if there is no such branch, or if git cannot fetch it. Nothing has changed then.
    pub fn fetch_base(
        &self,
        request: &SpawnRequest,
        watcher: &mut Watcher<'_>,
    ) -> Result<(), OpsError> {
        let branch = match (&request.on, &request.base) {
            (Some(on), _) => self.remote_branch_of(on)?,
            (None, Some(named)) => self.remote_branch_of(named)?,
            (None, None) => {
                let branch = self.repository().head_branch()?;
                let branch = branch.ok_or_else(|| SpawnError::NoUpstream("HEAD".to_owned()))?;
                self.upstream_of(&branch)?
            }
        };
        Ok(fetch_branch(self.store(), &branch, watcher)?)
    }

    fn upstream_of(&self, branch: &str) -> Result<Upstream, OpsError> {
        let upstream = self.repository().upstream(branch);
        Ok(upstream.ok_or_else(|| SpawnError::NoUpstream(branch.to_owned()))?)
    }

    /// Returns the branch of a remote that a name stands for, which may not be here yet.
    fn remote_branch_of(&self, named: &str) -> Result<Upstream, OpsError> {
        let repo = self.repository();
        let local = named.strip_prefix("refs/heads/").unwrap_or(named);
        if repo.read_ref(&format!("refs/heads/{local}"))?.is_some() {
            return self.upstream_of(local);
        }
        let remote = named.strip_prefix("refs/remotes/").unwrap_or(named);
        let remotes = repo.remotes();
        if remotes.iter().any(|it| remote.strip_prefix(&**it).is_some_and(|it| it.starts_with('/')))
            && let Some(upstream) = repo.upstream_at(&format!("refs/remotes/{remote}"))
        {
            return Ok(upstream);
        }
        // As `git switch` does, a branch is looked for on the only remote, or on the preferred one.
        let preferred = repo.config("checkout.defaultRemote");
        let of = match &remotes[..] {
            [only] => only,
            _ => match remotes.iter().find(|it| Some(*it) == preferred.as_ref()) {
                Some(remote) => remote,
                None if remotes.is_empty() => {
                    return Err(SpawnError::NoUpstream(named.to_owned()).into());
                }
                None => {
                    let named = named.to_owned();
                    return Err(WorkspaceError::OnSeveralRemotes(named, remotes).into());
                }
            },
        };
        let upstream = repo.upstream_at(&format!("refs/remotes/{of}/{named}"));
        Ok(upstream.ok_or_else(|| SpawnError::NoUpstream(named.to_owned()))?)
    }
}
