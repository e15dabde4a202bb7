use std::path::PathBuf;

use super::Process;

/// A process with a certain variable in its environment, such as the children of an agent, which
/// have its session's id.
///
/// The variable does not show for whom the process works: a shared daemon has the environment of
/// whichever process started it first.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Carrier {
    /// The process.
    pub process: Process,
    /// The name of the program.
    pub name: String,
    /// The working directory, if known.
    pub directory: Option<PathBuf>,
    /// The value of the variable that identifies the clone in which it was started, if it has one.
    pub origin: Option<String>,
}

/// Returns the processes that were started with this variable, except this process and its
/// ancestors. Processes of other users are not visible, nor any on systems without `/proc`.
///
/// Each has the value of its variable `origin`.
#[cfg(target_os = "linux")]
pub fn carriers(variable: &str, value: &str, origin: &str) -> Vec<Carrier> {
    use std::fs;

    let above = ancestors();
    let carrier = |pid: u32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
        if value_of(&environment, variable)? != value.as_bytes() {
            return None;
        }
        let process = Process::of(pid).ok()??;
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        let directory = fs::read_link(format!("/proc/{pid}/cwd")).ok();
        let origin = value_of(&environment, origin);
        let origin = origin.map(|value| String::from_utf8_lossy(value).into_owned());
        Some(Carrier { process, name: name.trim_end().to_owned(), directory, origin })
    };
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let mut carriers: Vec<_> =
        pids.filter(|pid| !above.contains(pid)).filter_map(carrier).collect();
    carriers.sort_by_key(|carrier| carrier.process.pid());
    carriers
}

#[cfg(target_os = "linux")]
fn value_of<'e>(environment: &'e [u8], variable: &str) -> Option<&'e [u8]> {
    let mut variables = environment.split(|byte| *byte == 0);
    variables.find_map(|it| it.strip_prefix(variable.as_bytes())?.strip_prefix(b"="))
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

/// Returns nothing: processes are not visible on this system.
#[cfg(not(target_os = "linux"))]
pub fn carriers(_: &str, _: &str, _: &str) -> Vec<Carrier> {
    Vec::new()
}
