"""Who may look at the cloud: users of IAM whose keys stand in a credentials file of the AWS SDK."""

from __future__ import annotations

import configparser
import json
from pathlib import Path
from typing import Final

import boto3

READER: Final = "opswright-demo"
"""A profile with AWS's own managed policy `ReadOnlyAccess`."""

NOBODY: Final = "opswright-nobody"
"""A profile whose user has no policy: it is known, and refused everything."""

READ_ONLY: Final = "arn:aws:iam::aws:policy/ReadOnlyAccess"

# moto checks CloudWatch's actions under the name that its requests are signed for; AWS checks `cloudwatch:*`.
_METRICS_OF_MOTO: Final = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["monitoring:Describe*", "monitoring:Get*", "monitoring:List*"], "Resource": "*"}],
}


def write_profiles(file: Path) -> None:
    """Make the users and write their keys. `file` exists already and is its owner's alone. For moto's in-process mode only."""
    iam = boto3.Session("seed", "seed", region_name="us-east-1").client("iam")
    profiles = configparser.ConfigParser()
    for name in (READER, NOBODY):
        iam.create_user(UserName=name)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        profiles[name] = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    iam.attach_user_policy(UserName=READER, PolicyArn=READ_ONLY)
    iam.put_user_policy(UserName=READER, PolicyName="metrics", PolicyDocument=json.dumps(_METRICS_OF_MOTO))
    with file.open("w", encoding="ascii") as stream:
        profiles.write(stream)
