//! From where the user stands to the store, and from what the user typed to one record.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use git_ao::git::{ObjectError, RefError, Repository, RepositoryError};
use git_ao::ledger::{self, Clock, LedgerError};
use git_ao::model::{Handle, Project, Reference, error_chain};
use git_ao::store::{
    Context, Entry, Key, Notice, RecordProblem, ResolveError, Snapshot, Store, StoreError,
};

use super::ui::escape;
use super::ui::message::{self, Level};
use super::{CliError, Ctx};

impl Ctx {
    /// Opens the repository that git would use here, and takes its settings for the output.
    pub fn repository(&mut self) -> Result<Repository, CliError> {
        let repo = Repository::discover_with(&self.current_dir()?, (*self.env).clone())?;
        let color = repo.config("color.ao").or_else(|| repo.config("color.ui"));
        self.out.configure_color(color.as_deref());
        Ok(repo)
    }

    /// Opens the store of that repository, with the private sessions.
    pub fn store(&mut self) -> Result<Store, CliError> {
        let repo = self.repository()?;
        let clock = if self.env.clock_is_stopped() {
            let now = self.now;
            Clock::new(move || now)
        } else {
            Clock::system()
        };
        let store = Store::new(repo).with_clock(clock).with_private().with_listener(say);
        self.opened = Some(store.clone());
        Ok(store)
    }

    /// Says that this clone was found to be a copy and has taken a name of its own.
    pub fn tell_new_name(&mut self) {
        let Some(store) = &self.opened else { return };
        if let Some((old, new)) = store.renamed_replica() {
            self.out.warn(&format!(
                "this repository is a copy of the clone '{old}'; its name is now '{new}'"
            ));
        }
    }

    /// Sends what follows through git's pager, on a terminal.
    pub fn page_for(&mut self, repo: &Repository) -> Result<(), CliError> {
        Ok(self.page(repo.config("core.pager").as_deref())?)
    }
}

/// The way out of a damaged store.
pub const REPAIR: &str = "to see what can be repaired: git ao fsck --repair --dry-run\n\
                      to repair it: git ao fsck --repair";

/// Tells whoever sits at the terminal what a write waits for, and everybody what went wrong.
fn say(notice: &Notice) {
    static SAID: AtomicBool = AtomicBool::new(false);
    let is_news = match notice {
        Notice::Ledger(ledger::LedgerNotice::Waiting(_)) => std::io::stderr().is_terminal(),
        _ => true,
    };
    if !is_news || matches!(notice, Notice::PrivateUnread(_)) && SAID.swap(true, Relaxed) {
        return;
    }
    message::print(&Level::Warning.format(&notice.to_string()));
    if matches!(notice, Notice::PrivateUnread(_)) {
        message::print(&Level::Hint.format(REPAIR));
    }
}

/// Finds the record that `text` names, as seen from this worktree.
pub fn find(snapshot: &Snapshot<'_>, store: &Store, text: &str) -> Result<Entry, CliError> {
    find_in(snapshot, store, text, None)
}

/// Likewise, among the sessions of one project.
pub fn find_in(
    snapshot: &Snapshot<'_>,
    store: &Store,
    text: &str,
    project: Option<&Project>,
) -> Result<Entry, CliError> {
    let context = Context { project: project.cloned(), ..context(store) };
    let handle = Handle::parse(text);
    let entry = snapshot.resolve(&handle, &context)?;
    if matches!(handle.reference, Reference::Id(_)) && handle.project.is_none() {
        for other in snapshot.namesakes(&entry.location)? {
            let (ours, theirs) = (&entry.location.project, Key::from(&other));
            let warning = format!("using the session of project '{ours}'; another one is {theirs}");
            message::print(&Level::Warning.format(&warning));
        }
    }
    Ok(entry)
}

/// What a handle may be relative to, where the user stands.
pub fn context(store: &Store) -> Context {
    Context { here: here(store.repository()), project: None }
}

