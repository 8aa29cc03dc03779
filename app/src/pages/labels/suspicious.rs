//! Labels that are likely wrong, and saying whether they are.

use domain::{Permission, suspicion::SuspiciousLabel};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{LabelTabs, count_label_backlog, text::ExampleText};
use crate::{
    api::label::{AnswerSuspicion, list_suspicions},
    components::{
        EmptyState, FormError, LabelBadge, PageHeader, Pager, action_error, announce_done, loaded_for, on_key, press,
    },
};

/// The buttons of the first label, for the keys.
const CHANGE_FIRST: &str = "change-first";
const KEEP_FIRST: &str = "keep-first";

/// Suspicious labels, the likeliest to be wrong first.
#[component]
pub fn SuspiciousPage() -> impl IntoView {
    let answer = ServerAction::<AnswerSuspicion>::new();
    let query = use_query_map();
    let after = Memo::new(move |_| query.with(|query| query.get("after")));
    let page = Resource::new(
        move || (after.get(), answer.version().get()),
        |(after, _)| async move { Ok((list_suspicions(after).await?, count_label_backlog().await?)) },
    );
    announce_done(answer, "Answered.");
    let error = action_error(answer);
    on_key('c', || press(CHANGE_FIRST));
    on_key('k', || press(KEEP_FIRST));
    loaded_for(page, move |(page, backlog), viewer| {
        let may_settle = viewer.may(Permission::SettleLabels);
        view! {
            <PageHeader
                title="Suspicious labels"
                subtitle="Labels that models hold for wrong which did not learn from them. The last training found them."
            />
            <LabelTabs backlog/>
            <FormError error/>
            {if page.items.is_empty() {
                view! {
                    <EmptyState
                        title="Nothing is suspicious"
                        text="Each training asks models that did not see a text whether its label fits. What they doubt appears here until somebody keeps or changes it."
                    />
                }
                    .into_any()
            } else {
                view! { <Suspicions items=page.items answer may_settle/> }.into_any()
            }}
            <Pager next=page.next/>
        }
    })
}

#[component]
fn Suspicions(items: Vec<SuspiciousLabel>, answer: ServerAction<AnswerSuspicion>, may_settle: bool) -> impl IntoView {
    let hint = may_settle.then(|| {
        view! {
            <p class="mb-3 text-sm text-base-content/70">
                <kbd class="kbd kbd-sm">"c"</kbd> " changes the first label, " <kbd class="kbd kbd-sm">"k"</kbd> " keeps it."
            </p>
        }
    });
    view! {
        {hint}
        <ol class="divide-y divide-base-300 rounded-box border border-base-300 bg-base-100">
            {items
                .into_iter()
                .enumerate()
                .map(|(place, item)| view! { <SuspicionRow item first=place == 0 answer may_settle/> })
                .collect_view()}
        </ol>
    }
    .into_any()
}

/// A probability as people read it.
fn percent(share: f32) -> String {
    format!("{:.0} %", share * 100.0)
}

#[component]
fn SuspicionRow(
    item: SuspiciousLabel,
    first: bool,
    answer: ServerAction<AnswerSuspicion>,
    may_settle: bool,
) -> impl IntoView {
    let SuspiciousLabel { label, suspicion } = item;
    let reason = format!(
        "{} for {}, {} for {}. Examples of {} reach {} on average.",
        percent(suspicion.suggested_confidence),
        suspicion.suggested,
        percent(suspicion.given_confidence),
        label.label,
        suspicion.suggested,
        percent(suspicion.threshold),
    );
    let text = view! { <ExampleText label=label.clone()/> };
    let forms = may_settle.then(|| {
        let about: String = label.text.chars().take(60).collect();
        let id = suspicion.label_id.to_string();
        view! {
            <div class="flex flex-wrap items-center gap-2">
                <Answer id=id.clone() change=true first answer word=format!("Change to {}", suspicion.suggested) about=about.clone()/>
                <Answer id change=false first answer word=format!("Keep {}", label.label) about/>
            </div>
        }
    });
    view! {
        <li class="grid gap-3 px-4 py-3 md:grid-cols-[minmax(0,1fr)_auto] md:gap-6">
            <div class="min-w-0 text-sm">
                {text}
                <p class="mt-2 flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-base-content/70">
                    <LabelBadge label=Some(label.label.clone())/>
                    {format!("{} by {}.", label.kind.as_str(), label.given_by)}
                    <span class="tabular-nums">{reason}</span>
                </p>
            </div>
            {forms}
        </li>
    }
    .into_any()
}

#[component]
fn Answer(
    id: String,
    change: bool,
    first: bool,
    answer: ServerAction<AnswerSuspicion>,
    word: String,
    about: String,
) -> impl IntoView {
    let pending = answer.pending();
    let button = first.then_some(if change { CHANGE_FIRST } else { KEEP_FIRST });
    let key =
        first.then(|| view! { <kbd class="kbd kbd-xs" aria-hidden="true">{if change { "c" } else { "k" }}</kbd> });
    let name = format!("{word}: {about}");
    view! {
        <ActionForm action=answer>
            <input type="hidden" name="label" value=id/>
            <input type="hidden" name="change" value=change.to_string()/>
            <button class="btn btn-sm" id=button type="submit" disabled=pending aria-label=name>
                {word}
                {key}
            </button>
        </ActionForm>
    }
    .into_any()
}
