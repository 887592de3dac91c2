//! Reads `template.yaml`: functions, routes, streams, queues, rules, schedules, and tables.
//!
//! The template is the only list of these parts. The reader returns an error for a resource type,
//! property, or intrinsic function that it does not support. So a new part of the template causes
//! an error until the reader supports it.

mod account;
mod events;
mod function;
mod intrinsics;
mod known;
mod names;
mod queue;
mod scalar;
mod table;

use std::{collections::BTreeMap, fmt};

pub use account::{ACCOUNT, REGION, STACK};
pub use events::{QueueSource, Route, Rule, Schedule, StreamSource, Target};
pub use function::Function;
use intrinsics::Scope;
pub use queue::{Queue, Redrive, name_of};
use serde_json::Value;
use serde_yaml_ng::Value as Yaml;
pub use table::{Index, Key, Table};

/// Text of the `template.yaml` that this program was built with.
pub const TEXT: &str = include_str!("../../../../template.yaml");

/// The parsed template, with all intrinsic functions evaluated.
#[derive(Debug, Clone)]
pub struct Template {
    /// Functions by their folder name, such as `org-signup`.
    pub functions: BTreeMap<String, Function>,
    /// Routes of the HTTP API.
    pub routes: Vec<Route>,
    /// Event source mappings from the streams of tables.
    pub streams: Vec<StreamSource>,
    /// Event source mappings from queues.
    pub queue_sources: Vec<QueueSource>,
    /// Queues with a redrive policy, and their dead-letter queues.
    pub queues: Vec<Queue>,
    /// EventBridge rules with an event pattern.
    pub rules: Vec<Rule>,
    /// Schedules that invoke functions.
    pub schedules: Vec<Schedule>,
    /// DynamoDB tables of the template.
    pub tables: Vec<Table>,
    /// All resources whose condition holds, by logical ID. They include the resources that the
    /// fields above describe.
    pub resources: BTreeMap<String, Resource>,
    /// The evaluated `Globals` section.
    pub globals: Value,
}

/// A resource with all intrinsic functions evaluated for the local stack.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Resource type, such as `AWS::SQS::Queue`.
    pub kind: String,
    /// Physical name, as `!Ref` returns it.
    pub name: String,
    /// Evaluated properties of the resource.
    pub properties: Value,
}

/// All errors of a template and its settings, one message each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateErrors(pub Vec<String>);

impl fmt::Display for TemplateErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for TemplateErrors {}

impl Template {
    /// Reads a template. `settings` override parameters and variables of functions.
    ///
    /// # Errors
    /// Returns all errors of the template. A setting that names neither a parameter nor a
    /// variable is also an error, because it would have no effect.
    pub fn parse(text: &str, settings: &BTreeMap<String, String>) -> Result<Self, TemplateErrors> {
        let document: Yaml = serde_yaml_ng::from_str(text)
            .map_err(|error| TemplateErrors(vec![format!("not YAML: {error}")]))?;
        let scope = Scope::new(&document, settings).map_err(|error| TemplateErrors(vec![error]))?;
        let mut reader = Reader::default();
        reader.errors.extend(known::unknown("template", &names(&document), "the template"));
        reader.errors.extend(scope.broken_conditions());
        for part in ["parameter", "output"] {
            reader.part(&scope, &document, part);
        }
        let globals = match document.get("Globals") {
            Some(globals) => reader.keep(scope.resolve(globals, "Globals")).unwrap_or_default(),
            None => Value::Null,
        };
        reader.errors.extend(known::unknown("globals", &globals, "Globals"));
        for (name, resource) in scope.resources() {
            reader.errors.extend(known::unknown("resource", &names(resource), name));
            match scope.resolve_resource(name, resource) {
                Ok(Some((kind, properties))) => {
                    reader.resource(&scope, &globals, name, &kind, &properties);
                    let physical = scope.name_of(name).unwrap_or_else(|_| name.to_owned());
                    reader.resources.insert(name.to_owned(), Resource { kind, name: physical, properties });
                }
                Ok(None) => {}
                Err(error) => reader.errors.push(error),
            }
        }
        reader.finish(&scope, globals, settings)
    }

    /// Returns the value of a variable in the first function that has it.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.functions.values().find_map(|function| function.variables.get(name)).map(String::as_str)
    }

    /// Sets a variable in every function that has it. Returns whether any function has it.
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

/// Collects the parts of the template and all errors.
#[derive(Default)]
struct Reader {
    functions: BTreeMap<String, Function>,
    routes: Vec<Route>,
    streams: Vec<StreamSource>,
    queue_sources: Vec<QueueSource>,
    queues: Vec<Queue>,
    rules: Vec<Rule>,
    schedules: Vec<Schedule>,
    tables: Vec<Table>,
    resources: BTreeMap<String, Resource>,
    errors: Vec<String>,
}

impl Reader {
    /// Returns the value of `result`, or records its error.
    fn keep<T>(&mut self, result: Result<T, String>) -> Option<T> {
        result.map_err(|error| self.errors.push(error)).ok()
    }

    /// Checks the parameters or outputs. They do not run, but they can have errors.
    fn part(&mut self, scope: &Scope<'_>, document: &Yaml, part: &str) {
        let section = if part == "output" { "Outputs" } else { "Parameters" };
        for (name, entry) in intrinsics::entries(document.get(section)) {
            let at = format!("{section}.{name}");
            self.errors.extend(known::unknown(part, &names(entry), &at));
            match scope.is_there(entry) {
                Ok(true) => drop(self.keep(scope.resolve(entry, &at))),
                Ok(false) => {}
                Err(error) => self.errors.push(error),
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
        self.errors.extend(known::unknown(kind, properties, logical));
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
            "AWS::SQS::Queue" => {
                let name = scope.name_of(logical).unwrap_or_else(|_| logical.to_owned());
                let queue = self.keep(Queue::read(logical, &name, properties));
                self.queues.extend(queue);
            }
            "AWS::Events::Rule" => {
                let rules = self.keep(events::rules_of_resource(logical, properties));
                self.rules.extend(rules.into_iter().flatten());
            }
            // Other resources do not run locally. The dead-letter list replaces the bucket and the
            // queues without a redrive policy, the mailbox replaces SES, and there are no alarms.
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
                Ok(events::Source::Queue(queue)) => self.queue_sources.push(queue),
                Ok(events::Source::Rule(rule)) => self.rules.push(rule),
                Ok(events::Source::Schedule(schedule)) => self.schedules.push(schedule),
                Ok(events::Source::Disabled) => {}
                Err(error) => self.errors.push(error),
            }
        }
    }

    fn finish(
        mut self,
        scope: &Scope<'_>,
        globals: Value,
        settings: &BTreeMap<String, String>,
    ) -> Result<Template, TemplateErrors> {
        let mut errors = std::mem::take(&mut self.errors);
        let mut template = Template {
            functions: self.functions,
            routes: self.routes,
            streams: self.streams,
            queue_sources: self.queue_sources,
            queues: queue::with_messages(self.queues),
            rules: self.rules,
            schedules: self.schedules,
            tables: self.tables,
            resources: self.resources,
            globals,
        };
        for (name, value) in settings {
            if !template.set_variable(name, value) && !scope.is_setting(name) {
                errors.push(format!("{name} is not a template parameter or function variable"));
            }
        }
        if errors.is_empty() { Ok(template) } else { Err(TemplateErrors(errors)) }
    }
}

/// Returns the names in a mapping of the template, each with a null value.
fn names(part: &Yaml) -> Value {
    intrinsics::entries(Some(part)).map(|(name, _)| (name.to_owned(), Value::Null)).collect()
}
