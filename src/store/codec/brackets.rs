//! Measures the nesting of brackets in YAML text, except in scalars and comments.

/// The nesting depth of brackets up to which text is parsed.
const OPEN_BRACKETS: usize = 1000;

/// Returns true if text nests too many brackets. Parsing it would take quadratic time before the
/// depth limit applies. Text is scanned only if it has that many unclosed brackets anywhere.
pub(super) fn are_too_deep(bytes: &[u8]) -> bool {
    let mut open = 0_usize;
    let is_suspect = bytes.iter().any(|byte| {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open > OPEN_BRACKETS
    });
    is_suspect && nest_deeper(bytes, OPEN_BRACKETS)
}

/// Returns true if more than `limit` brackets are open at once.
///
/// This follows libyaml's scanner token by token, but continues after errors.
pub(super) fn nest_deeper(bytes: &[u8], limit: usize) -> bool {
    let text: Vec<char> = String::from_utf8_lossy(bytes).chars().collect();
    let mut scanner = Scanner::new(&text);
    while scanner.step() {
        if scanner.open > limit {
            return true;
        }
    }
    false
}

struct Scanner<'t> {
    text: &'t [char],
    at: usize,
    column: usize,
    line: usize,
    /// The number of open brackets.
    open: usize,
    /// The columns in which block collections began, plus one.
    margins: Vec<usize>,
    key_allowed: bool,
    /// The start of the last token that could be a key.
    key: Option<Key>,
}

#[derive(Clone, Copy)]
struct Key {
    at: usize,
    column: usize,
    line: usize,
}

/// The maximum length of a key, up to its colon.
const KEY_LENGTH: usize = 1024;

impl<'t> Scanner<'t> {
    fn new(text: &'t [char]) -> Self {
        let (margins, key) = (Vec::new(), None);
        Self { text, at: 0, column: 0, line: 0, open: 0, margins, key_allowed: true, key }
    }

