//! Progress of an organization's checklist, and the commands and events that change it.

use domain::{
    billing::{Change, FactKind, Item, Plan, SubscriptionFact, SubscriptionStatus},
    checklist::{
        BUILT_IN,
        ChecklistCommand::{self, Complete, ConfirmCompletion, Dismiss, Restore, Skip, Uncomplete, Unskip},
        ChecklistError, CompletedByEvent, HostEventResult, Task,
    },
    org::{DomainEvent, Measure, Org, Status, measures},
    people::{Admin, IdleTimeout, Member, Role, Session},
};
use jiff::{SignedDuration, Timestamp};

use crate::fixture::{self, acme, cus, jo, record_at, sub_id, trialing};

fn at(hours: i64) -> Timestamp {
    fixture::at(hours * 3600)
}

struct Acme {
    org: Org,
    admin: Admin,
}

impl Acme {
    /// Returns Acme with a trial of two weeks.
    fn new() -> Self {
        let session = Session::begin(acme(), &jo(), at(0));
        let admin = Member::authorize(&session, &jo(), Some(Role::Admin), IdleTimeout::default(), at(0))
            .unwrap()
            .admin()
            .unwrap();
        Self { org: trialing(), admin }
    }

    fn apply(&mut self, command: ChecklistCommand<'_>, hours: i64) -> Result<(), ChecklistError> {
        self.org.change_checklist(&self.admin, command, at(hours))
    }

    fn complete_all(&mut self, hours: i64) {
        for task in BUILT_IN.tasks {
            self.apply(Complete(task.key), hours).unwrap();
        }
    }

    fn next(&self, hours: i64) -> Option<&'static str> {
        self.org.progress(at(hours)).next_task().map(|task| task.key)
    }

    fn subscribe(&mut self, price: &str, hours: i64) {
        let fact = SubscriptionFact {
            items: vec![Item::of_price(price.to_owned())],
            ..SubscriptionFact::new(Change::Updated, SubscriptionStatus::Active)
        };
        self.record(fact, hours);
    }

    fn record(&mut self, fact: SubscriptionFact, hours: i64) {
        let (subscription, customer) = (sub_id("sub_1"), cus("cus_1"));
        let what = FactKind::Subscription { subscription, customer, fact };
        record_at(&mut self.org, &fixture::fact(&format!("evt_{hours}"), hours * 3600, what), at(hours));
    }
}

#[test]
fn percentage_is_rounded_down() {
    let mut acme = Acme::new();
    let mut percentages = vec![acme.org.progress(at(1)).percentage()];
    for task in BUILT_IN.tasks {
        acme.apply(Complete(task.key), 1).unwrap();
        percentages.push(acme.org.progress(at(1)).percentage());
    }
    assert_eq!(percentages, [0, 12, 25, 37, 50, 62, 75, 87, 100]);
    assert!(acme.org.progress(at(1)).is_complete());
}

#[test]
fn settled_tasks_fill_the_bar_exactly_when_complete() {
    let mut acme = Acme::new();
    let mut shown = Vec::new();
    for (n, task) in BUILT_IN.tasks.iter().enumerate() {
        acme.apply(if n % 2 == 0 { Skip(task.key) } else { Complete(task.key) }, 1).unwrap();
        let progress = acme.org.progress(at(1));
        assert_eq!(progress.settled_count() + progress.remaining_count(), 8);
        assert_eq!(progress.settled_percentage() == 100, progress.is_complete());
        shown.push((progress.settled_percentage(), progress.percentage()));
    }
    assert_eq!(shown, [(12, 0), (25, 12), (37, 12), (50, 25), (62, 25), (75, 37), (87, 37), (100, 50)]);
}

#[test]
fn every_built_in_task_has_evidence() {
    assert!(BUILT_IN.tasks.iter().all(Task::has_evidence));
    assert!(!Task { completed_by: &[], ..BUILT_IN.tasks[0] }.has_evidence());
}

#[test]
fn completed_task_precedes_open_ones_by_its_weight() {
    let mut acme = Acme::new();
    acme.apply(Complete("invited_team_member"), 1).unwrap();
    acme.apply(Complete("created_client"), 1).unwrap();
    let progress = acme.org.progress(at(1));
    let precedes = |key| progress.precedes_open_tasks(progress.task(key).unwrap());
    assert!(precedes("invited_team_member") && !precedes("created_client"));
}

