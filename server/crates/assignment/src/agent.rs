//! Who could do the work.

use std::{cmp::Ordering, collections::BTreeMap};

use domain::{AgentState, Skills, Timestamp, UserId};

use crate::rules::Prior;

/// A person, as the moment of the decision found them.
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    /// Who it is.
    pub id: UserId,
    /// Name for people.
    pub name: String,
    /// Whether the person takes work.
    pub state: AgentState,
    /// What the person can do.
    pub skills: Skills,
    /// Tasks that the person may hold at once.
    pub capacity: u32,
    /// Tasks that the person holds.
    pub holding: u32,
    /// When the person last got or finished a task. It decides between people for whom equally much speaks: whoever has been
    /// idle the longest is next, so that a quiet day's work does not all go to one of them (Armony and Ward, 2010, "Fair
    /// dynamic routing in large-scale heterogeneous-server systems"). Nothing known counts as idle since ever.
    pub idle_since: Option<Timestamp>,
    /// How often the person's work held.
    pub success: Success,
}

impl Agent {
    /// How many more tasks the person may hold.
    pub(crate) const fn free(&self) -> u32 {
        self.capacity.saturating_sub(self.holding)
    }

    /// Whether the person can get any task at all.
    pub(crate) fn takes_work(&self) -> bool {
        self.state == AgentState::Available && self.free() > 0
    }

    /// The longest idle first, then by identifier.
    pub(crate) fn by_idleness(&self, other: &Self) -> Ordering {
        self.idle_since.cmp(&other.idle_since).then(self.id.cmp(&other.id))
    }
}

/// Tasks that somebody finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Finished {
    /// Those that nobody corrected or opened again.
    pub held: u32,
    /// All of them.
    pub all: u32,
}

/// How often a person's work held, by label.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Success {
    by_label: BTreeMap<String, Finished>,
    total: Finished,
}

impl Success {
    /// From what was counted for each label.
    #[must_use]
    pub fn new(by_label: BTreeMap<String, Finished>) -> Self {
        let total = by_label.values().fold(Finished::default(), |sum, finished| Finished {
            held: sum.held.saturating_add(finished.held.min(finished.all)),
            all: sum.all.saturating_add(finished.all),
        });
        Self { by_label, total }
    }

    /// What was counted over all labels.
    #[must_use]
    pub const fn total(&self) -> Finished {
        self.total
    }

    /// The share of tasks of a label that will likely hold, 0 to 1.
    ///
    /// A few tasks say little. So the person's share over all labels is drawn toward that of the team, and the share of one
    /// label toward the person's own: each time the mean of a beta distribution after what was counted, as empirical Bayes
    /// does (Casella, 1985, "An introduction to empirical Bayes data analysis").
    #[must_use]
    pub fn share(&self, label: Option<&str>, prior: Prior) -> f64 {
        let own = Prior { mean: prior.mean_after(self.total), ..prior };
        let finished = label.and_then(|label| self.by_label.get(label)).copied().unwrap_or_default();
        own.mean_after(finished)
    }
}
