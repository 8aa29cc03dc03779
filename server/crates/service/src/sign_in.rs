//! Who is it? People by password, browsers by session, programs by key.

use domain::{Actor, ApiKeyId, Permission, User, UserId};
use sha2::{Digest, Sha256};

use crate::{
    ReadError, Services, SignInError,
    services::Act,
    throttle::{FREE_BY_ADDRESS, FREE_BY_PLACE},
};

/// How long a key that was found good is taken to be good without asking the store, in milliseconds. A key that another
/// process revokes works this much longer; one that this process revokes ends at once.
const KEY_CACHE_MS: i64 = 1_000;
/// Most keys kept in mind.
const KEY_CACHE_ENTRIES: usize = 1_000;
/// How exactly the last use of a key is recorded, in milliseconds.
const LAST_USED_MS: i64 = 60_000;

impl Services {
    /// Checks a person's password. `source` is where the attempt comes from: many failures from one place are slowed down
    /// as those for one address are.
    ///
    /// # Errors
    /// See [`SignInError`].
    pub async fn sign_in(&self, email: &str, password: &str, source: &str) -> Result<User, SignInError> {
        let email = email.trim().to_lowercase();
        let (by_address, by_place) = (format!("address {email}"), format!("place {source}"));
        if let Some(retry_after_s) = self.0.throttle.wait_s(&[&by_address, &by_place], self.now()) {
            return Err(SignInError::TooMany { retry_after_s });
        }
        let found = self.read().await?.lookup_credentials(&email).await?;
        let (user, hash) = found.unzip();
        let right = password.len() <= domain::user::MAX_PASSWORD_BYTES && self.verify_password(password, hash).await?;
        let now = self.now();
        match user {
            Some(user) if right && user.disabled_at.is_none() => {
                self.0.throttle.succeeded(&by_address);
                let actor = Actor::user(user.id, user.name.clone(), user.role);
                self.record_session_act(&actor, "session.started").await?;
                Ok(user)
            }
            _ => {
                self.0.throttle.failed(&[(&by_address, FREE_BY_ADDRESS), (&by_place, FREE_BY_PLACE)], now);
                Err(SignInError::Refused)
            }
        }
    }

    /// Records that a person signed out; ending the session is the session store's work.
    ///
    /// # Errors
    /// When the store failed.
    pub async fn sign_out(&self, actor: &Actor) -> Result<(), ReadError> {
        Ok(self.record_session_act(actor, "session.ended").await?)
    }

    async fn record_session_act(&self, actor: &Actor, action: &'static str) -> crate::ports::store::StoreResult<()> {
        let mut tx = self.begin().await?;
        let act = Act { actor, at: self.now(), action, subject: actor.id().to_string(), detail: serde_json::json!({}) };
        act.record(&mut *tx).await?;
        tx.save().await
    }

    /// The actor that a session's person is now; nothing when the person is gone or disabled.
    ///
    /// # Errors
    /// When the store failed.
    pub async fn actor_of_user(&self, id: UserId) -> Result<Option<Actor>, ReadError> {
        let user = self.read().await?.lookup_user(id).await?.filter(|user| user.disabled_at.is_none());
        Ok(user.map(|user| {
            let actor = Actor::user(user.id, user.name, user.role).of_areas(user.areas);
            if actor.may(Permission::WorkTasks) {
                self.0.presence.saw(user.id, self.now());
            }
            actor
        }))
    }

    /// The actor that a bearer token belongs to; nothing when it is unknown, wrong or revoked.
    ///
    /// # Errors
    /// When the store failed.
    pub async fn authenticate_key(&self, bearer: &str) -> Result<Option<Actor>, ReadError> {
        let Some((id, secret)) = bearer.split_once('.') else { return Ok(None) };
        let Ok(id) = id.parse::<ApiKeyId>() else { return Ok(None) };
        let digest = secret_digest(secret);
        let now = self.now();
        if let Some(actor) = self.0.keys.lookup(id, &digest, now) {
            return Ok(Some(actor));
        }
        let Some((key, expected)) = self.read().await?.lookup_api_key(id).await? else { return Ok(None) };
        // Digests of random secrets are compared: how long this takes tells nothing about the secret.
        if expected != digest || key.revoked_at.is_some() {
            return Ok(None);
        }
        let actor = Actor::api_key(key.id, key.name.clone(), &key.scopes).of_areas(key.areas.clone());
        self.0.keys.insert(id, digest.clone(), actor.clone(), now);
        if key.last_used_at.is_none_or(|at| now.since_ms(at) >= LAST_USED_MS) {
            let mut tx = self.begin().await?;
            // Read again inside the transaction: the key may have been revoked meanwhile.
            if let Some((key, _)) = tx.lookup_api_key(id).await?
                && key.revoked_at.is_none()
            {
                tx.save_api_key(&domain::ApiKey { last_used_at: Some(now), ..key }, &digest).await?;
                tx.save().await?;
            }
        }
        Ok(Some(actor))
    }
}

/// What is stored of a key's secret. The secret has 256 random bits, so a plain hash is enough.
pub(crate) fn secret_digest(secret: &str) -> String {
    hex::encode(Sha256::digest(secret))
}

/// Keys that were found good a moment ago.
#[derive(Default)]
pub(crate) struct KeyCache(std::sync::Mutex<std::collections::HashMap<ApiKeyId, (String, Actor, domain::Timestamp)>>);

impl KeyCache {
    fn lookup(&self, id: ApiKeyId, digest: &str, now: domain::Timestamp) -> Option<Actor> {
        let keys = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (known, actor, at) = keys.get(&id)?;
        (known == digest && now.since_ms(*at) < KEY_CACHE_MS).then(|| actor.clone())
    }

    fn insert(&self, id: ApiKeyId, digest: String, actor: Actor, now: domain::Timestamp) {
        let mut keys = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if keys.len() >= KEY_CACHE_ENTRIES {
            keys.clear();
        }
        keys.insert(id, (digest, actor, now));
    }

    /// Forgets a key at once.
    pub(crate) fn forget(&self, id: ApiKeyId) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(&id);
    }
}
