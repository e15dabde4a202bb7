use super::super::law::{Outcome, expect};
use super::AgentLaws;

const TEXTS: [&str; 9] =
    ["", "yes", "two\nlines", "see @src/lib.rs", "$HOME", "a\\", "/clear", "\u{fc} ", "-x"];

pub fn name(laws: &AgentLaws<'_>) -> Outcome {
    let (name, program) = (laws.agent.name(), laws.agent.program());
    let odd = |c: char| c.is_control() || c.is_whitespace();
    expect(!name.is_empty() && !name.contains(odd), "a name that is one word", name)?;
    let is_program = !program.is_empty() && !program.contains(char::is_control);
    expect(is_program, "a program", program)
}

pub fn typed(laws: &AgentLaws<'_>) -> Outcome {
    for text in TEXTS {
        let typed = laws.agent.typed(text);
        let rest = typed.strip_prefix(text);
        let is_kept = rest.is_some_and(|rest| rest.chars().all(|c| c == ' '));
        expect(is_kept, format!("{text:?}, and at most spaces"), typed)?;
    }
    Ok(())
}
