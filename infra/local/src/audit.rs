//! The audit of the permissions: what a whole test run needed, held against what the template grants.
//!
//! Three figures have to be 0: calls that are denied; permissions that no call uses; permissions without which every
//! call would still be allowed, because another grants the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::iam::{Need, Permission, Statement, authorize};
use crate::iam_usage_log::Entry;
use crate::template::{Template, TemplateFaults};

/// What the audit found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many different needs were looked at.
    pub needs: usize,
    /// How many permissions the template gives.
    pub permissions: usize,
    /// Needs that no statement allows.
    pub denied: BTreeSet<String>,
    /// Permissions that nothing used.
    pub unused: BTreeSet<String>,
    /// Permissions that something used and nothing would miss.
    pub spare: BTreeSet<String>,
}

/// How far a permission was seen to matter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    #[default]
    Unused,
    Used,
    /// A call is denied without it.
    Missed,
}

impl Report {
    /// Whether all is as it should be. A run that needed nothing proves nothing.
    pub fn is_clean(&self) -> bool {
        self.needs > 0 && self.denied.is_empty() && self.unused.is_empty() && self.spare.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lists = [
            ("denied", &self.denied),
            ("granted and unused", &self.unused),
            ("granted and missed by nobody", &self.spare),
        ];
        for (title, list) in lists {
            for line in list {
                writeln!(f, "{title}: {line}")?;
            }
        }
        write!(f, "{} needs of calls, {} permissions:", self.needs, self.permissions)?;
        write!(f, " {} denied, {} unused, {} spare", self.denied.len(), self.unused.len(), self.spare.len())
    }
}

/// Holds what was needed against `template`.
///
/// # Errors
/// Settings under which the template cannot be read.
pub fn audit(template: &str, entries: &[Entry]) -> Result<Report, TemplateFaults> {
    let mut report = Report { needs: entries.len(), ..Report::default() };
    // By function, statement and place in it: what a value reads depends on the settings, and its place does not.
    let mut seen: BTreeMap<(String, String, usize), Seen> = BTreeMap::new();
    let mut names: BTreeMap<(String, String, usize), String> = BTreeMap::new();
    let mut runs: BTreeMap<&BTreeMap<String, String>, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        runs.entry(&entry.settings).or_default().push(entry);
    }
    for (settings, entries) in runs {
        for function in Template::parse(template, settings)?.functions.values() {
            let needs = entries.iter().filter(|entry| entry.function == function.name);
            let needs: Vec<&Need> = needs.map(|entry| &entry.need).collect();
            let denied = needs.iter().filter(|need| !allowed(&function.statements, need));
            report.denied.extend(denied.map(|need| format!("{} {}", function.name, describe(need))));
            for statement in &function.statements {
                for (place, permission) in statement.permissions().into_iter().enumerate() {
                    let found = look(&function.statements, statement, &permission, &needs);
                    let id = (function.name.clone(), statement.name.clone(), place);
                    names.entry(id.clone()).or_insert_with(|| named(&function.name, &permission, statement));
                    let so_far = seen.entry(id).or_default();
                    *so_far = found.max(*so_far);
                }
            }
        }
    }
    report.permissions = seen.len();
    for (id, name) in names {
        match seen.get(&id).copied().unwrap_or_default() {
            Seen::Unused => report.unused.insert(name),
            Seen::Used => report.spare.insert(name),
            Seen::Missed => true,
        };
    }
    Ok(report)
}

fn look(all: &[Statement], statement: &Statement, permission: &Permission, needs: &[&Need]) -> Seen {
    let users: Vec<_> = needs.iter().filter(|need| statement.uses(permission, need)).collect();
    if users.is_empty() {
        return Seen::Unused;
    }
    let others = all.iter().filter(|other| other.name != statement.name).cloned();
    let without: Vec<_> = others.chain(statement.without(permission)).collect();
    if users.iter().any(|need| !allowed(&without, need)) { Seen::Missed } else { Seen::Used }
}

