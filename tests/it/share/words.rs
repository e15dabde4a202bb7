//! What hooks and remotes say in several lines is printed line by line, and passes for nothing else.

use super::{Team, create, edit, tip};
use crate::support::{Repo, alone};

/// Three lines, one empty, with what would clear a screen and what looks like a message of git.
const WORDS: &str =
    "echo 'policy: first' >&2; printf 'second \\033[2Jred\\n\\nfatal: third\\n' >&2; ";

fn with_session(team: &Team) -> Repo {
    let ann = team.member("ann");
    create(&ann, 1, "One");
    ann
}

#[test]
fn of_a_hook_there_that_rejects_sessions() {
    alone(|| {
        let team = Team::new();
        let ann = with_session(&team);
        team.hub.hook("pre-receive", &format!("{WORDS} exit 1"));
        ann.ao(["push"]).code(1).stderr_has(
            "(pre-receive hook declined)\n  remote: policy: first\n  remote: second \\x1b[2Jred\n  \
             remote: fatal: third\nhint: ",
        );
    });
}

#[test]
fn of_a_hook_there_that_rejects_branches() {
    alone(|| {
        let team = Team::new();
        let ann = with_session(&team);
        ann.git(["branch", "ao/work"]);
        edit(&ann, 1, |s| s.branch = Some("ao/work".to_owned()));
        let only_branches = format!("case $1 in refs/heads/*) {WORDS} exit 1;; esac");
        team.hub.hook("update", &only_branches);
        ann.ao(["push", "--branches"]).code(1).stderr_has(
            "rejected:\n  ao/work: [remote rejected] (hook declined)\n  remote: policy: first\n  \
             remote: second \\x1b[2Jred\n  remote: fatal: third\n",
        );
        assert_eq!(tip(&team.hub), tip(&ann));
    });
}

#[test]
fn of_a_hook_here() {
    alone(|| {
        let team = Team::new();
        let ann = with_session(&team);
        ann.hook("pre-push", &format!("{WORDS} exit 1"));
        // Also what stands behind an empty line.
        ann.ao(["push", "--verify"]).code(128).stderr_has(
            "fatal: cannot push to 'origin':\n  policy: first\n  second \\x1b[2Jred\n\n  fatal: third\n",
        );
        assert_eq!(tip(&team.hub), None);
    });
}

#[test]
fn of_a_remote_that_cannot_be_reached() {
    alone(|| {
        let team = Team::new();
        let ann = with_session(&team);
        let ssh = ann.hook("ssh", &format!("{WORDS} exit 1"));
        ann.git(["config", "ssh.variant", "ssh"]);
        ann.git(["config", "core.sshCommand", ssh.to_str().unwrap()]);
        ann.git(["remote", "set-url", "origin", "ssh://localhost/x"]);
        let out = ann.ao(["pull"]).code(128).stderr_has(
            "fatal: cannot fetch from 'origin':\n  policy: first\n  second \\x1b[2Jred\n\n  fatal: third\n",
        );
        out.stderr_lacks("Please make sure");
    });
}
