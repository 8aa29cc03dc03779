//! The names of labels: which may be given, and what each means.

use domain::{
    Permission,
    label_set::{LabelEntry, LabelState},
};
use leptos::prelude::*;
use leptos_router::location::Url;

use super::{LabelTabs, count_label_backlog};
use crate::{
    api::label_set::{SaveLabel, list_label_set},
    components::{
        EmptyState, FieldError, FormError, PageHeader, TableRegion, action_error, announce_done, loaded_for,
        reset_when_done,
    },
};

/// Where a label's own page is.
pub(super) fn link(name: &str) -> String {
    format!("/labels/names/{}", Url::escape(name))
}

/// Every label by name, and a form for a new one.
#[component]
pub fn LabelSetPage() -> impl IntoView {
    let save = ServerAction::<SaveLabel>::new();
    let page = Resource::new(
        move || save.version().get(),
        |_| async move { Ok((list_label_set().await?, count_label_backlog().await?)) },
    );
    announce_done(save, "The label was added.");
    loaded_for(page, move |(entries, backlog), viewer| {
        let form = viewer.may(Permission::ManageLabels).then(|| view! { <NewLabel save/> });
        view! {
            <PageHeader title="Names of labels" subtitle="What a task can be called, and when to call it so."/>
            <LabelTabs backlog/>
            {form}
            {if entries.is_empty() {
                view! {
                    <EmptyState
                        title="No label yet"
                        text="A label appears here when somebody adds it, or with the first example that carries it."
                    />
                }
                    .into_any()
            } else {
                view! { <Names entries/> }.into_any()
            }}
        }
    })
}

#[component]
fn NewLabel(save: ServerAction<SaveLabel>) -> impl IntoView {
    let pending = save.pending();
    let error = action_error(save);
    let form = reset_when_done(save);
    view! {
        <ActionForm action=save node_ref=form attr:class="mb-6 flex flex-wrap items-start gap-3">
            <div class="flex flex-col gap-1">
                <label class="text-sm" for="new-name">
                    "New label"
                </label>
                <input class="input input-sm w-52" id="new-name" name="name" maxlength="128" required autocomplete="off" aria-describedby="name-error"/>
                <FieldError error field="name"/>
            </div>
            <div class="flex min-w-64 grow flex-col gap-1">
                <label class="text-sm" for="new-about">
                    "When to give it"
                </label>
                <input class="input input-sm w-full" id="new-about" name="about" maxlength="500" autocomplete="off"/>
            </div>
            <button class="btn btn-sm btn-primary mt-6" type="submit" disabled=pending>
                "Add"
            </button>
        </ActionForm>
        <FormError error except=&["name"]/>
    }
    .into_any()
}

#[component]
fn Names(entries: Vec<LabelEntry>) -> impl IntoView {
    let rows = entries
        .into_iter()
        .map(|entry| {
            view! {
                <tr>
                    <th scope="row" class="min-w-40 font-normal">
                        <a class="link link-hover font-medium wrap-anywhere" href=link(&entry.name)>
                            {entry.name.clone()}
                        </a>
                    </th>
                    <td class="min-w-56 wrap-anywhere">{entry.about}</td>
                    <td>
                        <State state=entry.state/>
                    </td>
                    <td class="num text-right">{entry.examples}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableRegion label="Labels by name">
            <thead>
                <tr>
                    <th scope="col">"Label"</th>
                    <th scope="col">"When to give it"</th>
                    <th scope="col">"State"</th>
                    <th scope="col" class="num text-right">
                        "Examples"
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableRegion>
    }
    .into_any()
}

/// Whether a label may be given, and what it is called now if not.
#[component]
pub(super) fn State(state: LabelState) -> impl IntoView {
    match state {
        LabelState::Active => {
            view! { <span class="badge badge-sm badge-soft badge-success whitespace-nowrap">"in use"</span> }.into_any()
        }
        LabelState::Retired => {
            view! { <span class="badge badge-sm badge-soft badge-neutral">"retired"</span> }.into_any()
        }
        LabelState::Split { parts } => {
            view! { <span class="text-sm wrap-anywhere">{format!("split into {}", parts.join(", "))}</span> }.into_any()
        }
        LabelState::Became { label } => {
            let href = link(&label);
            view! {
                <span class="text-sm">
                    "is called "
                    <a class="link" href=href>
                        {label}
                    </a>
                </span>
            }
            .into_any()
        }
    }
}
