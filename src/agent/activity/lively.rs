//! Agents whose terminal is never silent while they work, and that tell nothing else: OpenCode
//! (1.18.33) and aider (0.86.2) show that they are busy by something that moves.

use std::path::Path;

use serde_json::Value;

use super::{ActivityInputs, HookNote};
use crate::model::{Activity, ActivityReport};

const GUESS: &str = "a guess: its terminal is silent, which it is not while it works";

/// How long the terminal of one that works is never silent, in milliseconds.
const SILENT: i64 = 5_000;

pub(super) fn look(inputs: &ActivityInputs<'_>, _: Option<&Path>) -> Option<ActivityReport> {
    let terminal = inputs.terminal.filter(|terminal| !terminal.has_rung)?;
    let output = terminal.last_output?;
    let is_silent = inputs.now.as_millis() - output.as_millis() > SILENT;
    // Otherwise, it is as for any other program.
    is_silent.then(|| ActivityReport::new(Activity::Ready, GUESS).since(output))
}

/// They have no hooks that an argument could add.
pub(super) fn hear(_: &Value) -> Option<HookNote> {
    None
}
