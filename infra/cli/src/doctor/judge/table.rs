//! Checks the DynamoDB table against the template.

use super::unread;
use crate::doctor::{
    facts::{Fact, TableState},
    finding::{Area, Finding},
};
use aws_local::template;

const AREA: Area = Area::Table;
const RECOVERY: &str = "Point-in-time recovery";
/// Fix for a missing table.
const DEPLOY: &str = "deploy the stack, or set --table";
/// Fix for a difference that a deployment does not repair, because CloudFormation compares the new
/// template with the previous template and not with the table.
const REPLACE_TABLE: &str = "change the table's logical ID and copy its items (docs/deploy.md, section 14); \
                             redeploying does not fix this";

/// Compares the table with its definition in the template.
pub(in crate::doctor) fn table(expected: &template::Table, found: &Fact<TableState>) -> Vec<Finding> {
    let state = match found {
        Ok(state) => state,
        Err(why) => {
            let permission = "dynamodb:ListTables and dynamodb:DescribeTable";
            return vec![unread(AREA, "Table", why, permission, DEPLOY)];
        }
    };
    let error = |subject: &str, message: &str, fix: &str| Finding::error(AREA, subject, message, fix);
    let mut findings = Vec::new();
    if !state.active {
        findings.push(error(&state.name, "is not active", "wait until it is active, then rerun"));
    }
    if state.keys != expected.keys {
        findings.push(error(
            &state.name,
            "has a different key schema than the template",
            "set --table to the stage's table; this is a different one",
        ));
    }
    findings.extend(expected.indexes.iter().filter_map(|index| judge_index(index, state)));
    let view =
        expected.create.pointer("/StreamSpecification/StreamViewType").and_then(serde_json::Value::as_str);
    if state.stream.as_deref() != view {
        findings.push(error(
            "Stream",
            "does not include new and old images: email is delayed and no events are published",
            REPLACE_TABLE,
        ));
    }
    findings.extend(judge_data(expected, state));
    if findings.is_empty() {
        let message =
            format!("is active, with {}, the stream, TTL, and point-in-time recovery", names(expected));
        findings.push(Finding::good(AREA, &state.name, message));
    }
    findings
}

/// Judges the deletion of expired items, and the protection of the data.
fn judge_data(expected: &template::Table, state: &TableState) -> Vec<Finding> {
    let aws = |command: &str, options: &str| {
        format!("run aws dynamodb {command} --table-name {} {options}", state.name)
    };
    let mut findings = Vec::new();
    match (&state.expires, &expected.ttl) {
        (Ok(found), expected) if found != expected => {
            findings.push(Finding::error(
                AREA,
                "TTL",
                "is not enabled on expires_at: used links and old sessions are never deleted",
                aws(
                    "update-time-to-live",
                    "--time-to-live-specification Enabled=true,AttributeName=expires_at",
                ),
            ));
        }
        (Err(why), _) => findings.push(unread(AREA, "TTL", why, "dynamodb:DescribeTimeToLive", DEPLOY)),
        _ => {}
    }
    match &state.restorable {
        Ok(true) => {}
        Ok(false) => {
            let recovery = "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true";
            findings.push(Finding::error(
                AREA,
                RECOVERY,
                "is off: there is no backup",
                aws("update-continuous-backups", recovery),
            ));
        }
        Err(why) => findings.push(unread(AREA, RECOVERY, why, "dynamodb:DescribeContinuousBackups", DEPLOY)),
    }
    if !state.protected {
        let fix = aws("update-table", "--deletion-protection-enabled");
        findings.push(Finding::warning(AREA, "Deletion protection", "is off", fix));
    }
    findings
}

fn names(table: &template::Table) -> String {
    table.indexes.iter().map(|index| index.name.as_str()).collect::<Vec<_>>().join(" and ")
}

/// Compares one index with its definition in the template.
fn judge_index(index: &template::Index, state: &TableState) -> Option<Finding> {
    let keys: Vec<&str> =
        std::iter::once(&index.partition).chain(&index.sort).map(|key| key.attribute.as_str()).collect();
    let (message, fix) = match state.indexes.iter().find(|(name, ..)| *name == index.name) {
        None => ("does not exist: due items cannot be found", REPLACE_TABLE),
        Some((_, found, _)) if *found != keys => {
            ("has a different key schema than the template", REPLACE_TABLE)
        }
        Some((.., false)) => ("is not active yet", "wait until it is active, then rerun"),
        Some(_) => return None,
    };
    Some(Finding::error(AREA, &index.name, message, fix))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::doctor::{
        facts::Unread,
        finding::Severity::{Error, Good, Warning},
    };
    use aws_local::template::Template;

    fn valid() -> TableState {
        let index = |name: &str, keys: [&str; 2]| (name.to_owned(), keys.map(str::to_owned).to_vec(), true);
        TableState {
            name: "onramp-Table-1".to_owned(),
            active: true,
            keys: ["pk", "sk"].map(str::to_owned).to_vec(),
            indexes: vec![
                index("by-due", ["due_pk", "due_at"]),
                index("by-mail", ["mail_pk", "mail_at"]),
                index("by-cohort", ["cohort_pk", "cohort_at"]),
                index("by-work", ["work_pk", "work_at"]),
            ],
            stream: Some("NEW_AND_OLD_IMAGES".to_owned()),
            protected: true,
            expires: Ok(Some("expires_at".to_owned())),
            restorable: Ok(true),
        }
    }

    #[test]
    fn each_difference_from_the_template_is_reported() {
        let template = Template::parse(template::TEXT, &BTreeMap::new()).unwrap();
        let mut building = valid();
        building.indexes[1].2 = false;
        let mut other = valid();
        other.indexes[0].1 = vec!["pk".to_owned()];
        for (found, severity, subject) in [
            (Ok(valid()), Good, "onramp-Table-1"),
            (Err(Unread::Missing), Error, "Table"),
            (Ok(TableState { active: false, ..valid() }), Error, "onramp-Table-1"),
            (Ok(TableState { keys: vec!["id".to_owned()], ..valid() }), Error, "onramp-Table-1"),
            (Ok(TableState { indexes: valid().indexes[..3].to_vec(), ..valid() }), Error, "by-work"),
            (Ok(building), Error, "by-mail"),
            (Ok(other), Error, "by-due"),
            (Ok(TableState { stream: None, ..valid() }), Error, "Stream"),
            (Ok(TableState { stream: Some("NEW_IMAGE".to_owned()), ..valid() }), Error, "Stream"),
            (Ok(TableState { expires: Ok(None), ..valid() }), Error, "TTL"),
            (Ok(TableState { expires: Err(Unread::Denied), ..valid() }), Warning, "TTL"),
            (Ok(TableState { restorable: Ok(false), ..valid() }), Error, RECOVERY),
            (Ok(TableState { protected: false, ..valid() }), Warning, "Deletion protection"),
        ] {
            let findings = table(&template.tables[0], &found);
            let judged: Vec<_> = findings.iter().map(|it| (it.severity, it.subject.as_str())).collect();
            assert_eq!(judged, [(severity, subject)], "{found:?}");
        }
    }
}
