//! Another implementation of git's protocol: dulwich, as the remote and as the one who fetches.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::Child;

use super::{all_objects, ann, capture, fetched, path, refs, said, token};
use crate::share::{Team, short};
use crate::support::sessions::id;
use crate::support::{Repo, TestEnv, skipped};

const SERVE: &str = "
import sys
from dulwich.repo import Repo
from dulwich.server import DictBackend, TCPGitServer
server = TCPGitServer(DictBackend({b'/hub.git': Repo(sys.argv[1])}), '127.0.0.1', 0)
print(server.server_address[1], flush=True)
server.serve_forever()
";

const FETCH: &str = "
import sys
from dulwich.client import SubprocessGitClient
from dulwich.repo import Repo
path, into, name = sys.argv[1:]
client = SubprocessGitClient()
repo = Repo.init_bare(into, mkdir=True)
wanted = lambda refs, depth=None: [refs[name.encode()]]
tip = client.fetch(path, repo, determine_wants=wanted).refs[name.encode()]
commit = repo[tip]
assert not commit.parents
for entry in repo.object_store.iter_tree_contents(commit.tree):
    sys.stdout.buffer.write(repo[entry.sha].data)
";

/// The Python that has dulwich; None, with a word about it, if none has.
fn python(env: &TestEnv) -> Option<String> {
    let python = env::var("AO_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let out = env.run(&env.root(), "sh", ["-c", "\"$0\" -c 'import dulwich'", &python]).run();
    if out.status != 0 {
        skipped("dulwich is not installed (PyPI: dulwich)");
        return None;
    }
    Some(python)
}

/// A server, until it is dropped.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(hub: &Repo, python: &str) -> (Serving, String) {
    let folder = hub.dir().to_str().unwrap();
    let mut child = hub.env().run(&hub.env().root(), python, ["-c", SERVE, folder]).spawn();
    let mut port = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
    (Serving(child), format!("git://127.0.0.1:{}/hub.git", port.trim()))
}

#[test]
fn dulwich_serves() {
    let team = Team::new();
    let Some(python) = python(&team.env) else { return };
    let ann = ann(&team);
    let (_serving, url) = serve(&team.hub, &python);
    let ben = team.member_at("ben", &url);
    ann.git(["remote", "set-url", "origin", &url]);
    ann.ao(["push", "--transcript", &short(1)]).ok().stdout_has("transcripts of");
    ben.ao(["pull"]).ok();
    ben.ao(["transcript", "fetch", &short(1)]).ok();
    let first = std::fs::read_to_string(path(&ann, 1, "jsonl")).unwrap();
    let redacted = first.replace(&token(), "[REDACTED:github-token]");
    assert_eq!(fetched(&ben, id(1)), redacted.lines().collect::<Vec<_>>());
    capture(&ann, 1, &(first + &said("second")));
    ann.ao(["push"]).ok().stdout_has("2 lines");
    ben.ao(["pull"]).ok();
    ben.ao(["transcript", "fetch", &short(1)]).ok();
    assert_eq!(fetched(&ben, id(1)).len(), 2);
    assert!(!all_objects(&team.hub).contains(&token()));
    ann.ao(["transcript", "unshare", &short(1)]).ok();
    assert!(!refs(&team.hub).contains("refs/ao/transcripts"));
}

#[test]
fn dulwich_fetches() {
    let team = Team::new();
    let Some(python) = python(&team.env) else { return };
    let ann = ann(&team);
    ann.ao(["push", "--transcript", &short(1)]).ok();
    let hub = team.hub.dir().to_str().unwrap();
    let name = refs(&team.hub).split_whitespace().next().unwrap().to_owned();
    let into = team.env.path("read-by-dulwich.git");
    let args = ["-c", FETCH, hub, into.to_str().unwrap(), &name];
    let read = team.env.run(&team.env.root(), &python, args).run().ok();
    assert!(read.stdout.contains("[REDACTED:github-token]") && !read.stdout.contains(&token()));
}
