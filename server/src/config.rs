//! Configuration: defaults, then a TOML file, then the environment, then flags. Unknown names are errors that say which
//! name is nearest.

mod sections;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use classifier::EncoderSettings;
use serde::Deserialize;
use service::{
    BotSettings, ClassifierSettings, DriftSettings, EscalationLevel, IntakeSettings, Prices, RolloutSettings, Settings,
    TriggerSettings,
};
use toml::{Table, Value};

use crate::workshop::{EncoderSource, ModelSources};
use sections::{
    Automation, Bots, Classifier, Costs, Drift, Encoder, Intake, Rollout, SecureCookies, Sessions, Storage,
    Synchronous, Training, Work,
};
pub use sections::{Log, LogFormat};

/// The commented file of every setting with its default.
pub const DEFAULT: &str = include_str!("../switchyard.default.toml");

/// Prefix of environment variables.
const PREFIX: &str = "SWITCHYARD_";
/// Variables of that prefix that are no settings.
const OTHER_VARIABLES: [&str; 1] = ["SWITCHYARD_CONFIG"];
/// The file that is read when none is named and it exists.
const IMPLIED_FILE: &str = "switchyard.toml";

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{origin}: {message}")]
    Syntax {
        /// The file.
        origin: String,
        /// What and where.
        message: String,
    },
    /// There is no setting of this name.
    #[error("{origin}: there is no setting `{name}`{}", nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default())]
    Unknown {
        /// The file, or the environment.
        origin: String,
        /// The name that was given.
        name: String,
        /// The known name that looks most like it.
        nearest: Option<String>,
    },
    /// A value is not what its setting needs.
    #[error("{0}")]
    Value(String),
}

/// Every setting.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// Where database and models live.
    pub data_dir: PathBuf,
    site_dir: String,
    onnxruntime: String,
    /// Logging.
    pub log: Log,
    intake: Intake,
    classifier: Classifier,
    encoder: Encoder,
    training: Training,
    automation: Automation,
    rollout: Rollout,
    drift: Drift,
    work: Work,
    sessions: Sessions,
    storage: Storage,
    costs: Costs,
    bots: Bots,
}

/// What flags say; nothing leaves a setting as it is.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// The configuration file.
    pub config: Option<PathBuf>,
    /// `--listen`.
    pub listen: Option<SocketAddr>,
    /// `--data-dir`.
    pub data_dir: Option<PathBuf>,
}

