//! The examples behind a number of a model's report.

use domain::{
    Fault,
    evaluation::{Answer, CaseFilter, CaseText, Change},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::percent;
use crate::{
    api::model::list_cases,
    components::{EmptyState, LabelBadge, PageHeader, Pager, TableRegion, loaded},
    error::AppError,
};

/// The cases of the model that the path names, narrowed by the address.
#[component]
pub fn CasesPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        let version = params.with(|params| params.get("version")).and_then(|text| text.parse::<u32>().ok());
        query.with(|query| {
            let text = |key: &str| query.get(key).filter(|text| !text.is_empty());
            let filter = CaseFilter {
                truth: text("truth"),
                answer: text("answer"),
                right: text("right").and_then(|text| text.parse().ok()),
                change: match text("change").as_deref() {
                    Some("gained") => Some(Change::Gained),
                    Some("lost") => Some(Change::Lost),
                    _ => None,
                },
                from: text("from").and_then(|text| text.parse().ok()),
                to: text("to").and_then(|text| text.parse().ok()),
            };
            (version, filter, text("after"))
        })
    });
    let page = Resource::new(
        move || asked.get(),
        |(version, filter, after)| async move {
            let version = version.ok_or(AppError(Fault::NotFound))?;
            Ok((version, filter.clone(), list_cases(version, filter, after).await?))
        },
    );
    loaded(page, |(version, filter, page)| {
        let title = format!("Cases of model v{version}");
        let list = if page.items.is_empty() {
            view! {
                <EmptyState
                    title="No case fits"
                    text="No held-out example of this model is what the address asks for. Old models keep their numbers and lose their cases."
                />
            }
            .into_any()
        } else {
            view! { <Cases items=page.items/> }.into_any()
        };
        view! {
            <PageHeader title subtitle=in_words(&filter)>
                <a class="btn btn-sm btn-ghost" href=format!("/models/{version}")>
                    "Back to the report"
                </a>
            </PageHeader>
            {list}
            <Pager next=page.next/>
        }
    })
}

/// What the list shows, as a sentence.
fn in_words(filter: &CaseFilter) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(filter.truth.as_ref().map(|label| format!("that are “{label}”")));
    parts.extend(filter.answer.as_ref().map(|label| format!("that the model called “{label}”")));
    parts.extend(filter.right.map(|right| format!("that it got {}", if right { "right" } else { "wrong" })));
    parts.extend(filter.change.map(|change| {
        match change {
            Change::Gained => "that it got right and the champion of that time wrong",
            Change::Lost => "that it got wrong and the champion of that time right",
        }
        .to_owned()
    }));
    let sure = |share: f32| percent(f64::from(share));
    parts.extend(match (filter.from, filter.to) {
        (Some(from), Some(to)) => Some(format!("with a confidence from {} to {}", sure(from), sure(to))),
        (Some(from), None) => Some(format!("with a confidence of at least {}", sure(from))),
        (None, Some(to)) => Some(format!("with a confidence of at most {}", sure(to))),
        (None, None) => None,
    });
    format!("Held-out examples {}, the most confident answers first.", parts.join(", and "))
        .replace("examples ,", "examples,")
}

#[component]
fn Cases(items: Vec<CaseText>) -> impl IntoView {
    let answer = |answer: Option<Answer>| match answer {
        None => view! { <td>"–"</td> }.into_any(),
        Some(answer) => view! {
            <td class="whitespace-nowrap">
                <LabelBadge label=Some(answer.label)/>
                <span class="ml-2 text-xs tabular-nums">{percent(f64::from(answer.confidence))}</span>
            </td>
        }
        .into_any(),
    };
    let rows = items
        .into_iter()
        .map(|CaseText { case, text }| {
            let verdict = if case.is_right() { "right" } else { "wrong" };
            let badge = if case.is_right() {
                "badge badge-sm badge-soft badge-success"
            } else {
                "badge badge-sm badge-soft badge-error"
            };
            view! {
                <tr>
                    <th scope="row" class="min-w-64 font-normal wrap-anywhere">
                        <span class="line-clamp-3 whitespace-pre-line">{text}</span>
                    </th>
                    <td>
                        <LabelBadge label=Some(case.truth)/>
                    </td>
                    {answer(Some(case.answer))}
                    <td>
                        <span class=badge>{verdict}</span>
                    </td>
                    {answer(case.champion)}
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableRegion label="Held-out examples, the most confident answers first">
            <thead>
                <tr>
                    <th scope="col">"Text"</th>
                    <th scope="col">"It is"</th>
                    <th scope="col">"The model said"</th>
                    <th scope="col">"Verdict"</th>
                    <th scope="col">"The champion said"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </TableRegion>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_is_said_in_words() {
        let all = in_words(&CaseFilter::default());
        assert_eq!(all, "Held-out examples, the most confident answers first.");
        let narrowed = CaseFilter { truth: Some("a".to_owned()), right: Some(false), ..CaseFilter::default() };
        assert_eq!(
            in_words(&narrowed),
            "Held-out examples that are “a”, and that it got wrong, the most confident answers first."
        );
    }
}
