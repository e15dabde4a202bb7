//! The exit status of each kind of failure. Scripts rely on it.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use git_ao::agent::AgentError;
use git_ao::git::{FileError, GitError, LockError, ObjectError, RefError, RepositoryError};
use git_ao::hook::HookError;
use git_ao::ledger::{Contention, LedgerError};
use git_ao::model::{
    AssignmentError, IllegalTransition, Project, RecordError, RuleError, SessionId, SessionStatus,
};
use git_ao::ops::{
    AgentStateError, DeleteError, EditError, ElsewhereError, LaunchError, OpsError,
    SessionWorktreeError, SpawnError, StatusError,
};
use git_ao::runtime::RuntimeError;
use git_ao::share::{Failure, ShareError};
use git_ao::store::{Key, RecordProblem, ResolveError, StoreError, UndoError};
use git_ao::workspace::WorkspaceError;

use super::record;
use crate::cli::CliError;

fn id() -> SessionId {
    SessionId::from_bytes([7; 16])
}

fn text() -> String {
    "x".to_owned()
}

fn key() -> Key {
    Key { project: Some(Project::unnamed()), id: id() }
}

fn io() -> io::Error {
    io::Error::from_raw_os_error(28)
}

#[track_caller]
fn expect<const N: usize>(number: u8, errors: [CliError; N]) {
    for error in errors {
        assert_eq!(error.code().number(), number, "{}", error.message());
    }
}

fn transition() -> IllegalTransition {
    IllegalTransition { from: SessionStatus::Done, to: SessionStatus::Working }
}

fn corrupt(problem: RecordError) -> StoreError {
    StoreError::Corrupt { key: key(), problem: RecordProblem::Record(problem) }
}

fn transfer(failure: Failure) -> ShareError {
    ShareError::Transfer { verb: "push to", remote: text(), message: text(), failure }
}

#[test]
fn what_is_not_found_or_refused_exits_with_1() {
    let status = SessionStatus::Done;
    let source = RuntimeError::NoAnswer;
    expect(
        1,
        [
            SpawnError::IssueTaken { issue: text(), id: id(), title: text() }.into(),
            AgentStateError::NotStarted(id()).into(),
            AgentStateError::Gone { id: id(), status: status.clone() }.into(),
            AgentStateError::Unreachable { id: id(), pid: None, source: None }.into(),
            AgentStateError::StillRunning { id: id(), title: text() }.into(),
            AgentStateError::NotSubmitted { id: id(), source }.into(),
            AgentStateError::Busy(id()).into(),
            ElsewhereError::MayRun { id: id(), replica: text() }.into(),
            LaunchError::NotInstalled { agent: text(), program: text() }.into(),
            LaunchError::Running(id()).into(),
            StatusError::Ended { id: id(), status: status.clone() }.into(),
            StatusError::Changed(id()).into(),
            SessionWorktreeError::Missing(id()).into(),
            SessionWorktreeError::NotItsOwn { id: id(), path: PathBuf::new() }.into(),
            AgentError::Unknown { name: text(), known: Vec::new() }.into(),
            AgentError::Untrusted { key: text() }.into(),
            AgentError::NoCommand { name: text() }.into(),
        ],
    );
    let conflicts = |oid: &str| UndoError::Conflicts {
        event: oid.parse().expect("an object id"),
        fields: Vec::new(),
    };
    expect(
        1,
        [
            StoreError::NotFound(key()).into(),
            StoreError::Exists(id()).into(),
            StoreError::Archived(key()).into(),
            StoreError::InTwoProjects(id()).into(),
            StoreError::Transition { id: id(), source: transition() }.into(),
            StoreError::Resolve(ResolveError::NotInSession).into(),
            StoreError::Resolve(ResolveError::Ambiguous { text: text(), candidates: Vec::new() })
                .into(),
            UndoError::Nothing.into(),
            conflicts(&"a".repeat(40)).into(),
            RecordError::Missing(text()).into(),
            RecordError::Newer(7).into(),
            AssignmentError::Fixed(text()).into(),
            AssignmentError::NoList(text()).into(),
            AssignmentError::Unknown { field: text(), similar: None }.into(),
            record::not_allowed(RuleError::LongTitle, id()),
            record::not_allowed(RuleError::Transition(transition()), id()),
            record::not_edited(EditError::Conflict(vec![text()]), id()),
            DeleteError::Newer {
                id: id(),
                title: text(),
                problem: RecordProblem::Record(RecordError::Newer(7)),
            }
            .into(),
        ],
    );
    let said = text();
    expect(
        1,
        [
            ShareError::Rejected { remote: text(), name: text(), reason: text(), said }.into(),
            ShareError::Elsewhere { remote: text(), url: text(), taken: Vec::new() }.into(),
            ShareError::Contended { remote: text(), seconds: 9 }.into(),
            HookError::TurnedOff(PathBuf::new()).into(),
            HookError::Edited(PathBuf::new()).into(),
            HookError::Damaged(PathBuf::new()).into(),
            HookError::InTheWay(PathBuf::new()).into(),
        ],
    );
}

