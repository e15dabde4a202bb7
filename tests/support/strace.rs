use std::ffi::OsStr;

use super::{Run, skipped};

/// Runs a command below strace, which is told to make system calls of its main thread fail; None,
/// which is said, where there is no strace or it may not trace.
pub fn strace<A: AsRef<OsStr>>(run: &Run, args: &[A]) -> Option<Run> {
    let probe = run.clone().like("strace", ["-qq", "-o", "/dev/null", "true"]);
    if !probe.command().output().is_ok_and(|output| output.status.success()) {
        skipped("no strace here, or it may not trace");
        return None;
    }
    let quiet = ["-qq", "-o", "/dev/null"].map(OsStr::new);
    Some(run.clone().under("strace", quiet.into_iter().chain(args.iter().map(AsRef::as_ref))))
}
