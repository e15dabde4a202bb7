//! Copies one file.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd;

use rustix::fs::{Mode, Stat, Timespec, Timestamps};

/// Copies the content of files, by reference as long as the file system can.
#[derive(Default)]
pub(super) struct Contents {
    by_reference: Option<bool>,
    buffer: Vec<u8>,
}

/// Files up to this size are copied with one read and one write.
const SMALL: usize = 128 << 10;

impl Contents {
    /// Copies everything into an empty file.
    pub fn copy(&mut self, from: &mut File, to: &mut File, size: u64) -> io::Result<()> {
        if size == 0 {
            return Ok(());
        }
        if self.by_reference != Some(false) {
            match clone(from, to) {
                Ok(()) => {
                    self.by_reference = Some(true);
                    return Ok(());
                }
                // After a success, another file may lie on another file system.
                Err(_) => self.by_reference = self.by_reference.or(Some(false)),
            }
        }
        if size > SMALL as u64 {
            return io::copy(from, to).map(drop);
        }
        self.buffer.resize(SMALL, 0);
        loop {
            match from.read(&mut self.buffer)? {
                0 => return Ok(()),
                read => to.write_all(&self.buffer[..read])?,
            }
            // A file that is shorter than the buffer was read whole, unless it grows meanwhile.
            if size < SMALL as u64 {
                return Ok(());
            }
        }
    }
}

#[cfg(target_os = "linux")]
fn clone(from: &File, to: &File) -> io::Result<()> {
    Ok(rustix::fs::ioctl_ficlone(to, from)?)
}

#[cfg(not(target_os = "linux"))]
fn clone(_: &File, _: &File) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Gives a file or folder the mode and the times of another one.
pub(super) fn dress(file: impl AsFd, like: &Stat) -> io::Result<()> {
    let file = file.as_fd();
    // Without the bits that give another user's rights: the copy has its own owner.
    let mode = Mode::from_raw_mode(like.st_mode) & Mode::from_raw_mode(0o777);
    rustix::fs::fchmod(file, mode)?;
    Ok(rustix::fs::futimens(file, &times(like))?)
}

pub(super) fn times(like: &Stat) -> Timestamps {
    let time = |seconds, nanos| Timespec { tv_sec: seconds, tv_nsec: nanos };
    Timestamps {
        last_access: time(like.st_atime as _, like.st_atime_nsec as _),
        last_modification: time(like.st_mtime as _, like.st_mtime_nsec as _),
    }
}
