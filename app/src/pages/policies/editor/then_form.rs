//! The fields for what happens: of a rule, and of what no rule matches.

use domain::{
    Then,
    decision::{ApprovalTerms, Approver},
    policy::{PolicyProblem, Target},
    queue::QueueKind,
};
use leptos::prelude::*;

use super::{
    cell::FieldFindings,
    desk::{Desk, control},
    model::{
        Field, RowKey, Slot, TARGET_KINDS, ThenRow, name_in, named, of_kind, slots, target_kind, terms_of, with_terms,
    },
    place::Found,
    row::PrioritySelect,
};

/// Who may answer an approval, as documents write it and in words.
const APPROVERS: [(Approver, &str, &str); 2] =
    [(Approver::Supervisor, "supervisor", "a supervisor"), (Approver::Agent, "agent", "any agent")];

/// The names of queues of a kind.
pub(super) fn queues_of(desk: Desk, kind: QueueKind) -> Vec<String> {
    desk.vocabulary.with_value(|vocabulary| {
        vocabulary.queues.iter().filter(|queue| queue.kind == kind).map(|queue| queue.name.clone()).collect()
    })
}

/// A field of text: minutes, skills, or the note.
#[component]
pub(super) fn ThenText(
    /// What takes the text.
    desk: Desk,
    /// The row.
    key: RowKey,
    /// What happens there.
    then: Memo<ThenRow>,
    /// The field.
    field: Field,
    /// Its id.
    id: String,
    /// Its name.
    #[prop(into)]
    name: Signal<String>,
    /// Whether it cannot be changed.
    fixed: Signal<bool>,
    /// What was found in the row.
    found: Memo<Found>,
    /// How it looks.
    class: &'static str,
) -> impl IntoView {
    let (mode, list, of_document) = match field {
        Field::Sla => ("numeric", None, "then.sla_minutes"),
        Field::Expires => ("numeric", None, "then.destination.terms"),
        Field::Skills => ("text", Some("known-skills"), "then.skills"),
        _ => ("text", None, "then.note"),
    };
    let placeholder = match field {
        Field::Sla => "the queue's",
        Field::Expires => "it waits",
        _ => "",
    };
    let help = format!("{id}-help");
    let (of_text, of_error) = (field.clone(), field.clone());
    let text = Memo::new(move |_| then.with(|then| then.text(&of_text)));
    let error = Memo::new(move |_| then.with(|then| then.error(&of_error)));
    let at = Memo::new(move |_| found.with(|found| found.at(of_document)));
    let invalid =
        move || (error.get().is_some() || at.with(|at| at.iter().any(PolicyProblem::is_error))).then_some("true");
    let of_leaving = field.clone();
    let write = move |event| {
        let (field, text) = (field.clone(), event_target_value(&event));
        desk.change(|model| model.type_then(key, field, &text));
    };
    let leave = move |_| {
        desk.change(|model| model.leave(key, &of_leaving));
    };
    view! {
        <input
            id=id
            class=class
            type="text"
            inputmode=mode
            list=list
            autocomplete="off"
            placeholder=placeholder
            aria-label=name
            aria-describedby=help.clone()
            aria-invalid=invalid
            readonly=fixed
            prop:value=text
            on:input=write
            on:blur=leave
        />
        <FieldFindings id=help error found=at/>
    }
    .into_any()
}

/// Everything that happens to a task, as fields with labels.
#[component]
pub(super) fn ThenForm(
    /// What takes the changes.
    desk: Desk,
    /// The row.
    key: RowKey,
    /// What happens there.
    then: Memo<ThenRow>,
    /// Whom the fields belong to, for example `rule sure`.
    #[prop(into)]
    about: Signal<String>,
    /// Whether they cannot be changed.
    fixed: Signal<bool>,
    /// What was found in the row.
    found: Memo<Found>,
) -> impl IntoView {
    let (shown, then) = (then, Memo::new(move |_| then.with(|then| then.then.clone())));
    let priority = Signal::derive(move || then.with(|then| then.priority));
    let is_approval = Memo::new(move |_| then.with(|then| matches!(then.destination, Target::Approval { .. })));
    let name = move |what: &'static str| Signal::derive(move || format!("{what}, {}", about.get()));
    let text = move |field: Field, what: &'static str, class: &'static str| {
        let id = control("form", key, &field);
        view! {
            <div class="flex flex-col gap-1 text-sm">
                <span aria-hidden="true">{what}</span>
                <ThenText desk key then=shown field id name=name(what) fixed found class/>
            </div>
        }
    };
    view! {
        <div class="flex flex-wrap items-start gap-x-4 gap-y-3">
            <Destination desk key then name=about fixed found/>
            <div class="flex flex-col gap-1 text-sm">
                <span aria-hidden="true">"Priority"</span>
                <PrioritySelect desk key priority name=name("Priority") id=format!("form-{key}-priority") fixed/>
            </div>
            <Show when=move || is_approval.get()>
                <ApproverSelect desk key then name=about fixed/>
                {text(Field::Expires, "No answer is a no after (min)", "input input-sm w-48")}
            </Show>
            {text(Field::Sla, "Minutes until late", "input input-sm w-32")}
            {text(Field::Skills, "Skills, with commas between", "input input-sm w-56")}
            <div class="min-w-0 grow basis-64">{text(Field::Note, "Note for whoever works on it", "input input-sm w-full")}</div>
        </div>
    }
    .into_any()
}

