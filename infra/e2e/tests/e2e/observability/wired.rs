//! Checks that `template.yaml` passes the right values to the nested observability stack.

use std::collections::{BTreeMap, BTreeSet};

use aws_local::template::Template;
use serde_yaml_ng::Value as Yaml;

use crate::observability::watch::{Series, Watch, of_type, text};

fn system_template() -> Yaml {
    serde_yaml_ng::from_str(aws_local::template::TEXT).unwrap()
}

/// Returns the template with webhooks to the host app, so that it contains every function.
fn system() -> Template {
    let url = ("HostWebhookUrl".to_owned(), "https://app.example.com/onramp/webhooks".to_owned());
    Template::parse(aws_local::template::TEXT, &BTreeMap::from([url])).unwrap()
}

fn parameters(template: &Yaml) -> &serde_yaml_ng::Mapping {
    template["Parameters"].as_mapping().unwrap()
}

/// Returns the parameter values that `template.yaml` passes to the nested stack. A value with a
/// condition is the one if the condition holds.
fn given(template: &Yaml) -> BTreeMap<String, String> {
    let (_, nested) = of_type(template, "AWS::Serverless::Application").next().unwrap();
    assert_eq!(nested["Location"], "infra/observability/template.yaml");
    let given = nested["Parameters"].as_mapping().unwrap();
    let value = |value: &Yaml| match value {
        Yaml::Tagged(tagged) if tagged.tag == "!If" => text(&tagged.value[1]),
        value => text(value),
    };
    given.iter().map(|(name, it)| (name.as_str().unwrap().to_owned(), value(it))).collect()
}

#[test]
fn nested_stack_gets_exactly_its_parameters() {
    let (template, watch) = (system_template(), Watch::read());
    let given = given(&template);
    for (name, parameter) in parameters(&watch.template) {
        let name = name.as_str().unwrap();
        assert!(given.contains_key(name) || !parameter["Default"].is_null(), "{name} gets no value");
    }
    for (name, value) in &given {
        assert!(
            parameters(&watch.template).contains_key(name.as_str()),
            "{name} is not a parameter of the nested stack"
        );
        let exists = |id: &str| {
            id.starts_with("AWS::")
                || !template["Resources"][id].is_null()
                || !template["Parameters"][id].is_null()
                || is_stream(&template, id)
        };
        let target = value
            .strip_prefix("!Ref ")
            .or_else(|| value.strip_prefix("!GetAtt "))
            .map(|it| it.split('.').next().unwrap());
        assert!(target.is_none_or(exists), "{name}: {value}");
    }
}

/// Returns whether an id belongs to a stream that a function reads. SAM joins the names of the
/// function and of the event into this id.
fn is_stream(template: &Yaml, id: &str) -> bool {
    of_type(template, "AWS::Serverless::Function").any(|(function, properties)| {
        let event = id.strip_prefix(function);
        event.is_some_and(|event| properties["Events"][event]["Type"] == "DynamoDB")
    })
}

#[test]
fn stream_failure_in_the_bucket_raises_an_alarm() {
    let template = system_template();
    let given = given(&template);
    let watch = Watch::read();
    for (function, properties) in of_type(&template, "AWS::Serverless::Function") {
        for (event, source) in properties["Events"].as_mapping().unwrap() {
            let source = &source["Properties"];
            if source["DestinationConfig"]["OnFailure"]["Type"] != "S3" {
                continue;
            }
            let mapping = format!("!Ref {function}{}", event.as_str().unwrap());
            let name = given.iter().find(|(_, value)| **value == mapping).map(|(name, _)| name);
            let alarmed = watch.alarmed().any(|(_, it)| {
                it.metric == "OnFailureDestinationDeliveredEventCount"
                    && it.dimensions.iter().any(|(_, value)| {
                        Some(value.as_str()) == name.map(|it| format!("!Ref {it}")).as_deref()
                    })
            });
            assert!(alarmed, "{mapping} has a failure bucket without an alarm");
            assert_eq!(source["MetricsConfig"]["Metrics"][0], "EventCount", "{mapping} is not counted");
        }
    }
}

#[test]
fn metrics_are_read_from_the_namespace_of_the_functions() {
    let template = system_template();
    let written = text(&template["Globals"]["Function"]["Environment"]["Variables"]["METRIC_NAMESPACE"]);
    assert_eq!(given(&template)["Namespace"], written);
    assert!(written.contains("${AWS::StackName}"), "each stack of an account has its own namespace");
}

#[test]
fn every_function_is_watched_by_name() {
    let given = given(&system_template());
    let watch = Watch::read();
    let functions: BTreeSet<String> =
        system().functions.values().map(|function| function.logical_id.clone()).collect();
    for id in &functions {
        assert_eq!(given.get(id), Some(&format!("!Ref {id}")), "{id}");
    }
    let of_function = |series: &Series| {
        let (_, function) = series.dimensions.first()?;
        function.strip_prefix("!Ref ").map(str::to_owned)
    };
    let throttled: BTreeSet<String> = watch
        .alarmed()
        .filter(|(_, series)| series.metric == "Throttles")
        .filter_map(|(_, series)| of_function(series))
        .collect();
    assert_eq!(throttled, functions, "a throttle of any function is an alarm");
    for metric in ["Errors", "Throttles", "Duration", "ConcurrentExecutions"] {
        let shown: BTreeSet<String> = watch
            .shown()
            .filter(|(_, series)| series.metric == metric)
            .filter_map(|(_, series)| of_function(series))
            .collect();
        assert_eq!(shown, functions, "{metric}");
    }
}

#[test]
fn stream_age_is_watched_for_each_reader() {
    let system = system();
    let readers: BTreeSet<String> = system
        .streams
        .iter()
        .map(|stream| format!("!Ref {}", system.functions[&stream.function].logical_id))
        .collect();
    let watch = Watch::read();
    let ages = |watched: &mut dyn Iterator<Item = (&str, &Series)>| -> BTreeSet<String> {
        watched
            .filter(|(_, it)| it.metric == "IteratorAge")
            .map(|(_, it)| it.dimensions[0].1.clone())
            .collect()
    };
    assert_eq!(ages(&mut watch.alarmed()), readers);
    assert_eq!(ages(&mut watch.shown()), readers);
}

#[test]
fn watched_routes_exist() {
    let (routes, template) = (system().routes, system_template());
    let watch = Watch::read();
    for (id, series) in watch.alarmed().chain(watch.shown()) {
        let of = |name: &str| series.dimensions.iter().find(|(it, _)| it == name).map(|(_, value)| value);
        let (Some(method), Some(path)) = (of("Method"), of("Resource")) else { continue };
        let exists = routes
            .iter()
            .any(|it| it.path == *path && it.method.as_ref().is_some_and(|it| it.as_str() == *method));
        assert!(exists, "{id}: {method} {path}");
        let settings =
            &template["Resources"]["Api"]["Properties"]["RouteSettings"][format!("{method} {path}")];
        assert_eq!(settings["DetailedMetricsEnabled"], true, "{method} {path} has no metrics of its own");
    }
}

#[test]
fn dashboard_names_only_known_resources() {
    let watch = Watch::read();
    let names = watch.dashboard.split("${").skip(1).map(|rest| rest.split(['}', '.']).next().unwrap());
    for name in names {
        let known = name.starts_with("AWS::")
            || parameters(&watch.template).contains_key(name)
            || !watch.template["Resources"][name].is_null();
        assert!(known, "{name}");
    }
    for alarm in &watch.alarms {
        assert!(watch.dashboard.contains(&format!("${{{}.Arn}}", alarm.id)), "{} is not shown", alarm.id);
    }
}
