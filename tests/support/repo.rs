use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Combo, Kind, Out, Refs, Run, TestEnv, write_script};

/// A repository, and the folder in which its commands run.
pub struct Repo {
    env: Arc<TestEnv>,
    combo: Combo,
    dir: PathBuf,
}

impl Repo {
    /// The everyday repository in an environment of its own.
    pub fn new() -> Self {
        TestEnv::new().repo(Combo::PLAIN)
    }

    /// A repository `<name>` (bare: `<name>.git`; linked: used from `<name>-linked`, where branch
    /// `linked` is checked out) with one commit on `main`.
    pub fn create(env: &Arc<TestEnv>, name: &str, combo: Combo) -> Self {
        let repo = Self::init(env, name, combo);
        match combo.kind {
            Kind::Bare => repo.seed(),
            Kind::Main => drop(repo.commit("README", "demo\n")),
            Kind::Linked => {
                repo.commit("README", "demo\n");
                let dir = env.path(format!("{name}-linked"));
                let path = dir.to_str().expect("temporary paths are UTF-8");
                repo.git(["worktree", "add", "-q", "-b", "linked", path]);
                return Self { dir, ..repo };
            }
        }
        repo
    }

    /// A repository without any commit. Of a linked kind only the main worktree can be made.
    pub fn init(env: &Arc<TestEnv>, name: &str, combo: Combo) -> Self {
        let folder = if combo.kind == Kind::Bare { format!("{name}.git") } else { name.to_owned() };
        let dir = env.path(folder);
        fs::create_dir(&dir).expect("the name is free");
        let repo = Self { env: env.clone(), combo, dir };
        let objects = format!("--object-format={}", combo.objects.name());
        let refs = format!("--ref-format={}", combo.refs.name());
        let mut args = vec!["init", "-q", "--initial-branch=main", &objects];
        if Refs::can_be_chosen() {
            args.push(&refs);
        }
        if combo.kind == Kind::Bare {
            args.push("--bare");
        }
        repo.git(args);
        repo
    }

    /// A clone of this repository in a folder beside it, with its main worktree (or bare).
    pub fn clone_as(&self, name: &str) -> Self {
        let dir = self.env.path(name);
        let common = self.common_dir();
        let origin =
            if common.ends_with(".git") { common.parent().unwrap_or(&common) } else { &common };
        let mut args = vec!["clone".as_ref(), "-q".as_ref()];
        let refs = format!("--ref-format={}", self.combo.refs.name());
        if Refs::can_be_chosen() {
            args.push(OsStr::new(&refs));
        }
        if self.combo.kind == Kind::Bare {
            args.push("--bare".as_ref());
        }
        args.extend([origin.as_os_str(), dir.as_os_str()]);
        self.env.git(&self.env.root(), args).run().ok();
        let kind = if self.combo.kind == Kind::Bare { Kind::Bare } else { Kind::Main };
        Self { env: self.env.clone(), combo: Combo { kind, ..self.combo }, dir }
    }

    /// The same repository, with commands run in another folder.
    pub fn within(&self, dir: impl AsRef<Path>) -> Self {
        Self { env: self.env.clone(), combo: self.combo, dir: self.dir.join(dir) }
    }

    pub fn env(&self) -> &Arc<TestEnv> {
        &self.env
    }

    pub fn combo(&self) -> Combo {
        self.combo
    }

    /// The folder in which commands run.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The git directory that all worktrees share.
    pub fn common_dir(&self) -> PathBuf {
        self.git(["rev-parse", "--path-format=absolute", "--git-common-dir"]).trim().into()
    }

    /// Standard output of a git command that has to succeed.
    #[track_caller]
    pub fn git<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> String {
        self.git_result(args).ok().stdout
    }

    pub fn git_result<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Out {
        self.env.git(&self.dir, args).run()
    }

    /// Runs the binary under test.
    pub fn ao<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Out {
        self.ao_run(args).run()
    }

    /// The binary under test, to be given input, a time or variables first.
    pub fn ao_run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Run {
        self.env.ao(&self.dir, args)
    }

    /// Runs `git ao …`.
    pub fn git_ao<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Out {
        self.env.git_ao(&self.dir, args).run()
    }

    /// Writes a file in the worktree, with the folders above it.
    pub fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.dir.join(name);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("folders");
        fs::write(&path, content).expect("the worktree can be written");
        path
    }

    /// Writes a hook of the repository, a few lines of shell.
    #[track_caller]
    pub fn hook(&self, name: &str, body: &str) -> PathBuf {
        let path = self.common_dir().join("hooks").join(name);
        write_script(&path, body);
        path
    }

    /// Commits one file and returns the commit's id.
    #[track_caller]
    pub fn commit(&self, name: &str, content: &str) -> String {
        self.write(name, content);
        self.git(["add", "--", name]);
        self.git(["commit", "-q", "-m", name]);
        self.git(["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// The first commit of a repository that has no worktree.
    fn seed(&self) {
        let pipe = |args: &[&str], input: String| {
            self.env.git(&self.dir, args).input(input).run().ok().text().to_owned()
        };
        let blob = pipe(&["hash-object", "-w", "--stdin"], "demo\n".into());
        let tree = pipe(&["mktree"], format!("100644 blob {blob}\tREADME\n"));
        let commit = pipe(&["commit-tree", &tree], "README\n".into());
        self.git(["update-ref", "refs/heads/main", &commit]);
    }
}
