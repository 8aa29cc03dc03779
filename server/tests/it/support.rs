//! A whole server in the test's own process: the real router over a real database in a temporary directory.

use std::{path::PathBuf, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, Response, StatusCode, header},
};
use domain::{Actor, CorrectionRequest, NewTask, NewUser, Role, Scope, TaskId, Timestamp};
use serde_json::Value;
use server::{
    clock::{SystemClock, SystemEntropy},
    config::{Config, Flags},
    serve::{WebOptions, router},
    workshop::{EncoderSource, ModelSources, Workshop},
    workspace,
};
use service::{Background, Parts, Services, Settings, ports::Clock};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

const PASSWORD: &str = "correct horse battery";

/// A running server without a socket.
pub(crate) struct Floor {
    pub services: Services,
    pub router: Router,
    pub system: Actor,
    /// Ends streams, as a stopping server does.
    pub stopping: CancellationToken,
    _background: Background,
    directory: tempfile::TempDir,
}

/// A clock that is so many minutes ahead of the system's.
struct Ahead(i64);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus_minutes(self.0)
    }
}

/// A second server on the same data directory.
pub(crate) struct Beside {
    pub services: Services,
    system: Actor,
    _background: Background,
}

impl Beside {
    /// Submits a task of one line.
    pub(crate) async fn submit(&self, subject: &str) -> domain::Receipt {
        let new = NewTask { subject: subject.to_owned(), ..NewTask::default() };
        self.services.submit(&self.system, new, None).await.unwrap()
    }
}

/// What a call answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Floor {
    /// An empty workspace with the default policy.
    pub(crate) async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    /// An empty workspace with settings of the test's own.
    pub(crate) async fn open_with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::open_with_encoder(None, change).await
    }

    /// As [`Self::open_with`], and with a sentence encoder.
    pub(crate) async fn open_with_encoder(encoder: Option<EncoderSource>, change: impl FnOnce(&mut Settings)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let config = Config::merge(None, [], &Flags::default()).unwrap();
        let mut settings = config.settings();
        change(&mut settings);
        let (services, background) =
            workspace::open(directory.path(), config.store(), settings, models(encoder)).await.unwrap();
        let stopping = CancellationToken::new();
        let options = WebOptions {
            site: directory.path().to_owned(),
            uploads: workspace::uploads_dir(directory.path()),
            secure_cookies: false,
            stopping: stopping.clone(),
        };
        let router = router(&services, &options);
        let system = Actor::system("test");
        Self { services, router, system, stopping, _background: background, directory }
    }

    /// Another server on the same data directory, whose clock is so many minutes ahead.
    pub(crate) async fn beside(&self, minutes_ahead: i64, change: impl FnOnce(&mut Settings)) -> Beside {
        let config = Config::merge(None, [], &Flags::default()).unwrap();
        let mut settings = config.settings();
        change(&mut settings);
        let path = self.directory.path();
        let parts = Parts {
            store: Arc::new(workspace::open_store(path, config.store()).await.unwrap()),
            clock: Arc::new(Ahead(minutes_ahead)),
            entropy: Arc::new(SystemEntropy),
            workshop: Arc::new(Workshop::new(workspace::models_dir(path), models(None))),
            settings,
        };
        let (services, background) = Services::start(parts).await.unwrap();
        Beside { services, system: self.system.clone(), _background: background }
    }

    /// Submits a task of one line.
    pub(crate) async fn submit(&self, subject: &str) -> domain::Receipt {
        let new = NewTask { subject: subject.to_owned(), ..NewTask::default() };
        self.services.submit(&self.system, new, None).await.unwrap()
    }

    /// Has somebody say what a task is, or that the model is right, and resolves it.
    pub(crate) async fn work(&self, id: TaskId, label: Option<&str>) {
        let task = self.services.claim(&self.system, id, None).await.unwrap();
        let token = task.last_token;
        if let Some(label) = label {
            let reason = "It is about that.".to_owned();
            let request = CorrectionRequest { label: Some(label.to_owned()), priority: None, queue: None, reason };
            self.services.correct(&self.system, id, token, request).await.unwrap();
        }
        self.services.resolve(&self.system, id, token, None).await.unwrap();
    }

    /// The data directory.
    pub(crate) fn data_dir(&self) -> &std::path::Path {
        self.directory.path()
    }

    /// The router's answer.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    /// A key with these scopes, as `Authorization` wants it.
    pub(crate) async fn bearer(&self, scopes: &[Scope]) -> String {
        let issued = self.services.create_api_key(&self.system, "test", scopes, "").await.unwrap();
        format!("Bearer {}", issued.secret)
    }

    /// Adds a person with this name in the address.
    pub(crate) async fn person(&self, name: &str, role: Role) -> Actor {
        let email = format!("{name}@example.com");
        let new = NewUser { email, name: name.to_uppercase(), role, areas: String::new() };
        let user = self.services.add_user_with_password(&self.system, new, PASSWORD).await.unwrap();
        Actor::user(user.id, user.name, role)
    }

    /// The acts on a task, oldest first.
    pub(crate) async fn acts(&self, task: TaskId) -> Vec<String> {
        let events = self.services.list_audit_of(&self.system, &task.to_string()).await.unwrap();
        events.into_iter().map(|event| event.action).collect()
    }

    /// Adds a person and answers the cookie of a session.
    pub(crate) async fn cookie(&self, role: Role) -> String {
        let email = format!("{role}@example.com");
        let new = NewUser { email: email.clone(), name: format!("The {role}"), role, areas: String::new() };
        self.services.add_user_with_password(&self.system, new, PASSWORD).await.unwrap();
        self.sign_in(&email, PASSWORD).await.expect("signed in")
    }

    /// Signs in through the form and answers the cookie.
    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Option<String> {
        let body = format!("email={}&password={}", encode(email), encode(password));
        let answer = self.send(form("/fn/sign_in", None, body)).await;
        let cookies = answer.headers.get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap());
        let session = cookies.filter_map(|cookie| cookie.split(';').next()).find(|cookie| !cookie.starts_with("look="));
        session.filter(|cookie| !cookie.is_empty()).map(str::to_owned)
    }

    /// Calls the REST API with a key.
    pub(crate) async fn call(&self, method: Method, path: &str, bearer: &str, body: Option<Value>) -> Answer {
        let request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, bearer);
        let request = match body {
            Some(body) => {
                request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())).unwrap()
            }
            None => request.body(Body::empty()).unwrap(),
        };
        self.send(request).await
    }
}

