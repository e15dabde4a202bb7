use std::collections::BTreeMap;

use super::{Divergence, WorkspaceError, Worktrees};

impl Worktrees<'_> {
    /// How the branches stand to `base`, a branch or commit: one process for all of them. Branches
    /// that are not there are left out.
    ///
    /// # Errors
    /// When `base` names no commit.
    pub fn divergence(
        &self,
        base: &str,
        branches: &[&str],
    ) -> Result<BTreeMap<String, Divergence>, WorkspaceError> {
        let base = self.base(Some(base))?.commit;
        let (Some(base), false) = (base, branches.is_empty()) else { return Ok(BTreeMap::new()) };
        let format = format!("--format=%(ahead-behind:{base}) %(refname:lstrip=2)");
        let names = branches.iter().map(|name| format!("refs/heads/{name}"));
        let output = self.repo.git("for-each-ref").arg(format).args(names).run()?;
        let text = output.text();
        let parse = |line: &str| {
            let (ahead, rest) = line.split_once(' ')?;
            let (behind, name) = rest.split_once(' ')?;
            let divergence =
                Divergence { ahead: ahead.parse().ok()?, behind: behind.parse().ok()? };
            branches.contains(&name).then(|| (name.to_owned(), divergence))
        };
        Ok(text.lines().filter_map(parse).collect())
    }
}
