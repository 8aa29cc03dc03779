//! The page of API keys.

use domain::{ApiKey, IssuedKey, Page, Scope};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{new_user::AreasField, secret::Secret};
use crate::{
    api::{
        blank,
        people::{CreateApiKey, RevokeApiKey, list_api_keys},
    },
    components::{
        Confirm, EmptyState, FieldError, FormError, PageHeader, Pager, StateBadge, TableRegion, When, action_error,
        announce_done, loaded, reset_when_done,
    },
};

/// Every key, those that were revoked too.
#[component]
pub fn KeysPage() -> impl IntoView {
    let query = use_query_map();
    let create = ServerAction::<CreateApiKey>::new();
    let revoke = ServerAction::<RevokeApiKey>::new();
    let after = Memo::new(move |_| query.with(|query| blank(query.get("after"))));
    let board = Resource::new(
        move || (after.get(), create.version().get(), revoke.version().get()),
        |(after, ..)| list_api_keys(after),
    );
    announce_done(create, "The key was made. It is at the top of the page.");
    announce_done(revoke, "The key was revoked.");
    let error = action_error(revoke);
    loaded(board, move |board| {
        view! {
            <PageHeader title="API keys" subtitle="By which programs submit tasks, read them and work them."/>
            {board.issued.map(|issued| view! { <NewKey issued/> })}
            <NewKeyForm create/>
            <FormError error/>
            <Keys page=board.keys revoke/>
        }
    })
}

#[component]
fn NewKey(issued: IssuedKey) -> impl IntoView {
    view! {
        <Secret
            title=format!("The key of {}", issued.key.name)
            secret=issued.secret
            hint="Copy it now: it is shown this once and cannot be read again. Programs send it as “Authorization: Bearer …”. If it is lost, revoke it and make another."
        />
    }
}

/// What a scope is for, in a few words.
const fn purpose(scope: Scope) -> &'static str {
    match scope {
        Scope::TasksWrite => "submit tasks",
        Scope::TasksRead => "read tasks and decisions",
        Scope::Work => "take tasks as a bot and finish them",
        Scope::PoliciesRead => "read policies",
        Scope::PoliciesWrite => "write policies and let them decide",
    }
}

#[component]
fn NewKeyForm(create: ServerAction<CreateApiKey>) -> impl IntoView {
    let error = action_error(create);
    let form = reset_when_done(create);
    let pending = create.pending();
    let scopes = Scope::ALL.map(|scope| {
        view! {
            <label class="flex items-center gap-2">
                <input class="checkbox checkbox-sm" type="checkbox" name="scopes[]" value=scope.as_str()/>
                <span>
                    <code>{scope.as_str()}</code>
                    {format!(": {}", purpose(scope))}
                </span>
            </label>
        }
    });
    view! {
        <section aria-labelledby="make" class="card card-border mb-6 bg-base-100">
            <div class="card-body">
                <h2 id="make" class="card-title">
                    "Make a key"
                </h2>
                <ActionForm action=create node_ref=form>
                    <div class="flex flex-col items-start gap-3">
                        <div class="w-full sm:w-72">
                            <label class="flex flex-col gap-1 text-sm">
                                <span>"Name of the program"</span>
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
                        <fieldset class="text-sm" aria-describedby="scopes-error">
                            <legend class="mb-1">"What it may do"</legend>
                            <div class="flex flex-col gap-2">{scopes.into_iter().collect_view()}</div>
                            <FieldError error field="scopes"/>
                        </fieldset>
                        <AreasField error/>
                        <button class="btn btn-sm btn-primary" type="submit" disabled=pending>
                            "Make the key"
                        </button>
                    </div>
                </ActionForm>
                <FormError error=Signal::derive(move || {
                    error.get().filter(|error| !matches!(error.field(), Some("name" | "scopes" | "areas")))
                })/>
            </div>
        </section>
    }
}

#[component]
fn Keys(page: Page<ApiKey>, revoke: ServerAction<RevokeApiKey>) -> impl IntoView {
    if page.items.is_empty() {
        return view! {
            <EmptyState
                title="No API key yet"
                text="A program needs one to reach the API. Give it a name and say what it may do, and hand the key to the program."
            />
        }
        .into_any();
    }
    let rows = page.items.into_iter().map(|key| view! { <KeyRow key_of_row=key revoke/> }).collect_view();
    view! {
        <TableRegion label="API keys, newest first">
            <thead>
                <tr>
                    <th scope="col">"Name"</th>
                    <th scope="col">"Scopes"</th>
                    <th scope="col">"Made (UTC)"</th>
                    <th scope="col">"Last used (UTC)"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Actions"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableRegion>
        <Pager next=page.next/>
    }
    .into_any()
}

#[component]
fn KeyRow(key_of_row: ApiKey, revoke: ServerAction<RevokeApiKey>) -> impl IntoView {
    let key = key_of_row;
    let scopes = key.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ");
    let state = if key.revoked_at.is_some() { "revoked" } else { "active" };
    let pending = revoke.pending();
    let action = key.revoked_at.is_none().then(|| {
        view! {
            <Confirm
                summary="Revoke"
                about=key.name.clone()
                consequence="Programs that use this key are refused at once. A revoked key never works again."
            >
                <ActionForm action=revoke>
                    <input type="hidden" name="key" value=key.id.to_string()/>
                    <button class="btn btn-xs btn-error" type="submit" disabled=pending>
                        "Revoke now"
                    </button>
                </ActionForm>
            </Confirm>
        }
    });
    view! {
        <tr>
            <th scope="row" class="font-medium">
                {key.name} <span class="block text-xs font-normal text-base-content/70">{key.id.to_string()}</span>
            </th>
            <td>
                <code class="text-xs">{scopes}</code>
            </td>
            <td>
                <When at=key.created_at/>
            </td>
            <td>
                {key.last_used_at.map_or_else(|| "never".into_any(), |at| view! { <When at/> }.into_any())}
            </td>
            <td>
                <StateBadge state/>
            </td>
            <td>{action}</td>
        </tr>
    }
}