pub(crate) async fn read(response: Response<Body>) -> Answer {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 64 * 1024 * 1024).await.unwrap().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

/// A form as the page's script sends it: the answer comes as JSON and not as a redirect.
pub(crate) fn form(path: &str, cookie: Option<&str>, body: String) -> Request<Body> {
    let mut request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json");
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    request.body(Body::from(body)).unwrap()
}

/// A form with files, as a browser sends it: each part with its name, the file's name and the content.
pub(crate) fn multipart(
    path: &str,
    cookie: &str,
    accept: &str,
    parts: &[(&str, Option<&str>, &[u8])],
) -> Request<Body> {
    const BOUNDARY: &str = "----a-boundary-that-no-file-holds";
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    Request::post(path)
        .header(header::COOKIE, cookie)
        .header(header::ACCEPT, accept)
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
        .body(Body::from(body))
        .unwrap()
}

/// Percent-encodes a form's value.
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// What models run on in tests.
pub(crate) fn models(encoder: Option<EncoderSource>) -> ModelSources {
    let program = Some(env!("CARGO_BIN_EXE_switchyard").into());
    ModelSources { onnxruntime: Some(onnxruntime()), encoder, program }
}

/// Where the Makefile puts ONNX Runtime.
#[expect(clippy::disallowed_methods, reason = "a test has no configuration")]
pub(crate) fn onnxruntime() -> PathBuf {
    let path = std::env::var_os("ORT_DYLIB_PATH").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/onnxruntime/libonnxruntime.so"),
        PathBuf::from,
    );
    assert!(path.exists(), "ONNX Runtime is not at {}; `make test` puts it there", path.display());
    path
}

/// Three labels that nobody mixes up.
pub(crate) fn examples() -> Vec<(String, String)> {
    let topics = [
        ("weather", ["rain", "sunshine", "storm", "snow", "clouds", "wind", "frost", "fog"]),
        ("kitchen", ["bread", "butter", "soup", "salad", "cheese", "noodles", "pepper", "flour"]),
        ("music", ["violin", "piano", "trumpet", "chorus", "rhythm", "melody", "concert", "drums"]),
    ];
    let mut examples = Vec::new();
    for (label, words) in topics {
        for first in words {
            for second in words {
                examples.push((format!("{first} and {second} today"), label.to_owned()));
            }
        }
    }
    examples
}
