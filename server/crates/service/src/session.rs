//! What lasts of a browser's session: only a digest of its secret, who signed in, and when it ends.

pub use crate::ports::store::SessionRecord;
use domain::Timestamp;

use crate::{ReadError, Services};

/// The name under which a session's data holds the identifier of the person who signed in.
pub const USER_KEY: &str = "user_id";

impl Services {
    /// A session that has not ended.
    ///
    /// # Errors
    /// When the store failed.
    pub async fn load_session(&self, digest: &str) -> Result<Option<SessionRecord>, ReadError> {
        let now = self.now();
        Ok(self.read().await?.lookup_session(digest).await?.filter(|session| session.expires_at > now))
    }

    /// Keeps a session; its end is brought within the absolute limit from its beginning.
    ///
    /// # Errors
    /// When the store failed.
    pub async fn save_session(&self, session: SessionRecord) -> Result<(), ReadError> {
        let latest = session.created_at.plus_ms(self.settings().session_absolute_ms);
        let session = SessionRecord { expires_at: session.expires_at.min(latest), ..session };
        let mut tx = self.begin().await?;
        tx.save_session(&session).await?;
        Ok(tx.save().await?)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the store failed.
    pub async fn remove_session(&self, digest: &str) -> Result<(), ReadError> {
        let mut tx = self.begin().await?;
        tx.remove_session(digest).await?;
        Ok(tx.save().await?)
    }

    /// The time that sessions are measured by.
    #[must_use]
    pub fn session_clock(&self) -> Timestamp {
        self.now()
    }
}
