//! Evaluates the policies of a function's role as IAM does.
//!
//! A matching `Deny` statement denies the call. Otherwise, a matching `Allow` statement allows it.
//! Without a matching statement, the call is denied. Source: "Policy evaluation logic" in the IAM
//! User Guide.

mod condition;
mod need;
mod statement;
mod wildcard;

pub use need::Need;
pub use statement::{Permission, Statement};

/// Returns the names of the statements that together allow all `needs`.
///
/// # Errors
/// Returns the first need that is not allowed.
pub fn authorize<'a>(statements: &[Statement], needs: &'a [Need]) -> Result<Vec<String>, &'a Need> {
    let mut names: Vec<String> = Vec::new();
    for need in needs {
        let mut covering = statements.iter().filter(|statement| statement.covers(need));
        let allowed = covering.clone().find(|statement| statement.allows());
        match allowed {
            Some(statement) if covering.all(|statement| statement.allows()) => {
                if !names.contains(&statement.name) {
                    names.push(statement.name.clone());
                }
            }
            _ => return Err(need),
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TABLE: &str = "arn:aws:dynamodb:us-east-1:1:table/T";

    fn role() -> Vec<Statement> {
        let policies = json!([{"Statement": [
            {"Sid": "Read", "Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:BatchGet*"], "Resource": TABLE},
            {"Effect": "Allow", "Action": "dynamodb:Query", "Resource": [format!("{TABLE}/index/by-due")]},
            {"Sid": "Own", "Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": TABLE,
             "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["ORG#*", "USER#?"]}}},
            {"Sid": "Send", "Effect": "Allow", "Action": "ses:SendEmail", "Resource": "arn:aws:ses:*:identity/example.com",
             "Condition": {"StringEquals": {"ses:FromAddress": "us@example.com"}}},
            {"Sid": "Shown", "Effect": "Allow", "Action": "dynamodb:UpdateItem", "Resource": TABLE, "Condition": {
                "ForAllValues:StringLike": {"dynamodb:LeadingKeys": "ORG#*"}, "Null": {"dynamodb:LeadingKeys": "false"}}},
            {"Sid": "Publish", "Effect": "Allow", "Action": "events:PutEvents", "Resource": "bus", "Condition": {
                "ForAllValues:StringEquals": {"events:source": ["onramp"]}, "Null": {"events:source": "false"}}},
            {"Sid": "Never", "Effect": "Deny", "Action": "dynamodb:*", "Resource": "*:table/Secret"},
            {"Sid": "All", "Effect": "Allow", "Action": "dynamodb:DeleteItem", "Resource": "*"},
        ]}]);
        Statement::read_all("F", Some(&policies)).unwrap()
    }

    fn check(need: Need, expected: Option<&str>) {
        let needs = [need];
        let got = authorize(&role(), &needs).ok().map(|names| names.join(","));
        assert_eq!(got.as_deref(), expected, "{:?}", needs[0]);
    }

    #[test]
    fn call_is_allowed_by_a_statement_that_covers_it() {
        let keys = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
        let put = |of: &[&str]| Need::new("dynamodb:PutItem", TABLE).with("dynamodb:LeadingKeys", keys(of));
        check(Need::new("dynamodb:GetItem", TABLE), Some("Read"));
        check(Need::new("dynamodb:BatchGetItem", TABLE), Some("Read"));
        check(Need::new("dynamodb:Scan", TABLE), None);
        check(Need::new("dynamodb:GetItem", format!("{TABLE}2")), None);
        check(Need::new("dynamodb:Query", format!("{TABLE}/index/by-due")), Some("F#1"));
        check(Need::new("dynamodb:Query", TABLE), None);
        check(put(&["ORG#1", "USER#1"]), Some("Own"));
        check(put(&["ORG#1", "LINK#1"]), None);
        check(put(&["USER#12"]), None);
        // `ForAllValues` is true for a request without the key.
        check(put(&[]), Some("Own"));
        let update =
            |of: &[&str]| Need::new("dynamodb:UpdateItem", TABLE).with("dynamodb:LeadingKeys", keys(of));
        check(update(&["ORG#1"]), Some("Shown"));
        check(update(&["LINK#1"]), None);
        check(update(&[]), None);
        let send = |from: &str| {
            Need::new("ses:SendEmail", "arn:aws:ses:us-east-1:1:identity/example.com")
                .with("ses:FromAddress", keys(&[from]))
        };
        check(send("us@example.com"), Some("Send"));
        check(send("them@example.com"), None);
        check(Need::new("ses:SendEmail", "arn:aws:ses:us-east-1:1:identity/example.com"), None);
    }

    #[test]
    fn events_of_another_source_are_denied() {
        for (sources, expected) in
            [(vec!["onramp"], Some("Publish")), (vec!["onramp", "aws.ses"], None), (vec![], None)]
        {
            let sources = sources.into_iter().map(str::to_owned).collect();
            check(Need::new("events:PutEvents", "bus").with("events:source", sources), expected);
        }
    }

    #[test]
    fn explicit_deny_wins() {
        check(Need::new("dynamodb:DeleteItem", TABLE), Some("All"));
        check(Need::new("dynamodb:DeleteItem", "arn:aws:dynamodb:us-east-1:1:table/Secret"), None);
    }

    #[test]
    fn all_needs_of_a_call_must_be_allowed() {
        let both = [Need::new("dynamodb:GetItem", TABLE), Need::new("dynamodb:DeleteItem", TABLE)];
        assert_eq!(authorize(&role(), &both).unwrap(), ["Read", "All"]);
        let with_scan = [Need::new("dynamodb:GetItem", TABLE), Need::new("dynamodb:Scan", TABLE)];
        assert_eq!(authorize(&role(), &with_scan).unwrap_err().action, "dynamodb:Scan");
    }

    #[test]
    fn unsupported_policy_is_an_error() {
        let policy = json!([{"Statement": [{"Sid": "S", "Effect": "Allow", "Action": "a:B", "Resource": "*",
            "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}]}]);
        assert!(Statement::read_all("F", Some(&policy)).unwrap_err().contains("IpAddress"));
        assert!(Statement::read_all("F", Some(&json!(["AmazonDynamoDBFullAccess"]))).is_err());
    }
}
