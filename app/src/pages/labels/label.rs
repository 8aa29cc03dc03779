//! One label: what hangs on its name, and changing it.

use domain::{
    Permission,
    label_set::{LabelState, LabelUse},
};
use leptos::prelude::*;
use leptos_router::{hooks::use_params_map, location::Url};

use super::{
    LabelTabs, count_label_backlog,
    names::{State, link},
};
use crate::{
    api::label_set::{RenameLabel, RetireLabel, SaveLabel, SplitLabel, lookup_label_use},
    components::{Confirm, FieldError, FormError, PageHeader, action_error, announce_done, loaded_for},
};

/// What can be done to the label.
#[derive(Clone, Copy)]
struct Acts {
    save: ServerAction<SaveLabel>,
    rename: ServerAction<RenameLabel>,
    retire: ServerAction<RetireLabel>,
    split: ServerAction<SplitLabel>,
}

/// A label with its effect on examples, tasks, the model and the policy.
#[component]
pub fn LabelPage() -> impl IntoView {
    let params = use_params_map();
    let acts = Acts {
        save: ServerAction::new(),
        rename: ServerAction::new(),
        retire: ServerAction::new(),
        split: ServerAction::new(),
    };
    let name = Memo::new(move |_| params.with(|params| params.get("name").unwrap_or_default()));
    let page = Resource::new(
        move || {
            let versions = (acts.save.version().get(), acts.rename.version().get(), acts.retire.version().get());
            (name.get(), versions, acts.split.version().get())
        },
        |(name, ..)| async move { Ok((lookup_label_use(name).await?, count_label_backlog().await?)) },
    );
    announce_done(acts.save, "Saved.");
    announce_done(acts.rename, "The label has another name.");
    announce_done(acts.retire, "The label is retired.");
    announce_done(acts.split, "The label is split.");
    let errors = [action_error(acts.save), action_error(acts.retire)];
    loaded_for(page, move |(found, backlog), viewer| {
        let changes = viewer.may(Permission::ManageLabels).then(|| view! { <Changes found=found.clone() acts/> });
        view! {
            <PageHeader title=found.entry.name.clone() subtitle="A label, and what hangs on its name."/>
            <LabelTabs backlog/>
            {errors.map(|error| view! { <FormError error/> }).into_iter().collect_view()}
            <Uses found/>
            {changes}
        }
    })
}

#[component]
fn Uses(found: LabelUse) -> impl IntoView {
    let LabelUse { entry, open_tasks, champion, policy_version, rules, queue, .. } = found;
    let examples = format!("/labels?label={}", Url::escape(&entry.name));
    let tasks = if open_tasks >= 1_000 { "1,000 or more".to_owned() } else { open_tasks.to_string() };
    let rules = if rules.is_empty() { "no rule names it".to_owned() } else { format!("named by {}", rules.join(", ")) };
    let queue = queue.map_or_else(|| "no queue of its own".to_owned(), |queue| format!("goes to {queue}"));
    view! {
        <dl class="mb-6 grid max-w-2xl grid-cols-[auto_1fr] gap-x-6 gap-y-2 text-sm">
            <dt class="text-base-content/70">"State"</dt>
            <dd>
                <State state=entry.state/>
            </dd>
            <dt class="text-base-content/70">"When to give it"</dt>
            <dd class="wrap-anywhere">{if entry.about.is_empty() { "–".to_owned() } else { entry.about }}</dd>
            <dt class="text-base-content/70">"Examples"</dt>
            <dd class="tabular-nums">
                <a class="link" href=examples>
                    {entry.examples}
                </a>
            </dd>
            <dt class="text-base-content/70">"Unfinished tasks"</dt>
            <dd class="tabular-nums">{tasks}</dd>
            <dt class="text-base-content/70">"Model that serves"</dt>
            <dd>{champion.map_or_else(|| "does not know it".to_owned(), |model| format!("{model} knows it"))}</dd>
            <dt class="text-base-content/70">{format!("Policy v{policy_version}")}</dt>
            <dd class="wrap-anywhere">{format!("{queue}; {rules}")}</dd>
        </dl>
    }
    .into_any()
}

/// What the policy will do with the new name.
fn policy_effect(found: &LabelUse) -> String {
    let mut parts = Vec::new();
    if !found.rules.is_empty() {
        let (rules, names, do_not) = match found.rules.as_slice() {
            [_] => ("rule", "names", "does not"),
            _ => ("rules", "name", "do not"),
        };
        parts.push(format!("the {rules} {} {names} it and {do_not} match any more", found.rules.join(", ")));
    }
    if let Some(queue) = &found.queue {
        parts.push(format!("its tasks will not go to {queue} by their label"));
    }
    if parts.is_empty() {
        "The policy does not name it.".to_owned()
    } else {
        format!("In policy v{}, {}, until a new version says so.", found.policy_version, parts.join(", and "))
    }
}

