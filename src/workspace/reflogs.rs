use std::collections::BTreeMap;

use super::{WorkspaceError, Worktrees};
use crate::model::Oid;

/// One entry of a branch's reflog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The commit that the branch moved to.
    pub to: Oid,
    /// Why, in git's words.
    pub message: String,
}

impl Worktrees<'_> {
    /// The reflogs of these branches, newest entries first: one process for all of them. All of
    /// the branches must be there; one without a reflog is left out.
    ///
    /// # Errors
    /// When git fails.
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
            // Neither a branch nor an id has a space; a date in the braces may.
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
    /// True where the branch only took a commit that was there before: it was made, reset or
    /// renamed, or moved on to what another branch has.
    pub fn made_nothing(&self) -> bool {
        let (message, to) = (self.message.as_str(), self.to.as_str());
        let verbs = ["branch:", "Branch:", "reset:", "checkout:", "fetch"];
        verbs.iter().any(|verb| message.starts_with(verb))
            || message.ends_with(": Fast-forward")
            // A rebase that had nothing to apply.
            || message.rsplit_once(" onto ").is_some_and(|(_, onto)| onto == to)
    }
}
