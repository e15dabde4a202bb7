use gix::ObjectId;

use super::commit_graph::CommitGraph;
use super::read::CommitLinks;
use crate::git::Repository;

/// Of so many commits the objects are read before the commit-graph is opened, which takes as long.
const FEW: usize = 4;

/// Reads the parents and times of commits, of many of them from git's commit-graph.
pub(crate) struct LinkReader<'r> {
    repo: &'r Repository,
    graph: Option<CommitGraph>,
    objects: usize,
    buffer: Vec<u8>,
}

impl<'r> LinkReader<'r> {
    pub fn new(repo: &'r Repository) -> Self {
        Self { repo, graph: None, objects: 0, buffer: Vec::new() }
    }

    /// Returns the parents of a commit and its time, in seconds; None if git may know better: it is
    /// missing, or is not a well-formed commit.
    pub fn read(&mut self, id: ObjectId) -> Option<CommitLinks> {
        if self.objects == FEW && self.graph.is_none() {
            self.graph = Some(self.repo.commit_graph());
        }
        if let Some(found) = self.graph.as_ref().and_then(|graph| graph.links(id)) {
            return Some(found);
        }
        self.objects += usize::from(self.objects < FEW);
        self.repo.read_links(id, &mut self.buffer)
    }
}
