//! Parses and checks the file. The server checks the same values again, and knows more of them.

use std::{collections::BTreeMap, fmt::Display};

use domain::{
    billing::CustomerId,
    id::ExternalId,
    org::Language,
    people::{Address, Name},
    time::Zone,
};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// Fields of a line.
const FIELDS: [&str; 14] = [
    "name",
    "external_id",
    "time_zone",
    "language",
    "industry",
    "trial",
    "admin",
    "provisioned",
    "stripe_customer_id",
    "completed_tasks",
    "trial_ends_at",
    "signed_up_at",
    "welcome",
    "members",
];
const ADMIN_FIELDS: [&str; 4] = ["email", "full_name", "external_id", "email_verified"];
const MEMBER_FIELDS: [&str; 5] = ["email", "full_name", "role", "external_id", "email_verified"];

/// A valid line: the bodies of its requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Number of the line, from 1.
    pub number: usize,
    /// Body of the request that creates the organization.
    pub organization: Map<String, Value>,
    /// Bodies of the requests that add the members.
    pub members: Vec<Value>,
}

/// A line that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Number of the line, from 1.
    pub number: usize,
    /// What is wrong, with the names of the fields.
    pub reason: String,
}

/// Parses all lines. Returns the valid ones and the refused ones. Empty lines are skipped.
#[must_use]
pub fn parse(text: &str) -> (Vec<Line>, Vec<Refused>) {
    let (mut lines, mut refused) = (Vec::new(), Vec::new());
    let mut seen: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for (index, text) in text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        let number = index + 1;
        let mut errors = Vec::new();
        let line = parse_line(text, number, &mut errors);
        if let Some(line) = &line {
            for name in ["external_id", "stripe_customer_id"] {
                let Some(Value::String(value)) = line.organization.get(name) else { continue };
                match seen.get(&(name, value.clone())) {
                    Some(first) => errors.push(format!("{name}: line {first} has the same value")),
                    None => drop(seen.insert((name, value.clone()), number)),
                }
            }
        }
        match line.filter(|_| errors.is_empty()) {
            Some(line) => lines.push(line),
            None => refused.push(Refused { number, reason: errors.join("; ") }),
        }
    }
    (lines, refused)
}

fn parse_line(text: &str, number: usize, errors: &mut Vec<String>) -> Option<Line> {
    let mut organization = match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) => return reject(errors, "the line is not a JSON object"),
        Err(error) => return reject(errors, &format!("the line is not JSON (column {})", error.column())),
    };
    let members = match organization.remove("members") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(members)) => members,
        Some(_) => return reject(errors, "members: expected a list"),
    };
    check_organization(&organization, errors);
    for (index, member) in members.iter().enumerate() {
        check_person(member, &format!("members[{index}]."), &MEMBER_FIELDS, errors);
    }
    organization.entry("welcome").or_insert(Value::Bool(false));
    Some(Line { number, organization, members })
}

fn reject<T>(errors: &mut Vec<String>, error: &str) -> Option<T> {
    errors.push(error.to_owned());
    None
}

fn check_organization(fields: &Map<String, Value>, errors: &mut Vec<String>) {
    let mut check = Check { fields, prefix: "", errors };
    check.known(&FIELDS);
    check.text("name", true, |text| Name::parse(text).map(drop));
    check.text("external_id", true, |text| {
        text.parse::<ExternalId>().map(drop).map_err(|_| ExternalId::EXPECTED)
    });
    check.text("time_zone", false, |text| Zone::known(text).map(drop).ok_or("expected an IANA time zone"));
    check.text("language", false, |text| Language::parse(text).map(drop).ok_or("expected en"));
    check.text("stripe_customer_id", false, |text| {
        let id = CustomerId::parse(text).ok().filter(|id| id.as_str().starts_with("cus_"));
        id.map(drop).ok_or("expected cus_…")
    });
    for name in ["trial_ends_at", "signed_up_at"] {
        check.text(name, false, |text| {
            text.parse::<Timestamp>().map(drop).map_err(|_| "expected an RFC 3339 timestamp")
        });
    }
    for name in ["trial", "provisioned", "welcome"] {
        check.boolean(name);
    }
    let admin = fields.get("admin").unwrap_or(&Value::Null);
    check_person(admin, "admin.", &ADMIN_FIELDS, errors);
}

