//! A task answered 201 is never lost: the real binary is killed in the middle of a load and started again.

use std::{
    collections::HashSet,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::{Value, json};
use tokio::sync::Mutex;

/// Tasks acknowledged before the kill.
const ACKNOWLEDGED: usize = 400;
const CALLERS: usize = 16;
/// What no log may repeat.
const SECRET_BODY: &str = "my PIN is 4711-kiwi";

struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// Starts the binary and waits for the line that says it is ready; no clock is involved.
    fn start(data_dir: &Path, site: &Path) -> Self {
        let mut child = binary(data_dir)
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data_dir)
            .env("SWITCHYARD_SITE_DIR", site)
            .env("SWITCHYARD_LOG_FILTER", "debug")
            .stdout(Stdio::piped())
            .stderr(std::fs::OpenOptions::new().create(true).append(true).open(log_of(data_dir)).expect("a log file"))
            .spawn()
            .expect("the binary starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let ready = lines.find_map(|line| line.ok()?.strip_prefix("Switchyard is ready at ").map(str::to_owned));
        Self { address: ready.expect("it says that it is ready"), child }
    }
}

/// Where a server of this directory logs.
fn log_of(data_dir: &Path) -> PathBuf {
    data_dir.with_extension("log")
}

fn binary(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchyard"));
    command.current_dir(data_dir);
    command
}

fn create_key(data_dir: &Path) -> String {
    let output = binary(data_dir)
        .args(["api-key", "create", "--name", "crash", "--scope", "tasks:write,tasks:read", "--json", "--data-dir"])
        .arg(data_dir)
        .output()
        .expect("the binary runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    answer["key"].as_str().expect("a key").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_task_survives_a_kill_in_the_middle_of_a_load() {
    let directory = tempfile::tempdir().unwrap();
    let (data_dir, site) = (directory.path().join("data"), directory.path().join("site"));
    std::fs::create_dir_all(site.join("pkg")).unwrap();
    std::fs::create_dir_all(&data_dir).unwrap();
    std::fs::write(site.join("pkg/switchyard.js"), "").unwrap();
    let key = create_key(&data_dir);
    let mut server = Server::start(&data_dir, &site);

    let client = reqwest::Client::new();
    let acknowledged: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
    let next = Arc::new(AtomicUsize::new(0));
    let enough = Arc::new(tokio::sync::Notify::new());
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let (client, key, url) = (client.clone(), key.clone(), format!("{}/api/v1/tasks", server.address));
            let (acknowledged, next, enough) = (Arc::clone(&acknowledged), Arc::clone(&next), Arc::clone(&enough));
            tokio::spawn(async move {
                // Each caller goes on until the server is gone.
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let request = client
                        .post(&url)
                        .bearer_auth(&key)
                        .header("Idempotency-Key", format!("crash-{number}"))
                        .json(&json!({ "subject": format!("Task {number}"), "body": SECRET_BODY }));
                    let Ok(response) = request.send().await else { return };
                    if response.status() != 201 {
                        return;
                    }
                    let Ok(answer) = response.json::<Value>().await else { return };
                    let mut acknowledged = acknowledged.lock().await;
                    acknowledged.push((number.to_string(), answer["task_id"].as_str().unwrap().to_owned()));
                    if acknowledged.len() >= ACKNOWLEDGED {
                        enough.notify_one();
                    }
                }
            })
        })
        .collect();
    enough.notified().await;
    server.child.kill().expect("kill -9");
    server.child.wait().unwrap();
    for caller in callers {
        caller.await.unwrap();
    }

    let mut server = Server::start(&data_dir, &site);
    let acknowledged = acknowledged.lock().await;
    assert!(acknowledged.len() >= ACKNOWLEDGED);
    for (number, id) in acknowledged.iter() {
        let task: Value = client
            .get(format!("{}/api/v1/tasks/{id}", server.address))
            .bearer_auth(&key)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(task["task"]["subject"], format!("Task {number}"), "{task}");
        assert_eq!(task["task"]["state"], "queued");
    }

    // Whoever was not answered asks again with the same key, and no task is there twice.
    let sent = next.load(Ordering::Relaxed);
    for number in 0..sent {
        let response = client
            .post(format!("{}/api/v1/tasks", server.address))
            .bearer_auth(&key)
            .header("Idempotency-Key", format!("crash-{number}"))
            .json(&json!({ "subject": format!("Task {number}"), "body": SECRET_BODY }))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 201);
    }
    let mut seen = HashSet::new();
    let mut after = String::new();
    loop {
        let url = format!("{}/api/v1/tasks?limit=200{after}", server.address);
        let page: Value = client.get(url).bearer_auth(&key).send().await.unwrap().json().await.unwrap();
        for item in page["items"].as_array().unwrap() {
            assert!(seen.insert(item["subject"].as_str().unwrap().to_owned()), "twice: {item}");
        }
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), sent);
    server.child.kill().unwrap();
    server.child.wait().unwrap();

    let verified = binary(&data_dir).args(["audit", "verify", "--data-dir"]).arg(&data_dir).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));

    let log = std::fs::read_to_string(log_of(&data_dir)).unwrap();
    assert!(log.contains("/api/v1/tasks"), "the log says what was asked");
    let secret = key.split_once('.').unwrap().1;
    for hidden in [SECRET_BODY, "Task 17", secret] {
        assert!(!log.contains(hidden), "the log repeats {hidden}");
    }
}
