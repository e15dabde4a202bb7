//! As much of Rust's grammar as the rules need: comments go, strings become one token each.

/// One token, with the line on which it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub line: usize,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A word, be it name, keyword or number.
    Word(String),
    Text(String),
    /// `::`
    Sep,
    Mark(char),
}

impl Token {
    pub fn word(&self) -> Option<&str> {
        if let Kind::Word(word) = &self.kind { Some(word) } else { None }
    }

    pub fn is(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }
}

/// The code of a file without its test modules.
pub fn code(text: &str) -> Vec<Token> {
    without_tests(all(text))
}

/// The code of a file with its test modules.
pub fn all(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut found, mut i, mut line) = (Vec::new(), 0, 1);
    while i < chars.len() {
        let rest = &chars[i..];
        let (len, kind) = match rest {
            ['/', '/', ..] => (rest.iter().take_while(|c| **c != '\n').count(), None),
            ['/', '*', ..] => (block_comment(rest), None),
            ['"', ..] => quoted(rest),
            ['b' | 'c', '"', ..] => plus(1, quoted(&rest[1..])),
            ['r', '"' | '#', ..] if raw(rest, 1).is_some() => raw(rest, 1).unwrap_or_default(),
            ['b' | 'c', 'r', '"' | '#', ..] if raw(rest, 2).is_some() => {
                raw(rest, 2).unwrap_or_default()
            }
            ['\'', '\\', ..] => {
                (3 + rest[3..].iter().take_while(|c| **c != '\'').count() + 1, None)
            }
            ['\'', _, '\'', ..] => (3, None),
            [':', ':', ..] => (2, Some(Kind::Sep)),
            [c, ..] if is_word(*c) => {
                let word: String = rest.iter().take_while(|c| is_word(**c)).collect();
                (word.chars().count(), Some(Kind::Word(word)))
            }
            [c, ..] => (1, (!c.is_whitespace()).then_some(Kind::Mark(*c))),
            [] => break,
        };
        found.extend(kind.map(|kind| Token { line, kind }));
        let end = (i + len).min(chars.len());
        line += chars[i..end].iter().filter(|c| **c == '\n').count();
        i = end;
    }
    found
}

type Piece = (usize, Option<Kind>);

fn plus(more: usize, (len, kind): Piece) -> Piece {
    (len + more, kind)
}

fn quoted(rest: &[char]) -> Piece {
    let mut end = 1;
    while end < rest.len() && rest[end] != '"' {
        end += if rest[end] == '\\' { 2 } else { 1 };
    }
    let inner = rest[1..end.min(rest.len())].iter().collect();
    (end + 1, Some(Kind::Text(inner)))
}

/// A raw string whose `r` ends before `at`; none where it is a raw identifier.
fn raw(rest: &[char], at: usize) -> Option<Piece> {
    let hashes = rest[at..].iter().take_while(|c| **c == '#').count();
    let begin = at + hashes + 1;
    if rest.get(begin - 1) != Some(&'"') {
        return None;
    }
    let closes = |i: &usize| {
        rest[*i] == '"'
            && rest[i + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes
    };
    let end = (begin..rest.len()).find(closes).unwrap_or(rest.len());
    Some((end + 1 + hashes, Some(Kind::Text(rest[begin..end].iter().collect()))))
}

fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut i) = (0, 0);
    while i + 1 < rest.len() {
        match (rest[i], rest[i + 1]) {
            ('/', '*') => (depth, i) = (depth + 1, i + 2),
            ('*', '/') => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            return i;
        }
    }
    rest.len()
}

/// Leaves out every item under `#[cfg(test)]`.
fn without_tests(tokens: Vec<Token>) -> Vec<Token> {
    let gate = "# [ cfg ( test ) ]";
    let mut kept = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        let window = tokens[i..].iter().take(7).map(show).collect::<Vec<_>>().join(" ");
        if window == gate {
            i = end_of_item(&tokens, i + 7);
        } else {
            kept.push(tokens[i].clone());
            i += 1;
        }
    }
    kept
}

/// Where the item at `i` is over: behind its braces, or behind a semicolon before any.
fn end_of_item(tokens: &[Token], mut i: usize) -> usize {
    let mut depth = 0;
    while i < tokens.len() {
        match tokens[i].kind {
            Kind::Mark('{' | '(' | '[') => depth += 1,
            Kind::Mark(')' | ']') => depth -= 1,
            Kind::Mark('}') if depth == 1 => return i + 1,
            Kind::Mark('}') => depth -= 1,
            Kind::Mark(';') if depth == 0 => return i + 1,
            _ => {}
        }
        i += 1;
    }
    i
}

fn show(token: &Token) -> String {
    match &token.kind {
        Kind::Word(word) => word.clone(),
        Kind::Text(text) => format!("{text:?}"),
        Kind::Sep => "::".into(),
        Kind::Mark(mark) => mark.to_string(),
    }
}

#[test]
fn comments_strings_and_tests_are_told_apart() {
    let text = r####"
        // gix /* "
        fn a<'a>(x: &'a str) -> char { "gi\"x"; r#"g"ix"#; b"b"; '"'; '\''; '\u{41}' }
        /* gix /* nested */ gix */
        #[cfg(test)]
        mod tests { use gix; fn f() { } }
        #[cfg(test)]
        use gix::x;
        r#fn::end
    "####;
    let found = code(text);
    let words: Vec<_> = found.iter().filter_map(Token::word).collect();
    assert_eq!(words, ["fn", "a", "a", "x", "a", "str", "char", "r", "fn", "end"]);
    let texts: Vec<_> = found.iter().filter(|t| matches!(t.kind, Kind::Text(_))).collect();
    assert_eq!(
        texts.iter().map(|t| show(t)).collect::<Vec<_>>(),
        [r#""gi\\\"x""#, r#""g\"ix""#, r#""b""#]
    );
    assert_eq!(found.last().map(|token| token.line), Some(9));
}
