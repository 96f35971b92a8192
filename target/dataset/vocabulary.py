"""The words the seed texts are made of.

Six areas, four topics each, eight words a topic, and words everybody uses.
"""

AREAS: dict[str, dict[str, str]] = {
    "billing": {
        "invoices": "invoice total line statement amount due ledger receipt",
        "payments": "payment card charge decline bank transfer authorise settlement",
        "refunds": "refund credit return dispute chargeback reversal cancel reimburse",
        "taxes": "tax vat exemption rate jurisdiction certificate withholding customs",
    },
    "delivery": {
        "shipping": "parcel carrier shipment courier pickup warehouse freight label",
        "tracking": "tracking status scan transit delay arrival route milestone",
        "returns": "exchange restock damaged wrong item packaging pallet inspection",
        "addresses": "address street postcode city recipient landmark locker gate",
    },
    "access": {
        "passwords": "password reset expiry policy hash reuse strength hint",
        "sessions": "session cookie token logout refresh timeout device sign",
        "roles": "role permission group admin grant revoke owner audit",
        "federation": "saml oidc directory assertion provider mapping tenant claim",
    },
    "platform": {
        "storage": "disk volume snapshot quota bucket replica object retention",
        "network": "latency packet router dns firewall proxy bandwidth subnet",
        "database": "query index vacuum lock transaction replication schema table",
        "compute": "container node scheduler memory cpu image autoscale restart",
    },
    "quality": {
        "tests": "test suite fixture flaky coverage regression assertion runner",
        "releases": "release rollout canary rollback changelog version freeze approval",
        "incidents": "incident alert pager severity outage mitigation timeline postmortem",
        "monitoring": "metric dashboard trace log sampling threshold histogram exporter",
    },
    "people": {
        "hiring": "candidate interview offer referral panel screening contract onboarding",
        "leave": "leave holiday sick parental balance carryover request calendar",
        "payroll": "salary payslip bonus deduction overtime pension benefit adjustment",
        "training": "course mentor workshop certification skill feedback lesson curriculum",
    },
}
KINDS: dict[str, str] = {
    "how-to": "how can guide step configure enable create choose",
    "problem": "fails error broken missing wrong unexpected stuck rejected",
    "rule": "allowed required must limit policy deadline exception agreement",
}
_EVERYWHERE = (
    "customer team system account record update change check report open close month week day order number "
    "first last after before during support contact form page list entry option note value region partner "
    "service process manual automatic new old shared private external internal daily urgent pending complete "
    "partial large small second copy"
)
COMMON = _EVERYWHERE.split()
VERSIONS = ("2023.1", "2024.1", "2025.1")
CURRENT_VERSION = VERSIONS[-1]


def leaves() -> list[tuple[str, str, str]]:
    """Every (area, topic, kind), in a fixed order: 6 x 4 x 3 = 72."""
    return [(area, topic, kind) for area, topics in AREAS.items() for topic in topics for kind in KINDS]


def path(area: str, topic: str, kind: str) -> str:
    """The canonical path of a leaf."""
    return f"/{area}/{topic}/{kind}"
