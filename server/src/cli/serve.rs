//! `switchyard serve`.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Context, Failure, Outcome, output, start_log};
use crate::{
    config::{Config, Flags},
    demo,
    serve::{WebOptions, router, serve},
    workspace,
};

/// Start the server.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Fill an empty workspace with a demo: queues, a trained model, tasks, and four people to sign in as.
    #[arg(long)]
    demo: bool,
    /// Address to listen on, for example 127.0.0.1:3000; port 0 takes a free one.
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Directory with database and models; made when missing.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

impl Serve {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let flags = Flags { config: context.config_file.clone(), listen: self.listen, data_dir: self.data_dir };
        let config = Config::load(&flags)?;
        start_log(&config, "");
        let site = config.site_dir();
        if !site.join("pkg/switchyard.js").exists() {
            return Err(Failure::message(format!(
                "the built pages are not in {}; build them with `make site`, or set site_dir",
                site.display()
            )));
        }
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(|error| Failure::message(format!("cannot listen on {}: {error}", config.listen)))?;
        let address = listener.local_addr()?;
        let (services, background) =
            workspace::open(&config.data_dir, config.store(), config.settings(), config.models()).await?;
        services.end_interrupted_runs().await.map_err(domain::Fault::from)?;
        services.end_interrupted_imports().await.map_err(domain::Fault::from)?;
        let uploads = workspace::uploads_dir(&config.data_dir);
        workspace::clear(&uploads)?;
        services.watch_triggers();
        let people = if self.demo {
            demo::prepare(&services, &config.data_dir, |step| tracing::info!("{step}"))
                .await
                .map_err(|error| Failure::message(error.to_string()))?
        } else {
            Vec::new()
        };

        let stopping = CancellationToken::new();
        let secure_cookies = config.secure_cookies();
        let options = WebOptions { site, uploads, secure_cookies, stopping: stopping.clone() };
        announce(address, &people)?;
        let served = serve(listener, router(&services, &options), stopping, stop_signal()).await;
        background.stop().await;
        tracing::info!("stopped");
        Ok(served?)
    }
}

/// Tells people, and programs that started the server, that it is ready.
fn announce(address: SocketAddr, people: &[demo::DemoPerson]) -> Outcome {
    output::line(&format!("Switchyard is ready at http://{address}"))?;
    if people.is_empty() {
        return Ok(());
    }
    output::line("Sign in as one of the demo's people:")?;
    for person in people {
        output::line(&format!("  {:<15} {:<28} {}", person.role.as_str(), person.email, person.password))?;
    }
    Ok(())
}

/// Resolves when the process is asked to stop.
async fn stop_signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
