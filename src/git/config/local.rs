use std::fs;
use std::io::{self, ErrorKind};

use gix::config::File;
use gix::config::file::Metadata;

use crate::git::Repository;

impl Repository {
    /// Returns true if the repository's own configuration has `<section>.<subsection>.<name>`, as
    /// `git config --local --get` does. Reads the file again: it may have been changed since the
    /// repository was opened.
    ///
    /// # Errors
    /// Fails if the file cannot be read.
    pub fn has_local_config(
        &self,
        section: &str,
        subsection: &str,
        name: &str,
    ) -> io::Result<bool> {
        let text = match fs::read(self.common_dir().join("config")) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            text => text?,
        };
        let file = File::from_bytes_no_includes(&text, Metadata::default(), Default::default());
        let file = file.map_err(io::Error::other)?;
        Ok(file.raw_value_by(section, Some(subsection.into()), name).is_ok())
    }
}
