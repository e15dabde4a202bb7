use crate::agent::Agent;

/// Checks what every [`Agent`] keeps. Its program is not run.
///
/// ```
/// # fn main() -> Result<(), git_ao::agent::AgentError> {
/// use git_ao::agent::Agents;
/// use git_ao::testing::AgentLaws;
///
/// AgentLaws::new(Agents::builtin().find("claude")?).check();
/// # Ok(()) }
/// ```
#[derive(Clone, Copy)]
pub struct AgentLaws<'a> {
    pub(super) agent: &'a dyn Agent,
    pub(super) only: Option<&'a str>,
    pub(super) conversation: &'a str,
}

impl<'a> AgentLaws<'a> {
    /// Checks an agent whose conversations have UUIDs.
    pub fn new(agent: &'a dyn Agent) -> Self {
        Self { agent, only: None, conversation: "0b9d3c52-7f2e-4c57-8a55-3f4c7d0f6a1e" }
    }

    /// Uses this as the id of a conversation, for an agent with ids of another form. There must be no
    /// such conversation.
    #[must_use]
    pub fn conversation(self, id: &'a str) -> Self {
        Self { conversation: id, ..self }
    }

    /// Checks only the law of this name.
    #[must_use]
    pub fn only(self, name: &'a str) -> Self {
        Self { only: Some(name), ..self }
    }
}

impl std::fmt::Debug for AgentLaws<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AgentLaws").field("agent", &self.agent.name()).finish_non_exhaustive()
    }
}
