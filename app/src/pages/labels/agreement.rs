//! How far people who labelled the same texts agree.

use domain::dispute::{Agreement, Kappa};
use leptos::prelude::*;

use super::{LabelTabs, count_label_backlog};
use crate::{
    api::label::label_agreement,
    components::{EmptyState, PageHeader, TableRegion, loaded},
};

/// Cohen's kappa overall, per label and per person.
#[component]
pub fn AgreementPage() -> impl IntoView {
    let page = Resource::new(|| (), |()| async move { Ok((label_agreement().await?, count_label_backlog().await?)) });
    loaded(page, |(agreement, backlog)| {
        view! {
            <PageHeader
                title="Agreement"
                subtitle="How far people who labelled the same texts say the same, beyond what chance alone would give."
            />
            <LabelTabs backlog/>
            {if agreement.pairs == 0 {
                view! {
                    <EmptyState
                        title="Nobody has labelled a text twice"
                        text="Agreement is measured where two people have labelled the same text, each without knowing that it would be compared."
                    />
                }
                    .into_any()
            } else {
                view! { <Numbers agreement/> }.into_any()
            }}
        }
    })
}

/// In words, as Landis and Koch (1977) name the ranges.
fn words(kappa: f64) -> &'static str {
    match kappa {
        kappa if kappa < 0.0 => "less than chance",
        kappa if kappa <= 0.2 => "slight",
        kappa if kappa <= 0.4 => "fair",
        kappa if kappa <= 0.6 => "moderate",
        kappa if kappa <= 0.8 => "substantial",
        _ => "almost perfect",
    }
}

#[component]
fn Numbers(agreement: Agreement) -> impl IntoView {
    let overall = agreement.overall.map_or_else(
        || format!("{} pairs of labels, all of one kind: agreement beyond chance is not defined.", agreement.pairs),
        |kappa| {
            format!(
                "Cohen’s kappa {:.2} (95 % interval {:.2} to {:.2}, {}) from {} pairs of labels.",
                kappa.kappa,
                kappa.low,
                kappa.high,
                words(kappa.kappa),
                kappa.pairs,
            )
        },
    );
    view! {
        <p class="mb-6 tabular-nums">{overall}</p>
        <div class="grid items-start gap-6 lg:grid-cols-2">
            <Kappas title="Per label" first="Label" rows=agreement.per_label/>
            <Kappas title="Per person" first="Person" rows=agreement.per_person/>
        </div>
        <p class="mt-4 max-w-prose text-xs text-base-content/70">
            "Kappa is 1 when two people always agree and 0 when they agree as often as chance would have it. A low value for one label often means that its meaning is not clear; a low value for one person, that the guidance is not."
        </p>
    }
    .into_any()
}

#[component]
fn Kappas(title: &'static str, first: &'static str, rows: Vec<(String, Option<Kappa>)>) -> impl IntoView {
    let rows = rows.into_iter().map(|(name, kappa)| view! { <KappaRow name kappa/> }).collect_view();
    view! {
        <section>
            <h2 class="mb-2 text-lg font-semibold">{title}</h2>
            <TableRegion label=title>
                <thead>
                    <tr>
                        <th scope="col">{first}</th>
                        <th scope="col" class="num text-right">
                            "Kappa"
                        </th>
                        <th scope="col" class="num text-right">
                            "95 % interval"
                        </th>
                        <th scope="col" class="num text-right">
                            "Agreed"
                        </th>
                        <th scope="col" class="num text-right">
                            "Pairs"
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableRegion>
        </section>
    }
    .into_any()
}

#[component]
fn KappaRow(name: String, kappa: Option<Kappa>) -> impl IntoView {
    let cells = kappa.map_or_else(
        || std::array::from_fn(|_| "–".to_owned()),
        |kappa| {
            [
                format!("{:.2}", kappa.kappa),
                format!("{:.2} to {:.2}", kappa.low, kappa.high),
                format!("{:.1} %", kappa.observed * 100.0),
                kappa.pairs.to_string(),
            ]
        },
    );
    view! {
        <tr>
            <th scope="row" class="font-normal wrap-anywhere">
                {name}
            </th>
            {cells.map(|cell| view! { <td class="num text-right whitespace-nowrap">{cell}</td> }).into_iter().collect_view()}
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_have_the_names_of_the_literature() {
        assert_eq!(
            [-0.1, 0.1, 0.3, 0.5, 0.7, 0.9].map(words),
            ["less than chance", "slight", "fair", "moderate", "substantial", "almost perfect"]
        );
    }
}
