use super::{
    CliError, Ctx, ExitCode, agents, archive, attach, cancel, cleanup, complete, completions,
    delete, doctor, edit, fail, fetch, fork, fsck, hook, hooks, kill, list, log, man, pause, pull,
    push, reconcile, restore, resume, run, send, set, show, spawn, status, sync, unarchive,
};

/// The verbs. The first line of each one's documentation is what help says of it.
#[derive(clap::Subcommand)]
pub enum Verb {
    Agents(agents::Args),
    Archive(archive::Args),
    Attach(attach::Args),
    Cancel(cancel::Args),
    Cleanup(cleanup::Args),
    Complete(complete::Args),
    Completions(completions::Args),
    Delete(delete::Args),
    Doctor(doctor::Args),
    Edit(edit::Args),
    Fail(fail::Args),
    Fetch(fetch::Args),
    Fork(fork::Args),
    Fsck(fsck::Args),
    Hook(hook::Args),
    Hooks(hooks::Args),
    Kill(kill::Args),
    #[command(visible_alias = "ls")]
    List(Box<list::Args>),
    Log(log::Args),
    Man(man::Args),
    Pause(pause::Args),
    Pull(pull::Args),
    Push(push::Args),
    Reconcile(reconcile::Args),
    Restore(restore::Args),
    Resume(resume::Args),
    Run(run::Args),
    Send(send::Args),
    Set(set::Args),
    Show(show::Args),
    Spawn(spawn::Args),
    Status(Box<status::Args>),
    Sync(sync::Args),
    Unarchive(unarchive::Args),
}

impl Verb {
    /// Does what the verb says.
    pub fn run(self, ctx: &mut Ctx) -> Result<ExitCode, CliError> {
        match self {
            Self::Agents(args) => agents::run(args, ctx),
            Self::Archive(args) => archive::run(args, ctx),
            Self::Attach(args) => attach::run(args, ctx),
            Self::Cancel(args) => cancel::run(args, ctx),
            Self::Cleanup(args) => cleanup::run(args, ctx),
            Self::Complete(args) => complete::run(args, ctx),
            Self::Completions(args) => completions::run(args, ctx),
            Self::Delete(args) => delete::run(args, ctx),
            Self::Doctor(args) => doctor::run(args, ctx),
            Self::Edit(args) => edit::run(args, ctx),
            Self::Fail(args) => fail::run(args, ctx),
            Self::Fetch(args) => fetch::run(args, ctx),
            Self::Fork(args) => fork::run(args, ctx),
            Self::Fsck(args) => fsck::run(args, ctx),
            Self::Hook(args) => hook::run(args, ctx),
            Self::Hooks(args) => hooks::run(args, ctx),
            Self::Kill(args) => kill::run(args, ctx),
            Self::List(args) => list::run(*args, ctx),
            Self::Log(args) => log::run(args, ctx),
            Self::Man(args) => man::run(args, ctx),
            Self::Pause(args) => pause::run(args, ctx),
            Self::Pull(args) => pull::run(args, ctx),
            Self::Push(args) => push::run(args, ctx),
            Self::Reconcile(args) => reconcile::run(args, ctx),
            Self::Restore(args) => restore::run(args, ctx),
            Self::Resume(args) => resume::run(args, ctx),
            Self::Run(args) => run::run(args, ctx),
            Self::Send(args) => send::run(args, ctx),
            Self::Set(args) => set::run(args, ctx),
            Self::Show(args) => show::run(args, ctx),
            Self::Spawn(args) => spawn::run(args, ctx),
            Self::Status(args) => status::run(*args, ctx),
            Self::Sync(args) => sync::run(args, ctx),
            Self::Unarchive(args) => unarchive::run(args, ctx),
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
