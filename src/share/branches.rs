use std::collections::BTreeSet;

use super::offer::said_there;
use super::{Hooks, Remote, ShareError, Watcher};
use crate::model::{Field, Filter};
use crate::store::{Query, Shelf, StoreError, Visibility};

const HEADS: &str = "refs/heads/";

/// Up to how many branches sessions are looked for by their branch.
const FEW: usize = 64;

/// The result of pushing the branches of sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BranchesReport {
    /// The branches that the remote now has as they are here.
    pub pushed: Vec<String>,
    /// The branches that the remote rejected, with its reasons.
    pub rejected: Vec<(String, String)>,
    /// The output of the remote's hooks. It may be empty, or already shown.
    pub said: String,
    /// Missing branches of sessions that live in this clone or in none. The branches of sessions in
    /// other clones are expected to be there.
    pub absent: Vec<String>,
}

impl Remote<'_> {
    /// Returns the branches of active sessions that exist here, and those that are missing, both
    /// sorted, as far as sessions match a filter. Excludes any branch of a private session, even if
    /// a public session uses it too.
    fn session_branches(&self, of: &Filter) -> Result<(Vec<String>, Vec<String>), ShareError> {
        let store = self.store.clone().with_private();
        let snapshot = store.snapshot()?;
        let mut named = BTreeSet::new();
        let mut own = BTreeSet::new();
        let replica = store.known_replica();
        let mut private = BTreeSet::new();
        for shelf in [Shelf::Active, Shelf::Archived] {
            for listed in snapshot.query_all(Query::from(of).on([shelf]), |_| true)? {
                let Ok(session) = listed.session else { continue };
                let is_own = session.placements.is_empty() || session.lives_in(replica.as_deref());
                let Some(branch) = session.branch else { continue };
                if is_own {
                    own.insert(branch.clone());
                }
                match (listed.location.visibility, shelf) {
                    (Visibility::Private, _) => drop(private.insert(branch)),
                    (Visibility::Public, Shelf::Active) => drop(named.insert(branch)),
                    (Visibility::Public, Shelf::Archived) => {}
                }
            }
        }
        let (mut here, mut absent) = (Vec::new(), Vec::new());
        for branch in named.difference(&private).cloned() {
            let found = self.store.repository().read_ref(&format!("{HEADS}{branch}"));
            match found.map_err(StoreError::from)? {
                Some(_) => here.push(branch),
                None if own.contains(&branch) => absent.push(branch),
                None => {}
            }
        }
        Ok((here, absent))
    }

    /// Returns the local branches of active sessions that have no remote-tracking branch.
    ///
    /// # Errors
    /// Fails if the store or the refs cannot be read.
    pub fn unshared_branches(&self) -> Result<Vec<String>, ShareError> {
        let repo = self.store.repository();
        let mut unshared = Vec::new();
        for name in repo.refs_below(HEADS) {
            let Some(branch) = name.strip_prefix(HEADS) else { continue };
            if repo.read_ref(&format!("refs/remotes/{}/{branch}", self.name))?.is_none() {
                unshared.push(branch.to_owned());
            }
        }
        let of = match unshared.len() {
            0 => return Ok(unshared),
            1..=FEW => {
                let on = unshared.iter().cloned().map(|branch| Filter::Is(Field::Branch, branch));
                Filter::Or(on.collect())
            }
            _ => Filter::All,
        };
        let (mut here, _) = self.session_branches(&of)?;
        // Both are sorted.
        here.retain(|branch| unshared.binary_search(branch).is_ok());
        Ok(here)
    }

    /// Pushes the branches of active sessions, as fast-forwards.
    ///
    /// # Errors
    /// Fails if git cannot reach the remote. A rejected branch is part of the report, not an error.
    pub fn push_branches(&self, watcher: &mut Watcher<'_>) -> Result<BranchesReport, ShareError> {
        let (here, absent) = self.session_branches(&Filter::All)?;
        let mut report = BranchesReport { absent, ..BranchesReport::default() };
        if here.is_empty() {
            return Ok(report);
        }
        let mirror = format!("remote.{}.mirror", self.name);
        let ended = watcher.run_with_retries(|watcher| {
            let git = watcher.prepare(self.store, &[(&mirror, "false")], "push");
            let git = git.arg(if self.hooks == Hooks::Never { "--no-verify" } else { "--verify" });
            let git = git.args(["--porcelain", "--no-follow-tags", "--", &self.name]);
            git.args(here.iter().map(|name| format!("refs/heads/{name}:refs/heads/{name}")))
        })?;
        for line in ended.stdout.lines() {
            let mut parts = line.split('\t');
            let (Some(flag), Some(refs), Some(said)) = (parts.next(), parts.next(), parts.next())
            else {
                continue;
            };
            let Some((_, name)) = refs.split_once(":refs/heads/") else { continue };
            match flag {
                "!" => report.rejected.push((name.to_owned(), said.to_owned())),
                _ => report.pushed.push(name.to_owned()),
            }
        }
        if !report.rejected.is_empty() {
            report.said = said_there(&ended.stderr);
        } else if ended.status != Some(0) {
            return Err(ShareError::transfer("push to", &self.name, &ended.stderr));
        }
        Ok(report)
    }
}
