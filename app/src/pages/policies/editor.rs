//! The editor of a policy document: a decision table and its text, checked while it is written.

mod browser;
mod card;
mod cell;
mod checks;
mod columns;
mod completion;
mod desk;
mod examples;
mod expression;
mod findings;
mod form;
mod json;
mod keep;
mod model;
mod overtaken;
mod place;
mod plain;
mod queues;
mod row;
mod save;
mod seen;
mod shedding;
mod table;
mod then_form;

use domain::policy::{PolicyStage, PolicyVersion, desk::Overtaken};
use leptos::prelude::*;

pub(super) use self::plain::ProblemTable;
use self::{
    checks::check_while_editing,
    desk::{Checking, Desk},
    keep::{Keeper, RestoreOffer},
    model::Model,
    plain::PlainText,
    save::{NOTE, SaveForm},
};
use crate::{
    api::policy::edit::{PolicyAnswer, PolicyEdit, SubmitPolicy},
    components::PageHeader,
    error::AppError,
};

/// Changes a document and saves it as a draft. It starts with the version of the address, or with what the same person
/// sent last without JavaScript. Without JavaScript it is the text in a form; with it, a table and the text.
#[component]
pub(super) fn PolicyEditor(
    /// What it starts with.
    edit: PolicyEdit,
    /// Checks or saves.
    submit: ServerAction<SubmitPolicy>,
) -> impl IntoView {
    let PolicyEdit { policy, draft, vocabulary, areas } = edit;
    let resumed = draft.is_some();
    // A text that was begun from an older revision stays that: saving it must not overwrite what came since.
    let revision = draft.as_ref().map_or(policy.revision, |draft| draft.revision);
    let is_behind = revision != policy.revision;
    let (json, note, problems) = draft.map_or_else(
        || (serde_json::to_string_pretty(&policy.document).unwrap_or_default(), String::new(), None),
        |draft| (draft.json, draft.note, Some(draft.problems)),
    );
    let desk = Desk::new(Model::of(policy.document.clone()), vocabulary, areas);
    let keeper = Keeper::new(desk, policy.version, revision, note);
    let alive = RwSignal::new(false);
    begin(desk, keeper, alive, resumed.then(|| json.clone()), json.clone());
    let overtaken = RwSignal::new(None::<Overtaken>);
    follow_answers(submit, desk, keeper, overtaken);
    let panel = move || {
        overtaken.get().map(|answer| {
            let close = Callback::new(move |()| overtaken.set(None));
            view! { <overtaken::OvertakenPanel overtaken=answer desk keeper close/> }
        })
    };
    let json = StoredValue::new(json);
    let problems = StoredValue::new(problems);
    view! {
        <Header policy/>
        {resumed.then(|| view! { <p class="mb-3 text-sm">"This is the text that you sent last. It is not saved."</p> })}
        {is_behind
            .then(|| {
                view! {
                    <p class="alert alert-warning alert-soft mb-3 text-sm">
                        "Somebody else saved this draft since you began. Saving yours is refused; open the draft anew and put your changes into it."
                    </p>
                }
            })}
        <div>{panel}</div>
        <RestoreOffer keeper/>
        <Show when=move || alive.get() fallback=move || view! { <PlainText json=json.get_value() problems=problems.get_value()/> }>
            <Workbench desk/>
        </Show>
        <SaveForm submit desk keeper alive/>
    }
    .into_any()
}

#[component]
fn Header(policy: PolicyVersion) -> impl IntoView {
    let version = policy.version;
    let (title, subtitle) = if policy.stage == PolicyStage::Draft {
        (format!("Edit the draft v{version}"), "It decides nothing until it is activated.".to_owned())
    } else {
        let subtitle = format!(
            "v{version} stays as it is: saving makes a new draft, which decides nothing until it is activated."
        );
        (format!("Edit policy v{version}"), subtitle)
    };
    view! {
        <PageHeader title subtitle>
            <a class="btn btn-sm btn-ghost" href=format!("/policies/{version}")>
                "Leave without saving"
            </a>
        </PageHeader>
    }
    .into_any()
}

