use clap::Command;

/// The program's own command line, for verbs that print it. These are functions because a verb
/// cannot depend on the parser, which depends on the verbs.
#[derive(Clone, Copy)]
pub struct Commands {
    /// The tree of commands, with synopses and help in git's form.
    pub tree: fn() -> Command,
    /// The tree in which only this verb has its arguments. None if there is no such verb.
    pub one: fn(&str) -> Option<Command>,
    /// The overview of all verbs.
    pub overview: fn() -> String,
}
