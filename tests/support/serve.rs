use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use super::{TestEnv, wait_for};

/// Something that listens on loopback until it is dropped; each connection has a thread.
pub struct Server {
    port: u16,
    is_over: Arc<AtomicBool>,
    listener: Option<JoinHandle<()>>,
}

impl Server {
    pub fn start(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let socket = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let port = socket.local_addr().expect("a bound socket has an address").port();
        let is_over = Arc::new(AtomicBool::new(false));
        let over = is_over.clone();
        let serve = Arc::new(serve);
        let listener = std::thread::spawn(move || {
            let mut at_work = Vec::new();
            for stream in socket.incoming().map_while(Result::ok) {
                if over.load(Ordering::SeqCst) {
                    break;
                }
                let serve = serve.clone();
                at_work.push(std::thread::spawn(move || serve(stream)));
            }
            at_work.into_iter().for_each(|thread| drop(thread.join()));
        });
        Self { port, is_over, listener: Some(listener) }
    }

    /// `git daemon` for the repositories below a folder, one process for each connection.
    pub fn git_daemon(env: &TestEnv, folder: &Path) -> Self {
        let (env, folder) = (Template::of(env), folder.to_owned());
        Self::start(move |stream| {
            let mut daemon = env.git();
            daemon.args(["daemon", "--inetd", "--export-all", "--enable=receive-pack"]);
            daemon.arg(format!("--base-path={}", folder.display()));
            let (input, output) = (stream.try_clone().expect("one more handle"), stream);
            daemon.stdin(Stdio::from(OwnedFd::from(input)));
            daemon.stdout(Stdio::from(OwnedFd::from(output))).stderr(Stdio::null());
            daemon.status().expect("git daemon can be started");
        })
    }

    /// `git http-backend` for the repositories below a folder, behind as little HTTP as it needs.
    pub fn git_http(env: &TestEnv, folder: &Path) -> Self {
        Self::git_http_disturbed(env, folder, |_| None)
    }

    /// The same, where some requests, by what they ask for, are disturbed.
    pub fn git_http_disturbed(
        env: &TestEnv,
        folder: &Path,
        plan: impl Fn(&str) -> Option<Disturbance> + Send + Sync + 'static,
    ) -> Self {
        let (env, folder) = (Template::of(env), folder.to_owned());
        Self::start(move |stream| {
            // A client that goes away in the middle is its own business.
            let _ = answer(&env, &folder, stream, &plan);
        })
    }

