//! The list of policy versions.

use domain::{Page, Permission, policy::PolicyStage};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    api::{
        blank,
        policy::{PolicySummary, list_policies},
    },
    components::{EmptyState, PageHeader, Pager, StateBadge, TableRegion, When, loaded_for},
};

/// Every version of the policy, newest first.
#[component]
pub fn PoliciesPage() -> impl IntoView {
    let query = use_query_map();
    let after = Memo::new(move |_| query.with(|query| blank(query.get("after"))));
    let page = Resource::new(move || after.get(), list_policies);
    loaded_for(page, |page, viewer| {
        let active = page.items.iter().find(|policy| policy.stage == PolicyStage::Active).map(|policy| policy.version);
        let edit = active.filter(|_| viewer.may(Permission::EditPolicies)).map(|version| {
            view! {
                <a class="btn btn-sm btn-primary" href=format!("/policies/{version}?edit=1")>
                    "Edit the active policy"
                </a>
            }
        });
        view! {
            <PageHeader title="Policies" subtitle="The rules that send each task somewhere. One version is active; every version is kept.">
                {edit}
            </PageHeader>
            <Policies page/>
        }
    })
}

#[component]
fn Policies(page: Page<PolicySummary>) -> impl IntoView {
    if page.items.is_empty() {
        return view! {
            <EmptyState
                title="No policy on this page"
                text="The list ends before it. The server starts with a policy of its own, so the first page has at least one."
            >
                <a class="btn btn-sm" href="/policies">
                    "First page"
                </a>
            </EmptyState>
        }
        .into_any();
    }
    let rows = page.items.into_iter().map(|policy| view! { <PolicyRow policy/> }).collect_view();
    view! {
        <TableRegion label="Policy versions, newest first">
            <thead>
                <tr>
                    <th scope="col">"Version"</th>
                    <th scope="col">"Stage"</th>
                    <th scope="col" class="num text-right">
                        "Rules"
                    </th>
                    <th scope="col">"Note"</th>
                    <th scope="col">"Saved (UTC)"</th>
                    <th scope="col">"Active since, last (UTC)"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableRegion>
        <Pager next=page.next/>
    }
    .into_any()
}

#[component]
fn PolicyRow(policy: PolicySummary) -> impl IntoView {
    let activated = policy.activated_at.map(|at| {
        let by = policy.activated_by.map(|name| format!("by {name}"));
        view! {
            <When at/>
            <span class="block text-xs text-base-content/70">{by}</span>
        }
    });
    view! {
        <tr>
            <th scope="row">
                <a class="link num" href=format!("/policies/{}", policy.version)>
                    {format!("v{}", policy.version)}
                </a>
            </th>
            <td>
                <StateBadge state=policy.stage.as_str()/>
            </td>
            <td class="num text-right">{policy.rules}</td>
            <td class="min-w-48 wrap-anywhere">{policy.note}</td>
            <td>
                <When at=policy.created_at/>
                <span class="block text-xs text-base-content/70">{format!("by {}", policy.created_by)}</span>
            </td>
            <td>{activated.map_or_else(|| "never".into_any(), IntoAny::into_any)}</td>
        </tr>
    }
}
