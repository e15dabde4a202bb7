use std::borrow::Cow;

use git_ao::view::escape;
use unicode_width::UnicodeWidthStr as _;

/// Escapes text of any kind to one line, in which words have one space between them. Only the
/// beginning of a long text is looked at.
pub fn one_line(text: &str) -> String {
    const MOST: usize = 4096;
    let text: String = text.chars().take(MOST).collect();
    escape::line(&text.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}

/// Breaks a line between words so that each part has at most `room` columns, where words allow it.
/// The parts after the first have the line's own indentation.
pub fn wrap(line: &str, room: usize) -> Vec<Cow<'_, str>> {
    // The width is at most the number of bytes.
    if line.len() <= room || line.width() <= room {
        return vec![line.into()];
    }
    let indent: String = line.chars().take_while(|c| *c == ' ').take(room / 2).collect();
    let mut parts = Vec::new();
    let (mut part, mut width) = (String::new(), 0);
    for word in line.split_inclusive(' ') {
        let (whole, bare) = (word.width(), word.trim_end().width());
        if width + bare > room && !part.trim().is_empty() {
            parts.push(part.trim_end().to_owned().into());
            part.clone_from(&indent);
            width = indent.len();
        }
        part.push_str(word);
        width += whole;
    }
    parts.push(part.trim_end().to_owned().into());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn between_words() {
        assert_eq!(wrap("one two", 7), ["one two"]);
        assert_eq!(wrap("one two", 6), ["one", "two"]);
        assert_eq!(wrap("  - one two three", 9), ["  - one", "  two", "  three"]);
        assert_eq!(wrap("unbreakable x", 5), ["unbreakable", "x"]);
        assert_eq!(wrap("東京 東京", 5), ["東京", "東京"]);
        assert_eq!(wrap("", 5), [""]);
    }

    proptest! {
        #[test]
        fn no_word_is_lost(line in "[ a東-]{0,40}", room in 1usize..20) {
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(words(&wrap(&line, room).join(" ")), words(&line));
        }
    }
}
