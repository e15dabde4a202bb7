//! Who a change is by: as git would choose, and never a failure.

use gix::actor::{Signature, SignatureRef};
use gix::date::Time;

use super::zone::local_offset;
use super::{GitCommand, Repository};
use crate::model::Timestamp;

/// Author and committer of one commit.
#[derive(Debug, Clone)]
pub(crate) struct Signatures {
    pub author: Signature,
    pub committer: Signature,
}

impl Repository {
    /// The signatures for a commit made `now`.
    ///
    /// GIT_AUTHOR_DATE and GIT_COMMITTER_DATE go before `now`.
    pub(crate) fn signatures(&self, now: Timestamp) -> Signatures {
        let time = Time { seconds: now.as_seconds(), offset: local_offset(now) };
        let is_set = |name| std::env::var_os(name).is_some_and(|date| !date.is_empty());
        let owned = |dated: Option<Result<SignatureRef<'_>, _>>| dated?.ok()?.to_owned().ok();
        let author = match is_set("GIT_AUTHOR_DATE") {
            true => owned(self.gix().author()),
            false => self.configured("author", time),
        };
        let committer = match is_set("GIT_COMMITTER_DATE") {
            true => owned(self.gix().committer()),
            false => self.configured("committer", time),
        };
        Signatures {
            author: author.unwrap_or_else(|| self.guessed("GIT_AUTHOR_IDENT", time)),
            committer: committer.unwrap_or_else(|| self.guessed("GIT_COMMITTER_IDENT", time)),
        }
    }

    /// Who the environment and the configuration say, in gix's order. gix itself would take the
    /// time at which it first looked, and read the names of all time zones for it.
    fn configured(&self, role: &str, time: Time) -> Option<Signature> {
        let config = self.gix().config_snapshot();
        let text = |key: &str| config.string(key);
        let either =
            |what| text(&format!("{role}.{what}")).or_else(|| text(&format!("user.{what}")));
        let email = either("email").or_else(|| text("gitoxide.user.emailFallback"));
        Some(Signature { name: either("name")?, email: email?, time })
    }

    /// What git makes of the account and the host, else our own name.
    fn guessed(&self, ident: &str, time: Time) -> Signature {
        let said = self.git("var").arg(ident).run().ok();
        let said = said.and_then(|output| {
            let text = output.text();
            let (name, rest) = text.split_once(" <")?;
            let (email, _) = rest.split_once('>')?;
            Some((name.to_owned(), email.to_owned()))
        });
        let (name, email) = said.unwrap_or_else(|| {
            let host = gix::path::env::var("HOSTNAME").and_then(|host| host.into_string().ok());
            let host =
                host.or_else(super::repository::hostname).unwrap_or_else(|| "localhost".to_owned());
            ("git-ao".to_owned(), format!("git-ao@{host}"))
        });
        Signature { name: name.into(), email: email.into(), time }
    }
}

impl Signatures {
    /// The committer as a reflog names it.
    pub fn committer_line(&self) -> String {
        let Signature { name, email, time } = &self.committer;
        let clean = |text: &gix::bstr::BString| {
            text.to_string().replace(|c: char| c.is_control() || c == '<' || c == '>', "")
        };
        format!(
            "{} <{}> {} {}",
            clean(name).trim(),
            clean(email).trim(),
            time.seconds,
            offset(time)
        )
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

/// An offset as git writes it: `+0100`.
fn offset(time: &Time) -> String {
    let minutes = time.offset / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}{:02}", minutes.abs() / 60, minutes.abs() % 60)
}
