use std::path::PathBuf;

use git_ao::model::Timestamp;
use git_ao::store::Store;

use super::CliError;
use super::commands::Commands;
use super::env::Env;
use super::ui::{Out, OutError, Screen};

/// What a verb is given besides its arguments.
pub struct Ctx {
    /// Standard output.
    pub out: Out,
    /// The environment.
    pub env: Env,
    /// The program's own commands.
    pub commands: Commands,
    /// The time at which the program was started.
    pub now: Timestamp,
    /// The store, once it was opened.
    pub(super) opened: Option<Store>,
}

impl Ctx {
    /// The context of this process.
    pub fn of_process(commands: Commands) -> Self {
        let env = Env::of_process();
        let out = Out::stdout(Screen::detect(&env));
        Self { out, now: env.now(), env, commands, opened: None }
    }

    /// The folder the program was started in.
    pub fn current_dir(&self) -> Result<PathBuf, CliError> {
        std::env::current_dir().map_err(|error| {
            CliError::fatal("cannot determine the current directory").because(&error)
        })
    }

    /// Sends what follows through the pager, on a terminal; takes the value of `core.pager`.
    pub fn page(&mut self, core_pager: Option<&str>) -> Result<(), OutError> {
        self.out.page(&self.env, core_pager)
    }
}
