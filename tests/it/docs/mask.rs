use std::collections::HashMap;

/// The ids that the documentation shows instead of random ones.
const SESSIONS: [&str; 6] = [
    "7b6d11f9-5a0e-4f0c-9d0e-5a7f1c2b3d4e",
    "c41e09ad-86b3-4f1d-a5c2-0f9e7d6b4a31",
    "2f80d5c6-1b7a-4e93-8c4d-3a5f6e7b8c9d",
    "e93a7b14-0c5d-4a2e-b1f8-9d8c7b6a5f40",
    "58d2c0fe-7e61-4b39-9a07-c6b5a4938271",
    "0ab4f3e7-d219-4c85-b6e0-1f2a3b4c5d6e",
];

/// Puts the ids of the documentation in the place of the real ones, and back.
#[derive(Default, Clone)]
pub struct Mask {
    sessions: Vec<String>,
    oids: HashMap<String, String>,
}

impl Mask {
    /// What a program printed, with the documentation's ids.
    pub fn hide(&mut self, text: &str) -> String {
        let mut shown = String::new();
        let mut rest = text;
        while let Some(start) = rest.find(|c: char| c.is_ascii_hexdigit()) {
            let before_is_word = rest[..start].ends_with(|c: char| c.is_ascii_alphanumeric());
            shown.push_str(&rest[..start]);
            rest = &rest[start..];
            let is_inside = before_is_word || shown.ends_with(|c: char| c.is_ascii_alphanumeric());
            let length = token(rest);
            let (word, after) = rest.split_at(length);
            match if is_inside { None } else { self.substitute(word) } {
                Some(other) => {
                    let folder = format!("/{}/", &word[..2]);
                    if length == 36 && shown.ends_with(&folder) {
                        shown.truncate(shown.len() - folder.len());
                        shown.push_str(&format!("/{}/", &other[..2]));
                    }
                    shown.push_str(&other);
                }
                None => shown.push_str(word),
            }
            rest = after;
        }
        shown.push_str(rest);
        shown
    }

    /// A command of the documentation, with the real ids.
    pub fn reveal(&self, command: &str) -> String {
        let mut command = command.to_owned();
        for (shown, real) in SESSIONS.iter().zip(&self.sessions) {
            if real.len() == 36 {
                let path = |id: &str| format!("/{}/{id}", &id[..2]);
                command = command.replace(&path(shown), &path(real)).replace(shown, real);
            }
            command = command.replace(&shown[..8], &real[..8]);
        }
        command
    }

    fn substitute(&mut self, word: &str) -> Option<String> {
        let is_id = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-');
        let is_nothing = word.bytes().all(|byte| byte == b'0');
        if !word.bytes().all(is_id) || is_nothing {
            return None;
        }
        match word.len() {
            8 | 36 => {
                let at = self.sessions.iter().position(|known| known[..8] == word[..8]);
                let at = at.unwrap_or_else(|| {
                    self.sessions.push(word.to_owned());
                    self.sessions.len() - 1
                });
                if word.len() > self.sessions[at].len() {
                    self.sessions[at] = word.to_owned();
                }
                Some(SESSIONS[at][..word.len()].to_owned())
            }
            7 | 40 => {
                let count = self.oids.len() as u64 + 1;
                let fake = self.oids.entry(word[..7].to_owned()).or_insert_with(|| invent(count));
                Some(fake[..word.len()].to_owned())
            }
            _ => None,
        }
    }
}

/// The length of the id, or of the word, at the start of a text.
fn token(text: &str) -> usize {
    let is_uuid = text.len() >= 36
        && text.bytes().take(36).enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    if is_uuid {
        return 36;
    }
    text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len())
}

/// Forty hex digits that look like any others.
fn invent(seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut digits = String::new();
    while digits.len() < 40 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(seed);
        digits.push_str(&format!("{:08x}", state >> 32));
    }
    digits
}
