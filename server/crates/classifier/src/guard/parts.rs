//! Counts the parts of a file on the wire. An empty node takes two bytes there and a hundred times as many in memory, so a
//! file within its limit could still ask for gigabytes just to be read.

use prost::encoding::{WireType, decode_key, decode_varint};

use crate::error::GuardError;

/// Fields that the messages of a file may have together. The largest models of sentences have some ten thousand.
const MAX_PARTS: usize = 500_000;

/// The messages that have others, or lists, inside; all else is counted as one.
#[derive(Debug, Clone, Copy)]
enum Message {
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    Value,
    Type,
    TensorType,
    Shape,
}

impl Message {
    /// The message in a field, by the numbers of `onnx.proto`.
    const fn inside(self, field: u32) -> Option<Self> {
        match (self, field) {
            (Self::Model, 7) => Some(Self::Graph),
            (Self::Graph, 1) => Some(Self::Node),
            (Self::Graph, 5) | (Self::Attribute, 5 | 10) => Some(Self::Tensor),
            (Self::Graph, 11 | 12) => Some(Self::Value),
            (Self::Node, 5) => Some(Self::Attribute),
            (Self::Value, 2) => Some(Self::Type),
            (Self::Type, 1) => Some(Self::TensorType),
            (Self::TensorType, 2) => Some(Self::Shape),
            _ => None,
        }
    }

    /// Whether a field may be a list of numbers without keys, as a tensor's dimensions are.
    const fn is_list(self, field: u32) -> bool {
        matches!((self, field), (Self::Tensor, 1))
    }
}

/// Refuses a file that has too many parts, or is none of messages.
pub(super) fn check(bytes: &[u8]) -> Result<(), GuardError> {
    let mut left = MAX_PARTS;
    count(Message::Model, bytes, &mut left)
}

fn count(message: Message, mut bytes: &[u8], left: &mut usize) -> Result<(), GuardError> {
    while !bytes.is_empty() {
        let (field, wire) = decode_key(&mut bytes).map_err(|_| GuardError::NotOnnx)?;
        let length = match wire {
            WireType::Varint => {
                decode_varint(&mut bytes).map_err(|_| GuardError::NotOnnx)?;
                0
            }
            WireType::SixtyFourBit => 8,
            WireType::ThirtyTwoBit => 4,
            WireType::LengthDelimited => decode_varint(&mut bytes).map_err(|_| GuardError::NotOnnx)?,
            // Groups are of a time before ONNX.
            WireType::StartGroup | WireType::EndGroup => return Err(GuardError::NotOnnx),
        };
        let length = usize::try_from(length).map_err(|_| GuardError::NotOnnx)?;
        let (content, rest) = bytes.split_at_checked(length).ok_or(GuardError::NotOnnx)?;
        bytes = rest;
        let parts = if message.is_list(field) { length.max(1) } else { 1 };
        *left = left.checked_sub(parts).ok_or(GuardError::TooManyParts { max: MAX_PARTS })?;
        if let Some(inside) = message.inside(field).filter(|_| wire == WireType::LengthDelimited) {
            count(inside, content, left)?;
        }
    }
    Ok(())
}
