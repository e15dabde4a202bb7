use std::time::{Duration, Instant};

/// The times of two things that were done in turn.
pub struct Pair {
    ours: Vec<Duration>,
    theirs: Vec<Duration>,
}

/// Does both, again and again, and takes the times. Each is done once before that counts.
pub fn in_turn(rounds: usize, mut ours: impl FnMut(usize), mut theirs: impl FnMut(usize)) -> Pair {
    let mut pair = Pair { ours: Vec::new(), theirs: Vec::new() };
    for round in 0..=rounds {
        let (a, b) = (time(|| ours(round)), time(|| theirs(round)));
        if round > 0 {
            pair.ours.push(a);
            pair.theirs.push(b);
        }
    }
    pair
}

/// The same for two things that take their own time.
pub fn timed_in_turn(
    rounds: usize,
    mut ours: impl FnMut(usize) -> Duration,
    mut theirs: impl FnMut(usize) -> Duration,
) -> Pair {
    let mut pair = Pair { ours: Vec::new(), theirs: Vec::new() };
    for round in 0..=rounds {
        let (a, b) = (ours(round), theirs(round));
        if round > 0 {
            pair.ours.push(a);
            pair.theirs.push(b);
        }
    }
    pair
}

/// Does something again and again, against reading so many bytes at 200 MB a second. It is done once
/// before that counts.
pub fn at_speed(rounds: usize, bytes: usize, ours: impl FnMut(usize)) -> Pair {
    let expected = Duration::from_secs_f64(bytes as f64 / 200e6);
    let Pair { ours, .. } = in_turn(rounds, ours, |_| {});
    let theirs = vec![expected; ours.len()];
    Pair { ours, theirs }
}

pub fn time(act: impl FnOnce()) -> Duration {
    let start = Instant::now();
    act();
    start.elapsed()
}

impl Pair {
    /// Ours as a share of it, where it does as many times what the other does.
    pub fn per(mut self, times: f64) -> Self {
        self.ours.iter_mut().for_each(|time| *time = time.div_f64(times));
        self
    }

    /// Prints one line: both medians, and the median of the ratios of each turn. Returns that ratio.
    pub fn report(mut self, what: &str, other: &str) -> f64 {
        let mut ratios: Vec<f64> = self
            .ours
            .iter()
            .zip(&self.theirs)
            .map(|(a, b)| a.as_secs_f64() / b.as_secs_f64())
            .collect();
        ratios.sort_by(f64::total_cmp);
        self.ours.sort();
        self.theirs.sort();
        let middle = ratios.len() / 2;
        println!(
            "{what:<44} {:>9} | {other:<34} {:>9} | ratio {:>7.3} ({:.3} to {:.3})",
            show(self.ours[middle]),
            show(self.theirs[middle]),
            ratios[middle],
            ratios[0],
            ratios[ratios.len() - 1],
        );
        ratios[middle]
    }
}

pub fn show(time: Duration) -> String {
    match time.as_micros() {
        0..10_000 => format!("{} us", time.as_micros()),
        10_000..10_000_000 => format!("{} ms", time.as_millis()),
        _ => format!("{} s", time.as_secs()),
    }
}
