use crate::model::is_url;

/// An issue or a pull request as a person names it: `42`, `#42`, or its URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueRef {
    /// The id; for a URL, its last component.
    pub id: String,
    /// The URL, if one was given.
    pub url: Option<String>,
}

impl IssueRef {
    /// Parses the text, or returns None if it names nothing.
    pub fn parse(text: &str) -> Option<Self> {
        if is_url(text) {
            let path = text.split(['?', '#']).next().unwrap_or(text).trim_end_matches('/');
            let id = path.rsplit('/').next().filter(|id| !id.is_empty())?;
            return Some(Self { id: id.to_owned(), url: Some(text.to_owned()) });
        }
        let id = text.strip_prefix('#').unwrap_or(text).trim();
        let valid = !id.is_empty()
            && id.len() <= 200
            && !id.starts_with('-')
            && !id.contains(|c: char| c.is_control() || c.is_whitespace());
        valid.then(|| Self { id: id.to_owned(), url: None })
    }

    /// Returns the number of a pull request, or None if the id is not a number.
    pub fn number(&self) -> Option<u64> {
        self.id.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::common::IssueRef;

    #[test]
    fn numbers_names_and_urls() {
        for (text, id, url) in [
            ("42", "42", false),
            ("#42", "42", false),
            ("PROJ-7", "PROJ-7", false),
            ("https://example.org/team/demo/issues/42", "42", true),
            ("https://example.org/team/demo/pull/7/?tab=files#x", "7", true),
        ] {
            let ticket = IssueRef::parse(text).unwrap();
            assert_eq!((ticket.id.as_str(), ticket.url.is_some()), (id, url), "{text}");
        }
        for bad in ["", "#", "-x", "a b", "a\u{1b}b"] {
            assert_eq!(IssueRef::parse(bad), None, "{bad:?}");
        }
    }
}
