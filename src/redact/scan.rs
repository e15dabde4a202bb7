//! Looks for secrets in a text: first for the words that rules begin with, all at once, and where
//! one is, with its rule.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::bytes::Regex;

use super::builtin::RULES;
use super::keys;
use super::known::KnownValues;
use super::levels::{Written, each_level};
use super::redacted::Span;

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
    /// A character may be written in another way, and with it any other word.
    Escape,
}

/// A rule of the user's.
#[derive(Debug, Clone)]
pub(super) struct OwnRule {
    pub name: Arc<str>,
    pub regex: Regex,
}

#[derive(Debug)]
pub(super) struct Scanner {
    words: AhoCorasick,
    /// What each word stands for.
    meanings: Vec<Vec<Word>>,
    names: Vec<Arc<str>>,
    compiled: Vec<OnceLock<Regex>>,
    values: Vec<Vec<u8>>,
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
        // JSON may write any character as `\u`, and a slash as `\/`.
        add(br"\u", Word::Escape);
        add(br"\/", Word::Escape);
        let values: Vec<_> = known.iter().map(|value| value.as_bytes().to_vec()).collect();
        for (number, value) in values.iter().enumerate() {
            let plain = longest_plain_part(value);
            add(&value[plain.clone()], Word::Value { number, offset: plain.start });
        }
        let automaton = AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(&words);
        Self {
            words: automaton.expect("some hundred words are within its limits"),
            meanings,
            names: RULES.iter().map(|rule| rule.name.into()).collect(),
            compiled: RULES.iter().map(|_| OnceLock::new()).collect(),
            values,
            own,
            private_key: PRIVATE_KEY.into(),
            known_value: KNOWN_VALUE.into(),
        }
    }

    /// Returns where in a text something may be, in whatever way it is written. Without any, only
    /// the user's rules can match.
    pub fn places(&self, text: &[u8]) -> Vec<usize> {
        let found = self.words.find_overlapping_iter(text).filter(|found| {
            let is_url = |word: &Word| matches!(word, Word::Url(_));
            let all_url = self.meanings[found.pattern().as_usize()].iter().all(is_url);
            !all_url || may_have_password(&text[found.end()..])
        });
        found.map(|found| found.end() - 1).collect()
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
        for hit in self.words.find_overlapping_iter(text) {
            for word in &self.meanings[hit.pattern().as_usize()] {
                match word {
                    Word::Rule(number) | Word::Url(number) => {
                        if hit.start() < done[*number] {
                            continue;
                        }
                        let regex = &self.compiled[*number];
                        if let Some(range) = RULES[*number].find(regex, text, hit.start()) {
                            done[*number] = range.end;
                            found.push((range, self.names[*number].clone()));
                        }
                    }
                    Word::PrivateKey => has_keys = true,
                    Word::Value { number, offset } => {
                        let value = &self.values[*number];
                        let start = hit.start().checked_sub(*offset);
                        if let Some(start) = start.filter(|at| text[*at..].starts_with(value)) {
                            let range = start..start + value.len();
                            found.push((range, self.known_value.clone()));
                        }
                    }
                    Word::Escape => {}
                }
            }
        }
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

/// Returns true if an `@` comes before the end of what may be the first part of a URL.
fn may_have_password(rest: &[u8]) -> bool {
    let end = rest.iter().take(1024).find(|byte| matches!(byte, b'@' | b'/' | b'"' | b' ' | b'<'));
    end == Some(&b'@')
}

/// Returns the longest part of a value that JSON writes as it is, or with `\u`. If it is short, so
/// is its other part, and all of it is taken; `\u` or `\/` is then found instead.
fn longest_plain_part(value: &[u8]) -> Range<usize> {
    let is_plain = |byte: &u8| (0x20..0x7f).contains(byte) && !b"\"\\".contains(byte);
    let mut longest = 0..0;
    let mut start = 0;
    for part in value.split(|byte| !is_plain(byte)) {
        if part.len() > longest.len() {
            longest = start..start + part.len();
        }
        start += part.len() + 1;
    }
    if longest.is_empty() { 0..value.len() } else { longest }
}
