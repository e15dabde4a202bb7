//! The branches of remotes that branches follow, by the configuration (git-config(1),
//! gitrevisions(7)).

use super::Repository;

/// A branch of a remote.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Upstream {
    /// The remote; `.` for this repository.
    pub remote: String,
    /// The full name of the branch there.
    pub name: String,
    /// The full name of the ref that says here where it was at the last fetch.
    pub tracking: String,
}

impl Upstream {
    /// Returns the name as git shows it, such as `origin/main`.
    pub fn short(&self) -> &str {
        let name = &self.tracking;
        name.strip_prefix("refs/remotes/").or(name.strip_prefix("refs/heads/")).unwrap_or(name)
    }
}

impl Repository {
    /// Returns the upstream of a branch, if it has one that is fetched to a ref here. Runs no git.
    pub fn upstream(&self, branch: &str) -> Option<Upstream> {
        let remote = self.config(&format!("branch.{branch}.remote"))?;
        let name = self.config(&format!("branch.{branch}.merge"))?;
        let tracking = match &*remote {
            "." => name.clone(),
            _ => self.fetches(&remote).find_map(|(from, to)| mapped(&from, &to, &name))?,
        };
        Some(Upstream { remote, name, tracking })
    }

    /// Returns the branch that is fetched to this ref, such as `refs/remotes/origin/main`, whether or
    /// not it exists.
    pub fn upstream_at(&self, tracking: &str) -> Option<Upstream> {
        self.remotes().into_iter().find_map(|remote| {
            let found = self.fetches(&remote).find_map(|(from, to)| mapped(&to, &from, tracking));
            found.map(|name| Upstream { remote, name, tracking: tracking.to_owned() })
        })
    }

    /// Returns both sides of the refspecs with which a remote is fetched.
    fn fetches(&self, remote: &str) -> impl Iterator<Item = (String, String)> + use<> {
        let key = format!("remote.{remote}.fetch");
        let entries = self.config_entries("remote").into_iter().filter(move |it| it.key == key);
        entries.filter_map(|entry| {
            let spec = entry.value.strip_prefix('+').unwrap_or(&entry.value);
            let (from, to) = spec.split_once(':')?;
            (!from.is_empty() && !to.is_empty()).then(|| (from.to_owned(), to.to_owned()))
        })
    }
}

/// Returns the other side of a name in a refspec, of which each side has one `*` or none.
fn mapped(from: &str, to: &str, name: &str) -> Option<String> {
    match (from.split_once('*'), to.split_once('*')) {
        (None, None) => (from == name).then(|| to.to_owned()),
        (Some((start, end)), Some((before, after))) => {
            let middle = name.strip_prefix(start)?.strip_suffix(end)?;
            Some(format!("{before}{middle}{after}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::mapped;

    #[test]
    fn names_are_mapped_as_refspecs_say() {
        let all = ("refs/heads/*", "refs/remotes/origin/*");
        let to = |(from, to), name| mapped(from, to, name);
        assert_eq!(to(all, "refs/heads/a/b").as_deref(), Some("refs/remotes/origin/a/b"));
        assert_eq!(to(all, "refs/tags/a"), None);
        let one = ("refs/heads/main", "refs/remotes/o/trunk");
        assert_eq!(to(one, "refs/heads/main").as_deref(), Some("refs/remotes/o/trunk"));
        assert_eq!(to(one, "refs/heads/other"), None);
        assert_eq!(to(("refs/heads/*", "refs/remotes/o/x"), "refs/heads/main"), None);
    }
}
