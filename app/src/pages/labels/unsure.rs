//! Tasks that machines did and the model was least sure of: saying what they are teaches the most.

use domain::{Permission, automation::UnsureTask, label_set::LabelState};
use leptos::prelude::*;

use super::{LabelTabs, count_label_backlog};
use crate::{
    api::{
        label::{LabelUnsure, list_unsure},
        label_set::list_label_set,
    },
    components::{EmptyState, FormError, PageHeader, When, action_error, announce_done, loaded_for},
};

/// The least sure answers of the champion that machines acted on.
#[component]
pub fn UnsurePage() -> impl IntoView {
    let give = ServerAction::<LabelUnsure>::new();
    let page = Resource::new(
        move || give.version().get(),
        |_| async move {
            let names = list_label_set().await?.into_iter().filter(|entry| entry.state == LabelState::Active);
            let names: Vec<String> = names.map(|entry| entry.name).collect();
            Ok((list_unsure().await?, names, count_label_backlog().await?))
        },
    );
    announce_done(give, "The label was given.");
    let error = action_error(give);
    loaded_for(page, move |(tasks, names, backlog), viewer| {
        let may_label = viewer.may(Permission::SettleLabels);
        let options = names.into_iter().map(|name| view! { <option value=name></option> }).collect_view();
        let rows = tasks.iter().cloned().map(|task| view! { <Row task give may_label/> }).collect_view();
        view! {
            <PageHeader
                title="Unsure"
                subtitle="Tasks that a machine did or does, of which the champion was the least sure. What it said is not shown, so that you say what it is by yourself."
            />
            <LabelTabs backlog/>
            <FormError error/>
            <datalist id="label-names">{options}</datalist>
            {if tasks.is_empty() {
                view! {
                    <EmptyState
                        title="Nothing to look at"
                        text="Here stand tasks that a policy left to machines and that nobody has labelled, the closest calls first. Tasks that people work are labelled there."
                    />
                }
                    .into_any()
            } else {
                view! {
                    <ol class="divide-y divide-base-300 rounded-box border border-base-300 bg-base-100">{rows}</ol>
                    <p class="mt-2 max-w-prose text-xs text-base-content/70">
                        "Chosen by the model’s doubt and not by chance: these labels teach more than others, but no estimate of how right automation is counts them."
                    </p>
                }
                    .into_any()
            }}
        }
    })
}

#[component]
fn Row(task: UnsureTask, give: ServerAction<LabelUnsure>, may_label: bool) -> impl IntoView {
    let id = task.task_id.to_string();
    let about: String = task.text.chars().take(60).collect();
    let pending = give.pending();
    let field = format!("label-{id}");
    let form = may_label.then(|| {
        view! {
            <ActionForm action=give attr:class="flex flex-wrap items-end gap-2">
                <input type="hidden" name="task" value=id/>
                <label class="sr-only" for=field.clone()>
                    {format!("What is it: {about}")}
                </label>
                <input class="input input-sm w-52" id=field name="label" list="label-names" placeholder="What is it?" maxlength="128" required autocomplete="off"/>
                <button class="btn btn-sm" type="submit" disabled=pending aria-label=format!("Label: {about}")>
                    "Label"
                </button>
            </ActionForm>
        }
    });
    view! {
        <li class="grid gap-3 px-4 py-3 md:grid-cols-[minmax(0,1fr)_auto] md:gap-6">
            <div class="min-w-0 text-sm">
                <span class="line-clamp-4 wrap-anywhere whitespace-pre-line">{task.text}</span>
                <p class="mt-1 text-xs text-base-content/70">
                    <When at=task.decided_at/>
                </p>
            </div>
            {form}
        </li>
    }
    .into_any()
}
