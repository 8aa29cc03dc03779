//! What is left out when more comes in than can be classified.

use domain::policy::{Shedding, SheddingRest};
use leptos::prelude::*;

use super::desk::Desk;

/// What it says when it is switched on.
const FIRST: Shedding = Shedding { when_waiting: 1_000, full_percent: 10, rest: SheddingRest::CheapStage };

/// What the others have, as documents write it and in words.
const RESTS: [(SheddingRest, &str, &str); 2] = [
    (SheddingRest::CheapStage, "cheap_stage", "the cheapest stage of the model"),
    (SheddingRest::Rules, "rules", "the rules alone, without a model"),
];

/// The fold for load shedding.
#[component]
pub(super) fn SheddingFold(
    /// What takes the changes.
    desk: Desk,
) -> impl IntoView {
    let shedding = Memo::new(move |_| desk.model.with(super::model::Model::shedding));
    let is_on = Memo::new(move |_| shedding.get().is_some());
    let fixed = !desk.may_change_whole();
    let why = fixed.then(|| view! { <p class="text-sm text-base-content/80">{desk.why_fixed(None)}</p> });
    let switch = move |event| {
        let on = event_target_checked(&event).then_some(FIRST);
        desk.change(|model| model.set_shedding(on));
    };
    view! {
        <details class="mt-3 rounded-box border border-base-300 bg-base-100">
            <summary class="cursor-pointer px-4 py-3 font-medium">
                {move || if is_on.get() { "Under stress (on)" } else { "Under stress (off)" }}
            </summary>
            <div class="flex flex-col gap-3 px-4 pb-4">
                <p class="max-w-prose text-sm">
                    "When more comes in than can be classified, only a share of the tasks goes through every stage of the model. Nothing is lost."
                </p>
                {why}
                <label class="flex min-h-6 items-center gap-2 text-sm">
                    <input class="toggle toggle-sm" type="checkbox" disabled=fixed prop:checked=is_on on:change=switch/>
                    "Leave stages out under stress"
                </label>
                <Show when=move || is_on.get()>
                    <Numbers desk shedding fixed/>
                </Show>
            </div>
        </details>
    }
    .into_any()
}

#[component]
fn Numbers(desk: Desk, shedding: Memo<Option<Shedding>>, fixed: bool) -> impl IntoView {
    let error = RwSignal::new(None::<&'static str>);
    let now = move || shedding.get().unwrap_or(FIRST);
    let change = move |act: &dyn Fn(&mut Shedding)| {
        error.set(None);
        let mut changed = untrack(now);
        act(&mut changed);
        desk.change(|model| model.set_shedding(Some(changed)));
    };
    let waiting = move |event| match event_target_value(&event).trim().parse::<u32>() {
        Ok(number) if number > 0 => change(&|shedding| shedding.when_waiting = number),
        _ => error.set(Some("Write a whole number of tasks from 1 on. It was not changed.")),
    };
    let percent = move |event| match event_target_value(&event).trim().parse::<u8>() {
        Ok(number) if number <= 100 => change(&|shedding| shedding.full_percent = number),
        _ => error.set(Some("Write whole percent from 0 to 100. It was not changed.")),
    };
    let rest = move |event| {
        let chosen = event_target_value(&event);
        if let Some((rest, ..)) = RESTS.iter().find(|(_, name, _)| *name == chosen) {
            change(&|shedding| shedding.rest = *rest);
        }
    };
    let options = RESTS.map(|(rest, name, words)| {
        view! {
            <option value=name prop:selected=move || now().rest == rest>
                {words}
            </option>
        }
    });
    view! {
        <div class="flex flex-wrap items-end gap-3">
            <label class="flex flex-col gap-1 text-sm">
                "From so many waiting tasks on"
                <input class="input input-sm w-48" type="text" inputmode="numeric" aria-describedby="shedding-error" readonly=fixed prop:value=move || now().when_waiting.to_string() on:change=waiting/>
            </label>
            <label class="flex flex-col gap-1 text-sm">
                "In full, percent"
                <input class="input input-sm w-32" type="text" inputmode="numeric" aria-describedby="shedding-error" readonly=fixed prop:value=move || now().full_percent.to_string() on:change=percent/>
            </label>
            <label class="flex flex-col gap-1 text-sm">
                "The others have"
                <select class="select select-sm w-64" disabled=fixed on:change=rest>
                    {options}
                </select>
            </label>
        </div>
        <p id="shedding-error" class="text-sm text-error empty:hidden" role="alert">{move || error.get()}</p>
    }
    .into_any()
}
