/// The one of `words` that is most like what was typed; None where none is like it.
pub fn nearest<'w>(typed: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let far = typed.chars().count() / 3 + 1;
    let near = words.into_iter().map(|word| (distance(typed, word), word));
    near.filter(|(distance, _)| *distance <= far).min().map(|(_, word)| word)
}

/// How many characters must be put in, taken out, replaced or swapped with their neighbour to come
/// from one word to the other (optimal string alignment).
pub fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    let mut last = None;
    for (row, a) in from.chars().enumerate() {
        let mut line = vec![row + 1];
        for (at, b) in to.iter().enumerate() {
            let replaced = above[at] + usize::from(a != *b);
            let mut least = replaced.min(above[at + 1] + 1).min(line[at] + 1);
            let is_swapped = at > 0 && last == Some(*b) && to[at - 1] == a;
            if is_swapped {
                least = least.min(before[at - 1] + 1);
            }
            line.push(least);
        }
        before = std::mem::replace(&mut above, line);
        last = Some(a);
    }
    above[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word() {
        assert_eq!(nearest("titel", ["task", "title", "tags"]), Some("title"));
        assert_eq!(nearest("xyzzy", ["task", "title", "tags"]), None);
    }

    #[test]
    fn letters_are_counted() {
        for (a, b, far) in [
            ("", "", 0),
            ("ab", "", 2),
            ("runtime", "runtme", 1),
            ("agent", "gaent", 1),
            ("lsit", "list", 1),
            ("lsit", "set", 2),
            ("größe", "grösse", 2),
        ] {
            assert_eq!((distance(a, b), distance(b, a)), (far, far), "{a} {b}");
        }
    }
}
