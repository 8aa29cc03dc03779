//! From a condition's text to its syntax tree, with errors in words and with their place.

use std::sync::{Arc, LazyLock};

use cel::{
    Env, ExecutionError, IdedExpr, ParseError,
    common::{
        ast::SourceInfo,
        types::{CelBool, CelList, CelString, LIST_TYPE, STRING_TYPE},
        value::CowVal,
    },
};

use crate::{limits, problem::place, words};

/// What is wrong with a condition, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// Line and column from 1, when known.
    pub(crate) place: Option<(u32, u32)>,
    pub(crate) message: String,
}

/// The functions that conditions are parsed and evaluated with. Building it costs more than evaluating twenty rules, so
/// all policies share one.
pub(crate) static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::stdlib().with_optional_support(false);
    env.add_overload("contains_any", "contains_any_text_list", vec![STRING_TYPE, LIST_TYPE], contains_any)
        .expect("the standard library has no function of this name");
    env.add_overload("lower", "lower_text", vec![STRING_TYPE], lower)
        .expect("the standard library has no function of this name");
    Arc::new(env)
});

#[expect(clippy::needless_pass_by_value, reason = "the signature is CEL's")]
fn contains_any<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let [text, list] = arguments.as_slice() else {
        return Err(ExecutionError::invalid_argument_count(2, arguments.len()));
    };
    let (Some(text), Some(list)) = (text.downcast_ref::<CelString>(), list.downcast_ref::<CelList>()) else {
        return Err(ExecutionError::function_error("contains_any", "it takes a text and a list of words"));
    };
    let folded = words::fold(text.inner());
    // The words were folded when the condition was compiled.
    let found = list
        .inner()
        .iter()
        .filter_map(|word| word.downcast_ref::<CelString>())
        .any(|word| words::holds(&folded, word.inner()));
    Ok(CowVal::owned(CelBool::from(found)))
}

#[expect(clippy::needless_pass_by_value, reason = "the signature is CEL's")]
fn lower<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let text = arguments.first().and_then(|text| text.downcast_ref::<CelString>());
    let text = text.ok_or_else(|| ExecutionError::function_error("lower", "it takes a text"))?;
    Ok(CowVal::owned(CelString::from(text.inner().to_lowercase())))
}

/// Parses a condition.
pub(crate) fn read(source: &str) -> Result<(IdedExpr, SourceInfo), Vec<Mistake>> {
    if source.trim().is_empty() {
        return Err(vec![Mistake { place: None, message: "is required".to_owned() }]);
    }
    if let Err(offset) = check_depth(source) {
        return Err(vec![too_deep(place(source, offset))]);
    }
    let parser = ENV.parser().max_recursion_depth(limits::MAX_BRACKETS);
    // The first error is the cause; those after it come from the parser's attempts to go on.
    parser.parse_with_source_info(source).map_err(|errors| errors.errors.first().map(mistake).into_iter().collect())
}

fn mistake(error: &ParseError) -> Mistake {
    let part = |number: isize| u32::try_from(number).ok().filter(|&number| number > 0);
    let at = part(error.pos.0).zip(part(error.pos.1));
    let message = error.msg.strip_prefix("Syntax error: ").unwrap_or(&error.msg);
    let message = message.split(" expecting ").next().unwrap_or(message);
    if message.contains("Recursion limit") {
        return Mistake { place: at, ..too_deep((1, 1)) };
    }
    let message = if message.contains("'<EOF>'") && !message.starts_with("missing") {
        "the condition ends too early".to_owned()
    } else if let Some(text) = message.strip_prefix("token recognition error at: ") {
        format!("this is not understood: {}", cut(text))
    } else if let Some(text) =
        message.strip_prefix("mismatched input ").or_else(|| message.strip_prefix("extraneous input "))
    {
        format!("this is not expected here: {}", cut(text))
    } else {
        cut(message)
    };
    Mistake { place: at, message }
}

fn cut(text: &str) -> String {
    text.chars().take(120).collect()
}

