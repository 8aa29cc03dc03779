//! Versions that become active by themselves at a time.

use domain::{
    Actor, Permission, Timestamp, ValidationCode, ValidationError,
    policy::{PolicyComment, PolicyStage, PolicyVersion, Schedule},
};

use super::{controls, life::Step};
use crate::{PolicyError, Services};

/// Furthest that an activation may be set in advance.
const MAX_AHEAD_MS: i64 = 366 * 24 * 3_600_000;

impl Services {
    /// Lets a version become active by itself at a time; without a time, takes that back.
    ///
    /// # Errors
    /// As [`Services::activate_policy`], as it would be at that time.
    pub async fn schedule_policy(
        &self,
        actor: &Actor,
        version: u32,
        at: Option<Timestamp>,
        reason: &str,
    ) -> Result<(), PolicyError> {
        actor.require(Permission::ActivatePolicies)?;
        let mut tx = self.begin().await?;
        let now = self.now();
        let policy = match at {
            None => tx.lookup_policy(version).await?.ok_or(PolicyError::NotFound)?.schedule(None)?,
            Some(at) => {
                let reason = controls::check_reason(reason)?;
                if at <= now || at.since_ms(now) > MAX_AHEAD_MS {
                    let message = "must be later than now, and within a year";
                    return Err(ValidationError::new("at", ValidationCode::Malformed, message).into());
                }
                let policy = self.may_take_at(&mut *tx, actor, version, Step::Activate, at).await?;
                let over = tx.lookup_active_policy().await?.map(|active| active.version);
                // A draft could be written anew until then.
                let policy = if policy.stage == PolicyStage::Draft { policy.submit_for_review()? } else { policy };
                policy.schedule(Some(Schedule { at, by: actor.name().to_owned(), reason, over }))?
            }
        };
        let detail = serde_json::json!({ "at": at, "reason": reason });
        self.save_step(&mut *tx, actor, &policy, "policy.scheduled", detail).await?;
        Ok(tx.save().await?)
    }

    /// Activates the versions whose time has come. One that cannot be any more is taken off the schedule, and says why.
    pub(crate) async fn activate_scheduled(&self) -> Result<(), PolicyError> {
        let now = self.now();
        let mut scheduled = self.read().await?.list_scheduled_policies().await?;
        scheduled.retain(|policy| policy.schedule.as_ref().is_some_and(|schedule| schedule.at <= now));
        let actor = Actor::system("schedule");
        for PolicyVersion { version, .. } in scheduled {
            let mut tx = self.begin().await?;
            // Another process may have been here first.
            let policy = tx.lookup_policy(version).await?;
            let schedule = policy.and_then(|policy| policy.schedule).filter(|schedule| schedule.at <= now);
            let Some(schedule) = schedule else { continue };
            let active = tx.lookup_active_policy().await?.map(|active| active.version);
            let refused = if active == schedule.over {
                let reason = format!("Set by {}: {}", schedule.by, schedule.reason);
                self.activate_in(&mut *tx, &actor, version, None, &reason).await.err()
            } else {
                Some(PolicyError::Conflict("Another version became active meanwhile.".to_owned()))
            };
            match refused {
                None => tx.save().await?,
                Some(PolicyError::Store(error)) => return Err(error.into()),
                Some(error) => {
                    drop(tx);
                    self.take_off_schedule(&actor, version, &domain::Fault::from(error).to_string()).await?;
                }
            }
            self.reload_policies().await?;
        }
        Ok(())
    }

    async fn take_off_schedule(&self, actor: &Actor, version: u32, why: &str) -> Result<(), PolicyError> {
        let mut tx = self.begin().await?;
        let policy = tx.lookup_policy(version).await?.ok_or(PolicyError::NotFound)?.schedule(None)?;
        let detail = serde_json::json!({ "why": why });
        self.save_step(&mut *tx, actor, &policy, "policy.schedule_failed", detail).await?;
        let text = format!("It did not become active at its time: {why}");
        let (by, at, revision) = ("Switchyard".to_owned(), self.now(), policy.revision);
        tx.add_policy_comment(&PolicyComment { version, revision, rule: None, by, at, text, verdict: None }).await?;
        tx.save().await?;
        tracing::warn!(policy.version = version, "a scheduled policy did not become active");
        Ok(())
    }
}
