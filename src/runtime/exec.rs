use std::os::unix::process::CommandExt;

use super::{Attach, RuntimeError};

impl Attach {
    /// Replaces this process with the command. Returns only on failure.
    pub fn exec(&self) -> RuntimeError {
        let Some((program, args)) = self.argv.split_first() else {
            return RuntimeError::NotInstalled(String::new());
        };
        let mut command = self.environment.command(program);
        if let Some(cwd) = &self.cwd {
            command.current_dir(cwd);
        }
        let error = command.args(args).exec();
        RuntimeError::io(format!("start '{}'", program.to_string_lossy()), error)
    }
}
