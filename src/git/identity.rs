//! The name and the address of a person, as git cleans and refuses them.

use gix::actor::Signature;
use gix::date::Time;

use super::GitError;

/// A person, as git names the author and the committer of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    name: String,
    email: String,
}

impl Identity {
    /// Names a person. Spaces and punctuation that git removes at both ends are removed.
    ///
    /// # Errors
    /// Fails if nothing of the name remains: git refuses that, too. Fails if the name or the address
    /// has '<', '>' or a control character: git would remove some of them, and that may make another
    /// person of it.
    pub fn new(name: &str, email: &str) -> Result<Self, GitError> {
        let is_bad = |text: &&str| text.contains(|c: char| c.is_control() || "<>".contains(c));
        if let Some(bad) = [name, email].into_iter().find(is_bad) {
            return Err(GitError::BadPerson(bad.chars().take(80).collect()));
        }
        let name = clean(&checked(name.to_owned(), email)?);
        Ok(Self { name, email: clean(email) })
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the address.
    pub fn email(&self) -> &str {
        &self.email
    }

    pub(super) fn at(&self, time: Time) -> Signature {
        Signature { name: self.name.as_str().into(), email: self.email.as_str().into(), time }
    }
}

/// Returns the name unless git refuses it.
pub(super) fn checked(name: String, email: &str) -> Result<String, GitError> {
    if clean(&name).is_empty() { Err(refused(&name, email)) } else { Ok(name) }
}

/// Returns git's reason to refuse a name.
pub(super) fn refused(name: &str, email: &str) -> GitError {
    match name {
        "" => GitError::NoName(email.to_owned()),
        odd => GitError::OddName(odd.to_owned()),
    }
}

/// Cleans a name or an email as git does: strips certain characters at both ends, and those that
/// would end it anywhere (ident.c, strbuf_addstr_without_crud).
pub(super) fn clean(text: &str) -> String {
    let crud = |c: char| c <= ' ' || ",:;<>\"\\'".contains(c);
    text.trim_matches(crud).replace(['\n', '<', '>'], "")
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn names_are_cleaned_as_git_cleans_them() {
        for (given, cleaned) in [
            ("A <b>", "A b"),
            ("Ann Author, ", "Ann Author"),
            ("  \"Quoted\"; ", "Quoted"),
            ("A Jr.", "A Jr."),
            ("<q@z>", "q@z"),
            ("two\nlines", "twolines"),
            ("O'Brien", "O'Brien"),
            ("Größe", "Größe"),
            ("<>,;", ""),
        ] {
            assert_eq!(clean(given), cleaned, "{given:?}");
        }
    }
}
