use git_ao::model::{error_chain, shell_name};
use git_ao::share::{Failure, ShareError};
use git_ao::store::StoreError;

use crate::cli::CliError;
use crate::cli::ui::escape;

impl From<ShareError> for CliError {
    fn from(error: ShareError) -> Self {
        let (kind, message) = (error.kind(), error_chain(&error));
        match error {
            ShareError::Store(error) => error.into(),
            ShareError::NoRemote => CliError::of(kind, message).hint("git remote add <name> <url>"),
            // As git, which calls an unknown remote a fatal error.
            ShareError::ManyRemotes(known) => CliError::fatal(message).hint(format!(
                "name one of {}\nor select one permanently: git config ao.remote <name>",
                known.join(", ")
            )),
            ShareError::UnknownRemote { known, .. } if !known.is_empty() => {
                CliError::fatal(message).hint(format!("the remotes are {}", known.join(", ")))
            }
            ShareError::UnknownRemote { .. } => {
                CliError::fatal(message).hint("git remote add <name> <url>")
            }
            ShareError::Transfer { failure, .. } => {
                transfer_hint(CliError::of(kind, message), failure)
            }
            ShareError::Rejected { name, reason, said, .. } => {
                let said = said.lines().map(|line| format!("\nremote: {line}"));
                let message = message + &said.collect::<String>();
                CliError::of(kind, message).hint(rejected_hint(&name, &reason))
            }
            ShareError::Elsewhere { remote, taken, .. } => {
                let taken =
                    taken.iter().map(|url| format!("\nit was pushed to '{}'", escape::line(url)));
                CliError::of(kind, message + &taken.collect::<String>()).hint(format!(
                    "to see its push URLs: git remote get-url --push --all {}\n\
                     add a remote for that URL, and pull from it",
                    shell_name(&remote)
                ))
            }
            ShareError::Damaged { .. } => CliError::of(kind, message)
                .hint("for details: git ao fsck and git fsck; another clone may have the object"),
            ShareError::Contended { .. } => CliError::of(kind, message)
                .hint("try again; to retry for longer: git config ao.pushTimeout <seconds>"),
            ShareError::Unmergeable { remote, source, .. } => {
                let fatal = CliError::fatal(message);
                let remote = shell_name(&remote);
                match *source {
                    StoreError::Newer(_) => fatal.hint("update git ao; nothing was merged"),
                    StoreError::Unrelated => fatal.hint(format!(
                        "to check whether it is the right remote: git remote get-url {remote}\n\
                         to merge them, now and later: git ao pull --allow-unrelated {remote}"
                    )),
                    _ => fatal.hint(format!(
                        "nothing was merged; for details: git ao fsck --remote {remote}"
                    )),
                }
            }
            ShareError::Git(_) | ShareError::Ref(_) => CliError::fatal(message),
            _ => CliError::of(kind, message),
        }
    }
}

fn transfer_hint(error: CliError, failure: Failure) -> CliError {
    match failure {
        Failure::Authentication => error.hint(
            "git has no sufficient credentials; in a terminal, it would prompt for them\n\
             see gitcredentials(7), and for ssh: ssh-add -l",
        ),
        Failure::Unreachable => error.hint("to check its URL: git remote -v"),
        Failure::Malformed => error.hint("the sessions contain objects that git rejects"),
        _ => error,
    }
}

fn rejected_hint(name: &str, reason: &str) -> String {
    let declines = [
        "hidden ref",
        "protected",
        "prohibited",
        "not allowed",
        "denied",
        "deny",
        "declined",
        "funny refname",
    ];
    if !name.starts_with("refs/heads/") && declines.iter().any(|word| reason.contains(word)) {
        return format!(
            "if the remote accepts only branches, store the sessions in one:\n\
             git config ao.remoteRef refs/heads/ao-sessions (now '{name}')"
        );
    }
    "no sessions were pushed; fetched sessions were merged".to_owned()
}
