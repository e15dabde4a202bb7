use gix::ObjectId;
use gix::commitgraph::Graph;

use super::read::CommitLinks;
use crate::git::Repository;

/// The number of git's commit-graph format that says nothing: a commit's number may be larger.
const LARGEST: u32 = 0x3fff_ffff;

/// Git's commit-graph file (gitformat-commit-graph(5)), in which parents, times and generation
/// numbers are found without reading the commits. If it has a commit, it has all its ancestors.
pub(crate) struct CommitGraph(Option<Graph>);

impl Repository {
    /// Opens the commit-graph file. As in git, it is not used with grafts or replaced objects, in a
    /// shallow clone, or if `core.commitGraph` is false. A file that is missing or damaged is no
    /// error: it then has no commits.
    pub(crate) fn commit_graph(&self) -> CommitGraph {
        let is_used = self.config_bool("core.commitGraph") != Some(false)
            && !self.has_other_parents()
            && !self.is_shallow();
        let open = || Graph::at(&self.objects_dir().join("info"), self.object_hash(), None).ok();
        CommitGraph(is_used.then(open).flatten())
    }
}

impl CommitGraph {
    /// Returns the generation number of a commit, which is larger than those of its parents.
    pub fn generation(&self, id: ObjectId) -> Option<u32> {
        let number = self.0.as_ref()?.commit_by_id(id)?.generation();
        (1..LARGEST).contains(&number).then_some(number)
    }

    /// Returns the parents of a commit and its time, in seconds. A commit that was pruned may still
    /// be in the file.
    pub(super) fn links(&self, id: ObjectId) -> Option<CommitLinks> {
        let graph = self.0.as_ref()?;
        let commit = graph.commit_by_id(id)?;
        let mut parents = Vec::new();
        for parent in commit.iter_parents() {
            let parent = parent.ok().filter(|at| at.0 < graph.num_commits())?;
            parents.push(graph.id_at(parent).to_owned());
        }
        Some((parents, i64::try_from(commit.committer_timestamp()).ok()?))
    }
}
