//! Sessions of browsers, kept by the service: the store sees only a digest of the cookie's secret.

use std::{collections::HashMap, fmt, sync::Arc};

use async_trait::async_trait;
use domain::Timestamp;
use service::{
    Services,
    session::{SessionRecord, USER_KEY},
};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tower_sessions::{
    Expiry, SessionManagerLayer, SessionStore,
    cookie::SameSite,
    session::{Id, Record},
    session_store::{Error, Result},
};

/// Name of the cookie.
pub const COOKIE: &str = "switchyard_session";

/// Brings tower-sessions and the service together.
#[derive(Clone)]
pub struct ServiceSessions(Arc<Services>);

impl fmt::Debug for ServiceSessions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ServiceSessions")
    }
}

/// The layer that gives requests their session. `secure` keeps the cookie off plain HTTP.
#[must_use]
pub fn layer(services: &Services, secure: bool) -> SessionManagerLayer<ServiceSessions> {
    let idle = time::Duration::milliseconds(services.settings().session_idle_ms);
    SessionManagerLayer::new(ServiceSessions(Arc::new(services.clone())))
        .with_name(COOKIE)
        .with_same_site(SameSite::Lax)
        .with_http_only(true)
        .with_secure(secure)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(idle))
}

fn digest(id: Id) -> String {
    hex::encode(Sha256::digest(id.0.to_be_bytes()))
}

fn backend(error: impl fmt::Display) -> Error {
    Error::Backend(error.to_string())
}

fn to_timestamp(date: OffsetDateTime) -> Timestamp {
    Timestamp::from_ms(i64::try_from(date.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX))
}

#[async_trait]
impl SessionStore for ServiceSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // The identifier has 128 random bits of the library's, so two sessions never meet.
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let digest = digest(record.id);
        let created_at = self.0.load_session(&digest).await.map_err(backend)?.map(|session| session.created_at);
        let user_id = record.data.get(USER_KEY).and_then(|value| serde_json::from_value(value.clone()).ok());
        let data = serde_json::to_value(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
        let session = SessionRecord {
            digest,
            user_id,
            data,
            created_at: created_at.unwrap_or_else(|| self.0.session_clock()),
            expires_at: to_timestamp(record.expiry_date),
        };
        self.0.save_session(session).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let Some(session) = self.0.load_session(&digest(*id)).await.map_err(backend)? else { return Ok(None) };
        let data: HashMap<String, serde_json::Value> =
            serde_json::from_value(session.data).map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date: session.expires_at.to_utc() }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0.remove_session(&digest(*id)).await.map_err(backend)
    }
}
