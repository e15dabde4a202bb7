use super::super::law::{Law, Outcome, Rule, check_each};
use super::{AgentLaws, conversations, hostile, plans, text};

type Check = fn(&AgentLaws<'_>) -> Outcome;

const LAWS: [Rule<Check>; 11] = [
    Rule::new("name", "The name is one word, and there is a program.", text::name),
    Rule::new(
        "mode",
        "mode returns the wanted mode if plan has a command for it, otherwise the other one if plan \
         has that, otherwise None.",
        plans::mode,
    ),
    Rule::new(
        "pure",
        "plan runs and writes nothing, and the same request leads to the same command.",
        plans::pure,
    ),
    Rule::new(
        "prompt",
        "The prompt reaches the program in one piece: at the end of an argument that is no option, \
         in a variable, as the input, or in a file.",
        hostile::prompt,
    ),
    Rule::new(
        "long-prompt",
        "A prompt of any length is refused or delivered, but no argument is longer than 128 KiB, \
         which is what Linux allows.",
        hostile::long_prompt,
    ),
    Rule::new(
        "hostile",
        "An id, a title or a model from somebody else's record is refused or stays part of one \
         argument, is never an option, and leads to no file outside the state directory.",
        hostile::values,
    ),
    Rule::new(
        "resume",
        "To resume or to fork, the id of the conversation is needed and passed on; the resumed \
         conversation keeps it, and the forked one gets another.",
        plans::resume,
    ),
    Rule::new(
        "fresh",
        "The id of a new conversation is known before the start only if id_source is Given; it is \
         then the fresh id of the request, and is passed on.",
        plans::fresh,
    ),
    Rule::new(
        "typed",
        "A typed text is the text itself, with at most spaces after it.",
        text::typed,
    ),
    Rule::new(
        "output",
        "Any line of output is read without a panic, and an id in it is one that plan accepts.",
        conversations::output,
    ),
    Rule::new(
        "unknown",
        "A conversation that does not exist is not found, and is brought nowhere.",
        conversations::unknown,
    ),
];

impl AgentLaws<'_> {
    /// Iterates over the laws.
    pub fn laws() -> impl Iterator<Item = Law> {
        LAWS.iter().map(|rule| rule.law)
    }

    /// Checks the laws.
    ///
    /// # Panics
    /// Panics if the agent breaks a law, with its name, what was expected and what was seen.
    #[track_caller]
    pub fn check(&self) {
        let who = format!("the agent '{}'", self.agent.name().escape_debug());
        check_each(&who, &LAWS, self.only, |check| check(self));
    }
}
