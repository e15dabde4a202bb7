use std::time::Duration;

use crate::runtime::{Child, ProcessEvent, RuntimeError};

/// A running agent, as its supervisor sees it.
pub trait Supervised: Send {
    /// Waits for the next event, or returns None after `patience`.
    fn next(&mut self, patience: Duration) -> Option<ProcessEvent>;

    /// Asks the agent to exit.
    fn ask_to_end(&self) -> Result<(), RuntimeError>;

    /// Returns the signal with which something else asked it to exit: a shutdown, or the end of its
    /// terminal.
    fn asked_by(&self) -> Option<i32> {
        None
    }

    /// Returns the screen of its terminal, which is about to be lost.
    fn last_screen(&self) -> Option<String>;

    /// Removes what is kept of an agent that has ended.
    fn clear(&self) {}
}

/// A child of this process, on the screen of this process.
pub struct ChildOnScreen<S> {
    pub child: Child,
    /// Returns the screen.
    pub screen: S,
}

impl<S: Fn() -> Option<String> + Send> Supervised for ChildOnScreen<S> {
    fn next(&mut self, patience: Duration) -> Option<ProcessEvent> {
        self.child.next(patience)
    }

    fn ask_to_end(&self) -> Result<(), RuntimeError> {
        self.child.signals().end()
    }

    fn asked_by(&self) -> Option<i32> {
        self.child.signals().asked()
    }

    fn last_screen(&self) -> Option<String> {
        (self.screen)()
    }
}
