use crate::git::Repository;

/// One entry of git's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitConfigEntry {
    /// The whole key; the section and the last part in lower case, as git compares them.
    pub key: String,
    /// The value; empty for a key without one. Text that is not UTF-8 is replaced.
    pub value: String,
    /// True when the place it comes from may name programs: the user's own files, or those of a
    /// repository which is theirs.
    pub is_trusted: bool,
}

impl Repository {
    /// All entries `<section>.<…>.<name>`, in the order in which git reads them.
    pub fn config_entries(&self, section: &str) -> Vec<GitConfigEntry> {
        let config = self.gix().config_snapshot();
        let sections = config.plumbing().sections_by_name(section);
        let mut entries = Vec::new();
        for part in sections.into_iter().flatten() {
            let is_trusted = part.meta().trust == gix::sec::Trust::Full;
            let middle = part.header().subsection_name().map(|name| format!("{name}."));
            let middle = middle.unwrap_or_default();
            let mut names: Vec<_> = Vec::new();
            for name in part.value_names() {
                let name = name.to_ascii_lowercase();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            for name in names {
                let key = format!("{section}.{middle}{name}");
                entries.extend(part.values(&name).into_iter().map(|value| GitConfigEntry {
                    key: key.clone(),
                    value: value.to_string(),
                    is_trusted,
                }));
            }
        }
        entries
    }
}
