def attachable_policies(session: boto3.Session, *, attached: int = 3) -> list[dict[str, Any]]:
    """Return the policies that are attached so many times, or more."""
    rows = []
    for page in session.client("iam").get_paginator("list_policies").paginate():
        for policy in page.get("Policies", []):
            count = policy.get("AttachmentCount")
            if count is not None and count >= attached:
                rows.append({"name": policy.get("PolicyName"), "attached": count})
    return rows