    /// `sshd`, one process for each connection, with keys that are made for it, and the command
    /// that logs in there. Why not, where nobody can: it is not installed, or the account is locked.
    pub fn ssh(env: &TestEnv) -> Result<(Self, String), String> {
        let dir = env.path("ssh");
        std::fs::create_dir(&dir).map_err(|error| error.to_string())?;
        let at = |name: &str| dir.join(name).display().to_string();
        for name in ["host", "user"] {
            let args = ["-q", "-t", "ed25519", "-N", "", "-f", &at(name)];
            let made = Command::new("ssh-keygen").args(args).stdin(Stdio::null()).status();
            made.map_err(|error| format!("ssh-keygen: {error}"))?;
        }
        let config = format!(
            "HostKey {}\nAuthorizedKeysFile {}\nStrictModes no\nPidFile none\n\
             AuthenticationMethods publickey\nPermitRootLogin prohibit-password\n\
             PermitUserRC no\nAcceptEnv GIT_PROTOCOL\n\
             SetEnv GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1\n",
            at("host"),
            at("user.pub"),
        );
        std::fs::write(at("config"), config).map_err(|error| error.to_string())?;
        let sshd = Path::new("/usr/sbin/sshd");
        if !sshd.exists() {
            return Err("sshd is not installed (Debian: openssh-server)".to_owned());
        }
        let (settings, log) = (at("config"), at("log"));
        let server = Self::start(move |stream| {
            let mut daemon = Command::new(sshd);
            daemon.args(["-i", "-f", &settings, "-E", &log]);
            let (input, output) = (stream.try_clone().expect("one more handle"), stream);
            daemon.stdin(Stdio::from(OwnedFd::from(input)));
            daemon.stdout(Stdio::from(OwnedFd::from(output))).stderr(Stdio::null());
            daemon.status().expect("sshd can be started");
        });
        let command = format!(
            "ssh -F /dev/null -i {} -p {} -o BatchMode=yes -o IdentitiesOnly=yes -o LogLevel=ERROR \
             -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null",
            at("user"),
            server.port,
        );
        let login = env.run(&env.root(), "sh", ["-c", &format!("{command} 127.0.0.1 true")]).run();
        match login.status {
            0 => Ok((server, command)),
            _ => Err(std::fs::read_to_string(at("log")).unwrap_or_default() + &login.stderr),
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        if let Some(listener) = self.listener.take() {
            wait_for("the connections of a server end", || listener.is_finished());
            let _ = listener.join();
        }
    }
}

/// What happens to a request over HTTP.
#[derive(Clone, Copy, Debug)]
pub enum Disturbance {
    /// It is answered with this, and nothing is done.
    Answered(&'static str),
    /// What it asks for is done, and the connection ends without an answer.
    Unheard,
}

/// The clean environment, to start git in from another thread.
struct Template {
    variables: Vec<(std::ffi::OsString, std::ffi::OsString)>,
    dir: PathBuf,
}

impl Template {
    fn of(env: &TestEnv) -> Self {
        let run = env.git(&env.root(), [""; 0]).command();
        let variables = run.get_envs().filter_map(|(key, value)| Some((key, value?)));
        let variables = variables.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Self { variables, dir: env.root() }
    }

    fn git(&self) -> Command {
        let mut git = Command::new("git");
        git.env_clear().current_dir(&self.dir);
        git.envs(self.variables.iter().map(|(key, value)| (key, value)));
        git
    }
}

/// One request through CGI (RFC 3875).
fn answer(
    env: &Template,
    folder: &Path,
    stream: TcpStream,
    plan: &dyn Fn(&str) -> Option<Disturbance>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut words = first.split_whitespace();
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(()) };
    let disturbance = plan(target);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut git = env.git();
    git.arg("http-backend").env("GIT_PROJECT_ROOT", folder).env("GIT_HTTP_EXPORT_ALL", "1");
    git.env("REQUEST_METHOD", method).env("PATH_INFO", path).env("QUERY_STRING", query);
    git.env("REMOTE_USER", "ann").env("REMOTE_ADDR", "127.0.0.1");
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => {
                length = value.parse().unwrap_or(0);
                git.env("CONTENT_LENGTH", value);
            }
            "content-type" => drop(git.env("CONTENT_TYPE", value)),
            "content-encoding" => drop(git.env("HTTP_CONTENT_ENCODING", value)),
            "git-protocol" => drop(git.env("GIT_PROTOCOL", value)),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    if let Some(Disturbance::Answered(text)) = disturbance {
        return reader.into_inner().write_all(text.as_bytes());
    }
    git.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = git.spawn()?;
    let mut stdin = child.stdin.take().expect("standard input is a pipe");
    let feeder = std::thread::spawn(move || stdin.write_all(&body));
    let output = child.wait_with_output()?.stdout;
    let _ = feeder.join();
    if let Some(Disturbance::Unheard) = disturbance {
        return Ok(());
    }
    let end = output.windows(4).position(|at| at == b"\r\n\r\n").unwrap_or(output.len());
    let (head, rest) = output.split_at(end);
    let head = String::from_utf8_lossy(head);
    let status = head.lines().find_map(|line| line.strip_prefix("Status: ")).unwrap_or("200 OK");
    let content = rest.get(4..).unwrap_or_default();
    let mut stream = stream;
    write!(stream, "HTTP/1.1 {status}\r\n{head}\r\nContent-Length: {}\r\n", content.len())?;
    write!(stream, "Connection: close\r\n\r\n")?;
    stream.write_all(content)
}
