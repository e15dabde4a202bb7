use serde::{Deserialize, Serialize};

use gix::ObjectId;
use gix::objs::Commit;

use super::super::write::subject;
use super::super::{Displaced, Snapshot, Store, StoreError, Unexpected};
use super::Change;
use super::base::{Bases, MergedTrees, compare_trees, merge_trees};
use super::trees::Trees;
use crate::git::{gix_id, oid};
use crate::ledger::{Graph, RefUpdate, Relation, commit_time};
use crate::model::{Message, Oid, Timestamp};

/// The purpose of a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeMode {
    /// Our tip contains all of their events. If both tips contain the same events and differ only
    /// in merge commits, no further merge commit is made: one of the two tips is used.
    Converge,
    /// Their tip is an ancestor of ours, as a push requires.
    FastForward,
}

/// Which histories may be merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Histories {
    /// Histories with an event in common. An empty store merges with any other.
    Related,
    /// All histories, including those of stores that were created separately.
    Any,
}

/// The effect of a merge on our tip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeOutcome {
    /// None: our tip already contained everything.
    Unchanged,
    /// Our tip is now theirs.
    Adopted,
    /// Our tip is a merge commit: a new one, or one that another clone made of the same two tips.
    Merged,
}

/// The result of a merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MergeReport {
    /// The effect on our tip.
    pub outcome: MergeOutcome,
    /// Our tip now.
    pub tip: Oid,
    /// The changes to our store, sorted by project and id.
    pub changes: Vec<Change>,
    /// Entries of their store that this version does not know. They are preserved but not
    /// interpreted.
    pub unknown: Vec<Unexpected>,
    /// Entries that were in the place of records and were moved aside.
    pub displaced: Vec<Displaced>,
}

impl Store {
    /// Merges another tip into this store.
    ///
    /// # Errors
    /// Fails if the tip is not a store or has a newer format, if the histories may not be merged,
    /// if either side is unreadable, or if the write fails. The store is then unchanged.
    pub fn merge_tip(
        &self,
        theirs: &Oid,
        mode: MergeMode,
        histories: Histories,
    ) -> Result<MergeReport, StoreError> {
        let merged = self.commit_with_retry(|snapshot, _| {
            let merge = Merge::new(self, &snapshot, theirs)?;
            merge.run(mode, histories)
        });
        merged.map(|committed| committed.value)
    }

    /// Checks whether another tip could be merged, without merging it.
    ///
    /// # Errors
    /// Fails for the reasons for which [`merge_tip`](Self::merge_tip) would, except those that only
    /// a write can find.
    pub fn check_merge(&self, theirs: &Oid, histories: Histories) -> Result<(), StoreError> {
        let Merge { ours, theirs, .. } = Merge::new(self, &self.snapshot()?, theirs)?;
        let (Some((ours, _)), Histories::Related) = (ours, histories) else { return Ok(()) };
        related(&Graph::new(self.repository(), is_merge)?.relation(&[ours], theirs.0)?)
    }

    /// Returns the changes between the stores at `from` and `to`. Without `from`, every session is
    /// new.
    ///
    /// # Errors
    /// Fails if one of the stores is unreadable or has a newer format.
    pub fn compare(&self, from: Option<&Oid>, to: &Oid) -> Result<Vec<Change>, StoreError> {
        let tree = |tip: &Oid| self.repository().read_commit(gix_id(tip)).map(|c| c.tree);
        let (from, to) = (from.map(tree).transpose()?, tree(to)?);
        let trees = Trees::new(self.repository());
        Ok(changes(&compare_trees(self, &trees, [from, from, Some(to)])?))
    }

    /// Returns the changes in the store at `ours` since its history parted from that of `theirs`.
    /// Without `theirs`, every session is new.
    ///
    /// # Errors
    /// Fails if one of the stores or histories is unreadable.
    pub fn own_changes(&self, theirs: Option<&Oid>, ours: &Oid) -> Result<Vec<Change>, StoreError> {
        let trees = Trees::new(self.repository());
        let base = match theirs {
            Some(theirs) => {
                let mut graph = Graph::new(self.repository(), is_merge)?;
                let (ours, theirs) = (gix_id(ours), gix_id(theirs));
                let bases = match graph.contains(ours, theirs)? {
                    true => vec![theirs],
                    false => graph.relation(&[ours], theirs)?.bases,
                };
                Bases::new(self).tree(&mut graph, &trees, &bases)?
            }
            None => None,
        };
        let tree = self.repository().read_commit(gix_id(ours))?.tree;
        Ok(changes(&compare_trees(self, &trees, [base, base, Some(tree)])?))
    }

