//! The links to the pages that a person may see.

use domain::Permission;
use leptos::prelude::*;
use leptos_router::components::A;

use crate::{
    api::session::Viewer,
    components::{Icon, IconName},
};

/// One page of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NavigationItem {
    /// Its address.
    pub path: &'static str,
    /// Its name.
    pub title: &'static str,
    /// The drawing beside it.
    pub icon: IconName,
    /// What somebody must be permitted to see it.
    pub permission: Permission,
}

impl NavigationItem {
    const fn new(path: &'static str, title: &'static str, icon: IconName, permission: Permission) -> Self {
        Self { path, title, icon, permission }
    }

    /// Every page, in the order in which they are shown.
    pub const ALL: [Self; 12] = [
        Self::new("/overview", "Overview", IconName::Overview, Permission::ReadOverview),
        Self::new("/work", "Work", IconName::Work, Permission::ReadTasks),
        Self::new("/approvals", "Approvals", IconName::Approvals, Permission::ApproveAutomations),
        Self::new("/escalations", "Escalations", IconName::Escalations, Permission::ReadEscalations),
        Self::new("/decisions", "Decisions", IconName::Decisions, Permission::ReadDecisions),
        Self::new("/policies", "Policies", IconName::Policies, Permission::ReadPolicies),
        Self::new("/guardrails", "Guardrails", IconName::Guardrails, Permission::ReadPolicies),
        Self::new("/dead-letters", "Dead letters", IconName::DeadLetters, Permission::ReadDecisions),
        Self::new("/models", "Models", IconName::Models, Permission::ReadModels),
        Self::new("/labels", "Labels", IconName::Labels, Permission::ReadLabels),
        Self::new("/people", "People", IconName::People, Permission::ManagePeople),
        Self::new("/keys", "API keys", IconName::Keys, Permission::ManageApiKeys),
    ];
}

/// The links to the pages that the viewer may see; the page that is shown is marked.
#[component]
pub fn Navigation(
    /// Who looks.
    viewer: Viewer,
) -> impl IntoView {
    let items = NavigationItem::ALL.into_iter().filter(|item| viewer.may(item.permission));
    view! {
        <ul class="flex flex-col gap-0.5">
            {items
                .map(|item| {
                    view! {
                        <li>
                            <A href=item.path attr:title=item.title attr:class="flex min-h-9 items-center gap-3 rounded-field px-3 text-sm hover:bg-base-300 aria-[current=page]:bg-base-300 aria-[current=page]:font-medium">
                                <Icon name=item.icon/>
                                <span class="frame-word">{item.title}</span>
                            </A>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use domain::Role;

    use super::*;

    #[test]
    fn each_role_sees_its_own_pages() {
        let pages = |role: Role| {
            let viewer = Viewer {
                id: String::new(),
                name: String::new(),
                role: Some(role),
                permissions: role.permissions().to_vec(),
                preferences: domain::preferences::Preferences::default(),
            };
            NavigationItem::ALL
                .iter()
                .filter(|item| viewer.may(item.permission))
                .map(|item| item.title)
                .collect::<Vec<_>>()
        };
        assert_eq!(pages(Role::Agent), ["Overview", "Work", "Approvals", "Escalations"]);
        assert_eq!(pages(Role::Administrator), ["Overview", "Policies", "Guardrails", "People", "API keys"]);
        let mut audited = pages(Role::Supervisor);
        audited.retain(|page| *page != "Approvals");
        assert_eq!(pages(Role::Auditor), audited, "auditors answer nothing");
        assert!(pages(Role::Supervisor).contains(&"Policies"));
    }
}
