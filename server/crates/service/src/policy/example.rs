//! Making an example of a task: what became of it must become of it again.

use domain::{
    Actor, Decision, DecisionId, Permission, PolicyVersion, Task, ValidationCode, ValidationError,
    page::MAX_PAGE_SIZE,
    policy::{CaseFacts, Expectation, PolicyExample, PolicyStage, SCHEMA},
};

use crate::{PolicyError, Services, ports::store::Transaction};

impl Services {
    /// Adds a decision's task to the examples of the newest draft, or of a new draft made from the active version, and answers
    /// the draft. What must become of it is where people sent it, or else what the decision said.
    ///
    /// # Errors
    /// [`PolicyError::NotFound`]; when the task's text was erased, or the name is refused or taken.
    pub async fn make_policy_example(&self, actor: &Actor, id: DecisionId, name: &str) -> Result<u32, PolicyError> {
        actor.require(Permission::EditPolicies)?;
        actor.require(Permission::ReadDecisions)?;
        let name = name.trim();
        domain::text::check_name("name", name)?;
        let mut tx = self.begin().await?;
        let decision = tx.lookup_decision(id).await?.ok_or(PolicyError::NotFound)?;
        let task = tx.lookup_task(decision.task_id).await?.ok_or(PolicyError::NotFound)?;
        if task.erased_at.is_some() {
            return Err(PolicyError::Conflict(
                "The text of this task was erased, so it cannot be an example.".to_owned(),
            ));
        }
        let present = tx.lookup_decision(task.decision_id).await?.unwrap_or_else(|| decision.clone());
        let example = example_of(name, task, &decision, &present);
        let base = self.newest_draft(&mut *tx).await?;
        let mut document = base.document.clone();
        if document.examples.iter().any(|known| known.name == name) {
            let message = "is the name of another example";
            return Err(ValidationError::new("name", ValidationCode::Taken, message).into());
        }
        // The first form knows no examples, and says the same in this one.
        document.schema = SCHEMA;
        document.examples.push(example);
        let now = self.now();
        let actor_id = actor.id().to_string();
        let author = (actor_id.as_str(), actor.name());
        let draft = if base.stage == PolicyStage::Draft {
            let note = base.note.clone();
            base.rewrite(document, note, author, now)?
        } else {
            let version = tx.last_policy_version().await? + 1;
            let note = format!("The example {name}.");
            PolicyVersion { based_on: Some(base.version), ..PolicyVersion::draft(version, document, note, author, now) }
        };
        self.keep_draft(&mut *tx, actor, &draft).await?;
        tx.save().await?;
        Ok(draft.version)
    }

    /// The newest draft, or the active version when there is none.
    async fn newest_draft(&self, tx: &mut dyn Transaction) -> Result<PolicyVersion, PolicyError> {
        let newest = tx.list_policies(&domain::PageRequest::first(MAX_PAGE_SIZE)).await?.items;
        let draft = newest.into_iter().find(|policy| policy.stage == PolicyStage::Draft);
        match draft {
            Some(draft) => Ok(draft),
            None => tx.lookup_active_policy().await?.ok_or(PolicyError::NotFound),
        }
    }
}

fn example_of(name: &str, task: Task, decision: &Decision, present: &Decision) -> PolicyExample {
    let queues = decision.facts.get("queues").cloned().and_then(|queues| serde_json::from_value(queues).ok());
    let said = decision.check.as_ref().map_or(&decision.destination, |check| &check.instead_of);
    let was_sent_elsewhere = present.id != decision.id && present.destination != decision.destination;
    let (destination, rule) = if was_sent_elsewhere {
        (present.destination.clone(), None)
    } else {
        (said.clone(), decision.matched_rule.clone())
    };
    PolicyExample {
        name: name.to_owned(),
        facts: CaseFacts {
            task: task.as_submitted(),
            classification: decision.classification.clone(),
            queues: queues.unwrap_or_default(),
            now: decision.decided_at,
        },
        expect: Expectation { rule, destination: Some(destination), priority: None },
    }
}
