//! Things together with what a page or an API answer shows beside them.

use serde::{Deserialize, Serialize};

use crate::{
    api_key::ApiKey,
    comment::TaskComment,
    correction::Correction,
    decision::Decision,
    draft::Draft,
    error::ValidationError,
    escalation::{Escalation, EscalationState},
    id::TaskId,
    label::LabelCount,
    model::{Model, TrainingRun, TrainingTriggers},
    overview::ClassifierHealth,
    resolution::UndoRight,
    task::{Task, TaskState},
    text,
    user::{Role, User, check_email},
};

/// A task with everything that was decided and done about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaskDetail {
    /// The task.
    pub task: Task,
    /// Its decisions, oldest first; never empty.
    pub decisions: Vec<Decision>,
    /// Its corrections, oldest first.
    pub corrections: Vec<Correction>,
    /// Its escalations, oldest first.
    pub escalations: Vec<Escalation>,
    /// Whether it was drawn for a blind check and nobody has said yet what it is: what the model said is left out.
    #[serde(default)]
    pub blind: bool,
    /// What people said about it, oldest first.
    #[serde(default)]
    pub comments: Vec<TaskComment>,
    /// Who watches it, by name.
    #[serde(default)]
    pub watchers: Vec<String>,
    /// Whether the viewer watches it.
    #[serde(default)]
    pub watching: bool,
    /// What the viewer is writing on it.
    #[serde(default)]
    pub draft: Option<Draft>,
    /// What it was resolved with for the submitter.
    #[serde(default)]
    pub reply: Option<String>,
    /// Whether the viewer may take the resolution back, and until when.
    #[serde(default)]
    pub undo: Option<UndoRight>,
}

impl TaskDetail {
    /// The decision that holds now.
    #[must_use]
    pub fn decision(&self) -> Option<&Decision> {
        self.decisions.iter().find(|decision| decision.id == self.task.decision_id).or(self.decisions.last())
    }

    /// The escalation that is open now.
    #[must_use]
    pub fn open_escalation(&self) -> Option<&Escalation> {
        self.escalations.iter().find(|escalation| escalation.state == EscalationState::Open)
    }
}

/// A decision with what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionDetail {
    /// The decision.
    pub decision: Decision,
    /// The task's subject.
    pub subject: String,
    /// Where the task stands now.
    pub task_state: TaskState,
    /// What people said was wrong with this decision, oldest first.
    pub corrections: Vec<Correction>,
    /// What models in shadow would have decided of the task, oldest first.
    pub shadows: Vec<Decision>,
    /// What the task cost beside the decision.
    #[serde(default)]
    pub cost: TaskCost,
}

/// What people's work on a task cost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaskCost {
    /// In millionths of the currency.
    pub work_micros: u64,
    /// The currency of the workspace.
    pub currency: String,
}

/// What a submitter hears once its task is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    /// The task.
    pub task_id: TaskId,
    /// Where the decision put it.
    #[serde(flatten)]
    pub state: TaskState,
    /// The decision.
    pub decision: Decision,
    /// Whether this is the first answer to the same `Idempotency-Key`, given again.
    #[serde(skip)]
    pub replayed: bool,
}

/// Everything that the page of models shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelBoard {
    /// Every model, newest first.
    pub models: Vec<Model>,
    /// The last training runs, newest first.
    pub runs: Vec<TrainingRun>,
    /// Examples of each label that training would read now.
    pub labels: Vec<LabelCount>,
    /// Whether the champion answers.
    pub classifier: ClassifierHealth,
    /// What starts training by itself.
    pub triggers: TrainingTriggers,
    /// Why the last model that was sent here was refused, when it was.
    #[serde(default)]
    pub refused: Option<String>,
}

/// A person to be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewUser {
    /// What the person will sign in with.
    pub email: String,
    /// Name for people.
    pub name: String,
    /// What the person is here for.
    pub role: Role,
    /// The areas of the policy that the person may change, with commas; all of it when it is blank.
    #[serde(default)]
    pub areas: String,
}

impl NewUser {
    /// Checks the fields and brings them to one form.
    ///
    /// # Errors
    /// With the first field that is refused.
    pub fn check(self) -> Result<Self, ValidationError> {
        Ok(Self {
            email: check_email(&self.email)?,
            name: text::check_required("name", &self.name, 120)?,
            role: self.role,
            areas: crate::user::check_areas(&self.areas)?.join(","),
        })
    }
}

/// A person with a password that was made now; it is shown once and kept only as a hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedPassword {
    /// The person.
    pub user: User,
    /// The password.
    pub password: String,
}

/// A key that was made now; its secret is shown once and kept only as a hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedKey {
    /// The key.
    pub key: ApiKey,
    /// What programs send as `Authorization: Bearer …`.
    pub secret: String,
}
