//! Checks of the HTTP API.

use serde_json::Value;

use crate::stack::{Stack, number, object};

fn apis(stack: &Stack) -> impl Iterator<Item = (&str, &Value)> {
    stack.of("AWS::Serverless::HttpApi")
}

fn is_bounded(settings: &Value) -> bool {
    ["ThrottlingRateLimit", "ThrottlingBurstLimit"]
        .iter()
        .all(|limit| number(&settings[limit]).is_some_and(|limit| (1..10_000).contains(&limit)))
}

/// The default throttle is below the account's limit of 10,000 requests a second.
pub fn throttle(stack: &Stack) -> Vec<String> {
    let unbounded = apis(stack).filter(|(_, api)| !is_bounded(&api["DefaultRouteSettings"]));
    unbounded.map(|(name, _)| format!("{name} has no throttle below the limit of the account")).collect()
}

/// Route settings replace the default settings completely, so each sets its limits. Each names an
/// existing route.
pub fn route_throttle(stack: &Stack) -> Vec<String> {
    let mut found = Vec::new();
    let routes: Vec<String> = stack
        .template
        .routes
        .iter()
        .map(|route| format!("{} {}", route.method.as_deref().unwrap_or_default(), route.path))
        .collect();
    for (_, api) in apis(stack) {
        let own = object(&api["RouteSettings"]);
        for (route, settings) in &own {
            if !routes.contains(route) || !is_bounded(settings) {
                found.push(format!("{route} has settings without a limit, or does not exist"));
            }
        }
        let rate = |settings: &Value| number(&settings["ThrottlingRateLimit"]).unwrap_or_default();
        if rate(&api["RouteSettings"]["POST /billing/webhooks/stripe"]) < rate(&api["DefaultRouteSettings"]) {
            found.push("the rate limit of Stripe events is below that of visitors".to_owned());
        }
        for route in ["POST /billing/webhooks/stripe", "POST /organizations/new", "POST /login"] {
            if !own.iter().any(|(name, _)| name == route) {
                found.push(format!("{route} has no separate throttle"));
            }
        }
    }
    found
}

/// The access log has one JSON line a request, with the route but not the path: a path can contain
/// a one-time link.
pub fn access_log(stack: &Stack) -> Vec<String> {
    let wrong = apis(stack).filter(|(_, api)| {
        let log = &api["AccessLogSettings"];
        let format = log["Format"].as_str().unwrap_or_default();
        let fields = serde_json::from_str::<Value>(format).unwrap_or_default();
        log["DestinationArn"] != stack.arn("logs", "log-group:onramp-AccessLogs:*")
            || ["requestId", "route", "status", "ms", "gateway"]
                .iter()
                .any(|field| !fields[field].is_string())
            || ["$context.path", "rawPath", "querystring"].iter().any(|leak| format.contains(leak))
    });
    wrong.map(|(name, _)| format!("{name} logs too little or too much of a request")).collect()
}

/// With a custom domain, the API's default endpoint is disabled, and old TLS is rejected.
pub fn domain(stack: &Stack) -> Vec<String> {
    let mut found = Vec::new();
    for (name, api) in apis(stack) {
        if api["DisableExecuteApiEndpoint"] != true {
            found.push(format!("{name} has a second endpoint beside the domain"));
        }
    }
    for (name, domain) in stack.of("AWS::ApiGatewayV2::DomainName") {
        if domain["DomainNameConfigurations"][0]["SecurityPolicy"] != "TLS_1_2" {
            found.push(format!("{name} accepts TLS before 1.2"));
        }
        let mapped = |(_, mapping): (&str, &Value)| {
            mapping["DomainName"] == format!("onramp-{name}") && mapping["Stage"] == "$default"
        };
        if !stack.of("AWS::ApiGatewayV2::ApiMapping").any(mapped) {
            found.push(format!("{name} is mapped to no API"));
        }
        // The alias needs the hosted zone of the API's domain, and not the zone that contains the
        // record.
        let has_record = |(_, record): (&str, &Value)| {
            record["AliasTarget"]["DNSName"] == "d-local.execute-api.us-east-1.amazonaws.com"
                && record["AliasTarget"]["HostedZoneId"] == "ZLOCAL"
                && record["Name"] == domain["DomainName"]
        };
        if !stack.of("AWS::Route53::RecordSet").any(has_record) {
            found.push(format!("{name} has no DNS record, or one with another target"));
        }
    }
    found
}

/// Each function takes its public URL from the parameter. Without it, a function with a route uses
/// the domain of the request, because a reference to the API would be a circular dependency. The
/// mailer uses the custom domain, or the API's endpoint.
pub fn public_url(stack: &Stack) -> Vec<String> {
    const GIVEN: &str = "https://www.example.com";
    let (given, bare) = (stack.with("PublicUrl", GIVEN), stack.with("DomainName", ""));
    let routed = |name: &str| {
        name != "stripe-webhook" && stack.template.routes.iter().any(|route| route.function == name)
    };
    let mut found = Vec::new();
    for (name, function) in &stack.template.functions {
        let variable = |of: &Stack| of.template.functions[name].variables.get("PUBLIC_URL").cloned();
        let wanted = match (routed(name), function.variables.contains_key("PUBLIC_URL")) {
            (false, false) => continue,
            (true, _) => ["", ""],
            (false, true) => {
                ["https://start.example.com", "https://local.execute-api.us-east-1.amazonaws.com"]
            }
        };
        let has = [variable(&given), variable(stack), variable(&bare)].map(Option::unwrap_or_default);
        let wanted = [GIVEN, wanted[0], wanted[1]];
        if !function.variables.contains_key("PUBLIC_URL") || has != wanted {
            found.push(format!("{name} has the URLs {has:?}, not {wanted:?}"));
        }
    }
    found
}
