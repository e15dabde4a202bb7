use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the package.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust files below a folder of the package: path from its root, text.
pub fn tree(folder: &str) -> Vec<(String, String)> {
    let rust = walk(&root().join(folder)).into_iter().filter(|path| path.ends_with(".rs"));
    rust.map(|path| (path.clone(), fs::read_to_string(root().join(path)).expect("UTF-8"))).collect()
}

/// The files that belong to the project: what git tracks, else what lies there.
pub fn tracked() -> Vec<String> {
    let mut git = Command::new("git");
    git.arg("-C").arg(root()).args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            git.env_remove(name);
        }
    }
    match git.output() {
        Ok(out) if out.status.success() => {
            let names = String::from_utf8(out.stdout).expect("file names are UTF-8");
            let names = names.split_terminator('\0').filter(|name| root().join(name).is_file());
            names.map(str::to_owned).collect()
        }
        _ => walk(root()),
    }
}

/// Whether a file holds nothing but tests.
pub fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// All files below a folder, as sorted paths from the package's root.
fn walk(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    let mut open = vec![PathBuf::from(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the project can be read") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(root()).expect("below the root").to_string_lossy();
            if path.is_dir() && !["target", ".git"].contains(&&*name) {
                open.push(path);
            } else if path.is_file() {
                files.push(name.into_owned());
            }
        }
    }
    files.sort();
    files
}
