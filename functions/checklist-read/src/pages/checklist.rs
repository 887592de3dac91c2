//! The setup checklist, whole.

use std::cmp::Reverse;

use domain::{
    progress::Progress,
    task::{Category, Task},
};
use maud::{Markup, html};
use web::ui::{NavItem, Tone, Weight, Width, link_button, note, post_button};

use crate::{
    components::{celebration, moment, progress, status_badge::StatusBadge, task, undo, unreachable},
    config::Config,
    view::View,
};

/// The page; for members a friendly word instead.
#[must_use]
pub fn render(view: &View, config: &Config) -> Markup {
    let main = if view.admin.is_some() { admin(view, config) } else { member(view) };
    view.page(config, "Getting started", Some(NavItem::Checklist), Width::Reading, main)
}

fn admin(view: &View, config: &Config) -> Markup {
    let (dismissed_at, steps) = (view.org.checklist.dismissed_at, view.progress());
    let next = steps.next_task();
    html! {
        h1 { "Getting started" }
        p class="lead" { (steps.total_count()) " short steps, and " (view.org.name) " is at home in " (config.product) "." }
        div id="checklist" class="stack" data-updated=[view.updated_at()] data-status=(view.status().as_str()) {
            (unreachable::render(view))
            @if let Some(since) = dismissed_at { (dismissed(since, view)) }
            (undo::skip(view))
            @if next.is_none() { (celebration::render(view)) }
            (progress(view))
            @if !view.may_change() { (read_only(view)) }
            @if let Some(next) = next { (task::next(next, view, config)) }
            @for (kind, tasks) in by_category(&steps) { (group(kind, &tasks, view, config)) }
            (skipped(view))
            @if dismissed_at.is_none() && view.may_change() { (dismiss(next.is_none())) }
        }
    }
}

/// How far it is, and what is done. Nobody starts at nothing: the account stands done above the rest.
fn progress(view: &View) -> Markup {
    let founder = view.org.admins.first().map(|admin| admin.name.as_str());
    html! {
        section class="card-of-parts" aria-label="Progress" {
            (progress::bar(&view.progress()))
            (milestones(view))
            ul class="lines" { (task::done("Account created", founder, view.org.signed_up_at, view)) }
            (done(view))
        }
    }
}

/// What was reached on the way.
fn milestones(view: &View) -> Markup {
    let steps = view.progress();
    let reached: Vec<_> = steps.milestones().filter(|(_, at)| at.is_some()).map(|(it, _)| it).collect();
    html! {
        @if !reached.is_empty() {
            ul class="milestones" aria-label="Milestones" {
                @for it in reached {
                    li class="badge" title=(it.text) { span aria-hidden="true" { (it.icon) " " } (it.title) }
                }
            }
        }
    }
}

/// What is done, folded; the latest shows without opening it.
fn done(view: &View) -> Markup {
    let mut done: Vec<_> = view.progress().done().collect();
    done.sort_by_key(|(_, tick)| Reverse(tick.at));
    html! {
        @if let Some((latest, tick)) = done.first() {
            details id="done" class="fold" {
                summary {
                    span class="fold-text" {
                        span class="fold-title" { (count(done.len(), "done")) }
                        span class="line-by" {
                            "Latest: " (latest.title) ", " (moment::past(tick.at, view.now, &view.org.zone))
                        }
                    }
                }
                ul class="lines" {
                    @for (it, tick) in &done { (task::done(it.title, task::done_by(tick), tick.at, view)) }
                }
            }
        }
    }
}

/// What was skipped, folded, each with a way back.
fn skipped(view: &View) -> Markup {
    let skipped: Vec<_> = view.progress().skipped().collect();
    html! {
        @if !skipped.is_empty() {
            details id="skipped" class="card-of-parts fold" {
                summary { span class="fold-title" { (count(skipped.len(), "skipped")) } }
                ul class="lines" { @for it in skipped { (task::skipped(it, view)) } }
            }
        }
    }
}

/// "1 task done", "3 tasks skipped".
fn count(many: usize, what: &str) -> String {
    format!("{many} {} {what}", if many == 1 { "task" } else { "tasks" })
}

/// What is open apart from the next task, by kind of work. The kinds stand in the order of work, so that none moves as
/// tasks are done.
fn by_category(steps: &Progress<'_>) -> Vec<(Category, Vec<&'static Task>)> {
    let next = steps.next_task();
    let mut groups: Vec<(Category, Vec<&Task>)> = Vec::new();
    for task in &steps.tasks {
        if !groups.iter().any(|(kind, _)| *kind == task.category) {
            let of_kind = steps.open().filter(|it| it.category == task.category && Some(*it) != next);
            groups.push((task.category, of_kind.collect()));
        }
    }
    groups.retain(|(_, of_kind)| !of_kind.is_empty());
    groups
}

fn group(kind: Category, open: &[&Task], view: &View, config: &Config) -> Markup {
    let steps = view.progress();
    let id = format!("group-{}", kind.key);
    let all = steps.tasks.iter().filter(|task| task.category == kind).count();
    let done = steps.done().filter(|(task, _)| task.category == kind).count();
    html! {
        section class="group" aria-labelledby=(id) {
            div class="group-head" {
                h2 id=(id) { (kind.title) }
                span class="soft small number" { (done) " of " (all) " done" }
            }
            ul class="rows" { @for it in open { (task::open(it, view, config)) } }
        }
    }
}

