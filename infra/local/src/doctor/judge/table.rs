use super::unread;
use crate::doctor::facts::{Fact, TableState};
use crate::doctor::finding::{Area, Finding};
use crate::template;

const AREA: Area = Area::Table;
/// CloudFormation compares templates and not the table, so a deployment mends nothing of it.
const ANOTHER: &str =
    "redeploying does not fix this; change the table’s logical ID and copy its items (docs/deploy.md, section 14)";
const ALLOWED: &str = "grant these credentials read access";

/// The table beside the template's.
pub(in crate::doctor) fn table(expected: &template::Table, found: &Fact<TableState>) -> Vec<Finding> {
    let state = match found {
        Ok(state) => state,
        Err(why) => {
            let missing = "deploy the stack, or set --table";
            return vec![unread(
                AREA,
                "Table",
                why,
                "dynamodb:ListTables and dynamodb:DescribeTable",
                missing,
            )];
        }
    };
    let fault = |subject: &str, message: &str, fix: &str| Finding::error(AREA, subject, message, fix);
    let on = |command: &str, options: &str| {
        format!("aws dynamodb {command} --table-name {} {options}", state.name)
    };
    let mut findings = Vec::new();
    if !state.active {
        findings.push(fault(&state.name, "is not active", "wait until it is active, then rerun"));
    }
    if state.keys != expected.keys {
        findings.push(fault(
            &state.name,
            "has a different key schema than the template",
            "this is a different table; set --table",
        ));
    }
    for index in &expected.indexes {
        let keys: Vec<&str> =
            std::iter::once(&index.partition).chain(&index.sort).map(|key| key.attribute.as_str()).collect();
        match state.indexes.iter().find(|(name, ..)| *name == index.name) {
            None => findings.push(fault(&index.name, "does not exist: due items cannot be found", ANOTHER)),
            Some((_, found, _)) if *found != keys => {
                findings.push(fault(&index.name, "has other keys", ANOTHER))
            }
            Some((.., false)) => {
                findings.push(fault(&index.name, "is still being built", "wait until it is active"))
            }
            Some(_) => {}
        }
    }
    let view =
        expected.create.pointer("/StreamSpecification/StreamViewType").and_then(serde_json::Value::as_str);
    if state.stream.as_deref() != view {
        findings.push(fault(
            "Stream",
            "does not include new and old images: mail is delayed and no events are published",
            ANOTHER,
        ));
    }
    match (&state.expires, &expected.ttl) {
        (Ok(found), expected) if found != expected => {
            findings.push(fault(
                "TTL",
                "is not enabled on expires_at: used links and old sessions are never deleted",
                &on(
                    "update-time-to-live",
                    "--time-to-live-specification Enabled=true,AttributeName=expires_at",
                ),
            ));
        }
        (Err(why), _) => findings.push(unread(AREA, "TTL", why, "dynamodb:DescribeTimeToLive", ALLOWED)),
        _ => {}
    }
    match &state.restorable {
        Ok(true) => {}
        Ok(false) => {
            let recovery = "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true";
            findings.push(fault(
                "Recovery",
                "point-in-time recovery is off: there is no backup",
                &on("update-continuous-backups", recovery),
            ));
        }
        Err(why) => {
            findings.push(unread(AREA, "Recovery", why, "dynamodb:DescribeContinuousBackups", ALLOWED))
        }
    }
    if !state.protected {
        let fix = on("update-table", "--deletion-protection-enabled");
        findings.push(Finding::warning(AREA, "Protection", "deletion protection is off", fix));
    }
    if findings.is_empty() {
        let message = format!("is active, with {}, its stream, expiry and recovery", names(expected));
        findings.push(Finding::good(AREA, &state.name, message));
    }
    findings
}

fn names(table: &template::Table) -> String {
    table.indexes.iter().map(|index| index.name.as_str()).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::doctor::facts::Unread;
    use crate::doctor::finding::Severity::{Error, Good, Warning};
    use crate::template::Template;

    fn whole() -> TableState {
        let index = |name: &str, keys: [&str; 2]| (name.to_owned(), keys.map(str::to_owned).to_vec(), true);
        TableState {
            name: "onramp-Table-1".to_owned(),
            active: true,
            keys: ["pk", "sk"].map(str::to_owned).to_vec(),
            indexes: vec![index("by-due", ["due_pk", "due_at"]), index("by-mail", ["mail_pk", "mail_at"])],
            stream: Some("NEW_AND_OLD_IMAGES".to_owned()),
            protected: true,
            expires: Ok(Some("expires_at".to_owned())),
            restorable: Ok(true),
        }
    }

    #[test]
    fn each_difference_from_the_template_is_named() {
        let template = Template::parse(template::TEXT, &BTreeMap::new()).unwrap();
        let mut building = whole();
        building.indexes[1].2 = false;
        let mut other = whole();
        other.indexes[0].1 = vec!["pk".to_owned()];
        for (found, severity, subject) in [
            (Ok(whole()), Good, "onramp-Table-1"),
            (Err(Unread::Missing), Error, "Table"),
            (Ok(TableState { active: false, ..whole() }), Error, "onramp-Table-1"),
            (Ok(TableState { keys: vec!["id".to_owned()], ..whole() }), Error, "onramp-Table-1"),
            (Ok(TableState { indexes: whole().indexes[..1].to_vec(), ..whole() }), Error, "by-mail"),
            (Ok(building), Error, "by-mail"),
            (Ok(other), Error, "by-due"),
            (Ok(TableState { stream: None, ..whole() }), Error, "Stream"),
            (Ok(TableState { stream: Some("NEW_IMAGE".to_owned()), ..whole() }), Error, "Stream"),
            (Ok(TableState { expires: Ok(None), ..whole() }), Error, "TTL"),
            (Ok(TableState { expires: Err(Unread::Denied), ..whole() }), Warning, "TTL"),
            (Ok(TableState { restorable: Ok(false), ..whole() }), Error, "Recovery"),
            (Ok(TableState { protected: false, ..whole() }), Warning, "Protection"),
        ] {
            let findings = table(&template.tables[0], &found);
            let judged: Vec<_> = findings.iter().map(|it| (it.severity, it.subject.as_str())).collect();
            assert_eq!(judged, [(severity, subject)], "{found:?}");
        }
    }
}
