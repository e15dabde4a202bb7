use std::collections::BTreeSet;

use gix::objs::Kind;
use gix::objs::tree::EntryKind;

use super::super::layout::VERSION_BLOB;
use super::super::{FsckFinding, Store, StoreError, Visibility};
use super::apply::{Broken, apply};
use super::candidates::tracking_refs;
use super::inspector::Inspector;
use super::keep::{self, write_error};
use super::plan::plan;
use super::report::{RefRepair, RepairMode, RepairReport};
use super::search::search;
use super::state::{FullKey, State};
use crate::git::{ObjectError, RefState, gix_id, oid};
use crate::ledger::LedgerError;
use crate::model::{Timestamp, error_chain};

impl Store {
    /// Repairs damage to the store's refs by a crash, a disk or another program. Each damaged ref
    /// is reset to the newest intact state, with everything readable from newer states on top. The
    /// broken parts are kept: objects below `refs/ao/broken/`, anything else as files in
    /// `ao/broken`.
    ///
    /// An intact store is left alone. An interrupted repair can be run again.
    ///
    /// # Errors
    /// Fails if the store has a newer format, or if something cannot be read or written. Repairs
    /// that were complete by then remain; the rest is unchanged.
    pub fn repair(&self, mode: RepairMode) -> Result<RepairReport, StoreError> {
        let repo = self.repository();
        let _lock = match mode {
            RepairMode::Plan => None,
            RepairMode::Repair => Some(self.ledger().lock()?),
        };
        let mut repair = Repair {
            store: self,
            mode,
            inspector: Inspector::new(self),
            report: RepairReport::default(),
            private: None,
            now: self.clock().now(),
        };
        repair.mend_locks()?;
        // The private ref comes first: private sessions must not come back as public ones.
        for visibility in [Visibility::Private, Visibility::Public] {
            if let Some(name) = self.ref_of(visibility) {
                repair.mend(name, visibility)?;
            }
        }
        repair.mend_tracking()?;
        repo.forget_objects();
        Ok(repair.report)
    }

    /// Returns the state of a ref of the store, and the damage to it and to the objects it reaches.
    pub(in super::super) fn damage(
        &self,
        name: &str,
        inspector: &mut Inspector<'_>,
    ) -> Result<(RefState, Vec<FsckFinding>), StoreError> {
        let repo = self.repository();
        let state = repo.ref_state(name)?;
        let finding = |problem: &str| vec![FsckFinding::wrong(name, problem)];
        let damage = match &state {
            RefState::Unreadable { why, .. } => finding(why),
            RefState::Missing => {
                let log = repo.read_reflog(name)?;
                let last = log.entries.last().is_some_and(|entry| !entry.new.is_null());
                if last { finding("is missing, but has a reflog") } else { Vec::new() }
            }
            RefState::At(tip) => match inspector.is_whole(gix_id(tip))? {
                true => version_damage(inspector, gix_id(tip)),
                false => State::of(inspector, gix_id(tip), name)?.damage,
            },
        };
        Ok((state, damage))
    }
}

/// Returns the damage to the blob `version`, which all events share.
fn version_damage(inspector: &mut Inspector<'_>, tip: gix::ObjectId) -> Vec<FsckFinding> {
    let tree = inspector.commit(tip).and_then(|commit| inspector.tree(commit.tree));
    let version = tree.ok().and_then(|root| root.child("version", EntryKind::Blob));
    let problem = version.and_then(|id| inspector.blob(id).err());
    problem.map(|problem| FsckFinding::wrong("version", problem)).into_iter().collect()
}

struct Repair<'s> {
    store: &'s Store,
    mode: RepairMode,
    inspector: Inspector<'s>,
    report: RepairReport,
    /// The private sessions, once they are known.
    private: Option<BTreeSet<FullKey>>,
    now: Timestamp,
}

