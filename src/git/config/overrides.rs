//! `git -c key=value ao …` reaches us as GIT_CONFIG_PARAMETERS, which gix does not read.

use gix::config::file::Metadata;
use gix::config::{File, KeyRef, Source};

use crate::git::Environment;
use crate::git::error::Cause;

/// Adds the overrides in the environment to a configuration.
pub fn append_overrides(config: &mut File, environment: &Environment) -> Result<(), Cause> {
    let text = environment.os("GIT_CONFIG_PARAMETERS").unwrap_or_default().to_string_lossy();
    let mut overrides = File::new(Metadata::from(Source::Cli));
    for entry in parse(&text) {
        let (key, value) = match entry.split_once('=') {
            Some((key, value)) => (key.trim(), Some(value.trim())),
            // A key without a value is a true boolean.
            None => (entry.trim(), None),
        };
        let parts = KeyRef::parse_unvalidated(key.into());
        let parts = parts.ok_or_else(|| format!("bad key '{key}'"))?;
        let mut section =
            overrides.section_mut_or_create_new(parts.section_name, parts.subsection_name)?;
        section.push(parts.value_name, value.map(Into::into))?;
    }
    config.append(overrides)?;
    Ok(())
}

/// Parses git's format into `key=value`, or `key` alone: shell-quoted entries separated by spaces, either `'key'='value'`, `'key'=`
/// or, from git before 2.31, `'key=value'` (config.c, git_config_from_parameters).
fn parse(text: &str) -> Vec<String> {
    let mut entries = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let Some((mut entry, after)) = unquote(rest) else { break };
        rest = after;
        if let Some(after) = rest.strip_prefix('=') {
            entry.push('=');
            rest = after;
            if rest.starts_with('\'') {
                let Some((value, after)) = unquote(rest) else { break };
                entry.push_str(&value);
                rest = after;
            }
        }
        entries.push(entry);
        rest = rest.trim_start();
    }
    entries
}

/// Splits off one word in single quotes; `'\''` and `'\!'` stand for `'` and `!`.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut rest = text.strip_prefix('\'')?;
    loop {
        let end = rest.find('\'')?;
        word.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        let mut chars = rest.chars();
        match (chars.next(), chars.next(), chars.next()) {
            (Some('\\'), Some(c @ ('\'' | '!')), Some('\'')) => {
                word.push(c);
                rest = &rest[3..];
            }
            _ => return Some((word, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn git_quotes_are_undone() {
        assert_eq!(parse(""), Vec::<String>::new());
        assert_eq!(parse("'ao.project'='demo'"), ["ao.project=demo"]);
        assert_eq!(parse("'ao.x'='it'\\''s' 'ao.y'  'ao.z'=''"), ["ao.x=it's", "ao.y", "ao.z="]);
        assert_eq!(parse("'ao.old=style' 'a.b'='x=y z'"), ["ao.old=style", "a.b=x=y z"]);
        assert_eq!(parse("'a.b'='wow'\\!''"), ["a.b=wow!"]);
        assert_eq!(parse("'broken"), Vec::<String>::new());
    }
}