    /// Returns true if `past` is in the history of `tip`, apart from merges without changes of their
    /// own: a clone may replace its merge by another clone's.
    ///
    /// # Errors
    /// Fails if a commit in between is unreadable.
    pub(in crate::store) fn continues(&self, tip: &Oid, past: &Oid) -> Result<bool, StoreError> {
        let mut graph = Graph::new(self.repository(), is_merge)?;
        for lost in graph.relation(&[gix_id(tip)], gix_id(past))?.behind {
            if !graph.is_merge(lost)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns true if `past` is `tip` or one of its ancestors.
    ///
    /// # Errors
    /// Fails if a commit in between is unreadable.
    pub fn contains_event(&self, tip: &Oid, past: &Oid) -> Result<bool, StoreError> {
        let mut graph = Graph::new(self.repository(), is_merge)?;
        Ok(graph.contains(gix_id(tip), gix_id(past))?)
    }
}

/// Two tips to merge.
struct Merge<'s> {
    store: &'s Store,
    trees: Trees<'s>,
    ours: Option<(ObjectId, Commit)>,
    theirs: (ObjectId, Commit),
}

impl<'s> Merge<'s> {
    fn new(store: &'s Store, ours: &Snapshot<'_>, theirs: &Oid) -> Result<Self, StoreError> {
        // Refuses a tip that is not a store or has a newer format.
        Snapshot::at(store, Some(theirs.clone()))?;
        let read = |id: ObjectId| store.repository().read_commit(id).map(|commit| (id, commit));
        let ours = ours.tip().map(|tip| read(gix_id(tip))).transpose()?;
        let theirs = read(gix_id(theirs))?;
        Ok(Self { store, trees: Trees::new(store.repository()), ours, theirs })
    }

    fn run(
        &self,
        mode: MergeMode,
        histories: Histories,
    ) -> Result<(MergeReport, Vec<RefUpdate>), StoreError> {
        let Some(ours) = self.our_id() else {
            let whole = self.against_ours()?;
            return if whole.displaced.is_empty() { self.adopt(whole) } else { self.commit(whole) };
        };
        let mut graph = Graph::new(self.store.repository(), is_merge)?;
        let relation = graph.relation(&[ours], self.theirs.0)?;
        if relation.behind.is_empty() {
            return Ok(self.stay(ours));
        }
        if histories == Histories::Related {
            related(&relation)?;
        }
        let same_events = is_all_merges(&mut graph, &relation)?;
        if relation.ahead.is_empty() || (same_events && self.is_theirs_better(ours, &relation)) {
            let whole = self.against_ours()?;
            if whole.displaced.is_empty() {
                return self.adopt(whole);
            }
            if same_events && mode == MergeMode::Converge {
                return Ok(self.stay(ours));
            }
            if relation.ahead.is_empty() {
                return self.commit(whole);
            }
        } else if same_events && mode == MergeMode::Converge {
            return Ok(self.stay(ours));
        }
        let base = Bases::new(self.store).tree(&mut graph, &self.trees, &relation.bases)?;
        let roots = [base, self.our_tree(), Some(self.theirs.1.tree)];
        let ours = self.ours.as_ref().map_or(Timestamp::EPOCH, |(_, commit)| commit_time(commit));
        let told = [ours, commit_time(&self.theirs.1)];
        self.commit(merge_trees(self.store, &self.trees, roots, told)?)
    }

    fn our_id(&self) -> Option<ObjectId> {
        self.ours.as_ref().map(|(id, _)| *id)
    }

    fn our_tree(&self) -> Option<ObjectId> {
        self.ours.as_ref().map(|(_, commit)| commit.tree)
    }

    /// Returns true if their tip is to be used rather than ours. Of two tips with the same events,
    /// the one with more merge commits wins, so that a tip that contains the other is always
    /// preferred; then the smaller id.
    fn is_theirs_better(&self, ours: ObjectId, relation: &Relation) -> bool {
        let (ahead, behind) = (relation.ahead.len(), relation.behind.len());
        behind > ahead || (behind == ahead && self.theirs.0 < ours)
    }

