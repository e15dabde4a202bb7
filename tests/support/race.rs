use std::io::Read;
use std::process::Stdio;

use super::{LIMIT, Out, Run, output_of};

/// Runs `n` commands that begin at one moment, and returns how they ended, in the same order.
///
/// Each is started behind a small shell that writes a newline to standard error and then reads
/// standard input, which is one pipe for all of them. When every shell has reported, the only
/// writing end of that pipe is closed: all reads return at once, and each shell becomes its
/// command. So a late starter cannot turn the race into a queue, and nothing sleeps.
pub fn race(n: usize, command: impl Fn(usize) -> Run) -> Vec<Out> {
    let (gate, opener) = std::io::pipe().expect("a pipe");
    let mut waiting = Vec::with_capacity(n);
    for i in 0..n {
        let run = command(i);
        let mut shell = run.gated().command();
        shell.stdin(gate.try_clone().expect("one more reader"));
        shell.stdout(Stdio::piped()).stderr(Stdio::piped());
        waiting.push((run.name(), shell.spawn().expect("sh can be started")));
    }
    for (_, child) in &mut waiting {
        let stderr = child.stderr.as_mut().expect("standard error is a pipe");
        stderr.read_exact(&mut [0]).expect("the shell reports");
    }
    drop(opener);
    std::thread::scope(|scope| {
        let wait = |(name, child): (String, std::process::Child)| {
            scope.spawn(move || {
                let output = output_of(child, &name, LIMIT);
                Out::new(name, output)
            })
        };
        let ends: Vec<_> = waiting.into_iter().map(wait).collect();
        ends.into_iter().map(|end| end.join().expect("waiting does not panic")).collect()
    })
}
