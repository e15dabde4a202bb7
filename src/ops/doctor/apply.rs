use std::path::PathBuf;

use super::exclude;
use super::leftovers::could_be;
use super::remedy::{Done, Remedy};
use crate::model::{SessionId, error_chain};
use crate::ops::common::artifacts::{File, old_tips, set_aside, strays};
use crate::ops::common::{Engine, OpsError};
use crate::store::Store;
use crate::transcript::TranscriptStore;
use crate::workspace::{Worktrees, bring_back, gone, moved, relink, unlinked};

/// Applies the remedies of one stage, in order. Each checks again that its problem still exists.
pub(super) fn apply(engine: &Engine, remedies: &[&Remedy]) -> Vec<Done> {
    let mut applied = Applied { engine, store: engine.store(), records: None, strays: None };
    remedies.iter().map(|remedy| applied.one(remedy).unwrap_or_else(failed)).collect()
}

/// State that is computed once and shared by all remedies of a kind.
struct Applied<'s> {
    engine: &'s Engine,
    store: &'s Store,
    records: Option<Result<Vec<SessionId>, String>>,
    strays: Option<Vec<PathBuf>>,
}

impl Applied<'_> {
    fn one(&mut self, remedy: &Remedy) -> Result<Done, OpsError> {
        let repo = self.store.repository();
        let worktrees = Worktrees::new(repo);
        Ok(match remedy {
            Remedy::Complete(path) => match worktrees.mend_half_made_at(path)? {
                Some(to) => Ok(format!("moved to '{}'", to.display())),
                None => Ok("completed".to_owned()),
            },
            Remedy::Rename => Ok(format!("its name is now '{}'", self.store.replica()?)),
            Remedy::Relink(path) => {
                relink(&worktrees)?;
                match unlinked(&worktrees)?.contains(path) {
                    false => Ok("repaired by 'git worktree repair'".to_owned()),
                    true => {
                        Err("another repository uses a worktree of this one, as after copying \
                                 both; git would take it away from there"
                            .to_owned())
                    }
                }
            }
            Remedy::BringBack(path) => {
                let places = moved(&worktrees, &|session| could_be(self.store, session))?;
                if places.contains(path) {
                    bring_back(&worktrees, path)?;
                }
                Ok("registered there".to_owned())
            }
            Remedy::Record(session) => self.record(*session),
            Remedy::Unexpected(path) => {
                if self.strays.is_none() {
                    self.strays = Some(strays(self.store)?);
                }
                match self.strays.iter().flatten().any(|stray| stray == path) {
                    true => put_away(File::set_aside_unless_alive(repo, path)?),
                    false => put_away(None),
                }
            }
            Remedy::Tip(path) => match old_tips(repo)?.contains(path) {
                true => put_away(set_aside(repo, path)?),
                false => Ok("already gone".to_owned()),
            },
            Remedy::Forget(path) => {
                match gone(&worktrees)?.iter().find(|gone| gone.path == *path) {
                    Some(gone) => match gone.forget(&worktrees)? {
                        Some(to) => Ok(format!("its entry was moved to '{}'", to.display())),
                        None => Ok("already gone".to_owned()),
                    },
                    None => Ok("already gone".to_owned()),
                }
            }
            Remedy::Transcripts => {
                let repaired = TranscriptStore::repair(repo)?;
                let aside = match &repaired.aside {
                    Some(path) => format!("moved to '{}'", path.display()),
                    None => "already gone".to_owned(),
                };
                let (saved, lost) = (repaired.saved, repaired.lost);
                match lost {
                    0 => Ok(format!("{aside}; all of its {saved} sessions were saved")),
                    _ => Ok(format!(
                        "{aside}; {saved} sessions were saved, {lost} have to be captured again: \
                         git ao transcript capture"
                    )),
                }
            }
            Remedy::Exclude(folder) => exclude::fix(self.store, folder),
        })
    }

    /// Reconciles all records on the first call, in one event.
    fn record(&mut self, session: SessionId) -> Done {
        let engine = self.engine;
        let written = self.records.get_or_insert_with(|| match engine.reconcile() {
            Ok(done) => Ok(done.changed.iter().map(|(session, _)| session.id).collect()),
            Err(error) => Err(error_chain(&error)),
        });
        match written {
            Ok(written) if written.contains(&session) => Ok("updated".to_owned()),
            Ok(_) => Err("it changed in the meantime".to_owned()),
            Err(error) => Err(error.clone()),
        }
    }
}

fn put_away(to: Option<PathBuf>) -> Done {
    match to {
        Some(to) => Ok(format!("moved to '{}'", to.display())),
        None => Err("it is in use, or was removed in the meantime".to_owned()),
    }
}

fn failed(error: OpsError) -> Done {
    Err(error_chain(&error))
}
