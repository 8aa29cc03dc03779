//! The form that sets a guardrail, or changes one.

use domain::{
    Fault,
    guardrail::GuardrailForm,
    policy::desk::{FactEntry, Vocabulary},
};
use leptos::prelude::*;

use super::words::{REQUIREMENTS, amount_in_words, refusal_in_words};
use crate::{
    api::guardrail::SetGuardrail,
    components::{FieldError, FormError, TableRegion, action_error},
    error::AppError,
    pages::policies::ReasonField,
};

/// Fields that say themselves what is wrong with them.
const FIELDS: &[&str] = &["id", "description", "labels", "when", "amount", "require", "reason"];

/// Sets a guardrail, or changes the one that it begins with.
#[component]
pub(super) fn Form(
    /// The one to change; nothing for a new one.
    before: Option<GuardrailForm>,
    /// The number of the guardrails' last change.
    revision: u32,
    /// The names that they may use.
    vocabulary: Vocabulary,
    /// Sets it.
    set: ServerAction<SetGuardrail>,
) -> impl IntoView {
    let error = action_error(set);
    let pending = set.pending();
    let is_change = before.is_some();
    let title = before.as_ref().map_or_else(|| "Add a guardrail".to_owned(), |form| format!("Change {}", form.id));
    let cancel = is_change.then(|| {
        view! {
            <a class="btn btn-sm btn-ghost" href="/guardrails">
                "Leave it as it is"
            </a>
        }
    });
    let facts = vocabulary.facts.clone();
    let form = before.unwrap_or_else(|| GuardrailForm { require: "person".to_owned(), ..GuardrailForm::default() });
    view! {
        <section aria-labelledby="guardrail-form" class="card card-border mt-4 bg-base-100">
            <div class="card-body">
                <h3 id="guardrail-form" class="card-title scroll-mt-4">
                    {title}
                </h3>
                <ActionForm action=set>
                    <input type="hidden" name="revision" value=revision.to_string()/>
                    <Fields form is_change vocabulary error/>
                    <ReasonField error/>
                    <div class="flex flex-wrap gap-2">
                        <button class="btn btn-sm btn-primary" type="submit" disabled=pending>
                            "Set the guardrail"
                        </button>
                        {cancel}
                    </div>
                </ActionForm>
                <Refusal error/>
                <Facts facts/>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Fields(
    form: GuardrailForm,
    is_change: bool,
    vocabulary: Vocabulary,
    error: Signal<Option<AppError>>,
) -> impl IntoView {
    let options = vocabulary.labels.into_iter().map(|label| view! { <option value=label></option> }).collect_view();
    view! {
        <div class="mb-3 grid gap-x-4 gap-y-2 sm:grid-cols-2">
            <TextField
                name="id"
                label="Name, like legal-by-people"
                value=form.id
                error
                is_required=true
                is_fixed=is_change
            />
            <TextField name="description" label="What it is for" value=form.description error is_required=true/>
            <TextField
                name="labels"
                label="Labels, like legal, fraud; blank for all"
                value=form.labels
                error
                list="guardrail-labels"
            />
            <TextField
                name="when"
                label="Expression, like task.attributes.amount > 500; may be blank"
                value=form.when
                error
            />
            <Requirement require=form.require amount=form.amount error/>
        </div>
        <datalist id="guardrail-labels">{options}</datalist>
    }
    .into_any()
}

#[component]
fn TextField(
    name: &'static str,
    label: &'static str,
    value: String,
    error: Signal<Option<AppError>>,
    #[prop(optional)] list: Option<&'static str>,
    #[prop(optional)] is_required: bool,
    #[prop(optional)] is_fixed: bool,
) -> impl IntoView {
    view! {
        <div>
            <label class="flex flex-col gap-1 text-sm">
                <span>{label}</span>
                <input
                    class="input input-sm w-full"
                    type="text"
                    name=name
                    list=list
                    value=value.clone()
                    prop:value=value
                    required=is_required
                    readonly=is_fixed
                    autocomplete="off"
                    aria-describedby=format!("{name}-error")
                />
            </label>
            <FieldError error field=name/>
        </div>
    }
    .into_any()
}

/// What must hold, and how much of it.
#[component]
fn Requirement(require: String, amount: String, error: Signal<Option<AppError>>) -> impl IntoView {
    // Until somebody chooses, the words fit every choice: without a script they stay as they are.
    let chosen = RwSignal::new(None::<String>);
    let options = REQUIREMENTS
        .map(|(kind, words)| {
            let is_now = kind == require;
            view! {
                <option value=kind selected=is_now prop:selected=is_now>
                    {words}
                </option>
            }
        })
        .into_iter()
        .collect_view();
    view! {
        <div>
            <label class="flex flex-col gap-1 text-sm">
                <span>"What must hold"</span>
                <select
                    class="select select-sm w-full"
                    name="require"
                    aria-describedby="require-error"
                    on:change:target=move |event| chosen.set(Some(event.target().value()))
                >
                    {options}
                </select>
            </label>
            <FieldError error field="require"/>
        </div>
        <div>
            <label class="flex flex-col gap-1 text-sm">
                <span>{move || chosen.with(|chosen| amount_in_words(chosen.as_deref()))}</span>
                <input
                    class="input input-sm w-full"
                    type="text"
                    name="amount"
                    value=amount.clone()
                    prop:value=amount
                    inputmode="decimal"
                    autocomplete="off"
                    aria-describedby="amount-error"
                />
            </label>
            <FieldError error field="amount"/>
        </div>
    }
    .into_any()
}

/// Why a guardrail was refused: an expression that cannot be compiled comes as findings.
#[component]
fn Refusal(error: Signal<Option<AppError>>) -> impl IntoView {
    let findings = move || match error.get() {
        Some(AppError(Fault::InvalidPolicy { problems })) => {
            problems.iter().map(|problem| view! { <li>{refusal_in_words(problem)}</li> }).collect::<Vec<_>>()
        }
        _ => Vec::new(),
    };
    let other = Signal::derive(move || error.get().filter(|error| !matches!(error.0, Fault::InvalidPolicy { .. })));
    view! {
        <ul class="text-sm text-error wrap-anywhere empty:sr-only" aria-live="polite">
            {findings}
        </ul>
        <FormError error=other except=FIELDS/>
    }
    .into_any()
}

/// What an expression may ask, behind a fold.
#[component]
fn Facts(facts: Vec<FactEntry>) -> impl IntoView {
    let rows = facts
        .into_iter()
        .map(|fact| {
            view! {
                <tr>
                    <th scope="row" class="font-normal">
                        <code class="text-xs">{fact.name}</code>
                    </th>
                    <td>{fact.type_name}</td>
                    <td class="min-w-48">{fact.meaning}</td>
                    <td>
                        <code class="text-xs">{fact.example}</code>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <details>
            <summary class="cursor-pointer text-sm">"What an expression may ask"</summary>
            <div class="mt-2">
                <TableRegion label="Facts and functions of expressions">
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th>
                            <th scope="col">"Kind"</th>
                            <th scope="col">"What it is"</th>
                            <th scope="col">"For example"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </TableRegion>
            </div>
        </details>
    }
    .into_any()
}
