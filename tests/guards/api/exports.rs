use std::collections::{BTreeMap, BTreeSet};

use syn::Item;

use super::crate_tree::{self, Crate, is_public};
use super::lines;

/// A definition: its module and its name.
type Definition = (Vec<String>, String);

/// The public paths of what a crate defines.
pub struct Exports<'c> {
    tree: &'c Crate,
    modules: BTreeSet<Vec<String>>,
    paths: BTreeMap<Definition, BTreeSet<Vec<String>>>,
    /// Re-exports of other crates: public path, target.
    foreign: BTreeSet<(Vec<String>, Vec<String>)>,
}

impl<'c> Exports<'c> {
    pub fn of(tree: &'c Crate) -> Self {
        let (modules, paths, foreign) = Default::default();
        let mut exports = Self { tree, modules, paths, foreign };
        exports.visit(&[], &[]);
        exports
    }

    /// Visits a public module.
    fn visit(&mut self, module: &[String], public: &[String]) {
        if !self.modules.insert(public.to_vec()) {
            return;
        }
        for item in self.tree.items(module) {
            if let Item::Mod(inner) = item
                && is_public(&inner.vis)
            {
                let name = [inner.ident.to_string()];
                self.visit(&[module, &name].concat(), &[public, &name].concat());
            }
            let vis = crate_tree::visibility(item);
            if let (Some(name), Some(vis)) = (crate_tree::name(item), vis)
                && is_public(vis)
            {
                self.export((module.to_vec(), name.clone()), public, name);
            }
        }
        for import in self.tree.imports(module, true) {
            match import.name {
                None => self.glob(&import.target, public),
                Some(name) => match self.tree.resolve(&import.target) {
                    Some(definition) => self.export(definition, public, name),
                    None if self.tree.is_module(&import.target) => {
                        self.visit(&import.target, &[public, &[name]].concat());
                    }
                    None => {
                        self.foreign.insert(([public, &[name]].concat(), import.target));
                    }
                },
            }
        }
    }

    fn glob(&mut self, target: &[String], public: &[String]) {
        for item in self.tree.items(target) {
            if let (Some(name), Some(vis)) = (crate_tree::name(item), crate_tree::visibility(item))
                && is_public(vis)
            {
                self.export((target.to_vec(), name.clone()), public, name);
            }
        }
        for import in self.tree.imports(target, true) {
            let definition = self.tree.resolve(&import.target);
            if let (Some(name), Some(definition)) = (import.name, definition) {
                self.export(definition, public, name);
            }
        }
    }

    fn export(&mut self, definition: Definition, public: &[String], name: String) {
        let path = [public, &[name]].concat();
        self.paths.entry(definition).or_default().insert(path);
    }

    /// Returns the first public path of a definition.
    fn path(&self, definition: &Definition) -> Option<String> {
        let paths = self.paths.get(definition)?;
        paths.iter().min_by_key(|path| path.len()).map(|path| path.join("::"))
    }

    /// Returns the public path of a type or trait. In this project no two have the same name.
    pub fn path_of(&self, name: &str) -> Option<String> {
        let types = self.paths.keys().filter(|(module, known)| {
            let items = self.tree.items(module).iter();
            let mut named = items.filter(|item| crate_tree::name(item).as_ref() == Some(known));
            known == name && named.any(is_type)
        });
        types.filter_map(|definition| self.path(definition)).next()
    }

    /// Returns the lines for modules, definitions and re-exports.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for module in self.modules.iter().filter(|module| !module.is_empty()) {
            lines.push(format!("{}: mod", module.join("::")));
        }
        for (path, target) in &self.foreign {
            lines.push(format!("{}: use {}", path.join("::"), target.join("::")));
        }
        for (definition @ (module, name), paths) in &self.paths {
            let Some(first) = self.path(definition) else { continue };
            for path in paths.iter().map(|path| path.join("::")) {
                if path != first {
                    lines.push(format!("{path}: use {first}"));
                }
            }
            let items = self.tree.items(module).iter();
            let named = items.filter(|item| crate_tree::name(item).as_ref() == Some(name));
            lines.extend(named.flat_map(|item| lines::of(item, &first)));
        }
        lines
    }
}

fn is_type(item: &Item) -> bool {
    matches!(
        item,
        Item::Enum(_) | Item::Struct(_) | Item::Trait(_) | Item::Type(_) | Item::Union(_)
    )
}
