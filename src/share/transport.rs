//! Runs git to communicate with a remote.

use std::path::Path;

use crate::git::{GitCommand, GitError, GitExit, Repository};
use crate::store::Store;

/// Who receives git's progress, and whether git may prompt.
pub enum Watcher<'w> {
    /// Nobody: git neither prompts nor prints progress.
    Nobody,
    /// A person at a terminal, whom git may prompt. The function receives git's progress: text with
    /// its line terminators, as git writes it.
    Person(&'w mut dyn FnMut(&str)),
}

impl Watcher<'_> {
    /// Prepares `git <verb>` for a store's repository, as run from the top of the worktree: an
    /// address may be relative to it, and hooks expect it.
    pub(super) fn prepare(&self, store: &Store, config: &[(&str, &str)], verb: &str) -> GitCommand {
        let repo = store.repository();
        let folder = repo.work_dir().unwrap_or_else(|| repo.common_dir().to_owned());
        self.prepare_for(repo, store, &folder, config, verb)
    }

    /// The same for a repository that belongs to a store's, as run from a folder.
    pub(super) fn prepare_for(
        &self,
        repo: &Repository,
        store: &Store,
        folder: &Path,
        config: &[(&str, &str)],
        verb: &str,
    ) -> GitCommand {
        let mut config = config.to_vec();
        if let Self::Nobody = self {
            config.push(("credential.interactive", "false"));
        }
        let git = repo.git_with(&config, verb).at(folder);
        let git = match (self, verb) {
            // It has no such option.
            (_, "ls-remote") => git,
            (Self::Person(_), _) => git.arg("--progress"),
            (Self::Nobody, _) => git.arg("--no-progress"),
        };
        match self {
            Self::Person(_) => git,
            Self::Nobody => unattended(store, git),
        }
    }

    pub(super) fn run(&mut self, git: GitCommand) -> Result<GitExit, GitError> {
        match self {
            Self::Nobody => git.end(&mut |_| {}),
            Self::Person(show) => {
                let ended = git.end(*show)?;
                Ok(GitExit { stderr: last_words(&ended.stderr), ..ended })
            }
        }
    }
}

/// Returns git's error message, without the progress that a person has already seen.
fn last_words(said: &str) -> String {
    let is_error = |line: &&str| line.starts_with("fatal: ") || line.starts_with("error: ");
    let words: Vec<&str> = said.lines().skip_while(|line| !is_error(line)).collect();
    if words.is_empty() { said.to_owned() } else { words.join("\n") }
}

/// Disables prompts, so that git never waits for an answer. Programs that the user configured to
/// answer them are kept.
fn unattended(store: &Store, git: GitCommand) -> GitCommand {
    let repo = store.repository();
    let is_set =
        |variable: &str, key: &str| repo.environment().has(variable) || repo.config(key).is_some();
    let mut git = git.env("GIT_TERMINAL_PROMPT", "0");
    if !is_set("GIT_ASKPASS", "core.askPass") {
        git = git.env("GIT_ASKPASS", "");
    }
    if !is_set("GIT_SSH_COMMAND", "core.sshCommand") && !repo.environment().has("GIT_SSH") {
        git = git.env("GIT_SSH_COMMAND", "ssh -o BatchMode=yes");
    }
    git
}

#[cfg(test)]
mod tests {
    use super::last_words;

    #[test]
    fn progress_is_no_part_of_an_error() {
        let said = "Enumerating objects: 3, done.\nremote: no\nfatal: gone\nfatal: really\n";
        assert_eq!(last_words(said), "fatal: gone\nfatal: really");
        assert_eq!(last_words("'x' does not exist"), "'x' does not exist");
    }
}
