use super::client::{Answer, Client, arg};
use super::panes::target;
use crate::runtime::{Attach, RuntimeError};

/// Returns the command that shows a session in the caller's terminal.
///
/// Inside the same tmux server, the terminal is switched to the session. Elsewhere, including in
/// another tmux server, the session is attached.
pub(super) fn attach(client: &Client, name: &str) -> Result<Attach, RuntimeError> {
    let verb = if inside(client)? { "switch-client" } else { "attach-session" };
    let mut argv = client.argv();
    argv.extend([arg(verb), arg("-t"), target(name).into()]);
    let environment = match verb {
        "attach-session" => client.environment.clone().without("TMUX"),
        _ => client.environment.clone(),
    };
    Ok(Attach { argv, environment, cwd: None })
}

/// Returns true if `$TMUX` (socket, process and session, see tmux(1)) names the same server.
fn inside(client: &Client) -> Result<bool, RuntimeError> {
    let Some(here) = client.environment.text("TMUX").filter(|here| !here.is_empty()) else {
        return Ok(false);
    };
    let format = "#{socket_path},#{pid},";
    let answer = client.run(["display-message", "-p", format].map(arg))?;
    Ok(matches!(answer, Answer::Done(server) if here.starts_with(server.trim_end())))
}
