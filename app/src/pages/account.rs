//! What people change about themselves.

use domain::preferences::{Command, Density, Keys, Preferences};
use leptos::{form::ActionForm, prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use crate::{
    api::{
        preferences::{SetKeys, SetLook},
        session::{ChangePassword, Viewer},
    },
    components::{FieldError, FormError, PageHeader, ThemeSwitch, action_error, announce, loaded, show, use_viewer},
    error::AppError,
};

/// Who is signed in, how the product looks to them, their keys, and the form for a new password.
#[component]
pub fn AccountPage() -> impl IntoView {
    let error = action_error(ServerAction::<ChangePassword>::new());
    let keys_error = action_error(ServerAction::<SetKeys>::new());
    let query = use_query_map();
    let said = move |word: &str| query.read_untracked().get_str(word).is_some();
    let changed = said("changed") && error.with_untracked(Option::is_none);
    let kept = said("kept") && keys_error.with_untracked(Option::is_none);
    loaded(use_viewer(), move |viewer: Viewer| {
        let role = viewer.role.map_or_else(String::new, |role| format!("Signed in as {role}."));
        let Preferences { density, keys, .. } = viewer.preferences;
        view! {
            <PageHeader title=viewer.name subtitle=role/>
            <Appearance density/>
            <KeyForm keys error=keys_error kept/>
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

/// Light or dark, and how close rows stand.
#[component]
fn Appearance(density: Density) -> impl IntoView {
    let look = ServerAction::<SetLook>::new();
    Effect::new(move |_| {
        if let Some(Ok(now)) = look.value().get() {
            show(now);
            announce("The look is kept.");
        }
    });
    let choices = [(Density::Comfortable, "Comfortable"), (Density::Compact, "Compact: one line for each task")]
        .map(|(choice, title)| {
            view! {
                <label class="flex items-center gap-2 text-sm">
                    <input
                        type="radio"
                        class="radio radio-sm"
                        name="density"
                        value=choice.as_str()
                        checked=choice == density
                    />
                    {title}
                </label>
            }
        })
        .into_iter()
        .collect_view();
    view! {
        <section class="mb-8 max-w-xl" aria-labelledby="appearance">
            <h2 id="appearance" class="mb-3 font-semibold">
                "Appearance"
            </h2>
            <ThemeSwitch/>
            <FormError error=action_error(look)/>
            <ActionForm action=look>
                <fieldset class="mt-3 flex flex-col gap-2">
                    <legend class="mb-1 text-sm font-medium">"Rows of lists"</legend>
                    {choices}
                    <button class="btn btn-primary btn-sm self-start">"Keep"</button>
                </fieldset>
            </ActionForm>
        </section>
    }
    .into_any()
}

/// The fields of the keys, which say themselves what is wrong with them.
const KEY_FIELDS: [&str; Command::ALL.len()] = {
    let mut fields = [""; Command::ALL.len()];
    let mut place = 0;
    while place < fields.len() {
        fields[place] = Command::ALL[place].field();
        place += 1;
    }
    fields
};

/// The key of each command.
#[component]
fn KeyForm(keys: Keys, error: Signal<Option<AppError>>, kept: bool) -> impl IntoView {
    let fields = Command::ALL
        .map(|command| {
            let id = format!("key-{}", command.as_str());
            let field = command.field();
            view! {
                <div class="grid grid-cols-[3.5rem_minmax(0,1fr)] items-center gap-x-3">
                    <input
                        id=id.clone()
                        class="input input-sm text-center font-mono"
                        type="text"
                        name=format!("keys[{}]", command.as_str())
                        value=keys.of(command).to_string()
                        maxlength="2"
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        aria-describedby=format!("{field}-error")
                    />
                    <label for=id class="text-sm">
                        {command.title()}
                    </label>
                    <div class="col-span-2">
                        <FieldError error field/>
                    </div>
                </div>
            }
        })
        .into_iter()
        .collect_view();
    view! {
        <section id="keys" class="mb-8 max-w-xl scroll-mt-4" aria-labelledby="keys-title">
            <h2 id="keys-title" class="mb-1 font-semibold">
                "Keys"
            </h2>
            <p class="mb-3 text-sm text-base-content/70">
                "Single keys work wherever nobody types. A blank field means the usual key. Ctrl or Cmd and K finds every action by its name, also when single keys are off."
            </p>
            {kept.then(|| view! { <p role="status" class="alert alert-success alert-soft mb-3 text-sm">"The keys are kept."</p> })}
            <form method="post" action=SetKeys::PATH class="flex flex-col gap-2">
                <FormError error except=&KEY_FIELDS/>
                <label class="flex items-center gap-2 text-sm">
                    <input type="checkbox" class="checkbox checkbox-sm" name="on" value="true" checked=keys.on/>
                    "Single keys do something"
                </label>
                {fields}
                <button class="btn btn-primary btn-sm self-start">"Keep the keys"</button>
            </form>
        </section>
    }
    .into_any()
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
