//! Tries the kinds of evidence, the strongest first.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::rc::Rc;

use super::answers::{Answers, Asked};
use super::patches::{self, Look, Sight};
use super::records::{self, Traces};
use super::works::{self, CommitPair, SessionWork, Work, Works};
use super::{Evidence, Provenance, trailers};
use crate::git::{Descent, Wanted};
use crate::model::{Oid, SessionId};
use crate::ops::common::branch_sessions::as_of_now;
use crate::ops::common::{Engine, OpsError};
use crate::store::Snapshot;
use crate::workspace::{TouchedPaths, rewrites, touched_paths};

/// The most commits to which the rewrites of one are followed.
const MOST_REWRITES: usize = 100;

/// A search for the origins of commits. It reads all records once.
pub struct ProvenanceSearch<'e> {
    engine: &'e Engine,
    snapshot: Snapshot<'e>,
    sessions: Vec<Traces>,
    descent: Descent<'e>,
    /// Earlier states of sessions, once they were read.
    past: HashMap<SessionId, Vec<SessionWork>>,
    /// The work in the worktrees of this clone, once it was read.
    present: Option<Works>,
    /// All work, once it was read.
    works: Option<Rc<Works>>,
    /// What work has changed, once that was determined.
    touched: Option<HashMap<CommitPair, TouchedPaths>>,
}

impl<'e> ProvenanceSearch<'e> {
    pub fn new(engine: &'e Engine) -> Result<Self, OpsError> {
        let snapshot = engine.store().snapshot()?;
        let replica = engine.store().known_replica();
        let sessions = records::all(&snapshot, replica.as_deref())?;
        let descent = Descent::new(engine.repository());
        Ok(Self {
            engine,
            snapshot,
            sessions,
            descent,
            past: HashMap::new(),
            present: None,
            works: None,
            touched: None,
        })
    }

