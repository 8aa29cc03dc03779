//! Files of examples: bringing one in, and what came of those before.

use domain::{
    Permission,
    import::{ImportState, LabelImport},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{LabelTabs, count_label_backlog};
use crate::{
    api::import::{CancelImport, list_imports, lookup_import},
    components::{EmptyState, FormError, PageHeader, StateBadge, TableRegion, When, action_error, follow, loaded_for},
};

/// Where the form sends the file.
const UPLOAD: &str = "/api/v1/labels/imports";

/// The form for a file, the import under way, and the latest ones.
#[component]
pub fn ImportsPage() -> impl IntoView {
    let cancel = ServerAction::<CancelImport>::new();
    let ended = RwSignal::new(0_u32);
    let query = use_query_map();
    let refused = Memo::new(move |_| query.with(|query| query.get("refused")));
    let page = Resource::new(
        move || ended.get(),
        |_| async move { Ok((list_imports().await?, count_label_backlog().await?)) },
    );
    let error = action_error(cancel);
    loaded_for(page, move |(imports, backlog), viewer| {
        let may_import = viewer.may(Permission::TrainModels);
        let (running, over): (Vec<_>, Vec<_>) =
            imports.into_iter().partition(|import| import.state == ImportState::Running);
        let form = (may_import && running.is_empty()).then(|| view! { <Upload/> });
        let running = running
            .into_iter()
            .map(|import| view! { <Progress import cancel may_cancel=may_import ended/> })
            .collect_view();
        view! {
            <PageHeader title="Import examples" subtitle="Files of texts with labels: CSV, JSON lines or Parquet."/>
            <LabelTabs backlog/>
            <div role="alert" class="empty:sr-only">
                {move || {
                    refused
                        .get()
                        .map(|why| view! { <p class="alert alert-error alert-soft mb-4 text-sm">{why_refused(&why)}</p> })
                }}
            </div>
            <FormError error/>
            {running}
            {form}
            <Imports imports=over/>
        }
    })
}

/// What a file was refused for before it was looked at, as the upload says it in the page's address.
fn why_refused(code: &str) -> &'static str {
    match code {
        "no_file" => "Choose a file first.",
        "format" => "The name of the file must end with .csv, .jsonl, .ndjson or .parquet.",
        "too_large" => {
            "The file is larger than 64 MiB. The command line takes larger ones: switchyard import labels FILE."
        }
        "busy" => "Another file is on its way in; wait for it or cancel it.",
        _ => "The file did not arrive whole; try again.",
    }
}

#[component]
fn Upload() -> impl IntoView {
    view! {
        <form
            class="mb-6 flex flex-wrap items-end gap-3 rounded-box border border-base-300 bg-base-100 p-4"
            action=UPLOAD
            method="post"
            enctype="multipart/form-data"
        >
            <div class="flex w-full flex-col gap-1 sm:w-auto">
                <label class="text-sm" for="file">
                    "File with the columns text and label, at most 64 MiB"
                </label>
                <input class="file-input file-input-sm w-full" id="file" name="file" type="file" required accept=".csv,.jsonl,.ndjson,.parquet"/>
            </div>
            <label class="flex h-8 items-center gap-2 text-sm">
                <input class="checkbox checkbox-sm" type="checkbox" name="skip_bad" value="true"/>
                "Leave bad lines out"
            </label>
            <button class="btn btn-sm btn-primary" type="submit">
                "Import"
            </button>
            <p class="w-full text-xs text-base-content/70">
                "Every line is checked first. With a bad line nothing comes in, unless bad lines are left out. What is an example already comes in only once, so a file can be sent again. Columns priority and handling_minutes are taken, too."
            </p>
        </form>
    }
    .into_any()
}