    /// Returns all differences between our tree and theirs.
    fn against_ours(&self) -> Result<MergedTrees, StoreError> {
        let roots = [self.our_tree(), self.our_tree(), Some(self.theirs.1.tree)];
        compare_trees(self.store, &self.trees, roots)
    }

    fn stay(&self, ours: ObjectId) -> (MergeReport, Vec<RefUpdate>) {
        let (outcome, tip) = (MergeOutcome::Unchanged, oid(ours));
        let (changes, unknown, displaced) = (Vec::new(), Vec::new(), Vec::new());
        (MergeReport { outcome, tip, changes, unknown, displaced }, Vec::new())
    }

    fn update_to(&self, new: Oid, log: &str) -> RefUpdate {
        let (name, expected) = (self.store.ref_name().to_owned(), self.our_id().map(oid));
        RefUpdate { name, expected, new, log: log.to_owned() }
    }

    fn adopt(&self, whole: MergedTrees) -> Result<(MergeReport, Vec<RefUpdate>), StoreError> {
        let event = oid(self.theirs.0);
        let (outcome, tip) = (MergeOutcome::Adopted, event.clone());
        let (changes, unknown, displaced) = (changes(&whole), whole.unknown, Vec::new());
        let report = MergeReport { outcome, tip, changes, unknown, displaced };
        Ok((report, vec![self.update_to(event, "take what others have")]))
    }

    fn commit(&self, merged: MergedTrees) -> Result<(MergeReport, Vec<RefUpdate>), StoreError> {
        let tree = merged.write(self.store, self.our_tree())?;
        let mut parents: Vec<&(ObjectId, Commit)> =
            self.ours.iter().chain([&self.theirs]).collect();
        parents.sort_by_key(|(id, _)| *id);
        let (_, last) = parents
            .iter()
            .max_by_key(|(id, commit)| (commit.committer.time.seconds, *id))
            .expect("their tip is one of the parents");
        let message = message(&merged);
        let tip = oid(self.store.repository().write_object(&Commit {
            tree,
            parents: parents.iter().map(|(id, _)| *id).collect(),
            author: last.author.clone(),
            committer: last.committer.clone(),
            encoding: None,
            message: message.to_text().into(),
            extra_headers: Vec::new(),
        })?);
        let next = vec![self.update_to(tip.clone(), &message.subject)];
        let (outcome, changes) = (MergeOutcome::Merged, changes(&merged));
        let (unknown, displaced) = (merged.unknown, merged.displaced);
        Ok((MergeReport { outcome, tip, changes, unknown, displaced }, next))
    }
}

/// Returns true for a merge commit, which makes no changes of its own.
fn is_merge(commit: &Commit) -> bool {
    let message = Message::from_text(&commit.message.to_string());
    message.op == "merge" && commit.parents.len() > 1
}

/// Checks that two histories have an event in common.
fn related(relation: &Relation) -> Result<(), StoreError> {
    if relation.bases.is_empty() { Err(StoreError::Unrelated) } else { Ok(()) }
}

/// Returns true if both tips contain the same events, and differ only in merge commits.
fn is_all_merges(graph: &mut Graph<'_>, relation: &Relation) -> Result<bool, StoreError> {
    for id in relation.ahead.iter().chain(&relation.behind) {
        if !graph.is_merge(*id)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn changes(merged: &MergedTrees) -> Vec<Change> {
    merged.decisions.iter().filter_map(|(_, decision)| Change::new(decision)).collect()
}

/// Returns the message of the merge commit. It names the sessions whose content both sides had
/// changed differently.
fn message(merged: &MergedTrees) -> Message {
    let both: Vec<_> = merged.decisions.iter().filter(|(_, d)| d.is_merged).collect();
    let sessions: Vec<_> = both.iter().map(|((_, id), _)| *id).collect();
    let conflicts = both.iter().flat_map(|((_, id), decision)| {
        decision.conflicts.iter().map(|field| (*id, field.clone()))
    });
    Message {
        subject: if sessions.is_empty() {
            "merge".to_owned()
        } else {
            subject("merge", &sessions, None)
        },
        op: "merge".to_owned(),
        conflicts: conflicts.collect(),
        sessions,
        ..Message::default()
    }
}
