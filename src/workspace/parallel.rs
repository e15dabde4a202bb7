use std::sync::Mutex;
use std::thread;

use crate::git::{GitCommand, GitError, Output};

/// Runs commands, as many at a time as there are processors. The outputs are in their order.
pub(super) fn run_all(commands: Vec<GitCommand>) -> Vec<Result<Output, GitError>> {
    let count = commands.len();
    let width = thread::available_parallelism().map_or(1, usize::from).min(count);
    if width <= 1 {
        return commands.into_iter().map(GitCommand::run).collect();
    }
    let waiting = Mutex::new(commands.into_iter().enumerate());
    let next = || waiting.lock().expect("taking a command does not panic").next();
    let work = || {
        let take = || next().map(|(number, command)| (number, command.run()));
        std::iter::from_fn(take).collect::<Vec<_>>()
    };
    let mut outputs: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..width).map(|_| scope.spawn(work)).collect();
        let join = |worker: thread::ScopedJoinHandle<'_, _>| {
            worker.join().expect("running git does not panic")
        };
        workers.into_iter().flat_map(join).collect()
    });
    outputs.sort_by_key(|(number, _)| *number);
    outputs.into_iter().map(|(_, output)| output).collect()
}
