//! How many people held tasks.

use domain::Timestamp;
use sqlx::sqlite::SqliteConnection;

use crate::{convert::number, error::Error};

const HOUR_MS: i64 = 3_600_000;

/// Along the index of the same conditions, which the many other events of the log are not in.
pub(crate) const LIST: &str = "SELECT at / 3600000, count(DISTINCT actor) FROM audit_event INDEXED BY audit_event_at_work \
    WHERE substr(actor, 1, 5) = 'user_' AND action IN ( \
            'task.claimed', 'task.released', 'task.resolved', 'task.failed', 'task.corrected', 'task.escalated', \
            'task.handed_back' \
        ) AND at / 3600000 >= ?1 AND at / 3600000 <= ?2 AND at >= ?3 AND at < ?4 \
    GROUP BY at / 3600000";

pub(crate) async fn list(
    connection: &mut SqliteConnection,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<(Timestamp, u32)>, Error> {
    let (from, until) = (from.as_ms(), until.as_ms());
    let rows: Vec<(i64, i64)> = sqlx::query_as(LIST)
        .bind(from / HOUR_MS)
        .bind(until / HOUR_MS)
        .bind(from)
        .bind(until)
        .fetch_all(connection)
        .await?;
    rows.into_iter()
        .map(|(hour, people)| Ok((Timestamp::from_ms(hour * HOUR_MS), number("audit_event.actor", people)?)))
        .collect()
}
