//! Edits text in the user's editor.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::{fs, io};

use git_ao::git::Repository;
use tempfile::TempDir;

use super::CliError;
use super::hints::refusals;
use super::ui::escape;

/// A file to edit, in its own directory in the git directory. Dropping the draft removes it unless
/// it is kept.
pub struct Draft {
    folder: TempDir,
    path: PathBuf,
}

impl Draft {
    /// Creates the file. The editor shows its name.
    pub fn new(repo: &Repository, name: &str, text: &str) -> Result<Self, CliError> {
        let make = || {
            let above = repo.make_ao_dir("")?;
            let folder = tempfile::Builder::new().prefix("edit-").tempdir_in(above)?;
            let path = folder.path().join(name);
            fs::write(&path, text)?;
            Ok(Self { folder, path })
        };
        make().map_err(|error: io::Error| {
            let dir = escape::os(repo.ao_dir().as_os_str());
            CliError::fatal(format!("cannot create a file to edit in '{dir}'")).because(&error)
        })
    }

    /// Runs the editor and reads the edited text.
    pub fn edit(&self, repo: &Repository) -> Result<String, CliError> {
        run(&editor(repo)?, &self.path)?;
        fs::read_to_string(&self.path).map_err(|error| {
            let path = escape::os(self.path.as_os_str());
            CliError::fatal(format!("cannot read '{path}'")).because(&error)
        })
    }

    /// Keeps the file and returns its path.
    pub fn keep(self) -> PathBuf {
        let _ = self.folder.keep();
        self.path
    }
}

/// Returns the editor that git would use.
fn editor(repo: &Repository) -> Result<String, CliError> {
    let named = repo.git("var").arg("GIT_EDITOR").run().map(|output| output.text());
    named.ok().filter(|editor| !editor.is_empty()).ok_or_else(refusals::no_editor)
}

/// Runs the editor as git does: through the shell, and ignoring ^C meanwhile.
fn run(editor: &str, path: &Path) -> Result<(), CliError> {
    if editor == ":" {
        return Ok(());
    }
    let shown = escape::line(editor);
    let failed = |error: &io::Error| {
        CliError::fatal(format!("cannot run the editor '{shown}'")).because(error)
    };
    let ignored = Arc::new(AtomicBool::new(false));
    let signal = signal_hook::flag::register(signal_hook::consts::SIGINT, ignored);
    let signal = signal.map_err(|error| failed(&error))?;
    let status =
        Command::new("sh").args(["-c", &format!("{editor} \"$@\""), editor]).arg(path).status();
    signal_hook::low_level::unregister(signal);
    if status.map_err(|error| failed(&error))?.success() {
        Ok(())
    } else {
        Err(CliError::refused(format!("there was a problem with the editor '{shown}'")))
    }
}