#[test]
fn first_completion_of_a_task_stays() {
    let mut acme = Acme::new();
    acme.apply(Complete("created_project"), 5).unwrap();
    let before = acme.org.clone();
    acme.apply(Complete("created_project"), 9).unwrap();
    assert_eq!(acme.org, before);
}

#[test]
fn skipped_task_completes_the_list_but_not_the_percentage() {
    let mut acme = Acme::new();
    acme.complete_all(1);
    acme.org.checklist.completions.remove("generated_report");
    acme.apply(Skip("generated_report"), 2).unwrap();
    let progress = acme.org.progress(at(2));
    assert_eq!((progress.percentage(), progress.is_complete()), (87, true));
    assert_eq!(progress.skipped().map(|task| task.key).collect::<Vec<_>>(), ["generated_report"]);
    acme.apply(Unskip("generated_report"), 3).unwrap();
    let progress = acme.org.progress(at(3));
    assert_eq!((progress.is_complete(), progress.completed_at()), (false, None));
    let before = acme.org.clone();
    acme.apply(Skip("created_project"), 4).unwrap();
    assert_eq!(acme.org, before, "a completed task cannot be skipped");
}

#[test]
fn only_a_completion_by_an_admin_can_be_undone() {
    let mut acme = Acme::new();
    acme.complete_all(1);
    assert!(acme.org.progress(at(1)).celebrates());
    acme.apply(Uncomplete("created_project"), 2).unwrap();
    let progress = acme.org.progress(at(2));
    assert_eq!((progress.completed_count(), progress.completed_at()), (7, None));
    assert_eq!(acme.org.checklist.updated_at, Some(at(2)));
    let before = acme.org.clone();
    acme.apply(Uncomplete("created_project"), 3).unwrap();
    assert_eq!(acme.org, before, "an open task stays open");

    acme.org.complete_from_host("project.created", None, at(4), at(4));
    let before = acme.org.clone();
    assert_eq!(
        acme.apply(Uncomplete("created_project"), 5),
        Err(ChecklistError::CompletedByEvent(CompletedByEvent))
    );
    assert_eq!(acme.org, before);
}

#[test]
fn dismissal_keeps_the_progress_and_can_be_undone() {
    let mut acme = Acme::new();
    acme.apply(Complete("created_project"), 1).unwrap();
    acme.apply(Dismiss, 2).unwrap();
    let dismissed = acme.org.clone();
    assert_eq!(dismissed.checklist.updated_at, Some(at(2)));
    acme.apply(Dismiss, 3).unwrap();
    assert_eq!(acme.org, dismissed);
    assert_eq!(acme.org.progress(at(3)).percentage(), 12);
    acme.apply(Restore, 4).unwrap();
    assert_eq!((acme.org.checklist.dismissed_at, acme.org.checklist.updated_at), (None, Some(at(4))));
}

#[test]
fn next_task_has_the_highest_weight() {
    let mut acme = Acme::new();
    assert_eq!(acme.next(0), Some("invited_team_member"));
    acme.apply(Skip("invited_team_member"), 1).unwrap();
    acme.apply(Complete("created_project"), 1).unwrap();
    assert_eq!(acme.next(1), Some("created_time_entry"));
    // After eleven days, the trial has three days left.
    assert_eq!(acme.next(10 * 24), Some("created_time_entry"));
    assert_eq!(acme.next(11 * 24), Some("added_billing_info"));
    assert_eq!(acme.next(14 * 24), Some("created_time_entry"), "no urgency boost applies after the end");
    acme.apply(Skip("added_billing_info"), 12 * 24).unwrap();
    assert_eq!(acme.next(12 * 24), Some("created_time_entry"));
}

#[test]
fn unconfirmed_plan_has_no_urgent_task() {
    let mut acme = Acme::new();
    let fact = SubscriptionFact {
        trial_end: Some(at(14 * 24)),
        ..SubscriptionFact::new(Change::Created, SubscriptionStatus::Trialing)
    };
    acme.record(fact, 0);
    acme.apply(Skip("invited_team_member"), 1).unwrap();
    acme.apply(Complete("created_project"), 1).unwrap();
    assert_eq!(acme.next(12 * 24), Some("added_billing_info"));
    // No event reported what followed the trial.
    assert_eq!(acme.org.status(at(15 * 24)), Status::Trialing);
    assert_eq!(acme.next(15 * 24), Some("created_time_entry"));
}

