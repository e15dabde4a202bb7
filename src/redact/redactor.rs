use regex::bytes::Regex;

use super::builtin::RULES;
use super::error::RedactError;
use super::json::{JsonString, each_string, is_json};
use super::keys;
use super::known::KnownValues;
use super::levels::Written;
use super::path::Untouched;
use super::redacted::{Redacted, Span, replace};
use super::scan::{KNOWN_VALUE, OwnRule, PRIVATE_KEY, Scanner};
use crate::git::sha256;

/// What happens to the images of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Images {
    /// They stay.
    #[default]
    Keep,
    /// The SHA-256 hash of what is written takes their place.
    Hash,
}

/// Replaces secrets in texts and in the lines of transcripts.
///
/// Making one costs about a millisecond; it can be used by several threads at once.
#[derive(Debug)]
pub struct Redactor {
    scanner: Scanner,
    images: Images,
}

impl Default for Redactor {
    fn default() -> Self {
        Self { scanner: Scanner::new(Vec::new(), &KnownValues::default()), images: Images::Keep }
    }
}

impl Redactor {
    /// Makes a redactor with the rules that are built in, rules of the user's, and values that are
    /// known to be secret.
    ///
    /// A rule is a name and a regular expression. If that has groups, only what the first of them
    /// matches is replaced.
    ///
    /// # Errors
    /// Fails if a rule's name has characters other than letters, digits, `.`, `_` and `-`, or if its
    /// pattern is not valid or matches empty text.
    pub fn new<'r>(
        own: impl IntoIterator<Item = (&'r str, &'r str)>,
        known: &KnownValues,
    ) -> Result<Self, RedactError> {
        let own = own.into_iter().map(|(name, pattern)| own_rule(name, pattern));
        let own = own.collect::<Result<_, _>>()?;
        Ok(Self { scanner: Scanner::new(own, known), images: Images::Keep })
    }

    /// Sets what happens to images.
    #[must_use]
    pub fn images(self, images: Images) -> Self {
        Self { images, ..self }
    }

    /// Returns the names of the rules that are built in, in order.
    pub fn builtin_rules() -> impl Iterator<Item = &'static str> {
        let mut names: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
        names.extend([PRIVATE_KEY, KNOWN_VALUE]);
        names.sort_unstable();
        names.dedup();
        names.into_iter()
    }

    /// Redacts a text of any kind.
    pub fn text<'t>(&self, text: &'t [u8]) -> Redacted<'t> {
        let mut spans = Vec::new();
        if self.scanner.sees_all() || !self.scanner.places(text).is_empty() {
            self.scanner.spans(text, Written::Plain, &mut spans, 0);
        }
        replace(text, spans)
    }

    /// Redacts a line of a transcript. If it is JSON, so is the result: only strings are changed,
    /// and not those that the agent needs [untouched](Untouched). Any other line is redacted as a
    /// text.
    pub fn line<'t>(&self, untouched: &Untouched, line: &'t [u8]) -> Redacted<'t> {
        let places = self.scanner.places(line);
        let sees_all = self.scanner.sees_all() || self.images == Images::Hash;
        if places.is_empty() && !sees_all {
            return replace(line, Vec::new());
        }
        let mut spans = Vec::new();
        if is_json(line) {
            let mut strings = Strings { redactor: self, untouched, line, next: 0, is_open: false };
            each_string(line, |string| strings.redact(&string, &places, &mut spans));
        } else {
            self.scanner.spans(line, Written::Plain, &mut spans, 0);
            if self.images == Images::Hash {
                hash_encoded(line, &mut spans);
            }
        }
        replace(line, spans)
    }
}

/// The strings of a line, one after the other.
struct Strings<'a> {
    redactor: &'a Redactor,
    untouched: &'a Untouched,
    line: &'a [u8],
    /// The first place in the line that is not before the string.
    next: usize,
    /// Whether a private key has begun in the last string and not ended: a difference has each line
    /// in a string of its own.
    is_open: bool,
}

impl Strings<'_> {
    fn redact(&mut self, string: &JsonString<'_>, places: &[usize], spans: &mut Vec<Span>) {
        let scanner = &self.redactor.scanner;
        let range = string.range.clone();
        let inside = &self.line[range.clone()];
        while places.get(self.next).is_some_and(|at| *at < range.start) {
            self.next += 1;
        }
        let is_found = places.get(self.next).is_some_and(|at| *at < range.end);
        if !string.is_key {
            if self.redactor.images == Images::Hash
                && self.untouched.is_image(self.line, string.path)
            {
                spans.push(hashed(range, inside));
                return;
            }
            let continues = self.is_open && !is_found;
            self.is_open &= continues && keys::is_line(inside);
            if continues && self.is_open {
                if !inside.is_empty() {
                    spans.push(Span::new(range, PRIVATE_KEY.into()));
                }
                return;
            }
        }
        let is_wanted = is_found || scanner.sees_all();
        if !is_wanted || !string.is_key && self.untouched.keeps(self.line, string.path, inside) {
            return;
        }
        self.is_open = scanner.spans(inside, Written::InJson, spans, range.start);
    }
}

fn own_rule(name: &str, pattern: &str) -> Result<OwnRule, RedactError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if name.is_empty() || name.len() > 64 || !name.bytes().all(is_plain) {
        return Err(RedactError::BadName(name.to_owned()));
    }
    let regex = Regex::new(pattern).map_err(|error| RedactError::BadPattern {
        name: name.to_owned(),
        source: Box::new(error),
    })?;
    if regex.is_match(b"") {
        return Err(RedactError::MatchesNothing(name.to_owned()));
    }
    Ok(OwnRule { name: name.into(), regex })
}

fn hashed(range: std::ops::Range<usize>, data: &[u8]) -> Span {
    let by = Some(format!("sha256:{}", sha256(data)));
    Span { by, ..Span::new(range, "image".into()) }
}

/// Finds the long runs of Base64 in a line that is not JSON: a part of an image.
fn hash_encoded(line: &[u8], spans: &mut Vec<Span>) {
    const LEAST: usize = 1024;
    let is_encoded = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    let mut start = 0;
    for run in line.split(|byte| !is_encoded(*byte)) {
        if run.len() >= LEAST {
            spans.push(hashed(start..start + run.len(), run));
        }
        start += run.len() + 1;
    }
}
