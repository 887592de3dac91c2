//! Permission audit: compares the permissions that a test run needed with the permissions that the
//! template grants.
//!
//! Three counts must be 0: denied calls, unused permissions, and redundant permissions. A
//! permission is redundant if another permission allows all the calls that use it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::{
    iam::{Need, Permission, Statement, authorize},
    iam_usage_log::Entry,
    template::{Template, TemplateErrors},
};

/// Result of the audit.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Number of recorded needs. A need is a permission that one call requires.
    pub needs: usize,
    /// Number of permissions that the template grants.
    pub permissions: usize,
    /// Needs that no statement allows.
    pub denied: BTreeSet<String>,
    /// Permissions that no call used.
    pub unused: BTreeSet<String>,
    /// Permissions that calls used but do not need, because another permission allows the same
    /// calls.
    pub redundant: BTreeSet<String>,
}

/// Whether the recorded calls need a permission.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Necessity {
    #[default]
    Unused,
    Used,
    /// At least one call would be denied without the permission.
    Required,
}

impl Report {
    /// Returns whether the audit passed: the three counts are 0, and the test run recorded at least
    /// one need. Without a recorded need, the audit would pass although it checked nothing.
    pub fn is_clean(&self) -> bool {
        self.needs > 0 && self.denied.is_empty() && self.unused.is_empty() && self.redundant.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lists = [
            ("denied", &self.denied),
            ("granted but unused", &self.unused),
            ("granted but redundant", &self.redundant),
        ];
        for (title, list) in lists {
            for line in list {
                writeln!(f, "{title}: {line}")?;
            }
        }
        write!(f, "{} needs, {} permissions:", self.needs, self.permissions)?;
        write!(
            f,
            " {} denied, {} unused, {} redundant",
            self.denied.len(),
            self.unused.len(),
            self.redundant.len()
        )
    }
}

/// Compares the recorded needs with the permissions of `template`.
///
/// # Errors
/// Returns the template's errors if the template is invalid with the settings of a recorded need.
pub fn audit(template: &str, entries: &[Entry]) -> Result<Report, TemplateErrors> {
    let mut report = Report { needs: entries.len(), ..Report::default() };
    // The key consists of the function's name, the statement's name, and the index of the
    // permission in the statement. Unlike an ARN, the index does not depend on the settings of a
    // stack.
    let mut necessity: BTreeMap<(String, String, usize), Necessity> = BTreeMap::new();
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
                for (index, permission) in statement.permissions().into_iter().enumerate() {
                    let found = necessity_of(&function.statements, statement, &permission, &needs);
                    let id = (function.name.clone(), statement.name.clone(), index);
                    names
                        .entry(id.clone())
                        .or_insert_with(|| display_name(&function.name, &permission, statement));
                    let so_far = necessity.entry(id).or_default();
                    *so_far = found.max(*so_far);
                }
            }
        }
    }
    report.permissions = necessity.len();
    for (id, name) in names {
        match necessity.get(&id).copied().unwrap_or_default() {
            Necessity::Unused => report.unused.insert(name),
            Necessity::Used => report.redundant.insert(name),
            Necessity::Required => true,
        };
    }
    Ok(report)
}

fn necessity_of(
    all: &[Statement],
    statement: &Statement,
    permission: &Permission,
    needs: &[&Need],
) -> Necessity {
    let users: Vec<_> = needs.iter().filter(|need| statement.uses(permission, need)).collect();
    if users.is_empty() {
        return Necessity::Unused;
    }
    let others = all.iter().filter(|other| other.name != statement.name).cloned();
    let without: Vec<_> = others.chain(statement.without(permission)).collect();
    if users.iter().any(|need| !allowed(&without, need)) { Necessity::Required } else { Necessity::Used }
}

fn allowed(statements: &[Statement], need: &Need) -> bool {
    authorize(statements, std::slice::from_ref(need)).is_ok()
}

fn describe(need: &Need) -> String {
    let context = need.context.values().flatten().cloned().collect::<Vec<_>>().join(" ");
    format!("{} on {} {context}", need.action, need.resource)
}

fn display_name(function: &str, permission: &Permission, statement: &Statement) -> String {
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

    fn check(calls: &[(&str, &[&str])], denied: usize, unused: &[&str], redundant: &[&str]) {
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
        assert_eq!(short(&report.redundant), redundant, "{report}");
    }

    #[test]
    fn denied_unused_and_redundant_are_reported() {
        let all: &[(&str, &[&str])] =
            &[("GetItem", &["ORG#1"]), ("BatchGetItem", &["ORG#1", "USER#1"]), ("GetItem", &["USER#1"])];
        let twice = ["Again: GetItem USER#*", "Read: GetItem USER#*"];
        check(all, 0, &[], &twice);
        check(&all[..2], 0, &["Again: GetItem USER#*", "Read: GetItem USER#*"], &[]);
        check(&all[1..], 0, &["Read: GetItem ORG#*"], &twice);
        // The audit must deny these calls. Their keys are forbidden, partly forbidden, or missing,
        // and no statement grants the action of the last call.
        let outside: &[(&str, &[&str])] = &[
            ("GetItem", &["LINK#1"]),
            ("BatchGetItem", &["ORG#1", "LINK#1"]),
            ("BatchGetItem", &[]),
            ("Scan", &[]),
        ];
        check(&[all, outside].concat(), 4, &[], &twice);
    }

    #[test]
    fn run_without_needs_is_not_clean() {
        assert!(!audit("Resources: {T: {Type: AWS::SNS::Topic}}", &[]).unwrap().is_clean());
    }
}
