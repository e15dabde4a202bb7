use git_ao::model::Guard;

/// What `--force` turns off where a record is changed.
pub fn guard(is_forced: bool) -> Guard {
    if is_forced { Guard::Off } else { Guard::Table }
}
