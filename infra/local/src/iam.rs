//! What a function's role allows, as IAM evaluates it.
//!
//! See "Policy evaluation logic" in the IAM User Guide: an explicit Deny wins, then any Allow, else nothing.

use std::collections::BTreeMap;

use serde_json::Value;

/// One statement of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its Sid, or its place if it has none.
    pub name: String,
    allow: bool,
    actions: Vec<String>,
    resources: Vec<String>,
    conditions: Vec<Condition>,
}

/// One line of a condition block: a key compared with any of several values.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Condition {
    operator: Operator,
    key: String,
    values: Vec<String>,
}

/// The operators that are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equals,
    Like,
    /// Every value of the request is among those listed; true when the request has none.
    AllEqual,
    AllLike,
}

/// One action on one resource that a call needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The action, such as `dynamodb:GetItem`.
    pub action: String,
    /// The resource's ARN.
    pub resource: String,
    /// Condition keys with their values.
    pub context: BTreeMap<String, Vec<String>>,
}

impl Need {
    /// A need without condition keys.
    pub fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { action: action.into(), resource: resource.into(), context: BTreeMap::new() }
    }

    /// The same with a condition key.
    #[must_use]
    pub fn with(mut self, key: &str, values: Vec<String>) -> Self {
        self.context.insert(key.to_owned(), values);
        self
    }
}

impl Statement {
    /// Reads the `Policies` of a SAM function: inline documents only, since what a managed policy allows is
    /// not in the template.
    pub fn read_all(function: &str, policies: Option<&Value>) -> Result<Vec<Self>, String> {
        let mut statements = Vec::new();
        for policy in many(policies) {
            let Some(given) = policy.get("Statement") else {
                return Err(format!("{function}: only inline policies are understood, not {policy}"));
            };
            for statement in many(Some(given)) {
                statements.push(Self::read(function, statements.len(), statement)?);
            }
        }
        Ok(statements)
    }

    fn read(function: &str, index: usize, statement: &Value) -> Result<Self, String> {
        let name = statement
            .get("Sid")
            .and_then(Value::as_str)
            .map_or_else(|| format!("{function}#{index}"), str::to_owned);
        let at = format!("{function}.Policies.{name}");
        let texts = |key: &str| -> Result<Vec<String>, String> {
            let texts: Vec<_> =
                many(statement.get(key)).filter_map(Value::as_str).map(str::to_owned).collect();
            if texts.is_empty() { Err(format!("{at} has no {key}")) } else { Ok(texts) }
        };
        let mut conditions = Vec::new();
        for (operator, keys) in statement.get("Condition").and_then(Value::as_object).into_iter().flatten() {
            let operator = match operator.as_str() {
                "StringEquals" => Operator::Equals,
                "StringLike" => Operator::Like,
                "ForAllValues:StringEquals" => Operator::AllEqual,
                "ForAllValues:StringLike" => Operator::AllLike,
                other => return Err(format!("{at}: the condition operator {other} is not understood")),
            };
            for (key, values) in keys.as_object().into_iter().flatten() {
                let values = many(Some(values)).filter_map(Value::as_str).map(str::to_owned).collect();
                conditions.push(Condition { operator, key: key.clone(), values });
            }
        }
        let allow = match statement.get("Effect").and_then(Value::as_str) {
            Some("Allow") => true,
            Some("Deny") => false,
            _ => return Err(format!("{at}: the Effect is Allow or Deny")),
        };
        Ok(Self { name, allow, actions: texts("Action")?, resources: texts("Resource")?, conditions })
    }

    /// The actions that this statement allows, as written; none if it denies.
    pub fn granted(&self) -> &[String] {
        if self.allow { &self.actions } else { &[] }
    }

    /// The action of this statement, as written, that allows `need`.
    pub fn grants<'a>(&'a self, need: &Need) -> Option<&'a str> {
        let granted = self.granted().iter().find(|action| names(action, need));
        granted.filter(|_| self.covers(need)).map(String::as_str)
    }

    fn covers(&self, need: &Need) -> bool {
        self.actions.iter().any(|action| names(action, need))
            && self.resources.iter().any(|resource| like(resource, &need.resource))
            && self.conditions.iter().all(|condition| condition.holds(need))
    }
}

/// Whether an action as written is the one that is needed; actions know no case.
fn names(action: &str, need: &Need) -> bool {
    like(&action.to_lowercase(), &need.action.to_lowercase())
}

