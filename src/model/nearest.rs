/// Returns the word most similar to the typed one, or None if none is similar.
pub fn nearest<'w>(typed: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let far = typed.chars().count() / 3 + 1;
    let near = words.into_iter().map(|word| (distance(typed, word), word));
    near.filter(|(distance, _)| *distance <= far).min().map(|(_, word)| word)
}

/// Returns the number of insertions, deletions, replacements and swaps of neighbouring characters
/// that turn one word into the other (optimal string alignment).
pub fn distance(from: &str, to: &str) -> usize {
    strsim::osa_distance(from, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word() {
        assert_eq!(nearest("titel", ["task", "title", "tags"]), Some("title"));
        assert_eq!(nearest("xyzzy", ["task", "title", "tags"]), None);
    }
}
