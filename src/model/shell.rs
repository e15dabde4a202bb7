use std::borrow::Cow;
use std::path::Path;

/// Quotes a text as one word of a POSIX shell, for commands that users paste.
pub fn shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Quotes a path like [`shell_word`]. Bytes that are not UTF-8 are replaced.
pub fn shell_path(path: &Path) -> String {
    shell_word(&path.to_string_lossy())
}

/// Quotes a name like [`shell_word`], unless a shell takes it literally.
pub fn shell_name(name: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@%:,".contains(c);
    match !name.is_empty() && name.chars().all(is_plain) {
        true => Cow::Borrowed(name),
        false => Cow::Owned(shell_word(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_ends_the_word_for_itself_alone() {
        assert_eq!(shell_word("/a b/$(c)"), "'/a b/$(c)'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
    }

    #[test]
    fn a_name_is_quoted_where_a_shell_would_read_more_into_it() {
        assert_eq!(shell_name("ao/7b6d11f9-fix_it.2"), "ao/7b6d11f9-fix_it.2");
        for name in ["", "a;b", "a$(b)", "a&b", "a`b`", "~a", "#a", "a b", "a=b"] {
            assert_eq!(shell_name(name), format!("'{name}'"));
        }
        assert_eq!(shell_name("it's"), r"'it'\''s'");
    }
}
