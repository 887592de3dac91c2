"""Prints the CloudFormation template that SAM generates from template.yaml, without an account.

Neither `sam validate` nor cfn-lint checks the Events of a function. SAM expands them to plain
CloudFormation, in which cfn-lint finds every mistake.

    python infra/ci/template/translate.py template.yaml > expanded.json
"""

import json
import os
import sys
from pathlib import Path

from samtranslator.parser.parser import Parser
from samtranslator.public.sdk.resource import SamResourceType
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse


class NoManagedPolicies:
    """An empty list of managed policies. The template names none."""

    def load(self):
        return {}


def expanded(text: str) -> dict:
    """Returns the template after SAM's transform."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")
    template = yaml_parse(text)
    for resource in template["Resources"].values():
        if resource["Type"] == SamResourceType.Function.value:
            # As `sam deploy` does: replace built code, and nested templates, with the location of
            # an uploaded object.
            resource["Properties"]["CodeUri"] = {"Bucket": "code", "Key": "function.zip"}
        if resource["Type"] == SamResourceType.Application.value:
            resource["Properties"]["Location"] = "https://code.s3.amazonaws.com/template.yaml"
    parameters = {"AWS::Region": "eu-west-1", "AWS::Partition": "aws"}
    return transform(template, parameters, NoManagedPolicies())


def main() -> None:
    json.dump(expanded(Path(sys.argv[1]).read_text(encoding="utf-8")), sys.stdout, indent=2)


if __name__ == "__main__":
    main()
