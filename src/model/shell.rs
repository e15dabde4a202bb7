/// Quotes a text as one word of a POSIX shell, for commands that users paste.
pub fn shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_ends_the_word_for_itself_alone() {
        assert_eq!(shell_word("/a b/$(c)"), "'/a b/$(c)'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
    }
}
