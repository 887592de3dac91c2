//! The page with the organization's checklist.

use std::cmp::Reverse;

use domain::checklist::Source;
use maud::{Markup, html};
use ui::{NavItem, Tone, Weight, Width, link_button, note, post_button};

use crate::{
    config::Config,
    views::View,
    views::components::{
        banner, celebration, groups, moment, progress,
        setup::{self, SetupState},
        task, undo,
    },
    words::{self, checklist as text, label},
};

/// Renders the page. A member who is not an admin gets a short text that names the admins, and no
/// checklist.
pub fn render(view: &View, config: &Config) -> Markup {
    let main = if view.admin.is_some() { admin(view, config) } else { member(view) };
    view.page(config, label::GETTING_STARTED, Some(NavItem::Checklist), Width::Reading, main)
}

fn admin(view: &View, config: &Config) -> Markup {
    let (dismissed_at, steps) = (view.org.checklist.dismissed_at, view.progress());
    let is_complete = steps.is_complete();
    html! {
        h1 { (label::GETTING_STARTED) }
        p class="lead" { (text::lead(steps.total_count(), &view.org.name, &config.product)) }
        div id="checklist" class="stack" data-updated=[view.updated_at()] data-status=(view.status().as_str()) data-setup=(setup::marker(view)) {
            (view.undeliverable("/onboarding/checklist"))
            // Without full access, the banner replaces the next task.
            @if !view.may_change() || SetupState::of(view).is_some() { (banner::render(view)) }
            @if let Some(at) = dismissed_at { (dismissed(at, view)) }
            (undo::task_change(view))
            @if is_complete { (celebration::render(view, config)) }
            (progress(view))
            @if let Some(next) = view.next_task() {
                (groups::just_done_next(view))
                (task::next(next, view, config))
            }
            (groups::render(view, config))
            (skipped(view))
            @if dismissed_at.is_none() && view.may_change() { (dismiss(is_complete)) }
        }
    }
}

/// Renders the progress and the completed tasks. The list always starts with the creation of the
/// account, so it is never empty.
fn progress(view: &View) -> Markup {
    let founder = view.org.admins.first().map(|admin| admin.name.as_str());
    html! {
        section class="card-of-parts" aria-label=(text::PROGRESS) {
            (progress::bar(&view.progress()))
            (milestones(view))
            ul class="lines" {
                (task::done(text::ACCOUNT_CREATED, founder, view.org.signed_up_at, view, None))
                @for (task, completion) in view.progress().done() {
                    @if view.waits(completion) { (task::waiting(task)) }
                }
            }
            (done(view))
        }
    }
}

/// Renders the milestones that the organization has reached.
fn milestones(view: &View) -> Markup {
    let steps = view.progress();
    let reached: Vec<_> = steps.milestones().filter(|(_, at)| at.is_some()).map(|(it, _)| it).collect();
    html! {
        @if !reached.is_empty() {
            ul class="milestones" aria-label=(text::MILESTONES) {
                @for it in reached {
                    li class="badge" title=(it.text) { (ui::icon(it.icon)) (it.title) }
                }
            }
        }
    }
}

/// Renders the completed tasks as a list that opens on a click. The visible line names the task
/// that was completed last.
fn done(view: &View) -> Markup {
    let mut done: Vec<_> = view.progress().done().filter(|(_, completion)| !view.waits(completion)).collect();
    done.sort_by_key(|(_, completion)| Reverse(completion.at));
    html! {
        @if let Some((latest, completion)) = done.first() {
            details id="done" class="fold" {
                summary {
                    span class="fold-text" {
                        span class="fold-title" { (words::tasks_done(done.len())) }
                        span class="line-by" {
                            (text::latest(latest.title, &moment::past(completion.at, view.now, &view.org.zone)))
                        }
                    }
                }
                ul class="lines" {
                    @for (task, completion) in &done {
                        (task::done(
                            task.title,
                            task::done_by(completion),
                            completion.at,
                            view,
                            (completion.source == Source::Manual).then_some(task),
                        ))
                    }
                }
            }
        }
    }
}

