use std::os::unix::process::CommandExt;
use std::process::Command;

use super::{Attach, RuntimeError};

impl Attach {
    /// Becomes the command: it returns only when that cannot be done.
    pub fn exec(&self) -> RuntimeError {
        let Some((program, args)) = self.argv.split_first() else {
            return RuntimeError::NotInstalled(String::new());
        };
        let mut command = Command::new(program);
        command.args(args);
        for name in &self.remove {
            command.env_remove(name);
        }
        let error = command.exec();
        RuntimeError::io(format!("start '{}'", program.to_string_lossy()), error)
    }
}
