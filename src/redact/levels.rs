//! The levels of a text: as it is, without its escapes, and so on for JSON inside it.

use std::ops::Range;

use super::view::View;

/// The number of times that JSON may be inside a text of JSON.
const NESTED: usize = 3;

/// What kind of text is looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// As it is.
    Plain,
    /// As the inside of a JSON string. Only what it means is looked at, so that no escape is cut.
    InJson,
}

/// Calls `scan` with each level of a text. What that finds is reported as ranges of the text itself.
///
/// JSON inside a text is not parsed: it may be a part of the text only, or cut. Escapes are replaced
/// wherever they are, which at worst gives a text that says nothing.
pub(super) fn each_level<T>(
    text: &[u8],
    written: Written,
    mut scan: impl FnMut(&[u8], &mut Vec<(Range<usize>, T)>),
    mut report: impl FnMut(Range<usize>, T),
) {
    let mut views: Vec<View> = Vec::new();
    let mut found = Vec::new();
    let levels = match written {
        Written::Plain => NESTED,
        Written::InJson => NESTED + 1,
    };
    for level in 0..=levels {
        let current = views.last().map_or(text, |view| &view.text);
        let next = if level < levels { View::unescaped(current) } else { None };
        let is_escaped_json = written == Written::InJson && level == 0 && next.is_some();
        if !is_escaped_json {
            scan(current, &mut found);
            trace(&views, None, &mut found, &mut report);
            if let Some(plain) = View::plain(current) {
                scan(&plain.text, &mut found);
                trace(&views, Some(&plain), &mut found, &mut report);
            }
        }
        let Some(next) = next else { return };
        views.push(next);
    }
}

fn trace<T>(
    views: &[View],
    top: Option<&View>,
    found: &mut Vec<(Range<usize>, T)>,
    report: &mut impl FnMut(Range<usize>, T),
) {
    for (range, what) in found.drain(..) {
        let all = top.into_iter().chain(views.iter().rev());
        report(all.fold(range, |range, view| view.below(range)), what);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, written: Written, word: &str) -> Vec<String> {
        let mut all = Vec::new();
        let scan = |text: &[u8], found: &mut Vec<_>| {
            let places = memchr::memmem::find_iter(text, word.as_bytes());
            found.extend(places.map(|at| (at..at + word.len(), ())));
        };
        each_level(text.as_bytes(), written, scan, |range, ()| all.push(text[range].to_owned()));
        all
    }

    #[test]
    fn three_levels_inside() {
        let mut text = "a\nb".to_owned();
        for _ in 0..5 {
            assert_eq!(found(&text, Written::InJson, "a\nb"), [text.clone()]);
            let quoted = serde_json::to_string(&text).unwrap();
            text = quoted[1..quoted.len() - 1].to_owned();
        }
        assert!(found(&text, Written::InJson, "a\nb").is_empty(), "{text}");
    }

    #[test]
    fn json_is_looked_at_as_what_it_means() {
        assert!(found(r"a\nb", Written::InJson, r"a\n").is_empty());
        assert_eq!(found(r"a\nb", Written::Plain, r"a\n"), [r"a\n"]);
        assert_eq!(found("ab", Written::InJson, "ab"), ["ab"]);
        assert_eq!(found("a\u{1b}[1mb", Written::Plain, "ab"), ["a\u{1b}[1mb"]);
    }
}
