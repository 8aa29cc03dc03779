//! Policies as files: checked, tested, compared, brought in and out, and tried on the past, by the real binary.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use domain::{
    Queue, QueueKind,
    simulation::{HistoryCase, SimulationReport},
};
use serde_json::{Value, json};
use service::PolicyError;
use tempfile::TempDir;

use crate::support::{Floor, onnxruntime};

/// What a run of the binary came to.
#[derive(Debug)]
struct Run {
    code: Option<i32>,
    out: String,
    error: String,
}

impl Run {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

fn policy(arguments: &[&str]) -> Run {
    policy_with(arguments, "")
}

/// Runs `switchyard policy` with something on its standard input.
fn policy_with(arguments: &[&str], input: &str) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchyard"));
    command.arg("policy").args(arguments).env("ORT_DYLIB_PATH", onnxruntime());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code(), out: text(output.stdout), error: text(output.stderr) }
}

/// A folder of files, as a repository of policies is.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, content: &impl ToString) -> String {
        std::fs::write(PathBuf::from(self.path(name)), content.to_string()).unwrap();
        self.path(name)
    }
}

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(path)).unwrap()
}

/// A rule on the subject's words.
fn rule(id: &str, word: &str, queue: &str) -> Value {
    json!({
        "id": id,
        "description": format!("Tasks about {word}."),
        "when": format!("contains_any(task.subject, [\"{word}\"])"),
        "then": { "destination": { "kind": "queue", "queue": queue } },
    })
}

fn document(rules: &[Value]) -> Value {
    json!({
        "schema": 2,
        "rules": rules,
        "otherwise": { "destination": { "kind": "queue", "queue": "triage" } },
    })
}

fn example(name: &str, subject: &str, queue: &str) -> Value {
    json!({
        "name": name,
        "facts": { "task": { "subject": subject, "body": "" }, "now": "2026-11-02T09:00:00Z" },
        "expect": { "destination": { "kind": "queue", "queue": queue } },
    })
}

async fn floor() -> Floor {
    let floor = Floor::open().await;
    for name in ["billing", "legal"] {
        let (name, title) = (name.to_owned(), name.to_owned());
        let queue = Queue { name, title, purpose: String::new(), kind: QueueKind::People, sla_minutes: 60 };
        floor.services.save_queue(&floor.system, &queue).await.unwrap();
    }
    floor
}

