use std::collections::BTreeSet;

use syn::{ImplItem, Item, ItemImpl, Type};

use super::crate_tree::{Crate, is_public};
use super::exports::Exports;
use super::lines::{signature, text};

/// Returns the lines for the methods of public types and for the traits that they implement.
pub fn lines(tree: &Crate, exports: &Exports<'_>) -> Vec<String> {
    let private: BTreeSet<String> = tree
        .modules()
        .flat_map(|(_, items)| items)
        .filter_map(|item| match item {
            Item::Trait(item) => Some(item.ident.to_string()),
            _ => None,
        })
        .filter(|name| exports.path_of(name).is_none())
        .collect();
    let blocks = tree.modules().flat_map(|(_, items)| items).filter_map(|item| match item {
        Item::Impl(item) => Some(item),
        _ => None,
    });
    blocks.flat_map(|block| of_block(block, exports, &private)).collect()
}

fn of_block(block: &ItemImpl, exports: &Exports<'_>, private: &BTreeSet<String>) -> Vec<String> {
    let Some(path) = name(&block.self_ty).and_then(|name| exports.path_of(&name)) else {
        return Vec::new();
    };
    let line = |what: String| format!("{path}: {what}");
    let Some((_, implemented, _)) = &block.trait_ else {
        return block.items.iter().filter_map(public).map(line).collect();
    };
    let is_private =
        implemented.segments.last().is_some_and(|last| private.contains(&last.ident.to_string()));
    if is_private {
        return Vec::new();
    }
    let target = match &*block.self_ty {
        Type::Reference(_) => format!(" for {}", text(&block.self_ty)),
        _ => String::new(),
    };
    let mut last = implemented.clone();
    last.segments = last.segments.into_iter().rev().take(1).collect();
    last.leading_colon = None;
    vec![line(format!("impl {}{target}", text(&last)))]
}

/// Returns a public member of a type.
fn public(item: &ImplItem) -> Option<String> {
    match item {
        ImplItem::Fn(item) if is_public(&item.vis) => Some(signature(&item.sig)),
        ImplItem::Const(item) if is_public(&item.vis) => {
            Some(format!("const {}: {}", item.ident, text(&item.ty)))
        }
        _ => None,
    }
}

/// Returns the name of a type, or of what a reference refers to.
fn name(of: &Type) -> Option<String> {
    match of {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        Type::Reference(reference) => name(&reference.elem),
        _ => None,
    }
}
