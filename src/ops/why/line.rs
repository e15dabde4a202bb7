//! Finds where a line of a file comes from.

use std::ffi::OsString;
use std::path::Path;

use super::works::SessionWork;
use super::{Evidence, Provenance, ProvenanceSearch, WhyError};
use crate::git::GitError;
use crate::model::{Oid, Session};
use crate::ops::common::{Engine, OpsError};

/// A line with fewer letters and digits says nothing: it may be written twice.
const TELLING: usize = 8;

/// Where a line comes from.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LineOrigin {
    /// The commit that added the line; None if it is not committed.
    pub commit: Option<Oid>,
    /// The line.
    pub text: String,
    /// The sessions that it comes from; none if that is not known.
    pub found: Vec<Provenance>,
}

/// A line as `git blame` has it.
struct Blamed {
    commit: Oid,
    /// The file's path from the top directory, in that commit.
    path: OsString,
    text: Vec<u8>,
    is_boundary: bool,
}

impl Engine {
    /// Returns where a line of a file comes from, as the file is in this worktree. The path is
    /// relative to the current directory.
    ///
    /// # Errors
    /// Fails if git cannot tell who added the line, or if the store cannot be read.
    pub fn why_line(&self, file: &Path, line: u32) -> Result<LineOrigin, OpsError> {
        let repo = self.repository();
        if repo.work_dir().is_none() {
            return Err(WhyError::NoWorktree.into());
        }
        let range = format!("{line},{line}");
        let blamed = blame(self, &["-L".into(), range.into(), "--".into(), file.into()])
            .map_err(|error| problem(error, file, line))?;
        let no_line = || WhyError::NoLine { file: file.to_owned(), line };
        let blamed = blamed.into_iter().next().ok_or_else(no_line)?;
        let text = String::from_utf8_lossy(&blamed.text).into_owned();
        if blamed.commit.as_str().bytes().all(|byte| byte == b'0') {
            return Ok(LineOrigin { commit: None, text, found: Vec::new() });
        }
        // Git names the commit at which the history ends, whoever added the line.
        let is_end = |end: &Oid| *end == blamed.commit;
        if blamed.is_boundary && repo.shallow_ends().iter().any(is_end) {
            return Ok(LineOrigin { commit: Some(blamed.commit), text, found: Vec::new() });
        }
        let mut search = ProvenanceSearch::new(self)?;
        let mut found = search.of_commit(&blamed.commit)?;
        if found.is_empty() {
            found.extend(self.added_in_work(&mut search, &blamed)?);
        }
        Ok(LineOrigin { commit: Some(blamed.commit), text, found })
    }

    /// Finds the only session that has added a line to a file, if the commit was made later.
    fn added_in_work(
        &self,
        search: &mut ProvenanceSearch<'_>,
        line: &Blamed,
    ) -> Result<Option<Provenance>, OpsError> {
        let letters = line.text.iter().filter(|byte| byte.is_ascii_alphanumeric() || **byte > 127);
        if letters.count() < TELLING {
            return Ok(None);
        }
        let works = search.works()?;
        let mut found: Option<Provenance> = None;
        for (session, work) in self.with_path(&works, &line.path)? {
            if !self.adds(search, work, line)? {
                continue;
            }
            match &found {
                None => found = Some(Provenance::new(session, Evidence::Line).via(&work.head)),
                Some(one) if one.id != session.id => return Ok(None),
                Some(_) => {}
            }
        }
        Ok(found)
    }

    /// Returns the work that changes the file at a path.
    fn with_path<'w>(
        &self,
        works: &'w [(Session, SessionWork)],
        path: &OsString,
    ) -> Result<Vec<(&'w Session, &'w SessionWork)>, OpsError> {
        let repo = self.repository();
        let is_here = |work: &SessionWork| [&work.head, &work.start].map(|it| repo.has_commit(it));
        let works = works.iter().filter(|(_, work)| is_here(work) == [true, true]);
        let works: Vec<_> = works.collect();
        let pair = |work: &SessionWork| format!("{} {}\n", work.head, work.start);
        let input: String = works.iter().map(|(_, work)| pair(work)).collect();
        let git = repo.git("diff-tree").env("GIT_LITERAL_PATHSPECS", "1");
        let git = git.args(["--stdin", "-r", "--name-only", "--no-renames", "--"]).arg(path);
        let changed = git.input(input).run()?.text();
        let heads: Vec<&str> = changed.lines().collect();
        let works = works.into_iter().filter(|(_, work)| heads.contains(&work.head.as_str()));
        Ok(works.map(|(session, work)| (session, work)).collect())
    }

    /// Returns true if the work adds the line, and the line's commit is not in the work's history: if
    /// it is, somebody else has added the line before.
    fn adds(
        &self,
        search: &mut ProvenanceSearch<'_>,
        work: &SessionWork,
        line: &Blamed,
    ) -> Result<bool, OpsError> {
        let repo = self.repository();
        let git = repo.git("merge-base").args(["--is-ancestor", line.commit.as_str()]);
        if git.arg(work.head.as_str()).find()?.is_some() {
            return Ok(false);
        }
        let range = format!("{}..{}", work.start, work.head);
        let args = [range.into(), "--".into(), line.path.clone()];
        let top = repo.work_dir();
        let Ok(lines) = blame_at(self, top.as_deref(), &args) else { return Ok(false) };
        // What a merge brought in was added by others.
        let own = search.commits_of(work);
        Ok(lines.iter().any(|one| one.text == line.text && own.contains(&one.commit)))
    }
}

fn blame(engine: &Engine, args: &[OsString]) -> Result<Vec<Blamed>, GitError> {
    blame_at(engine, None, args)
}

fn blame_at(
    engine: &Engine,
    top: Option<&Path>,
    args: &[OsString],
) -> Result<Vec<Blamed>, GitError> {
    let here = Path::new(".");
    let git = engine.repository().git_in(top.unwrap_or(here), "blame").arg("--line-porcelain");
    Ok(parse(git.args(args).run()?.bytes()))
}

fn parse(porcelain: &[u8]) -> Vec<Blamed> {
    use std::os::unix::ffi::OsStrExt as _;

    let (mut lines, mut now): (Vec<Blamed>, Option<Blamed>) = (Vec::new(), None);
    for line in porcelain.split(|byte| *byte == b'\n') {
        let Some(at) = &mut now else {
            let head = String::from_utf8_lossy(line);
            let commit = head.split(' ').next().and_then(|id| id.parse().ok());
            now = commit.map(|commit| Blamed {
                commit,
                path: OsString::new(),
                text: Vec::new(),
                is_boundary: false,
            });
            continue;
        };
        if let Some(text) = line.strip_prefix(b"\t") {
            at.text = text.to_vec();
            lines.extend(now.take());
        } else if let Some(path) = line.strip_prefix(b"filename ") {
            at.path = std::ffi::OsStr::from_bytes(path).to_owned();
        } else {
            at.is_boundary |= line == b"boundary";
        }
    }
    lines
}

fn problem(error: GitError, file: &Path, line: u32) -> OpsError {
    match error {
        GitError::Failed { message, .. } if message.contains(" has only ") => {
            WhyError::NoLine { file: file.to_owned(), line }.into()
        }
        GitError::Failed { message, .. } => {
            WhyError::NoBlame { file: file.to_owned(), message }.into()
        }
        error => error.into(),
    }
}
