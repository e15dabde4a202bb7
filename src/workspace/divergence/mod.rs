//! Counts the commits between two tips.

mod fact;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::pair_cache::{Pair, PairCache};
use super::parallel::run_all;
use super::{Divergence, WorkspaceError, Worktrees};
use crate::git::{Ancestry, GitError, Output};
use crate::model::Oid;

/// From this many visited commits on, an answer is kept in the cache. The file need not be read and
/// written for what is as quick to find out again.
const WORTH_CACHING: usize = 128;

impl Worktrees<'_> {
    /// Returns how many commits the first of each pair is ahead of and behind the second, in the
    /// order of the pairs; None if one of the two is not in this repository.
    ///
    /// Each pair is looked at once, in this process if possible. What took long is kept in a file,
    /// `ao/divergence`. Git is run where this repository's history is not what its commits say, or
    /// their times are wrong, several at a time.
    ///
    /// # Errors
    /// Fails if git cannot be run, or cannot read the history.
    pub fn divergences(&self, pairs: &[Pair]) -> Result<Vec<Option<Divergence>>, WorkspaceError> {
        self.divergences_from(pairs, WORTH_CACHING)
    }

    fn divergences_from(
        &self,
        pairs: &[Pair],
        worth_caching: usize,
    ) -> Result<Vec<Option<Divergence>>, WorkspaceError> {
        let distinct: BTreeSet<&Pair> =
            pairs.iter().filter(|(ours, theirs)| ours != theirs).collect();
        let mut known = BTreeMap::new();
        let mut left = Vec::new();
        let mut ancestry = Ancestry::new(self.repo);
        // Two ids determine the answer, unless the repository changes the history.
        let mut cache = ancestry
            .as_ref()
            .map(|_| PairCache::<Divergence>::read(self.repo, |pair| distinct.contains(pair)));
        for pair in distinct {
            if let Some(kept) = cache.as_ref().and_then(|cache| cache.find(pair)) {
                known.insert(pair, Some(*kept));
            } else if let Some(sides) =
                ancestry.as_mut().and_then(|it| it.compare(&pair.0, &pair.1))
            {
                let divergence = Divergence { ahead: sides.ahead(), behind: sides.behind() };
                known.insert(pair, Some(divergence));
                if sides.visited >= worth_caching
                    && let Some(cache) = &mut cache
                {
                    cache.add(pair, divergence);
                }
            } else {
                left.push(pair);
            }
        }
        let commands = left.iter().map(|(ours, theirs)| {
            let git = self.repo.git("rev-list").args(["--left-right", "--count"]);
            git.arg(format!("{ours}...{theirs}")).arg("--")
        });
        for (pair, output) in left.iter().zip(run_all(commands.collect())) {
            let divergence = self.counted(pair, output)?;
            if let (Some(cache), Some(divergence)) = (&mut cache, divergence) {
                cache.add(pair, divergence);
            }
            known.insert(pair, divergence);
        }
        if let Some(cache) = cache {
            cache.save(self.repo);
        }
        let found = |pair: &Pair| match known.get(pair) {
            Some(found) => *found,
            None => Some(Divergence::default()),
        };
        Ok(pairs.iter().map(found).collect())
    }

    fn counted(
        &self,
        (ours, theirs): &Pair,
        output: Result<Output, GitError>,
    ) -> Result<Option<Divergence>, WorkspaceError> {
        match output {
            Ok(output) => Ok(parse(&output.text())),
            Err(GitError::Failed { .. }) if !self.has_commit(ours) || !self.has_commit(theirs) => {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Returns true if the commit is in this repository.
    pub fn has_commit(&self, commit: &Oid) -> bool {
        let git = || self.repo.git("cat-file").arg("-e").arg(format!("{commit}^{{commit}}"));
        self.repo.has_commit(commit) || git().run().is_ok()
    }

    /// Returns true if one of these commits is in the history of `tip`, but not in that of `start`.
    ///
    /// # Errors
    /// Fails if git fails, for example because a commit is missing.
    pub fn has_any_since(
        &self,
        start: &Oid,
        tip: &Oid,
        commits: &BTreeSet<&Oid>,
    ) -> Result<bool, WorkspaceError> {
        let mut ancestry = Ancestry::new(self.repo);
        if let Some(sides) = ancestry.as_mut().and_then(|it| it.compare(tip, start)) {
            return Ok(commits.iter().any(|commit| sides.is_ahead(commit)));
        }
        let git = self.repo.git("rev-list").arg(tip.as_str()).arg(format!("^{start}")).arg("--");
        let text = git.run()?.text();
        let ids = text.lines().filter_map(|line| line.parse::<Oid>().ok());
        Ok(ids.into_iter().any(|id| commits.contains(&id)))
    }
}

fn parse(text: &str) -> Option<Divergence> {
    let (ahead, behind) = text.split_once('\t')?;
    Some(Divergence { ahead: ahead.parse().ok()?, behind: behind.trim_end().parse().ok()? })
}