#[test]
fn what_the_repository_or_the_machine_refuses_exits_with_128() {
    let source = RuntimeError::NoAnswer;
    let contended = || {
        LedgerError::Contended(Contention::Updates { name: text(), waited: Duration::from_secs(9) })
    };
    let oid = "a".repeat(40).parse().expect("an object id");
    expect(
        128,
        [
            SpawnError::NothingToFork(id()).into(),
            AgentStateError::NotStopped { id: id(), pid: None }.into(),
            AgentStateError::Unknown { id: id(), source }.into(),
            OpsError::Git(GitError::NoName(text())).into(),
            OpsError::Ref(RefError::Moved(text())).into(),
            OpsError::File(FileError { act: "write", path: PathBuf::new(), source: io() }).into(),
            OpsError::Lock(LockError::Io { path: PathBuf::new(), source: io() }).into(),
            WorkspaceError::BranchExists(text()).into(),
            WorkspaceError::BranchMissing(text()).into(),
            WorkspaceError::Changed(PathBuf::new()).into(),
            RuntimeError::Unknown(text()).into(),
            RuntimeError::NoAnswer.into(),
            RepositoryError::NotFound(text()).into(),
            RepositoryError::Unsafe(text()).into(),
            RepositoryError::UnknownFormat(9).into(),
        ],
    );
    expect(
        128,
        [
            corrupt(RecordError::Missing(text())).into(),
            corrupt(RecordError::Newer(7)).into(),
            StoreError::Invalid { id: id(), problem: RecordProblem::TooLarge }.into(),
            StoreError::Newer(2).into(),
            StoreError::NotAStore { name: text(), why: text() }.into(),
            StoreError::PrivateUnread(text()).into(),
            StoreError::Unrelated.into(),
            StoreError::NoPrivate(text()).into(),
            StoreError::BothWays.into(),
            StoreError::BadReplica(text()).into(),
            StoreError::Ledger(contended()).into(),
            StoreError::Ledger(LedgerError::Quarantined).into(),
            StoreError::Ledger(LedgerError::Ref(RefError::Moved(text()))).into(),
            StoreError::Ledger(LedgerError::Object(ObjectError::Missing(oid))).into(),
        ],
    );
    let source = Box::new(StoreError::Unrelated);
    let tip = "b".repeat(40).parse().expect("an object id");
    expect(
        128,
        [
            ShareError::NoRemote.into(),
            ShareError::ManyRemotes(Vec::new()).into(),
            ShareError::UnknownRemote { name: text(), known: Vec::new() }.into(),
            ShareError::InvalidTimeout(text()).into(),
            ShareError::Ref(RefError::Moved(text())).into(),
            ShareError::Unmergeable { remote: text(), tip, source }.into(),
            transfer(Failure::Unreachable).into(),
            transfer(Failure::Authentication).into(),
            transfer(Failure::Other).into(),
            HookError::Branch(text()).into(),
            HookError::Ref(RefError::Moved(text())).into(),
            HookError::Io { act: "read", path: PathBuf::new(), source: io() }.into(),
        ],
    );
}

#[test]
fn an_interrupt_exits_as_after_the_signal_and_a_wrong_usage_with_129() {
    expect(130, [OpsError::Interrupted.into()]);
    expect(129, [AssignmentError::NoAssignment(text()).into()]);
}
