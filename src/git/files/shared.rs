//! `core.sharedRepository`: permissions of files that other users of the repository share.

use std::fs;
use std::io;
use std::path::Path;

/// The permissions of new files (git-config(1)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shared {
    /// The umask decides.
    Umask,
    /// Permission bits to add.
    Add(u32),
    /// The exact permission bits of writable files.
    Exact(u32),
}

impl Shared {
    /// Reads the configured value.
    pub fn from_config(value: Option<&str>) -> Self {
        match value.map(str::to_ascii_lowercase).as_deref() {
            Some("group" | "true" | "yes" | "on" | "1") => Self::Add(0o660),
            Some("all" | "world" | "everybody" | "2") => Self::Add(0o664),
            Some(octal) if octal.starts_with('0') && octal.len() > 1 => {
                u32::from_str_radix(octal, 8).map_or(Self::Umask, |mode| Self::Exact(mode & 0o666))
            }
            _ => Self::Umask,
        }
    }

    /// Returns the permissions with which to create a file that would have these otherwise. The umask
    /// may take some away, so they are [adjusted](Self::adjust) afterwards.
    pub fn new_file(self, plain: u32) -> u32 {
        self.mode(plain, false)
    }

    /// Sets the permissions of a new file or directory.
    #[cfg(unix)]
    pub fn adjust(self, path: &Path) -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt;
        if self == Self::Umask {
            return Ok(());
        }
        let meta = fs::symlink_metadata(path)?;
        let old = meta.permissions().mode() & 0o7777;
        let new = self.mode(old, meta.is_dir());
        if new == old { Ok(()) } else { fs::set_permissions(path, fs::Permissions::from_mode(new)) }
    }

    /// Does nothing: this platform has no such permissions.
    #[cfg(not(unix))]
    pub fn adjust(self, _path: &Path) -> io::Result<()> {
        Ok(())
    }

    /// Computes the mode like git's calc_shared_perm: no write bits for a read-only file, execute
    /// bits wherever a directory is readable, and set-group-id so that new files keep the group.
    #[cfg(unix)]
    fn mode(self, old: u32, is_dir: bool) -> u32 {
        let (Self::Add(bits) | Self::Exact(bits)) = self else { return old };
        let bits = if old & 0o200 == 0 { bits & !0o222 } else { bits };
        let mode = match self {
            Self::Exact(_) => (old & !0o777) | bits,
            _ => old | bits,
        };
        if is_dir { mode | ((mode & 0o444) >> 2) | 0o2000 } else { mode }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::Shared;

    #[test]
    fn modes_are_those_of_git() {
        let group = Shared::from_config(Some("group"));
        assert_eq!(group.mode(0o444, false), 0o444);
        assert_eq!(group.mode(0o644, false), 0o664);
        assert_eq!(group.mode(0o755, true), 0o2775);
        assert_eq!(Shared::from_config(Some("0640")).mode(0o644, false), 0o640);
        assert_eq!(Shared::from_config(Some("0640")).mode(0o755, true), 0o2750);
        for off in [None, Some("umask"), Some("false"), Some("0")] {
            assert_eq!(Shared::from_config(off), Shared::Umask);
        }
    }
}
