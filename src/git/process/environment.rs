//! Variables that git sets for its hooks and aliases, and that must not reach the processes started
//! here.

use super::LOCAL_ENV;
use crate::git::Environment;

/// Variables that git sets for hooks and aliases (githooks(5), git(1)).
const SIGNS: [&str; 3] = ["GIT_PREFIX", "GIT_INDEX_FILE", "GIT_DIR"];

const AUTHOR: [&str; 3] = ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_AUTHOR_DATE"];

impl Environment {
    /// Returns the environment without the variables by which git tells a hook or an alias what it
    /// is working on: the repository and its parts, `git -c` settings, the author of the commit
    /// that is being made. GIT_CONFIG_COUNT and the variables with which users configure git stay.
    #[must_use]
    pub fn outside_git(self) -> Self {
        let names = self.set_by_git().into_iter().chain(LOCAL_ENV);
        let set: Vec<_> = names.filter(|name| self.has(name)).collect();
        set.into_iter().fold(self, Self::without)
    }

    /// Returns the variables that describe what the git that started this program is doing. They do
    /// not apply to the processes started here.
    pub fn set_by_git(&self) -> Vec<&'static str> {
        // Settings passed with `git -c` apply only to that command.
        let mut names = vec!["GIT_CONFIG_PARAMETERS"];
        if !self.is_of_git() {
            return names;
        }
        names.push("GIT_REFLOG_ACTION");
        if self.has_author_of_a_commit() {
            names.extend(AUTHOR);
        }
        if self.text("GIT_COMMITTER_DATE").is_some_and(is_gits_own) {
            names.push("GIT_COMMITTER_DATE");
        }
        // Git sets the editor to `:` if it opens none itself.
        for name in ["GIT_EDITOR", "GIT_SEQUENCE_EDITOR"] {
            if self.text(name) == Some(":") {
                names.push(name);
            }
        }
        names
    }

    /// Returns true if the author variables are those of the commit for which a hook runs. Git
    /// exports name, email and date, the date in its internal format, which nobody types. A name
    /// and an email exported by the user come without a date.
    pub(in crate::git) fn has_author_of_a_commit(&self) -> bool {
        self.is_of_git()
            && AUTHOR.iter().all(|name| self.text(name).is_some())
            && self.text("GIT_AUTHOR_DATE").is_some_and(is_gits_own)
    }

    fn is_of_git(&self) -> bool {
        SIGNS.iter().any(|name| self.has(name))
    }
}

/// Returns true for git's internal format: `@1577836800 +0000`.
fn is_gits_own(date: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    date.strip_prefix('@').and_then(|rest| rest.split_once(' ')).is_some_and(|(time, zone)| {
        digits(time) && zone.len() == 5 && zone.starts_with(['+', '-']) && digits(&zone[1..])
    })
}

#[cfg(test)]
mod tests {
    use crate::git::Environment;

    fn left<const N: usize>(set: [(&str, &str); N]) -> Vec<&'static str> {
        let found = Environment::from_iter(set).set_by_git();
        assert_eq!(found[0], "GIT_CONFIG_PARAMETERS");
        found[1..].to_vec()
    }

    #[test]
    fn the_author_of_a_commit_is_not_the_users() {
        let [name, email] = [("GIT_AUTHOR_NAME", "X"), ("GIT_AUTHOR_EMAIL", "x@y")];
        let date = ("GIT_AUTHOR_DATE", "@1577836800 +0000");
        let hook = ("GIT_PREFIX", "");
        let author = ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_AUTHOR_DATE"];
        assert_eq!(left([hook, name, email, date])[1..], author);
        let index = ("GIT_INDEX_FILE", ".git/index");
        assert_eq!(left([index, name, email, date])[1..], author);
        // Exported in a shell, also one from which an alias or a hook is run.
        assert!(left([name, email, date]).is_empty());
        assert_eq!(left([hook, name, email]), ["GIT_REFLOG_ACTION"]);
        let typed = ("GIT_AUTHOR_DATE", "2020-01-01 00:00");
        assert_eq!(left([hook, name, email, typed]), ["GIT_REFLOG_ACTION"]);
    }

    #[test]
    fn an_editor_that_is_none_is_not_the_users() {
        let hook = ("GIT_PREFIX", "");
        let none = [("GIT_EDITOR", ":"), ("GIT_SEQUENCE_EDITOR", ":")];
        assert_eq!(left([hook, none[0], none[1]])[1..], ["GIT_EDITOR", "GIT_SEQUENCE_EDITOR"]);
        assert!(left(none).is_empty());
        assert_eq!(left([hook, ("GIT_EDITOR", "vi")]), ["GIT_REFLOG_ACTION"]);
    }
}
