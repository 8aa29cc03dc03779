//! The demo workspace: a software company's support desk with queues, a policy, a trained model, people and some tasks.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::Path,
};

use domain::{
    Actor, Fault, NewTask, NewUser, PageRequest, PolicyDocument, Queue, Role, Rule, RunState, Then,
    guardrail::GuardrailForm,
    policy::{Cell, Column, ColumnFact, Decimal, Range, Target},
};
use serde::{Deserialize, Serialize};
use service::Services;

const QUEUES: &str = include_str!("../demo/queues.json");
const LABEL_QUEUES: &str = include_str!("../demo/label_queues.json");
const EXAMPLES: &str = include_str!("../demo/examples.csv");
const TASKS: &str = include_str!("../demo/tasks.jsonl");

/// The file in the data directory that keeps the demo people's generated passwords, readable by its owner only, so that
/// every start can print them. Real workspaces have no such file.
const PEOPLE_FILE: &str = "demo-people.json";

/// Why the demo could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A use case refused or failed.
    #[error(transparent)]
    Refused(#[from] Fault),
    /// The file with the demo people cannot be written or read.
    #[error("{PEOPLE_FILE}: {0}")]
    File(#[from] io::Error),
    /// The bundled data is not what it should be.
    #[error("the bundled demo data: {0}")]
    Data(String),
}

/// A person of the demo with the password that was generated on first start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoPerson {
    /// What the person is here for.
    pub role: Role,
    /// What to sign in with.
    pub email: String,
    /// The generated password.
    pub password: String,
}

/// Fills an empty workspace with the demo, step by step so that an interrupted first start goes on where it stopped;
/// answers the people who can sign in. `say` hears of each step.
///
/// # Errors
/// See [`DemoError`].
pub async fn prepare(services: &Services, data_dir: &Path, say: impl Fn(&str)) -> Result<Vec<DemoPerson>, DemoError> {
    let actor = Actor::system("demo");
    let file = data_dir.join(PEOPLE_FILE);
    if file.exists() {
        return read_people(&file);
    }
    say("Setting up the demo workspace: queues and policy");
    save_queues_and_policy(services, &actor).await?;
    if services.model_board(&actor).await.map_err(Fault::from)?.models.is_empty() {
        say("Training the demo model on the bundled examples");
        train(services, &actor).await?;
    }
    let tasks = services.list_tasks(&actor, &domain::task::TaskFilter::default(), &PageRequest::first(1)).await;
    if tasks.map_err(Fault::from)?.items.is_empty() {
        say("Submitting the demo's tasks");
        submit(services, &actor).await?;
    }
    say("Adding the demo's people");
    let people = add_people(services, &actor).await?;
    write_people(&file, &people)?;
    Ok(people)
}

async fn save_queues_and_policy(services: &Services, actor: &Actor) -> Result<(), DemoError> {
    for queue in parse::<Vec<Queue>>(QUEUES)? {
        services.save_queue(actor, &queue).await.map_err(Fault::from)?;
    }
    let page = services.list_policies(actor, &PageRequest::first(1)).await.map_err(Fault::from)?;
    if page.items.first().is_some_and(|newest| newest.version > 1) {
        return Ok(());
    }
    set_guardrail(services, actor).await?;
    let document = policy_document()?;
    let json = serde_json::to_string_pretty(&document).map_err(|error| DemoError::Data(error.to_string()))?;
    let saved = services.save_policy(actor, &json, "Each label has its queue.").await.map_err(Fault::from)?;
    let reason = "The demo begins with it.";
    services.activate_policy(actor, saved.version, None, reason).await.map_err(Fault::from)?;
    Ok(())
}

/// Machines act only when the model is sure, whatever a later version of the policy says.
async fn set_guardrail(services: &Services, actor: &Actor) -> Result<(), DemoError> {
    let board = services.guardrail_board(actor).await.map_err(Fault::from)?;
    let form = GuardrailForm {
        id: "sure-machines".to_owned(),
        description: "Machines act only when the model is at least 70 % sure.".to_owned(),
        require: "confidence".to_owned(),
        amount: "0.7".to_owned(),
        ..GuardrailForm::default()
    };
    let reason = "The demo begins with it.";
    Ok(services.set_guardrail(actor, form, board.guardrails_revision, reason).await.map_err(Fault::from)?)
}

