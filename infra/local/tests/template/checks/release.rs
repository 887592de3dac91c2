//! How a new version takes over, and what takes it back.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::code;
use crate::stack::{Stack, list, number, texts};

/// Through an alias that all callers use, a part of them first.
pub fn gradual(stack: &Stack) -> Vec<String> {
    let wrong = stack.functions().filter(|(_, function)| {
        let preference = &stack.template.globals["Function"]["DeploymentPreference"];
        function["AutoPublishAlias"] != "live"
            || !preference["Type"].as_str().is_some_and(|kind| kind.starts_with("Canary"))
            || !["onramp-ReleaseFails", "onramp-AnswersFail"]
                .iter()
                .all(|alarm| texts(&preference["Alarms"]).contains(&(*alarm).to_owned()))
    });
    wrong.map(|(name, _)| format!("{name} changes for everybody at once")).collect()
}

/// CodeDeploy begins nothing while an alarm of a deployment is on, and a fix must go out.
pub fn at_once(stack: &Stack) -> Vec<String> {
    let stack = stack.with("DeploymentPreference", "AllAtOnce");
    let common = &stack.template.globals["Function"]["DeploymentPreference"]["Alarms"];
    let own = stack
        .functions()
        .map(|(name, function)| (name.to_owned(), function["DeploymentPreference"]["Alarms"].clone()));
    let held =
        own.chain([("Globals".to_owned(), common.clone())]).filter(|(_, alarms)| !texts(alarms).is_empty());
    held.map(|(name, _)| format!("{name}: an alarm holds up what is released at once")).collect()
}

/// Each function's failures take a release back.
pub fn alarms(stack: &Stack) -> Vec<String> {
    let mut watched: BTreeSet<String> = BTreeSet::new();
    for (name, alarm) in stack.of("AWS::CloudWatch::Alarm") {
        let metrics = list(&alarm["Metrics"]);
        let metrics = metrics.iter().map(|metric| &metric["MetricStat"]["Metric"]).chain([alarm]);
        let asked = name == "ReleaseFails"
            || texts(
                &stack.template.resources["MailerFunction"].properties["DeploymentPreference"]["Alarms"],
            )
            .contains(&format!("onramp-{name}"));
        if asked && goes_off(alarm) {
            watched.extend(metrics.filter(|metric| metric["MetricName"] == "Errors").filter_map(function));
        }
    }
    let blind = stack.functions().filter(|(name, _)| !watched.contains(*name));
    blind.map(|(name, _)| format!("{name} may fail and its release goes on")).collect()
}

/// What a function answers with 500 is no error to Lambda: it is counted in the log, by the words that the code has.
pub fn answers(stack: &Stack) -> Vec<String> {
    let alarm = &stack.template.resources["AnswersFail"].properties;
    let filters = stack.of("AWS::Logs::MetricFilter").filter(|(_, filter)| {
        filter["MetricTransformations"][0]["MetricName"] == alarm["MetricName"]
            && filter["MetricTransformations"][0]["MetricNamespace"] == alarm["Namespace"]
            && filter["LogGroupName"] == stack.template.globals["Function"]["LoggingConfig"]["LogGroup"]
    });
    let says = code::source("shared/web").contains("\"request failed\"");
    let pattern = r#"{ $.message = "request failed" && $.status = 500 }"#;
    let heard = filters.filter(|(_, filter)| filter["FilterPattern"] == pattern).count() == 1;
    if says && heard && goes_off(alarm) {
        Vec::new()
    } else {
        vec!["answers with 500 take no release back".to_owned()]
    }
}

/// Within a minute, and not for want of calls.
fn goes_off(alarm: &Value) -> bool {
    let of_metrics = list(&alarm["Metrics"]);
    let summed = of_metrics.iter().filter_map(|metric| metric.get("MetricStat")).chain([alarm]);
    alarm["TreatMissingData"] == "notBreaching"
        && alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
        && number(&alarm["Threshold"]) == Some(3)
        && number(&alarm["EvaluationPeriods"]) == Some(1)
        && summed.filter(|it| !it["Period"].is_null()).all(|it| number(&it["Period"]) == Some(60))
}

/// The function whose alias a metric is of.
fn function(metric: &Value) -> Option<String> {
    let dimension = |name: &str| {
        let own = list(&metric["Dimensions"]).into_iter().find(|it| it["Name"] == name)?;
        own["Value"].as_str().map(str::to_owned)
    };
    let name = dimension("FunctionName")?;
    (dimension("Resource")? == format!("{name}:live")).then(|| name.trim_start_matches("onramp-").to_owned())
}
