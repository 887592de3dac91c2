//! Tests of the checks. Each mutation changes one value in a copy of the template. The check that
//! is named beside the mutation must then fail.

use serde_yaml_ng::Value as Yaml;

use crate::template::checks::{CHECKS, SUPPORTED, check_one};

/// One change of one value in the template.
enum Mutation {
    Remove,
    Set(&'static str),
    Rename(&'static str),
}

use Mutation::{Remove, Rename, Set};

/// Each row has the name of the check that must fail, the path of the changed value, and the
/// mutation.
///
/// The path starts at `Resources`. With a leading `/`, it starts at the root of the template. With
/// a leading `@`, its first part is the `Sid` of a policy statement, and the path continues in that
/// statement.
const MUTATIONS: &[(&str, &str, Mutation)] = &[
    // ---- storage ----
    ("table-recovery", "Table.Properties.PointInTimeRecoverySpecification", Remove),
    (
        "table-recovery",
        "Table.Properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled",
        Set("false"),
    ),
    ("table-protected", "Table.Properties.DeletionProtectionEnabled", Remove),
    ("table-encrypted", "Table.Properties.SSESpecification", Remove),
    ("table-stream", "Table.Properties.StreamSpecification.StreamViewType", Set("NEW_IMAGE")),
    ("table-expiry", "Table.Properties.TimeToLiveSpecification.AttributeName", Set("expires")),
    ("retained", "Table.DeletionPolicy", Remove),
    ("retained", "Table.UpdateReplacePolicy", Set("Delete")),
    ("retained", "Unpublished.DeletionPolicy", Remove),
    (
        "bucket-closed",
        "Unpublished.Properties.PublicAccessBlockConfiguration.BlockPublicPolicy",
        Set("false"),
    ),
    ("bucket-closed", "Unpublished.Properties.BucketEncryption", Remove),
    ("queue-retention", "DeadLetters.Properties.MessageRetentionPeriod", Set("345600")),
    ("queue-retention", "DeadLetters.Properties.SqsManagedSseEnabled", Remove),
    ("tls-only", "DeadLettersPolicy.Properties.PolicyDocument.Statement.1", Remove),
    ("tls-only", "UnpublishedPolicy.Properties.PolicyDocument.Statement.0.Effect", Set("Allow")),
    ("log-retention", "Logs.Properties.RetentionInDays", Remove),
    ("log-retention", "AccessLogs.Properties", Set("{}")),
    // ---- permissions ----
    ("policy-no-wildcard", "SignInFunction.Properties.Policies.0.Statement.0.Action", Set("dynamodb:*")),
    ("policy-no-wildcard", "MailerFunction.Properties.Policies.0.Statement.0.Resource", Set("'*'")),
    (
        "policy-no-wildcard",
        "BillingFunction.Properties.Policies.0.Statement.0.Resource",
        Set("!Sub '${Table.Arn}*'"),
    ),
    ("policy-key-prefixes", "OrgSignupFunction.Properties.Policies.0.Statement.0.Condition", Remove),
    (
        "policy-key-prefixes",
        "OperatorFunction.Properties.Policies.0.Statement.0.Condition.ForAllValues:StringLike.dynamodb:LeadingKeys",
        Set("['*']"),
    ),
    (
        "policy-key-prefixes",
        "ChecklistReadFunction.Properties.Policies.0.Statement.0.Condition.ForAllValues:StringLike.dynamodb:LeadingKeys",
        Set("[O*]"),
    ),
    ("policy-key-prefixes", "StripeWebhookFunction.Properties.Policies.0.Statement.0.Condition.Null", Remove),
    (
        "policy-actions",
        "TrialReminderFunction.Properties.Policies.0.Statement.0.Action",
        Set("dynamodb:Scan"),
    ),
    (
        "policy-actions",
        "EventPublisherFunction.Properties.Policies.0.Statement.0.Action",
        Set("events:PutRule"),
    ),
    (
        "policy-secrets",
        "@SecretKey.Resource",
        Set("!Sub 'arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:all'"),
    ),
    ("policy-sender", "@Send.Condition", Remove),
    ("policy-event-source", "@Publish.Condition", Remove),
    ("policy-event-source", "@Publish.Condition.Null", Remove),
    (
        "policy-event-source",
        "@Publish.Condition.ForAllValues:StringEquals.events:source",
        Set("[onramp, aws.ses]"),
    ),
    ("policy-named", "EventPublisherFunction.Properties.Policies.0.Statement.0.Sid", Set("''")),
    (SUPPORTED, "ChecklistWriteFunction.Properties.Policies", Set("[AmazonDynamoDBFullAccess]")),
    (SUPPORTED, "OrgSignupFunction.Properties.Policies.0.Statement.0.Condition.Null", Rename("IpAddress")),
    // ---- failure destinations ----
    ("async-destination", "TrialReminderFunction.Properties.EventInvokeConfig.DestinationConfig", Remove),
    ("async-destination", "StripeWebhookFunction.Properties.EventInvokeConfig", Remove),
    ("async-destination", "MailerFunction.Properties.EventInvokeConfig.MaximumEventAgeInSeconds", Remove),
    (
        "rule-dead-letter",
        "ChecklistWriteFunction.Properties.Events.HostApp.Properties.DeadLetterConfig",
        Remove,
    ),
    (
        "rule-dead-letter",
        "MailerFunction.Properties.Events.EveryFiveMinutes.Properties.DeadLetterConfig",
        Remove,
    ),
    ("rule-dead-letter", "DeadLettersPolicy.Properties.PolicyDocument.Statement.0", Remove),
    (
        "stream-source",
        "EventPublisherFunction.Properties.Events.Changed.Properties.Stream",
        Set("!GetAtt Table.Arn"),
    ),
    ("stream-source", "MailerFunction.Properties.Events.Owed.Properties.FilterCriteria", Remove),
    ("stream-source", "MailerFunction.Properties.Events.Owed.Properties.StartingPosition", Set("LATEST")),
    ("stream-failure", "MailerFunction.Properties.Events.Owed.Properties.BisectBatchOnFunctionError", Remove),
    ("stream-failure", "MailerFunction.Properties.Events.Owed.Properties.DestinationConfig", Remove),
    (
        "stream-failure",
        "EventPublisherFunction.Properties.Events.Changed.Properties.FunctionResponseTypes",
        Remove,
    ),
    (
        "change-retention",
        "EventPublisherFunction.Properties.Events.Changed.Properties.MaximumRecordAgeInSeconds",
        Set("-1"),
    ),
    (
        "change-retention",
        "EventPublisherFunction.Properties.Events.Changed.Properties.DestinationConfig.OnFailure",
        Set("{Type: SQS, Destination: !GetAtt DeadLetters.Arn}"),
    ),
    (
        SUPPORTED,
        "EventPublisherFunction.Properties.Events.Changed.Properties.Stream",
        Set("!GetAtt Table.StreamArm"),
    ),
    (SUPPORTED, "EventPublisherFunction.Properties.Events.Changed.Properties.BatchSize", Rename("BatchSise")),
    (
        SUPPORTED,
        "TrialReminderFunction.Properties.Events.EveryFiveMinutes.Properties.Schedule",
        Rename("Scedule"),
    ),
    // ---- functions ----
    ("function-limits", "BillingFunction.Properties.Timeout", Set("30")),
    ("function-limits", "/Globals.Function.MemorySize", Remove),
    ("function-lease", "MailerFunction.Properties.Timeout", Set("60")),
    ("function-logs", "/Globals.Function.LoggingConfig", Remove),
    ("function-runtime", "SignInFunction.Metadata", Remove),
    ("function-runtime", "/Globals.Function.Architectures", Set("[arm64]")),
    (
        "secrets-by-reference",
        "StripeWebhookFunction.Properties.Environment.Variables.STRIPE_WEBHOOK_SECRET",
        Set("whsec_in_plain_text"),
    ),
    (
        "secrets-by-reference",
        "BillingFunction.Properties.Environment.Variables.STRIPE_SECRET_KEY",
        Set("sk_live_1"),
    ),
    // ---- releases ----
    ("release-gradual", "/Globals.Function.AutoPublishAlias", Remove),
    ("release-gradual", "/Parameters.DeploymentPreference.Default", Set("AllAtOnce")),
    ("release-gradual", "/Globals.Function.DeploymentPreference.Alarms", Remove),
    ("release-alarms", "ReleaseFails.Properties.Metrics.3", Remove),
    ("release-alarms", "MailerFunction.Properties.DeploymentPreference", Remove),
    ("release-alarms", "EventPublisherFunction.Properties.DeploymentPreference", Remove),
    ("release-alarms", "MailerFails.Properties.TreatMissingData", Set("breaching")),
    (
        "function-reserved",
        "StripeWebhookFunction.Properties.ReservedConcurrentExecutions",
        Set("!If [ReservesWebhook, !Ref SignupReservedConcurrency, !Ref AWS::NoValue]"),
    ),
    (
        "function-reserved",
        "SignInFunction.Properties.ReservedConcurrentExecutions",
        Set("!Ref SignInReservedConcurrency"),
    ),
    (
        "code-buses",
        "StripeWebhookFunction.Properties.Events.Destination.Properties.EventBusName",
        Set("default"),
    ),
    ("code-buses", "ProvisionerFunction.Properties.Events.Running.Properties.EventBusName", Remove),
    ("code-buses", "ChecklistWriteFunction.Properties.Events.HostApp.Properties.EventBusName", Remove),
    ("api-domain", "DomainMapping", Remove),
    ("api-domain", "DomainRecord.Properties.AliasTarget.HostedZoneId", Set("!Ref HostedZoneId")),
    ("bucket-closed", "Unpublished.Properties.LifecycleConfiguration.Rules.0.ExpirationInDays", Set("1")),
    (
        "rule-dead-letter",
        "DeadLettersPolicy.Properties.PolicyDocument.Statement.0.Condition.ArnLike.aws:SourceArn",
        Set("!Sub 'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/none-*'"),
    ),
    (
        "tls-only",
        "UnpublishedPolicy.Properties.PolicyDocument.Statement.0.Resource",
        Set("[!GetAtt Unpublished.Arn]"),
    ),
    (
        "api-route-throttle",
        "Api.Properties.RouteSettings.POST /billing/webhooks/stripe.ThrottlingRateLimit",
        Set("1"),
    ),
    ("release-alarms", "ReleaseFails.Properties.Threshold", Set("30000")),
    ("release-alarms", "MailerFails.Properties.ComparisonOperator", Set("LessThanThreshold")),
    ("release-alarms", "ReconcilerFails.Properties.Threshold", Set("3")),
    ("release-alarms", "ProvisionerFails.Properties.Threshold", Set("3")),
    ("release-alarms", "ReleaseFails.Properties.Metrics.2.MetricStat.Period", Set("3600")),
    ("release-responses", "AnswersFail.Properties.Threshold", Set("30000")),
    ("release-responses", "AnswersFailed.Properties.LogGroupName", Set("!Ref AccessLogs")),
    (
        "release-responses",
        "AnswersFailed.Properties.FilterPattern",
        Set("'{ $.message = \"request failed\" && $.status = 500 && $.area = \"x\" }'"),
    ),
    ("release-at-once", "/Globals.Function.DeploymentPreference.Alarms", Set("[!Ref ReleaseFails]")),
    (
        "release-at-once",
        "MailerFunction.Properties.DeploymentPreference.Alarms",
        Set("[!Ref ReleaseFails, !Ref MailerFails]"),
    ),
    ("release-at-once", "/Conditions.IsGradual", Set("!Not [!Equals [!Ref DeploymentPreference, AtOnce]]")),
    // ---- HTTP API ----
    ("api-throttle", "Api.Properties.DefaultRouteSettings", Remove),
    ("api-throttle", "Api.Properties.DefaultRouteSettings.ThrottlingRateLimit", Set("10000")),
    ("api-route-throttle", "Api.Properties.RouteSettings.POST /login.ThrottlingBurstLimit", Remove),
    ("api-route-throttle", "Api.Properties.RouteSettings.POST /billing/webhooks/stripe", Remove),
    ("api-route-throttle", "Api.Properties.RouteSettings.POST /login", Rename("POST /log-in")),
    ("api-access-log", "Api.Properties.AccessLogSettings", Remove),
    ("api-access-log", "Api.Properties.AccessLogSettings.Format", Set("'{\"path\":\"$context.path\"}'")),
    ("api-domain", "Api.Properties.DisableExecuteApiEndpoint", Set("false")),
    ("api-public-url", "OperatorFunction.Properties.Environment.Variables.PUBLIC_URL", Remove),
    (
        "api-public-url",
        "SignInFunction.Properties.Environment.Variables.PUBLIC_URL",
        Set("!Sub 'https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}'"),
    ),
    (
        "api-public-url",
        "MailerFunction.Properties.Environment.Variables.PUBLIC_URL",
        Set("!Sub 'https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}'"),
    ),
    ("api-public-url", "MailerFunction.Properties.Environment.Variables.PUBLIC_URL", Set("!Ref PublicUrl")),
    // ---- mail ----
    ("mail-tls", "LinkConfiguration.Properties.DeliveryOptions", Remove),
    ("mail-suppression", "LinkConfiguration.Properties.SuppressionOptions", Remove),
    (
        "mail-suppression",
        "MailConfiguration.Properties.SuppressionOptions.SuppressedReasons",
        Set("[BOUNCE]"),
    ),
    ("mail-feedback", "LinkFeedback", Remove),
    ("mail-feedback", "MailFeedback.Properties.EventDestination.MatchingEventTypes", Set("[send, delivery]")),
    (
        "mail-feedback",
        "MailerFunction.Properties.Events.Feedback.Properties.Pattern.detail-type.0",
        Set("Email Send"),
    ),
    // ---- parameters ----
    ("parameters-described", "/Parameters.Architecture.Description", Remove),
    ("parameters-bounded", "/Parameters.StripePublishableKey.AllowedPattern", Remove),
    ("parameters-bounded", "/Parameters.MailSendRate.MaxValue", Remove),
    ("parameters-grouped", "/Metadata.AWS::CloudFormation::Interface.ParameterGroups.0", Remove),
    ("sample-values-rejected", "/Rules.SampleValuesAreReplaced", Remove),
    ("sample-values-rejected", "/Rules.SampleValuesAreReplaced.Assertions.2", Remove),
    (
        "sample-values-rejected",
        "/Rules.SampleValuesAreReplaced.RuleCondition",
        Set("!Not [!Equals [!Ref Stage, staging]]"),
    ),
    // ---- the code ----
    ("code-functions", "OperatorFunction.Properties.CodeUri", Set("functions/operators")),
    ("code-variables", "OrgSignupFunction.Properties.Environment.Variables.PRODUCT_NAME", Remove),
    ("code-variables", "SignInFunction.Properties.Environment.Variables.TABLE_NAME", Rename("TABLE")),
    ("code-routes", "SignInFunction.Properties.Events.Logout.Properties.Method", Set("GET")),
    ("code-routes", "ChecklistReadFunction.Properties.Events.Otherwise", Remove),
    ("code-head-routes", "SignInFunction.Properties.Events.HeadForm", Remove),
    ("code-head-routes", "SignInFunction.Properties.Events.Logout.Properties.Method", Set("HEAD")),
    ("code-indexes", "Table.Properties.GlobalSecondaryIndexes.0.IndexName", Set("by-time")),
    ("code-indexes", "Table.Properties.GlobalSecondaryIndexes.1.Projection.ProjectionType", Set("ALL")),
    (
        "code-rule-events",
        "MailerFunction.Properties.Events.Feedback.Properties.Pattern.detail-type.3",
        Remove,
    ),
    (
        "code-rule-events",
        "StripeWebhookFunction.Properties.Events.Destination.Properties.Pattern.source",
        Set("[{prefix: aws.partner/stripe.org}]"),
    ),
    (
        "code-stream-events",
        "EventPublisherFunction.Properties.Events.Changed.Properties.FilterCriteria.Filters.0.Pattern",
        Set(r#"'{"dynamodb":{"Keys":{"sk":{"S":["org"]}}}}'"#),
    ),
    (
        "code-host-source",
        "ChecklistWriteFunction.Properties.Events.HostApp.Properties.Pattern.source",
        Set("[timetracker, other]"),
    ),
    (SUPPORTED, "OrgSignupFunction.Properties.Environment.Variables.TABLE_NAME", Set("!Ref Tabel")),
    (SUPPORTED, "/Outputs.TableName.Value", Set("!Ref Tabel")),
    (SUPPORTED, "/Conditions.HasDomain", Set("!Not [!Equals [!Ref DomainNaem, '']]")),
    (SUPPORTED, "Logs.Type", Set("AWS::Logs::LogStream")),
];

#[test]
fn each_mutation_fails_its_check() {
    let original: Yaml = serde_yaml_ng::from_str(aws_local::template::TEXT).unwrap();
    let miss = |(expected, place, mutation): &(&str, &str, Mutation)| {
        let mut template = original.clone();
        mutate(&mut template, place, mutation);
        let found = check_one(expected, &serde_yaml_ng::to_string(&template).unwrap());
        found.is_empty().then(|| format!("{expected} does not detect the mutation of {place}"))
    };
    // Four threads, because parsing the template takes most of the time.
    let missed: Vec<String> = std::thread::scope(|scope| {
        let parts = MUTATIONS.chunks(MUTATIONS.len().div_ceil(4));
        let parts: Vec<_> =
            parts.map(|part| scope.spawn(|| part.iter().filter_map(miss).collect::<Vec<_>>())).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    });
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn each_check_has_a_mutation() {
    for (name, _) in CHECKS {
        assert!(MUTATIONS.iter().any(|(check, ..)| check == name), "{name}");
    }
}

fn mutate(template: &mut Yaml, place: &str, mutation: &Mutation) {
    let (root, path) = match (place.strip_prefix('/'), place.strip_prefix('@')) {
        (Some(path), _) => (&mut *template, path.to_owned()),
        (_, Some(path)) => {
            let (sid, rest) = path.split_once('.').unwrap();
            (statement(&mut template["Resources"], sid).unwrap(), rest.to_owned())
        }
        _ => (&mut template["Resources"], place.to_owned()),
    };
    // No name in the template contains a dot, so dots separate the steps of a path.
    let mut steps: Vec<&str> = path.split('.').collect();
    let last = steps.pop().unwrap();
    let parent = steps.into_iter().fold(root, |value, step| entry(value, step));
    match (mutation, last.parse::<usize>()) {
        (Remove, Ok(index)) => drop(parent.as_sequence_mut().unwrap().remove(index)),
        (Remove, Err(_)) => drop(parent.as_mapping_mut().unwrap().remove(last).unwrap()),
        (Set(text), _) => *entry(parent, last) = serde_yaml_ng::from_str(text).unwrap(),
        (Rename(name), _) => {
            let value = parent.as_mapping_mut().unwrap().remove(last).unwrap();
            parent.as_mapping_mut().unwrap().insert((*name).into(), value);
        }
    }
}

fn entry<'a>(value: &'a mut Yaml, step: &str) -> &'a mut Yaml {
    match step.parse::<usize>() {
        Ok(index) => value.get_mut(index),
        Err(_) => value.get_mut(step),
    }
    .unwrap_or_else(|| panic!("the template has no {step} at this place"))
}

/// Finds the policy statement with this `Sid` at any depth below `value`, also inside an `!If`.
fn statement<'a>(value: &'a mut Yaml, sid: &str) -> Option<&'a mut Yaml> {
    if value.get("Sid").and_then(Yaml::as_str) == Some(sid) {
        return Some(value);
    }
    match value {
        Yaml::Mapping(mapping) => mapping.values_mut().find_map(|value| statement(value, sid)),
        Yaml::Sequence(items) => items.iter_mut().find_map(|item| statement(item, sid)),
        Yaml::Tagged(tagged) => statement(&mut tagged.value, sid),
        _ => None,
    }
}
