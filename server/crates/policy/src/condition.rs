//! Compiling one condition: a walk over its syntax tree that refuses what can be refused before a task comes, and puts in
//! place of every fact its number in the policy's table.

use cel::{
    IdedExpr,
    common::ast::{CallExpr, Expr, ListExpr, LiteralValue, SourceInfo, operators},
};

use crate::{
    facts::{self, Fact},
    kinds::Kind,
    problem::place,
    syntax::{self, Mistake},
    words::Words,
};

mod call;
mod loops;
mod operator;

/// The facts that the conditions of one policy read, each once.
#[derive(Debug, Default)]
pub(crate) struct Table(pub(crate) Vec<Fact>);

impl Table {
    /// The name by which a compiled condition calls the fact. No condition can write it: `#` is not part of CEL.
    fn name(&mut self, fact: Fact) -> String {
        let number = self.0.iter().position(|known| *known == fact).unwrap_or_else(|| {
            self.0.push(fact);
            self.0.len() - 1
        });
        format!("#{number}")
    }

    /// The place of the fact of a name.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        name.strip_prefix('#')?.parse().ok().filter(|&place| place < self.0.len())
    }

    /// The fact of a name.
    pub(crate) fn lookup(&self, name: &str) -> Option<&Fact> {
        Some(&self.0[self.place(name)?])
    }
}

/// A condition that was checked.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    /// The tree to evaluate, with facts by their names in the table.
    pub(crate) tree: IdedExpr,
    /// The queues that it asks for, with line and column.
    pub(crate) queues: Vec<(String, Option<(u32, u32)>)>,
    /// The labels that it compares the classification's with, with line and column.
    pub(crate) labels: Vec<(String, Option<(u32, u32)>)>,
}

/// Compiles a condition, adding the facts that it reads to the table.
pub(crate) fn compile(source: &str, table: &mut Table) -> Result<Condition, Vec<Mistake>> {
    let (tree, places) = syntax::read(source)?;
    let mut walk = Walk {
        source,
        places: &places,
        table,
        variables: Vec::new(),
        loop_nodes: 0,
        queues: Vec::new(),
        labels: Vec::new(),
        mistakes: Vec::new(),
    };
    let (compiled, kind) = walk.visit(&tree);
    if !kind.may_be(Kind::Truth) {
        walk.refuse(&tree, format!("a condition must be true or false, and this is {kind}"));
    }
    if walk.mistakes.is_empty() {
        Ok(Condition { tree: compiled, queues: walk.queues, labels: walk.labels })
    } else {
        Err(walk.mistakes)
    }
}

type Typed = (IdedExpr, Kind);

struct Walk<'a> {
    source: &'a str,
    places: &'a SourceInfo,
    table: &'a mut Table,
    /// Variables of the loop around, with the kinds of their values.
    variables: Vec<(String, Kind)>,
    /// Nodes of the loop around so far.
    loop_nodes: usize,
    queues: Vec<(String, Option<(u32, u32)>)>,
    labels: Vec<(String, Option<(u32, u32)>)>,
    mistakes: Vec<Mistake>,
}

