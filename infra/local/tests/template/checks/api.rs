//! The front door.

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

/// Not the account's own 10,000 a second.
pub fn throttle(stack: &Stack) -> Vec<String> {
    let loose = apis(stack).filter(|(_, api)| !is_bounded(&api["DefaultRouteSettings"]));
    loose.map(|(name, _)| format!("{name} lets as much in as the account can take")).collect()
}

/// Settings of a route take the place of the default ones as a whole; and a name that no route has has no effect.
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
                found.push(format!("{route} has settings without a limit, or is no route"));
            }
        }
        let rate = |settings: &Value| number(&settings["ThrottlingRateLimit"]).unwrap_or_default();
        if rate(&api["RouteSettings"]["POST /billing/webhooks/stripe"]) < rate(&api["DefaultRouteSettings"]) {
            found.push("Stripe's events get through less than visitors do".to_owned());
        }
        for route in ["POST /billing/webhooks/stripe", "POST /organizations/new", "POST /login"] {
            if !own.iter().any(|(name, _)| name == route) {
                found.push(format!("{route} has no budget of its own"));
            }
        }
    }
    found
}

/// A line a request, as JSON, with the route and never the path: a path can hold a one-time link.
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
    wrong.map(|(name, _)| format!("{name} does not write down its requests, or too much of them")).collect()
}

/// With a domain of one's own, there is no second way in, and old TLS is refused.
pub fn domain(stack: &Stack) -> Vec<String> {
    let mut found = Vec::new();
    for (name, api) in apis(stack) {
        if api["DisableExecuteApiEndpoint"] != true {
            found.push(format!("{name} answers at its own address beside the domain"));
        }
    }
    for (name, domain) in stack.of("AWS::ApiGatewayV2::DomainName") {
        if domain["DomainNameConfigurations"][0]["SecurityPolicy"] != "TLS_1_2" {
            found.push(format!("{name} speaks old TLS"));
        }
        let mapped = |(_, mapping): (&str, &Value)| {
            mapping["DomainName"] == format!("onramp-{name}") && mapping["Stage"] == "$default"
        };
        if !stack.of("AWS::ApiGatewayV2::ApiMapping").any(mapped) {
            found.push(format!("{name} leads to no API"));
        }
        // The zone of the alias is the API's, and not the one that the record lies in.
        let entered = |(_, record): (&str, &Value)| {
            record["AliasTarget"]["DNSName"] == "d-local.execute-api.us-east-1.amazonaws.com"
                && record["AliasTarget"]["HostedZoneId"] == "ZLOCAL"
                && record["Name"] == domain["DomainName"]
        };
        if !stack.of("AWS::Route53::RecordSet").any(entered) {
            found.push(format!("{name} is entered nowhere, or leads elsewhere"));
        }
    }
    found
}

/// Every function that names an address of ours takes it from the parameter. Without one, a function with a route uses
/// the domain of the request, since a reference to the API would be a circular dependency; the mailer uses the domain,
/// or the API's address.
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
            found.push(format!("{name} is reached at {has:?}, not {wanted:?}"));
        }
    }
    found
}
