//! The user's editor, as git finds and runs it.

use std::fs;
use std::path::Path;
use std::process::Command;

use git_ao::git::Repository;

use super::CliError;

/// Lets the user change a text in a file of this name, and returns what it became.
///
/// The file is in the repository's `ao` folder, and gone afterwards.
pub fn edit(repo: &Repository, name: &str, text: &str) -> Result<String, CliError> {
    let folder = repo.ao_dir();
    let failed = |error: std::io::Error| {
        CliError::fatal(format!("cannot write a file for the editor in '{}'", folder.display()))
            .because(&error)
    };
    fs::create_dir_all(&folder).map_err(failed)?;
    let folder_of_this = tempfile::Builder::new().prefix("edit.").tempdir_in(&folder);
    let folder_of_this = folder_of_this.map_err(failed)?;
    let path = folder_of_this.path().join(name);
    fs::write(&path, text).map_err(failed)?;
    open(repo, &path)?;
    fs::read_to_string(&path)
        .map_err(|error| CliError::fatal("cannot read what the editor left").because(&error))
}

/// Runs the editor on a file and waits for it: GIT_EDITOR, core.editor, VISUAL, EDITOR, vi, each a
/// shell command, as git-var(1) says.
pub fn open(repo: &Repository, path: &Path) -> Result<(), CliError> {
    let editor = repo.git("var").arg("GIT_EDITOR").run();
    let editor = editor.map_err(|error| {
        CliError::fatal("no editor").because(&error).hint("git config core.editor <command>")
    })?;
    let editor = editor.text();
    let shell =
        Command::new("sh").args(["-c", &format!("{editor} \"$@\""), &editor]).arg(path).status();
    match shell {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(CliError::refused(format!("there was a problem with the editor '{editor}'"))),
        Err(error) => Err(CliError::fatal("cannot run a shell for the editor").because(&error)),
    }
}
