//! The page of people.

use domain::{IssuedPassword, Page, Role, User};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{new_user::NewUserForm, secret::Secret};
use crate::{
    api::{
        blank,
        people::{AddUser, ResetPassword, SetUserAreas, SetUserDisabled, list_people},
    },
    components::{
        Confirm, EmptyState, FormError, PageHeader, Pager, StateBadge, TableRegion, When, action_error, announce_done,
        loaded_for,
    },
};

/// What can be done to the people of the list.
#[derive(Clone, Copy)]
struct Acts {
    disable: ServerAction<SetUserDisabled>,
    reset: ServerAction<ResetPassword>,
    areas: ServerAction<SetUserAreas>,
}

/// Everybody who may sign in, or might once.
#[component]
pub fn PeoplePage() -> impl IntoView {
    let query = use_query_map();
    let add = ServerAction::<AddUser>::new();
    let acts = Acts { disable: ServerAction::new(), reset: ServerAction::new(), areas: ServerAction::new() };
    let after = Memo::new(move |_| query.with(|query| blank(query.get("after"))));
    let board = Resource::new(
        move || {
            let changes = acts.disable.version().get() + acts.reset.version().get() + acts.areas.version().get();
            (after.get(), add.version().get(), changes)
        },
        |(after, ..)| list_people(after),
    );
    announce_done(add, "The person was added. The password is at the top of the page.");
    announce_done(acts.reset, "The password was reset. The new one is at the top of the page.");
    announce_done(acts.disable, "The person was changed.");
    announce_done(acts.areas, "The areas were changed.");
    let errors = [action_error(acts.disable), action_error(acts.reset), action_error(acts.areas)];
    loaded_for(board, move |board, viewer| {
        view! {
            <PageHeader title="People" subtitle="Who may sign in, and what each is here for."/>
            {board.issued.map(|issued| view! { <Password issued/> })}
            <NewUserForm add/>
            {errors.map(|error| view! { <FormError error/> }).into_iter().collect_view()}
            <People page=board.people acts own=viewer.id/>
        }
    })
}

#[component]
fn Password(issued: IssuedPassword) -> impl IntoView {
    view! {
        <Secret
            title=format!("The password of {} ({})", issued.user.name, issued.user.email)
            secret=issued.password
            hint="Copy it now and hand it over on a safe way. It is shown this once and cannot be read again; if it is lost, reset it."
        />
    }
}

#[component]
fn People(page: Page<User>, acts: Acts, own: String) -> impl IntoView {
    if page.items.is_empty() {
        return view! {
            <EmptyState title="Nobody on this page" text="The list ends before it. Go back to the first page to see everybody.">
                <a class="btn btn-sm" href="/people">
                    "First page"
                </a>
            </EmptyState>
        }
        .into_any();
    }
    let rows = page
        .items
        .into_iter()
        .map(|user| {
            let is_self = user.id.to_string() == own;
            view! { <PersonRow user acts is_self/> }
        })
        .collect_view();
    view! {
        <TableRegion label="People, by e-mail address">
            <thead>
                <tr>
                    <th scope="col">"Name"</th>
                    <th scope="col">"E-mail address"</th>
                    <th scope="col">"Role"</th>
                    <th scope="col">"Added (UTC)"</th>
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
fn PersonRow(user: User, acts: Acts, is_self: bool) -> impl IntoView {
    let state = if user.disabled_at.is_some() { "disabled" } else { "active" };
    let actions = if is_self {
        view! { <span class="text-xs text-base-content/70">"you; see “Account”"</span> }.into_any()
    } else {
        view! { <PersonActions user=user.clone() acts/> }.into_any()
    };
    view! {
        <tr>
            <th scope="row" class="font-medium">
                {user.name}
            </th>
            <td>{user.email}</td>
            <td>
                {user.role.as_str()}
                {(!user.areas.is_empty())
                    .then(|| view! { <span class="block text-xs text-base-content/70">{format!("policy: {}", user.areas.join(", "))}</span> })}
            </td>
            <td>
                <When at=user.created_at/>
            </td>
            <td>
                <StateBadge state/>
            </td>
            <td>{actions}</td>
        </tr>
    }
}

#[component]
fn PersonActions(user: User, acts: Acts) -> impl IntoView {
    let id = user.id.to_string();
    let same_id = id.clone();
    let disabled = user.disabled_at.is_some();
    let (summary, consequence, button) = if disabled {
        ("Enable", "The person may sign in again with the password they had.", "Enable now")
    } else {
        (
            "Disable",
            "The person is signed out everywhere and may not sign in again. What they did stays recorded.",
            "Disable now",
        )
    };
    let (disabling, resetting) = (acts.disable.pending(), acts.reset.pending());
    let areas = (user.role == Role::Supervisor).then(|| view! { <Areas user=user.clone() acts/> });
    view! {
        <div class="flex flex-wrap items-start gap-2">
            {areas}
            <Confirm summary=summary about=user.name.clone() consequence=consequence>
                <ActionForm action=acts.disable>
                    <input type="hidden" name="user" value=same_id/>
                    <input type="hidden" name="disabled" value=(!disabled).to_string()/>
                    <button class="btn btn-xs btn-warning" type="submit" disabled=disabling>
                        {button}
                    </button>
                </ActionForm>
            </Confirm>
            <Confirm
                summary="Reset password"
                about=format!("of {}", user.name)
                consequence="The present password stops working and the person is signed out everywhere. The new one is shown to you once."
            >
                <ActionForm action=acts.reset>
                    <input type="hidden" name="user" value=id/>
                    <button class="btn btn-xs btn-warning" type="submit" disabled=resetting>
                        "Reset now"
                    </button>
                </ActionForm>
            </Confirm>
        </div>
    }
}

/// Which areas of the policy a supervisor may change.
#[component]
fn Areas(user: User, acts: Acts) -> impl IntoView {
    let pending = acts.areas.pending();
    view! {
        <Confirm
            summary="Areas"
            about=format!("of {}", user.name)
            consequence="With areas, the person changes only the policy’s rules of these; without any, all of it."
        >
            <ActionForm action=acts.areas>
                <input type="hidden" name="user" value=user.id.to_string()/>
                <label class="mb-2 flex flex-col gap-1">
                    <span>"Areas, with commas"</span>
                    <input class="input input-xs w-56" type="text" name="areas" value=user.areas.join(", ") maxlength="2000"/>
                </label>
                <button class="btn btn-xs btn-primary" type="submit" disabled=pending>
                    "Set the areas"
                </button>
            </ActionForm>
        </Confirm>
    }
    .into_any()
}
