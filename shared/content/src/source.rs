//! Writes definitions as Rust source.

use std::fmt::Write;

use crate::file::{BUILT_IN, MilestoneIn, ResolvedDefinition, TaskIn, Text, TitledIn};

/// Returns the source of the statics that `domain::checklist` includes: the built-in definition,
/// and the list of all definitions.
///
/// Only the built-in definition is a static with its own name. The names of other files could
/// collide with other Rust items, so their definitions appear only in the list.
pub fn write(definitions: &[ResolvedDefinition]) -> String {
    let mut source = String::new();
    let mut all = Vec::new();
    for resolved in definitions {
        if resolved.key == BUILT_IN {
            put(
                &mut source,
                format_args!(
                    "/// The default definition of every organization.\npub static BUILT_IN: Definition = {};\n",
                    definition(resolved)
                ),
            );
            all.push("&BUILT_IN".to_owned());
        } else {
            all.push(format!("&{}", definition(resolved)));
        }
    }
    put(
        &mut source,
        format_args!(
            "/// All definitions of this build.\npub static ALL: &[&Definition] = &[{}];\n",
            all.join(", ")
        ),
    );
    source
}

fn definition(resolved: &ResolvedDefinition) -> String {
    format!(
        "Definition {{ key: {:?}, version: {}, industries: {}, tasks: {}, milestones: {} }}",
        resolved.key,
        resolved.version.get_ref(),
        list(&resolved.industries, |it| format!("Industry {}", titled(it))),
        list(&resolved.tasks.iter().enumerate().collect::<Vec<_>>(), |(index, it)| task(
            *index, it, resolved
        )),
        list(&resolved.milestones, milestone),
    )
}

fn titled(titled: &TitledIn) -> String {
    format!("{{ key: {}, title: {} }}", text(&titled.key), text(&titled.title))
}

fn task(index: usize, task: &TaskIn, resolved: &ResolvedDefinition) -> String {
    let category = resolved.categories.iter().find(|it| it.key.get_ref() == task.category.get_ref());
    let rises = task.rises.as_ref().map_or_else(
        || "None".to_owned(),
        |it| {
            format!(
                "Some(UrgencyBoost {{ days_left: {}, value: {} }})",
                it.days_left.get_ref(),
                it.value.get_ref()
            )
        },
    );
    let when = task.when.as_ref();
    let plans = when.map(|it| it.plans.as_slice()).unwrap_or_default();
    let industries = when.map(|it| it.industries.as_slice()).unwrap_or_default();
    format!(
        "Task {{ key: {}, priority: {}, title: {}, description: {}, how_to: {}, minutes: {}, icon: {}, \
         category: Category {}, value: {}, urgency_boost: {rises}, \
         condition: Condition {{ plans: {}, industries: {} }}, completed_by: {}, \
         action: Action {{ label: {}, target: {} }} }}",
        text(&task.key),
        index + 1,
        text(&task.title),
        text(&task.description),
        text(&task.how_to),
        task.minutes.get_ref(),
        text(&task.icon),
        category.map(titled).unwrap_or_default(),
        task.value.get_ref(),
        list(plans, |it| if it.get_ref() == "team" {
            "Plan::Team".to_owned()
        } else {
            "Plan::Single".to_owned()
        }),
        list(industries, text),
        list(&task.done_by, sign),
        text(&task.action.label),
        link(task.action.to.get_ref()),
    )
}

fn sign(sign: &Text) -> String {
    match sign.get_ref().as_str() {
        "billing" => "CompletionTrigger::Billing".to_owned(),
        "invitation" => "CompletionTrigger::Invitation".to_owned(),
        event => format!("CompletionTrigger::HostEvent({event:?})"),
    }
}

fn link(to: &str) -> String {
    match (to, to.strip_prefix("app:")) {
        ("members", _) => "TaskTarget::Members".to_owned(),
        ("plans", _) => "TaskTarget::Plans".to_owned(),
        (_, Some(path)) => format!("TaskTarget::HostApp({path:?})"),
        (address, None) => format!("TaskTarget::Url({address:?})"),
    }
}

fn milestone(milestone: &MilestoneIn) -> String {
    let takes = match (&milestone.count, &milestone.tasks) {
        (Some(count), _) => format!("MilestoneRule::Count({})", count.get_ref()),
        (None, tasks) => format!(
            "MilestoneRule::Tasks({})",
            list(tasks.as_ref().map(|it| it.get_ref().as_slice()).unwrap_or_default(), text)
        ),
    };
    format!(
        "Milestone {{ key: {}, title: {}, text: {}, icon: {}, rule: {takes} }}",
        text(&milestone.key),
        text(&milestone.title),
        text(&milestone.text),
        text(&milestone.icon),
    )
}

fn text(text: &Text) -> String {
    format!("{:?}", text.get_ref())
}

fn list<T>(items: &[T], one: impl Fn(&T) -> String) -> String {
    format!("&[{}]", items.iter().map(one).collect::<Vec<_>>().join(", "))
}

fn put(source: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing into a String cannot fail.
    source.write_fmt(text).unwrap_or_default();
}
