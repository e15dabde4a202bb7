use std::collections::BTreeMap;

use super::{Divergence, WorkspaceError, Worktrees};
use crate::git::GitError;
use crate::model::Oid;

impl Worktrees<'_> {
    /// Returns how many commits each branch is ahead of and behind a commit, in a single process.
    /// Missing branches are omitted.
    ///
    /// # Errors
    /// Fails if git fails, for example because the commit is missing.
    pub fn divergence(
        &self,
        base: &Oid,
        branches: &[&str],
    ) -> Result<BTreeMap<String, Divergence>, WorkspaceError> {
        if branches.is_empty() {
            return Ok(BTreeMap::new());
        }
        let format = format!("--format=%(ahead-behind:{base}) %(refname:lstrip=2)");
        let names = branches.iter().map(|name| format!("refs/heads/{name}"));
        let text = match self.repo.git("for-each-ref").arg(format).args(names).run() {
            Ok(output) => output.text(),
            // Git before 2.41 does not know that field.
            Err(GitError::Failed { .. }) => return self.divergence_one_by_one(base, branches),
            Err(error) => return Err(error.into()),
        };
        let parse = |line: &str| {
            let (ahead, rest) = line.split_once(' ')?;
            let (behind, name) = rest.split_once(' ')?;
            let divergence =
                Divergence { ahead: ahead.parse().ok()?, behind: behind.parse().ok()? };
            branches.contains(&name).then(|| (name.to_owned(), divergence))
        };
        Ok(text.lines().filter_map(parse).collect())
    }

    fn divergence_one_by_one(
        &self,
        base: &Oid,
        branches: &[&str],
    ) -> Result<BTreeMap<String, Divergence>, WorkspaceError> {
        let mut found = BTreeMap::new();
        for name in branches {
            let Some(tip) = self.repo.read_ref(&format!("refs/heads/{name}"))? else { continue };
            let git = self.repo.git("rev-list").args(["--left-right", "--count"]);
            let text = git.arg(format!("{tip}...{base}")).arg("--").run()?.text();
            if let Some((ahead, behind)) = text.split_once('\t')
                && let (Ok(ahead), Ok(behind)) = (ahead.parse(), behind.parse())
            {
                found.insert((*name).to_owned(), Divergence { ahead, behind });
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::git::Repository;

    /// Both ways to ask must say the same, whichever of them this git can be asked.
    #[test]
    fn one_by_one_is_the_same_as_all_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let git = |args: &[&str]| {
            let mut git = Command::new("git");
            git.current_dir(dir.path()).args(["-c", "user.name=A", "-c", "user.email=a@b"]);
            assert!(git.args(args).status().unwrap().success(), "{args:?}");
        };
        git(&["init", "-q", "-b", "main"]);
        git(&["commit", "-q", "--allow-empty", "-m", "1"]);
        git(&["checkout", "-q", "-b", "topic"]);
        git(&["commit", "-q", "--allow-empty", "-m", "2"]);
        git(&["commit", "-q", "--allow-empty", "-m", "3"]);
        git(&["checkout", "-q", "main"]);
        git(&["commit", "-q", "--allow-empty", "-m", "4"]);
        let repo = Repository::discover(dir.path()).unwrap();
        let worktrees = Worktrees::new(&repo);
        let branches = ["topic", "main", "gone"];
        let base = repo.read_ref("refs/heads/main").unwrap().unwrap();
        let all = worktrees.divergence(&base, &branches).unwrap();
        assert_eq!(all, worktrees.divergence_one_by_one(&base, &branches).unwrap());
        assert_eq!(all["topic"], Divergence { ahead: 2, behind: 1 });
        assert_eq!(all.len(), 2);
    }
}
