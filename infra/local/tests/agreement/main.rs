//! The template, the crates and the recorded events speak of one system. A disagreement fails here and not on AWS.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test ends where its premise does"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use local::{Config, Stack, functions, template::Template};
use serde_yaml_ng::Value as Yaml;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn template() -> Template {
    Template::parse(local::template::TEXT, &BTreeMap::new()).unwrap()
}

fn folders(of: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(root().join(of)).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    folders.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

/// Every text of a crate's source, its tests left out.
fn sources(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && path.file_stem().is_some_and(|stem| stem != "tests" && stem != "testing")
        {
            texts.push(std::fs::read_to_string(path).unwrap());
        }
    }
    texts
}

#[test]
fn functions_are_the_same_in_the_template_the_folders_the_stack_and_the_events() {
    let of_template: BTreeSet<String> = template().functions.into_keys().collect();
    let of_stack: BTreeSet<String> = functions::all().into_keys().map(str::to_owned).collect();
    assert_eq!(of_template, folders("functions"));
    assert_eq!(of_template, of_stack);
    assert_eq!(of_template, folders("events"));
}

/// Readers that several functions share, and what they read.
const READ_BY: [(&str, &[&str]); 2] = [
    (".product_name()", &["PRODUCT_NAME"]),
    (".prices()", &["STRIPE_SINGLE_USER_PRICE_ID", "STRIPE_TEAM_PRICE_ID"]),
];

#[test]
fn a_function_is_given_exactly_the_variables_that_it_reads() {
    for (name, function) in template().functions {
        let sources = sources(&root().join("functions").join(&name).join("src"));
        let code = sources.iter().map(|text| text.split("#[cfg(test)]").next().unwrap());
        // Whatever stands in quotes and is spelled like a variable.
        let read: BTreeSet<String> = code
            .flat_map(|text| text.split('"').skip(1).step_by(2))
            .filter(|text| text.contains('_') && text.chars().all(|ch| ch.is_ascii_uppercase() || ch == '_'))
            .map(str::to_owned)
            .chain(
                READ_BY
                    .iter()
                    .filter(|(call, _)| sources.iter().any(|text| text.contains(call)))
                    .flat_map(|(_, names)| names.iter().map(|name| (*name).to_owned())),
            )
            .collect();
        // Lambda's own are not the template's, and what every function is given is read where all of them start.
        let given = function.variables.into_keys();
        let given = given.filter(|name| {
            !name.starts_with("AWS_") && name != "METRIC_NAMESPACE" && name != "CONFIGURATION"
        });
        let given: BTreeSet<_> = given.filter(|name| name != "TABLE_NAME" || read.contains(name)).collect();
        assert_eq!(given, read, "{name}: given by the template, and read by the code");
    }
}

#[test]
fn routes_are_the_same_in_the_template_and_in_the_table_that_answers_405() {
    let of_template: BTreeSet<(String, String)> = template()
        .routes
        .into_iter()
        .filter(|route| route.path != "$default")
        .map(|route| (route.method.unwrap(), route.path))
        .collect();
    let of_code =
        web::routes::ROUTES.iter().map(|(method, path)| (method.to_string(), (*path).to_owned())).collect();
    assert_eq!(of_template, of_code);
}

#[tokio::test]
async fn every_route_of_the_template_is_one_that_its_function_knows() {
    let stack = Stack::start(Config::memory()).await.unwrap();
    for route in template().routes {
        let (Some(method), false) = (route.method, route.path == "$default") else { continue };
        let path = route.path.replace(['{', '}'], "");
        let request = http::Request::builder().method(method.as_str()).uri(&path).header("host", "localhost");
        let answer = stack.request(request.body(axum::body::Bytes::new()).unwrap()).await;
        assert_ne!(answer.status(), 405, "{method} {path}");
        // Parameters that are not there are 404 by right, and so is what nobody but operators may know of.
        let unseen = route.path.contains('{') || route.path.starts_with("/operator");
        assert!(answer.status() != 404 || unseen, "{method} {path}");
        assert_ne!(answer.status(), 500, "{method} {path}");
    }
}

#[test]
fn indexes_of_the_template_are_those_that_are_asked() {
    let store = sources(&root().join("shared/store/src")).concat();
    for table in template().tables {
        for index in table.indexes {
            assert!(store.contains(&format!("\"{}\"", index.name)), "{} is asked by nobody", index.name);
        }
    }
}

/// SES's name of an event, EventBridge's name of it, and a recorded one
/// (SES guide, "Amazon SES event details in EventBridge").
const FEEDBACK: [(&str, &str, &str); 5] = [
    ("send", "Email Sent", "ses-send"),
    ("delivery", "Email Delivered", "ses-delivery"),
    ("reject", "Email Rejected", "ses-reject"),
    ("bounce", "Email Bounced", "ses-bounce"),
    ("complaint", "Email Complaint Received", "ses-complaint"),
];

#[test]
fn what_ses_is_to_tell_is_what_the_rule_takes_and_the_code_understands() {
    let template: Yaml = serde_yaml_ng::from_str(local::template::TEXT).unwrap();
    let resources = template["Resources"].as_mapping().unwrap();
    let texts = |list: &Yaml| -> BTreeSet<String> {
        list.as_sequence().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
    };
    let of = |kind: &'static str| resources.values().filter(move |it| it["Type"] == kind);

    let told: BTreeSet<String> = FEEDBACK.iter().map(|it| it.0.to_owned()).collect();
    let taken: BTreeSet<String> = FEEDBACK.iter().map(|it| it.1.to_owned()).collect();
    let destinations: Vec<_> =
        of("AWS::SES::ConfigurationSetEventDestination").map(|it| &it["Properties"]).collect();
    assert_eq!(destinations.len(), of("AWS::SES::ConfigurationSet").count(), "each set tells");
    for destination in destinations {
        assert_eq!(texts(&destination["EventDestination"]["MatchingEventTypes"]), told);
    }
    let mailer = &template["Resources"]["MailerFunction"]["Properties"];
    let pattern = &mailer["Events"]["Feedback"]["Properties"]["Pattern"];
    assert_eq!(texts(&pattern["detail-type"]), taken);
    assert_eq!(
        pattern["detail"]["mail"]["tags"]["ses:configuration-set"].as_sequence().unwrap().len(),
        of("AWS::SES::ConfigurationSet").count(),
        "each set is heard"
    );

    let understood = sources(&root().join("functions/mailer/src")).concat();
    for (told, taken, case) in FEEDBACK {
        let recorded = std::fs::read_to_string(root().join(format!("events/mailer/{case}.json"))).unwrap();
        let recorded: serde_json::Value = serde_json::from_str(&recorded).unwrap();
        assert_eq!(recorded["detail-type"], taken);
        let event_type = recorded["detail"]["eventType"].as_str().unwrap();
        assert_eq!(event_type.to_lowercase(), told);
        assert!(understood.contains(&format!("\"{event_type}\" =>")), "{event_type} is not understood");
    }
}

#[test]
fn every_recorded_event_is_json_and_named_for_its_case() {
    for function in folders("events") {
        let folder = root().join("events").join(&function);
        let mut cases = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let _event: serde_json::Value =
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            cases += 1;
        }
        assert!(cases > 0, "{function} has no recorded event");
    }
}
