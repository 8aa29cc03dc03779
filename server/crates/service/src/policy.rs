//! Policy versions: reading, checking and writing them. `life` is their way from draft to retired, `deciding` what of them
//! is in memory, `controls` what holds for all of them.

mod controls;
mod deciding;
mod example;
mod life;
mod review;
mod schedule;
mod watch;

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Actor, Page, PageRequest, Permission, PolicyDocument, PolicyVersion, ValidationCode, ValidationError,
    policy::{
        PolicyProblem, PolicyStage,
        desk::{
            AreaCount, DraftOutcome, DraftRequest, FactEntry, Overtaken, PolicyBoard, PolicyDetail, PolicySummary,
            Vocabulary,
        },
        diff::{self, Difference, DifferenceKind},
    },
};
use policy::Known;

pub(crate) use controls::Controls;
pub(crate) use deciding::{Deciding, DecidingPolicy};

use crate::{
    PolicyError, ReadError, Services,
    ports::store::{Reads, StoreResult, Transaction},
    services::Act,
};

/// Longest note on a version, and longest reason for a step, in bytes.
const MAX_NOTE_BYTES: usize = 1_000;

impl Services {
    /// Versions, newest first.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn list_policies(&self, actor: &Actor, page: &PageRequest) -> Result<Page<PolicyVersion>, ReadError> {
        actor.require(Permission::ReadPolicies)?;
        Ok(self.read().await?.list_policies(page).await?)
    }

    /// Versions, what decides now, and the areas.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn policy_board(&self, actor: &Actor, page: &PageRequest) -> Result<PolicyBoard, ReadError> {
        actor.require(Permission::ReadPolicies)?;
        let mut reads = self.read().await?;
        let versions = reads.list_policies(page).await?;
        let active = reads.lookup_active_policy().await?;
        let mut areas: BTreeMap<Option<String>, u64> = BTreeMap::new();
        for rule in active.iter().flat_map(|active| &active.document.rules) {
            *areas.entry(rule.area.clone()).or_default() += 1;
        }
        Ok(PolicyBoard {
            versions: Page {
                items: versions.items.into_iter().map(PolicySummary::from).collect(),
                next: versions.next,
            },
            challenger: reads.lookup_policy_challenger().await?.map(PolicySummary::from),
            previous: reads.lookup_previous_policy().await?.map(|previous| previous.version),
            switches: Controls::read(reads.as_mut()).await?.switches.value.0,
            areas: areas.into_iter().map(|(area, rules)| AreaCount { area, rules }).collect(),
            active: active.map(PolicySummary::from),
        })
    }

    /// One version.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] when there is none.
    pub async fn lookup_policy(&self, actor: &Actor, version: u32) -> Result<PolicyVersion, ReadError> {
        actor.require(Permission::ReadPolicies)?;
        self.read().await?.lookup_policy(version).await?.ok_or(ReadError::NotFound)
    }

    /// The version that decides now; nothing before the first was activated.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn lookup_active_policy(&self, actor: &Actor) -> Result<Option<PolicyVersion>, ReadError> {
        actor.require(Permission::ReadPolicies)?;
        Ok(self.read().await?.lookup_active_policy().await?)
    }

    /// A version with everything that its page shows.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] when there is none.
    pub async fn policy_detail(&self, actor: &Actor, version: u32) -> Result<PolicyDetail, ReadError> {
        actor.require(Permission::ReadPolicies)?;
        let mut reads = self.read().await?;
        let policy = reads.lookup_policy(version).await?.ok_or(ReadError::NotFound)?;
        let active = reads.lookup_active_policy().await?.filter(|active| active.version != version);
        let controls = Controls::read(reads.as_mut()).await?;
        let differences = active.as_ref().map(|active| diff::diff(&active.document, &policy.document));
        let differences = differences.unwrap_or_default();
        let other = reads.lookup_policy_challenger().await?.filter(|other| other.version != version);
        let id = actor.id().to_string();
        Ok(PolicyDetail {
            problems: self.problems(reads.as_mut(), &policy.document, &controls).await?,
            comments: reads.list_policy_comments(version).await?,
            foreign: active
                .as_ref()
                .map(|active| foreign(actor, &active.document, &policy.document))
                .unwrap_or_default(),
            differences,
            active: active.map(|active| active.version),
            four_eyes: controls.governance.value.four_eyes,
            is_author: policy.authors.contains(&id),
            frozen: controls.governance.value.frozen_at(self.now()).cloned(),
            other_challenger: other.map(|other| other.version),
            switches: controls.switches.value.0,
            policy,
        })
    }

    /// What the second of two versions has otherwise than the first.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] when there is no such version.
    pub async fn compare_policies(&self, actor: &Actor, before: u32, after: u32) -> Result<Vec<Difference>, ReadError> {
        actor.require(Permission::ReadPolicies)?;
        let mut reads = self.read().await?;
        let before = reads.lookup_policy(before).await?.ok_or(ReadError::NotFound)?;
        let after = reads.lookup_policy(after).await?.ok_or(ReadError::NotFound)?;
        Ok(diff::diff(&before.document, &after.document))
    }

    /// The names that a document may use now.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn policy_vocabulary(&self, actor: &Actor) -> Result<Vocabulary, ReadError> {
        actor.require(Permission::ReadPolicies)?;
        let mut reads = self.read().await?;
        let areas = reads.lookup_active_policy().await?.map(|active| active.document);
        let areas = areas.iter().flat_map(PolicyDocument::areas).map(str::to_owned).collect();
        let facts = policy::facts_reference().iter().map(|fact| FactEntry {
            name: fact.name.to_owned(),
            type_name: fact.type_name.to_owned(),
            meaning: fact.meaning.to_owned(),
            example: fact.example.to_owned(),
        });
        Ok(Vocabulary {
            labels: self.labels_in_use(reads.as_mut()).await?,
            queues: reads.list_queues().await?,
            skills: Controls::read(reads.as_mut()).await?.governance.value.skills,
            areas,
            facts: facts.collect(),
        })
    }

    /// Says everything that is found in a document, against the names that exist now and the guardrails.
    ///
    /// # Errors
    /// See [`PolicyError`]; what is wrong with the document is the answer, not an error.
    pub async fn check_policy(&self, actor: &Actor, json: &str) -> Result<Vec<PolicyProblem>, PolicyError> {
        actor.require(Permission::EditPolicies)?;
        let document = match policy::parse(json) {
            Ok(document) => document,
            Err(problems) => return Ok(problems),
        };
        let mut reads = self.read().await?;
        let controls = Controls::read(reads.as_mut()).await?;
        Ok(self.problems(reads.as_mut(), &document, &controls).await?)
    }

    /// Keeps a document: as the next revision of a draft, or as a new draft made from another version. It may have things
    /// wrong with it, and decides nothing until it is activated. Whoever is bound to areas changes only rules of these.
    ///
    /// # Errors
    /// [`PolicyError::Illegal`] when the text is no document; [`PolicyError::OtherArea`].
    pub async fn save_policy_draft(&self, actor: &Actor, request: &DraftRequest) -> Result<DraftOutcome, PolicyError> {
        actor.require(Permission::EditPolicies)?;
        let note = domain::text::check_required("note", &request.note, MAX_NOTE_BYTES)?;
        let document = policy::parse(&request.json).map_err(PolicyError::Illegal)?;
        let mut tx = self.begin().await?;
        let opened = tx.lookup_policy(request.version).await?.ok_or(PolicyError::NotFound)?;
        if opened.stage == PolicyStage::Draft && opened.revision != request.revision {
            return self.overtaken(&mut *tx, opened, request.revision, &document).await;
        }
        check_areas(actor, &opened.document, &document)?;
        let now = self.now();
        let id = actor.id().to_string();
        let author = (id.as_str(), actor.name());
        let kept = if opened.stage == PolicyStage::Draft {
            opened.rewrite(document, note, author, now)?
        } else {
            let version = tx.last_policy_version().await? + 1;
            let based_on = Some(opened.version);
            PolicyVersion { based_on, ..PolicyVersion::draft(version, document, note, author, now) }
        };
        self.keep_draft(&mut *tx, actor, &kept).await?;
        tx.save().await?;
        Ok(DraftOutcome::Saved { version: kept.version, revision: kept.revision })
    }

    /// Keeps a document as a new draft, for files and the command line. Nothing may be wrong with it.
    ///
    /// # Errors
    /// [`PolicyError::Illegal`] with every problem when the document is refused.
    pub async fn save_policy(&self, actor: &Actor, json: &str, note: &str) -> Result<PolicyVersion, PolicyError> {
        actor.require(Permission::EditPolicies)?;
        let note = domain::text::check_required("note", note, MAX_NOTE_BYTES)?;
        let document = policy::parse(json).map_err(PolicyError::Illegal)?;
        let mut tx = self.begin().await?;
        let controls = Controls::read(tx.as_reads()).await?;
        refuse_errors(self.problems(tx.as_reads(), &document, &controls).await?)?;
        let active = tx.lookup_active_policy().await?;
        if let Some(active) = &active {
            check_areas(actor, &active.document, &document)?;
        }
        let version = tx.last_policy_version().await? + 1;
        let id = actor.id().to_string();
        let draft = PolicyVersion::draft(version, document, note, (&id, actor.name()), self.now());
        let draft = PolicyVersion { based_on: active.map(|active| active.version), ..draft };
        self.keep_draft(&mut *tx, actor, &draft).await?;
        tx.save().await?;
        Ok(draft)
    }

    async fn keep_draft(&self, tx: &mut dyn Transaction, actor: &Actor, draft: &PolicyVersion) -> StoreResult<()> {
        tx.save_policy(draft).await?;
        let detail = serde_json::json!({
            "rules": draft.document.rules.len(),
            "revision": draft.revision,
            "based_on": draft.based_on,
            "note": draft.note,
        });
        let (at, subject) = (draft.saved_at, subject(draft.version));
        Act { actor, at, action: "policy.saved", subject, detail }.record(tx).await
    }

    /// What somebody who began from an older revision is told.
    async fn overtaken(
        &self,
        tx: &mut dyn Transaction,
        theirs: PolicyVersion,
        began_from: u32,
        mine: &PolicyDocument,
    ) -> Result<DraftOutcome, PolicyError> {
        // A revision that never was: the form was made by hand.
        let base = tx.lookup_policy_revision(theirs.version, began_from).await?.ok_or_else(|| {
            ValidationError::new("revision", ValidationCode::Unknown, "is not a revision of this draft")
        })?;
        Ok(DraftOutcome::Overtaken(Box::new(Overtaken {
            version: theirs.version,
            revision: theirs.revision,
            theirs: diff::diff(&base, &theirs.document),
            mine: diff::diff(&base, mine),
            merge: diff::merge(&base, &theirs.document, mine),
            by: theirs.saved_by,
            at: theirs.saved_at,
        })))
    }

    /// Everything that is found in a document.
    async fn problems(
        &self,
        reads: &mut dyn Reads,
        document: &PolicyDocument,
        controls: &Controls,
    ) -> StoreResult<Vec<PolicyProblem>> {
        let (queues, labels) = (reads.list_queues().await?, self.labels_in_use(reads).await?);
        let known = Known { queues: &queues, labels: &labels, skills: &controls.governance.value.skills };
        let mut problems = policy::check(document, &known);
        if let Ok(guardrails) = policy::CompiledGuardrails::compile(controls.guardrails.value.clone()) {
            problems.extend(policy::check_guardrails(document, &guardrails));
        }
        problems.sort_by_key(|problem| problem.severity);
        Ok(problems)
    }

    /// What keeps a version that was active once from coming back: not what was only found since.
    async fn standing_problems(
        &self,
        reads: &mut dyn Reads,
        document: &PolicyDocument,
        controls: &Controls,
    ) -> StoreResult<Vec<PolicyProblem>> {
        let queues = reads.list_queues().await?;
        let known = Known { queues: &queues, labels: &[], skills: &controls.governance.value.skills };
        Ok(policy::check_standing(document, &known))
    }

    /// Labels that tasks may have: those of examples, and those that the champion gives.
    async fn labels_in_use(&self, reads: &mut dyn Reads) -> StoreResult<Vec<String>> {
        let set = self.label_set();
        let mut labels: BTreeSet<String> =
            reads.list_label_counts().await?.into_iter().map(|count| set.current(&count.label).to_owned()).collect();
        if let Some(champion) = reads.lookup_champion().await? {
            labels.extend(champion.labels.iter().map(|label| set.current(label).to_owned()));
        }
        Ok(labels.into_iter().collect())
    }
}

