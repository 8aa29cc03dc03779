//! Files of examples on their way in.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::{
    ImportId, PageRequest, Priority, Role,
    dataset::DatasetFilter,
    import::{ImportState, LabelImport, NewExample},
    label::LabelFilter,
};

use crate::support::{Answer, Floor, examples, form, multipart};

/// The form of a file of examples.
fn upload(cookie: &str, name: &str, content: &[u8], skip_bad: bool, accept: &str) -> Request<Body> {
    let skip_bad: &[(&str, Option<&str>, &[u8])] = if skip_bad { &[("skip_bad", None, b"true")] } else { &[] };
    let parts = [skip_bad, &[("file", Some(name), content)]].concat();
    multipart("/api/v1/labels/imports", cookie, accept, &parts)
}

/// Sends a file and follows its import to the end.
async fn bring_in(floor: &Floor, cookie: &str, name: &str, content: &[u8], skip_bad: bool) -> LabelImport {
    let answer = floor.send(upload(cookie, name, content, skip_bad, "application/json")).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    let id: ImportId = answer.json()["id"].as_str().unwrap().parse().unwrap();
    loop {
        let import = floor.services.lookup_import(&floor.system, id).await.unwrap();
        if import.state != ImportState::Running {
            return import;
        }
        tokio::task::yield_now().await;
    }
}

async fn labels(floor: &Floor) -> usize {
    let page = floor.services.list_labels(&floor.system, &LabelFilter::default(), &PageRequest::first(200)).await;
    page.unwrap().items.len()
}

