//! Writes histories with `git fast-import`.

use std::collections::HashMap;
use std::fmt::Write as _;

use git_ao::model::Oid;

use super::edits::Files;
use crate::support::Repo;

/// The input of `git fast-import`.
#[derive(Default)]
pub struct Stream {
    text: String,
    marks: u32,
}

/// What a commit is made with.
pub struct Made<'m> {
    pub authored: i64,
    pub time: i64,
    pub message: &'m str,
    pub parents: &'m [u32],
}

impl Stream {
    /// Adds a commit. Returns its mark.
    pub fn commit(&mut self, made: &Made<'_>, files: &Files) -> u32 {
        self.marks += 1;
        let (mark, message) = (self.marks, made.message);
        let who = |time: i64| format!("A U Thor <a@example.com> {time} +0000");
        let (author, committer) = (who(made.authored), who(made.time));
        let text = &mut self.text;
        writeln!(text, "commit refs/heads/all\nmark :{mark}").unwrap();
        writeln!(text, "author {author}\ncommitter {committer}").unwrap();
        writeln!(text, "data {}\n{message}", message.len()).unwrap();
        for (number, parent) in made.parents.iter().enumerate() {
            let word = if number == 0 { "from" } else { "merge" };
            writeln!(text, "{word} :{parent}").unwrap();
        }
        writeln!(text, "deleteall").unwrap();
        for file in files.values() {
            let content: String = file.lines.iter().map(|line| format!("{line}\n")).collect();
            let (path, length) = (&file.path, content.len());
            writeln!(text, "M 100644 inline {path}\ndata {length}\n{content}").unwrap();
        }
        // The next one may begin a history.
        writeln!(text, "reset refs/heads/all\n").unwrap();
        mark
    }

    /// Names a commit.
    pub fn branch(&mut self, name: &str, mark: u32) {
        writeln!(self.text, "reset refs/heads/{name}\nfrom :{mark}\n").unwrap();
    }
}

/// Writes the commits, and returns them by their marks.
pub fn import(repo: &Repo, stream: &Stream) -> HashMap<u32, Oid> {
    let marks = repo.env().path("marks");
    let export = format!("--export-marks={}", marks.display());
    let run = repo.env().git(repo.dir(), ["fast-import", "--quiet", "--force", &export]);
    run.input(stream.text.clone()).run().ok();
    let marks = std::fs::read_to_string(marks).unwrap();
    let parse = |line: &str| {
        let (mark, id) = line.strip_prefix(':')?.split_once(' ')?;
        Some((mark.parse().ok()?, id.parse().ok()?))
    };
    marks.lines().filter_map(parse).collect()
}
