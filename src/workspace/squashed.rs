//! Recognizes branches whose work was squashed or rebased into their base, for many at once.

use std::collections::{BTreeMap, BTreeSet};

use super::pair_cache::{Pair, PairCache, PairFact};
use super::{WorkspaceError, Worktrees};
use crate::git::Ancestry;
use crate::model::Oid;

/// What merging the first commit of a pair into the second one would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Nothing.
    Nothing,
    Something,
}

impl PairFact for Outcome {
    const FILE: &'static str = "merged";

    fn words(&self) -> String {
        match self {
            Self::Nothing => "merged",
            Self::Something => "open",
        }
        .to_owned()
    }

    fn read(words: &[&str]) -> Option<Self> {
        match words {
            ["merged"] => Some(Self::Nothing),
            ["open"] => Some(Self::Something),
            _ => None,
        }
    }
}

/// A branch that has commits which its base has not.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OpenBranch {
    /// Its last commit.
    pub head: Oid,
    /// The last commit of its base.
    pub base: Oid,
    /// The commit at which it began, if that is known.
    pub start: Option<Oid>,
}

impl OpenBranch {
    /// Names the two commits.
    pub fn new(head: Oid, base: Oid) -> Self {
        Self { head, base, start: None }
    }
}

impl Worktrees<'_> {
    /// Says of each branch whether its base has its work although it has not its commits, by the rule
    /// of [`merged_at`](Self::merged_at), but with a look only at the last commit of the base, and at
    /// those of which this was found before. Work that changes nothing is not in the base.
    ///
    /// All that is asked for the first time is merged by one process. The answers are kept in a
    /// file, `ao/merged`, unless the history of this clone is not what its commits say.
    ///
    /// # Errors
    /// Fails if git cannot be run.
    pub fn squashed(&self, branches: &[OpenBranch]) -> Result<Vec<bool>, WorkspaceError> {
        // Two ids determine the answer, unless the repository changes the history.
        let Some(mut ancestry) = Ancestry::new(self.repo).filter(|_| !branches.is_empty()) else {
            let outcomes = self.outcomes(&branches.iter().collect::<Vec<_>>())?;
            let is_merged = |outcome| outcome == Outcome::Nothing;
            let merged = outcomes.map(|all| all.into_iter().map(is_merged).collect());
            return Ok(merged.unwrap_or_else(|| vec![false; branches.len()]));
        };
        let heads: BTreeSet<_> = branches.iter().map(|branch| &branch.head).collect();
        let mut cache = PairCache::<Outcome>::read(self.repo, |(head, _)| heads.contains(head));
        let pair = |branch: &OpenBranch| (branch.head.clone(), branch.base.clone());
        let unknown = branches.iter().map(|branch| (pair(branch), branch));
        let unknown: BTreeMap<_, _> =
            unknown.filter(|(pair, _)| cache.find(pair).is_none()).collect();
        let asked: Vec<&OpenBranch> = unknown.into_values().collect();
        let mut was_merged = |branch: &&OpenBranch| {
            let mut earlier = cache.known().filter(|((head, _), outcome)| {
                *head == branch.head && **outcome == Outcome::Nothing
            });
            earlier.any(|((_, at), _)| {
                ancestry.compare(&branch.base, at).is_some_and(|sides| sides.behind() == 0)
            })
        };
        let (known, asked): (Vec<_>, Vec<_>) = asked.into_iter().partition(|it| was_merged(it));
        let known = known.into_iter().map(|branch| (branch, Outcome::Nothing));
        let outcomes = self.outcomes(&asked)?.into_iter().flatten();
        for (branch, outcome) in known.chain(asked.iter().copied().zip(outcomes)) {
            cache.add(&pair(branch), outcome);
        }
        let is_merged = |pair: &Pair| cache.find(pair) == Some(&Outcome::Nothing);
        let merged = branches.iter().map(|branch| is_merged(&pair(branch))).collect();
        cache.save(self.repo);
        Ok(merged)
    }

    /// Returns what each merge would do; None if git cannot tell.
    fn outcomes(&self, asked: &[&OpenBranch]) -> Result<Option<Vec<Outcome>>, WorkspaceError> {
        let tree = |commit: &Oid| self.repo.commit_facts(commit).map(|facts| facts.tree);
        let changes_something = |branch: &&OpenBranch| {
            branch.start.as_ref().is_none_or(|start| tree(start) != tree(&branch.head))
        };
        let mut outcomes = vec![Outcome::Something; asked.len()];
        let left: Vec<_> = (0..asked.len()).filter(|at| changes_something(&asked[*at])).collect();
        let pairs: Vec<_> = left.iter().map(|at| (&asked[*at].base, &asked[*at].head)).collect();
        let Some(merges) = self.merge_all(&pairs)? else { return Ok(None) };
        for (at, merged) in left.into_iter().zip(merges) {
            let (head, base) = (&asked[at].head, &asked[at].base);
            if merged.is_some() && merged == tree(base) && !self.is_empty_work(head, base)? {
                outcomes[at] = Outcome::Nothing;
            }
        }
        Ok(Some(outcomes))
    }

    /// Returns the trees of these merges, as far as they are clean. One that git refuses does not
    /// prevent the others. None if git refuses all of them: it is older than 2.38, or was stopped.
    fn merge_all(
        &self,
        pairs: &[(&Oid, &Oid)],
    ) -> Result<Option<Vec<Option<Oid>>>, WorkspaceError> {
        if let Some(all) = self.trees_of_merges(pairs)? {
            return Ok(Some(all));
        }
        let single = |pair| self.trees_of_merges(std::slice::from_ref(pair));
        let each = pairs.iter().map(single).collect::<Result<Vec<_>, _>>()?;
        let is_refused = each.iter().all(Option::is_none);
        let tree =
            |trees: Option<Vec<Option<Oid>>>| trees.and_then(|mut trees| trees.pop()).flatten();
        Ok((!is_refused).then(|| each.into_iter().map(tree).collect()))
    }

    /// Returns true if a commit has the content that it had where it left the base.
    fn is_empty_work(&self, head: &Oid, base: &Oid) -> Result<bool, WorkspaceError> {
        let git = self.repo.git("merge-base").args([base.as_str(), head.as_str()]);
        let Some(start) = git.find()?.map(|output| output.text()) else { return Ok(true) };
        let git = self.repo.git("diff-tree").args(["--quiet", start.trim(), head.as_str()]);
        Ok(git.find()?.is_some())
    }
}
