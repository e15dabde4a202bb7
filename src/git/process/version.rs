/// The oldest git that git ao supports, as `major.minor`: the newest of what it needs and what its
/// tests run with. An older one is not refused; `git ao doctor` says that it is too old.
///
/// | git | why |
/// |---|---|
/// | 2.36 | `git worktree list -z` |
/// | 2.36 | `core.fsync`, which is read here as git reads it |
/// | 2.39 | the oldest that the tests run with: that of Debian 12 |
///
/// What newer ones add is used where it is there: 2.41 counts in one go how far all branches are
/// apart (`%(ahead-behind:…)`), 2.45 has reftable, 2.54 has hooks in its configuration.
pub const OLDEST_GIT: (u32, u32) = (2, 39);

/// Whether what `git version` prints is such a git.
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
