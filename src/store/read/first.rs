//! The first rows in an order, without sorting the others.

use std::cmp::Ordering;

use crate::model::{Dates, Order, Timestamp};
use crate::store::index::RowAt;

/// A row, what it is ordered by, and the number of its survey.
pub(super) type Ranked<'a> = (Dates, RowAt<'a>, usize);

/// Collects the first rows in an order.
pub(super) struct First<'a, 'o> {
    order: &'o Order,
    now: Timestamp,
    size: usize,
    /// The rows up to this one were returned before.
    after: Option<Ranked<'a>>,
    /// No row after this one is among the first.
    worst: Option<Dates>,
    found: Vec<Ranked<'a>>,
}

impl<'a, 'o> First<'a, 'o> {
    pub fn new(order: &'o Order, now: Timestamp, size: usize, after: Option<Ranked<'a>>) -> Self {
        Self { order, now, size, after, worst: None, found: Vec::new() }
    }

    /// Returns true if a row with these dates may be among the first.
    pub fn may_add(&self, dates: Dates) -> bool {
        let is_worse =
            |worst| self.order.compare_dates(dates, worst, self.now) == Ordering::Greater;
        !self.worst.is_some_and(is_worse)
    }

    pub fn add(&mut self, row: Ranked<'a>) {
        if self.after.as_ref().is_some_and(|after| self.compare(&row, after) != Ordering::Greater) {
            return;
        }
        self.found.push(row);
        if self.found.len() >= self.size.saturating_mul(2) {
            self.cut();
        }
    }

    /// Returns the first rows, sorted.
    pub fn finish(mut self) -> Vec<Ranked<'a>> {
        let (order, now) = (self.order, self.now);
        self.found.sort_unstable_by(|a, b| compare(order, now, a, b));
        self.found.truncate(self.size);
        self.found
    }

    fn cut(&mut self) {
        let (order, now, last) = (self.order, self.now, self.size - 1);
        self.found.select_nth_unstable_by(last, |a, b| compare(order, now, a, b));
        self.found.truncate(self.size);
        self.worst = self.found.last().map(|(dates, ..)| *dates);
    }

    fn compare(&self, a: &Ranked<'_>, b: &Ranked<'_>) -> Ordering {
        compare(self.order, self.now, a, b)
    }
}

fn compare(order: &Order, now: Timestamp, a: &Ranked<'_>, b: &Ranked<'_>) -> Ordering {
    // The ids are loaded, with the dates.
    let by_place = || a.1.location().cmp(&b.1.location());
    order.compare_dates(a.0, b.0, now).then_with(by_place)
}