fn dismissed(since: jiff::Timestamp, view: &View) -> Markup {
    let text = html! {
        p { "You dismissed it " (moment::past(since, view.now, &view.org.zone)) ". Your progress is kept." }
        @if view.may_change() {
            p class="actions" {
                (post_button(Weight::Secondary, "/onboarding/api/checklist/restore", "Restore checklist", None))
            }
        }
    };
    note(Tone::Calm, "🗂️", "This checklist is put aside", &text)
}

/// In place of buttons, while the organization's state allows none.
fn read_only(view: &View) -> Markup {
    let standing = StatusBadge::of(&view.org, view.now);
    let text = html! {
        p { (standing.means) }
        p class="actions" { (link_button(Weight::Primary, &view.plans(), "See the plans")) }
    };
    note(standing.tone, "🔒", standing.label, &text)
}

fn dismiss(nothing_left: bool) -> Markup {
    html! {
        div class="section-head" {
            p class="soft small" {
                @if nothing_left { "Nothing is left to do here. " } @else { "Not your way of starting? " }
                "Put the checklist aside; you can always bring it back."
            }
            (post_button(Weight::Quiet, "/onboarding/api/checklist/dismiss", "Dismiss checklist", None))
        }
    }
}

fn member(view: &View) -> Markup {
    let admins: Vec<&str> = view.org.admins.iter().map(|admin| admin.name.as_str()).collect();
    html! {
        h1 { "Setup is in good hands" }
        p class="lead" {
            "The checklist of " (view.org.name) " belongs to its admins"
            @if !admins.is_empty() { ": " (admins.join(", ")) }
            ". There is nothing for you to set up."
        }
        p class="actions" { (link_button(Weight::Primary, "/dashboard", "Go to the dashboard")) }
    }
}

#[cfg(test)]
mod tests {
    use domain::org::ChecklistCommand::{Complete, Dismiss, Skip};
    use jiff::SignedDuration;

    use super::*;
    use crate::testing::{config, every_task, pending, read, trial};

    fn text(view: &View) -> String {
        read(&render(view, &config()))
    }

    #[track_caller]
    fn shows(view: &View, words: &[&str]) {
        let text = text(view);
        let mut rest = text.as_str();
        for words in words {
            let Some((_, after)) = rest.split_once(words) else {
                panic!("{words:?}, in this order, in: {text}")
            };
            rest = after;
        }
    }

    #[test]
    fn it_begins_with_the_account_done_and_the_first_task_next() {
        shows(
            &trial(),
            &[
                "Getting started · Acme Corp · TimeTracker",
                "0 of 8 done 0%",
                "Account created , done Jo Doe, just now",
                "Next task 🤝 Invite team member",
                "Invite someone →",
                "Mark as done",
                "Skip",
                "Setup 0 of 4 done 📁 Create project about 2 min",
                "Create project →",
                "Usage 0 of 2 done ⏱️ Log first time entry",
                "Billing 0 of 1 done 💳 Add billing info",
                "Dismiss checklist",
            ],
        );
    }

    #[test]
    fn what_is_done_says_by_whom_and_when_and_what_is_skipped_has_a_way_back() {
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
                "2 of 8 done 25%",
                "Account created , done",
                "2 tasks done Latest: Invite team member, 5 minutes ago",
                "Invite team member , done Jo Doe, 5 minutes ago",
                "Set working hours , done",
                "Next task ⏱️ Log first time entry",
                "Setup 1 of 4 done 🏢 Add client",
                "1 task skipped 📁 Create project , skipped Bring back",
            ],
        );
    }

    #[test]
    fn completion_is_celebrated_once_nothing_is_left() {
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
                "“Generate report” is skipped. Undo",
                "You’re all set up!",
                "7 of 8 done 87%",
                "1 task skipped 📊",
            ],
        );
    }

    #[test]
    fn a_dismissed_checklist_says_so_and_has_a_way_back() {
        let view = trial().having(&[Complete("created_client"), Dismiss]);
        shows(&view, &["put aside", "Restore checklist", "1 of 8 done 12%"]);
        assert!(!text(&view).contains("Dismiss checklist"));
    }

    #[test]
    fn without_full_access_there_are_words_and_the_plans_in_place_of_buttons() {
        let ended = trial().having(&[Skip("created_project")]).later(SignedDuration::from_hours(14 * 24));
        for (view, words) in [(ended, "Trial ended"), (pending("Acme Corp", "Jo Doe"), "No plan yet")] {
            shows(&view, &[words, "See the plans"]);
            let page = render(&view, &config()).0;
            assert_eq!(page.matches("<form").count(), 1, "only the way out: {page}");
            assert!(page.contains(r#"action="/logout""#));
        }
    }

    #[test]
    fn a_member_gets_a_friendly_word_and_no_checklist() {
        let view = trial().as_member();
        shows(&view, &["Setup is in good hands", "Jo Doe", "Go to the dashboard"]);
        assert!(!text(&view).contains("Invite team member"));
    }

    #[test]
    fn names_stay_names() {
        let nasty = r#"<script>alert(1)</script>" onload="x"#;
        let mut view = pending(nasty, nasty);
        view.org.tick_from_host("member.invited", Some(nasty.to_owned()), view.now, view.now);
        let page = render(&view, &config()).0;
        assert!(!page.contains("<script>"), "{page}");
        assert!(!page.contains(r#"" onload=""#), "{page}");
        assert!(page.contains("&lt;script&gt;"), "{page}");
    }
}
