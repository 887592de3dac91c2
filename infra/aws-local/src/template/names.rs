//! Physical names and attributes of resources in the local stack.

use serde_yaml_ng::Value as Yaml;

use super::{
    account::{ACCOUNT, REGION, STACK},
    intrinsics::{Scope, plain},
};

impl Scope<'_> {
    /// Returns the physical name of a resource, which is the value of `!Ref`.
    pub(super) fn resource_name(&self, logical: &str, depth: u8) -> Result<String, String> {
        let resource = self.resources.get(logical).ok_or_else(|| format!("unknown resource {logical}"))?;
        let kind = resource.get("Type").and_then(Yaml::as_str).unwrap_or_default();
        let own_name = match kind {
            "AWS::DynamoDB::Table" => "TableName",
            "AWS::Serverless::Function" => "FunctionName",
            "AWS::SQS::Queue" => "QueueName",
            "AWS::Logs::LogGroup" => "LogGroupName",
            "AWS::Serverless::HttpApi" => return Ok("local".to_owned()),
            _ => "Name",
        };
        let declared = resource.get("Properties").and_then(|properties| properties.get(own_name));
        let name = match declared {
            Some(name) => self.value(name, logical, depth + 1)?.as_ref().map(plain),
            None => None,
        }
        .unwrap_or_else(|| format!("{STACK}-{logical}"));
        Ok(match kind {
            "AWS::SQS::Queue" => format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"),
            _ => name,
        })
    }

    /// Returns whether SAM generates a resource with the logical ID `logical` for an event of a
    /// function. Such an ID consists of the function's logical ID and the event's name.
    pub(super) fn is_event(&self, logical: &str) -> bool {
        self.resources.iter().any(|(name, resource)| {
            let event = logical.strip_prefix(name);
            let events = resource.get("Properties").and_then(|properties| properties.get("Events"));
            event.is_some_and(|event| events.is_some_and(|events| events.get(event).is_some()))
        })
    }

    /// Returns the value of `!GetAtt` for a resource.
    pub(super) fn attribute(
        &self,
        logical: &str,
        attribute: &str,
        at: &str,
        depth: u8,
    ) -> Result<String, String> {
        let resource =
            self.resources.get(logical).ok_or_else(|| format!("{at}: unknown resource {logical}"))?;
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
            ("AWS::Events::Rule", "Arn") => arn("events", format!("rule/{name}")),
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
            _ => return Err(format!("{at}: unsupported attribute {attribute} of {kind}")),
        })
    }
}
