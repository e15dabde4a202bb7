/// Returns the values of a file of environment variables, as `.env` files are written: `NAME=value`,
/// with or without `export`, quotes and comments. A value in quotes may have several lines.
pub(super) fn env_file_values(text: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        rest = after;
        let line = line.trim_start();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some((name, value)) = line.split_once('=') else { continue };
        if name.is_empty() || name.starts_with('#') || name.trim().contains(char::is_whitespace) {
            continue;
        }
        let value = value.trim();
        match value.chars().next().filter(|first| "\"'`".contains(*first)) {
            Some(quote) => {
                // The quoted text may end on a later line.
                let start = value.as_ptr() as usize - text.as_ptr() as usize + 1;
                let Some(inside) = quoted(&text[start..], quote) else { continue };
                let end = start + inside.len() + 1;
                let here = text.len() - rest.len();
                if end > here {
                    rest = text[end..].split_once('\n').map_or("", |(_, after)| after);
                }
                if quote == '"' && inside.contains('\\') {
                    values.push(inside.replace("\\n", "\n").replace("\\\"", "\""));
                }
                values.push(inside.to_owned());
            }
            None => {
                let end = value.find(" #").unwrap_or(value.len());
                values.push(value[..end].trim_end().to_owned());
            }
        }
    }
    values.retain(|value| !value.is_empty());
    values
}

/// Returns the text up to a quote that is not escaped.
fn quoted(text: &str, quote: char) -> Option<&str> {
    let mut is_escaped = false;
    for (at, char) in text.char_indices() {
        if char == quote && !is_escaped {
            return Some(&text[..at]);
        }
        is_escaped = char == '\\' && !is_escaped && quote == '"';
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_as_they_are_written() {
        let text = "# comment=no\nA=one\nexport B=\"two words\" # why\nC='th#ree'\n\nD=four # why\n\
                    E=\"line 1\nline 2\"\nF=\nno line\nG=\"a\\nb \\\" c\"\n  H = spaced \nnot a name=x\n\
                    I=\"open\nJ=last";
        let expected = [
            "one",
            "two words",
            "th#ree",
            "four",
            "line 1\nline 2",
            "a\nb \" c",
            "a\\nb \\\" c",
            "spaced",
            "last",
        ];
        assert_eq!(env_file_values(text), expected);
    }
}
