//! The author and committer of a change: as git would choose them, or a fallback.

use gix::actor::Signature;
use gix::date::Time;

use super::identity::{checked, clean, refused};
use super::repository::hostname;
use super::{Environment, GitCommand, GitError, Identity, Repository};
use crate::model::Timestamp;

/// Author and committer of one commit.
#[derive(Debug, Clone)]
pub(crate) struct Signatures {
    pub author: Signature,
    pub committer: Signature,
}

/// The role of a person in a commit.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    Author,
    Committer,
}

impl Role {
    /// Returns the role as in the names of git's variables.
    fn word(self) -> &'static str {
        match self {
            Self::Author => "AUTHOR",
            Self::Committer => "COMMITTER",
        }
    }

    fn variable(self, what: &str, environment: &Environment) -> Option<String> {
        environment.text(&format!("GIT_{}_{what}", self.word())).map(str::to_owned)
    }
}

impl Repository {
    /// Returns the signatures for a commit made `now`: the repository's
    /// [identity](Self::with_identity), otherwise git's choice.
    ///
    /// GIT_AUTHOR_DATE and GIT_COMMITTER_DATE take precedence over `now`. In a git hook, the author
    /// of the commit that git is making is not used.
    ///
    /// # Errors
    /// Fails if the configured name is one that git refuses too. Without a configured name there is
    /// a fallback.
    pub(crate) fn signatures(&self, now: Timestamp) -> Result<Signatures, GitError> {
        let time = Time { seconds: now.as_seconds(), offset: self.environment().local_offset(now) };
        if let Some(identity) = self.identity() {
            let at = |role| identity.at(self.time(role).unwrap_or(time));
            let committer = at(Role::Committer);
            let author = match self.environment().has_author_of_a_commit() {
                true => committer.clone(),
                false => at(Role::Author),
            };
            return Ok(Signatures { author, committer });
        }
        let committer = self.signature(Role::Committer, time)?;
        let author = match self.environment().has_author_of_a_commit() {
            true => committer.clone(),
            false => self.signature(Role::Author, time)?,
        };
        Ok(Signatures { author, committer })
    }

    fn signature(&self, role: Role, now: Time) -> Result<Signature, GitError> {
        let (name, email) = match (self.given(role, "name"), self.given(role, "email")) {
            (Some(name), Some(email)) => (checked(name, &email)?, email),
            (Some(name), None) if clean(&name).is_empty() => return Err(refused(&name, "")),
            _ => self.guessed(role),
        };
        let time = self.time(role).unwrap_or(now);
        Ok(Signature { name: clean(&name).into(), email: clean(&email).into(), time })
    }

    /// Returns the value from the environment or the configuration, in git's order (git-commit(1),
    /// ident.c).
    fn given(&self, role: Role, what: &str) -> Option<String> {
        let config = self.configuration();
        let file = |key: &str| config.text(key);
        let own = || file(&format!("{}.{what}", role.word().to_ascii_lowercase()));
        let variable = role.variable(&what.to_ascii_uppercase(), self.environment());
        let given = variable.or_else(|| own().filter(|text| !text.is_empty()));
        given.or_else(|| file(&format!("user.{what}"))).or_else(|| {
            let mail = self.environment().text("EMAIL").filter(|text| !text.is_empty());
            let may_guess = self.config_bool("user.useConfigOnly") != Some(true);
            (what == "email" && may_guess).then_some(mail).flatten().map(str::to_owned)
        })
    }

    /// Returns the date from the environment.
    fn time(&self, role: Role) -> Option<Time> {
        let date = role.variable("DATE", self.environment()).filter(|date| !date.is_empty())?;
        gix::date::parse(&date, Some(gix::date::Zoned::now())).ok()
    }

    /// Returns the identity that git derives from the account and the host, otherwise git-ao's own.
    fn guessed(&self, role: Role) -> (String, String) {
        let said = self.git("var").arg(format!("GIT_{}_IDENT", role.word())).run().ok();
        let said = said.and_then(|output| {
            let text = output.text();
            let (name, rest) = text.split_once(" <")?;
            let (email, _) = rest.split_once('>')?;
            Some((name.to_owned(), email.to_owned()))
        });
        said.unwrap_or_else(|| {
            let host = self.environment().text("HOSTNAME").map(str::to_owned);
            let host = host.or_else(hostname).unwrap_or_else(|| "localhost".to_owned());
            ("git-ao".to_owned(), format!("git-ao@{host}"))
        })
    }
}

impl Signatures {
    /// Replaces the author, if one is given.
    pub fn by(self, author: Option<&Identity>) -> Self {
        let author = match author {
            Some(author) => author.at(self.author.time),
            None => self.author,
        };
        Self { author, ..self }
    }

    /// Returns the committer in the format of a reflog.
    pub fn committer_line(&self) -> String {
        let Signature { name, email, time } = &self.committer;
        format!("{name} <{email}> {} {}", time.seconds, offset(time))
    }

    /// Makes a git process use the same author and committer.
    pub fn export(&self, git: GitCommand) -> GitCommand {
        let both = [("AUTHOR", &self.author), ("COMMITTER", &self.committer)];
        both.into_iter().fold(git, |git, (role, Signature { name, email, time })| {
            git.env(&format!("GIT_{role}_NAME"), name.to_string())
                .env(&format!("GIT_{role}_EMAIL"), email.to_string())
                .env(&format!("GIT_{role}_DATE"), format!("@{} {}", time.seconds, offset(time)))
        })
    }
}

/// Formats an offset as git does: `+0100`.
fn offset(time: &Time) -> String {
    let minutes = time.offset / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}{:02}", minutes.abs() / 60, minutes.abs() % 60)
}
