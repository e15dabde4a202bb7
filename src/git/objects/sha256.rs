use gix::hash::Kind;

/// Returns the SHA-256 hash of bytes in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let mut hasher = gix::hash::hasher(Kind::Sha256);
    hasher.update(bytes);
    hasher.try_finalize().map(|id| id.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_hash_of_nothing() {
        let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(super::sha256(b""), hash);
    }
}
