//! The examples of a document: tasks and what must become of them.

use domain::{
    NewTask,
    policy::{CaseFacts, Expectation, MAX_EXAMPLES, PolicyExample, PolicyProblem},
};
use leptos::prelude::*;

use super::{
    browser,
    desk::Desk,
    model::{Row, RowKey},
};
use crate::pages::policies::words::expectation_in_words;

/// The fold with the examples.
#[component]
pub(super) fn Examples(
    /// What takes the changes.
    desk: Desk,
) -> impl IntoView {
    let count = move || desk.model.with(|model| model.examples().len());
    let edited = RwSignal::new(None::<RowKey>);
    let why = (!desk.may_change_whole()).then(|| {
        view! { <p class="text-sm text-base-content/80">"You may add examples; those that were there already stay as they are."</p> }
    });
    let add = move |_| {
        let full = desk.model.with_untracked(|model| model.examples().len() >= MAX_EXAMPLES);
        if full {
            desk.tell(format!("A policy has at most {MAX_EXAMPLES} examples."));
        } else if let Some(key) = desk.change(|model| model.add_example(skeleton())) {
            edited.set(Some(key));
            browser::focus_soon(format!("example-{key}"));
        }
    };
    view! {
        <details class="mt-3 rounded-box border border-base-300 bg-base-100">
            <summary class="cursor-pointer px-4 py-3 font-medium">{move || format!("Examples ({})", count())}</summary>
            <div class="flex flex-col gap-3 px-4 pb-4">
                <p class="max-w-prose text-sm">
                    "Each is a task and what must become of it. A version is activated only when every one of them holds."
                </p>
                {why}
                <ul class="divide-y divide-base-300">
                    <For each=move || desk.model.with(|model| model.examples().to_vec()) key=|row| row.key let:first>
                        <Example desk first edited/>
                    </For>
                </ul>
                <div>
                    <button class="btn btn-sm" type="button" on:click=add>
                        "Add an example"
                    </button>
                </div>
            </div>
        </details>
    }
    .into_any()
}

/// An example to begin with.
fn skeleton() -> PolicyExample {
    let task = NewTask {
        subject: "What the task is about".to_owned(),
        channel: Some("email".to_owned()),
        ..NewTask::default()
    };
    let now = domain::Timestamp::from_ms(1_767_258_000_000);
    let facts = CaseFacts { task, classification: None, queues: std::collections::BTreeMap::new(), now };
    let expect = Expectation { rule: Some("name-of-a-rule".to_owned()), ..Expectation::default() };
    PolicyExample { name: "example".to_owned(), facts, expect }
}

/// The task of a finding as an example: its rule must match, or what happens without a match must.
pub(super) fn example_of(problem: &PolicyProblem, desk: Desk) -> Option<PolicyExample> {
    let facts = problem.example.as_deref()?.clone();
    let expect = match &problem.rule {
        Some(rule) => Expectation { rule: Some(rule.clone()), ..Expectation::default() },
        None => {
            let document = desk.model.with_untracked(super::model::Model::document);
            let label = facts.classification.as_ref().map(|said| said.label.as_str());
            let destination = document.otherwise.destination.resolve(label, &document.label_queues);
            Expectation { destination: Some(destination), ..Expectation::default() }
        }
    };
    let stem = problem.rule.clone().unwrap_or_else(|| "otherwise".to_owned());
    Some(PolicyExample { name: format!("example-{stem}"), facts, expect })
}

#[component]
fn Example(desk: Desk, first: Row<PolicyExample>, edited: RwSignal<Option<RowKey>>) -> impl IntoView {
    let key = first.key;
    let fixed = !desk.may_change_whole() && !desk.model.with_untracked(|model| model.is_new(key));
    let example = Memo::new(move |_| {
        let now = desk.model.with(|model| model.examples().iter().find(|row| row.key == key).cloned());
        now.unwrap_or_else(|| first.clone()).item
    });
    let name = move || example.with(|example| example.name.clone());
    let is_edited = Memo::new(move |_| edited.get() == Some(key));
    let remove = move |_| {
        let name = example.with_untracked(|example| example.name.clone());
        desk.change(|model| model.remove_example(key));
        desk.tell(format!("The example {name} was removed. Undo brings it back."));
    };
    let toggle = move |_| edited.update(|edited| *edited = (*edited != Some(key)).then_some(key));
    view! {
        <li class="flex flex-col gap-2 py-2 text-sm">
            <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                <span class="font-medium wrap-anywhere">{name}</span>
                <span class="wrap-anywhere">{move || example.with(|example| example.facts.task.subject.clone())}</span>
                <span class="text-base-content/80">
                    {move || example.with(|example| format!("→ {}", expectation_in_words(&example.expect)))}
                </span>
                <span class="flex gap-1">
                    <button class="btn btn-xs" type="button" aria-expanded=move || is_edited.get().to_string() aria-label=move || format!("Edit example {}", name()) on:click=toggle>
                        {move || if is_edited.get() { "Close" } else { "Edit" }}
                    </button>
                    <button class="btn btn-xs btn-ghost" type="button" aria-label=move || format!("Remove example {}", name()) disabled=fixed on:click=remove>
                        "Remove"
                    </button>
                </span>
            </div>
            <Show when=move || is_edited.get()>
                <ExampleText desk key example edited fixed/>
            </Show>
        </li>
    }
    .into_any()
}

/// The example as JSON. It becomes part of the document when it is read without an error.
#[component]
fn ExampleText(
    desk: Desk,
    key: RowKey,
    example: Memo<std::sync::Arc<PolicyExample>>,
    edited: RwSignal<Option<RowKey>>,
    fixed: bool,
) -> impl IntoView {
    let begun = example.with_untracked(|example| serde_json::to_string_pretty(&**example)).unwrap_or_default();
    let (text, error) = (RwSignal::new(begun), RwSignal::new(None::<String>));
    let apply = move |_| match serde_json::from_str::<PolicyExample>(&text.get_untracked()) {
        Ok(example) => {
            desk.change(|model| model.set_example(key, example));
            desk.say("The example was changed.");
            edited.set(None);
        }
        Err(why) => error.set(Some(format!("This is no example yet: {why}."))),
    };
    let (id, help) = (format!("example-{key}"), format!("example-{key}-help"));
    view! {
        <label class="sr-only" for=id.clone()>
            "The example as JSON"
        </label>
        <textarea
            id=id
            class="textarea h-72 w-full font-mono text-xs"
            spellcheck="false"
            autocapitalize="off"
            aria-describedby=help.clone()
            aria-invalid=move || error.with(Option::is_some).then_some("true")
            readonly=fixed
            prop:value=text
            on:input=move |event| text.set(event_target_value(&event))
        ></textarea>
        <p id=help class="text-sm text-error empty:hidden" role="alert">{move || error.get()}</p>
        <div>
            <button class="btn btn-sm" type="button" disabled=fixed on:click=apply>
                "Use this text"
            </button>
        </div>
    }
    .into_any()
}
