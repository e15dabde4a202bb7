use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Writes a shell script that can be run, and the folders above it.
#[track_caller]
pub fn write_script(path: &Path, body: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\n{body}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
