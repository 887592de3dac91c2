//! Evaluates the template's intrinsic functions and conditions for the local stack.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use serde_yaml_ng::Value as Yaml;

use super::account::{ACCOUNT, REGION, STACK, pseudo};

/// Maximum depth of nested references. Deeper references count as circular.
const MAX_DEPTH: u8 = 24;

/// Parameters, mappings, conditions, and resources that references in the template can use.
pub(super) struct Scope<'a> {
    parameters: BTreeMap<String, Value>,
    /// Names of the variables whose value is a parameter, also in functions whose condition is false.
    variables: BTreeSet<String>,
    mappings: Option<&'a Yaml>,
    conditions: Option<&'a Yaml>,
    pub(super) resources: BTreeMap<&'a str, &'a Yaml>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(document: &'a Yaml, settings: &BTreeMap<String, String>) -> Result<Self, String> {
        let mut parameters = BTreeMap::new();
        let parameters_by_variable = parameters_of_variables(document);
        for (name, parameter) in entries(document.get("Parameters")) {
            // A setting can also name a function's variable whose value is this parameter. The
            // parameter then takes the value of the setting, because policies and event patterns
            // also refer to the parameter. Two kinds of values apply to the variable only. The
            // first is a value that is invalid for the parameter: the function reports it under the
            // variable's name. The second is a plain secret in place of an ARN.
            let is_valid = |value: &&String| {
                let is_kind = !name.ends_with("Arn") || value.starts_with("arn:");
                is_kind && check_parameter(name, parameter, value).is_ok()
            };
            let variables = parameters_by_variable.iter().filter(|(_, parameter)| **parameter == name);
            let by_variable = variables.filter_map(|(variable, _)| settings.get(*variable)).find(is_valid);
            let value = settings.get(name).or(by_variable).cloned();
            let value = value.or_else(|| parameter.get("Default").and_then(scalar));
            let list = parameter.get("Type").and_then(Yaml::as_str).is_some_and(|kind| kind.contains("List"));
            let value = value.unwrap_or_else(|| local_default(name));
            check_parameter(name, parameter, &value)?;
            let value = if list {
                value.split(',').map(|part| json!(part.trim())).collect()
            } else {
                Value::String(value)
            };
            parameters.insert(name.to_owned(), value);
        }
        let resources: BTreeMap<_, _> = entries(document.get("Resources")).collect();
        if resources.is_empty() {
            return Err("the template has no Resources".to_owned());
        }
        Ok(Self {
            parameters,
            variables: parameters_by_variable.into_keys().map(str::to_owned).collect(),
            mappings: document.get("Mappings"),
            conditions: document.get("Conditions"),
            resources,
        })
    }

    /// Returns whether a setting with this name has a meaning.
    pub(super) fn is_setting(&self, name: &str) -> bool {
        self.parameters.contains_key(name) || self.variables.contains(name)
    }

    pub(super) fn resources(&self) -> impl Iterator<Item = (&'a str, &'a Yaml)> {
        self.resources.iter().map(|(name, resource)| (*name, *resource))
    }

    /// Returns a resource's type and evaluated properties, or `None` if its condition is false.
    pub(super) fn resolve_resource(
        &self,
        name: &str,
        resource: &Yaml,
    ) -> Result<Option<(String, Value)>, String> {
        if !self.is_there(resource)? {
            return Ok(None);
        }
        let kind =
            resource.get("Type").and_then(Yaml::as_str).ok_or_else(|| format!("{name} has no Type"))?;
        let properties = match resource.get("Properties") {
            Some(properties) => self.resolve(properties, name)?,
            None => Value::Object(Map::new()),
        };
        Ok(Some((kind.to_owned(), properties)))
    }

    /// Returns whether a resource or output exists: it has no condition, or its condition is true.
    pub(super) fn is_there(&self, entry: &Yaml) -> Result<bool, String> {
        entry.get("Condition").and_then(Yaml::as_str).map_or(Ok(true), |name| self.condition(name, 0))
    }

    /// Returns the errors of all conditions, including unused ones.
    pub(super) fn broken_conditions(&self) -> Vec<String> {
        entries(self.conditions).filter_map(|(name, _)| self.condition(name, 0).err()).collect()
    }

    /// Returns `value` with every intrinsic function evaluated.
    pub(super) fn resolve(&self, value: &Yaml, at: &str) -> Result<Value, String> {
        Ok(self.value(value, at, 0)?.unwrap_or(Value::Null))
    }

    /// Returns the physical name of a resource, which is the value of `!Ref`.
    pub(super) fn name_of(&self, logical: &str) -> Result<String, String> {
        self.resource_name(logical, 0)
    }

    /// Evaluates a value. `None` is `AWS::NoValue`, which removes the property.
    pub(super) fn value(&self, value: &Yaml, at: &str, depth: u8) -> Result<Option<Value>, String> {
        if depth > MAX_DEPTH {
            return Err(format!("{at}: circular reference"));
        }
        match value {
            Yaml::Null => Ok(Some(Value::Null)),
            Yaml::Bool(flag) => Ok(Some(json!(flag))),
            Yaml::Number(number) => {
                Ok(Some(number.as_i64().map_or_else(|| json!(number.as_f64()), |whole| json!(whole))))
            }
            Yaml::String(text) => Ok(Some(json!(text))),
            Yaml::Sequence(items) => {
                let mut out = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    out.extend(self.value(item, &format!("{at}[{index}]"), depth)?);
                }
                Ok(Some(Value::Array(out)))
            }
            Yaml::Tagged(tagged) => {
                let tag = tagged.tag.to_string();
                self.intrinsic(tag.trim_start_matches('!'), &tagged.value, at, depth)
            }
            Yaml::Mapping(mapping) => {
                if let (1, Some((Yaml::String(key), argument))) = (mapping.len(), mapping.iter().next())
                    && (key == "Ref" || key.starts_with("Fn::"))
                {
                    return self.intrinsic(key.trim_start_matches("Fn::"), argument, at, depth);
                }
                let mut out = Map::new();
                for (key, item) in mapping {
                    let key = scalar(key).ok_or_else(|| format!("{at}: a key is not a string"))?;
                    if let Some(item) = self.value(item, &format!("{at}.{key}"), depth)? {
                        out.insert(key, item);
                    }
                }
                Ok(Some(Value::Object(out)))
            }
        }
    }

    fn intrinsic(&self, name: &str, argument: &Yaml, at: &str, depth: u8) -> Result<Option<Value>, String> {
        let invalid = || format!("{at}: invalid arguments of !{name}");
        let depth = depth + 1;
        match name {
            "Ref" => self.reference(argument.as_str().ok_or_else(invalid)?, at, depth),
            "GetAtt" => {
                let path = match argument {
                    Yaml::String(path) => path.clone(),
                    Yaml::Sequence(parts) => parts.iter().filter_map(scalar).collect::<Vec<_>>().join("."),
                    _ => return Err(invalid()),
                };
                let (logical, attribute) = path.split_once('.').ok_or_else(invalid)?;
                self.attribute(logical, attribute, at, depth).map(|value| Some(json!(value)))
            }
            "Sub" => self.sub(argument, at, depth)?.map(Some).ok_or_else(invalid),
            _ => self.list_intrinsic(name, sequence(argument).ok_or_else(invalid)?, at, depth),
        }
    }

    /// Evaluates `!Sub`. Returns `None` for invalid arguments.
    fn sub(&self, argument: &Yaml, at: &str, depth: u8) -> Result<Option<Value>, String> {
        let (text, locals) = match argument {
            Yaml::String(text) => (text, Map::new()),
            Yaml::Sequence(parts) => {
                let [Yaml::String(text), locals] = parts.as_slice() else { return Ok(None) };
                let Some(Value::Object(locals)) = self.value(locals, at, depth)? else { return Ok(None) };
                (text, locals)
            }
            _ => return Ok(None),
        };
        self.substitute(text, &locals, at, depth).map(|text| Some(json!(text)))
    }

    /// Evaluates an intrinsic function whose arguments are a list.
    fn list_intrinsic(
        &self,
        name: &str,
        arguments: &[Yaml],
        at: &str,
        depth: u8,
    ) -> Result<Option<Value>, String> {
        let invalid = || format!("{at}: invalid arguments of !{name}");
        match name {
            "If" => {
                let [condition, yes, no] = arguments else { return Err(invalid()) };
                let holds = self.condition(condition.as_str().ok_or_else(invalid)?, depth)?;
                self.value(if holds { yes } else { no }, at, depth)
            }
            "Join" => {
                let [Yaml::String(separator), items] = arguments else { return Err(invalid()) };
                let Some(Value::Array(items)) = self.value(items, at, depth)? else { return Err(invalid()) };
                Ok(Some(json!(items.iter().map(plain).collect::<Vec<_>>().join(separator))))
            }
            "Split" => {
                let [Yaml::String(separator), text] = arguments else { return Err(invalid()) };
                let text = self.value(text, at, depth)?.unwrap_or_default();
                Ok(Some(plain(&text).split(separator.as_str()).map(|part| json!(part)).collect()))
            }
            "Select" => {
                let [index, items] = arguments else { return Err(invalid()) };
                let index =
                    scalar(index).and_then(|index| index.parse::<usize>().ok()).ok_or_else(invalid)?;
                let items = self.value(items, at, depth)?.unwrap_or_default();
                items
                    .get(index)
                    .cloned()
                    .map(Some)
                    .ok_or_else(|| format!("{at}: !Select {index} is out of range"))
            }
            "FindInMap" => {
                let [map, top, second] = arguments else { return Err(invalid()) };
                let mut found = self.mappings;
                for key in [map, top, second] {
                    let key = plain(&self.value(key, at, depth)?.unwrap_or_default());
                    found = found.and_then(|found| found.get(key.as_str()));
                }
                let found = found.ok_or_else(|| format!("{at}: !FindInMap found no value"))?;
                self.value(found, at, depth)
            }
            other => Err(format!("{at}: unsupported intrinsic function !{other}")),
        }
    }

    fn condition(&self, name: &str, depth: u8) -> Result<bool, String> {
        let condition = self
            .conditions
            .and_then(|conditions| conditions.get(name))
            .ok_or_else(|| format!("the condition {name} does not exist"))?;
        self.test(condition, &format!("Conditions.{name}"), depth + 1)
    }

    fn test(&self, condition: &Yaml, at: &str, depth: u8) -> Result<bool, String> {
        let invalid = || format!("{at}: invalid condition");
        if depth > MAX_DEPTH {
            return Err(format!("{at}: circular condition"));
        }
        let (name, argument) = match condition {
            Yaml::Tagged(tagged) => (tagged.tag.to_string(), &tagged.value),
            Yaml::Mapping(mapping) => match mapping.iter().next() {
                Some((Yaml::String(key), argument)) => (key.clone(), argument),
                _ => return Err(invalid()),
            },
            _ => return Err(invalid()),
        };
        let each = |depth| {
            let parts = sequence(argument).ok_or_else(invalid)?;
            parts.iter().map(|part| self.test(part, at, depth)).collect::<Result<Vec<_>, _>>()
        };
        match name.trim_start_matches('!').trim_start_matches("Fn::") {
            "Equals" => {
                let [left, right] = sequence(argument).ok_or_else(invalid)? else { return Err(invalid()) };
                let left = self.value(left, at, depth)?.unwrap_or_default();
                let right = self.value(right, at, depth)?.unwrap_or_default();
                Ok(plain(&left) == plain(&right))
            }
            "Not" => Ok(!each(depth + 1)?.into_iter().any(|holds| holds)),
            "And" => Ok(each(depth + 1)?.into_iter().all(|holds| holds)),
            "Or" => Ok(each(depth + 1)?.into_iter().any(|holds| holds)),
            "Condition" => self.condition(argument.as_str().ok_or_else(invalid)?, depth + 1),
            other => Err(format!("{at}: unsupported condition function !{other}")),
        }
    }

    fn reference(&self, name: &str, at: &str, depth: u8) -> Result<Option<Value>, String> {
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        if let Some(value) =
            pseudo(name).map(|value| json!(value)).or_else(|| self.parameters.get(name).cloned())
        {
            return Ok(Some(value));
        }
        if self.resources.contains_key(name) {
            return self.resource_name(name, depth).map(|name| Some(json!(name)));
        }
        // SAM generates the stage of an API.
        if let Some((api, "Stage")) = name.split_once('.')
            && self.resources.contains_key(api)
        {
            return Ok(Some(json!("$default")));
        }
        if self.is_event(name) {
            return Ok(Some(json!(format!("{STACK}-{name}"))));
        }
        Err(format!("{at}: unknown name {name}"))
    }

    fn substitute(
        &self,
        text: &str,
        locals: &Map<String, Value>,
        at: &str,
        depth: u8,
    ) -> Result<String, String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let (name, tail) =
                after.split_once('}').ok_or_else(|| format!("{at}: ${{ without closing }}"))?;
            if let Some(literal) = name.strip_prefix('!') {
                out.push_str("${");
                out.push_str(literal);
                out.push('}');
            } else if let Some(value) = locals.get(name) {
                out.push_str(&plain(value));
            } else if let Some((logical, attribute)) = name.split_once('.') {
                out.push_str(&self.attribute(logical, attribute, at, depth)?);
            } else {
                out.push_str(&plain(&self.reference(name, at, depth)?.unwrap_or_default()));
            }
            rest = tail;
        }
        out.push_str(rest);
        Ok(out)
    }
}

