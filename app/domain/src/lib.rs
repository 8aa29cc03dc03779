//! The words of Switchyard as types: values, state machines and permissions.
//!
//! This crate never depends on IO, async, clocks, randomness, a database or a web framework. It builds for the server and
//! for the browser, and every other crate of the workspace may depend on it.

pub mod actor;
pub mod api_key;
pub mod assignment;
pub mod audit;
pub mod automation;
pub mod business_hours;
pub mod classification;
pub mod comment;
pub mod correction;
pub mod dataset;
pub mod dead_letter;
pub mod decision;
pub mod detail;
pub mod dispute;
pub mod draft;
pub mod drift;
pub mod error;
pub mod escalation;
pub mod evaluation;
pub mod fault;
pub mod guardrail;
pub mod id;
pub mod import;
pub mod label;
pub mod label_set;
pub mod model;
pub mod notice;
pub mod overview;
pub mod page;
pub mod policy;
pub mod preferences;
pub mod queue;
pub mod resolution;
pub mod rollout;
pub mod simulation;
pub mod suspicion;
pub mod task;
pub mod text;
pub mod time;
pub mod user;

pub use actor::{Actor, ActorId, Forbidden, Permission};
pub use api_key::{ApiKey, Scope};
pub use assignment::{AgentState, AssignmentRecord, SkillNeed, Skills};
pub use audit::AuditEvent;
pub use business_hours::{BusinessHours, Day, Holiday, OpenSpan};
pub use classification::{Candidate, Classification};
pub use comment::TaskComment;
pub use correction::{Correction, CorrectionField, CorrectionRequest};
pub use decision::{
    BlindCheck, Decision, DecisionMode, DecisionSummary, Destination, FallbackReason, RuleOutcome, RuleTrace,
};
pub use detail::{DecisionDetail, IssuedKey, IssuedPassword, ModelBoard, NewUser, Receipt, TaskDetail};
pub use draft::Draft;
pub use error::{InvalidTransition, ValidationCode, ValidationError};
pub use escalation::{Escalation, EscalationState};
pub use fault::Fault;
pub use id::{
    ApiKeyId, CommentId, CorrectionId, DecisionId, EscalationId, ImportId, LabelId, NoticeId, RunId, TaskId, UserId,
};
pub use label::{Label, LabelKind};
pub use model::{Metrics, Model, ModelStage, RunState, TrainingRun, TrainingTriggers};
pub use notice::{Notice, NoticeKind};
pub use page::{Page, PageRequest};
pub use policy::{PolicyDocument, PolicyVersion, Rule, Then};
pub use queue::{Queue, QueueCounts, QueueKind};
pub use resolution::{Resolution, UndoRight};
pub use task::{Claim, NewTask, Priority, SnoozeKind, SnoozeRequest, SnoozedTask, Task, TaskState, TaskSummary};
pub use time::Timestamp;
pub use user::{Role, User};
