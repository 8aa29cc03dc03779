//! The whole router, and the life of the server around it.

use std::{future::Future, io, net::SocketAddr, path::PathBuf, time::Duration};

use axum::{
    Extension, Router,
    body::{Body, HttpBody},
    extract::Request,
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use domain::Fault;
use leptos::{config::LeptosOptions, context::provide_context, nonce::Nonce};
use leptos_axum::{LeptosRoutes, generate_route_list};
use service::Services;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, csrf::CsrfLayer, limit::RequestBodyLimitLayer,
    services::ServeDir, trace::TraceLayer,
};

use crate::{
    auth, http,
    http::{problem::Problem, upload::UploadDir},
    security::{self, PageNonce},
    session,
};

/// Largest form, in bytes: a policy document of the largest size, each byte of which may take three.
const MAX_FORM_BYTES: usize = 3 * domain::policy::MAX_DOCUMENT_BYTES;
/// Longest time until a response begins.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest time until the response to a form with files begins.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(10 * 60);
/// How long open connections may go on after the server was asked to stop.
const GRACE: Duration = Duration::from_secs(10);

/// What the router needs besides the services.
#[derive(Debug, Clone)]
pub struct WebOptions {
    /// Directory of the built site, which holds `pkg/`.
    pub site: PathBuf,
    /// Directory for files that people send, while they are looked at.
    pub uploads: PathBuf,
    /// Whether cookies are kept off plain HTTP.
    pub secure_cookies: bool,
    /// Ends streams when the server stops.
    pub stopping: CancellationToken,
}

/// Every route with every layer.
pub fn router(services: &Services, options: &WebOptions) -> Router {
    let leptos_options = LeptosOptions::builder()
        .output_name("switchyard")
        .site_root(options.site.to_string_lossy().into_owned())
        .site_pkg_dir("pkg")
        .build();
    let routes = generate_route_list(app::App);
    let context = {
        let services = services.clone();
        move || {
            provide_context(services.clone());
            // The header is sent from the same value, which the request carries since before the page.
            if let Some(nonce) = leptos::context::use_context::<axum::http::request::Parts>()
                .and_then(|parts| parts.extensions.get::<PageNonce>().cloned())
            {
                provide_context(Nonce::from_value(nonce.0));
            }
        }
    };
    let shell_options = leptos_options.clone();
    let pages = Router::new()
        .leptos_routes_with_context(&leptos_options, routes, context.clone(), move || app::shell(shell_options.clone()))
        .fallback(leptos_axum::file_and_error_handler_with_context::<LeptosOptions, _>(context, app::shell))
        .with_state(leptos_options)
        .layer(RequestBodyLimitLayer::new(MAX_FORM_BYTES));
    let assets = ServeDir::new(options.site.join("pkg")).precompressed_br().precompressed_gzip();

    Router::new()
        .nest_service("/pkg", assets)
        .merge(http::api(services.clone()).0)
        .merge(pages)
        .layer(middleware::from_fn_with_state(services.clone(), auth::authenticate))
        .layer(session::layer(services, options.secure_cookies))
        .layer(CsrfLayer::new())
        .layer(Extension(options.stopping.clone()))
        .layer(Extension(UploadDir(options.uploads.clone())))
        .layer(middleware::from_fn(security::headers))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(limit_time))
        .layer(middleware::map_response(explain))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(TraceLayer::new_for_http().make_span_with(span))
}

/// Ends what takes too long. Files may take longer to arrive than anything else.
async fn limit_time(request: Request, next: Next) -> Response {
    let limit = if http::takes_files(request.uri().path()) { UPLOAD_TIMEOUT } else { RESPONSE_TIMEOUT };
    tokio::time::timeout(limit, next.run(request))
        .await
        .unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
}

/// A span without the query, which may hold what people searched for.
fn span(request: &Request<Body>) -> tracing::Span {
    tracing::info_span!("request", http.method = %request.method(), http.path = request.uri().path())
}

/// Layers refuse with a status alone; whoever called hears why.
async fn explain(response: Response) -> Response {
    if response.body().size_hint().exact() != Some(0) {
        return response;
    }
    let fault = match response.status() {
        StatusCode::FORBIDDEN => Fault::Forbidden,
        StatusCode::SERVICE_UNAVAILABLE => {
            Fault::Unavailable { message: "The answer took too long; try again.".to_owned() }
        }
        _ => return response,
    };
    let (parts, _) = response.into_parts();
    let mut explained = Problem::from(fault).into_response();
    for (name, value) in &parts.headers {
        explained.headers_mut().entry(name).or_insert_with(|| value.clone());
    }
    explained
}

#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
fn panicked(cause: Box<dyn std::any::Any + Send>) -> Response {
    let cause = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    tracing::error!(panic.cause = cause, "a request handler panicked");
    Problem::from(Fault::Internal { reference: "panic".to_owned() }).into_response()
}

/// Serves until `stop` resolves, then refuses new connections and finishes the open ones.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stopping: CancellationToken,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let stopped = stopping.clone();
    let server = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(async move {
            stop.await;
            tracing::info!("stopping: what was accepted is finished first");
            stopped.cancel();
        });
    let deadline = async {
        stopping.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        result = server => result,
        () = deadline => {
            tracing::warn!("connections were still open after the grace time");
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    #[tokio::test]
    async fn an_answer_that_took_too_long_says_so() {
        let refused = StatusCode::SERVICE_UNAVAILABLE.into_response();
        let explained = explain(refused).await;
        assert_eq!(explained.status(), StatusCode::SERVICE_UNAVAILABLE);
        let body = to_bytes(explained.into_body(), 4096).await.unwrap();
        assert!(String::from_utf8_lossy(&body).contains("took too long"));
        let own = explain((StatusCode::FORBIDDEN, "a page of its own").into_response()).await;
        assert_eq!(to_bytes(own.into_body(), 4096).await.unwrap(), "a page of its own");
    }
}
