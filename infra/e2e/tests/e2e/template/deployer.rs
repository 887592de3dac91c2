//! `docs/deployer-policy.json` matches the resource types of the templates.

use std::collections::BTreeSet;

use serde_json::Value;
use serde_yaml_ng::Value as Yaml;

use crate::template::stack::{list, texts};

/// Returns the AWS services that create a resource type. For a SAM type, these are the services of
/// the resources into which SAM expands it.
fn services(kind: &str) -> &'static [&'static str] {
    match kind {
        "AWS::Serverless::Function" => &["lambda", "iam", "codedeploy", "events"],
        "AWS::Serverless::HttpApi" | "AWS::ApiGatewayV2::ApiMapping" => &["apigateway"],
        "AWS::ApiGatewayV2::DomainName" => &["apigateway", "acm"],
        "AWS::Serverless::Application" => &["cloudformation", "s3"],
        "AWS::DynamoDB::Table" => &["dynamodb", "kms"],
        "AWS::CloudWatch::Alarm" | "AWS::CloudWatch::Dashboard" => &["cloudwatch"],
        "AWS::Logs::LogGroup" | "AWS::Logs::MetricFilter" | "AWS::Logs::QueryDefinition" => &["logs"],
        "AWS::Route53::RecordSet" => &["route53"],
        "AWS::S3::Bucket" | "AWS::S3::BucketPolicy" => &["s3"],
        "AWS::SES::ConfigurationSet" | "AWS::SES::ConfigurationSetEventDestination" => &["ses"],
        "AWS::Events::Rule" => &["events"],
        "AWS::SNS::Subscription" | "AWS::SNS::Topic" => &["sns"],
        "AWS::SQS::Queue" | "AWS::SQS::QueuePolicy" => &["sqs"],
        other => panic!("no service is known for {other}; add its calls to docs/deployer-policy.json"),
    }
}

#[test]
fn deployer_policy_covers_every_resource_and_no_other_service() {
    let policy: Value =
        serde_json::from_str(include_str!("../../../../../docs/deployer-policy.json")).unwrap();
    let nested = include_str!("../../../../../infra/observability/template.yaml");
    let mut needed = BTreeSet::new();
    for template in [aws_local::template::TEXT, nested] {
        let template: Yaml = serde_yaml_ng::from_str(template).unwrap();
        for (_, resource) in template["Resources"].as_mapping().unwrap() {
            needed.extend(services(resource["Type"].as_str().unwrap()));
        }
    }
    assert!(policy.to_string().len() <= 10_240, "the policy exceeds the limit of a role's inline policies");
    let mut granted = BTreeSet::new();
    for statement in list(&policy["Statement"]) {
        for action in texts(&statement["Action"]) {
            assert!(!action.contains('*'), "{action}");
            // A deployer needs no permission to read data of the stage or to send email. It invokes
            // a function only to read the prices of the plans.
            let reads = ["GetItem", "GetSecretValue", "Query", "Scan", "SendEmail"];
            assert!(!reads.iter().any(|read| action.ends_with(&format!(":{read}"))), "{action}");
            granted.insert(action.split(':').next().unwrap().to_owned());
        }
    }
    assert_eq!(granted.iter().map(String::as_str).collect::<BTreeSet<_>>(), needed);
}
