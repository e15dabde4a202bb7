use super::moved::is_moved;
use super::{Hooks, Remote, ShareError, Watcher};
use crate::model::Oid;

/// How the remote answered a push.
pub(super) enum Answer {
    Taken,
    /// It has events that we do not have.
    Moved(Refusal),
    /// It could not write its ref: another push is writing it, or left a stale lock.
    Busy(Refusal),
}

/// The remote's answer to a push that it did not accept.
pub(super) struct Refusal {
    url: String,
    reason: String,
    said: String,
    taken: Vec<String>,
}

impl Remote<'_> {
    /// Pushes a tip that contains the remote's one. With a lease, the remote must still have that
    /// tip, so that nothing is sent but what was announced. The push is a fast-forward, so nothing
    /// is lost.
    pub(super) fn offer(
        &self,
        ours: &Oid,
        lease: Option<Option<&Oid>>,
        watcher: &mut Watcher<'_>,
    ) -> Result<Answer, ShareError> {
        // Pushes to a mirror accept no refspecs, and would delete refs that do not exist here.
        let mirror = format!("remote.{}.mirror", self.name);
        let refspec = format!("{ours}:{}", self.their_ref);
        let ended = watcher.run_with_retries(|watcher| {
            let git = watcher.prepare(self.store, &[(&mirror, "false")], "push");
            // Our own pre-push hook would push the sessions a second time.
            let git = git.env("AO_DISABLE", "1");
            let git = match lease {
                Some(known) => {
                    let known = known.map(Oid::as_str).unwrap_or_default();
                    git.arg(format!("--force-with-lease={}:{known}", self.their_ref))
                }
                None => git,
            };
            let git = git.arg(if self.hooks == Hooks::Always { "--verify" } else { "--no-verify" });
            git.args([
                "--porcelain",
                "--no-follow-tags",
                "--recurse-submodules=no",
                "--",
                &self.name,
                &refspec,
            ])
        })?;
        if ended.status == Some(0) {
            return Ok(Answer::Taken);
        }
        let Some(refusal) = Refusal::read(&ended.stdout, &ended.stderr) else {
            let failed = ShareError::transfer("push to", &self.name, &ended.stderr);
            return Err(self.damage_in(&ended.stderr, ours).unwrap_or(failed));
        };
        // The remote lacks objects because they could not be read here.
        if refusal.reason.contains("unpacker error")
            && let Some(damaged) = self.damage_in(&ended.stderr, ours)
        {
            return Err(damaged);
        }
        let has = |words: &[&str]| words.iter().any(|word| refusal.reason.contains(word));
        match () {
            () if is_moved(&refusal.reason) => Ok(Answer::Moved(refusal)),
            () if has(&BUSY) && !refusal.is_lasting() => Ok(Answer::Busy(refusal)),
            () => Err(refusal.rejected(self)),
        }
    }
}

/// The reasons for rejecting a push while another push or the maintenance of the remote is in
/// progress, or if the ref or the objects cannot be written. Two pushes get in each other's way when
/// they make, and maintenance when it removes, the folder of an object.
const BUSY: [&str; 3] = ["cannot lock ref", "failed to update ref", "unable to migrate objects"];

/// Failures that waiting does not resolve.
const LASTING: [&str; 6] = [
    "Permission denied",
    "No space left",
    "Read-only file system",
    "quota exceeded",
    "Input/output error",
    "Operation not permitted",
];

impl Refusal {
    /// Parses the output of `git push --porcelain`, which has a section for each push URL. Returns
    /// None if no URL rejected the push.
    pub(super) fn read(stdout: &str, stderr: &str) -> Option<Self> {
        let (mut url, mut taken, mut refused) = ("", Vec::new(), None);
        for line in stdout.lines() {
            if let Some(next) = line.strip_prefix("To ") {
                url = next;
            } else if let Some(line) = line.strip_prefix("!\t") {
                let reason = line.rsplit('\t').next().unwrap_or(line);
                refused = refused.or(Some((url, reason)));
            } else if line.get(1..2) == Some("\t") {
                taken.push(url.to_owned());
            }
        }
        let (url, reason) = refused?;
        let said = said_there(stderr);
        Some(Self { url: url.to_owned(), reason: reason.to_owned(), said, taken })
    }

    fn is_lasting(&self) -> bool {
        LASTING.iter().any(|words| self.said.contains(words))
    }

    /// Makes the error for a push that the remote rejected.
    pub fn rejected(self, remote: &Remote<'_>) -> ShareError {
        let name = remote.their_ref.clone();
        self.of_ref(remote, name)
    }

    /// Makes the error for a push to another ref that the remote rejected.
    pub fn of_ref(self, remote: &Remote<'_>, name: String) -> ShareError {
        ShareError::Rejected {
            remote: remote.name.clone(),
            name,
            reason: self.reason,
            said: self.said,
        }
    }

    /// Makes the error for a push URL with unknown sessions.
    pub fn elsewhere(self, remote: &Remote<'_>) -> ShareError {
        let (url, taken) = (self.url, self.taken);
        ShareError::Elsewhere { remote: remote.name.clone(), url, taken }
    }
}

/// Returns the messages of the remote, such as the output of its hooks.
pub(super) fn said_there(stderr: &str) -> String {
    let said = stderr.lines().filter_map(|line| line.strip_prefix("remote:"));
    let said: Vec<_> = said.map(str::trim).filter(|line| !line.is_empty()).collect();
    said.join("\n")
}

#[cfg(test)]
mod tests {
    use super::Refusal;

    #[test]
    fn one_of_two_addresses_took_it() {
        let said = "To a\n \tx:refs/ao/sessions\t1..2\nTo b\n!\tx:refs/ao/sessions\t[rejected] (fetch first)\nDone\n";
        let refusal =
            Refusal::read(said, "remote: why  \nelse\nremote:\n").expect("it was refused");
        assert_eq!((refusal.url.as_str(), refusal.taken), ("b", vec!["a".to_owned()]));
        assert_eq!(refusal.reason, "[rejected] (fetch first)");
        assert_eq!(refusal.said, "why");
        assert!(Refusal::read("To a\n", "fatal: gone").is_none());
    }
}
