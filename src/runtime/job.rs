use std::thread;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_current_process_group, kill_process, waitid,
};

/// How often to check whether a process was continued, and at which interval.
const LOOKS: u32 = 5;
const APART: Duration = Duration::from_millis(20);

/// Waits until a child ends, without reaping it, so that its id is not reused.
pub(super) fn wait_for_end(pid: Pid) {
    wait(pid, WaitIdOptions::EXITED, |_| {});
}

/// Waits like [`wait_for_end`] for a child in the caller's process group. If the child stops, stops
/// the whole job.
///
/// ^Z in a terminal stops the whole group. A program that reads raw keys stops only itself, and the
/// shell would keep waiting for its job.
pub(super) fn wait_for_end_of_job(pid: Pid) {
    wait(pid, WaitIdOptions::EXITED | WaitIdOptions::STOPPED, stop_with);
}

fn wait(pid: Pid, what: WaitIdOptions, stopped: impl Fn(Pid)) {
    loop {
        match waitid(WaitId::Pid(pid), what | WaitIdOptions::NOWAIT) {
            Err(Errno::INTR) => {}
            Ok(Some(status)) if status.stopped() => stopped(pid),
            _ => return,
        }
    }
}

fn stop_with(pid: Pid) {
    // Consumes the event, which waitid(2) would otherwise report again and again.
    let _ = waitid(WaitId::Pid(pid), WaitIdOptions::STOPPED | WaitIdOptions::NOHANG);
    // If the terminal stopped the whole job, this code runs only after the job was continued.
    if goes_on(pid) {
        return;
    }
    let _ = kill_current_process_group(Signal::TSTP);
    if !goes_on(pid) {
        // The signal had no effect because no shell could continue the job, for example in tmux.
        let _ = kill_process(pid, Signal::CONT);
    }
}

fn goes_on(pid: Pid) -> bool {
    let continued = WaitIdOptions::CONTINUED | WaitIdOptions::NOHANG;
    // A process that was stopped again has been continued, because its last stop was consumed.
    let later = WaitIdOptions::EXITED | WaitIdOptions::STOPPED;
    let later = later | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    for _ in 0..LOOKS {
        for what in [continued, later] {
            if !matches!(waitid(WaitId::Pid(pid), what), Ok(None) | Err(Errno::INTR)) {
                return true;
            }
        }
        thread::sleep(APART);
    }
    false
}
