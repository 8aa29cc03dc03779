//! Loops over lists: `all`, `exists` and `exists_one`, with their cost bounded.

use cel::{
    IdedExpr,
    common::ast::{ComprehensionExpr, Expr, LiteralValue},
};

use super::Walk;
use crate::{facts, kinds::Kind, limits};

impl Walk<'_> {
    /// A loop: `all`, `exists` or `exists_one`.
    pub(super) fn comprehension(&mut self, node: &IdedExpr, comprehension: &ComprehensionExpr) -> (Expr, Kind) {
        if !self.variables.is_empty() {
            self.refuse(node, "a loop cannot stand inside a loop: its cost would have no bound");
            return (node.expr.clone(), Kind::Any);
        }
        let Expr::Literal(start) = &comprehension.accu_init.expr else {
            self.refuse(node, "map and filter are not supported; use exists, all or exists_one");
            return (node.expr.clone(), Kind::Any);
        };
        if facts::ROOTS.contains(&comprehension.iter_var.as_str()) {
            self.refuse(node, format!("`{}` is a fact; give the variable another name", comprehension.iter_var));
        }
        let (iter_range, kind) = self.visit(&comprehension.iter_range);
        if !kind.may_be(Kind::List) && kind != Kind::Map {
            self.refuse(&comprehension.iter_range, format!("a loop goes over a list, and this is {kind}"));
        }
        let start = if matches!(start, LiteralValue::Int(_)) { Kind::Whole } else { Kind::Truth };
        self.variables.push((comprehension.accu_var.clone(), start));
        self.variables.push((comprehension.iter_var.clone(), Kind::Any));
        let (loop_step, _) = self.visit(&comprehension.loop_step);
        self.variables.clear();
        if std::mem::take(&mut self.loop_nodes) > limits::MAX_LOOP_NODES {
            self.refuse(node, "a loop may do little, since it does it for every element; make its condition shorter");
        }
        (
            Expr::Comprehension(Box::new(ComprehensionExpr { iter_range, loop_step, ..comprehension.clone() })),
            Kind::Truth,
        )
    }
}