#[test]
fn celebration_stays_until_an_admin_confirms_it() {
    let mut acme = Acme::new();
    acme.apply(ConfirmCompletion, 1).unwrap();
    assert_eq!(acme.org.onboarding.seen_at, None, "the checklist is not complete yet");
    acme.complete_all(2);
    assert!(acme.org.progress(at(2)).celebrates());
    acme.apply(ConfirmCompletion, 2).unwrap();
    assert!(!acme.org.progress(at(2)).celebrates(), "it is confirmed at the moment of the completion");
    let before = acme.org.clone();
    acme.apply(ConfirmCompletion, 4).unwrap();
    assert_eq!(acme.org, before);
}

#[test]
fn plan_change_shows_its_tasks_and_keeps_completions() {
    let mut acme = Acme::new();
    acme.org.onboarding.definition = Some("agency".to_owned());
    assert_eq!(acme.org.progress(at(0)).total_count(), 8);
    assert_eq!(
        acme.apply(Complete("approved_timesheet"), 1),
        Err(ChecklistError::UnknownTask(domain::checklist::UnknownTask))
    );
    for key in acme.org.progress(at(0)).keys() {
        acme.apply(Complete(key), 2).unwrap();
    }
    assert!(acme.org.progress(at(2)).is_complete());
    acme.subscribe("price_team", 3);
    assert_eq!(acme.org.onboarding.plan, Some(Plan::Team));
    let progress = acme.org.progress(at(3));
    assert_eq!((progress.completed_count(), progress.total_count(), progress.completed_at()), (8, 9, None));
    assert_eq!(acme.next(3), Some("approved_timesheet"));
    acme.subscribe("price_of_something_else", 4);
    assert_eq!(acme.org.onboarding.plan, Some(Plan::Team), "an unknown price changes nothing");
    acme.apply(Complete("approved_timesheet"), 5).unwrap();
    acme.subscribe("price_single", 6);
    let progress = acme.org.progress(at(6));
    assert_eq!((progress.completed_count(), progress.total_count()), (8, 8));
    assert!(
        acme.org.checklist.completions.contains_key("approved_timesheet"),
        "the hidden completion is kept"
    );
}

#[test]
fn checklist_completion_is_published_once_per_completion() {
    let mut acme = Acme::new();
    let completed = |before: &Org, after: &Org| {
        DomainEvent::between(Some(before), after).contains(&DomainEvent::ChecklistCompleted)
    };
    let open = acme.org.clone();
    assert!(!DomainEvent::between(None, &open).contains(&DomainEvent::ChecklistCompleted));
    acme.complete_all(1);
    let complete = acme.org.clone();
    assert!(completed(&open, &complete));
    acme.apply(Dismiss, 2).unwrap();
    assert_eq!(DomainEvent::between(Some(&complete), &acme.org), [DomainEvent::ChecklistDismissed]);
    acme.org.onboarding.definition = Some("agency".to_owned());
    acme.apply(Skip("set_hourly_rates"), 3).unwrap();
    assert!(completed(&complete, &acme.org), "the checklist grew and is complete again");
    let complete = acme.org.clone();
    acme.apply(Unskip("set_hourly_rates"), 4).unwrap();
    assert!(!completed(&complete, &acme.org), "the checklist is open again");
}

#[test]
fn completed_checklist_that_grew_is_celebrated_again() {
    let mut acme = Acme::new();
    acme.complete_all(1);
    acme.apply(ConfirmCompletion, 2).unwrap();
    acme.org.onboarding.definition = Some("agency".to_owned());
    assert_eq!(acme.org.progress(at(3)).completed_at(), None);
    acme.apply(Complete("set_hourly_rates"), 4).unwrap();
    let progress = acme.org.progress(at(4));
    assert_eq!((progress.completed_at(), progress.celebrates()), (Some(at(4)), true));
}

#[test]
fn unknown_definition_is_kept_and_the_default_is_shown() {
    let mut acme = Acme::new();
    acme.org.onboarding.definition = Some("removed".to_owned());
    acme.org.checklist.completions.insert(
        "did_something".to_owned(),
        domain::checklist::Completion { at: at(0), source: domain::checklist::Source::Manual, by: None },
    );
    assert_eq!(acme.org.progress(at(0)).definition.key, "built-in");
    assert_eq!(acme.org.progress(at(0)).completed_count(), 0);
    acme.apply(Complete("created_project"), 1).unwrap();
    assert_eq!(acme.org.onboarding.definition.as_deref(), Some("removed"));
    assert!(acme.org.checklist.completions.contains_key("did_something"));
}

