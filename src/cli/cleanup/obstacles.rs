//! What to do about worktrees that were kept, and about teardowns that were not run.

use std::collections::BTreeSet;

use git_ao::model::shell_path;
use git_ao::ops::{Engine, Leftover, Obstacle, log_file};

use crate::cli::CliError;
use crate::cli::ready::why_unusable;
use crate::cli::ui::escape;

/// Whether something was done, or would be.
#[derive(Debug, Clone, Copy)]
pub enum Tense {
    Past,
    Conditional,
}

/// Returns the hints.
pub fn hints(
    leftovers: &[Leftover],
    engine: &Engine,
    tense: Tense,
) -> Result<Vec<String>, CliError> {
    let mut hints = Vec::new();
    hints.extend(leftovers.iter().filter_map(|leftover| left_teardown(leftover, tense)));
    let mut obstacles: BTreeSet<_> = leftovers.iter().filter_map(|it| it.obstacle).collect();
    if obstacles.iter().any(|it| matches!(it, Obstacle::Commits | Obstacle::Changes)) {
        hints.push("to remove unsaved work too, after a backup: git ao cleanup --force".to_owned());
    }
    if obstacles.remove(&Obstacle::Commits) {
        hints.push(
            "to discard one session with its commits: git ao cancel --discard <session>".to_owned(),
        );
    }
    for leftover in leftovers {
        let Some(path) = &leftover.worktree else { continue };
        match leftover.obstacle {
            Some(Obstacle::Teardown) => hints.push(failed_teardown(leftover, engine)?),
            Some(Obstacle::Locked) => {
                hints.push(format!("to unlock it: git worktree unlock {}", shell_path(path)));
            }
            Some(Obstacle::Here) => {
                hints.push("to remove it, run git ao cleanup in another worktree".to_owned());
            }
            _ => {}
        }
    }
    Ok(hints)
}

/// Says that a teardown in the tree was not run.
pub fn left_teardown(leftover: &Leftover, tense: Tense) -> Option<String> {
    let (path, why) = leftover.left_teardown.as_ref().filter(|_| leftover.kept.is_none())?;
    let (path, short) = (escape::os(path.as_os_str()), leftover.session.id.short());
    let (verb, way) = match tense {
        Tense::Past => {
            ("was not run", "to approve it for other worktrees: git ao trust".to_owned())
        }
        Tense::Conditional => {
            ("would not run", format!("to look at it and approve it: git ao trust {short}"))
        }
    };
    Some(match why {
        Some(why) => format!("'{path}' of {short} {verb}: {}", why_unusable(*why)),
        None => {
            format!("'{path}' of {short} {verb}: its content is not approved in this clone\n{way}")
        }
    })
}

/// Says what can be done about a teardown that has failed.
pub fn failed_teardown(leftover: &Leftover, engine: &Engine) -> Result<String, CliError> {
    let log = log_file(engine.store().repository(), leftover.session.id)?;
    Ok(format!(
        "the output of the teardown is in {}\nto remove the worktree without it: git ao cleanup \
         --no-teardown",
        escape::os(log.as_os_str())
    ))
}