#[test]
fn a_document_is_checked_without_a_workspace() {
    let folder = Folder::new();
    let good = folder.write("good.json", &document(&[rule("bill", "invoice", "nobody-knows-it")]));
    let said = policy(&["check", "--offline", &good]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.starts_with("The document is legal.\n"), "{said:?}");
    assert!(said.out.contains("was not checked"), "{said:?}");

    let mut wrong = rule("bill", "invoice", "billing");
    wrong["when"] = json!("taks.subject == \"x\"");
    let wrong = folder.write("wrong.json", &document(&[wrong]));
    let said = policy(&["check", "--offline", &wrong]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.out.contains("wrong.json: error: rule bill, when line 1 column 1: "), "{said:?}");
    let said = policy(&["check", "--offline", "--json", &wrong]);
    assert_eq!((said.code, said.json()[0]["severity"].as_str()), (Some(1), Some("error")));

    assert_eq!(policy(&["check", "--offline", "--data-dir", "x", &good]).code, Some(2));
    assert_eq!(policy(&["check", "--offline", &folder.path("none.json")]).code, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warning_fails_only_when_it_is_said() {
    let (floor, folder) = (floor().await, Folder::new());
    let here = floor.data_dir().to_str().unwrap();
    floor.services.import_labels(&floor.system, &[("Pay up".to_owned(), "invoices".to_owned())]).await.unwrap();
    let mut misspelt = rule("bill", "invoice", "billing");
    misspelt["when"] = json!("classification.label == \"invoces\"");
    let file = folder.write("misspelt.json", &document(&[misspelt]));
    let said = policy(&["check", "--json", &file, "--data-dir", here]);
    assert_eq!((said.code, said.json()[0]["severity"].as_str()), (Some(0), Some("warning")), "{said:?}");
    let said = policy(&["check", "--strict", &file, "--data-dir", here]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.out.contains("misspelt.json: warning: rule bill, when ") && said.out.contains("1 warning"),
        "{said:?}"
    );
    let said = policy(&["check", "--strict", "--offline", &file]);
    assert_eq!(said.code, Some(0), "which labels there are is not known: {said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_checked_against_the_queues_of_a_workspace() {
    let (floor, folder) = (floor().await, Folder::new());
    let here = floor.data_dir().to_str().unwrap();
    let known = folder.write("known.json", &document(&[rule("bill", "invoice", "billing")]));
    let said = policy(&["check", &known, "--data-dir", here]);
    assert_eq!((said.code, said.out.as_str()), (Some(0), "The document is legal.\n"), "{said:?}");
    let unknown = folder.write("unknown.json", &document(&[rule("bill", "invoice", "nowhere")]));
    let said = policy(&["check", &unknown, "--data-dir", here]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.out.contains("there is no queue `nowhere`"), "{said:?}");
}

#[test]
fn examples_that_do_not_hold_fail_the_test() {
    let folder = Folder::new();
    let mut tested = document(&[rule("bill", "invoice", "billing")]);
    tested["examples"] = json!([example("an-invoice", "An invoice", "billing"), example("a-chat", "Hello", "triage")]);
    let good = folder.write("good.json", &tested);
    let said = policy(&["test", &good]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(said.out, "ok      an-invoice\nok      a-chat\n2 examples hold.\n");

    tested["examples"][1] = example("a-chat", "Hello", "billing");
    let bad = folder.write("bad.json", &tested);
    let said = policy(&["test", &bad]);
    assert_eq!(said.code, Some(1), "{said:?}");
    let failed = "FAILED  a-chat: expected destination queue billing and got queue triage\n";
    assert!(said.out.contains(failed) && said.out.ends_with("1 of 2 examples does not hold.\n"), "{said:?}");
    let said = policy(&["test", "--json", &bad]);
    let holds: Vec<_> = said.json().as_array().unwrap().iter().map(|tested| tested["holds"].clone()).collect();
    assert_eq!((said.code, holds), (Some(1), vec![json!(true), json!(false)]));

    let none = folder.write("none.json", &document(&[]));
    let said = policy(&["test", &none]);
    assert_eq!((said.code, said.out.as_str()), (Some(0), "It has no examples.\n"));
    let broken = folder.write("broken.json", &"{ \"schema\": 2 }");
    let said = policy(&["test", &broken]);
    assert_eq!(said.code, Some(1));
    assert!(said.error.contains("broken.json is no legal document"), "{said:?}");
}

#[test]
fn documents_are_compared_by_rule_and_field() {
    let folder = Folder::new();
    let (bill, law) = (rule("bill", "invoice", "billing"), rule("law", "lawyer", "legal"));
    let before = folder.write("before.json", &document(std::slice::from_ref(&bill)));
    let same = folder.write("same.json", &format!("{:#}", document(&[bill])));
    let after = folder.write("after.json", &document(&[rule("bill", "invoice", "legal"), law]));
    let said = policy(&["diff", &before, &same]);
    assert_eq!((said.code, said.out.as_str()), (Some(0), "The documents say the same.\n"), "{said:?}");

    let said = policy(&["diff", &before, &after]);
    assert_eq!(said.code, Some(1), "{said:?}");
    let expected = "~ rule bill (changed)\n    destination: queue billing → queue legal\n+ rule law (added)\n";
    assert!(said.out.starts_with(expected), "{said:?}");
    let said = policy(&["diff", "--json", &before, &after]);
    assert_eq!((said.code, said.json()[1]["kind"].as_str()), (Some(1), Some("added")));

    let broken = folder.write("broken.json", &"nothing");
    let said = policy(&["diff", &before, &broken]);
    assert_eq!(said.code, Some(2), "a file that is no document is told from one that differs: {said:?}");
    assert!(said.error.contains("this is not JSON"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_goes_out_comes_back_as_the_same_document() {
    let (floor, folder) = (floor().await, Folder::new());
    let here = floor.data_dir().to_str().unwrap();
    let mut given = document(&[rule("bill", "invoice", "billing")]);
    given["examples"] = json!([example("an-invoice", "An invoice", "billing")]);
    let file = folder.write("policy.json", &given);
    let said = policy(&["import", &file, "--note", "From Git", "--activate", "--reason", "Merged", "--data-dir", here]);
    assert_eq!((said.code, said.out.as_str()), (Some(0), "Saved as v2.\nv2 decides now.\n"), "{said:?}");
    let active = floor.services.lookup_active_policy(&floor.system).await.unwrap().unwrap();
    assert_eq!((active.version, active.note.as_str()), (2, "From Git"));

    let out = folder.path("out.json");
    let said = policy(&["export", "--output", &out, "--data-dir", here]);
    assert_eq!(said.out, format!("The document of v2 is in {out}.\n"), "{said:?}");
    let said = policy(&["import", &out, "--note", "Again", "--data-dir", here]);
    assert_eq!((said.code, said.out.as_str()), (Some(0), "Saved as v3.\n"), "{said:?}");
    let said = policy(&["export", "v3", "--data-dir", here]);
    assert_eq!(said.out, read(&out), "{said:?}");
    assert!(said.out.ends_with("}\n"));
    assert_eq!(policy(&["diff", &file, &out]).code, Some(0));

    let listed = policy(&["list", "--json", "--data-dir", here]).json();
    let stages: Vec<_> = listed.as_array().unwrap().iter().map(|version| version["stage"].as_str().unwrap()).collect();
    assert_eq!(stages, ["draft", "active", "retired"]);
    let said = policy(&["list", "--data-dir", here]);
    assert!(said.out.lines().nth(1).is_some_and(|line| line.starts_with("v3 ") && line.ends_with("Again")), "{said:?}");

    let refused = folder.write("refused.json", &document(&[rule("bill", "invoice", "nowhere")]));
    let said = policy(&["import", &refused, "--note", "No", "--data-dir", here]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.out.contains("there is no queue `nowhere`"), "{said:?}");
    assert_eq!(policy(&["export", "4", "--data-dir", here]).code, Some(1), "nothing was saved");
    assert_eq!(policy(&["import", &file, "--note", "x", "--activate", "--data-dir", here]).code, Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_decisions_gives_what_the_workspace_gives() {
    let (floor, folder) = (floor().await, Folder::new());
    for subject in ["An invoice", "My lawyer", "An invoice from my lawyer", "Hello", "Another invoice"] {
        floor.submit(subject).await;
    }
    let here = floor.data_dir().to_str().unwrap();
    let draft =
        folder.write("draft.json", &document(&[rule("bill", "invoice", "billing"), rule("law", "lawyer", "legal")]));
    let history = folder.path("history.jsonl");
    let said = policy(&["history", "--output", &history, "--data-dir", here]);
    assert_eq!(said.out, format!("Wrote 5 decisions to {history}.\n"), "{said:?}");
    let piped = policy(&["history", "--most", "2", "--output", "-", "--data-dir", here]).out;
    assert_eq!(piped.lines().collect::<Vec<_>>(), read(&history).lines().take(2).collect::<Vec<_>>());
    // Decisions of one millisecond have no order of their own but that of their identifiers.
    let ids: Vec<String> = read(&history)
        .lines()
        .map(|line| serde_json::from_str::<HistoryCase>(line).unwrap().decision_id.to_string())
        .collect();
    assert!(ids.is_sorted_by(|newer, older| newer > older), "the newest first: {ids:?}");

    let report = |run: Run| serde_json::from_value::<SimulationReport>(run.json()).unwrap();
    let workspace = report(policy(&["simulate", &draft, "--json", "--data-dir", here]));
    let file = report(policy(&["simulate", &draft, "--json", "--history", &history]));
    let input = report(policy_with(&["simulate", &draft, "--json", "--history", "-"], &read(&history)));
    assert_eq!((workspace.decisions, file.decisions), (5, 5));
    assert_eq!(file.flows, workspace.flows);
    assert_eq!((&input.flows, input.changed), (&file.flows, workspace.changed));
    let counts: Vec<u64> = file.flows.iter().filter(|flow| flow.from != flow.to).map(|flow| flow.count).collect();
    assert_eq!(counts.iter().sum::<u64>(), 4, "{:?}", file.flows);

    let said = policy(&["simulate", &draft, "--history", &history]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.starts_with("Of 5 decisions of ") && said.out.contains(", 4 (80.0 %, "), "{said:?}");
    for part in [
        "queue triage  queue billing  3",
        "Expected error",
        "mean wait (min)",
        "What this cannot know:",
        "come from a file",
    ] {
        assert!(said.out.contains(part), "{part}: {}", said.out);
    }
    let one = policy(&["simulate", &draft, "--most", "1", "--data-dir", here]);
    assert!(one.out.starts_with("Of 1 decision of "), "{one:?}");
    let many = floor.services.list_history(&floor.system, None, 5_001).await;
    assert!(matches!(many, Err(PolicyError::Invalid(_))), "there is a limit to what is read at once: {many:?}");
}

#[test]
fn a_bad_line_of_history_is_named() {
    let folder = Folder::new();
    let draft = folder.write("draft.json", &document(&[]));
    let case = json!({
        "decision_id": "dec_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "task_id": "task_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "facts": { "task": { "subject": "x", "body": "" }, "now": "2026-11-02T09:00:00Z" },
        "policy_version": 1,
        "destination": { "kind": "close" },
    });
    let history = folder.write("history.jsonl", &format!("{case}\n\n{{\"decision_id\": 7}}\n"));
    let said = policy(&["simulate", &draft, "--history", &history]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.error.starts_with(&format!("error: {history}:3: column ")), "{said:?}");
    let history = folder.write("twice.jsonl", &format!("{case}\n{case}\n"));
    let said = policy(&["simulate", &draft, "--history", &history]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.error.contains(":2: the decision ") && said.error.contains(" came before"), "{said:?}");
    let empty = folder.write("empty.jsonl", &"");
    let said = policy(&["simulate", &draft, "--history", &empty]);
    assert_eq!((said.code, said.out.as_str()), (Some(0), "There is no decision to make again.\n"), "{said:?}");
    assert_eq!(policy(&["simulate", &draft, "--most", "0", "--history", &empty]).code, Some(2));
}
