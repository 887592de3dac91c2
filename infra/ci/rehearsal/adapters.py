"""Adds to MiniStack what the template needs and MiniStack lacks.

Each gap is probed first. An adapter is only installed for a gap that still exists, so that the
rehearsal notices when a newer MiniStack closes it. `differences.toml` lists the gaps.
"""

from collections.abc import Callable

from ministack.core.responses import get_account_id, get_region
from ministack.services import apigateway, lambda_svc
from ministack.services.cloudformation import provisioners

Handlers = dict[str, Callable]

TYPES: dict[str, Handlers] = provisioners._RESOURCE_HANDLERS
# Resources that nothing in the stack depends on. CloudFormation only needs their names.
PLACEHOLDERS = ["AWS::CodeDeploy::Application", "AWS::CodeDeploy::DeploymentGroup", "AWS::Logs::QueryDefinition"]
ALARM, API, READER = "AWS::CloudWatch::Alarm", "AWS::ApiGatewayV2::Api", "AWS::Lambda::EventSourceMapping"
METHODS = {"x-amazon-apigateway-any-method": "ANY"}


def placeholder() -> Handlers:
    """Returns handlers that create nothing. A resource keeps its name."""

    def named(name: str) -> tuple[str, dict]:
        # The dashboard refers to the ARNs of alarms.
        return name, {"Arn": f"arn:aws:cloudwatch:{get_region()}:{get_account_id()}:alarm:{name}"}

    return {
        "create": lambda logical, _, stack: named(f"{stack}-{logical}"),
        "update": lambda name, *_: named(name),
        "delete": lambda *_: None,
    }


def alarm(real: Handlers) -> Handlers:
    """Returns handlers that only name an alarm with metric math."""
    named = placeholder()
    return {
        **real,
        "create": lambda logical, new, stack: (named if "Metrics" in new else real)["create"](logical, new, stack),
        "update": lambda name, old, new, *rest: (named if "Metrics" in new else real)["update"](name, old, new, *rest),
        "delete": lambda name, old, *rest: None if "Metrics" in old else real["delete"](name, old, *rest),
    }


def api(real: Handlers) -> Handlers:
    """Returns handlers that create the routes of the API's OpenAPI document. SAM writes this document."""

    def create(logical: str, new: dict, stack: str) -> tuple[str, dict]:
        name, attributes = real["create"](logical, new, stack)
        route(name, new)
        return name, attributes

    def update(name: str, old: dict, new: dict, *rest) -> tuple[str, dict]:
        updated, attributes = real["update"](name, old, new, *rest)
        route(updated, new)
        return updated, attributes

    return {**real, "create": create, "update": update}


def route(name: str, properties: dict) -> None:
    """Replaces the routes and integrations of an API."""
    apigateway._routes[name], apigateway._integrations[name] = {}, {}
    for path, methods in properties.get("Body", {}).get("paths", {}).items():
        for method, operation in methods.items():
            called = operation["x-amazon-apigateway-integration"]
            target = f"integration{len(apigateway._integrations[name])}"
            apigateway._integrations[name][target] = {
                "integrationId": target,
                "integrationType": "AWS_PROXY",
                "integrationUri": called["uri"],
                "payloadFormatVersion": called["payloadFormatVersion"],
            }
            key = "$default" if operation.get("isDefaultRoute") else f"{METHODS.get(method, method.upper())} {path}"
            apigateway._create_route(name, {"routeKey": key, "target": f"integrations/{target}"})


def reader(real: Handlers) -> Handlers:
    """Returns handlers that convert the maximum concurrency, as CloudFormation does for a parameter."""

    def converted(new: dict) -> dict:
        scaling = new.get("ScalingConfig", {})
        return {**new, "ScalingConfig": {name: int(value) for name, value in scaling.items()}} if scaling else new

    return {
        **real,
        "create": lambda logical, new, stack: real["create"](logical, converted(new), stack),
        "update": lambda name, old, new, *rest: real["update"](name, old, converted(new), *rest),
    }


def keeps_text() -> bool:
    name, _ = TYPES[READER]["create"]("Probe", {"FunctionName": "probe", "ScalingConfig": {"MaximumConcurrency": "2"}}, "probe")
    kept = lambda_svc._esms[name]["ScalingConfig"]["MaximumConcurrency"] == "2"
    TYPES[READER]["delete"](name, {})
    return kept


def rejects_metric_math() -> bool:
    metrics = [{"Id": "sum", "Expression": "SUM(METRICS())"}]
    probe = {"AlarmName": "probe", "Metrics": metrics, "Threshold": 1, "EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold"}
    try:
        TYPES[ALARM]["create"]("Probe", probe, "probe")
    except ValueError:
        return True
    TYPES[ALARM]["delete"]("probe", probe)
    return False


def ignores_body() -> bool:
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": "probe", "payloadFormatVersion": "2.0"}
    body = {"openapi": "3.0.1", "paths": {"/": {"get": {"x-amazon-apigateway-integration": integration}}}}
    name, _ = TYPES[API]["create"]("Probe", {"Name": "probe", "Body": body}, "probe")
    ignored = not apigateway._routes[name]
    TYPES[API]["delete"](name, {})
    return ignored


def install() -> list[str]:
    """Installs the adapters and returns the gaps that they close."""
    gaps = []
    for kind in PLACEHOLDERS:
        if kind not in TYPES:
            TYPES[kind] = placeholder()
            gaps.append(f"{kind} is not supported")
    if rejects_metric_math():
        TYPES[ALARM] = alarm(TYPES[ALARM])
        gaps.append(f"{ALARM} does not support Metrics")
    if ignores_body():
        TYPES[API] = api(TYPES[API])
        gaps.append(f"{API} ignores Body")
    if keeps_text():
        TYPES[READER] = reader(TYPES[READER])
        gaps.append(f"{READER} keeps a number of a parameter as text, so its queue is not read")
    return gaps
