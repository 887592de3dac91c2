//! Checks of the template's parameters.

use std::collections::BTreeSet;

use serde_yaml_ng::Value as Yaml;

use crate::template::stack::Stack;

fn parameters(stack: &Stack) -> impl Iterator<Item = (&str, &Yaml)> {
    let all = stack.raw["Parameters"].as_mapping().unwrap();
    all.iter().map(|(name, parameter)| (name.as_str().unwrap(), parameter))
}

pub fn described(stack: &Stack) -> Vec<String> {
    let undescribed =
        parameters(stack).filter(|(_, it)| !it["Description"].as_str().is_some_and(|it| it.ends_with('.')));
    undescribed.map(|(name, _)| format!("{name} has no description")).collect()
}

/// Checks that each parameter has bounds, a pattern, or a list of values. CloudFormation then
/// rejects an impossible value before it creates any resource.
pub fn bounded(stack: &Stack) -> Vec<String> {
    let unbounded = parameters(stack).filter(|(_, parameter)| match parameter["Type"].as_str() {
        Some("Number") => {
            parameter["AllowedValues"].is_null()
                && (parameter["MinValue"].is_null() || parameter["MaxValue"].is_null())
        }
        _ => parameter["AllowedValues"].is_null() && parameter["AllowedPattern"].is_null(),
    });
    unbounded.map(|(name, _)| format!("{name} has no bounds")).collect()
}

/// Checks that each parameter is in exactly one group of the form in the AWS console.
pub fn grouped(stack: &Stack) -> Vec<String> {
    let groups = &stack.raw["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"];
    let named: Vec<&str> = groups
        .as_sequence()
        .unwrap()
        .iter()
        .flat_map(|group| group["Parameters"].as_sequence().unwrap())
        .map(|name| name.as_str().unwrap())
        .collect();
    let all: BTreeSet<&str> = parameters(stack).map(|(name, _)| name).collect();
    if named.len() == all.len() && named.iter().copied().collect::<BTreeSet<_>>() == all {
        return Vec::new();
    }
    vec!["parameters and their groups differ".to_owned()]
}

/// Checks that the template rejects values of the sample product. Outside the stage `development`,
/// a template rule must reject the default of each parameter that describes the sample product.
pub fn sample_values_rejected(stack: &Stack) -> Vec<String> {
    let rule = &stack.raw["Rules"]["SampleValuesAreReplaced"];
    let mut missing = Vec::new();
    if unequal(&rule["RuleCondition"]) != Some(("Stage", "development")) {
        missing.push("the rule on sample values does not apply outside development".to_owned());
    }
    let assertions = rule["Assertions"].as_sequence().into_iter().flatten();
    let rejected: BTreeSet<_> = assertions.filter_map(|it| unequal(&it["Assert"])).collect();
    for name in ["ProductName", "MailIdentity", "MailFromEmail", "MailFromName", "HostEventSource"] {
        let default = stack.raw["Parameters"][name]["Default"].as_str().unwrap();
        if !rejected.contains(&(name, default)) {
            missing.push(format!("{name} may keep the sample value {default}"));
        }
    }
    missing
}

/// Returns the parameter and the value in a condition `!Not [!Equals [!Ref parameter, value]]`.
/// Returns `None` for any other condition.
fn unequal(condition: &Yaml) -> Option<(&str, &str)> {
    let equals = tagged(condition, "Not")?.get(0)?;
    let compared = tagged(equals, "Equals")?;
    Some((tagged(compared.get(0)?, "Ref")?.as_str()?, compared.get(1)?.as_str()?))
}

fn tagged<'y>(value: &'y Yaml, tag: &str) -> Option<&'y Yaml> {
    match value {
        Yaml::Tagged(tagged) if tagged.tag == tag => Some(&tagged.value),
        _ => None,
    }
}
