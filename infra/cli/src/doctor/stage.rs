//! A stage: its name, its stack, and the parameter overrides of `samconfig.toml`.

use std::collections::BTreeMap;

use toml::{Table, Value};

/// A stage of `samconfig.toml` with its stack name and parameter values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Name of the table in `samconfig.toml`, for example `staging`.
    pub name: String,
    /// CloudFormation stack name. It is empty if the file does not set one.
    pub stack: String,
    /// Values by the name of a template parameter or of a function variable.
    pub values: BTreeMap<String, String>,
}

impl Stage {
    /// Reads a stage of a `samconfig.toml` (AWS SAM Developer Guide, "AWS SAM CLI configuration
    /// file").
    ///
    /// # Errors
    /// Returns a message if `text` is not TOML, does not contain the stage `name`, or has invalid
    /// parameter overrides.
    pub fn read(text: &str, name: &str) -> Result<Self, String> {
        let file: Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
        let Some(stage) = file.get(name).and_then(Value::as_table) else {
            let known = file.iter().filter(|(_, value)| value.is_table()).map(|(name, _)| name.as_str());
            return Err(format!(
                "unknown stage {name}; expected one of {}",
                known.collect::<Vec<_>>().join(", ")
            ));
        };
        let parameter = |command: &str, key: &str| stage.get(command)?.get("parameters")?.get(key);
        let stack = parameter("deploy", "stack_name").or_else(|| parameter("global", "stack_name"));
        let values = match parameter("deploy", "parameter_overrides") {
            None => BTreeMap::new(),
            Some(Value::String(line)) => {
                words(line).iter().map(|pair| setting(pair)).collect::<Result<_, _>>()?
            }
            Some(Value::Array(pairs)) => {
                pairs.iter().filter_map(Value::as_str).map(setting).collect::<Result<_, _>>()?
            }
            Some(_) => {
                return Err(format!(
                    "{name}.deploy.parameters.parameter_overrides must be a list or a string"
                ));
            }
        };
        let stack = stack.and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Self { name: name.to_owned(), stack, values })
    }
}

fn setting(pair: &str) -> Result<(String, String), String> {
    match pair.split_once('=') {
        Some((name, value)) => Ok((name.trim().to_owned(), value.trim_matches('"').to_owned())),
        None => Err("invalid parameter override; expected Name=Value".to_owned()),
    }
}

/// Splits a line at spaces outside of double quotes, and removes the quotes.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quoted) = (vec![String::new()], false);
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            letter => words.last_mut().into_iter().for_each(|word| word.push(letter)),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overrides_can_be_a_list_or_a_string() {
        let list = r#"parameter_overrides = ["ProductName=Time Tracker", "StripeTrialDays=7"]"#;
        let line = r#"parameter_overrides = "ProductName=\"Time Tracker\" StripeTrialDays=7""#;
        for overrides in [list, line] {
            let text = format!(
                "[prod.global.parameters]\nstack_name = \"shop\"\n[prod.deploy.parameters]\n{overrides}"
            );
            let stage = Stage::read(&text, "prod").unwrap();
            assert_eq!(
                (stage.stack.as_str(), stage.values["ProductName"].as_str()),
                ("shop", "Time Tracker")
            );
            assert_eq!(stage.values["StripeTrialDays"], "7");
        }
    }

    #[test]
    fn unknown_stage_is_rejected_with_the_known_ones() {
        let text = "version = 0.1\n[default.deploy.parameters]\n[staging.deploy.parameters]";
        let error = Stage::read(text, "prod").unwrap_err();
        assert_eq!(error, "unknown stage prod; expected one of default, staging");
    }

    #[test]
    fn samconfig_of_the_repository_is_valid() {
        let text = include_str!("../../../../samconfig.toml");
        for name in ["default", "staging", "production"] {
            assert!(Stage::read(text, name).unwrap().stack.starts_with("onramp"), "{name}");
        }
    }
}
