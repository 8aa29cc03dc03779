//! What heads add to the graph of a linear model. The sums of all columns are computed together, then they part:
//!
//! ```text
//! scores ─ Split = logits, urgency, effort
//! cuts ─ Sub(urgency) ─ Sigmoid ─ MatMul(steps) ─ Add(last) = priority
//! effort ─ Add(offsets) ─ Exp = minutes
//! ```
//! `steps` and `last` take each probability of at most a priority from the next: `[a, b - a, c - b, 1 - c]`.

use domain::Priority;

use super::{
    graph::{FIRST_CALIBRATION_NODE, floats, named, node, sized, tensor, value, whole_numbers},
    proto::{GraphProto, TensorProto, data_type},
};
use crate::heads::{CUTS, HeadForm, Heads};

/// The name of the output with the probability of each priority.
pub(crate) const PRIORITY: &str = "priority";
/// The name of the output with the low end, the middle and the high end of the minutes.
pub(crate) const MINUTES: &str = "minutes";

/// The learned numbers, in the order of their tensors.
pub(super) fn contents(heads: &Heads) -> impl Iterator<Item = Vec<u8>> {
    let cuts = heads.priority.as_ref().map(|head| floats(&head.cuts));
    cuts.into_iter().chain(heads.minutes.as_ref().map(|head| floats(&head.offsets)))
}

/// Adds the heads to a graph of so many labels that has none; without any it stays as it is.
pub(super) fn extend(graph: &mut GraphProto, labels: i64, heads: HeadForm) {
    if heads.columns() == 0 {
        return;
    }
    let calibration = graph.node.split_off(FIRST_CALIBRATION_NODE);
    graph.node.pop();
    let mut split = node("Split", &["scores", "widths"], "logits", &[("axis", 1)]);
    let columns = [(heads.priority, "urgency"), (heads.minutes, "effort")];
    split.output.extend(columns.iter().filter(|(is_there, _)| *is_there).map(|(_, name)| (*name).to_owned()));
    graph.node.extend([node("Add", &["scaled", "bias"], "scores", &[]), split]);
    graph.node.extend(calibration);
    let widths: Vec<i64> = std::iter::once(labels).chain(std::iter::repeat_n(1, heads.columns())).collect();
    graph.initializer.push(whole_numbers("widths", &widths));
    if heads.priority {
        extend_by_priority(graph);
    }
    if heads.minutes {
        extend_by_minutes(graph);
    }
}

fn extend_by_priority(graph: &mut GraphProto) {
    const RANKS: usize = Priority::ALL.len();
    graph.node.extend([
        node("Sub", &["cuts", "urgency"], "distances", &[]),
        node("Sigmoid", &["distances"], "at_most", &[]),
        node("MatMul", &["at_most", "steps"], "differences", &[]),
        node("Add", &["differences", "last"], PRIORITY, &[]),
    ]);
    // What is at most a priority counts for it, and against the next.
    let mut steps = [[0.0f32; RANKS]; CUTS];
    for (cut, row) in steps.iter_mut().enumerate() {
        (row[cut], row[cut + 1]) = (1.0, -1.0);
    }
    let mut last = [0.0f32; RANKS];
    last[CUTS] = 1.0;
    graph.initializer.extend([
        tensor("cuts", data_type::FLOAT, &[CUTS as i64]),
        fixed("steps", &[CUTS as i64, RANKS as i64], steps.as_flattened()),
        fixed("last", &[RANKS as i64], &last),
    ]);
    graph.output.push(value(PRIORITY, data_type::FLOAT, vec![named("batch"), sized(RANKS as i64)]));
}

fn extend_by_minutes(graph: &mut GraphProto) {
    graph
        .node
        .extend([node("Add", &["effort", "offsets"], "log_minutes", &[]), node("Exp", &["log_minutes"], MINUTES, &[])]);
    graph.initializer.push(tensor("offsets", data_type::FLOAT, &[3]));
    graph.output.push(value(MINUTES, data_type::FLOAT, vec![named("batch"), sized(3)]));
}

/// A tensor whose numbers belong to the form.
fn fixed(name: &str, dims: &[i64], values: &[f32]) -> TensorProto {
    TensorProto { raw_data: Some(floats(values)), ..tensor(name, data_type::FLOAT, dims) }
}
