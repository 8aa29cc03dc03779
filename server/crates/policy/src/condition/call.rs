//! Functions: the few that conditions have, and what they take.

use cel::{
    IdedExpr,
    common::ast::{CallExpr, Expr, ListExpr, LiteralValue},
};

use super::{Walk, texts, words};
use crate::{facts::Fact, kinds::Kind, limits, words::fold};

/// Functions of one argument: what they take and give.
const FUNCTIONS: [(&str, &[Kind], Kind); 5] = [
    ("lower", &[Kind::Text], Kind::Text),
    ("size", &[Kind::Text, Kind::List, Kind::Map], Kind::Whole),
    ("int", &[Kind::Whole, Kind::Fraction, Kind::Text], Kind::Whole),
    ("double", &[Kind::Whole, Kind::Fraction, Kind::Text], Kind::Fraction),
    ("string", &[Kind::Whole, Kind::Fraction, Kind::Text, Kind::Truth], Kind::Text),
];

/// For messages.
const KNOWN: &str =
    "contains_any, lower, size, has, int, double and string, and for texts contains, startsWith and endsWith";

impl Walk<'_> {
    /// `name(arguments)`.
    pub(super) fn function(&mut self, node: &IdedExpr, call: &CallExpr) -> (Expr, Kind) {
        if call.func_name == "contains_any" {
            return self.contains_any(node, call);
        }
        let (args, kinds) = self.visit_all(&call.args);
        let name = call.func_name.as_str();
        let gives = match (FUNCTIONS.iter().find(|function| function.0 == name), kinds.as_slice()) {
            (Some((_, takes, gives)), [kind]) => {
                if *kind != Kind::Any && !takes.contains(kind) {
                    self.refuse(node, format!("{name}() does not take {kind}"));
                }
                *gives
            }
            (Some((_, _, gives)), _) => {
                self.refuse(node, format!("{name}() takes one value"));
                *gives
            }
            (None, _) => {
                self.refuse(node, format!("there is no function `{name}`; the functions are {KNOWN}"));
                Kind::Any
            }
        };
        if name == "lower" && !self.variables.is_empty() {
            self.refuse(node, "lower() cannot stand inside a loop: its cost would have no bound");
        }
        (Expr::Call(CallExpr { func_name: call.func_name.clone(), target: None, args }), gives)
    }

    /// `contains_any(text, [words])`. On a text of the task it becomes a fact of its own, found in the text folded once.
    fn contains_any(&mut self, node: &IdedExpr, call: &CallExpr) -> (Expr, Kind) {
        let refused = (node.expr.clone(), Kind::Truth);
        let [text, list] = call.args.as_slice() else {
            self.refuse(node, r#"contains_any() takes a text and a list, like contains_any(task.text, ["refund"])"#);
            return refused;
        };
        if !self.variables.is_empty() {
            self.refuse(node, "contains_any() cannot stand inside a loop: its cost would have no bound");
            return refused;
        }
        let Some(list_of_words) = texts(list) else {
            self.refuse(list, r#"contains_any() takes a list of words in quotes, like ["refund", "money back"]"#);
            return refused;
        };
        if list_of_words.is_empty() || list_of_words.len() > limits::MAX_WORDS {
            self.refuse(list, format!("the list must have 1 to {} words", limits::MAX_WORDS));
        }
        if list_of_words.iter().any(|word| word.trim().is_empty()) {
            self.refuse(list, "a word must not be empty");
        }
        if list_of_words.iter().any(|word| word.len() > limits::MAX_WORD_BYTES) {
            self.refuse(list, format!("a word or phrase must be at most {} bytes", limits::MAX_WORD_BYTES));
        }
        if let Some((Fact::Text(source), _)) = self.fact(text) {
            return (self.use_fact(node, Fact::HasWords(source, words(&list_of_words))), Kind::Truth);
        }
        let (text_node, kind) = self.visit(text);
        if !kind.may_be(Kind::Text) {
            self.refuse(text, format!("contains_any() looks into a text, and this is {kind}"));
        }
        let folded = list_of_words
            .iter()
            .map(|word| IdedExpr { id: list.id, expr: Expr::Literal(LiteralValue::String(fold(word).into())) });
        let args = vec![text_node, IdedExpr { id: list.id, expr: Expr::List(ListExpr::new(folded.collect())) }];
        (Expr::Call(CallExpr { func_name: call.func_name.clone(), target: None, args }), Kind::Truth)
    }

    /// `target.name(arguments)`.
    pub(super) fn method(&mut self, node: &IdedExpr, call: &CallExpr, target: &IdedExpr) -> (Expr, Kind) {
        let (target_node, target_kind) = self.visit(target);
        let (args, kinds) = self.visit_all(&call.args);
        let name = call.func_name.as_str();
        let kind = match name {
            "contains" | "startsWith" | "endsWith" => {
                if !target_kind.may_be(Kind::Text) || kinds.len() != 1 || !kinds[0].may_be(Kind::Text) {
                    self.refuse(
                        node,
                        format!("{name}() asks whether a text has another, like task.subject.{name}(\"refund\")"),
                    );
                }
                Kind::Truth
            }
            "size" => {
                if !kinds.is_empty() || !matches!(target_kind, Kind::Text | Kind::List | Kind::Map | Kind::Any) {
                    self.refuse(node, "size() takes a text or a list");
                }
                Kind::Whole
            }
            "matches" => {
                self.refuse(
                    node,
                    "patterns are not supported: their cost has no useful bound; use contains_any or contains",
                );
                Kind::Truth
            }
            "contains_any" | "lower" => {
                self.refuse(node, format!("write {name}(text …), with the text inside the brackets"));
                Kind::Any
            }
            "map" | "filter" => {
                self.refuse(node, "map and filter are not supported; use exists, all or exists_one");
                Kind::Any
            }
            _ => {
                self.refuse(node, format!("there is no function `{name}`; the functions are {KNOWN}"));
                Kind::Any
            }
        };
        let target = Some(Box::new(target_node));
        (Expr::Call(CallExpr { func_name: call.func_name.clone(), target, args }), kind)
    }
}
