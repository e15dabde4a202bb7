//! Tells what a session has committed.

use crate::model::{Oid, Session};
use crate::ops::common::{Engine, OpsError, lodging};

/// How many files of a session's work are listed.
const MOST_FILES: usize = 20;

/// What a session has committed since it left its base.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct CommittedWork {
    /// The newest commits and their subjects, newest first.
    pub commits: Vec<(Oid, String)>,
    /// The changed files and the sums, as `git diff --stat` prints them.
    pub stat: String,
}

impl Engine {
    /// Returns at most this many of a session's newest commits, and what all its commits changed.
    /// There are none if its branch is where it began.
    ///
    /// # Errors
    /// Fails if the session's commits are not in this repository, or if git fails.
    pub fn committed_work(
        &self,
        session: &Session,
        most: usize,
        width: usize,
    ) -> Result<CommittedWork, OpsError> {
        let repo = self.repository();
        let start = session.base.as_ref().and_then(|base| base.commit.as_ref());
        let is_its_own = !lodging::has_left(self.store(), session);
        let branch = session.branch.as_ref().filter(|_| is_its_own);
        let branch = branch.map(|branch| format!("refs/heads/{branch}"));
        let tip = branch.map(|name| repo.read_ref(&name)).transpose()?.flatten();
        let Some(head) = tip.or_else(|| session.head.clone()).filter(|head| start != Some(head))
        else {
            return Ok(CommittedWork::default());
        };
        let base = self.beginning_of(session, &head)?;
        let git = repo.git("log").args(["--format=%H %s", &format!("--max-count={most}")]);
        let log = git.args([head.as_str(), &format!("^{base}"), "--"]).run()?.text();
        let parse = |line: &str| {
            let (id, subject) = line.split_once(' ').unwrap_or((line, ""));
            Some((id.parse().ok()?, subject.to_owned()))
        };
        let commits = log.lines().filter_map(parse).collect();
        let stat = format!("--stat={width},{width},{MOST_FILES}");
        let git = repo.git("diff").args(["--no-color", "--no-ext-diff", &stat]);
        let stat = git.args([base.as_str(), head.as_str(), "--"]).run()?.text();
        Ok(CommittedWork { commits, stat })
    }
}
