//! What is switched off, and switching off.

use domain::{
    guardrail::KillSwitch,
    queue::{Queue, QueueKind},
};
use leptos::prelude::*;

use super::words::{effect_in_words, target_as_fields, target_in_words};
use crate::{
    api::guardrail::{SwitchOff, SwitchOn},
    components::{Confirm, FieldError, FormError, TableRegion, When, action_error},
    pages::policies::ReasonField,
};

/// What switches off and on. Each form that switches off has an action of its own, so that its errors are its own.
#[derive(Clone, Copy)]
pub(super) struct SwitchActions {
    pub(super) destination: ServerAction<SwitchOff>,
    pub(super) rule: ServerAction<SwitchOff>,
    pub(super) machines: ServerAction<SwitchOff>,
    pub(super) on: ServerAction<SwitchOn>,
}

impl SwitchActions {
    pub(super) fn new() -> Self {
        Self {
            destination: ServerAction::new(),
            rule: ServerAction::new(),
            machines: ServerAction::new(),
            on: ServerAction::new(),
        }
    }

    /// Changes whenever something was switched.
    pub(super) fn version(self) -> usize {
        let off = self.destination.version().get() + self.rule.version().get() + self.machines.version().get();
        off + self.on.version().get()
    }
}

/// What is off now, and the forms for those who may switch.
#[component]
pub(super) fn SwitchedOff(
    /// What is off.
    switches: Vec<KillSwitch>,
    /// Queues and automations.
    queues: Vec<Queue>,
    /// What switches; nothing for those who only look.
    actions: Option<SwitchActions>,
) -> impl IntoView {
    let forms = actions.map(|actions| view! { <Forms queues actions/> });
    let on = actions.map(|actions| actions.on);
    let list = if switches.is_empty() {
        view! { <p class="text-sm">"Nothing is switched off."</p> }.into_any()
    } else {
        let rows = switches.into_iter().map(|switch| view! { <SwitchRow switch on/> }).collect_view();
        view! {
            <TableRegion label="What is switched off">
                <thead>
                    <tr>
                        <th scope="col">"What"</th>
                        <th scope="col">"What that does"</th>
                        <th scope="col">"Why"</th>
                        <th scope="col">"By"</th>
                        <th scope="col">"Since (UTC)"</th>
                        {on.map(|_| view! { <th scope="col">"Action"</th> })}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableRegion>
        }
        .into_any()
    };
    view! {
        <section aria-labelledby="off" class="mb-8">
            <h2 id="off" class="mb-2 text-lg font-semibold">
                "Switched off"
            </h2>
            {list}
            {forms}
        </section>
    }
    .into_any()
}

#[component]
fn SwitchRow(switch: KillSwitch, on: Option<ServerAction<SwitchOn>>) -> impl IntoView {
    let what = target_in_words(&switch.target);
    let (kind, name) = target_as_fields(&switch.target);
    let about = what.clone();
    let action = on.map(|on| {
        let pending = on.pending();
        let error = action_error(on);
        view! {
            <td class="align-top">
                <Confirm summary="Switch on" about consequence="It takes part again from the next decision on.">
                    <ActionForm action=on>
                        <input type="hidden" name="kind" value=kind/>
                        <input type="hidden" name="name" value=name/>
                        <ReasonField error/>
                        <button class="btn btn-xs btn-primary" type="submit" disabled=pending>
                            "Switch on now"
                        </button>
                    </ActionForm>
                </Confirm>
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row" class="min-w-32 align-top font-medium wrap-anywhere">
                {what}
            </th>
            <td class="min-w-40 align-top">{effect_in_words(&switch.target)}</td>
            <td class="min-w-40 align-top wrap-anywhere">{switch.reason}</td>
            <td class="align-top">{switch.by}</td>
            <td class="align-top">
                <When at=switch.at/>
            </td>
            {action}
        </tr>
    }
    .into_any()
}

/// A form for each kind of thing.
#[component]
fn Forms(queues: Vec<Queue>, actions: SwitchActions) -> impl IntoView {
    let options = queues
        .into_iter()
        .map(|queue| {
            let kind = match queue.kind {
                QueueKind::People => "queue",
                QueueKind::Automation => "automation",
            };
            let words = format!("{kind} {}", queue.name);
            view! { <option value=queue.name>{words}</option> }
        })
        .collect_view();
    let queue_error = action_error(actions.destination);
    let rule_error = action_error(actions.rule);
    view! {
        <div class="mt-4 grid gap-3 lg:grid-cols-3">
            <SwitchForm
                kind="destination"
                title="Switch off a queue or automation"
                effect="Nothing goes to it from the next decision on; people in triage take it. What is there stays there."
                action=actions.destination
            >
                <label class="flex flex-col gap-1 text-sm">
                    <span>"Queue or automation"</span>
                    <select class="select select-sm w-full" name="name">
                        {options}
                    </select>
                </label>
                <FieldError error=queue_error field="name"/>
            </SwitchForm>
            <SwitchForm
                kind="rule"
                title="Switch off a rule"
                effect="The rule is passed over from the next decision on; the rules after it decide."
                action=actions.rule
            >
                <label class="flex flex-col gap-1 text-sm">
                    <span>"Rule of the active version"</span>
                    <input class="input input-sm w-full" type="text" name="name" required maxlength="120" autocomplete="off"/>
                </label>
                <FieldError error=rule_error field="name"/>
            </SwitchForm>
            <SwitchForm
                kind="automation"
                title="Switch off all machines"
                effect="No automation and no closing from the next decision on; people in triage take it."
                action=actions.machines
            />
        </div>
    }
    .into_any()
}

#[component]
fn SwitchForm(
    kind: &'static str,
    title: &'static str,
    effect: &'static str,
    action: ServerAction<SwitchOff>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let pending = action.pending();
    let error = action_error(action);
    view! {
        <div class="rounded-box border border-base-300 bg-base-100 p-4">
            <h3 class="font-semibold">{title}</h3>
            <p class="mb-3 text-sm text-base-content/70">{effect}</p>
            <ActionForm action=action>
                <input type="hidden" name="kind" value=kind/>
                {children.map(|children| view! { <div class="mb-2 w-64 max-w-full">{children()}</div> })}
                <ReasonField error/>
                <button class="btn btn-sm btn-warning" type="submit" disabled=pending aria-label=title>
                    "Switch off"
                </button>
            </ActionForm>
            <FormError error except=&["name", "reason"]/>
        </div>
    }
    .into_any()
}
