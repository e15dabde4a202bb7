//! The file of a hook in the hooks directory, and the hook that it replaced.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::block::{self, Block};
use super::script::{LINKS, takes_a_guest};
use super::{HookError, HookName};

/// The paths of one hook.
#[derive(Debug)]
pub struct HookFile {
    /// The hook that git runs.
    pub path: PathBuf,
    /// The path under which the previous hook is kept.
    pub kept: PathBuf,
    /// The link through which the kept hook is run.
    pub link: PathBuf,
    kept_name: String,
}

/// The existing hook at the path that git runs.
#[derive(Debug)]
pub enum ExistingHook {
    /// Nothing.
    Nothing,
    /// A hook without a block of git-ao.
    Foreign,
    /// A file with a block of git-ao, and its contents.
    Ours(Vec<u8>, Block),
}

impl HookFile {
    pub fn new(folder: &Path, name: HookName) -> Self {
        let kept_name = format!("{name}.git-ao-kept");
        Self {
            path: folder.join(name.as_str()),
            kept: folder.join(&kept_name),
            link: folder.join(LINKS).join(name.as_str()),
            kept_name,
        }
    }

    pub fn look(&self) -> Result<ExistingHook, HookError> {
        match fs::symlink_metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(ExistingHook::Nothing),
            Err(error) => Err(HookError::io("read", &self.path)(error)),
            Ok(meta) if meta.is_dir() => Err(HookError::InTheWay(self.path.clone())),
            Ok(meta) if !meta.is_file() => Ok(ExistingHook::Foreign),
            Ok(_) => {
                let bytes = fs::read(&self.path).map_err(HookError::io("read", &self.path))?;
                match block::find(&bytes) {
                    Ok(None) => Ok(ExistingHook::Foreign),
                    Ok(Some(block)) => Ok(ExistingHook::Ours(bytes, block)),
                    Err(block::Damaged) => Err(HookError::Damaged(self.path.clone())),
                }
            }
        }
    }

    /// Returns true if git runs the file. Git ignores hooks that are not executable (githooks(5)).
    pub fn is_run(&self) -> bool {
        fs::metadata(&self.path).is_ok_and(|meta| is_run(&meta))
    }

    /// Makes the file executable for everybody who can read it.
    pub fn allow_run(&self) -> Result<(), HookError> {
        allow_run(&self.path).map_err(HookError::io("change", &self.path))
    }

    /// Returns the contents of the file if it is a shell script that git runs and that can hold the
    /// block.
    pub fn guest_house(&self) -> Option<Vec<u8>> {
        let meta = fs::symlink_metadata(&self.path).ok()?;
        let bytes =
            if meta.is_file() && is_run(&meta) { fs::read(&self.path).ok()? } else { None? };
        takes_a_guest(&bytes).then_some(bytes)
    }

    /// Replaces the file atomically, because git may run the hook at the same time.
    pub fn write(&self, bytes: &[u8]) -> Result<(), HookError> {
        self.replace(bytes).map_err(HookError::io("write", &self.path))
    }

    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(&self.path);
        let mut builder = tempfile::Builder::new();
        builder.prefix(".git-ao-");
        runnable(&mut builder);
        let mut file = builder.tempfile_in(folder)?;
        file.write_all(bytes)?;
        if let Ok(meta) = fs::metadata(&self.path) {
            file.as_file().set_permissions(meta.permissions())?;
        }
        file.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }

    /// Moves the existing hook aside and writes a new file in its place. If writing fails, restores
    /// the hook.
    pub fn wrap(&self, bytes: &[u8]) -> Result<(), HookError> {
        if fs::symlink_metadata(&self.kept).is_ok() {
            return Err(HookError::InTheWay(self.kept.clone()));
        }
        self.make_link().map_err(HookError::io("write", &self.link))?;
        let moved = fs::rename(&self.path, &self.kept).map_err(HookError::io("write", &self.kept));
        let written = moved.and_then(|()| {
            self.write(bytes).inspect_err(|_| {
                let _ = fs::rename(&self.kept, &self.path);
            })
        });
        written.inspect_err(|_| self.remove_link())
    }

    /// Restores the kept hook. If it no longer exists, only removes the file.
    pub fn unwrap_kept(&self) -> Result<(), HookError> {
        match fs::rename(&self.kept, &self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => fs::remove_file(&self.path),
            renamed => renamed,
        }
        .map_err(HookError::io("write", &self.path))?;
        self.remove_link();
        Ok(())
    }

    fn make_link(&self) -> io::Result<()> {
        self.remove_link();
        fs::create_dir_all(self.link.parent().unwrap_or(&self.link))?;
        symlink(&Path::new("..").join(&self.kept_name), &self.link)
    }

    /// Removes the link. Failure is ignored, because nothing runs a leftover link.
    fn remove_link(&self) {
        let _ = fs::remove_file(&self.link);
        let _ = self.link.parent().map(fs::remove_dir);
    }
}

#[cfg(unix)]
fn is_run(meta: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_run(_meta: &fs::Metadata) -> bool {
    true
}

#[cfg(unix)]
fn allow_run(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)?.permissions().mode();
    fs::set_permissions(path, fs::Permissions::from_mode(mode | (mode & 0o444) >> 2))
}

#[cfg(not(unix))]
fn allow_run(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes the temporary file executable, subject to the umask.
#[cfg(unix)]
fn runnable(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(0o777));
}

#[cfg(not(unix))]
fn runnable(_builder: &mut tempfile::Builder<'_, '_>) {}

#[cfg(unix)]
fn symlink(to: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(to, at)
}

#[cfg(not(unix))]
fn symlink(_to: &Path, _at: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
