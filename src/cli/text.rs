//! Reads a text for an agent, for `send` and `restore`.

use std::io::Read as _;

use super::CliError;
use super::hints::refusals;
use super::ui::escape;

/// The maximum length of a text in bytes.
const LONGEST: u64 = 1024 * 1024;

/// Reads the text from words, a file or standard input. Returns None if none was given.
pub fn given(file: Option<&str>, words: &[String]) -> Result<Option<String>, CliError> {
    let text = match (file, words) {
        (Some(path), _) => read(path)?,
        (None, [dash]) if dash == "-" => read("-")?,
        (None, []) => return Ok(None),
        (None, words) => words.join(" "),
    };
    let line = text.strip_suffix('\n').unwrap_or(&text);
    match line.is_empty() {
        true => Err(CliError::refused("the text is empty; nothing was sent")),
        false => Ok(Some(line.to_owned())),
    }
}

fn read(path: &str) -> Result<String, CliError> {
    let mut bytes = Vec::new();
    let read = if path == "-" {
        std::io::stdin().lock().take(LONGEST + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
    };
    let name = match path {
        "-" => "standard input".to_owned(),
        path => format!("'{}'", escape::line(path)),
    };
    read.map_err(|error| {
        CliError::fatal(format!("cannot read the text from {name}")).because(&error)
    })?;
    if bytes.len() as u64 > LONGEST {
        return Err(refusals::text_too_long(&name));
    }
    String::from_utf8(bytes)
        .map_err(|_| CliError::fatal(format!("the text in {name} is not UTF-8")))
}
