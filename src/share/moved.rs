/// The reasons for rejecting a push after somebody else has pushed, as worded by git's send-pack
/// and receive-pack.
const MOVED: [&str; 6] = [
    "fetch first",
    "non-fast-forward",
    "stale info",
    "incorrect old value",
    "reference already exists",
    "remote ref updated since checkout",
];

/// Returns true if a reason for rejecting a push is that somebody else has pushed.
pub(super) fn is_moved(reason: &str) -> bool {
    MOVED.iter().any(|words| reason.contains(words))
}
