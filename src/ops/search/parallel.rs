use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;

/// Calls `act` for each item, on several threads, and `each` with what it returns, in the order of
/// the items, as long as that continues.
pub fn in_order<I: Sync, T: Send>(
    items: &[I],
    act: impl Fn(&I) -> T + Sync,
    mut each: impl FnMut(T) -> ControlFlow<()>,
) {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(items.len());
    if threads <= 1 {
        let _ = items.iter().try_for_each(|item| each(act(item)));
        return;
    }
    let (next, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        let (to, from) = channel();
        for _ in 0..threads {
            let (to, next, is_over, act) = (to.clone(), &next, &is_over, &act);
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(number) else { return };
                    if to.send((number, act(item))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(to);
        // A thread that panicked ends the scope with a panic.
        let (mut early, mut wanted) = (BTreeMap::new(), 0);
        for (number, made) in from {
            early.insert(number, made);
            while let Some(made) = early.remove(&wanted) {
                wanted += 1;
                if each(made).is_break() {
                    is_over.store(true, Ordering::Relaxed);
                    return;
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_kept_and_it_can_be_ended() {
        let items: Vec<_> = (0..500).collect();
        let mut seen = Vec::new();
        in_order(
            &items,
            |n| n * 2,
            |n| {
                seen.push(n);
                if seen.len() == 300 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        );
        assert_eq!(seen, (0..300).map(|n| n * 2).collect::<Vec<_>>());
        in_order(&[0; 0], |_| (), |()| panic!("there is none"));
    }
}
