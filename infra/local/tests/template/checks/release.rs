//! How a new version takes over, and what takes it back.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::stack::{Stack, list, texts};

/// Through an alias that all callers use, a part of them first.
pub fn gradual(stack: &Stack) -> Vec<String> {
    let wrong = stack.functions().filter(|(_, function)| {
        let preference = &stack.template.globals["Function"]["DeploymentPreference"];
        function["AutoPublishAlias"] != "live"
            || !preference["Type"].as_str().is_some_and(|kind| kind.starts_with("Canary"))
            || !texts(&preference["Alarms"]).contains(&"onramp-ReleaseFails".to_owned())
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
        if asked && alarm["TreatMissingData"] == "notBreaching" {
            watched.extend(metrics.filter(|metric| metric["MetricName"] == "Errors").filter_map(function));
        }
    }
    let blind = stack.functions().filter(|(name, _)| !watched.contains(*name));
    blind.map(|(name, _)| format!("{name} may fail and its release goes on")).collect()
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
