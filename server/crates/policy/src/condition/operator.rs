//! Operators: which kinds they take and give.

use cel::{
    IdedExpr,
    common::ast::{CallExpr, Expr, operators},
};

use super::{QUEUE_FORM, Walk, text};
use crate::{facts::Fact, kinds::Kind};

impl Walk<'_> {
    pub(super) fn operator(&mut self, node: &IdedExpr, call: &CallExpr) -> (Expr, Kind) {
        if call.func_name == operators::INDEX {
            return self.indexing(node, call);
        }
        self.note_labels(call);
        let (args, kinds) = self.visit_all(&call.args);
        let kind = match (call.func_name.as_str(), kinds.as_slice()) {
            (operators::LOGICAL_AND | operators::LOGICAL_OR | operators::LOGICAL_NOT, _) => {
                for (argument, kind) in call.args.iter().zip(&kinds) {
                    self.require_truth(argument, *kind);
                }
                Kind::Truth
            }
            // Only the parser's own expansion of loops calls it.
            (operators::NOT_STRICTLY_FALSE, _) => Kind::Truth,
            (operators::CONDITIONAL, &[condition, yes, no]) => {
                self.require_truth(&call.args[0], condition);
                if yes == no { yes } else { Kind::Any }
            }
            (operators::EQUALS | operators::NOT_EQUALS, &[left, right]) => {
                if !left.may_equal(right) {
                    self.refuse(node, format!("{left} and {right} are never equal"));
                }
                Kind::Truth
            }
            (
                operators::LESS | operators::LESS_EQUALS | operators::GREATER | operators::GREATER_EQUALS,
                &[left, right],
            ) => {
                if !left.may_order(right) {
                    self.refuse(node, format!("{left} cannot be less or greater than {right}"));
                }
                Kind::Truth
            }
            (operators::IN, &[_, list]) => {
                if !list.may_be(Kind::List) && list != Kind::Map {
                    self.refuse(node, format!("`in` looks into a list, and this is {list}; for texts, use contains"));
                }
                Kind::Truth
            }
            (operators::NEGATE, &[number]) => {
                self.require_number(&call.args[0], number);
                number
            }
            (
                operators::ADD | operators::SUBSTRACT | operators::MULTIPLY | operators::DIVIDE | operators::MODULO,
                &[left, right],
            ) => self.arithmetic(node, call, left, right),
            _ => {
                self.refuse(node, format!("`{}` is not supported", call.func_name.replace('_', "")));
                Kind::Any
            }
        };
        (Expr::Call(CallExpr { func_name: call.func_name.clone(), target: None, args }), kind)
    }

    /// Remembers the labels that the classification's is compared with.
    fn note_labels(&mut self, call: &CallExpr) {
        let [left, right] = call.args.as_slice() else { return };
        let is_label = |walk: &Self, node| matches!(walk.fact(node), Some((Fact::Label, _)));
        let nodes: Vec<&IdedExpr> = match (call.func_name.as_str(), &right.expr) {
            (operators::IN, Expr::List(list)) if is_label(self, left) => list.elements.iter().collect(),
            (operators::EQUALS | operators::NOT_EQUALS, _) if is_label(self, left) => vec![right],
            (operators::EQUALS | operators::NOT_EQUALS, _) if is_label(self, right) => vec![left],
            _ => return,
        };
        for node in nodes {
            if let Some(label) = text(node).filter(|label| !label.is_empty()) {
                self.labels.push((label.to_owned(), self.place(node)));
            }
        }
    }

    fn arithmetic(&mut self, node: &IdedExpr, call: &CallExpr, left: Kind, right: Kind) -> Kind {
        self.require_number(&call.args[0], left);
        self.require_number(&call.args[1], right);
        if left.is_number() && right.is_number() && left != right {
            self.refuse(node, "whole numbers and fractions do not mix; write 1.0 for 1, or double(…)");
        }
        if left == Kind::Any { right } else { left }
    }

    /// `operand[key]`.
    fn indexing(&mut self, node: &IdedExpr, call: &CallExpr) -> (Expr, Kind) {
        if let Some((fact, kind)) = self.fact(node) {
            return (self.use_fact(node, fact), kind);
        }
        if self.queue_name(node).is_some() {
            self.refuse(node, QUEUE_FORM);
            return (node.expr.clone(), Kind::Any);
        }
        let (args, kinds) = self.visit_all(&call.args);
        if let &[container, _] = kinds.as_slice()
            && !container.may_be(Kind::List)
            && container != Kind::Map
        {
            self.refuse(node, format!("{container} has no elements"));
        }
        (Expr::Call(CallExpr { func_name: call.func_name.clone(), target: None, args }), Kind::Any)
    }

    fn require_truth(&mut self, node: &IdedExpr, kind: Kind) {
        if !kind.may_be(Kind::Truth) {
            self.refuse(node, format!("this must be true or false, and it is {kind}"));
        }
    }

    fn require_number(&mut self, node: &IdedExpr, kind: Kind) {
        if !kind.is_number() && kind != Kind::Any {
            self.refuse(node, format!("this must be a number, and it is {kind}"));
        }
    }
}
