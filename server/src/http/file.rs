//! Examples as a file that is made page by page, so that its size does not matter.

use std::{
    future::Future,
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    body::Body,
    http::header,
    response::{IntoResponse, Response},
};
use domain::{Fault, Page, PageRequest, page::MAX_PAGE_SIZE};
use exchange::{Format, LabelRecord, LabelWriter};
use futures::stream;
use serde::Deserialize;
use utoipa::ToSchema;

/// The form of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum ExportFormat {
    /// One JSON object a line.
    #[default]
    Jsonl,
    /// Comma-separated values with a header. Cells that a spreadsheet would take for a formula begin with an apostrophe.
    Csv,
    /// Apache Parquet.
    Parquet,
}

impl From<ExportFormat> for Format {
    fn from(format: ExportFormat) -> Self {
        match format {
            ExportFormat::Jsonl => Self::Jsonl,
            ExportFormat::Csv => Self::Csv,
            ExportFormat::Parquet => Self::Parquet,
        }
    }
}

/// What the writer has written and nobody has sent yet.
#[derive(Debug, Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file of the examples that `fetch` brings, page by page. An error ends it early, which the receiver sees as a broken
/// transfer, because the status is sent already.
pub(super) fn download<F, Fetching>(format: Format, name: &str, with_part: bool, fetch: F) -> Result<Response, Fault>
where
    F: Fn(PageRequest) -> Fetching + Send + 'static,
    Fetching: Future<Output = Result<Page<LabelRecord>, Fault>> + Send,
{
    let written = Written::default();
    let writer = LabelWriter::new(format, with_part, written.clone()).map_err(|error| failed(&error))?;
    let start = (Some((writer, PageRequest::first(MAX_PAGE_SIZE))), fetch);
    let pages = stream::try_unfold(start, move |(state, fetch)| {
        let written = written.clone();
        async move {
            let Some((mut writer, request)) = state else { return Ok::<_, io::Error>(None) };
            let page = fetch(request).await.map_err(|fault| io::Error::other(fault.to_string()))?;
            for record in &page.items {
                writer.write(record)?;
            }
            let next = match page.next {
                Some(next) => {
                    writer.flush()?;
                    Some((writer, PageRequest::after(Some(next), Some(MAX_PAGE_SIZE))))
                }
                None => {
                    writer.finish()?;
                    None
                }
            };
            Ok(Some((written.take(), (next, fetch))))
        }
    });
    let disposition = format!("attachment; filename=\"{name}.{}\"", format.extension());
    let headers = [(header::CONTENT_TYPE, format.media_type().to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, Body::from_stream(pages)).into_response())
}

fn failed(error: &io::Error) -> Fault {
    tracing::error!(export.error = %error, "a file of examples cannot be begun");
    Fault::Unavailable { message: "The file cannot be made now; try again.".to_owned() }
}
