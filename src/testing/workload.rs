use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::runtime::{Exit, ProcessSpec};

/// The processes that [`RuntimeLaws`](super::RuntimeLaws) start, as a runtime sees them.
///
/// [`ShellWorkload`] is for runtimes whose processes are processes of this system. A runtime that
/// keeps its agents elsewhere, or in memory, needs its own.
///
/// Each process has a directory, `dir`, in which a workload can leave what it wants.
pub trait Workload {
    /// Returns a process that runs until it is stopped or [ended](Self::end).
    fn process(&self, dir: &Path) -> ProcessSpec;

    /// Makes a process exit on its own in this way.
    ///
    /// # Panics
    /// May panic if it cannot.
    fn end(&self, dir: &Path, handle: &str, exit: Exit);

    /// Returns what the runtime passed to a process, or None while that is not known yet.
    fn received(&self, dir: &Path, handle: &str) -> Option<Received>;

    /// Returns the texts that were sent to a process. Needed for a runtime that can send a text
    /// although it has no terminal.
    fn sent(&self, _dir: &Path, _handle: &str) -> Vec<String> {
        Vec::new()
    }

    /// Returns what every process prints when it starts. None if it prints nothing; logs are then
    /// not checked.
    fn prints(&self) -> Option<&str> {
        None
    }
}

/// What a runtime passed to a process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// The arguments that stand behind those of [`Workload::process`].
    pub args: Vec<OsString>,
    /// The working directory.
    pub directory: PathBuf,
    /// The environment.
    pub variables: BTreeMap<OsString, OsString>,
    /// The standard input.
    pub input: Vec<u8>,
}

/// Shell scripts that write what they receive to their directory. For runtimes that start processes
/// of this system.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct ShellWorkload;

const PRINTED: &str = "the process has started";

/// The first argument is the directory. A terminal is not read, for nobody types.
const SCRIPT: &str = r#"
    dir=$1; shift
    echo 'the process has started'
    for arg; do printf '%s\0' "$arg"; done >"$dir/args"
    pwd -P >"$dir/directory"
    env >"$dir/variables"
    if [ -t 0 ]; then : >"$dir/input"; else cat >"$dir/input"; fi
    : >"$dir/received"
    until [ -e "$dir/end" ]; do sleep 0.02; done
    read -r how what <"$dir/end"
    [ "$how" = code ] && exit "$what"
    kill -"$what" $$
    sleep 1000
"#;

impl Workload for ShellWorkload {
    fn process(&self, dir: &Path) -> ProcessSpec {
        let script: [OsString; 4] = ["sh", "-c", SCRIPT, "sh"].map(Into::into);
        ProcessSpec::new(script.into_iter().chain([dir.into()]), dir)
    }

    fn end(&self, dir: &Path, _: &str, exit: Exit) {
        let text = match exit {
            Exit::Code(code) => format!("code {code}\n"),
            Exit::Signal(signal) => format!("signal {signal}\n"),
            Exit::Unknown => "code 0\n".to_owned(),
        };
        // Renamed, so that the script never reads half of it.
        let written = fs::write(dir.join("ending"), text);
        let written = written.and_then(|()| fs::rename(dir.join("ending"), dir.join("end")));
        written.expect("the directory of the process can be written to");
    }

    fn received(&self, dir: &Path, _: &str) -> Option<Received> {
        dir.join("received").exists().then(|| read(dir).expect("the script has written it"))
    }

    fn prints(&self) -> Option<&str> {
        Some(PRINTED)
    }
}

fn read(dir: &Path) -> io::Result<Received> {
    let bytes = |name: &str| fs::read(dir.join(name));
    let text = |bytes: &[u8]| OsString::from_vec(bytes.to_owned());
    let args = bytes("args")?;
    let variables = bytes("variables")?;
    let variables = variables.split(|byte| *byte == b'\n').filter_map(|line| {
        let at = line.iter().position(|byte| *byte == b'=')?;
        Some((text(&line[..at]), text(&line[at + 1..])))
    });
    let directory = bytes("directory")?;
    Ok(Received {
        args: args
            .split_inclusive(|byte| *byte == 0)
            .map(|arg| text(&arg[..arg.len() - 1]))
            .collect(),
        directory: text(directory.trim_ascii_end()).into(),
        variables: variables.collect(),
        input: bytes("input")?,
    })
}
