use super::super::law::{Law, Outcome, Rule, check_each};
use super::{RuntimeLaws, ends, handles, reach, starts};

type Check = fn(&RuntimeLaws<'_>) -> Outcome;

/// The laws of every runtime.
const ALWAYS: [Rule<Check>; 2] = [
    Rule::new(
        "name",
        "The name is one word, and neither it nor the kind of terminal ever changes.",
        starts::name,
    ),
    Rule::new(
        "garbage",
        "A handle that this runtime never gave is not alive, and nothing can be done with it.",
        handles::garbage,
    ),
];

/// The laws of runtimes that start processes.
const STARTING: [Rule<Check>; 12] = [
    Rule::new(
        "handle",
        "A handle is one line without control characters, at most LONGEST_HANDLE bytes long, and \
         no two processes have the same, even if they start at once.",
        handles::handle,
    ),
    Rule::new(
        "received",
        "The arguments, the input, the environment and the directory reach the process unchanged, \
         and its output is appended to the log.",
        starts::received,
    ),
    Rule::new(
        "directory",
        "A start in a directory that does not exist fails and leaves nothing.",
        starts::directory,
    ),
    Rule::new("alive", "A process is alive until it ends, and then gone.", ends::alive),
    Rule::new(
        "together",
        "probe_all answers as probe does, once for each handle and in the same order.",
        handles::together,
    ),
    Rule::new(
        "others",
        "The handle of another session is not alive, and nothing can be done with it.",
        handles::others,
    ),
    Rule::new("stop", "stop ends this process and no other, and says that it did.", ends::stop),
    Rule::new("stop-again", "To stop a process that is gone is no error.", ends::stop_again),
    Rule::new(
        "wait",
        "wait returns None while the process runs, and then how it ended, or that this is unknown.",
        ends::wait,
    ),
    Rule::new(
        "forgotten",
        "After stop, nothing is kept of a process: neither its screen nor how it ended.",
        ends::forgotten,
    ),
    Rule::new(
        "send",
        "A text reaches the process, or the error says why not: Unsupported if there is no way.",
        reach::send,
    ),
    Rule::new(
        "attach",
        "attach returns a command for a process that runs, and fails for one that is gone.",
        reach::attach,
    ),
];

impl RuntimeLaws<'_> {
    /// Iterates over the laws.
    pub fn laws() -> impl Iterator<Item = Law> {
        ALWAYS.iter().chain(&STARTING).map(|rule| rule.law)
    }

    /// Checks the laws. What it starts, it stops.
    ///
    /// # Panics
    /// Panics if the runtime breaks a law, with its name, what was expected and what was seen.
    #[track_caller]
    pub fn check(&self) {
        let who = format!("the runtime '{}'", self.runtime.name().escape_debug());
        let is_known = |rules: &[Rule<Check>]| {
            self.only.is_none_or(|name| rules.iter().any(|rule| rule.law.name == name))
        };
        let starting = if self.starts { &STARTING[..] } else { &[] };
        for rules in [&ALWAYS[..], starting].into_iter().filter(|rules| is_known(rules)) {
            if !rules.is_empty() {
                check_each(&who, rules, self.only, |check| check(self));
            }
        }
    }
}
