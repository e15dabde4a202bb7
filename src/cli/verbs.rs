use clap::{Args, Command};

use super::{
    CliError, Ctx, ExitCode, adopt, agents, archive, attach, blame, cancel, candidates, cleanup,
    complete, completions, delete, diff, doctor, edit, exec, fail, fetch, fork, fsck, grep, help,
    hook, hooks, import, kill, land, list, log, man, path, pause, pull, push, reconcile, restore,
    resume, run, send, set, show, spawn, start, status, sync, transcript, trust, unarchive, undo,
    usage, version, wait, why,
};

macro_rules! verbs {
    ($($(#[$attribute:meta])* $verb:ident $module:ident,)*) => {
        /// The verbs. The first line of each one's documentation is its one-line help.
        #[derive(clap::Subcommand)]
        #[command(defer = true)]
        pub enum Verb {
            $($(#[$attribute])* $verb(Box<$module::Args>),)*
        }

        impl Verb {
            /// Does what the verb says.
            pub fn run(self, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
                match self {
                    $(Self::$verb(args) => $module::run(*args, ctx),)*
                }
            }
        }

        /// Adds its documentation and arguments to the command of one verb. Building those of all
        /// verbs would take longer than most verbs run.
        pub fn fill(verb: Command) -> Command {
            match verb.get_name() {
                $(stringify!($module) => $module::Args::augment_args(verb.defer(|full| full)),)*
                _ => verb,
            }
        }
    };
}

verbs! {
    Adopt adopt,
    Agents agents,
    Archive archive,
    Attach attach,
    Blame blame,
    Cancel cancel,
    Candidates candidates,
    Cleanup cleanup,
    Complete complete,
    Completions completions,
    Delete delete,
    Diff diff,
    Doctor doctor,
    Edit edit,
    Exec exec,
    Fail fail,
    Fetch fetch,
    Fork fork,
    Fsck fsck,
    Grep grep,
    Help help,
    Hook hook,
    Hooks hooks,
    Import import,
    Kill kill,
    Land land,
    #[command(visible_alias = "ls")]
    List list,
    Log log,
    Man man,
    Path path,
    Pause pause,
    Pull pull,
    Push push,
    Reconcile reconcile,
    Restore restore,
    Resume resume,
    Run run,
    Send send,
    Set set,
    Show show,
    Spawn spawn,
    Start start,
    Status status,
    Sync sync,
    Transcript transcript,
    Trust trust,
    Unarchive unarchive,
    Undo undo,
    Usage usage,
    Version version,
    Wait wait,
    Why why,
}

/// The groups of verbs in the overview.
pub const GROUPS: &[(&str, &[&str])] = &[
    ("start work", &["spawn", "start", "fork", "restore"]),
    (
        "inspect sessions",
        &[
            "list",
            "status",
            "show",
            "log",
            "diff",
            "why",
            "blame",
            "path",
            "usage",
            "transcript",
            "grep",
        ],
    ),
    ("work with running sessions", &["attach", "send", "wait", "exec", "pause", "resume", "kill"]),
    (
        "record the outcome and edit records",
        &["land", "complete", "fail", "cancel", "set", "edit", "undo"],
    ),
    ("archive and clean up", &["archive", "unarchive", "delete", "cleanup", "reconcile"]),
    ("share with others", &["fetch", "push", "pull", "sync"]),
    (
        "set up and diagnose",
        &["adopt", "import", "agents", "hooks", "trust", "doctor", "fsck", "completions", "man"],
    ),
];

/// The pages that do not describe a verb, by the names that `git ao help` takes.
pub const GUIDES: &[(&str, &str)] = &[
    ("config", "Settings, and agents of your own, in git's configuration"),
    ("attention", "What each agent is doing, and which one needs you"),
    ("sharing", "How sessions are shared through remotes and merged"),
    ("transcripts", "How the conversations of agents are kept"),
    ("worktrees", "How a new worktree is prepared: ignored files, setup, ports"),
    ("hooks.7", "What each git hook does, and recipes for hook managers"),
    ("gitformat-ao", "The format of the stored records"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Subcommand as _;

    #[test]
    fn every_verb_is_in_one_group() {
        let tree = Verb::augment_subcommands(Command::new("git-ao")).mut_subcommands(fill);
        for verb in tree.get_subcommands().filter(|verb| !verb.is_hide_set()) {
            let name = verb.get_name();
            let groups = GROUPS.iter().filter(|(_, verbs)| verbs.contains(&name));
            assert_eq!(groups.count(), 1, "'{name}' must be in one group");
            assert!(verb.get_about().is_some(), "'{name}' has no documentation");
        }
    }
}