fn allowed(statements: &[Statement], need: &Need) -> bool {
    authorize(statements, std::slice::from_ref(need)).is_ok()
}

fn describe(need: &Need) -> String {
    let context = need.context.values().flatten().cloned().collect::<Vec<_>>().join(" ");
    format!("{} on {} {context}", need.action, need.resource)
}

fn named(function: &str, permission: &Permission, statement: &Statement) -> String {
    let value = permission.value.as_ref().map_or("", |(_, value)| value.as_str());
    let resource = statement.resource(permission);
    format!("{function} {}: {} on {resource} {value}", permission.statement, permission.action)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const TEMPLATE: &str = r#"
Resources:
  Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: T}}
  WorkerFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/worker
      Policies:
        - Statement:
            - Sid: Read
              Effect: Allow
              Action: [dynamodb:GetItem, dynamodb:BatchGetItem]
              Resource: !GetAtt Table.Arn
              Condition:
                ForAllValues:StringLike: {dynamodb:LeadingKeys: [ORG#*, USER#*]}
                "Null": {dynamodb:LeadingKeys: "false"}
            - Sid: Again
              Effect: Allow
              Action: dynamodb:GetItem
              Resource: !GetAtt Table.Arn
              Condition:
                ForAllValues:StringLike: {dynamodb:LeadingKeys: [USER#*]}
"#;

    fn needs(calls: &[(&str, &[&str])]) -> Vec<Entry> {
        let entry = |(action, keys): &(&str, &[&str])| Entry {
            function: "worker".to_owned(),
            settings: Arc::default(),
            need: Need::new(format!("dynamodb:{action}"), "arn:aws:dynamodb:us-east-1:123456789012:table/T")
                .with("dynamodb:LeadingKeys", keys.iter().map(|key| (*key).to_owned()).collect()),
        };
        calls.iter().map(entry).collect()
    }

    fn check(calls: &[(&str, &[&str])], denied: usize, unused: &[&str], spare: &[&str]) {
        let report = audit(TEMPLATE, &needs(calls)).unwrap();
        let short = |lines: &BTreeSet<String>| -> Vec<String> {
            let short = |line: &String| {
                let line = line.replace("worker ", "").replace("dynamodb:", "");
                line.replace(" on arn:aws:us-east-1:123456789012:table/T", "")
                    .replace(" on arn:aws:dynamodb:us-east-1:123456789012:table/T", "")
            };
            lines.iter().map(short).collect()
        };
        assert_eq!(report.permissions, 5);
        assert_eq!(report.denied.len(), denied, "{report}");
        assert_eq!(short(&report.unused), unused, "{report}");
        assert_eq!(short(&report.spare), spare, "{report}");
    }

    #[test]
    fn what_is_denied_unused_or_granted_twice_is_told() {
        let all: &[(&str, &[&str])] =
            &[("GetItem", &["ORG#1"]), ("BatchGetItem", &["ORG#1", "USER#1"]), ("GetItem", &["USER#1"])];
        let twice = ["Again: GetItem USER#*", "Read: GetItem USER#*"];
        check(all, 0, &[], &twice);
        check(&all[..2], 0, &["Again: GetItem USER#*", "Read: GetItem USER#*"], &[]);
        check(&all[1..], 0, &["Read: GetItem ORG#*"], &twice);
        // A key of another kind, among others too; a call without any; an action that nobody grants.
        let outside: &[(&str, &[&str])] = &[
            ("GetItem", &["LINK#1"]),
            ("BatchGetItem", &["ORG#1", "LINK#1"]),
            ("BatchGetItem", &[]),
            ("Scan", &[]),
        ];
        check(&[all, outside].concat(), 4, &[], &twice);
    }

    #[test]
    fn a_run_that_needed_nothing_is_not_clean() {
        assert!(!audit("Resources: {T: {Type: AWS::SNS::Topic}}", &[]).unwrap().is_clean());
    }
}