    pub(super) fn engine(&self) -> &'e Engine {
        self.engine
    }

    /// Looks at all works.
    pub(super) fn look(&mut self, look: &Look<'_>, works: &[Work]) -> Result<Sight, OpsError> {
        look.at(self.engine.repository(), &mut self.descent, works)
    }

    pub fn sessions(&self) -> &[Traces] {
        &self.sessions
    }

    /// Adds the records of the sessions to answers.
    pub fn complete<'p>(
        &self,
        found: impl IntoIterator<Item = &'p mut Provenance>,
    ) -> Result<(), OpsError> {
        let mut found: Vec<_> = found.into_iter().collect();
        let ids: HashSet<SessionId> = found.iter().map(|one| one.id).collect();
        let its = self.sessions.iter().filter(|session| ids.contains(&session.id()));
        let records = records::load(&self.snapshot, its)?.into_iter();
        let sessions: HashMap<_, _> = records.map(|record| (record.id, record)).collect();
        for one in &mut found {
            one.session = sessions.get(&one.id).cloned();
        }
        Ok(())
    }

    /// Returns the sessions that commits come from.
    pub fn of_all(&mut self, mut asked: Asked) -> Result<Answers, OpsError> {
        let mut answers = self.of_commits(&asked)?;
        asked.retain(|commit, _| !answers.contains_key(commit));
        let paths = patches::paths(self.engine.repository(), &asked)?;
        if !paths.is_empty() {
            let works = self.works()?;
            let bytes: Vec<&[u8]> = paths.iter().map(Vec::as_slice).collect();
            let is_near = self.near(&works, &bytes)?;
            let paths = paths.iter().map(|path| OsStr::from_bytes(path)).collect();
            let look = Look { asked: &asked, paths, texts: HashSet::new(), is_near };
            answers.extend(self.look(&look, &works)?.found);
        }
        Ok(answers)
    }

    /// Returns the sessions that commits come from, without a look at their changes.
    pub fn of_commits(&mut self, asked: &Asked) -> Result<Answers, OpsError> {
        let mut answers = Answers::new();
        let steps = [Self::recorded, Self::unrecorded, Self::replaced, Self::landed];
        for step in steps {
            let mut left = asked.clone();
            left.retain(|commit, _| !answers.contains_key(commit));
            if left.is_empty() {
                break;
            }
            answers.extend(step(self, &left)?);
        }
        Ok(answers)
    }

    /// Finds commits that records or trailers name.
    fn recorded(&mut self, asked: &Asked) -> Result<Answers, OpsError> {
        let wanted = wanted(asked);
        let mut answers = Answers::new();
        for session in &self.sessions {
            // A commit that is older than the session is not its own.
            if wanted.are_before(session.created_at) {
                continue;
            }
            let Some(work) = session.work() else { continue };
            for commit in self.descent.find(&work.head, &work.start, &wanted) {
                let found = Provenance::new(session.id(), Evidence::Commit);
                answers.entry(commit).or_default().push(found);
            }
        }
        for (commit, facts) in asked {
            for id in trailers::sessions(&facts.message) {
                let found = answers.entry(commit.clone()).or_default();
                if !found.iter().any(|one| one.id == id) {
                    found.push(Provenance::new(id, Evidence::Trailer));
                }
            }
        }
        Ok(answers)
    }

    /// Finds commits that records do not name yet, or no longer.
    fn unrecorded(&mut self, asked: &Asked) -> Result<Answers, OpsError> {
        let wanted = wanted(asked);
        let mut answers = Answers::new();
        for Work { session, commits, .. } in
            self.present()?.into_iter().chain(self.past(Some(&wanted))?)
        {
            for commit in self.descent.find(&commits.head, &commits.start, &wanted) {
                let found = answers.entry(commit).or_default();
                if !found.iter().any(|one| one.id == session) {
                    found.push(Provenance::new(session, Evidence::Commit));
                }
            }
        }
        Ok(answers)
    }

    /// Returns the work in the worktrees of this clone, as it is now.
    pub(super) fn present(&mut self) -> Result<Works, OpsError> {
        if let Some(present) = &self.present {
            return Ok(present.clone());
        }
        let here = self.sessions.iter().filter(|session| session.is_here);
        let mut here = records::load(&self.snapshot, here)?;
        as_of_now(self.engine.store(), &self.snapshot, &mut here)?;
        let present: Works = here.iter().filter_map(Work::of).collect();
        self.present = Some(present.clone());
        Ok(present)
    }

    /// Returns the work of sessions that had other commits before, as their records were then: all
    /// of it, or only the work that may contain one of the wanted commits.
    fn past(&mut self, wanted: Option<&Wanted>) -> Result<Works, OpsError> {
        let store = self.engine.store();
        let kept = store.kept_heads()?;
        let mut candidates = BTreeSet::new();
        let sessions: HashMap<SessionId, &Traces> =
            self.sessions.iter().map(|session| (session.id(), session)).collect();
        for head in &kept {
            let Some(session) = sessions.get(&head.session) else { continue };
            let base = session.base.as_ref().filter(|base| **base != head.commit);
            let Some(base) = base else { continue };
            // Each look at a history takes time.
            let is_past = session.head.as_ref() != Some(&head.commit);
            let may_have = |wanted: &Wanted, descent: &mut Descent<'_>| {
                !descent.find(&head.commit, base, wanted).is_empty()
            };
            if is_past && wanted.is_none_or(|wanted| may_have(wanted, &mut self.descent)) {
                candidates.insert(session.id());
            }
        }
        let unread: BTreeSet<_> =
            candidates.iter().filter(|id| !self.past.contains_key(id)).copied().collect();
        if !unread.is_empty() {
            self.past.extend(works::past(store, &self.snapshot, &unread)?);
        }
        let mut past = Vec::new();
        for session in self.sessions.iter().filter(|session| candidates.contains(&session.id())) {
            past.extend(self.past[&session.id()].iter().map(|commits| session.working_on(commits)));
        }
        Ok(past)
    }

    /// Reads what most questions need.
    pub fn prepare(&mut self) -> Result<(), OpsError> {
        let works = self.works()?;
        for work in works.iter() {
            self.descent.time(&work.commits.head);
        }
        self.near(&works, &[]).map(drop)
    }

    /// Returns for each work whether it may change one of the paths.
    pub fn near(&mut self, works: &Works, paths: &[&[u8]]) -> Result<Vec<bool>, OpsError> {
        let pair = |work: &SessionWork| (work.head.clone(), work.start.clone());
        if self.touched.is_none() {
            let pairs = works.iter().map(|work| pair(&work.commits)).collect();
            let descent = &mut self.descent;
            let steps = |(head, start): &CommitPair| {
                let work = SessionWork { start: start.clone(), head: head.clone() };
                let (singles, whole) = work.diffs(descent);
                let repo = self.engine.repository();
                let is_here = |pair: &CommitPair| repo.has_commit(&pair.1);
                singles.into_iter().chain(whole).filter(is_here).collect()
            };
            self.touched = Some(touched_paths(self.engine.repository(), &pairs, steps)?);
        }
        let touched = self.touched.iter().flatten().collect::<HashMap<_, _>>();
        let is_near = |work: &Work| {
            let touched = touched.get(&pair(&work.commits));
            touched.is_some_and(|touched| touched.may_have(paths.iter().copied()))
        };
        Ok(works.iter().map(is_near).collect())
    }

    /// Returns all work that is known here.
    pub fn works(&mut self) -> Result<Rc<Works>, OpsError> {
        if let Some(works) = &self.works {
            return Ok(Rc::clone(works));
        }
        let works = Rc::new(self.all_works()?);
        self.works = Some(Rc::clone(&works));
        Ok(works)
    }

    fn all_works(&mut self) -> Result<Works, OpsError> {
        let recorded = self.sessions.iter();
        let recorded = recorded.filter_map(|one| Some(one.working_on(&one.work()?)));
        let mut works: Vec<_> = recorded.collect();
        let key = |work: &Work| (work.session, work.commits.clone());
        let mut known: HashSet<_> = works.iter().map(key).collect();
        let others = self.present()?.into_iter().chain(self.past(None)?);
        works.extend(others.filter(|work| known.insert(key(work))));
        Ok(works)
    }

    /// Returns the commits of some work, without merges.
    pub fn commits_of(&mut self, work: &SessionWork) -> BTreeSet<Oid> {
        let commits = self.descent.commits(&work.head, &work.start);
        let (commits, _) = commits.unwrap_or_default();
        commits.into_iter().map(|(commit, _)| commit).collect()
    }

    /// Finds commits that replaced others.
    fn replaced(&mut self, asked: &Asked) -> Result<Answers, OpsError> {
        let repo = self.engine.repository();
        let replaced = rewrites(repo);
        let mut olds: HashMap<Oid, Vec<Oid>> = HashMap::new();
        let mut facts = Asked::new();
        for commit in asked.keys() {
            let (mut before, mut next) = (Vec::new(), vec![commit]);
            while let Some(at) = next.pop() {
                for old in replaced.get(at).into_iter().flatten() {
                    if old != commit && !before.contains(old) && before.len() < MOST_REWRITES {
                        before.push(old.clone());
                        next.push(old);
                    }
                }
            }
            let here = before.into_iter().filter_map(|old| Some((repo.commit_facts(&old)?, old)));
            for (its, old) in here {
                facts.insert(old.clone(), its);
                olds.entry(commit.clone()).or_default().push(old);
            }
        }
        if facts.is_empty() {
            return Ok(Answers::new());
        }
        let mut before = self.recorded(&facts)?;
        facts.retain(|old, _| !before.contains_key(old));
        before.extend(self.unrecorded(&facts)?);
        facts.retain(|old, _| !before.contains_key(old));
        before.extend(self.landed(&facts)?);
        let mut answers = Answers::new();
        for (commit, olds) in olds {
            for old in olds {
                for one in before.get(&old).into_iter().flatten() {
                    let found = answers.entry(commit.clone()).or_default();
                    if !found.iter().any(|known| known.id == one.id) {
                        let rewrite = Provenance { evidence: Evidence::Rewrite, ..one.clone() };
                        found.push(rewrite.via(&old));
                    }
                }
            }
        }
        Ok(answers)
    }

    /// Finds commits that landed work according to records, by their ids or by the numbers of pull
    /// requests.
    fn landed(&mut self, asked: &Asked) -> Result<Answers, OpsError> {
        let mut answers = Answers::new();
        for session in &self.sessions {
            let landed_as = session.landed.as_ref();
            for (commit, facts) in asked {
                let number = trailers::pull_request(facts.subject());
                let evidence = if landed_as == Some(commit) {
                    Evidence::Landed
                } else if number.is_some() && number == session.pull_request {
                    Evidence::PullRequest
                } else {
                    continue;
                };
                let found = Provenance::new(session.id(), evidence);
                answers.entry(commit.clone()).or_default().push(found);
            }
        }
        Ok(answers)
    }
}

fn wanted(asked: &Asked) -> Wanted {
    Wanted::new(asked.iter().map(|(commit, facts)| (commit, facts.time)))
}
