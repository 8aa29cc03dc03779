//! The command line. Exit codes: 0 fine, 1 failed, 2 wrong usage.

mod api_key;
mod audit;
mod encoder;
mod import;
mod labels;
mod learn;
mod model;
mod output;
mod policy;
mod queue;
mod serve;
mod source;
mod user;

use std::{io::IsTerminal, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use domain::Actor;
use service::{Background, Services};

use crate::{
    config::{Config, ConfigError, Flags, LogFormat},
    workspace,
};

/// Distributes work between machines and people: classifies tasks, routes them by policy, learns from corrections.
#[derive(Debug, Parser)]
#[command(name = "switchyard", version)]
struct Cli {
    /// Configuration file (TOML); `switchyard config` prints one with every setting.
    #[arg(long, global = true, env = "SWITCHYARD_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server.
    Serve(serve::Serve),
    /// Add and manage the people who sign in.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Make and revoke the keys by which programs act.
    #[command(subcommand)]
    ApiKey(api_key::ApiKeyCommand),
    /// Train a model on a file, without a workspace.
    Train(learn::Train),
    /// Measure a trained model on a file.
    Evaluate(learn::Evaluate),
    /// Classify texts with a trained model; without texts, the lines of standard input.
    Classify(learn::Classify),
    /// Retrain, add, list and promote the models of a workspace.
    #[command(subcommand)]
    Model(model::ModelCommand),
    /// Look at sentence encoders.
    #[command(subcommand)]
    Encoder(encoder::EncoderCommand),
    /// Bring tasks or labels in from a file (CSV, JSON lines or Parquet).
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// Take labels out.
    #[command(subcommand)]
    Labels(labels::LabelsCommand),
    /// Add, change and list queues.
    #[command(subcommand)]
    Queue(queue::QueueCommand),
    /// Check, test, compare and simulate policy documents; bring them in and take them out.
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Check the audit log.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Bring the database to this version's form; every other command does so too.
    Migrate(DataArgs),
    /// Print the OpenAPI description of the REST API.
    Openapi,
    /// Print the configuration file with every setting and its default.
    Config,
}

/// Which workspace a command works on.
#[derive(Debug, Clone, Args)]
struct DataArgs {
    /// Directory with database and models; works while the server runs.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Open(#[from] workspace::OpenError),
    #[error(transparent)]
    Refused(#[from] domain::Fault),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// One sentence that says all.
    #[error("{0}")]
    Message(String),
    /// The command has said why.
    #[error("")]
    Said,
}

impl Failure {
    fn message(text: impl Into<String>) -> Self {
        Self::Message(text.into())
    }
}

type Outcome = Result<(), Failure>;

/// What commands start from.
struct Context {
    config_file: Option<PathBuf>,
}

impl Context {
    fn config(&self, data: Option<&DataArgs>) -> Result<Config, Failure> {
        let data_dir = data.and_then(|data| data.data_dir.clone());
        Ok(Config::load(&Flags { config: self.config_file.clone(), listen: None, data_dir })?)
    }

    /// Opens the workspace that a command works on, beside a server that may run on it.
    async fn open(&self, data: &DataArgs) -> Result<Workspace, Failure> {
        let config = self.config(Some(data))?;
        start_log(&config, "warn");
        let (services, background) =
            workspace::open(&config.data_dir, config.store(), config.settings(), config.models()).await?;
        Ok(Workspace { services, background, actor: Actor::system("cli") })
    }
}

/// An opened workspace; whoever holds the machine may do everything.
struct Workspace {
    services: Services,
    background: Background,
    actor: Actor,
}

impl Workspace {
    /// Finishes the workers after the command's own work, whose outcome it hands on.
    async fn close<T>(self, outcome: Result<T, Failure>) -> Result<T, Failure> {
        self.background.stop().await;
        outcome
    }
}

/// Parses the command line, runs the command, and says what went wrong.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let context = Context { config_file: cli.config };
    let runtime =
        match tokio::runtime::Builder::new_multi_thread().worker_threads(worker_threads()).enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return complain(&Failure::Io(error)),
        };
    match runtime.block_on(dispatch(&context, cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        // A reader that went away, as `head` does, is no failure.
        Err(Failure::Io(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => complain(&failure),
    }
}

/// Pages that render wait for each other's resources, so there are never fewer than four.
fn worker_threads() -> usize {
    std::thread::available_parallelism().map_or(4, std::num::NonZero::get).max(4)
}

#[expect(clippy::print_stderr, reason = "this is where the command line speaks to people")]
fn complain(failure: &Failure) -> ExitCode {
    if !matches!(failure, Failure::Said) {
        eprintln!("error: {failure}");
    }
    let usage = matches!(failure, Failure::Config(_));
    if usage { ExitCode::from(2) } else { ExitCode::FAILURE }
}

async fn dispatch(context: &Context, command: Command) -> Outcome {
    match command {
        Command::Serve(command) => command.run(context).await,
        Command::User(command) => command.run(context).await,
        Command::ApiKey(command) => command.run(context).await,
        Command::Train(command) => command.run(context),
        Command::Evaluate(command) => command.run(context),
        Command::Classify(command) => command.run(context),
        Command::Model(command) => command.run(context).await,
        Command::Encoder(command) => command.run(context),
        Command::Import(command) => command.run(context).await,
        Command::Labels(command) => command.run(context).await,
        Command::Queue(command) => command.run(context).await,
        Command::Policy(command) => command.run(context).await,
        Command::Audit(command) => command.run(context).await,
        Command::Migrate(data) => migrate(context, &data).await,
        Command::Openapi => output::json(&crate::http::document()),
        Command::Config => output::line(crate::config::DEFAULT.trim_end()),
    }
}

async fn migrate(context: &Context, data: &DataArgs) -> Outcome {
    let config = context.config(Some(data))?;
    workspace::open_store(&config.data_dir, config.store()).await?;
    output::line("The database has this version's form.")
}

/// Starts the log on standard error; `quiet` is the filter of commands, which the configuration's may only make louder.
fn start_log(config: &Config, quiet: &str) {
    let filter = if quiet.is_empty() { config.log.filter.clone() } else { quiet.to_owned() };
    let filter =
        tracing_subscriber::EnvFilter::try_new(filter).unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    // A second call, as tests make, keeps the first log.
    let started = match config.log.format {
        LogFormat::Text => subscriber.try_init(),
        LogFormat::Json => subscriber.json().try_init(),
    };
    drop(started);
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn every_command_is_well_formed() {
        Cli::command().debug_assert();
    }
}