#[component]
fn Changes(found: LabelUse, acts: Acts) -> impl IntoView {
    if matches!(found.entry.state, LabelState::Became { .. }) {
        return view! { <p class="text-sm">"Its examples stand under its present name, and so do changes."</p> }
            .into_any();
    }
    let in_use = found.entry.state == LabelState::Active;
    let save_word = if in_use { "Save" } else { "Bring it back" };
    let sort = matches!(found.entry.state, LabelState::Split { .. }).then(|| {
        view! {
            <a class="btn btn-sm btn-primary" href=format!("{}/sort", link(&found.entry.name))>
                {format!("Sort its {} examples", found.entry.examples)}
            </a>
        }
    });
    let about = found.entry.about.clone();
    let name = found.entry.name.clone();
    let pending = acts.save.pending();
    let others = in_use.then(|| {
        view! {
            <Rename found=found.clone() rename=acts.rename/>
            <Split found=found.clone() split=acts.split/>
            <Retire found retire=acts.retire/>
        }
    });
    view! {
        <section aria-labelledby="change" class="flex max-w-2xl flex-col items-start gap-6">
            <h2 id="change" class="text-lg font-semibold">
                "Change it"
            </h2>
            {sort}
            <ActionForm action=acts.save attr:class="flex w-full flex-wrap items-end gap-3">
                <input type="hidden" name="name" value=name/>
                <div class="flex min-w-64 grow flex-col gap-1">
                    <label class="text-sm" for="about">
                        "When to give it"
                    </label>
                    <input class="input input-sm w-full" id="about" name="about" maxlength="500" value=about autocomplete="off"/>
                </div>
                <button class="btn btn-sm" type="submit" disabled=pending>
                    {save_word}
                </button>
            </ActionForm>
            {others}
        </section>
    }
    .into_any()
}

#[component]
fn Rename(found: LabelUse, rename: ServerAction<RenameLabel>) -> impl IntoView {
    let error = action_error(rename);
    let pending = rename.pending();
    let effect = format!(
        "{} examples and {} unfinished tasks get the new name; finished tasks and decisions keep the old one. {} {}",
        found.entry.examples,
        found.open_tasks,
        found.champion.as_ref().map_or_else(String::new, |model| {
            format!("{model} was trained with the old name; its answers are read as the new one.")
        }),
        policy_effect(&found),
    );
    let names = found.others.into_iter().map(|name| view! { <option value=name></option> }).collect_view();
    let done = rename.value();
    let became = move || {
        let input = rename.input().get().map(|input| input.to);
        done.with(|done| matches!(done, Some(Ok(())))).then_some(()).and(input)
    };
    view! {
        <div class="flex w-full flex-col gap-2">
            <h3 class="font-medium">"Rename it, or merge it into another"</h3>
            <p class="text-sm">{effect}</p>
            <ActionForm action=rename attr:class="flex flex-wrap items-start gap-3">
                <input type="hidden" name="name" value=found.entry.name/>
                <datalist id="other-names">{names}</datalist>
                <div class="flex flex-col gap-1">
                    <label class="text-sm" for="to">
                        "New name"
                    </label>
                    <input class="input input-sm w-56" id="to" name="to" list="other-names" maxlength="128" required autocomplete="off" aria-describedby="to-error"/>
                    <FieldError error field="to"/>
                </div>
                <label class="mt-7 flex items-center gap-2 text-sm">
                    <input class="checkbox checkbox-sm" type="checkbox" name="merge" value="true"/>
                    "If there is such a label, both become one"
                </label>
                <button class="btn btn-sm mt-6" type="submit" disabled=pending>
                    "Rename"
                </button>
            </ActionForm>
            <FormError error except=&["to"]/>
            {move || {
                became()
                    .map(|name| {
                        view! {
                            <p class="text-sm">
                                "It is called "
                                <a class="link" href=link(&name)>
                                    {name.clone()}
                                </a> " now."
                            </p>
                        }
                    })
            }}
        </div>
    }
    .into_any()
}

#[component]
fn Split(found: LabelUse, split: ServerAction<SplitLabel>) -> impl IntoView {
    let error = action_error(split);
    let pending = split.pending();
    let effect = format!(
        "Nobody gives it any more. Its {} examples wait to be sorted into the parts, and training leaves out those that are not sorted yet; {} unfinished tasks keep the name until somebody corrects them. Finished tasks and decisions keep it for good. {} {}",
        found.entry.examples,
        found.open_tasks,
        found.champion.as_ref().map_or_else(String::new, |model| {
            format!("{model} knows it: its next best answer counts instead, until a model is trained on the parts.")
        }),
        policy_effect(&found),
    );
    let fields = (1..=4)
        .map(|place| {
            view! {
                <label class="flex flex-col gap-1 text-sm">
                    <span>{format!("Part {place}")}</span>
                    <input class="input input-sm w-44" name="parts[]" list="other-names" maxlength="128" required=place < 3 autocomplete="off"/>
                </label>
            }
        })
        .collect_view();
    view! {
        <div class="flex w-full flex-col gap-2">
            <h3 class="font-medium">"Split it"</h3>
            <p class="text-sm">{effect}</p>
            <ActionForm action=split attr:class="flex flex-wrap items-end gap-3">
                <input type="hidden" name="name" value=found.entry.name/>
                {fields}
                <button class="btn btn-sm" type="submit" disabled=pending>
                    "Split"
                </button>
            </ActionForm>
            <FormError error/>
        </div>
    }
    .into_any()
}

#[component]
fn Retire(found: LabelUse, retire: ServerAction<RetireLabel>) -> impl IntoView {
    let pending = retire.pending();
    let consequence = format!(
        "Nobody gives it any more, and training leaves its {} examples out. {} {}",
        found.entry.examples,
        found
            .champion
            .as_ref()
            .map_or_else(String::new, |model| { format!("{model} knows it: its next best answer counts instead.") }),
        policy_effect(&found),
    );
    let name = found.entry.name;
    view! {
        <Confirm summary="Retire" about=name.clone() consequence>
            <ActionForm action=retire>
                <input type="hidden" name="name" value=name/>
                <button class="btn btn-xs btn-error" type="submit" disabled=pending>
                    "Retire it"
                </button>
            </ActionForm>
        </Confirm>
    }
    .into_any()
}
