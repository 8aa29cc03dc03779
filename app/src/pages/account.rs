//! What people change about themselves.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use crate::{
    api::session::ChangePassword,
    components::{FieldError, FormError, PageHeader, action_error, loaded, use_viewer},
};

/// Who is signed in, and the form for a new password.
#[component]
pub fn AccountPage() -> impl IntoView {
    let error = action_error(ServerAction::<ChangePassword>::new());
    let changed =
        use_query_map().read_untracked().get_str("changed").is_some() && error.with_untracked(Option::is_none);
    loaded(use_viewer(), move |viewer| {
        let role = viewer.role.map_or_else(String::new, |role| format!("Signed in as {role}."));
        view! {
            <PageHeader title=viewer.name subtitle=role/>
            <section class="max-w-sm" aria-labelledby="change-password">
                <h2 id="change-password" class="mb-3 font-semibold">"Change the password"</h2>
                {changed.then(|| view! { <p role="status" class="alert alert-success alert-soft mb-3 text-sm">"The password is changed."</p> })}
                <form method="post" action=ChangePassword::PATH class="flex flex-col gap-2">
                    <FormError error except=&["old", "password", "again"]/>
                    <PasswordField name="old" label="Present password" autocomplete="current-password"/>
                    <FieldError error field="old"/>
                    <PasswordField name="new" label="New password, at least 12 characters" autocomplete="new-password"/>
                    <FieldError error field="password"/>
                    <PasswordField name="again" label="New password once more" autocomplete="new-password"/>
                    <FieldError error field="again"/>
                    <button class="btn btn-primary self-start">"Change"</button>
                </form>
            </section>
        }
    })
}

/// A field for a password, with its label.
#[component]
fn PasswordField(name: &'static str, label: &'static str, autocomplete: &'static str) -> impl IntoView {
    view! {
        <div>
            <label for=name class="mb-1 block text-sm font-medium">{label}</label>
            <input
                id=name
                name=name
                type="password"
                autocomplete=autocomplete
                required
                maxlength="256"
                class="input w-full"
                aria-describedby=format!("{}-error", if name == "new" { "password" } else { name })
            />
        </div>
    }
    .into_any()
}