impl Condition {
    fn holds(&self, need: &Need) -> bool {
        let given = need.context.get(&self.key).map(Vec::as_slice).unwrap_or_default();
        let equal = |value: &String| self.values.contains(value);
        let alike = |value: &String| self.values.iter().any(|pattern| like(pattern, value));
        match self.operator {
            Operator::Equals => given.first().is_some_and(equal),
            Operator::Like => given.first().is_some_and(alike),
            Operator::AllEqual => given.iter().all(equal),
            Operator::AllLike => given.iter().all(alike),
        }
    }
}

/// The names of the statements that together allow `needs`, or the first need that none of them allows.
pub fn authorize<'a>(statements: &[Statement], needs: &'a [Need]) -> Result<Vec<String>, &'a Need> {
    let mut names: Vec<String> = Vec::new();
    for need in needs {
        let mut covering = statements.iter().filter(|statement| statement.covers(need));
        let allowed = covering.clone().find(|statement| statement.allow);
        match allowed {
            Some(statement) if covering.all(|statement| statement.allow) => {
                if !names.contains(&statement.name) {
                    names.push(statement.name.clone());
                }
            }
            _ => return Err(need),
        }
    }
    Ok(names)
}

/// IAM's wildcards: `*` is any run of characters, `?` any one.
fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    // `star` remembers where to resume when the text after a `*` did not fit.
    let (mut p, mut t, mut star) = (0, 0, None);
    while let Some(character) = text.get(t) {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(expected) if *expected == '?' || expected == character => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|rest| *rest == '*')
}

/// A value that may be one or a list.
fn many(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let (one, list) = match value {
        Some(Value::Array(items)) => (None, items.as_slice()),
        other => (other, [].as_slice()),
    };
    one.into_iter().chain(list)
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
    fn a_call_is_allowed_by_the_statement_that_covers_it() {
        let keys = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
        let put = |of: &[&str]| Need::new("dynamodb:PutItem", TABLE).with("dynamodb:LeadingKeys", keys(of));
        check(Need::new("dynamodb:GetItem", TABLE), Some("Read"));
        check(Need::new("dynamodb:BatchGetItem", TABLE), Some("Read"));
        check(Need::new("dynamodb:UpdateItem", TABLE), None);
        check(Need::new("dynamodb:GetItem", format!("{TABLE}2")), None);
        check(Need::new("dynamodb:Query", format!("{TABLE}/index/by-due")), Some("F#1"));
        check(Need::new("dynamodb:Query", TABLE), None);
        check(put(&["ORG#1", "USER#1"]), Some("Own"));
        check(put(&["ORG#1", "LINK#1"]), None);
        check(put(&["USER#12"]), None);
        let send = |from: &str| {
            Need::new("ses:SendEmail", "arn:aws:ses:us-east-1:1:identity/example.com")
                .with("ses:FromAddress", keys(&[from]))
        };
        check(send("us@example.com"), Some("Send"));
        check(send("them@example.com"), None);
        check(Need::new("ses:SendEmail", "arn:aws:ses:us-east-1:1:identity/example.com"), None);
    }

    #[test]
    fn an_explicit_deny_wins() {
        check(Need::new("dynamodb:DeleteItem", TABLE), Some("All"));
        check(Need::new("dynamodb:DeleteItem", "arn:aws:dynamodb:us-east-1:1:table/Secret"), None);
    }

    #[test]
    fn every_need_of_a_transaction_must_be_covered() {
        let both = [Need::new("dynamodb:GetItem", TABLE), Need::new("dynamodb:DeleteItem", TABLE)];
        assert_eq!(authorize(&role(), &both).unwrap(), ["Read", "All"]);
        let one_too_many = [Need::new("dynamodb:GetItem", TABLE), Need::new("dynamodb:Scan", TABLE)];
        assert_eq!(authorize(&role(), &one_too_many).unwrap_err().action, "dynamodb:Scan");
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let policy = json!([{"Statement": [{"Sid": "S", "Effect": "Allow", "Action": "a:B", "Resource": "*",
            "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}]}]);
        assert!(Statement::read_all("F", Some(&policy)).unwrap_err().contains("IpAddress"));
        assert!(Statement::read_all("F", Some(&json!(["AmazonDynamoDBFullAccess"]))).is_err());
    }

    #[test]
    fn wildcards_match_as_iam_says() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*c", "abbbc", true),
            ("a*c", "abbbd", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*a*b*", "xxaxxbxx", true),
            ("abc", "abcd", false),
            ("*.json", "a.json.json", true),
        ] {
            assert_eq!(like(pattern, text), expected, "{pattern} {text}");
        }
    }
}