#[test]
fn host_event_completes_the_tasks_of_the_definition() {
    let mut acme = Acme::new();
    for (definition, event, result) in [
        (None, "project.created", HostEventResult::Completed),
        (None, "project.created", HostEventResult::AlreadyCompleted),
        (None, "rates.set", HostEventResult::UnknownEvent),
        (Some("agency"), "rates.set", HostEventResult::Completed),
        // The organization has no plan, so the task is hidden. The event completes it nevertheless.
        (Some("agency"), "timesheet.approved", HostEventResult::Completed),
        (Some("agency"), "other.event", HostEventResult::UnknownEvent),
    ] {
        acme.org.onboarding.definition = definition.map(str::to_owned);
        assert_eq!(acme.org.complete_from_host(event, None, at(1), at(1)), result, "{definition:?} {event}");
    }
}

#[test]
fn hidden_completion_is_published_when_the_task_is_shown() {
    let mut acme = Acme::new();
    acme.org.onboarding.definition = Some("agency".to_owned());
    let before = acme.org.clone();
    assert_eq!(
        acme.org.complete_from_host("timesheet.approved", None, at(1), at(2)),
        HostEventResult::Completed
    );
    assert!(acme.org.checklist.completions.contains_key("approved_timesheet"));
    assert_eq!(acme.org.checklist.updated_at, before.checklist.updated_at);
    assert_eq!(
        (DomainEvent::between(Some(&before), &acme.org), measures(Some(&before), &acme.org)),
        (vec![], vec![])
    );

    let hidden = acme.org.clone();
    acme.org.onboarding.plan = Some(Plan::Single);
    assert_eq!(DomainEvent::between(Some(&hidden), &acme.org), [], "this plan does not show the task");
    acme.subscribe("price_team", 3);
    assert_eq!(acme.org.checklist.updated_at, Some(at(3)));
    let events = DomainEvent::between(Some(&hidden), &acme.org);
    let tasks: Vec<_> = events.iter().filter(|it| it.name() == "checklist.task_completed").collect();
    assert_eq!(tasks, [&DomainEvent::TaskCompleted { task: "approved_timesheet".to_owned() }]);
    let after = SignedDuration::from_hours(1);
    assert_eq!(
        measures(Some(&hidden), &acme.org),
        [Measure::FirstValue { after }],
        "the measure uses the time of the completion"
    );

    let shown = acme.org.clone();
    assert_eq!(
        acme.org.complete_from_host("timesheet.approved", None, at(4), at(4)),
        HostEventResult::AlreadyCompleted
    );
    acme.apply(Complete("created_project"), 5).unwrap();
    assert_eq!(
        DomainEvent::between(Some(&shown), &acme.org),
        [DomainEvent::TaskCompleted { task: "created_project".to_owned() }]
    );
    assert_eq!(measures(Some(&shown), &acme.org), []);
}

#[test]
fn hidden_completion_does_not_change_the_checklist_times() {
    let mut acme = Acme::new();
    acme.org.onboarding.definition = Some("agency".to_owned());
    for key in acme.org.progress(at(0)).keys() {
        acme.apply(Complete(key), 1).unwrap();
    }
    acme.org.complete_from_host("timesheet.approved", None, at(2), at(2));
    assert_eq!((acme.org.checklist.completed_at, acme.org.checklist.updated_at), (Some(at(1)), Some(at(1))));
    acme.subscribe("price_team", 3);
    let progress = acme.org.progress(at(3));
    assert_eq!(
        (progress.completed_count(), progress.completed_at()),
        (9, Some(at(1))),
        "the new task was completed before"
    );
}

#[test]
fn milestone_is_reached_with_its_last_task() {
    let mut acme = Acme::new();
    let reached = |acme: &Acme| -> Vec<(&str, Timestamp)> {
        acme.org.progress(at(9)).milestones().filter_map(|(it, at)| Some((it.key, at?))).collect()
    };
    assert!(reached(&acme).is_empty());
    acme.apply(Complete("created_time_entry"), 1).unwrap();
    acme.apply(Complete("created_project"), 3).unwrap();
    assert_eq!(reached(&acme), [("first_step", at(1)), ("at_work", at(3))]);
    acme.complete_all(5);
    assert_eq!(reached(&acme).last(), Some(&("at_home", at(5))));
}
