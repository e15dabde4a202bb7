//! What earlier session stores get wrong: each mistake a test.
//!
//! `it::` stands for a test of the other program, `tests/it`.
//!
//! ao_core: A1, A2, A3, A4 `it::store::race` and `it::store::killed`; A5
//! `save_after_archive_is_rejected_not_resurrected`; A8 `lookup_by_id_does_not_scan`; A9
//! `corrupt_record_is_listed_as_corrupt`; A10 `rejects_ids_that_are_not_ref_safe`; A11
//! `exact_id_wins_over_prefix`; A12 `project_qualified_lookup`; A13
//! `rearchive_keeps_both_in_history`; A14 `archive_reports_when_nothing_was_archived`; A18
//! `concurrent_delete_is_idempotent`; A19 `ties_sort_by_id`; A20
//! `writes_of_others_are_seen_at_once`; A23 `unknown_fields_survive_a_save`. A22: the lock is the
//! kernel's, `it::store::killed::a_writer_that_holds_the_lock_is_waited_for_but_not_for_ever`.
//! A7, A15, A16, A17: `agents`, under the names of the behaviour. A6
//! `live::field_update_survives_concurrent_status_poll`. A7 also
//! `live::spawning_without_handle_is_not_killed_within_grace`. A21 `cost_totals_derive_from_history`.
//!
//! Restoring: R1 to R8, R10, R11, R13, R14: `agents`, likewise; R9 `it::workspace::state`; R12
//! `it::workspace::add::path_and_branch_collisions_are_distinct`; R15
//! `it::spawn::makes::the_project_is_the_same_in_every_clone_and_worktree`.
//!
//! astrid_runtime: B1 as A1; B3 `it::store::disk::core_shared_repository_is_honoured`; B4
//! `store_survives_ref_or_dir_removal`; B5 `three_views_agree_on_corruption`; B6 as A19: no file's
//! time is looked at; B7 `load_during_delete_is_none`; B8 `every_printed_id_is_accepted`; B9
//! `it::store::broken::a_record_under_the_name_of_another_is_corrupt` and `it::records`; B11
//! `short_ids_never_panic`; B12 is a benchmark. B2
//! `cleanup_uses_last_update_and_rejects_nonpositive`; B10 `workspace_match_is_canonical`.
//!
//! thulp_workspace: C1, C2, C3 as A1; C4 `deleted_elsewhere_is_gone_here`; C5
//! `it::store::disk::a_full_disk_leaves_the_store_as_it_was`; C6 `illegal_transitions_rejected`; C9
//! as B5. No test: C7, C8 (no conversation is in a record), C10 (there is no cache).
//!
//! claw-code: D1 `ids_unique_across_processes`; D2, D3, D4 as A1 to A4; D5 `one_session_one_entry`;
//! D6 as A13; D7 `reference_is_id_alias_or_ref_only`; D8
//! `it::store::place::from_every_folder_of_every_worktree`; D10
//! `history_survives_worktree_removal`; D11 `latest_skips_self_and_empty`; D12
//! `updated_at_survives_reload`; D13 `it::store::cycle::a_fork_has_its_parents_event_as_second_parent`;
//! D14 `it::store::place::reading_writes_nothing`; D15 `error_names_the_ref_searched`; D17
//! `every_printed_id_is_accepted`. D16
//! `push_preview_redacts_known_tokens`. No test: D9 (there is one code path).
#![allow(clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod agents;
mod live;
mod store;

/// The list above names only tests, and modules of tests, that are there.
#[test]
fn every_name_in_the_list_is_there() {
    fn sources(dir: &std::path::Path, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                sources(&entry, found);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                let stem = entry.file_stem().unwrap().to_string_lossy().into_owned();
                found.push((stem, std::fs::read_to_string(&entry).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut found);
    let list: Vec<_> =
        include_str!("main.rs").lines().filter_map(|line| line.strip_prefix("//!")).collect();
    let list = list.join(" ");
    let names: Vec<_> = list.split('`').skip(1).step_by(2).collect();
    assert!(names.len() > 30, "{names:?}");
    for name in names.into_iter().filter(|name| !matches!(*name, "it::" | "tests/it")) {
        let last = name.rsplit("::").next().unwrap();
        let is_test = |text: &String| text.contains(&format!("#[test]\nfn {last}("));
        let is_there = found.iter().any(|(stem, text)| stem == last || is_test(text));
        assert!(is_there, "there is no '{name}'");
    }
}
