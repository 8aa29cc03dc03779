//! Trying a version on the past: how far it is, and what it found.

mod hours;
mod load;
pub(super) mod matrix;
mod measures;
pub(super) mod numbers;
mod report;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use domain::{
    Fault, PolicyVersion,
    simulation::{REPLAYS, Simulation, SimulationState},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use self::{numbers::grouped, report::Report};
use crate::{
    api::policy::rollout::{
        CancelPolicySimulation, SimulatePolicy, SimulationPageData, latest_policy_simulation, lookup_policy_simulation,
    },
    components::{EmptyState, FormError, PageHeader, action_error, announce, announce_done, follow, loaded_for},
    error::AppError,
};

/// On how many decisions a version may be tried.
const AMOUNTS: [u32; 4] = [1_000, 10_000, 50_000, 200_000];
/// What is chosen at first.
const USUAL_AMOUNT: u32 = 10_000;

/// A version, tried on the latest decisions.
#[component]
pub fn PolicySimulationPage() -> impl IntoView {
    let start = ServerAction::<SimulatePolicy>::new();
    let cancel = ServerAction::<CancelPolicySimulation>::new();
    let ended = RwSignal::new(0_u32);
    let params = use_params_map();
    let version = Memo::new(move |_| params.with(|params| params.get("version")).and_then(|text| text.parse().ok()));
    let page = Resource::new(
        move || (version.get(), start.version().get(), cancel.version().get(), ended.get()),
        |(version, ..)| async move { latest_policy_simulation(version.ok_or(AppError(Fault::NotFound))?).await },
    );
    announce_done(start, "The version is being tried.");
    announce_done(cancel, "The simulation was told to stop.");
    Effect::new(move |_| {
        if ended.get() > 0 {
            announce("The simulation has ended.");
        }
    });
    let errors = [action_error(start), action_error(cancel)];
    loaded_for(page, move |SimulationPageData { policy, simulation }: SimulationPageData, _| {
        let version = policy.version;
        let is_running = simulation.as_ref().is_some_and(|simulation| !is_over(simulation));
        let form = (!is_running).then(|| view! { <Start version start/> });
        view! {
            <PageHeader
                title=format!("Try v{version} on the past")
                subtitle="The latest decisions are made again by this version. Nothing comes of it: no task moves."
            >
                <a class="btn btn-sm btn-ghost" href=format!("/policies/{version}/rollout")>
                    "Rollout"
                </a>
                <a class="btn btn-sm btn-ghost" href=format!("/policies/{version}")>
                    {format!("Policy v{version}")}
                </a>
            </PageHeader>
            {errors.map(|error| view! { <FormError error/> }).into_iter().collect_view()}
            {form}
            <Latest policy simulation cancel ended/>
        }
    })
}

fn is_over(simulation: &Simulation) -> bool {
    !matches!(simulation.state, SimulationState::Running { .. })
}

#[component]
fn Start(version: u32, start: ServerAction<SimulatePolicy>) -> impl IntoView {
    let pending = start.pending();
    let amounts = AMOUNTS
        .map(|amount| {
            view! {
                <option value=amount.to_string() selected=amount == USUAL_AMOUNT>
                    {format!("the latest {}", grouped(u64::from(amount)))}
                </option>
            }
        })
        .into_iter()
        .collect_view();
    view! {
        <ActionForm action=start>
            <input type="hidden" name="version" value=version.to_string()/>
            <div class="mb-6 flex flex-wrap items-end gap-3">
                <label class="flex w-full flex-col gap-1 text-sm sm:w-60">
                    <span>"On how many decisions"</span>
                    <select class="select select-sm w-full" name="most">
                        {amounts}
                    </select>
                </label>
                <button class="btn btn-sm btn-primary" type="submit" disabled=pending>
                    "Try it"
                </button>
            </div>
        </ActionForm>
    }
    .into_any()
}

/// The latest simulation, wherever it stands.
#[component]
fn Latest(
    policy: PolicyVersion,
    simulation: Option<Simulation>,
    cancel: ServerAction<CancelPolicySimulation>,
    ended: RwSignal<u32>,
) -> impl IntoView {
    let Some(simulation) = simulation else {
        return view! {
            <EmptyState
                title="Not tried yet"
                text="Choose a number of decisions and try it: you will see what would go elsewhere, how long queues would be, and whether people agreed."
            />
        }
        .into_any();
    };
    match simulation.state.clone() {
        SimulationState::Running { .. } => view! { <Progress simulation cancel ended/> }.into_any(),
        SimulationState::Cancelled => view! {
            <p class="text-sm" role="status">
                "The last try was stopped before it had an answer."
            </p>
        }
        .into_any(),
        SimulationState::Failed { message } => view! {
            <p class="alert alert-error alert-soft text-sm" role="alert">
                {format!("The last try could not be finished. {message}")}
            </p>
        }
        .into_any(),
        SimulationState::Done { report } => view! { <Report policy simulation report=*report/> }.into_any(),
    }
}

/// How far a simulation is. The browser asks once a second; without a script a link asks again.
#[component]
fn Progress(
    simulation: Simulation,
    cancel: ServerAction<CancelPolicySimulation>,
    ended: RwSignal<u32>,
) -> impl IntoView {
    let (number, version) = (simulation.number, simulation.version);
    let simulation = follow(simulation, is_over, move || lookup_policy_simulation(number), ended);
    let far = Memo::new(move |before: Option<&(u64, u64, &'static str)>| {
        simulation.with(|simulation| match simulation.state {
            SimulationState::Running { replays: 0, done, of } => (done, of, "decisions made again"),
            SimulationState::Running { replays, .. } => (replays.into(), REPLAYS.into(), "replays of the arrivals"),
            _ => before.copied().unwrap_or_default(),
        })
    });
    let pending = cancel.pending();
    view! {
        <section aria-labelledby="running" class="card card-border mb-6 bg-base-100">
            <div class="card-body">
                <h2 id="running" class="card-title">
                    {format!("v{version} is being tried")}
                </h2>
                <progress
                    class="progress progress-primary w-full"
                    max=move || far.get().1.max(1).to_string()
                    value=move || far.get().0.to_string()
                    aria-label="Progress of the simulation"
                ></progress>
                <p class="text-sm tabular-nums">
                    {move || {
                        let (done, of, what) = far.get();
                        format!("{} of {} {what}", grouped(done), grouped(of))
                    }}
                </p>
                <div class="flex flex-wrap items-center gap-3">
                    <ActionForm action=cancel>
                        <input type="hidden" name="number" value=number.to_string()/>
                        <button class="btn btn-sm" type="submit" disabled=pending>
                            "Cancel"
                        </button>
                    </ActionForm>
                    <a class="btn btn-sm btn-ghost" href=format!("/policies/{version}/simulation") rel="external">
                        "Refresh"
                    </a>
                </div>
            </div>
        </section>
    }
    .into_any()
}