pub(crate) fn too_deep(at: (u32, u32)) -> Mistake {
    Mistake {
        place: Some(at),
        message: "the condition is nested too deeply here; split it into several rules".to_owned(),
    }
}

/// How deep the tree below one bracket is so far.
#[derive(Default)]
struct Level {
    /// Depth of the operators since the last `&&`, `||` or comma, which do not add to it.
    run: usize,
    /// The deepest such run before.
    deepest: usize,
}

/// Refuses, before parsing, what would make a tree so deep that walking it could exhaust the stack: the parser bounds
/// brackets only, not `1+1+1+…` or `a.b.b.b…`. Counts too much rather than too little. Fails with the byte offset.
fn check_depth(source: &str) -> Result<(), usize> {
    let bytes = source.as_bytes();
    let mut levels = vec![Level::default()];
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at = match byte {
            b'"' | b'\'' => after_string(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                bytes[at..].iter().position(|&byte| byte == b'\n').map_or(bytes.len(), |length| at + length)
            }
            b'&' | b'|' => at + 2,
            _ => at + 1,
        };
        let open = levels.len();
        let level = levels.last_mut().expect("the last level is never closed");
        match byte {
            b'(' | b'[' | b'{' => {
                level.run += 1;
                levels.push(Level::default());
            }
            b')' | b']' | b'}' if open > 1 => {
                let closed = levels.pop().unwrap_or_default();
                if let Some(outer) = levels.last_mut() {
                    outer.run += closed.run.max(closed.deepest);
                }
            }
            b'&' | b'|' | b',' => {
                level.deepest = level.deepest.max(level.run);
                level.run = 0;
            }
            b'+' | b'-' | b'*' | b'/' | b'%' | b'.' | b'!' | b'?' | b'<' | b'>' | b'=' => level.run += 1,
            _ => {}
        }
        if levels.iter().map(|level| level.run).sum::<usize>() > limits::MAX_DEPTH {
            return Err(start);
        }
    }
    Ok(())
}

/// The offset after the string that starts at `at`.
fn after_string(bytes: &[u8], at: usize) -> usize {
    let quote = bytes[at];
    let raw = at > 0 && matches!(bytes[at - 1], b'r' | b'R');
    let triple = bytes[at..].starts_with(&[quote; 3]);
    let close = if triple { 3 } else { 1 };
    let mut end = at + close;
    while end < bytes.len() {
        if bytes[end] == b'\\' && !raw {
            end += 2;
        } else if bytes[end..].starts_with(&[quote; 3][..close]) {
            return end + close;
        } else {
            end += 1;
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_conditions_are_refused_before_they_are_parsed() {
        for deep in [
            vec!["1"; 2_000].join("+"),
            format!("a{}", ".b".repeat(2_000)),
            format!("a{}", "[0]".repeat(1_300)),
            format!("{}true", "! ".repeat(2_000)),
            format!("{}1{}", "(".repeat(90), ")".repeat(90)),
            format!("{}c", "a?b:".repeat(500)),
            format!("{}1{}", "a+(b&&(".repeat(60), "))".repeat(60)),
        ] {
            assert!(read(&deep).is_err(), "{deep}");
        }
    }

    #[test]
    fn long_flat_conditions_are_read() {
        let long = vec![r#"task.subject == "a.b.c+++((([[[""#; 100].join(" ||\n ");
        assert!(read(&long).is_ok());
    }

    #[test]
    fn syntax_errors_have_a_place_and_words() {
        for (source, line, column, words) in [
            ("task.channel == ", 1, 17, "ends too early"),
            ("true\n&& && false", 2, 4, "not expected here: '&&'"),
            ("\"ü\" == ü", 1, 8, "not understood: 'ü'"),
            ("size(1", 1, 7, "missing ')'"),
            ("has(a)", 1, 5, "has()"),
            ("task.?subject == 'a'", 1, 5, "unsupported"),
        ] {
            let mistakes = read(source).unwrap_err();
            assert_eq!(mistakes[0].place, Some((line, column)), "{source}: {mistakes:?}");
            assert!(mistakes[0].message.contains(words), "{source}: {mistakes:?}");
        }
    }
}
