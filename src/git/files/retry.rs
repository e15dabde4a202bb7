use std::io;

/// Does it again as long as a signal interrupts it: the standard library does that for reading,
/// writing and opening, but not for locking, linking, renaming and making folders.
pub fn uninterrupted<T>(mut act: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match act() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}
