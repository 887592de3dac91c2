//! Each check catches what it is for: the template is made worse in one place, and the check of that name must find it.

use serde_yaml_ng::Value as Yaml;

use crate::checks::{CHECKS, UNDERSTOOD, check_one};

/// How a place is made worse.
enum Worse {
    /// It is gone.
    Gone,
    /// It says this.
    Says(&'static str),
    /// It has this name.
    Named(&'static str),
}

use Worse::{Gone, Named, Says};

/// The check, the place (under `Resources` unless it begins with `/`), and what is done there.
const MUTATIONS: &[(&str, &str, Worse)] = &[
    // ---- what is kept ----
    ("table-recovery", "Table.Properties.PointInTimeRecoverySpecification", Gone),
    (
        "table-recovery",
        "Table.Properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled",
        Says("false"),
    ),
    ("table-protected", "Table.Properties.DeletionProtectionEnabled", Gone),
    ("table-encrypted", "Table.Properties.SSESpecification", Gone),
    ("table-stream", "Table.Properties.StreamSpecification.StreamViewType", Says("NEW_IMAGE")),
    ("table-expiry", "Table.Properties.TimeToLiveSpecification.AttributeName", Says("expires")),
    ("retained", "Table.DeletionPolicy", Gone),
    ("retained", "Table.UpdateReplacePolicy", Says("Delete")),
    ("retained", "Unpublished.DeletionPolicy", Gone),
    (
        "bucket-closed",
        "Unpublished.Properties.PublicAccessBlockConfiguration.BlockPublicPolicy",
        Says("false"),
    ),
    ("bucket-closed", "Unpublished.Properties.BucketEncryption", Gone),
    ("queue-keeps", "DeadLetters.Properties.MessageRetentionPeriod", Says("345600")),
    ("queue-keeps", "DeadLetters.Properties.SqsManagedSseEnabled", Gone),
    ("tls-only", "DeadLettersPolicy.Properties.PolicyDocument.Statement.1", Gone),
    ("tls-only", "UnpublishedPolicy.Properties.PolicyDocument.Statement.0.Effect", Says("Allow")),
    ("log-retention", "Logs.Properties.RetentionInDays", Gone),
    ("log-retention", "AccessLogs.Properties", Says("{}")),
    // ---- what roles allow ----
    ("policy-no-wildcard", "SignInFunction.Properties.Policies.0.Statement.0.Action", Says("dynamodb:*")),
    ("policy-no-wildcard", "MailerFunction.Properties.Policies.0.Statement.0.Resource", Says("'*'")),
    (
        "policy-no-wildcard",
        "BillingFunction.Properties.Policies.0.Statement.0.Resource",
        Says("!Sub '${Table.Arn}*'"),
    ),
    ("policy-key-prefixes", "OrgSignupFunction.Properties.Policies.0.Statement.0.Condition", Gone),
    (
        "policy-key-prefixes",
        "OperatorFunction.Properties.Policies.0.Statement.0.Condition.ForAllValues:StringLike.dynamodb:LeadingKeys",
        Says("['*']"),
    ),
    (
        "policy-key-prefixes",
        "ChecklistReadFunction.Properties.Policies.0.Statement.0.Condition.ForAllValues:StringLike.dynamodb:LeadingKeys",
        Says("[O*]"),
    ),
    ("policy-key-prefixes", "StripeWebhookFunction.Properties.Policies.0.Statement.0.Condition.Null", Gone),
    (
        "policy-actions",
        "TrialReminderFunction.Properties.Policies.0.Statement.0.Action",
        Says("dynamodb:Scan"),
    ),
    (
        "policy-actions",
        "EventPublisherFunction.Properties.Policies.0.Statement.0.Action",
        Says("events:PutRule"),
    ),
    (
        "policy-secrets",
        "@SecretKey.Resource",
        Says("!Sub 'arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:all'"),
    ),
    ("policy-sender", "@Send.Condition", Gone),
    ("policy-event-source", "@Publish.Condition", Gone),
    ("policy-event-source", "@Publish.Condition.Null", Gone),
    (
        "policy-event-source",
        "@Publish.Condition.ForAllValues:StringEquals.events:source",
        Says("[onramp, aws.ses]"),
    ),
    ("policy-named", "EventPublisherFunction.Properties.Policies.0.Statement.0.Sid", Says("''")),
    (UNDERSTOOD, "ChecklistWriteFunction.Properties.Policies", Says("[AmazonDynamoDBFullAccess]")),
    (UNDERSTOOD, "OrgSignupFunction.Properties.Policies.0.Statement.0.Condition.Null", Named("IpAddress")),
    // ---- where failures go ----
    ("async-destination", "TrialReminderFunction.Properties.EventInvokeConfig.DestinationConfig", Gone),
    ("async-destination", "StripeWebhookFunction.Properties.EventInvokeConfig", Gone),
    ("async-destination", "MailerFunction.Properties.EventInvokeConfig.MaximumEventAgeInSeconds", Gone),
    (
        "rule-dead-letter",
        "ChecklistWriteFunction.Properties.Events.HostApp.Properties.DeadLetterConfig",
        Gone,
    ),
    (
        "rule-dead-letter",
        "MailerFunction.Properties.Events.EveryFiveMinutes.Properties.DeadLetterConfig",
        Gone,
    ),
    ("rule-dead-letter", "DeadLettersPolicy.Properties.PolicyDocument.Statement.0", Gone),
    (
        "stream-source",
        "EventPublisherFunction.Properties.Events.Changed.Properties.Stream",
        Says("!GetAtt Table.Arn"),
    ),
    ("stream-source", "MailerFunction.Properties.Events.Owed.Properties.FilterCriteria", Gone),
    ("stream-source", "MailerFunction.Properties.Events.Owed.Properties.StartingPosition", Says("LATEST")),
    ("stream-failure", "MailerFunction.Properties.Events.Owed.Properties.BisectBatchOnFunctionError", Gone),
    ("stream-failure", "MailerFunction.Properties.Events.Owed.Properties.DestinationConfig", Gone),
    (
        "stream-failure",
        "EventPublisherFunction.Properties.Events.Changed.Properties.FunctionResponseTypes",
        Gone,
    ),
    (
        "changes-kept",
        "EventPublisherFunction.Properties.Events.Changed.Properties.MaximumRecordAgeInSeconds",
        Says("-1"),
    ),
    (
        "changes-kept",
        "EventPublisherFunction.Properties.Events.Changed.Properties.DestinationConfig.OnFailure",
        Says("{Type: SQS, Destination: !GetAtt DeadLetters.Arn}"),
    ),
    (
        UNDERSTOOD,
        "EventPublisherFunction.Properties.Events.Changed.Properties.Stream",
        Says("!GetAtt Table.StreamArm"),
    ),
    (UNDERSTOOD, "EventPublisherFunction.Properties.Events.Changed.Properties.BatchSize", Named("BatchSise")),
    (
        UNDERSTOOD,
        "TrialReminderFunction.Properties.Events.EveryFiveMinutes.Properties.Schedule",
        Named("Scedule"),
    ),
    // ---- how functions run ----
    ("function-limits", "BillingFunction.Properties.Timeout", Says("30")),
    ("function-limits", "/Globals.Function.MemorySize", Gone),
    ("function-lease", "MailerFunction.Properties.Timeout", Says("60")),
    ("function-logs", "/Globals.Function.LoggingConfig", Gone),
    ("function-traced", "/Globals.Function.Tracing", Says("PassThrough")),
    ("function-runtime", "SignInFunction.Metadata", Gone),
    ("function-runtime", "/Globals.Function.Architectures", Says("[arm64]")),
    (
        "secrets-by-reference",
        "StripeWebhookFunction.Properties.Environment.Variables.STRIPE_WEBHOOK_SECRET",
        Says("whsec_in_plain_text"),
    ),
    (
        "secrets-by-reference",
        "BillingFunction.Properties.Environment.Variables.STRIPE_SECRET_KEY",
        Says("sk_live_1"),
    ),
    // ---- releases ----
    ("release-gradual", "/Globals.Function.AutoPublishAlias", Gone),
    ("release-gradual", "/Parameters.DeploymentPreference.Default", Says("AllAtOnce")),
    ("release-gradual", "/Globals.Function.DeploymentPreference.Alarms", Gone),
    ("release-alarms", "ReleaseFails.Properties.Metrics.3", Gone),
    ("release-alarms", "MailerFunction.Properties.DeploymentPreference", Gone),
    ("release-alarms", "MailerFails.Properties.TreatMissingData", Says("breaching")),
    (
        "function-reserved",
        "StripeWebhookFunction.Properties.ReservedConcurrentExecutions",
        Says("!If [ReservesWebhook, !Ref SignupReservedConcurrency, !Ref AWS::NoValue]"),
    ),
    (
        "function-reserved",
        "SignInFunction.Properties.ReservedConcurrentExecutions",
        Says("!Ref SignInReservedConcurrency"),
    ),
    (
        "code-buses",
        "StripeWebhookFunction.Properties.Events.Destination.Properties.EventBusName",
        Says("default"),
    ),
    ("code-buses", "ChecklistWriteFunction.Properties.Events.HostApp.Properties.EventBusName", Gone),
    ("api-domain", "DomainMapping", Gone),
    ("api-domain", "DomainRecord.Properties.AliasTarget.HostedZoneId", Says("!Ref HostedZoneId")),
    ("bucket-closed", "Unpublished.Properties.LifecycleConfiguration.Rules.0.ExpirationInDays", Says("1")),
    (
        "rule-dead-letter",
        "DeadLettersPolicy.Properties.PolicyDocument.Statement.0.Condition.ArnLike.aws:SourceArn",
        Says("!Sub 'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/none-*'"),
    ),
    (
        "tls-only",
        "UnpublishedPolicy.Properties.PolicyDocument.Statement.0.Resource",
        Says("[!GetAtt Unpublished.Arn]"),
    ),
    (
        "api-route-throttle",
        "Api.Properties.RouteSettings.POST /billing/webhooks/stripe.ThrottlingRateLimit",
        Says("1"),
    ),
    ("release-alarms", "ReleaseFails.Properties.Threshold", Says("30000")),
    ("release-alarms", "MailerFails.Properties.ComparisonOperator", Says("LessThanThreshold")),
    ("release-alarms", "ReleaseFails.Properties.Metrics.2.MetricStat.Period", Says("3600")),
    ("release-answers", "AnswersFail.Properties.Threshold", Says("30000")),
    ("release-answers", "AnswersFailed.Properties.LogGroupName", Says("!Ref AccessLogs")),
    (
        "release-answers",
        "AnswersFailed.Properties.FilterPattern",
        Says("'{ $.message = \"request failed\" && $.status = 500 && $.area = \"x\" }'"),
    ),
    ("release-at-once", "/Globals.Function.DeploymentPreference.Alarms", Says("[!Ref ReleaseFails]")),
    (
        "release-at-once",
        "MailerFunction.Properties.DeploymentPreference.Alarms",
        Says("[!Ref ReleaseFails, !Ref MailerFails]"),
    ),
    ("release-at-once", "/Conditions.IsGradual", Says("!Not [!Equals [!Ref DeploymentPreference, AtOnce]]")),
    // ---- the front door ----
    ("api-throttle", "Api.Properties.DefaultRouteSettings", Gone),
    ("api-throttle", "Api.Properties.DefaultRouteSettings.ThrottlingRateLimit", Says("10000")),
    ("api-route-throttle", "Api.Properties.RouteSettings.POST /login.ThrottlingBurstLimit", Gone),
    ("api-route-throttle", "Api.Properties.RouteSettings.POST /billing/webhooks/stripe", Gone),
    ("api-route-throttle", "Api.Properties.RouteSettings.POST /login", Named("POST /log-in")),
    ("api-access-log", "Api.Properties.AccessLogSettings", Gone),
    ("api-access-log", "Api.Properties.AccessLogSettings.Format", Says("'{\"path\":\"$context.path\"}'")),
    ("api-domain", "Api.Properties.DisableExecuteApiEndpoint", Says("false")),
    ("api-public-url", "OperatorFunction.Properties.Environment.Variables.PUBLIC_URL", Gone),
    (
        "api-public-url",
        "SignInFunction.Properties.Environment.Variables.PUBLIC_URL",
        Says("!Sub 'https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}'"),
    ),
    (
        "api-public-url",
        "MailerFunction.Properties.Environment.Variables.PUBLIC_URL",
        Says("!Sub 'https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}'"),
    ),
    ("api-public-url", "MailerFunction.Properties.Environment.Variables.PUBLIC_URL", Says("!Ref PublicUrl")),
    // ---- mail ----
    ("mail-tls", "LinkConfiguration.Properties.DeliveryOptions", Gone),
    ("mail-suppression", "LinkConfiguration.Properties.SuppressionOptions", Gone),
    (
        "mail-suppression",
        "MailConfiguration.Properties.SuppressionOptions.SuppressedReasons",
        Says("[BOUNCE]"),
    ),
    ("mail-feedback", "LinkFeedback", Gone),
    (
        "mail-feedback",
        "MailFeedback.Properties.EventDestination.MatchingEventTypes",
        Says("[send, delivery]"),
    ),
    (
        "mail-feedback",
        "MailerFunction.Properties.Events.Feedback.Properties.Pattern.detail-type.0",
        Says("Email Send"),
    ),
    // ---- what a person sets ----
    ("parameters-described", "/Parameters.Architecture.Description", Gone),
    ("parameters-bounded", "/Parameters.StripePublishableKey.AllowedPattern", Gone),
    ("parameters-bounded", "/Parameters.MailSendRate.MaxValue", Gone),
    ("parameters-grouped", "/Metadata.AWS::CloudFormation::Interface.ParameterGroups.0", Gone),
    ("sample-values-rejected", "/Rules.SampleValuesAreReplaced", Gone),
    ("sample-values-rejected", "/Rules.SampleValuesAreReplaced.Assertions.2", Gone),
    ("sample-values-rejected", "/Rules.SampleValuesAreReplaced.RuleCondition", Says("!Not [!Equals [!Ref Stage, staging]]")),
    // ---- the code ----
    ("code-functions", "OperatorFunction.Properties.CodeUri", Says("functions/operators")),
    ("code-variables", "OrgSignupFunction.Properties.Environment.Variables.PRODUCT_NAME", Gone),
    ("code-variables", "SignInFunction.Properties.Environment.Variables.TABLE_NAME", Named("TABLE")),
    ("code-routes", "SignInFunction.Properties.Events.Logout.Properties.Method", Says("GET")),
    ("code-routes", "ChecklistReadFunction.Properties.Events.Otherwise", Gone),
    ("code-head-routes", "SignInFunction.Properties.Events.HeadForm", Gone),
    ("code-head-routes", "SignInFunction.Properties.Events.Logout.Properties.Method", Says("HEAD")),
    ("code-indexes", "Table.Properties.GlobalSecondaryIndexes.0.IndexName", Says("by-time")),
    ("code-indexes", "Table.Properties.GlobalSecondaryIndexes.1.Projection.ProjectionType", Says("ALL")),
    ("code-rule-events", "MailerFunction.Properties.Events.Feedback.Properties.Pattern.detail-type.3", Gone),
    (
        "code-rule-events",
        "StripeWebhookFunction.Properties.Events.Destination.Properties.Pattern.source",
        Says("[{prefix: aws.partner/stripe.org}]"),
    ),
    (
        "code-stream-events",
        "EventPublisherFunction.Properties.Events.Changed.Properties.FilterCriteria.Filters.0.Pattern",
        Says(r#"'{"dynamodb":{"Keys":{"sk":{"S":["org"]}}}}'"#),
    ),
    (
        "code-host-source",
        "ChecklistWriteFunction.Properties.Events.HostApp.Properties.Pattern.source",
        Says("[timetracker, other]"),
    ),
    (UNDERSTOOD, "OrgSignupFunction.Properties.Environment.Variables.TABLE_NAME", Says("!Ref Tabel")),
    (UNDERSTOOD, "/Outputs.TableName.Value", Says("!Ref Tabel")),
    (UNDERSTOOD, "/Conditions.HasDomain", Says("!Not [!Equals [!Ref DomainNaem, '']]")),
    (UNDERSTOOD, "Logs.Type", Says("AWS::Logs::LogStream")),
];

#[test]
fn each_mutation_fails_its_check() {
    let whole: Yaml = serde_yaml_ng::from_str(local::template::TEXT).unwrap();
    let miss = |(expected, place, worse): &(&str, &str, Worse)| {
        let mut template = whole.clone();
        mutate(&mut template, place, worse);
        let found = check_one(expected, &serde_yaml_ng::to_string(&template).unwrap());
        found.is_empty().then(|| format!("{expected} misses {place}"))
    };
    // Most of the time goes into reading the template again.
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

fn mutate(template: &mut Yaml, place: &str, worse: &Worse) {
    let (root, path) = match (place.strip_prefix('/'), place.strip_prefix('@')) {
        (Some(path), _) => (&mut *template, path.to_owned()),
        (_, Some(path)) => {
            let (sid, rest) = path.split_once('.').unwrap();
            (statement(&mut template["Resources"], sid).unwrap(), rest.to_owned())
        }
        _ => (&mut template["Resources"], place.to_owned()),
    };
    // Names hold dots nowhere, so a place is its names with dots between.
    let mut steps: Vec<&str> = path.split('.').collect();
    let last = steps.pop().unwrap();
    let parent = steps.into_iter().fold(root, |value, step| entry(value, step));
    match (worse, last.parse::<usize>()) {
        (Gone, Ok(index)) => drop(parent.as_sequence_mut().unwrap().remove(index)),
        (Gone, Err(_)) => drop(parent.as_mapping_mut().unwrap().remove(last).unwrap()),
        (Says(text), _) => *entry(parent, last) = serde_yaml_ng::from_str(text).unwrap(),
        (Named(name), _) => {
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
    .unwrap_or_else(|| panic!("the template has no {step} there"))
}

/// The statement of that name, wherever it is, inside a condition too.
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
