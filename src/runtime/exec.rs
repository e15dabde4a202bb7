use std::os::unix::process::CommandExt;

use super::{Attach, RuntimeError};

impl Attach {
    /// Replaces this process with the command. Returns only on failure.
    pub fn exec(&self) -> RuntimeError {
        let Some((program, args)) = self.argv.split_first() else {
            return RuntimeError::NotInstalled(String::new());
        };
        let error = self.environment.command(program).args(args).exec();
        RuntimeError::io(format!("start '{}'", program.to_string_lossy()), error)
    }
}
