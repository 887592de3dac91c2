//! Lambda functions of the template.

use std::{collections::BTreeMap, time::Duration};

use serde_json::Value;

use super::{
    REGION,
    scalar::{number, text},
};
use crate::iam::Statement;

/// A Lambda function: its crate, limits, variables, and the policies of its role.
#[derive(Debug, Clone)]
pub struct Function {
    /// Logical ID of the resource, such as `OrgSignupFunction`.
    pub logical_id: String,
    /// Name of the crate and of its folder, such as `org-signup`.
    pub name: String,
    /// Maximum duration of one invocation.
    pub timeout: Duration,
    /// Memory size in MB.
    pub memory: i32,
    /// Maximum number of retries of a failed asynchronous invocation.
    pub retries: u32,
    /// Environment variables, including those that the Lambda runtime sets.
    pub variables: BTreeMap<String, String>,
    /// Statements of the role's inline policies.
    pub statements: Vec<Statement>,
}

impl Function {
    pub(super) fn read(logical_id: &str, properties: &Value, globals: &Value) -> Result<Self, String> {
        let global = globals.get("Function").unwrap_or(&Value::Null);
        let own_or_global = |key| if properties.get(key).is_some() { properties } else { global };
        let code = text(properties, "CodeUri", logical_id)?;
        let name = code.trim_end_matches('/').rsplit('/').next().unwrap_or(&code).to_owned();
        let timeout = number(own_or_global("Timeout"), "Timeout", logical_id, 3)?;
        let memory = number(own_or_global("MemorySize"), "MemorySize", logical_id, 128)?;
        let memory = i32::try_from(memory).map_err(|_| format!("{logical_id}.MemorySize is out of range"))?;
        let timeout = u64::try_from(timeout).map_err(|_| format!("{logical_id}.Timeout is out of range"))?;
        let invoke = own_or_global("EventInvokeConfig").get("EventInvokeConfig").unwrap_or(&Value::Null);
        let retries = number(invoke, "MaximumRetryAttempts", logical_id, 2)?;
        let mut variables = runtime_variables(&name, memory);
        for section in [global, properties] {
            let declared = section.pointer("/Environment/Variables").and_then(Value::as_object);
            for (key, _) in declared.into_iter().flatten() {
                let at = format!("{logical_id}.Environment.Variables");
                let value = section.pointer("/Environment/Variables").unwrap_or(&Value::Null);
                variables.insert(key.clone(), text(value, key, &at)?);
            }
        }
        let statements = Statement::read_all(logical_id, properties.get("Policies"))?;
        Ok(Self {
            logical_id: logical_id.to_owned(),
            name,
            timeout: Duration::from_secs(timeout),
            memory,
            retries: u32::try_from(retries).unwrap_or(0),
            variables,
            statements,
        })
    }
}

/// Returns the variables that Lambda sets in every environment, as far as functions use them.
fn runtime_variables(name: &str, memory: i32) -> BTreeMap<String, String> {
    [
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", format!("ASIALOCAL{}", name.to_uppercase().replace('-', ""))),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ("AWS_SESSION_TOKEN", "local".to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", name.to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory.to_string()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}
