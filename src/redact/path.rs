use super::json::Step;

/// What an agent needs as it is when it resumes a conversation: its signatures, ids and encrypted
/// content. Redaction leaves them alone.
///
/// A path such as `message.content[].signature` names the keys from the outermost object of a line
/// on, and `[]` any element of an array. A field of the same name elsewhere is not meant, so that
/// what a tool was given is redacted whatever its fields are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Untouched {
    paths: &'static [&'static str],
    images: &'static [&'static str],
}

impl Untouched {
    /// Names what stays: the paths of values, and those of the data of images, in Base64 or as a
    /// `data:` URL, which stays unless images are to be replaced.
    pub const fn new(paths: &'static [&'static str], images: &'static [&'static str]) -> Self {
        Self { paths, images }
    }

    /// Returns true if a value of a line stays. What has characters that no id and no encoded data
    /// has does not, wherever it is.
    pub(super) fn keeps(&self, line: &[u8], path: &[Step], value: &[u8]) -> bool {
        let is_image = || value.len() >= SMALLEST_IMAGE && self.is_image(line, path);
        value.iter().all(|byte| is_plain(*byte))
            && (is_one_of(self.paths, line, path) || is_image())
    }

    /// Returns true if a value of a line is the data of an image.
    pub(super) fn is_image(&self, line: &[u8], path: &[Step]) -> bool {
        is_one_of(self.images, line, path)
    }
}

/// The number of bytes below which the data of an image may be a secret.
const SMALLEST_IMAGE: usize = 200;

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=-_.,:;@|<>~".contains(&byte)
}

fn is_one_of(paths: &[&str], line: &[u8], path: &[Step]) -> bool {
    paths.iter().any(|wanted| is_at(wanted, line, path))
}

fn is_at(wanted: &str, line: &[u8], path: &[Step]) -> bool {
    let mut steps = path.iter();
    for part in wanted.split('.') {
        let key = part.trim_end_matches("[]");
        let elements = (part.len() - key.len()) / 2;
        match steps.next() {
            Some(Step::Key(range)) if &line[range.clone()] == key.as_bytes() => {}
            _ => return false,
        }
        if (0..elements).any(|_| steps.next() != Some(&Step::Element)) {
            return false;
        }
    }
    steps.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::super::json::each_string;
    use super::*;

    #[test]
    fn a_path_is_meant_and_no_name() {
        let untouched = Untouched::new(&["id", "a.b[].sig", "c[][]"], &["a.img"]);
        let image = "iVBO".repeat(50);
        let line = r#"{"id":"1","a":{"b":[{"sig":"2","x":{"sig":"no"}}],"sig":"no","id":"no",
            "img":"IMG"},"c":[["4"],"no"],"b":[{"sig":"no"}],"\u0069d":"no","d":{"a":{"img":"no"}}}"#;
        let line = line.replace("IMG", &image);
        let line = line.as_bytes();
        let mut kept = Vec::new();
        each_string(line, |string| {
            let value = &line[string.range.clone()];
            if !string.is_key && untouched.keeps(line, string.path, value) {
                kept.push(String::from_utf8_lossy(value).into_owned());
            }
        });
        assert_eq!(kept, ["1", "2", &image, "4"]);
        let path = [Step::Key(0..2)];
        assert!(untouched.keeps(b"id", &path, b"toolu_01-x=="));
        assert!(!untouched.keeps(b"id", &path, b"password: secret"));
        assert!(!untouched.keeps(b"id", &path, br"a\nb"));
    }
}
