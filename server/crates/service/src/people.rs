//! People and API keys.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    Actor, ActorId, ApiKey, ApiKeyId, IssuedKey, IssuedPassword, NewUser, Page, PageRequest, Permission, Role, Scope,
    User, UserId, ValidationError, user::check_password,
};

use crate::{
    PeopleError, ReadError, Services,
    services::{Act, id_ms},
    sign_in::secret_digest,
};

impl Services {
    /// People by address.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list_users(&self, actor: &Actor, page: &PageRequest) -> Result<Page<User>, ReadError> {
        actor.require(Permission::ManagePeople)?;
        Ok(self.read().await?.list_users(page).await?)
    }

    /// A person by address.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] when there is none.
    pub async fn lookup_user_by_email(&self, actor: &Actor, email: &str) -> Result<User, ReadError> {
        actor.require(Permission::ManagePeople)?;
        let email = email.trim().to_lowercase();
        let found = self.read().await?.lookup_credentials(&email).await?;
        found.map(|(user, _)| user).ok_or(ReadError::NotFound)
    }

    /// Adds a person with a generated password, which is shown once.
    ///
    /// # Errors
    /// When a field is refused or the address is taken.
    pub async fn add_user(&self, actor: &Actor, new: NewUser) -> Result<IssuedPassword, PeopleError> {
        let password = self.generate_password();
        let user = self.add_user_with_password(actor, new, &password).await?;
        Ok(IssuedPassword { user, password })
    }

    /// Adds a person with a chosen password.
    ///
    /// # Errors
    /// When a field is refused or the address is taken.
    pub async fn add_user_with_password(
        &self,
        actor: &Actor,
        new: NewUser,
        password: &str,
    ) -> Result<User, PeopleError> {
        actor.require(Permission::ManagePeople)?;
        let new = new.check()?;
        check_password(password)?;
        let hash = self.hash_password(password).await?;
        let now = self.now();
        let user = User {
            id: UserId::from_parts(id_ms(now), self.random_bits()),
            email: new.email,
            name: new.name,
            role: new.role,
            areas: domain::user::check_areas(&new.areas)?,
            created_at: now,
            disabled_at: None,
        };
        let mut tx = self.begin().await?;
        tx.add_user(&user, &hash).await?;
        let detail = serde_json::json!({ "role": user.role, "areas": user.areas });
        Act { actor, at: now, action: "user.added", subject: user.id.to_string(), detail }.record(&mut *tx).await?;
        tx.save().await?;
        Ok(user)
    }

    /// Lets a person sign in no more, and ends every session; or lets the person sign in again.
    ///
    /// # Errors
    /// [`PeopleError::LastAdministrator`] when nobody could manage people any more.
    pub async fn set_user_disabled(&self, actor: &Actor, id: UserId, disabled: bool) -> Result<User, PeopleError> {
        actor.require(Permission::ManagePeople)?;
        let mut tx = self.begin().await?;
        let user = tx.lookup_user(id).await?.ok_or(PeopleError::NotFound)?;
        if disabled == user.disabled_at.is_some() {
            return Ok(user);
        }
        if disabled && user.role == Role::Administrator && tx.count_active_administrators().await? <= 1 {
            return Err(PeopleError::LastAdministrator);
        }
        let now = self.now();
        let user = User { disabled_at: disabled.then_some(now), ..user };
        tx.save_user(&user).await?;
        if disabled {
            tx.remove_sessions_of(id).await?;
        }
        let action = if disabled { "user.disabled" } else { "user.enabled" };
        Act { actor, at: now, action, subject: id.to_string(), detail: serde_json::json!({}) }.record(&mut *tx).await?;
        tx.save().await?;
        Ok(user)
    }

    /// Says which areas of the policy a person may change; all of it when there is none.
    ///
    /// # Errors
    /// When there is no such person, or an area is no name.
    pub async fn set_user_areas(&self, actor: &Actor, id: UserId, areas: &str) -> Result<User, PeopleError> {
        actor.require(Permission::ManagePeople)?;
        let areas = domain::user::check_areas(areas)?;
        let mut tx = self.begin().await?;
        let user = tx.lookup_user(id).await?.ok_or(PeopleError::NotFound)?;
        let detail = serde_json::json!({ "before": user.areas, "after": areas });
        let user = User { areas, ..user };
        tx.save_user(&user).await?;
        let (at, subject) = (self.now(), id.to_string());
        Act { actor, at, action: "user.areas_set", subject, detail }.record(&mut *tx).await?;
        tx.save().await?;
        Ok(user)
    }

    /// Gives a person a generated password, shown once, and ends every session.
    ///
    /// # Errors
    /// When there is no such person.
    pub async fn reset_password(&self, actor: &Actor, id: UserId) -> Result<IssuedPassword, PeopleError> {
        actor.require(Permission::ManagePeople)?;
        let password = self.generate_password();
        let user = self.replace_password(actor, id, &password, "user.password_reset").await?;
        Ok(IssuedPassword { user, password })
    }

    /// Changes the actor's own password, and ends every session.
    ///
    /// # Errors
    /// When the old one is wrong or the new one is refused.
    pub async fn change_password(&self, actor: &Actor, old: &str, new: &str) -> Result<(), PeopleError> {
        let ActorId::User(id) = *actor.id() else { return Err(PeopleError::NotFound) };
        check_password(new).map_err(|error| ValidationError { field: "new".to_owned(), ..error })?;
        let mut reads = self.read().await?;
        let user = reads.lookup_user(id).await?.ok_or(PeopleError::NotFound)?;
        let hash = reads.lookup_credentials(&user.email).await?.map(|(_, hash)| hash);
        drop(reads);
        if !self.verify_password(old, hash).await? {
            return Err(PeopleError::WrongPassword);
        }
        self.replace_password(actor, id, new, "user.password_changed").await?;
        Ok(())
    }

    async fn replace_password(
        &self,
        actor: &Actor,
        id: UserId,
        password: &str,
        action: &'static str,
    ) -> Result<User, PeopleError> {
        let hash = self.hash_password(password).await?;
        let mut tx = self.begin().await?;
        let user = tx.lookup_user(id).await?.ok_or(PeopleError::NotFound)?;
        tx.save_password(id, &hash).await?;
        tx.remove_sessions_of(id).await?;
        let detail = serde_json::json!({});
        Act { actor, at: self.now(), action, subject: id.to_string(), detail }.record(&mut *tx).await?;
        tx.save().await?;
        Ok(user)
    }

    /// Keys, newest first.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list_api_keys(&self, actor: &Actor, page: &PageRequest) -> Result<Page<ApiKey>, ReadError> {
        actor.require(Permission::ManageApiKeys)?;
        Ok(self.read().await?.list_api_keys(page).await?)
    }

    /// Makes a key; its secret is shown once. `areas` are those of the policy that it may change, with commas; all of it when it
    /// is blank.
    ///
    /// # Errors
    /// When the name or an area is refused, or no scope is given.
    pub async fn create_api_key(
        &self,
        actor: &Actor,
        name: &str,
        scopes: &[Scope],
        areas: &str,
    ) -> Result<IssuedKey, PeopleError> {
        actor.require(Permission::ManageApiKeys)?;
        let name = domain::text::check_required("name", name, 120)?;
        let areas = domain::user::check_areas(areas)?;
        let mut scopes = scopes.to_vec();
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() {
            return Err(ValidationError::required("scopes").into());
        }
        let mut bytes = [0_u8; 32];
        self.0.entropy.fill(&mut bytes);
        let secret = URL_SAFE_NO_PAD.encode(bytes);
        let now = self.now();
        let key = ApiKey {
            id: ApiKeyId::from_parts(id_ms(now), self.random_bits()),
            name,
            scopes,
            areas,
            created_at: now,
            last_used_at: None,
            revoked_at: None,
        };
        let mut tx = self.begin().await?;
        tx.save_api_key(&key, &secret_digest(&secret)).await?;
        let detail = serde_json::json!({ "name": key.name, "scopes": key.scopes, "areas": key.areas });
        Act { actor, at: now, action: "api_key.created", subject: key.id.to_string(), detail }.record(&mut *tx).await?;
        tx.save().await?;
        Ok(IssuedKey { secret: format!("{}.{secret}", key.id), key })
    }

    /// Ends a key for good.
    ///
    /// # Errors
    /// When there is no such key. Revoking a revoked key changes nothing.
    pub async fn revoke_api_key(&self, actor: &Actor, id: ApiKeyId) -> Result<ApiKey, PeopleError> {
        actor.require(Permission::ManageApiKeys)?;
        let mut tx = self.begin().await?;
        let (key, digest) = tx.lookup_api_key(id).await?.ok_or(PeopleError::NotFound)?;
        if key.revoked_at.is_some() {
            return Ok(key);
        }
        let now = self.now();
        let key = ApiKey { revoked_at: Some(now), ..key };
        tx.save_api_key(&key, &digest).await?;
        let detail = serde_json::json!({ "name": key.name });
        Act { actor, at: now, action: "api_key.revoked", subject: id.to_string(), detail }.record(&mut *tx).await?;
        tx.save().await?;
        self.0.keys.forget(id);
        Ok(key)
    }
}