/// How far an import is. The browser asks once a second; without a script a link asks again.
#[component]
fn Progress(
    import: LabelImport,
    cancel: ServerAction<CancelImport>,
    may_cancel: bool,
    ended: RwSignal<u32>,
) -> impl IntoView {
    let id = import.id;
    let import = follow(import, |import| import.state != ImportState::Running, move || lookup_import(id), ended);
    let pending = cancel.pending();
    let stop = may_cancel.then(|| {
        view! {
            <ActionForm action=cancel>
                <input type="hidden" name="import" value=id.to_string()/>
                <button class="btn btn-sm" type="submit" disabled=pending>
                    "Cancel the import"
                </button>
            </ActionForm>
        }
    });
    let percent = move || import.with(LabelImport::percent);
    let lines = move || import.with(|import| format!("{} good lines, {} bad", import.good, import.bad));
    view! {
        <section aria-labelledby="running" class="card card-border mb-6 bg-base-100">
            <div class="card-body">
                <h2 id="running" class="card-title wrap-anywhere">
                    {move || import.with(|import| format!("{} is coming in", import.file_name))}
                </h2>
                <p role="status">{move || import.with(|import| import.message.clone())}</p>
                <div class="flex items-center gap-3">
                    <progress
                        class="progress progress-primary grow"
                        max="100"
                        value=move || percent().to_string()
                        aria-label="Progress of the import"
                    ></progress>
                    <span class="num text-sm">{move || format!("{} %", percent())}</span>
                </div>
                <p class="text-sm tabular-nums">{lines}</p>
                <div class="flex flex-wrap items-center gap-3">
                    {stop}
                    <a class="btn btn-sm btn-ghost" href="/labels/imports" rel="external">
                        "Refresh"
                    </a>
                </div>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Imports(imports: Vec<LabelImport>) -> impl IntoView {
    if imports.is_empty() {
        return view! {
            <EmptyState
                title="No file has come in"
                text="A file of examples is the quickest way to a first model: a few hundred texts with their labels are enough."
            />
        }
        .into_any();
    }
    let rows = imports.into_iter().map(|import| view! { <ImportRow import/> }).collect_view();
    view! {
        <section aria-labelledby="imports">
            <h2 id="imports" class="mb-2 text-lg font-semibold">
                "Files that came in"
            </h2>
            <TableRegion label="The latest imports, newest first">
                <thead>
                    <tr>
                        <th scope="col">"File"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"What happened"</th>
                        <th scope="col" class="num text-right">
                            "New"
                        </th>
                        <th scope="col" class="num text-right">
                            "Known"
                        </th>
                        <th scope="col" class="num text-right">
                            "Bad"
                        </th>
                        <th scope="col">"Started (UTC)"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableRegion>
        </section>
    }
    .into_any()
}

#[component]
fn ImportRow(import: LabelImport) -> impl IntoView {
    let more = import.bad.saturating_sub(import.problems.len() as u64);
    let problems = (!import.problems.is_empty()).then(|| {
        let lines = import
            .problems
            .iter()
            .map(|problem| view! { <li>{format!("line {}: {}", problem.line, problem.reason)}</li> })
            .collect_view();
        let more = (more > 0).then(|| view! { <li>{format!("and {more} more")}</li> });
        view! {
            <details class="mt-1">
                <summary class="cursor-pointer text-xs">"Bad lines"</summary>
                <ul class="mt-1 list-disc pl-5 text-xs wrap-anywhere tabular-nums">{lines} {more}</ul>
            </details>
        }
    });
    view! {
        <tr>
            <th scope="row" class="min-w-32 max-w-60 font-normal wrap-anywhere" title=import.sha256>
                {import.file_name}
            </th>
            <td>
                <StateBadge state=import.state.as_str()/>
            </td>
            <td class="min-w-48 wrap-anywhere">{import.message} {problems}</td>
            <td class="num text-right">{import.added}</td>
            <td class="num text-right">{import.known}</td>
            <td class="num text-right">{import.bad}</td>
            <td>
                <When at=import.started_at/>
                <span class="block text-xs text-base-content/70">{format!("by {}", import.started_by)}</span>
            </td>
        </tr>
    }
}
