//! The conformance suite: what every store must do, and values to try it with.
//!
//! This crate knows stores only as the ports of `service`; it never depends on one of them.
#![expect(clippy::unwrap_used, reason = "everything here runs in tests, where a failure is to stop the test")]

pub mod approval;
pub mod audit;
pub mod automation;
pub mod dataset;
pub mod decision;
pub mod dispute;
pub mod drift;
pub mod escalation;
pub mod evaluation;
pub mod fixtures;
pub mod history;
pub mod label_set;
pub mod learning;
pub mod people;
pub mod policy;
pub mod queue;
pub mod rollout;
pub mod snooze;
pub mod suspicion;
pub mod task;
pub mod teamwork;
pub mod transaction;

use domain::{TaskId, TaskSummary};
use service::ports::store::{Store, Submission};

/// Adds submissions in a transaction of their own.
///
/// # Panics
/// When the store refuses.
pub async fn add(store: &dyn Store, submissions: &[Submission]) {
    let mut tx = store.begin().await.unwrap();
    tx.add_submissions(submissions).await.unwrap();
    tx.save().await.unwrap();
}

/// The identifiers of listed tasks.
#[must_use]
pub fn ids_of(tasks: &[TaskSummary]) -> Vec<TaskId> {
    tasks.iter().map(|task| task.id).collect()
}