impl Config {
    /// Reads the configuration of this process.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn load(flags: &Flags) -> Result<Self, ConfigError> {
        let implied = Path::new(IMPLIED_FILE);
        let file = flags.config.clone().or_else(|| implied.exists().then(|| implied.to_owned()));
        let text = match file {
            Some(path) => {
                let text = std::fs::read_to_string(&path)
                    .map_err(|source| ConfigError::File { path: path.clone(), source })?;
                Some((path.display().to_string(), text))
            }
            None => None,
        };
        let environment = std::env::vars().filter(|(name, _)| name.starts_with(PREFIX));
        Self::merge(text.as_ref().map(|(origin, text)| (origin.as_str(), text.as_str())), environment, flags)
    }

    /// Puts the layers together: a file's name and text, environment variables, flags.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn merge(
        file: Option<(&str, &str)>,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: &Flags,
    ) -> Result<Self, ConfigError> {
        let mut settings: Table = DEFAULT.parse().expect("the compiled-in defaults are TOML, which a test shows");
        if let Some((origin, text)) = file {
            let table = text
                .parse::<Table>()
                .map_err(|error| ConfigError::Syntax { origin: origin.to_owned(), message: error.to_string() })?;
            overlay(&mut settings, table, "", origin)?;
        }
        for (name, value) in environment {
            if !OTHER_VARIABLES.contains(&name.as_str()) {
                set_from_environment(&mut settings, &name, &value)?;
            }
        }
        if let Some(listen) = flags.listen {
            settings.insert("listen".to_owned(), Value::String(listen.to_string()));
        }
        if let Some(data_dir) = &flags.data_dir {
            settings.insert("data_dir".to_owned(), Value::String(data_dir.to_string_lossy().into_owned()));
        }
        let config: Self =
            settings.try_into().map_err(|error: toml::de::Error| ConfigError::Value(error.to_string()))?;
        config.check()?;
        Ok(config)
    }

    /// What the use cases tune.
    #[must_use]
    pub fn settings(&self) -> Settings {
        const MINUTE_MS: i64 = 60_000;
        let levels = self.work.escalation_queues.iter().zip(&self.work.escalation_minutes);
        Settings {
            intake: IntakeSettings { queue_tasks: self.intake.queue_tasks, batch_tasks: self.intake.batch_tasks },
            classifier: ClassifierSettings {
                timeout_ms: self.classifier.timeout_ms,
                failures: self.classifier.failures,
                open_ms: self.classifier.open_ms,
                retry_percent: self.classifier.retry_percent,
            },
            prices: Prices {
                decision_micros: micros(self.costs.decision),
                person_minute_micros: micros(self.costs.person_minute),
            },
            currency: self.costs.currency.clone(),
            stage_budget_micros: micros(self.costs.stages_per_day),
            bots: BotSettings {
                failures: self.bots.failures,
                open_ms: i64::from(self.bots.open_seconds) * 1_000,
                attempts: self.bots.attempts,
            },
            triggers: TriggerSettings {
                after_corrections: self.training.after_corrections,
                every_hours: self.training.every_hours,
            },
            check_percent: self.automation.check_percent,
            model_license: self.training.license.clone(),
            drift: DriftSettings {
                every_seconds: self.drift.every_seconds.max(1),
                reference_tasks: self.drift.reference_tasks,
                window_tasks: self.drift.window_tasks,
                trains: self.drift.trains,
            },
            rollout: RolloutSettings {
                shadow_tasks: self.rollout.shadow_tasks,
                false_alarm: self.rollout.false_alarm,
                promote_after_cases: self.rollout.promote_after_cases,
            },
            lease_ms: i64::from(self.work.lease_minutes) * MINUTE_MS,
            idempotency_ms: i64::from(self.intake.idempotency_hours) * 60 * MINUTE_MS,
            session_idle_ms: i64::from(self.sessions.idle_minutes) * MINUTE_MS,
            session_absolute_ms: i64::from(self.sessions.absolute_minutes) * MINUTE_MS,
            escalation_chain: levels
                .map(|(queue, &minutes)| EscalationLevel { queue: queue.clone(), minutes })
                .collect(),
            triage_queue: self.work.triage_queue.clone(),
        }
    }

    /// What models run on.
    #[must_use]
    pub fn models(&self) -> ModelSources {
        let Encoder { directory, ask_below, budget_ms, max_tokens, cost } = &self.encoder;
        let program = std::env::current_exe().ok();
        let encoder = (!directory.is_empty()).then(|| EncoderSource {
            directory: PathBuf::from(directory),
            settings: EncoderSettings {
                max_tokens: *max_tokens,
                budget: Duration::from_millis(*budget_ms),
                cost: *cost,
                ask_below: *ask_below,
            },
            program: program.clone().unwrap_or_default(),
        });
        ModelSources { onnxruntime: Some(self.onnxruntime()), encoder, program }
    }

    /// How the database is opened.
    #[must_use]
    pub fn store(&self) -> store_sqlite::Options {
        let synchronous = match self.storage.synchronous {
            Synchronous::Full => store_sqlite::Synchronous::Full,
            Synchronous::Normal => store_sqlite::Synchronous::Normal,
        };
        store_sqlite::Options { synchronous, readers: self.storage.readers }
    }

    /// Whether cookies are kept off plain HTTP.
    #[must_use]
    pub fn secure_cookies(&self) -> bool {
        match self.sessions.secure_cookies {
            SecureCookies::Auto => !self.listen.ip().is_loopback(),
            SecureCookies::Always => true,
            SecureCookies::Never => false,
        }
    }

    /// The directory of the built pages.
    #[must_use]
    pub fn site_dir(&self) -> PathBuf {
        if self.site_dir == "auto" { beside_binary("site") } else { PathBuf::from(&self.site_dir) }
    }

    /// ONNX Runtime's shared library.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
    pub fn onnxruntime(&self) -> PathBuf {
        if self.onnxruntime != "auto" {
            return PathBuf::from(&self.onnxruntime);
        }
        std::env::var_os("ORT_DYLIB_PATH")
            .filter(|path| !path.is_empty())
            .map_or_else(|| beside_binary("onnxruntime/libonnxruntime.so"), PathBuf::from)
    }
}

/// Millionths of a price that was checked.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "prices are from 0 to a million")]
fn micros(price: f64) -> u64 {
    (price * 1e6).round() as u64
}

/// A path beside the binary, or one directory up, where builds put it.
fn beside_binary(name: &str) -> PathBuf {
    let binary = std::env::current_exe().and_then(std::fs::canonicalize).unwrap_or_default();
    let directory = binary.parent().unwrap_or_else(|| Path::new("."));
    let beside = directory.join(name);
    if beside.exists() { beside } else { directory.join("..").join(name) }
}

