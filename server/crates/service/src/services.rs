//! The one handle through which pages, the REST API and the command line reach the use cases.

use std::sync::{Arc, Mutex, atomic::AtomicBool};

use domain::{Actor, ActorId, Forbidden, Permission, Timestamp, UserId, audit::NewAuditEvent};

use ::simulation::Prices;

use crate::{
    automation::Thresholds,
    background::Background,
    breaker::{BotSettings, Breakers},
    classify::{ClassifierSettings, ClassifierSlot},
    drift::{DriftSettings, DriftWatch},
    import::Imports,
    intake::Intake,
    overview::Live,
    policy::Deciding,
    ports::{
        Clock, Entropy, ModelWorkshop,
        store::{DomainEvent, Reads, Store, StoreResult, Transaction},
    },
    presence::Presence,
    rollout::{Challenger, RolloutSettings},
    routing::QueueFacts,
    sign_in::KeyCache,
    simulation::Simulations,
    stress::Spent,
    throttle::Throttle,
    training::Training,
    trigger::TriggerSettings,
};

/// How submissions are gathered and written.
#[derive(Debug, Clone)]
pub struct IntakeSettings {
    /// Most accepted submissions that may wait; beyond it callers are told to come back.
    pub queue_tasks: usize,
    /// Most tasks of one transaction.
    pub batch_tasks: usize,
}

/// One level of the escalation chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EscalationLevel {
    /// The queue of those who answer at this level.
    pub queue: String,
    /// Minutes until this level must have answered.
    pub minutes: u32,
}

/// What a workspace can tune.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Gathering and writing of submissions.
    pub intake: IntakeSettings,
    /// When the classifier counts as broken.
    pub classifier: ClassifierSettings,
    /// When training starts by itself.
    pub triggers: TriggerSettings,
    /// Of the tasks that a policy leaves to machines, the percentage that people look at instead, drawn at random and without
    /// the model's answer; at most 50.
    pub check_percent: u8,
    /// The licence that model cards state; empty when it is not stated.
    pub model_license: String,
    /// What work costs.
    pub prices: Prices,
    /// The currency of every price, for people.
    pub currency: String,
    /// What the calls of encoders may cost in one day (UTC), in millionths of the currency; 0 is no limit.
    pub stage_budget_micros: u64,
    /// When a bot counts as broken.
    pub bots: BotSettings,
    /// What a model must show on its way to champion.
    pub rollout: RolloutSettings,
    /// How much work is compared to notice that it has changed.
    pub drift: DriftSettings,
    /// How long a claim lasts without a heartbeat, in milliseconds.
    pub lease_ms: i64,
    /// How long an idempotency key is kept, in milliseconds.
    pub idempotency_ms: i64,
    /// How long a session lasts without use, in milliseconds.
    pub session_idle_ms: i64,
    /// How long a session lasts at most, in milliseconds.
    pub session_absolute_ms: i64,
    /// The escalation chain, first level first.
    pub escalation_chain: Vec<EscalationLevel>,
    /// Where tasks go that have no better place: after a reversal, a rejection or a failed bot.
    pub triage_queue: String,
}

impl Default for Settings {
    fn default() -> Self {
        const MINUTE_MS: i64 = 60_000;
        const HOUR_MS: i64 = 60 * MINUTE_MS;
        Self {
            intake: IntakeSettings { queue_tasks: 8_192, batch_tasks: 128 },
            classifier: ClassifierSettings::default(),
            triggers: TriggerSettings::default(),
            check_percent: 0,
            model_license: String::new(),
            prices: Prices::default(),
            currency: "EUR".to_owned(),
            stage_budget_micros: 0,
            bots: BotSettings::default(),
            rollout: RolloutSettings::default(),
            drift: DriftSettings::default(),
            lease_ms: 15 * MINUTE_MS,
            idempotency_ms: 24 * HOUR_MS,
            session_idle_ms: 2 * HOUR_MS,
            session_absolute_ms: 12 * HOUR_MS,
            escalation_chain: vec![
                EscalationLevel { queue: "team-leads".to_owned(), minutes: 60 },
                EscalationLevel { queue: "duty-manager".to_owned(), minutes: 30 },
            ],
            triage_queue: "triage".to_owned(),
        }
    }
}

/// What the use cases are built from.
pub struct Parts {
    /// Where everything lasts.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Unpredictable bytes.
    pub entropy: Arc<dyn Entropy>,
    /// Trains and loads models.
    pub workshop: Arc<dyn ModelWorkshop>,
    /// What the workspace tunes.
    pub settings: Settings,
}

/// Why the use cases could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] crate::ports::store::StoreError),
    /// The stored active policy cannot be compiled by this version.
    #[error("the active policy {version} is not legal: {problem}")]
    Policy {
        /// Its version.
        version: u32,
        /// The first problem.
        problem: String,
    },
}