impl Repair<'_> {
    fn mend(&mut self, name: &str, visibility: Visibility) -> Result<(), StoreError> {
        let (store, repo, now) = (self.store, self.store.repository(), self.now);
        let (mut state, mut damage) = match store.damage(name, &mut self.inspector) {
            Err(StoreError::Ledger(LedgerError::Ref(error))) => {
                let problem = error_chain(&error);
                self.report.unrepaired.push(FsckFinding::wrong(name, problem));
                return Ok(());
            }
            other => other?,
        };
        let log = repo.read_reflog(name)?;
        let is_lost = state == RefState::Missing && damage.is_empty() && !log.exists;
        // Without any trace of a write, there never was a store.
        if is_lost && store.known_replica().is_none() && !repo.ao_dir().join("lock").exists() {
            return Ok(());
        }
        if log.damaged > 0 {
            self.report.reflogs.push(name.to_owned());
            if self.mode == RepairMode::Repair {
                keep::keep_reflog(store, name, visibility, now)?;
                repo.clean_reflog(name, &[])?;
            }
        }
        if damage.is_empty() && !is_lost {
            return self.note_private(visibility, &state);
        }
        if self.mend_version()? {
            (state, damage) = store.damage(name, &mut self.inspector)?;
            if damage.is_empty() {
                return self.note_private(visibility, &state);
            }
        }
        let found = search(store, &mut self.inspector, visibility, &state, &log)?;
        if is_lost {
            if found.base.is_none() {
                return Ok(());
            }
            let problem = "is missing, and so is its reflog".to_owned();
            damage.push(FsckFinding::wrong(name, problem));
        }
        let private = self.private.clone();
        let is_private =
            move |key: &FullKey| private.as_ref().is_some_and(|keys| keys.contains(key));
        let plan = plan(&mut self.inspector, &found, &log, visibility, &is_private)?;
        let mut repair = RefRepair {
            name: name.to_owned(),
            damage,
            base: found.base.map(oid),
            origin: found.origin.clone(),
            event: None,
            kept: None,
            rescued: plan.rescued.clone(),
            lost: plan.lost.clone(),
            events: plan.events.clone(),
        };
        self.set_aside()?;
        let mut tip = found.base;
        if self.mode == RepairMode::Repair {
            let broken = Broken { name, visibility, state: &state };
            let applied = apply(store, &broken, &found, &plan, now)?;
            (repair.event, repair.kept) = (Some(oid(applied.event)), applied.kept);
            tip = Some(applied.event);
            // 'git gc' fails as long as the reflog names missing objects.
            keep::keep_reflog(store, name, visibility, now)?;
            repo.clean_reflog(name, &found.broken)?;
        }
        self.report.refs.push(repair);
        match tip {
            Some(tip) => self.note_private(visibility, &RefState::At(oid(tip))),
            None => Ok(()),
        }
    }

    /// Writes the blob `version` again if it was found to be missing or damaged. Returns true if
    /// the ref must be checked again.
    fn mend_version(&mut self) -> Result<bool, StoreError> {
        let repo = self.store.repository();
        let hash = repo.object_hash();
        let id = gix::objs::compute_hash(hash, Kind::Blob, VERSION_BLOB).map_err(|source| {
            ObjectError::Write { path: repo.objects_dir().to_owned(), source: source.into() }
        })?;
        if !self.inspector.damaged.contains_key(&oid(id)) {
            return Ok(false);
        }
        self.set_aside()?;
        self.report.written.push(oid(id));
        if self.mode == RepairMode::Repair {
            repo.write_bytes(Kind::Blob, VERSION_BLOB)?;
        }
        self.inspector.trust(id);
        Ok(true)
    }

    fn note_private(&mut self, visibility: Visibility, now: &RefState) -> Result<(), StoreError> {
        if let (Visibility::Private, RefState::At(tip)) = (visibility, now) {
            let state = State::of(&mut self.inspector, gix_id(tip), "")?;
            self.private = Some(state.keys().cloned().collect());
        }
        Ok(())
    }

    fn mend_locks(&mut self) -> Result<(), StoreError> {
        let repo = self.store.repository();
        for lock in repo.leftover_locks(&["refs/ao/"]) {
            let is_gone = self.mode == RepairMode::Repair
                && !repo.remove_leftover(&lock).map_err(|error| write_error(&lock.path, error))?;
            if !is_gone {
                self.report.locks.push(lock.path);
            }
        }
        Ok(())
    }

    /// Moves the files of damaged objects away. As long as they exist, git does not write the
    /// objects again.
    fn set_aside(&mut self) -> Result<(), StoreError> {
        let folder = keep::folder(self.store);
        let repo = self.store.repository();
        for (id, error) in std::mem::take(&mut self.inspector.damaged) {
            let is_damaged = matches!(error, ObjectError::Unreadable { .. });
            if !is_damaged || !repo.is_loose(gix_id(&id)) {
                continue;
            }
            if self.mode == RepairMode::Repair {
                let made = repo.make_ao_dir(keep::FOLDER);
                let moved = made.and_then(|folder| repo.set_aside_object(gix_id(&id), &folder));
                moved.map_err(|error| write_error(&folder, error))?;
            }
            self.report.objects.push(id);
        }
        Ok(())
    }

    /// Removes damaged remote-tracking refs. The next fetch restores them.
    fn mend_tracking(&mut self) -> Result<(), StoreError> {
        for name in tracking_refs(self.store) {
            let is_whole = match self.store.repository().ref_state(&name) {
                Ok(RefState::At(tip)) => match self.inspector.is_whole(gix_id(&tip)) {
                    Err(StoreError::Newer(_)) => true,
                    other => other?,
                },
                Ok(RefState::Missing) => true,
                Ok(RefState::Unreadable { .. }) | Err(_) => false,
            };
            if !is_whole {
                self.set_aside()?;
                if self.mode == RepairMode::Repair {
                    self.store.repository().remove_ref(&name)?;
                }
                self.report.tracking.push(name);
            }
        }
        Ok(())
    }
}
