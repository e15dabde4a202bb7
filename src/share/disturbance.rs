//! Failures of a transfer that are gone a moment later.

use super::Watcher;
use crate::git::{GitCommand, GitError, GitExit};
use crate::ledger::Backoff;

/// How often a transfer that was cut off is made again, with pauses of a second in all.
const AGAIN: u32 = 4;

/// What git says if the connection breaks, or if the other end has too much to do at the moment.
const PASSING: [&str; 23] = [
    // A connection that ends early, in the words of git, curl, ssh and the system.
    "hung up unexpectedly",
    "unexpected disconnect",
    "early EOF",
    "Connection reset",
    "Connection closed by",
    "connection was closed",
    "Broken pipe",
    "Empty reply from server",
    "transfer closed with",
    "was not closed cleanly",
    "kex_exchange_identification",
    "ssh_exchange_identification",
    // An answer of HTTP that asks to come back later (RFC 9110, 15.6; RFC 6585, 4).
    "returned error: 429",
    "returned error: 500",
    "returned error: 502",
    "returned error: 503",
    "returned error: 504",
    // A machine that can start no more processes.
    "Resource temporarily unavailable",
    "Cannot allocate memory",
    "Too many open files",
    "unable to fork",
    "cannot fork",
    // Git reads the entries of all worktrees, and fails on one that is just being made.
    "/commondir: ",
];

/// What git also says if trying again is pointless.
const LASTING: [&str; 12] = [
    "Permission denied",
    "Authentication failed",
    "could not read Username",
    "could not read Password",
    "Host key verification failed",
    "Could not resolve host",
    "No space left",
    "does not appear to be a git repository",
    "access denied",
    "not exported",
    "fsck error",
    "bad object",
];

impl Watcher<'_> {
    /// Runs git. If the connection was cut off, or the remote has too much to do, waits a little
    /// and runs it again. All that a transfer does may be done twice: a push names the tip that the
    /// remote is to have, and the tip that it may have before.
    pub(super) fn run_with_retries(
        &mut self,
        prepare: impl Fn(&Self) -> GitCommand,
    ) -> Result<GitExit, GitError> {
        let mut pause = Backoff::new(250, 1000);
        for _ in 0..AGAIN {
            let ended = self.run(prepare(self))?;
            if ended.status == Some(0) || !is_passing(&ended.stdout, &ended.stderr) {
                return Ok(ended);
            }
            pause.wait();
        }
        self.run(prepare(self))
    }
}

/// `answered` is what git push says of each ref, `said` all else.
fn is_passing(answered: &str, said: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|words| said.contains(words));
    if answered.contains("rejected]") {
        return false;
    }
    // The remote took the objects, and its answer was lost.
    (answered.contains("[remote failure]") || has(&PASSING)) && !has(&LASTING)
}

#[cfg(test)]
mod tests {
    use super::is_passing;

    #[test]
    fn what_is_gone_a_moment_later_is_told_from_what_stays() {
        for passing in [
            "error: RPC failed; HTTP 503 curl 22 The requested URL returned error: 503\nsend-pack: unexpected disconnect while reading sideband packet\nfatal: the remote end hung up unexpectedly\n",
            "fatal: unable to access 'http://x/': The requested URL returned error: 502",
            "fatal: unable to access 'http://x/': Empty reply from server",
            "fatal: unable to access 'http://x/': Recv failure: Connection reset by peer",
            "kex_exchange_identification: read: Connection reset by peer\nfatal: Could not read from remote repository.",
            "fetch-pack: unexpected disconnect while reading sideband packet\nfatal: early EOF\nfatal: fetch-pack: invalid index-pack output",
            "remote: error: cannot fork to run index-pack: Resource temporarily unavailable\nfatal: the remote end hung up unexpectedly",
            "fatal: failed to read /here/.git/worktrees/c0be3752/commondir: Success\nerror: /hub.git did not send all necessary objects",
        ] {
            assert!(is_passing("", passing), "{passing}");
        }
        let half =
            "!\tx:refs/ao/sessions\t[remote failure] (remote failed to report status)\nDone\n";
        assert!(is_passing(half, "error: failed to push some refs"));
        let declined =
            "!\tx:refs/ao/sessions\t[remote rejected] (pre-receive hook declined)\nDone\n";
        assert!(!is_passing(declined, "remote: error: cannot fork"));
        for lasting in [
            "fatal: '/hub.git' does not appear to be a git repository\nfatal: Could not read from remote repository.",
            "a@b: Permission denied (publickey).\nfatal: the remote end hung up unexpectedly",
            "fatal: unable to access 'http://x/': The requested URL returned error: 403",
            "fatal: unable to access 'http://x/': Could not resolve host: x",
            "fatal: unable to access 'http://x/': Failed to connect to x port 80: Connection refused",
            "error: object 1: fsck error: badDate\nfatal: the remote end hung up unexpectedly",
            "fatal: remote error: access denied or repository not exported: /hub.git",
        ] {
            assert!(!is_passing("", lasting), "{lasting}");
        }
    }
}
