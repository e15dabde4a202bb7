use std::collections::BTreeMap;

use super::{WorkspaceError, Worktrees};
use crate::model::Oid;

/// An entry of a branch's reflog.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Moved {
    /// The new commit.
    pub to: Oid,
    /// Git's reason.
    pub message: String,
}

impl Worktrees<'_> {
    /// Returns the reflogs of these branches, newest entries first, in a single process. All
    /// branches must exist. Branches without a reflog are omitted.
    ///
    /// # Errors
    /// Fails if git fails.
    pub fn reflogs(
        &self,
        branches: &[&str],
    ) -> Result<BTreeMap<String, Vec<Moved>>, WorkspaceError> {
        let mut found = BTreeMap::<_, Vec<_>>::new();
        if branches.is_empty() {
            return Ok(found);
        }
        let git = self.repo.git("log").args(["--walk-reflogs", "--format=%gD %H %gs"]);
        let refs = branches.iter().map(|branch| format!("refs/heads/{branch}"));
        let text = git.args(refs).arg("--").run()?.text();
        let parse = |line: &str| {
            // Branch names and ids contain no spaces, but a date in the braces may.
            let (name, rest) = line.strip_prefix("refs/heads/")?.split_once("@{")?;
            let (to, message) = rest.split_once("} ")?.1.split_once(' ')?;
            Some((name.to_owned(), Moved { to: to.parse().ok()?, message: message.to_owned() }))
        };
        for (name, moved) in text.lines().filter_map(parse) {
            found.entry(name).or_default().push(moved);
        }
        Ok(found)
    }
}

impl Moved {
    /// Returns true if the branch only moved to an existing commit: it was created, reset, renamed,
    /// or fast-forwarded to another branch.
    pub fn made_nothing(&self) -> bool {
        let (message, to) = (self.message.as_str(), self.to.as_str());
        let verbs = ["branch:", "Branch:", "reset:", "checkout:", "fetch"];
        verbs.iter().any(|verb| message.starts_with(verb))
            || message.ends_with(": Fast-forward")
            // A rebase that had nothing to apply.
            || message.rsplit_once(" onto ").is_some_and(|(_, onto)| onto == to)
    }
}
