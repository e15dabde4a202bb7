use std::collections::BTreeMap;

use syn::{Attribute, Item, UseTree, Visibility};

/// The modules of a crate, by their path.
pub struct Crate {
    modules: BTreeMap<Vec<String>, Vec<Item>>,
}

/// An import: where it leads, and under which name.
pub struct Import {
    pub target: Vec<String>,
    /// The name; None for all names of a module.
    pub name: Option<String>,
}

impl Crate {
    /// Parses the sources, beginning with `src/lib.rs`.
    pub fn parse(files: &BTreeMap<String, String>) -> Self {
        let mut tree = Self { modules: BTreeMap::new() };
        tree.load(files, "src/lib.rs", Vec::new());
        tree
    }

    /// Returns the modules with their items, without those for tests.
    pub fn modules(&self) -> impl Iterator<Item = (&Vec<String>, &Vec<Item>)> {
        self.modules.iter()
    }

    pub fn items(&self, module: &[String]) -> &[Item] {
        self.modules.get(module).map_or(&[], Vec::as_slice)
    }

    pub fn is_module(&self, path: &[String]) -> bool {
        self.modules.contains_key(path)
    }

    fn load(&mut self, files: &BTreeMap<String, String>, file: &str, path: Vec<String>) {
        let text = files.get(file).unwrap_or_else(|| panic!("there is no '{file}'"));
        let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        let stem = file.strip_suffix(".rs").expect("a Rust file");
        let folder = match stem.rsplit_once('/') {
            Some((folder, "lib" | "mod")) => folder,
            _ => stem,
        };
        self.add(files, folder, path, parsed.items);
    }

    fn add(
        &mut self,
        files: &BTreeMap<String, String>,
        folder: &str,
        path: Vec<String>,
        items: Vec<Item>,
    ) {
        let items: Vec<_> = items.into_iter().filter(|item| !is_for_tests(item)).collect();
        for item in &items {
            let Item::Mod(module) = item else { continue };
            let name = module.ident.to_string();
            let below = [path.as_slice(), std::slice::from_ref(&name)].concat();
            match &module.content {
                Some((_, inner)) => {
                    self.add(files, &format!("{folder}/{name}"), below, inner.clone());
                }
                None => {
                    let places = [format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")];
                    let place = places.iter().find(|place| files.contains_key(*place));
                    let place = place.unwrap_or_else(|| panic!("there is no module '{name}'"));
                    self.load(files, place, below);
                }
            }
        }
        self.modules.insert(path, items);
    }

    /// Returns the imports of a module, or only its re-exports.
    pub fn imports(&self, module: &[String], only_public: bool) -> Vec<Import> {
        let mut found = Vec::new();
        for item in self.items(module) {
            if let Item::Use(item) = item
                && (is_public(&item.vis) || !only_public)
            {
                self.flatten(module, &item.tree, Vec::new(), &mut found);
            }
        }
        found
    }

    fn flatten(&self, at: &[String], tree: &UseTree, above: Vec<String>, found: &mut Vec<Import>) {
        let with = |name: &syn::Ident| [above.as_slice(), &[name.to_string()]].concat();
        let mut import = |target: Vec<String>, name| {
            found.push(Import { target: self.absolute(at, target), name });
        };
        match tree {
            UseTree::Path(path) => self.flatten(at, &path.tree, with(&path.ident), found),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.flatten(at, tree, above.clone(), found);
                }
            }
            UseTree::Name(name) if name.ident == "self" => {
                let last = above.last().cloned();
                import(above, last);
            }
            UseTree::Name(name) => import(with(&name.ident), Some(name.ident.to_string())),
            UseTree::Rename(rename) => {
                import(with(&rename.ident), Some(rename.rename.to_string()));
            }
            UseTree::Glob(_) => import(above, None),
        }
    }

    /// Returns a path from the crate's root. One of another crate stays as it is.
    fn absolute(&self, at: &[String], path: Vec<String>) -> Vec<String> {
        let supers = path.iter().take_while(|part| *part == "super").count();
        match path.first().map(String::as_str) {
            Some("crate") => path[1..].to_vec(),
            Some("self") => [at, &path[1..]].concat(),
            Some("super") => [&at[..at.len() - supers], &path[supers..]].concat(),
            Some(first) if self.is_module(&[at, &[first.to_owned()]].concat()) => {
                [at, &path].concat()
            }
            _ => path,
        }
    }

    /// Returns where a path leads in the end: the module and the name of a definition. None if it
    /// leads out of the crate.
    pub fn resolve(&self, path: &[String]) -> Option<(Vec<String>, String)> {
        let (name, module) = path.split_last()?;
        if !self.is_module(module) {
            return None;
        }
        let is_defined = self.items(module).iter().any(|item| defines(item, name));
        if is_defined {
            return Some((module.to_vec(), name.clone()));
        }
        let imports = self.imports(module, false);
        let direct = imports.iter().find(|import| import.name.as_ref() == Some(name));
        if let Some(import) = direct {
            return self.resolve(&import.target);
        }
        let globs = imports.iter().filter(|import| import.name.is_none());
        let mut below =
            globs.map(|import| [import.target.as_slice(), std::slice::from_ref(name)].concat());
        below.find_map(|path| self.resolve(&path))
    }
}

/// Returns the name under which an item can be used from elsewhere.
pub fn name(item: &Item) -> Option<String> {
    Some(match item {
        Item::Const(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Static(item) => item.ident.to_string(),
        Item::Struct(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        Item::Union(item) => item.ident.to_string(),
        _ => return None,
    })
}

pub fn visibility(item: &Item) -> Option<&Visibility> {
    Some(match item {
        Item::Const(item) => &item.vis,
        Item::Enum(item) => &item.vis,
        Item::Fn(item) => &item.vis,
        Item::Static(item) => &item.vis,
        Item::Struct(item) => &item.vis,
        Item::Trait(item) => &item.vis,
        Item::Type(item) => &item.vis,
        Item::Union(item) => &item.vis,
        _ => return None,
    })
}

pub fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn defines(item: &Item, wanted: &str) -> bool {
    name(item).is_some_and(|name| name == wanted)
}

fn is_for_tests(item: &Item) -> bool {
    let attributes: &[Attribute] = match item {
        Item::Mod(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => return false,
    };
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|flag| flag == "test")
    })
}
