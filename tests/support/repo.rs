use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::config;

use super::template::Template;
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
        let template = Template::of(combo);
        let repo = Self::empty(env, name, combo);
        template.write(&repo.dir, combo.objects);
        if combo.kind == Kind::Linked {
            let dir = env.path(format!("{name}-linked"));
            let path = dir.to_str().expect("temporary paths are UTF-8");
            repo.git(["worktree", "add", "-q", "-b", "linked", path]);
            return Self { dir, ..repo };
        }
        repo
    }

    /// What [`Repo::create`] copies. Of a linked kind it is the main worktree.
    pub(super) fn init_with_commit(env: &Arc<TestEnv>, combo: Combo) -> Self {
        let repo = Self::init(env, "template", combo);
        match combo.kind {
            Kind::Bare => repo.seed(),
            Kind::Main | Kind::Linked => drop(repo.commit("README", "demo\n")),
        }
        repo
    }

    /// A folder for a repository of this kind.
    fn empty(env: &Arc<TestEnv>, name: &str, combo: Combo) -> Self {
        let folder = if combo.kind == Kind::Bare { format!("{name}.git") } else { name.to_owned() };
        let dir = env.path(folder);
        fs::create_dir(&dir).expect("the name is free");
        Self { env: env.clone(), combo, dir }
    }

    /// A repository without any commit. Of a linked kind only the main worktree can be made.
    pub fn init(env: &Arc<TestEnv>, name: &str, combo: Combo) -> Self {
        let repo = Self::empty(env, name, combo);
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

    /// A repository with a worktree that is there already.
    pub fn found(env: &Arc<TestEnv>, dir: PathBuf) -> Self {
        Self { env: env.clone(), combo: Combo::PLAIN, dir }
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
        let git_dir = self.git_dir();
        let common = match fs::read_to_string(git_dir.join("commondir")) {
            Ok(path) => git_dir.join(path.trim()),
            Err(_) => git_dir,
        };
        common.canonicalize().expect("a git directory exists")
    }

    /// The git directory of the worktree in which commands run, as gitrepository-layout(5) has it.
    fn git_dir(&self) -> PathBuf {
        let found = self.dir.ancestors().find_map(|folder| {
            let (inside, head) = (folder.join(".git"), folder.join("HEAD"));
            let is_bare = head.exists() && folder.join("objects").exists();
            if is_bare || inside.is_dir() {
                return Some(if is_bare { folder.to_owned() } else { inside });
            }
            let link = fs::read_to_string(inside).ok()?;
            Some(folder.join(link.strip_prefix("gitdir: ")?.trim_end()))
        });
        found.unwrap_or_else(|| panic!("'{}' is in no repository", self.dir.display()))
    }

    /// Sets a value in the repository's configuration, as `git config` does.
    #[track_caller]
    pub fn config(&self, key: &str, value: &str) {
        let path = self.common_dir().join("config");
        let mut file = config::File::from_path_no_includes(path.clone(), config::Source::Local)
            .unwrap_or_else(|error| panic!("'{}': {error}", path.display()));
        let (section, name) = key.rsplit_once('.').expect("a key has a section");
        let (section, subsection) = match section.split_once('.') {
            Some((section, subsection)) => (section, Some(subsection.into())),
            None => (section, None),
        };
        file.set_raw_value_by(section, subsection, name, value)
            .unwrap_or_else(|error| panic!("'{key}': {error}"));
        fs::write(path, file.to_bstring()).expect("the configuration can be written");
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
        // Maintenance would be three more processes, and has nothing to do.
        self.git(["-c", "maintenance.auto=false", "commit", "-q", "-m", name]);
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
