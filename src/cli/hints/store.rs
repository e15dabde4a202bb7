use git_ao::model::error_chain;
use git_ao::store::{Key, RecordProblem, ResolveError, StoreError};

use crate::cli::CliError;
use crate::cli::ui::escape;

/// The hint for a damaged store.
pub const REPAIR: &str = "to see what can be repaired: git ao fsck --repair --dry-run\n\
                      to repair it: git ao fsck --repair";

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        let (kind, message) = (error.kind(), error_chain(&error));
        let failed = |message| CliError::of(kind, message);
        match &error {
            StoreError::Resolve(resolve) => {
                let refused = failed(message);
                match resolve_hint(resolve) {
                    Some(hint) => refused.hint(hint),
                    None => refused,
                }
            }
            StoreError::Archived(key) => failed(message)
                .hint(format!("to move it back first: git ao unarchive {}", key.id.short())),
            StoreError::InTwoProjects(id) => {
                failed(message).hint(format!("specify which: <project>/{}", id.short()))
            }
            StoreError::Transition { id, source } if source.from.is_restorable() => {
                failed(message).restore_hint("to restart it", *id)
            }
            StoreError::Transition { .. } => failed(message).hint("to do it anyway, use --force"),
            StoreError::Rule { id, source } => super::record::not_allowed(source.clone(), *id),
            StoreError::Corrupt { key, problem } if problem.is_newer() => failed(message).hint(
                format!("update git ao; to see the record: git ao show --yaml {}", key.id.short()),
            ),
            StoreError::Corrupt { problem: RecordProblem::Object(_), .. } => {
                failed(message).hint(REPAIR)
            }
            StoreError::Corrupt { key, .. } => failed(message).hint(format!(
                "its bytes are preserved; to see them: git ao show --yaml {}\n\
                 to delete it: git ao delete {}",
                key.id.short(),
                key.id.short()
            )),
            StoreError::Project(_) => failed(message).hint(
                "up to 100 letters, digits, '.', '_' and '-' are allowed:\n  \
                 git config ao.project <name>",
            ),
            StoreError::Newer(_) => failed(message).hint("update git ao; nothing was written"),
            StoreError::NotAStore { .. } | StoreError::PrivateUnread(_) => {
                failed(message).hint(REPAIR)
            }
            StoreError::Ledger(error) => error.into(),
            // As git, which calls the first a fatal error; the others are mistakes of a program.
            StoreError::Unrelated
            | StoreError::Invalid { .. }
            | StoreError::NoPrivate(_)
            | StoreError::BothWays => CliError::fatal(message),
            _ => failed(message),
        }
    }
}

/// Returns true for the beginning of an id that is too short to be one.
fn is_short_prefix(text: &str) -> bool {
    (1..4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn resolve_hint(error: &ResolveError) -> Option<String> {
    Some(match error {
        ResolveError::Nothing { text, .. } if is_short_prefix(text) => {
            "at least 4 digits of an id are needed\nto list all sessions: git ao list --all"
                .to_owned()
        }
        ResolveError::Nothing { .. } => "to list all sessions: git ao list --all".to_owned(),
        ResolveError::Ambiguous { candidates, .. } => {
            let line = |(key, title): &(Key, String)| format!("{key}  {}", escape::line(title));
            let lines: Vec<_> = candidates.iter().take(20).map(line).collect();
            format!("candidates are:\n  {}", lines.join("\n  "))
        }
        ResolveError::NotInSession => {
            "name a session, such as 'latest'; to list them: git ao list".to_owned()
        }
        ResolveError::Empty(_) => "to start one: git ao spawn \"<task>\"".to_owned(),
        _ => return None,
    })
}
