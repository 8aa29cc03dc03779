//! A version beside the active one: what it would have done, how it does, and the way back when it is worse. The test and the
//! words are those of models.

use std::collections::BTreeMap;

use domain::{
    Actor, DecisionId, Permission, PolicyVersion, Timestamp,
    policy::PolicyStage,
    rollout::{
        CanaryReport, PolicyCanaryReport, PolicyOutcome, PolicyRolloutReport, PolicyShadowCase, PolicyShadowReport,
        PolicyWork, ShadowFlow,
    },
};
use statistics::paired::mcnemar;

use crate::{
    PolicyError, ReadError, Services,
    ports::store::{Reads, StoreResult},
    report::share,
    rollout::{compare, evidence_detail, why_rolled_back},
    services::id_ms,
};

/// Cases of a rollout that are looked at.
const MAX_CASES: u32 = 50_000;
/// Cases that are shown for each cell of the agreement matrix.
const SHOWN_CASES: usize = 10;
/// Tests that may end a canary; each is allowed its part of the false alarms (Bonferroni).
const TESTS: f64 = 2.0;

impl Services {
    /// Where a version stands on its way.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] when there is no such version.
    pub async fn policy_rollout(&self, actor: &Actor, version: u32) -> Result<PolicyRolloutReport, ReadError> {
        actor.require(Permission::ReadPolicies)?;
        let mut reads = self.read().await?;
        let policy = reads.lookup_policy(version).await?.ok_or(ReadError::NotFound)?;
        let cases = reads.list_policy_shadow_cases(version, MAX_CASES).await?;
        let is_shadow = policy.stage == PolicyStage::Shadow;
        let shadow = (!cases.is_empty() || is_shadow).then(|| shadow_report(cases));
        let canary = self.policy_canary_report(reads.as_mut(), &policy).await?;
        Ok(PolicyRolloutReport { shadow, canary })
    }

    async fn policy_canary_report(
        &self,
        reads: &mut dyn Reads,
        policy: &PolicyVersion,
    ) -> StoreResult<Option<PolicyCanaryReport>> {
        let Some(rollout) = policy.rollout.filter(|_| policy.stage == PolicyStage::Canary) else { return Ok(None) };
        let Some(active) = reads.lookup_active_policy().await? else { return Ok(None) };
        let canary = outcomes(reads, policy.version, rollout.since).await?;
        let active = outcomes(reads, active.version, rollout.since).await?;
        let limit = TESTS / self.0.settings.rollout.false_alarm;
        let test =
            |is_bad: fn(&PolicyOutcome) -> bool| compare(&in_order(&canary, is_bad), &in_order(&active, is_bad), limit);
        Ok(Some(PolicyCanaryReport {
            wrong: test(|outcome| outcome.corrected || outcome.reversed),
            late: test(|outcome| outcome.late),
            canary: work(&canary),
            active: work(&active),
        }))
    }

    /// Ends the canary of a policy when a sequential test says that it is worse.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn watch_policy_canary(&self) -> Result<(), PolicyError> {
        let mut reads = self.read().await?;
        let Some(policy) = reads.lookup_policy_challenger().await? else { return Ok(()) };
        let Some(report) = self.policy_canary_report(reads.as_mut(), &policy).await? else { return Ok(()) };
        drop(reads);
        let tests = [(&report.wrong, "tasks were corrected or undone"), (&report.late, "tasks were late")];
        match tests.into_iter().find(|(test, _)| test.evidence >= test.limit) {
            Some((test, what)) => self.send_policy_back(policy.version, test, what).await,
            None => Ok(()),
        }
    }

    async fn send_policy_back(&self, version: u32, test: &CanaryReport, what: &str) -> Result<(), PolicyError> {
        let why = why_rolled_back(test, what, "the active version’s");
        let mut tx = self.begin().await?;
        let Some(policy) = tx.lookup_policy(version).await?.filter(|policy| policy.stage == PolicyStage::Canary) else {
            return Ok(());
        };
        let aside = policy.retire(Some(&why))?;
        let actor = Actor::system("canary watch");
        self.save_step(&mut *tx, &actor, &aside, "policy.rolled_back", evidence_detail(test)).await?;
        tx.save().await?;
        tracing::warn!(policy.version = version, "the canary was worse than the active policy and was rolled back");
        Ok(self.reload_policies().await?)
    }
}

