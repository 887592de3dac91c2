//! Checks the scheduled rules of EventBridge.

use super::unread;
use crate::doctor::{
    facts::{Fact, RuleState},
    finding::{Area, Finding},
};

const AREA: Area = Area::Schedules;

/// Checks that a schedule of the template exists as an enabled rule. `logical` is the logical ID of
/// the rule. CloudFormation derives the rule's name from the stack name and the logical ID, and may
/// truncate the logical ID.
pub(in crate::doctor) fn schedule(
    stack: &str,
    logical: &str,
    expression: &str,
    rules: &Fact<Vec<RuleState>>,
) -> Finding {
    let redeploy = "redeploy the stack";
    let rules = match rules {
        Ok(rules) => rules,
        Err(why) => return unread(AREA, logical, why, "events:ListRules", redeploy),
    };
    let is_it = |rule: &&RuleState| {
        let rest = rule.name.strip_prefix(stack).and_then(|rest| rest.strip_prefix('-'));
        let own = rest.map(|rest| rest.rsplit_once('-').map_or(rest, |(own, _)| own));
        own.is_some_and(|own| own.len() >= 12 && logical.starts_with(own))
    };
    match rules.iter().find(is_it) {
        None => Finding::error(AREA, logical, "does not exist: scheduled work does not run", redeploy),
        Some(rule) if !rule.enabled => {
            let fix = format!("run aws events enable-rule --name {}", rule.name);
            Finding::error(AREA, logical, "is disabled: scheduled work does not run", fix)
        }
        Some(rule) if rule.schedule.as_deref() != Some(expression) => {
            Finding::error(AREA, logical, format!("does not have the schedule {expression}"), redeploy)
        }
        Some(_) => Finding::good(AREA, logical, format!("is enabled with {expression}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{
        facts::Unread,
        finding::Severity::{Error, Good, Warning},
    };

    #[test]
    fn schedule_is_good_when_its_rule_is_enabled() {
        let rule = |name: &str, enabled, schedule: &str| RuleState {
            name: name.to_owned(),
            enabled,
            schedule: Some(schedule.to_owned()),
        };
        let five = "rate(5 minutes)";
        for (found, severity) in [
            (Ok(vec![rule("onramp-MailerFunctionEveryFiveMinutes-1A2B", true, five)]), Good),
            (Ok(vec![rule("onramp-MailerFunctionEvery-1A2B", true, five)]), Good),
            (Ok(vec![rule("onramp-MailerFunctionEveryFiveMinutes-1A2B", false, five)]), Error),
            (Ok(vec![rule("onramp-MailerFunctionEveryFiveMinutes-1A2B", true, "rate(1 day)")]), Error),
            (Ok(vec![rule("onramp-TrialReminderFunctionEveryFiveMinutes-1A2B", true, five)]), Error),
            (Ok(vec![rule("other-MailerFunctionEveryFiveMinutes-1A2B", true, five)]), Error),
            (Ok(vec![]), Error),
            (Err(Unread::Denied), Warning),
        ] {
            let finding = schedule("onramp", "MailerFunctionEveryFiveMinutes", five, &found);
            assert_eq!(finding.severity, severity, "{found:?}");
        }
    }
}
