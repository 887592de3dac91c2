//! The open tasks by category, and the tasks that were completed a moment ago, in their places.

use domain::checklist::{Category, Completion, Task, UNDO_PERIOD};
use maud::{Markup, html};

use super::task;
use crate::{config::Config, views::View, words};

/// Returns the tasks that were completed a moment ago. The page still shows each of them where it
/// was open. When the checklist is complete, the page celebrates that instead.
fn just_done(view: &View) -> Vec<&'static Task> {
    let steps = view.progress();
    if steps.is_complete() {
        return Vec::new();
    }
    let is_new = |(_, completion): &(&Task, &Completion)| {
        view.now.duration_since(completion.at) < UNDO_PERIOD && !view.waits(completion)
    };
    steps.done().filter(is_new).map(|(task, _)| task).collect()
}

/// Renders the tasks that were just completed, and that were the next task until then.
pub fn just_done_next(view: &View) -> Markup {
    let steps = view.progress();
    let tasks: Vec<_> = just_done(view).into_iter().filter(|task| steps.precedes_open_tasks(task)).collect();
    html! {
        @if !tasks.is_empty() {
            ul class="rows just-done" { @for task in tasks { (task::just_done(task)) } }
        }
    }
}

/// Renders the open tasks by category, without the next task.
pub fn render(view: &View, config: &Config) -> Markup {
    html! { @for (category, tasks) in open_by_category(view) { (group(category, &tasks, view, config)) } }
}

/// Groups the open tasks and the tasks that were just completed by category, without the next task.
/// The categories have the order of the list of all tasks, completed ones included. So completing a
/// task does not reorder the categories.
fn open_by_category(view: &View) -> Vec<(Category, Vec<&'static Task>)> {
    let steps = view.progress();
    let (next, just_done) = (view.next_task(), just_done(view));
    let has_row = |task: &&Task| match steps.open().any(|open| open == *task) {
        true => Some(*task) != next,
        false => just_done.contains(task) && !steps.precedes_open_tasks(task),
    };
    let mut groups: Vec<(Category, Vec<&Task>)> = Vec::new();
    for task in &steps.tasks {
        if !groups.iter().any(|(category, _)| *category == task.category) {
            let rows = steps.tasks.iter().copied().filter(|it| it.category == task.category).filter(has_row);
            groups.push((task.category, rows.collect()));
        }
    }
    groups.retain(|(_, rows)| !rows.is_empty());
    groups
}

/// Renders the tasks of a category. If all of them were just completed, the group disappears with
/// its rows.
fn group(category: Category, rows: &[&Task], view: &View, config: &Config) -> Markup {
    let steps = view.progress();
    let id = format!("group-{}", category.key);
    let total = steps.tasks.iter().filter(|task| task.category == category).count();
    let done = steps.done().filter(|(task, _)| task.category == category).count();
    let is_open = |task: &Task| steps.open().any(|open| open == task);
    let leaves = !rows.iter().any(|task| is_open(task));
    html! {
        section class={ "group" @if leaves { " just-done" } } aria-labelledby=(id) {
            div class="group-head" {
                h2 id=(id) { (category.title) }
                span class="soft small number" { (words::done_of(done, total)) }
            }
            ul class="rows" {
                @for task in rows {
                    @if is_open(task) { (task::open(task, view, config)) } @else { (task::just_done(task)) }
                }
            }
        }
    }
}
