//! The page on which people sign in.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::{
    api::session::SignIn,
    components::{FormError, ThemeSwitch, action_error},
};

/// Address and password. The form loads the page anew also with JavaScript: everything on it belongs to who signs in.
#[component]
pub fn SignInPage() -> impl IntoView {
    let error = action_error(ServerAction::<SignIn>::new());
    let next = use_query_map().read_untracked().get("next");
    view! {
        <Title text="Sign in"/>
        <main class="grid min-h-dvh place-items-center px-4 py-10">
            <div class="w-full max-w-sm">
                <p class="mb-6 flex items-center gap-2 font-semibold tracking-tight">
                    <svg class="size-6 text-primary" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.25" stroke-linecap="round" aria-hidden="true">
                        <path d="M3 17h7c4 0 4-10 8-10h3M3 7h5M15 17h6"></path>
                    </svg>
                    "Switchyard"
                </p>
                <h1 class="text-2xl font-semibold tracking-tight">"Sign in"</h1>
                <p class="mt-1 mb-6 text-sm text-base-content/70">"Work goes where it belongs, and you can see why."</p>
                <form method="post" action=SignIn::PATH class="flex flex-col gap-4">
                    <FormError error/>
                    {next.map(|next| view! { <input type="hidden" name="next" value=next/> })}
                    <div>
                        <label for="email" class="mb-1 block text-sm font-medium">"E-mail address"</label>
                        <input
                            id="email"
                            name="email"
                            type="email"
                            autocomplete="username"
                            required
                            maxlength="254"
                            class="input w-full"
                            aria-invalid=move || error.with(Option::is_some).then_some("true")
                        />
                    </div>
                    <div>
                        <label for="password" class="mb-1 block text-sm font-medium">"Password"</label>
                        <input
                            id="password"
                            name="password"
                            type="password"
                            autocomplete="current-password"
                            required
                            maxlength="256"
                            class="input w-full"
                            aria-invalid=move || error.with(Option::is_some).then_some("true")
                        />
                    </div>
                    <button class="btn btn-primary mt-2">"Sign in"</button>
                </form>
                <p class="mt-6 text-sm text-base-content/70">
                    "No account, or the password is lost? An administrator makes a new one."
                </p>
                <div class="mt-6">
                    <ThemeSwitch/>
                </div>
            </div>
        </main>
    }
    .into_any()
}
