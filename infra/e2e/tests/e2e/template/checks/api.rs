//! Checks of the HTTP API.

use serde_json::Value;

use crate::template::stack::{Stack, number, object};

fn apis(stack: &Stack) -> impl Iterator<Item = (&str, &Value)> {
    stack.of("AWS::Serverless::HttpApi")
}

fn is_bounded(settings: &Value) -> bool {
    ["ThrottlingRateLimit", "ThrottlingBurstLimit"]
        .iter()
        .all(|limit| number(&settings[limit]).is_some_and(|limit| (1..10_000).contains(&limit)))
}

/// Checks that the default throttle is below the account's limit of 10,000 requests a second.
pub fn throttle(stack: &Stack) -> Vec<String> {
    let unbounded = apis(stack).filter(|(_, api)| !is_bounded(&api["DefaultRouteSettings"]));
    unbounded.map(|(name, _)| format!("{name} has no throttle below the limit of the account")).collect()
}

/// Checks the throttles of single routes. Settings of a route replace the default settings
/// completely, so each of them must contain its own limits. It must also name an existing route.
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

/// Checks that the access log contains one JSON line for each request, with the route but without
/// the path. A path can contain the secret of a link.
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

/// Checks the custom domain: it leads to the API, has a DNS record, and rejects TLS versions before
/// 1.2. The API's own endpoint is disabled.
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
        // An alias record contains the hosted zone of its target, here the zone of the API's
        // domain. This is not the zone in which the record is created.
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

/// Checks `PUBLIC_URL` of each function. With the parameter `PublicUrl`, each variable has the
/// value of the parameter.
///
/// Without the parameter, the variable of a function with routes is empty, and the function uses
/// the domain of each request. The template cannot set the API's URL there, because this would be a
/// circular dependency. The mailer has no route, so its variable is the custom domain, or the API's
/// endpoint if there is no custom domain.
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
