//! The frame around every page of somebody who signed in.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::{components::Outlet, hooks::use_location};

use crate::{
    api::session::{SignOut, Viewer, lookup_viewer},
    components::{
        Announcer, Commands, Icon, IconName, KeySheet, Navigation, Palette, ThemeSwitch, when::provide_clock,
    },
    error::AppError,
};

/// Who looks, as every page below the layout may ask.
#[derive(Debug, Clone, Copy)]
struct ViewerOfPage(Resource<Result<Viewer, AppError>>);

/// Who looks at the page. Read it with `.await` inside a `Suspend`.
///
/// # Panics
/// Outside [`Layout`].
#[must_use]
pub fn use_viewer() -> Resource<Result<Viewer, AppError>> {
    expect_context::<ViewerOfPage>().0
}

/// The navigation for the viewer's role, the skip link, the live region, and the page itself.
#[component]
pub fn Layout() -> impl IntoView {
    let who = Resource::new(|| (), |()| lookup_viewer());
    provide_context(ViewerOfPage(who));
    let said = RwSignal::new(String::new());
    provide_context(Announcer(said));
    provide_clock();
    let commands = Commands::provide();
    let viewer = RwSignal::new(None);
    Effect::new(move |_| {
        if let Some(Ok(known)) = who.get() {
            commands.keys().set(known.preferences.keys.clone());
            viewer.set(Some(known));
        }
    });
    let page = NodeRef::<leptos::html::Main>::new();
    follow_with_focus(page);
    let location = use_location();
    let is_workspace = Memo::new(move |_| location.pathname.with(|path| is_workspace(path)));

    view! {
        <a
            href="#main"
            rel="external"
            class="btn btn-primary btn-sm fixed top-2 left-2 z-50 -translate-y-20 focus:translate-y-0"
        >
            "Skip to the page"
        </a>
        <div class="frame" class:frame-narrow=move || is_workspace.get()>
            <TopBar who/>
            <SideBar who commands viewer/>
            <main id="main" node_ref=page tabindex="-1" class="frame-page">
                <Outlet/>
            </main>
        </div>
        <div role="status" aria-live="polite" class="sr-only">{said}</div>
    }
    .into_any()
}

/// Whether a page is one of panes, which need all the room.
fn is_workspace(path: &str) -> bool {
    ["/work", "/tasks", "/aside"]
        .iter()
        .any(|first| path.strip_prefix(first).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// Takes the cursor to a page that was gone to without loading it, as a loaded page does by itself.
fn follow_with_focus(page: NodeRef<leptos::html::Main>) {
    let location = use_location();
    Effect::new(move |before: Option<String>| {
        let now = location.pathname.get();
        if before.is_some_and(|before| before != now)
            && let Some(page) = page.get_untracked()
        {
            // A page that cannot take the cursor leaves it where it was.
            let _ = page.focus();
        }
        now
    });
}

/// The product's name, leading to the viewer's first page.
#[component]
fn Brand() -> impl IntoView {
    view! {
        <a href="/" class="flex items-center gap-2 font-semibold tracking-tight">
            <svg class="size-5 text-primary" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.25" stroke-linecap="round" aria-hidden="true">
                <path d="M3 17h7c4 0 4-10 8-10h3M3 7h5M15 17h6"></path>
            </svg>
            <span class="frame-word">"Switchyard"</span>
        </a>
    }
    .into_any()
}

/// The frame of a wide screen.
#[component]
fn SideBar(
    who: Resource<Result<Viewer, AppError>>,
    commands: Commands,
    viewer: RwSignal<Option<Viewer>>,
) -> impl IntoView {
    view! {
        <aside class="sticky top-0 hidden h-dvh flex-col gap-4 overflow-y-auto border-r border-base-300 bg-base-200 px-3 py-4 lg:flex">
            <div class="px-3">
                <Brand/>
            </div>
            <nav aria-label="Pages" class="grow">
                <Links who/>
            </nav>
            <div class="flex flex-col items-stretch">
                <Palette commands viewer/>
                <KeySheet commands/>
            </div>
            <Person who/>
        </aside>
    }
    .into_any()
}

/// The frame of a small screen: the navigation unfolds without a script.
#[component]
fn TopBar(who: Resource<Result<Viewer, AppError>>) -> impl IntoView {
    let fold = NodeRef::<leptos::html::Details>::new();
    let location = use_location();
    Effect::new(move |_| {
        location.pathname.track();
        if let Some(fold) = fold.get_untracked() {
            fold.set_open(false);
        }
    });
    view! {
        <header class="sticky top-0 z-40 border-b border-base-300 bg-base-200 lg:hidden">
            <details node_ref=fold class="group">
                <summary class="flex min-h-12 cursor-pointer list-none items-center justify-between px-4">
                    <span class="font-semibold tracking-tight">"Switchyard"</span>
                    <span class="btn btn-ghost btn-sm pointer-events-none">
                        <Icon name=IconName::Menu/>
                        "Menu"
                    </span>
                </summary>
                <nav aria-label="Pages" class="flex max-h-[80dvh] flex-col gap-4 overflow-y-auto px-3 pb-4">
                    <Links who/>
                    <Person who/>
                </nav>
            </details>
        </header>
    }
    .into_any()
}

/// The links, once it is known who looks.
#[component]
fn Links(who: Resource<Result<Viewer, AppError>>) -> impl IntoView {
    view! {
        <Suspense>
            {move || Suspend::new(async move { who.await.ok().map(|viewer| view! { <Navigation viewer/> }) })}
        </Suspense>
    }
    .into_any()
}

/// Who is signed in, the theme, the account and the way out.
#[component]
fn Person(who: Resource<Result<Viewer, AppError>>) -> impl IntoView {
    view! {
        <div class="flex flex-col gap-2 border-t border-base-300 pt-3">
            <Suspense>
                {move || Suspend::new(async move {
                    who.await
                        .ok()
                        .map(|viewer| {
                            view! {
                                <a
                                    href="/account"
                                    class="flex items-center gap-3 rounded-field px-3 py-1 text-sm hover:bg-base-300"
                                >
                                    <Icon name=IconName::Account/>
                                    <span class="frame-word min-w-0">
                                        <span class="block truncate font-medium">{viewer.name.clone()}</span>
                                        <span class="block text-xs text-base-content/70">
                                            {viewer.role.map(domain::Role::as_str)}
                                        </span>
                                    </span>
                                </a>
                            }
                        })
                })}
            </Suspense>
            <form method="post" action=SignOut::PATH>
                <button class="flex min-h-8 w-full cursor-pointer items-center gap-3 rounded-field px-3 text-sm hover:bg-base-300">
                    <Icon name=IconName::SignOut/>
                    <span class="frame-word">"Sign out"</span>
                </button>
            </form>
            <div class="frame-wide">
                <ThemeSwitch/>
            </div>
        </div>
    }
    .into_any()
}