impl Walk<'_> {
    /// Records a mistake at a node and goes on, so that all mistakes of a condition are said at once.
    fn refuse(&mut self, node: &IdedExpr, message: impl Into<String>) {
        let place = self.place(node);
        self.mistakes.push(Mistake { place, message: message.into() });
    }

    /// Line and column of a node.
    fn place(&self, node: &IdedExpr) -> Option<(u32, u32)> {
        self.offset(node).map(|offset| place(self.source, offset))
    }

    /// Where the node begins: the parser keeps the dot of a selection and the sign of an operator, not their left ends.
    fn offset(&self, node: &IdedExpr) -> Option<usize> {
        let left = match &node.expr {
            Expr::Select(select) if !select.test => Some(&*select.operand),
            Expr::Call(call) if call.func_name == operators::INDEX => call.args.first(),
            _ => None,
        };
        left.and_then(|left| self.offset(left))
            .or_else(|| self.places.offset_for(node.id).and_then(|(start, _)| usize::try_from(start).ok()))
    }

    fn visit(&mut self, node: &IdedExpr) -> Typed {
        self.loop_nodes += usize::from(!self.variables.is_empty());
        let (expr, kind) = match &node.expr {
            Expr::Literal(literal) => (node.expr.clone(), self.literal(node, literal)),
            Expr::Ident(name) => self.ident(node, name),
            Expr::Select(select) if select.test => self.presence(node, &select.operand, &select.field),
            Expr::Select(select) => self.selection(node, &select.operand, &select.field),
            Expr::Call(call) => self.call(node, call),
            Expr::List(list) => self.list(node, list),
            Expr::Comprehension(comprehension) => self.comprehension(node, comprehension),
            Expr::Map(_) | Expr::Struct(_) => {
                self.refuse(node, "maps cannot be written in a condition");
                (node.expr.clone(), Kind::Any)
            }
            Expr::Unspecified => {
                self.refuse(node, "this is not understood");
                (node.expr.clone(), Kind::Any)
            }
        };
        (IdedExpr { id: node.id, expr }, kind)
    }

    fn literal(&mut self, node: &IdedExpr, literal: &LiteralValue) -> Kind {
        match literal {
            LiteralValue::Boolean(_) => Kind::Truth,
            LiteralValue::Double(_) => Kind::Fraction,
            LiteralValue::Int(_) => Kind::Whole,
            LiteralValue::Null => Kind::Null,
            LiteralValue::String(_) => Kind::Text,
            LiteralValue::UInt(_) => {
                self.refuse(node, "write whole numbers without `u`");
                Kind::Any
            }
            LiteralValue::Bytes(_) => {
                self.refuse(node, "bytes cannot be written in a condition; write a text without `b`");
                Kind::Any
            }
        }
    }

    fn ident(&mut self, node: &IdedExpr, name: &str) -> (Expr, Kind) {
        if let Some((_, kind)) = self.variables.iter().rev().find(|(variable, _)| variable == name) {
            return (node.expr.clone(), *kind);
        }
        if facts::ROOTS.contains(&name) {
            self.refuse(node, format!("`{name}` has fields; name one of: {}", facts::fields(name)));
        } else {
            self.refuse(node, format!("there is no fact `{name}`; the facts are task, classification, queues and now"));
        }
        (node.expr.clone(), Kind::Any)
    }

    /// `operand.field`.
    fn selection(&mut self, node: &IdedExpr, operand: &IdedExpr, field: &str) -> (Expr, Kind) {
        if let Some((fact, kind)) = self.fact(node) {
            return (self.use_fact(node, fact), kind);
        }
        if let Expr::Ident(root) = &operand.expr
            && self.is_root(root)
        {
            let message = format!("`{root}` has no field `{field}`; its fields are {}", facts::fields(root));
            self.refuse(node, if root == "queues" { QUEUE_FORM.to_owned() } else { message });
            return (node.expr.clone(), Kind::Any);
        }
        if let Some(queue) = self.queue_name(operand) {
            let message = format!("a queue has no field `{field}`; its fields are {}", facts::fields("queues"));
            self.refuse(node, if queue.is_some() { message } else { QUEUE_FORM.to_owned() });
            return (node.expr.clone(), Kind::Any);
        }
        let (operand, kind) = self.visit(operand);
        if !kind.may_be(Kind::Map) {
            self.refuse(node, format!("{kind} has no field `{field}`"));
        }
        let select = cel::common::ast::SelectExpr { operand: Box::new(operand), field: field.to_owned(), test: false };
        (Expr::Select(select), Kind::Any)
    }

    /// `has(operand.field)`.
    fn presence(&mut self, node: &IdedExpr, operand: &IdedExpr, field: &str) -> (Expr, Kind) {
        if let Some((Fact::Attribute(mut path), _)) = self.fact(operand) {
            path.push(field.to_owned());
            return (self.use_fact(node, Fact::HasAttribute(path)), Kind::Truth);
        }
        let is_variable =
            matches!(&operand.expr, Expr::Ident(name) if self.variables.iter().any(|(known, _)| known == name));
        if !is_variable {
            self.refuse(
                node,
                "has() asks for an attribute, like has(task.attributes.plan); every other fact always exists",
            );
            return (node.expr.clone(), Kind::Truth);
        }
        (node.expr.clone(), Kind::Truth)
    }

    fn is_root(&self, name: &str) -> bool {
        facts::ROOTS.contains(&name) && !self.variables.iter().any(|(variable, _)| variable == name)
    }

    /// The fact that the node spells, if it spells one.
    fn fact(&self, node: &IdedExpr) -> Option<(Fact, Kind)> {
        let (operand, key) = match &node.expr {
            Expr::Select(select) if !select.test => (&*select.operand, select.field.as_str()),
            _ => index(node)?,
        };
        if let Expr::Ident(root) = &operand.expr {
            return if self.is_root(root) { Fact::of(root, key) } else { None };
        }
        if let Some(Some(queue)) = self.queue_name(operand) {
            return Some((Fact::Queue(queue.to_owned(), facts::queue_number(key)?), Kind::Whole));
        }
        match self.fact(operand)? {
            (Fact::Attribute(mut path), _) => {
                path.push(key.to_owned());
                Some((Fact::Attribute(path), Kind::Any))
            }
            _ => None,
        }
    }

    /// The queue of `queues["name"]`: nothing when the node is something else, and nothing within when it has no name.
    fn queue_name<'b>(&self, node: &'b IdedExpr) -> Option<Option<&'b str>> {
        let Expr::Call(call) = &node.expr else { return None };
        let Some(Expr::Ident(root)) = call.args.first().map(|operand| &operand.expr) else { return None };
        let is_queue = call.func_name == operators::INDEX && root == "queues" && self.is_root(root);
        is_queue.then(|| index(node).map(|(_, name)| name))
    }

    fn use_fact(&mut self, node: &IdedExpr, fact: Fact) -> Expr {
        if !self.variables.is_empty() && fact.grows_with_task() {
            self.refuse(
                node,
                "texts and attributes of the task cannot be read inside a loop: its cost would have no bound",
            );
        }
        if let Fact::Queue(queue, _) = &fact {
            self.queues.push((queue.clone(), self.place(node)));
        }
        Expr::Ident(self.table.name(fact))
    }

    fn list(&mut self, node: &IdedExpr, list: &ListExpr) -> (Expr, Kind) {
        if !list.optional_indices.is_empty() {
            self.refuse(node, "optional elements are not supported");
        }
        let elements = list.elements.iter().map(|element| self.visit(element).0).collect();
        (Expr::List(ListExpr::new(elements)), Kind::List)
    }

    fn call(&mut self, node: &IdedExpr, call: &CallExpr) -> (Expr, Kind) {
        match &call.target {
            None if call.func_name.starts_with(|c: char| c.is_ascii_alphabetic()) => self.function(node, call),
            None => self.operator(node, call),
            Some(target) => self.method(node, call, target),
        }
    }

    /// Visits every argument, giving the trees and their kinds.
    fn visit_all(&mut self, nodes: &[IdedExpr]) -> (Vec<IdedExpr>, Vec<Kind>) {
        nodes.iter().map(|node| self.visit(node)).unzip()
    }
}

/// How the facts of queues are written.
const QUEUE_FORM: &str = r#"queues are written like queues["billing"].depth, with the queue's name in quotes"#;

/// Operand and key of `operand["key"]`.
fn index(node: &IdedExpr) -> Option<(&IdedExpr, &str)> {
    match &node.expr {
        Expr::Call(call) if call.func_name == operators::INDEX => match call.args.as_slice() {
            [operand, key] => Some((operand, text(key)?)),
            _ => None,
        },
        _ => None,
    }
}

/// The text that the node is, written in quotes.
pub(crate) fn text(node: &IdedExpr) -> Option<&str> {
    match &node.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

/// The words of a list of texts in quotes.
fn texts(node: &IdedExpr) -> Option<Vec<&str>> {
    match &node.expr {
        Expr::List(list) => list.elements.iter().map(text).collect(),
        _ => None,
    }
}

/// The words, ready to look for.
fn words(list: &[&str]) -> Words {
    Words::new(list.iter().copied())
}
