//! The template's parameters, each with the limits that CloudFormation holds a value to.

use std::collections::BTreeMap;

use regex::Regex;
use serde::Deserialize;
use serde_yaml_ng::Value as Yaml;

/// A parameter.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Parameter {
    #[serde(default)]
    default: Option<Yaml>,
    #[serde(default)]
    allowed_values: Option<Vec<Yaml>>,
    #[serde(default)]
    allowed_pattern: Option<String>,
    #[serde(default)]
    min_value: Option<f64>,
    #[serde(default)]
    max_value: Option<f64>,
    #[serde(default)]
    min_length: Option<usize>,
    #[serde(default)]
    max_length: Option<usize>,
    /// What it is for.
    #[serde(default)]
    pub(super) description: String,
}

impl Parameter {
    /// All of a template's, by name.
    ///
    /// # Errors
    /// What in the template cannot be read.
    pub(super) fn all(template: &str) -> Result<BTreeMap<String, Self>, String> {
        let document: Yaml = serde_yaml_ng::from_str(template).map_err(|error| error.to_string())?;
        let parameters = document.get("Parameters").cloned().unwrap_or_default();
        serde_yaml_ng::from_value(parameters).map_err(|error| format!("Parameters: {error}"))
    }

    /// What it is where a stage says nothing.
    pub(super) fn default(&self) -> Option<String> {
        self.default.as_ref().map(plain)
    }

    /// The limit that a value breaks, in words that follow the parameter's name.
    pub(super) fn breach(&self, value: &str) -> Option<String> {
        if let Some(allowed) = &self.allowed_values {
            let allowed: Vec<String> = allowed.iter().map(plain).collect();
            if !allowed.iter().any(|allowed| allowed == value) {
                return Some(format!("must be one of {}", allowed.join(", ")));
            }
        }
        let length = value.chars().count();
        if self.min_length.is_some_and(|least| length < least)
            || self.max_length.is_some_and(|most| length > most)
        {
            let (least, most) = (self.min_length.unwrap_or(0), self.max_length.map(|most| most.to_string()));
            return Some(format!("must be {least} to {} characters long", most.as_deref().unwrap_or("∞")));
        }
        if self.min_value.is_some() || self.max_value.is_some() {
            let (least, most) =
                (self.min_value.unwrap_or(f64::NEG_INFINITY), self.max_value.unwrap_or(f64::INFINITY));
            if !value.parse::<f64>().is_ok_and(|number| (least..=most).contains(&number)) {
                return Some(format!("must be a number from {least} to {most}"));
            }
        }
        let pattern = self.allowed_pattern.as_ref()?;
        match Regex::new(&format!("^(?:{pattern})$")) {
            Ok(whole) if whole.is_match(value) => None,
            Ok(_) => Some(format!("must match {pattern}")),
            Err(_) => Some(format!("is held to a pattern that cannot be read: {pattern}")),
        }
    }
}

fn plain(value: &Yaml) -> String {
    match value {
        Yaml::String(text) => text.clone(),
        Yaml::Number(number) => number.to_string(),
        Yaml::Bool(flag) => flag.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template;

    #[test]
    fn each_limit_of_the_template_is_held() {
        let parameters = Parameter::all(template::TEXT).unwrap();
        for (name, value, breach) in [
            ("StripeEnableTrials", "true", None),
            ("StripeEnableTrials", "yes", Some("is none of true, false")),
            ("StripeTrialDays", "730", None),
            ("StripeTrialDays", "731", Some("is not a number from 1 to 730")),
            ("StripeTrialDays", "fourteen", Some("is not a number from 1 to 730")),
            ("StripePublishableKey", "pk_test_1", None),
            ("StripePublishableKey", "xpk_test_1", Some("has not the form")),
            ("AppUrl", "", None),
            ("AppUrl", "http://app.example.com", Some("has not the form")),
            ("ProductName", "", Some("is not 1 to 60 characters long")),
            ("LogRetentionDays", "31", Some("is none of")),
        ] {
            let message = parameters[name].breach(value);
            assert_eq!(message.is_some(), breach.is_some(), "{name} {value}: {message:?}");
            assert!(message.unwrap_or_default().starts_with(breach.unwrap_or_default()), "{name}");
        }
    }

    #[test]
    fn every_default_keeps_its_own_limits() {
        for (name, parameter) in Parameter::all(template::TEXT).unwrap() {
            let breach = parameter.default().and_then(|default| parameter.breach(&default));
            assert_eq!(breach, None, "{name}");
        }
    }
}
