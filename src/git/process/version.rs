/// The oldest git that git-ao supports, as `major.minor`: the highest version that the code or the
/// tests need. An older git is not rejected; `git ao doctor` reports that it is too old.
///
/// | git | why |
/// |---|---|
/// | 2.36 | `git worktree list -z` |
/// | 2.36 | `core.fsync`, which is read here as git reads it |
/// | 2.39 | the oldest that the tests run with: that of Debian 12 |
///
/// Features of newer versions are used if present: 2.41 counts how far all branches diverge in one
/// process (`%(ahead-behind:…)`), 2.45 has reftables, 2.54 has hooks in the configuration.
pub const OLDEST_GIT: (u32, u32) = (2, 39);

/// Returns true if the output of `git version` is that of a supported git.
pub fn is_new_enough(words: &str) -> bool {
    let number = words.split_whitespace().nth(2).unwrap_or_default();
    let mut parts = number.split('.').map_while(|part| part.parse().ok());
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= OLDEST_GIT
}

#[cfg(test)]
mod tests {
    use super::is_new_enough;

    #[test]
    fn versions_are_compared_as_numbers() {
        for good in ["git version 2.39.0", "git version 2.39.5 (Apple Git-154)", "git version 3.0"]
        {
            assert!(is_new_enough(good), "{good}");
        }
        for bad in ["git version 2.38.5", "git version 2.4", "git version 1.99", "git", ""] {
            assert!(!is_new_enough(bad), "{bad}");
        }
    }
}
