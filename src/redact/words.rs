//! Looks for many words at once.

/// Words of three bytes or more, for a search that looks at every other pair of bytes only.
///
/// Wherever a word is in a text, it covers pairs that begin at even positions. So one pair of it is
/// chosen for each of the two ways in which it may lie, the one that texts have most seldom.
#[derive(Debug)]
pub(super) struct Words {
    words: Vec<Vec<u8>>,
    /// A bit for each pair that was chosen.
    chosen: Box<[u64; 1 << 10]>,
    /// For each pair, the place in `groups`.
    group: Vec<u16>,
    /// For each chosen pair, the words that have it, and where.
    groups: Vec<Vec<Place>>,
}

/// A pair in a word.
#[derive(Debug, Clone, Copy)]
struct Place {
    word: usize,
    /// Where in the word it is.
    offset: usize,
    /// A byte beside it, and where that is in the word: most other words differ there.
    beside: (usize, u8),
}

/// The length of the shortest word.
pub(super) const SHORTEST_WORD: usize = 3;

impl Words {
    /// Prepares the search for words, none of which is shorter than [`SHORTEST_WORD`].
    pub fn new(words: Vec<Vec<u8>>) -> Self {
        let mut all = Self {
            words,
            chosen: Box::new([0; 1 << 10]),
            group: vec![0; 1 << 16],
            groups: vec![Vec::new()],
        };
        for number in 0..all.words.len() {
            for parity in 0..2 {
                let word = &all.words[number];
                let offsets = (parity..word.len().saturating_sub(1)).step_by(2);
                let rarest =
                    offsets.min_by_key(|at| frequency(word[*at]) * frequency(word[at + 1]));
                if let Some(offset) = rarest {
                    let pair = pair(word[offset], word[offset + 1]);
                    all.choose(pair, number, offset);
                }
            }
        }
        all
    }

    fn choose(&mut self, pair: u16, word: usize, offset: usize) {
        self.chosen[usize::from(pair >> 6)] |= 1 << (pair & 63);
        let group = &mut self.group[usize::from(pair)];
        if *group == 0 {
            *group = u16::try_from(self.groups.len()).unwrap_or_default();
            self.groups.push(Vec::new());
        }
        let at = if offset > 0 { offset - 1 } else { offset + 2 };
        let beside = (at, self.words[word].get(at).copied().unwrap_or_default());
        self.groups[usize::from(*group)].push(Place { word, offset, beside });
    }

    /// Calls `found` with the place and the number of each word in a text; nearly in order.
    pub fn find(&self, text: &[u8], mut found: impl FnMut(usize, usize)) {
        let (eights, rest) = text.as_chunks::<8>();
        for (n, &[a, b, c, d, e, f, g, h]) in eights.iter().enumerate() {
            let pairs = [pair(a, b), pair(c, d), pair(e, f), pair(g, h)];
            if pairs.iter().fold(0, |any, pair| any | self.bit(*pair)) != 0 {
                for (i, pair) in pairs.into_iter().enumerate() {
                    self.find_at(text, 8 * n + 2 * i, pair, &mut found);
                }
            }
        }
        for (n, bytes) in rest.chunks_exact(2).enumerate() {
            self.find_at(text, 8 * eights.len() + 2 * n, pair(bytes[0], bytes[1]), &mut found);
        }
    }

    /// Returns 1 if a pair was chosen.
    fn bit(&self, pair: u16) -> u64 {
        self.chosen[usize::from(pair >> 6)] >> (pair & 63) & 1
    }

    fn find_at(&self, text: &[u8], at: usize, pair: u16, found: &mut impl FnMut(usize, usize)) {
        if self.bit(pair) == 0 {
            return;
        }
        for place in &self.groups[usize::from(self.group[usize::from(pair)])] {
            let Some(start) = at.checked_sub(place.offset) else { continue };
            let (beside, byte) = place.beside;
            if text.get(start + beside) == Some(&byte)
                && text[start..].starts_with(&self.words[place.word])
            {
                found(start, place.word);
            }
        }
    }
}

fn pair(first: u8, second: u8) -> u16 {
    u16::from_be_bytes([first, second])
}

/// Returns how often texts have a byte, about, among a thousand.
fn frequency(byte: u8) -> u32 {
    const LETTERS: [u32; 26] = [
        80, 15, 30, 40, 120, 22, 20, 55, 70, 2, 8, 40, 25, 67, 75, 20, 1, 60, 63, 90, 28, 10, 20,
        3, 20, 1,
    ];
    match byte {
        b'a'..=b'z' => LETTERS[usize::from(byte - b'a')],
        b'A'..=b'Z' => LETTERS[usize::from(byte - b'A')] / 10 + 1,
        b' ' => 150,
        b'"' | b'\\' | b'/' | b'-' | b'_' | b'.' | b':' | b',' | b'=' | b'(' | b')' => 20,
        b'0'..=b'9' => 15,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found_once_wherever_it_is() {
        let words = ["abc", "bcd", "://", "abcabc", "key-", "machine "];
        let search = Words::new(words.iter().map(|word| word.as_bytes().to_vec()).collect());
        let text = "abcabcabcd ://://:/// xmachine key- keykey- machinemachine abc";
        for start in 0..3 {
            let text = &text[start..];
            let mut found = Vec::new();
            search.find(text.as_bytes(), |at, word| found.push((at, words[word])));
            found.sort_unstable();
            let here = |word| (0..text.len()).filter(move |at| text[*at..].starts_with(word));
            let mut expected: Vec<_> =
                words.iter().flat_map(|word| here(*word).map(|at| (at, *word))).collect();
            expected.sort_unstable();
            assert_eq!(found, expected);
        }
    }
}
