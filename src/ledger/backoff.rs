use std::time::Duration;

/// Waits longer each time, by chance, so that two who collided do not collide again.
pub(crate) struct Backoff {
    limit: u64,
    most: u64,
}

impl Backoff {
    /// Waits for up to `first` milliseconds, then twice that, and at most `most`.
    pub fn new(first: u64, most: u64) -> Self {
        Self { limit: first, most }
    }

    pub fn wait(&mut self) {
        std::thread::sleep(Duration::from_millis(fastrand::u64(1..=self.limit)));
        self.limit = (self.limit * 2).min(self.most);
    }
}
