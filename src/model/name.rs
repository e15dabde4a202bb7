//! Rules for names that git or a terminal will be given.

/// True when `name` can be a branch: the rules of git-check-ref-format(1), and no leading `-`.
pub fn is_branch_name(name: &str) -> bool {
    let bad =
        |c: char| c.is_control() || matches!(c, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\');
    !name.is_empty()
        && name.len() <= 1000
        && name != "@"
        && name != "HEAD"
        && !name.starts_with('-')
        && !name.ends_with('.')
        && !name.contains("..")
        && !name.contains("@{")
        && !name.contains(bad)
        && name
            .split('/')
            .all(|part| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock"))
}

/// True when `text` has a URL's outer form: a scheme, `://`, and no space or control character.
pub fn is_url(text: &str) -> bool {
    let scheme = |s: &str| {
        s.starts_with(|c: char| c.is_ascii_alphabetic())
            && s.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    };
    text.len() <= 2000
        && !text.contains(|c: char| c.is_control() || c.is_whitespace())
        && text.split_once("://").is_some_and(|(s, rest)| scheme(s) && !rest.is_empty())
}

/// The words of a title in the form that branch names use: `fix-the-flaky-test`, at most 40
/// characters, cut between words. Empty where the title has no ASCII letter or digit.
pub fn slug(title: &str) -> String {
    let mut slug = String::new();
    for word in title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let room = 40_usize.saturating_sub(slug.len());
        if slug.is_empty() {
            slug.extend(word.chars().take(room));
        } else if word.len() < room {
            slug.push('-');
            slug.push_str(word);
        } else {
            break;
        }
    }
    slug.make_ascii_lowercase();
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches() {
        for good in
            ["main", "ao/7b6d11f9-fix", "größe/ü", "a.b", "x@y", "quo\"te'", "wide\u{3000}space"]
        {
            assert!(is_branch_name(good), "{good:?}");
        }
        for bad in [
            "", "-x", "@", "HEAD", "a..b", "a b", "a\n", "a\0", ".a", "a/.b", "a/", "/a", "a//b",
            "a.lock", "a.lock/b", "a.", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "a@{1}",
        ] {
            assert!(!is_branch_name(bad), "{bad:?}");
        }
    }

    #[test]
    fn urls() {
        assert!(is_url("https://example.org/team/demo/issues/42"));
        for bad in [
            "",
            "42",
            "https://",
            "-x://y",
            "https://a b",
            "https://a\u{1b}[2J",
            "javascript:alert(1)",
        ] {
            assert!(!is_url(bad), "{bad:?}");
        }
    }

    #[test]
    fn slugs() {
        assert_eq!(slug("Fix the flaky test"), "fix-the-flaky-test");
        assert_eq!(slug("  --Ünïcode & more!! "), "n-code-more");
        assert_eq!(slug("修复测试"), "");
        let long = slug("a very long title that goes on and on and on and on");
        assert_eq!(long, "a-very-long-title-that-goes-on-and-on");
        assert_eq!(slug(&"x".repeat(200)).len(), 40);
    }
}
