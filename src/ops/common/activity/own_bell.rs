use serde::{Deserialize, Serialize};

use crate::model::{TerminalState, Timestamp};

/// The bell that a supervisor rang in the terminal of its agent. Neither the bell nor its output
/// says anything about the agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::ops) struct OwnBell {
    at: Timestamp,
    /// When the agent last printed something before it.
    output: Option<Timestamp>,
    /// Whether the agent had rung the bell itself.
    has_rung: bool,
}

impl OwnBell {
    /// A bell that is about to ring in a terminal.
    pub fn in_terminal(terminal: &TerminalState, at: Timestamp) -> Self {
        Self { at, output: terminal.last_output, has_rung: terminal.has_rung }
    }

    /// Returns the state of the terminal without the effects of the bell.
    pub fn taken_out_of(&self, terminal: &TerminalState) -> TerminalState {
        let mut state = terminal.clone();
        state.has_rung &= self.has_rung;
        // Terminals know only the second.
        let second = |at: Timestamp| at.as_millis().div_euclid(1000);
        let is_own = |output| (0..=1).contains(&(second(output) - second(self.at)));
        if state.last_output.is_some_and(is_own) {
            state.last_output = self.output;
        }
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal(output: i64, has_rung: bool) -> TerminalState {
        let mut state = TerminalState::titled("x");
        state.last_output = Some(Timestamp::from_millis(output));
        state.has_rung = has_rung;
        state
    }

    #[test]
    fn a_bell_of_ours_is_nothing_that_the_agent_did() {
        let before = terminal(5_000, false);
        let bell = OwnBell::in_terminal(&before, Timestamp::from_millis(9_900));
        assert_eq!(bell.taken_out_of(&terminal(9_000, true)), before);
        assert_eq!(bell.taken_out_of(&terminal(10_000, true)), before);
        assert_eq!(bell.taken_out_of(&terminal(11_000, true)), terminal(11_000, false));
        assert_eq!(bell.taken_out_of(&before), before);
    }

    #[test]
    fn a_bell_of_the_agent_is_not_forgotten() {
        let bell = OwnBell::in_terminal(&terminal(5_000, true), Timestamp::from_millis(9_900));
        assert!(bell.taken_out_of(&terminal(9_000, true)).has_rung);
        assert!(!bell.taken_out_of(&terminal(9_000, false)).has_rung);
    }
}
