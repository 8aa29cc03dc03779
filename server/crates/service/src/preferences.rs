//! What people choose for themselves. It is their own affair: nobody else reads or changes it, and no audit event says so.

use domain::{
    Actor, ActorId, UserId,
    preferences::{PreferenceChange, Preferences},
};

use crate::{ReadError, Services};

impl Services {
    /// What the actor chose. Programs choose nothing.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn preferences(&self, actor: &Actor) -> Result<Preferences, ReadError> {
        let Some(id) = person(actor) else { return Ok(Preferences::default()) };
        Ok(self.preferences_of(id).await?)
    }

    /// What a person chose: for the moment after the sign-in, when there is no actor yet.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn preferences_of(&self, id: UserId) -> Result<Preferences, crate::ports::store::StoreError> {
        Ok(self.read().await?.lookup_preferences(id).await?.unwrap_or_default())
    }

    /// Changes what the actor chose; answers all of it. Nothing is kept for programs.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn change_preferences(&self, actor: &Actor, change: PreferenceChange) -> Result<Preferences, ReadError> {
        let Some(id) = person(actor) else { return Ok(Preferences::default().with(change)) };
        let mut tx = self.begin().await?;
        let present = tx.lookup_preferences(id).await?.unwrap_or_default();
        let changed = present.clone().with(change);
        if changed != present {
            tx.save_preferences(id, &changed).await?;
            tx.save().await?;
        }
        Ok(changed)
    }
}

fn person(actor: &Actor) -> Option<UserId> {
    match actor.id() {
        ActorId::User(id) => Some(*id),
        _ => None,
    }
}