    /// Skips one token. Returns false at the end.
    fn step(&mut self) -> bool {
        self.skip_to_token();
        let Some(c) = self.peek(0) else { return false };
        self.unroll(self.column);
        let (in_flow, before_blank) = (self.open > 0, self.is_blank(1));
        match c {
            '%' if self.column == 0 => self.leave_document(Self::skip_line),
            '-' | '.' if self.at_document_mark() => self.leave_document(|it| it.skip(3)),
            '[' | '{' => {
                self.save_key();
                self.open += 1;
                self.key_allowed = true;
                self.skip(1);
            }
            ']' | '}' => {
                self.open = self.open.saturating_sub(1);
                self.key_allowed = false;
                self.skip(1);
            }
            ',' => self.after_indicator(true),
            '-' if before_blank => {
                self.roll(self.column);
                self.after_indicator(true);
            }
            '?' if in_flow || before_blank => {
                self.roll(self.column);
                self.after_indicator(!in_flow);
            }
            ':' if in_flow || before_blank => self.value(),
            '*' | '&' => {
                self.node(|it| it.skip_while(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-'))
            }
            '!' => self.node(|it| it.skip_while(|c| !(is_blank(c) || in_flow && c == ','))),
            '|' | '>' if !in_flow => self.block_scalar(),
            '\'' | '"' => self.node(|it| it.quoted(c)),
            '#' | '@' | '`' | '%' | '\t' => self.skip(1),
            _ => self.node(Self::plain),
        }
        true
    }

    fn skip_to_token(&mut self) {
        if self.column == 0 && self.peek(0) == Some('\u{feff}') {
            self.skip(1);
        }
        loop {
            self.skip_while(|c| c == ' ' || c == '\t');
            if self.peek(0) == Some('#') {
                self.skip_line();
            }
            if !self.peek(0).is_some_and(is_break) {
                return;
            }
            self.skip(1);
            if self.open == 0 {
                self.key_allowed = true;
            }
        }
    }

    fn leave_document(&mut self, skip: impl FnOnce(&mut Self)) {
        if self.open == 0 {
            self.margins.clear();
        }
        (self.key, self.key_allowed) = (None, false);
        skip(self);
    }

    fn after_indicator(&mut self, key_allowed: bool) {
        if self.open == 0 {
            self.key = None;
        }
        self.key_allowed = key_allowed;
        self.skip(1);
    }

    fn value(&mut self) {
        if self.open > 0 {
            return self.after_indicator(false);
        }
        let is_near = |key: &Key| key.line == self.line && self.at - key.at <= KEY_LENGTH;
        match self.key.take().filter(is_near) {
            Some(key) => {
                self.roll(key.column);
                self.after_indicator(false);
            }
            None => {
                self.roll(self.column);
                self.after_indicator(true);
            }
        }
    }

    fn node(&mut self, skip: impl FnOnce(&mut Self)) {
        self.save_key();
        self.key_allowed = false;
        self.skip(1);
        skip(self);
    }

    fn save_key(&mut self) {
        if self.key_allowed && self.open == 0 {
            self.key = Some(Key { at: self.at, column: self.column, line: self.line });
        }
    }

    fn quoted(&mut self, quote: char) {
        while let Some(c) = self.peek(0) {
            self.skip(1);
            match c {
                '\\' if quote == '"' => self.skip(1),
                c if c == quote && quote == '\'' && self.peek(0) == Some(quote) => self.skip(1),
                c if c == quote => return,
                _ => {}
            }
        }
    }

    fn plain(&mut self) {
        let mut after_break = false;
        while let Some(c) = self.peek(0) {
            if is_blank(c) {
                after_break |= self.skip_blanks();
                let is_left = self.open == 0 && self.column < self.margin();
                if is_left || self.at_document_mark() || self.peek(0) == Some('#') {
                    break;
                }
                continue;
            }
            let ends_flow = self.open > 0 && matches!(c, ',' | '[' | ']' | '{' | '}');
            if ends_flow || c == ':' && self.is_blank(1) {
                break;
            }
            after_break = false;
            self.skip(1);
        }
        self.key_allowed |= after_break;
    }

    /// Skips blanks. Returns true if they include the end of a line.
    fn skip_blanks(&mut self) -> bool {
        let line = self.line;
        self.skip_while(is_blank);
        self.line > line
    }

    fn block_scalar(&mut self) {
        if self.open == 0 {
            self.key = None;
        }
        self.key_allowed = true;
        self.skip(1);
        let header =
            self.text[self.at..].iter().take(2).take_while(|c| "+-123456789".contains(**c));
        let step = header.filter_map(|c| c.to_digit(10)).next();
        let indent = step.map(|step| self.margin().saturating_sub(1) + step as usize);
        self.skip_line();
        self.skip(1);
        let indent = self.skip_indent(indent);
        while self.column == indent && self.peek(0).is_some() {
            self.skip_line();
            self.skip(1);
            self.skip_indent(Some(indent));
        }
    }

    /// Skips empty lines and the indentation of the next line. If `indent` is None, the first line
    /// that is not empty determines the indentation.
    fn skip_indent(&mut self, indent: Option<usize>) -> usize {
        let mut widest = 0;
        loop {
            while indent.is_none_or(|indent| self.column < indent) && self.peek(0) == Some(' ') {
                self.skip(1);
            }
            widest = widest.max(self.column);
            if !self.peek(0).is_some_and(is_break) {
                return indent.unwrap_or_else(|| widest.max(self.margin()).max(1));
            }
            self.skip(1);
        }
    }

    fn margin(&self) -> usize {
        self.margins.last().copied().unwrap_or(0)
    }

    fn roll(&mut self, column: usize) {
        if self.open == 0 && self.margin() <= column {
            self.margins.push(column + 1);
        }
    }

    fn unroll(&mut self, column: usize) {
        while self.open == 0 && self.margin() > column + 1 {
            self.margins.pop();
        }
    }

    fn at_document_mark(&self) -> bool {
        let is_mark = |mark: char| (0..3).all(|ahead| self.peek(ahead) == Some(mark));
        self.column == 0 && (is_mark('-') || is_mark('.')) && self.is_blank(3)
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    fn is_blank(&self, ahead: usize) -> bool {
        self.peek(ahead).is_none_or(is_blank)
    }

    fn skip_line(&mut self) {
        self.skip_while(|c| !is_break(c));
    }

    fn skip_while(&mut self, wanted: impl Fn(char) -> bool) {
        while self.peek(0).is_some_and(&wanted) {
            self.skip(1);
        }
    }

    fn skip(&mut self, count: usize) {
        for c in self.text[self.at..].iter().take(count) {
            self.at += 1;
            if is_break(*c) {
                self.line += 1;
                self.column = 0;
            } else {
                self.column += 1;
            }
        }
    }
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\0') || is_break(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::parse_value;
    use super::*;
    use crate::model::Value;

    fn opened(text: &str) -> usize {
        let text: Vec<char> = text.chars().collect();
        let (mut scanner, mut opened) = (Scanner::new(&text), 0);
        loop {
            let before = scanner.open;
            if !scanner.step() {
                return opened;
            }
            opened += usize::from(scanner.open > before);
        }
    }

    fn brackets(text: &str) -> usize {
        text.matches(['[', '{']).count()
    }

    fn in_scalars(value: &Value) -> usize {
        match value {
            Value::String(text) => brackets(text),
            Value::List(list) => list.iter().map(in_scalars).sum(),
            Value::Map(map) => {
                map.iter().map(|(key, value)| in_scalars(key) + in_scalars(value)).sum()
            }
            _ => 0,
        }
    }

    #[test]
    fn brackets_within_scalars_are_not_counted() {
        let inside =
            "a: |-\n  [{\n\n   [\nb: 'it''s ['\nc: \"\\\" [\"\nd: x [\n  [\n- e: >2\n    {\n";
        assert_eq!(opened(inside), 0);
        assert_eq!(opened("a: don't [\nb: [\n"), 1);
        assert_eq!(opened("a: |\n  [\n[\n"), 1);
        assert_eq!(opened("a:\n  b: |\n  [\n"), 1);
        assert!(nest_deeper("a: ".bytes().chain([b'['; 40]).collect::<Vec<_>>().as_slice(), 32));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        /// Every bracket is in the structure or in a scalar.
        #[test]
        fn what_the_parser_accepts_is_scanned_as_it_does(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "[", "]", "{", "}", "[", "]", "a", "b: ", "c:\n", "\n", "\n  ", "\n    ", "\n- ",
                "- ", "? ", ": ", ", ", "'", "\"", "''", "|\n", "|2-\n", ">+\n", " ", "x:", "?", "-",
                "\n ", "\r\n", "\t", "\u{e9}", "'[': ", "\"[\": ", "k: |\n", "\n  [", "\n {",
            ]), 0..24)
        ) {
            let text = pieces.concat();
            if let Ok(value) = parse_value(text.as_bytes()) {
                prop_assert_eq!(opened(&text) + in_scalars(&value), brackets(&text), "{:?}", text);
            }
        }
    }
}
