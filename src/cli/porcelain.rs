//! Formats the output of `list --porcelain`: one line per session, for scripts.

use std::borrow::Cow;

use git_ao::store::{ListedSession, Shelf};

use super::ui::escape;

/// The format of the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Porcelain {
    /// Version 1.
    V1,
}

/// The terminator of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// A newline.
    Newline,
    /// A NUL byte.
    Nul,
}

/// Formats version 1: thirteen fields separated by tabs.
///
/// The fields are: id, status, `active` or `archived`, project, creation time, time of the last
/// update, agent, branch, issue, pull request, the id of the session it was forked from, title,
/// `public` or `private`. Missing values are empty. A corrupt record has the status `corrupt`, and
/// the problem as its title.
pub fn line(listed: &ListedSession, ending: Ending) -> String {
    let location = &listed.location;
    let id = location.id.to_string();
    let area = match location.shelf {
        Shelf::Active => "active",
        Shelf::Archived => "archived",
    };
    let project = location.project.as_str();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let visibility = location.visibility.name();
    let fields: [String; 13] = match &listed.session {
        Ok(session) => [
            id,
            session.status.to_string(),
            area.to_owned(),
            project.to_owned(),
            session.created_at.to_string(),
            session.updated_at.to_string(),
            text(&session.agent),
            text(&session.branch),
            text(&session.issue_id),
            session.pr_number.map(|number| number.to_string()).unwrap_or_default(),
            session.fork.as_ref().map(|fork| fork.session.to_string()).unwrap_or_default(),
            session.display_title(),
            visibility.to_owned(),
        ],
        Err(problem) => {
            let mut fields = std::array::from_fn(|_| String::new());
            let known = [&id, "corrupt", area, project].map(str::to_owned);
            fields[..4].clone_from_slice(&known);
            fields[11] = problem.to_string();
            fields[12] = visibility.to_owned();
            fields
        }
    };
    let mut line = fields.each_ref().map(|field| quote(field, ending)).join("\t");
    line.push(match ending {
        Ending::Newline => '\n',
        Ending::Nul => '\0',
    });
    line
}

/// Quotes a field such that a reader can unquote it. Lines that end with NUL are for programs only:
/// there, only control characters are escaped.
pub fn quote(text: &str, ending: Ending) -> Cow<'_, str> {
    match ending {
        Ending::Newline => escape::quoted(text),
        Ending::Nul => escape::controls(text),
    }
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_hold_no_separator() {
        let text = "a\tb\nc\\d\x1be\0ü\u{9b}\u{202e}";
        let quoted = "a\\tb\\nc\\\\d\\x1be\\x00ü\\x9b";
        assert_eq!(quote(text, Ending::Newline), format!("{quoted}\\u{{202e}}"));
        assert_eq!(quote(text, Ending::Nul), format!("{quoted}\u{202e}"));
    }
}
