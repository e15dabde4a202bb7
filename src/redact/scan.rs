//! Looks for secrets in a text: first for the words that rules begin with, all at once, and where
//! one is, with its rule.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use regex::bytes::Regex;

use super::builtin::RULES;
use super::keys;
use super::known::KnownValues;
use super::levels::{Written, each_level};
use super::redacted::Span;
use super::words::{SHORTEST_WORD, Words};

/// What a word stands for.
#[derive(Debug, Clone, Copy)]
enum Word {
    /// A rule begins with it.
    Rule(usize),
    /// The password of a URL may come after it.
    Url(usize),
    PrivateKey,
    /// It is the longest part of a known value that is always written as it is, and begins so many
    /// bytes after it.
    Value {
        number: usize,
        offset: usize,
    },
}

/// A rule of the user's.
#[derive(Debug, Clone)]
pub(super) struct OwnRule {
    pub name: Arc<str>,
    pub regex: Regex,
}

#[derive(Debug)]
pub(super) struct Scanner {
    words: Words,
    /// What each word stands for.
    meanings: Vec<Vec<Word>>,
    names: Vec<Arc<str>>,
    compiled: Vec<OnceLock<Regex>>,
    values: Vec<Vec<u8>>,
    /// Whether there is a value that no word stands for.
    has_odd_values: bool,
    pub own: Vec<OwnRule>,
    private_key: Arc<str>,
    known_value: Arc<str>,
}

/// The names of the rules that have no pattern.
pub(super) const PRIVATE_KEY: &str = "private-key";
pub(super) const KNOWN_VALUE: &str = "known-value";

impl Scanner {
    pub fn new(own: Vec<OwnRule>, known: &KnownValues) -> Self {
        let mut words: Vec<Vec<u8>> = Vec::new();
        let mut meanings: Vec<Vec<Word>> = Vec::new();
        let mut add = |word: &[u8], meaning: Word| {
            let place = words.iter().position(|known| known == word).unwrap_or_else(|| {
                words.push(word.to_vec());
                meanings.push(Vec::new());
                words.len() - 1
            });
            meanings[place].push(meaning);
        };
        for (number, rule) in RULES.iter().enumerate() {
            for word in rule.keywords {
                let is_url = *word == "://";
                add(word.as_bytes(), if is_url { Word::Url(number) } else { Word::Rule(number) });
            }
        }
        add(b"PRIVATE KEY", Word::PrivateKey);
        let values: Vec<_> = known.iter().map(|value| value.as_bytes().to_vec()).collect();
        let mut has_odd_values = false;
        for (number, value) in values.iter().enumerate() {
            let plain = longest_plain_part(value);
            if plain.len() < SHORTEST_WORD {
                has_odd_values = true;
                add(value, Word::Value { number, offset: 0 });
            } else {
                add(&value[plain.clone()], Word::Value { number, offset: plain.start });
            }
        }
        Self {
            words: Words::new(words),
            meanings,
            names: RULES.iter().map(|rule| rule.name.into()).collect(),
            compiled: RULES.iter().map(|_| OnceLock::new()).collect(),
            values,
            has_odd_values,
            own,
            private_key: PRIVATE_KEY.into(),
            known_value: KNOWN_VALUE.into(),
        }
    }

    /// Returns where in a text something may be, in whatever way it is written.
    pub fn places(&self, text: &[u8]) -> Vec<usize> {
        let mut places = Vec::new();
        self.words.find(text, |at, word| {
            if self.meanings[word].iter().any(|meaning| may_be(*meaning, text, at)) {
                places.push(at);
            }
        });
        // JSON may write any character as `\u`, and a slash as `\/`.
        places.extend(memchr::memmem::find_iter(text, br"\u"));
        places.extend(memchr::memmem::find_iter(text, br"\/"));
        places.sort_unstable();
        places
    }

    /// Returns true if something may be where [`places`](Self::places) has nothing.
    pub fn sees_all(&self) -> bool {
        self.has_odd_values || !self.own.is_empty()
    }

    /// Finds secrets on all levels of a text. Returns whether it ends inside a private key.
    pub fn spans(&self, text: &[u8], written: Written, report: &mut Vec<Span>, at: usize) -> bool {
        let mut is_open = false;
        each_level(
            text,
            written,
            |text, found| is_open |= self.scan(text, found),
            |range, rule| report.push(Span::new(range.start + at..range.end + at, rule)),
        );
        is_open
    }

    fn scan(&self, text: &[u8], found: &mut Vec<(Range<usize>, Arc<str>)>) -> bool {
        let mut has_keys = false;
        let mut done = vec![0; RULES.len()];
        self.words.find(text, |at, word| {
            for meaning in &self.meanings[word] {
                match *meaning {
                    Word::Rule(number) | Word::Url(number) if at < done[number] => {}
                    Word::Rule(number) | Word::Url(number) => {
                        let regex = &self.compiled[number];
                        if let Some(range) = RULES[number].find(regex, text, at) {
                            done[number] = range.end;
                            found.push((range, self.names[number].clone()));
                        }
                    }
                    Word::PrivateKey => has_keys = true,
                    Word::Value { number, offset } => {
                        let value = &self.values[number];
                        let start = at.checked_sub(offset);
                        if let Some(start) = start.filter(|at| text[*at..].starts_with(value)) {
                            let range = start..start + value.len();
                            found.push((range, self.known_value.clone()));
                        }
                    }
                }
            }
        });
        for rule in &self.own {
            for matched in rule.regex.captures_iter(text) {
                let part = matched.iter().skip(1).flatten().next().or_else(|| matched.get(0));
                if let Some(part) = part.filter(|part| !part.is_empty()) {
                    found.push((part.range(), rule.name.clone()));
                }
            }
        }
        if !has_keys {
            return false;
        }
        let keys = keys::find(text);
        found.extend(keys.ranges.into_iter().map(|range| (range, self.private_key.clone())));
        keys.is_open
    }
}

/// Returns true if what a word stands for may be at a place in a text, whose escapes are still
/// there.
fn may_be(word: Word, text: &[u8], at: usize) -> bool {
    match word {
        Word::Rule(number) => RULES[number].may_be_at(text, at),
        Word::Url(_) => may_have_password(&text[at..]),
        Word::PrivateKey | Word::Value { .. } => true,
    }
}

/// Returns true if an `@` comes before the end of what may be the first part of a URL.
fn may_have_password(url: &[u8]) -> bool {
    let rest = url.iter().skip(3).take(1024);
    let end = rest.copied().find(|byte| matches!(byte, b'@' | b'/' | b'"' | b' ' | b'<'));
    end == Some(b'@')
}

/// Returns the longest part of a value that is written as it is, or with `\u`.
fn longest_plain_part(value: &[u8]) -> Range<usize> {
    let is_plain = |byte: &u8| *byte >= 0x20 && !b"\"\\".contains(byte);
    let mut longest = 0..0;
    let mut start = 0;
    for part in value.split(|byte| !is_plain(byte)) {
        if part.len() > longest.len() {
            longest = start..start + part.len();
        }
        start += part.len() + 1;
    }
    longest
}