/// Lays `table` over `settings`, refusing names that `settings` does not have.
fn overlay(settings: &mut Table, table: Table, section: &str, origin: &str) -> Result<(), ConfigError> {
    for (name, value) in table {
        let full = if section.is_empty() { name.clone() } else { format!("{section}.{name}") };
        match (settings.get_mut(&name), value) {
            (Some(Value::Table(known)), Value::Table(inner)) => overlay(known, inner, &full, origin)?,
            (Some(Value::Table(_)), _) => {
                return Err(ConfigError::Value(format!("{origin}: `{full}` is a section, not a setting")));
            }
            (Some(known), value) => *known = value,
            (None, _) => {
                let nearest = nearest(&name, settings.keys().map(String::as_str)).map(|nearest| {
                    if section.is_empty() { nearest.to_owned() } else { format!("{section}.{nearest}") }
                });
                return Err(ConfigError::Unknown { origin: origin.to_owned(), name: full, nearest });
            }
        }
    }
    Ok(())
}

fn set_from_environment(settings: &mut Table, variable: &str, text: &str) -> Result<(), ConfigError> {
    let known: Vec<(String, Option<String>, String)> = settings
        .iter()
        .flat_map(|(name, value)| match value {
            Value::Table(section) => {
                section.keys().map(|inner| (variable_of(&[name, inner]), Some(name.clone()), inner.clone())).collect()
            }
            _ => vec![(variable_of(&[name]), None, name.clone())],
        })
        .collect();
    let Some((_, section, name)) = known.iter().find(|(candidate, ..)| candidate == variable) else {
        let nearest = nearest(variable, known.iter().map(|(candidate, ..)| candidate.as_str())).map(str::to_owned);
        return Err(ConfigError::Unknown { origin: "environment".to_owned(), name: variable.to_owned(), nearest });
    };
    let table = match section {
        Some(section) => settings.get_mut(section).and_then(Value::as_table_mut),
        None => Some(settings),
    };
    if let Some(slot) = table.and_then(|table| table.get_mut(name)) {
        // A text setting takes the variable as it is; others are written as TOML writes them.
        *slot =
            if slot.is_str() {
                Value::String(text.to_owned())
            } else {
                format!("value = {text}").parse::<Table>().ok().and_then(|mut table| table.remove("value")).ok_or_else(
                    || ConfigError::Value(format!("environment: `{variable}` has a value of another form")),
                )?
            };
    }
    Ok(())
}

fn variable_of(path: &[&str]) -> String {
    format!("{PREFIX}{}", path.join("_").to_uppercase())
}

fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(similarity, _)| *similarity > 0.75)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merge(file: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::merge(Some(("test.toml", file)), environment, &Flags::default())
    }

    #[test]
    fn the_defaults_are_complete_and_equal_those_of_the_service() {
        let config = merge("", &[]).unwrap();
        assert_eq!(format!("{:?}", config.settings()), format!("{:?}", Settings::default()));
        assert!(!config.secure_cookies());
    }

    #[test]
    fn later_layers_win() {
        let file = "listen = \"127.0.0.1:4000\"\n[intake]\nqueue_tasks = 7\nbatch_tasks = 9";
        let config =
            merge(file, &[("SWITCHYARD_INTAKE_QUEUE_TASKS", "8"), ("SWITCHYARD_LISTEN", "0.0.0.0:5000")]).unwrap();
        assert_eq!((config.settings().intake.queue_tasks, config.settings().intake.batch_tasks), (8, 9));
        assert!(config.secure_cookies());
        let flags = Flags { listen: Some("127.0.0.1:6000".parse().unwrap()), ..Flags::default() };
        assert_eq!(Config::merge(Some(("f", file)), [], &flags).unwrap().listen.port(), 6000);
    }

    #[test]
    fn unknown_names_are_refused_with_the_nearest_one() {
        let error = merge("[intake]\nqueue_task = 7", &[]).unwrap_err().to_string();
        assert!(error.contains("`intake.queue_task`") && error.contains("`intake.queue_tasks`"), "{error}");
        let error = merge("", &[("SWITCHYARD_LISTN", "x")]).unwrap_err().to_string();
        assert!(error.contains("did you mean `SWITCHYARD_LISTEN`"), "{error}");
    }

    #[test]
    fn values_of_another_form_are_refused() {
        assert!(merge("listen = \"here\"", &[]).is_err());
        assert!(merge("intake = 3", &[]).is_err());
        assert!(merge("", &[("SWITCHYARD_STORAGE_READERS", "many")]).is_err());
        assert!(merge("[work]\nescalation_minutes = [1]", &[]).is_err());
        assert!(merge("[automation]\ncheck_percent = 51", &[]).is_err());
        assert!(merge("[drift]\nreference_tasks = 900", &[]).is_err());
        assert!(merge("[rollout]\nfalse_alarm = 0.0", &[]).is_err());
        assert!(merge("[costs]\nperson_minute = -1.0", &[]).is_err());
        assert!(merge("[bots]\nattempts = 0", &[]).is_err());
    }
}
