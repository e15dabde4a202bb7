//! Rules for names that are passed to git or a terminal.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Returns true if `name` is a valid branch name: the rules of git-check-ref-format(1), and no
/// leading `-`.
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

/// Returns true if `path` names a folder below the top directory of a worktree: relative, with `/`
/// between its parts, and without `.`, `..`, `.git` and control characters.
pub fn is_folder(path: &str) -> bool {
    let is_part = |part: &str| {
        !matches!(part, "" | "." | "..") && part.len() <= 255 && !part.eq_ignore_ascii_case(".git")
    };
    path.len() <= 1000 && !path.contains(char::is_control) && path.split('/').all(is_part)
}

/// Returns true if `text` has the form of a URL: a scheme, `://`, and no space or control
/// character.
pub fn is_url(text: &str) -> bool {
    let scheme = |s: &str| {
        s.starts_with(|c: char| c.is_ascii_alphabetic())
            && s.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    };
    text.len() <= 2000
        && !text.contains(|c: char| c.is_control() || c.is_whitespace())
        && text.split_once("://").is_some_and(|(s, rest)| scheme(s) && !rest.is_empty())
}

/// Converts a title to a part of a branch name: `fix-the-flaky-test`, at most 40 characters, cut
/// between words. Latin letters lose their accents; other scripts are kept. The result is empty if
/// the title has no letter or digit.
pub fn slug(title: &str) -> String {
    let title = plain_letters(title);
    let is_part = |c: char| (c.is_alphanumeric() || is_combining_mark(c)) && !is_filler(c);
    let (mut slug, mut length) = (String::new(), 0);
    for word in title.split(|c| !is_part(c)).filter(|word| !word.is_empty()) {
        let room = 40_usize.saturating_sub(length);
        let count = word.chars().count();
        if slug.is_empty() {
            slug.extend(word.chars().take(room));
            length = count.min(room);
        } else if count < room {
            slug.push('-');
            slug.push_str(word);
            length += count + 1;
        } else {
            break;
        }
    }
    slug
}

/// Converts text to lower case and composed form, and letters with accents to ASCII.
fn plain_letters(text: &str) -> String {
    let mut letters = String::with_capacity(text.len());
    for c in text.to_lowercase().nfkd() {
        match c {
            'ß' => letters.push_str("ss"),
            'æ' => letters.push_str("ae"),
            'œ' => letters.push_str("oe"),
            'ø' => letters.push('o'),
            'ł' => letters.push('l'),
            'đ' | 'ð' => letters.push('d'),
            'þ' => letters.push_str("th"),
            'ı' => letters.push('i'),
            _ if is_combining_mark(c) && letters.ends_with(|c: char| c.is_ascii()) => {}
            '\'' | '’' if letters.ends_with(char::is_alphanumeric) => {}
            _ => letters.push(c),
        }
    }
    letters.nfc().collect()
}

/// Returns true for characters that count as letters but are invisible.
fn is_filler(c: char) -> bool {
    matches!(c, '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
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
        assert_eq!(slug("  --Ünïcode & more!! "), "unicode-more");
        for (title, words) in [
            ("Größe ändern", "grosse-andern"),
            ("Ça marche: œuvre d'été", "ca-marche-oeuvre-dete"),
            ("Zażółć gęślą jaźń", "zazolc-gesla-jazn"),
            ("Fix İstanbul's ﬁle Ⅳ", "fix-istanbuls-file-iv"),
            ("修复测试", "修复测试"),
            ("Ёлка и май", "ёлка-и-май"),
            ("テストがガタガタ", "テストがガタガタ"),
            ("हिन्दी में", "हिन्दी-में"),
            ("한국어", "한국어"),
            ("\u{3164}\u{115f}\u{202e}", ""),
            ("🚀 launch", "launch"),
        ] {
            assert_eq!(slug(title), words);
            assert!(words.is_empty() || is_branch_name(&slug(title)), "{title}");
        }
        let long = slug("a very long title that goes on and on and on and on");
        assert_eq!(long, "a-very-long-title-that-goes-on-and-on");
        assert_eq!(slug(&"x".repeat(200)).len(), 40);
    }
}
