use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Looks for a program in `path`, the value of PATH.
pub fn find_program(program: &str, path: &OsStr) -> Option<PathBuf> {
    if program.is_empty() {
        return None;
    }
    if program.contains('/') {
        return Some(PathBuf::from(program)).filter(|file| is_program(file));
    }
    std::env::split_paths(path)
        .filter(|dir| dir.is_absolute())
        .map(|dir| dir.join(program))
        .find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn only_a_file_that_may_be_run_is_a_program() {
        let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let path = std::env::join_paths(dirs.iter().map(|dir| dir.path())).unwrap();
        let [first, second] = dirs.each_ref().map(|dir| dir.path().join("agent"));
        fs::create_dir(&first).unwrap();
        assert_eq!(find_program("agent", &path), None);
        fs::write(&second, "").unwrap();
        fs::set_permissions(&second, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(find_program("agent", &path), None);
        fs::set_permissions(&second, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(find_program("agent", &path), Some(second.clone()));
        assert_eq!(find_program(second.to_str().unwrap(), OsStr::new("")), Some(second));
        assert_eq!(find_program("", &path), None);
        assert_eq!(find_program("sh", OsStr::new("")), None);
    }
}
