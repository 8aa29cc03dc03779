//! Numbers as they change, by server-sent events.

use std::{convert::Infallible, time::Duration};

use axum::{
    Extension,
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use domain::Fault;
use futures::{Stream, StreamExt};
use service::Services;
use tokio_stream::wrappers::WatchStream;
use tokio_util::sync::CancellationToken;

use super::{
    caller::Caller,
    problem::{Problem, Refusals},
};

/// How often a quiet stream shows that it is alive.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Watch the overview: an event `overview` with the numbers as JSON, at once and then whenever they change.
#[utoipa::path(
    get, path = "/api/v1/live", tag = "live", operation_id = "watch_overview",
    responses((status = 200, description = "A stream of events", content((String = "text/event-stream"))), Refusals)
)]
pub(super) async fn live(
    State(services): State<Services>,
    Extension(stopping): Extension<CancellationToken>,
    Caller(actor): Caller,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let numbers = services.subscribe(&actor).await.map_err(Fault::from)?;
    let events = WatchStream::new(numbers).map(|json| Ok(Event::default().event("overview").data(&*json)));
    // The stream ends with the server; the browser connects again by itself.
    let events = events.take_until(stopping.cancelled_owned());
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}
