//! Forms as browsers send them become the arguments of server functions.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use domain::{LabelKind, Scope, decision::DecisionFilter, label::LabelFilter};
use leptos::server_fn::codec::{FromReq, PostUrl};

use super::{
    decision::ListDecisions,
    label::ListLabels,
    model::{PromoteModel, StartTraining},
    people::{CreateApiKey, SetUserDisabled},
    policy::edit::{PolicyIntent, SubmitPolicy},
};
use crate::error::AppError;

/// Reads a form's body. It is in memory, so that the future is ready at once.
fn read<T>(body: &str) -> Result<T, AppError>
where
    T: FromReq<PostUrl, http::Request<axum::body::Body>, AppError>,
{
    let request =
        http::Request::post("/fn/x").body(axum::body::Body::from(body.to_owned())).expect("the request is well formed");
    let mut reading = pin!(T::from_req(request));
    match reading.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(read) => read,
        Poll::Pending => panic!("a body in memory is never waited for"),
    }
}

#[test]
fn check_boxes_become_a_list_and_none_become_an_empty_one() {
    let chosen: CreateApiKey = read("name=bot&scopes%5B%5D=tasks%3Awrite&scopes%5B%5D=work").unwrap();
    assert_eq!((chosen.name.as_str(), chosen.scopes), ("bot", vec![Scope::TasksWrite, Scope::Work]));
    assert!(read::<CreateApiKey>("name=bot").unwrap().scopes.is_empty());
    assert!(read::<CreateApiKey>("name=bot&scopes%5B%5D=everything").is_err());
}

#[test]
fn a_list_without_filters_needs_no_fields() {
    assert_eq!(read::<ListDecisions>("").unwrap().filter, DecisionFilter::default());
    assert_eq!(read::<ListLabels>("").unwrap().filter, LabelFilter::default());
    let narrowed: ListDecisions = read("filter[corrected]=true&filter[label]=a%20b&after=x").unwrap();
    assert_eq!((narrowed.filter.corrected, narrowed.filter.label.as_deref()), (Some(true), Some("a b")));
    assert_eq!(read::<ListLabels>("filter[kind]=corrected").unwrap().filter.kind, Some(LabelKind::Corrected));
}

#[test]
fn the_pressed_button_says_what_becomes_of_a_policy() {
    let form: SubmitPolicy = read("version=1&revision=1&json=%7B%7D%0D%0A&note=&intent=check").unwrap();
    assert_eq!((form.json.as_str(), form.intent), ("{}\r\n", PolicyIntent::Check));
    assert!(
        read::<SubmitPolicy>("version=1&revision=1&json=%7B%7D&note=x").is_err(),
        "without a button nothing is saved"
    );
}

#[test]
fn worse_models_need_the_box_and_buttons_need_no_fields() {
    assert!(!read::<PromoteModel>("version=3").unwrap().anyway);
    assert!(read::<PromoteModel>("version=3&anyway=true").unwrap().anyway);
    assert!(read::<StartTraining>("").is_ok());
    assert!(read::<SetUserDisabled>("user=user_01ARZ3NDEKTSV4RRFFQ69G5FAV&disabled=true").unwrap().disabled);
}
