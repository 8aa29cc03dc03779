//! How one task is decided: what the rules may know of the queues, and the record that comes of it.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use domain::{
    Actor, BlindCheck, Classification, Decision, DecisionId, DecisionMode, Destination, FallbackReason, NewTask, Queue,
    Task, TaskId, TaskState, Timestamp,
    decision::{DecisionSource, Override, OverrideKind},
    guardrail::SwitchTarget,
    label_set::LabelSet,
    task::classified_text,
    time::MINUTE_MS,
};
use policy::Facts;

use crate::{
    Services,
    automation::Thresholds,
    policy::{Deciding, DecidingPolicy},
    ports::store::{StoreResult, Submission},
    rollout::{Salt, part},
    services::id_ms,
};

/// The queues as of about a second ago: names and rules change rarely, and depths need not be exact to route by them.
#[derive(Debug, Default)]
pub(crate) struct QueueFacts {
    /// Every queue by name.
    pub queues: BTreeMap<String, Queue>,
    /// What rules may ask of them.
    pub facts: BTreeMap<String, policy::QueueFacts>,
}

/// What a model said of a task, or why none did.
pub(crate) struct Classified {
    pub answer: Result<Classification, FallbackReason>,
    /// Whose answer it is: the champion's, or a canary's.
    pub mode: DecisionMode,
}

/// Everything that a batch of decisions shares.
pub(crate) struct Router {
    services: Services,
    deciding: Arc<Deciding>,
    queues: Arc<QueueFacts>,
    label_set: Arc<LabelSet>,
    thresholds: Arc<Thresholds>,
}

impl Services {
    pub(crate) fn router(&self) -> Router {
        Router {
            services: self.clone(),
            deciding: self.0.deciding.load_full(),
            queues: self.0.queues.load_full(),
            label_set: self.label_set(),
            thresholds: self.0.thresholds.load_full(),
        }
    }

    /// Reads what rules may know of the queues.
    pub(crate) async fn refresh_queues(&self) -> StoreResult<()> {
        let now = self.now();
        let (counts, oldest) = {
            let mut reads = self.read().await?;
            (reads.list_queue_counts(now).await?, reads.list_oldest_waiting().await?)
        };
        let oldest: BTreeMap<String, Timestamp> = oldest.into_iter().collect();
        let agents = self.0.presence.count(now);
        let mut snapshot = QueueFacts::default();
        for counts in counts {
            let name = counts.queue.name.clone();
            let age_ms = oldest.get(&name).map_or(0, |&at| now.since_ms(at).max(0));
            let facts = policy::QueueFacts {
                depth: counts.waiting,
                oldest_age_minutes: u64::try_from(age_ms / MINUTE_MS).unwrap_or(0),
                agents_present: agents,
            };
            snapshot.facts.insert(name.clone(), facts);
            snapshot.queues.insert(name, counts.queue);
        }
        self.0.queues.store(Arc::new(snapshot));
        Ok(())
    }

    /// The queue of people for a label under the active policy, or triage when it names none.
    pub(crate) fn queue_of_label(&self, label: Option<&str>) -> String {
        let deciding = self.0.deciding.load();
        let queues = self.0.queues.load();
        label
            .and_then(|label| deciding.active.compiled.document().label_queues.get(label))
            .filter(|queue| queues.queues.get(*queue).is_some_and(|queue| queue.kind == domain::QueueKind::People))
            .cloned()
            .unwrap_or_else(|| self.0.settings.triage_queue.clone())
    }
}

impl Router {
    /// Decides a task and builds both records.
    pub(crate) fn route(
        &self,
        actor: &Actor,
        task: NewTask,
        classified: Classified,
        accepted_at: Timestamp,
        accepted: Instant,
    ) -> (Task, Decision) {
        let task_id = TaskId::from_parts(id_ms(accepted_at), self.services.random_bits());
        let decision = self.decide(task_id, &task, classified, accepted);
        let task = Task {
            id: task_id,
            subject: task.subject,
            body: task.body,
            channel: task.channel.unwrap_or_else(|| "api".to_owned()),
            attributes: task.attributes,
            external_id: task.external_id,
            priority_hint: task.priority_hint,
            callback_url: task.callback_url,
            submitted_by: actor.id().to_string(),
            submitted_at: accepted_at,
            state: TaskState::arriving(&decision.destination, decision.decided_at),
            priority: decision.priority,
            due_at: decision.due_at,
            label: label_of(&decision),
            decision_id: decision.id,
            last_token: 0,
            escalation_level: 0,
            worked_ms: 0,
            erased_at: None,
        };
        (task, decision)
    }

    /// Which state of what decides this is; see [`Deciding`].
    pub(crate) fn epoch(&self) -> u64 {
        self.deciding.epoch
    }

