use std::thread;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_current_process_group, kill_process, waitid,
};

/// How often it is asked whether a process goes on, and how long apart.
const LOOKS: u32 = 5;
const APART: Duration = Duration::from_millis(20);

/// Waits until a child ends, without collecting it: its number stays its own.
pub(super) fn wait_for_end(pid: Pid) {
    wait(pid, WaitIdOptions::EXITED, |_| {});
}

/// Likewise, for one that shares the caller's process group: when it stops, the whole job does.
///
/// The terminal's ^Z stops everybody by itself. A program that takes the keys as they come stops
/// only itself, and the shell would go on waiting for its job.
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
    // Taken, or it would be told again and again.
    let _ = waitid(WaitId::Pid(pid), WaitIdOptions::STOPPED | WaitIdOptions::NOHANG);
    // Where the terminal stopped all, this goes on with all of them, too.
    if goes_on(pid) {
        return;
    }
    let _ = kill_current_process_group(Signal::TSTP);
    if !goes_on(pid) {
        // Nobody was stopped, as there is no shell that could continue the job: in tmux, say.
        let _ = kill_process(pid, Signal::CONT);
    }
}

fn goes_on(pid: Pid) -> bool {
    let continued = WaitIdOptions::CONTINUED | WaitIdOptions::NOHANG;
    // Also one that was stopped anew has gone on: its last stop was taken.
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
