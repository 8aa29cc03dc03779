//! Checking while somebody edits: once the text rests for a moment, and only the latest answer counts.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    desk::{Checking, Desk},
    keep::Keeper,
    model::Model,
};
use crate::api::policy::edit::check_policy;

/// How long the text has to rest.
const REST: Duration = Duration::from_millis(400);

/// Checks the text after every change, and keeps it for after a crash.
pub(super) fn check_while_editing(desk: Desk, keeper: Keeper) {
    let latest = StoredValue::new(0_u64);
    Effect::new(move |_| {
        desk.model.with(Model::serial);
        desk.json.track();
        keeper.note.track();
        let look = move || {
            keeper.keep();
            check_now(desk, latest);
        };
        if let Ok(handle) = set_timeout_with_handle(look, REST) {
            on_cleanup(move || handle.clear());
        }
    });
}

fn check_now(desk: Desk, latest: StoredValue<u64>) {
    let mine = latest.try_update_value(|latest| {
        *latest += 1;
        *latest
    });
    let Some(mine) = mine else { return };
    desk.checking.set(Checking::Running);
    leptos::task::spawn_local(async move {
        let answer = check_policy(desk.text()).await;
        // The page may be gone, or a later text may have been asked about.
        if latest.try_get_value() != Some(mine) {
            return;
        }
        let state = match answer {
            Ok(problems) => {
                desk.problems.set(problems);
                Checking::Done
            }
            Err(error) => Checking::Failed(error.message()),
        };
        desk.checking.set(state);
    });
}
