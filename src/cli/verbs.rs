use super::{
    CliError, Ctx, ExitCode, agents, archive, completions, delete, edit, fork, list, log, man, set,
    show, spawn, status, unarchive,
};

/// The verbs. The first line of each one's documentation is what help says of it.
#[derive(clap::Subcommand)]
pub enum Verb {
    #[command(visible_alias = "ls")]
    List(Box<list::Args>),
    Show(show::Args),
    Log(log::Args),
    Set(set::Args),
    Edit(edit::Args),
    Archive(archive::Args),
    Unarchive(unarchive::Args),
    Delete(delete::Args),
    Agents(agents::Args),
    Completions(completions::Args),
    Fork(fork::Args),
    Man(man::Args),
    Spawn(spawn::Args),
    Status(Box<status::Args>),
}

impl Verb {
    /// Does what the verb says.
    pub fn run(self, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
        match self {
            Self::List(args) => list::run(*args, ctx),
            Self::Show(args) => show::run(args, ctx),
            Self::Log(args) => log::run(args, ctx),
            Self::Set(args) => set::run(args, ctx),
            Self::Edit(args) => edit::run(args, ctx),
            Self::Archive(args) => archive::run(args, ctx),
            Self::Unarchive(args) => unarchive::run(args, ctx),
            Self::Delete(args) => delete::run(args, ctx),
            Self::Agents(args) => agents::run(args, ctx),
            Self::Completions(args) => completions::run(args, ctx),
            Self::Fork(args) => fork::run(args, ctx),
            Self::Man(args) => man::run(args, ctx),
            Self::Spawn(args) => spawn::run(args, ctx),
            Self::Status(args) => status::run(*args, ctx),
        }
    }
}

/// The verbs as the overview shows them, by what a person wants to do.
pub const GROUPS: &[(&str, &[&str])] = &[
    ("start work", &["spawn", "fork", "restore"]),
    ("look at sessions", &["list", "status", "show", "log"]),
    ("work with a running one", &["attach", "send", "pause", "resume", "kill"]),
    ("record how it went", &["complete", "fail", "cancel", "set", "edit"]),
    ("put away", &["archive", "unarchive", "delete", "cleanup", "reconcile"]),
    ("share", &["fetch", "push", "pull", "sync"]),
    ("set up and check", &["agents", "hooks", "doctor", "fsck", "completions", "man"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Subcommand as _;

    #[test]
    fn every_verb_is_in_one_group() {
        let tree = Verb::augment_subcommands(clap::Command::new("git-ao"));
        for verb in tree.get_subcommands().filter(|verb| !verb.is_hide_set()) {
            let name = verb.get_name();
            let groups = GROUPS.iter().filter(|(_, verbs)| verbs.contains(&name));
            assert_eq!(groups.count(), 1, "'{name}' must be in one group");
            assert!(verb.get_about().is_some(), "'{name}' has no documentation");
        }
    }
}
