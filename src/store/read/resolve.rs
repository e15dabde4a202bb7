//! Resolves handles to records.

use super::{Entry, ListedSession, Query, Snapshot};
use crate::model::{Field, Filter, Handle, Project, Reference, Session, SessionId};
use crate::store::{Key, ResolveError, Shelf, StoreError};

/// The context in which a handle is resolved.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Context {
    /// The session of the current worktree.
    pub here: Option<Key>,
    /// True if that session is a guest there. The worktree is then somebody's own, for whom the
    /// latest session may be the guest.
    pub is_guest: bool,
    /// Restricts the search to this project.
    pub project: Option<Project>,
}

impl Context {
    /// Sets the session of the current worktree.
    #[must_use]
    pub fn here(self, key: impl Into<Key>) -> Self {
        Self { here: Some(key.into()), ..self }
    }

    /// Sets whether the session of the current worktree is a guest there.
    #[must_use]
    pub fn guest(self, is_guest: bool) -> Self {
        Self { is_guest, ..self }
    }

    /// Restricts the search to a project.
    #[must_use]
    pub fn project(self, project: Project) -> Self {
        Self { project: Some(project), ..self }
    }
}

impl Snapshot<'_> {
    /// Finds the record that a handle names, active before archived.
    ///
    /// # Errors
    /// Fails with [`StoreError::Resolve`] if the handle matches no session, or more than one.
    pub fn resolve(&self, handle: &Handle, context: &Context) -> Result<Entry, StoreError> {
        let project = handle.project.as_ref().or(context.project.as_ref());
        let only = |searched| self.nothing(handle, searched);
        match &handle.reference {
            Reference::Here => {
                let key = context.here.as_ref().ok_or(ResolveError::NotInSession)?;
                self.by_id(key.id, key.project.as_ref().or(project))?
                    .ok_or_else(|| only("the id in AO_SESSION"))
            }
            // The latest session may be an unreadable private one.
            Reference::Latest => self.check_private().and_then(|()| self.latest(context)),
            Reference::Id(id) => self.by_id(*id, project)?.ok_or_else(|| only("ids")),
            Reference::Prefix(prefix) => self.by_prefix(handle, prefix, project),
            Reference::Issue(issue) => {
                let is = |s: &Session| s.issue_id.as_ref() == Some(issue);
                self.by_field(handle, project, "issues", (&text(Field::Issue, issue), &is))
            }
            Reference::Pr(number) => {
                let is = |s: &Session| s.pr_number == Some(*number);
                self.by_field(handle, project, "pull requests", (&pr(*number), &is))
            }
            Reference::Number(number) => {
                let issue = number.to_string();
                let by_issue = |s: &Session| s.issue_id.as_deref() == Some(&issue);
                let of_issue = text(Field::Issue, &issue);
                match self.by_field(handle, project, "issues", (&of_issue, &by_issue)) {
                    Err(StoreError::Resolve(ResolveError::Nothing { .. })) => {
                        let searched = "issues and pull requests";
                        let is = |s: &Session| s.pr_number == Some(*number);
                        self.by_field(handle, project, searched, (&pr(*number), &is))
                    }
                    found => found,
                }
            }
            Reference::Url(url) => {
                let either = text(Field::Issue, url).or(text(Field::Pr, url));
                let is = |s: &Session| {
                    s.issue_url.as_ref() == Some(url) || s.pr_url.as_ref() == Some(url)
                };
                self.by_field(handle, project, "URLs", (&either, &is))
            }
            Reference::Branch(name) => self.by_branch(handle, name, project),
        }
    }

    fn by_id(&self, id: SessionId, project: Option<&Project>) -> Result<Option<Entry>, StoreError> {
        match self.find(Key { id, project: project.cloned() }) {
            Err(StoreError::InTwoProjects(_)) => {
                let key = Key::from(id);
                let found = self.find_on(Shelf::Active, &key)?;
                let found =
                    if found.is_empty() { self.find_on(Shelf::Archived, &key)? } else { found };
                Err(self.ambiguous(&id.to_string(), &found).into())
            }
            // An archived session of this project precedes an active one of another project.
            Ok(Some(found)) if project.is_none() && found.location.shelf == Shelf::Active => {
                let own = self.default_project().ok();
                let own = own.filter(|own| *own != found.location.project);
                let own = own.map(|project| self.find(Key { id, project: Some(project) }));
                Ok(Some(own.transpose()?.flatten().unwrap_or(found)))
            }
            found => found,
        }
    }

    /// Finds a session by a prefix of its id, in one shard of each project. A branch with exactly
    /// this name is tried only if the prefix matches no session, or more than one.
    fn by_prefix(
        &self,
        handle: &Handle,
        prefix: &str,
        project: Option<&Project>,
    ) -> Result<Entry, StoreError> {
        for shelf in [Shelf::Active, Shelf::Archived] {
            let mut found = self.find_prefix(shelf, prefix, project)?;
            match found.len() {
                0 => {}
                1 => return Ok(found.remove(0)),
                _ => {
                    let by_branch = self.by_branch(handle, prefix, project);
                    return by_branch.map_err(|_| self.ambiguous(&handle.text, &found).into());
                }
            }
        }
        self.by_branch(handle, &handle.text, project).map_err(|error| match error {
            StoreError::Resolve(ResolveError::Nothing { .. }) => {
                self.nothing(handle, "ids and branches")
            }
            other => other,
        })
    }

    fn by_branch(
        &self,
        handle: &Handle,
        name: &str,
        project: Option<&Project>,
    ) -> Result<Entry, StoreError> {
        let name = name.strip_prefix("refs/heads/").unwrap_or(name);
        let is = |s: &Session| s.branch.as_deref() == Some(name);
        self.by_field(handle, project, "branches", (&text(Field::Branch, name), &is))
    }

    /// Finds a session by a field. Only those that the filter may match are asked.
    fn by_field(
        &self,
        handle: &Handle,
        project: Option<&Project>,
        searched: &'static str,
        (filter, matches): (&Filter, &dyn Fn(&Session) -> bool),
    ) -> Result<Entry, StoreError> {
        for shelf in [Shelf::Active, Shelf::Archived] {
            let mut found = Vec::new();
            for entry in self.candidates(shelf, filter)? {
                let wanted = project.is_none_or(|project| *project == entry.location.project);
                if wanted && self.load(&entry).is_ok_and(|session| matches(&session)) {
                    found.push(entry);
                }
            }
            match found.len() {
                0 => {}
                1 => return Ok(found.remove(0)),
                _ => return Err(self.ambiguous(&handle.text, &found).into()),
            }
        }
        Err(self.nothing(handle, searched))
    }

    /// Returns the last updated session, except the one to which the current worktree belongs.
    /// Archived sessions count only if there is no active one.
    fn latest(&self, context: &Context) -> Result<Entry, StoreError> {
        let own = context.here.as_ref().filter(|_| !context.is_guest);
        let wanted = |listed: &ListedSession| {
            let location = &listed.location;
            listed.session.is_ok()
                && own.is_none_or(|own| location.id != own.id)
                && context.project.as_ref().is_none_or(|p| *p == location.project)
        };
        for shelf in [Shelf::Active, Shelf::Archived] {
            let query = Query::default().on([shelf]).at_most(1);
            if let Some(latest) = self.query_all(query, wanted)?.first() {
                let found = self.find_on(shelf, &Key::from(&latest.location))?;
                return found
                    .into_iter()
                    .next()
                    .ok_or_else(|| StoreError::NotFound(Key::from(&latest.location)));
            }
        }
        Err(ResolveError::Empty(self.store.ref_name().to_owned()).into())
    }

    fn nothing(&self, handle: &Handle, searched: &'static str) -> StoreError {
        let (text, name) = (handle.text.clone(), self.store.ref_name().to_owned());
        ResolveError::Nothing { text, searched, name }.into()
    }

    fn ambiguous(&self, text: &str, found: &[Entry]) -> ResolveError {
        let title = |entry: &Entry| match self.load(entry) {
            Ok(session) => session.display_title(),
            Err(_) => "(corrupt)".to_owned(),
        };
        let one_id = found.windows(2).all(|pair| pair[0].location.id == pair[1].location.id);
        let key = |entry: &Entry| {
            if one_id { Key::from(&entry.location) } else { Key::from(entry.location.id) }
        };
        let candidates = found.iter().map(|entry| (key(entry), title(entry))).collect();
        ResolveError::Ambiguous { text: text.to_owned(), candidates }
    }
}

fn text(field: Field, text: &str) -> Filter {
    Filter::Is(field, text.to_owned())
}

fn pr(number: u64) -> Filter {
    text(Field::Pr, &number.to_string())
}
