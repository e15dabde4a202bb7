/// The length to which lines are truncated, in bytes.
const LIMIT: usize = 1 << 20;

/// Cuts a stream into lines.
#[derive(Debug, Default)]
pub(super) struct Lines {
    line: Vec<u8>,
}

impl Lines {
    /// Adds data and returns the lines that it completes.
    pub fn add(&mut self, mut bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.keep(&bytes[..end]);
            lines.push(String::from_utf8_lossy(&std::mem::take(&mut self.line)).into_owned());
            bytes = &bytes[end + 1..];
        }
        self.keep(bytes);
        lines
    }

    /// Returns what is left after the last line terminator, if there is anything.
    pub fn rest(self) -> Option<String> {
        let is_something = !self.line.is_empty();
        is_something.then(|| String::from_utf8_lossy(&self.line).into_owned())
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = LIMIT - self.line.len();
        self.line.extend(&bytes[..bytes.len().min(room)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_however_they_are_cut() {
        let mut lines = Lines::default();
        assert!(lines.add(b"a").is_empty());
        assert_eq!(lines.add(b"b\n\nc\nd"), ["ab", "", "c"]);
        assert_eq!(lines.add(b"\n"), ["d"]);
        let long = vec![b'x'; LIMIT];
        lines.add(&long);
        assert_eq!(lines.add(b"yy\nz\n"), [String::from_utf8(long).unwrap(), "z".to_owned()]);
        assert_eq!(Lines::default().rest(), None);
        lines.add(b"the end");
        assert_eq!(lines.rest().as_deref(), Some("the end"));
    }
}
