//! Sending a model that was made elsewhere.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// Where the form sends the files.
const UPLOAD: &str = "/api/v1/models";

/// The form behind a fold.
#[component]
pub(super) fn Upload() -> impl IntoView {
    view! {
        <details class="mt-8 rounded-box border border-base-300 bg-base-100">
            <summary class="cursor-pointer px-4 py-3 font-medium">"Add a model that was made elsewhere"</summary>
            <form
                class="flex flex-wrap items-end gap-3 px-4 pb-4"
                action=UPLOAD
                method="post"
                enctype="multipart/form-data"
            >
                <div class="flex w-full flex-col gap-1 sm:w-auto">
                    <label class="text-sm" for="files">
                        "Its files, at most 512 MiB"
                    </label>
                    <input class="file-input file-input-sm w-full" id="files" name="files" type="file" multiple required accept=".onnx,.json"/>
                </div>
                <button class="btn btn-sm btn-primary" type="submit">
                    "Send"
                </button>
                <p class="w-full max-w-prose text-xs text-base-content/70">
                    "What " <code>"switchyard model export"</code> " wrote, or " <code>"model.onnx"</code> " with "
                    <code>"tokenizer.json"</code> " and " <code>"signature.json"</code>
                    ". The graph is read first, then tried in a process of its own with limited memory and time, then measured on the held-out examples. It becomes a candidate and decides nothing."
                </p>
            </form>
        </details>
    }
    .into_any()
}

/// Why the model that was sent last was refused, when the page's address says that it was.
#[component]
pub(super) fn Refused(
    /// Why, as the server remembers it.
    reason: Option<String>,
) -> impl IntoView {
    let query = use_query_map();
    let code = Memo::new(move |_| query.with(|query| query.get("refused")));
    let sentence = move || {
        code.get().map(|code| match (code.as_str(), reason.clone()) {
            ("no_file", _) => {
                "Send model.onnx together with model.json, or with signature.json and tokenizer.json.".to_owned()
            }
            ("too_large", _) => "The files are larger than 512 MiB.".to_owned(),
            ("busy", _) => "Another model is being made; wait for it or cancel its run.".to_owned(),
            ("unusable", Some(reason)) => reason,
            _ => "The files did not arrive whole, or could not be kept; try again.".to_owned(),
        })
    };
    view! {
        <div role="alert" class="empty:sr-only">
            {move || sentence().map(|why| view! { <p class="alert alert-error alert-soft mb-4 text-sm wrap-anywhere">{why}</p> })}
        </div>
    }
    .into_any()
}
