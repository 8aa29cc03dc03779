//! Foreign classifiers small enough for tests: a text is about what most of its words are about. And ones that are broken,
//! or want to harm.

use std::{fs, io, path::Path};

use classifier::{
    foreign::{GRAPH_FILE, Input, Output, SIGNATURE_FILE, SIGNATURE_FORMAT, Signature, TOKENIZER_FILE},
    onnx::proto::{
        AttributeProto, Dimension, GraphProto, ModelProto, NodeProto, OperatorSetId, StringEntry, TensorProto,
        ValueInfoProto, data_type,
    },
};
use prost::Message;

use crate::{DIMENSIONS, direction, node, tensor, tokenizer, value};

/// A label and the words that speak for it.
pub type Topic<'a> = (&'a str, &'a [&'a str]);

/// What is wrong with a foreign classifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// A graph of a hundred bytes that asks for 4 GB as soon as it runs.
    Greedy,
    /// A node that runs another graph again and again.
    Loop,
    /// A tensor whose numbers are in another file.
    ExternalData,
    /// The graph says that it answers with one number more than there are labels.
    DeclaredWidth,
    /// The graph answers with one number more than there are labels, and does not say so.
    Width,
    /// Every answer is no number.
    NoNumbers,
    /// The file is cut off in the middle.
    CutOff,
    /// A file of empty nodes, which take a hundred times as much memory as bytes.
    ManyNodes,
    /// The tokenizer's file is none.
    Tokenizer,
    /// The tokenizer gives the word "today" a number that the graph does not know: it fails on texts that have it.
    UnknownWord,
}

impl Flaw {
    /// Every flaw.
    pub const ALL: [Self; 10] = [
        Self::Greedy,
        Self::Loop,
        Self::ExternalData,
        Self::DeclaredWidth,
        Self::Width,
        Self::NoNumbers,
        Self::CutOff,
        Self::ManyNodes,
        Self::Tokenizer,
        Self::UnknownWord,
    ];
}

/// A foreign classifier to be written.
#[derive(Debug, Clone, Copy)]
pub struct ForeignClassifier<'a> {
    /// Its labels with their words. Words of none mean nothing to it.
    pub topics: &'a [Topic<'a>],
    /// What it answers with.
    pub output: Output,
    /// The logit of a label of which all words of a text speak.
    pub logit: f32,
    /// Whether the graph says how many labels there are.
    pub has_fixed_width: bool,
}

