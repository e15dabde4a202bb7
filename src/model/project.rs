use std::fmt;
use std::str::FromStr;

use super::{ErrorKind, Recovery};

/// The name of a project: one path component in the store's tree.
///
/// `[A-Za-z0-9][A-Za-z0-9._-]{0,99}`, not ending in `.lock` or `.`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Project(String);

/// A text that cannot be a project's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a valid project name")]
pub struct InvalidProject(String);

impl InvalidProject {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

impl Project {
    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the project of a repository without a name.
    pub fn unnamed() -> Self {
        Self("unnamed".to_owned())
    }

    /// Returns the project for the URL of a remote: its last component without `.git`.
    ///
    /// Returns None if that component yields no valid project name.
    pub fn from_url(url: &str) -> Option<Self> {
        let url = url.trim_end_matches('/');
        let url = url.strip_suffix("/.git").unwrap_or(url);
        let last = url.rsplit(['/', ':', '\\']).next()?;
        Self::from_loose_name(last.strip_suffix(".git").unwrap_or(last))
    }

    /// Returns the project name closest to the name of a directory or repository: invalid
    /// characters become `-`.
    pub fn from_loose_name(name: &str) -> Option<Self> {
        let ok = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let name: String = name.chars().map(|c| if ok(c) { c } else { '-' }).take(100).collect();
        let name = name.trim_start_matches(['.', '_', '-']);
        let name = name.trim_end_matches(['.', '-']);
        let name = name.strip_suffix(".lock").unwrap_or(name);
        name.parse().ok()
    }
}

impl FromStr for Project {
    type Err = InvalidProject;

    fn from_str(name: &str) -> Result<Self, InvalidProject> {
        let ok = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        let valid = (1..=100).contains(&name.len())
            && name.bytes().all(ok)
            && name.as_bytes()[0].is_ascii_alphanumeric()
            && !name.ends_with(".lock")
            && !name.ends_with('.');
        if valid {
            Ok(Self(name.to_owned()))
        } else {
            Err(InvalidProject(name.chars().take(120).collect()))
        }
    }
}

impl fmt::Display for Project {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_safe_path_component() {
        for good in ["demo", "a", "A.b_c-d", "0", &"x".repeat(100)] {
            assert_eq!(good.parse::<Project>().unwrap().as_str(), good);
        }
        let long = "x".repeat(101);
        for bad in ["", ".", "..", "-x", ".x", "a/b", "a\0b", "a.lock", "a.", "größe", "a b", &long]
        {
            assert!(bad.parse::<Project>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn urls_give_their_last_part() {
        for (url, name) in [
            ("https://example.org/team/demo.git", Some("demo")),
            ("git@example.org:team/demo.git", Some("demo")),
            ("git@example.org:demo", Some("demo")),
            ("ssh://example.org/~/demo/", Some("demo")),
            ("/srv/git/demo/.git", Some("demo")),
            ("../my repo", Some("my-repo")),
            ("https://example.org/größe", Some("gr--e")),
            ("..", None),
            ("", None),
        ] {
            assert_eq!(Project::from_url(url).as_ref().map(Project::as_str), name, "{url}");
        }
    }
}