async fn get(floor: &Floor, cookie: &str, path: &str) -> Answer {
    floor.send(Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_dataset_that_goes_out_in_any_form_comes_back_as_the_same_dataset() {
    let there = Floor::open().await;
    let mut given: Vec<NewExample> = examples().into_iter().map(NewExample::from).collect();
    for (n, text) in
        ["=1+1", "'=quoted", "two\r\nlines, \"quoted\"", "-", "\u{1F600} über", " blank around "].iter().enumerate()
    {
        given.push(NewExample {
            text: (*text).to_owned(),
            label: "@odd, \"label\"".to_owned(),
            priority: Some(Priority::High),
            handling_minutes: Some(0.1 + n as f32 / 3.0),
        });
    }
    there.services.import_labels(&there.system, &given).await.unwrap();
    let dataset = there.services.make_dataset(&there.system, "x", DatasetFilter::default()).await.unwrap();
    let supervisor = there.cookie(Role::Supervisor).await;
    for format in ["csv", "jsonl", "parquet"] {
        let file = get(&there, &supervisor, &format!("/api/v1/datasets/1/export?format={format}")).await;
        assert_eq!(file.status, StatusCode::OK);
        let here = Floor::open().await;
        let cookie = here.cookie(Role::Supervisor).await;
        let import = bring_in(&here, &cookie, &format!("dataset.{format}"), &file.body, false).await;
        assert_eq!((import.state, import.added), (ImportState::Succeeded, given.len() as u64), "{format}: {import:?}");
        let back = here.services.make_dataset(&here.system, "y", DatasetFilter::default()).await.unwrap();
        assert_eq!((back.sha256, back.counts), (dataset.sha256.clone(), dataset.counts.clone()), "{format}");
        // The same file again brings nothing new.
        let again = bring_in(&here, &cookie, &format!("dataset.{format}"), &file.body, false).await;
        assert_eq!((again.added, again.known), (0, given.len() as u64), "{format}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn bad_lines_are_named_and_nothing_comes_in_unless_they_are_left_out() {
    let floor = Floor::open().await;
    let supervisor = floor.cookie(Role::Supervisor).await;
    floor.services.save_label(&floor.system, "fax", "").await.unwrap();
    floor.services.retire_label(&floor.system, "fax").await.unwrap();
    let csv = "text,label,handling_minutes\none,a,\n,a,\ntwo,,\nthree,fax,\nfour,b,long\nfive,b,2.5\n";
    let refused = bring_in(&floor, &supervisor, "labels.csv", csv.as_bytes(), false).await;
    assert_eq!((refused.state, refused.good, refused.bad), (ImportState::Refused, 2, 4), "{refused:?}");
    let lines: Vec<u64> = refused.problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [3, 4, 5, 6]);
    assert!(refused.problems[2].reason.contains("`fax` is retired"), "{refused:?}");
    assert_eq!(labels(&floor).await, 0, "a refusal changes nothing");

    let skipped = bring_in(&floor, &supervisor, "labels.csv", csv.as_bytes(), true).await;
    assert_eq!((skipped.state, skipped.added, skipped.bad), (ImportState::Succeeded, 2, 4), "{skipped:?}");
    assert_eq!(labels(&floor).await, 2);
    let page = get(&floor, &supervisor, "/labels/imports").await.text();
    assert!(page.contains("line 5:") && page.contains("labels.csv"), "the page names the lines");
    assert_eq!(floor.services.verify_audit(&floor.system).await.unwrap().broken_at, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_file_that_is_none_is_refused_in_the_form_that_the_sender_understands() {
    let floor = Floor::open().await;
    let supervisor = floor.cookie(Role::Supervisor).await;
    for (name, content, code) in
        [("labels.xlsx", "x".as_bytes(), "format"), ("labels.csv", b"", "no_file"), ("", b"text,label\n", "no_file")]
    {
        let page = floor.send(upload(&supervisor, name, content, false, "text/html")).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{name}");
        assert_eq!(page.header(header::LOCATION), format!("/labels/imports?refused={code}"));
        let program = floor.send(upload(&supervisor, name, content, false, "application/json")).await;
        assert_eq!(program.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert_eq!(program.json()["errors"][0]["field"], "file");
    }
    for (name, content) in [("a.parquet", "not a parquet file"), ("a.csv", "a,b\n1,2\n"), ("a.csv", "text,label\n")] {
        let import = bring_in(&floor, &supervisor, name, content.as_bytes(), true).await;
        assert_eq!((import.state, import.added), (ImportState::Refused, 0), "{name}: {import:?}");
    }
    let too_large = vec![b'x'; 65 * 1024 * 1024];
    let refused = floor.send(upload(&supervisor, "a.csv", &too_large, false, "text/html")).await;
    assert_eq!(refused.header(header::LOCATION), "/labels/imports?refused=too_large");
    let left = std::fs::read_dir(floor.data_dir().join("uploads")).unwrap().count();
    assert_eq!((labels(&floor).await, left), (0, 0), "nothing came in and no file is left");
    let other = Request::post("/api/v1/labels/imports").header(header::COOKIE, &supervisor);
    let other = other.header(header::CONTENT_TYPE, "text/csv").body(Body::from("text,label\na,b\n")).unwrap();
    assert_eq!(floor.send(other).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_import_can_be_cancelled_and_a_second_one_waits() {
    let floor = Floor::open().await;
    let supervisor = floor.cookie(Role::Supervisor).await;
    let mut csv = "text,label\n".to_owned();
    for n in 0..200_000 {
        csv.push_str(&format!("a rather long text that takes its time number {n},label {}\n", n % 50));
    }
    let answer = floor.send(upload(&supervisor, "long.csv", csv.as_bytes(), false, "application/json")).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let second = floor.send(upload(&supervisor, "b.csv", b"text,label\na,b\n", false, "application/json")).await;
    assert_eq!(second.status, StatusCode::CONFLICT, "{}", second.text());
    let cancel = floor.send(form("/fn/cancel_import", Some(&supervisor), format!("import={id}"))).await;
    assert_eq!(cancel.status, StatusCode::OK, "{}", cancel.text());
    let import = loop {
        let import = floor.services.lookup_import(&floor.system, id.parse().unwrap()).await.unwrap();
        if import.state != ImportState::Running {
            break import;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(import.state, ImportState::Cancelled, "{import:?}");
    let cancel = floor.send(form("/fn/cancel_import", Some(&supervisor), format!("import={id}"))).await;
    assert_eq!(cancel.status, StatusCode::NOT_FOUND);
}
