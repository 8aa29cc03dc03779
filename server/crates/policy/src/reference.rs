//! Every fact and function that a condition may use, for the editor's help.

/// One fact or function, as the policy editor's help shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactDoc {
    /// As it is written in a condition.
    pub name: &'static str,
    /// The kind of its value, for example `text` or `number`.
    pub type_name: &'static str,
    /// What it is, in one sentence.
    pub meaning: &'static str,
    /// A condition that uses it.
    pub example: &'static str,
}

/// Every fact and function that a condition may use, in the order that help shows them.
#[must_use]
pub const fn facts_reference() -> &'static [FactDoc] {
    REFERENCE
}

const fn doc(name: &'static str, type_name: &'static str, meaning: &'static str, example: &'static str) -> FactDoc {
    FactDoc { name, type_name, meaning, example }
}

static REFERENCE: &[FactDoc] = &[
    doc("task.subject", "text", "The line that says what the task is about.", r#"task.subject.startsWith("Re:")"#),
    doc("task.body", "text", "The task's text; empty when there is none.", r#"task.body == """#),
    doc("task.text", "text", "Subject and body together.", r#"contains_any(task.text, ["outage", "data loss"])"#),
    doc(
        "task.channel",
        "text",
        "Where it came from; `api` when the submitter said nothing.",
        r#"task.channel == "email""#,
    ),
    doc(
        "task.language",
        "text",
        "The language of the text, for example `en`: the attribute `language`, else what was detected; empty when unsure.",
        r#"task.language in ["de", "fr"]"#,
    ),
    doc("task.external_id", "text", "The submitter's own name for it; empty without one.", r#"task.external_id != """#),
    doc(
        "task.priority_hint",
        "text",
        "How urgent the submitter thinks it is: low, normal, high, urgent; empty without a hint.",
        r#"task.priority_hint in ["high", "urgent"]"#,
    ),
    doc(
        "task.attributes.NAME",
        "anything",
        "An attribute by its name, also task.attributes[\"NAME\"] and deeper; null when the task does not have it.",
        r#"task.attributes.plan == "enterprise""#,
    ),
    doc(
        "has(task.attributes.NAME)",
        "truth",
        "Whether the task has the attribute.",
        "has(task.attributes.customer.vip)",
    ),
    doc(
        "classification.available",
        "truth",
        "Whether a model answered. If none did, texts are empty, numbers 0, and rules on a label do not match.",
        "!classification.available",
    ),
    doc("classification.label", "text", "The likeliest label.", r#"classification.label == "billing""#),
    doc(
        "classification.confidence",
        "fraction",
        "How likely the label is, 0 to 1.",
        "classification.confidence >= 0.8",
    ),
    doc(
        "classification.margin",
        "fraction",
        "How far the label is ahead of the second, 0 to 1.",
        "classification.margin < 0.1",
    ),
    doc(
        "classification.out_of_scope",
        "fraction",
        "How likely the text belongs to no label at all, 0 to 1.",
        "classification.out_of_scope >= 0.7",
    ),
    doc(
        "classification.reaches_precision",
        "fraction",
        "The precision that is promised for answers like this one, as the page Automation says; 0 when none is.",
        "classification.reaches_precision >= 0.98",
    ),
    doc(
        "classification.priority",
        "text",
        "The priority that the model predicts; empty without a prediction.",
        r#"classification.priority == "urgent""#,
    ),
    doc(
        "classification.handling_minutes",
        "fraction",
        "Minutes of work that the model predicts; 0 without a prediction.",
        "classification.handling_minutes > 60",
    ),
    doc("classification.model_version", "text", "The model that answered.", r#"classification.model_version == "v3""#),
    doc(
        "classification.candidates",
        "list",
        "The likeliest labels, best first, each with label and confidence.",
        r#"classification.candidates.exists(c, c.label == "fraud" && c.confidence > 0.2)"#,
    ),
    doc("queues[\"NAME\"].depth", "number", "Tasks that wait in the queue.", r#"queues["billing"].depth > 50"#),
    doc(
        "queues[\"NAME\"].oldest_age_minutes",
        "number",
        "Minutes that the oldest task has waited there.",
        r#"queues["billing"].oldest_age_minutes > 120"#,
    ),
    doc(
        "queues[\"NAME\"].agents_present",
        "number",
        "People who were active lately.",
        r#"queues["billing"].agents_present == 0"#,
    ),
    doc("now.hour", "number", "The hour of the day in UTC, 0 to 23.", "now.hour < 8 || now.hour >= 18"),
    doc("now.minute", "number", "The minute of the hour, 0 to 59.", "now.minute < 30"),
    doc("now.weekday", "number", "The day of the week in UTC, from 1, Monday, to 7, Sunday.", "now.weekday >= 6"),
    doc("now.date", "text", "The date in UTC.", r#"now.date >= "2026-12-24""#),
    doc(
        "contains_any(TEXT, [WORDS])",
        "truth",
        "Whether the text holds one of the words or phrases, as whole words, in capitals or not.",
        r#"contains_any(task.subject, ["refund", "money back"])"#,
    ),
    doc("lower(TEXT)", "text", "The text in small letters.", r#"lower(task.subject) == "unsubscribe""#),
    doc("size(VALUE)", "number", "How long a text or a list is.", "size(task.body) < 20"),
    doc(
        "TEXT.contains(TEXT)",
        "truth",
        "Whether a text holds another; also startsWith and endsWith. Capitals matter.",
        r##"task.subject.contains("#")"##,
    ),
    doc(
        "LIST.exists(x, CONDITION)",
        "truth",
        "Whether the condition holds for an element; also all and exists_one.",
        r#"task.attributes.tags.exists(tag, tag == "press")"#,
    ),
];
