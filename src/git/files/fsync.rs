//! `core.fsync` as git reads it (git-config(1)); gix itself never syncs anything.

/// What must be synced before a write is complete.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Fsync {
    /// Objects are synced before a ref names them.
    pub objects: bool,
    /// Refs are synced before they are moved into place.
    pub refs: bool,
}

/// The components of `core.fsync` that include objects or refs.
const WORDS: [(&str, bool, bool); 6] = [
    ("loose-object", true, false),
    ("objects", true, false),
    ("reference", false, true),
    ("committed", true, true),
    ("added", true, true),
    ("all", true, true),
];

impl Fsync {
    /// Reads `core.fsync`, and the older `core.fsyncObjectFiles`, which adds to it.
    /// `core.fsyncMethod` is ignored: every sync is a full one.
    pub fn from_config(fsync: Option<&str>, object_files: Option<bool>) -> Self {
        // A component without a minus counts at any position (git's config.c,
        // parse_fsync_components). By default neither objects nor refs are synced, so a minus
        // changes nothing.
        let mut set = Self::default();
        let mut rest = fsync.unwrap_or_default();
        loop {
            rest = rest.trim_start_matches([',', ' ', '\t', '\n', '\r']);
            // `none` turns off git's defaults, which include neither objects nor refs.
            if rest.is_empty() || rest == "none" {
                break;
            }
            let (word, after) = rest.split_at(rest.find(',').unwrap_or(rest.len()));
            if word == "-" {
                break;
            }
            if !word.starts_with('-') {
                set.add(word);
            }
            rest = after;
        }
        set.objects |= object_files == Some(true);
        set
    }

    /// Adds a component, or all that begin with the word.
    fn add(&mut self, word: &str) {
        for (name, objects, refs) in WORDS {
            if name.starts_with(word) {
                self.objects |= objects;
                self.refs |= refs;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fsync;

    /// Measured with git 2.47.3 and 2.39.5: what `hash-object -w` and `update-ref` sync.
    #[test]
    fn words_mean_what_they_mean_to_git() {
        for (text, objects, refs) in [
            ("", false, false),
            ("none", false, false),
            ("all", true, true),
            ("committed", true, true),
            ("added", true, true),
            ("objects", true, false),
            ("loose-object", true, false),
            ("reference", false, true),
            ("all,-reference", true, true),
            ("-reference,all", true, true),
            ("-reference", false, false),
            ("none,reference", false, true),
            ("reference,none", false, true),
            ("committed,-loose-object", true, true),
            ("ref", false, true),
            ("a", true, true),
            ("loose-object ,reference", false, true),
            (" reference,\tloose-object", true, true),
            ("pack,index", false, false),
            ("bogus,reference", false, true),
            ("-", false, false),
            ("NONE", false, false),
            ("Reference", false, false),
            ("loose-object,", true, false),
            ("l,,reference", true, true),
            ("none ,committed", true, true),
        ] {
            let read = Fsync::from_config(Some(text), None);
            assert_eq!(read, Fsync { objects, refs }, "{text:?}");
        }
        for (text, refs) in [(None, false), (Some("none"), false), (Some("reference"), true)] {
            assert_eq!(Fsync::from_config(text, Some(true)), Fsync { objects: true, refs });
        }
        assert!(Fsync::from_config(Some("loose-object"), Some(false)).objects);
        assert_eq!(Fsync::from_config(None, None), Fsync::default());
    }
}
