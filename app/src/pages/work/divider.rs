//! The line between the list and the task, which makes the list wider or narrower.

use domain::preferences::LIST_WIDTHS;
use leptos::prelude::*;

use crate::{
    api::preferences::{Look, SetLook},
    components::{show, shown},
};

/// The width of the list in pixels at each step, as the style sheet has it.
#[cfg(feature = "hydrate")]
const STEPS_PX: [i32; LIST_WIDTHS as usize] = [256, 304, 352, 400, 464, 544];

/// A separator that is moved by arrow keys or by dragging; where it stands is kept.
#[component]
pub(super) fn Divider(
    /// Keeps where it stands.
    keep: ServerAction<SetLook>,
) -> impl IntoView {
    let step = RwSignal::new(Look::default().list_width);
    Effect::new(move |_| step.set(shown().list_width));
    let move_to = move |to: u8| {
        let to = to.min(LIST_WIDTHS - 1);
        if to != step.get_untracked() {
            step.set(to);
            show(Look { list_width: to, ..shown() });
        }
    };
    let save = move || {
        let list_width = Some(step.get_untracked());
        keep.dispatch(SetLook { theme: None, density: None, list_width, focus: None });
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let now = step.get_untracked();
        match event.key().as_str() {
            "ArrowLeft" => move_to(now.saturating_sub(1)),
            "ArrowRight" => move_to(now + 1),
            "Home" => move_to(0),
            "End" => move_to(LIST_WIDTHS - 1),
            _ => return,
        }
        event.prevent_default();
        save();
    };
    let dragged = RwSignal::new(false);
    let on_down = move |event: leptos::ev::PointerEvent| {
        dragged.set(true);
        hold_pointer(&event);
        event.prevent_default();
    };
    let on_move = move |event: leptos::ev::PointerEvent| {
        if dragged.get_untracked()
            && let Some(to) = nearest_step(&event)
        {
            move_to(to);
        }
    };
    let on_up = move |_| {
        if dragged.get_untracked() {
            dragged.set(false);
            save();
        }
    };
    view! {
        <div
            class="group sticky top-0 hidden h-dvh w-3 -mx-1.5 z-10 cursor-col-resize touch-none justify-center lg:flex"
            role="separator"
            tabindex="0"
            aria-orientation="vertical"
            aria-label="Width of the list"
            aria-valuemin="0"
            aria-valuemax=(LIST_WIDTHS - 1).to_string()
            aria-valuenow=move || step.get().to_string()
            on:keydown=on_key
            on:pointerdown=on_down
            on:pointermove=on_move
            on:pointerup=on_up
            on:pointercancel=on_up
        >
            <div class="w-px bg-base-300 group-hover:w-0.5 group-hover:bg-primary group-focus-visible:w-0.5 group-focus-visible:bg-primary"></div>
        </div>
    }
    .into_any()
}

/// Lets the separator hear the pointer until it is let go, wherever it goes.
fn hold_pointer(event: &leptos::ev::PointerEvent) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let target = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if let Some(target) = target {
            // A pointer that is gone already drags nothing.
            let _ = target.set_pointer_capture(event.pointer_id());
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = event;
}

/// The step whose edge is nearest to the pointer.
fn nearest_step(event: &leptos::ev::PointerEvent) -> Option<u8> {
    #[cfg(feature = "hydrate")]
    {
        let list = document().query_selector("#list").ok().flatten()?;
        #[expect(clippy::cast_possible_truncation, reason = "a place on a screen")]
        let width = event.client_x() - list.get_bounding_client_rect().left() as i32;
        let nearest = STEPS_PX.iter().enumerate().min_by_key(|(_, step)| (*step - width).abs())?;
        u8::try_from(nearest.0).ok()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = event;
        None
    }
}