    /// Draws some of the tasks that a machine would have had for people to look at, without the model's answer.
    fn draw_check(&self, facts: &Facts<'_>, verdict: &mut policy::Verdict) -> Option<BlindCheck> {
        let percent = self.services.0.settings.check_percent.max(self.deciding.guardrails.audit_percent(facts));
        if u128::from(percent) <= self.services.random_bits() % 100 {
            return None;
        }
        let queue = self.services.0.settings.triage_queue.clone();
        let instead_of = std::mem::replace(&mut verdict.destination, Destination::Queue { queue });
        verdict.sla_minutes = None;
        verdict.explanation.push_str(" It was drawn at random for a blind check, so people say what it is.");
        Some(BlindCheck { probability: f32::from(percent) / 100.0, instead_of })
    }

    /// Decides a task that has its identifier.
    pub(crate) fn decide(
        &self,
        task_id: TaskId,
        task: &NewTask,
        classified: Classified,
        accepted: Instant,
    ) -> Decision {
        let Classified { answer, mode } = classified;
        let (classification, fallback) = match answer {
            Ok(classification) => (Some(self.thresholds.apply(self.label_set.translate(classification))), None),
            Err(reason) => (None, Some(reason)),
        };
        let (policy, is_canary) = if mode == DecisionMode::Shadow {
            (&self.deciding.active, false)
        } else {
            self.deciding.policy_of(|| part(&classified_text(&task.subject, &task.body), Salt::Policy))
        };
        let mode = if is_canary { DecisionMode::Canary } else { mode };
        let latency_ms = accepted.elapsed().as_secs_f64() * 1_000.0;
        self.decide_by(policy, task_id, task, Said { classification, fallback, mode, latency_ms })
    }

    fn decide_by(&self, policy: &DecidingPolicy, task_id: TaskId, task: &NewTask, said: Said) -> Decision {
        let now = self.services.now();
        let Said { classification, fallback, mode, latency_ms } = said;
        let facts = Facts { task, classification: classification.as_ref(), queues: &self.queues.facts, now };
        let mut verdict = policy.compiled.evaluate(&facts);
        let mut overrides = self.hold(&facts, &mut verdict);
        let mut check = None;
        if mode != DecisionMode::Shadow {
            if classification.is_some() && verdict.destination.is_automated() {
                check = self.draw_check(&facts, &mut verdict);
            }
            overrides.extend(self.spare_bot(&facts, &mut verdict));
        }
        let sla_minutes = verdict.sla_minutes.or_else(|| {
            verdict.destination.name().and_then(|queue| self.queues.queues.get(queue)).map(|queue| queue.sla_minutes)
        });
        let due_at = sla_minutes.map(|minutes| now.plus_minutes(i64::from(minutes)));
        let mut decision = Decision {
            id: DecisionId::from_parts(id_ms(now), self.services.random_bits()),
            task_id,
            decided_at: now,
            source: DecisionSource::Policy,
            decided_by: None,
            mode,
            fallback,
            policy_version: policy.version,
            matched_rule: verdict.matched_rule,
            priority: verdict.priority,
            due_at,
            skills: verdict.required_skills,
            note: verdict.note,
            explanation: verdict.explanation,
            trace: verdict.trace,
            facts: verdict.facts_used,
            latency_ms,
            cost_micros: 0,
            supersedes: None,
            check,
            overrides,
            destination: verdict.destination,
            classification,
        };
        decision.cost_micros = self.services.0.settings.prices.decision_micros + decision.stage_cost_micros();
        decision
    }

    /// What the policy in shadow would have done with a task beside its live decision; nothing when none is in shadow.
    pub(crate) fn shadow_of(&self, task: &NewTask, live: &Decision) -> Option<(u32, policy::Verdict)> {
        let policy = self.deciding.shadow()?;
        let classification = live.classification.as_ref();
        let facts = Facts { task, classification, queues: &self.queues.facts, now: live.decided_at };
        let mut verdict = policy.compiled.evaluate(&facts);
        self.hold(&facts, &mut verdict);
        Some((policy.version, verdict))
    }

    /// Decides a submission anew that was decided before something changed, and is not written yet.
    pub(crate) fn decide_again(&self, submission: &mut Submission) {
        let Submission { task, decision, idempotency } = submission;
        let asked = task.clone().as_submitted();
        let (policy, is_canary) =
            self.deciding.policy_of(|| part(&classified_text(&asked.subject, &asked.body), Salt::Policy));
        let said = Said {
            classification: decision.classification.take(),
            fallback: decision.fallback,
            mode: if is_canary { DecisionMode::Canary } else { DecisionMode::Live },
            latency_ms: decision.latency_ms,
        };
        *decision = self.decide_by(policy, task.id, &asked, said);
        task.state = TaskState::arriving(&decision.destination, decision.decided_at);
        (task.priority, task.due_at, task.decision_id) = (decision.priority, decision.due_at, decision.id);
        task.label = label_of(decision);
        if let Some(record) = idempotency {
            record.decision_id = decision.id;
        }
    }

