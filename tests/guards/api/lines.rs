use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{Attribute, Fields, Item, Signature, Token, TraitItem, Variant};

use super::crate_tree::is_public;

/// Returns the lines for a definition and its parts.
pub fn of(item: &Item, path: &str) -> Vec<String> {
    let line = |what: String| format!("{path}: {what}");
    match item {
        Item::Const(item) => vec![line(format!("const {}", text(&item.ty)))],
        Item::Static(item) => vec![line(format!("static {}", text(&item.ty)))],
        Item::Fn(item) => vec![line(signature(&item.sig))],
        Item::Type(item) => {
            vec![line(format!("type{} = {}", text(&item.generics), text(&item.ty)))]
        }
        Item::Struct(item) => {
            let (generics, clause) = (&item.generics, &item.generics.where_clause);
            let growth = growth(&item.attrs);
            let head = format!("{growth}struct{} {}", text(generics), text(clause));
            let mut lines = vec![line(head.trim_end().to_owned())];
            lines.extend(fields(&item.fields).into_iter().map(line));
            lines.extend(derived(&item.attrs).into_iter().map(line));
            lines
        }
        Item::Enum(item) => {
            let head = format!("{}enum{}", growth(&item.attrs), text(&item.generics));
            let mut lines = vec![line(head)];
            lines.extend(item.variants.iter().map(|it| line(format!("variant {}", variant(it)))));
            lines.extend(derived(&item.attrs).into_iter().map(line));
            let all = item.variants.iter().flat_map(|variant| &variant.fields);
            lines.extend(
                all.filter(|field| has(&field.attrs, "from"))
                    .map(|field| line(format!("impl From<{}>", text(&field.ty)))),
            );
            lines
        }
        Item::Trait(item) => {
            let supers = match item.supertraits.is_empty() {
                true => String::new(),
                false => format!(": {}", text(&item.supertraits)),
            };
            let mut lines = vec![line(format!("trait{}{supers}", text(&item.generics)))];
            lines.extend(item.items.iter().filter_map(required).map(line));
            lines
        }
        _ => Vec::new(),
    }
}

/// Returns the text of a function without its body.
pub fn signature(of: &Signature) -> String {
    let mut bare = of.clone();
    for input in &mut bare.inputs {
        match input {
            syn::FnArg::Receiver(it) => it.attrs.clear(),
            syn::FnArg::Typed(it) => {
                it.attrs.clear();
                if let syn::Pat::Ident(name) = &mut *it.pat {
                    name.mutability = None;
                }
            }
        }
    }
    text(&bare)
}

/// Returns a member of a trait.
fn required(item: &TraitItem) -> Option<String> {
    let provided = |is_there: bool| if is_there { "provided " } else { "" };
    Some(match item {
        TraitItem::Fn(item) => {
            format!("{}{}", provided(item.default.is_some()), signature(&item.sig))
        }
        TraitItem::Type(item) => format!("type {}", item.ident),
        TraitItem::Const(item) => {
            let is_there = item.default.is_some();
            format!("{}const {}: {}", provided(is_there), item.ident, text(&item.ty))
        }
        _ => return None,
    })
}

fn fields(of: &Fields) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, field) in of.iter().enumerate() {
        let name = field.ident.as_ref().map_or_else(|| at.to_string(), ToString::to_string);
        lines.push(match is_public(&field.vis) {
            true => format!("field {name}: {}", text(&field.ty)),
            false => "private fields".to_owned(),
        });
    }
    lines.dedup();
    lines
}

fn variant(of: &Variant) -> String {
    let mut bare = of.clone();
    bare.attrs.clear();
    for field in &mut bare.fields {
        field.attrs.clear();
    }
    bare.discriminant = None;
    format!("{}{}", growth(&of.attrs), text(&bare))
}

fn growth(attributes: &[Attribute]) -> &'static str {
    if has(attributes, "non_exhaustive") { "non-exhaustive " } else { "" }
}

fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident(name))
}

fn derived(attributes: &[Attribute]) -> Vec<String> {
    let derives = attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
    let parse = Punctuated::<syn::Path, Token![,]>::parse_terminated;
    let paths = derives.filter_map(|attribute| attribute.parse_args_with(parse).ok()).flatten();
    let names = paths.filter_map(|path| path.segments.last().map(|last| last.ident.to_string()));
    names.map(|name| format!("impl {name}")).collect()
}

/// Returns code as people write it, on one line.
pub fn text(code: &impl ToTokens) -> String {
    let mut text = quote!(#code).to_string();
    for (spaced, tight) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" < ", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ,", ","),
        ("& ", "&"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        ("[ ", "["),
        (" ]", "]"),
        (" :", ":"),
        (" ;", ";"),
        ("' ", "'"),
        (" !", "!"),
        (",)", ")"),
        (", }", " }"),
        (",>", ">"),
        ("->(", "-> ("),
    ] {
        text = text.replace(spaced, tight);
    }
    text.replace("->", " ->").replace("  ", " ").replace(" - >", " ->").trim().to_owned()
}
