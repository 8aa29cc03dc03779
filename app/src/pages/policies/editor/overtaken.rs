//! Somebody else saved the draft meanwhile: what they changed, what I changed, and the three ways on.

use domain::policy::{
    desk::Overtaken,
    diff::{Difference, FieldChange},
};
use leptos::prelude::*;

use super::{browser, desk::Desk, keep::Keeper};
use crate::{
    components::When,
    pages::policies::words::{difference_badge, field_in_words, part_in_words},
};

/// The id of the panel, which takes the cursor when it appears.
pub(super) const PANEL: &str = "overtaken";

/// Both changes side by side, and what may become of them.
#[component]
pub(super) fn OvertakenPanel(
    /// What the server answered.
    overtaken: Overtaken,
    /// The document.
    desk: Desk,
    /// What knows the revision.
    keeper: Keeper,
    /// Closes the panel.
    close: Callback<()>,
) -> impl IntoView {
    let Overtaken { version, revision, by, at, theirs, mine, merge } = overtaken;
    let conflicts = merge.conflicts.iter().map(part_in_words).collect::<Vec<_>>();
    let conflicted = (!conflicts.is_empty()).then(|| {
        let list = conflicts.into_iter().map(|part| view! { <li>{part}</li> }).collect_view();
        view! {
            <div class="text-sm">
                <p class="font-medium">"Both of you changed these, each otherwise:"</p>
                <ul class="list-disc pl-6">{list}</ul>
            </div>
        }
    });
    let document = StoredValue::new(merge.document);
    let both = move |_| {
        desk.json.set(None);
        desk.change(|model| model.load(document.get_value()));
        keeper.revision.set(revision);
        close.run(());
        desk.tell("Both changes are in the table now. Where you both changed the same part it has yours. Save when it is right.");
        browser::focus_soon("policy-note".to_owned());
    };
    let keep = move |_| {
        keeper.revision.set(revision);
        close.run(());
        desk.tell(format!("Your text stays as it is. Saving it replaces revision {revision}, with their changes."));
        browser::focus_soon("policy-note".to_owned());
    };
    view! {
        <section id=PANEL tabindex="-1" class="mb-4 flex flex-col gap-3 rounded-box border border-warning bg-base-100 p-4" aria-labelledby="overtaken-title">
            <h2 id="overtaken-title" class="font-semibold">
                {format!("{by} saved this draft while you were writing")}
            </h2>
            <p class="text-sm">
                "Saved " <When at/> " (UTC). Nothing of yours was saved, and nothing of theirs was changed."
            </p>
            <div class="grid gap-4 md:grid-cols-2">
                <Changes title=format!("What {by} changed") changes=theirs/>
                <Changes title="What you changed".to_owned() changes=mine/>
            </div>
            {conflicted}
            <div class="flex flex-wrap gap-2">
                <button class="btn btn-sm btn-primary" type="button" on:click=both>
                    "Take both"
                </button>
                <button class="btn btn-sm" type="button" on:click=keep>
                    "Keep mine only"
                </button>
                <a class="btn btn-sm btn-ghost" href=format!("/policies/{version}?edit=1") rel="external" on:click=move |_| keeper.forget()>
                    "Discard mine"
                </a>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Changes(title: String, changes: Vec<Difference>) -> impl IntoView {
    let none = changes.is_empty().then(|| view! { <p class="text-sm">"Nothing."</p> });
    let items = changes
        .into_iter()
        .map(|change| {
            let fields =
                change.fields.into_iter().map(|field| view! { <li class="wrap-anywhere">{field_change(&field)}</li> });
            view! {
                <li>
                    <span class="flex flex-wrap items-center gap-2">
                        <span class=difference_badge(change.kind)>{change.kind.as_str()}</span>
                        <span class="wrap-anywhere">{part_in_words(&change.part)}</span>
                    </span>
                    <ul class="pl-4 text-xs text-base-content/80">{fields.collect_view()}</ul>
                </li>
            }
        })
        .collect_view();
    view! {
        <div class="min-w-0">
            <h3 class="mb-1 text-sm font-medium">{title}</h3>
            {none}
            <ul class="flex flex-col gap-1 text-sm">{items}</ul>
        </div>
    }
    .into_any()
}

fn field_change(field: &FieldChange) -> String {
    let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "blank".to_owned());
    format!("{}: {} → {}", field_in_words(&field.field), side(&field.before), side(&field.after))
}
