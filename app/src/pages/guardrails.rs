//! Guardrails: what no version of the policy may do, how policies may be changed, and what is switched off.

mod form;
mod governance;
mod list;
mod switches;
mod words;

use domain::{Permission, guardrail::GuardrailForm, policy::desk::GuardrailBoard};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use self::{
    form::Form,
    governance::Changing,
    list::List,
    switches::{SwitchActions, SwitchedOff},
};
use crate::{
    api::guardrail::{RemoveGuardrail, SetGovernance, SetGuardrail, lookup_guardrail_board},
    components::{FormError, PageHeader, action_error, announce_done, loaded_for},
};

/// What holds for every version and rule.
#[component]
pub fn GuardrailsPage() -> impl IntoView {
    let set = ServerAction::<SetGuardrail>::new();
    let remove = ServerAction::<RemoveGuardrail>::new();
    let govern = ServerAction::<SetGovernance>::new();
    let switches = SwitchActions::new();
    let query = use_query_map();
    let chosen = Memo::new(move |_| query.with(|query| query.get("change")));
    let board = Resource::new(
        move || set.version().get() + remove.version().get() + govern.version().get() + switches.version(),
        |_| lookup_guardrail_board(),
    );
    announce_done(set, "The guardrail was set.");
    announce_done(remove, "The guardrail was removed.");
    announce_done(govern, "How policies may be changed was set.");
    for off in [switches.destination, switches.rule, switches.machines] {
        announce_done(off, "It is switched off.");
    }
    announce_done(switches.on, "It is switched on.");
    let errors = [action_error(remove), action_error(switches.on)];
    loaded_for(board, move |board: GuardrailBoard, viewer| {
        let may_set = viewer.may(Permission::SetGuardrails);
        let may_switch = viewer.may(Permission::ActivatePolicies);
        let GuardrailBoard {
            guardrails,
            guardrails_revision,
            governance,
            governance_revision,
            switches: off,
            problems,
            vocabulary,
        } = board;
        let queues = vocabulary.queues.clone();
        let known: Vec<GuardrailForm> = guardrails.guardrails.iter().map(GuardrailForm::from).collect();
        let form = may_set.then_some(move || {
            let before = chosen.with(|id| known.iter().find(|form| Some(&form.id) == id.as_ref())).cloned();
            view! { <Form before revision=guardrails_revision vocabulary=vocabulary.clone() set/> }
        });
        view! {
            <PageHeader
                title="Guardrails"
                subtitle="They hold over every version and every rule, whatever these say."
            />
            {errors.map(|error| view! { <FormError error/> }).into_iter().collect_view()}
            <section aria-labelledby="guardrails" class="mb-8">
                <h2 id="guardrails" class="mb-2 text-lg font-semibold">
                    "What no version may do"
                </h2>
                <p class="mb-3 max-w-prose text-sm text-base-content/70">
                    "A version that breaks a guardrail is not activated. A task for which a decision would break one goes to people instead, or waits for a yes, and the decision says why."
                </p>
                <List
                    guardrails=guardrails.guardrails
                    revision=guardrails_revision
                    problems
                    remove=may_set.then_some(remove)
                />
                {form}
            </section>
            <Changing governance revision=governance_revision set=may_set.then_some(govern)/>
            <SwitchedOff switches=off queues actions=may_switch.then_some(switches)/>
        }
    })
}