async fn outcomes(reads: &mut dyn Reads, version: u32, since: Timestamp) -> StoreResult<Vec<PolicyOutcome>> {
    reads.list_policy_outcomes(version, DecisionId::from_parts(id_ms(since), 0), MAX_CASES).await
}

/// Whether each finished task went badly, in the order in which they were finished.
fn in_order(outcomes: &[PolicyOutcome], is_bad: fn(&PolicyOutcome) -> bool) -> Vec<bool> {
    let mut ended: Vec<_> = outcomes.iter().filter_map(|outcome| Some((outcome.ended_at?, is_bad(outcome)))).collect();
    ended.sort_by_key(|(at, _)| *at);
    ended.into_iter().map(|(_, is_bad)| is_bad).collect()
}

fn work(outcomes: &[PolicyOutcome]) -> PolicyWork {
    let ended = || outcomes.iter().filter(|outcome| outcome.ended_at.is_some());
    let part = |holds: fn(&PolicyOutcome) -> bool| {
        share(ended().filter(|outcome| holds(outcome)).count() as u64, ended().count() as u64)
    };
    let held: Vec<u64> = ended().map(|outcome| outcome.worked_ms).filter(|worked| *worked > 0).collect();
    let minutes = held.iter().sum::<u64>() as f64 / 60_000.0;
    PolicyWork {
        tasks: outcomes.len() as u64,
        corrected: part(|outcome| outcome.corrected),
        reversed: part(|outcome| outcome.reversed),
        late: part(|outcome| outcome.late),
        handling_minutes: (!held.is_empty()).then(|| minutes / held.len() as f64),
    }
}

/// The agreement of two versions, and with whom people sided where they differ.
fn shadow_report(cases: Vec<PolicyShadowCase>) -> PolicyShadowReport {
    let tasks = cases.len() as u64;
    let agreed = cases.iter().filter(|case| case.destination == case.live_destination).count() as u64;
    let (mut with_shadow, mut with_active, mut with_neither) = (0, 0, 0);
    let mut flows: BTreeMap<(String, String), ShadowFlow> = BTreeMap::new();
    for case in cases {
        let differs = case.destination != case.live_destination;
        // What people finished where it was is where they wanted it.
        let wanted = case.corrected_to.as_ref().or(case.ended.then_some(&case.live_destination));
        if let (true, Some(wanted)) = (differs, wanted) {
            let side = if *wanted == case.destination {
                &mut with_shadow
            } else if *wanted == case.live_destination {
                &mut with_active
            } else {
                &mut with_neither
            };
            *side += 1;
        }
        let key = (case.live_destination.to_string(), case.destination.to_string());
        let flow = flows.entry(key).or_insert_with(|| ShadowFlow {
            from: case.live_destination.clone(),
            to: case.destination.clone(),
            count: 0,
            cases: Vec::new(),
        });
        flow.count += 1;
        if differs && flow.cases.len() < SHOWN_CASES {
            flow.cases.push(case);
        }
    }
    let mut flows: Vec<ShadowFlow> = flows.into_values().collect();
    flows.sort_by_key(|flow| std::cmp::Reverse(flow.count));
    PolicyShadowReport {
        tasks,
        agreed: share(agreed, tasks),
        flows,
        sided_with_shadow: with_shadow,
        sided_with_active: with_active,
        sided_with_neither: with_neither,
        p_value: mcnemar(with_shadow, with_active),
    }
}