/// The session of this worktree.
pub fn here(repo: &Repository) -> Option<Key> {
    git_ao::workspace::key_here(repo)
}

impl From<RepositoryError> for CliError {
    fn from(error: RepositoryError) -> Self {
        match &error {
            RepositoryError::Refused(message) => {
                let message = message.trim_end();
                let (first, hint) = message.split_once('\n').unwrap_or((message, ""));
                let fatal = CliError::fatal(first);
                if hint.trim().is_empty() { fatal } else { fatal.hint(hint.trim()) }
            }
            RepositoryError::UnknownExtension(_) | RepositoryError::UnknownFormat(_) => {
                CliError::fatal(error.to_string()).hint("a newer git-ao may support it")
            }
            _ => CliError::fatal(error_chain(&error)),
        }
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        let message = error_chain(&error);
        match &error {
            StoreError::Resolve(resolve) => {
                let refused = CliError::refused(message);
                match resolve_hint(resolve) {
                    Some(hint) => refused.hint(hint),
                    None => refused,
                }
            }
            StoreError::NotFound(_) | StoreError::Exists(_) => CliError::refused(message),
            StoreError::Archived(key) => CliError::refused(message)
                .hint(format!("to move it back first: git ao unarchive {}", key.id.short())),
            StoreError::InTwoProjects(id) => {
                CliError::refused(message).hint(format!("specify which: <project>/{}", id.short()))
            }
            StoreError::Transition { id, source } if source.from.is_restorable() => {
                CliError::refused(message).restore_hint("to restart it", *id)
            }
            StoreError::Transition { .. } => {
                CliError::refused(message).hint("to do it anyway, use --force")
            }
            StoreError::Corrupt { key, problem } if problem.is_newer() => CliError::fatal(message)
                .hint(format!(
                    "update git-ao; to see the record: git ao show --yaml {}",
                    key.id.short()
                )),
            StoreError::Corrupt { problem: RecordProblem::Object(_), .. } => {
                CliError::fatal(message).hint(REPAIR)
            }
            StoreError::Corrupt { key, .. } => CliError::fatal(message).hint(format!(
                "its bytes are preserved; to see them: git ao show --yaml {}\n\
                 to delete it: git ao delete {}",
                key.id.short(),
                key.id.short()
            )),
            StoreError::Project(_) => CliError::fatal(message).hint(
                "up to 100 letters, digits, '.', '_' and '-' are allowed:\n  \
                 git config ao.project <name>",
            ),
            StoreError::Newer(_) => {
                CliError::fatal(message).hint("update git-ao; nothing was written")
            }
            StoreError::NotAStore { .. } | StoreError::PrivateUnread(_) => {
                CliError::fatal(message).hint(REPAIR)
            }
            StoreError::Ledger(error) => error.into(),
            _ => CliError::fatal(message).write_hint(&error),
        }
    }
}

impl From<&LedgerError> for CliError {
    fn from(error: &LedgerError) -> Self {
        let message = error_chain(error);
        match error {
            LedgerError::Object(
                ObjectError::Missing(_)
                | ObjectError::Unreadable { .. }
                | ObjectError::WrongKind { .. },
            )
            | LedgerError::Ref(RefError::Read { .. }) => CliError::fatal(message).hint(REPAIR),
            LedgerError::Ref(RefError::Moved(_)) | LedgerError::Contended { .. } => {
                CliError::fatal(message).hint("other processes are writing; run the command again")
            }
            LedgerError::Ref(error) => CliError::fatal(message).ref_hint(error),
            LedgerError::Lock(error) => CliError::fatal(message).lock_hint(error),
            // What is transparent is passed over where causes are looked for.
            LedgerError::Object(error) => CliError::fatal(message).write_hint(error),
            error => CliError::fatal(message).write_hint(error),
        }
    }
}

fn resolve_hint(error: &ResolveError) -> Option<String> {
    Some(match error {
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
