"""The life of a service token in the Python SDK of Cloudflare: <base URL> <API token> <account ID>."""

import sys
from datetime import datetime, timedelta, timezone

from cloudflare import Cloudflare, NotFoundError

base, token, account = sys.argv[1:4]
client = Cloudflare(api_token=token, base_url=base, max_retries=0)
tokens = client.zero_trust.access.service_tokens

created = tokens.create(account_id=account, name="interop-python", duration="24h")
assert created.client_secret and created.client_id, "create: a reply without credentials"
listed = [one for one in tokens.list(account_id=account) if one.id == created.id]
assert len(listed) == 1, f"list: the token is there {len(listed)} times"
read = tokens.get(created.id, account_id=account)
assert read.client_id == created.client_id, "get: another client ID"

hour = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(hours=1)
updated = tokens.update(
    created.id,
    account_id=account,
    name="interop-python-renamed",
    client_secret_version=2,
    previous_client_secret_expires_at=hour,
)
assert updated.name == "interop-python-renamed", "update: another name"
new_secret = getattr(updated, "client_secret", None)
assert new_secret and new_secret != created.client_secret, "update: no new secret"
rotated = tokens.rotate(created.id, account_id=account, previous_client_secret_expires_at=hour)
assert rotated.client_secret not in (None, created.client_secret, new_secret), "rotate: no new secret"
assert rotated.client_id == created.client_id, "rotate: another client ID"
refreshed = tokens.refresh(created.id, account_id=account)
assert refreshed.expires_at - read.expires_at > timedelta(days=300), "refresh: the expiry stayed"

deleted = tokens.delete(created.id, account_id=account)
assert deleted.id == created.id, "delete: another ID"
try:
    tokens.get(created.id, account_id=account)
except NotFoundError as error:
    assert error.status_code == 404
else:
    raise AssertionError("delete: the token is still there")
print("created, listed, read, updated, rotated, refreshed and deleted a token")
