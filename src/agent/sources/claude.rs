//! The conversations of Claude Code.
//!
//! `<id>.jsonl` is a conversation. The folder `<id>` beside it has the conversations of its
//! subagents, `subagents/agent-<name>.jsonl`, and the results of tools that were too large for the
//! transcript. `/clear` begins another conversation in the same folder.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::agent::transcript::BegunFile;
use crate::agent::value::check_id;
use crate::transcript::{Source, is_file_name};

/// What the transcript of a conversation begins with that `/clear` has begun.
const CLEAR: &[u8] = b"<command-name>/clear</command-name>";

/// How much of a transcript is searched for that, in bytes.
const HEAD: u64 = 16 << 10;

/// How many folders below that of a conversation are searched for files.
const DEPTH: usize = 4;

/// Returns the conversations that `/clear` has begun, by the time at which they were last written.
pub(super) fn later(mut begun: Vec<BegunFile>) -> Vec<(String, PathBuf)> {
    begun.retain(|it| is_after_clear(&it.file));
    begun.sort_by_key(|it| it.written);
    begun.into_iter().map(|it| (it.id, it.file)).collect()
}

fn is_after_clear(file: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(file).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    read.is_ok() && memchr::memmem::find(&head, CLEAR).is_some()
}

/// Adds what is in the folder beside the transcript.
pub(super) fn with_folder(source: Source) -> Source {
    let folder = source.file.with_extension("");
    let mut files = Vec::new();
    walk(&folder, DEPTH, &mut files);
    files.sort();
    files.into_iter().fold(source, |source, file| {
        let Some(path) = file.strip_prefix(&folder).ok().and_then(Path::to_str) else {
            return source;
        };
        let subagent = path.strip_prefix("subagents/").and_then(|name| name.strip_suffix(".jsonl"));
        match subagent.filter(|name| !name.contains('/')) {
            Some(name) if check_id("subagent", name).is_ok() => source.with_subagent(name, &file),
            _ if path.split('/').all(is_file_name) => source.with_file(path, &file),
            // It cannot be a name in a tree.
            _ => source,
        }
    })
}

fn walk(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth > 0 => walk(&entry.path(), depth - 1, found),
            Ok(kind) if kind.is_file() => found.push(entry.path()),
            _ => {}
        }
    }
}