impl<'a> ForeignClassifier<'a> {
    /// One that answers with logits and does not say how many.
    #[must_use]
    pub const fn new(topics: &'a [Topic<'a>]) -> Self {
        Self { topics, output: Output::Logits, logit: 8.0, has_fixed_width: false }
    }

    /// Writes its directory.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, directory: &Path) -> io::Result<()> {
        let words = self.topics.iter().flat_map(|(_, words)| words.iter().copied());
        fs::create_dir_all(directory)?;
        fs::write(directory.join(TOKENIZER_FILE), tokenizer(words).to_string())?;
        fs::write(directory.join(SIGNATURE_FILE), serde_json::to_vec_pretty(&self.signature())?)?;
        fs::write(directory.join(GRAPH_FILE), self.graph().encode_to_vec())
    }

    /// Writes its directory with something wrong in it.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write_flawed(&self, directory: &Path, flaw: Flaw) -> io::Result<()> {
        self.write(directory)?;
        let one_more = [self.topics, &[("one_more", &[])]].concat();
        let wider = ForeignClassifier { topics: &one_more, ..*self };
        let graph = match flaw {
            Flaw::Greedy => self.greedy(),
            Flaw::Loop => edited(self.graph(), |graph| graph.node.push(node("Loop", &[], "again"))),
            Flaw::ExternalData => edited(self.graph(), |graph| {
                let entry = StringEntry { key: Some("location".to_owned()), value: Some("/etc/passwd".to_owned()) };
                graph.initializer[0].external_data.push(entry);
            }),
            Flaw::DeclaredWidth => ForeignClassifier { has_fixed_width: true, ..wider }.graph(),
            Flaw::Width => wider.graph(),
            Flaw::NoNumbers => Self { logit: f32::NAN, ..*self }.graph(),
            Flaw::CutOff => {
                let graph = self.graph().encode_to_vec();
                return fs::write(directory.join(GRAPH_FILE), &graph[..graph.len() / 2]);
            }
            Flaw::ManyNodes => edited(self.graph(), |graph| graph.node = vec![NodeProto::default(); 2_000_000]),
            Flaw::Tokenizer => return fs::write(directory.join(TOKENIZER_FILE), "{}"),
            Flaw::UnknownWord => {
                let words = fs::read_to_string(directory.join(TOKENIZER_FILE))?;
                let words = words.replacen("\"[UNK]\":0", "\"[UNK]\":0,\"today\":9999", 1);
                return fs::write(directory.join(TOKENIZER_FILE), words);
            }
        };
        fs::write(directory.join(GRAPH_FILE), graph.encode_to_vec())
    }

    /// Its signature.
    #[must_use]
    pub fn signature(&self) -> Signature {
        Signature {
            format: SIGNATURE_FORMAT,
            input: Input::Tokens,
            labels: self.topics.iter().map(|(label, _)| (*label).to_owned()).collect(),
            output: self.output,
            output_name: None,
            max_tokens: None,
            license: Some("CC0-1.0".to_owned()),
            about: None,
        }
    }

    /// Its graph: the mean of the words' vectors, and how far that points to each label.
    #[must_use]
    pub fn graph(&self) -> ModelProto {
        // Padding and unknown words have no direction.
        let mut table = vec![0.0f32; DIMENSIONS];
        for (topic, (_, words)) in self.topics.iter().enumerate() {
            table.extend(words.iter().flat_map(|_| (0..DIMENSIONS).map(move |dimension| direction(topic, dimension))));
        }
        let scale = self.logit / DIMENSIONS as f32;
        let towards = (0..DIMENSIONS)
            .flat_map(|dimension| (0..self.topics.len()).map(move |topic| scale * direction(topic, dimension)))
            .collect::<Vec<f32>>();
        let sizes = |rows: usize, columns: usize| [rows as i64, columns as i64];
        let mut nodes = vec![
            node("Gather", &["table", "input_ids"], "words"),
            with(node("Cast", &["attention_mask"], "kept"), "to", data_type::FLOAT.into()),
            node("Unsqueeze", &["kept", "last"], "weights"),
            node("Mul", &["words", "weights"], "read"),
            with(node("ReduceSum", &["read", "middle"], "sum"), "keepdims", 0),
            with(node("ReduceSum", &["weights", "middle"], "count"), "keepdims", 0),
            node("Div", &["sum", "count"], "mean"),
            node("MatMul", &["mean", "towards"], "logits"),
        ];
        let output = match self.output {
            Output::Logits => "logits",
            Output::Probabilities => {
                nodes.push(with(node("Softmax", &["logits"], "probabilities"), "axis", 1));
                "probabilities"
            }
        };
        let constants = vec![
            tensor("table", data_type::FLOAT, &sizes(table.len() / DIMENSIONS, DIMENSIONS), floats(&table)),
            tensor("towards", data_type::FLOAT, &sizes(DIMENSIONS, self.topics.len()), floats(&towards)),
            tensor("last", data_type::INT64, &[1], 2_i64.to_le_bytes().to_vec()),
            tensor("middle", data_type::INT64, &[1], 1_i64.to_le_bytes().to_vec()),
        ];
        model(nodes, constants, &["input_ids", "attention_mask"], self.answer(output))
    }

    fn greedy(&self) -> ModelProto {
        let size = 1_000_000_000_i64.to_le_bytes().to_vec();
        let nodes = vec![node("ConstantOfShape", &["n"], "x"), node("ReduceMax", &["x"], "y")];
        model(nodes, vec![tensor("n", data_type::INT64, &[1], size)], &["input_ids"], self.answer("y"))
    }

    fn answer(&self, name: &str) -> ValueInfoProto {
        let mut output = value(name, data_type::FLOAT, Some(2));
        let tensor_type = output.r#type.as_mut().and_then(|kind| kind.tensor_type.as_mut());
        let width = tensor_type.and_then(|tensor| tensor.shape.as_mut()).and_then(|shape| shape.dim.last_mut());
        if let Some(width) = width.filter(|_| self.has_fixed_width) {
            *width = Dimension { dim_value: Some(self.topics.len() as i64), dim_param: None };
        }
        output
    }
}

fn edited(mut model: ModelProto, edit: impl FnOnce(&mut GraphProto)) -> ModelProto {
    edit(model.graph.get_or_insert_default());
    model
}

fn model(node: Vec<NodeProto>, initializer: Vec<TensorProto>, inputs: &[&str], output: ValueInfoProto) -> ModelProto {
    let graph = GraphProto {
        node,
        name: Some("tiny".to_owned()),
        initializer,
        input: inputs.iter().map(|name| value(name, data_type::INT64, Some(2))).collect(),
        output: vec![output],
        ..GraphProto::default()
    };
    ModelProto {
        ir_version: Some(8),
        opset_import: vec![OperatorSetId { domain: None, version: Some(17) }],
        graph: Some(graph),
        ..ModelProto::default()
    }
}

/// The same operation with a whole number as an argument.
fn with(mut node: NodeProto, name: &str, number: i64) -> NodeProto {
    const IS_INT: i32 = 2;
    let name = Some(name.to_owned());
    node.attribute.push(AttributeProto { name, i: Some(number), r#type: Some(IS_INT), ..AttributeProto::default() });
    node
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}