/// Renders the skipped tasks as a list that opens on a click.
fn skipped(view: &View) -> Markup {
    let skipped: Vec<_> = view.progress().skipped().collect();
    html! {
        @if !skipped.is_empty() {
            details id="skipped" class="card-of-parts fold" {
                summary { span class="fold-title" { (words::tasks_skipped(skipped.len())) } }
                ul class="lines" { @for task in skipped { (task::skipped(task, view)) } }
            }
        }
    }
}

fn dismissed(at: jiff::Timestamp, view: &View) -> Markup {
    let text = html! {
        p { (text::dismissed(&moment::past(at, view.now, &view.org.zone))) }
        @if view.may_change() {
            p class="actions" {
                (post_button(Weight::Secondary, "/onboarding/api/checklist/restore", text::RESTORE, None))
            }
        }
    };
    note(Tone::Calm, "🗂️", text::DISMISSED, &text)
}

fn dismiss(complete: bool) -> Markup {
    html! {
        div class="section-head" {
            p class="soft small" { (if complete { text::DISMISS_COMPLETE } else { text::DISMISS_OPEN }) }
            (post_button(Weight::Quiet, "/onboarding/api/checklist/dismiss", text::DISMISS, None))
        }
    }
}

fn member(view: &View) -> Markup {
    let admins: Vec<&str> = view.org.admins.iter().map(|admin| admin.name.as_str()).collect();
    html! {
        h1 { (text::MEMBER_TITLE) }
        p class="lead" { (text::for_member(&view.org.name, &admins)) }
        p class="actions" { (link_button(Weight::Primary, "/dashboard", label::GO_TO_DASHBOARD)) }
    }
}

#[cfg(test)]
mod tests {
    use domain::checklist::{
        ChecklistCommand::{Complete, Dismiss, Skip},
        Completion, Task, UNDO_PERIOD,
    };
    use domain::people::{Address, Admin, Member, Role, User};
    use jiff::SignedDuration;

    use super::*;
    use crate::testing::{config, every_task, pending, read, trial};

    fn text(view: &View) -> String {
        read(&render(view, &config()))
    }

    #[track_caller]
    fn shows(view: &View, parts: &[&str]) {
        let text = text(view);
        let mut rest = text.as_str();
        for part in parts {
            let Some((_, after)) = rest.split_once(part) else {
                panic!("{part:?} is missing, or not in this order: {text}")
            };
            rest = after;
        }
    }

    #[test]
    fn new_checklist_shows_the_account_done_and_the_next_task() {
        shows(
            &trial(),
            &[
                "Getting started · Acme Corp · TimeTracker",
                "0 of 8 done 0%",
                "Account created , done Jo Doe, just now",
                "Next task Invite team member",
                "Invite someone →",
                "Skip",
                "Setup 0 of 4 done Create project about 2 min",
                "Create project →",
                "Usage 0 of 2 done Log first time entry",
                "Billing 0 of 1 done Add billing info",
                "Dismiss checklist",
            ],
        );
    }

    #[test]
    fn done_tasks_name_the_person_and_skipped_ones_can_be_restored() {
        let view = trial()
            .having(&[
                Complete("invited_team_member"),
                Complete("set_working_hours"),
                Skip("created_project"),
            ])
            .later(SignedDuration::from_mins(5));
        shows(
            &view,
            &[
                "2 of 8 done, 1 skipped 37%",
                "Account created , done",
                "2 tasks done Latest: Invite team member, 5 minutes ago",
                "Invite team member , done Jo Doe, 5 minutes ago",
                "Set working hours , done",
                "Next task Log first time entry",
                "Setup 1 of 4 done Add client",
                "1 task skipped Create project , skipped Restore",
            ],
        );
    }

    /// "Invite team member" was next, and "Add client" was a row of its group.
    #[test]
    fn task_that_was_just_completed_stays_where_it_was() {
        let view = trial().having(&[Complete("invited_team_member"), Complete("created_client")]);
        shows(
            &view,
            &[
                "2 of 8 done",
                "Invite team member , done Next task Create project",
                "Setup 1 of 4 done Set working hours",
                "Add client , done Customize settings",
            ],
        );
        let later = view.later(UNDO_PERIOD);
        assert!(!render(&later, &config()).0.contains("task-just-done"));
    }

