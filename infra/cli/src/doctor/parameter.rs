//! The template's parameters, with the limits that CloudFormation enforces on their values.

use std::collections::BTreeMap;

use regex::Regex;
use serde::Deserialize;
use serde_yaml_ng::Value as Yaml;

/// A template parameter with its default and limits.
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
    #[serde(default)]
    pub(super) description: String,
}

impl Parameter {
    /// Reads all parameters of a template, by name.
    ///
    /// # Errors
    /// Returns the YAML error if the template or its `Parameters` cannot be parsed.
    pub(super) fn all(template: &str) -> Result<BTreeMap<String, Self>, String> {
        let document: Yaml = serde_yaml_ng::from_str(template).map_err(|error| error.to_string())?;
        let parameters = document.get("Parameters").cloned().unwrap_or_default();
        serde_yaml_ng::from_value(parameters).map_err(|error| format!("Parameters: {error}"))
    }

    /// Returns the default, which applies if a stage sets no value.
    pub(super) fn default(&self) -> Option<String> {
        self.default.as_ref().map(plain)
    }

    /// Returns the limit that a value violates, as a phrase that follows the parameter's name.
    pub(super) fn violation(&self, value: &str) -> Option<String> {
        if let Some(allowed) = &self.allowed_values {
            let allowed: Vec<String> = allowed.iter().map(plain).collect();
            if !allowed.iter().any(|allowed| allowed == value) {
                return Some(format!("must be one of {}", allowed.join(", ")));
            }
        }
        let length = value.chars().count();
        if self.min_length.is_some_and(|min| length < min) || self.max_length.is_some_and(|max| length > max)
        {
            let (min, max) = (self.min_length.unwrap_or(0), self.max_length.map(|max| max.to_string()));
            return Some(format!("must be {min} to {} characters long", max.as_deref().unwrap_or("∞")));
        }
        if self.min_value.is_some() || self.max_value.is_some() {
            let (min, max) =
                (self.min_value.unwrap_or(f64::NEG_INFINITY), self.max_value.unwrap_or(f64::INFINITY));
            if !value.parse::<f64>().is_ok_and(|number| (min..=max).contains(&number)) {
                return Some(format!("must be a number from {min} to {max}"));
            }
        }
        let pattern = self.allowed_pattern.as_ref()?;
        match Regex::new(&format!("^(?:{pattern})$")) {
            Ok(full) if full.is_match(value) => None,
            Ok(_) => Some("does not have the expected format".to_owned()),
            Err(_) => Some(format!("has an invalid AllowedPattern in the template: {pattern}")),
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
    use aws_local::template;
    use domain::people::Name;

    #[test]
    fn value_outside_a_template_limit_is_reported() {
        let parameters = Parameter::all(template::TEXT).unwrap();
        for (name, value, expected) in [
            ("StripeEnableTrials", "true", None),
            ("StripeEnableTrials", "yes", Some("must be one of true, false")),
            ("StripeTrialDays", "730", None),
            ("StripeTrialDays", "731", Some("must be a number from 1 to 730")),
            ("StripeTrialDays", "fourteen", Some("must be a number from 1 to 730")),
            ("StripePublishableKey", "pk_test_1", None),
            ("StripePublishableKey", "xpk_test_1", Some("does not have the expected format")),
            ("AppUrl", "", None),
            ("AppUrl", "http://app.example.com", Some("does not have the expected format")),
            ("ProductName", "", Some("must be 1 to 80 characters long")),
            ("ProductName", &"x".repeat(Name::MAX_GRAPHEMES), None),
            ("ProductName", &"x".repeat(Name::MAX_GRAPHEMES + 1), Some("must be 1 to 80 characters long")),
            ("LogRetentionDays", "31", Some("must be one of")),
        ] {
            let message = parameters[name].violation(value);
            assert_eq!(message.is_some(), expected.is_some(), "{name} {value}: {message:?}");
            assert!(message.unwrap_or_default().starts_with(expected.unwrap_or_default()), "{name}");
        }
    }

    #[test]
    fn every_default_is_within_its_own_limits() {
        for (name, parameter) in Parameter::all(template::TEXT).unwrap() {
            let violation = parameter.default().and_then(|default| parameter.violation(&default));
            assert_eq!(violation, None, "{name}");
        }
    }
}
