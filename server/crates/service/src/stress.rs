//! What is left out when too much comes in, or the day's money for costly stages is spent.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use domain::{
    Decision, Timestamp,
    policy::{Shedding, SheddingRest},
};

use crate::{
    Services,
    classify::Effort,
    ports::store::StoreResult,
    rollout::{Salt, part, share_of_parts},
};

/// What stages cost today, in millionths of the currency.
#[derive(Default)]
pub(crate) struct Spent {
    /// Days since 1970.
    day: AtomicI64,
    micros: AtomicU64,
}

/// How a batch is classified.
pub(crate) struct Stress {
    shedding: Option<Shedding>,
    is_over_budget: bool,
}

impl Stress {
    /// How much may be spent on a text; nothing when the rules alone decide.
    pub(crate) fn effort(&self, text: &str) -> Option<Effort> {
        match self.shedding {
            Some(shedding) if part(text, Salt::Stress) >= share_of_parts(shedding.full_percent) => {
                match shedding.rest {
                    SheddingRest::CheapStage => Some(Effort::Cheap),
                    SheddingRest::Rules => None,
                }
            }
            _ if self.is_over_budget => Some(Effort::Cheap),
            _ => Some(Effort::Full),
        }
    }
}

impl Services {
    /// How a batch is classified while so many submissions wait.
    pub(crate) fn stress(&self, waiting: usize) -> Stress {
        let shedding = self.0.deciding.load().active.compiled.document().shedding;
        Stress {
            shedding: shedding.filter(|shedding| waiting >= shedding.when_waiting as usize),
            is_over_budget: self.is_over_budget(self.now()),
        }
    }

    /// Whether the day's budget for costly stages is used up.
    pub(crate) fn is_over_budget(&self, now: Timestamp) -> bool {
        let (limit, spent) = (self.0.settings.stage_budget_micros, &self.0.spent);
        limit > 0 && spent.day.load(Ordering::Relaxed) == day(now) && spent.micros.load(Ordering::Relaxed) >= limit
    }

    /// Counts what the stages of decisions cost that were written just now.
    pub(crate) fn count_spent<'a>(&self, decisions: impl Iterator<Item = &'a Decision>) {
        if self.0.settings.stage_budget_micros > 0 {
            let micros = decisions.map(Decision::stage_cost_micros).sum();
            self.0.spent.micros.fetch_add(micros, Ordering::Relaxed);
        }
    }

    /// Reads what was spent today: other processes spend, too.
    pub(crate) async fn refresh_spent(&self) -> StoreResult<()> {
        if self.0.settings.stage_budget_micros == 0 {
            return Ok(());
        }
        let now = self.now();
        let micros = self.read().await?.stage_cost_on(now).await?;
        self.0.spent.day.store(day(now), Ordering::Relaxed);
        self.0.spent.micros.store(micros, Ordering::Relaxed);
        Ok(())
    }
}

/// The day in UTC, counted from 1970.
fn day(now: Timestamp) -> i64 {
    now.as_ms().div_euclid(24 * 3_600_000)
}
