use git_ao::model::Guard;

/// Returns the guard for a change of a record, which `--force` turns off.
pub fn guard(is_forced: bool) -> Guard {
    if is_forced { Guard::Off } else { Guard::Table }
}
