use crate::git::Repository;

/// One entry of git's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GitConfigEntry {
    /// The whole key. The section and the last part are in lower case, as git compares them.
    pub key: String,
    /// The value; empty for a key without one. Bytes that are not UTF-8 are replaced.
    pub value: String,
    /// True if the file may name programs: it is the user's own, or belongs to a repository of the
    /// user.
    pub is_trusted: bool,
}

impl Repository {
    /// Returns all entries `<section>.<…>.<name>`, in the order in which git reads them.
    pub fn config_entries(&self, section: &str) -> Vec<GitConfigEntry> {
        let config = self.configuration();
        let sections = config.file.sections_by_name(section);
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
