use super::scanner::Scanner;
use super::{Field, Filter, FilterError, Moment};
use crate::model::{Timestamp, parse_when};

impl Filter {
    /// Parses an expression.
    ///
    /// An expression is made of conditions:
    ///
    /// - `<field>:<value>`: the field is that value. The fields are `status`, `kind`, `tag`,
    ///   `agent`, `branch`, `issue` (its id or URL), `pr` (its number or URL), `project`, `title`,
    ///   `task`, `text` (title or task), `replica` (where the session has a placement), and `id`
    ///   and `parent`, for which the first digits are enough; a parent is the session it was
    ///   forked from or the one that started it
    /// - `<field>~<text>`: the field contains that text, in upper or lower case
    /// - `"<text>"`: title or task contain that text
    /// - `created` or `updated`, then `<`, `<=`, `>` or `>=`, then a time: it happened before or
    ///   after. A time is RFC 3339, a day (`2026-11-20`, from midnight UTC), `yesterday`, or an age
    ///   as [`parse_when`] takes it, which means the moment that long ago: `created>7d` is the last
    ///   seven days, `updated<7d` what was left alone since
    /// - `ended` (the status is terminal), `archived`, `forked`, `root` (neither forked nor started
    ///   by another session), `all`
    ///
    /// Conditions are joined with `and`, `or` and `not` or `!`. `not` binds closest, then `and`,
    /// then `or`; parentheses group, 64 levels deep at most. Conditions side by side are joined as
    /// with `and`. A value with a space or a parenthesis needs quotes, `"` or `'`, in which a
    /// backslash takes the next character as it is.
    ///
    /// ```
    /// use git_ao::model::{Filter, Timestamp};
    ///
    /// let now: Timestamp = "2026-11-20T12:00:00Z".parse()?;
    /// for expression in [
    ///     "status:working and not tag:ci",
    ///     "(status:done or status:errored) and updated<2026-11-01",
    ///     r#"title~"flaky test" created>2.weeks.ago"#,
    ///     "root !archived issue:42",
    /// ] {
    ///     Filter::parse(expression, now)?;
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Fails at the first character that cannot be parsed. The error says what was expected there.
    pub fn parse(expression: &str, now: Timestamp) -> Result<Self, FilterError> {
        let mut parser = Parser { scan: Scanner::new(expression), depth: 0, now };
        let filter = parser.any()?;
        match parser.scan.peek() {
            None => Ok(filter),
            Some(_) => Err(parser.expected_here("a condition, 'and', 'or' or the end")),
        }
    }
}

/// The maximum nesting depth. Each level uses stack, both for parsing and for matching.
const MAX_DEPTH: usize = 64;

type Word = (&'static str, fn() -> Filter);

const WORDS: [Word; 5] = [
    ("ended", || Filter::Ended),
    ("archived", || Filter::Archived),
    ("forked", || Filter::Forked),
    ("root", Filter::root),
    ("all", || Filter::All),
];

struct Parser<'a> {
    scan: Scanner<'a>,
    depth: usize,
    now: Timestamp,
}

impl Parser<'_> {
    fn any(&mut self) -> Result<Filter, FilterError> {
        let mut filter = self.every()?;
        while self.scan.eat_word("or") {
            filter = filter.or(self.every()?);
        }
        Ok(filter)
    }

    fn every(&mut self) -> Result<Filter, FilterError> {
        let mut filter = self.one()?;
        while self.scan.eat_word("and") || self.another_follows() {
            filter = filter.and(self.one()?);
        }
        Ok(filter)
    }

    fn another_follows(&mut self) -> bool {
        let starts =
            |c: char| matches!(c, '!' | '(' | '"' | '\'' | '-' | '_') || c.is_alphanumeric();
        self.scan.peek().is_some_and(starts) && !self.scan.peek_word().eq_ignore_ascii_case("or")
    }

    fn one(&mut self) -> Result<Filter, FilterError> {
        let mut negated = false;
        while self.scan.eat("!") || self.scan.eat_word("not") {
            negated = !negated;
        }
        let filter = match self.scan.peek() {
            Some('(') => self.group()?,
            Some(quote @ ('"' | '\'')) => Filter::Contains(Field::Text, self.scan.quoted(quote)?),
            _ => self.condition()?,
        };
        Ok(if negated { !filter } else { filter })
    }

    fn group(&mut self) -> Result<Filter, FilterError> {
        if self.depth == MAX_DEPTH {
            return Err(self.expected_here(&format!("at most {MAX_DEPTH} levels of parentheses")));
        }
        self.scan.eat("(");
        self.depth += 1;
        let filter = self.any()?;
        self.depth -= 1;
        if self.scan.eat(")") {
            Ok(filter)
        } else {
            Err(self.expected_here("a condition, 'and', 'or' or ')'"))
        }
    }

    fn condition(&mut self) -> Result<Filter, FilterError> {
        let start = self.scan.at();
        let word = self.scan.word().to_ascii_lowercase();
        if let Some(field) = named(&Field::NAMES, &word) {
            self.text(field)
        } else if let Some(moment) = named(&Moment::NAMES, &word) {
            self.time(moment)
        } else if let Some(filter) = named(&WORDS, &word) {
            Ok(filter())
        } else if word.is_empty() || ["and", "or"].contains(&word.as_str()) {
            Err(self.scan.expected(start, "a condition such as status:working"))
        } else {
            let names = Field::NAMES.iter().map(|(name, _)| *name);
            let names = names.chain(Moment::NAMES.iter().map(|(name, _)| *name));
            let names: Vec<_> = names.chain(WORDS.iter().map(|(name, _)| *name)).collect();
            Err(self.scan.expected(start, &format!("one of {}", names.join(", "))))
        }
    }

    fn text(&mut self, field: Field) -> Result<Filter, FilterError> {
        if self.scan.eat("~") {
            Ok(Filter::Contains(field, self.scan.value()?))
        } else if self.scan.eat(":") {
            let at = self.scan.at();
            let value = field.normal(self.scan.value()?);
            value
                .map(|value| Filter::Is(field, value))
                .map_err(|expected| self.scan.expected(at, expected))
        } else {
            Err(self.expected_here("':' or '~'"))
        }
    }

    fn time(&mut self, moment: Moment) -> Result<Filter, FilterError> {
        if self.scan.eat("<=") {
            Ok(!Filter::After(moment, self.moment()?))
        } else if self.scan.eat(">=") {
            Ok(!Filter::Before(moment, self.moment()?))
        } else if self.scan.eat("<") {
            Ok(Filter::Before(moment, self.moment()?))
        } else if self.scan.eat(">") {
            Ok(Filter::After(moment, self.moment()?))
        } else {
            Err(self.expected_here("'<' or '>'"))
        }
    }

    fn moment(&mut self) -> Result<Timestamp, FilterError> {
        let at = self.scan.at();
        let value = self.scan.value()?;
        parse_when(&value, self.now)
            .map_err(|_| self.scan.expected(at, "a time such as 2026-11-20, 7d or yesterday"))
    }

    fn expected_here(&mut self, expected: &str) -> FilterError {
        let at = self.scan.at();
        self.scan.expected(at, expected)
    }
}

fn named<T: Copy>(names: &[(&str, T)], word: &str) -> Option<T> {
    names.iter().find(|(name, _)| *name == word).map(|(_, meaning)| *meaning)
}
