//! No two files need each other, however long the way round: each can be read, and moved, alone.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::named;
use super::{report, source, tokens};

type Path = Vec<String>;

/// The modules of a tree, and which uses which.
struct Modules {
    files: BTreeMap<Path, String>,
    /// What each module names in its `use` lines: under which name, and where it is.
    imports: BTreeMap<Path, BTreeMap<String, Path>>,
}

/// `src/a/b.rs` and `src/a/b/mod.rs` are both the module `a::b`.
fn module(path: &str) -> Path {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    let path = if ["lib", "main"].contains(&path) { "" } else { path };
    path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// A face names what stands behind it; that ties it to nothing.
fn is_face(path: &str) -> bool {
    path.ends_with("/mod.rs") || ["src/lib.rs", "src/main.rs"].contains(&path)
}

impl Modules {
    fn read(files: &[(String, String)]) -> Self {
        let sources = || files.iter().filter(|(path, _)| !source::is_test(path));
        let mut this = Self {
            files: sources().map(|(path, _)| (module(path), path.clone())).collect(),
            imports: BTreeMap::new(),
        };
        for (path, text) in sources() {
            let from = module(path);
            let paths = named(&tokens::code(text));
            let imports = paths.iter().filter_map(|named| {
                let at = this.absolute(&from, &named.path)?;
                at.last().cloned().map(|name| (name, at))
            });
            let imports = imports.collect();
            this.imports.insert(from, imports);
        }
        this
    }

    fn absolute(&self, from: &Path, path: &str) -> Option<Path> {
        // `pub(super)` uses nothing.
        if path == "super" {
            return None;
        }
        let mut segments = path.split("::").peekable();
        let mut at = match *segments.peek()? {
            "crate" | "git_ao" => Path::new(),
            "super" | "self" => from.clone(),
            first => {
                let child: Path = from.iter().cloned().chain([first.to_owned()]).collect();
                return self
                    .files
                    .contains_key(&child)
                    .then(|| from.iter().cloned().chain(segments.map(str::to_owned)).collect());
            }
        };
        for segment in segments {
            match segment {
                "crate" | "git_ao" | "self" => {}
                "super" => drop(at.pop()),
                name => at.push(name.to_owned()),
            }
        }
        Some(at)
    }

    /// The file that holds what a path names, through the faces on the way to it.
    fn file(&self, path: &Path, hops: usize) -> Option<&str> {
        let length = (0..=path.len()).rev().find(|n| self.files.contains_key(&path[..*n]))?;
        let (holder, rest) = path.split_at(length);
        let face = self.imports.get(holder).filter(|_| hops > 0);
        let behind = face.zip(rest.first()).and_then(|(face, name)| face.get(name));
        match behind.filter(|behind| *behind != path) {
            Some(behind) => {
                let rest = rest[1..].iter().cloned();
                self.file(&behind.iter().cloned().chain(rest).collect(), hops - 1)
            }
            None => self.files.get(holder).map(String::as_str),
        }
    }

    fn uses(&self, files: &[(String, String)]) -> BTreeMap<String, BTreeSet<String>> {
        let mut uses: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (path, text) in files.iter().filter(|(path, _)| !source::is_test(path)) {
            let from = module(path);
            for named in named(&tokens::code(text)) {
                let at = self.absolute(&from, &named.path);
                let Some(used) = at.and_then(|at| self.file(&at, 4)) else { continue };
                if used != path && !is_face(path) && !is_face(used) {
                    uses.entry(path.clone()).or_default().insert(used.to_owned());
                }
            }
        }
        uses
    }
}

/// The uses from which a way leads back.
fn circles(files: &[(String, String)]) -> Vec<String> {
    let uses = Modules::read(files).uses(files);
    let leads = |from: &str, to: &str| {
        let (mut seen, mut open) = (BTreeSet::from([from]), vec![from]);
        while let Some(at) = open.pop() {
            let next = uses.get(at).into_iter().flatten().map(String::as_str);
            open.extend(next.filter(|next| seen.insert(next)));
        }
        seen.contains(to)
    };
    let all = uses.iter().flat_map(|(from, to)| to.iter().map(move |to| (from, to)));
    let round = all.filter(|(from, to)| leads(to, from));
    round.map(|(from, to)| format!("{from} uses {to}")).collect()
}

#[test]
fn no_files_need_each_other() {
    report("a way of uses never leads back", circles(&source::tree("src")));
}

#[test]
fn a_circle_is_found() {
    let found = |files: &[(&str, &str)]| {
        let own = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        circles(&files.iter().map(own).collect::<Vec<_>>())
    };
    let lib = ("src/lib.rs", "mod a; mod b;");
    let round = [lib, ("src/a.rs", "use crate::b::B;"), ("src/b.rs", "fn f() { super::a::f() }")];
    assert_eq!(found(&round), ["src/a.rs uses src/b.rs", "src/b.rs uses src/a.rs"]);
    assert_eq!(found(&round[..2]).len(), 0);
    let face = ("src/r/mod.rs", "mod a; mod b; mod c; pub use a::A; pub use b::B;");
    let through = [
        face,
        ("src/r/a.rs", "use super::B;"),
        ("src/r/b.rs", "use super::c::C;"),
        ("src/r/c.rs", "use crate::r::A;"),
    ];
    assert_eq!(found(&through).len(), 3);
    assert_eq!(found(&through[..3]).len(), 0);
    let child = [("src/p.rs", "mod k; fn f() { k::g() }"), ("src/p/k.rs", "use super::f;")];
    assert_eq!(found(&child).len(), 2);
    let tests = [("src/a.rs", "mod tests;"), ("src/a/tests.rs", "use super::f;")];
    assert_eq!(found(&tests).len(), 0);
}
