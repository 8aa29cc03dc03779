//! What a document may be at most. The limits on documents, rules and conditions are in `domain::policy`.

/// Deepest nesting of a condition, counted in operators and brackets: evaluation recurses that deep.
pub(crate) const MAX_DEPTH: usize = 64;
/// Deepest nesting of brackets.
pub(crate) const MAX_BRACKETS: u16 = 24;
/// Most entries of `label_queues`.
pub(crate) const MAX_LABEL_QUEUES: usize = 2_000;
/// Longest description of a rule, in bytes.
pub(crate) const MAX_DESCRIPTION_BYTES: usize = 500;
/// Longest note of a rule, in bytes.
pub(crate) const MAX_NOTE_BYTES: usize = 1_000;
/// Most skills of a rule.
pub(crate) const MAX_SKILLS: usize = 20;
/// Longest SLA, in minutes: a year.
pub(crate) const MAX_SLA_MINUTES: u32 = 60 * 24 * 365;
/// Most words in one list of words.
pub(crate) const MAX_WORDS: usize = 200;
/// Longest word or phrase to look for, in bytes.
pub(crate) const MAX_WORD_BYTES: usize = 100;
/// Most values and operators inside a loop: it runs once for every element of a list that may fill the attributes.
pub(crate) const MAX_LOOP_NODES: usize = 60;
/// Most problems that are said of one document: after these, the rest helps nobody.
pub(crate) const MAX_PROBLEMS: usize = 100;
/// Most boxes that a region may fall into while rules are held against each other: past these, nothing is said.
pub(crate) const MAX_BOXES: usize = 2_000;
/// Most rules that one finding names.
pub(crate) const MAX_NAMED_RULES: usize = 5;
/// Most gaps that are said.
pub(crate) const MAX_GAPS: usize = 3;
/// Most overlaps that are said.
pub(crate) const MAX_OVERLAPS: usize = 20;
/// Most pairs of overlapping rules that are looked at.
pub(crate) const MAX_PAIRS: usize = 2_000;
/// Most boxes in which a task is looked for that breaks a guardrail.
pub(crate) const MAX_TRIES: usize = 200;
