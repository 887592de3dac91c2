//! The system as `template.yaml` describes it: functions, routes, streams, rules, schedules and the table.
//!
//! The template is the only list of these; nothing here has a second one. What this reader does not understand
//! is a fault that names it, so the local system can never silently be less than the deployed one.

mod events;
mod function;
mod intrinsics;
mod known;
mod names;
mod table;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;
use serde_yaml_ng::Value as Yaml;

pub use events::{Route, Rule, Schedule, StreamSource};
pub use function::Function;
pub use names::{ACCOUNT, REGION, STACK};
pub use table::{Index, Key, Table};

use intrinsics::Scope;

/// The template that this program was built with.
pub const TEXT: &str = include_str!("../../../../template.yaml");

/// The parts of the template that run.
#[derive(Debug, Clone)]
pub struct Template {
    /// Functions by their folder name, such as `org-signup`.
    pub functions: BTreeMap<String, Function>,
    /// Routes of the HTTP API.
    pub routes: Vec<Route>,
    /// Event source mappings from the table's stream.
    pub streams: Vec<StreamSource>,
    /// EventBridge rules.
    pub rules: Vec<Rule>,
    /// Schedules.
    pub schedules: Vec<Schedule>,
    /// The tables.
    pub tables: Vec<Table>,
    /// Every resource that exists, by its name in the template: what the parts above were read from, and the rest.
    pub resources: BTreeMap<String, Resource>,
    /// What applies to all resources of a kind.
    pub globals: Value,
}

/// A resource with every intrinsic replaced by what it stands for here.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Its type, such as `AWS::SQS::Queue`.
    pub kind: String,
    /// Its name, as `!Ref` gives it.
    pub name: String,
    /// Its properties.
    pub properties: Value,
}

/// Everything that is wrong with a template or its settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFaults(pub Vec<String>);

impl fmt::Display for TemplateFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for TemplateFaults {}

impl Template {
    /// Reads a template with `settings` over its parameters' defaults and over its functions' variables.
    ///
    /// A setting that names neither is a fault: it would have no effect.
    pub fn parse(text: &str, settings: &BTreeMap<String, String>) -> Result<Self, TemplateFaults> {
        let document: Yaml = serde_yaml_ng::from_str(text)
            .map_err(|error| TemplateFaults(vec![format!("not YAML: {error}")]))?;
        let scope = Scope::new(&document, settings).map_err(|fault| TemplateFaults(vec![fault]))?;
        let mut reader = Reader::default();
        reader.faults.extend(known::unknown("template", &names(&document), "the template"));
        reader.faults.extend(scope.broken_conditions());
        for part in ["parameter", "output"] {
            reader.part(&scope, &document, part);
        }
        let globals = match document.get("Globals") {
            Some(globals) => reader.keep(scope.resolve(globals, "Globals")).unwrap_or_default(),
            None => Value::Null,
        };
        reader.faults.extend(known::unknown("globals", &globals, "Globals"));
        for (name, resource) in scope.resources() {
            reader.faults.extend(known::unknown("resource", &names(resource), name));
            match scope.resolve_resource(name, resource) {
                Ok(Some((kind, properties))) => {
                    reader.resource(&scope, &globals, name, &kind, &properties);
                    let called = scope.name_of(name).unwrap_or_else(|_| name.to_owned());
                    reader.resources.insert(name.to_owned(), Resource { kind, name: called, properties });
                }
                Ok(None) => {}
                Err(fault) => reader.faults.push(fault),
            }
        }
        reader.finish(&scope, globals, settings)
    }

    /// The value of a variable in the first function that has it.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.functions.values().find_map(|function| function.variables.get(name)).map(String::as_str)
    }

    /// Sets a variable of every function that has it.
    pub fn set_variable(&mut self, name: &str, value: &str) -> bool {
        let mut found = false;
        for function in self.functions.values_mut() {
            if let Some(variable) = function.variables.get_mut(name) {
                value.clone_into(variable);
                found = true;
            }
        }
        found
    }
}

/// Collects the parts and every fault on the way.
#[derive(Default)]
struct Reader {
    functions: BTreeMap<String, Function>,
    routes: Vec<Route>,
    streams: Vec<StreamSource>,
    rules: Vec<Rule>,
    schedules: Vec<Schedule>,
    tables: Vec<Table>,
    resources: BTreeMap<String, Resource>,
    faults: Vec<String>,
}

