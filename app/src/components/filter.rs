//! What a list is narrowed by. The forms use GET, so that an address says what is shown, also without JavaScript.

use leptos::prelude::*;
use leptos_router::components::Form;

/// A form that narrows a list. Sending it starts again at the first page.
#[component]
pub fn FilterForm(
    /// The list's own path.
    action: &'static str,
    /// Whether something is narrowed now, so that there is something to clear.
    narrowed: bool,
    /// The fields.
    children: Children,
) -> impl IntoView {
    view! {
        <search class="mb-4 block" aria-label="Filters">
            <Form method="GET" action=action>
                <div class="flex flex-wrap items-end gap-3">
                    {children()} <div class="flex gap-2">
                        <button class="btn btn-sm btn-primary" type="submit">
                            "Filter"
                        </button>
                        {narrowed
                            .then(|| {
                                view! {
                                    <a class="btn btn-sm btn-ghost" href=action>
                                        "Clear"
                                    </a>
                                }
                            })}
                    </div>
                </div>
            </Form>
        </search>
    }
}

/// A field of free text.
#[component]
pub fn FilterText(
    /// The field's name in the address.
    name: &'static str,
    /// What it narrows.
    label: &'static str,
    /// What it narrows to now.
    value: Option<String>,
    /// The id of a `datalist` with values to choose from.
    #[prop(optional)]
    list: Option<&'static str>,
) -> impl IntoView {
    let value = value.unwrap_or_default();
    view! {
        <label class="flex w-full flex-col gap-1 text-sm sm:w-40">
            <span>{label}</span>
            <input
                class="input input-sm w-full"
                type="text"
                name=name
                list=list
                value=value.clone()
                prop:value=value
                autocomplete="off"
                maxlength="128"
            />
        </label>
    }
}

/// A choice of a few values; the empty one is "any".
#[component]
pub fn FilterSelect(
    /// The field's name in the address.
    name: &'static str,
    /// What it narrows.
    label: &'static str,
    /// The values with their words.
    options: Vec<(&'static str, &'static str)>,
    /// What it narrows to now.
    value: Option<String>,
) -> impl IntoView {
    let value = value.unwrap_or_default();
    let any = value.is_empty();
    let choices = options
        .into_iter()
        .map(|(option, words)| {
            let selected = option == value;
            view! {
                <option value=option selected=selected prop:selected=selected>
                    {words}
                </option>
            }
        })
        .collect_view();
    view! {
        <label class="flex w-full flex-col gap-1 text-sm sm:w-40">
            <span>{label}</span>
            <select class="select select-sm w-full" name=name>
                <option value="" selected=any prop:selected=any>
                    "any"
                </option>
                {choices}
            </select>
        </label>
    }
}
