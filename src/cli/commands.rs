use clap::Command;

/// The command line of the program itself, for the verbs that show it: they cannot name what names
/// them.
#[derive(Clone, Copy)]
pub struct Commands {
    /// The tree of commands, with synopses and help in git's form.
    pub tree: fn() -> Command,
    /// The tree in which this verb alone has its arguments; None where there is no such verb.
    pub one: fn(&str) -> Option<Command>,
    /// The overview of all verbs.
    pub overview: fn() -> String,
}