fn check_person(person: &Value, prefix: &str, known: &[&str], errors: &mut Vec<String>) {
    let Value::Object(fields) = person else {
        errors.push(format!("{}: expected an object", prefix.trim_end_matches('.')));
        return;
    };
    let mut check = Check { fields, prefix, errors };
    check.known(known);
    check.text("email", true, |text| Address::parse(text).map(drop));
    check.text("full_name", true, |text| Name::parse(text).map(drop));
    check.text("external_id", false, |text| {
        text.parse::<ExternalId>().map(drop).map_err(|_| ExternalId::EXPECTED)
    });
    check.boolean("email_verified");
    if known.contains(&"role") {
        check.text("role", false, |text| match text {
            "admin" | "member" => Ok(()),
            _ => Err("expected admin or member"),
        });
    }
}

/// Checks the fields of one object.
struct Check<'a> {
    fields: &'a Map<String, Value>,
    prefix: &'a str,
    errors: &'a mut Vec<String>,
}

impl Check<'_> {
    fn known(&mut self, known: &[&str]) {
        for name in self.fields.keys().filter(|name| !known.contains(&name.as_str())) {
            self.errors.push(format!("{}{name}: unknown field", self.prefix));
        }
    }

    fn text<E: Display>(&mut self, name: &str, required: bool, parse: impl Fn(&str) -> Result<(), E>) {
        let error = match self.fields.get(name) {
            None | Some(Value::Null) if required => "missing".to_owned(),
            None | Some(Value::Null) => return,
            Some(Value::String(text)) => match parse(text) {
                Ok(()) => return,
                Err(error) => error.to_string(),
            },
            Some(_) => "expected a string".to_owned(),
        };
        self.errors.push(format!("{}{name}: {error}", self.prefix));
    }

    fn boolean(&mut self, name: &str) {
        if !matches!(self.fields.get(name), None | Some(Value::Null | Value::Bool(_))) {
            self.errors.push(format!("{}{name}: expected true or false", self.prefix));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"name":"Acme","external_id":"acme-1","admin":{"email":"jo@example.com","full_name":"Jo Doe"},"members":[{"email":"mo@example.com","full_name":"Mo Roe","role":"member"}]}"#;

    #[test]
    fn line_is_split_into_its_requests_and_sends_no_welcome() {
        let (lines, refused) = parse(&format!("\n{GOOD}\n\n"));
        let [line] = lines.as_slice() else { panic!("{refused:?}") };
        assert_eq!((line.number, line.members.len(), refused.len()), (2, 1, 0));
        assert_eq!(line.organization["welcome"], Value::Bool(false));
        assert!(!line.organization.contains_key("members"));
        let wanted = GOOD.replace(r#""name""#, r#""welcome":true,"name""#);
        assert_eq!(parse(&wanted).0[0].organization["welcome"], Value::Bool(true));
    }

    #[test]
    fn refused_line_names_every_invalid_field() {
        for (line, reason) in [
            ("[]".to_owned(), "the line is not a JSON object"),
            ("{".to_owned(), "the line is not JSON (column 1)"),
            (GOOD.replace("acme-1", "a b"), "external_id: "),
            (GOOD.replace("jo@example.com", "jo"), "admin.email: "),
            (GOOD.replace("member\"", "owner\""), "members[0].role: expected admin or member"),
            (GOOD.replace("\"name\"", "\"nam\""), "nam: unknown field; name: missing"),
            (GOOD.replace("{\"name\"", "{\"trial\":1,\"name\""), "trial: expected true or false"),
            (GOOD.replace("{\"name\"", "{\"signed_up_at\":\"soon\",\"name\""), "signed_up_at: expected"),
            (GOOD.replace("{\"name\"", "{\"stripe_customer_id\":\"sub_1\",\"name\""), "stripe_customer_id: "),
            (format!("{GOOD}\n{GOOD}"), "external_id: line 1 has the same value"),
        ] {
            let (_, refused) = parse(&line);
            let [Refused { reason: given, .. }] = refused.as_slice() else { panic!("{line}: {refused:?}") };
            assert!(given.starts_with(reason), "{line}: {given}");
        }
    }
}
