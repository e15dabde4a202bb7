//! What a git that runs us has set for its hooks, and for nobody whom we start.

use std::env;

/// Variables by which git tells a hook or an alias where it is; nobody else sets all of them
/// (githooks(5), git(1)).
const SIGNS: [&str; 3] = ["GIT_PREFIX", "GIT_INDEX_FILE", "GIT_DIR"];

const AUTHOR: [&str; 3] = ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_AUTHOR_DATE"];

/// The author of the commit for which a hook runs: git exports name, email and date, the date in
/// its own form, which nobody types. A name and an email that the user has exported are there
/// without a date, or in no hook.
pub fn has_author_of_a_commit() -> bool {
    author_of_a_commit(&|name| env::var(name).ok())
}

/// The names of the variables that say something about what that git is doing, and nothing about
/// what is started from here.
pub fn inherited() -> Vec<&'static str> {
    of(&|name| env::var(name).ok())
}

fn of(value: &dyn Fn(&str) -> Option<String>) -> Vec<&'static str> {
    // Settings typed as `git -c` are for the command that they were typed for.
    let mut names = vec!["GIT_CONFIG_PARAMETERS"];
    if !is_started_by_git(value) {
        return names;
    }
    names.push("GIT_REFLOG_ACTION");
    if author_of_a_commit(value) {
        names.extend(AUTHOR);
    }
    if value("GIT_COMMITTER_DATE").is_some_and(|date| is_gits_own(&date)) {
        names.push("GIT_COMMITTER_DATE");
    }
    // No editor: what git sets where it opens none itself.
    for name in ["GIT_EDITOR", "GIT_SEQUENCE_EDITOR"] {
        if value(name).as_deref() == Some(":") {
            names.push(name);
        }
    }
    names
}

fn is_started_by_git(value: &dyn Fn(&str) -> Option<String>) -> bool {
    SIGNS.iter().any(|name| value(name).is_some())
}

fn author_of_a_commit(value: &dyn Fn(&str) -> Option<String>) -> bool {
    is_started_by_git(value)
        && AUTHOR.iter().all(|name| value(name).is_some())
        && value("GIT_AUTHOR_DATE").is_some_and(|date| is_gits_own(&date))
}

/// `@1577836800 +0000`.
fn is_gits_own(date: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    date.strip_prefix('@').and_then(|rest| rest.split_once(' ')).is_some_and(|(time, zone)| {
        digits(time) && zone.len() == 5 && zone.starts_with(['+', '-']) && digits(&zone[1..])
    })
}

#[cfg(test)]
mod tests {
    use super::of;

    fn left<const N: usize>(set: [(&str, &str); N]) -> Vec<&'static str> {
        let found = of(&|name| {
            let found = set.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        });
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
