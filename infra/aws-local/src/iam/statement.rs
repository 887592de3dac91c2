//! A policy statement, and the single permissions that it consists of.

use serde_json::Value;

use super::{
    condition::Condition,
    need::{Need, many},
    wildcard::like,
};

/// A statement of an inline policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// `Sid` of the statement, or else the function and the statement's index.
    pub name: String,
    allow: bool,
    actions: Vec<String>,
    resources: Vec<String>,
    conditions: Vec<Condition>,
}

/// The smallest part of a statement that the audit can remove: one action on one resource. If the
/// statement has conditions that list values, a permission also contains one of these values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// Name of the statement.
    pub statement: String,
    /// Action as the template writes it, including wildcards.
    pub action: String,
    /// Index of the resource in the statement. The resource's ARN cannot replace the index, because
    /// ARNs depend on the settings of the stack.
    pub resource: usize,
    /// Index of a condition, and one of its values. `None` if no condition lists values.
    pub value: Option<(usize, String)>,
}

impl Statement {
    /// Reads the `Policies` of a SAM function. Only inline policies are supported, because the
    /// template does not contain the content of managed policies.
    ///
    /// # Errors
    /// Returns a message that names the unsupported or invalid part.
    pub fn read_all(function: &str, policies: Option<&Value>) -> Result<Vec<Self>, String> {
        let mut statements: Vec<Self> = Vec::new();
        for policy in many(policies) {
            let Some(inline) = policy.get("Statement") else {
                return Err(format!("{function}: only inline policies are supported, not {policy}"));
            };
            for statement in many(Some(inline)) {
                let statement = Self::read(function, statements.len(), statement)?;
                if statements.iter().any(|other| other.name == statement.name) {
                    return Err(format!("{function}.Policies: duplicate statement name {}", statement.name));
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
            _ => return Err(format!("{at}: Effect must be Allow or Deny")),
        };
        let conditions = Condition::read_all(&at, statement.get("Condition"))?;
        Ok(Self { name, allow, actions: texts("Action")?, resources: texts("Resource")?, conditions })
    }

    /// Returns whether the effect is `Allow` and not `Deny`.
    pub(super) fn allows(&self) -> bool {
        self.allow
    }

    /// Returns the actions that this statement allows, as written. A `Deny` statement has none.
    pub fn granted(&self) -> &[String] {
        if self.allow { &self.actions } else { &[] }
    }

    /// Returns the action, as the template writes it, with which this statement allows `need`.
    pub fn grants<'a>(&'a self, need: &Need) -> Option<&'a str> {
        let granted = self.granted().iter().find(|action| names(action, need));
        granted.filter(|_| self.covers(need)).map(String::as_str)
    }

    /// Returns whether action, resource, and conditions match `need`.
    pub(super) fn covers(&self, need: &Need) -> bool {
        self.actions.iter().any(|action| names(action, need))
            && self.resources.iter().any(|resource| like(resource, &need.resource))
            && self.conditions.iter().all(|condition| condition.holds(need))
    }

    /// Returns every permission that this statement grants. A `Deny` statement grants none.
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

    /// Returns the resource ARN of a permission, as the statement writes it.
    pub fn resource(&self, permission: &Permission) -> &str {
        self.resources.get(permission.resource).map(String::as_str).unwrap_or_default()
    }

    /// Returns whether `need` uses a permission of this statement.
    pub fn uses(&self, permission: &Permission, need: &Need) -> bool {
        self.allow
            && names(&permission.action, need)
            && like(self.resource(permission), &need.resource)
            && self.conditions.iter().all(|condition| condition.holds(need))
            && permission.value.as_ref().is_none_or(|(index, value)| {
                self.conditions.get(*index).is_some_and(|condition| condition.uses(value, need))
            })
    }

    /// Returns this statement without `permission`. The result is a list of statements, each with
    /// one action and one resource.
    pub fn without(&self, permission: &Permission) -> Vec<Self> {
        let mut left = Vec::new();
        for action in &self.actions {
            for (index, resource) in self.resources.iter().enumerate() {
                let mut part =
                    Self { actions: vec![action.clone()], resources: vec![resource.clone()], ..self.clone() };
                if *action == permission.action && index == permission.resource {
                    let Some((condition_index, value)) = &permission.value else { continue };
                    if let Some(condition) = part.conditions.get_mut(*condition_index) {
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

/// Returns whether `action`, which can contain wildcards, matches the action of `need`. The
/// comparison ignores case.
fn names(action: &str, need: &Need) -> bool {
    like(&action.to_lowercase(), &need.action.to_lowercase())
}
