use std::path::PathBuf;

use super::Process;

/// A process that has a variable in its environment, as children of an agent have its session's id.
///
/// It says nothing about who it works for: a daemon that many share has the environment of whoever
/// started it first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carrier {
    /// The process.
    pub process: Process,
    /// The name of its program.
    pub name: String,
    /// Its working directory, where it can be told.
    pub directory: Option<PathBuf>,
}

/// The processes that were started with this variable, but not this one or those above it. Those of
/// other users cannot be seen, nor any on systems without `/proc`.
#[cfg(target_os = "linux")]
pub fn carriers(variable: &str, value: &str) -> Vec<Carrier> {
    use std::fs;

    let wanted = format!("{variable}={value}");
    let above = ancestors();
    let is_wanted = |pid: &u32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        !above.contains(pid) && environment.split(|b| *b == 0).any(|v| v == wanted.as_bytes())
    };
    let carrier = |pid: u32| {
        let process = Process::of(pid).ok()??;
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        let directory = fs::read_link(format!("/proc/{pid}/cwd")).ok();
        Some(Carrier { process, name: name.trim_end().to_owned(), directory })
    };
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let mut carriers: Vec<_> = pids.filter(is_wanted).filter_map(carrier).collect();
    carriers.sort_by_key(|carrier| carrier.process.pid());
    carriers
}

#[cfg(target_os = "linux")]
fn ancestors() -> Vec<u32> {
    let mut all = Vec::new();
    let mut next = Some(std::process::id());
    while let Some(pid) = next.filter(|pid| *pid > 1 && !all.contains(pid)) {
        all.push(pid);
        next = super::process::parent(pid);
    }
    all
}

/// None can be seen here.
#[cfg(not(target_os = "linux"))]
pub fn carriers(_: &str, _: &str) -> Vec<Carrier> {
    Vec::new()
}
