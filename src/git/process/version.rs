/// The oldest supported git, as `(major, minor)`: 2.36 added `worktree list -z` and the present
/// form of `core.fsync`.
///
/// Features of newer versions are used where they exist: 2.41 counts how far all branches are apart
/// in one call, and 2.45 added reftable.
pub const OLDEST_GIT: (u32, u32) = (2, 36);

/// Returns true if the output of `git version` names a supported git.
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
        for good in ["git version 2.36.0", "git version 2.39.5 (Apple Git-154)", "git version 3.0"]
        {
            assert!(is_new_enough(good), "{good}");
        }
        for bad in ["git version 2.35.8", "git version 2.4", "git version 1.99", "git", ""] {
            assert!(!is_new_enough(bad), "{bad}");
        }
    }
}
