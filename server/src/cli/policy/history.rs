//! `switchyard policy history`.

use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use domain::{Fault, simulation::MAX_SIMULATED};

use super::{Context, DataArgs, Failure, Outcome, Workspace, failed, output};

/// Decisions that are read at a time.
const CHUNK: u32 = 2_000;

/// The decisions of a workspace, to be taken elsewhere.
#[derive(Debug, Args)]
pub(in crate::cli) struct History {
    /// Most decisions, the latest.
    #[arg(long, value_name = "N", default_value_t = MAX_SIMULATED, value_parser = clap::value_parser!(u32).range(1..))]
    most: u32,
    /// The file to write, which only you may read; `-` is standard output.
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    data: DataArgs,
}

impl History {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let workspace = context.open(&self.data).await?;
        let written = self.write(&workspace).await;
        workspace.close(written).await
    }

    async fn write(&self, workspace: &Workspace) -> Outcome {
        if self.output == Path::new("-") {
            let mut out = BufWriter::new(io::stdout());
            write(workspace, self.most, &mut out).await?;
            return Ok(out.flush()?);
        }
        // Beside its place first: nobody finds half of it.
        let directory = self.output.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = tempfile::NamedTempFile::new_in(directory).map_err(|error| failed(&self.output, &error))?;
        let mut out = BufWriter::new(file);
        let count = write(workspace, self.most, &mut out).await?;
        let file = out.into_inner().map_err(|error| failed(&self.output, &error.into_error()))?;
        file.persist(&self.output).map_err(|error| failed(&self.output, &error.error))?;
        let noun = if count == 1 { "decision" } else { "decisions" };
        output::line(&format!("Wrote {count} {noun} to {}.", self.output.display()))
    }
}

/// Writes the latest decisions, one a line, and says how many there were.
async fn write(workspace: &Workspace, most: u32, out: &mut impl Write) -> Result<u32, Failure> {
    let Workspace { services, actor, .. } = workspace;
    let (mut before, mut count) = (None, 0);
    while count < most {
        let cases = services.list_history(actor, before, CHUNK.min(most - count)).await.map_err(Fault::from)?;
        let Some(last) = cases.last() else { break };
        before = Some(last.decision_id);
        for case in &cases {
            serde_json::to_writer(&mut *out, case).map_err(io::Error::from)?;
            out.write_all(b"\n")?;
            count += 1;
        }
    }
    Ok(count)
}
