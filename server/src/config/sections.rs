//! The sections of the configuration file.

use serde::Deserialize;

use super::{Config, ConfigError};

/// Logging.
#[derive(Debug, Clone, Deserialize)]
pub struct Log {
    /// What is logged.
    pub filter: String,
    /// For whom.
    pub format: LogFormat,
}

/// For whom the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// People.
    Text,
    /// Collectors.
    Json,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Intake {
    pub(super) queue_tasks: usize,
    pub(super) batch_tasks: usize,
    pub(super) idempotency_hours: u32,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Classifier {
    pub(super) timeout_ms: u64,
    pub(super) failures: u32,
    pub(super) open_ms: u64,
    pub(super) retry_percent: u8,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Encoder {
    pub(super) directory: String,
    pub(super) ask_below: f32,
    pub(super) budget_ms: u64,
    pub(super) max_tokens: usize,
    pub(super) cost: f32,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Training {
    pub(super) license: String,
    pub(super) after_corrections: u32,
    pub(super) every_hours: u32,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Automation {
    pub(super) check_percent: u8,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Drift {
    pub(super) every_seconds: u32,
    pub(super) reference_tasks: u32,
    pub(super) window_tasks: u32,
    pub(super) trains: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Rollout {
    pub(super) shadow_tasks: u32,
    pub(super) false_alarm: f64,
    pub(super) promote_after_cases: u32,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Work {
    pub(super) lease_minutes: u32,
    pub(super) triage_queue: String,
    pub(super) escalation_queues: Vec<String>,
    pub(super) escalation_minutes: Vec<u32>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Sessions {
    pub(super) idle_minutes: u32,
    pub(super) absolute_minutes: u32,
    pub(super) secure_cookies: SecureCookies,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum SecureCookies {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Storage {
    pub(super) synchronous: Synchronous,
    pub(super) readers: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Synchronous {
    Full,
    Normal,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Costs {
    pub(super) currency: String,
    pub(super) decision: f64,
    pub(super) person_minute: f64,
    pub(super) stages_per_day: f64,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Bots {
    pub(super) failures: u32,
    pub(super) open_seconds: u32,
    pub(super) attempts: u32,
}

impl Config {
    /// Refuses values that are of the right form and cannot be.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let refuse = |message: &str| Err(ConfigError::Value(message.to_owned()));
        let drift = &self.drift;
        let is_possible = (20..=20_000).contains(&drift.window_tasks)
            && (2 * drift.window_tasks..=50_000).contains(&drift.reference_tasks);
        if !is_possible {
            return refuse(
                "drift.window_tasks must be from 20 to 20000, and drift.reference_tasks at least twice that and at most 50000",
            );
        }
        let encoder = &self.encoder;
        if !(0.0..=1.0).contains(&encoder.ask_below)
            || !(8..=512).contains(&encoder.max_tokens)
            || !(0.0..=1_000_000.0).contains(&encoder.cost)
        {
            return refuse(
                "encoder.ask_below must be from 0 to 1, encoder.max_tokens from 8 to 512, and encoder.cost not negative",
            );
        }
        if self.automation.check_percent > 50 {
            return refuse("automation.check_percent must be from 0 to 50");
        }
        if !(0.0001..=0.2).contains(&self.rollout.false_alarm) {
            return refuse("rollout.false_alarm must be from 0.0001 to 0.2");
        }
        if self.work.escalation_queues.len() != self.work.escalation_minutes.len() {
            return refuse("work.escalation_queues and work.escalation_minutes must have the same length");
        }
        let costs = &self.costs;
        if [costs.decision, costs.person_minute, costs.stages_per_day]
            .iter()
            .any(|price| !(0.0..=1_000_000.0).contains(price))
        {
            return refuse("the prices of costs must be from 0 to 1000000");
        }
        if costs.currency.len() > 12 || costs.currency.chars().any(char::is_control) {
            return refuse("costs.currency must be a short name");
        }
        if self.classifier.retry_percent > 100 || self.bots.failures == 0 || self.bots.attempts == 0 {
            return refuse("classifier.retry_percent must be at most 100, bots.failures and bots.attempts at least 1");
        }
        Ok(())
    }
}
