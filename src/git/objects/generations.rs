use gix::ObjectId;
use gix::commitgraph::Graph;

use crate::git::{ObjectError, Repository};

/// The number of git's commit-graph format that says nothing: a commit's number may be larger.
const LARGEST: u32 = 0x3fff_ffff;

/// The generation numbers of git's commit-graph file (gitformat-commit-graph(5)): each commit's
/// number is larger than those of its parents, and if a commit has one, so have all its ancestors.
pub(crate) struct Generations(Option<Graph>);

impl Repository {
    /// Opens the commit-graph file. As in git, it is not used where objects are replaced, in a
    /// shallow clone, or if `core.commitGraph` is false. A file that is missing or damaged is no
    /// error: no commit then has a number.
    ///
    /// # Errors
    /// Fails if the list of shallow commits cannot be read.
    pub(crate) fn generations(&self) -> Result<Generations, ObjectError> {
        let is_used = self.config_bool("core.commitGraph") != Some(false)
            && !self.has_replacements()
            && self.shallow_commits()?.is_empty();
        let open = || Graph::at(&self.objects_dir().join("info"), self.object_hash(), None).ok();
        Ok(Generations(is_used.then(open).flatten()))
    }
}

impl Generations {
    /// Returns the number of a commit.
    pub fn of(&self, id: ObjectId) -> Option<u32> {
        let number = self.0.as_ref()?.commit_by_id(id)?.generation();
        (1..LARGEST).contains(&number).then_some(number)
    }
}
