//! Headers that keep pages safe: a content security policy with a nonce per response, and the usual rest.

use std::sync::LazyLock;

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use service::ports::Entropy;

use crate::{clock::SystemEntropy, http::DOCS_PATH};

/// The nonce of one response; the page's scripts carry it.
#[derive(Debug, Clone)]
pub struct PageNonce(pub String);

/// Where `cargo leptos watch` tells the page to load again; empty everywhere else.
static RELOAD_SOCKET: LazyLock<String> = LazyLock::new(reload_socket);

#[expect(clippy::disallowed_methods, reason = "cargo-leptos speaks to the program it starts by these variables alone")]
fn reload_socket() -> String {
    match (std::env::var("LEPTOS_WATCH"), std::env::var("LEPTOS_RELOAD_PORT")) {
        (Ok(_), Ok(port)) => format!(" ws://127.0.0.1:{port}"),
        _ => String::new(),
    }
}

/// Mints the nonce, runs the request, and sends the headers. Responses that set a policy of their own keep it.
pub async fn headers(mut request: Request, next: Next) -> Response {
    let mut bytes = [0_u8; 18];
    SystemEntropy.fill(&mut bytes);
    let nonce = STANDARD_NO_PAD.encode(bytes);
    request.extensions_mut().insert(PageNonce(nonce.clone()));
    let private = !is_asset(request.uri().path());
    // Swagger UI writes styles into its page, which shows nothing but the API's description.
    let styles = if request.uri().path().starts_with(DOCS_PATH) { "'self' 'unsafe-inline'" } else { "'self'" };
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let reload = &*RELOAD_SOCKET;
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src {styles}; img-src 'self' data:; \
         connect-src 'self'{reload}; font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    if let Ok(value) = HeaderValue::from_str(&policy) {
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(value);
    }
    let fixed: [(HeaderName, &str); 6] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Pages and answers hold people's data: no cache keeps them. Assets are asked for anew and mostly answered with 304.
    let cache = if private { "no-store" } else { "no-cache" };
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(cache));
    response
}

/// Whether a path is a file that is the same for everybody.
#[must_use]
pub fn is_asset(path: &str) -> bool {
    path.starts_with("/pkg/") || matches!(path, "/favicon.svg" | "/robots.txt")
}
