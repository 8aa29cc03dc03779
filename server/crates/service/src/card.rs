//! Model cards (Mitchell et al. 2019, "Model Cards for Model Reporting"): what a model is, on what it was measured, what it
//! must not be used for. Markdown, with the facts that registries read in front.

use std::fmt::{self, Write};

use domain::{
    Actor,
    evaluation::{HeldOutReport, ModelReport, Share},
};

use crate::{ReadError, Services};

impl Services {
    /// A model's card.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] when there is no such model.
    pub async fn model_card(&self, actor: &Actor, version: u32) -> Result<String, ReadError> {
        let report = self.model_report(actor, version).await?;
        let mut card = String::new();
        // Writing into a string does not fail.
        let _ = write_card(&mut card, &report, &self.settings().model_license);
        Ok(card)
    }
}

fn write_card(card: &mut String, report: &ModelReport, license: &str) -> fmt::Result {
    let model = &report.model;
    let license = if license.is_empty() { "not stated" } else { license };
    writeln!(card, "---\nlicense: {}\npipeline_tag: text-classification\nlibrary_name: onnx", quoted(license))?;
    writeln!(card, "tags:\n- switchyard\n- text-classification\n---\n\n# Model {}\n", model.name())?;
    let (labels, by) = (model.labels.len(), escaped(&model.created_by));
    let made = match model.trained_on {
        0 => format!("Made elsewhere, for {labels} labels; added"),
        examples => format!("Trained by Switchyard on {examples} examples of {labels} labels,"),
    };
    writeln!(card, "Labels short texts: support tickets, claims, questions. {made} {} by {by}.\n", model.created_at)?;
    writeln!(card, "| | |\n| --- | --- |")?;
    let dataset = model.dataset.map_or_else(|| "none of this workspace".to_owned(), domain::dataset::dataset_name);
    for (name, value) in [
        ("stage", model.stage.as_str()),
        ("dataset", &dataset),
        ("SHA-256", &model.sha256),
        ("SHA-256 of its examples", if model.dataset_sha256.is_empty() { "not known" } else { &model.dataset_sha256 }),
        ("licence", license),
    ] {
        writeln!(card, "| {name} | {} |", escaped(value))?;
    }
    writeln!(card, "\n## Intended use\n")?;
    writeln!(
        card,
        "Suggesting the label of a text to people, and, for labels whose precision is promised on live work, deciding alone under \
         a policy that a person wrote. It was made for the work of one organisation and says nothing of any other's."
    )?;
    writeln!(card, "\n## Limits\n")?;
    for limit in LIMITS {
        writeln!(card, "- {limit}")?;
    }
    writeln!(card, "\n## Data\n")?;
    let data = if model.dataset.is_some() {
        "Labels that people of the organisation gave, confirmed, corrected or imported. A fifth of all texts, chosen by the digest \
         of the text, was never learned from; the numbers below are measured on it."
    } else {
        "It was not trained on a dataset that this workspace keeps. The numbers below are measured on examples of this workspace; \
         if it was made elsewhere, it may have learned from them."
    };
    writeln!(card, "{data}")?;
    writeln!(card, "\n## Metrics\n")?;
    match (&model.metrics, &report.held_out) {
        (Some(metrics), Some(held_out)) => {
            writeln!(card, "| | |\n| --- | --- |")?;
            writeln!(card, "| accuracy | {} |", in_words(&held_out.accuracy))?;
            writeln!(card, "| macro F1 | {:.3} |", metrics.macro_f1)?;
            writeln!(card, "| expected calibration error, 15 bins | {:.3} |", metrics.ece)?;
            if let Some(auroc) = held_out.out_of_scope_auroc {
                writeln!(card, "| AUROC for what is none of the labels | {auroc:.3} |")?;
            }
            if let Some(newest) = &metrics.newest {
                let accuracy = newest.accuracy * 100.0;
                writeln!(card, "| accuracy on the newest {} labels | {accuracy:.1} % |", newest.examples)?;
            }
            if let Some(lists) = &held_out.short_lists {
                let holds = in_words(&lists.holds);
                writeln!(
                    card,
                    "| right label on the short list ({:.1} labels on average) | {holds} |",
                    lists.mean_size
                )?;
            }
            if let Some(priority) = &metrics.priority {
                let (right, kappa) = (priority.accuracy * 100.0, priority.kappa);
                writeln!(
                    card,
                    "| suggested priority, of {} | {right:.1} %, quadratic kappa {kappa:.2} |",
                    priority.examples
                )?;
            }
            if let Some(handling) = &metrics.handling {
                let (error, guess) = (handling.median_error, handling.median_error_of_guessing);
                let within = handling.within_range * 100.0;
                writeln!(
                    card,
                    "| median error of predicted minutes, of {} | {error:.1} (guessing: {guess:.1}) |",
                    handling.examples
                )?;
                writeln!(card, "| minutes within the range that is meant to hold 80 % | {within:.1} % |")?;
            }
            write_labels(card, held_out)?;
        }
        _ => writeln!(card, "None: there were too few examples to hold some out, or the model was made elsewhere.")?,
    }
    Ok(())
}

const LIMITS: [&str; 5] = [
    "It knows the labels above and no others; what belongs to none is recognised only in part.",
    "It reads words. It does not know whether what they say is true, and can be misled by whoever writes them.",
    "Work changes; expect less than these numbers on what comes in later, and watch for drift.",
    "It repeats what people labelled, their mistakes and preferences included; rare labels rest on few examples.",
    "A priority or handling time of its own is a suggestion, never to be applied by itself.",
];

fn write_labels(card: &mut String, held_out: &HeldOutReport) -> fmt::Result {
    writeln!(card, "\nBrackets hold the true value in 95 of 100 cases (Clopper and Pearson).\n")?;
    writeln!(card, "| label | precision | recall | on the short list |\n| --- | --- | --- | --- |")?;
    let cell = |share: &Option<Share>| share.as_ref().map_or_else(|| "–".to_owned(), in_words);
    for label in &held_out.labels {
        let [precision, recall, listed] = [&label.precision, &label.recall, &label.short_list].map(cell);
        writeln!(card, "| {} | {precision} | {recall} | {listed} |", escaped(&label.label))?;
    }
    Ok(())
}

fn in_words(share: &Share) -> String {
    let percent = |share: f64| share * 100.0;
    format!("{:.1} % ({:.1} to {:.1}) of {}", percent(share.share), percent(share.low), percent(share.high), share.of)
}

/// A text that means itself within a table of Markdown.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => safe.push_str("&lt;"),
            '&' => safe.push_str("&amp;"),
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '#' | '~' => safe.extend(['\\', character]),
            _ if character.is_control() => safe.push(' '),
            _ => safe.push(character),
        }
    }
    safe
}

/// A text as a string of YAML, whose double-quoted form takes all that JSON writes.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_means_itself_in_a_table() {
        assert_eq!(escaped("a|b <i>*x*</i>\n& `c`"), "a\\|b &lt;i>\\*x\\*&lt;/i> &amp; \\`c\\`");
        assert_eq!(quoted("CC \"BY\": 4"), r#""CC \"BY\": 4""#);
    }
}
