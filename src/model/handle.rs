use super::{Project, SessionId};

/// A parsed name of a session, before it is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handle {
    /// The text as typed.
    pub text: String,
    /// Only sessions of this project: `demo/7b6d11f9`. A branch may have that form too.
    pub project: Option<Project>,
    /// The possible meaning of the text.
    pub reference: Reference,
}

/// The ways to name a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// `@`: the session of this worktree.
    Here,
    /// `latest`, `last`, `recent`: the session that was updated last.
    Latest,
    /// A full id.
    Id(SessionId),
    /// 4 or more hex digits at the start of an id; may also be a branch.
    Prefix(String),
    /// `issue:42`, or `#42`, which may also be a pull request.
    Issue(String),
    /// `pr:7`
    Pr(u64),
    /// `#42`: the issue, otherwise the pull request with that number.
    Number(u64),
    /// The URL of an issue or a pull request.
    Url(String),
    /// A branch.
    Branch(String),
}

impl Handle {
    /// Parses a name. Every text is valid: one without another form is the name of a branch.
    pub fn parse(text: &str) -> Self {
        if let Some((project, rest)) = text.split_once('/')
            && let Ok(project) = project.parse()
            && let reference @ (Reference::Id(_) | Reference::Prefix(_)) = Self::reference(rest)
        {
            return Self { text: text.to_owned(), project: Some(project), reference };
        }
        Self { text: text.to_owned(), project: None, reference: Self::reference(text) }
    }

    fn reference(text: &str) -> Reference {
        let lower = text.to_ascii_lowercase();
        if text == "@" {
            return Reference::Here;
        }
        if matches!(lower.as_str(), "latest" | "last" | "recent") {
            return Reference::Latest;
        }
        let id = lower.strip_prefix("session:").unwrap_or(&lower);
        if let Ok(id) = id.parse() {
            return Reference::Id(id);
        }
        if is_prefix(id) {
            return Reference::Prefix(id.to_owned());
        }
        if let Some(issue) = text.strip_prefix("issue:").map(plain).filter(|id| !id.is_empty()) {
            return Reference::Issue(issue.to_owned());
        }
        if let Some(Ok(pr)) = text.strip_prefix("pr:").map(|pr| plain(pr).parse()) {
            return Reference::Pr(pr);
        }
        if let Some(Ok(number)) = text.strip_prefix('#').map(str::parse) {
            return Reference::Number(number);
        }
        if super::is_url(text) {
            return Reference::Url(text.to_owned());
        }
        Reference::Branch(text.to_owned())
    }
}

/// Strips the `#` that people write before a number: `#42`.
fn plain(number: &str) -> &str {
    number.strip_prefix('#').unwrap_or(number)
}

/// Returns true for at least 4 hex digits, with hyphens in the same positions as in an id.
fn is_prefix(text: &str) -> bool {
    (4..36).contains(&text.len())
        && text.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form() {
        let id = "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e";
        let full = Reference::Id(id.parse().unwrap());
        for (text, reference) in [
            ("@", Reference::Here),
            ("LATEST", Reference::Latest),
            ("recent", Reference::Latest),
            (id, full.clone()),
            (&id.to_uppercase(), full.clone()),
            (&format!("session:{id}"), full.clone()),
            ("7b6d", Reference::Prefix("7b6d".into())),
            ("7B6D11F9-5a0", Reference::Prefix("7b6d11f9-5a0".into())),
            ("7b6", Reference::Branch("7b6".into())),
            ("7b6d11f95", Reference::Branch("7b6d11f95".into())),
            ("issue:42", Reference::Issue("42".into())),
            ("issue:#42", Reference::Issue("42".into())),
            ("issue:#", Reference::Branch("issue:#".into())),
            ("pr:7", Reference::Pr(7)),
            ("pr:#7", Reference::Pr(7)),
            ("#42", Reference::Number(42)),
            ("https://e.org/1", Reference::Url("https://e.org/1".into())),
            ("", Reference::Branch("".into())),
            ("../../etc/passwd", Reference::Branch("../../etc/passwd".into())),
        ] {
            assert_eq!(Handle::parse(text).reference, reference, "{text}");
        }
        let qualified = Handle::parse("demo/7b6d11f9");
        assert_eq!(qualified.project.unwrap().as_str(), "demo");
        assert_eq!(Handle::parse("feature/login").project, None);
    }
}
