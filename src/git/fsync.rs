//! `core.fsync` as git reads it (git-config(1)); gix itself never syncs anything.

/// What is to be on the disk before a write counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fsync {
    /// Objects are synced before a ref names them.
    pub objects: bool,
    /// Refs are synced before they are moved into place.
    pub refs: bool,
}

impl Fsync {
    /// Git's default is `committed` without `loose-object`, and its `reference` part is off too.
    const DEFAULT: Self = Self { objects: false, refs: false };

    /// Reads `core.fsync`, and the older `core.fsyncObjectFiles` where that is not set.
    pub fn from_config(fsync: Option<&str>, object_files: Option<bool>) -> Self {
        let Some(text) = fsync else {
            return Self { objects: object_files.unwrap_or(false), ..Self::DEFAULT };
        };
        let mut set = Self::DEFAULT;
        for word in text.split(',').map(str::trim) {
            let (on, word) = word.strip_prefix('-').map_or((true, word), |word| (false, word));
            match word {
                "none" => set = Self { objects: false, refs: false },
                "loose-object" | "objects" => set.objects = on,
                "reference" => set.refs = on,
                "committed" | "added" | "all" => set = Self { objects: on, refs: on },
                _ => {}
            }
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::Fsync;

    #[test]
    fn words_add_up_from_left_to_right() {
        let read = |text| {
            let fsync = Fsync::from_config(Some(text), None);
            (fsync.objects, fsync.refs)
        };
        assert_eq!(read("loose-object"), (true, false));
        assert_eq!(read("committed"), (true, true));
        assert_eq!(read("all,-reference"), (true, false));
        assert_eq!(read("none"), (false, false));
        assert_eq!(read("none,reference"), (false, true));
        assert_eq!(read("pack,index"), (false, false));
        assert!(Fsync::from_config(None, Some(true)).objects);
        assert_eq!(Fsync::from_config(None, None), Fsync::DEFAULT);
    }
}
