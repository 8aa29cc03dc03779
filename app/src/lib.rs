//! The pages of Switchyard: drawn on the server, then alive in the browser.
//!
//! This crate never opens a database, keeps state of its own or decides who may do what: its server functions call the
//! use cases of `service`, and its pages show what these answer. It builds for the server (feature `ssr`) and for the
//! browser (feature `hydrate`).

#![expect(
    unreachable_pub,
    reason = "`#[component]` makes a public type of each component's properties, also in private modules"
)]
#![expect(clippy::needless_pass_by_value, reason = "a component owns its properties, whether or not it uses them up")]

pub mod api;
pub mod components;
pub mod error;
pub mod pages;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

#[cfg(feature = "ssr")]
pub use api::server_function_paths;
use components::Layout;
use pages::{
    account::AccountPage,
    approvals::ApprovalsPage,
    dead_letters::DeadLettersPage,
    decisions::{DecisionPage, DecisionsPage},
    escalations::EscalationsPage,
    guardrails::GuardrailsPage,
    home::HomePage,
    labels::{
        AgreementPage, DatasetPage, DatasetsPage, DisputesPage, ImportsPage, LabelPage, LabelSetPage, LabelsPage,
        SortPage, SuspiciousPage, UnsurePage,
    },
    models::{AutomationPage, CasesPage, DriftPage, ModelPage, ModelsPage},
    not_found::NotFoundPage,
    notices::NoticesPage,
    overview::OverviewPage,
    people::{KeysPage, PeoplePage},
    policies::{PoliciesPage, PolicyPage, PolicyRolloutPage, PolicySimulationPage},
    sign_in::SignInPage,
    task::TaskPage,
    work::{WorkPage, WorkspaceLayout},
};

/// The document around the pages. The server draws it with the theme of the request's cookie, so that no script has to
/// run before the first paint.
#[cfg(feature = "ssr")]
#[must_use]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    use leptos_meta::{HashedStylesheet, MetaTags};
    let look = api::preferences::look_of_request();
    view! {
        <!DOCTYPE html>
        <html
            lang="en"
            data-theme=look.theme_name()
            data-density=look.density.as_str()
            data-list=look.list_width.to_string()
            data-focus=look.focus.then_some("")
        >
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <HashedStylesheet options=options.clone() id="leptos"/>
                <AutoReload options=options.clone()/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body class="antialiased">
                <App/>
            </body>
        </html>
    }
}

/// Every page and its address. Each is drawn whole before it is sent, so that it has a true status and works without
/// JavaScript.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title text="Switchyard" formatter=|text| {
            if text == "Switchyard" { text } else { format!("{text} · Switchyard") }
        }/>
        <Router>
            <Routes fallback=|| view! { <NotFoundPage/> }>
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async/>
                <ParentRoute path=path!("") view=Layout ssr=SsrMode::Async>
                    <Route path=path!("/") view=HomePage ssr=SsrMode::Async/>
                    <ParentRoute path=path!("") view=WorkspaceLayout ssr=SsrMode::Async>
                        <Route path=path!("/work") view=WorkPage ssr=SsrMode::Async/>
                        <Route path=path!("/work/:queue") view=WorkPage ssr=SsrMode::Async/>
                        <Route path=path!("/aside") view=WorkPage ssr=SsrMode::Async/>
                        <Route path=path!("/tasks/:id") view=TaskPage ssr=SsrMode::Async/>
                    </ParentRoute>
                    <Route path=path!("/notices") view=NoticesPage ssr=SsrMode::Async/>
                    <Route path=path!("/approvals") view=ApprovalsPage ssr=SsrMode::Async/>
                    <Route path=path!("/dead-letters") view=DeadLettersPage ssr=SsrMode::Async/>
                    <Route path=path!("/escalations") view=EscalationsPage ssr=SsrMode::Async/>
                    <Route path=path!("/overview") view=OverviewPage ssr=SsrMode::Async/>
                    <Route path=path!("/decisions") view=DecisionsPage ssr=SsrMode::Async/>
                    <Route path=path!("/decisions/:id") view=DecisionPage ssr=SsrMode::Async/>
                    <Route path=path!("/policies") view=PoliciesPage ssr=SsrMode::Async/>
                    <Route path=path!("/policies/:version") view=PolicyPage ssr=SsrMode::Async/>
                    <Route path=path!("/policies/:version/simulation") view=PolicySimulationPage ssr=SsrMode::Async/>
                    <Route path=path!("/policies/:version/rollout") view=PolicyRolloutPage ssr=SsrMode::Async/>
                    <Route path=path!("/guardrails") view=GuardrailsPage ssr=SsrMode::Async/>
                    <Route path=path!("/models") view=ModelsPage ssr=SsrMode::Async/>
                    <Route path=path!("/models/automation") view=AutomationPage ssr=SsrMode::Async/>
                    <Route path=path!("/models/drift") view=DriftPage ssr=SsrMode::Async/>
                    <Route path=path!("/models/:version") view=ModelPage ssr=SsrMode::Async/>
                    <Route path=path!("/models/:version/cases") view=CasesPage ssr=SsrMode::Async/>
                    <Route path=path!("/labels") view=LabelsPage ssr=SsrMode::Async/>
                    <Route path=path!("/labels/disputes") view=DisputesPage ssr=SsrMode::Async/>
                    <Route path=path!("/labels/suspicious") view=SuspiciousPage ssr=SsrMode::Async/>
                    <Route path=path!("/labels/unsure") view=UnsurePage ssr=SsrMode::Async/>
                    <Route path=path!("/labels/names") view=LabelSetPage ssr=SsrMode::Async/>
                    <Route path=path!("/labels/names/:name") view=LabelPage ssr=SsrMode::Async/>
                    <Route path=path!("/labels/names/:name/sort") view=SortPage ssr=SsrMode::Async/>
                    <Route path=path!("/labels/datasets") view=DatasetsPage ssr=SsrMode::Async/>
                    <Route path=path!("/labels/datasets/:number") view=DatasetPage ssr=SsrMode::Async/>
                    <Route path=path!("/labels/imports") view=ImportsPage ssr=SsrMode::Async/>
                    <Route path=path!("/labels/agreement") view=AgreementPage ssr=SsrMode::Async/>
                    <Route path=path!("/people") view=PeoplePage ssr=SsrMode::Async/>
                    <Route path=path!("/keys") view=KeysPage ssr=SsrMode::Async/>
                    <Route path=path!("/account") view=AccountPage ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}
