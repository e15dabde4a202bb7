use std::path::PathBuf;

use git_ao::model::Timestamp;
use git_ao::store::Store;

use super::CliError;
use super::commands::Commands;
use super::env::Env;
use super::ui::{Out, OutError, Screen};

/// The context in which a verb runs.
pub struct Ctx {
    /// Standard output.
    pub out: Out,
    /// The environment.
    pub env: Env,
    /// The program's own commands.
    pub commands: Commands,
    /// The time at which the program started.
    pub now: Timestamp,
    /// The store, once it is open.
    pub(super) opened: Option<Store>,
}

impl Ctx {
    /// Makes the context of this process.
    pub fn of_process(commands: Commands) -> Self {
        let env = Env::of_process();
        let out = Out::stdout(Screen::detect(&env));
        Self { out, now: env.now(), env, commands, opened: None }
    }

    /// Returns the current directory.
    pub fn current_dir(&self) -> Result<PathBuf, CliError> {
        std::env::current_dir().map_err(|error| {
            CliError::fatal("cannot determine the current directory").because(&error)
        })
    }

    /// Sends further output through the pager if it goes to a terminal. Takes the value of
    /// `core.pager`.
    pub fn page(&mut self, core_pager: Option<&str>) -> Result<(), OutError> {
        self.out.page(&self.env, core_pager)
    }
}
