use std::path::PathBuf;

use crate::git::Environment;

/// Returns the directory in which a user's own manual pages are installed: `man` below
/// `$XDG_DATA_HOME` or `~/.local/share`. None if neither can be used.
///
/// A relative XDG_DATA_HOME does not count (XDG Base Directory Specification).
pub fn man_dir(environment: &Environment) -> Option<PathBuf> {
    let absolute = |name| environment.os(name).map(PathBuf::from).filter(|it| it.is_absolute());
    let data = absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")));
    Some(data?.join("man"))
}

/// Returns the directories that man searches: those in MANPATH and, unless MANPATH replaces the
/// default, those beside the directories in PATH (manpath(5)).
pub fn man_path(environment: &Environment) -> Vec<PathBuf> {
    let named =
        |name| environment.os(name).map(|paths| std::env::split_paths(paths).collect::<Vec<_>>());
    let manpath = named("MANPATH").unwrap_or_else(|| vec![PathBuf::new()]);
    let leaves_rest = manpath.iter().any(|dir| dir.as_os_str().is_empty());
    let beside = named("PATH").filter(|_| leaves_rest).unwrap_or_default().into_iter();
    let beside = beside.flat_map(|bin| {
        let above = bin.parent().unwrap_or(&bin).to_owned();
        [bin.join("man"), above.join("man"), above.join("share/man")]
    });
    manpath.into_iter().filter(|dir| !dir.as_os_str().is_empty()).chain(beside).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn environment<const N: usize>(variables: [(&str, &str); N]) -> Environment {
        variables.into_iter().collect()
    }

    #[test]
    fn where_man_looks() {
        let root = Path::new("/home/a/.local/share/man");
        let searched = |variables| man_path(&environment(variables)).iter().any(|it| it == root);
        let path = "/usr/bin:/home/a/.local/bin";
        assert!(searched([("PATH", path), ("X", "")]));
        assert!(searched([("PATH", path), ("MANPATH", ":/opt/man")]));
        assert!(searched([("PATH", "/usr/bin"), ("MANPATH", "/home/a/.local/share/man:")]));
        assert!(!searched([("PATH", path), ("MANPATH", "/opt/man")]));
        assert!(!searched([("PATH", "/usr/bin"), ("X", "")]));
    }

    #[test]
    fn pages_are_below_an_absolute_path() {
        let dir = man_dir(&environment([("HOME", "/home/a"), ("XDG_DATA_HOME", "data")]));
        assert_eq!(dir, Some("/home/a/.local/share/man".into()));
        let dir = man_dir(&environment([("HOME", "/home/a"), ("XDG_DATA_HOME", "/data")]));
        assert_eq!(dir, Some("/data/man".into()));
        assert_eq!(man_dir(&environment([])), None);
    }
}