    /// Decides a task anew by the active version, with what the model had said of it.
    pub(crate) fn decide_anew(&self, task: &Task, before: &Decision) -> Decision {
        let said = Said {
            classification: before.classification.clone(),
            fallback: before.fallback,
            mode: DecisionMode::Live,
            latency_ms: 0.0,
        };
        self.decide_by(&self.deciding.active, task.id, &task.clone().as_submitted(), said)
    }

    /// Lets guardrails and kill switches take effect over what the rules said.
    fn hold(&self, facts: &Facts<'_>, verdict: &mut policy::Verdict) -> Vec<Override> {
        let mut overrides = Vec::new();
        // Each turn goes nearer to people, whom no guardrail forbids: from a machine to an approval, from there to a queue.
        while let Some(guardrail) = self.deciding.guardrails.violated(facts, &verdict.destination) {
            let label = facts.classification.map(|said| said.label.as_str());
            let people = self.services.queue_of_label(label);
            let instead = guardrail.instead_of(&verdict.destination, &people);
            let why = format!(" The guardrail “{}” holds over the rules: {}", guardrail.id, guardrail.description);
            overrides.push(turn(verdict, OverrideKind::Guardrail, &guardrail.id, instead, &why));
        }
        if let Some(name) = self.switched_off(&verdict.destination) {
            let queue = self.services.0.settings.triage_queue.clone();
            let why = format!(" {name} is switched off, so people take it.");
            overrides.push(turn(verdict, OverrideKind::KillSwitch, &name, Destination::Queue { queue }, &why));
        }
        overrides
    }

    /// Spares a bot that failed often lately; people take the task.
    fn spare_bot(&self, facts: &Facts<'_>, verdict: &mut policy::Verdict) -> Option<Override> {
        let Destination::Automation { automation } = &verdict.destination else { return None };
        if self.services.0.breakers.admits(automation, &self.services.0.settings.bots, facts.now) {
            return None;
        }
        let automation = automation.clone();
        let queue = self.services.queue_of_label(facts.classification.map(|said| said.label.as_str()));
        let why = format!(" {automation} failed often lately, so people take it.");
        Some(turn(verdict, OverrideKind::CircuitBreaker, &automation, Destination::Queue { queue }, &why))
    }

    /// What of a destination is switched off.
    fn switched_off(&self, destination: &Destination) -> Option<String> {
        let switches = &self.deciding.switches;
        if switches.0.is_empty() {
            return None;
        }
        let is_machines = destination.is_automated() || matches!(destination, Destination::Approval { .. });
        if is_machines && switches.is_off(&SwitchTarget::Automation) {
            return Some("Automation".to_owned());
        }
        let name = destination.name()?;
        switches.is_off(&SwitchTarget::Destination(name.to_owned())).then(|| name.to_owned())
    }
}

/// What is known of a task when the rules are asked.
struct Said {
    classification: Option<Classification>,
    fallback: Option<FallbackReason>,
    mode: DecisionMode,
    latency_ms: f64,
}

fn turn(verdict: &mut policy::Verdict, kind: OverrideKind, name: &str, instead: Destination, why: &str) -> Override {
    let instead_of = std::mem::replace(&mut verdict.destination, instead);
    verdict.sla_minutes = None;
    verdict.explanation.push_str(why);
    Override { kind, name: name.to_owned(), instead_of }
}

/// The label that a task begins with: whoever checks it blindly gives it one.
fn label_of(decision: &Decision) -> Option<String> {
    match decision.check {
        Some(_) => None,
        None => decision.classification.as_ref().map(|classification| classification.label.clone()),
    }
}

/// The queues that the default policy and the escalation chain need.
pub(crate) fn default_queues(settings: &crate::Settings) -> Vec<Queue> {
    let queue = |name: &str, title: &str, purpose: &str, sla_minutes| Queue {
        name: name.to_owned(),
        title: title.to_owned(),
        purpose: purpose.to_owned(),
        kind: domain::QueueKind::People,
        sla_minutes,
    };
    let mut queues = vec![
        queue(
            policy::TRIAGE_QUEUE,
            "Triage",
            "Tasks that nothing was sure about; somebody looks and sends them on.",
            240,
        ),
        queue(policy::INCIDENT_QUEUE, "Incidents", "Tasks that cannot wait.", 30),
    ];
    if settings.triage_queue != policy::TRIAGE_QUEUE {
        let purpose = "Tasks that have no better place.";
        queues.push(queue(&settings.triage_queue, &title(&settings.triage_queue), purpose, 240));
    }
    queues.extend(
        settings
            .escalation_chain
            .iter()
            .map(|level| queue(&level.queue, &title(&level.queue), "Tasks that were escalated.", level.minutes.max(1))),
    );
    queues
}

/// A machine-readable name as people would write it: `team-leads` becomes `Team leads`.
fn title(name: &str) -> String {
    let words = name.replace(['-', '_', '.'], " ");
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), chars.as_str()))
}
