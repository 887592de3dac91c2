//! What resources are called in a stack on this machine.

use serde_yaml_ng::Value as Yaml;

use super::intrinsics::{Scope, plain};

/// The region in every local name.
pub const REGION: &str = "us-east-1";
/// The account in every local name: the one that AWS's own documents use.
pub const ACCOUNT: &str = "123456789012";
/// The name of the local stack.
pub const STACK: &str = "onramp";

impl Scope<'_> {
    /// The name that `!Ref` gives for a resource.
    pub(super) fn resource_name(&self, logical: &str, depth: u8) -> Result<String, String> {
        let resource = self.resources.get(logical).ok_or_else(|| format!("nothing is called {logical}"))?;
        let kind = resource.get("Type").and_then(Yaml::as_str).unwrap_or_default();
        let own_name = match kind {
            "AWS::DynamoDB::Table" => "TableName",
            "AWS::Serverless::Function" => "FunctionName",
            "AWS::SQS::Queue" => "QueueName",
            "AWS::Logs::LogGroup" => "LogGroupName",
            "AWS::Serverless::HttpApi" => return Ok("local".to_owned()),
            _ => "Name",
        };
        let given = resource.get("Properties").and_then(|properties| properties.get(own_name));
        let name = match given {
            Some(name) => self.value(name, logical, depth + 1)?.as_ref().map(plain),
            None => None,
        }
        .unwrap_or_else(|| format!("{STACK}-{logical}"));
        Ok(match kind {
            "AWS::SQS::Queue" => format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"),
            _ => name,
        })
    }

    /// Whether SAM makes a resource of that name from an event of a function: it is called after both.
    pub(super) fn is_event(&self, logical: &str) -> bool {
        self.resources.iter().any(|(name, resource)| {
            let event = logical.strip_prefix(name);
            let events = resource.get("Properties").and_then(|properties| properties.get("Events"));
            event.is_some_and(|event| events.is_some_and(|events| events.get(event).is_some()))
        })
    }

    /// What `!GetAtt` gives for a resource.
    pub(super) fn attribute(
        &self,
        logical: &str,
        attribute: &str,
        at: &str,
        depth: u8,
    ) -> Result<String, String> {
        let resource =
            self.resources.get(logical).ok_or_else(|| format!("{at}: nothing is called {logical}"))?;
        let kind = resource.get("Type").and_then(Yaml::as_str).unwrap_or_default();
        let name = self.resource_name(logical, depth + 1)?;
        let last = name.rsplit('/').next().unwrap_or(&name);
        let arn = |service: &str, rest: String| format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}");
        Ok(match (kind, attribute) {
            ("AWS::DynamoDB::Table", "Arn") => arn("dynamodb", format!("table/{name}")),
            ("AWS::DynamoDB::Table", "StreamArn") => arn("dynamodb", format!("table/{name}/stream/local")),
            ("AWS::Serverless::Function", "Arn") => arn("lambda", format!("function:{name}")),
            ("AWS::SQS::Queue", "Arn") => arn("sqs", last.to_owned()),
            ("AWS::SQS::Queue", "QueueName") => last.to_owned(),
            ("AWS::SNS::Topic", "TopicArn" | "Arn") => arn("sns", name),
            ("AWS::Events::EventBus", "Arn") => arn("events", format!("event-bus/{name}")),
            ("AWS::Events::EventBus", "Name") => name,
            ("AWS::Logs::LogGroup", "Arn") => arn("logs", format!("log-group:{name}:*")),
            ("AWS::KMS::Key", "Arn") => arn("kms", format!("key/{name}")),
            ("AWS::S3::Bucket", "Arn") => format!("arn:aws:s3:::{name}"),
            ("AWS::Serverless::HttpApi", "ApiEndpoint") => {
                format!("https://{name}.execute-api.{REGION}.amazonaws.com")
            }
            ("AWS::ApiGatewayV2::DomainName", "RegionalDomainName") => {
                format!("d-local.execute-api.{REGION}.amazonaws.com")
            }
            ("AWS::ApiGatewayV2::DomainName", "RegionalHostedZoneId") => "ZLOCAL".to_owned(),
            ("AWS::Serverless::Application", output) if output.starts_with("Outputs.") => {
                format!("{name}-{output}")
            }
            ("AWS::IAM::Role", "Arn") => format!("arn:aws:iam::{ACCOUNT}:role/{name}"),
            _ => return Err(format!("{at}: {attribute} of {kind} is not understood")),
        })
    }
}

/// A pseudo parameter.
pub(super) fn pseudo(name: &str) -> Option<&'static str> {
    Some(match name {
        "AWS::Region" => REGION,
        "AWS::AccountId" => ACCOUNT,
        "AWS::Partition" => "aws",
        "AWS::StackName" => STACK,
        "AWS::StackId" => "arn:aws:cloudformation:us-east-1:123456789012:stack/onramp/local",
        "AWS::URLSuffix" => "amazonaws.com",
        _ => return None,
    })
}
