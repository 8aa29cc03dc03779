//! What happens without ONNX Runtime. A program of its own, because a library once loaded stays.

use std::{ops::ControlFlow, path::Path};

use classifier::{Example, Model, ModelError, RuntimeError, runtime::init_runtime_from, train};

#[test]
fn a_missing_runtime_is_an_error_and_no_panic() {
    let examples = [Example::new("yes", "a"), Example::new("no", "b")];
    let artifact = train(&examples, 1, &mut |_| ControlFlow::Continue(())).unwrap();
    let error = Model::from_artifact(&artifact, "v1", None).unwrap_err();
    assert!(matches!(error, ModelError::Runtime(RuntimeError::NotLoaded)));
    let nowhere = Path::new("nowhere/libonnxruntime.so");
    assert!(
        matches!(init_runtime_from(nowhere.to_path_buf()), Err(RuntimeError::Missing { path }) if path.ends_with(nowhere))
    );
    let this_file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/no_runtime.rs");
    assert!(matches!(init_runtime_from(this_file), Err(RuntimeError::Unusable { .. })));
}