impl Reader {
    fn keep<T>(&mut self, result: Result<T, String>) -> Option<T> {
        result.map_err(|fault| self.faults.push(fault)).ok()
    }

    /// Parameters or outputs, which have no part in what runs and can be wrong all the same.
    fn part(&mut self, scope: &Scope<'_>, document: &Yaml, part: &str) {
        let section = if part == "output" { "Outputs" } else { "Parameters" };
        for (name, entry) in intrinsics::entries(document.get(section)) {
            let at = format!("{section}.{name}");
            self.faults.extend(known::unknown(part, &names(entry), &at));
            match scope.is_there(entry) {
                Ok(true) => drop(self.keep(scope.resolve(entry, &at))),
                Ok(false) => {}
                Err(fault) => self.faults.push(fault),
            }
        }
    }

    fn resource(
        &mut self,
        scope: &Scope<'_>,
        globals: &Value,
        logical: &str,
        kind: &str,
        properties: &Value,
    ) {
        self.faults.extend(known::unknown(kind, properties, logical));
        match kind {
            "AWS::Serverless::Function" => {
                let Some(function) = self.keep(Function::read(logical, properties, globals)) else {
                    return;
                };
                self.events(&function, properties);
                self.functions.insert(function.name.clone(), function);
            }
            "AWS::DynamoDB::Table" => {
                let name = scope.name_of(logical).unwrap_or_else(|_| logical.to_owned());
                if let Some(table) = self.keep(Table::read(logical, name, properties)) {
                    self.tables.push(table);
                }
            }
            // Has no part in a system on one machine: queues and the bucket appear as the dead-letter list, the mailbox
            // stands for SES, and nothing is alarmed.
            _ => {}
        }
    }

    fn events(&mut self, function: &Function, properties: &Value) {
        let Some(events) = properties.get("Events").and_then(Value::as_object) else {
            return;
        };
        for (name, event) in events {
            let at = format!("{}.Events.{name}", function.logical_id);
            match events::read(&at, &function.name, event) {
                Ok(events::Source::Route(route)) => self.routes.push(route),
                Ok(events::Source::Stream(stream)) => self.streams.push(stream),
                Ok(events::Source::Rule(rule)) => self.rules.push(rule),
                Ok(events::Source::Schedule(schedule)) => self.schedules.push(schedule),
                Ok(events::Source::Disabled) => {}
                Err(fault) => self.faults.push(fault),
            }
        }
    }

    fn finish(
        mut self,
        scope: &Scope<'_>,
        globals: Value,
        settings: &BTreeMap<String, String>,
    ) -> Result<Template, TemplateFaults> {
        let faults = std::mem::take(&mut self.faults);
        let mut template = Template {
            functions: self.functions,
            routes: self.routes,
            streams: self.streams,
            rules: self.rules,
            schedules: self.schedules,
            tables: self.tables,
            resources: self.resources,
            globals,
        };
        let mut faults = faults;
        for (name, value) in settings {
            let parameter = scope.has_parameter(name);
            if !template.set_variable(name, value) && !parameter {
                faults.push(format!("{name} is neither a parameter nor a variable of any function"));
            }
        }
        if faults.is_empty() { Ok(template) } else { Err(TemplateFaults(faults)) }
    }
}

/// The names in a part of the template, without what they hold.
fn names(part: &Yaml) -> Value {
    intrinsics::entries(Some(part)).map(|(name, _)| (name.to_owned(), Value::Null)).collect()
}

/// The string at `key`, or a fault that names the place.
fn text(value: &Value, key: &str, at: &str) -> Result<String, String> {
    match value.get(key) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        Some(Value::Bool(flag)) => Ok(flag.to_string()),
        _ => Err(format!("{at}.{key} must be given as text")),
    }
}

/// The whole number at `key`, which may be written as text; `default` if absent.
fn number(value: &Value, key: &str, at: &str, default: i64) -> Result<i64, String> {
    match value.get(key) {
        None | Some(Value::Null) => Some(default),
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.parse().ok(),
        Some(_) => None,
    }
    .ok_or_else(|| format!("{at}.{key} must be a whole number"))
}

/// The flag at `key`, which may be written as text; `default` if absent.
fn flag(value: &Value, key: &str, at: &str, default: bool) -> Result<bool, String> {
    match value.get(key) {
        None | Some(Value::Null) => Ok(default),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(Value::String(text)) if text == "true" => Ok(true),
        Some(Value::String(text)) if text == "false" => Ok(false),
        Some(_) => Err(format!("{at}.{key} must be true or false")),
    }
}
