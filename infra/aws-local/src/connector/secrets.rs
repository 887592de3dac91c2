//! Secrets Manager: `GetSecretValue` for the configured secrets.

use serde_json::{Value, json};

use super::reply::Reply;
use crate::{iam::Need, secrets::Secrets};

pub(super) struct SecretsCall {
    pub(super) operation: String,
    id: String,
}

impl SecretsCall {
    pub(super) fn new(operation: &str, body: &[u8]) -> Self {
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        let id = request.get("SecretId").and_then(Value::as_str).unwrap_or_default().to_owned();
        Self { operation: operation.to_owned(), id }
    }

    pub(super) fn needs(&self) -> Vec<Need> {
        vec![Need::new(format!("secretsmanager:{}", self.operation), &self.id)]
    }

    pub(super) fn perform(&self, secrets: &Secrets) -> Reply {
        match (self.operation.as_str(), secrets.get(&self.id)) {
            ("GetSecretValue", Some(value)) => Reply::ok(&json!({
                "ARN": self.id, "Name": self.id, "SecretString": value,
                "VersionId": "00000000-0000-4000-8000-000000000001", "VersionStages": ["AWSCURRENT"],
            })),
            ("GetSecretValue", None) => Reply::json(
                400,
                "ResourceNotFoundException",
                "Secrets Manager can't find the specified secret.",
            ),
            _ => Reply::json(400, "UnknownOperationException", &self.operation),
        }
    }
}
