//! Checks of gradual releases and their rollback.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::template::{
    code,
    stack::{Stack, list, number, texts},
};

/// Checks that each release is gradual. The function must have the alias `live`, the new version
/// must first get a part of the calls, and two alarms must be able to stop the release.
pub fn gradual(stack: &Stack) -> Vec<String> {
    let wrong = stack.functions().filter(|(_, function)| {
        let preference = &stack.template.globals["Function"]["DeploymentPreference"];
        function["AutoPublishAlias"] != "live"
            || !preference["Type"].as_str().is_some_and(|kind| kind.starts_with("Canary"))
            || !["onramp-ReleaseFails", "onramp-AnswersFail"]
                .iter()
                .all(|alarm| texts(&preference["Alarms"]).contains(&(*alarm).to_owned()))
    });
    wrong.map(|(name, _)| format!("{name} has no gradual release")).collect()
}

/// Checks that an all-at-once release has no alarms. CodeDeploy starts no deployment while one of
/// its alarms is active, so an alarm would block the deployment of a fix.
pub fn at_once(stack: &Stack) -> Vec<String> {
    let stack = stack.with("DeploymentPreference", "AllAtOnce");
    let common = &stack.template.globals["Function"]["DeploymentPreference"]["Alarms"];
    let own = stack
        .functions()
        .map(|(name, function)| (name.to_owned(), function["DeploymentPreference"]["Alarms"].clone()));
    let blocked =
        own.chain([("Globals".to_owned(), common.clone())]).filter(|(_, alarms)| !texts(alarms).is_empty());
    blocked.map(|(name, _)| format!("{name}: an alarm can block an all-at-once release")).collect()
}

/// Checks that the errors of each function raise a release alarm, so that CodeDeploy rolls the
/// release back.
pub fn alarms(stack: &Stack) -> Vec<String> {
    let mut watched: BTreeSet<String> = BTreeSet::new();
    for (name, alarm) in stack.of("AWS::CloudWatch::Alarm") {
        let metrics = list(&alarm["Metrics"]);
        let metrics = metrics.iter().map(|metric| &metric["MetricStat"]["Metric"]).chain([alarm]);
        let stops = |function: &Value| {
            texts(&function["DeploymentPreference"]["Alarms"]).contains(&format!("onramp-{name}"))
        };
        let is_release_alarm = name == "ReleaseFails" || stack.functions().any(|(_, it)| stops(&it));
        // These functions run once a minute.
        let failures = if ["ProvisionerFails", "ReconcilerFails"].contains(&name) { 1 } else { 3 };
        if is_release_alarm && fires_in_time(alarm, failures) {
            watched.extend(metrics.filter(|metric| metric["MetricName"] == "Errors").filter_map(function));
        }
    }
    let unwatched = stack.functions().filter(|(name, _)| !watched.contains(*name));
    unwatched.map(|(name, _)| format!("{name} can fail without a rollback")).collect()
}

/// Checks that 500 responses raise a release alarm. Lambda does not count a 500 response as an
/// error. A metric filter therefore counts the message that the code logs for such a response.
pub fn responses(stack: &Stack) -> Vec<String> {
    let alarm = &stack.template.resources["AnswersFail"].properties;
    let filters = stack.of("AWS::Logs::MetricFilter").filter(|(_, filter)| {
        filter["MetricTransformations"][0]["MetricName"] == alarm["MetricName"]
            && filter["MetricTransformations"][0]["MetricNamespace"] == alarm["Namespace"]
            && filter["LogGroupName"] == stack.template.globals["Function"]["LoggingConfig"]["LogGroup"]
    });
    let is_logged = code::source("shared/web").contains("\"request failed\"");
    let pattern = r#"{ $.message = "request failed" && $.status = 500 }"#;
    let is_counted = filters.filter(|(_, filter)| filter["FilterPattern"] == pattern).count() == 1;
    if is_logged && is_counted && fires_in_time(alarm, 3) {
        Vec::new()
    } else {
        vec!["500 responses cause no rollback".to_owned()]
    }
}

/// Returns whether an alarm goes off after this number of failures in one minute, and ignores missing
/// data.
fn fires_in_time(alarm: &Value, failures: i64) -> bool {
    let of_metrics = list(&alarm["Metrics"]);
    let summed = of_metrics.iter().filter_map(|metric| metric.get("MetricStat")).chain([alarm]);
    alarm["TreatMissingData"] == "notBreaching"
        && alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
        && number(&alarm["Threshold"]) == Some(failures)
        && number(&alarm["EvaluationPeriods"]) == Some(1)
        && summed.filter(|it| !it["Period"].is_null()).all(|it| number(&it["Period"]) == Some(60))
}

/// Returns the function to whose alias a metric belongs. Returns `None` for a metric of anything
/// else.
fn function(metric: &Value) -> Option<String> {
    let dimension = |name: &str| {
        let own = list(&metric["Dimensions"]).into_iter().find(|it| it["Name"] == name)?;
        own["Value"].as_str().map(str::to_owned)
    };
    let name = dimension("FunctionName")?;
    (dimension("Resource")? == format!("{name}:live")).then(|| name.trim_start_matches("onramp-").to_owned())
}