/// Every use case, by one cloneable handle.
#[derive(Clone)]
pub struct Services(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub store: Arc<dyn Store>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub workshop: Arc<dyn ModelWorkshop>,
    pub settings: Settings,
    pub classifier: ClassifierSlot,
    pub challenger: Challenger,
    pub deciding: arc_swap::ArcSwap<Deciding>,
    pub queues: arc_swap::ArcSwap<QueueFacts>,
    /// Whether this process starts training by itself.
    pub watches_triggers: AtomicBool,
    pub label_set: arc_swap::ArcSwap<domain::label_set::LabelSet>,
    pub thresholds: arc_swap::ArcSwap<Thresholds>,
    pub drift: DriftWatch,
    pub intake: Intake,
    pub live: Live,
    pub presence: Presence,
    pub throttle: Throttle,
    pub keys: KeyCache,
    pub passwords: tokio::sync::Semaphore,
    pub training: Training,
    pub imports: Imports,
    pub simulations: Simulations,
    pub breakers: Breakers,
    pub spent: Spent,
    pub refused_model: Mutex<Option<String>>,
    /// Held while the files of a new model are made, so that no two of them take the same version.
    pub making_model: tokio::sync::Mutex<()>,
}

impl Services {
    /// Loads the active policy and the champion, saves the default policy when there is none, and starts the workers.
    /// Stop them with [`Background::stop`].
    ///
    /// # Errors
    /// When the store fails or the active policy is not legal.
    pub async fn start(parts: Parts) -> Result<(Self, Background), StartError> {
        let Parts { store, clock, entropy, workshop, settings } = parts;
        let (intake, inbox) = Intake::new(&settings.intake);
        let (challenger, shadows) = Challenger::new(&settings.classifier);
        let services = Self(Arc::new(Inner {
            classifier: ClassifierSlot::new(settings.classifier.clone()),
            challenger,
            deciding: arc_swap::ArcSwap::from_pointee(Deciding::none()),
            queues: arc_swap::ArcSwap::from_pointee(QueueFacts::default()),
            watches_triggers: AtomicBool::new(false),
            label_set: arc_swap::ArcSwap::default(),
            thresholds: arc_swap::ArcSwap::default(),
            drift: DriftWatch::default(),
            intake,
            live: Live::default(),
            presence: Presence::default(),
            throttle: Throttle::default(),
            keys: KeyCache::default(),
            passwords: tokio::sync::Semaphore::new(2),
            training: Training::default(),
            imports: Imports::default(),
            simulations: Simulations::default(),
            breakers: Breakers::default(),
            spent: Spent::default(),
            refused_model: Mutex::default(),
            making_model: tokio::sync::Mutex::default(),
            store,
            clock,
            entropy,
            workshop,
            settings,
        }));
        services.ensure_policy().await?;
        services.reload_deciding().await?;
        services.reload_champion().await?;
        services.reload_challenger().await?;
        services.reload_label_set().await?;
        services.reload_thresholds().await?;
        services.refresh_queues().await?;
        services.refresh_spent().await?;
        let background = Background::start(&services, inbox, shadows);
        Ok((services, background))
    }

    /// Now.
    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// What the workspace tunes.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) async fn begin(&self) -> StoreResult<Box<dyn Transaction>> {
        self.0.store.begin().await
    }

    pub(crate) async fn read(&self) -> StoreResult<Box<dyn Reads>> {
        self.0.store.read().await
    }

    /// Eighty random bits, the part of an identifier that is not time.
    pub(crate) fn random_bits(&self) -> u128 {
        let mut bytes = [0_u8; 16];
        self.0.entropy.fill(&mut bytes[6..]);
        u128::from_be_bytes(bytes)
    }
}

/// Milliseconds of a time as identifiers want them.
pub(crate) fn id_ms(at: Timestamp) -> u64 {
    u64::try_from(at.as_ms()).unwrap_or(0)
}

/// The person that an actor is; what is personal is for no program.
///
/// # Errors
/// [`Forbidden`] for programs.
pub(crate) fn person(actor: &Actor, permission: Permission) -> Result<UserId, Forbidden> {
    match actor.id() {
        ActorId::User(user) => Ok(*user),
        ActorId::ApiKey(_) | ActorId::System(_) => Err(Forbidden(permission)),
    }
}

/// One act: the audit event and the domain event that say it, in one place so that neither is forgotten.
pub(crate) struct Act<'a> {
    pub actor: &'a Actor,
    pub at: Timestamp,
    /// `noun.verb`.
    pub action: &'static str,
    pub subject: String,
    /// What matters of it; never bodies or secrets.
    pub detail: serde_json::Value,
}

impl Act<'_> {
    /// Appends both events to a transaction.
    pub(crate) async fn record(self, tx: &mut dyn Transaction) -> StoreResult<()> {
        let (audit, event) = self.into_events();
        tx.append_audit(&[audit]).await?;
        tx.append_events(&[event]).await
    }

    /// The two events.
    pub(crate) fn into_events(self) -> (NewAuditEvent, DomainEvent) {
        let audit = NewAuditEvent {
            at: self.at,
            actor: self.actor.id().to_string(),
            actor_name: self.actor.name().to_owned(),
            action: self.action.to_owned(),
            subject: self.subject.clone(),
            detail: self.detail.clone(),
        };
        let event =
            DomainEvent { kind: self.action.to_owned(), subject: self.subject, at: self.at, payload: self.detail };
        (audit, event)
    }
}