/// Returns the local value of a parameter that has no default: an ARN if the parameter names a
/// secret, or else an empty text.
fn local_default(name: &str) -> String {
    if name.ends_with("SecretArn") || name.ends_with("KeyArn") {
        format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{STACK}/{name}-local0")
    } else {
        String::new()
    }
}

fn check_parameter(name: &str, parameter: &Yaml, value: &str) -> Result<(), String> {
    let Some(Yaml::Sequence(allowed)) = parameter.get("AllowedValues") else { return Ok(()) };
    let allowed: Vec<String> = allowed.iter().filter_map(scalar).collect();
    if allowed.iter().any(|allowed| allowed == value) {
        return Ok(());
    }
    Err(format!("the parameter {name} must be one of {}", allowed.join(", ")))
}

/// Returns the function variables whose value is exactly a parameter, with that parameter.
fn parameters_of_variables(document: &Yaml) -> BTreeMap<&str, &str> {
    let globals = document.get("Globals").and_then(|globals| globals.get("Function"));
    let resources = entries(document.get("Resources")).filter_map(|(_, resource)| resource.get("Properties"));
    globals
        .into_iter()
        .chain(resources)
        .flat_map(|function| entries(function.get("Environment").and_then(|it| it.get("Variables"))))
        .filter_map(|(variable, value)| Some((variable, reference(value)?)))
        .collect()
}

/// Returns the name that a plain `!Ref` refers to, or `None` for any other value.
fn reference(value: &Yaml) -> Option<&str> {
    match value {
        Yaml::Tagged(tagged) if tagged.tag == "Ref" => tagged.value.as_str(),
        Yaml::Mapping(mapping) if mapping.len() == 1 => value.get("Ref")?.as_str(),
        _ => None,
    }
}

/// Iterates over the entries of a mapping whose keys are strings.
pub(super) fn entries(value: Option<&Yaml>) -> impl Iterator<Item = (&str, &Yaml)> {
    value
        .and_then(Yaml::as_mapping)
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.as_str()?, value)))
}

fn sequence(value: &Yaml) -> Option<&[Yaml]> {
    value.as_sequence().map(Vec::as_slice)
}

fn scalar(value: &Yaml) -> Option<String> {
    match value {
        Yaml::String(text) => Some(text.clone()),
        Yaml::Number(number) => Some(number.to_string()),
        Yaml::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Returns a value as text, as `!Sub` inserts it.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
