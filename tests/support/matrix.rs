use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use super::{Repo, TestEnv};

/// From where the repository is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Main,
    Linked,
    Bare,
}

/// The hash that names the objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Objects {
    Sha1,
    Sha256,
}

/// How the refs are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refs {
    Files,
    Reftable,
}

/// One kind of repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Combo {
    pub kind: Kind,
    pub objects: Objects,
    pub refs: Refs,
}

impl Combo {
    /// The everyday one: the main worktree, SHA-1, refs as files.
    pub const PLAIN: Self = Self { kind: Kind::Main, objects: Objects::Sha1, refs: Refs::Files };

    /// Where commands run in a linked worktree; the rest is plain.
    pub const LINKED: Self = Self { kind: Kind::Linked, ..Self::PLAIN };

    /// No worktree; the rest is plain.
    pub const BARE: Self = Self { kind: Kind::Bare, ..Self::PLAIN };
}

impl Objects {
    /// The word that git has for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
        }
    }
}

impl Refs {
    /// The word that git has for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Reftable => "reftable",
        }
    }

    /// Whether the installed git knows reftable (since 2.45), and with it the option that chooses.
    pub fn can_be_chosen() -> bool {
        static KNOWN: OnceLock<bool> = OnceLock::new();
        *KNOWN.get_or_init(|| {
            let env = TestEnv::new();
            let init = env.git(&env.root(), ["init", "-q", "--bare", "--ref-format=reftable", "x"]);
            init.run().status == 0
        })
    }
}

impl fmt::Display for Combo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Main => "main worktree",
            Kind::Linked => "linked worktree",
            Kind::Bare => "bare",
        };
        write!(f, "{kind}, {}, {}", self.objects.name(), self.refs.name())
    }
}

/// Every kind of repository that the installed git can make: twelve, or six without reftable.
pub fn matrix() -> Vec<Combo> {
    let mut refs = vec![Refs::Files];
    if Refs::can_be_chosen() {
        refs.push(Refs::Reftable);
    } else {
        eprintln!("note: this git has no reftable, those repositories are left out");
    }
    let mut combos = Vec::new();
    for kind in [Kind::Main, Kind::Linked, Kind::Bare] {
        for objects in [Objects::Sha1, Objects::Sha256] {
            combos.extend(refs.iter().map(|&refs| Combo { kind, objects, refs }));
        }
    }
    combos
}

/// Each format of objects with each of refs, and among them each kind of repository: four, or two
/// without reftable. Where a repository is used from and how it stores things meet in few places, and
/// there [`matrix`] is.
pub fn formats() -> Vec<Combo> {
    let of = |kind, objects, refs| Combo { kind, objects, refs };
    let all = [
        of(Kind::Main, Objects::Sha1, Refs::Files),
        of(Kind::Linked, Objects::Sha1, Refs::Reftable),
        of(Kind::Bare, Objects::Sha256, Refs::Files),
        of(Kind::Main, Objects::Sha256, Refs::Reftable),
    ];
    let known = matrix();
    all.into_iter().filter(|combo| known.contains(combo)).collect()
}

/// Runs a test in a fresh repository of every kind, and names at the end those in which it failed.
#[track_caller]
pub fn for_each_repo(test: impl Fn(&Repo)) {
    for_each(matrix(), test);
}

/// Runs a test in a fresh repository of every format, for what the kind of repository says nothing
/// about, see [`formats`].
#[track_caller]
pub fn for_each_format(test: impl Fn(&Repo)) {
    for_each(formats(), test);
}

#[track_caller]
fn for_each(combos: Vec<Combo>, test: impl Fn(&Repo)) {
    let failed: Vec<_> = combos
        .into_iter()
        .filter(|combo| {
            let repo = TestEnv::new().repo(*combo);
            let end = catch_unwind(AssertUnwindSafe(|| test(&repo)));
            if end.is_err() {
                eprintln!("^ in: {combo}");
            }
            end.is_err()
        })
        .map(|combo| combo.to_string())
        .collect();
    assert!(failed.is_empty(), "failed in {} kinds: {}", failed.len(), failed.join("; "));
}
