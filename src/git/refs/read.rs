//! Reads refs.
//!
//! gix caches `packed-refs` by its modification time. If `git pack-refs` runs twice within the
//! clock's resolution, readers and the compare-and-swap would both see an old tip. Here both read
//! the files themselves.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read};

use crate::git::error::Cause;
use crate::git::extensions::RefStorage;
use crate::git::files::uninterrupted;
use crate::git::objects::oid;
use crate::git::{GitError, RefError, Repository};
use crate::model::{InvalidOid, Oid};

/// How many refs git is asked for at once: a command line has an end.
const AT_ONCE: usize = 1000;

/// Enough of a ref's file for the longest id, or to recognize a symbolic ref.
const LONGEST: usize = 256;

/// The content of a loose ref.
pub(super) enum Loose {
    At(Oid),
    /// No file: the ref is packed, or does not exist.
    Missing,
    /// A directory. An empty one does no harm.
    Folder,
}

impl Repository {
    /// Returns the object that a ref points to, or None if there is no such ref.
    ///
    /// # Errors
    /// Fails if the ref cannot be read, or is a symbolic ref.
    pub fn read_ref(&self, name: &str) -> Result<Option<Oid>, RefError> {
        self.read_refs([name]).map(|[found]| found)
    }

    /// Returns the objects that several refs point to. The names must be full, and of refs that all
    /// worktrees share.
    ///
    /// # Errors
    /// Fails like [`read_ref`](Self::read_ref).
    pub fn read_refs<const N: usize>(
        &self,
        names: [&str; N],
    ) -> Result<[Option<Oid>; N], RefError> {
        let failed = |source: Cause| RefError::Read { name: names.join("', '"), source };
        let mut found = names.map(|_| None);
        match self.ref_storage() {
            RefStorage::Files => self.read_files_refs(&names, &mut found).map_err(failed)?,
            RefStorage::Foreign => {
                for (name, found) in names.iter().zip(&mut found) {
                    *found = self.read_foreign_ref(name).map_err(failed)?;
                }
            }
        }
        Ok(found)
    }

    /// Returns the objects that many refs point to, in their order, as git sees them: symbolic refs
    /// are followed, and broken ones do not exist. Git is run only for what cannot be read here.
    ///
    /// # Errors
    /// Fails if git fails.
    pub fn read_ref_list(&self, names: &[&str]) -> Result<Vec<Option<Oid>>, RefError> {
        let mut found = vec![None; names.len()];
        if self.ref_storage() == RefStorage::Files
            && self.read_files_refs(names, &mut found).is_ok()
        {
            return Ok(found);
        }
        let mut tips = BTreeMap::new();
        for names in names.chunks(AT_ONCE) {
            let failed = |source: GitError| RefError::Read {
                name: names.join("', '"),
                source: source.into(),
            };
            let git = self.git("for-each-ref").arg("--format=%(objectname) %(refname)");
            let text = git.args(names).run().map_err(failed)?.text();
            let parse = |line: &str| {
                let (id, name) = line.split_once(' ')?;
                Some((name.to_owned(), id.parse::<Oid>().ok()?))
            };
            tips.extend(text.lines().filter_map(parse));
        }
        Ok(names.iter().map(|name| tips.get(*name).cloned()).collect())
    }

    fn read_foreign_ref(&self, name: &str) -> Result<Option<Oid>, Cause> {
        let git = self.git("rev-parse").args(["--verify", "--quiet", "--end-of-options", name]);
        let found = git.find()?;
        Ok(found.map(|output| output.text().parse()).transpose()?)
    }

    fn read_files_refs(&self, names: &[&str], found: &mut [Option<Oid>]) -> Result<(), Cause> {
        for (name, found) in names.iter().zip(&mut *found) {
            if let Loose::At(at) = self.read_loose_ref(name)? {
                *found = Some(at);
            }
        }
        // Git writes packed-refs before it removes the loose file, so the loose file must be read
        // first.
        if found.iter().any(Option::is_none)
            && let Some(packed) = self.ref_store().open_packed_buffer()?
        {
            for (name, found) in names.iter().zip(found).filter(|(_, found)| found.is_none()) {
                *found = packed.try_find(*name)?.map(|packed| oid(packed.target()));
            }
        }
        Ok(())
    }

    /// Reads a loose ref as git does: an id, optionally followed by white space.
    pub(super) fn read_loose_ref(&self, name: &str) -> Result<Loose, Cause> {
        let mut text = [0; LONGEST];
        let file = File::open(self.common_dir().join(name));
        let length = match file.and_then(|mut file| uninterrupted(|| file.read(&mut text))) {
            Ok(length) => length,
            Err(error) => {
                return match error.kind() {
                    ErrorKind::NotFound | ErrorKind::NotADirectory => Ok(Loose::Missing),
                    ErrorKind::IsADirectory => Ok(Loose::Folder),
                    _ => Err(error.into()),
                };
            }
        };
        let text = &text[..length];
        if text.starts_with(b"ref:") {
            return Err("it is a symbolic ref".into());
        }
        let id = text.split(u8::is_ascii_whitespace).next().unwrap_or_default();
        let id = String::from_utf8_lossy(id);
        let is_ours = id.len() == self.object_hash().len_in_hex();
        let id: Result<Oid, InvalidOid> = id.to_ascii_lowercase().parse();
        match id {
            Ok(id) if is_ours => Ok(Loose::At(id)),
            Ok(_) => Err("it holds an id of another kind of repository".into()),
            Err(error) => Err(error.into()),
        }
    }
}
