//! What people choose for themselves, over HTTP.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::Role;

use crate::support::{Answer, Floor, form};

/// The first tag of a page: what the frame is drawn by.
async fn frame(floor: &Floor, cookie: &str) -> String {
    let request = Request::get("/account").header(header::COOKIE, cookie).body(Body::empty()).unwrap();
    let page = floor.send(request).await.text();
    let (from, rest) = page.split_once("<html").map(|(_, rest)| ("<html", rest)).unwrap();
    format!("{from}{}", rest.split('>').next().unwrap())
}

fn look_of(answer: &Answer) -> String {
    let cookies = answer.headers.get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap());
    let look = cookies.rev().find(|cookie| cookie.starts_with("look=")).unwrap_or_default();
    look.split(';').next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_is_drawn_by_the_server_and_comes_back_with_the_next_sign_in() {
    let floor = Floor::open().await;
    let cookie = floor.cookie(Role::Agent).await;
    assert!(!frame(&floor, &cookie).await.contains("data-theme"));
    let body = "theme=dark&density=compact&list_width=5&focus=true".to_owned();
    let answer = floor.send(form("/fn/set_look", Some(&cookie), body)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let look = look_of(&answer);
    let drawn = frame(&floor, &format!("{cookie}; {look}")).await;
    for part in ["data-theme=\"switchyard-dark\"", "data-density=\"compact\"", "data-list=\"5\"", "data-focus"] {
        assert!(drawn.contains(part), "{part}: {drawn}");
    }
    // Only one of them changes.
    let answer = floor.send(form("/fn/set_look", Some(&cookie), "list_width=1".to_owned())).await;
    assert_eq!(look_of(&answer), "look=dark.compact.1.focus");
    // In another browser the sign-in brings it.
    let body = "email=agent%40example.com&password=correct+horse+battery".to_owned();
    let answer = floor.send(form("/fn/sign_in", None, body)).await;
    assert_eq!(look_of(&answer), "look=dark.compact.1.focus", "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_not_signed_in_chooses_for_the_browser_alone() {
    let floor = Floor::open().await;
    let answer = floor.send(form("/fn/set_look", Some("look=light.compact.4.all"), "theme=dark".to_owned())).await;
    assert_eq!(look_of(&answer), "look=dark.compact.4.all");
    let answer = floor.send(form("/fn/set_look", None, "density=tight".to_owned())).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
    assert_eq!(look_of(&answer), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_cannot_be_change_nothing() {
    let floor = Floor::open().await;
    let cookie = floor.cookie(Role::Agent).await;
    let keys = |body: &'static str| floor.send(form("/fn/set_keys", Some(&cookie), body.to_owned()));
    let viewer = || async { floor.send(form("/fn/viewer", Some(&cookie), String::new())).await.json() };
    assert!(keys("on=true&keys%5Bnext%5D=x").await.status.is_success());
    let chosen = viewer().await["preferences"]["keys"].clone();
    assert_eq!(chosen, serde_json::json!({ "on": true, "chosen": { "next": "x" } }));
    for (body, field) in [
        ("on=true&keys%5Bresolve%5D=x&keys%5Bnext%5D=x", "keys.resolve"),
        ("on=true&keys%5Bresolve%5D=xy", "keys.resolve"),
        ("on=true&keys%5Bdance%5D=d", "keys"),
    ] {
        let answer = keys(body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert!(answer.text().contains(field), "{body}: {}", answer.text());
        assert_eq!(viewer().await["preferences"]["keys"], chosen, "{body}");
    }
    // What is left out of the form is off, as check boxes are.
    assert!(keys("keys%5Bnext%5D=x").await.status.is_success());
    assert_eq!(viewer().await["preferences"]["keys"]["on"], false);
}
