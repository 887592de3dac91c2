"""Prints the CloudFormation template that SAM makes of template.yaml, without an account.

Neither `sam validate` nor cfn-lint looks inside the Events of a function. What SAM makes of them is plain
CloudFormation, and there every mistake shows.

    python translate.py template.yaml > expanded.json
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
    """Stands for the account's list of managed policies. The template names none."""

    def load(self):
        return {}


def expanded(text: str) -> dict:
    """What SAM makes of a template's text."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")
    template = yaml_parse(text)
    for resource in template["Resources"].values():
        if resource["Type"] == SamResourceType.Function.value:
            # What `sam deploy` does: the built code becomes an object in a bucket, and so does a nested template.
            resource["Properties"]["CodeUri"] = {"Bucket": "code", "Key": "function.zip"}
        if resource["Type"] == SamResourceType.Application.value:
            resource["Properties"]["Location"] = "https://code.s3.amazonaws.com/template.yaml"
    parameters = {"AWS::Region": "eu-west-1", "AWS::Partition": "aws"}
    return transform(template, parameters, NoManagedPolicies())


def main() -> None:
    json.dump(expanded(Path(sys.argv[1]).read_text(encoding="utf-8")), sys.stdout, indent=2)


if __name__ == "__main__":
    main()
