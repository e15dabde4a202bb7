use super::super::law::{Law, Outcome, Rule, check_each};
use super::{WorkspaceLaws, add, look, recreate, remove};

type Check = fn(&WorkspaceLaws<'_>) -> Outcome;

const LAWS: [Rule<Check>; 9] = [
    Rule::new(
        "add",
        "A new workspace is a worktree at the path, on the branch, with the files of its commit.",
        add::add,
    ),
    Rule::new(
        "rollback",
        "A workspace that is not kept leaves neither a directory nor a branch nor a worktree.",
        add::rollback,
    ),
    Rule::new(
        "refuse",
        "An addition whose path or branch cannot be used fails and changes nothing.",
        add::refuse,
    ),
    Rule::new(
        "states",
        "states answers once for each place, in the same order, and finds what is missing or is no \
         worktree.",
        look::states,
    ),
    Rule::new("read-only", "states writes nothing.", look::read_only),
    Rule::new(
        "recreate",
        "A workspace comes back from its branch, or from the recorded commit if the branch is gone, \
         but never over files that are there.",
        recreate::recreate,
    ),
    Rule::new(
        "unsaved",
        "Work that is saved nowhere else is neither removed with OnUnsaved::Refuse, nor lost with \
         OnUnsaved::Backup.",
        remove::unsaved,
    ),
    Rule::new(
        "remove",
        "A removal ends the workspace and, if asked, its branch, and returns the branch's commit.",
        remove::remove,
    ),
    Rule::new(
        "strangers",
        "What is no workspace of the session is never removed.",
        remove::strangers,
    ),
];

impl WorkspaceLaws<'_> {
    /// Iterates over the laws.
    pub fn laws() -> impl Iterator<Item = Law> {
        LAWS.iter().map(|rule| rule.law)
    }

    /// Checks the laws. Worktrees that it makes are removed.
    ///
    /// # Panics
    /// Panics if the workspaces break a law, with its name, what was expected and what was seen.
    #[track_caller]
    pub fn check(&self) {
        check_each("the workspace", &LAWS, self.only, |check| check(self));
    }
}
