//! Joins the copies of a session. An earlier copy is the whole session at its time. The next one
//! begins with all of it, unless a compaction replaced its beginning by a summary.

use super::parse::{Item, Parsed};

/// Returns the whole conversation, of copies in the order in which they were made.
pub fn joined(copies: Vec<Parsed>) -> Vec<Item> {
    copies.into_iter().fold(Vec::new(), |before, next| join(before, next.items))
}

fn join(before: Vec<Item>, next: Vec<Item>) -> Vec<Item> {
    if before.is_empty() {
        return next;
    }
    let (said, then) = (messages(&before), messages(&next));
    if then.starts_with(&said) {
        return next;
    }
    if said.starts_with(&then) {
        return before;
    }
    // The end of what was said that the next copy repeats, after its summary.
    let overlap = |skipped: usize| {
        let rest = &then[skipped..];
        (1..=said.len().min(rest.len())).rev().find(|count| said.ends_with(&rest[..*count]))
    };
    let found = [1, 0].into_iter().filter(|it| *it < then.len()).find_map(overlap).unwrap_or(0);
    let kept = said.len() - found;
    // What follows the compaction stands where the messages that it removed end.
    let cut = place_of_message(&before, kept);
    let mut all = before;
    let repeated: Vec<_> = all.split_off(cut).into_iter().filter(is_prompt).collect();
    let prompts: Vec<_> = all.iter().filter(|item| is_prompt(item)).cloned().collect();
    let is_new = |item: &Item| !is_prompt(item) || !prompts.contains(item);
    let new = next.into_iter().filter(is_new);
    let new: Vec<_> = new.collect();
    all.extend(repeated.into_iter().filter(|item| !new.contains(item)));
    all.extend(new);
    all
}

fn is_prompt(item: &Item) -> bool {
    matches!(item, Item::Prompt(_))
}

fn messages(items: &[Item]) -> Vec<&Item> {
    items.iter().filter(|item| matches!(item, Item::Message(_))).collect()
}

/// Returns the position of the message with this number, or the end.
fn place_of_message(items: &[Item], n: usize) -> usize {
    let places = items.iter().enumerate().filter(|(_, item)| matches!(item, Item::Message(_)));
    places.map(|(place, _)| place).nth(n).unwrap_or(items.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn items(text: &str) -> Vec<Item> {
        let item = |word: &str| match word.split_at(1) {
            ("c", _) => Item::Compaction(json!(word)),
            ("p", _) => Item::Prompt(json!(word)),
            _ => Item::Message(json!(word)),
        };
        text.split_whitespace().map(item).collect()
    }

    #[test]
    fn the_whole_conversation() {
        for (before, next, whole) in [
            ("", "a b", "a b"),
            ("a b", "a b x", "a b x"),
            ("a b x", "a b", "a b x"),
            ("a b x y", "c1 s1 x y z", "a b c1 s1 x y z"),
            ("a b x y", "c1 s1 z", "a b x y c1 s1 z"),
            ("p1 a b p2 x", "p1 p2 c1 s1 x z", "p1 a b p2 c1 s1 x z"),
            ("a b", "d e", "a b d e"),
            ("a a a", "c1 s1 a a", "a c1 s1 a a"),
        ] {
            assert_eq!(join(items(before), items(next)), items(whole), "{before} + {next}");
        }
        let copies = ["a b", "a b x y", "c1 s1 x y z"].map(items);
        let all = copies.into_iter().fold(Vec::new(), join);
        assert_eq!(all, items("a b c1 s1 x y z"));
    }
}
