//! Opens the store of the current directory, and finds the record that the user named.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use git_ao::git::Repository;
use git_ao::ledger::{self, Clock};
use git_ao::model::{Handle, Project, Reference};
use git_ao::store::{Context, Entry, Key, Notice, Snapshot, Store};

use super::hints::REPAIR;
use super::ui::message::{self, Level};
use super::{CliError, Ctx};

impl Ctx {
    /// Opens the repository that git would use here, and applies its settings to the output.
    pub fn repository(&mut self) -> Result<Repository, CliError> {
        Ok(self.following_repository()?.with_fixed_config())
    }

    /// The same, where later changes of the configuration count.
    fn following_repository(&mut self) -> Result<Repository, CliError> {
        let repo = Repository::discover_with(&self.current_dir()?, (*self.env).clone())?;
        let color = repo.config("color.ao").or_else(|| repo.config("color.ui"));
        self.out.configure_color(color.as_deref());
        Ok(repo)
    }

    /// Opens the store of that repository, with the private sessions.
    pub fn store(&mut self) -> Result<Store, CliError> {
        let repo = self.repository()?;
        Ok(self.store_of(repo))
    }

    /// The same, for a command that runs for long: later changes of the configuration count.
    pub fn lasting_store(&mut self) -> Result<Store, CliError> {
        let repo = self.following_repository()?;
        Ok(self.store_of(repo))
    }

    fn store_of(&mut self, repo: Repository) -> Store {
        let clock = if self.env.clock_is_stopped() {
            let now = self.now;
            Clock::new(move || now)
        } else {
            Clock::system()
        };
        let store = Store::new(repo).with_clock(clock).with_private().with_listener(say);
        self.opened = Some(store.clone());
        store
    }

    /// Warns that this clone is a copy and was given a new name.
    pub fn tell_new_name(&mut self) {
        let Some(store) = &self.opened else { return };
        if let Some((old, new)) = store.renamed_replica() {
            self.out.warn(&format!(
                "this repository is a copy of the clone '{old}'; its name is now '{new}'"
            ));
        }
    }

    /// Sends further output through git's pager if it goes to a terminal.
    pub fn page_for(&mut self, repo: &Repository) -> Result<(), CliError> {
        Ok(self.page(repo.config("core.pager").as_deref())?)
    }
}

/// Prints a notice. A notice that a write is waiting is printed only on a terminal.
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

/// Does the same as [`find`] among the sessions of one project.
pub fn find_in(
    snapshot: &Snapshot<'_>,
    store: &Store,
    text: &str,
    project: Option<&Project>,
) -> Result<Entry, CliError> {
    let mut context = context(store);
    context.project = project.cloned();
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

/// Returns the context in which handles are resolved in this worktree.
pub fn context(store: &Store) -> Context {
    let context = Context::default();
    match here(store.repository()) {
        Some(here) => {
            context.here(here).guest(git_ao::workspace::guest_here(store.repository()).is_some())
        }
        None => context,
    }
}

/// Returns the session of this worktree.
pub fn here(repo: &Repository) -> Option<Key> {
    git_ao::workspace::key_here(repo)
}
