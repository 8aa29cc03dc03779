use std::fs;

use classifier::{Artifact, Heads, mlflow};
use domain::Timestamp;

use crate::support::{both_heads, facts, formula_model_with_heads, minutes_head};

#[test]
fn the_description_names_the_outputs_that_the_graph_has() {
    let outputs = |heads: Heads| -> Vec<String> {
        let home = tempfile::tempdir().unwrap();
        let artifact = Artifact::new(&formula_model_with_heads(2, heads), facts(2));
        mlflow::export(&artifact, "v1", Timestamp::from_ms(0), "", &home.path().join("v1")).unwrap();
        let text = fs::read(home.path().join("v1").join(mlflow::MLMODEL_FILE)).unwrap();
        let description: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let outputs = description["signature"]["outputs"].as_str().unwrap();
        let outputs: Vec<serde_json::Value> = serde_json::from_str(outputs).unwrap();
        outputs.iter().map(|output| format!("{} {}", output["name"], output["tensor-spec"]["shape"])).collect()
    };
    let labels = [r#""logits" [-1,2]"#, r#""probs" [-1,2]"#];
    assert_eq!(outputs(Heads::default()), labels);
    let minutes = Heads { priority: None, minutes: Some(minutes_head()) };
    assert_eq!(outputs(minutes), [labels[0], labels[1], r#""minutes" [-1,3]"#]);
    assert_eq!(outputs(both_heads()), [labels[0], labels[1], r#""priority" [-1,4]"#, r#""minutes" [-1,3]"#]);
}
