//! What holds for every version of the policy: guardrails, how policies may be changed, kill switches.

#![expect(clippy::too_many_arguments, reason = "the fields of a form")]

use domain::policy::desk::GuardrailBoard;
use leptos::prelude::*;

use crate::error::AppError;

/// The guardrails and what else holds for every version.
#[server(prefix = "/fn", endpoint = "guardrail_board")]
pub async fn lookup_guardrail_board() -> Result<GuardrailBoard, AppError> {
    use crate::api::{actor, fail, services};
    services().guardrail_board(&actor()?).await.map_err(fail)
}

/// Sets a guardrail, or changes the one of this name.
#[server(prefix = "/fn", endpoint = "set_guardrail")]
pub async fn set_guardrail(
    /// The guardrails' revision that was looked at.
    revision: u32,
    /// Its name.
    #[server(default)]
    id: String,
    /// What it is for.
    #[server(default)]
    description: String,
    /// The labels that it is about, as a cell writes them; all when it is blank.
    #[server(default)]
    labels: String,
    /// What else is asked of the task: a CEL expression.
    #[server(default)]
    when: String,
    /// `person`, `approval`, `confidence` or `audited`.
    #[server(default)]
    require: String,
    /// The least confidence, or the share in percent, where one is needed.
    #[server(default)]
    amount: String,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    let form = domain::guardrail::GuardrailForm { id, description, labels, when, require, amount };
    services().set_guardrail(&actor()?, form, revision, &reason).await.map_err(fail)
}

/// Takes a guardrail away.
#[server(prefix = "/fn", endpoint = "remove_guardrail")]
pub async fn remove_guardrail(
    /// The guardrails' revision that was looked at.
    revision: u32,
    /// Its name.
    id: String,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().remove_guardrail(&actor()?, &id, revision, &reason).await.map_err(fail)
}

/// Says how policies may be changed. Freeze windows are lines of `from until reason`, the times as `2026-12-24T08:00` in UTC.
#[server(prefix = "/fn", endpoint = "set_governance")]
pub async fn set_governance(
    /// The revision that was looked at.
    revision: u32,
    /// Whether a second person must say yes.
    #[server(default)]
    four_eyes: bool,
    /// The freeze windows.
    #[server(default)]
    freeze_windows: String,
    /// The skills that rules may ask for, with commas; any when it is blank.
    #[server(default)]
    skills: String,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    let freeze_windows = on_server::windows(&freeze_windows)?;
    let skills = skills.split(',').map(|skill| skill.trim().to_owned()).filter(|skill| !skill.is_empty()).collect();
    let governance = domain::guardrail::Governance { four_eyes, freeze_windows, skills };
    services().set_governance(&actor()?, governance, revision, &reason).await.map_err(fail)
}

/// Switches a rule, a destination or all machines off: `kind` is `rule`, `destination` or `automation`.
#[server(prefix = "/fn", endpoint = "switch_off")]
pub async fn switch_off(
    /// What kind of thing.
    kind: String,
    /// Its name; nothing of all machines.
    #[server(default)]
    name: String,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().switch_off(&actor()?, on_server::target(&kind, name)?, &reason).await.map_err(fail)
}

/// Switches it on again.
#[server(prefix = "/fn", endpoint = "switch_on")]
pub async fn switch_on(
    /// What kind of thing.
    kind: String,
    /// Its name; nothing of all machines.
    #[server(default)]
    name: String,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), AppError> {
    use crate::api::{actor, fail, services};
    services().switch_on(&actor()?, &on_server::target(&kind, name)?, &reason).await.map_err(fail)
}

#[cfg(feature = "ssr")]
mod on_server {
    use domain::{
        Fault, ValidationCode, ValidationError,
        guardrail::{FreezeWindow, SwitchTarget},
    };

    use crate::{
        api::{fail, minute},
        error::AppError,
    };

    pub(super) fn target(kind: &str, name: String) -> Result<SwitchTarget, AppError> {
        match kind {
            "rule" => Ok(SwitchTarget::Rule(name)),
            "destination" => Ok(SwitchTarget::Destination(name)),
            "automation" => Ok(SwitchTarget::Automation),
            _ => Err(refuse("kind", "must be rule, destination or automation")),
        }
    }

    /// The windows of a text, one a line.
    pub(super) fn windows(text: &str) -> Result<Vec<FreezeWindow>, AppError> {
        let form = || refuse("freeze_windows", "must be lines like 2026-12-24T08:00 2026-12-27T08:00 Holidays");
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines
            .map(|line| {
                let mut parts = line.splitn(3, char::is_whitespace);
                let (Some(from), Some(until)) = (parts.next(), parts.next()) else { return Err(form()) };
                let time = |text: &str| minute("freeze_windows", text)?.ok_or_else(form);
                let reason = parts.next().unwrap_or_default().trim().to_owned();
                Ok(FreezeWindow { from: time(from)?, until: time(until)?, reason })
            })
            .collect()
    }

    fn refuse(field: &str, message: &str) -> AppError {
        fail(Fault::Invalid(ValidationError::new(field, ValidationCode::Malformed, message)))
    }
}