/// Where the task goes: the kind, and the names that the kind needs.
#[component]
fn Destination(
    desk: Desk,
    key: RowKey,
    then: Memo<Then>,
    name: Signal<String>,
    fixed: Signal<bool>,
    found: Memo<Found>,
) -> impl IntoView {
    let target = Memo::new(move |_| then.with(|then| then.destination.clone()));
    let kind = Memo::new(move |_| target.with(target_kind));
    let first = move |of| queues_of(desk, of).into_iter().next().unwrap_or_default();
    let take = move |event| {
        let kind = event_target_value(&event);
        let (queue, automation) = (first(QueueKind::People), first(QueueKind::Automation));
        desk.change(|model| {
            model.change_then(key, |then| then.destination = of_kind(&then.destination, &kind, &queue, &automation));
        });
    };
    let options = TARGET_KINDS.map(|(value, words)| {
        view! {
            <option value=value prop:selected=move || kind.get() == value>
                {words}
            </option>
        }
    });
    let names = move || {
        let choices =
            slots(kind.get()).iter().map(|&slot| view! { <NameSelect desk key which=slot target name fixed/> });
        choices.collect_view()
    };
    let help = format!("kind-{key}-help");
    let at = Signal::derive(move || found.with(|found| found.at("then.destination")));
    view! {
        <div class="flex flex-col gap-1 text-sm">
            <label for=format!("kind-{key}")>
                "Destination" <span class="sr-only">{move || format!(", {}", name.get())}</span>
            </label>
            <div class="flex flex-wrap gap-2">
                <select id=format!("kind-{key}") class="select select-sm w-52" disabled=fixed on:change=take aria-describedby=help.clone()>
                    {options}
                </select>
                {names}
            </div>
            <FieldFindings id=help found=at/>
        </div>
    }
    .into_any()
}

/// The choice of a queue or an automation. A name that nothing has stays, so that it can be seen and mended.
#[component]
fn NameSelect(
    desk: Desk,
    key: RowKey,
    which: Slot,
    target: Memo<Target>,
    name: Signal<String>,
    fixed: Signal<bool>,
) -> impl IntoView {
    let (words, kind) = match which {
        Slot::Queue => ("Queue", QueueKind::People),
        Slot::Fallback => ("Queue for labels without one", QueueKind::People),
        Slot::Automation => ("Automation", QueueKind::Automation),
        Slot::Otherwise => ("Queue after a no", QueueKind::People),
    };
    let now = Memo::new(move |_| target.with(|target| name_in(target, which).to_owned()));
    let names = StoredValue::new(queues_of(desk, kind));
    let options = move || {
        let now = now.get();
        let known = names.with_value(|names| names.contains(&now));
        let unknown = (!known).then(|| {
            let words = if now.is_empty() { "choose one".to_owned() } else { format!("{now} (unknown)") };
            view! { <option value=now.clone() prop:selected=true>{words}</option> }
        });
        let rest = names.get_value().into_iter().map(|name| {
            let selected = name == now;
            view! { <option value=name.clone() prop:selected=selected>{name.clone()}</option> }
        });
        view! {
            {unknown}
            {rest.collect_view()}
        }
    };
    let take = move |event| {
        let name = event_target_value(&event);
        desk.change(|model| model.change_then(key, |then| then.destination = named(&then.destination, which, &name)));
    };
    view! {
        <select
            class="select select-sm w-48"
            title=words
            aria-label=move || format!("{words}, {}", name.get())
            disabled=fixed
            on:change=take
        >
            {options}
        </select>
    }
    .into_any()
}

/// Who may say yes or no.
#[component]
fn ApproverSelect(
    desk: Desk,
    key: RowKey,
    then: Memo<Then>,
    name: Signal<String>,
    fixed: Signal<bool>,
) -> impl IntoView {
    let now = Memo::new(move |_| then.with(|then| terms_of(&then.destination).approver));
    let take = move |event| {
        let chosen = event_target_value(&event);
        let Some(approver) = APPROVERS.iter().find(|(_, value, _)| *value == chosen).map(|found| found.0) else {
            return;
        };
        desk.change(|model| {
            model.change_then(key, |then| {
                let terms = ApprovalTerms { approver, ..terms_of(&then.destination) };
                then.destination = with_terms(&then.destination, terms);
            });
        });
    };
    let options = APPROVERS.map(|(approver, value, words)| {
        view! {
            <option value=value prop:selected=move || now.get() == approver>
                {words}
            </option>
        }
    });
    view! {
        <div class="flex flex-col gap-1 text-sm">
            <span aria-hidden="true">"Who says yes"</span>
            <select class="select select-sm w-44" aria-label=move || format!("Who says yes, {}", name.get()) disabled=fixed on:change=take>
                {options}
            </select>
        </div>
    }
    .into_any()
}
