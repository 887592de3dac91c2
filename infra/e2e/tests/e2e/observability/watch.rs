//! Parser of `infra/observability/template.yaml`: its alarms and its dashboard.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::Value;
use serde_yaml_ng::Value as Yaml;

/// The template's reference to the namespace of our metrics.
pub const OWN_NAMESPACE: &str = "!Ref Namespace";

/// One metric in an alarm or a widget.
#[derive(Clone, Debug)]
pub struct Series {
    pub namespace: String,
    pub metric: String,
    pub dimensions: Vec<(String, String)>,
    pub statistic: String,
}

/// One CloudWatch alarm, reduced to the parts under test.
pub struct Alarm {
    pub id: String,
    pub name: String,
    pub description: String,
    pub series: Vec<Series>,
    pub missing_data: String,
    /// First action when the alarm goes off. `notifies_end` is the first action when the alarm
    /// ends.
    pub notifies: String,
    pub notifies_end: String,
    /// Length of the evaluation window in seconds.
    pub span: i64,
    /// Threshold as text. In `p99 GreaterThan 5000 in 2/3 of 300 s`, the statistic must exceed 5000
    /// in two of three periods of 300 seconds.
    pub limit: String,
}

/// The alarms and the dashboard of the template.
pub struct Watch {
    pub template: Yaml,
    pub alarms: Vec<Alarm>,
    /// Metrics of the dashboard, with the title of their widget.
    pub widgets: Vec<(String, Series)>,
    /// The body of the dashboard.
    pub dashboard: String,
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns a scalar as text. A reference keeps its tag: `!Ref Name`.
pub fn text(value: &Yaml) -> String {
    match value {
        Yaml::Tagged(tagged) if tagged.tag == "!Sub" => text(&tagged.value),
        Yaml::Tagged(tagged) => format!("{} {}", tagged.tag, text(&tagged.value)),
        Yaml::String(text) => text.clone(),
        Yaml::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

impl Watch {
    pub fn read() -> Self {
        let path = root().join("infra/observability/template.yaml");
        let template: Yaml = serde_yaml_ng::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let alarms: Vec<_> = of_type(&template, "AWS::CloudWatch::Alarm")
            .map(|(id, properties)| Alarm::read(id, properties))
            .collect();
        assert!(alarms.len() > 20, "the parser found too few alarms");
        let dashboards: Vec<_> = of_type(&template, "AWS::CloudWatch::Dashboard").collect();
        let [(_, dashboard)] = dashboards.as_slice() else { panic!("there is one dashboard") };
        let Yaml::Tagged(body) = &dashboard["DashboardBody"] else { panic!("the body is a !Sub") };
        let Yaml::Tagged(of_calls) = &body.value[1]["AlarmsOfCalls"] else {
            panic!("the alarms have a condition")
        };
        let alarms_of_calls = text(&of_calls.value[1]);
        let dashboard = text(&body.value[0]).replace("${AlarmsOfCalls}", &alarms_of_calls);
        let widgets = widgets(&dashboard);
        Self { template, alarms, widgets, dashboard }
    }

    /// Returns every metric of every alarm, with the id of the alarm.
    pub fn alarmed(&self) -> impl Iterator<Item = (&str, &Series)> {
        self.alarms.iter().flat_map(|alarm| alarm.series.iter().map(|series| (alarm.id.as_str(), series)))
    }

    /// Returns every metric of the dashboard, with the title of its widget.
    pub fn shown(&self) -> impl Iterator<Item = (&str, &Series)> {
        self.widgets.iter().map(|(title, series)| (title.as_str(), series))
    }
}

/// Returns the resources of a type: id and properties.
pub fn of_type<'a>(template: &'a Yaml, kind: &'static str) -> impl Iterator<Item = (&'a str, &'a Yaml)> {
    let resources = template["Resources"].as_mapping().unwrap();
    resources
        .iter()
        .filter(move |(_, resource)| resource["Type"] == kind)
        .map(|(id, resource)| (id.as_str().unwrap(), &resource["Properties"]))
}

impl Alarm {
    pub fn read(id: &str, alarm: &Yaml) -> Self {
        let (series, period) = match alarm["Metrics"].as_sequence() {
            None => (vec![Series::of(alarm, alarm)], alarm["Period"].as_i64()),
            Some(metrics) => {
                let stats: Vec<_> =
                    metrics.iter().map(|it| &it["MetricStat"]).filter(|it| it.is_mapping()).collect();
                let series = stats.iter().map(|stat| Series::of(&stat["Metric"], stat)).collect();
                (series, stats[0]["Period"].as_i64())
            }
        };
        let (period, spans) = (period.unwrap(), alarm["EvaluationPeriods"].as_i64().unwrap());
        let limit = format!(
            "{} {} {} in {}/{spans} of {period} s",
            series[0].statistic,
            text(&alarm["ComparisonOperator"]).trim_end_matches("Threshold"),
            text(&alarm["Threshold"]),
            alarm["DatapointsToAlarm"].as_i64().unwrap_or(spans),
        );
        Self {
            limit,
            id: id.to_owned(),
            name: text(&alarm["AlarmName"]),
            description: text(&alarm["AlarmDescription"]),
            series,
            missing_data: text(&alarm["TreatMissingData"]),
            notifies: text(&alarm["AlarmActions"][0]),
            notifies_end: text(&alarm["OKActions"][0]),
            span: period * spans,
        }
    }
}

impl Series {
    fn of(metric: &Yaml, stat: &Yaml) -> Self {
        let dimensions = metric["Dimensions"].as_sequence().into_iter().flatten();
        let statistic = ["Statistic", "ExtendedStatistic", "Stat"].map(|key| text(&stat[key])).concat();
        assert!(!statistic.is_empty(), "{metric:?}");
        Self {
            namespace: text(&metric["Namespace"]),
            metric: text(&metric["MetricName"]),
            dimensions: dimensions.map(|it| (text(&it["Name"]), text(&it["Value"]))).collect(),
            statistic,
        }
    }

    /// Parses one row of a widget's metrics (CloudWatch API reference, "Dashboard body structure
    /// and syntax"). Returns `None` if the row is an expression and not a metric.
    fn shown(entry: &Value, widget: &BTreeMap<String, Value>) -> Option<Self> {
        let entry = entry.as_array().unwrap();
        let names: Vec<_> = entry.iter().map_while(Value::as_str).map(reference).collect();
        let [namespace, metric, dimensions @ ..] = names.as_slice() else { return None };
        let statistic = entry.last().and_then(|it| it.get("stat")).or(widget.get("stat"));
        Some(Self {
            namespace: namespace.clone(),
            metric: metric.clone(),
            dimensions: dimensions.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect(),
            statistic: statistic.unwrap().as_str().unwrap().to_owned(),
        })
    }
}

/// Returns `!Ref Name` if the complete text is `${Name}`. Otherwise returns the text unchanged.
fn reference(text: &str) -> String {
    let name = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    name.map_or_else(|| text.to_owned(), |name| format!("!Ref {name}"))
}

fn widgets(dashboard: &str) -> Vec<(String, Series)> {
    let body: Value = serde_json::from_str(dashboard).unwrap();
    let mut shown = Vec::new();
    for widget in body["widgets"].as_array().unwrap() {
        let properties: BTreeMap<String, Value> =
            serde_json::from_value(widget["properties"].clone()).unwrap();
        let title = properties.get("title").and_then(Value::as_str).unwrap_or_default();
        for entry in properties.get("metrics").and_then(Value::as_array).into_iter().flatten() {
            shown.extend(Series::shown(entry, &properties).map(|series| (title.to_owned(), series)));
        }
    }
    shown
}