/// Brings the editor to life in the browser: with what was sent before or is written into the page already.
fn begin(desk: Desk, keeper: Keeper, alive: RwSignal<bool>, resumed: Option<String>, drawn: String) {
    Effect::new(move |_| {
        if alive.get_untracked() {
            return;
        }
        // Somebody may have begun to write before the page was alive, and browsers fill fields again after a reload.
        let typed = browser::text_of(json::TEXT).filter(|typed| typed.replace("\r\n", "\n") != drawn);
        if let Some(text) = typed.or_else(|| resumed.clone()) {
            desk.show_text(text);
            // A text that is no document stays in the JSON tab, where the check says what is wrong with it.
            let _ = desk.show_table();
        }
        if let Some(note) = browser::text_of(NOTE) {
            keeper.note.set(note);
        }
        keeper.look();
        alive.set(true);
    });
    Effect::new(move |_| {
        browser::watch_window(
            move |narrow| {
                if desk.narrow.get_untracked() != narrow {
                    desk.narrow.set(narrow);
                }
            },
            move |redo| desk.undo(redo),
            move || keeper.is_unsaved(),
        );
    });
    check_while_editing(desk, keeper);
}

/// What becomes of a sent form.
fn follow_answers(
    submit: ServerAction<SubmitPolicy>,
    desk: Desk,
    keeper: Keeper,
    overtaken: RwSignal<Option<Overtaken>>,
) {
    Effect::new(move |_| match submit.value().get() {
        Some(Ok(PolicyAnswer::Saved { .. })) => keeper.forget(),
        Some(Ok(PolicyAnswer::Checked { problems })) => {
            desk.tell("Nothing was saved. What was found says why.");
            desk.problems.set(problems);
            desk.checking.set(Checking::Done);
        }
        Some(Ok(PolicyAnswer::Overtaken(answer))) => {
            desk.say(format!("{} saved this draft while you were writing.", answer.by));
            overtaken.set(Some(*answer));
            browser::focus_soon(overtaken::PANEL.to_owned());
        }
        Some(Err(AppError(domain::Fault::InvalidPolicy { problems }))) => desk.problems.set(problems),
        Some(Err(_)) | None => {}
    });
}

/// The table and the text, and what was found in them.
#[component]
fn Workbench(desk: Desk) -> impl IntoView {
    let error = RwSignal::new(None::<String>);
    let is_json = Memo::new(move |_| desk.json.with(Option::is_some));
    let labelled = move || if is_json.get() { "view-json" } else { "view-table" };
    view! {
        <cell::KnownValues desk/>
        <json::Views desk error/>
        <div id="policy-view" role="tabpanel" aria-labelledby=labelled>
            <Show
                when=move || is_json.get()
                fallback=move || {
                    view! {
                        <table::TableEditor desk/>
                        <queues::LabelQueues desk/>
                        <examples::Examples desk/>
                        <shedding::SheddingFold desk/>
                    }
                }
            >
                <json::JsonText desk error/>
            </Show>
        </div>
        <findings::Findings desk/>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use domain::{
        PolicyDocument, Then, Timestamp,
        policy::{Target, desk::Vocabulary},
    };
    use leptos::reactive::owner::Owner;
    use leptos_meta::provide_meta_context;

    use super::*;
    use crate::api::policy::edit::PolicyDraft;

    fn policy() -> PolicyVersion {
        let otherwise =
            Then { destination: Target::Close, priority: None, sla_minutes: None, skills: Vec::new(), note: None };
        let document = PolicyDocument::of(otherwise);
        PolicyVersion::draft(3, document, String::new(), ("u", "Ada"), Timestamp::from_ms(0))
    }

    fn edit(draft: Option<PolicyDraft>) -> PolicyEdit {
        PolicyEdit { policy: policy(), draft, vocabulary: Vocabulary::default(), areas: Vec::new() }
    }

    #[test]
    fn a_document_cannot_leave_its_text_field() {
        let attack = "</textarea><script>alert(1)</script> & more";
        let draft = PolicyDraft {
            version: 3,
            revision: 1,
            json: attack.to_owned(),
            note: "\"><script>".to_owned(),
            problems: Vec::new(),
        };
        let html = Owner::new().with(|| {
            provide_meta_context();
            let submit = ServerAction::<SubmitPolicy>::new();
            view! { <PolicyEditor edit=edit(Some(draft)) submit/> }.to_html()
        });
        assert!(html.contains("&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; more"), "{html}");
        assert!(!html.contains("<script>"), "{html}");
    }

    #[test]
    fn the_text_is_in_the_page_without_javascript() {
        let html = Owner::new().with(|| {
            provide_meta_context();
            let submit = ServerAction::<SubmitPolicy>::new();
            view! { <PolicyEditor edit=edit(None) submit/> }.to_html()
        });
        assert!(html.contains("\"schema\": 2"), "{html}");
        assert!(html.contains("form=\"policy-form\"") && html.contains("method=\"post\""), "{html}");
        assert!(html.contains("value=\"check\"") && html.contains("value=\"save\""), "{html}");
    }
}