/// The default policy with two rules more: machines send copies of invoices, and refund after a person said yes.
fn policy_document() -> Result<PolicyDocument, DemoError> {
    let mut document = policy::default_document(parse(LABEL_QUEUES)?);
    let rule = |id: &str, description: &str, label: &str, destination| {
        let sure = Range { at_least: Some(Decimal::from_micros(700_000)), ..Range::default() };
        Rule {
            id: id.to_owned(),
            description: description.to_owned(),
            area: Some("billing".to_owned()),
            disabled: false,
            cells: BTreeMap::from([
                (ColumnFact::Label, Cell::AnyOf(vec![label.to_owned()])),
                (ColumnFact::Confidence, Cell::Range(sure)),
            ]),
            when: String::new(),
            then: Then { destination, priority: None, sla_minutes: None, skills: Vec::new(), note: None },
        }
    };
    if !document.columns.iter().any(|column| column.fact == ColumnFact::Label) {
        document.columns.insert(0, Column { fact: ColumnFact::Label, kind: None });
    }
    let sure = document.rules.iter().position(|rule| rule.id == "sure").unwrap_or(document.rules.len());
    let rules = [
        rule(
            "invoice-copies",
            "Somebody asks for a copy of an invoice, which the invoice bot sends.",
            "invoice_copy",
            Target::Automation { automation: "invoice-bot".to_owned() },
        ),
        rule(
            "refunds",
            "Somebody asks for money back: the refund bot may act after a person said yes.",
            "refund_request",
            Target::Approval {
                automation: "refund-bot".to_owned(),
                otherwise: "billing".to_owned(),
                terms: domain::decision::ApprovalTerms::default(),
            },
        ),
    ];
    document.rules.splice(sure..sure, rules);
    Ok(document)
}

async fn train(services: &Services, actor: &Actor) -> Result<(), DemoError> {
    if services.list_label_counts(actor).await.map_err(Fault::from)?.is_empty() {
        let mut reader = csv::Reader::from_reader(EXAMPLES.as_bytes());
        let examples = reader
            .deserialize()
            .map(|row| row.map(|Example { text, label }| (text, label)))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| DemoError::Data(error.to_string()))?;
        services.import_labels(actor, &examples).await.map_err(Fault::from)?;
    }
    let run = services.train(actor).await.map_err(Fault::from)?;
    match run.model_version {
        Some(version) => {
            services.promote(actor, version, false).await.map_err(Fault::from)?;
        }
        // Without a model the rules route alone, which the dashboard says: the demo still starts.
        None if run.state == RunState::Failed => {
            tracing::error!(run.message = run.message, "the demo model was not trained");
        }
        None => {}
    }
    Ok(())
}

#[derive(Deserialize)]
struct Example {
    text: String,
    label: String,
}

async fn submit(services: &Services, actor: &Actor) -> Result<(), DemoError> {
    let tasks =
        TASKS.lines().filter(|line| !line.trim().is_empty()).map(parse::<NewTask>).collect::<Result<Vec<_>, _>>()?;
    for result in services.submit_all(actor, tasks).await.map_err(Fault::from)? {
        result.map_err(Fault::from)?;
    }
    Ok(())
}

async fn add_people(services: &Services, actor: &Actor) -> Result<Vec<DemoPerson>, DemoError> {
    const PEOPLE: [(Role, &str); 4] = [
        (Role::Agent, "Ada Agent"),
        (Role::Supervisor, "Sam Supervisor"),
        (Role::Auditor, "Ines Auditor"),
        (Role::Administrator, "Max Administrator"),
    ];
    let mut people = Vec::new();
    for (role, name) in PEOPLE {
        let email = format!("{role}@demo.example");
        let known = services.lookup_user_by_email(actor, &email).await;
        let issued = match known {
            // An earlier start was interrupted before it could keep the password.
            Ok(user) => services.reset_password(actor, user.id).await,
            Err(_) => {
                services
                    .add_user(
                        actor,
                        NewUser { email: email.clone(), name: name.to_owned(), role, areas: String::new() },
                    )
                    .await
            }
        };
        people.push(DemoPerson { role, email, password: issued.map_err(Fault::from)?.password });
    }
    Ok(people)
}

fn read_people(file: &Path) -> Result<Vec<DemoPerson>, DemoError> {
    parse(&fs::read_to_string(file)?)
}

fn write_people(file: &Path, people: &[DemoPerson]) -> Result<(), DemoError> {
    let json = serde_json::to_string_pretty(people).map_err(|error| DemoError::Data(error.to_string()))?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(file)?;
    out.write_all(json.as_bytes())?;
    Ok(out.sync_all()?)
}

fn parse<T: for<'de> Deserialize<'de>>(json: &str) -> Result<T, DemoError> {
    serde_json::from_str(json).map_err(|error| DemoError::Data(error.to_string()))
}
