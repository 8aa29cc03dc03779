//! Tasks that wait for a person's yes, and tasks that nothing could be done with.
#![expect(missing_docs, reason = "the name of a behaviour is the sentence that describes it")]

use domain::{PageRequest, TaskState, decision::Approver};
use service::ports::store::Store;

use crate::{
    add,
    fixtures::{at, awaiting_approval, submission, submission_in, task_id},
};

pub async fn approvals_come_oldest_first_page_by_page_with_who_may_give_them(store: &dyn Store) {
    let given = [(2, Some(at(300))), (1, None), (3, Some(at(100)))];
    let given = given.into_iter().map(|(n, until)| submission_in(n, awaiting_approval(until)));
    add(store, &given.chain([submission(4)]).collect::<Vec<_>>()).await;
    let mut view = store.read().await.unwrap();
    let first = view.list_awaiting_approval(&PageRequest::first(2)).await.unwrap();
    let shown: Vec<_> = first.items.iter().map(|pending| (pending.task.id, pending.expires_at)).collect();
    assert_eq!(shown, [(task_id(1), None), (task_id(2), Some(at(300)))]);
    let pending = &first.items[0];
    assert_eq!((pending.automation.as_str(), pending.otherwise.as_str()), ("refund-bot", "refunds"));
    assert_eq!(pending.approver, Approver::Agent);
    let second = view.list_awaiting_approval(&PageRequest::after(first.next, Some(2))).await.unwrap();
    assert_eq!((second.items.len(), second.items[0].task.id, second.next), (1, task_id(3), None));
}

pub async fn approvals_run_out_the_longest_ended_first(store: &dyn Store) {
    let given = [(1, Some(at(300))), (2, None), (3, Some(at(100))), (4, Some(at(301)))];
    let given: Vec<_> = given.into_iter().map(|(n, until)| submission_in(n, awaiting_approval(until))).collect();
    add(store, &given).await;
    let mut view = store.read().await.unwrap();
    let expected = [given[2].task.clone(), given[0].task.clone()];
    assert_eq!(view.list_expired_approvals(at(300), 9).await.unwrap(), expected);
    assert_eq!(view.list_expired_approvals(at(300), 1).await.unwrap(), expected[..1]);
    assert_eq!(view.list_expired_approvals(at(99), 9).await.unwrap(), []);
}

pub async fn dead_letters_come_newest_first_with_their_reasons(store: &dyn Store) {
    let dead = |n, reason: &str| submission_in(n, TaskState::DeadLetter { at: at(7), reason: reason.to_owned() });
    add(store, &[dead(1, "first"), submission(2), dead(3, "third"), dead(4, "fourth")]).await;
    let mut view = store.read().await.unwrap();
    let first = view.list_dead_letters(&PageRequest::first(2)).await.unwrap();
    let reasons: Vec<_> =
        first.items.iter().map(|letter| (letter.task.id, letter.reason.as_str(), letter.at)).collect();
    assert_eq!(reasons, [(task_id(4), "fourth", at(7)), (task_id(3), "third", at(7))]);
    let second = view.list_dead_letters(&PageRequest::after(first.next, Some(2))).await.unwrap();
    assert_eq!((second.items[0].task.id, second.next), (task_id(1), None));
}