    #[test]
    fn queued_invitation_shows_that_it_waits_for_the_verification() {
        let mut view = trial();
        let by = Completion { at: view.now, source: Source::Invitation, by: Some("Jo Doe".to_owned()) };
        view.org.checklist.completions.insert("invited_team_member".to_owned(), by);
        shows(
            &view.clone().later(UNDO_PERIOD),
            &[
                "1 of 8 done",
                "Account created",
                "Invite team member Waiting until you verify your email address Next task",
            ],
        );
        view.admin = Some(verified_admin(&view));
        shows(&view.later(UNDO_PERIOD), &["1 task done", "Invite team member , done Jo Doe, just now"]);
    }

    fn verified_admin(view: &View) -> Admin {
        let address = Address::parse("jo@example.com").unwrap();
        let jo = User::new(view.member.user(), view.member.name().clone(), address);
        let jo = User { verified: true, orgs: vec![view.org.id], ..jo };
        Member::for_embed(view.org.id, &jo, Some(Role::Admin)).and_then(|jo| jo.admin()).unwrap()
    }

    #[test]
    fn page_offers_to_mark_only_tasks_without_evidence() {
        let page = render(&trial(), &config()).0;
        assert!(!page.contains("/complete/") && !page.contains("Mark as done"), "{page}");
        let task = Task { completed_by: &[], ..*trial().progress().tasks[1] };
        for shown in [task::next(&task, &trial(), &config()), task::open(&task, &trial(), &config())] {
            assert!(shown.0.contains("/onboarding/api/checklist/complete/created_project"), "{}", shown.0);
            assert!(shown.0.contains("Mark as done: Create project"), "{}", shown.0);
        }
    }

    #[test]
    fn page_celebrates_when_no_task_is_open() {
        shows(
            &trial().having(&every_task()),
            &[
                "You’re all set up!",
                "Got it",
                "8 of 8 done 100%",
                "All set",
                "8 tasks done",
                "Invite team member",
            ],
        );
        let mut commands = every_task();
        commands.pop();
        commands.push(Skip("generated_report"));
        shows(
            &trial().having(&commands),
            &[
                "“Generate report” was skipped. Undo",
                "You’re all set up!",
                "7 done, 1 skipped 100%",
                "1 task skipped Generate report",
            ],
        );
    }

    #[test]
    fn dismissed_checklist_can_be_restored() {
        let view = trial().having(&[Complete("created_client"), Dismiss]);
        shows(
            &view,
            &["Checklist dismissed", "We’ve kept your progress", "Restore checklist", "1 of 8 done 12%"],
        );
        assert!(!text(&view).contains("Dismiss checklist"));
    }

    #[test]
    fn page_shows_plans_instead_of_buttons_without_full_access() {
        let ended = trial().having(&[Skip("created_project")]).later(SignedDuration::from_hours(14 * 24));
        for (view, status) in
            [(ended, "Your trial has ended"), (pending("Acme Corp", "Jo Doe"), "No plan yet")]
        {
            shows(&view, &[status, "View plans", "of 8 done", "Invite team member"]);
            assert!(!text(&view).contains("Next task"));
            let page = render(&view, &config()).0;
            assert_eq!(page.matches("<form").count(), 1, "only the form of the sign-out: {page}");
            assert!(page.contains(r#"action="/logout""#));
        }
    }

    #[test]
    fn member_sees_the_admins_and_no_checklist() {
        let view = trial().into_member();
        shows(&view, &["Your admins handle setup", "Jo Doe", "Go to dashboard"]);
        assert!(!text(&view).contains("Invite team member"));
    }

    #[test]
    fn markup_in_names_is_escaped() {
        let nasty = r#"<script>alert(1)</script>" onload="x"#;
        let mut view = pending(nasty, nasty);
        view.org.complete_from_host("member.invited", Some(nasty.to_owned()), view.now, view.now);
        let page = render(&view, &config()).0;
        assert!(!page.contains("<script>"), "{page}");
        assert!(!page.contains(r#"" onload=""#), "{page}");
        assert!(page.contains("&lt;script&gt;"), "{page}");
    }
}
