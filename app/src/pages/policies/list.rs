//! The list of policy versions, and what decides now.

use domain::{
    Page, Permission,
    policy::{
        PolicyStage,
        desk::{AreaCount, PolicyBoard, PolicySummary},
    },
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::reason::ReasonField;
use crate::{
    api::{
        blank,
        policy::{life::RollPolicyBack, lookup_policy_board},
    },
    components::{
        Confirm, EmptyState, FormError, PageHeader, Pager, StateBadge, TableRegion, When, action_error, announce_done,
        loaded_for,
    },
};

/// Every version of the policy, newest first.
#[component]
pub fn PoliciesPage() -> impl IntoView {
    let query = use_query_map();
    let roll_back = ServerAction::<RollPolicyBack>::new();
    let after = Memo::new(move |_| query.with(|query| blank(query.get("after"))));
    let board =
        Resource::new(move || (after.get(), roll_back.version().get()), |(after, _)| lookup_policy_board(after));
    announce_done(roll_back, "The version before is active again.");
    let error = action_error(roll_back);
    loaded_for(board, move |board: PolicyBoard, viewer| {
        let active = board.active.as_ref().map(|active| active.version);
        let edit = active.filter(|_| viewer.may(Permission::EditPolicies)).map(|version| {
            view! {
                <a class="btn btn-sm btn-primary" href=format!("/policies/{version}?edit=1")>
                    "Edit the active policy"
                </a>
            }
        });
        let back = board
            .previous
            .zip(active)
            .filter(|_| viewer.may(Permission::ActivatePolicies))
            .map(|(previous, active)| view! { <RollBack previous active action=roll_back/> });
        view! {
            <PageHeader
                title="Policies"
                subtitle="The rules that send each task somewhere. One version is active; every version is kept."
            >
                {back}
                {edit}
            </PageHeader>
            <FormError error/>
            <Now board=board.clone()/>
            <Policies page=board.versions/>
        }
    })
}

/// Brings the version back that was active before.
#[component]
fn RollBack(previous: u32, active: u32, action: ServerAction<RollPolicyBack>) -> impl IntoView {
    let pending = action.pending();
    let error = action_error(action);
    view! {
        <Confirm
            summary=format!("Roll back to v{previous}")
            about=format!("from v{active}")
            consequence=format!("From the next task on v{previous} decides again. Nothing that v{active} decided is changed.")
        >
            <ActionForm action>
                <ReasonField error/>
                <button class="btn btn-sm btn-warning" type="submit" disabled=pending>
                    {format!("Make v{previous} active")}
                </button>
            </ActionForm>
        </Confirm>
    }
    .into_any()
}

/// What decides now, in a few lines.
#[component]
fn Now(board: PolicyBoard) -> impl IntoView {
    let link = |version: u32| {
        view! {
            <a class="link num" href=format!("/policies/{version}")>
                {format!("v{version}")}
            </a>
        }
    };
    let active = board.active.map(|active| {
        view! {
            <p>
                {link(active.version)} " decides"
                {active.activated_by.map(|by| format!(", activated by {by}"))}
                {active
                    .activated_at
                    .map(|at| {
                        view! {
                            " on "
                            <When at/>
                        }
                    })} "."
            </p>
        }
    });
    let challenger = board.challenger.map(|challenger| {
        let version = challenger.version;
        let what = match (challenger.stage, challenger.rollout) {
            (PolicyStage::Canary, Some(rollout)) => format!(" decides {} % of the tasks as a canary.", rollout.percent),
            _ => " is in shadow: it decides beside the active version, without effect.".to_owned(),
        };
        view! {
            <p>
                {link(version)} {what} " "
                <a class="link" href=format!("/policies/{version}/rollout")>
                    "See how it does"
                </a>
            </p>
        }
    });
    let off = board.switches.len();
    let switches = (off > 0).then(|| {
        let words =
            if off == 1 { "1 thing is switched off.".to_owned() } else { format!("{off} things are switched off.") };
        view! {
            <p>
                <span class="badge badge-sm badge-soft badge-warning">"switched off"</span>
                {format!(" {words} ")}
                <a class="link" href="/guardrails#switches">
                    "See what"
                </a>
            </p>
        }
    });
    let has_areas = board.areas.iter().any(|count| count.area.is_some());
    let areas = has_areas.then(|| view! { <Areas areas=board.areas/> });
    view! {
        <section aria-label="What decides now" class="mb-6 flex flex-col gap-1 text-sm">
            {active} {challenger} {switches} {areas}
        </section>
    }
    .into_any()
}

/// The areas of the active version.
#[component]
fn Areas(areas: Vec<AreaCount>) -> impl IntoView {
    let items = areas
        .into_iter()
        .map(|AreaCount { area, rules }| {
            let name = area.unwrap_or_else(|| "no area".to_owned());
            let rules = if rules == 1 { "1 rule".to_owned() } else { format!("{rules} rules") };
            view! { <li class="badge badge-outline">{format!("{name}: {rules}")}</li> }
        })
        .collect_view();
    view! {
        <div class="mt-1 flex flex-wrap items-center gap-2">
            <span>"Areas:"</span>
            <ul class="flex flex-wrap gap-2">{items}</ul>
        </div>
    }
    .into_any()
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
                    <th scope="col">"What changed"</th>
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

/// What is to be known of a stage beside its name.
fn more(policy: &PolicySummary) -> Option<String> {
    if let Some(schedule) = &policy.schedule {
        return Some(format!("becomes active on {}", schedule.at.to_minute()));
    }
    match policy.stage {
        PolicyStage::InReview => Some(match &policy.approval {
            Some(approval) => format!("{} said yes", approval.by),
            None => "waits for a second person".to_owned(),
        }),
        PolicyStage::Canary => policy.rollout.map(|rollout| format!("{} % of the tasks", rollout.percent)),
        _ => None,
    }
}

#[component]
fn PolicyRow(policy: PolicySummary) -> impl IntoView {
    let more = more(&policy).map(|more| view! { <span class="block text-xs text-base-content/70">{more}</span> });
    let aside = policy.set_aside.map(|why| view! { <span class="block text-xs text-base-content/70">{why}</span> });
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
                {more}
            </td>
            <td class="num text-right">{policy.rules}</td>
            <td class="min-w-48 wrap-anywhere">{policy.note} {aside}</td>
            <td>
                <When at=policy.saved_at/>
                <span class="block text-xs text-base-content/70">{format!("by {}", policy.saved_by)}</span>
            </td>
            <td>{activated.map_or_else(|| "never".into_any(), IntoAny::into_any)}</td>
        </tr>
    }
    .into_any()
}
