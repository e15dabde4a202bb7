use std::fmt::Write as _;

/// What is on the screen.
#[derive(Debug, Default)]
pub struct Frame {
    lines: Vec<String>,
    size: (usize, usize),
}

impl Frame {
    /// Shows other lines: returns what the terminal must be sent. Only lines that have changed are
    /// drawn again, or all if the screen has another size.
    pub fn update(&mut self, lines: Vec<String>, size: (usize, usize)) -> String {
        let mut text = String::new();
        if self.size != size {
            self.lines.clear();
            self.size = size;
            text.push_str("\x1b[H\x1b[2J");
        }
        for (at, line) in lines.iter().enumerate() {
            // Clearing after a line that fills the screen's width would take its last character.
            if self.lines.get(at) != Some(line) {
                let row = at + 1;
                let _ = write!(text, "\x1b[{row};1H\x1b[2K{}", line.trim_end_matches('\n'));
            }
        }
        if lines.len() < self.lines.len() {
            let _ = write!(text, "\x1b[{};1H\x1b[J", lines.len() + 1);
        }
        self.lines = lines;
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_changed_is_drawn() {
        let mut frame = Frame::default();
        let lines = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let size = (24, 80);
        assert_eq!(
            frame.update(lines("one two\n"), size),
            "\x1b[H\x1b[2J\x1b[1;1H\x1b[2Kone\x1b[2;1H\x1b[2Ktwo"
        );
        assert_eq!(frame.update(lines("one two\n"), size), "");
        let changed = "\x1b[2;1H\x1b[2K2\x1b[3;1H\x1b[2Kthree";
        assert_eq!(frame.update(lines("one 2 three"), size), changed);
        assert_eq!(frame.update(lines("one"), size), "\x1b[2;1H\x1b[J");
        let wider = (24, 100);
        assert_eq!(frame.update(lines("one"), wider), "\x1b[H\x1b[2J\x1b[1;1H\x1b[2Kone");
    }
}
