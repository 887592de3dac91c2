//! What the system's template hands to what watches it.

use std::collections::{BTreeMap, BTreeSet};

use local::template::Template;
use serde_yaml_ng::Value as Yaml;

use crate::watch::{Series, Watch, of_type, text};

fn whole() -> Yaml {
    serde_yaml_ng::from_str(local::template::TEXT).unwrap()
}

fn system() -> Template {
    Template::parse(local::template::TEXT, &BTreeMap::new()).unwrap()
}

fn parameters(template: &Yaml) -> &serde_yaml_ng::Mapping {
    template["Parameters"].as_mapping().unwrap()
}

/// What the nested stack is given.
fn given(whole: &Yaml) -> BTreeMap<String, String> {
    let (_, nested) = of_type(whole, "AWS::Serverless::Application").next().unwrap();
    assert_eq!(nested["Location"], "infra/observability/template.yaml");
    let given = nested["Parameters"].as_mapping().unwrap();
    given.iter().map(|(name, value)| (name.as_str().unwrap().to_owned(), text(value))).collect()
}

#[test]
fn nested_stack_gets_exactly_its_parameters() {
    let (whole, watch) = (whole(), Watch::read());
    let given = given(&whole);
    for (name, parameter) in parameters(&watch.template) {
        let name = name.as_str().unwrap();
        assert!(given.contains_key(name) || !parameter["Default"].is_null(), "{name} is not given");
    }
    for (name, value) in &given {
        assert!(parameters(&watch.template).contains_key(name.as_str()), "{name} is asked by nobody");
        let there = |id: &str| {
            id.starts_with("AWS::")
                || !whole["Resources"][id].is_null()
                || !whole["Parameters"][id].is_null()
                || is_stream(&whole, id)
        };
        let target = value
            .strip_prefix("!Ref ")
            .or_else(|| value.strip_prefix("!GetAtt "))
            .map(|it| it.split('.').next().unwrap());
        assert!(target.is_none_or(there), "{name}: {value}");
    }
}

/// SAM calls the reading of a stream after the function and the event.
fn is_stream(whole: &Yaml, id: &str) -> bool {
    of_type(whole, "AWS::Serverless::Function").any(|(function, properties)| {
        let event = id.strip_prefix(function);
        event.is_some_and(|event| properties["Events"][event]["Type"] == "DynamoDB")
    })
}

#[test]
fn stream_failure_in_the_bucket_raises_an_alarm() {
    let whole = whole();
    let given = given(&whole);
    let watch = Watch::read();
    for (function, properties) in of_type(&whole, "AWS::Serverless::Function") {
        for (event, source) in properties["Events"].as_mapping().unwrap() {
            let source = &source["Properties"];
            if source["DestinationConfig"]["OnFailure"]["Type"] != "S3" {
                continue;
            }
            let reading = format!("!Ref {function}{}", event.as_str().unwrap());
            let name = given.iter().find(|(_, value)| **value == reading).map(|(name, _)| name);
            let alarmed = watch.alarmed().any(|(_, it)| {
                it.metric == "OnFailureDestinationDeliveredEventCount"
                    && it.dimensions.iter().any(|(_, value)| {
                        Some(value.as_str()) == name.map(|it| format!("!Ref {it}")).as_deref()
                    })
            });
            assert!(alarmed, "{reading} puts things into a bucket and nobody is told");
            assert_eq!(source["MetricsConfig"]["Metrics"][0], "EventCount", "{reading} is not counted");
        }
    }
}

#[test]
fn metrics_are_read_from_the_namespace_of_the_functions() {
    let whole = whole();
    let written = text(&whole["Globals"]["Function"]["Environment"]["Variables"]["METRIC_NAMESPACE"]);
    assert_eq!(given(&whole)["Namespace"], written);
    assert!(written.contains("${AWS::StackName}"), "two stacks of an account are told apart");
}

#[test]
fn every_function_is_watched_by_name() {
    let given = given(&whole());
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
    let (routes, whole) = (system().routes, whole());
    let watch = Watch::read();
    for (place, series) in watch.alarmed().chain(watch.shown()) {
        let of = |name: &str| series.dimensions.iter().find(|(it, _)| it == name).map(|(_, value)| value);
        let (Some(method), Some(path)) = (of("Method"), of("Resource")) else { continue };
        let there = routes
            .iter()
            .any(|it| it.path == *path && it.method.as_ref().is_some_and(|it| it.as_str() == *method));
        assert!(there, "{place}: {method} {path}");
        let settings = &whole["Resources"]["Api"]["Properties"]["RouteSettings"][format!("{method} {path}")];
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
