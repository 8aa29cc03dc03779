//! The form that adds a person.

use domain::Role;
use leptos::prelude::*;

use crate::{
    api::people::AddUser,
    components::{FieldError, FormError, action_error, reset_when_done},
    error::AppError,
};

/// What a role is for, in a few words.
const fn purpose(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent: works queues",
        Role::Supervisor => "supervisor: edits policies, runs models",
        Role::Auditor => "auditor: reads everything, changes nothing",
        Role::Administrator => "administrator: manages people and keys",
    }
}

/// The areas of the policy that somebody may change.
#[component]
pub(super) fn AreasField(
    /// The form's error.
    #[prop(into)]
    error: Signal<Option<AppError>>,
) -> impl IntoView {
    view! {
        <div class="w-full sm:w-72">
            <label class="flex flex-col gap-1 text-sm">
                <span>"Policy areas it may change"</span>
                <input
                    class="input input-sm w-full"
                    type="text"
                    name="areas"
                    maxlength="2000"
                    placeholder="all"
                    autocomplete="off"
                    aria-describedby="areas-error"
                />
            </label>
            <FieldError error field="areas"/>
        </div>
    }
}

/// Adds a person; the password is made by the server.
#[component]
pub(super) fn NewUserForm(
    /// The action that adds.
    add: ServerAction<AddUser>,
) -> impl IntoView {
    let error = action_error(add);
    let form = reset_when_done(add);
    let pending = add.pending();
    let roles = Role::ALL.map(|role| view! { <option value=role.as_str()>{purpose(role)}</option> });
    view! {
        <section aria-labelledby="add" class="card card-border mb-6 bg-base-100">
            <div class="card-body">
                <h2 id="add" class="card-title">
                    "Add a person"
                </h2>
                <p class="text-sm text-base-content/70">
                    "A password is made and shown to you once. Hand it over; it can be changed under “Account”."
                </p>
                <ActionForm action=add node_ref=form>
                    <div class="flex flex-wrap items-start gap-3">
                        <div class="w-full sm:w-64">
                            <label class="flex flex-col gap-1 text-sm">
                                <span>"E-mail address"</span>
                                <input
                                    class="input input-sm w-full"
                                    type="email"
                                    name="email"
                                    required
                                    maxlength="254"
                                    autocomplete="off"
                                    aria-describedby="email-error"
                                />
                            </label>
                            <FieldError error field="email"/>
                        </div>
                        <div class="w-full sm:w-48">
                            <label class="flex flex-col gap-1 text-sm">
                                <span>"Name"</span>
                                <input
                                    class="input input-sm w-full"
                                    type="text"
                                    name="name"
                                    required
                                    maxlength="120"
                                    autocomplete="off"
                                    aria-describedby="name-error"
                                />
                            </label>
                            <FieldError error field="name"/>
                        </div>
                        <label class="flex w-full flex-col gap-1 text-sm sm:w-72">
                            <span>"Role"</span>
                            <select class="select select-sm w-full" name="role">
                                {roles.into_iter().collect_view()}
                            </select>
                        </label>
                        <AreasField error/>
                        <button class="btn btn-sm btn-primary sm:mt-6" type="submit" disabled=pending>
                            "Add"
                        </button>
                    </div>
                </ActionForm>
                <FormError error=Signal::derive(move || error.get().filter(|error| !matches!(error.field(), Some("email" | "name" | "areas"))))/>
            </div>
        </section>
    }
}