/// Makes one test of each behaviour. The expression opens an empty store: it yields the store and whatever must live as
/// long as the store, for example its directory.
#[macro_export]
macro_rules! conformance_tests {
    ($open:expr) => {
        $crate::conformance_tests! { @all $open;
            transaction: [
                nothing_lasts_without_save,
                a_transaction_sees_its_own_writes_and_others_do_not,
                submissions_saved_in_one_step_bring_their_events,
                submissions_refused_in_one_step_leave_nothing,
                a_view_stays_as_it_was_when_it_was_first_read,
                a_second_transaction_waits_for_the_first,
                giving_up_the_wait_for_a_transaction_harms_nobody,
                a_refused_write_leaves_the_rest_of_its_transaction,
            ]
            task: [
                a_task_of_every_state_comes_back_as_it_was_given,
                every_field_of_a_task_comes_back_as_it_was_given,
                an_unknown_task_is_nothing,
                a_saved_task_has_its_new_state_and_its_old_text,
                saving_a_task_that_was_never_added_fails,
                adding_a_task_twice_is_a_conflict_and_adds_nothing_of_the_batch,
                an_empty_batch_adds_nothing,
                a_batch_of_a_thousand_goes_in_at_once,
                tasks_are_listed_newest_first_page_by_page,
                a_page_that_ends_with_the_list_has_no_next_one,
                a_listed_task_shows_its_summary,
                a_list_does_not_tell_what_is_to_be_checked_blindly,
                tasks_are_narrowed_by_every_filter_and_by_all_together,
                a_cursor_of_another_list_is_refused,
                waiting_tasks_come_most_urgent_then_earliest_due_then_oldest,
                the_first_waiting_task_is_the_first_over_all_queues,
                claims_of_a_holder_come_by_expiry,
                expired_claims_come_longest_ended_first,
                an_erased_task_says_nothing_and_its_labels_hold_no_more,
            ]
            approval: [
                approvals_come_oldest_first_page_by_page_with_who_may_give_them,
                approvals_run_out_the_longest_ended_first,
                dead_letters_come_newest_first_with_their_reasons,
            ]
            snooze: [
                what_is_put_aside_waits_in_no_queue_and_counts_in_none,
                what_is_put_aside_is_found_by_its_own_state_alone,
                what_is_put_aside_comes_earliest_return_first_of_one_person_and_of_all,
                what_is_to_come_back_comes_longest_ago_first,
            ]
            teamwork: [
                a_resolution_is_kept_replaced_and_removed,
                a_draft_belongs_to_a_task_and_a_person,
                of_very_many_drafts_of_a_person_the_oldest_are_forgotten,
                comments_of_a_task_come_oldest_first_and_are_counted,
                a_person_watches_a_task_once_and_stops,
                notices_of_a_person_come_newest_first_and_are_read_one_by_one_or_all,
                of_very_many_notices_of_a_person_the_oldest_are_forgotten,
                what_was_written_to_an_erased_task_is_erased,
            ]
            queue: [
                queues_come_by_name_and_a_saved_one_is_changed,
                queue_counts_follow_every_move_of_a_task,
                late_tasks_are_those_that_wait_or_are_held_past_their_due_time,
                the_oldest_waiting_task_of_each_queue_is_known,
                an_empty_store_counts_nothing,
                counters_follow_a_task_through_its_life,
                destinations_count_live_decisions_of_the_policy_most_first,
                what_stages_of_first_decisions_cost_is_counted_by_the_day,
            ]
            escalation: [
                a_task_has_at_most_one_open_escalation,
                escalations_of_a_task_come_oldest_first_and_the_open_one_is_found,
                open_escalations_come_earliest_due_first_with_subject_and_holder,
                a_used_idempotency_key_is_found_until_it_expires,
                a_used_idempotency_key_is_a_conflict_until_it_expires,
                an_idempotency_key_that_comes_twice_in_a_batch_is_a_conflict,
                expired_idempotency_keys_are_removed_and_counted,
            ]
            decision: [
                a_decision_comes_back_as_it_was_given,
                decisions_are_found_by_their_identifiers,
                decisions_of_a_task_come_oldest_first,
                adding_a_decision_twice_is_a_conflict,
                a_listed_decision_shows_its_summary,
                decisions_are_narrowed_by_every_filter_newest_first_page_by_page,
                corrections_of_a_task_come_oldest_first_and_mark_the_decision_once,
            ]
            learning: [
                labels_come_back_as_they_were_given_newest_first,
                labels_are_narrowed_by_name_and_kind,
                a_later_label_of_a_task_takes_the_place_of_the_one_before,
                of_several_labels_of_a_task_in_one_call_the_last_holds,
                corrected_labels_that_hold_are_counted_from_one_on,
                a_long_import_is_counted_by_label,
                a_finished_task_says_how_urgent_and_how_long_the_work_was,
                what_files_said_of_texts_is_found_by_digest,
                models_come_newest_first_and_are_found_by_version,
                a_saved_model_changes_stage_and_promotion_alone,
                there_is_at_most_one_champion,
                runs_come_newest_first_and_are_changed,
            ]
            dispute: [
                two_people_who_differ_on_a_task_open_a_dispute,
                changing_ones_own_mind_is_no_dispute,
                a_text_that_a_file_labels_twice_is_disputed,
                a_settlement_takes_the_place_of_every_label_of_the_text,
                disputes_come_longest_contested_first_page_by_page,
                a_label_that_was_taken_back_is_nobodys_word,
                pairs_are_each_persons_last_word_on_a_text_that_two_labelled,
            ]
            label_set: [
                names_of_labels_come_by_name_and_are_changed,
                a_renamed_label_takes_examples_and_unfinished_tasks_along,
                labels_that_become_one_end_their_disputes,
            ]
            suspicion: [
                suspicions_come_with_their_labels_likeliest_first_page_by_page,
                a_kept_label_is_not_suspected_again_and_other_suspicions_are_replaced,
                what_takes_a_labels_place_ends_the_suspicion,
                a_suggestion_follows_its_labels_name_and_ends_when_both_are_one,
            ]
            dataset: [
                a_dataset_comes_back_with_its_examples_in_their_order,
                datasets_come_newest_first_and_no_content_twice,
                an_example_keeps_its_label_of_then_and_loses_an_erased_text,
                imports_come_newest_first_and_are_changed,
            ]
            evaluation: [
                cases_of_a_model_come_back_by_label,
                cases_of_much_older_models_are_forgotten_but_for_the_champions,
                labels_are_found_by_their_identifiers_whether_they_hold_or_not,
            ]
            drift: [
                cases_are_what_a_model_said_when_tasks_came_in,
                comparisons_of_a_model_come_oldest_first,
                stages_of_a_cascade_come_newest_first_with_what_people_said,
            ]
            rollout: [
                at_most_one_model_is_on_its_way,
                what_a_shadow_said_comes_newest_first_with_what_people_said,
            ]
            automation: [
                goals_come_by_label_are_changed_and_removed_with_what_was_promised,
                promises_belong_to_a_model_and_are_changed,
                answers_whose_truth_is_known_come_with_how_their_tasks_were_chosen,
                tasks_of_machines_come_least_sure_first_until_somebody_labels_them,
            ]
            policy: [
                an_empty_store_has_no_policy,
                versions_come_newest_first_page_by_page,
                every_field_of_a_version_comes_back_as_it_was_given,
                the_text_of_a_version_changes_only_while_it_is_a_draft,
                each_revision_of_a_version_keeps_its_document,
                at_most_one_version_is_active,
                at_most_one_version_is_in_shadow_or_a_canary,
                the_version_before_the_active_one_was_active_last,
                scheduled_versions_come_earliest_first,
                comments_of_a_version_come_oldest_first,
                a_setting_is_written_one_revision_after_another,
                the_epoch_counts_what_decisions_are_made_by,
            ]
            history: [
                history_comes_newest_first_page_by_page,
                history_is_read_beyond_what_one_statement_gives,
                a_case_of_history_says_what_the_rules_saw,
                where_people_sent_a_task_is_their_last_word_that_moves_it,
                people_at_work_are_counted_by_the_hour,
                what_a_policy_in_shadow_would_have_done_comes_newest_first,
                shadows_of_policies_go_in_with_their_submissions,
                outcomes_of_a_policy_come_in_the_order_of_its_decisions,
            ]
            people: [
                a_person_is_found_by_identifier_and_with_password_by_address,
                an_address_is_taken_once,
                people_come_by_address_page_by_page,
                people_are_found_by_the_name_in_their_address,
                a_saved_person_keeps_the_password_and_a_saved_password_the_person,
                saving_a_person_who_was_never_added_fails,
                administrators_are_counted_while_they_may_sign_in,
                what_a_person_chose_is_kept_and_changed,
                a_session_is_found_changed_and_removed,
                sessions_end_by_person_and_by_time,
                keys_are_found_with_their_digest_and_listed_newest_first,
                a_saved_key_changes_use_and_revocation_alone,
            ]
            audit: [
                audit_events_are_chained_across_calls_and_transactions,
                an_abandoned_transaction_leaves_no_gap_in_the_chain,
                the_audit_log_is_read_in_pieces_and_by_subject,
                domain_events_come_in_order_after_a_position,
            ]
        }
    };
    (@all $open:expr; $($module:ident: [$($behaviour:ident,)*])*) => {$(
        mod $module {
            use super::*;

            $(
                #[tokio::test]
                async fn $behaviour() {
                    let (store, _alive) = $open;
                    $crate::$module::$behaviour(&store).await;
                }
            )*
        }
    )*};
}
