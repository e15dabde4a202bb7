//! The syntax of commands in the built-in table and in git's configuration.
//!
//! Arguments are separated by white space, without a shell:
//!
//! - `'…'` is literal; so is `"…"`, except for `\"`, `\\` and placeholders; outside quotes, a
//!   backslash makes the next character literal;
//! - `{name}` stands for a value, see [`Slot`]; a value never becomes more than one argument;
//! - `[` at the start of an argument opens a group and `]` at the end of an argument closes it: a
//!   group is omitted if one of its placeholders has no value; groups do not nest;
//! - `{args}`, an argument of its own, stands for the arguments in `ao.agent.<name>.args`.

use std::fmt;
use std::iter::Peekable;
use std::str::Chars;

use crate::model::{ErrorKind, Recovery};

/// A value that is filled in when an agent is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// `{prompt}`: the task.
    Prompt,
    /// `{prompt_file}`: a file that contains the task.
    PromptFile,
    /// `{agent_session_id}`: the agent's own id of the conversation to continue.
    AgentSessionId,
    /// `{new_agent_session_id}`: the id for a new conversation.
    NewAgentSessionId,
    /// `{history_file}`: a history file of the session, for agents without ids.
    HistoryFile,
    /// `{model}`
    Model,
    /// `{title}`
    Title,
    /// `{workspace}`: the working directory.
    Workspace,
    /// `{session_id}`: the session's id.
    SessionId,
    /// `{args}`: the arguments that the user adds to every command.
    Args,
}

/// Why a text is not a valid template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// A quote, brace or group is not closed.
    #[error("the {what} {0} is not closed", what = opener(.0))]
    Open(char),
    /// The text ends with a backslash.
    #[error("trailing backslash")]
    Backslash,
    /// A placeholder is unknown.
    #[error("unknown placeholder '{{{}}}'", .0.escape_debug())]
    Unknown(String),
    /// `{args}` is inside an argument or a group.
    #[error("'{{args}}' must be a separate argument")]
    Args,
    /// The text contains a NUL byte.
    #[error("contains a NUL byte")]
    Nul,
}

impl TemplateError {
    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    /// Returns what the caller can do about the error, which follows from its [kind](Self::kind).
    pub fn recovery(&self) -> Recovery {
        self.kind().recovery()
    }
}

fn opener(c: &char) -> &'static str {
    match c {
        '{' => "brace",
        '[' => "bracket",
        _ => "quote",
    }
}

/// The arguments of a program, with placeholders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Word(Word),
    Group(Vec<Word>),
    Args,
}

type Word = Vec<Piece>;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Slot(Slot),
}

impl Slot {
    const ALL: [(&'static str, Slot); 10] = [
        ("prompt", Slot::Prompt),
        ("prompt_file", Slot::PromptFile),
        ("agent_session_id", Slot::AgentSessionId),
        ("new_agent_session_id", Slot::NewAgentSessionId),
        ("history_file", Slot::HistoryFile),
        ("model", Slot::Model),
        ("title", Slot::Title),
        ("workspace", Slot::Workspace),
        ("session_id", Slot::SessionId),
        ("args", Slot::Args),
    ];
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(_, slot)| slot == self).map_or("", |(name, _)| name);
        f.write_str(name)
    }
}