/// What differs of parts that belong to areas other than the actor's.
fn foreign(actor: &Actor, before: &PolicyDocument, after: &PolicyDocument) -> Vec<Difference> {
    let differences = diff::diff_for(before, after, actor.areas());
    diff::outside(&differences, actor.areas()).into_iter().cloned().collect()
}

/// Refuses changes of such parts.
fn check_areas(actor: &Actor, before: &PolicyDocument, after: &PolicyDocument) -> Result<(), PolicyError> {
    let foreign = foreign(actor, before, after);
    if foreign.is_empty() { Ok(()) } else { Err(PolicyError::OtherArea(foreign)) }
}

/// Refuses what keeps a version from deciding.
fn refuse_errors(problems: Vec<PolicyProblem>) -> Result<(), PolicyError> {
    let errors: Vec<_> = problems.into_iter().filter(PolicyProblem::is_error).collect();
    if errors.is_empty() { Ok(()) } else { Err(PolicyError::Illegal(errors)) }
}

/// The parts of a document, in words, that somebody may not change.
pub(crate) fn parts_in_words(differences: &[Difference]) -> String {
    let part = |difference: &Difference| {
        let verb = match difference.kind {
            DifferenceKind::Added => "adds",
            DifferenceKind::Removed => "removes",
            DifferenceKind::Moved => "moves",
            DifferenceKind::Changed => "changes",
        };
        format!("{verb} {}", difference.part)
    };
    let shown: Vec<String> = differences.iter().take(3).map(part).collect();
    let more = differences.len().saturating_sub(3);
    let rest = if more == 0 { String::new() } else { format!(", and {more} more") };
    format!("{}{rest}", shown.join(", "))
}

pub(crate) fn subject(version: u32) -> String {
    format!("policy_{version}")
}
