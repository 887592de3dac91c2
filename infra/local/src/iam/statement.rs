//! One statement of a policy, and the single permissions that it is made of.

use serde_json::Value;

use super::condition::Condition;
use super::wildcard::like;
use super::{Need, many};

/// One statement of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its Sid, or its place if it has none.
    pub name: String,
    allow: bool,
    actions: Vec<String>,
    resources: Vec<String>,
    conditions: Vec<Condition>,
}

/// The smallest part of a statement that could be taken away: one action on one resource and, where a condition lists
/// several values, with one of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// The statement's name.
    pub statement: String,
    /// The action, as the template writes it.
    pub action: String,
    /// Which of the statement's resources, from 0: their names depend on the template's settings.
    pub resource: usize,
    /// Which of its conditions, and the value.
    pub value: Option<(usize, String)>,
}

impl Statement {
    /// Reads the `Policies` of a SAM function: inline documents only, since what a managed policy allows is
    /// not in the template.
    pub fn read_all(function: &str, policies: Option<&Value>) -> Result<Vec<Self>, String> {
        let mut statements: Vec<Self> = Vec::new();
        for policy in many(policies) {
            let Some(given) = policy.get("Statement") else {
                return Err(format!("{function}: only inline policies are understood, not {policy}"));
            };
            for statement in many(Some(given)) {
                let statement = Self::read(function, statements.len(), statement)?;
                if statements.iter().any(|other| other.name == statement.name) {
                    return Err(format!("{function}.Policies: two statements are called {}", statement.name));
                }
                statements.push(statement);
            }
        }
        Ok(statements)
    }

    fn read(function: &str, index: usize, statement: &Value) -> Result<Self, String> {
        let name = statement
            .get("Sid")
            .and_then(Value::as_str)
            .map_or_else(|| format!("{function}#{index}"), str::to_owned);
        let at = format!("{function}.Policies.{name}");
        let texts = |key: &str| -> Result<Vec<String>, String> {
            let texts: Vec<_> =
                many(statement.get(key)).filter_map(Value::as_str).map(str::to_owned).collect();
            if texts.is_empty() { Err(format!("{at} has no {key}")) } else { Ok(texts) }
        };
        let allow = match statement.get("Effect").and_then(Value::as_str) {
            Some("Allow") => true,
            Some("Deny") => false,
            _ => return Err(format!("{at}: the Effect is Allow or Deny")),
        };
        let conditions = Condition::read_all(&at, statement.get("Condition"))?;
        Ok(Self { name, allow, actions: texts("Action")?, resources: texts("Resource")?, conditions })
    }

    /// Whether it allows what it covers; otherwise it denies it.
    pub(super) fn allows(&self) -> bool {
        self.allow
    }

    /// The actions that this statement allows, as written; none if it denies.
    pub fn granted(&self) -> &[String] {
        if self.allow { &self.actions } else { &[] }
    }

    /// The action of this statement, as written, that allows `need`.
    pub fn grants<'a>(&'a self, need: &Need) -> Option<&'a str> {
        let granted = self.granted().iter().find(|action| names(action, need));
        granted.filter(|_| self.covers(need)).map(String::as_str)
    }

    pub(super) fn covers(&self, need: &Need) -> bool {
        self.actions.iter().any(|action| names(action, need))
            && self.resources.iter().any(|resource| like(resource, &need.resource))
            && self.conditions.iter().all(|condition| condition.holds(need))
    }

    /// Every permission that it gives; none if it denies.
    pub fn permissions(&self) -> Vec<Permission> {
        let values: Vec<Option<(usize, String)>> = self
            .conditions
            .iter()
            .enumerate()
            .flat_map(|(index, condition)| {
                condition.alternatives().iter().map(move |value| (index, value.clone()))
            })
            .map(Some)
            .collect();
        let values = if values.is_empty() { vec![None] } else { values };
        let mut permissions = Vec::new();
        for action in self.granted() {
            for resource in 0..self.resources.len() {
                permissions.extend(values.iter().map(|value| Permission {
                    statement: self.name.clone(),
                    action: action.clone(),
                    resource,
                    value: value.clone(),
                }));
            }
        }
        permissions
    }

    /// The resource that a permission is for.
    pub fn resource(&self, permission: &Permission) -> &str {
        self.resources.get(permission.resource).map(String::as_str).unwrap_or_default()
    }

    /// Whether `need` makes use of a permission of this statement.
    pub fn uses(&self, permission: &Permission, need: &Need) -> bool {
        self.allow
            && names(&permission.action, need)
            && like(self.resource(permission), &need.resource)
            && self.conditions.iter().all(|condition| condition.holds(need))
            && permission.value.as_ref().is_none_or(|(index, value)| {
                self.conditions.get(*index).is_some_and(|condition| condition.meets(value, need))
            })
    }

    /// What is left of it without one permission, as statements of one action on one resource.
    pub fn without(&self, permission: &Permission) -> Vec<Self> {
        let mut left = Vec::new();
        for action in &self.actions {
            for (index, resource) in self.resources.iter().enumerate() {
                let mut part =
                    Self { actions: vec![action.clone()], resources: vec![resource.clone()], ..self.clone() };
                if *action == permission.action && index == permission.resource {
                    let Some((place, value)) = &permission.value else { continue };
                    if let Some(condition) = part.conditions.get_mut(*place) {
                        *condition = condition.without(value);
                        if condition.alternatives().is_empty() {
                            continue;
                        }
                    }
                }
                left.push(part);
            }
        }
        left
    }
}

/// Whether an action as written is the one that is needed; actions know no case.
fn names(action: &str, need: &Need) -> bool {
    like(&action.to_lowercase(), &need.action.to_lowercase())
}
