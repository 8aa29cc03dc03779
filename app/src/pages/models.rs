//! Models: what serves, what could serve, how good each is, and training a new one.

mod automation;
mod board;
mod cases;
mod charts;
mod drift;
mod numbers;
mod report;
mod rollout;
mod run;
mod stages;
mod upload;

pub use automation::AutomationPage;
pub use board::ModelsPage;
pub use cases::CasesPage;
pub use drift::DriftPage;
use leptos::prelude::*;
use leptos_router::components::A;
pub use report::ModelPage;

use crate::components::{TAB, TABS};

/// The links between the pages of models.
#[component]
fn ModelTabs() -> impl IntoView {
    view! {
        <nav aria-label="Models" class=TABS>
            <A href="/models" exact=true attr:class=TAB>
                "Models"
            </A>
            <A href="/models/automation" attr:class=TAB>
                "Automation"
            </A>
            <A href="/models/drift" attr:class=TAB>
                "Drift"
            </A>
        </nav>
    }
    .into_any()
}

/// A share as people read it: `91.6 %`.
fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// How far a share is from another, in points: `+0.4`.
fn points(share: f64, other: f64) -> String {
    let points = (share - other) * 100.0;
    if points.abs() < 0.05 { "±0.0".to_owned() } else { format!("{points:+.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_carry_their_sign() {
        assert_eq!(percent(0.9161), "91.6 %");
        assert_eq!(points(0.92, 0.91), "+1.0");
        assert_eq!(points(0.91, 0.92), "-1.0");
        assert_eq!(points(0.91, 0.9101), "±0.0");
    }
}