impl Template {
    /// Parses a template.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if text.contains('\0') {
            return Err(TemplateError::Nul);
        }
        let mut parts = Vec::new();
        let mut group: Option<Vec<Word>> = None;
        let mut chars = text.chars().peekable();
        while let Some(&c) = chars.peek() {
            if c.is_whitespace() {
                chars.next();
                continue;
            }
            if c == '[' && group.is_none() {
                chars.next();
                group = Some(Vec::new());
                continue;
            }
            let (word, closes) = word(&mut chars, group.is_some())?;
            match &mut group {
                None if word == [Piece::Slot(Slot::Args)] => parts.push(Part::Args),
                _ if word.contains(&Piece::Slot(Slot::Args)) => return Err(TemplateError::Args),
                None => parts.push(Part::Word(word)),
                Some(words) if !(closes && word.is_empty()) => words.push(word),
                Some(_) => {}
            }
            if closes {
                parts.extend(group.take().map(Part::Group));
            }
        }
        if group.is_some() { Err(TemplateError::Open('[')) } else { Ok(Self(parts)) }
    }

    /// Returns true if the template contains a placeholder for `slot`.
    pub fn uses(&self, slot: Slot) -> bool {
        self.words().any(|word| word.contains(&Piece::Slot(slot)))
    }

    /// Returns true if the template cannot be filled in without a value for this placeholder.
    pub fn requires(&self, slot: Slot) -> bool {
        let needs = |part: &Part| match part {
            Part::Word(word) => word.contains(&Piece::Slot(slot)),
            Part::Group(_) | Part::Args => false,
        };
        self.0.iter().any(needs)
    }

    /// Returns true if the template contains no placeholder and no group.
    pub fn is_plain(&self) -> bool {
        self.0.iter().all(|part| matches!(part, Part::Word(_)))
            && self.words().flatten().all(|piece| matches!(piece, Piece::Text(_)))
    }

    /// Returns true if the template is a single argument.
    pub fn is_one_word(&self) -> bool {
        matches!(self.0.as_slice(), [Part::Word(word)] if !word.is_empty())
    }

    /// Iterates over the placeholders.
    pub fn slots(&self) -> impl Iterator<Item = Slot> {
        self.words().flatten().filter_map(|piece| match piece {
            Piece::Slot(slot) => Some(*slot),
            Piece::Text(_) => None,
        })
    }

    /// Splits off the first word, the program. Returns None if there is none, or if it is empty
    /// or contains placeholders.
    pub fn split_program(mut self) -> Option<(String, Self)> {
        match self.0.first()? {
            Part::Word(word) => match word.as_slice() {
                [Piece::Text(program)] if !program.is_empty() => {
                    let program = program.clone();
                    self.0.remove(0);
                    Some((program, self))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns the arguments, with every placeholder replaced by its value.
    ///
    /// # Errors
    /// Fails with the placeholder if one outside a group has no value.
    pub fn fill(
        &self,
        args: &[String],
        value: &dyn Fn(Slot) -> Option<String>,
    ) -> Result<Vec<String>, Slot> {
        let mut out = Vec::new();
        for part in &self.0 {
            match part {
                Part::Args => out.extend_from_slice(args),
                Part::Word(word) => out.push(fill_word(word, value)?),
                Part::Group(words) => {
                    let words: Result<Vec<_>, _> =
                        words.iter().map(|word| fill_word(word, value)).collect();
                    out.extend(words.unwrap_or_default());
                }
            }
        }
        Ok(out)
    }

    fn words(&self) -> impl Iterator<Item = &Word> {
        self.0.iter().flat_map(|part| match part {
            Part::Word(word) => std::slice::from_ref(word),
            Part::Group(words) => words.as_slice(),
            Part::Args => &[],
        })
    }
}

fn fill_word(word: &Word, value: &dyn Fn(Slot) -> Option<String>) -> Result<String, Slot> {
    let mut out = String::new();
    for piece in word {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Slot(slot) => {
                out.push_str(&value(*slot).filter(|v| !v.is_empty()).ok_or(*slot)?)
            }
        }
    }
    Ok(out)
}

/// Parses one word. Also returns whether a `]` at its end closed the group.
fn word(chars: &mut Peekable<Chars>, in_group: bool) -> Result<(Word, bool), TemplateError> {
    let mut word = Word::new();
    while let Some(c) = chars.next_if(|c| !c.is_whitespace()) {
        match c {
            ']' if in_group && chars.peek().is_none_or(|c| c.is_whitespace()) => {
                return Ok((word, true));
            }
            '\'' => {
                push_text(&mut word, &until(chars, '\'')?);
            }
            '"' => loop {
                match chars.next().ok_or(TemplateError::Open('"'))? {
                    '"' => {
                        push_text(&mut word, "");
                        break;
                    }
                    '\\' => {
                        let escaped = chars.next_if(|c| matches!(c, '"' | '\\')).unwrap_or('\\');
                        push_text(&mut word, escaped.encode_utf8(&mut [0; 4]));
                    }
                    '{' => word.push(slot(chars)?),
                    c => push_text(&mut word, c.encode_utf8(&mut [0; 4])),
                }
            },
            '\\' => {
                let c = chars.next().ok_or(TemplateError::Backslash)?;
                push_text(&mut word, c.encode_utf8(&mut [0; 4]));
            }
            '{' => word.push(slot(chars)?),
            c => push_text(&mut word, c.encode_utf8(&mut [0; 4])),
        }
    }
    Ok((word, false))
}

fn slot(chars: &mut Peekable<Chars>) -> Result<Piece, TemplateError> {
    let name = until(chars, '}').map_err(|_| TemplateError::Open('{'))?;
    let known = Slot::ALL.iter().find(|(known, _)| *known == name);
    known.map(|(_, slot)| Piece::Slot(*slot)).ok_or(TemplateError::Unknown(name))
}

fn until(chars: &mut Peekable<Chars>, end: char) -> Result<String, TemplateError> {
    let mut text = String::new();
    loop {
        match chars.next() {
            Some(c) if c == end => return Ok(text),
            Some(c) => text.push(c),
            None => return Err(TemplateError::Open(end)),
        }
    }
}

fn push_text(word: &mut Word, text: &str) {
    match word.last_mut() {
        Some(Piece::Text(last)) => last.push_str(text),
        _ => word.push(Piece::Text(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(template: &str, values: &[(Slot, &str)]) -> Result<Vec<String>, Slot> {
        let args = ["-a".to_owned(), "b c".to_owned()];
        Template::parse(template).unwrap().fill(&args, &|slot| {
            values.iter().find(|(s, _)| *s == slot).map(|(_, v)| (*v).to_owned())
        })
    }

    #[test]
    fn words_and_quotes() {
        for (text, words) in [
            ("", &[] as &[&str]),
            ("  a  b\t", &["a", "b"]),
            (r#"'a b' "c \"d\" \x" e\ f '' """#, &["a b", r#"c "d" \x"#, "e f", "", ""]),
            ("a'b'\"c\"", &["abc"]),
            (r"'{prompt}' \{x} $(x) `y` ~ * ;", &["{prompt}", "{x}", "$(x)", "`y`", "~", "*", ";"]),
            ("-c x=[1] y] '[a' \\[b", &["-c", "x=[1]", "y]", "[a", "[b"]),
            ("x {args} y", &["x", "-a", "b c", "y"]),
        ] {
            assert_eq!(fill(text, &[]).unwrap(), words, "{text}");
        }
    }

    #[test]
    fn a_value_is_one_argument_exactly() {
        let odd = "-x \"q\" 'r' $(s) {model} ]\n\\";
        assert_eq!(
            fill("--p={prompt} [-- {prompt} ]", &[(Slot::Prompt, odd)]).unwrap(),
            [format!("--p={odd}"), "--".to_owned(), odd.to_owned()]
        );
    }

    #[test]
    fn a_group_goes_when_a_value_is_missing_and_a_lone_word_is_an_error() {
        assert_eq!(
            fill("a [--model {model}] [-t={title}] b", &[(Slot::Title, "t")]).unwrap(),
            ["a", "-t=t", "b"]
        );
        assert_eq!(fill("a {model}", &[(Slot::Model, "")]), Err(Slot::Model));
    }

    #[test]
    fn broken_templates_are_refused() {
        use TemplateError::*;
        for (text, error) in [
            ("'a", Open('\'')),
            ("\"a", Open('"')),
            ("{prompt", Open('{')),
            ("[a", Open('[')),
            ("a\\", Backslash),
            ("{nope}", Unknown("nope".to_owned())),
            ("x{args}", Args),
            ("[{args}]", Args),
            ("a\0", Nul),
        ] {
            assert_eq!(Template::parse(text), Err(error), "{text}");
        }
    }
}
