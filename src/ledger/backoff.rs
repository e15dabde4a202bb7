use std::time::Duration;

/// A random wait that grows each time, so that two writers that collided do not collide again.
pub(crate) struct Backoff {
    limit: u64,
    most: u64,
}

impl Backoff {
    /// Makes a backoff that waits up to `first` milliseconds, then up to twice that, and so on up
    /// to `most`.
    pub fn new(first: u64, most: u64) -> Self {
        Self { limit: first, most }
    }

    pub fn wait(&mut self) {
        std::thread::sleep(Duration::from_millis(fastrand::u64(1..=self.limit)));
        self.limit = (self.limit * 2).min(self.most);
    }
}
