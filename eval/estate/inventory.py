"""The words that the estate is made of: its teams, services and people."""

from __future__ import annotations

from typing import Final

TEAMS: Final = (
    # id, name, cost center; the last owns nothing, as happens after a reorganisation
    ("team-payments", "Payments", "CC-4110"),
    ("team-storefront", "Storefront", "CC-4120"),
    ("team-identity", "Identity", "CC-4130"),
    ("team-logistics", "Logistics", "CC-4140"),
    ("team-search", "Search and Discovery", "CC-4150"),
    ("team-messaging", "Messaging", "CC-4160"),
    ("team-data", "Data Platform", "CC-5210"),
    ("team-platform", "Platform Engineering", "CC-5220"),
    ("team-support", "Customer Support Tools", "CC-6310"),
    ("team-partners", "Partner Integrations", "CC-6320"),
)

SERVICES: Final = {
    # owner: "name tier language lifecycle"
    "team-payments": (
        "checkout-api critical go production",
        "payment-gateway critical java production",
        "ledger critical java production",
        "refunds high java production",
        "fraud-scoring high python production",
        "invoice-renderer standard python production",
        "payout-scheduler high go production",
        "legacy-billing standard java deprecated",
    ),
    "team-storefront": (
        "web-frontend critical typescript production",
        "product-catalog critical go production",
        "cart high go production",
        "pricing high kotlin production",
        "promotions standard kotlin production",
        "reviews standard typescript production",
        "gift-cards low kotlin production",
    ),
    "team-identity": (
        "auth-gateway critical go production",
        "session-store critical rust production",
        "user-profiles high java production",
        "consent-manager high java production",
        "mfa-enroller standard go production",
        "ldap-bridge low java deprecated",
        "passkey-pilot low rust experimental",
    ),
    "team-logistics": (
        "order-router critical kotlin production",
        "inventory-sync critical go production",
        "warehouse-tasks high java production",
        "shipping-rates high go production",
        "label-printer standard python production",
        "returns-portal standard typescript production",
        "route-optimizer low python experimental",
    ),
    "team-search": (
        "search-api critical rust production",
        "search-indexer high rust production",
        "suggestions standard go production",
        "recommendations high python production",
        "ranking-features standard python production",
        "image-similarity low python experimental",
        "synonym-editor low typescript production",
    ),
    "team-messaging": (
        "notification-hub high go production",
        "email-sender high go production",
        "sms-sender standard go production",
        "push-sender standard kotlin production",
        "template-studio low typescript production",
        "webhook-dispatcher high rust production",
        "newsletter-import low python deprecated",
    ),
    "team-data": (
        "event-collector critical rust production",
        "stream-processor high java production",
        "warehouse-loader standard python production",
        "metrics-api high go production",
        "report-builder standard python production",
        "data-catalog low python production",
        "cohort-explorer low python experimental",
    ),
    "team-platform": (
        "api-gateway critical go production",
        "config-service critical go production",
        "feature-flags high go production",
        "secrets-broker critical rust production",
        "job-scheduler high go production",
        "artifact-store standard go production",
        "build-agent-pool standard go production",
    ),
    "team-support": (
        "ticket-inbox high typescript production",
        "agent-console standard typescript production",
        "call-transcripts low python experimental",
        "knowledge-base standard typescript production",
        "satisfaction-survey low typescript production",
        "legacy-chat low java deprecated",
    ),
}

PEOPLE: Final = (
    "Dana Whitfield",
    "Mateo Alvarez",
    "Ingrid Solberg",
    "Priya Raman",
    "Tomasz Zielinski",
    "Wen Li",
    "Aisha Bello",
    "Jonas Keller",
    "Camille Fournier",
    "Hiroshi Tanaka",
    "Ruth Abramov",
    "Samuel Okafor",
    "Elif Demir",
    "Lucas Moreau",
    "Nadia Haddad",
    "Oscar Lindqvist",
    "Grace Kimani",
    "Victor Petrov",
)

SYMPTOMS: Final = (
    "elevated error rate",
    "slow responses",
    "queue backlog growing",
    "certificate close to expiry",
    "connection pool exhausted",
    "stale data after failover",
    "memory leak suspected",
)

REGIONS: Final = {"eu-west-1": "euw1", "us-east-1": "use1", "ap-southeast-1": "apse1", "cn-north-1": "cnn1"}

ROLES: Final = {
    # role: (hosts in each region, virtual CPUs, memory in GiB)
    "app": (5, 16, 32),
    "worker": (3, 8, 32),
    "db": (2, 32, 128),
    "cache": (1, 8, 64),
    "edge": (1, 4, 8),
}

KERNELS: Final = ("6.1.0-28-amd64", "6.1.0-31-amd64", "5.10.0-33-amd64")
